/* SPDX-License-Identifier: Apache-2.0 */
/* Lives and memory of operands, and of what steps need beside them. */
#include "lower/schedule.h"

#include "base/memory.h"
#include "base/size.h"

static size_t size_of(const pk_tensor *tensor)
{
    return tensor->batch * tensor->channels * pk_pixels(tensor) * pk_type_size(tensor->type);
}

static void find_lives(pw_schedule *schedule)
{
    pw_buffer *buffers = schedule->buffers;
    const pw_operand *operands = schedule->operands;
    pw_lives_begin(buffers, schedule->operand_count);
    for (size_t s = 0; s < schedule->step_count; s++) {
        const pw_step *step = &schedule->steps[s];
        for (size_t i = 0; i < step->problem.source_count; i++)
            pw_lives_touch(&buffers[operands[step->source[i]].root], s);
        pw_lives_touch(&buffers[operands[step->destination].root], s);
    }
    for (size_t p = 0; p < schedule->operand_count; p++) {
        if (operands[p].is_lent) /* the caller reads it after the run */
            pw_lives_touch(&buffers[operands[p].root], schedule->step_count);
        if (operands[p].root == p && !operands[p].is_bound)
            buffers[p].size = size_of(&operands[p].tensor);
    }
    pw_lives_end(buffers, schedule->operand_count);
}

/* Behind the operands each step has a buffer of its own for its workspace;
 * it lives during the step. */
pawl_status pw_memory_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error)
{
    const size_t count = schedule->operand_count + schedule->step_count;
    schedule->buffers = pw_arena_array(arena, count, sizeof(pw_buffer));
    if (schedule->buffers == NULL)
        return pw_fail_memory(error, "the memory plan", count * sizeof(pw_buffer));
    find_lives(schedule);
    for (size_t s = 0; s < schedule->step_count; s++) {
        const pk_needs *needs = &schedule->steps[s].needs;
        schedule->buffers[schedule->operand_count + s] =
            (pw_buffer){.size = needs->workspace, .first = s, .last = s};
        schedule->scratch = pw_size_max(schedule->scratch, needs->scratch);
    }
    return pw_memory_plan(schedule->buffers, count, PW_CACHE_LINE, &schedule->workspace, error);
}
