/* SPDX-License-Identifier: Apache-2.0 */
/* The boxes of a picture in its own pixels, and what of them goes into the run's folder at once:
 * labels as text, with --save-hybrid the labelled boxes in the place of those that overlap them. */
#include "cli/label_text.h"
#include "cli/val.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int val_folder_open(val_job *val)
{
    const val_options *options = val->options;
    if (options->is_nosave && !options->is_save_txt)
        return APP_EXIT_DONE;
    val->folder = app_make_run_folder(options->project, options->name, options->is_exist_ok);
    char *labels = val->folder == NULL ? NULL : app_format("%s/labels", val->folder);
    const bool is_made = labels != NULL && (!options->is_save_txt || app_make_folders(labels));
    free(labels);
    val->label_names = json_object();
    if (!is_made)
        return app_fail(APP_EXIT_FAILED, "cannot make the folder %s/%s: %s", options->project,
                        options->name, strerror(errno));
    return val->label_names != NULL ? APP_EXIT_DONE : app_fail_memory();
}

void val_folder_drop(const val_job *val)
{
    static const char *const parts[] = {"labels"};
    if (val->folder != NULL)
        (void)app_folder_drop(val->folder, parts, 1);
}

/* The class that a category is of the engine, or its own number. */
static int32_t class_of(const val_data *data, size_t category)
{
    for (size_t c = 0; c < data->class_count; c++)
        if (data->category_of_class[c] == category)
            return (int32_t)c;
    return (int32_t)category;
}

static float clipped(double value, double most)
{
    return (float)(value < 0 ? 0 : value > most ? most : value);
}

static pawl_detection placed(const val_item *item, const val_picture *picture,
                             const pawl_detection *one)
{
    pawl_detection box = *one;
    box.x1 = clipped(((double)one->x1 - item->pad_x) / item->gain_x, picture->width);
    box.y1 = clipped(((double)one->y1 - item->pad_y) / item->gain_y, picture->height);
    box.x2 = clipped(((double)one->x2 - item->pad_x) / item->gain_x, picture->width);
    box.y2 = clipped(((double)one->y2 - item->pad_y) / item->gain_y, picture->height);
    return box;
}

static double overlap(const pawl_detection *a, const pawl_detection *b)
{
    const double first[] = {(double)a->x1, (double)a->y1, (double)a->x2 - (double)a->x1,
                            (double)a->y2 - (double)a->y1};
    const double second[] = {(double)b->x1, (double)b->y1, (double)b->x2 - (double)b->x1,
                             (double)b->y2 - (double)b->y1};
    return app_box_iou(first, second, false);
}

/* Adds the box unless a better one of its class, or with --single-cls of any, hides it. */
static size_t add_unless_hidden(val_job *val, const pawl_detection *box, size_t count)
{
    if (count == (size_t)val->options->max_det)
        return count;
    for (size_t i = 0; i < count; i++)
        if ((val->options->is_single_class || val->here[i].class_id == box->class_id) &&
            overlap(&val->here[i], box) > val->options->iou)
            return count;
    val->here[count] = *box;
    return count + 1;
}

static bool make_room(val_job *val, size_t count)
{
    if (count <= val->here_room)
        return true;
    pawl_detection *items = realloc(val->here, count * sizeof *items);
    if (items == NULL)
        return false;
    val->here = items;
    val->here_room = count;
    return true;
}

/* Labelled boxes first, as sure as can be; then what the network finds beside them: it was asked
 * for all there is. */
static size_t mix(val_job *val, const val_item *item, const pawl_detections *boxes)
{
    const val_data *data = &val->data;
    const val_picture *picture = &data->pictures[item->picture];
    size_t count = 0;
    for (size_t i = 0; i < data->truth_count; i++) {
        const coco_truth *truth = &data->truths[i];
        if (truth->image != item->picture || truth->is_crowd)
            continue;
        const pawl_detection box = {(float)truth->box[0],
                                    (float)truth->box[1],
                                    (float)(truth->box[0] + truth->box[2]),
                                    (float)(truth->box[1] + truth->box[3]),
                                    1,
                                    class_of(data, truth->category)};
        count = add_unless_hidden(val, &box, count);
    }
    for (size_t i = 0; i < boxes->count; i++) {
        const pawl_detection box = placed(item, picture, &boxes->items[i]);
        count = add_unless_hidden(val, &box, count);
    }
    return count;
}

int val_place_boxes(val_job *val, const val_item *item, const pawl_detections *boxes, size_t *count)
{
    const val_picture *picture = &val->data.pictures[item->picture];
    const bool is_hybrid = val->options->is_save_hybrid;
    if (!make_room(val, 1 + (is_hybrid ? (size_t)val->options->max_det : boxes->count)))
        return app_fail_memory();
    *count = is_hybrid ? mix(val, item, boxes) : boxes->count;
    for (size_t i = 0; i < boxes->count && !is_hybrid; i++)
        val->here[i] = placed(item, picture, &boxes->items[i]);
    return APP_EXIT_DONE;
}

int val_folder_labels(val_job *val, const val_picture *picture, size_t count)
{
    app_output output;
    if (!val->options->is_save_txt || count == 0)
        return APP_EXIT_DONE;
    char *name = app_json_unique_name(val->label_names, picture->path, ".txt");
    char *path = name == NULL ? NULL : app_format("%s/labels/%s", val->folder, name);
    free(name);
    if (path == NULL)
        return app_fail_memory();
    const int code = app_output_open(&output, path);
    free(path);
    if (code != APP_EXIT_DONE)
        return code;
    for (size_t i = 0; i < count; i++) {
        pawl_detection box = val->here[i];
        if (val->options->is_single_class)
            box.class_id = 0;
        cli_label_write(output.stream, &box, picture->width, picture->height, false,
                        val->options->is_save_conf, 0);
    }
    val->label_count++;
    return app_output_commit(&output);
}
