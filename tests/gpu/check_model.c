/* SPDX-License-Identifier: Apache-2.0 */
/* The device's boxes of a model's own heads, as the CPU backend leaves them, against the host's of
 * the same. */
#include "base/memory.h"
#include "gpu/check_boxes.h"
#include "lower/schedule.h"
#include "runtime/context.h"

#include <pawl/pawl.h>
#include <string.h>

/* Everything of the CPU's from weights to raw heads. */
typedef struct model {
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_image *image, *boxed;
} model;

static pawl_status run_model(model *of, const char *weights, const char *picture, pawl_error *error)
{
    pawl_build_desc build = PAWL_BUILD_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_tensor input;
    pawl_image_view view;
    build.backend = "cpu";
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_RAW;
    PW_TRY(pawl_weights_load(weights, &of->weights, error));
    PW_TRY(pawl_network_create(of->weights, NULL, &of->network, error));
    PW_TRY(pawl_builder_create(NULL, &of->builder, error));
    PW_TRY(pawl_builder_build(of->builder, of->network, &build, &of->plan, error));
    PW_TRY(pawl_runtime_create(NULL, &of->runtime, error));
    PW_TRY(pawl_engine_create(of->runtime, of->plan, &of->engine, error));
    PW_TRY(pawl_context_create(of->engine, &desc, &of->context, error));
    PW_TRY(pawl_context_input(of->context, &input, error));
    PW_TRY(pawl_image_load(picture, NULL, &of->image, error));
    PW_TRY(pawl_image_letterbox(of->image, (int32_t)input.dims[2], (int32_t)input.dims[1],
                                &of->boxed, error));
    PW_TRY(pawl_image_view_get(of->boxed, &view, error));
    for (int64_t y = 0; y < input.dims[1]; y++)
        memcpy((uint8_t *)input.data + (size_t)(y * input.dims[2]) * 3,
               view.pixels + (size_t)y * view.row_size, (size_t)input.dims[2] * 3);
    return pawl_context_run(of->context, error);
}

static void end_model(model *of)
{
    (void)pawl_image_destroy(&of->boxed);
    (void)pawl_image_destroy(&of->image);
    (void)pawl_context_destroy(&of->context);
    (void)pawl_engine_destroy(&of->engine);
    (void)pawl_runtime_destroy(&of->runtime);
    (void)pawl_plan_destroy(&of->plan);
    (void)pawl_builder_destroy(&of->builder);
    (void)pawl_network_destroy(&of->network);
    (void)pawl_weights_destroy(&of->weights);
}

/* The head's numbers from its layer, its maps from the context. */
static pawl_status take_heads(gpu *with, const model *of, gpu_heads *heads, pawl_error *error)
{
    pw_context *context PW_USING = NULL;
    PW_TRY(pw_object_use(of->context, &pw_context_type, &context, error));
    const pw_layer *const layer = pw_network_head(&context->engine->plan->network);
    heads->head = pw_kernel_head(&layer->as.detect);
    heads->batch = 1;
    heads->width = 5 + heads->head.class_count + heads->head.mask_count;
    for (size_t l = 0; l < (size_t)layer->as.detect.level_count; l++) {
        pawl_tensor map;
        PW_TRY(pw_context_output(context, l, &map, error));
        heads->level[l].values = pw_alloc(map.size);
        if (heads->level[l].values == NULL)
            return pw_fail_memory(error, "a map", map.size);
        memcpy(heads->level[l].values, map.data, map.size);
        heads->level[l].height = (size_t)map.dims[1];
        heads->level[l].width = (size_t)map.dims[2];
        heads->level_count = l + 1;
        heads->rows += heads->level[l].height * heads->level[l].width * heads->head.anchor_count;
        PW_TRY(pw_gpu_memory_create(with->device, map.size, &heads->level[l].memory, error));
    }
    return PAWL_OK;
}

int check_model(gpu *with, const char *weights, const char *picture)
{
    static const float confidences[] = {0.001f, 0.01f, 0.25f, 0.5f};
    model of = {.weights = NULL};
    gpu_heads heads = {.batch = 0};
    pawl_error error = {.message = ""};
    pawl_status status = run_model(&of, weights, picture, &error);
    if (status >= 0)
        status = take_heads(with, &of, &heads, &error);
    for (size_t i = 0; status >= 0 && i < 2 * PW_COUNT(confidences); i++) {
        const pw_nms_desc desc = {.confidence = confidences[i / 2],
                                  .iou = 0.45f,
                                  .max_detections = 1000,
                                  .class_count = heads.head.class_count,
                                  .is_multi_label = i % 2 == 1};
        status = check_heads(with, &heads, &desc, &error);
    }
    gpu_expect(with, status >= 0, "%s: %s", weights, error.message);
    gpu_heads_free(&heads);
    end_model(&of);
    return 0;
}
