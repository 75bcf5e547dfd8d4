/* SPDX-License-Identifier: Apache-2.0 */
/* Each function that takes a handle, with NULL, one of another type, one that has ended, and bytes
 * that are none. */
#include "wrong_calls.h"

#include <string.h>

static const pawl_detection one_box = {1, 1, 9, 9, 0.5f, 0};
static pawl_picture picture;

/* id, type of the handle, the call with the handle h */
#define HANDLE_CALLS(X)                                                                           \
    X(image_view, IMAGE, pawl_image_view_get(h, &(pawl_image_view){0}, &s.error))                 \
    X(image_set, IMAGE, pawl_image_picture_set(h, &picture, &s.error))                            \
    X(image_save, IMAGE, pawl_image_save(h, "wrong.png", NULL, &s.error))                         \
    X(image_encode, IMAGE, pawl_image_encode(h, "png", NULL, &s.data, &s.size, &s.error))         \
    X(image_letterbox, IMAGE, pawl_image_letterbox(h, 8, 8, &s.image, &s.error))                  \
    X(image_rect, IMAGE, pawl_image_letterbox_rect(h, 64, 64, 32, &s.image, &s.error))            \
    X(image_crop, IMAGE, pawl_image_centre_crop(h, 8, 8, &s.image, &s.error))                     \
    X(image_resize, IMAGE, pawl_image_resize(h, 8, 8, &s.image, &s.error))                        \
    X(image_draw, IMAGE, pawl_image_draw(h, &one_box, 1, NULL, &s.error))                         \
    X(image_mask, IMAGE, pawl_image_draw_mask(h, &(pawl_mask){1, 1, s.bytes}, 0, NULL, &s.error)) \
    X(image_text, IMAGE, pawl_image_draw_text(h, "a", 0, 0, 12, 0, s.bytes, &s.error))            \
    X(image_caption, IMAGE, pawl_image_draw_caption(h, "a", &s.error))                            \
    X(plan_save, PLAN, pawl_plan_save(h, "wrong.engine", &s.error))                               \
    X(plan_info, PLAN, pawl_plan_info_get(h, &(pawl_plan_info)PAWL_PLAN_INFO_INIT, &s.error))     \
    X(plan_model, PLAN, pawl_plan_model_get(h, &(pawl_model_info)PAWL_MODEL_INFO_INIT, &s.error)) \
    X(plan_layer, PLAN,                                                                           \
      pawl_plan_layer_get(h, 0, &(pawl_layer_info)PAWL_LAYER_INFO_INIT, &s.error))                \
    X(plan_tactic, PLAN,                                                                          \
      pawl_plan_tactic_get(h, 0, &(pawl_tactic_info)PAWL_TACTIC_INFO_INIT, &s.error))             \
    X(plan_artifact, PLAN,                                                                        \
      pawl_plan_artifact_get(h, 0, &(pawl_artifact_info)PAWL_ARTIFACT_INFO_INIT, &s.error))       \
    X(plan_memory, PLAN,                                                                          \
      pawl_plan_memory_get(h, NULL, &(pawl_memory_info)PAWL_MEMORY_INFO_INIT, NULL, NULL,         \
                           &s.error))                                                             \
    X(plan_audit, PLAN,                                                                           \
      pawl_plan_audit_get(h, PAWL_F16, 0, &(pawl_audit_info)PAWL_AUDIT_INFO_INIT, &s.error))      \
    X(plan_calibration, PLAN, pawl_calibration_create(h, &s.calibration, &s.error))               \
    X(engine_create, RUNTIME, pawl_engine_create(h, s.live[PLAN], &s.engine, &s.error))           \
    X(engine_plan, PLAN, pawl_engine_create(s.live[RUNTIME], h, &s.engine, &s.error))             \
    X(engine_model, ENGINE,                                                                       \
      pawl_engine_model_get(h, &(pawl_model_info)PAWL_MODEL_INFO_INIT, &s.error))                 \
    X(context_create, ENGINE, pawl_context_create(h, NULL, &s.context, &s.error))                 \
    X(context_shape, CONTEXT, pawl_context_shape_set(h, 1, 64, 64, &s.error))                     \
    X(context_threshold, CONTEXT, pawl_context_threshold_set(h, 0.5f, &s.error))                  \
    X(context_input, CONTEXT, pawl_context_input(h, &s.tensor, &s.error))                         \
    X(context_output, CONTEXT, pawl_context_output(h, 0, &s.tensor, &s.error))                    \
    X(context_candidates, CONTEXT, pawl_context_candidates(h, 0, &s.candidates, &s.error))        \
    X(context_observer, CONTEXT, pawl_context_observer_set(h, NULL, NULL, &s.error))              \
    X(context_timer, CONTEXT, pawl_context_timer_set(h, NULL, NULL, &s.error))                    \
    X(context_run, CONTEXT, pawl_context_run(h, &s.error))                                        \
    X(detector_create, CONTEXT, pawl_detector_create(h, NULL, &s.detector, &s.error))             \
    X(detector_run, DETECTOR,                                                                     \
      pawl_detector_run(h, (pawl_image *const *)&s.live[IMAGE], 1, &s.found, NULL, &s.error))     \
    X(detector_image, IMAGE,                                                                      \
      pawl_detector_run(s.live[DETECTOR], (pawl_image *const *)&h, 1, &s.found, NULL, &s.error))  \
    X(detector_classify, DETECTOR,                                                                \
      pawl_detector_classify(h, (pawl_image *const *)&s.live[IMAGE], 1, &s.scores, NULL,          \
                             &s.error))                                                           \
    X(detector_collect, DETECTOR, pawl_detector_collect(h, 0, &s.found, &s.error))                \
    X(detector_mask, DETECTOR, pawl_detector_mask(h, 0, 0, PAWL_MASK_PICTURE, &s.mask, &s.error)) \
    X(detector_info, DETECTOR,                                                                    \
      pawl_detector_info_get(h, &(pawl_detector_info)PAWL_DETECTOR_INFO_INIT, &s.error))          \
    X(detector_confidence, DETECTOR, pawl_detector_confidence_set(h, 0.5f, &s.error))             \
    X(detector_iou, DETECTOR, pawl_detector_iou_set(h, 0.5f, &s.error))                           \
    X(detector_classes, DETECTOR, pawl_detector_classes_set(h, NULL, 0, &s.error))                \
    X(detector_thresholds, DETECTOR, pawl_detector_class_confidences_set(h, NULL, 0, &s.error))   \
    X(detector_most, DETECTOR, pawl_detector_max_detections_set(h, 10, &s.error))                 \
    X(detector_agnostic, DETECTOR, pawl_detector_agnostic_set(h, 1, &s.error))                    \
    X(detector_labels, DETECTOR, pawl_detector_multi_label_set(h, 1, &s.error))                   \
    X(detector_submit, DETECTOR,                                                                  \
      pawl_detector_submit(h, (pawl_image *const *)&s.live[IMAGE], 1, NULL, &s.job, &s.error))    \
    X(detector_submit_image, IMAGE,                                                               \
      pawl_detector_submit(s.live[DETECTOR], (pawl_image *const *)&h, 1, NULL, &s.job, &s.error)) \
    X(detector_wait, DETECTOR,                                                                    \
      pawl_detector_wait(h, &(pawl_job_info)PAWL_JOB_INFO_INIT, &s.error))                        \
    X(job_wait, JOB, pawl_job_wait(h, &(pawl_job_info)PAWL_JOB_INFO_INIT, &s.error))              \
    X(job_cancel, JOB, pawl_job_cancel(h, &s.error))                                              \
    X(job_mask, JOB, pawl_job_mask(h, 0, 0, PAWL_MASK_PICTURE, &s.mask, &s.error))                \
    X(builder_build, BUILDER, pawl_builder_build(h, s.live[NETWORK], NULL, &s.plan, &s.error))    \
    X(builder_network, NETWORK, pawl_builder_build(s.live[BUILDER], h, NULL, &s.plan, &s.error))  \
    X(network_info, NETWORK,                                                                      \
      pawl_network_info_get(h, &(pawl_model_info)PAWL_MODEL_INFO_INIT, &s.error))                 \
    X(network_layer, NETWORK,                                                                     \
      pawl_network_layer_get(h, 0, &(pawl_layer_info)PAWL_LAYER_INFO_INIT, &s.error))             \
    X(network_onnx, NETWORK, pawl_network_save_onnx(h, NULL, "wrong.onnx", &s.error))             \
    X(network_create, WEIGHTS, pawl_network_create(h, NULL, &s.network, &s.error))                \
    X(weights_info, WEIGHTS,                                                                      \
      pawl_weights_info_get(h, &(pawl_weights_info)PAWL_WEIGHTS_INFO_INIT, &s.error))             \
    X(weights_tensor, WEIGHTS, pawl_weights_tensor_get(h, 0, &s.tensor, &s.error))                \
    X(weights_read, WEIGHTS, pawl_weights_tensor_read(h, 0, s.values, 1, &s.error))               \
    X(weights_global, WEIGHTS,                                                                    \
      pawl_weights_global_get(h, 0, &(pawl_global_info)PAWL_GLOBAL_INFO_INIT, &s.error))          \
    X(weights_wts, WEIGHTS, pawl_weights_save_wts(h, "wrong.wts", &s.error))                      \
    X(weights_save, WEIGHTS, pawl_weights_save(h, "wrong.wts", &s.error))                         \
    X(calibration_info, CALIBRATION,                                                              \
      pawl_calibration_info_get(h, &(pawl_calibration_info)PAWL_CALIBRATION_INFO_INIT, &s.error)) \
    X(calibration_save, CALIBRATION, pawl_calibration_save(h, "wrong.calib", &s.error))           \
    X(tracker_update, TRACKER, pawl_tracker_update(h, 9, &one_box, 1, s.ids, &s.error))           \
    X(tracker_tracks, TRACKER, pawl_tracker_tracks_get(h, &s.tracks, &s.error))                   \
    X(object_name, TRACKER, pawl_object_name_set(h, "name"))

#define DEFINE(id, type, call)          \
    static pawl_status id##_of(void *h) \
    {                                   \
        return call;                    \
    }
HANDLE_CALLS(DEFINE)

static const struct {
    const char *name;
    int type;
    pawl_status (*call)(void *h);
} handle_calls[] = {
#define ROW(id, type, call) {#id, type, id##_of},
    HANDLE_CALLS(ROW)};

size_t try_handles(void)
{
    int here = 0;
    picture = sound_picture();
    for (size_t i = 0; i < sizeof handle_calls / sizeof handle_calls[0]; i++) {
        const char *name = handle_calls[i].name;
        const int type = handle_calls[i].type;
        pawl_status (*call)(void *) = handle_calls[i].call;
        void *const junk[] = {(void *)1, (void *)(uintptr_t)0x7fff12345678, &here,
                              (void *)UINTPTR_MAX};
        s.error.message[0] = '\0';
        expect(name, "NULL", call(NULL), PAWL_ERR_ARGUMENT, PAWL_ERR_ARGUMENT);
        if (strcmp(name, "object_name") != 0) /* it takes any type */
            expect(name, "another type", call(s.live[type == IMAGE ? RUNTIME : IMAGE]),
                   PAWL_ERR_ARGUMENT, PAWL_ERR_ARGUMENT);
        expect(name, "ended", call(s.dead[type]), PAWL_ERR_DEAD_HANDLE, PAWL_ERR_DEAD_HANDLE);
        for (size_t k = 0; k < sizeof junk / sizeof junk[0]; k++)
            expect(name, "no handle", call(junk[k]), PAWL_ERR_ARGUMENT, PAWL_ERR_DEAD_HANDLE);
    }
    return sizeof handle_calls / sizeof handle_calls[0];
}
