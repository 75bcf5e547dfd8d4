/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and launches of the kernels in kernels/boxes.cu and mask.cu. */
#include "gpu/device_boxes.h"
#include "base/size.h"

#include <string.h>

#define POINTER(type, address) ((type *)(uintptr_t)(address))

static pg_wanted *wanted_of(const pw_gpu_boxes *boxes)
{
    return boxes->staged->data;
}

static float *thresholds_of(const pw_gpu_boxes *boxes)
{
    return (float *)(void *)(wanted_of(boxes) + 1);
}

/* Levels, one after another: where each begins among the rows and the blocks of a picture. */
static pawl_status lay_out(pw_gpu_boxes *boxes, const pw_gpu_heads *heads, pawl_error *error)
{
    const pk_head *const head = heads->head;
    pg_boxes *const to = &boxes->arguments;
    size_t rows = 0;
    *to = (pg_boxes){.level_count = (uint32_t)heads->level_count,
                     .anchor_count = (uint32_t)head->anchor_count,
                     .class_count = (uint32_t)head->class_count,
                     .mask_count = (uint32_t)head->mask_count};
    for (size_t l = 0; l < heads->level_count; l++) {
        const size_t cells = heads->level[l].height * heads->level[l].width;
        pg_level *const level = &to->level[l];
        *level = (pg_level){.map = POINTER(const float, heads->level[l].map),
                            .cells = (uint32_t)cells,
                            .grid = (uint32_t)heads->level[l].width,
                            .first_row = (uint32_t)rows,
                            .first_block = (uint32_t)boxes->block_count,
                            .stride = head->stride[l]};
        memcpy(level->anchor, head->anchor[l], sizeof level->anchor);
        rows += cells * head->anchor_count;
        boxes->block_count += head->anchor_count * pw_size_ceil_div(cells, PG_CELLS);
    }
    size_t keys = 0;
    if (head->class_count == 0 || !pw_size_mul(rows, head->class_count, &keys) ||
        keys > UINT32_MAX || (head->class_count + head->mask_count) > UINT32_MAX / PG_CELLS)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%zu rows of %zu classes are not for the kernels of the GPU", rows,
                       head->class_count);
    return PAWL_OK;
}

/* Keys, entries, their order. */
static void place_work(pw_gpu_boxes *boxes)
{
    const size_t all = boxes->batch * PG_ENTRY_CAPACITY;
    const uint64_t keys = boxes->work->address, entries = keys + all * sizeof(uint64_t);
    pg_boxes *const to = &boxes->arguments;
    to->keys = POINTER(uint64_t, keys);
    to->entries = POINTER(pg_entry, entries);
    to->order = POINTER(uint32_t, entries + all * sizeof(pg_entry));
    to->tallies = POINTER(pg_tally, boxes->tallies->address);
    to->answers = POINTER(pg_answer, boxes->answers->address);
    to->wanted = POINTER(const pg_wanted, boxes->settings->address);
    to->thresholds = POINTER(const float, boxes->settings->address + sizeof(pg_wanted));
}

pawl_status pw_gpu_boxes_make(pw_gpu_boxes *boxes, const pw_gpu_kernels *kernels,
                              const pw_gpu_heads *heads, pawl_error *error)
{
    pw_gpu_device *const device = kernels->module->device;
    boxes->kernels = kernels;
    boxes->batch = heads->batch;
    boxes->class_count = heads->head->class_count;
    PW_TRY(lay_out(boxes, heads, error));
    const size_t settings = sizeof(pg_wanted) + boxes->class_count * sizeof(float);
    const size_t a_picture =
        PG_ENTRY_CAPACITY * (sizeof(uint64_t) + sizeof(pg_entry) + sizeof(uint32_t));
    PW_TRY(pw_gpu_memory_create(device, settings, &boxes->settings, error));
    PW_TRY(pw_gpu_memory_create(device, boxes->batch * sizeof(pg_tally), &boxes->tallies, error));
    PW_TRY(pw_gpu_memory_create(device, boxes->batch * a_picture, &boxes->work, error));
    PW_TRY(pw_gpu_pinned_create(device, settings, &boxes->staged, error));
    PW_TRY(pw_gpu_pinned_create(device, boxes->batch * sizeof(pg_answer), &boxes->answers, error));
    place_work(boxes);
    return PAWL_OK;
}

void pw_gpu_boxes_free(pw_gpu_boxes *boxes)
{
    (void)pw_object_end(boxes->plane);
    (void)pw_object_end(boxes->answers);
    (void)pw_object_end(boxes->staged);
    (void)pw_object_end(boxes->work);
    (void)pw_object_end(boxes->tallies);
    (void)pw_object_end(boxes->settings);
    *boxes = (pw_gpu_boxes){.kernels = NULL};
}

size_t pw_gpu_boxes_size(const pw_gpu_boxes *boxes)
{
    return boxes->settings->size + boxes->tallies->size + boxes->work->size + boxes->staged->size +
           boxes->answers->size;
}

bool pw_gpu_boxes_takes(const pw_gpu_rules *rules)
{
    return rules->most <= PG_MOST_BOXES;
}

pawl_status pw_gpu_boxes_want(pw_gpu_boxes *boxes, const pw_gpu_stream *stream,
                              const pw_gpu_rules *rules, pawl_error *error)
{
    const size_t size = boxes->class_count * sizeof(float);
    pg_wanted *const now = wanted_of(boxes);
    const pg_wanted wanted = {.threshold = rules->objectness.threshold,
                              .raw = rules->objectness.raw,
                              .lowest = rules->lowest,
                              .iou = rules->iou,
                              .distance = rules->is_agnostic ? 0.0f : PK_CLASS_DISTANCE,
                              .most = (uint32_t)rules->most,
                              .is_multi_label = rules->is_multi_label};
    if (!boxes->is_clear)
        PW_TRY(pw_gpu_clear(stream, boxes->tallies, boxes->tallies->size, error));
    boxes->is_clear = true;
    if (boxes->is_uploaded && memcmp(now, &wanted, sizeof wanted) == 0 &&
        memcmp(thresholds_of(boxes), rules->thresholds, size) == 0)
        return PAWL_OK;
    *now = wanted;
    memcpy(thresholds_of(boxes), rules->thresholds, size);
    boxes->is_uploaded = false;
    PW_TRY(
        pw_gpu_upload(stream, boxes->settings, boxes->staged->data, boxes->settings->size, error));
    boxes->is_uploaded = true;
    boxes->uploads++;
    return PAWL_OK;
}

/* The second kernel leaves the tallies as the first wants them. */
pawl_status pw_gpu_boxes_enqueue(pw_gpu_boxes *boxes, const pw_gpu_stream *stream,
                                 pawl_error *error)
{
    const pw_gpu_kernels *const kernels = boxes->kernels;
    const uint32_t pictures = (uint32_t)boxes->batch;
    boxes->is_clear = false;
    PW_TRY(pw_gpu_launch(stream, kernels->find, (uint32_t)boxes->block_count, pictures,
                         PG_THREADS_MAX, &boxes->arguments, error));
    PW_TRY(pw_gpu_launch(stream, kernels->settle, PG_ENTRY_CAPACITY / PG_CHUNK, pictures, PG_CHUNK,
                         &boxes->arguments, error));
    boxes->is_clear = true;
    return PAWL_OK;
}

const pg_answer *pw_gpu_boxes_answer(const pw_gpu_boxes *boxes, size_t picture)
{
    const pg_answer *const answers = boxes->answers->data;
    return answers[picture].counts.entries > PG_ENTRY_CAPACITY ? NULL : &answers[picture];
}

/* The raw values of a row: its level, anchor and cell. */
static const float *raw_of(const pw_gpu_boxes *boxes, size_t picture, size_t row)
{
    const pg_boxes *const settings = &boxes->arguments;
    size_t l = 0;
    while (l + 1 < settings->level_count && row >= settings->level[l + 1].first_row)
        l++;
    const pg_level *const level = &settings->level[l];
    const size_t own = row - level->first_row, anchors = settings->anchor_count;
    const size_t width = 5 + (size_t)settings->class_count + settings->mask_count;
    const size_t pixel = picture * level->cells + own % level->cells;
    return level->map + (pixel * anchors + own / level->cells) * width;
}

static pawl_status make_plane(pw_gpu_boxes *boxes, size_t size, pawl_error *error)
{
    if (boxes->plane != NULL && boxes->plane->size >= size)
        return PAWL_OK;
    pw_gpu_pinned *made = NULL;
    PW_TRY(pw_gpu_pinned_create(boxes->kernels->module->device, size, &made, error));
    (void)pw_object_end(boxes->plane);
    boxes->plane = made;
    return PAWL_OK;
}

pawl_status pw_gpu_boxes_mask(pw_gpu_boxes *boxes, const pw_gpu_stream *stream,
                              const pw_gpu_mask *mask, float *plane, pawl_error *error)
{
    const size_t rows = mask->bottom - mask->top, columns = mask->right - mask->left;
    memset(plane, 0, mask->height * mask->width * sizeof(float));
    if (mask->bottom <= mask->top || mask->right <= mask->left)
        return PAWL_OK;
    PW_TRY(make_plane(boxes, mask->height * mask->width * sizeof(float), error));
    const pg_mask arguments = {.raw = raw_of(boxes, mask->picture, mask->row),
                               .prototypes = POINTER(const float, mask->prototypes),
                               .plane = POINTER(float, boxes->plane->address),
                               .class_count = (uint32_t)boxes->class_count,
                               .count = boxes->arguments.mask_count,
                               .height = (uint32_t)mask->height,
                               .width = (uint32_t)mask->width,
                               .top = (uint32_t)mask->top,
                               .bottom = (uint32_t)mask->bottom,
                               .left = (uint32_t)mask->left,
                               .right = (uint32_t)mask->right};
    const pawl_status status = pw_gpu_launch(stream, boxes->kernels->mask, (uint32_t)rows, 1,
                                             PG_THREADS_MAX, &arguments, error);
    if (status < 0) {
        pw_gpu_settle(stream);
        return status;
    }
    PW_TRY(pw_gpu_wait(stream, error));
    const float *const made = boxes->plane->data;
    for (size_t y = 0; y < rows; y++)
        memcpy(plane + (mask->top + y) * mask->width + mask->left,
               made + y * mask->width + mask->left, columns * sizeof(float));
    return PAWL_OK;
}
