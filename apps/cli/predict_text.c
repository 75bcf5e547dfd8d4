/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a picture: the console's summary, the JSON line, the entries of a COCO results
 * file. */
#include "cli/predict_track.h"
#include "common/names.h"

#include <stdlib.h>

/* Adds "4 persons, " to the text, which is moved to new memory. */
static char *add_count(char *text, size_t number, const char *name)
{
    char *longer = text == NULL ? NULL
                                : app_format("%s%zu %s%s, ", text, number, name,
                                             number > 1 ? app_name_plural(name) : "");
    free(text);
    return longer;
}

char *predict_summary(const predict_names *names, const pawl_detections *found)
{
    char buffer[PREDICT_NAME_SIZE];
    char *text = app_format("%s", found->count == 0 ? "(no detections), " : "");
    for (size_t i = 0; i < names->count; i++) {
        size_t number = 0;
        for (size_t j = 0; j < found->count; j++)
            number += found->items[j].class_id == (int32_t)i ? 1 : 0;
        if (number > 0)
            text = add_count(text, number, predict_name(names, (int32_t)i, buffer));
    }
    return text;
}

static const app_rle *mask_of(const predict_picture *picture, size_t index)
{
    return picture->masks != NULL ? &picture->masks[index] : NULL;
}

/* The track of a detection, null where it has none. */
static json_t *track_json(const predict_picture *picture, size_t index)
{
    const uint64_t id = predict_id(picture, index);
    return id != 0 ? json_integer((json_int_t)id) : json_null();
}

static json_t *detection_json(const predict_names *names, const predict_picture *picture,
                              size_t index)
{
    char buffer[PREDICT_NAME_SIZE];
    const pawl_detection *detection = &picture->found.items[index];
    const app_rle *mask = mask_of(picture, index);
    const float corners[4] = {detection->x1, detection->y1, detection->x2, detection->y2};
    json_t *box = json_array(), *object = json_object();
    bool is_good = true;
    for (size_t i = 0; i < 4; i++)
        is_good = app_json_append(box, app_json_number((double)corners[i])) && is_good;
    is_good = app_json_set(object, "box_xyxy", box) && is_good;
    is_good = is_good &&
              app_json_set(object, "confidence", app_json_number((double)detection->confidence)) &&
              app_json_set(object, "class_id", json_integer(detection->class_id)) &&
              app_json_set(object, "name",
                           app_json_text(predict_name(names, detection->class_id, buffer)));
    if (is_good && picture->ids != NULL)
        is_good = app_json_set(object, "track_id", track_json(picture, index));
    if (is_good && mask != NULL)
        is_good = app_json_set(object, "mask", app_json_mask(mask));
    if (is_good)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *detections_json(const predict_names *names, const predict_picture *picture)
{
    json_t *detections = json_array();
    bool is_good = detections != NULL;
    for (size_t i = 0; i < picture->found.count && is_good; i++)
        is_good = app_json_append(detections, detection_json(names, picture, i));
    if (is_good)
        return detections;
    json_decref(detections);
    return NULL;
}

static json_t *times_json(const predict_picture *picture)
{
    json_t *times = json_object();
    (void)app_json_set(times, "decode", app_json_number(picture->decode_ms));
    (void)app_json_set(times, "preprocess", app_json_number(picture->timing.preprocess_ms));
    (void)app_json_set(times, "inference", app_json_number(picture->timing.inference_ms));
    (void)app_json_set(times, "postprocess", app_json_number(picture->timing.postprocess_ms));
    return times;
}

json_t *predict_json(const predict_names *names, pawl_task task, const predict_picture *picture)
{
    json_t *line = json_object();
    bool is_good = app_json_set(line, "file", app_json_text(picture->path));
    if (predict_is_frame(picture) && !predict_is_bad(picture))
        is_good = app_json_set(line, "frame", json_integer((json_int_t)picture->frame.number)) &&
                  app_json_set(line, "time", app_json_rounded(picture->frame.seconds, 6)) &&
                  is_good;
    if (predict_is_bad(picture)) {
        is_good = app_json_set(line, "error", app_json_error(&picture->error)) && is_good;
    } else {
        is_good = app_json_set(line, "width", json_integer(picture->width)) &&
                  app_json_set(line, "height", json_integer(picture->height)) && is_good;
        if (task == PAWL_TASK_CLASSIFY)
            is_good = app_json_set(line, "top", predict_classes_json(names, picture)) && is_good;
        else
            is_good = app_json_set(line, "detections", detections_json(names, picture)) && is_good;
        is_good = app_json_set(line, "ms", times_json(picture)) && is_good;
    }
    if (is_good)
        return line;
    json_decref(line);
    return NULL;
}

static json_t *coco_entry(const predict_names *names, json_t *image_id,
                          const predict_picture *picture, size_t index)
{
    const pawl_detection *detection = &picture->found.items[index];
    const app_rle *mask = mask_of(picture, index);
    const double x = (double)detection->x1, y = (double)detection->y1;
    const double numbers[4] = {x, y, (double)detection->x2 - x, (double)detection->y2 - y};
    const int32_t category =
        names->is_coco ? app_coco_category(detection->class_id) : detection->class_id;
    json_t *box = json_array(), *entry = json_object();
    bool is_good = true;
    for (size_t i = 0; i < 4; i++)
        is_good = app_json_append(box, app_json_rounded(numbers[i], 3)) && is_good;
    is_good = app_json_set(entry, "image_id", json_incref(image_id)) &&
              app_json_set(entry, "category_id", json_integer(category)) && is_good;
    is_good = app_json_set(entry, "bbox", box) && is_good;
    is_good =
        app_json_set(entry, "score", app_json_rounded((double)detection->confidence, 5)) && is_good;
    if (is_good && mask != NULL)
        is_good = app_json_set(entry, "segmentation", app_json_mask(mask));
    if (is_good && predict_id(picture, index) != 0)
        is_good = app_json_set(entry, "track_id", track_json(picture, index));
    if (is_good)
        return entry;
    json_decref(entry);
    return NULL;
}

/* A frame's is what its label file is called: "clip_7". */
static json_t *image_id_of(const predict_writer *writer, const predict_picture *picture)
{
    if (!predict_is_frame(picture))
        return json_incref(json_array_get(writer->image_ids, picture->number - 1));
    char *name = app_format("%s_%zu", picture->frame.name, picture->frame.number);
    json_t *id = app_json_text(name);
    free(name);
    return id;
}

static int write_entries(predict_writer *writer, const predict_picture *picture, json_t *image_id)
{
    for (size_t i = 0; i < picture->found.count; i++) {
        json_t *entry = coco_entry(writer->names, image_id, picture, i);
        if (entry == NULL)
            return app_fail_memory();
        fputs(writer->has_coco_item ? ",\n" : "[", writer->coco.stream);
        const bool is_written = app_json_write(writer->coco.stream, entry);
        json_decref(entry);
        writer->has_coco_item = true;
        if (is_written)
            continue;
        const int code = app_output_check(&writer->coco);
        app_output_discard(&writer->coco); /* it ends in half an entry */
        return code != APP_EXIT_DONE ? code : app_fail_memory();
    }
    return APP_EXIT_DONE;
}

int predict_coco(predict_writer *writer, const predict_picture *picture)
{
    json_t *image_id = image_id_of(writer, picture);
    const int code =
        image_id != NULL ? write_entries(writer, picture, image_id) : app_fail_memory();
    json_decref(image_id);
    return code;
}
