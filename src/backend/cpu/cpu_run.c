/* SPDX-License-Identifier: Apache-2.0 */
/* Running a program: its steps in order, and between them an observer and a timer, if there are. */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"

#include <math.h>

/* --- timed --- */

static pawl_status make_spans(cpu_program *program, pawl_error *error)
{
    size_t most = 0;
    for (size_t s = 0; s < program->kernels.schedule.step_count; s++)
        most = pw_size_max(most, pw_bound_step_items(&program->kernels.steps[s]));
    program->spans = pw_calloc(most + 1, sizeof(pawl_span));
    if (program->spans == NULL)
        return pw_fail_memory(error, "the times of a step", most * sizeof(pawl_span));
    return PAWL_OK;
}

static void tell_step(const cpu_program *program, size_t s, const pw_run *run, pawl_step_info *info)
{
    const pw_step *from = &program->kernels.schedule.steps[s];
    const pw_layer *layer = &program->kernels.schedule.desc.network->layers[from->layer];
    char text[PK_TEXT_SIZE];
    pk_problem_text(&from->problem, text);
    info->layer_id = layer->id;
    info->layer = layer->name;
    info->kernel = from->implementation->name;
    info->problem = text;
    info->flops = pk_problem_flops(&from->problem);
    info->bytes = pk_problem_bytes(&from->problem) + (double)from->needs.packed;
    info->spans = program->spans;
    run->timer(run->timer_user, info);
}

static void run_step(cpu_program *program, size_t s, const pw_run *run)
{
    pw_bound_step *step = &program->kernels.steps[s];
    if (run->timer == NULL) {
        pw_bound_step_run(step);
        return;
    }
    pawl_step_info info = PAWL_STEP_INFO_INIT;
    info.span_count = pw_bound_step_items(step);
    info.begin_ns = pw_os_clock_ns();
    pw_bound_step_run_timed(step, program->spans);
    info.end_ns = pw_os_clock_ns();
    tell_step(program, s, run, &info);
}

/* --- observed --- */

static pawl_status make_observed(cpu_program *program, pawl_error *error)
{
    const pw_network *network = program->kernels.schedule.desc.network;
    size_t largest = 1;
    for (size_t t = 0; t < network->tensor_count; t++) {
        const pk_tensor *tensor = &program->kernels.schedule.operands[t].tensor;
        largest = pw_size_max(largest, tensor->batch * tensor->channels * pk_pixels(tensor));
    }
    program->observed = pw_alloc_aligned(largest * sizeof(float), PW_CACHE_LINE);
    if (program->observed == NULL)
        return pw_fail_memory(error, "the observer's tensor", largest * sizeof(float));
    return PAWL_OK;
}

/* An operand as dense planes of floats: one more reorder. */
static void to_planes(const cpu_program *program, const void *data, const pk_tensor *from)
{
    pk_problem problem = {.op = PK_REORDER, .source_count = 1, .source = {*from}, .workers = 1};
    problem.destination =
        pk_tensor_planes(PK_F32, from->batch, from->channels, from->height, from->width);
    pk_needs needs;
    const pk_machine machine = {.isa = PK_GENERIC};
    const pk_implementation *reorder = pk_select(PK_GENERIC, &problem);
    reorder->plan(reorder, &problem, &machine, &needs);
    const pk_call call = {.implementation = reorder,
                          .problem = &problem,
                          .needs = &needs,
                          .source = {data},
                          .destination = program->observed};
    pk_run_all(&call, NULL);
}

static pawl_status observe(cpu_program *program, size_t index, const pw_run *run, pawl_error *error)
{
    const pw_schedule *schedule = &program->kernels.schedule;
    const pw_layer *layer = &schedule->desc.network->layers[index];
    if (layer->output == PW_NO_TENSOR)
        return PAWL_OK;
    const pw_operand *operand = &schedule->operands[layer->output];
    const pk_tensor *shown = &operand->tensor;
    const unsigned char *data = program->data[operand->root];
    if (data != NULL)
        data += operand->offset * pk_type_size(shown->type);
    else if (layer->op == PW_OP_INPUT) { /* read where it is bound */
        shown = &schedule->operands[schedule->input].tensor;
        data = program->kernels.base.input.data;
    } else {
        return PAWL_OK; /* nobody makes it */
    }
    to_planes(program, data, shown);
    const pawl_tensor tensor = {
        .name = layer->name,
        .dtype = PAWL_F32,
        .rank = 4,
        .dims = {(int64_t)shown->batch, (int64_t)shown->channels, (int64_t)shown->height,
                 (int64_t)shown->width},
        .data = program->observed,
        .size = shown->batch * shown->channels * pk_pixels(shown) * sizeof(float),
    };
    if (run->observer(run->observer_user, layer->id, layer->name, &tensor) != 0)
        return pw_fail(error, PAWL_ERR_CANCELLED, "the observer stopped the run at layer %s",
                       layer->name);
    return PAWL_OK;
}

/* What was found goes where the context shows it. */
static void give_candidates(cpu_program *program)
{
    for (int32_t n = 0;
         n < program->kernels.base.lowering.batch && program->kernels.base.candidates != NULL; n++)
        program->kernels.base.candidates[n].count = program->found.count[n];
}

pawl_status pw_cpu_run_at_once(cpu_program *program, const pw_run *run, pawl_error *error)
{
    const pw_schedule *schedule = &program->kernels.schedule;
    const float raw = pw_raw_threshold(run->threshold);
    program->thresholds = (pk_thresholds){run->threshold, raw, raw};
    if (run->observer != NULL) /* sees all of a head */
        program->thresholds.gate = -INFINITY;
    size_t s = 0;
    if (run->timer != NULL && program->spans == NULL)
        PW_TRY(make_spans(program, error));
    if (run->observer != NULL) {
        if (program->observed == NULL)
            PW_TRY(make_observed(program, error));
        for (size_t i = 0; i < schedule->desc.network->layer_count; i++) {
            PW_TRY(pw_run_check(run, error));
            for (; s < schedule->step_count && schedule->steps[s].layer == i; s++)
                run_step(program, s, run);
            PW_TRY(observe(program, i, run, error));
        }
    }
    for (; s < schedule->step_count; s++) {
        PW_TRY(pw_run_check(run, error));
        run_step(program, s, run);
    }
    give_candidates(program);
    return PAWL_OK;
}

pawl_status pw_cpu_run(pw_program *base, const pw_run *run, pawl_error *error)
{
    cpu_program *program = (cpu_program *)base;
    return program->one != NULL ? pw_cpu_batch_run(program, run, error)
                                : pw_cpu_run_at_once(program, run, error);
}
