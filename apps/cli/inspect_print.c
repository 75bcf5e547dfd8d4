/* SPDX-License-Identifier: Apache-2.0 */
/* A file under inspection, for people: ten lines that say what it is, then, for who asks, all that
 * is in it. */
#include "cli/inspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NAMES_SHOWN 10

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* A line that is put together from parts. */
typedef struct line {
    FILE *out;
    char *text;
    size_t size;
} line;

static bool begin(line *made)
{
    made->out = open_memstream(&made->text, &made->size);
    return made->out != NULL;
}

static void put(line *made)
{
    if (fclose(made->out) == 0)
        app_put("%s", made->text);
    free(made->text);
}

/* --- ten lines --- */

static void print_names(const inspect_subject *subject)
{
    const int32_t count = subject->model.class_count;
    line names;
    if (!subject->model.has_names) {
        app_put("classes     %d, without names", count);
        return;
    }
    if (!begin(&names))
        return;
    fprintf(names.out, "classes     %d", count);
    for (int32_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        const char *name = inspect_class_name(subject, i);
        fprintf(names.out, "%s%s", i == 0 ? ": " : ", ", name == NULL ? "?" : name);
    }
    fputs(count > NAMES_SHOWN ? ", ..." : "", names.out);
    put(&names);
}

static void print_strides(const pawl_model_info *model)
{
    line strides;
    if (model->level_count == 0 || !begin(&strides))
        return;
    fputs("strides    ", strides.out);
    for (int32_t i = 0; i < model->level_count && i < PAWL_MAX_LEVELS; i++)
        fprintf(strides.out, " %d", model->strides[i]);
    fprintf(strides.out, ", %d anchor%s each", model->anchor_count,
            plural((size_t)model->anchor_count));
    put(&strides);
}

/* Networks, and the layers of them that are left. */
static void print_size(const inspect_subject *subject)
{
    const pawl_model_info *model = &subject->model;
    line size;
    app_put("parameters  %lld (%.2f M)", (long long)model->parameter_count,
            (double)model->parameter_count / 1e6);
    app_put("work        %.2f GFLOPs at %dx%d", model->gflops, model->imgsz, model->imgsz);
    if (!begin(&size))
        return;
    fprintf(size.out, "layers      %zu", model->layer_count);
    if (model->source_layer_count != model->layer_count)
        fprintf(size.out, " of %zu before optimisation", model->source_layer_count);
    if (subject->plan != NULL)
        fprintf(size.out, ", %zu tactic%s", subject->plan_info.tactic_count,
                plural(subject->plan_info.tactic_count));
    put(&size);
}

static void print_model(const inspect_subject *subject)
{
    const pawl_model_info *model = &subject->model;
    const char *task = inspect_task(model->task);
    app_put("model       YOLOv5 %s, %s, size %s", model->family, task == NULL ? "?" : task,
            model->size);
    print_names(subject);
    print_strides(model);
    print_size(subject);
}

static void print_profile(const pawl_plan_info *info)
{
    line profile;
    if (!begin(&profile))
        return;
    fprintf(profile.out, "profile     %dx%d", info->height, info->width);
    if (info->height_min != info->height_max || info->width_min != info->width_max)
        fprintf(profile.out, " (%dx%d to %dx%d)", info->height_min, info->width_min,
                info->height_max, info->width_max);
    fprintf(profile.out, ", batch %d:%d:%d", info->batch_min, info->batch_opt, info->batch_max);
    if (info->contexts != 1)
        fprintf(profile.out, ", %d contexts at once", info->contexts);
    put(&profile);
}

/* What the engine was built with besides, where it is not as usual. */
static void print_options(const pawl_plan_info *info)
{
    const struct {
        int32_t is_set;
        const char *text;
    } flags[] = {{info->is_unoptimised, "unoptimised"},
                 {info->is_fp16_fixed, "fp16-fix"},
                 {info->is_version_compatible, "version-compatible"},
                 {info->is_hardware_compatible, "hardware-compatible"},
                 {info->is_tf32, "tf32"}};
    line built;
    if (!begin(&built))
        return;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].is_set != 0)
            fprintf(built.out, ", %s", flags[i].text);
    if (info->optimisation_level >= 0)
        fprintf(built.out, ", opt-level %d", info->optimisation_level);
    if (info->tuning > PAWL_TUNE_OFF)
        fprintf(built.out, ", tune %s", info->tuning == PAWL_TUNE_QUICK ? "quick" : "full");
    if (info->tactic_sources >= 0)
        fprintf(built.out, ", tactic sources %d", info->tactic_sources);
    if (info->workspace_size != 0)
        fprintf(built.out, ", workspace %" PRIu64 " MiB", info->workspace_size >> 20);
    if (fclose(built.out) == 0 && built.size > 0)
        app_put("built with  %s", built.text + 2);
    free(built.text);
}

/* What --max-map-drop found. */
static void print_accuracy(const pawl_accuracy *accuracy)
{
    if (accuracy->fp32 > 0)
        app_put("accuracy    %.4f (%.4f in fp32, %.4f with all in int8), at most %g lower asked",
                (double)accuracy->built, (double)accuracy->fp32, (double)accuracy->int8,
                (double)accuracy->drop_limit);
}

static void print_plan(const inspect_subject *subject)
{
    const pawl_plan_info *info = &subject->plan_info;
    char weights[APP_HUMAN_SIZE];
    app_put("backend     %s, %s, weights %s, %zu artifact%s", info->backend, info->precision,
            app_human_bytes(weights, info->constant_size), info->artifact_count,
            plural(info->artifact_count));
    print_profile(info);
    print_options(info);
    print_accuracy(&info->accuracy);
    app_put("made from   %s (XXH3 %016llx%016llx) by pawl %s", info->source_name,
            (unsigned long long)info->source_hash[1], (unsigned long long)info->source_hash[0],
            info->pawl_version);
}

/* Names to look at are shown to everybody. Where reading ended early Python may go on, so the rest
 * is not called harmless. */
static void print_pickle(const inspect_globals *globals)
{
    const char *what = globals->count == 1 ? "class or function" : "classes and functions";
    const char *read = globals->error.status < 0 ? " as far as it could be read" : "";
    if (globals->unknown == 0)
        app_put("pickle      names %zu %s%s, all harmless", globals->count, what, read);
    else
        app_put("pickle      names %zu %s%s, %zu of them worth a look:", globals->count, what, read,
                globals->unknown);
    for (size_t i = 0; i < globals->count; i++)
        if (!globals->items[i].is_known)
            app_put("  %s.%s", globals->items[i].module, globals->items[i].name);
}

static void print_weights(const inspect_subject *subject)
{
    const pawl_weights_info *info = &subject->weights_info;
    app_put("tensors     %zu", info->tensor_count);
    app_put("XXH3        %016llx%016llx", (unsigned long long)info->hash[1],
            (unsigned long long)info->hash[0]);
}

/* --- the rest --- */

static void print_anchors(const pawl_model_info *model)
{
    for (int32_t i = 0; i < model->level_count && i < PAWL_MAX_LEVELS; i++) {
        line level;
        if (!begin(&level))
            return;
        fprintf(level.out, "%s%d:", i == 0 ? "anchors     stride " : "            stride ",
                model->strides[i]);
        for (int32_t j = 0; j < model->anchor_count && j < PAWL_MAX_ANCHORS; j++)
            fprintf(level.out, " %gx%g", (double)model->anchors[i][j][0],
                    (double)model->anchors[i][j][1]);
        put(&level);
    }
}

static void print_all_names(const inspect_subject *subject)
{
    if (!subject->model.has_names)
        return;
    app_put("class names");
    for (int32_t i = 0; i < subject->model.class_count; i++) {
        const char *name = inspect_class_name(subject, i);
        app_put("  %4d  %s", i, name == NULL ? "?" : name);
    }
}

static void print_layers(const inspect_subject *subject)
{
    pawl_layer_info info;
    app_put("layers");
    for (size_t i = 0; inspect_layer(subject, i, &info); i++)
        app_put("  %4u  %-32s %-10s %s", info.id, info.name, info.op,
                info.attributes == NULL ? "" : info.attributes);
}

static void print_tactics(const inspect_subject *subject)
{
    app_put("tactics");
    for (size_t i = 0; i < subject->plan_info.tactic_count; i++) {
        pawl_tactic_info info = PAWL_TACTIC_INFO_INIT;
        if (pawl_plan_tactic_get(subject->plan, i, &info, NULL) < 0)
            break;
        app_put("  %016" PRIx64 "  %-20s %s  %.1f us", info.problem, info.machine, info.name,
                (double)info.microseconds);
    }
}

static void print_artifacts(const inspect_subject *subject)
{
    char size[APP_HUMAN_SIZE];
    if (subject->plan_info.artifact_count > 0)
        app_put("artifacts");
    for (size_t i = 0; i < subject->plan_info.artifact_count; i++) {
        pawl_artifact_info info = PAWL_ARTIFACT_INFO_INIT;
        if (pawl_plan_artifact_get(subject->plan, i, &info, NULL) < 0)
            break;
        app_put("  %s, %s", info.key, app_human_bytes(size, info.size));
    }
}

static void print_tensors(const inspect_subject *subject)
{
    app_put("tensors");
    for (size_t i = 0; i < subject->weights_info.tensor_count; i++) {
        pawl_tensor tensor;
        line row;
        if (pawl_weights_tensor_get(subject->weights, i, &tensor, NULL) < 0)
            break;
        if (!begin(&row))
            return;
        fprintf(row.out, "  %-44s %s", tensor.name, pawl_dtype_name(tensor.dtype));
        for (int32_t j = 0; j < tensor.rank && j < PAWL_MAX_RANK; j++)
            fprintf(row.out, "%s%lld", j == 0 ? " " : "x", (long long)tensor.dims[j]);
        put(&row);
    }
}

static void print_globals(const inspect_globals *globals)
{
    if (globals->count > 0)
        app_put("classes and functions named");
    for (size_t i = 0; i < globals->count; i++)
        app_put("  %s.%s%s", globals->items[i].module, globals->items[i].name,
                globals->items[i].is_known ? "" : "  (worth a look)");
}

static void print_rest(const inspect_subject *subject)
{
    if (subject->has_model) {
        print_anchors(&subject->model);
        print_all_names(subject);
        print_layers(subject);
    }
    if (subject->plan != NULL) {
        print_tactics(subject);
        print_artifacts(subject);
    }
    if (subject->weights != NULL)
        print_tensors(subject);
    print_globals(&subject->globals);
}

void inspect_print(const inspect_subject *subject, bool is_whole)
{
    char size[APP_HUMAN_SIZE];
    const uint64_t bytes =
        subject->plan != NULL ? subject->plan_info.file_size : subject->weights_info.file_size;
    app_put("%s: %s%s%s", subject->path, inspect_kind(subject), bytes > 0 ? ", " : "",
            bytes > 0 ? app_human_bytes(size, bytes) : "");
    if (subject->has_model)
        print_model(subject);
    if (subject->plan != NULL)
        print_plan(subject);
    if (subject->weights != NULL)
        print_weights(subject);
    if (subject->globals.has_pickle)
        print_pickle(&subject->globals);
    if (is_whole)
        print_rest(subject);
}
