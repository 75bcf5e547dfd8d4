/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of boxes and masks: YOLOv5's table and COCO's twelve lines. */
#include "cli/val.h"
#include "common/text_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "     0.5     0.4    0.45     0.3": precision, recall, mAP50, mAP50-95. */
#define ROW_SIZE 64
static const char *four(char text[ROW_SIZE], const coco_class *row)
{
    (void)snprintf(text, ROW_SIZE, "%11.3g%11.3g%11.3g%11.3g", row->precision, row->recall,
                   row->table_ap50, row->table_ap);
    return text;
}

/* masks: NULL for none. */
static void say_row(const val_job *val, const char *name, const coco_class *boxes,
                    const coco_class *masks)
{
    char of_boxes[ROW_SIZE], of_masks[ROW_SIZE];
    app_say("%22.*s%11zu%11zu%s%s", app_utf8_cut(name, 22), name, val->seen, boxes->instances,
            four(of_boxes, boxes), masks == NULL ? "" : four(of_masks, masks));
}

size_t val_category_count(const val_job *val)
{
    return val->options->is_single_class ? 1 : val->data.category_count;
}

static coco_class all_of(const coco_result *result)
{
    return (coco_class){.instances = result->instances,
                        .precision = result->precision,
                        .recall = result->recall,
                        .table_ap50 = result->table_ap50,
                        .table_ap = result->table_ap};
}

static void say_table(const val_job *val)
{
    const bool has_masks = val->data.has_masks;
    const coco_class boxes = all_of(&val->boxes), masks = all_of(&val->masks);
    if (has_masks)
        app_say("%22s%11s%11s%11s%11s%11s%11s%11s%11s%11s%11s", "Class", "Images", "Instances",
                "Box(P", "R", "mAP50", "mAP50-95)", "Mask(P", "R", "mAP50", "mAP50-95)");
    else
        app_say("%22s%11s%11s%11s%11s%11s%11s", "Class", "Images", "Instances", "P", "R", "mAP50",
                "mAP50-95");
    say_row(val, "all", &boxes, has_masks ? &masks : NULL);
    const size_t rows = val_category_count(val);
    /* val.py shows few classes unasked. */
    const bool has_rows = rows > 1 && (rows < VAL_FEW || app_term_is_loud());
    for (size_t i = 0; i < rows && has_rows; i++)
        if (val->boxes.classes[i].instances > 0)
            say_row(val, val->data.categories[i].name, &val->boxes.classes[i],
                    has_masks ? &val->masks.classes[i] : NULL);
    if (val->boxes.instances == 0)
        app_warn("no objects are labelled in these pictures: there is nothing to find");
}

static void say_coco(const coco_result *result)
{
    for (size_t i = 0; i < COCO_FIGURES; i++) {
        char line[COCO_LINE_SIZE];
        app_say("%s", coco_line(line, i, result->figures[i]));
    }
}

void val_say_speed(const val_job *val, const char *last_stage)
{
    const double count = (double)val->seen;
    app_note("Speed: %.1fms pre-process, %.1fms inference, %.1fms %s per image at shape (%d, 3, "
             "%d, %d)",
             val->times.preprocess / count, val->times.inference / count,
             val->times.postprocess / count, last_stage, val->batch, val->shape.height,
             val->shape.width);
}

/* The number as printf writes it: what a results file says is what is judged. */
static double rounded_to(double number, int decimals)
{
    char text[64];
    if (!isfinite(number) || fabs(number) > 1e12)
        return 0;
    (void)snprintf(text, sizeof text, "%.*f", decimals, number);
    return strtod(text, NULL);
}

/* As a results file has it: corner and size to 3 decimals, the score to 5. */
static coco_found rounded(const coco_found *exact)
{
    coco_found found = *exact;
    for (size_t i = 0; i < 4; i++)
        found.box[i] = rounded_to(exact->box[i], 3);
    /* Of masks too: pycocotools takes the box's area of results that have both. */
    found.area = found.box[2] * found.box[3];
    found.score = rounded_to(exact->score, 5);
    return found;
}

coco_task val_task(const val_job *val)
{
    return (coco_task){
        .overlap = COCO_BOXES,
        .image_count = val->data.picture_count,
        .category_count = val->data.category_count,
        .truths = val->data.truths,
        .truth_count = val->data.truth_count,
        .found = val->finds.items,
        .found_count = val->finds.count,
        .is_agnostic = val->options->is_single_class,
    };
}

static int evaluate_as_saved(val_job *val, coco_found *found)
{
    coco_task task = val_task(val);
    for (size_t i = 0; i < val->finds.count; i++)
        found[i] = rounded(&val->finds.items[i]);
    task.exact = task.found;
    task.found = found;
    if (!coco_evaluate(&task, &val->boxes))
        return app_fail_memory();
    task.overlap = COCO_MASKS;
    if (val->data.has_masks && !coco_evaluate(&task, &val->masks))
        return app_fail_memory();
    return APP_EXIT_DONE;
}

int val_evaluate(val_job *val)
{
    coco_found *found = malloc((val->finds.count + 1) * sizeof(coco_found));
    const int code = found == NULL ? app_fail_memory() : evaluate_as_saved(val, found);
    free(found);
    return code;
}

double val_figure(const val_job *val)
{
    if (val->data.source == VAL_FOLDERS)
        return val_classes_top1(val);
    return (val->data.has_masks ? &val->masks : &val->boxes)->figures[0];
}

const char *val_figure_name(const val_job *val)
{
    return val->data.source == VAL_FOLDERS ? "top-1"
           : val->data.has_masks           ? "mAP50-95 of masks"
                                           : "mAP50-95";
}

int val_report(val_job *val)
{
    const int code = val_evaluate(val);
    if (code != APP_EXIT_DONE)
        return code;
    say_table(val);
    if (val->data.has_masks)
        app_say("Boxes:");
    say_coco(&val->boxes);
    if (val->data.has_masks) {
        app_say("Masks:");
        say_coco(&val->masks);
    }
    val_say_speed(val, val->data.has_masks ? "NMS and masks" : "NMS");
    return APP_EXIT_DONE;
}
