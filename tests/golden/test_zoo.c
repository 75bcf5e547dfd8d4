/* SPDX-License-Identifier: Apache-2.0 */
/* Every model of the zoo, from its .pt and from the .wts written of it, on each backend and instruction set, against PyTorch's float32
   output. The relative 2-norm error is taken separately for xy, wh, objectness, classes, mask coefficients, prototypes and logits: a whole-tensor
   norm is all pixels of wh and would not notice dead classes. */
#include "support/npy.h"
#include "support/test_data.h"
#include <math.h>
#include <pawl/pawl.h>

enum { GROUP_XY, GROUP_WH, GROUP_OBJECTNESS, GROUP_CLASSES, GROUP_COEFFICIENTS, GROUP_PROTOTYPES, GROUP_LOGITS, GROUP_COUNT };
static const char *const group_names[GROUP_COUNT] = {"xy", "wh", "objectness", "classes", "coefficients", "prototypes", "logits"};
enum { OUTPUTS = 2 };

typedef struct zoo_model {
    const char *name;
    const char *weights, *input, *outputs[OUTPUTS]; /* the second is the prototypes of masks */
    long masks;                                     /* coefficients a row */
} zoo_model;

#define ZOO(name) {name, "zoo/" name ".pt", "zoo/" name ".input.npy", {"zoo/" name ".output0.npy", NULL}, 0}
#define ZOO_MASKS(name, masks) \
    {name, "zoo/" name ".pt", "zoo/" name ".input.npy", {"zoo/" name ".output0.npy", "zoo/" name ".output1.npy"}, masks}
static const zoo_model models[] = {
    {"yolov5n.bus320", "yolov5n.pt", "reference/yolov5n.bus320.input.npy", {"reference/yolov5n.bus320.output0.npy", NULL}, 0},
    ZOO("v6.0-det"),
    ZOO("v6.1-det"),
    ZOO("v6.2-det"),
    ZOO("v7.0-det"),
    ZOO("p6-det"),
    ZOO("depth1-nc1-det"),
};

/* "exact" kernels are held to 1e-5, fast ones to 1e-4. A level the machine does not have runs with what it has. */
static const struct zoo_target {
    const char *name, *backend, *isa;
    double bound;
} targets[] = {
    {"reference", "reference", NULL, 1e-5}, {"generic", "cpu", "generic", 1e-5}, {"sse41", "cpu", "sse41", 1e-4},
    {"avx2", "cpu", "avx2", 1e-4},          {"avx512", "cpu", "avx512", 1e-4},
};

static unsigned passed, failed;

static void check(int is_right, const char *model, const char *target, const char *what, double value)
{
    if (is_right) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED %s on %s: %s (%.3g)\n", model, target, what, value);
}

static int group_of(const zoo_model *model, const pt_array *array, long column)
{
    const long width = array->dims[array->rank - 1];
    if (array->rank != 3)
        return array->rank == 4 ? GROUP_PROTOTYPES : GROUP_LOGITS;
    if (column >= width - model->masks)
        return GROUP_COEFFICIENTS;
    return column < 2 ? GROUP_XY : column < 4 ? GROUP_WH : column == 4 ? GROUP_OBJECTNESS : GROUP_CLASSES;
}

/* Relative 2-norm error a group; negative for one that this output does not have. */
static void group_errors(const zoo_model *model, const float *ours, const pt_array *theirs, double errors[GROUP_COUNT])
{
    double difference[GROUP_COUNT] = {0}, norm[GROUP_COUNT] = {0};
    const long columns = theirs->dims[theirs->rank - 1];
    for (size_t i = 0; i < theirs->count; i++) {
        const int group = group_of(model, theirs, (long)(i % (size_t)columns));
        const double d = (double)ours[i] - (double)theirs->values[i];
        difference[group] += d * d;
        norm[group] += (double)theirs->values[i] * (double)theirs->values[i];
    }
    for (int g = 0; g < GROUP_COUNT; g++)
        errors[g] = norm[g] > 0 ? sqrt(difference[g] / norm[g]) : difference[g] > 0 ? INFINITY : -1;
}

/* Builds and runs; the results (malloc'ed, as many floats as expected) are the outputs. False: printed why. */
static int run_model(const char *weights_path, const pt_array *input, const pt_array expected[OUTPUTS], const struct zoo_target *target,
                     float *results[OUTPUTS])
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
    pawl_tensor binding, output;
    size_t count = 0, wanted = 0;
    build.backend = target->backend;
    build.batch_min = 1;
    build.batch_opt = build.batch_max = (int32_t)input->dims[0];
    build.height = (int32_t)input->dims[2];
    build.width = (int32_t)input->dims[3];
    desc.threads = 2;
    if (pawl_weights_open(weights_path, &weights, &error) < 0 || pawl_network_from_weights(weights, NULL, &network, &error) < 0 ||
        pawl_builder_create(NULL, &builder, &error) < 0 || pawl_builder_build(builder, network, &build, &plan, &error) < 0 ||
        pawl_runtime_create(NULL, &runtime, &error) < 0 || pawl_engine_create(runtime, plan, &engine, &error) < 0 ||
        pawl_context_create(engine, &desc, &context, &error) < 0 || pawl_context_input(context, &binding, &error) < 0)
        goto done;
    if (binding.size != input->count * sizeof(float))
        goto done;
    memcpy(binding.data, input->values, binding.size);
    if (pawl_context_run(context, &error) < 0)
        goto done;
    for (size_t o = 0; o < OUTPUTS && expected[o].values != NULL; o++) {
        wanted++;
        if (pawl_context_output(context, o, &output, &error) >= 0 && output.size == expected[o].count * sizeof(float) &&
            (results[o] = malloc(output.size)) != NULL) {
            memcpy(results[o], output.data, output.size);
            count++;
        }
    }
done:
    if (count == 0 || count != wanted)
        printf("%s on %s: %s\n", weights_path, target->name, error.message);
    pawl_context_destroy(&context);
    pawl_engine_destroy(&engine);
    pawl_runtime_destroy(&runtime);
    pawl_plan_destroy(&plan);
    pawl_builder_destroy(&builder);
    pawl_network_destroy(&network);
    pawl_weights_destroy(&weights);
    return count > 0 && count == wanted;
}

static int convert(const char *from, const char *to)
{
    pawl_weights *weights = NULL;
    pawl_error error;
    const int is_done = pawl_weights_open(from, &weights, &error) >= 0 && pawl_weights_save_wts(weights, to, &error) >= 0;
    pawl_weights_destroy(&weights);
    return is_done;
}

/* One output of both runs. */
static void check_output(const zoo_model *model, const struct zoo_target *target, float *ours, const float *of_wts, const pt_array *expected)
{
    double errors[GROUP_COUNT];
    group_errors(model, ours, expected, errors);
    printf("%-16s %-9s", model->name, target->name);
    for (int g = 0; g < GROUP_COUNT; g++) {
        if (errors[g] < 0)
            continue;
        check(errors[g] <= target->bound, model->name, target->name, group_names[g], errors[g]);
        printf("  %s %.1e", group_names[g], errors[g]);
    }
    printf("\n");
    if (of_wts != NULL)
        check(memcmp(ours, of_wts, expected->count * sizeof(float)) == 0, model->name, target->name, ".pt and .wts differ", 0);
    if (expected->rank != 3)
        return;
    /* The check must be able to fail: dead objectness is a small part of the whole tensor's norm. */
    for (size_t i = 4; i < expected->count; i += (size_t)expected->dims[2])
        ours[i] = 0;
    group_errors(model, ours, expected, errors);
    check(errors[GROUP_OBJECTNESS] > 0.5, model->name, target->name, "zeroed objectness went unnoticed", errors[GROUP_OBJECTNESS]);
}

static void check_target(const zoo_model *model, const struct zoo_target *target, const pt_array *input, const pt_array expected[OUTPUTS],
                         const char *wts)
{
    float *ours[OUTPUTS] = {NULL}, *of_wts[OUTPUTS] = {NULL};
    if (pawl_max_isa_set(target->isa != NULL ? target->isa : "amx") < 0)
        return; /* a level of another processor family */
    const int is_run = run_model(pt_data_path(model->weights), input, expected, target, ours) && run_model(wts, input, expected, target, of_wts);
    check(is_run, model->name, target->name, "did not run", 0);
    for (size_t o = 0; o < OUTPUTS; o++) {
        if (is_run && expected[o].values != NULL)
            check_output(model, target, ours[o], of_wts[o], &expected[o]);
        free(ours[o]);
        free(of_wts[o]);
    }
}

int main(void)
{
    const int missing = pt_data_missing();
    if (missing != 0)
        return missing;
    char wts[] = "/tmp/pawl-zoo-XXXXXX";
    const int descriptor = mkstemp(wts);
    if (descriptor < 0)
        return 1;
    close(descriptor);
    for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
        pt_array input = {0}, expected[OUTPUTS] = {{0}};
        const int is_read = pt_npy_read(pt_data_path(models[m].input), &input) == 0 &&
                            pt_npy_read(pt_data_path(models[m].outputs[0]), &expected[0]) == 0 &&
                            (models[m].outputs[1] == NULL || pt_npy_read(pt_data_path(models[m].outputs[1]), &expected[1]) == 0) &&
                            convert(pt_data_path(models[m].weights), wts);
        check(is_read, models[m].name, "-", "cannot be read", 0);
        for (size_t t = 0; is_read && t < sizeof targets / sizeof targets[0]; t++)
            check_target(&models[m], &targets[t], &input, expected, wts);
        free(input.values);
        free(expected[0].values);
        free(expected[1].values);
    }
    unlink(wts);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
