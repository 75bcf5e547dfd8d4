/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a plan once on a backend, at its smallest shape, where that costs little. */
#ifndef PT_FUZZ_RUN_H
#define PT_FUZZ_RUN_H

#include "fuzz_target.h"
#include "plan/plan_ir.h"
#include <pawl/runtime.h>
#include <string.h>

#define FUZZ_MOST_WORK 4e6 /* operations: some milliseconds under a sanitizer */

static inline double fuzz_elements(pw_shape shape)
{
    return (double)shape.batch * shape.channels * shape.height * shape.width;
}

/* Of the layers that pw_network_flops() does not count. */
static inline double fuzz_layer_work(const pw_layer *layer, const pw_shape *shapes)
{
    if (layer->output == PW_NO_TENSOR)
        return 0;
    const pw_shape out = shapes[layer->output];
    double work = fuzz_elements(out);
    if (layer->op == PW_OP_MAXPOOL || layer->op == PW_OP_AVGPOOL)
        work *= (double)layer->as.pool.kernel[0] * layer->as.pool.kernel[1];
    if (layer->op == PW_OP_ATTENTION)
        work *= (double)out.height * out.width;
    return work;
}

/* Infinite where the network has no such shape. */
static inline double fuzz_work(const pw_network *network, int32_t height, int32_t width)
{
    pw_shape *shapes = calloc(network->tensor_count + 1, sizeof *shapes);
    double work = pw_network_flops(network, 1, height, width);
    fuzz_check(shapes != NULL);
    if (work < 0 || pw_network_infer(network, 1, height, width, shapes, NULL) < 0)
        work = 2 * FUZZ_MOST_WORK;
    else
        for (size_t i = 0; i < network->layer_count; i++)
            work += fuzz_layer_work(&network->layers[i], shapes);
    free(shapes);
    return work;
}

static inline void fuzz_run_context(pawl_context *context)
{
    pawl_error error = {.message = ""};
    pawl_tensor tensor;
    volatile uint8_t sum = 0;
    fuzz_check(pawl_context_input(context, &tensor, &error) == PAWL_OK);
    memset(tensor.data, 0x3e, tensor.size); /* 0.186 as float32 */
    fuzz_check(pawl_context_run(context, &error) == PAWL_OK);
    for (size_t i = 0; i < pawl_context_output_count(context); i++) {
        fuzz_check(pawl_context_output(context, i, &tensor, &error) == PAWL_OK);
        for (size_t b = 0; b < tensor.size; b++)
            sum = (uint8_t)(sum + ((const uint8_t *)tensor.data)[b]);
    }
}

/* As `run` does it, planes of floats to all rows, and as `predict` does, bytes to candidates: stems, and heads behind a gate. */
static inline void fuzz_run_forms(pawl_engine *engine, pawl_context_desc desc)
{
    for (int form = 0; form < 2; form++) {
        pawl_context *context = NULL;
        pawl_error error = {.message = ""};
        desc.input = form == 0 ? PAWL_INPUT_F32_NCHW : PAWL_INPUT_U8_NHWC;
        desc.output = form == 0 ? PAWL_OUTPUT_DECODED : PAWL_OUTPUT_CANDIDATES;
        if (pawl_context_create(engine, &desc, &context, &error) == PAWL_OK)
            fuzz_run_context(context);
        else
            fuzz_check(error.status == PAWL_ERR_UNSUPPORTED || error.status == PAWL_ERR_LIMIT);
        fuzz_check(pawl_context_destroy(&context) == PAWL_OK);
    }
}

/* network: the plan's own. */
static inline void fuzz_run(pawl_plan *plan, const pw_network *network, const char *backend)
{
    const int32_t height = network->model.max_stride, width = 2 * height;
    pawl_plan_info info = {.struct_size = sizeof info};
    fuzz_check(pawl_plan_info_get(plan, &info, NULL) == PAWL_OK);
    if (info.batch_min * fuzz_work(network, height, width) > FUZZ_MOST_WORK)
        return;
    pawl_runtime_desc on = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_error error = {.message = ""};
    on.backend = backend;
    desc.threads = 1;
    desc.batch = info.batch_min;
    desc.height = height;
    desc.width = width;
    fuzz_check(pawl_runtime_create(&on, &runtime, &error) == PAWL_OK);
    if (pawl_engine_create(runtime, plan, &engine, &error) == PAWL_OK)
        fuzz_run_forms(engine, desc);
    else
        fuzz_check(error.status == PAWL_ERR_UNSUPPORTED || error.status == PAWL_ERR_LIMIT);
    fuzz_check(pawl_engine_destroy(&engine) == PAWL_OK);
    fuzz_check(pawl_runtime_destroy(&runtime) == PAWL_OK);
}

#endif
