/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context: one thread's program for one shape at a time. Nobody waits for anybody here: a
 * context in use answers PAWL_ERR_BUSY. Its end during a run needs no care: the call under way
 * holds the object, and the last holder releases program, threads, then the engine.
 */
#include "runtime/context.h"

#include "base/desc.h"
#include "base/memory.h"
#include <pawl/limits.h>

static void context_unmake(pw_object *object)
{
    pw_context *context = (pw_context *)object;
    if (context->engine != NULL)
        pw_programs_free(&context->programs, context->engine->backend);
    pw_free(context->scratch);
    pw_crew_end(&context->crew); /* after the program, which may use it */
}

const pw_type pw_context_type = {
    .name = "context", .size = sizeof(pw_context), .unmake = context_unmake, .role = PW_ROLE_RUN};

const pw_type pw_inner_context_type = {
    .name = "context", .size = sizeof(pw_context), .unmake = context_unmake, .role = PW_ROLE_INNER};

pawl_status pw_context_enter(pw_context *context, pawl_error *error)
{
    if (!atomic_exchange_explicit(&context->is_busy, true, memory_order_acquire))
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_BUSY,
                   "context #%llu is in use by another call: make one context for each thread",
                   (unsigned long long)context->object.id);
}

void pw_context_leave(pw_context *context)
{
    atomic_store_explicit(&context->is_busy, false, memory_order_release);
}

/* Resolves the handle and goes inside. Ends of the two slots: leave first, then release; see
 * PW_CONTEXT_CALL. */
static pawl_status use_and_enter(pawl_context *handle, pw_context **used, pw_context **inside,
                                 pawl_error *error)
{
    PW_TRY(pw_object_use(handle, &pw_context_type, used, error));
    PW_TRY(pw_context_enter(*used, error));
    *inside = *used;
    return PAWL_OK;
}

/* Guards run in the reverse order of their declarations. */
#define PW_CONTEXT_CALL(handle, name, error) \
    pw_context *name##_used PW_USING = NULL; \
    pw_context *name PW_INSIDE = NULL;       \
    PW_TRY(use_and_enter(handle, &name##_used, &name, error))

pawl_status pw_context_check_host(const pw_context *context, pw_memory_kind memory,
                                  pawl_error *error)
{
    if (memory != PW_MEMORY_DEVICE)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "context #%llu has its bindings in the device's memory: use a detector",
                   (unsigned long long)context->object.id);
}

static bool is_fraction(float value)
{
    return value >= 0.0f && value <= 1.0f; /* false for NaN */
}

static pawl_status check_shape(const pw_plan *plan, const pw_lowering *shape, pawl_error *error)
{
    const pw_profile *profile = &plan->profile;
    const int32_t stride = plan->network.model.max_stride;
    if (shape->batch < profile->batch_min || shape->batch > profile->batch_max)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "a batch of %d is outside the engine's %d to %d: build it with a wider "
                       "batch range",
                       shape->batch, profile->batch_min, profile->batch_max);
    if (shape->height < 1 || shape->width < 1 || shape->height % stride != 0 ||
        shape->width % stride != 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%dx%d (height x width) does not fit this model: both must be multiples of "
                       "its largest stride, %d",
                       shape->height, shape->width, stride);
    if (shape->height > PAWL_MAX_SIDE || shape->width > PAWL_MAX_SIDE)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "%dx%d (height x width) is too large: at most %d a side", shape->height,
                       shape->width, PAWL_MAX_SIDE);
    return PAWL_OK;
}

/* Takes or makes the program for a shape; the old shape's stays the one in use until it stands. */
static pawl_status lower(pw_context *context, const pw_lowering *lowering, pawl_error *error)
{
    const pw_engine *engine = context->engine;
    PW_TRY(check_shape(engine->plan, lowering, error));
    PW_TRY(pw_programs_use(&context->programs, engine->backend, engine->device, lowering, error));
    context->has_run = false;
    return PAWL_OK;
}

static pawl_status check_desc(const pawl_context_desc *desc, pawl_error *error)
{
    if (desc->threads < 0 || desc->threads > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: give 1 to %d, or 0 for all cores",
                       desc->threads, PAWL_MAX_THREADS);
    if (desc->input != PAWL_INPUT_F32_NCHW && desc->input != PAWL_INPUT_U8_NHWC)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no input form %d", (int)desc->input);
    if (desc->output != PAWL_OUTPUT_DECODED && desc->output != PAWL_OUTPUT_RAW &&
        desc->output != PAWL_OUTPUT_CANDIDATES)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no output form %d", (int)desc->output);
    if (!is_fraction(desc->threshold))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "the threshold must be 0 to 1");
    return PAWL_OK;
}

static int32_t first_of(int32_t asked, int32_t otherwise)
{
    return asked != 0 ? asked : otherwise;
}

static pawl_status start(pw_context *context, const pawl_context_desc *desc, pawl_error *error)
{
    const pw_profile *profile = &context->engine->plan->profile;
    pw_lowering lowering = {
        .batch = first_of(desc->batch, profile->batch_opt),
        .height = first_of(desc->height, profile->height),
        .width = first_of(desc->width, profile->width),
        .input = desc->input,
        .output = desc->output,
    };
    PW_TRY(check_shape(context->engine->plan, &lowering, error)); /* before threads are started */
    pw_thread_pool *pool = context->engine->pool;
    pw_crew_make(&context->crew, pool, first_of(desc->threads, pw_thread_pool_most(pool)));
    lowering.crew = &context->crew;
    context->run.threshold = desc->threshold;
    PW_TRY(lower(context, &lowering, error));
    context->output_count = pw_context_program(context)->output_count;
    if (lowering.input == PAWL_INPUT_U8_NHWC)
        PW_TRY(pw_context_fit_prepare(context, NULL, 0, error));
    return PAWL_OK;
}

pawl_status pw_context_make(const pw_type *type, pw_engine *engine, const pawl_context_desc *desc,
                            pw_context **context, pawl_error *error)
{
    PW_TRY(check_desc(desc, error));
    pw_object *const parents[] = {&engine->object};
    pw_context *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(type, parents, PW_COUNT(parents), &made, error));
    pw_object_name_after(&made->object, &engine->object);
    made->engine = engine;
    PW_TRY(start(made, desc, error));
    *context = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_context_create(pawl_engine *engine, const pawl_context_desc *desc,
                                pawl_context **context, pawl_error *error)
{
    if (context == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_context_create: context is NULL");
    pawl_context_desc asked = PAWL_CONTEXT_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_context_desc", error));
    pw_engine *host PW_USING = NULL;
    PW_TRY(pw_object_use(engine, &pw_engine_type, &host, error));
    pw_context *made = NULL;
    PW_TRY(pw_context_make(&pw_context_type, host, &asked, &made, error));
    *context = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_context_destroy(pawl_context **context)
{
    return pw_object_destroy_handle((void **)context, &pw_context_type);
}

pawl_status pw_context_shape_set(pw_context *context, int32_t batch, int32_t height, int32_t width,
                                 pawl_error *error)
{
    pw_lowering lowering = pw_context_program(context)->lowering;
    if (lowering.batch == batch && lowering.height == height && lowering.width == width)
        return PAWL_OK;
    lowering.batch = batch;
    lowering.height = height;
    lowering.width = width;
    return lower(context, &lowering, error);
}

pawl_status pawl_context_shape_set(pawl_context *context, int32_t batch, int32_t height,
                                   int32_t width, pawl_error *error)
{
    PW_CONTEXT_CALL(context, inside, error);
    return pw_context_shape_set(inside, batch, height, width, error);
}

pawl_status pawl_context_threshold_set(pawl_context *context, float threshold, pawl_error *error)
{
    if (!is_fraction(threshold))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "the threshold must be 0 to 1");
    PW_CONTEXT_CALL(context, inside, error);
    inside->run.threshold = threshold;
    return PAWL_OK;
}

pawl_status pawl_context_input(pawl_context *context, pawl_tensor *input, pawl_error *error)
{
    if (input == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_context_input: input is NULL");
    PW_CONTEXT_CALL(context, inside, error);
    PW_TRY(pw_context_check_host(inside, pw_context_program(inside)->input_memory, error));
    *input = pw_context_program(inside)->input;
    return PAWL_OK;
}

size_t pawl_context_output_count(pawl_context *context)
{
    pw_context *used PW_USING = NULL;
    if (pw_object_use(context, &pw_context_type, &used, NULL) < 0)
        return 0;
    return used->output_count;
}

pawl_status pawl_context_output(pawl_context *context, size_t index, pawl_tensor *output,
                                pawl_error *error)
{
    if (output == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_context_output: output is NULL");
    PW_CONTEXT_CALL(context, inside, error);
    return pw_context_output(inside, index, output, error);
}

pawl_status pawl_context_candidates(pawl_context *context, size_t picture,
                                    pawl_candidates *candidates, pawl_error *error)
{
    if (candidates == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_context_candidates: candidates is NULL");
    PW_CONTEXT_CALL(context, inside, error);
    return pw_context_candidates(inside, picture, candidates, error);
}

pawl_status pawl_context_observer_set(pawl_context *context, pawl_observer observer, void *user,
                                      pawl_error *error)
{
    PW_CONTEXT_CALL(context, inside, error);
    inside->run.observer = observer;
    inside->run.observer_user = user;
    return PAWL_OK;
}

pawl_status pawl_context_timer_set(pawl_context *context, pawl_timer timer, void *user,
                                   pawl_error *error)
{
    PW_CONTEXT_CALL(context, inside, error);
    const pw_backend *backend = inside->engine->backend;
    if (timer != NULL && !backend->has_timer)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "backend %s does not run its layers one by one, so they cannot be timed: "
                       "run the engine on cpu",
                       backend->name);
    inside->run.timer = timer;
    inside->run.timer_user = user;
    return PAWL_OK;
}

pawl_status pw_context_run(pw_context *context, pawl_error *error)
{
    context->has_run = false; /* what a run that fails leaves is nobody's answer */
    context->run_count++;
    pw_program *program = pw_context_program(context);
    pw_crew_enter(&context->crew);
    const pawl_status status = pw_program_run(program, &context->run, error);
    pw_crew_leave(&context->crew);
    PW_TRY(status);
    context->has_run = true;
    return PAWL_OK;
}

pawl_status pawl_context_run(pawl_context *context, pawl_error *error)
{
    PW_CONTEXT_CALL(context, inside, error);
    return pw_context_run(inside, error);
}
