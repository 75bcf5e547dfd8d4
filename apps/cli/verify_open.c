/* SPDX-License-Identifier: Apache-2.0 */
/* The two sides: the reference backend, which computes in double precision and runs no pass over
 * the network, and the engine on trial. */
#include "cli/verify.h"

#include <stdlib.h>
#include <string.h>

/* By what is in the file, whatever its name; a damaged one by its name, for the right message. */
static bool is_engine(const char *path)
{
    pawl_error error = {0};
    pawl_plan *plan = NULL;
    if (app_path_ends_in(path, "engine plan"))
        return true;
    const bool is_plan = pawl_plan_load(path, &plan, &error) >= 0;
    (void)pawl_plan_destroy(&plan);
    return is_plan;
}

int verify_open_model(verify_job *job)
{
    pawl_error error = {0};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    job->weights_info.struct_size = sizeof job->weights_info;
    desc.activation = job->options->activation;
    if (is_engine(job->model))
        return APP_EXIT_DONE;
    if (pawl_weights_load(job->model, &job->weights, &error) < 0 ||
        pawl_weights_info_get(job->weights, &job->weights_info, &error) < 0 ||
        pawl_network_create(job->weights, &desc, &job->network, &error) < 0)
        return app_fail_library(job->model, &error);
    return APP_EXIT_DONE;
}

/* A plan of the weights in memory: for the reference untouched by any pass, else as build does. */
static pawl_status build(const verify_job *job, const verify_side *like, bool is_reference,
                         pawl_plan **plan, pawl_error *error)
{
    pawl_builder *builder = NULL;
    pawl_builder_desc builder_desc = PAWL_BUILDER_DESC_INIT;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    builder_desc.threads = job->options->session.threads;
    desc.backend = is_reference ? "reference" : "cpu";
    desc.is_unoptimised = is_reference ? 1 : 0;
    desc.progress = cli_build_progress;
    pawl_status status = pawl_network_info_get(job->network, &model, error);
    if (status >= 0 && like != NULL) {
        desc.height = like->info.height;
        desc.width = like->info.width;
        desc.batch_min = like->info.batch_min;
        desc.batch_opt = like->info.batch_opt;
        desc.batch_max = like->info.batch_max;
    } else if (status >= 0 && job->options->imgsz.height > 0) {
        const app_shape shape = cli_round_shape("--imgsz", job->options->imgsz, model.max_stride);
        desc.height = shape.height;
        desc.width = shape.width;
    }
    if (status >= 0)
        status = pawl_builder_create(&builder_desc, &builder, error);
    if (status >= 0)
        status = pawl_builder_build(builder, job->network, &desc, plan, error);
    app_progress_end();
    (void)pawl_builder_destroy(&builder);
    return status;
}

/* Puts the side's plan on a backend (NULL: its own) and makes a detector there. */
static pawl_status place(verify_side *side, const char *backend, const verify_job *job,
                         const verify_pair *pair, pawl_error *error)
{
    const verify_options *options = job->options;
    pawl_runtime_desc runtime = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    runtime.backend = backend;
    runtime.gpu = options->session.gpu;
    side->backend = backend != NULL ? backend : side->info.backend;
    context.threads = options->session.threads;
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    context.threshold = detector.confidence = (float)options->conf;
    context.batch = pair->engine.info.batch_min;
    context.height = pair->shape.height;
    context.width = pair->shape.width;
    detector.iou = (float)options->iou;
    pawl_status status = pawl_runtime_create(&runtime, &side->runtime, error);
    if (status >= 0)
        status = pawl_engine_create(side->runtime, side->plan, &side->engine, error);
    if (status >= 0)
        status = pawl_context_create(side->engine, &context, &side->context, error);
    if (status >= 0)
        status = pawl_detector_create(side->context, &detector, &side->detector, error);
    return status;
}

static pawl_status describe(verify_side *side, pawl_error *error)
{
    side->info.struct_size = sizeof side->info;
    side->model.struct_size = sizeof side->model;
    const pawl_status status = pawl_plan_info_get(side->plan, &side->info, error);
    return status < 0 ? status : pawl_plan_model_get(side->plan, &side->model, error);
}

/* Bounds that a sound engine keeps well within, by what its numbers can hold. */
static void choose_gates(const verify_options *options, verify_pair *pair)
{
    static const struct {
        const char *precision;
        double max_error, min_iou, min_f1;
    } gates[] = {
#define GATE_ROW(precision, max_error, min_iou, min_f1) {#precision, max_error, min_iou, min_f1},
        VERIFY_GATES(GATE_ROW)
#undef GATE_ROW
    };
    size_t row = 0;
    for (size_t i = 0; i < sizeof gates / sizeof gates[0]; i++)
        if (strcmp(pair->engine.info.precision, gates[i].precision) == 0)
            row = i;
    pair->max_error = options->max_error >= 0 ? options->max_error : gates[row].max_error;
    pair->min_iou = options->min_iou >= 0 ? options->min_iou : gates[row].min_iou;
    pair->min_f1 = options->min_f1 >= 0 ? options->min_f1 : gates[row].min_f1;
}

/* The engine's layers, and one more for the decoded rows. */
static int list_layers(verify_pair *pair)
{
    pawl_error error = {0};
    const size_t count = pair->engine.model.layer_count;
    pair->layers = calloc(count + 1, sizeof(verify_layer));
    if (pair->layers == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < count; i++) {
        pawl_layer_info info = PAWL_LAYER_INFO_INIT;
        if (pawl_plan_layer_get(pair->engine.plan, i, &info, &error) < 0)
            return app_fail_library(pair->path, &error);
        pair->layers[i] = (verify_layer){.id = info.id, .op = info.op};
        pair->layers[i].name = app_format("%s", info.name);
        if (pair->layers[i].name == NULL)
            return app_fail_memory();
        pair->layer_count = i + 1;
    }
    pair->layers[count] = (verify_layer){.id = UINT32_MAX, .op = "output"};
    pair->layers[count].name = app_format("output");
    pair->layer_count = count + 1;
    return pair->layers[count].name == NULL ? app_fail_memory() : APP_EXIT_DONE;
}

static bool are_comparable(const verify_pair *pair)
{
    const pawl_model_info *a = &pair->reference.model, *b = &pair->engine.model;
    return a->task == b->task && a->class_count == b->class_count &&
           a->level_count == b->level_count && a->max_stride == b->max_stride;
}

int verify_open_pair(const verify_job *job, verify_pair *pair)
{
    pawl_error error = {0};
    verify_side *engine = &pair->engine, *reference = &pair->reference;
    const char *path = pair->path != NULL ? pair->path : job->model;
    pawl_status status = pair->path != NULL ? pawl_plan_load(pair->path, &engine->plan, &error)
                                            : build(job, NULL, false, &engine->plan, &error);
    if (status >= 0)
        status = describe(engine, &error);
    if (status < 0)
        return app_fail_library(path, &error);
    status = job->weights != NULL ? build(job, engine, true, &reference->plan, &error)
                                  : pawl_plan_load(job->model, &reference->plan, &error);
    if (status >= 0)
        status = describe(reference, &error);
    if (status < 0)
        return app_fail_library(job->model, &error);
    if (!are_comparable(pair))
        return app_fail(APP_EXIT_USAGE, "%s and %s are different kinds of model: %d and %d classes",
                        job->model, path, reference->model.class_count, engine->model.class_count);
    pair->shape = (app_shape){engine->info.height, engine->info.width};
    if (job->options->imgsz.height > 0)
        pair->shape = cli_round_shape("--imgsz", job->options->imgsz, engine->model.max_stride);
    pair->is_same_source =
        memcmp(reference->info.source_hash, engine->info.source_hash, 2 * sizeof(uint64_t)) == 0;
    choose_gates(job->options, pair);
    pair->conf = job->options->conf;
    pair->boxes = (verify_boxes){.min_iou = 1};
    if (place(engine, job->options->session.backend, job, pair, &error) < 0)
        return app_fail_library(path, &error);
    if (place(reference, "reference", job, pair, &error) < 0)
        return app_fail_library(job->model, &error);
    return list_layers(pair);
}

static void close_side(verify_side *side)
{
    (void)pawl_detector_destroy(&side->detector);
    (void)pawl_context_destroy(&side->context);
    (void)pawl_engine_destroy(&side->engine);
    (void)pawl_runtime_destroy(&side->runtime);
    (void)pawl_plan_destroy(&side->plan);
}

void verify_close_pair(verify_pair *pair)
{
    close_side(&pair->reference);
    close_side(&pair->engine);
    for (size_t i = 0; i < pair->layer_count; i++) {
        free(pair->layers[i].name);
        free(pair->layers[i].expected);
    }
    free(pair->layers);
    for (size_t i = 0; i < pair->shot_count; i++) {
        (void)pawl_image_destroy(&pair->shots[i].expected);
        (void)pawl_image_destroy(&pair->shots[i].found);
    }
}
