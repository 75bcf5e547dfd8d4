/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches: their pictures go one after the other through the program of one, so that each finds
 * its activations in the caches, where those of the one before lay. That program's bindings are
 * moved along; it is otherwise as any.
 */
#include "backend/cpu/cpu.h"

#include <string.h>

static pawl_status bind(cpu_program *program, pawl_error *error)
{
    pw_program *base = &program->kernels.base;
    const pw_network *network = &program->plan->base.plan->network;
    const pw_lowering *to = &base->lowering;
    pw_shape *shapes = pw_arena_array(&program->arena, network->tensor_count, sizeof(pw_shape));
    if (shapes == NULL)
        return pw_fail_memory(error, "the program", network->tensor_count * sizeof(pw_shape));
    PW_TRY(pw_network_infer(network, to->batch, to->height, to->width, shapes, error));
    PW_TRY(pw_bind_input(base, error));
    PW_TRY(pw_bind_outputs(base, network, shapes, &program->arena, &program->rows, error));
    return pw_bind_memory(base, &program->arena, error);
}

static pawl_status lower_into(cpu_program *program, pawl_error *error)
{
    pw_lowering one = program->kernels.base.lowering;
    one.batch = 1;
    PW_TRY(bind(program, error));
    PW_TRY(pw_cpu_lower_at_once(program->plan, &one, &program->one, error));
    program->kernels.base.memory_size += program->one->kernels.base.memory_size;
    return PAWL_OK;
}

pawl_status pw_cpu_batch_lower(cpu_device_plan *plan, const pw_lowering *lowering,
                               cpu_program **program, pawl_error *error)
{
    return pw_cpu_program_make(plan, lowering, lower_into, program, error);
}

/* The rows of a picture, where the program of one makes them. */
static void move_rows(const cpu_program *program, size_t picture)
{
    cpu_program *one = program->one;
    const pw_rows *rows = &program->rows;
    float *values = (float *)rows->values + picture * rows->count * rows->width;
    if (one->kernels.base.lowering.output != PAWL_OUTPUT_CANDIDATES) {
        one->data[one->kernels.schedule.rows] = values;
        return;
    }
    one->found.rows = values;
    one->found.index = rows->index + picture * rows->count;
    one->found.not_finite = program->kernels.base.not_finite + picture;
}

/* The bindings of the program of one become a picture's part of the batch's. */
static void move(const cpu_program *program, size_t picture)
{
    cpu_program *one = program->one;
    const pw_schedule *schedule = &one->kernels.schedule;
    /* The schedule's outputs stand behind the rows. */
    const size_t first = program->kernels.base.output_count - schedule->output_count;
    one->data[schedule->input] =
        (unsigned char *)program->kernels.base.input.data + picture * one->kernels.base.input.size;
    for (size_t i = 0; i < schedule->output_count; i++)
        one->data[schedule->outputs[i]] =
            (unsigned char *)program->kernels.base.outputs[first + i].data +
            picture * one->kernels.base.outputs[first + i].size;
    if (schedule->rows != PW_NO_OPERAND)
        move_rows(program, picture);
    for (size_t s = 0; s < schedule->step_count; s++) {
        pk_call *call = &one->kernels.steps[s].call;
        call->destination = pw_cpu_data(one, schedule->steps[s].destination);
        for (size_t i = 0; i < call->problem->source_count; i++)
            call->source[i] = pw_cpu_data(one, schedule->steps[s].source[i]);
    }
}

/* What a run of the whole batch left, as this program's. */
static void take_over(const cpu_program *program)
{
    const pw_program *from = &program->whole->kernels.base, *to = &program->kernels.base;
    for (size_t i = 0; i < to->output_count; i++)
        memcpy(to->outputs[i].data, from->outputs[i].data, to->outputs[i].size);
    for (int32_t n = 0; n < to->lowering.batch && to->candidates != NULL; n++) {
        const pawl_candidates *found = &from->candidates[n];
        to->candidates[n].count = found->count;
        to->not_finite[n] = from->not_finite[n];
        memcpy((float *)program->rows.values +
                   (size_t)n * program->rows.count * program->rows.width,
               found->rows, found->count * found->width * sizeof(float));
        memcpy(program->rows.index + (size_t)n * program->rows.count, found->index,
               found->count * sizeof(int32_t));
    }
}

/* An observer is shown all pictures of a layer, then of the next. */
static pawl_status run_observed(cpu_program *program, const pw_run *run, pawl_error *error)
{
    if (program->whole == NULL) {
        (void)pthread_mutex_lock(&program->plan->mutex);
        const pawl_status status = pw_cpu_lower_at_once(
            program->plan, &program->kernels.base.lowering, &program->whole, error);
        (void)pthread_mutex_unlock(&program->plan->mutex);
        if (status < 0)
            return status;
    }
    memcpy(program->whole->kernels.base.input.data, program->kernels.base.input.data,
           program->kernels.base.input.size);
    PW_TRY(pw_cpu_run_at_once(program->whole, run, error));
    take_over(program);
    return PAWL_OK;
}

pawl_status pw_cpu_batch_run(cpu_program *program, const pw_run *run, pawl_error *error)
{
    if (run->observer != NULL)
        return run_observed(program, run, error);
    for (int32_t n = 0; n < program->kernels.base.lowering.batch; n++) {
        move(program, (size_t)n);
        PW_TRY(pw_cpu_run_at_once(program->one, run, error));
        if (program->kernels.base.candidates != NULL)
            program->kernels.base.candidates[n].count =
                program->one->kernels.base.candidates[0].count;
    }
    return PAWL_OK;
}
