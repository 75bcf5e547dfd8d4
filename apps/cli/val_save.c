/* SPDX-License-Identifier: Apache-2.0 */
/* What val writes to files: all figures as one JSON line, and the finds as a COCO results file. */
#include "cli/val.h"
#include "common/names.h"

/* Figures' names in the JSON, in the order of COCO_FIGURES. */
static const char *const figure_names[COCO_FIGURES] = {
    "mAP50-95", "mAP50", "mAP75", "mAP_small", "mAP_medium", "mAP_large",
    "AR1",      "AR10",  "AR100", "AR_small",  "AR_medium",  "AR_large"};

static void set_class_figures(json_t *object, const coco_class *row)
{
    (void)app_json_set(object, "precision", json_real(row->precision));
    (void)app_json_set(object, "recall", json_real(row->recall));
    (void)app_json_set(object, "mAP50", row->ap50 < 0 ? json_null() : json_real(row->ap50));
    (void)app_json_set(object, "mAP50-95", row->ap < 0 ? json_null() : json_real(row->ap));
    (void)app_json_set(object, "table_mAP50", json_real(row->table_ap50));
    (void)app_json_set(object, "table_mAP50-95", json_real(row->table_ap));
}

static json_t *class_json(const val_job *val, size_t category)
{
    const coco_class *row = &val->boxes.classes[category];
    json_t *object = json_object();
    (void)app_json_set(object, "category_id", json_incref(val->data.categories[category].id));
    (void)app_json_set(object, "name", app_json_text(val->data.categories[category].name));
    (void)app_json_set(object, "instances", json_integer((json_int_t)row->instances));
    set_class_figures(object, row);
    if (val->data.has_masks) {
        json_t *mask = json_object();
        set_class_figures(mask, &val->masks.classes[category]);
        (void)app_json_set(object, "mask", mask);
    }
    return object;
}

static json_t *classes_json(const val_job *val)
{
    json_t *classes = json_array();
    for (size_t i = 0; i < val_category_count(val); i++)
        (void)app_json_append(classes, class_json(val, i));
    return classes;
}

static json_t *figures_json(const coco_result *result)
{
    json_t *object = json_object();
    for (size_t i = 0; i < COCO_FIGURES; i++)
        (void)app_json_set(object, figure_names[i], json_real(result->figures[i]));
    (void)app_json_set(object, "precision", json_real(result->precision));
    (void)app_json_set(object, "recall", json_real(result->recall));
    (void)app_json_set(object, "table_mAP50", json_real(result->table_ap50));
    (void)app_json_set(object, "table_mAP50-95", json_real(result->table_ap));
    (void)app_json_set(object, "best_confidence", json_real(result->best_confidence));
    return object;
}

static json_t *times_json(const val_job *val)
{
    const double count = (double)val->seen;
    json_t *object = json_object();
    (void)app_json_set(object, "decode", app_json_number(val->times.decode / count));
    (void)app_json_set(object, "preprocess", app_json_number(val->times.preprocess / count));
    (void)app_json_set(object, "inference", app_json_number(val->times.inference / count));
    (void)app_json_set(object, "postprocess", app_json_number(val->times.postprocess / count));
    return object;
}

static json_t *settings_json(const val_job *val)
{
    const val_options *options = val->options;
    json_t *object = json_object(), *shape = json_array();
    (void)app_json_append(shape, json_integer(val->shape.height));
    (void)app_json_append(shape, json_integer(val->shape.width));
    (void)app_json_set(object, "shape", shape);
    (void)app_json_set(object, "batch", json_integer(val->batch));
    if (val->data.source == VAL_FOLDERS)
        return object;
    (void)app_json_set(object, "conf", json_real(options->conf));
    (void)app_json_set(object, "iou", json_real(options->iou));
    (void)app_json_set(object, "max_det", json_integer(options->max_det));
    (void)app_json_set(object, "resize", app_json_text(options->resize));
    if (val->data.has_masks)
        (void)app_json_set(object, "retina_masks", json_boolean(options->is_retina));
    return object;
}

static void set_figures(const val_job *val, json_t *line)
{
    if (val->data.source == VAL_FOLDERS) {
        (void)app_json_set(line, "metrics", val_classes_figures(val));
        (void)app_json_set(line, "classes", val_classes_json(val));
        return;
    }
    (void)app_json_set(line, "instances", json_integer((json_int_t)val->boxes.instances));
    (void)app_json_set(line, "boxes", json_integer((json_int_t)val->finds.count));
    (void)app_json_set(line, "metrics", figures_json(&val->boxes));
    if (val->data.has_masks)
        (void)app_json_set(line, "mask_metrics", figures_json(&val->masks));
    (void)app_json_set(line, "classes", classes_json(val));
}

/* The whole as one line; figures to full double precision. */
static bool write_line(const val_job *val, FILE *out)
{
    json_t *line = json_object();
    (void)app_json_set(line, "engine", app_json_text(val->session.path));
    (void)app_json_set(line, "data", app_json_text(val->data.path));
    (void)app_json_set(line, "backend", app_json_text(val->session.backend));
    (void)app_json_set(line, "precision", app_json_text(val->session.info.precision));
    (void)app_json_set(line, "settings", settings_json(val));
    (void)app_json_set(line, "images", json_integer((json_int_t)val->seen));
    (void)app_json_set(line, "failed", json_integer((json_int_t)val->failed));
    set_figures(val, line);
    const bool is_whole = app_json_set(line, "ms", times_json(val));
    const bool is_written = is_whole &&
                            app_json_write_as(out, line, JSON_COMPACT | JSON_REAL_PRECISION(17)) &&
                            fputc('\n', out) != EOF;
    json_decref(line);
    return is_written;
}

static json_t *find_json(const val_job *val, const coco_found *find, bool is_coco)
{
    const val_data *data = &val->data;
    json_t *box = json_array(), *entry = json_object();
    for (size_t i = 0; i < 4; i++)
        (void)app_json_append(box, app_json_rounded(find->box[i], 3));
    (void)app_json_set(entry, "image_id", json_incref(data->pictures[find->image].id));
    (void)app_json_set(entry, "category_id",
                       is_coco ? json_integer(app_coco_category((int32_t)find->category))
                               : json_incref(data->categories[find->category].id));
    (void)app_json_set(entry, "bbox", box);
    (void)app_json_set(entry, "score", app_json_rounded(find->score, 5));
    if (find->mask.counts != NULL)
        (void)app_json_set(entry, "segmentation", app_json_mask(&find->mask));
    return entry;
}

/* True if a label folder's classes are COCO's, whose numbers a results file then has. */
static bool is_coco(const val_data *data)
{
    const char *names[80];
    if (data->source != VAL_LABELS || data->category_count != 80)
        return false;
    for (size_t i = 0; i < 80; i++)
        names[i] = data->categories[i].name;
    return app_names_are_coco(names, 80);
}

static bool write_finds(const val_job *val, FILE *out)
{
    const bool has_coco_ids = is_coco(&val->data);
    bool is_good = fputc('[', out) != EOF;
    for (size_t i = 0; i < val->finds.count && is_good; i++) {
        json_t *entry = find_json(val, &val->finds.items[i], has_coco_ids);
        if (i > 0)
            fputs(",\n", out);
        is_good = entry != NULL && app_json_write(out, entry);
        json_decref(entry);
    }
    return fputs("]\n", out) != EOF && is_good;
}

/* Writes a file whole or not at all; NULL: it is not asked for. */
static int save(const val_job *val, const char *path, bool (*write)(const val_job *, FILE *))
{
    app_output output;
    int code = path == NULL ? APP_EXIT_DONE : app_output_open(&output, path);
    if (path == NULL || code != APP_EXIT_DONE)
        return code;
    const bool is_written = write(val, output.stream);
    code = app_output_check(&output);
    if (code == APP_EXIT_DONE && is_written)
        return app_output_commit(&output);
    app_output_discard(&output);
    return code != APP_EXIT_DONE ? code : app_fail_memory();
}

int val_save(const val_job *val)
{
    const int code = save(val, val->options->save_json, write_finds);
    return code == APP_EXIT_DONE ? save(val, val->options->json, write_line) : code;
}
