/* SPDX-License-Identifier: Apache-2.0 */
/* Opens an .engine: plan, runtime, engine. */
#include "cli/session.h"

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
static pawl_status place(session *opened, const char *backend, pawl_error *error)
{
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    desc.backend = backend;
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

int session_open(session *opened, const char *path, const session_options *options)
{
    pawl_error error = {0};
    *opened = (session){.path = path, .threads = thread_count(options->threads)};
    if (!app_inputs_add(path))
        return app_fail_memory();
    opened->info.struct_size = sizeof opened->info;
    opened->model.struct_size = sizeof opened->model;
    if (pawl_plan_load(path, &opened->plan, &error) < 0 ||
        pawl_plan_info_get(opened->plan, &opened->info, &error) < 0 ||
        pawl_plan_model_get(opened->plan, &opened->model, &error) < 0)
        return app_fail_library(path, &error);
    pawl_status status = place(opened, options->backend, &error);
    if (status == PAWL_ERR_DEVICE && options->fallback != NULL) {
        app_warn("%s; taking %s", error.message, options->fallback);
        status = place(opened, options->fallback, &error);
    }
    return status < 0 ? app_fail_library(path, &error) : APP_EXIT_DONE;
}

void session_close(session *opened)
{
    (void)pawl_engine_destroy(&opened->engine);
    (void)pawl_runtime_destroy(&opened->runtime);
    (void)pawl_plan_destroy(&opened->plan);
}
