/* SPDX-License-Identifier: Apache-2.0 */
/* Steps at work. */
#include "lower/bound_step.h"

#include "base/os.h"

static void do_item(void *argument, size_t item, size_t worker)
{
    const pw_bound_step *step = argument;
    const pk_implementation *implementation = step->call.implementation;
    if (implementation->enter != NULL)
        implementation->enter();
    implementation->run(&step->call, step->phase, item,
                        step->scratch + worker * step->scratch_size);
    if (implementation->leave != NULL)
        implementation->leave();
}

static void do_timed_item(void *argument, size_t item, size_t worker)
{
    const pw_bound_step *step = argument;
    pawl_span *span = &step->spans[item];
    span->worker = worker;
    span->begin_ns = pw_os_clock_ns();
    do_item(argument, item, worker);
    span->end_ns = pw_os_clock_ns();
}

size_t pw_bound_step_items(const pw_bound_step *step)
{
    const pk_needs *needs = step->call.needs;
    size_t items = 0;
    for (size_t phase = 0; phase < needs->phases; phase++)
        items += needs->items[phase];
    return items;
}

void pw_bound_step_run(pw_bound_step *step)
{
    const pk_needs *needs = step->call.needs;
    for (step->phase = 0; step->phase < needs->phases; step->phase++)
        pw_crew_run(step->crew, do_item, step, needs->items[step->phase]);
}

void pw_bound_step_run_timed(pw_bound_step *step, pawl_span *spans)
{
    const pk_needs *needs = step->call.needs;
    step->spans = spans;
    for (step->phase = 0; step->phase < needs->phases; step->phase++) {
        pw_crew_run(step->crew, do_timed_item, step, needs->items[step->phase]);
        step->spans += needs->items[step->phase];
    }
}
