/* SPDX-License-Identifier: Apache-2.0 */
/* A program for one shape: the schedule, memory for its operands, and calls whose arguments are all
 * there. */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/size.h"

/* Of a worker. */
static size_t scratch_size(const cpu_program *program)
{
    return pw_size_align(program->kernels.schedule.scratch, 2 * PW_CACHE_LINE);
}

static pawl_status make_memory(cpu_program *program, pawl_error *error)
{
    const pw_schedule *schedule = &program->kernels.schedule;
    size_t scratch = 0;
    if (!pw_size_mul(scratch_size(program), schedule->desc.workers, &scratch))
        return pw_fail(error, PAWL_ERR_LIMIT, "the kernels of this network are too large");
    program->workspace = pw_alloc_aligned(schedule->workspace + 1, PW_CACHE_LINE);
    if (program->workspace == NULL)
        return pw_fail_memory(error, "the workspace", schedule->workspace);
    program->scratch = pw_alloc_aligned(scratch + 1, 2 * PW_CACHE_LINE);
    if (program->scratch == NULL)
        return pw_fail_memory(error, "the workers' scratch memory", scratch);
    pw_memory_take(program->workspace, schedule->workspace); /* or the first run would */
    pw_memory_take(program->scratch, scratch);
    program->kernels.base.memory_size += schedule->workspace + scratch;
    program->data = pw_arena_array(&program->arena, schedule->operand_count, sizeof(void *));
    program->kernels.steps =
        pw_arena_array(&program->arena, schedule->step_count, sizeof(pw_bound_step));
    if (program->data == NULL || program->kernels.steps == NULL)
        return pw_fail_memory(error, "the program", schedule->step_count * sizeof(pw_bound_step));
    for (size_t p = 0; p < schedule->operand_count; p++)
        if (schedule->buffers[p].size > 0)
            program->data[p] = program->workspace + schedule->buffers[p].offset;
    return PAWL_OK;
}

void *pw_cpu_data(const cpu_program *program, uint32_t operand)
{
    const pw_operand *at = &program->kernels.schedule.operands[operand];
    unsigned char *root = program->data[at->root];
    return root == NULL ? NULL : root + at->offset * pk_type_size(at->tensor.type);
}

/* Bindings: lent tensors are shown where they lie, the rest has memory of its own. */
static pawl_status bind(cpu_program *program, pawl_error *error)
{
    pw_program *base = &program->kernels.base;
    const pw_schedule *schedule = &program->kernels.schedule;
    PW_TRY(pw_bind_input(base, error));
    program->data[schedule->input] = base->input.data;
    PW_TRY(pw_bind_outputs(base, schedule->desc.network, schedule->shapes, &program->arena,
                           &program->rows, error));
    const size_t first = base->output_count - schedule->output_count; /* behind decoded rows */
    for (size_t i = 0; i < schedule->output_count; i++)
        base->outputs[first + i].data = pw_cpu_data(program, schedule->outputs[i]);
    PW_TRY(pw_bind_memory(base, &program->arena, error));
    for (size_t i = 0; i < schedule->output_count; i++)
        if (schedule->operands[schedule->outputs[i]].is_bound)
            program->data[schedule->outputs[i]] = base->outputs[first + i].data;
    if (schedule->rows == PW_NO_OPERAND)
        return PAWL_OK;
    program->data[schedule->rows] = program->rows.values;
    if (schedule->desc.output != PAWL_OUTPUT_CANDIDATES)
        return PAWL_OK;
    size_t *counts = pw_arena_array(&program->arena, (size_t)schedule->desc.batch, sizeof(size_t));
    if (counts == NULL)
        return pw_fail_memory(error, "the candidates",
                              (size_t)schedule->desc.batch * sizeof(size_t));
    program->found =
        (pk_found){program->rows.values, program->rows.index, counts, base->not_finite};
    program->data[schedule->rows] = &program->found;
    return PAWL_OK;
}

static pawl_status make_steps(cpu_program *program, pawl_error *error)
{
    const pw_schedule *schedule = &program->kernels.schedule;
    for (size_t s = 0; s < schedule->step_count; s++) {
        const pw_step *from = &schedule->steps[s];
        const pw_buffer *workspace = &schedule->buffers[schedule->operand_count + s];
        pw_bound_step *step = &program->kernels.steps[s];
        *step = (pw_bound_step){.crew = program->kernels.base.lowering.crew,
                                .scratch = program->scratch,
                                .scratch_size = scratch_size(program)};
        step->call = (pk_call){.implementation = from->implementation,
                               .problem = &from->problem,
                               .needs = &from->needs,
                               .destination = pw_cpu_data(program, from->destination),
                               .workspace = program->workspace + workspace->offset,
                               .parameters = &program->thresholds};
        for (size_t i = 0; i < from->problem.source_count; i++)
            step->call.source[i] = pw_cpu_data(program, from->source[i]);
        PW_TRY(pw_cpu_pack(program->plan, from, &step->call.packed, error));
    }
    return PAWL_OK;
}

static pawl_status lower_into(cpu_program *program, pawl_error *error)
{
    PW_TRY(pw_tactics_schedule(&program->plan->tactics, &program->kernels.base.lowering,
                               &program->arena, &program->kernels.schedule, error));
    PW_TRY(make_memory(program, error));
    PW_TRY(bind(program, error));
    return make_steps(program, error);
}

pawl_status pw_cpu_program_make(cpu_device_plan *plan, const pw_lowering *lowering,
                                cpu_lower_into *lower, cpu_program **program, pawl_error *error)
{
    cpu_program *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the program", sizeof(*made));
    made->kernels.base.backend = &pw_backend_cpu;
    made->kernels.base.lowering = *lowering;
    made->plan = plan;
    const pawl_status status = lower(made, error);
    if (status < 0) {
        pw_cpu_release(&made->kernels.base);
        return status;
    }
    made->kernels.base.memory_size += made->arena.total;
    *program = made;
    return PAWL_OK;
}

pawl_status pw_cpu_lower_at_once(cpu_device_plan *plan, const pw_lowering *lowering,
                                 cpu_program **program, pawl_error *error)
{
    return pw_cpu_program_make(plan, lowering, lower_into, program, error);
}

pawl_status pw_cpu_lower(pw_device_plan *device_plan, const pw_lowering *lowering,
                         pw_program **program, pawl_error *error)
{
    cpu_device_plan *plan = (cpu_device_plan *)device_plan;
    cpu_program *made = NULL;
    (void)pthread_mutex_lock(&plan->mutex);
    const bool is_split = pw_schedule_at_once(&plan->base.plan->network, lowering->output,
                                              lowering->batch) < lowering->batch;
    const pawl_status status = is_split ? pw_cpu_batch_lower(plan, lowering, &made, error)
                                        : pw_cpu_lower_at_once(plan, lowering, &made, error);
    (void)pthread_mutex_unlock(&plan->mutex);
    if (status >= 0)
        *program = &made->kernels.base;
    return status;
}

void pw_cpu_release(pw_program *program)
{
    cpu_program *made = (cpu_program *)program;
    if (made == NULL)
        return;
    if (made->one != NULL)
        pw_cpu_release(&made->one->kernels.base);
    if (made->whole != NULL)
        pw_cpu_release(&made->whole->kernels.base);
    pw_free(made->observed);
    pw_free(made->spans);
    pw_free(made->scratch);
    pw_free(made->rows.values);
    pw_free(made->workspace);
    pw_free(made->kernels.base.input.data);
    pw_arena_free(&made->arena);
    pw_free(made);
}
