/* SPDX-License-Identifier: Apache-2.0 */
/* Every model of the zoo, from its .pt and from the .wts written of it, on each backend and
   instruction set, against PyTorch's float32 output. The relative 2-norm error is taken separately
   for xy, wh, objectness and classes: a whole-tensor norm is all pixels of wh and would not notice
   dead classes. */
#include "support/npy.h"
#include "support/test_data.h"
#include <math.h>
#include <pawl/pawl.h>

enum {
    GROUP_XY,
    GROUP_WH,
    GROUP_OBJECTNESS,
    GROUP_CLASSES,
    GROUP_MASKS,
    GROUP_PROTOTYPES,
    GROUP_LOGITS,
    GROUP_COUNT
};
static const char *const group_names[GROUP_COUNT] = {"xy",    "wh",         "objectness", "classes",
                                                     "masks", "prototypes", "logits"};

typedef struct zoo_model {
    const char *name;
    const char *weights, *input, *output, *prototypes; /* prototypes: NULL but for segmentation */
} zoo_model;

#define ZOO(name)                                                                           \
    {                                                                                       \
        name, "zoo/" name ".pt", "zoo/" name ".input.npy", "zoo/" name ".output0.npy", NULL \
    }
static const zoo_model models[] = {
    {"yolov5n.bus320", "yolov5n.pt", "reference/yolov5n.bus320.input.npy",
     "reference/yolov5n.bus320.output0.npy", NULL},
    ZOO("v1.0-det"),
    ZOO("v1.0-legacyfile-det"),
    ZOO("v2.0-det"),
    ZOO("v2.0-legacyfile-det"),
    ZOO("v3.0-det"),
    ZOO("v3.1-det"),
    ZOO("v4.0-det"),
    ZOO("v5.0-det"),
    ZOO("v6.0-det"),
    ZOO("v6.1-det"),
    ZOO("v6.2-det"),
    ZOO("v7.0-det"),
    ZOO("p6-det"),
    ZOO("p2-det"),
    ZOO("bifpn-det"),
    ZOO("ghost-det"),
    ZOO("transformer-det"),
    ZOO("v3tiny-det"),
    ZOO("depth1-nc1-det"),
    {"v7.0-seg", "zoo/v7.0-seg.pt", "zoo/v7.0-seg.input.npy", "zoo/v7.0-seg.output0.npy",
     "zoo/v7.0-seg.output1.npy"},
    ZOO("v6.2-cls"),
};

/* What a model leaves, as runs of it or as PyTorch has it. */
typedef struct outputs {
    pawl_task task;
    int32_t classes;
    float *values[2];
    size_t counts[2];
} outputs;

/* "exact" kernels are held to 1e-5, fast ones to 1e-4, halves to what they round. A level the
 * machine does not have runs with what it has. */
static const struct zoo_target {
    const char *name, *backend, *isa;
    double bound;
    int32_t tuning; /* whatever it finds fastest, Winograd's kernels among them */
    const char *precision;
} targets[] = {
    {"reference", "reference", NULL, 1e-5, PAWL_TUNE_OFF, "fp32"},
    {"generic", "cpu", "generic", 1e-5, PAWL_TUNE_OFF, "fp32"},
    {"sse41", "cpu", "sse41", 1e-4, PAWL_TUNE_OFF, "fp32"},
    {"avx2", "cpu", "avx2", 1e-4, PAWL_TUNE_OFF, "fp32"},
    {"avx512", "cpu", "avx512", 1e-4, PAWL_TUNE_OFF, "fp32"},
    {"tuned", "cpu", NULL, 1e-4, PAWL_TUNE_QUICK, "fp32"},
    {"fp16", "cpu", NULL, 0.01, PAWL_TUNE_OFF, "fp16"},
    {"bf16", "cpu", NULL, 0.1, PAWL_TUNE_OFF, "bf16"},
};

/* Of tuned engines: both files of a model get the same kernels. */
static char timings[64];

/* Instead of all of these, where PAWL_TEST_BACKEND names one: "tensorrt", on the doubles or on
 * NVIDIA's. What it cannot run it refuses. */
static const struct zoo_target *only_target(void)
{
    static struct zoo_target target = {NULL, NULL, NULL, 1e-4, PAWL_TUNE_OFF, "fp32"};
    target.name = target.backend = getenv("PAWL_TEST_BACKEND");
    return target.name != NULL ? &target : NULL;
}

static int may_refuse(const char *model, const struct zoo_target *target)
{
    return strcmp(target->backend, "tensorrt") == 0 && strcmp(model, "transformer-det") == 0;
}

static unsigned passed, failed;
static int refused; /* status of the last run */

static void check(int is_right, const char *model, const char *target, const char *what,
                  double value)
{
    if (is_right) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED %s on %s: %s (%.3g)\n", model, target, what, value);
}

static int group_of(const outputs *ours, int output, size_t column)
{
    if (ours->task == PAWL_TASK_CLASSIFY)
        return GROUP_LOGITS;
    if (output == 1)
        return GROUP_PROTOTYPES;
    return column < 2                           ? GROUP_XY
           : column < 4                         ? GROUP_WH
           : column == 4                        ? GROUP_OBJECTNESS
           : column < 5 + (size_t)ours->classes ? GROUP_CLASSES
                                                : GROUP_MASKS;
}

/* Relative 2-norm error a group; negative where the model has none of it. */
static void group_errors(const outputs *ours, const pt_array *theirs, double errors[GROUP_COUNT])
{
    double difference[GROUP_COUNT] = {0}, norm[GROUP_COUNT] = {0};
    size_t counts[GROUP_COUNT] = {0};
    for (int o = 0; o < 2 && theirs[o].count > 0; o++) {
        const size_t columns = (size_t)theirs[o].dims[theirs[o].rank - 1];
        for (size_t i = 0; i < theirs[o].count; i++) {
            const int group = group_of(ours, o, i % columns);
            const double d = (double)ours->values[o][i] - (double)theirs[o].values[i];
            difference[group] += d * d;
            norm[group] += (double)theirs[o].values[i] * (double)theirs[o].values[i];
            counts[group]++;
        }
    }
    for (int g = 0; g < GROUP_COUNT; g++)
        errors[g] = counts[g] == 0 ? -1
                    : norm[g] > 0  ? sqrt(difference[g] / norm[g])
                                   : sqrt(difference[g]);
}

static int take_outputs(pawl_context *context, const pt_array *theirs, outputs *ours,
                        pawl_error *error)
{
    for (size_t o = 0; o < 2 && theirs[o].count > 0; o++) {
        pawl_tensor tensor;
        if (pawl_context_output(context, o, &tensor, error) < 0 ||
            tensor.size != theirs[o].count * sizeof(float) ||
            (ours->values[o] = malloc(tensor.size)) == NULL)
            return 0;
        memcpy(ours->values[o], tensor.data, tensor.size);
        ours->counts[o] = theirs[o].count;
    }
    return 1;
}

static void free_outputs(outputs *ours)
{
    free(ours->values[0]);
    free(ours->values[1]);
}

/* Builds and runs; 0: printed why. */
static int run_model(const char *weights_path, const pt_array *input, const pt_array *theirs,
                     const struct zoo_target *target, outputs *ours)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_build_desc build = PAWL_BUILD_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_model_info info = {.struct_size = sizeof info};
    pawl_tensor binding;
    int is_done = 0;
    build.backend = target->backend;
    build.batch_min = 1;
    build.batch_opt = build.batch_max = (int32_t)input->dims[0];
    build.height = (int32_t)input->dims[2];
    build.width = (int32_t)input->dims[3];
    build.tuning = target->tuning;
    build.precision = target->precision;
    build.timing_cache =
        target->tuning != PAWL_TUNE_OFF ? timings : getenv("PAWL_PROOF_CACHE"); /* TensorRT's */
    desc.threads = 2;
    if (pawl_weights_load(weights_path, &weights, &error) < 0 ||
        pawl_network_create(weights, NULL, &network, &error) < 0 ||
        pawl_network_info_get(network, &info, &error) < 0 ||
        pawl_builder_create(NULL, &builder, &error) < 0 ||
        pawl_builder_build(builder, network, &build, &plan, &error) < 0 ||
        pawl_runtime_create(NULL, &runtime, &error) < 0 ||
        pawl_engine_create(runtime, plan, &engine, &error) < 0 ||
        pawl_context_create(engine, &desc, &context, &error) < 0 ||
        pawl_context_input(context, &binding, &error) < 0)
        goto done;
    if (binding.size != input->count * sizeof(float))
        goto done;
    memcpy(binding.data, input->values, binding.size);
    if (pawl_context_run(context, &error) < 0)
        goto done;
    ours->task = info.task;
    ours->classes = info.class_count;
    is_done = take_outputs(context, theirs, ours, &error);
done:
    refused = error.status;
    if (!is_done)
        printf("%s on %s: %s\n", weights_path, target->name, error.message);
    pawl_context_destroy(&context);
    pawl_engine_destroy(&engine);
    pawl_runtime_destroy(&runtime);
    pawl_plan_destroy(&plan);
    pawl_builder_destroy(&builder);
    pawl_network_destroy(&network);
    pawl_weights_destroy(&weights);
    return is_done;
}

static int convert(const char *from, const char *to)
{
    pawl_weights *weights = NULL;
    pawl_error error;
    const int is_done = pawl_weights_load(from, &weights, &error) >= 0 &&
                        pawl_weights_save(weights, to, &error) >= 0;
    pawl_weights_destroy(&weights);
    return is_done;
}

static void check_errors(const char *model, const struct zoo_target *target, const outputs *ours,
                         const pt_array *theirs)
{
    double errors[GROUP_COUNT];
    group_errors(ours, theirs, errors);
    printf("%-20s %-9s", model, target->name);
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (errors[g] < 0)
            continue;
        check(errors[g] <= target->bound, model, target->name, group_names[g], errors[g]);
        printf("  %s %.1e", group_names[g], errors[g]);
    }
    printf("\n");
    if (ours->task == PAWL_TASK_CLASSIFY)
        return;
    /* The check must be able to fail: dead objectness is a small part of the
     * whole tensor's norm. */
    for (size_t i = 4; i < theirs->count; i += (size_t)theirs->dims[2])
        ours->values[0][i] = 0;
    group_errors(ours, theirs, errors);
    check(errors[GROUP_OBJECTNESS] > 0.5, model, target->name, "zeroed objectness went unnoticed",
          errors[GROUP_OBJECTNESS]);
}

static void check_target(const char *name, const char *weights, const char *wts,
                         const struct zoo_target *target, const pt_array *input,
                         const pt_array *theirs)
{
    outputs ours = {.classes = 0}, of_wts = {.classes = 0};
    if (pawl_max_isa_set(target->isa != NULL ? target->isa : "amx") < 0)
        return; /* a level of another processor family */
    /* Another build through TensorRT may take other kernels, so that is not done twice. */
    const int is_twice = strcmp(target->backend, "tensorrt") != 0;
    const int is_run = run_model(weights, input, theirs, target, &ours) &&
                       (!is_twice || run_model(wts, input, theirs, target, &of_wts));
    if (!is_run && may_refuse(name, target)) {
        check(refused == PAWL_ERR_UNSUPPORTED, name, target->name, "was not refused", refused);
        return;
    }
    check(is_run, name, target->name, "did not run", 0);
    if (is_run) {
        for (size_t o = 0; is_twice && o < 2 && ours.counts[o] > 0; o++)
            check(memcmp(ours.values[o], of_wts.values[o], ours.counts[o] * sizeof(float)) == 0,
                  name, target->name, ".pt and .wts differ", 0);
        check_errors(name, target, &ours, theirs);
    }
    free_outputs(&ours);
    free_outputs(&of_wts);
}

static void check_model(const zoo_model *model, const char *wts)
{
    pt_array input = {0}, theirs[2] = {{0}, {0}};
    const int is_read = pt_npy_read(pt_data_path(model->input), &input) == 0 &&
                        pt_npy_read(pt_data_path(model->output), &theirs[0]) == 0 &&
                        (model->prototypes == NULL ||
                         pt_npy_read(pt_data_path(model->prototypes), &theirs[1]) == 0) &&
                        convert(pt_data_path(model->weights), wts);
    check(is_read, model->name, "-", "cannot be read", 0);
    const struct zoo_target *const only = only_target();
    if (is_read && only != NULL)
        check_target(model->name, pt_data_path(model->weights), wts, only, &input, theirs);
    for (size_t t = 0; is_read && only == NULL && t < sizeof targets / sizeof targets[0]; t++)
        check_target(model->name, pt_data_path(model->weights), wts, &targets[t], &input, theirs);
    free(input.values);
    free(theirs[0].values);
    free(theirs[1].values);
}

/* A model of the caller's own: PREFIX.pt, PREFIX.input.npy, PREFIX.output0.npy and maybe
 * PREFIX.output1.npy. */
static void check_prefix(const char *prefix, const char *wts)
{
    static char paths[4][1024];
    static const char *const endings[4] = {"pt", "input.npy", "output0.npy", "output1.npy"};
    pt_array input = {0}, theirs[2] = {{0}, {0}};
    for (int i = 0; i < 4; i++)
        snprintf(paths[i], sizeof paths[i], "%s.%s", prefix, endings[i]);
    (void)pt_npy_read(paths[3], &theirs[1]);
    const int is_read = pt_npy_read(paths[1], &input) == 0 &&
                        pt_npy_read(paths[2], &theirs[0]) == 0 && convert(paths[0], wts);
    check(is_read, prefix, "-", "cannot be read", 0);
    const char *slash = strrchr(prefix, '/'), *name = slash != NULL ? slash + 1 : prefix;
    const struct zoo_target *const only = only_target();
    if (is_read && only != NULL)
        check_target(name, paths[0], wts, only, &input, theirs);
    for (size_t t = 0; is_read && only == NULL && t < sizeof targets / sizeof targets[0]; t++)
        check_target(name, paths[0], wts, &targets[t], &input, theirs);
    free(input.values);
    free(theirs[0].values);
    free(theirs[1].values);
}

int main(int argc, char **argv)
{
    const int missing = argc > 1 ? 0 : pt_data_missing();
    if (missing != 0)
        return missing;
    char wts[] = "/tmp/pawl-zoo-XXXXXX";
    const int descriptor = mkstemp(wts);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    (void)snprintf(timings, sizeof timings, "%s.cache", wts);
    for (int i = 1; i < argc; i++)
        check_prefix(argv[i], wts);
    for (size_t m = 0; argc == 1 && m < sizeof models / sizeof models[0]; m++)
        check_model(&models[m], wts);
    unlink(wts);
    unlink(timings);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
