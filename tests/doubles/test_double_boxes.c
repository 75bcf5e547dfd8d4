/* SPDX-License-Identifier: Apache-2.0 */
/* A whole detector, from weights to boxes, through the TensorRT backend on a double, against the
   CPU backend: same boxes. Usage: test_double_boxes [WEIGHTS PICTURE]; without them yolov5n and
   bus.jpg of the shared data. */
#include "support/test_data.h"
#include <math.h>
#include <pawl/pawl.h>

#define MAX_BOXES 64

typedef struct boxes {
    size_t count;
    pawl_detection items[MAX_BOXES];
} boxes;

/* 0 on success; everything made is ended on every way out. */
static int detect(const char *weights_path, const char *picture, const char *backend, boxes *found)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_image *image = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_build_desc build = PAWL_BUILD_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detections result = {NULL, 0};
    int status = 1;
    build.backend = backend;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    if (pawl_weights_load(weights_path, &weights, &error) >= 0 &&
        pawl_network_create(weights, NULL, &network, &error) >= 0 &&
        pawl_builder_create(NULL, &builder, &error) >= 0 &&
        pawl_builder_build(builder, network, &build, &plan, &error) >= 0 &&
        pawl_runtime_create(NULL, &runtime, &error) >= 0 &&
        pawl_engine_create(runtime, plan, &engine, &error) >= 0 &&
        pawl_context_create(engine, &desc, &context, &error) >= 0 &&
        pawl_detector_create(context, NULL, &detector, &error) >= 0 &&
        pawl_image_load(picture, NULL, &image, &error) >= 0 &&
        pawl_detector_run(detector, &image, 1, &result, NULL, &error) >= 0 &&
        result.count <= MAX_BOXES) {
        found->count = result.count;
        for (size_t i = 0; i < result.count; i++)
            found->items[i] = result.items[i];
        status = 0;
    } else {
        printf("%s on %s: %s\n", weights_path, backend, error.message);
    }
    pawl_image_destroy(&image);
    pawl_detector_destroy(&detector);
    pawl_context_destroy(&context);
    pawl_engine_destroy(&engine);
    pawl_runtime_destroy(&runtime);
    pawl_plan_destroy(&plan);
    pawl_builder_destroy(&builder);
    pawl_network_destroy(&network);
    pawl_weights_destroy(&weights);
    return status;
}

/* Both are float32 sums in another order: a box may move by a hundredth of a pixel. */
static int is_same(const pawl_detection *a, const pawl_detection *b)
{
    return a->class_id == b->class_id && fabsf(a->confidence - b->confidence) < 1e-4f &&
           fabsf(a->x1 - b->x1) < 0.02f && fabsf(a->y1 - b->y1) < 0.02f &&
           fabsf(a->x2 - b->x2) < 0.02f && fabsf(a->y2 - b->y2) < 0.02f;
}

int main(int argc, char **argv)
{
    if (argc < 3 && pt_data_missing() != 0)
        return pt_data_missing();
    const char *const weights = argc < 3 ? pt_data_path("yolov5n.pt") : argv[1];
    const char *const picture = argc < 3 ? pt_data_path("images/bus.jpg") : argv[2];
    static boxes on_cpu, through_library;
    unsigned passed = 0, failed = 0;
    if (detect(weights, picture, "cpu", &on_cpu) != 0 ||
        detect(weights, picture, "tensorrt", &through_library) != 0 || on_cpu.count == 0 ||
        on_cpu.count != through_library.count) {
        printf("%zu boxes on the CPU, %zu through the library\n", on_cpu.count,
               through_library.count);
        failed++;
    }
    for (size_t i = 0; failed == 0 && i < on_cpu.count; i++) {
        if (is_same(&on_cpu.items[i], &through_library.items[i])) {
            passed++;
            continue;
        }
        printf("box %zu differs: class %d %.4f, class %d %.4f\n", i, (int)on_cpu.items[i].class_id,
               (double)on_cpu.items[i].confidence, (int)through_library.items[i].class_id,
               (double)through_library.items[i].confidence);
        failed++;
    }
    if (pawl_object_count() != 0) {
        printf("%zu objects are left\n", pawl_object_count());
        failed++;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
