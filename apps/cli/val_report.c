/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of boxes and masks: YOLOv5's table and COCO's twelve lines. */
#include "cli/val.h"

#include <stdlib.h>
#include <string.h>

/* "     0.5     0.4    0.45     0.3": precision, recall, mAP50, mAP50-95. */
#define ROW_SIZE 64
static const char *four(char text[ROW_SIZE], const coco_class *row)
{
    (void)snprintf(text, ROW_SIZE, "%11.3g%11.3g%11.3g%11.3g", row->precision, row->recall,
                   row->ap50 < 0 ? 0 : row->ap50, row->ap < 0 ? 0 : row->ap);
    return text;
}

/* masks: NULL for none. */
static void say_row(const val_job *val, const char *name, const coco_class *boxes,
                    const coco_class *masks)
{
    char of_boxes[ROW_SIZE], of_masks[ROW_SIZE];
    app_say("%22.22s%11zu%11zu%s%s", name, val->seen, boxes->instances, four(of_boxes, boxes),
            masks == NULL ? "" : four(of_masks, masks));
}

static coco_class all_of(const coco_result *result)
{
    return (coco_class){.instances = result->instances,
                        .precision = result->precision,
                        .recall = result->recall,
                        .ap50 = result->figures[COCO_AP50],
                        .ap = result->figures[COCO_AP]};
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
    for (size_t i = 0; i < val->data.category_count && app_term_is_loud(); i++)
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

int val_report(val_job *val)
{
    coco_task task = {
        .overlap = COCO_BOXES,
        .image_count = val->data.picture_count,
        .category_count = val->data.category_count,
        .truths = val->data.truths,
        .truth_count = val->data.truth_count,
        .found = val->finds.items,
        .found_count = val->finds.count,
    };
    if (!coco_evaluate(&task, &val->boxes))
        return app_fail_memory();
    task.overlap = COCO_MASKS;
    if (val->data.has_masks && !coco_evaluate(&task, &val->masks))
        return app_fail_memory();
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
