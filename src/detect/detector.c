/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures in, boxes in their pixels out. A detector's memory is only touched by who is inside its
 * context, so the context's busy flag guards both.
 */
#include "base/desc.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"
#include "detect/nms.h"
#include "image/letterbox.h"
#include "runtime/context.h"

#include <string.h>

/* Parent: context. */
typedef struct pw_detector {
    pw_object object;
    pw_context *context;
    float confidence;
    size_t max_detections;
    size_t capacity; /* pictures at once: the context's batch at birth */
    pw_nms *nms;
    pawl_detection *items; /* max_detections a picture */
    size_t *counts;        /* boxes a picture */
    pw_image **images;     /* of the call under way */
    uint8_t *scratch;      /* of the letterbox: scratch_size for each thread */
    size_t scratch_size;
} pw_detector;

static void detector_unmake(pw_object *object)
{
    pw_detector *detector = (pw_detector *)object;
    pw_nms_destroy(detector->nms);
    pw_free(detector->items);
    pw_free(detector->counts);
    pw_free(detector->images);
    pw_free(detector->scratch);
}

static bool is_fraction(float value)
{
    return value >= 0.0f && value <= 1.0f; /* false for NaN */
}

static pawl_status check_desc(const pawl_detector_desc *desc, pawl_error *error)
{
    if (!is_fraction(desc->confidence) || !is_fraction(desc->iou))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "confidence and iou must be 0 to 1");
    if (desc->max_detections < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "max_detections is %d: it must be 1 or more",
                       desc->max_detections);
    return PAWL_OK;
}

static pawl_status check_context(const pw_context *context, pawl_error *error)
{
    const pw_model *model = &context->engine->plan->network.model;
    const pw_lowering *lowering = &context->program->lowering;
    if (model->task != PAWL_TASK_DETECT)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this engine does not detect boxes: a detector needs a detection model");
    if (lowering->input != PAWL_INPUT_U8_NHWC || lowering->output != PAWL_OUTPUT_CANDIDATES)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "a detector needs a context made with PAWL_INPUT_U8_NHWC and "
                       "PAWL_OUTPUT_CANDIDATES");
    return PAWL_OK;
}

/* Room for a picture as wide as the network; a letterbox never needs more. */
static pawl_status make_scratch(pw_detector *made, size_t size, pawl_error *error)
{
    const size_t threads = (size_t)pw_thread_pool_size(made->context->pool);
    const size_t step = pw_size_align(size, PW_CACHE_LINE);
    uint8_t *scratch = pw_alloc_aligned(threads * step, PW_CACHE_LINE);
    if (scratch == NULL)
        return pw_fail_memory(error, "the letterbox", threads * step);
    pw_free(made->scratch);
    made->scratch = scratch;
    made->scratch_size = step;
    return PAWL_OK;
}

static pawl_status fill_in(pw_detector *made, const pawl_detector_desc *desc, pawl_error *error)
{
    const pw_lowering *lowering = &made->context->program->lowering;
    const pw_nms_desc nms = {
        .confidence = desc->confidence,
        .iou = desc->iou,
        .max_detections = made->max_detections,
        .class_count = (size_t)made->context->engine->plan->network.model.class_count,
        .is_agnostic = desc->is_agnostic != 0,
        .is_multi_label = desc->is_multi_label != 0,
        .classes = desc->classes,
        .class_filter_count = desc->class_filter_count,
    };
    PW_TRY(pw_nms_create(&nms, &made->nms, error));
    const size_t boxes = made->capacity * made->max_detections;
    made->items = pw_calloc(boxes, sizeof(pawl_detection));
    made->counts = pw_calloc(made->capacity, sizeof(size_t));
    made->images = pw_calloc(made->capacity, sizeof(pw_image *));
    if (made->items == NULL || made->counts == NULL || made->images == NULL)
        return pw_fail_memory(error, "the detector's boxes", boxes * sizeof(pawl_detection));
    const pawl_letterbox widest =
        pawl_letterbox_fit(lowering->width, lowering->height, lowering->width, lowering->height);
    return make_scratch(made, pw_letterbox_scratch_size(lowering->width, lowering->height, &widest),
                        error);
}

pawl_status pawl_detector_create(pawl_context *context, const pawl_detector_desc *desc,
                                 pawl_detector **detector, pawl_error *error)
{
    if (detector == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_create: detector is NULL");
    pawl_detector_desc asked = PAWL_DETECTOR_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_detector_desc", error));
    PW_TRY(check_desc(&asked, error));
    pw_context *host PW_USING = NULL;
    PW_TRY(pw_object_use(context, PW_TYPE_CONTEXT, &host, error));
    pw_object *const parents[] = {&host->object};
    pw_detector *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(PW_TYPE_DETECTOR, sizeof(pw_detector), detector_unmake, parents,
                          PW_COUNT(parents), &made, error));
    PW_TRY(pw_context_enter(host, error));
    pw_context *inside PW_INSIDE = host;
    PW_TRY(check_context(inside, error));
    memcpy(made->object.name, host->object.name, sizeof(made->object.name));
    made->context = host;
    made->confidence = asked.confidence;
    made->max_detections = pw_size_min((size_t)asked.max_detections, PW_NMS_MAX_BOXES);
    made->capacity = (size_t)inside->program->lowering.batch;
    PW_TRY(fill_in(made, &asked, error));
    inside->run.threshold = made->confidence;
    *detector = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_detector_destroy(pawl_detector **detector)
{
    return pw_object_destroy_handle((void **)detector, PW_TYPE_DETECTOR);
}

/* The pictures of one call, held while it lasts. */
typedef struct held_images {
    pw_image **images;
    size_t count;
} held_images;

static void release_images(held_images *held)
{
    for (size_t i = 0; i < held->count; i++)
        pw_object_release(held->images[i]);
}

static pawl_status hold_images(pawl_image *const *handles, size_t count, held_images *held,
                               pawl_error *error)
{
    while (held->count < count) {
        PW_TRY(
            pw_object_use(handles[held->count], PW_TYPE_IMAGE, &held->images[held->count], error));
        held->count++;
    }
    return PAWL_OK;
}

typedef struct letterbox_work {
    pw_detector *detector;
    uint8_t *input;
    int32_t width, height; /* of the network */
    size_t bands;          /* parts of a picture, a task each */
    atomic_int worst;      /* status */
} letterbox_work;

static void letterbox_task(void *argument, size_t item, size_t worker)
{
    letterbox_work *work = argument;
    const pw_detector *detector = work->detector;
    const size_t picture = item / work->bands, band = item % work->bands;
    const pw_image *image = detector->images[picture];
    const pawl_letterbox box =
        pawl_letterbox_fit(image->width, image->height, work->width, work->height);
    const size_t height = (size_t)work->height;
    const pawl_status status = pw_letterbox_into(
        image, &box, work->input + picture * height * (size_t)work->width * 3,
        detector->scratch + worker * detector->scratch_size, detector->scratch_size,
        (int32_t)(height * band / work->bands), (int32_t)(height * (band + 1) / work->bands));
    if (status < 0)
        atomic_store(&work->worst, (int)status);
}

static pawl_status letterbox_all(pw_detector *detector, size_t count, pawl_error *error)
{
    const pw_program *program = detector->context->program;
    pw_thread_pool *pool = detector->context->pool;
    letterbox_work work = {
        .detector = detector,
        .input = program->input.data,
        .width = program->lowering.width,
        .height = program->lowering.height,
        .bands = (size_t)pw_thread_pool_size(pool),
    };
    size_t needed = 0;
    for (size_t i = 0; i < count; i++) {
        const pw_image *image = detector->images[i];
        const pawl_letterbox box =
            pawl_letterbox_fit(image->width, image->height, work.width, work.height);
        needed = pw_size_max(needed, pw_letterbox_scratch_size(image->width, image->height, &box));
    }
    if (needed > detector->scratch_size) /* the context became wider since */
        PW_TRY(make_scratch(detector, needed, error));
    pw_thread_pool_run(pool, letterbox_task, &work, count * work.bands);
    if (atomic_load(&work.worst) < 0)
        return pw_fail(error, PAWL_ERR_INTERNAL, "a picture does not fit its letterbox");
    return PAWL_OK;
}

static float clipped(float value, float limit)
{
    return value < 0 ? 0 : value > limit ? limit : value;
}

/* YOLOv5's scale_boxes(): its pads are the exact halves, not the letterbox's whole pixels. */
static void scale_boxes(pawl_detection *items, size_t count, const pw_lowering *network,
                        int32_t width, int32_t height)
{
    const double by_height = (double)network->height / height;
    const double by_width = (double)network->width / width;
    const double ratio = by_height < by_width ? by_height : by_width;
    const float gain = (float)ratio;
    const float pad_x = (float)((network->width - width * ratio) / 2);
    const float pad_y = (float)((network->height - height * ratio) / 2);
    for (size_t i = 0; i < count; i++) {
        pawl_detection *item = &items[i];
        item->x1 = clipped((item->x1 - pad_x) / gain, (float)width);
        item->y1 = clipped((item->y1 - pad_y) / gain, (float)height);
        item->x2 = clipped((item->x2 - pad_x) / gain, (float)width);
        item->y2 = clipped((item->y2 - pad_y) / gain, (float)height);
    }
}

/* Boxes of one picture of the last run, in the pixels of a picture of this size. */
static pawl_status collect(pw_detector *detector, size_t image, int32_t width, int32_t height,
                           pawl_error *error)
{
    const pw_context *context = detector->context;
    pawl_candidates candidates;
    PW_TRY(pw_context_candidates(context, image, &candidates, error));
    pawl_detection *items = detector->items + image * detector->max_detections;
    const size_t count = pw_nms_run(detector->nms, &candidates, items);
    scale_boxes(items, count, &context->program->lowering, width, height);
    detector->counts[image] = count;
    return PAWL_OK;
}

static pawl_detections answer(const pw_detector *detector, size_t image)
{
    return (pawl_detections){detector->items + image * detector->max_detections,
                             detector->counts[image]};
}

static double milliseconds(uint64_t from, uint64_t to)
{
    return (double)(to - from) / 1e6;
}

/* Inside the context, the pictures held. */
static pawl_status detect(pw_detector *detector, size_t count, pawl_timing *timing,
                          pawl_error *error)
{
    pw_context *context = detector->context;
    const pw_lowering *shape = &context->program->lowering;
    PW_TRY(pw_context_shape_set(context, (int32_t)count, shape->height, shape->width, error));
    context->run.threshold = detector->confidence;
    const uint64_t start = pw_os_clock_ns();
    PW_TRY(letterbox_all(detector, count, error));
    const uint64_t boxed = pw_os_clock_ns();
    PW_TRY(pw_context_run(context, error));
    const uint64_t run = pw_os_clock_ns();
    for (size_t i = 0; i < count; i++)
        PW_TRY(
            collect(detector, i, detector->images[i]->width, detector->images[i]->height, error));
    *timing = (pawl_timing){
        .preprocess_ms = milliseconds(start, boxed),
        .inference_ms = milliseconds(boxed, run),
        .postprocess_ms = milliseconds(run, pw_os_clock_ns()),
    };
    return PAWL_OK;
}

pawl_status pawl_detector_run(pawl_detector *detector, pawl_image *const *images, size_t count,
                              pawl_detections *results, pawl_timing *timing, pawl_error *error)
{
    if (images == NULL || results == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_run: %s is NULL",
                       images == NULL ? "images" : "results");
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, PW_TYPE_DETECTOR, &used, error));
    if (count < 1 || count > used->capacity)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%zu pictures at once: this detector takes 1 to %zu, its context's batch",
                       count, used->capacity);
    PW_TRY(pw_context_enter(used->context, error));
    pw_context *inside PW_INSIDE = used->context;
    held_images held PW_CLEANUP(release_images) = {.images = used->images};
    PW_TRY(hold_images(images, count, &held, error));
    pawl_timing taken;
    PW_TRY(detect(used, count, &taken, error));
    for (size_t i = 0; i < count; i++)
        results[i] = answer(used, i);
    if (timing != NULL)
        *timing = taken;
    (void)inside;
    return PAWL_OK;
}

pawl_status pawl_detector_collect(pawl_detector *detector, size_t image, pawl_detections *result,
                                  pawl_error *error)
{
    if (result == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_collect: result is NULL");
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, PW_TYPE_DETECTOR, &used, error));
    PW_TRY(pw_context_enter(used->context, error));
    pw_context *inside PW_INSIDE = used->context;
    if (image >= used->capacity)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "picture %zu: this detector was made for a batch of %zu", image,
                       used->capacity);
    const pw_lowering *shape = &inside->program->lowering;
    PW_TRY(collect(used, image, shape->width, shape->height, error));
    *result = answer(used, image);
    return PAWL_OK;
}
