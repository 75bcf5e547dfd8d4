/* SPDX-License-Identifier: Apache-2.0 */
/* Running a program: its steps in order, and an observer between them if there is one. */
#include "backend/cpu/cpu.h"

#include "backend/binding.h"
#include "base/memory.h"
#include "base/size.h"

static void run_step(cpu_step *step)
{
    pw_thread_pool *pool = step->program->base.lowering.pool;
    if (pool != NULL && step->program->worker_count > 1 && step->item_count > 1) {
        pw_thread_pool_run(pool, step->task, step, step->item_count);
        return;
    }
    for (size_t i = 0; i < step->item_count; i++)
        step->task(step, i, 0);
}

static void to_nchw(const cpu_view *view, float *nchw)
{
    const size_t plane = view->height * view->width;
    for (size_t n = 0; n < view->batch; n++)
        for (size_t c = 0; c < view->channels; c++)
            for (size_t p = 0; p < plane; p++)
                *nchw++ = view->data[(n * plane + p) * view->stride + c];
}

static pawl_status make_observed(cpu_program *program, pawl_error *error)
{
    size_t largest = 1;
    for (size_t t = 0; t < program->network->tensor_count; t++) {
        const cpu_view *view = &program->views[t];
        largest = pw_size_max(largest, view->batch * view->channels * view->height * view->width);
    }
    program->observed = pw_alloc_aligned(largest * sizeof(float), PW_CACHE_LINE);
    if (program->observed == NULL)
        return pw_fail_memory(error, "the observer's tensor", largest * sizeof(float));
    return PAWL_OK;
}

static pawl_status observe(cpu_program *program, size_t index, const pw_run *run, pawl_error *error)
{
    const pw_layer *layer = &program->network->layers[index];
    if (layer->output == PW_NO_TENSOR || program->views[layer->output].batch == 0)
        return PAWL_OK;
    const cpu_view *view = &program->views[layer->output];
    pawl_tensor tensor = {
        .name = layer->name,
        .dtype = PAWL_F32,
        .rank = 4,
        .dims = {(int64_t)view->batch, (int64_t)view->channels, (int64_t)view->height,
                 (int64_t)view->width},
        .data = program->observed,
        .size = view->batch * view->channels * view->height * view->width * sizeof(float),
    };
    if (view->data == NULL) /* the input, read where it is bound */
        tensor.data = program->base.input.data;
    else
        to_nchw(view, program->observed);
    if (run->observer(run->observer_user, layer->id, layer->name, &tensor) != 0)
        return pw_fail(error, PAWL_ERR_CANCELLED, "the observer stopped the run at layer %s",
                       layer->name);
    return PAWL_OK;
}

pawl_status pw_cpu_run(pw_program *base, const pw_run *run, pawl_error *error)
{
    cpu_program *program = (cpu_program *)base;
    program->threshold = run->threshold;
    program->raw_threshold = pw_raw_threshold(run->threshold);
    if (run->observer == NULL) {
        for (size_t s = 0; s < program->step_count; s++)
            run_step(&program->steps[s]);
        return PAWL_OK;
    }
    if (program->observed == NULL)
        PW_TRY(make_observed(program, error));
    size_t s = 0;
    for (size_t i = 0; i < program->network->layer_count; i++) {
        for (; s < program->step_count && program->steps[s].layer == i; s++)
            run_step(&program->steps[s]);
        PW_TRY(observe(program, i, run, error));
    }
    return PAWL_OK;
}
