/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in, boxes in their pixels out; what classifiers and masks need of it too. */
#include "detect/detector.h"
#include "base/desc.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"
#include "detect/jobs.h"

static void detector_unmake(pw_object *object)
{
    pw_detector *detector = (pw_detector *)object;
    pw_job_queue_end(detector->jobs);
    pw_settings_free(&detector->settings);
    pw_nms_destroy(detector->nms);
    pw_free(detector->items);
    pw_free(detector->rows);
    pw_free(detector->boxes);
    pw_free(detector->found);
    pw_free(detector->scores);
    pw_free(detector->images);
    pw_free(detector->pictures);
    pw_free(detector->plane);
    pw_free(detector->masks[0]);
    pw_free(detector->masks[1]);
}

const pw_type pw_detector_type = {.name = "detector",
                                  .size = sizeof(pw_detector),
                                  .unmake = detector_unmake,
                                  .role = PW_ROLE_RUN};

const pw_type pw_inner_detector_type = {.name = "detector",
                                        .size = sizeof(pw_detector),
                                        .unmake = detector_unmake,
                                        .role = PW_ROLE_INNER};

bool pw_detector_is_classifier(const pw_detector *detector)
{
    return detector->context->engine->plan->network.model.task == PAWL_TASK_CLASSIFY;
}

static pawl_status check_context(const pw_context *context, pawl_error *error)
{
    const pw_model *model = &context->engine->plan->network.model;
    const pw_lowering *lowering = pw_context_shape(context);
    const bool is_classifier = model->task == PAWL_TASK_CLASSIFY;
    const pw_network *network = &context->engine->plan->network;
    if ((is_classifier ? pw_network_classifier(network) : pw_network_head(network)) == NULL)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this engine has no head: a detector needs a whole model");
    if (lowering->input != PAWL_INPUT_U8_NHWC ||
        (lowering->output != PAWL_OUTPUT_CANDIDATES && !is_classifier))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "a detector needs a context made with PAWL_INPUT_U8_NHWC and "
                       "PAWL_OUTPUT_CANDIDATES");
    return PAWL_OK;
}

static pawl_status make_scores(pw_detector *made, pawl_error *error)
{
    const size_t classes = (size_t)made->context->engine->plan->network.model.class_count;
    made->scores = pw_calloc(made->capacity * classes, sizeof(pawl_class_score));
    if (made->scores == NULL)
        return pw_fail_memory(error, "the classes' scores",
                              made->capacity * classes * sizeof(pawl_class_score));
    return PAWL_OK;
}

static pawl_status fill_in(pw_detector *made, pawl_error *error)
{
    made->found = pw_calloc(made->capacity, sizeof(pw_found));
    made->images = pw_calloc(made->capacity, sizeof(pw_image *));
    made->pictures = pw_calloc(made->capacity, sizeof(pawl_picture));
    if (made->found == NULL || made->images == NULL || made->pictures == NULL)
        return pw_fail_memory(error, "the detector's pictures", made->capacity * sizeof(pw_found));
    return pw_detector_is_classifier(made) ? make_scores(made, error)
                                           : pw_detector_settle(made, error);
}

pawl_status pw_detector_make(const pw_type *type, pw_context *context,
                             const pawl_detector_desc *desc, pw_detector *outer,
                             pw_detector **detector, pawl_error *error)
{
    pw_object *const parents[] = {&context->object};
    pw_detector *made PW_MAKING = NULL;
    const pw_model *model = &context->engine->plan->network.model;
    const size_t class_count = model->task == PAWL_TASK_CLASSIFY ? 0 : (size_t)model->class_count;
    PW_TRY(check_context(context, error));
    PW_TRY(pw_object_make(type, parents, PW_COUNT(parents), &made, error));
    pw_object_name_after(&made->object, &context->object);
    made->context = context;
    made->outer = outer != NULL ? outer : made;
    made->capacity = (size_t)pw_context_shape(context)->batch;
    made->height = pw_context_shape(context)->height;
    made->width = pw_context_shape(context)->width;
    if (desc->is_rect != 0 && !pw_detector_is_classifier(made))
        made->frame =
            (pw_frame){.height = made->height, .width = made->width, .stride = model->max_stride};
    made->confidence = desc->confidence;
    if (outer == NULL)
        PW_TRY(pw_settings_make(&made->settings, desc, class_count, error));
    PW_TRY(fill_in(made, error));
    context->run.threshold = made->confidence;
    *detector = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_detector_make_whole(pw_context *context, const pawl_detector_desc *desc,
                                   pw_detector **detector, pawl_error *error)
{
    pawl_detector_desc asked = PAWL_DETECTOR_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_detector_desc", error));
    PW_TRY(pw_jobs_check(asked.jobs, error));
    PW_TRY(pw_context_enter(context, error));
    pw_context *inside PW_INSIDE = context;
    pw_detector *made PW_MAKING = NULL;
    PW_TRY(pw_detector_make(&pw_detector_type, inside, &asked, NULL, &made, error));
    if (asked.jobs > 0)
        PW_TRY(pw_job_queue_make(made, &asked, &made->jobs, error));
    *detector = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_detector_create(pawl_context *context, const pawl_detector_desc *desc,
                                 pawl_detector **detector, pawl_error *error)
{
    if (detector == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_create: detector is NULL");
    pw_context *host PW_USING = NULL;
    pw_detector *made = NULL;
    PW_TRY(pw_object_use(context, &pw_context_type, &host, error));
    PW_TRY(pw_detector_make_whole(host, desc, &made, error));
    *detector = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_detector_destroy(pawl_detector **detector)
{
    return pw_object_destroy_handle((void **)detector, &pw_detector_type);
}

void pw_release_images(pw_held_images *held)
{
    while (held->count > 0)
        pw_object_release(held->images[--held->count]);
}

static pawl_status hold_image(pawl_image *handle, pw_held_images *held, pawl_picture *picture,
                              pawl_error *error)
{
    pw_image **image = &held->images[held->count];
    PW_TRY(pw_object_use(handle, &pw_image_type, image, error));
    held->count++;
    *picture = pw_image_picture(*image);
    return PAWL_OK;
}

pawl_status pw_take_pictures(const pw_given *given, pw_held_images *held, pawl_picture *pictures,
                             pawl_error *error)
{
    for (size_t i = 0; i < given->count; i++) {
        if (given->images != NULL) {
            PW_TRY(hold_image(given->images[i], held, &pictures[i], error));
            continue;
        }
        PW_TRY(pw_picture_check(&given->pictures[i], i, error));
        pictures[i] = given->pictures[i];
    }
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

void pw_detector_tell_not_finite(pw_detector *detector, size_t picture, size_t count)
{
    if (count == 0 || atomic_exchange(&detector->outer->has_told_not_finite, true))
        return;
    const bool is_half = strcmp(detector->context->engine->plan->precision, "fp16") == 0;
    pw_log(PAWL_LOG_WARNING,
           "picture %zu has no result because %zu values of the network's output are NaN or "
           "infinite: %sthe weights are damaged, or of a training that diverged",
           picture, count,
           is_half
               ? "a layer exceeds 65504, the largest that FP16 holds (bf16 and fp32 hold it), or "
               : "");
}

/* Boxes of one picture of the last run, in the pixels of a picture of this size. */
static pawl_status collect(pw_detector *detector, size_t image, int32_t width, int32_t height,
                           pawl_error *error)
{
    pw_context *context = detector->context;
    pawl_detection *items = detector->items + image * detector->box_room;
    pk_box *boxes = detector->boxes + image * detector->box_room;
    size_t count = 0;
    PW_TRY(pw_context_collect(context, image, detector->nms, items,
                              detector->rows + image * detector->box_room, &count, error));
    for (size_t i = 0; i < count; i++)
        boxes[i] = (pk_box){items[i].x1, items[i].y1, items[i].x2, items[i].y2};
    scale_boxes(items, count, pw_context_shape(context), width, height);
    if (count == 0)
        pw_detector_tell_not_finite(detector, image, pw_context_not_finite(context, image));
    detector->found[image] = (pw_found){count, width, height, context->run_count};
    return PAWL_OK;
}

static pawl_detections answer(const pw_detector *detector, size_t image)
{
    return (pawl_detections){detector->items + image * detector->box_room,
                             detector->found[image].count};
}

static double milliseconds(uint64_t from, uint64_t to)
{
    return (double)(to - from) / 1e6;
}

/* For count pictures: the shape there is, or the rectangle that all of them need. */
static pawl_status set_shape(pw_detector *detector, size_t count, pawl_error *error)
{
    pw_context *context = detector->context;
    const pw_lowering *shape = pw_context_shape(context);
    context->frame = detector->frame;
    if (detector->frame.stride == 0)
        return pw_context_shape_set(context, (int32_t)count, shape->height, shape->width, error);
    const pawl_letterbox box = pw_context_letterbox(context, &detector->pictures[0]);
    for (size_t i = 1; i < count; i++) {
        const pawl_letterbox other = pw_context_letterbox(context, &detector->pictures[i]);
        if (other.width != box.width || other.height != box.height)
            return pw_fail(error, PAWL_ERR_ARGUMENT,
                           "picture 0 needs %dx%d and picture %zu %dx%d: a detector with is_rect "
                           "takes pictures of one rectangle a call",
                           box.height, box.width, i, other.height, other.width);
    }
    return pw_context_shape_set(context, (int32_t)count, box.height, box.width, error);
}

pawl_status pw_detector_answer_all(pw_detector *detector, size_t count,
                                   pw_detector_answer answer_one, void *results,
                                   pawl_timing *timing, pawl_error *error)
{
    pw_context *context = detector->context;
    PW_TRY(set_shape(detector, count, error));
    context->run.threshold = detector->confidence;
    const uint64_t start = pw_os_clock_ns();
    PW_TRY(pw_context_fit(context, detector->pictures, count, error));
    const uint64_t boxed = pw_os_clock_ns();
    context->run.nms = detector->nms; /* which may end before the context's next run */
    const pawl_status status = pw_context_run(context, error);
    context->run.nms = NULL;
    detector->run = context->run_count;
    PW_TRY(status);
    const uint64_t run = pw_os_clock_ns();
    for (size_t i = 0; i < count; i++)
        PW_TRY(answer_one(detector, i, results, error));
    *timing = (pawl_timing){
        .preprocess_ms = milliseconds(start, boxed),
        .inference_ms = milliseconds(boxed, run),
        .postprocess_ms = milliseconds(run, pw_os_clock_ns()),
    };
    return PAWL_OK;
}

pawl_status pw_detector_pictures(pawl_detector *detector, const pw_given *given, bool wants_classes,
                                 pw_detector_answer answer_one, void *results, pawl_timing *timing,
                                 pawl_error *error)
{
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    if (pw_detector_is_classifier(used) != wants_classes)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this engine %s",
                       wants_classes ? "finds boxes: use pawl_detector_run()"
                                     : "classifies: use pawl_detector_classify()");
    if (given->count < 1 || given->count > used->capacity)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%zu pictures at once: this detector takes 1 to %zu, its context's batch",
                       given->count, used->capacity);
    PW_TRY(pw_context_enter(used->context, error));
    pw_context *inside PW_INSIDE = used->context;
    pw_held_images held PW_CLEANUP(pw_release_images) = {.images = used->images};
    PW_TRY(pw_take_pictures(given, &held, used->pictures, error));
    PW_TRY(pw_detector_settle(used, error));
    pawl_timing taken;
    PW_TRY(pw_detector_answer_all(used, given->count, answer_one, results, &taken, error));
    if (timing != NULL)
        *timing = taken;
    (void)inside;
    return PAWL_OK;
}

pawl_status pw_detector_answer_boxes(pw_detector *detector, size_t picture, void *results,
                                     pawl_error *error)
{
    const pawl_picture *of = &detector->pictures[picture];
    PW_TRY(collect(detector, picture, of->width, of->height, error));
    ((pawl_detections *)results)[picture] = answer(detector, picture);
    return PAWL_OK;
}

pawl_status pawl_detector_run(pawl_detector *detector, pawl_image *const *images, size_t count,
                              pawl_detections *results, pawl_timing *timing, pawl_error *error)
{
    if (images == NULL || results == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_run: %s is NULL",
                       images == NULL ? "images" : "results");
    const pw_given given = {.images = images, .count = count};
    return pw_detector_pictures(detector, &given, false, pw_detector_answer_boxes, results, timing,
                                error);
}

pawl_status pawl_detector_run_pictures(pawl_detector *detector, const pawl_picture *pictures,
                                       size_t count, pawl_detections *results, pawl_timing *timing,
                                       pawl_error *error)
{
    if (pictures == NULL || results == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_run_pictures: %s is NULL",
                       pictures == NULL ? "pictures" : "results");
    const pw_given given = {.pictures = pictures, .count = count};
    return pw_detector_pictures(detector, &given, false, pw_detector_answer_boxes, results, timing,
                                error);
}

pawl_status pawl_detector_collect(pawl_detector *detector, size_t picture, pawl_detections *result,
                                  pawl_error *error)
{
    if (result == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_collect: result is NULL");
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    PW_TRY(pw_context_enter(used->context, error));
    pw_context *inside PW_INSIDE = used->context;
    if (pw_detector_is_classifier(used))
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this engine classifies: there are no boxes");
    if (picture >= used->capacity)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "picture %zu: this detector was made for a batch of %zu", picture,
                       used->capacity);
    /* Of its own run a device may hold the boxes as they were asked for. */
    if (used->run != inside->run_count)
        PW_TRY(pw_detector_settle(used, error));
    const pw_lowering *shape = pw_context_shape(inside);
    PW_TRY(collect(used, picture, shape->width, shape->height, error));
    *result = answer(used, picture);
    return PAWL_OK;
}
