/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that cost nothing, on each builder and runtime before anything is done with it: a wrong
 * slot table shows here, not in the middle of a build. */
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_watch.h"
#include "gpu/driver.h"

#include <string.h>

static bool keeps_threads(const pw_trt_library *library, pw_trt_native *builder)
{
    if (!pw_trt_has(library, PW_TRT_VBuilder_setMaxThreads))
        return true;
    const int32_t before = pw_trt_builder_threads(library, builder);
    return pw_trt_builder_set_threads(library, builder, before + 1) &&
           pw_trt_builder_threads(library, builder) == before + 1 &&
           pw_trt_builder_set_threads(library, builder, before);
}

static bool is_text(const char *answer, const char *expected)
{
    return answer != NULL && strcmp(answer, expected) == 0;
}

static bool keeps_network(const pw_trt_library *library, pw_trt_native *network)
{
    pw_trt_network_set_name(library, network, "pawl");
    if (!is_text(pw_trt_network_name(library, network), "pawl"))
        return false;
    const pw_trt_dims dims = {4, {1, 3, 64, 96}};
    pw_trt_native *const input = pw_trt_add_input(library, network, "images", PW_TRT_FLOAT, &dims);
    if (input == NULL)
        return false;
    const pw_trt_dims back = pw_trt_tensor_dims(library, input);
    return back.count == dims.count && memcmp(back.d, dims.d, 4 * sizeof dims.d[0]) == 0 &&
           is_text(pw_trt_tensor_name(library, input), "images");
}

static bool keeps_runtime(const pw_trt_library *library, pw_trt_native *runtime)
{
    if (!pw_trt_has(library, PW_TRT_VRuntime_setMaxThreads))
        return true;
    const int32_t before = pw_trt_runtime_threads(library, runtime);
    return pw_trt_runtime_set_threads(library, runtime, before + 1) &&
           pw_trt_runtime_threads(library, runtime) == before + 1 &&
           pw_trt_runtime_set_threads(library, runtime, before);
}

static pawl_status is_other(const pw_trt_library *library, pawl_error *error)
{
    return pw_fail(error, PAWL_ERR_DEVICE,
                   "%s (%s) does not answer as %s should, so it is not used; please report this "
                   "with its version",
                   library->version_text, library->path, library->strategy->name);
}

static pawl_status makes_none(const pw_trt_library *library, const char *what, pawl_error *error)
{
    return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s (%s) makes no %s here", library->version_text,
                       library->path, what);
}

pawl_status pw_trt_make_builder(const pw_trt_library *library, pw_trt_object **builder,
                                pawl_error *error)
{
    pw_trt_object *made PW_TRT_GUARD = NULL;
    pw_trt_native *const native = pw_trt_builder_create(library);
    if (native == NULL)
        return makes_none(library, "builder", error);
    PW_TRY(pw_trt_adopt(library, &pw_trt_builder_type, native, NULL, &made, error));
    if (!keeps_threads(library, native))
        return is_other(library, error);
    pw_trt_native *const network =
        pw_trt_builder_network(library, native, library->strategy->network_flags);
    if (network == NULL)
        return makes_none(library, "network", error);
    const bool is_right = keeps_network(library, network);
    pw_trt_delete(network);
    if (!is_right)
        return is_other(library, error);
    *builder = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_trt_make_runtime(const pw_trt_library *library, pw_trt_object **runtime,
                                pawl_error *error)
{
    pw_trt_object *made PW_TRT_GUARD = NULL;
    pw_trt_native *const native = pw_trt_runtime_create(library);
    if (native == NULL)
        return makes_none(library, "runtime", error);
    PW_TRY(pw_trt_adopt(library, &pw_trt_runtime_type, native, NULL, &made, error));
    if (!keeps_runtime(library, native))
        return is_other(library, error);
    *runtime = PW_TAKE(made);
    return PAWL_OK;
}

/* Whether the library knows any of the GPUs that are here; before it is asked for objects, which
 * takes a minute where it does not. */
static pawl_status check_gpus(const pw_trt_library *library, pawl_error *error)
{
    const pw_cuda *cuda = NULL;
    pawl_status status = PAWL_OK;
    int count = 0;
    if (pw_cuda_get(&cuda, NULL) < 0 || cuda->cuDeviceGetCount(&count) != 0)
        return PAWL_OK; /* it can build for no GPU here, or says what it wants */
    for (int i = 0; i < count; i++) {
        int device = 0, major = 0, minor = 0;
        if (cuda->cuDeviceGet(&device, i) != 0 ||
            pw_cuda_capability(cuda, device, &major, &minor) != 0)
            continue;
        status = pw_trt_check_gpu(library, major, minor, error);
        if (status >= 0)
            return PAWL_OK;
    }
    return status;
}

/* A library that builds is of use without a driver, whether or not it makes a runtime then. */
pawl_status pw_trt_prove(const pw_trt_library *library, pawl_error *error)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    pw_trt_object *builder PW_TRT_GUARD = NULL, *runtime PW_TRT_GUARD = NULL;
    PW_TRY(check_gpus(library, error));
    if (library->create_builder == NULL)
        return pw_trt_make_runtime(library, &runtime, error);
    PW_TRY(pw_trt_make_builder(library, &builder, error));
    if (pw_trt_make_runtime(library, &runtime, NULL) < 0)
        pw_trt_watch_forget();
    return PAWL_OK;
}
