/* SPDX-License-Identifier: Apache-2.0 */
/* The TensorRT backend's row in the registry. */
#include "backend/backend.h"
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_cache.h"
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_report.h"
#include "backend/tensorrt/trt_run.h"
#include "base/strbuf.h"
#include "gpu/driver.h"

#include <stdio.h>

static const char *absence(void)
{
    static _Thread_local pawl_error error;
    const pw_trt_library *library = NULL;
    return pw_trt_library_get(&library, &error) < 0 ? error.message : NULL;
}

static const char *ailment(void)
{
    static _Thread_local pawl_error error;
    const pw_trt_library *library = NULL;
    if (pw_trt_library_get(&library, &error) < 0 || pw_trt_prove(library, &error) < 0)
        return error.message;
    return NULL;
}

static pawl_status library_try(const char *path, char *text, size_t size, pawl_error *error)
{
    pw_trt_library library;
    pw_strbuf line = {.text = text, .capacity = size, .length = 0};
    PW_TRY(pw_trt_library_open(path, &library, error));
    PW_TRY(pw_trt_prove(&library, error));
    text[0] = '\0';
    pw_strbuf_add(&line, "%s: %s, strategy of %s%s", path, library.version_text,
                  library.strategy->name,
                  library.create_builder == NULL ? "; it can run plans, not build them" : "");
    return PAWL_OK;
}

static pawl_status make_artifact(const pw_trt_library *library, const pw_gpu_device *device,
                                 pw_plan *plan, const pw_tuning *tuning, pawl_error *error)
{
    pw_trt_object *memory PW_TRT_GUARD = NULL;
    pw_tuning here = *tuning;
    char key[96], cache[1024];
    pw_trt_artifact_key(library, device, &plan->options, key);
    here.timing_cache = pw_trt_cache_path(library, device, tuning->timing_cache, cache);
    PW_TRY(pw_trt_build(library, plan, &here, &memory, error));
    return pw_plan_set_artifact(plan, key, pw_trt_memory_data(library, memory->native),
                                pw_trt_memory_size(library, memory->native), error);
}

/* RTX builds without a GPU. The others build for the one that is current, which has to be the one
 * that the plan is kept for: found before the build, for that takes minutes. */
static pawl_status tune(pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning,
                        pawl_error *error)
{
    const pw_trt_library *library = NULL;
    pw_gpu_device *device = NULL;
    PW_TRY(pw_trt_check_network(&plan->network, error));
    PW_TRY(pw_trt_library_get(&library, error));
    if (library->strategy->is_rtx)
        return make_artifact(library, NULL, plan, tuning, error);
    PW_TRY(pw_gpu_device_create(machine->gpu, &device, error));
    pawl_status status = pw_trt_check_gpu(library, device->major, device->minor, error);
    if (status >= 0)
        status = pw_gpu_enter(device, error);
    if (status >= 0) {
        status = make_artifact(library, device, plan, tuning, error);
        pw_gpu_leave(device);
    }
    (void)pw_object_end(device);
    return status;
}

static const char *tactic(const pw_device_plan *device_plan, size_t index)
{
    return index < device_plan->plan->network.layer_count ? "tensorrt" : NULL;
}

const pw_backend pw_backend_tensorrt = {
    .name = "tensorrt",
    .version = PW_BACKEND_VERSION,
    .precisions = "fp32 fp16 int8",
    .has_own_types = true,
    .options =
        "workspace_size optimisation_level timing_cache is_version_compatible "
        "is_hardware_compatible is_fp16_fixed height_min width_min height_max width_max contexts "
        "is_tf32 tactic_sources gpu",
    .is_symmetric = true,
    .absence = absence,
    .ailment = ailment,
    .report = pw_trt_report,
    .libraries = pw_trt_library_places,
    .library_try = library_try,
    .tune = tune,
    .open = pw_trt_open,
    .close = pw_trt_close,
    .lower = pw_trt_lower,
    .release = pw_trt_release,
    .enqueue = pw_trt_enqueue,
    .wait = pw_trt_wait,
    .fit = pw_trt_fit,
    .collect = pw_trt_collect,
    .fetch = pw_trt_fetch,
    .mask = pw_trt_mask,
    .tactic = tactic,
};
