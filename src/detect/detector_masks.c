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

/* The coefficients as NMS leaves them, from a candidate's row. */
static void weigh_coefficients(pw_detector *detector, pw_mask_source *source, const float *row,
                               size_t width)
{
    const float *raw = row + width - (size_t)source->count;
    float *weighed = detector->plane + (size_t)source->height * (size_t)source->width;
    for (int32_t k = 0; k < source->count; k++)
        weighed[k] = pk_mask_coefficient(raw[k], row[4]);
    source->coefficients = weighed;
}

static pawl_status check_box(const pw_detector *detector, size_t image, size_t index,
                             pawl_error *error)
{
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
    return PAWL_OK;
}

/* The prototypes' sizes, and room for a plane of them. */
static pawl_status describe(pw_detector *detector, pw_mask_source *source, pawl_error *error)
{
    const pw_context *context = detector->context;
    const pawl_tensor *prototypes =
        &pw_context_program(context)->outputs[context->output_count - 1];
    *source = (pw_mask_source){.count = (int32_t)prototypes->dims[1],
                               .height = (int32_t)prototypes->dims[2],
                               .width = (int32_t)prototypes->dims[3]};
    return make_plane(detector, source, error);
}

/* The plane of a box's mask, where its prototypes are. */
static pawl_status weigh(pw_detector *detector, size_t image, size_t index, pw_mask_source *source,
                         pk_mask_area inside, pawl_error *error)
{
    const pw_context *context = detector->context;
    const uint32_t row = detector->rows[image * detector->box_room + index];
    pawl_candidates candidates;
    pawl_tensor prototypes;
    if (pw_context_program(context)->collects)
        return pw_context_mask(context, image, row, &inside, detector->plane, error);
    PW_TRY(pw_context_candidates(context, image, &candidates, error));
    PW_TRY(pw_context_output(context, context->output_count - 1, &prototypes, error));
    source->prototypes = (const float *)prototypes.data +
                         image * prototypes.size / (size_t)prototypes.dims[0] / sizeof(float);
    weigh_coefficients(detector, source, candidates.rows + row * candidates.width,
                       candidates.width);
    pw_mask_weigh(source, inside, detector->plane);
    return PAWL_OK;
}

static pawl_status make_native(pw_detector *detector, size_t image, size_t index,
                               pw_mask_source *source, pawl_mask *mask, pawl_error *error)
{
    const int32_t width = detector->found[image].width, height = detector->found[image].height;
    const pawl_detection *item = &detector->items[image * detector->box_room + index];
    const float rounded[4] = {rintf(item->x1), rintf(item->y1), rintf(item->x2), rintf(item->y2)};
    PW_TRY(weigh(detector, image, index, source,
                 pw_mask_inside_native(source->height, source->width, height, width), error));
    PW_TRY(make_room(detector, PICTURE, height, width, error));
    pw_mask_enlarge_native(detector->plane, source->height, source->width, rounded, height, width,
                           detector->masks[PICTURE]);
    *mask = (pawl_mask){width, height, detector->masks[PICTURE]};
    return PAWL_OK;
}

static pawl_status make_mask(pw_detector *detector, size_t image, size_t index, pawl_mask_form form,
                             pawl_mask *mask, pawl_error *error)
{
    const pw_lowering *shape = pw_context_shape(detector->context);
    pw_mask_source source;
    PW_TRY(check_box(detector, image, index, error));
    PW_TRY(describe(detector, &source, error));
    if (form == PAWL_MASK_NATIVE)
        return make_native(detector, image, index, &source, mask, error);
    const pk_box *found = &detector->boxes[image * detector->box_room + index];
    const float box[4] = {found->x1, found->y1, found->x2, found->y2};
    const int32_t width = detector->found[image].width, height = detector->found[image].height;
    PW_TRY(weigh(detector, image, index, &source,
                 pw_mask_inside(source.height, source.width, box, shape->height, shape->width),
                 error));
    PW_TRY(make_room(detector, NETWORK, shape->height, shape->width, error));
    const pk_mask_area inside =
        pw_mask_enlarge(detector->plane, source.height, source.width, box, shape->height,
                        shape->width, detector->masks[NETWORK]);
    *mask = (pawl_mask){shape->width, shape->height, detector->masks[NETWORK]};
    if (form == PAWL_MASK_NETWORK)
        return PAWL_OK;
    PW_TRY(make_room(detector, PICTURE, height, width, error));
    pw_mask_to_picture(detector->masks[NETWORK], shape->height, shape->width, inside, height, width,
                       detector->masks[PICTURE]);
    *mask = (pawl_mask){width, height, detector->masks[PICTURE]};
    return PAWL_OK;
}

pawl_status pw_detector_mask(pw_detector *detector, size_t picture, size_t index,
                             pawl_mask_form form, pawl_mask *mask, pawl_error *error)
{
    if (mask == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "a mask is asked for, and mask is NULL");
    if (form != PAWL_MASK_PICTURE && form != PAWL_MASK_NATIVE && form != PAWL_MASK_NETWORK)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no mask form %d", (int)form);
    PW_TRY(pw_context_enter(detector->context, error));
    pw_context *inside PW_INSIDE = detector->context;
    (void)inside;
    return make_mask(detector, picture, index, form, mask, error);
}

pawl_status pawl_detector_mask(pawl_detector *detector, size_t picture, size_t index,
                               pawl_mask_form form, pawl_mask *mask, pawl_error *error)
{
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    return pw_detector_mask(used, picture, index, form, mask, error);
}
