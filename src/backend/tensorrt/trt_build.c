/* SPDX-License-Identifier: Apache-2.0 */
/* One build: builder, network, config, profile, serialised plan; ended in the reverse order by
 * their guards, whatever happens. */
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_cache.h"
#include "backend/tensorrt/trt_cause.h"
#include "backend/tensorrt/trt_half.h"
#include "backend/tensorrt/trt_monitor.h"
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_times.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/os.h"
#include "base/strbuf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKSPACE_SIZE \
    ((size_t)1 << 30) /* 16 MB starves tactics; a gigabyte is what trtexec's users end up with */

/* One build: what is asked for, and which tactic sources it has to do without. */
typedef struct build_job {
    const pw_trt_library *library;
    const pw_plan *plan;
    const pw_tuning *tuning;
    bool is_half,
        is_int8;        /* FP16 is allowed; some layers are of integers, and the rest may be FP16 */
    bool has_fast_half; /* this GPU computes with halves faster than with floats */
    bool has_lost_halves; /* the library built nothing where each layer was to be of halves */
    uint32_t sources,
        lost_sources; /* bits of pawl_tactic_source: in use in the last attempt; given up */
} build_job;

static const char *version_of(const pw_trt_library *library)
{
    return strrchr(library->version_text, ' ') + 1;
}

static bool has_hardware_level(const pw_trt_library *library)
{
    return !library->strategy->is_rtx &&
           pw_trt_has(library, PW_TRT_VBuilderConfig_setHardwareCompatibilityLevel);
}

void pw_trt_artifact_key(const pw_trt_library *library, const pw_gpu_device *device,
                         const pw_build_options *options, char key[96])
{
    const char *const later =
        options->is_version_compatible &&
                pw_trt_has_flag(library, library->strategy->version_compatible_flag)
            ? "+"
            : "";
    if (library->strategy->is_rtx)
        snprintf(key, 96, "tensorrt-rtx/%s%s/any", version_of(library), later);
    else if (options->is_hardware_compatible && has_hardware_level(library) && device->major >= 8)
        snprintf(key, 96, "tensorrt/%s%s/sm_80+", version_of(library), later);
    else
        snprintf(key, 96, "tensorrt/%s%s/sm_%d%d", version_of(library), later, device->major,
                 device->minor);
}

/* "8.6.1" as a number that rises with the version. */
static long version_number(const char *text)
{
    long number = 0;
    for (int part = 0; part < 3; part++) {
        char *end = NULL;
        const long value = strtol(text, &end, 10);
        number = number * 1000 + (value >= 0 && value < 1000 ? value : 0);
        text = *end == '.' ? end + 1 : end;
    }
    return number;
}

/* A key of an artifact, taken apart: whether it serves this library and GPU without being theirs.
 */
static bool serves(const pw_trt_library *library, const pw_gpu_device *device, const char *key)
{
    const char *const family = library->strategy->is_rtx ? "tensorrt-rtx/" : "tensorrt/";
    const size_t length = strlen(family);
    const char *const here = version_of(library);
    if (strncmp(key, family, length) != 0)
        return false;
    const char *const version = key + length, *const gpu = strchr(version, '/');
    if (gpu == NULL || gpu == version)
        return false;
    const bool is_same = strncmp(version, here, strlen(here)) == 0 && version[strlen(here)] == '/';
    const bool is_later = gpu[-1] == '+' && version_number(version) <= version_number(here);
    if (!is_same && !is_later)
        return false;
    if (library->strategy->is_rtx)
        return strcmp(gpu, "/any") == 0;
    char name[24];
    snprintf(name, sizeof name, "/sm_%d%d", device->major, device->minor);
    return strcmp(gpu, name) == 0 || (strcmp(gpu, "/sm_80+") == 0 && device->major >= 8);
}

const pw_artifact *pw_trt_artifact_find(const pw_trt_library *library, const pw_gpu_device *device,
                                        const pw_plan *plan)
{
    char key[96];
    pw_trt_artifact_key(library, device, &(pw_build_options){.optimisation_level = -1}, key);
    const pw_artifact *const exact = pw_plan_artifact(plan, key);
    for (size_t i = 0; exact == NULL && i < plan->artifact_count; i++)
        if (serves(library, device, plan->artifacts[i].key))
            return &plan->artifacts[i];
    return exact;
}

pawl_status pw_trt_check_network(const pw_network *network, pawl_error *error)
{
    pw_trt_output outputs[PW_TRT_MAX_OUTPUTS];
    if (pw_trt_outputs(network, outputs) > 0)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "this network has no head, so it leaves nothing that TensorRT could show; build "
                   "it with --backend reference");
}

/* One corner of the shapes to build for. */
static pw_trt_dims corner(int32_t batch, int32_t height, int32_t width)
{
    return (pw_trt_dims){4, {batch, 3, height, width}};
}

bool pw_trt_is_dynamic(const pw_profile *profile)
{
    return profile->batch_min != profile->batch_max || profile->height_min != profile->height_max ||
           profile->width_min != profile->width_max;
}

/* As many alike as contexts shall run at once, where each wants its own. */
static int32_t profile_count(const pw_trt_library *library, const pw_profile *shape)
{
    return pw_trt_is_dynamic(shape) && library->strategy->has_exclusive_profiles ? shape->contexts
                                                                                 : 1;
}

static pawl_status add_profile(const pw_trt_library *library, pw_trt_object *builder,
                               pw_trt_object *config, const pw_profile *shape, pawl_error *error)
{
    pw_trt_native *const profile =
        pw_trt_builder_profile(library, builder->native); /* the builder's own */
    const pw_trt_dims least = corner(shape->batch_min, shape->height_min, shape->width_min);
    const pw_trt_dims best = corner(shape->batch_opt, shape->height, shape->width);
    const pw_trt_dims most = corner(shape->batch_max, shape->height_max, shape->width_max);
    if (profile != NULL &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_MIN, &least) &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_OPT, &best) &&
        pw_trt_profile_set(library, profile, PW_TRT_INPUT_NAME, PW_TRT_MAX, &most) &&
        pw_trt_config_add_profile(library, config->native, profile) >= 0)
        return PAWL_OK;
    return pw_trt_fail(error, PAWL_ERR_DEVICE,
                       "%s refused the shapes from %d x %dx%d to %d x %dx%d", library->version_text,
                       (int)least.d[0], (int)least.d[2], (int)least.d[3], (int)most.d[0],
                       (int)most.d[2], (int)most.d[3]);
}

static pawl_status add_profiles(const pw_trt_library *library, pw_trt_object *builder,
                                pw_trt_object *config, const pw_profile *shape, pawl_error *error)
{
    for (int32_t i = 0; i < profile_count(library, shape); i++)
        PW_TRY(add_profile(library, builder, config, shape, error));
    return PAWL_OK;
}

static bool has_levels(const pw_trt_library *library)
{
    return pw_trt_has(library, PW_TRT_VBuilderConfig_setBuilderOptimizationLevel);
}

/* What a level means where the version has none: whether a plain FP16 plan's layers are all of
 * halves, or of what the builder finds fastest. */
static bool has_levels_of_halves(const build_job *job)
{
    return job->is_half && !job->is_int8 && !has_levels(job->library) &&
           pw_trt_has_flag(job->library, job->library->strategy->obey_precision_flag);
}

/* Of halves, as is usual and as a low level asks for: float32's kernels are not timed then, which
 * is a third of the build (bench/README.md), and what runs is as fast. */
static bool asks_for_halves(const build_job *job)
{
    enum { LAST_LOW_LEVEL = 2 }; /* the library's own default is 3 */
    const int32_t level = job->plan->options.optimisation_level;
    return has_levels_of_halves(job) && !job->has_lost_halves &&
           (level < 0 ? job->has_fast_half : level <= LAST_LOW_LEVEL);
}

static bool has_sources(const pw_trt_library *library)
{
    return !library->strategy->is_rtx &&
           pw_trt_has(library, PW_TRT_VBuilderConfig_setTacticSources);
}

/* What was asked for, of what the version knows; but without those whose libraries are missing. */
static void set_sources(build_job *job, pw_trt_native *config)
{
    const int32_t version = job->library->version, asked = job->plan->options.tactic_sources;
    const uint32_t known = version < 8400   ? PAWL_TACTIC_EDGE_MASK - 1
                           : version < 8500 ? PAWL_TACTIC_JIT - 1
                                            : 2 * PAWL_TACTIC_JIT - 1;
    const unsigned lost = job->library->strategy->lost_tactic_sources;
    const uint32_t usual = pw_trt_config_sources(job->library, config);
    job->sources = (asked < 0 ? usual << lost : (uint32_t)asked & known) & ~job->lost_sources;
    if (job->sources >> lost != usual)
        (void)pw_trt_config_set_sources(job->library, config, job->sources >> lost);
}

static void configure(build_job *job, pw_trt_native *config)
{
    const pw_trt_library *const library = job->library;
    const pw_trt_strategy *const strategy = library->strategy;
    const pw_build_options *const options = &job->plan->options;
    pw_trt_config_set_workspace(
        library, config, options->workspace_size != 0 ? options->workspace_size : WORKSPACE_SIZE);
    /* TF32 is on by default and keeps 10 bits of a product's 23: fp32 means fp32 here. */
    (void)pw_trt_config_set_flag(library, config, strategy->tf32_flag, options->is_tf32);
    /* A strongly typed family lacks these three: its types come from the network. */
    if (job->is_half)
        (void)pw_trt_config_set_flag(library, config, strategy->fp16_flag, true);
    if (job->is_int8)
        (void)pw_trt_config_set_flag(library, config, strategy->int8_flag, true);
    if (asks_for_halves(job) || (job->is_half && options->is_fp16_fixed))
        (void)pw_trt_config_set_flag(library, config, strategy->obey_precision_flag, true);
    if (options->optimisation_level >= 0 && has_levels(library))
        pw_trt_config_set_level(library, config, options->optimisation_level);
    if (options->is_version_compatible)
        (void)pw_trt_config_set_flag(library, config, strategy->version_compatible_flag, true);
    if (options->is_hardware_compatible && has_hardware_level(library))
        pw_trt_config_set_hardware_level(library, config, 1 /* kAMPERE_PLUS */);
    if (has_sources(library))
        set_sources(job, config);
}

/* What was asked for and cannot be had is said, not passed over. */
static void say_what_is_missing(const build_job *job)
{
    const pw_trt_library *const library = job->library;
    const pw_build_options *const options = &job->plan->options;
    const char *const version = library->version_text;
    if (options->is_fp16_fixed && !job->is_half)
        pw_log(PAWL_LOG_WARNING, "an fp32 plan has no FP16 weights: there is nothing to fix (use "
                                 "it with precision fp16)");
    if (options->optimisation_level >= 0 && !has_levels(library) && !has_levels_of_halves(job))
        pw_log(PAWL_LOG_WARNING, "%s has no optimisation levels; the one asked for is ignored",
               version);
    if (options->is_version_compatible &&
        !pw_trt_has_flag(library, library->strategy->version_compatible_flag))
        pw_log(PAWL_LOG_WARNING,
               "%s builds no version-compatible plans; this one runs on this version only",
               version);
    if (options->is_hardware_compatible && !has_hardware_level(library))
        pw_log(PAWL_LOG_WARNING, "%s has no hardware compatibility level%s", version,
               library->strategy->is_rtx ? ": its plans run on every GPU it knows" : "");
}

/* Before 9.1 that is all of the progress that can be shown. */
static pawl_status say_it_begins(const build_job *job, pawl_error *error)
{
    const pw_tuning *const tuning = job->tuning;
    const double last = pw_trt_times_last(tuning->timing_cache, job->plan);
    char stage[64];
    pw_strbuf text = PW_STRBUF(stage);
    if (tuning->progress == NULL)
        return PAWL_OK;
    pw_strbuf_add(&text, "TensorRT builds");
    if (last > 0.0)
        pw_strbuf_add(&text, ", which took %.0f s last time", last);
    if (tuning->progress(tuning->progress_user, stage, 0, 1) == 0)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_CANCELLED, "the build was stopped on request");
}

static pawl_status build_plan(const build_job *job, pw_trt_object *builder, pw_trt_object *network,
                              pw_trt_object *config, pw_trt_object **memory, pawl_error *error)
{
    pw_trt_monitor monitor;
    const pw_trt_library *const library = job->library;
    const bool has_monitor = job->tuning->progress != NULL &&
                             pw_trt_has(library, PW_TRT_VBuilderConfig_setProgressMonitor);
    PW_TRY(say_it_begins(job, error));
    const uint64_t start = pw_os_clock_ns();
    pw_trt_monitor_init(&monitor, library->version >= 10000, job->tuning->progress,
                        job->tuning->progress_user);
    if (has_monitor)
        pw_trt_config_set_monitor(library, config->native, &monitor);
    pw_trt_native *const native =
        pw_trt_builder_build(library, builder->native, network->native, config->native);
    if (has_monitor)
        pw_trt_config_set_monitor(library, config->native, NULL);
    if (native == NULL && monitor.is_cancelled) {
        pw_trt_watch_forget(); /* that it was stopped is no error of its own */
        return pw_fail(error, PAWL_ERR_CANCELLED, "the build was stopped on request");
    }
    if (native == NULL)
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s built no plan", library->version_text);
    pw_trt_times_keep(job->tuning->timing_cache, job->plan,
                      (double)(pw_os_clock_ns() - start) / 1e9);
    return pw_trt_adopt(library, &pw_trt_memory_type, native, NULL, memory, error);
}

static pawl_status check_precision(build_job *job, pawl_error *error)
{
    job->is_int8 = strcmp(job->plan->precision, "int8") == 0;
    job->is_half = job->is_int8 || strcmp(job->plan->precision, "fp16") == 0;
    if (!job->is_half && strcmp(job->plan->precision, "fp32") != 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "precision %s is not built through TensorRT; use fp32, fp16 or int8",
                       job->plan->precision);
    if (job->is_int8 && job->library->version < job->library->strategy->int8_since)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s has no INT8 convolutions (TensorRT-RTX 1.7 has them): build with "
                       "precision fp16",
                       job->library->version_text);
    if (job->library->create_builder == NULL)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "%s (%s) is a lean runtime: it runs plans but cannot build them; install "
                       "the full TensorRT",
                       job->library->version_text, job->library->path);
    return PAWL_OK;
}

/* Where the library can tell. RTX builds for GPUs that need not be here, and TensorRT 11 knows none
 * without. */
static pawl_status check_integers(const build_job *job, pw_trt_object *builder, pawl_error *error)
{
    const pw_trt_library *const library = job->library;
    if (!job->is_int8 || library->strategy->is_rtx ||
        !pw_trt_has(library, PW_TRT_VBuilder_platformHasFastInt8) ||
        pw_trt_builder_has_int8(library, builder->native))
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "this GPU has no fast INT8, says %s: build with precision fp16",
                   library->version_text);
}

/* With objects of its own: a builder that has failed is not to be trusted with another build. */
static pawl_status attempt(build_job *job, pw_trt_object **memory, pawl_error *error)
{
    const pw_trt_library *const library = job->library;
    const pw_profile *const profile = &job->plan->profile;
    const char *const timing_cache = job->tuning->timing_cache;
    pw_arena keep PW_CLEANUP(pw_arena_free) = {
        0}; /* outlives the build: weights are held by reference until then */
    pw_trt_object *builder PW_TRT_GUARD = NULL, *network PW_TRT_GUARD = NULL,
                           *config PW_TRT_GUARD = NULL, *cache PW_TRT_GUARD = NULL;
    PW_TRY(pw_trt_make_builder(library, &builder, error));
    PW_TRY(check_integers(job, builder, error));
    job->has_fast_half =
        has_levels_of_halves(job) && pw_trt_builder_has_half(library, builder->native);
    const pw_trt_translation translation = {
        .is_half = job->is_half,
        .asks_for_halves = asks_for_halves(job),
        .is_height_width_dynamic =
            profile->height_min != profile->height_max || profile->width_min != profile->width_max,
        .is_mended = job->plan->options.is_fp16_fixed,
    };
    if (job->tuning->threads > 0 && pw_trt_has(library, PW_TRT_VBuilder_setMaxThreads))
        (void)pw_trt_builder_set_threads(library, builder->native, job->tuning->threads);
    PW_TRY(pw_trt_adopt(
        library, &pw_trt_network_type,
        pw_trt_builder_network(library, builder->native, library->strategy->network_flags), builder,
        &network, error));
    PW_TRY(pw_trt_adopt(library, &pw_trt_config_type,
                        pw_trt_builder_config(library, builder->native), builder, &config, error));
    PW_TRY(pw_trt_translate(library, network->native, job->plan, &translation, &keep, error));
    PW_TRY(add_profiles(library, builder, config, profile, error));
    configure(job, config->native);
    if (timing_cache != NULL)
        PW_TRY(pw_trt_cache_load(library, config, timing_cache, &cache, error));
    PW_TRY(build_plan(job, builder, network, config, memory, error));
    if (cache != NULL)
        pw_trt_cache_save(library, cache, timing_cache);
    return PAWL_OK;
}

/* Where an attempt failed for want of a library that only a tactic source needs (cuBLAS, cuDNN),
   gives that source up and says so. False: it failed of something else. */
static bool give_up_source(build_job *job)
{
    pw_trt_cause cause;
    if (!pw_trt_watch_cause(&cause) || cause.source == NULL)
        return false;
    for (size_t i = 0; i < PW_COUNT(cause.sources); i++) {
        const uint32_t bit = cause.sources[i] >= 0 ? 1u << cause.sources[i] : 0;
        if ((job->sources & bit) == 0)
            continue;
        const bool takes_cudnn = (job->sources & cause.dependants) != 0;
        job->lost_sources |= bit | cause.dependants;
        pw_log(PAWL_LOG_WARNING,
               "%s cannot load %s, so it builds without the kernels of %s%s; to have them, %s",
               job->library->version_text, cause.library, cause.source,
               takes_cudnn ? " and of cuDNN, which needs it" : "", cause.remedy);
        pw_trt_watch_forget();
        return true;
    }
    return false;
}

/* Where every layer was to be of halves and that failed, leaves the types to the builder. */
static bool give_up_halves(build_job *job)
{
    if (!asks_for_halves(job))
        return false;
    job->has_lost_halves = true;
    pw_log(PAWL_LOG_WARNING,
           "%s builds no plan of FP16 layers alone: it builds one again whose types it chooses, as "
           "--opt-level 3 does at once",
           job->library->version_text);
    pw_trt_watch_forget();
    return true;
}

pawl_status pw_trt_build(const pw_trt_library *library, const pw_plan *plan,
                         const pw_tuning *tuning, pw_trt_object **memory, pawl_error *error)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    pawl_error reason = {.status = PAWL_OK};
    pawl_status status;
    build_job job = {.library = library, .plan = plan, .tuning = tuning};
    pw_trt_conversions said = {.lines = 0};
    PW_TRY(check_precision(&job, error));
    PW_TRY(pw_trt_check_network(&plan->network, error));
    say_what_is_missing(&job);
    pw_trt_watch_warnings(&watch, pw_trt_half_takes, &said);
    if (job.is_half && plan->options.is_fp16_fixed)
        pw_trt_half_say(&plan->network);
    do { /* each turn gives up one thing more */
        job.sources = 0;
        status = attempt(&job, memory, &reason);
    } while (status == PAWL_ERR_DEVICE && (give_up_source(&job) || give_up_halves(&job)));
    if (status < 0 && error != NULL)
        *error = reason;
    pw_trt_watch_warnings(&watch, NULL, NULL); /* nobody counts on while it is read */
    if (status >= 0)
        pw_trt_half_explain(&said, &plan->network, plan->options.is_fp16_fixed);
    return status;
}
