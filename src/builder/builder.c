/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what is asked, copies the network, runs the passes, assembles the plan and lets the
 * backend tune it. */
#include "backend/backend.h"
#include "base/desc.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/words.h"
#include "builder/pass.h"
#include "network/operator.h"
#include "weights/module.h"
#include <math.h>
#include <pawl/limits.h>
#include <stdatomic.h>
#include <string.h>

typedef struct pw_builder {
    pw_object object;
    int32_t threads;
    atomic_flag is_busy;
} pw_builder;

/* Everything a build needs once its description is checked. */
typedef struct pw_build {
    pawl_build_desc desc; /* defaults filled in */
    pw_profile profile;
    const pw_backend *backend;
    const pw_network_object *source;
    pw_calibration *calibration; /* of precision "int8"; else NULL */
    int32_t threads;
    pawl_error *error;
} pw_build;

static const pw_type builder_type = {
    .name = "builder", .size = sizeof(pw_builder), .role = PW_ROLE_BUILD};

pawl_status pawl_builder_create(const pawl_builder_desc *desc, pawl_builder **builder,
                                pawl_error *error)
{
    pawl_builder_desc wanted = PAWL_BUILDER_DESC_INIT;
    pw_builder *made = NULL;
    PW_TRY(pw_desc_read(&wanted, sizeof wanted, desc, "pawl_builder_desc", error));
    if (builder == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "builder is NULL: give the address of a handle");
    if (wanted.threads < 0 || wanted.threads > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: give 0 (all cores) to %d",
                       (int)wanted.threads, PAWL_MAX_THREADS);
    PW_TRY(pw_object_make(&builder_type, NULL, 0, &made, error));
    made->threads = wanted.threads > 0 ? wanted.threads : pw_os_core_count();
    atomic_flag_clear(&made->is_busy);
    *builder = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_builder_destroy(pawl_builder **builder)
{
    return pw_object_destroy_handle((void **)builder, &builder_type);
}

/* An option that only some backends know changes nothing on this one, which is said; the plan keeps
 * what a build elsewhere can use. Not of level 0: a desc that is zeroed has it. */
static void warn_of_options(const pw_build *build)
{
    const pawl_build_desc *desc = &build->desc;
    const struct {
        const char *name;
        bool is_set;
    } options[] = {{"workspace_size", desc->workspace_size != 0},
                   {"optimisation_level", desc->optimisation_level > 0},
                   {"timing_cache", desc->timing_cache != NULL},
                   {"is_version_compatible", desc->is_version_compatible != 0},
                   {"is_hardware_compatible", desc->is_hardware_compatible != 0},
                   {"is_fp16_fixed", desc->is_fp16_fixed != 0},
                   {"height_min", desc->height_min != 0},
                   {"width_min", desc->width_min != 0},
                   {"height_max", desc->height_max != 0},
                   {"width_max", desc->width_max != 0},
                   {"contexts", desc->contexts > 1},
                   {"is_tf32", desc->is_tf32 != 0},
                   {"tactic_sources", desc->tactic_sources > 0},
                   {"gpu", desc->gpu != 0},
                   {"is_small", desc->is_small != 0},
                   {"tuning", desc->tuning != PAWL_TUNE_OFF}};
    static const char gone[] = "timing_cache gpu is_small"; /* with the build: no engine has them */
    const char *known = build->backend->options != NULL ? build->backend->options : "";
    for (size_t i = 0; i < PW_COUNT(options); i++)
        if (options[i].is_set && !pw_words_have(known, ' ', options[i].name))
            pw_log(PAWL_LOG_WARNING,
                   "%s is set, which backend %s does not know: it changes nothing there%s",
                   options[i].name, build->backend->name,
                   pw_words_have(gone, ' ', options[i].name)
                       ? ""
                       : ", and is kept in the engine for a backend that does");
    if (desc->timing_cache != NULL && desc->tuning == PAWL_TUNE_OFF &&
        pw_words_have(known, ' ', "tuning"))
        pw_log(PAWL_LOG_WARNING,
               "timing_cache is set, but tuning is off: nothing is timed, and %s is neither read "
               "nor written",
               desc->timing_cache);
}

static pawl_status check_options(const pw_build *build)
{
    const pawl_build_desc *desc = &build->desc;
    warn_of_options(build);
    if (desc->optimisation_level < -1 || desc->optimisation_level > 5)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "optimisation level %d: give 0 (fast build) to 5, or -1 (the library's own)",
                       (int)desc->optimisation_level);
    if (desc->tactic_sources < -1 || desc->tactic_sources > 31 || desc->gpu < 0)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "tactic sources %d, gpu %d: give bits of pawl_tactic_source or -1, and a "
                       "number from 0",
                       (int)desc->tactic_sources, (int)desc->gpu);
    if (desc->tuning < PAWL_TUNE_OFF || desc->tuning > PAWL_TUNE_FULL)
        return pw_fail(
            build->error, PAWL_ERR_ARGUMENT,
            "tuning %d: give PAWL_TUNE_OFF (0), PAWL_TUNE_QUICK (1) or PAWL_TUNE_FULL (2)",
            (int)desc->tuning);
    return PAWL_OK;
}

static pawl_status check_backend(pw_build *build)
{
    const char *name = build->desc.backend != NULL ? build->desc.backend : "cpu";
    const char *precision = build->desc.precision != NULL ? build->desc.precision : "fp32";
    build->backend = pw_backend_find(name);
    if (build->backend == NULL)
        return pw_fail(build->error, PAWL_ERR_DEVICE,
                       "there is no backend \"%s\" here; there are: %s", name, pw_backend_names());
    PW_TRY(check_options(build));
    const char *absence = build->backend->absence();
    if (absence != NULL)
        return pw_fail(build->error, PAWL_ERR_DEVICE, "backend %s cannot be used here: %s", name,
                       absence);
    if (!pw_words_have(build->backend->precisions, ' ', precision))
        return pw_fail(build->error, PAWL_ERR_UNSUPPORTED,
                       "backend %s cannot build in precision \"%s\"; it can: %s", name, precision,
                       build->backend->precisions);
    build->desc.backend = name;
    build->desc.precision = precision;
    return PAWL_OK;
}

/* What is left out follows what stands before it, and the minimum is 1. */
static pawl_status check_batch(pw_build *build)
{
    const pawl_build_desc *desc = &build->desc;
    pw_profile *profile = &build->profile;
    profile->batch_min = desc->batch_min != 0 ? desc->batch_min : 1;
    profile->batch_opt = desc->batch_opt != 0 ? desc->batch_opt : profile->batch_min;
    profile->batch_max = desc->batch_max != 0 ? desc->batch_max : profile->batch_opt;
    if (profile->batch_min < 1 || profile->batch_opt < profile->batch_min ||
        profile->batch_max < profile->batch_opt)
        return pw_fail(
            build->error, PAWL_ERR_ARGUMENT,
            "a batch from %d by way of %d to %d: give 1 <= minimum <= optimum <= maximum",
            (int)profile->batch_min, (int)profile->batch_opt, (int)profile->batch_max);
    return PAWL_OK;
}

static int32_t given_or(int32_t given, int32_t otherwise)
{
    return given != 0 ? given : otherwise;
}

/* The network must have shapes at the largest batch, height and width, or no context could ever run
 * it. */
static pawl_status check_shapes(pw_build *build)
{
    const pw_network *network = &build->source->network;
    const pawl_build_desc *desc = &build->desc;
    pw_profile *profile = &build->profile;
    profile->height = given_or(desc->height, network->model.imgsz);
    profile->width = given_or(desc->width, network->model.imgsz);
    profile->height_min = given_or(desc->height_min, profile->height);
    profile->width_min = given_or(desc->width_min, profile->width);
    profile->height_max = given_or(desc->height_max, profile->height);
    profile->width_max = given_or(desc->width_max, profile->width);
    profile->contexts = given_or(desc->contexts, 1);
    if (profile->height_min > profile->height || profile->height > profile->height_max ||
        profile->width_min > profile->width || profile->width > profile->width_max)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "heights and widths from %dx%d by way of %dx%d to %dx%d: give least <= "
                       "optimum <= most",
                       (int)profile->height_min, (int)profile->width_min, (int)profile->height,
                       (int)profile->width, (int)profile->height_max, (int)profile->width_max);
    if (profile->contexts < 1 || profile->contexts > PAWL_MAX_CONTEXTS)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT, "%d contexts at once: give 1 to %d",
                       (int)profile->contexts, PAWL_MAX_CONTEXTS);
    pw_shape *shapes PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *shapes);
    if (shapes == NULL)
        return pw_fail_memory(build->error, "the tensors' shapes",
                              network->tensor_count * sizeof *shapes);
    PW_TRY(pw_network_infer(network, 1, profile->height_min, profile->width_min, shapes,
                            build->error));
    PW_TRY(pw_network_infer(network, 1, profile->height, profile->width, shapes, build->error));
    return pw_network_infer(network, profile->batch_max, profile->height_max, profile->width_max,
                            shapes, build->error);
}

static pawl_status report(const pw_build *build, const char *stage, size_t done, size_t total)
{
    const pawl_progress progress = build->desc.progress;
    if (progress != NULL && progress(build->desc.progress_user, stage, done, total) != 0)
        return pw_fail(build->error, PAWL_ERR_CANCELLED,
                       "the build was stopped at the stage \"%s\"", stage);
    return PAWL_OK;
}

static bool is_int8(const pw_build *build)
{
    return strcmp(build->desc.precision, "int8") == 0;
}

/* INT8 needs a calibration, of these weights and of some picture; other precisions need none. */
static pawl_status check_calibration(const pw_build *build)
{
    const pawl_build_desc *desc = &build->desc;
    pw_calibration *calibration = build->calibration;
    const pw_weights *weights = (const pw_weights *)(const void *)build->source->object.parents[0];
    const bool is_wanted = is_int8(build);
    if (!is_wanted && (desc->calibration != NULL || desc->layer_precision_count > 0))
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "a calibration and precisions of layers belong to precision int8, and the "
                       "build is in %s",
                       desc->precision);
    if (!is_wanted)
        return PAWL_OK;
    if (calibration == NULL)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "precision int8 takes its scales from pictures: give a calibration");
    if (desc->calibration_method < PAWL_CALIBRATE_ENTROPY ||
        desc->calibration_method > PAWL_CALIBRATE_MSE)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT, "there is no calibration method %d",
                       (int)desc->calibration_method);
    const float figures[] = {desc->accuracy.drop_limit, desc->accuracy.fp32, desc->accuracy.int8,
                             desc->accuracy.built};
    for (size_t i = 0; i < PW_COUNT(figures); i++)
        if (!(figures[i] >= 0.0f && figures[i] <= 1.0f))
            return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                           "an accuracy of %g: its figures are 0 to 1", (double)figures[i]);
    if (desc->layer_precision_count > 0 && desc->layer_precisions == NULL)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT, "%zu layer precisions at NULL",
                       desc->layer_precision_count);
    if (weights != NULL &&
        memcmp(weights->hash, calibration->key.source_hash, sizeof weights->hash) != 0)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "the calibration is of other weights: calibrate with these");
    if (pw_calibration_pictures(calibration) == 0)
        return pw_fail(build->error, PAWL_ERR_ARGUMENT,
                       "the calibration has seen no picture: run a context that it observes");
    return PAWL_OK;
}

static size_t count_not_finite(const float *values, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += isfinite(values[i]) == 0;
    return found;
}

/* Such weights make an engine whose every answer is empty: better known now than then. */
static void tell_not_finite(pw_network *network)
{
    size_t values = 0, layers = 0;
    const char *first = NULL;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_constant list[PW_MAX_CONSTANTS];
        const size_t count = pw_layer_constants(&network->layers[i], list), before = values;
        for (size_t c = 0; c < count; c++)
            if (*list[c].slot != NULL)
                values += count_not_finite(*list[c].slot, list[c].count);
        layers += values > before;
        if (values > before && first == NULL)
            first = network->layers[i].name;
    }
    if (values > 0)
        pw_log(
            PAWL_LOG_WARNING,
            "%s: NaN or infinite weights begin here, %zu in %zu of %zu layers: they are damaged, "
            "or of a training that diverged, and nothing can be detected with them",
            first, values, layers, network->layer_count);
}

static pawl_status make_network(const pw_build *build, pw_network *network)
{
    PW_TRY(pw_network_copy(&build->source->network, network, build->error));
    if (!build->desc.is_unoptimised)
        PW_TRY(
            pw_passes_run(network, build->desc.progress, build->desc.progress_user, build->error));
    if (!is_int8(build)) { /* which refuses them, after a build in float32 for its calibration */
        tell_not_finite(network);
        if (!build->backend->has_own_types)
            pw_pass_precision(network, build->desc.precision);
        return PAWL_OK;
    }
    const pw_quantise_desc how = {.calibration = build->calibration,
                                  .method = build->desc.calibration_method,
                                  .is_symmetric = build->backend->is_symmetric,
                                  .layer_precisions = build->desc.layer_precisions,
                                  .layer_precision_count = build->desc.layer_precision_count};
    return pw_pass_quantise(network, &how, build->error);
}

static pawl_status make_plan(const pw_build *build, pw_network *network, pw_plan **plan)
{
    const pw_weights *weights = (const pw_weights *)(const void *)build->source->object.parents[0];
    const pawl_build_desc *given = &build->desc;
    pw_plan_desc desc = {
        .profile = build->profile,
        .options = {.is_unoptimised = given->is_unoptimised != 0,
                    .is_fp16_fixed = given->is_fp16_fixed != 0,
                    .is_version_compatible = given->is_version_compatible != 0,
                    .is_hardware_compatible = given->is_hardware_compatible != 0,
                    .optimisation_level = given->optimisation_level,
                    .tuning = given->tuning,
                    .workspace_size = given->workspace_size,
                    .is_tf32 = given->is_tf32 != 0,
                    .tactic_sources = given->tactic_sources,
                    .accuracy = given->accuracy},
        .backend = given->backend,
        .precision = given->precision,
        .source_name = weights != NULL ? weights->file_name : "",
    };
    if (weights != NULL)
        memcpy(desc.source_hash, weights->hash, sizeof desc.source_hash);
    PW_TRY(report(build, "plan", 0, 1));
    PW_TRY(pw_plan_assemble(network, &desc, plan, build->error));
    if (build->backend->tune == NULL)
        return PAWL_OK;
    pw_machine machine = pw_machine_here();
    machine.gpu = given->gpu;
    const pw_tuning tuning = {.threads = build->threads,
                              .progress = given->progress,
                              .progress_user = given->progress_user,
                              .timing_cache = given->timing_cache,
                              .is_small = given->is_small != 0};
    return build->backend->tune(*plan, &machine, &tuning, build->error);
}

/* The plan is the caller's on success; on failure nothing is left. */
static pawl_status run_build(pw_build *build, pw_plan **plan)
{
    pw_network network = {.source_layer_count = 0};
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(check_backend(build));
    PW_TRY(check_batch(build));
    PW_TRY(check_shapes(build));
    PW_TRY(check_calibration(build));
    pawl_status status = make_network(build, &network);
    if (status >= 0)
        status = make_plan(build, &network, &made);
    pw_network_free(&network); /* empty where the plan has taken it over */
    PW_TRY(status);
    PW_TRY(report(build, "done", 1, 1));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_builder_build(pawl_builder *builder, pawl_network *network,
                               const pawl_build_desc *desc, pawl_plan **plan, pawl_error *error)
{
    pw_builder *maker PW_USING = NULL;
    pw_network_object *source PW_USING = NULL;
    pw_calibration *calibration PW_USING = NULL;
    pw_plan *made = NULL;
    pw_build build = {.desc = PAWL_BUILD_DESC_INIT, .error = error};
    PW_TRY(pw_object_use(builder, &builder_type, &maker, error));
    PW_TRY(pw_object_use(network, &pw_network_type, &source, error));
    PW_TRY(pw_desc_read(&build.desc, sizeof build.desc, desc, "pawl_build_desc", error));
    if (build.desc.calibration != NULL)
        PW_TRY(pw_object_use(build.desc.calibration, &pw_calibration_type, &calibration, error));
    build.calibration = calibration;
    if (plan == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "plan is NULL: give the address of a handle");
    if (atomic_flag_test_and_set(&maker->is_busy))
        return pw_fail(
            error, PAWL_ERR_BUSY,
            "the builder is building on another thread: wait for it, or make one a thread");
    build.source = source;
    build.threads = maker->threads;
    const pawl_status status = run_build(&build, &made);
    atomic_flag_clear(&maker->is_busy);
    if (status >= 0)
        *plan = pw_object_publish(made);
    return status;
}
