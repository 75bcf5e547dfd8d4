/* SPDX-License-Identifier: Apache-2.0 */
/* The figures: YOLOv5's table, COCO's twelve lines, JSON, and the boxes as a results file. */
#include "cli/val.h"
#include "common/names.h"

#include <stdlib.h>
#include <string.h>

/* Figures' names in the JSON, in the order of COCO_FIGURES. */
static const char *const figure_names[COCO_FIGURES] = {
    "mAP50-95", "mAP50", "mAP75", "mAP_small", "mAP_medium", "mAP_large",
    "AR1",      "AR10",  "AR100", "AR_small",  "AR_medium",  "AR_large"};

static void say_row(const char *name, size_t images, const coco_class *row)
{
    app_say("%22.22s%11zu%11zu%11.3g%11.3g%11.3g%11.3g", name, images, row->instances,
            row->precision, row->recall, row->ap50 < 0 ? 0 : row->ap50, row->ap < 0 ? 0 : row->ap);
}

static void say_table(const val_job *val)
{
    const coco_result *result = &val->result;
    const coco_class all = {.instances = result->instances,
                            .precision = result->precision,
                            .recall = result->recall,
                            .ap50 = result->figures[COCO_AP50],
                            .ap = result->figures[COCO_AP]};
    app_say("%22s%11s%11s%11s%11s%11s%11s", "Class", "Images", "Instances", "P", "R", "mAP50",
            "mAP50-95");
    say_row("all", val->seen, &all);
    for (size_t i = 0; i < val->data.category_count && app_term_is_loud(); i++)
        if (result->classes[i].instances > 0)
            say_row(val->data.categories[i].name, val->seen, &result->classes[i]);
    if (result->instances == 0)
        app_warn("no objects are labelled in these pictures: there is nothing to find");
    for (size_t i = 0; i < COCO_FIGURES; i++) {
        char line[COCO_LINE_SIZE];
        app_say("%s", coco_line(line, i, result->figures[i]));
    }
    const double count = (double)val->seen;
    app_note("Speed: %.1fms pre-process, %.1fms inference, %.1fms NMS per image at shape (%d, 3, "
             "%d, %d)",
             val->times.preprocess / count, val->times.inference / count,
             val->times.postprocess / count, val->batch, val->shape.height, val->shape.width);
}

static json_t *class_json(const val_job *val, size_t category)
{
    const coco_class *row = &val->result.classes[category];
    json_t *object = json_object();
    (void)app_json_set(object, "category_id", json_integer(val->data.categories[category].id));
    (void)app_json_set(object, "name", app_json_text(val->data.categories[category].name));
    (void)app_json_set(object, "instances", json_integer((json_int_t)row->instances));
    (void)app_json_set(object, "precision", json_real(row->precision));
    (void)app_json_set(object, "recall", json_real(row->recall));
    (void)app_json_set(object, "mAP50", row->ap50 < 0 ? json_null() : json_real(row->ap50));
    (void)app_json_set(object, "mAP50-95", row->ap < 0 ? json_null() : json_real(row->ap));
    return object;
}

static json_t *figures_json(const val_job *val)
{
    json_t *object = json_object();
    for (size_t i = 0; i < COCO_FIGURES; i++)
        (void)app_json_set(object, figure_names[i], json_real(val->result.figures[i]));
    (void)app_json_set(object, "precision", json_real(val->result.precision));
    (void)app_json_set(object, "recall", json_real(val->result.recall));
    (void)app_json_set(object, "best_confidence", json_real(val->result.best_confidence));
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
    (void)app_json_set(object, "conf", json_real(options->conf));
    (void)app_json_set(object, "iou", json_real(options->iou));
    (void)app_json_set(object, "max_det", json_integer(options->max_det));
    (void)app_json_set(object, "resize", app_json_text(options->resize));
    return object;
}

/* The whole as one line; figures to full double precision. */
static bool write_json(const val_job *val, FILE *out)
{
    json_t *line = json_object(), *classes = json_array();
    for (size_t i = 0; i < val->data.category_count; i++)
        (void)app_json_append(classes, class_json(val, i));
    (void)app_json_set(line, "engine", app_json_text(val->session.path));
    (void)app_json_set(line, "data", app_json_text(val->data.path));
    (void)app_json_set(line, "backend", app_json_text(val->session.backend));
    (void)app_json_set(line, "precision", app_json_text(val->session.info.precision));
    (void)app_json_set(line, "settings", settings_json(val));
    (void)app_json_set(line, "images", json_integer((json_int_t)val->seen));
    (void)app_json_set(line, "failed", json_integer((json_int_t)val->failed));
    (void)app_json_set(line, "instances", json_integer((json_int_t)val->result.instances));
    (void)app_json_set(line, "boxes", json_integer((json_int_t)val->finds.count));
    (void)app_json_set(line, "metrics", figures_json(val));
    (void)app_json_set(line, "classes", classes);
    const bool is_whole = app_json_set(line, "ms", times_json(val));
    const bool is_written = is_whole &&
                            json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(17)) == 0 &&
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
    (void)app_json_set(entry, "image_id",
                       data->is_labels ? app_json_image_id(data->pictures[find->image].path)
                                       : json_integer(data->pictures[find->image].id));
    (void)app_json_set(entry, "category_id",
                       json_integer(is_coco ? app_coco_category((int32_t)find->category)
                                            : data->categories[find->category].id));
    (void)app_json_set(entry, "bbox", box);
    (void)app_json_set(entry, "score", app_json_rounded(find->score, 5));
    return entry;
}

/* True if a label folder's classes are COCO's, whose numbers a results file then has. */
static bool is_coco(const val_data *data)
{
    const char *names[80];
    if (!data->is_labels || data->category_count != 80)
        return false;
    for (size_t i = 0; i < 80; i++)
        names[i] = data->categories[i].name;
    return app_names_are_coco(names, 80);
}

static int save_finds(const val_job *val)
{
    app_output output;
    int code = app_output_open(&output, val->options->save_json);
    if (code != APP_EXIT_DONE)
        return code;
    const bool has_coco_ids = is_coco(&val->data);
    bool is_good = fputc('[', output.stream) != EOF;
    for (size_t i = 0; i < val->finds.count && is_good; i++) {
        json_t *entry = find_json(val, &val->finds.items[i], has_coco_ids);
        if (i > 0)
            fputs(",\n", output.stream);
        is_good = entry != NULL && app_json_write(output.stream, entry);
        json_decref(entry);
    }
    fputs("]\n", output.stream);
    code = app_output_check(&output);
    if (code == APP_EXIT_DONE && is_good)
        return app_output_commit(&output);
    app_output_discard(&output);
    return code != APP_EXIT_DONE ? code : app_fail_memory();
}

static int save_json(const val_job *val)
{
    app_output output;
    int code = app_output_open(&output, val->options->json);
    if (code != APP_EXIT_DONE)
        return code;
    const bool is_written = write_json(val, output.stream);
    code = app_output_check(&output);
    if (code == APP_EXIT_DONE && is_written)
        return app_output_commit(&output);
    app_output_discard(&output);
    return code != APP_EXIT_DONE ? code : app_fail_memory();
}

int val_report(val_job *val)
{
    const coco_task task = {
        .overlap = COCO_BOXES,
        .image_count = val->data.picture_count,
        .category_count = val->data.category_count,
        .truths = val->data.truths,
        .truth_count = val->data.truth_count,
        .found = val->finds.items,
        .found_count = val->finds.count,
    };
    if (!coco_evaluate(&task, &val->result))
        return app_fail_memory();
    say_table(val);
    int code = APP_EXIT_DONE;
    if (val->options->save_json != NULL)
        code = save_finds(val);
    if (code == APP_EXIT_DONE && val->options->json != NULL)
        code = save_json(val);
    return code;
}
