/* SPDX-License-Identifier: Apache-2.0 */
/* A file under inspection, for people. */
#include "cli/inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 10

static void print_names(const inspect_subject *subject)
{
    const int32_t count = subject->model.class_count;
    printf("classes     %d", count);
    if (!subject->model.has_names) {
        printf(", without names\n");
        return;
    }
    for (int32_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        const char *name = inspect_class_name(subject, i);
        printf("%s%s", i == 0 ? ": " : ", ", name == NULL ? "?" : name);
    }
    printf("%s\n", count > NAMES_SHOWN ? ", ..." : "");
}

static void print_levels(const pawl_model_info *model)
{
    for (int32_t i = 0; i < model->level_count && i < PAWL_MAX_LEVELS; i++) {
        printf("%s%d:", i == 0 ? "anchors     stride " : "            stride ", model->stride[i]);
        for (int32_t j = 0; j < model->anchor_count && j < PAWL_MAX_ANCHORS; j++)
            printf(" %gx%g", (double)model->anchor[i][j][0], (double)model->anchor[i][j][1]);
        printf("\n");
    }
}

static void print_model(const inspect_subject *subject)
{
    const pawl_model_info *model = &subject->model;
    const char *task = inspect_task(model->task);
    printf("model       YOLOv5 %s, %s, size %s\n", model->family, task == NULL ? "?" : task,
           model->size);
    print_names(subject);
    print_levels(model);
    printf("parameters  %lld (%.2f M)\n", (long long)model->parameter_count,
           (double)model->parameter_count / 1e6);
    printf("work        %.2f GFLOPs at %dx%d\n", model->gflops, model->imgsz, model->imgsz);
}

static void print_layers(const inspect_subject *subject)
{
    pawl_layer_info info;
    if (!subject->has_model)
        return;
    printf("layers      %zu", subject->model.layer_count);
    if (subject->model.source_layer_count != subject->model.layer_count)
        printf(" of %zu before optimisation", subject->model.source_layer_count);
    printf("\n");
    for (size_t i = 0; inspect_layer(subject, i, &info); i++)
        printf("  %4u  %-32s %-10s %s\n", info.id, info.name, info.op,
               info.attributes == NULL ? "" : info.attributes);
}

/* What the engine was built with besides, where it is not as usual. */
static void print_options(const pawl_plan_info *info)
{
    if (info->height_min != info->height_max || info->width_min != info->width_max)
        printf("shapes      %dx%d to %dx%d\n", info->height_min, info->width_min, info->height_max,
               info->width_max);
    if (info->contexts != 1)
        printf("contexts    %d at once\n", info->contexts);
    const struct {
        int32_t is_set;
        const char *text;
    } flags[] = {{info->is_unoptimised, "unoptimised"},
                 {info->is_fp16_fixed, "fp16-fix"},
                 {info->is_version_compatible, "version-compatible"},
                 {info->is_hardware_compatible, "hardware-compatible"}};
    const char *before = "built with  ";
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].is_set != 0) {
            printf("%s%s", before, flags[i].text);
            before = ", ";
        }
    if (info->optimisation_level >= 0) {
        printf("%sopt-level %d", before, info->optimisation_level);
        before = ", ";
    }
    if (info->workspace_size != 0) {
        printf("%sworkspace %" PRIu64 " MiB", before, info->workspace_size >> 20);
        before = ", ";
    }
    if (before[0] == ',')
        printf("\n");
}

static void print_plan(const inspect_subject *subject)
{
    const pawl_plan_info *info = &subject->plan_info;
    char size[APP_HUMAN_SIZE], weights[APP_HUMAN_SIZE];
    printf("backend     %s, %s\n", info->backend, info->precision);
    printf("profile     %dx%d, batch %d:%d:%d\n", info->height, info->width, info->batch_min,
           info->batch_opt, info->batch_max);
    print_options(info);
    printf("made from   %s (XXH3 %016llx%016llx) by pawl %s\n", info->source_name,
           (unsigned long long)info->source_hash[1], (unsigned long long)info->source_hash[0],
           info->pawl_version);
    printf("size        %s, weights %s, %zu artifact%s\n", app_human_bytes(size, info->file_size),
           app_human_bytes(weights, info->constant_size), info->artifact_count,
           info->artifact_count == 1 ? "" : "s");
}

static void print_tactics(const inspect_subject *subject)
{
    printf("tactics     %zu\n", subject->plan_info.tactic_count);
    for (size_t i = 0; i < subject->plan_info.tactic_count; i++) {
        pawl_tactic_info info = PAWL_TACTIC_INFO_INIT;
        if (pawl_plan_tactic_get(subject->plan, i, &info, NULL) < 0)
            break;
        printf("  %016" PRIx64 "  %-20s %s  %.1f us\n", info.problem, info.machine, info.name,
               (double)info.microseconds);
    }
}

static void print_globals(const inspect_subject *subject)
{
    size_t unknown = 0;
    for (size_t i = 0; i < subject->weights_info.global_count; i++) {
        pawl_global_info global = PAWL_GLOBAL_INFO_INIT;
        if (pawl_weights_global_get(subject->weights, i, &global, NULL) < 0)
            break;
        if (!global.is_known && unknown++ == 0)
            printf("worth a look: names that no YOLOv5 checkpoint needs (nothing was executed)\n");
        if (!global.is_known)
            printf("  %s.%s\n", global.module, global.name);
    }
    printf("pickle      %zu classes and functions named, %zu of them unexpected\n",
           subject->weights_info.global_count, unknown);
}

static void print_weights(const inspect_subject *subject)
{
    const pawl_weights_info *info = &subject->weights_info;
    char size[APP_HUMAN_SIZE];
    printf("size        %s, XXH3 %016llx%016llx\n", app_human_bytes(size, info->file_size),
           (unsigned long long)info->hash[1], (unsigned long long)info->hash[0]);
    if (info->kind == PAWL_WEIGHTS_PT)
        print_globals(subject);
    printf("tensors     %zu\n", info->tensor_count);
    for (size_t i = 0; i < info->tensor_count; i++) {
        pawl_tensor tensor;
        if (pawl_weights_tensor_get(subject->weights, i, &tensor, NULL) < 0)
            break;
        printf("  %-44s %s", tensor.name, pawl_dtype_name(tensor.dtype));
        for (int32_t j = 0; j < tensor.rank && j < PAWL_MAX_RANK; j++)
            printf("%s%lld", j == 0 ? " " : "x", (long long)tensor.dims[j]);
        printf("\n");
    }
}

void inspect_print(const inspect_subject *subject)
{
    printf("%s: %s\n", subject->path, inspect_kind(subject));
    if (subject->has_model)
        print_model(subject);
    if (subject->plan != NULL)
        print_plan(subject);
    print_layers(subject);
    if (subject->plan != NULL)
        print_tactics(subject);
    else
        print_weights(subject);
}
