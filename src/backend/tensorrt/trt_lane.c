/* SPDX-License-Identifier: Apache-2.0 */
/* Execution contexts, each with its optimisation profile. */
#include "backend/tensorrt/trt_lane.h"
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/memory.h"

#include <string.h>

void pw_trt_profiles_make(const pw_trt_library *library, pw_trt_native *engine, bool is_dynamic,
                          pw_trt_profiles *profiles)
{
    const int32_t count = pw_trt_engine_profiles(library, engine);
    *profiles =
        (pw_trt_profiles){.count = count < 1                   ? 1
                                   : count > PAWL_MAX_CONTEXTS ? PAWL_MAX_CONTEXTS
                                                               : count,
                          .is_exclusive = is_dynamic && library->strategy->has_exclusive_profiles};
    (void)pthread_mutex_init(&profiles->mutex, NULL); /* cannot fail on Linux */
}

void pw_trt_profiles_free(pw_trt_profiles *profiles)
{
    if (profiles->count > 0)
        (void)pthread_mutex_destroy(&profiles->mutex);
    *profiles = (pw_trt_profiles){.count = 0};
}

/* With the mutex held. The first that is free, as the library itself chooses for a new context. */
static bool take_profile(pw_trt_lane *lane)
{
    pw_trt_profiles *const profiles = lane->profiles;
    for (int32_t i = 0; i < profiles->count && !lane->has_profile; i++)
        if (!profiles->is_taken[i]) {
            profiles->is_taken[i] = lane->has_profile = true;
            lane->execution.profile = i;
        }
    return lane->has_profile;
}

/* A forked child's copy of the mutex may be held by no one alive, who was opening a lane. */
static void give_profile(pw_trt_lane *lane)
{
    if (!lane->has_profile || pw_is_forked())
        return;
    (void)pthread_mutex_lock(&lane->profiles->mutex);
    lane->profiles->is_taken[lane->execution.profile] = false;
    lane->has_profile = false;
    (void)pthread_mutex_unlock(&lane->profiles->mutex);
}

static pawl_status make_context(pw_trt_lane *lane, pw_trt_object *engine, pawl_error *error)
{
    PW_TRY(pw_trt_adopt(lane->library, &pw_trt_context_type,
                        pw_trt_engine_context(lane->library, engine->native), engine,
                        &lane->context, error));
    lane->execution.engine = engine->native;
    lane->execution.context = lane->context->native;
    return PAWL_OK;
}

/* With the mutex held: a new context takes profile 0 by itself where nobody has it, which another
 * thread may be about to. That it could not is no error: it gets its own here. */
static pawl_status make_exclusive(pw_trt_lane *lane, pw_trt_object *engine,
                                  const pw_gpu_stream *stream, pawl_error *error)
{
    if (!take_profile(lane))
        return pw_fail(
            error, PAWL_ERR_LIMIT,
            "the engine's plan serves %d context%s at once on %s, and %s in use: end one, or build "
            "the engine with --contexts %d",
            (int)lane->profiles->count, lane->profiles->count == 1 ? "" : "s",
            lane->library->version_text, lane->profiles->count == 1 ? "that is" : "all are",
            (int)lane->profiles->count + 1);
    PW_TRY(make_context(lane, engine, error));
    pw_trt_watch_forget();
    if (!pw_trt_context_set_profile(lane->library, &lane->execution, stream->stream))
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s gives no optimisation profile %d",
                           lane->library->version_text, (int)lane->execution.profile);
    return pw_gpu_wait(stream, error); /* runs may be on another stream */
}

/* What a new context says where profile 0 is another's, before it is given its own. */
static bool is_of_profile(void *user, const char *message)
{
    (void)user;
    return strstr(message, "default profile") != NULL;
}

pawl_status pw_trt_lane_open(const pw_trt_library *library, pw_trt_object *engine,
                             pw_trt_profiles *profiles, const pw_gpu_stream *stream,
                             pw_trt_lane **lane, pawl_error *error)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pw_trt_lane *const made = pw_calloc(1, sizeof *made);
    pawl_status status;
    if (made == NULL)
        return pw_fail_memory(error, "an execution context", sizeof *made);
    *made = (pw_trt_lane){.library = library, .profiles = profiles, .users = 1};
    pw_trt_watch_warnings(&watch, is_of_profile, NULL);
    if (profiles->is_exclusive) {
        pw_log_held held;
        pw_log_hold(&held);
        (void)pthread_mutex_lock(&profiles->mutex);
        status = make_exclusive(made, engine, stream, error);
        (void)pthread_mutex_unlock(&profiles->mutex);
        pw_log_tell(&held);
    } else {
        status = make_context(made, engine, error);
    }
    if (status < 0) {
        pw_trt_lane_close(made);
        return status;
    }
    *lane = made;
    return PAWL_OK;
}

pw_trt_lane *pw_trt_lane_share(pw_trt_lane *lane)
{
    if (!lane->profiles->is_exclusive)
        return NULL;
    lane->users++;
    return lane;
}

void pw_trt_lane_close(pw_trt_lane *lane)
{
    if (lane == NULL || --lane->users > 0)
        return;
    (void)pw_object_end(lane->context); /* before its profile is another's */
    give_profile(lane);
    pw_free(lane);
}

bool pw_trt_lane_set_shape(pw_trt_lane *lane, int32_t batch, int32_t height, int32_t width)
{
    if (lane->batch == batch && lane->height == height && lane->width == width)
        return true;
    const pw_trt_dims dims = {4, {batch, 3, height, width}};
    lane->shape_count++;
    lane->batch = 0; /* whatever is set if this fails */
    if (!pw_trt_context_set_input_shape(lane->library, &lane->execution, PW_TRT_INPUT_NAME, &dims))
        return false;
    lane->batch = batch;
    lane->height = height;
    lane->width = width;
    return true;
}
