/* SPDX-License-Identifier: Apache-2.0 */
/* The mask of a box that the last call found: its prototypes, its coefficients, memory to make it
 * in. */
#include "base/memory.h"
#include "base/size.h"
#include "detect/detector.h"
#include "detect/masks.h"

#include <math.h>

enum { NETWORK, PICTURE };

/* Room for bytes in one of the two masks; grows only. */
static pawl_status make_room(pw_detector *detector, int which, int32_t height, int32_t width,
                             pawl_error *error)
{
    const size_t size = (size_t)height * (size_t)width;
    if (size <= detector->mask_sizes[which])
        return PAWL_OK;
    uint8_t *mask = pw_alloc_aligned(size, PW_CACHE_LINE);
    if (mask == NULL)
        return pw_fail_memory(error, "a mask", size);
    pw_free(detector->masks[which]);
    detector->masks[which] = mask;
    detector->mask_sizes[which] = size;
    return PAWL_OK;
}

/* Room for weighted prototypes and, behind them, the coefficients. */
static pawl_status make_plane(pw_detector *detector, const pw_mask_source *source,
                              pawl_error *error)
{
    const size_t count = (size_t)source->height * (size_t)source->width + (size_t)source->count;
    if (count <= detector->plane_count)
        return PAWL_OK;
    float *plane = pw_alloc_aligned(count * sizeof(float), PW_CACHE_LINE);
    if (plane == NULL)
        return pw_fail_memory(error, "a mask", count * sizeof(float));
    pw_free(detector->plane);
    detector->plane = plane;
    detector->plane_count = count;
    return PAWL_OK;
}

/* YOLOv5's non_max_suppression() multiplies all behind the objectness by it: the classes' scores,
 * and the coefficients too. */
static void weigh_coefficients(pw_detector *detector, pw_mask_source *source, const float *row,
                               size_t width)
{
    const float *raw = row + width - (size_t)source->count;
    float *weighed = detector->plane + (size_t)source->height * (size_t)source->width;
    for (int32_t k = 0; k < source->count; k++)
        weighed[k] = raw[k] * row[4];
    source->coefficients = weighed;
}

static pawl_status find(pw_detector *detector, size_t image, size_t index, pw_mask_source *source,
                        const float **row, pawl_error *error)
{
    const pw_context *context = detector->context;
    const pw_layer *head = pw_network_head(&detector->context->engine->plan->network);
    if (head == NULL || head->as.detect.mask_count == 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this engine makes no masks");
    if (image >= detector->capacity || index >= detector->found[image].count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu has no box %zu", image, index);
    if (detector->found[image].run != detector->context->run_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "the context has run since box %zu of picture %zu was found: what its mask "
                       "is made of is gone",
                       index, image);
    pawl_candidates candidates;
    PW_TRY(pw_context_candidates(detector->context, image, &candidates, error));
    const uint32_t number = detector->rows[image * detector->max_detections + index];
    pawl_tensor prototypes;
    PW_TRY(pw_context_output(context, context->output_count - 1, &prototypes, error));
    *row = candidates.rows + number * candidates.width;
    *source = (pw_mask_source){
        .prototypes = (const float *)prototypes.data +
                      image * prototypes.size / (size_t)prototypes.dims[0] / sizeof(float),
        .count = (int32_t)prototypes.dims[1],
        .height = (int32_t)prototypes.dims[2],
        .width = (int32_t)prototypes.dims[3],
    };
    PW_TRY(make_plane(detector, source, error));
    weigh_coefficients(detector, source, *row, candidates.width);
    return PAWL_OK;
}

/* The box as the masks need it: of the candidate, in the network's pixels, not clipped. */
static void network_box(const float *row, float box[4])
{
    box[0] = row[0] - row[2] / 2;
    box[1] = row[1] - row[3] / 2;
    box[2] = row[0] + row[2] / 2;
    box[3] = row[1] + row[3] / 2;
}

static pawl_status make_mask(pw_detector *detector, size_t image, size_t index, pawl_mask_form form,
                             pawl_mask *mask, pawl_error *error)
{
    const pw_lowering *shape = pw_context_shape(detector->context);
    pw_mask_source source;
    const float *row = NULL;
    float box[4];
    PW_TRY(find(detector, image, index, &source, &row, error)); /* there is such a picture */
    const int32_t width = detector->found[image].width, height = detector->found[image].height;
    if (form == PAWL_MASK_NATIVE) {
        const pawl_detection *item = &detector->items[image * detector->max_detections + index];
        const float rounded[4] = {rintf(item->x1), rintf(item->y1), rintf(item->x2),
                                  rintf(item->y2)};
        PW_TRY(make_room(detector, PICTURE, height, width, error));
        pw_mask_native(&source, rounded, height, width, detector->plane, detector->masks[PICTURE]);
        *mask = (pawl_mask){width, height, detector->masks[PICTURE]};
        return PAWL_OK;
    }
    network_box(row, box);
    PW_TRY(make_room(detector, NETWORK, shape->height, shape->width, error));
    const pk_mask_area inside = pw_mask_enlarged(&source, box, shape->height, shape->width,
                                                 detector->plane, detector->masks[NETWORK]);
    *mask = (pawl_mask){shape->width, shape->height, detector->masks[NETWORK]};
    if (form == PAWL_MASK_NETWORK)
        return PAWL_OK;
    PW_TRY(make_room(detector, PICTURE, height, width, error));
    pw_mask_to_picture(detector->masks[NETWORK], shape->height, shape->width, inside, height, width,
                       detector->masks[PICTURE]);
    *mask = (pawl_mask){width, height, detector->masks[PICTURE]};
    return PAWL_OK;
}

pawl_status pawl_detector_mask(pawl_detector *detector, size_t image, size_t index,
                               pawl_mask_form form, pawl_mask *mask, pawl_error *error)
{
    if (mask == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_mask: mask is NULL");
    if (form != PAWL_MASK_PICTURE && form != PAWL_MASK_NATIVE && form != PAWL_MASK_NETWORK)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no mask form %d", (int)form);
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    PW_TRY(pw_context_enter(used->context, error));
    pw_context *inside PW_INSIDE = used->context;
    (void)inside;
    return make_mask(used, image, index, form, mask, error);
}
