/* SPDX-License-Identifier: Apache-2.0 */
/* One build: builder, network, config, profile, serialised plan; ended in the reverse order by
 * their guards, whatever happens. */
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_cache.h"
#include "backend/tensorrt/trt_monitor.h"
#include "backend/tensorrt/trt_network.h"
#include "base/log.h"
#include "gpu/driver.h"
#include <stdio.h>
#include <string.h>

#define WORKSPACE_SIZE \
    ((size_t)1 << 30) /* 16 MB starves tactics; a gigabyte is what trtexec's users end up with */

void pw_trt_artifact_key(const pw_trt_library *library, char key[96])
{
    pw_gpu_device *device = NULL;
    const char *const version = strrchr(library->version_text, ' ') + 1;
    if (library->strategy->is_rtx || pw_gpu_device_create(0, &device, NULL) < 0) {
        snprintf(key, 96, "tensorrt%s/%s/%s", library->strategy->is_rtx ? "-rtx" : "", version,
                 library->strategy->is_rtx ? "any" : "no-gpu");
        return;
    }
    snprintf(key, 96, "tensorrt/%s/sm_%d%d", version, device->major, device->minor);
    (void)pw_object_end(device);
}

/* One corner of the shapes to build for. */
static pw_trt_dims corner(int32_t batch, int32_t height, int32_t width)
{
    return (pw_trt_dims){4, {batch, 3, height, width}};
}

static int32_t given_or(int32_t given, int32_t otherwise)
{
    return given != 0 ? given : otherwise;
}

static pawl_status set_profile(const pw_trt_library *library, pw_trt_object *builder,
                               pw_trt_object *config, const pw_profile *shape,
                               const pawl_build_desc *desc, pawl_error *error)
{
    pw_trt_native *const profile =
        pw_trt_builder_profile(library, builder->native); /* the builder's own */
    const pw_trt_dims least = corner(shape->batch_min, given_or(desc->min_height, shape->height),
                                     given_or(desc->min_width, shape->width));
    const pw_trt_dims best = corner(shape->batch_opt, shape->height, shape->width);
    const pw_trt_dims most = corner(shape->batch_max, given_or(desc->max_height, shape->height),
                                    given_or(desc->max_width, shape->width));
    if (profile != NULL &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_MIN, &least) &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_OPT, &best) &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_MAX, &most) &&
        pw_trt_config_add_profile(library, config->native, profile) >= 0)
        return PAWL_OK;
    char reason[256];
    pw_trt_last_error(reason, sizeof reason);
    return pw_fail(error, PAWL_ERR_DEVICE,
                   "%s refused the shapes from %d x %dx%d to %d x %dx%d: %s", library->version_text,
                   (int)least.d[0], (int)least.d[2], (int)least.d[3], (int)most.d[0],
                   (int)most.d[2], (int)most.d[3], reason);
}

static void set_flags(const pw_trt_library *library, pw_trt_object *config, bool is_half,
                      const pawl_build_desc *desc)
{
    const pw_trt_strategy *const strategy = library->strategy;
    pw_trt_config_set_workspace(library, config->native,
                                desc->workspace_size != 0 ? desc->workspace_size : WORKSPACE_SIZE);
    /* TF32 is on by default and keeps 10 bits of a product's 23: fp32 means fp32 here. */
    if (strategy->tf32_flag >= 0)
        pw_trt_config_set_flag(library, config->native, strategy->tf32_flag, false);
    if (is_half && strategy->fp16_flag >= 0)
        pw_trt_config_set_flag(library, config->native, strategy->fp16_flag, true);
    if (is_half && desc->is_fp16_fixed && strategy->obey_precision_flag >= 0)
        pw_trt_config_set_flag(library, config->native, strategy->obey_precision_flag, true);
    if (desc->optimization_level >= 0 &&
        pw_trt_has(library, PW_TRT_VBuilderConfig_setBuilderOptimizationLevel))
        pw_trt_config_set_level(library, config->native, desc->optimization_level);
    if (desc->is_version_compatible && strategy->version_compatible_flag >= 0)
        pw_trt_config_set_flag(library, config->native, strategy->version_compatible_flag, true);
    if (desc->is_hardware_compatible && !strategy->is_rtx &&
        pw_trt_has(library, PW_TRT_VBuilderConfig_setHardwareCompatibilityLevel))
        pw_trt_config_set_hardware_level(library, config->native, 1 /* kAMPERE_PLUS */);
}

/* What was asked for and this family has no call for is said, not passed over. */
static void say_what_is_missing(const pw_trt_library *library, const pawl_build_desc *desc)
{
    const char *const version = library->version_text;
    if (desc->optimization_level >= 0 &&
        !pw_trt_has(library, PW_TRT_VBuilderConfig_setBuilderOptimizationLevel))
        pw_log(PAWL_LOG_WARNING, "%s has no optimisation levels; the one asked for is ignored",
               version);
    if (desc->is_version_compatible && library->strategy->version_compatible_flag < 0)
        pw_log(PAWL_LOG_WARNING,
               "%s builds no version-compatible plans; this one runs on this version only",
               version);
    if (desc->is_hardware_compatible &&
        (library->strategy->is_rtx ||
         !pw_trt_has(library, PW_TRT_VBuilderConfig_setHardwareCompatibilityLevel)))
        pw_log(PAWL_LOG_WARNING, "%s has no hardware compatibility level%s", version,
               library->strategy->is_rtx ? ": its plans run on every GPU it knows" : "");
}

static pawl_status build_plan(const pw_trt_library *library, pw_trt_object *builder,
                              pw_trt_object *network, pw_trt_object *config,
                              const pawl_build_desc *desc, pw_trt_object **memory,
                              pawl_error *error)
{
    pw_trt_monitor monitor;
    const bool has_monitor =
        desc->progress != NULL && pw_trt_has(library, PW_TRT_VBuilderConfig_setProgressMonitor);
    pw_trt_monitor_init(&monitor, library->version >= 10000, desc->progress, desc->progress_user);
    if (has_monitor)
        pw_trt_config_set_monitor(library, config->native, &monitor);
    pw_trt_native *const native =
        pw_trt_builder_build(library, builder->native, network->native, config->native);
    if (has_monitor)
        pw_trt_config_set_monitor(library, config->native, NULL);
    if (native == NULL && monitor.is_cancelled)
        return pw_fail(error, PAWL_ERR_CANCELLED, "the build was stopped on request");
    return pw_trt_adopt(library, &pw_trt_memory_type, native, NULL, memory, error);
}

static pawl_status check_precision(const pw_trt_library *library, const pw_plan *plan,
                                   bool *is_half, pawl_error *error)
{
    *is_half = strcmp(plan->precision, "fp16") == 0;
    if (!*is_half && strcmp(plan->precision, "fp32") != 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "precision %s is not built through TensorRT; use fp32 or fp16",
                       plan->precision);
    if (library->create_builder == NULL)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "%s (%s) is a lean runtime: it runs plans but cannot build them; install "
                       "the full TensorRT",
                       library->version_text, library->path);
    return PAWL_OK;
}

pawl_status pw_trt_build(const pw_trt_library *library, const pw_plan *plan,
                         const pw_tuning *tuning, pw_trt_object **memory, pawl_error *error)
{
    const pawl_build_desc *const desc = tuning->desc;
    pw_arena keep PW_CLEANUP(pw_arena_free) = {
        0}; /* outlives the build: weights are held by reference until then */
    pw_trt_object *builder PW_TRT_GUARD = NULL, *network PW_TRT_GUARD = NULL,
                           *config PW_TRT_GUARD = NULL, *cache PW_TRT_GUARD = NULL;
    pw_trt_translation translation = {
        .is_height_width_dynamic =
            (desc->min_height | desc->min_width | desc->max_height | desc->max_width) != 0,
        .keeps_damaged_fp32 = desc->is_fp16_fixed != 0,
    };
    PW_TRY(check_precision(library, plan, &translation.is_half, error));
    say_what_is_missing(library, desc);
    PW_TRY(pw_trt_adopt(library, &pw_trt_builder_type, pw_trt_builder_create(library), NULL,
                        &builder, error));
    if (tuning->threads > 0 && pw_trt_has(library, PW_TRT_VBuilder_setMaxThreads))
        (void)pw_trt_builder_set_threads(library, builder->native, tuning->threads);
    PW_TRY(pw_trt_adopt(
        library, &pw_trt_network_type,
        pw_trt_builder_network(library, builder->native, library->strategy->network_flags), builder,
        &network, error));
    PW_TRY(pw_trt_adopt(library, &pw_trt_config_type,
                        pw_trt_builder_config(library, builder->native), builder, &config, error));
    PW_TRY(pw_trt_translate(library, network->native, plan, &translation, &keep, error));
    PW_TRY(set_profile(library, builder, config, &plan->profile, desc, error));
    set_flags(library, config, translation.is_half, desc);
    if (desc->timing_cache != NULL)
        PW_TRY(pw_trt_cache_load(library, config, desc->timing_cache, &cache, error));
    PW_TRY(build_plan(library, builder, network, config, desc, memory, error));
    const pawl_status saved =
        cache != NULL ? pw_trt_cache_save(library, cache, desc->timing_cache, error) : PAWL_OK;
    if (saved < 0)
        (void)pw_object_end(PW_TAKE(*memory));
    return saved;
}
