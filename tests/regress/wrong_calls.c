/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrong_calls WEIGHTS: functions of the public headers, each with a handle that is NULL, of another
 * type, ended, or none at all; with NULL where a place is wanted; with a struct of no size or
 * another's; and with numbers that are none. Each has one documented error with a sentence, and
 * leaves nothing.
 */
#include "wrong_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

everything s;

static const pawl_detection one_box = {1, 1, 9, 9, 0.5f, 0};
static const char *weights_path;
static int failed;

pawl_picture sound_picture(void)
{
    pawl_picture made = PAWL_PICTURE_INIT;
    made.width = made.height = 64;
    made.planes[0].bytes = s.bytes;
    made.planes[0].row_size = 64 * 3;
    return made;
}

void complain(const char *name, const char *what, pawl_status got)
{
    (void)printf("%s: %s: %s: \"%s\"\n", name, what, pawl_status_name(got), s.error.message);
    failed++;
}

void expect(const char *name, const char *what, pawl_status got, pawl_status want,
            pawl_status or_else)
{
    const int has_place = s.error.message[0] != '\0' || strcmp(name, "object_name") == 0;
    if ((got != want && got != or_else) || !has_place || s.image != NULL || s.plan != NULL ||
        s.engine != NULL || s.context != NULL || s.detector != NULL || s.job != NULL ||
        s.network != NULL || s.calibration != NULL || s.data != NULL)
        complain(name, what, got);
    s.error = (pawl_error){.message = ""};
}

/* --- NULL, and numbers that are none, with sound handles --- */

#define WRONG(call) \
    (s.error.message[0] = '\0', expect(#call, "", call, PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT))
/* With every struct_size that is none. */
#define WRONG_SIZE(type, init, call)                                           \
    do {                                                                       \
        static const size_t no_sizes[] = {0, 1, sizeof(size_t) - 1};           \
        type x = init;                                                         \
        for (size_t i_ = 0; i_ < sizeof no_sizes / sizeof no_sizes[0]; i_++) { \
            x.struct_size = no_sizes[i_];                                      \
            WRONG(call);                                                       \
        }                                                                      \
    } while (0)

static void try_pictures(void)
{
    pawl_image *const image = s.live[IMAGE], *const none[] = {NULL};
    const pawl_image_view views[] = {{0, 1, 3, s.bytes},
                                     {1, 0, 3, s.bytes},
                                     {2, 2, 5, s.bytes},
                                     {-1, -1, 9, s.bytes},
                                     {2, 2, 6, NULL}};
    pawl_picture picture = sound_picture();
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        WRONG(pawl_image_create(&views[i], &s.image, &s.error));
    WRONG(pawl_image_create(NULL, &s.image, &s.error));
    WRONG(pawl_image_create((&(pawl_image_view){1, 1, 3, s.bytes}), NULL, &s.error));
    WRONG(pawl_image_create((&(pawl_image_view){INT32_MAX, INT32_MAX, SIZE_MAX, s.bytes}), &s.image,
                            &s.error));
    WRONG(pawl_image_load(NULL, NULL, &s.image, &s.error));
    WRONG(pawl_image_load("x.jpg", NULL, NULL, &s.error));
    WRONG(pawl_image_decode(NULL, 9, NULL, &s.image, &s.error));
    WRONG(pawl_image_decode(s.bytes, 9, NULL, NULL, &s.error));
    pawl_decode_desc pixels = PAWL_DECODE_DESC_INIT;
    pixels.max_pixels = -1;
    WRONG(pawl_image_decode(s.bytes, 9, &pixels, &s.image, &s.error));
    pixels.max_pixels = PAWL_MAX_PIXELS + 1;
    WRONG(pawl_image_decode(s.bytes, 9, &pixels, &s.image, &s.error));
    WRONG(pawl_image_convert(NULL, &s.image, &s.error));
    WRONG(pawl_image_convert(&picture, NULL, &s.error));
    WRONG(pawl_image_picture_set(image, NULL, &s.error));
    WRONG(pawl_image_view_get(image, NULL, &s.error));
    WRONG(pawl_image_save(image, NULL, NULL, &s.error));
    WRONG(pawl_image_save(image, "", NULL, &s.error));
    WRONG(pawl_image_save(image, "x.xyz", NULL, &s.error));
    WRONG(pawl_image_encode(image, NULL, NULL, &s.data, &s.size, &s.error));
    WRONG(pawl_image_encode(image, "", NULL, &s.data, &s.size, &s.error));
    WRONG(pawl_image_encode(image, "png", NULL, NULL, &s.size, &s.error));
    WRONG(pawl_image_encode(image, "png", NULL, &s.data, NULL, &s.error));
    WRONG(pawl_image_resize(image, 0, 1, &s.image, &s.error));
    WRONG(pawl_image_resize(image, INT32_MAX, INT32_MAX, &s.image, &s.error));
    WRONG(pawl_image_letterbox(image, -1, 1, &s.image, &s.error));
    WRONG(pawl_image_letterbox_rect(image, 8, 8, 0, &s.image, &s.error));
    WRONG(pawl_image_letterbox_rect(image, 8, 8, INT32_MIN, &s.image, &s.error));
    WRONG(pawl_image_centre_crop(image, 8, INT32_MAX, &s.image, &s.error));
    WRONG(pawl_image_centre_crop(image, 8, 8, NULL, &s.error));
    WRONG(pawl_image_draw(image, NULL, 1, NULL, &s.error));
    WRONG(pawl_image_draw_mask(image, NULL, 0, NULL, &s.error));
    WRONG(pawl_image_draw_mask(image, &(pawl_mask){64, 64, NULL}, 0, NULL, &s.error));
    WRONG(pawl_image_draw_text(image, NULL, 0, 0, 12, 0, s.bytes, &s.error));
    WRONG(pawl_image_draw_text(image, "a", 0, 0, 12, 4, s.bytes, &s.error));
    WRONG(pawl_image_draw_text(image, "a", 0, 0, 0, 0, s.bytes, &s.error));
    WRONG(pawl_image_draw_text(image, "a", 0, 0, 12, 0, NULL, &s.error));
    WRONG(pawl_image_draw_caption(image, NULL, &s.error));
    WRONG(pawl_picture_draw(NULL, &one_box, 1, NULL, &s.error));
    WRONG(pawl_picture_draw(&picture, NULL, 1, NULL, &s.error));
    WRONG(pawl_picture_draw_mask(&picture, NULL, 0, NULL, &s.error));
    WRONG(pawl_picture_draw_caption(&picture, NULL, &s.error));
    WRONG(pawl_picture_draw_caption(NULL, "a", &s.error));
    WRONG(pawl_text_measure(NULL, 12, s.classes, s.classes, &s.error));
    WRONG(pawl_text_measure("a", 0, s.classes, s.classes, &s.error));
    WRONG(pawl_text_measure("a", 12, NULL, s.classes, &s.error));
    WRONG(pawl_detector_run(s.live[DETECTOR], none, 1, &s.found, NULL, &s.error));
    WRONG_SIZE(pawl_decode_desc, PAWL_DECODE_DESC_INIT,
               pawl_image_decode(s.bytes, 9, &x, &s.image, &s.error));
    WRONG_SIZE(pawl_encode_desc, PAWL_ENCODE_DESC_INIT,
               pawl_image_encode(image, "png", &x, &s.data, &s.size, &s.error));
    WRONG_SIZE(pawl_draw_desc, PAWL_DRAW_DESC_INIT,
               pawl_image_draw(image, &one_box, 1, &x, &s.error));
    WRONG_SIZE(pawl_draw_desc, PAWL_DRAW_DESC_INIT,
               pawl_picture_draw(&picture, &one_box, 1, &x, &s.error));
}

static void try_detectors(void)
{
    pawl_detector *const detector = s.live[DETECTOR];
    pawl_image *const images[] = {s.live[IMAGE], s.live[IMAGE]};
    pawl_picture picture = sound_picture();
    const float over[] = {2};
    const int32_t no_class[] = {99}, below[] = {-1};
    WRONG(pawl_detector_create(s.live[CONTEXT], NULL, NULL, &s.error));
    WRONG(pawl_detector_run(detector, NULL, 1, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run(detector, images, 0, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run(detector, images, 2, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run(detector, images, SIZE_MAX, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run(detector, images, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_run_pictures(detector, NULL, 1, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run_pictures(detector, &picture, 0, &s.found, NULL, &s.error));
    WRONG(pawl_detector_run_pictures(detector, &picture, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_submit(detector, NULL, 1, NULL, &s.job, &s.error));
    WRONG(pawl_detector_submit(detector, images, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_submit(detector, images, 2, NULL, &s.job, &s.error));
    WRONG(pawl_detector_submit_pictures(detector, NULL, 1, NULL, &s.job, &s.error));
    WRONG(pawl_detector_submit_pictures(detector, &picture, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_wait(detector, NULL, &s.error));
    WRONG(pawl_job_wait(s.live[JOB], NULL, &s.error));
    WRONG(pawl_detector_collect(detector, 7, &s.found, &s.error));
    WRONG(pawl_detector_collect(detector, 0, NULL, &s.error));
    WRONG(pawl_detector_mask(detector, 0, 0, (pawl_mask_form)77, &s.mask, &s.error));
    WRONG(pawl_detector_mask(detector, 0, 0, PAWL_MASK_NATIVE, NULL, &s.error));
    WRONG(pawl_job_mask(s.live[JOB], 0, 0, (pawl_mask_form)77, &s.mask, &s.error));
    WRONG(pawl_job_mask(s.live[JOB], 0, 0, PAWL_MASK_NATIVE, NULL, &s.error));
    WRONG(pawl_detector_classify(detector, NULL, 1, &s.scores, NULL, &s.error));
    WRONG(pawl_detector_classify(detector, images, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_classify_pictures(detector, NULL, 1, &s.scores, NULL, &s.error));
    WRONG(pawl_detector_classify_pictures(detector, &picture, 1, NULL, NULL, &s.error));
    WRONG(pawl_detector_info_get(detector, NULL, &s.error));
    WRONG(pawl_detector_confidence_set(detector, 2, &s.error));
    WRONG(pawl_detector_confidence_set(detector, 0.0f / (float)s.values[0], &s.error));
    WRONG(pawl_detector_iou_set(detector, -1, &s.error));
    WRONG(pawl_detector_classes_set(detector, NULL, 1, &s.error));
    WRONG(pawl_detector_classes_set(detector, no_class, 0, &s.error));
    WRONG(pawl_detector_classes_set(detector, no_class, 1, &s.error));
    WRONG(pawl_detector_classes_set(detector, below, 1, &s.error));
    WRONG(pawl_detector_class_confidences_set(detector, over, 1, &s.error));
    WRONG(pawl_detector_class_confidences_set(detector, over, 0, &s.error));
    WRONG(pawl_detector_max_detections_set(detector, 0, &s.error));
    WRONG(pawl_detector_open(NULL, NULL, &s.detector, &s.error));
    WRONG(pawl_detector_open("x.engine", NULL, NULL, &s.error));
    WRONG(pawl_detector_open_memory(NULL, 9, NULL, &s.detector, &s.error));
    WRONG(pawl_detector_open_memory(s.bytes, 9, NULL, NULL, &s.error));
    WRONG_SIZE(pawl_detector_desc, PAWL_DETECTOR_DESC_INIT,
               pawl_detector_create(s.live[CONTEXT], &x, &s.detector, &s.error));
    WRONG_SIZE(pawl_open_desc, PAWL_OPEN_DESC_INIT,
               pawl_detector_open("x.engine", &x, &s.detector, &s.error));
    WRONG_SIZE(pawl_detector_info, PAWL_DETECTOR_INFO_INIT,
               pawl_detector_info_get(detector, &x, &s.error));
    WRONG_SIZE(pawl_job_info, PAWL_JOB_INFO_INIT, pawl_detector_wait(detector, &x, &s.error));
    WRONG_SIZE(pawl_job_info, PAWL_JOB_INFO_INIT, pawl_job_wait(s.live[JOB], &x, &s.error));
    WRONG_SIZE(pawl_tracker_desc, PAWL_TRACKER_DESC_INIT,
               pawl_tracker_create(&x, (pawl_tracker **)&s.data, &s.error));
    WRONG(pawl_tracker_create(NULL, NULL, &s.error));
    WRONG(pawl_tracker_update(s.live[TRACKER], 1, NULL, 1, s.ids, &s.error));
    WRONG(pawl_tracker_update(s.live[TRACKER], 1, &one_box, 1, NULL, &s.error));
    WRONG(pawl_tracker_update(s.live[TRACKER], 1, &one_box, SIZE_MAX, s.ids, &s.error));
    WRONG(pawl_tracker_tracks_get(s.live[TRACKER], NULL, &s.error));
}

static void try_engines(void)
{
    pawl_context *const context = s.live[CONTEXT];
    WRONG(pawl_plan_load(NULL, &s.plan, &s.error));
    WRONG(pawl_plan_load("x.engine", NULL, &s.error));
    WRONG(pawl_plan_load_memory(NULL, 1, &s.plan, &s.error));
    WRONG(pawl_plan_load_memory(s.bytes, 1, NULL, &s.error));
    WRONG(pawl_plan_save(s.live[PLAN], NULL, &s.error));
    WRONG(pawl_plan_info_get(s.live[PLAN], NULL, &s.error));
    WRONG(pawl_plan_layer_get(s.live[PLAN], SIZE_MAX, &(pawl_layer_info)PAWL_LAYER_INFO_INIT,
                              &s.error));
    WRONG(pawl_plan_tactic_get(s.live[PLAN], SIZE_MAX, &(pawl_tactic_info)PAWL_TACTIC_INFO_INIT,
                               &s.error));
    WRONG(pawl_plan_artifact_get(s.live[PLAN], SIZE_MAX,
                                 &(pawl_artifact_info)PAWL_ARTIFACT_INFO_INIT, &s.error));
    WRONG(pawl_plan_audit_get(s.live[PLAN], (pawl_dtype)77, 0,
                              &(pawl_audit_info)PAWL_AUDIT_INFO_INIT, &s.error));
    WRONG(pawl_plan_audit_get(s.live[PLAN], PAWL_F16, SIZE_MAX - 1,
                              &(pawl_audit_info)PAWL_AUDIT_INFO_INIT, &s.error));
    WRONG(pawl_runtime_create(NULL, NULL, &s.error));
    pawl_runtime_desc below = PAWL_RUNTIME_DESC_INIT;
    below.gpu = -1;
    WRONG(pawl_runtime_create(&below, (pawl_runtime **)&s.data, &s.error));
    WRONG(pawl_engine_create(s.live[RUNTIME], s.live[PLAN], NULL, &s.error));
    WRONG(pawl_context_create(s.live[ENGINE], NULL, NULL, &s.error));
    WRONG(pawl_context_shape_set(context, 0, 64, 64, &s.error));
    WRONG(pawl_context_shape_set(context, 1, 63, 64, &s.error));
    WRONG(pawl_context_shape_set(context, 1, INT32_MAX, INT32_MAX, &s.error));
    WRONG(pawl_context_shape_set(context, INT32_MIN, -32, -32, &s.error));
    WRONG(pawl_context_threshold_set(context, 2, &s.error));
    WRONG(pawl_context_input(context, NULL, &s.error));
    WRONG(pawl_context_output(context, 99, &s.tensor, &s.error));
    WRONG(pawl_context_output(context, 0, NULL, &s.error));
    WRONG(pawl_context_candidates(context, 99, &s.candidates, &s.error));
    WRONG(pawl_context_candidates(context, 0, NULL, &s.error));
    WRONG(pawl_builder_create(NULL, NULL, &s.error));
    WRONG(pawl_builder_build(s.live[BUILDER], s.live[NETWORK], NULL, NULL, &s.error));
    WRONG(pawl_network_create(s.live[WEIGHTS], NULL, NULL, &s.error));
    WRONG(pawl_network_layer_get(s.live[NETWORK], SIZE_MAX, &(pawl_layer_info)PAWL_LAYER_INFO_INIT,
                                 &s.error));
    static const char *const names[6] = {"a", "b", "c", NULL, "e", "f"};
    pawl_network_desc named = PAWL_NETWORK_DESC_INIT;
    named.names = names;
    for (named.name_count = 5; named.name_count <= 6; named.name_count++)
        WRONG(pawl_network_create(s.live[WEIGHTS], &named, &s.network, &s.error));
    WRONG(pawl_network_save_onnx(s.live[NETWORK], NULL, NULL, &s.error));
    WRONG(pawl_weights_load(NULL, (pawl_weights **)&s.data, &s.error));
    WRONG(pawl_weights_load(weights_path, NULL, &s.error));
    WRONG(pawl_weights_load_memory(NULL, 1, "x.pt", (pawl_weights **)&s.data, &s.error));
    WRONG(pawl_weights_tensor_get(s.live[WEIGHTS], SIZE_MAX, &s.tensor, &s.error));
    WRONG(pawl_weights_tensor_read(s.live[WEIGHTS], 0, s.values, SIZE_MAX, &s.error));
    WRONG(pawl_weights_tensor_read(s.live[WEIGHTS], 0, NULL, 1, &s.error));
    WRONG(pawl_weights_save_wts(s.live[WEIGHTS], NULL, &s.error));
    WRONG(pawl_weights_save(s.live[WEIGHTS], NULL, &s.error));
    WRONG(pawl_pickle_report(NULL, NULL, NULL, &s.error));
    WRONG(pawl_calibration_create(s.live[PLAN], NULL, &s.error));
    WRONG(pawl_calibration_load(NULL, s.live[PLAN], &s.calibration, &s.error));
    WRONG(pawl_calibration_save(s.live[CALIBRATION], NULL, &s.error));
    WRONG(pawl_trace_load(NULL, 1, NULL, (pawl_trace **)&s.data, &s.error));
    WRONG(pawl_trace_info_get(s.live[IMAGE], &(pawl_trace_info)PAWL_TRACE_INFO_INIT, &s.error));
    WRONG(pawl_trace_info_get(NULL, &(pawl_trace_info)PAWL_TRACE_INFO_INIT, &s.error));
    WRONG(pawl_file_read(NULL, 1, &s.data, &s.size, &s.error));
    WRONG(pawl_file_read(weights_path, SIZE_MAX, NULL, &s.size, &s.error));
    WRONG(pawl_file_create(NULL, &(pawl_file)PAWL_FILE_INIT, &s.error));
    WRONG(pawl_file_create("x", NULL, &s.error));
    WRONG(pawl_file_commit(NULL, 0, &s.error));
    WRONG(pawl_file_commit(&(pawl_file)PAWL_FILE_INIT, 0, &s.error));
    WRONG(pawl_lifetime_record_save((pawl_lifetime_format)77, "x", &s.error));
    WRONG(pawl_lifetime_record_save((pawl_lifetime_format)0, NULL, &s.error));
    WRONG(pawl_machine_probe(NULL, &s.error));
    WRONG_SIZE(pawl_runtime_desc, PAWL_RUNTIME_DESC_INIT,
               pawl_runtime_create(&x, (pawl_runtime **)&s.data, &s.error));
    WRONG_SIZE(pawl_context_desc, PAWL_CONTEXT_DESC_INIT,
               pawl_context_create(s.live[ENGINE], &x, &s.context, &s.error));
    WRONG_SIZE(pawl_builder_desc, PAWL_BUILDER_DESC_INIT,
               pawl_builder_create(&x, (pawl_builder **)&s.data, &s.error));
    WRONG_SIZE(pawl_build_desc, PAWL_BUILD_DESC_INIT,
               pawl_builder_build(s.live[BUILDER], s.live[NETWORK], &x, &s.plan, &s.error));
    WRONG_SIZE(pawl_network_desc, PAWL_NETWORK_DESC_INIT,
               pawl_network_create(s.live[WEIGHTS], &x, &s.network, &s.error));
    WRONG_SIZE(pawl_onnx_desc, PAWL_ONNX_DESC_INIT,
               pawl_network_save_onnx(s.live[NETWORK], &x, "wrong.onnx", &s.error));
    WRONG_SIZE(pawl_memory_desc, PAWL_MEMORY_DESC_INIT,
               pawl_plan_memory_get(s.live[PLAN], &x, &(pawl_memory_info)PAWL_MEMORY_INFO_INIT,
                                    NULL, NULL, &s.error));
    WRONG_SIZE(pawl_memory_info, PAWL_MEMORY_INFO_INIT,
               pawl_plan_memory_get(s.live[PLAN], NULL, &x, NULL, NULL, &s.error));
    WRONG_SIZE(pawl_plan_info, PAWL_PLAN_INFO_INIT, pawl_plan_info_get(s.live[PLAN], &x, &s.error));
    WRONG_SIZE(pawl_model_info, PAWL_MODEL_INFO_INIT,
               pawl_network_info_get(s.live[NETWORK], &x, &s.error));
    WRONG_SIZE(pawl_layer_info, PAWL_LAYER_INFO_INIT,
               pawl_plan_layer_get(s.live[PLAN], 0, &x, &s.error));
    WRONG_SIZE(pawl_weights_info, PAWL_WEIGHTS_INFO_INIT,
               pawl_weights_info_get(s.live[WEIGHTS], &x, &s.error));
    WRONG_SIZE(pawl_global_info, PAWL_GLOBAL_INFO_INIT,
               pawl_weights_global_get(s.live[WEIGHTS], 0, &x, &s.error));
    WRONG_SIZE(pawl_calibration_info, PAWL_CALIBRATION_INFO_INIT,
               pawl_calibration_info_get(s.live[CALIBRATION], &x, &s.error));
    WRONG_SIZE(pawl_probe_info, PAWL_PROBE_INFO_INIT, pawl_machine_probe(&x, &s.error));
}

#define WRONG_BUILD(...)                                                                    \
    do {                                                                                    \
        pawl_build_desc x = PAWL_BUILD_DESC_INIT;                                           \
        __VA_ARGS__;                                                                        \
        WRONG(pawl_builder_build(s.live[BUILDER], s.live[NETWORK], &x, &s.plan, &s.error)); \
    } while (0)

/* Options that are none, or that belong to others. */
static void try_builds(void)
{
    static const float no_shares[] = {-0.1f, 1.1f};
    const pawl_layer_precision layer = {"model.0", "fp32"};
    const float nan = 0.0f / (float)s.values[0];
    WRONG_BUILD(x.optimisation_level = 6);
    WRONG_BUILD(x.optimisation_level = -2);
    WRONG_BUILD(x.tactic_sources = 32);
    WRONG_BUILD(x.tactic_sources = -2);
    WRONG_BUILD(x.gpu = -1);
    WRONG_BUILD(x.tuning = 3);
    WRONG_BUILD(x.tuning = -1);
    WRONG_BUILD(x.calibration = s.live[CALIBRATION]);
    WRONG_BUILD(x.layer_precisions = &layer; x.layer_precision_count = 1);
    WRONG_BUILD(x.precision = "int8");
#define WRONG_INT8(...) \
    WRONG_BUILD(x.precision = "int8"; x.calibration = s.live[CALIBRATION]; __VA_ARGS__)
    WRONG_INT8(x.calibration_method = 77);
    WRONG_INT8(x.layer_precision_count = 1);
    WRONG_INT8(x.accuracy.fp32 = nan);
    WRONG_INT8((void)0); /* of no picture */
    for (size_t i = 0; i < 2; i++) {
        WRONG_INT8(x.accuracy.drop_limit = no_shares[i]);
        WRONG_INT8(x.accuracy.int8 = no_shares[i]);
        WRONG_INT8(x.accuracy.built = no_shares[i]);
    }
}

#define NOTHING(call) ((call) ? complain(#call, "answers", PAWL_OK) : (void)0)

/* What has no status answers nothing, and ending nothing is fine. */
static void try_the_rest(void)
{
    pawl_image *no_image = NULL, *wrong = s.live[RUNTIME];
    size_t count = 7;
    NOTHING(pawl_backend_name(SIZE_MAX) != NULL || pawl_backend_precisions(SIZE_MAX) != NULL ||
            pawl_image_ending(SIZE_MAX) != NULL);
    NOTHING(pawl_activation_name(SIZE_MAX) != NULL || pawl_isa_name(SIZE_MAX) != NULL ||
            pawl_trace_diagnosis(SIZE_MAX) != NULL);
    NOTHING(pawl_engine_tactic(NULL, 0) != NULL ||
            pawl_engine_class_name(s.dead[ENGINE], 0) != NULL);
    NOTHING(pawl_engine_class_name(s.live[ENGINE], -1) != NULL ||
            pawl_plan_class_name(s.live[PLAN], INT32_MAX) != NULL);
    NOTHING(pawl_detector_class_name(s.live[IMAGE], 0) != NULL ||
            pawl_detector_class_name(s.live[DETECTOR], INT32_MIN) != NULL);
    NOTHING(pawl_detector_class_names(s.dead[DETECTOR], &count) != NULL || count != 0);
    NOTHING(pawl_network_class_name(NULL, 0) != NULL || pawl_lifetime_diagnosis(SIZE_MAX) != NULL);
    NOTHING(pawl_context_output_count(s.live[IMAGE]) != 0 ||
            pawl_plan_audit_count(s.dead[PLAN]) != 0);
    NOTHING(pawl_object_id(NULL) != 0 || pawl_object_id(s.dead[IMAGE]) != 0 ||
            pawl_file_kind(NULL) != NULL);
    NOTHING(pawl_status_name((pawl_status)12345) == NULL ||
            pawl_status_text((pawl_status)-12345) == NULL);
    NOTHING(pawl_dtype_name((pawl_dtype)99) == NULL || pawl_dtype_size((pawl_dtype)99) != 0);
    NOTHING(pawl_letterbox_fit(0, 0, 0, 0).inner_width != 0 ||
            pawl_letterbox_fit_rect(8, 8, -1, 8, 0).inner_width != 0);
    NOTHING(pawl_image_destroy(NULL) != PAWL_OK || pawl_image_destroy(&no_image) != PAWL_OK ||
            pawl_object_destroy(NULL) != PAWL_OK);
    NOTHING(pawl_image_destroy(&wrong) != PAWL_ERR_ARGUMENT || wrong != s.live[RUNTIME]);
    NOTHING(pawl_scope_end(NULL) != PAWL_OK || pawl_scope_keep(NULL) != PAWL_OK ||
            pawl_scope_own(NULL, NULL) != PAWL_OK ||
            pawl_scope_own(NULL, s.dead[IMAGE]) != PAWL_ERR_DEAD_HANDLE);
    NOTHING(pawl_object_array_create(SIZE_MAX, NULL) >= 0 ||
            pawl_object_array_destroy(NULL, 3) < 0);
    NOTHING(pawl_max_isa_set("mmx") != PAWL_ERR_ARGUMENT ||
            pawl_machine_info_get(NULL) != PAWL_ERR_ARGUMENT);
    pawl_file_discard(NULL);
    pawl_file_discard(&(pawl_file){0});
    pawl_memory_release(NULL);
    (void)pawl_object_report(NULL, NULL);
    pawl_backends_report(NULL, NULL);
    pawl_backend_libraries(NULL, NULL);
}

/* --- one of each, alive and ended --- */

static int made(pawl_status status)
{
    if (status >= 0)
        return 1;
    (void)printf("cannot begin: %s\n", s.error.message);
    exit(EXIT_FAILURE);
}

static void make_all(void *to[TYPE_COUNT])
{
    pawl_build_desc how = PAWL_BUILD_DESC_INIT;
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    const pawl_picture picture = sound_picture();
    how.height = how.width = context.height = context.width = 64;
    how.backend = "cpu";
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    detector.jobs = 2;
    pawl_error *const error = &s.error;
    (void)(made(pawl_weights_load(weights_path, (pawl_weights **)&to[WEIGHTS], error)) &&
           made(pawl_network_create(to[WEIGHTS], NULL, (pawl_network **)&to[NETWORK], error)) &&
           made(pawl_builder_create(NULL, (pawl_builder **)&to[BUILDER], error)) &&
           made(pawl_builder_build(to[BUILDER], to[NETWORK], &how, (pawl_plan **)&to[PLAN],
                                   error)) &&
           made(pawl_runtime_create(NULL, (pawl_runtime **)&to[RUNTIME], error)) &&
           made(pawl_engine_create(to[RUNTIME], to[PLAN], (pawl_engine **)&to[ENGINE], error)) &&
           made(pawl_context_create(to[ENGINE], &context, (pawl_context **)&to[CONTEXT], error)) &&
           made(pawl_detector_create(to[CONTEXT], &detector, (pawl_detector **)&to[DETECTOR],
                                     error)) &&
           made(pawl_image_convert(&picture, (pawl_image **)&to[IMAGE], error)) &&
           made(pawl_detector_submit_pictures(to[DETECTOR], &picture, 1, NULL,
                                              (pawl_job **)&to[JOB], error)) &&
           made(pawl_job_wait(to[JOB], &result, error)) &&
           made(pawl_calibration_create(to[PLAN], (pawl_calibration **)&to[CALIBRATION], error)) &&
           made(pawl_tracker_create(NULL, (pawl_tracker **)&to[TRACKER], error)));
}

static void end_all(void *of[TYPE_COUNT])
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        void *copy = of[i];
        if (pawl_object_destroy(&copy) < 0)
            complain("pawl_object_destroy", "an end", PAWL_ERR_INTERNAL);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    weights_path = argv[1];
    make_all(s.dead);
    end_all(s.dead);
    make_all(s.live);
    const size_t objects = pawl_object_count();
    const size_t count = try_handles();
    try_pictures();
    try_detectors();
    try_engines();
    try_builds();
    try_the_rest();
    if (pawl_object_count() != objects)
        complain("objects", "more or fewer than before", PAWL_OK);
    end_all(s.live);
    if (pawl_object_count() != 0)
        complain("objects", "some are left", PAWL_OK);
    FILE *left = fopen("wrong.png", "r");
    if (left != NULL)
        complain("wrong.png", "was written", PAWL_OK);
    (void)printf("%zu calls with handles, %d wrong\n", count, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
