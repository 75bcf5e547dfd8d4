/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps -> implementations. What a measurement prefers comes first, else the table's order decides.
 * Where nobody can read or write what lies there, the step works on dense float copies, and
 * reorders stand around it. A first layer that can read the binding as it is needs no input step.
 */
#include "lower/schedule.h"

#include "base/size.h"

#include <string.h>

static const pk_implementation *best(const pw_schedule *schedule, const pk_problem *problem)
{
    const pw_schedule_desc *desc = &schedule->desc;
    const pk_implementation *preferred =
        desc->prefer == NULL ? NULL : desc->prefer(desc->prefer_user, problem);
    if (preferred != NULL && pk_fits(preferred, desc->machine.isa, problem))
        return preferred;
    return pk_select(desc->machine.isa, problem);
}

/* The only step that reads an operand; NULL: none or several. */
static pw_step *only_reader(pw_schedule *schedule, uint32_t operand)
{
    pw_step *found = NULL;
    for (size_t s = 0; s < schedule->step_count; s++)
        for (size_t i = 0; i < schedule->steps[s].problem.source_count; i++) {
            const uint32_t source = schedule->steps[s].source[i];
            if (schedule->operands[source].root != schedule->operands[operand].root)
                continue;
            if (found != NULL || source != operand)
                return NULL;
            found = &schedule->steps[s];
        }
    return found;
}

/* Lets the picture's only reader take it from the binding, if it can. */
static void shorten_input(pw_schedule *schedule)
{
    pw_step *input = &schedule->steps[0];
    const uint32_t picture = input->destination;
    pw_step *reader = only_reader(schedule, picture);
    if (reader == NULL || input->problem.as.has_constants || reader->source[0] != picture ||
        schedule->operands[picture].is_lent || schedule->operands[picture].root != picture)
        return;
    pk_problem problem = reader->problem;
    problem.source[0] = input->problem.source[0];
    if (best(schedule, &problem) == NULL)
        return;
    reader->problem = problem;
    reader->source[0] = schedule->input;
    schedule->step_count--;
    memmove(schedule->steps, schedule->steps + 1, schedule->step_count * sizeof(pw_step));
}

static pk_tensor plain(const pk_tensor *tensor)
{
    return pk_tensor_nhwc(PK_F32, tensor->batch, tensor->channels, tensor->height, tensor->width,
                          tensor->channels);
}

static bool is_plain(const pk_tensor *tensor)
{
    return tensor->type == PK_F32 && pk_is_nhwc(tensor);
}

static pw_step *reorder(pw_schedule *schedule, const pw_step *around, uint32_t from, uint32_t to)
{
    pw_step *step = &schedule->steps[schedule->step_count++];
    *step = (pw_step){.layer = around->layer, .source = {from}, .destination = to};
    step->problem.op = PK_REORDER;
    step->problem.source_count = 1;
    step->problem.source[0] = schedule->operands[from].tensor;
    step->problem.destination = schedule->operands[to].tensor;
    step->problem.workers = schedule->desc.workers;
    return step;
}

/* The step on float copies: adds reorders of its sources, itself,
 * and a reorder of its destination. */
static void add_through_floats(pw_schedule *schedule, pw_step step)
{
    const uint32_t destination = step.destination;
    for (size_t i = 0; i < step.problem.source_count; i++)
        if (!is_plain(&step.problem.source[i])) {
            const uint32_t copy = pw_operand_add(schedule, plain(&step.problem.source[i]), false);
            (void)reorder(schedule, &step, step.source[i], copy);
            step.source[i] = copy;
            step.problem.source[i] = schedule->operands[copy].tensor;
        }
    const bool is_copied = !is_plain(&step.problem.destination);
    if (is_copied) {
        step.destination = pw_operand_add(schedule, plain(&step.problem.destination), false);
        step.problem.destination = schedule->operands[step.destination].tensor;
    }
    if (step.problem.weights != PK_NO_TYPE)
        step.problem.weights = PK_F32;
    schedule->steps[schedule->step_count++] = step;
    if (is_copied)
        (void)reorder(schedule, &step, step.destination, destination);
}

/* Steps that there will be: those asked for, and reorders around those that work on copies. */
static size_t count_steps(const pw_schedule *schedule)
{
    size_t count = schedule->step_count;
    for (size_t s = 0; s < schedule->step_count; s++)
        if (best(schedule, &schedule->steps[s].problem) == NULL)
            count += schedule->steps[s].problem.source_count + 1;
    return count;
}

/* Steps that nobody can take as they are get reorders around them,
 * and all of them another place. */
static pawl_status add_reorders(pw_schedule *schedule, size_t capacity, pw_arena *arena,
                                pawl_error *error)
{
    const pw_step *asked = schedule->steps;
    const size_t count = schedule->step_count;
    schedule->steps = pw_arena_array(arena, capacity, sizeof(pw_step));
    schedule->step_count = 0;
    if (schedule->steps == NULL)
        return pw_fail_memory(error, "the program's steps", capacity * sizeof(pw_step));
    for (size_t s = 0; s < count; s++) {
        if (best(schedule, &asked[s].problem) != NULL)
            schedule->steps[schedule->step_count++] = asked[s];
        else
            add_through_floats(schedule, asked[s]);
    }
    return PAWL_OK;
}

pawl_status pw_choose(pw_schedule *schedule, pw_arena *arena, pawl_error *error)
{
    if (schedule->step_count > 0 && schedule->steps[0].problem.op == PK_REORDER)
        shorten_input(schedule);
    const size_t capacity = count_steps(schedule);
    if (capacity > schedule->step_count)
        PW_TRY(add_reorders(schedule, capacity, arena, error));
    for (size_t s = 0; s < schedule->step_count; s++) {
        pw_step *step = &schedule->steps[s];
        step->implementation = best(schedule, &step->problem);
        if (step->implementation == NULL) {
            char text[PK_TEXT_SIZE];
            pk_problem_text(&step->problem, text);
            return pw_fail(error, PAWL_ERR_UNSUPPORTED, "layer %s: no kernel here runs %s",
                           schedule->desc.network->layers[step->layer].name, text);
        }
        step->implementation->plan(step->implementation, &step->problem, &schedule->desc.machine,
                                   &step->needs);
    }
    return PAWL_OK;
}
