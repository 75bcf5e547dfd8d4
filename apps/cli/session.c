/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a model: weights (built in memory) or an .engine -> plan, runtime, engine. */
#include "cli/session.h"

#include "common/files.h"
#include "common/inputs.h"

#include <string.h>

app_shape cli_round_shape(const char *option, app_shape asked, int32_t stride)
{
    app_shape shape = asked;
    if (stride > 1) {
        shape.height = (asked.height + stride - 1) / stride * stride;
        shape.width = (asked.width + stride - 1) / stride * stride;
    }
    if (shape.height != asked.height || shape.width != asked.width)
        app_warn("%s %dx%d must be a multiple of the largest stride %d, taking %dx%d", option,
                 asked.height, asked.width, stride, shape.height, shape.width);
    return shape;
}

app_shape session_shape(const session *opened, app_shape asked)
{
    if (asked.height == 0)
        return (app_shape){opened->info.height, opened->info.width};
    return cli_round_shape("--imgsz", asked, opened->model.max_stride);
}

/* One attempt to put the plan on a backend (NULL: its own). */
static pawl_status place(session *opened, const char *backend, int32_t gpu, pawl_error *error)
{
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    desc.backend = backend;
    desc.gpu = gpu;
    pawl_status status = pawl_runtime_create(&desc, &opened->runtime, error);
    if (status >= 0)
        status = pawl_engine_create(opened->runtime, opened->plan, &opened->engine, error);
    if (status < 0)
        (void)pawl_runtime_destroy(&opened->runtime);
    else
        opened->backend = backend != NULL ? backend : opened->info.backend;
    return status;
}

static int32_t thread_count(int32_t asked)
{
    pawl_machine_info machine = PAWL_MACHINE_INFO_INIT;
    if (asked > 0)
        return asked;
    return pawl_machine_info_get(&machine) >= 0 && machine.cores > 0 ? machine.cores : 1;
}

/* Only TensorRT has GPUs to choose from; start() says so where another backend is given one. */
static int32_t gpu_of(const char *backend, int32_t gpu)
{
    return backend != NULL && strcmp(backend, "tensorrt") == 0 ? gpu : 0;
}

/* What the weights of a build hold while it lasts. */
struct making {
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
};

static pawl_status build(struct making *making, const session *opened,
                         const session_options *options, app_shape imgsz, int32_t batch,
                         pawl_plan **plan, pawl_error *error)
{
    pawl_network_desc network = PAWL_NETWORK_DESC_INIT;
    pawl_builder_desc builder = PAWL_BUILDER_DESC_INIT;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    network.activation = options->activation;
    builder.threads = opened->threads;
    desc.backend = options->backend;
    desc.gpu = gpu_of(options->backend, options->gpu);
    desc.progress = cli_build_progress;
    desc.batch_min = 1;
    desc.batch_opt = desc.batch_max = batch > 0 ? batch : 1;
    pawl_status status = pawl_network_create(making->weights, &network, &making->network, error);
    if (status >= 0)
        status = pawl_network_info_get(making->network, &model, error);
    if (status >= 0 && imgsz.height > 0) {
        const app_shape shape = cli_round_shape("--imgsz", imgsz, model.max_stride);
        desc.height = shape.height;
        desc.width = shape.width;
    }
    if (status >= 0)
        status = pawl_builder_create(&builder, &making->builder, error);
    if (status >= 0)
        app_progress_elapsed("building"); /* through TensorRT it may take minutes */
    if (status >= 0)
        status = pawl_builder_build(making->builder, making->network, &desc, plan, error);
    if (status == PAWL_ERR_DEVICE && options->fallback != NULL) {
        app_warn("%s; taking %s", error->message, options->fallback);
        desc.backend = options->fallback;
        desc.gpu = gpu_of(options->fallback, options->gpu);
        status = pawl_builder_build(making->builder, making->network, &desc, plan, error);
    }
    app_progress_end();
    return status;
}

static pawl_status build_in_memory(session *opened, struct making *making,
                                   const session_options *options, app_shape imgsz, int32_t batch,
                                   pawl_error *error)
{
    char time[APP_HUMAN_SIZE];
    const double start = app_clock_ms();
    pawl_status status = build(making, opened, options, imgsz, batch, &opened->plan, error);
    if (status >= 0)
        status = pawl_plan_info_get(opened->plan, &opened->info, error);
    if (status >= 0)
        app_note("%s: built in memory for %s at %dx%d, batch %d, in %s%s", opened->path,
                 opened->info.backend, opened->info.height, opened->info.width,
                 opened->info.batch_max, app_human_duration(time, app_clock_ms() - start),
                 options->save_engine != NULL ? "" : " ('pawl build' keeps an engine)");
    (void)pawl_builder_destroy(&making->builder);
    (void)pawl_network_destroy(&making->network);
    (void)pawl_weights_destroy(&making->weights);
    return status;
}

static bool looks_like_weights(const char *path)
{
    const char *kind = pawl_file_kind(path);
    return kind != NULL && (strstr(kind, "checkpoint") != NULL || strstr(kind, ".wts") != NULL);
}

/* By what is in the file, whatever its name; where it is neither, its name says what was meant. */
static int load(session *opened, const session_options *options, app_shape imgsz, int32_t batch)
{
    pawl_error error = {0}, other = {0};
    struct making making = {.weights = NULL};
    pawl_status status = pawl_plan_load(opened->path, &opened->plan, &error);
    const bool is_engine = status >= 0;
    const bool may_be_weights =
        !is_engine && status != PAWL_ERR_READ && !app_path_ends_in(opened->path, "engine plan");
    if (may_be_weights && pawl_weights_load(opened->path, &making.weights, &other) >= 0) {
        const int code = app_file_probe(options->save_engine);
        if (code != APP_EXIT_DONE) {
            (void)pawl_weights_destroy(&making.weights);
            return code;
        }
        status = build_in_memory(opened, &making, options, imgsz, batch, &error);
    } else if (may_be_weights &&
               (app_path_ends_in(opened->path, "pt pth wts") || looks_like_weights(opened->path)))
        error = other;
    if (status < 0)
        return app_fail_library(opened->path, &error);
    if (options->save_engine == NULL)
        return APP_EXIT_DONE;
    if (is_engine)
        return app_fail(APP_EXIT_USAGE,
                        "--save-engine keeps what is built from weights: %s is an "
                        "engine already",
                        opened->path);
    const int code = app_inputs_check(options->save_engine);
    if (code == APP_EXIT_DONE && pawl_plan_save(opened->plan, options->save_engine, &error) < 0)
        return app_fail_library(options->save_engine, &error);
    return code;
}

/* Once the plan is there. */
static int start(session *opened, const session_options *options)
{
    pawl_error error = {0};
    const char *path = opened->path;
    opened->info.struct_size = sizeof opened->info;
    opened->model.struct_size = sizeof opened->model;
    if (pawl_plan_info_get(opened->plan, &opened->info, &error) < 0 ||
        pawl_plan_model_get(opened->plan, &opened->model, &error) < 0)
        return app_fail_library(path, &error);
    pawl_status status = place(opened, options->backend, options->gpu, &error);
    if (status == PAWL_ERR_DEVICE && options->fallback != NULL) {
        app_warn("%s; taking %s", error.message, options->fallback);
        status = place(opened, options->fallback, options->gpu, &error);
    }
    if (status >= 0 && options->gpu != gpu_of(opened->backend, options->gpu))
        app_warn("--device %d is a GPU of TensorRT's, and this runs on backend %s: it is ignored",
                 options->gpu, opened->backend);
    return status < 0 ? app_fail_library(path, &error) : APP_EXIT_DONE;
}

int session_open(session *opened, const char *path, const session_options *options, app_shape imgsz,
                 int32_t batch)
{
    *opened = (session){.path = path, .threads = thread_count(options->threads)};
    opened->info.struct_size = sizeof opened->info;
    if (!app_inputs_add(path))
        return app_fail_memory();
    const int code = load(opened, options, imgsz, batch);
    return code == APP_EXIT_DONE ? start(opened, options) : code;
}

int session_start(session *opened, pawl_plan *plan, const char *path,
                  const session_options *options)
{
    *opened = (session){.plan = plan, .path = path, .threads = thread_count(options->threads)};
    return start(opened, options);
}

void session_end_plan(session *opened)
{
    if (pawl_lifetime_get() == PAWL_LIFETIME_DEFERRED) /* strict: not while it is held */
        (void)pawl_plan_destroy(&opened->plan);
}

void session_close(session *opened)
{
    (void)pawl_engine_destroy(&opened->engine);
    (void)pawl_runtime_destroy(&opened->runtime);
    (void)pawl_plan_destroy(&opened->plan);
}
