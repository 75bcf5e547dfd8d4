/* SPDX-License-Identifier: Apache-2.0 */
/* -s: an engine from a .wts (or a .pt). What the file says counts; a letter that says otherwise is
 * explained. */
#include "compat/compat.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct build {
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_plan *plan;
};

/* The letter of published multiples, 'c' for any others. */
static char letter_of(double depth, double width)
{
    static const struct {
        char letter;
        double depth, width;
    } sizes[] = {
        {'n', 0.33, 0.25}, {'s', 0.33, 0.5}, {'m', 0.67, 0.75}, {'l', 1, 1}, {'x', 1.33, 1.25}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (fabs(sizes[i].depth - depth) < 1e-6 && fabs(sizes[i].width - width) < 1e-6)
            return sizes[i].letter;
    return 'c';
}

static void check_size(const compat_build *asked, const pawl_model_info *model)
{
    char wanted[4] = {asked->size[0], '\0', '\0', '\0'};
    if (wanted[0] == 'c')
        wanted[0] = letter_of(asked->depth, asked->width);
    if (asked->size[1] == '6' && asked->size[2] == '\0')
        wanted[1] = '6';
    const bool is_published = strcmp(model->size, "custom") != 0;
    if (strcmp(wanted, model->size) == 0 || (wanted[0] == 'c' && !is_published))
        return;
    if (wanted[0] == 'c')
        app_warn("%s holds a YOLOv5%s, not the depth %g and width %g that the command line says: "
                 "building the %s",
                 asked->weights, model->size, asked->depth, asked->width, model->size);
    else if (!is_published)
        app_warn(
            "%s is not of a published size, though the command line says %s: building what the "
            "file holds",
            asked->weights, asked->size);
    else
        app_warn("%s holds a YOLOv5%s, not the %s that the command line says: building the %s",
                 asked->weights, model->size, wanted, model->size);
}

static int read_network(const compat_build *asked, pawl_task task, struct build *build)
{
    pawl_error error = {0};
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    app_put("Loading weights: %s", asked->weights);
    (void)fflush(stdout);
    if (pawl_weights_load(asked->weights, &build->weights, &error) < 0 ||
        pawl_network_create(build->weights, NULL, &build->network, &error) < 0 ||
        pawl_network_info_get(build->network, &model, &error) < 0) {
        /* The options that it asks for are not TensorRTX's. */
        if (error.status == PAWL_ERR_AMBIGUOUS)
            return app_fail(COMPAT_WRONG, "%s; 'pawl build' takes the option, and -d its engine",
                            error.message);
        return app_fail_library(asked->weights, &error);
    }
    if (model.task != task)
        return app_fail(COMPAT_WRONG, "%s is for another task; use %s", asked->weights,
                        compat_program_of(model.task)->name);
    check_size(asked, &model);
    return 0;
}

static int build_plan(const compat_build *asked, struct build *build)
{
    pawl_error error = {0};
    puts("Building engine, please wait for a while...");
    (void)fflush(stdout);
    if (pawl_builder_create(NULL, &build->builder, &error) < 0 ||
        pawl_builder_build(build->builder, build->network, NULL, &build->plan, &error) < 0)
        return app_fail_library(asked->weights, &error);
    if (pawl_plan_save(build->plan, asked->engine, &error) < 0)
        return app_fail_library(asked->engine, &error);
    puts("Build engine successfully!");
    return 0;
}

int compat_build_engine(const compat_build *asked, pawl_task task)
{
    struct build build = {0};
    const char *other = app_path_other_kind(asked->engine, "engine plan");
    int code = 0;
    if (other != NULL)
        code = app_fail(COMPAT_WRONG, "an engine is written, not %s (%s)", other, asked->engine);
    else if (app_is_same_file(asked->weights, asked->engine))
        code = app_fail(COMPAT_WRONG, "%s would overwrite its own input", asked->engine);
    else
        code = read_network(asked, task, &build);
    if (code == 0)
        code = build_plan(asked, &build);
    (void)pawl_plan_destroy(&build.plan);
    (void)pawl_builder_destroy(&build.builder);
    (void)pawl_network_destroy(&build.network);
    (void)pawl_weights_destroy(&build.weights);
    return code == 0 ? 0 : COMPAT_WRONG;
}
