/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a plan: runtime -> engine, the engine's tensors, and our kernels beside it. */
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_device.h"
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_run.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/memory.h"

#include <string.h>

static pawl_status deserialize(pw_trt_device_plan *made, const void *data, size_t size,
                               pawl_error *error)
{
    return pw_trt_adopt(
        made->library, &pw_trt_engine_type,
        pw_trt_runtime_deserialize(made->library, made->runtime->native, data, size), made->runtime,
        &made->engine, error);
}

static void say_rebuild(const pw_trt_device_plan *made, const char *key, const char *why)
{
    const pw_plan *const plan = made->base.plan;
    if (strcmp(plan->backend, pw_backend_tensorrt.name) != 0) {
        pw_log(PAWL_LOG_WARNING,
               "the engine was built for backend %s, so its plan for %s is built now, which can "
               "take minutes each time; 'pawl build --backend tensorrt' keeps one",
               plan->backend, made->library->version_text);
        return;
    }
    pw_log(PAWL_LOG_WARNING,
           "the engine has no plan that %s takes on this GPU (%s: %s), so it is built again "
           "from what the engine says of its build, which can take minutes each time; 'pawl build' "
           "on this machine keeps one",
           made->library->version_text, key, why);
    if (plan->is_older)
        pw_log(PAWL_LOG_WARNING,
               "an engine of this age does not say all of its build: what --shapes, --fp16-fix, "
               "--workspace, --opt-level, --version-compatible and --hardware-compatible asked for "
               "is lost, and the plan takes batch %d to %d at %dx%d only",
               (int)plan->profile.batch_min, (int)plan->profile.batch_max,
               (int)plan->profile.height, (int)plan->profile.width);
}

static pawl_status rebuild(pw_trt_device_plan *made, pawl_error *error)
{
    pw_trt_object *memory PW_TRT_GUARD = NULL;
    const pw_tuning tuning = {.threads = 0};
    PW_TRY(pw_trt_build(made->library, made->base.plan, &tuning, &memory, error));
    return deserialize(made, pw_trt_memory_data(made->library, memory->native),
                       pw_trt_memory_size(made->library, memory->native), error);
}

/* The plan made for this library and GPU; where there is none, or it is refused, the network is
 * built again. */
static pawl_status load_engine(pw_trt_device_plan *made, pawl_error *error)
{
    char key[96];
    pawl_error reason; /* of what a rebuild mends: not the caller's */
    pw_trt_artifact_key(made->library, made->gpu, &PW_BUILD_OPTIONS_INIT, key);
    const pw_artifact *const artifact =
        pw_trt_artifact_find(made->library, made->gpu, made->base.plan);
    /* A plan for later versions brings its own runtime, which is code. */
    const bool brings_code = artifact != NULL ? strstr(artifact->key, "+/") != NULL
                                              : made->base.plan->options.is_version_compatible;
    if (brings_code && pw_trt_has(made->library, PW_TRT_VRuntime_setEngineHostCodeAllowed))
        pw_trt_runtime_allow_host_code(made->library, made->runtime->native);
    if (artifact == NULL)
        (void)pw_fail(&reason, PAWL_ERR_DEVICE, "it was built for another library or GPU");
    else if (deserialize(made, artifact->data, artifact->size, &reason) >= 0)
        return PAWL_OK;
    pw_trt_watch_forget();
    if (made->library->create_builder != NULL) {
        say_rebuild(made, key, reason.message);
        return rebuild(made, error);
    }
    return pw_fail(error, PAWL_ERR_DEVICE,
                   "the engine has no plan that %s takes on this GPU (%s: %s), and that library "
                   "cannot build one; build it where the full TensorRT is",
                   made->library->version_text, key, reason.message);
}

/* Finds the tensors in the engine's own order; an engine with others than ours is not one of ours.
 */
static pawl_status find_tensors(pw_trt_device_plan *made, pawl_error *error)
{
    const pw_trt_library *const library = made->library;
    pw_trt_native *const engine = made->engine->native;
    size_t found = 0;
    made->tensor_count = pw_trt_engine_tensor_count(library, engine);
    made->input_at = -1;
    for (size_t k = 0; k < made->output_count; k++)
        made->output_at[k] = -1;
    for (int32_t i = 0; i < made->tensor_count && i < PW_TRT_MAX_TENSORS; i++) {
        const char *const name = pw_trt_engine_tensor_name(library, engine, i);
        if (name != NULL && strcmp(name, PW_TRT_INPUT_NAME) == 0)
            made->input_at = i;
        for (size_t k = 0; name != NULL && k < made->output_count; k++)
            if (made->output_at[k] < 0 && strcmp(name, made->outputs[k].name) == 0) {
                made->output_at[k] = i;
                found++;
            }
    }
    if (made->tensor_count == (int32_t)made->output_count + 1 && made->input_at >= 0 &&
        found == made->output_count)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "the TensorRT plan in the engine has other tensors than pawl's; build the "
                   "engine again");
}

/* Where the driver does not take them the host does their work. */
static pawl_status load_kernels(pw_trt_device_plan *made, pawl_error *error)
{
    pawl_error reason;
    const pawl_status status = pw_gpu_kernels_make(made->gpu, &made->kernels, &reason);
    made->has_kernels = status >= 0;
    if (status == PAWL_ERR_UNSUPPORTED) {
        pw_log(PAWL_LOG_WARNING,
               "%s, so pictures are fitted and boxes made on the host, which takes longer",
               reason.message);
        return PAWL_OK;
    }
    if (status < 0 && error != NULL)
        *error = reason;
    return status;
}

/* Inside the GPU's context. */
static pawl_status open_engine(pw_trt_device_plan *made, pawl_error *error)
{
    PW_TRY(pw_trt_make_runtime(made->library, &made->runtime, error));
    PW_TRY(load_engine(made, error));
    PW_TRY(find_tensors(made, error));
    pw_trt_profiles_make(made->library, made->engine->native,
                         pw_trt_is_dynamic(&made->base.plan->profile), &made->profiles);
    return PAWL_OK;
}

static pawl_status open_into(pw_trt_device_plan *made, pawl_error *error)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    PW_TRY(pw_trt_check_network(&made->base.plan->network, error));
    made->output_count = pw_trt_outputs(&made->base.plan->network, made->outputs);
    PW_TRY(pw_trt_library_get(&made->library, error));
    PW_TRY(pw_gpu_device_create(made->gpu_ordinal, &made->gpu, error));
    PW_TRY(pw_trt_check_gpu(made->library, made->gpu->major, made->gpu->minor, error));
    PW_TRY(pw_gpu_enter(made->gpu, error));
    const pawl_status status = open_engine(made, error);
    pw_gpu_leave(made->gpu);
    PW_TRY(status);
    return load_kernels(made, error);
}

pawl_status pw_trt_open(const pw_plan *plan, const pw_machine *machine,
                        pw_device_plan **device_plan, pawl_error *error)
{
    pw_trt_device_plan *const made = pw_calloc(1, sizeof *made);
    if (made == NULL)
        return pw_fail_memory(error, "the TensorRT backend's plan", sizeof *made);
    made->base = (pw_device_plan){.backend = &pw_backend_tensorrt, .plan = plan};
    made->isa = machine->isa;
    made->gpu_ordinal = machine->gpu;
    const pawl_status status = open_into(made, error);
    if (status < 0) {
        pw_trt_close(&made->base);
        return status;
    }
    *device_plan = &made->base;
    return PAWL_OK;
}

void pw_trt_close(pw_device_plan *device_plan)
{
    pw_trt_device_plan *const made = (pw_trt_device_plan *)device_plan;
    if (made == NULL)
        return;
    pw_gpu_kernels_end(&made->kernels);
    /* The library frees device memory in whatever context is current: it has to be this one. */
    const bool is_inside = made->gpu != NULL && pw_gpu_enter(made->gpu, NULL) >= 0;
    (void)pw_object_end(made->engine);
    (void)pw_object_end(made->runtime);
    if (is_inside)
        pw_gpu_leave(made->gpu);
    (void)pw_object_end(made->gpu);
    pw_trt_profiles_free(&made->profiles);
    pw_free(made);
}
