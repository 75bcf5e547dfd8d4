/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INT8 through a double, from weights and pictures: what the network of Q and DQ computes is what
 * our backends make of the same plan's bytes, and near what float32 gives; each fault is one error.
 * Usage: test_double_int8 SIDE [WEIGHTS]; without them every task's of the shared data.
 */
#include "support/test_data.h"
#include <dlfcn.h>
#include <math.h>
#include <pawl/pawl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OUTPUTS 8
#define PICTURES    4

static unsigned passed, failed;

static void expect(int is_true, const char *whose, const char *what, const char *why)
{
    passed += is_true != 0;
    failed += is_true == 0;
    if (!is_true)
        fprintf(stderr, "failed: %s: %s: %s\n", whose, what, why);
}

/* What the double exports. */
static struct {
    unsigned (*calls)(const char *name);
    void (*forget)(void);
} asked;

static void find(void *handle, const char *name, void *function)
{
    void *const symbol = dlsym(handle, name);
    memcpy(function, &symbol, sizeof symbol);
}

/* Of one network. */
typedef struct subject {
    const char *path;
    int32_t side;
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_calibration *calibration;
} subject;

typedef struct outputs {
    float *values[MAX_OUTPUTS];
    size_t counts[MAX_OUTPUTS], count;
} outputs;

static void forget(outputs *what)
{
    for (size_t i = 0; i < what->count; i++)
        free(what->values[i]);
    memset(what, 0, sizeof *what);
}

/* Soft spots of colour, another picture for each number. */
static void paint(uint8_t *pixels, int32_t side, unsigned number)
{
    for (int32_t i = 0; i < side * side * 3; i++) {
        const double x = i / 3 % side, y = i / 3 / side, c = i % 3 + 1.0;
        const double wave = sin(x * (0.05 + 0.03 * number) * c) * cos(y * 0.11 * c + number);
        pixels[i] = (uint8_t)(127.5 + 127.0 * wave);
    }
}

static pawl_status build(const subject *of, const char *backend, const char *precision,
                         const pawl_layer_precision *rows, size_t count, pawl_plan **plan,
                         pawl_error *error)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.backend = backend;
    desc.precision = precision;
    desc.height = desc.width = of->side;
    desc.calibration = strcmp(precision, "int8") == 0 ? of->calibration : NULL;
    desc.layer_precisions = rows;
    desc.layer_precision_count = count;
    return pawl_builder_build(of->builder, of->network, &desc, plan, error);
}

/* Copies what a run left. */
static pawl_status take(pawl_context *context, outputs *out, pawl_error *error)
{
    pawl_status status = PAWL_OK;
    out->count = pawl_context_output_count(context);
    for (size_t i = 0; status >= 0 && i < out->count; i++) {
        pawl_tensor tensor = PAWL_TENSOR_INIT;
        status = pawl_context_output(context, i, &tensor, error);
        if (status < 0)
            break;
        out->values[i] = malloc(tensor.size);
        out->counts[i] = tensor.size / sizeof(float);
        memcpy(out->values[i], tensor.data, tensor.size);
    }
    return status;
}

/* Runs a plan on the number-th picture; on its own backend where that is NULL. */
static pawl_status run(const subject *of, pawl_plan *plan, const char *backend, unsigned number,
                       outputs *out, pawl_calibration *watcher, pawl_error *error)
{
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_runtime_desc on = PAWL_RUNTIME_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_tensor input = PAWL_TENSOR_INIT;
    on.backend = backend;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_RAW;
    pawl_status status = pawl_runtime_create(&on, &runtime, error);
    if (status >= 0)
        status = pawl_engine_create(runtime, plan, &engine, error);
    if (status >= 0)
        status = pawl_context_create(engine, &desc, &context, error);
    if (status >= 0)
        status = pawl_context_input(context, &input, error);
    if (status >= 0)
        paint(input.data, of->side, number);
    if (status >= 0 && watcher != NULL)
        status = pawl_context_observer_set(context, pawl_calibration_observe, watcher, error);
    if (status >= 0)
        status = pawl_context_run(context, error);
    if (status >= 0 && out != NULL)
        status = take(context, out, error);
    pawl_context_destroy(&context);
    pawl_engine_destroy(&engine);
    pawl_runtime_destroy(&runtime);
    return status;
}

static pawl_status open_subject(subject *of, pawl_error *error)
{
    pawl_plan *plan = NULL;
    pawl_status status = pawl_weights_load(of->path, &of->weights, error);
    if (status >= 0)
        status = pawl_network_create(of->weights, NULL, &of->network, error);
    if (status >= 0)
        status = pawl_builder_create(NULL, &of->builder, error);
    if (status >= 0)
        status = build(of, "cpu", "fp32", NULL, 0, &plan, error);
    if (status >= 0)
        status = pawl_calibration_create(plan, &of->calibration, error);
    for (unsigned i = 0; status >= 0 && i < PICTURES; i++)
        status = run(of, plan, NULL, i, NULL, of->calibration, error);
    pawl_plan_destroy(&plan);
    return status;
}

static void close_subject(subject *of)
{
    pawl_calibration_destroy(&of->calibration);
    pawl_builder_destroy(&of->builder);
    pawl_network_destroy(&of->network);
    pawl_weights_destroy(&of->weights);
}

/* The root of the mean square of the difference, as a part of that of b. */
static double distance(const outputs *a, const outputs *b)
{
    double off = 0, size = 0;
    if (a->count != b->count || a->count == 0)
        return INFINITY;
    for (size_t o = 0; o < a->count; o++) {
        if (a->counts[o] != b->counts[o])
            return INFINITY;
        for (size_t i = 0; i < a->counts[o]; i++) {
            const double x = (double)a->values[o][i], y = (double)b->values[o][i];
            off += (x - y) * (x - y);
            size += y * y;
        }
    }
    return sqrt(off / size);
}

/* Convolutions of integers, and sums of bytes within them. */
static void count_integers(pawl_plan *plan, unsigned *convolutions, unsigned *sums)
{
    pawl_error error;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    *convolutions = *sums = 0;
    if (pawl_plan_model_get(plan, &model, &error) < 0)
        return;
    for (size_t i = 0; i < model.layer_count; i++) {
        pawl_layer_info layer = PAWL_LAYER_INFO_INIT;
        if (pawl_plan_layer_get(plan, i, &layer, &error) < 0)
            return;
        *convolutions += layer.weight_dtype == PAWL_I8;
        *sums += strstr(layer.attributes, "+add") != NULL && layer.output_dtype == PAWL_U8;
    }
}

static unsigned quantised(void)
{
    return asked.calls("addQuantize") + asked.calls("addQuantizeV2");
}

/* Of a plan with some layers in float32: from the library to our reference, and from that to
 * float32. */
typedef struct distances {
    double to_ours, between_ours, ours, to_floats;
} distances;

static distances measure(const subject *of, const pawl_layer_precision *rows, size_t count)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_plan *plan = NULL, *float_plan = NULL;
    outputs library = {.count = 0}, reference = {.count = 0}, cpu = {.count = 0},
            floats = {.count = 0};
    unsigned convolutions = 0, sums = 0;
    char why[160];
    asked.forget();
    expect(build(of, "tensorrt", "int8", rows, count, &plan, &error) >= 0, of->path, "build",
           error.message);
    count_integers(plan, &convolutions, &sums);
    snprintf(why, sizeof why, "%u pairs of %u convolutions and %u sums", quantised(), convolutions,
             sums);
    expect(convolutions > 0 && quantised() == 2 * convolutions + 2 * sums, of->path, "pairs", why);
    expect(run(of, plan, NULL, 9, &library, NULL, &error) >= 0 &&
               run(of, plan, "reference", 9, &reference, NULL, &error) >= 0 &&
               run(of, plan, "cpu", 9, &cpu, NULL, &error) >= 0,
           of->path, "run", error.message);
    expect(build(of, "cpu", "fp32", NULL, 0, &float_plan, &error) >= 0 &&
               run(of, float_plan, NULL, 9, &floats, NULL, &error) >= 0,
           of->path, "float32", error.message);
    const distances found = {distance(&library, &reference), distance(&cpu, &reference),
                             distance(&reference, &floats), distance(&library, &floats)};
    printf("%s: %s; from the reference %.2g (the CPU %.2g), from float32 %.2g (the reference "
           "%.2g)\n",
           of->path, why, found.to_ours, found.between_ours, found.to_floats, found.ours);
    forget(&library);
    forget(&reference);
    forget(&cpu);
    forget(&floats);
    pawl_plan_destroy(&float_plan);
    pawl_plan_destroy(&plan);
    return found;
}

/*
 * The network that the library got, against our backends on the same plan, and float32. One layer
 * of integers between floats gives the same on both sides: what is left is that our biases are
 * whole numbers of the sums' unit, and where types come from the network what FP16 rounds of the
 * other layers' weights. Where integers follow integers, a step that falls the other way is one
 * among the errors of the next layer, and so on: the two are then about as far apart as either is
 * from float32.
 */
static void test_numbers(const subject *of)
{
    static const struct {
        const char *layer; /* the last two are no classifier's */
        double most;       /* a sum of bytes (behind model.2.m.0) rounds both its inputs */
    } alone[] = {{"model.2.m.0.cv2.conv", 0.03},
                 {"model.8.m.0.cv2.conv", 0.03},
                 {"model.2.cv3.conv", 1.5},
                 {"model.9.cv2.conv", 0.03},
                 {"model.13.cv3.conv", 0.03}};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    char why[96];
    expect(pawl_network_info_get(of->network, &model, &error) >= 0, of->path, "info",
           error.message);
    const size_t count =
        sizeof alone / sizeof alone[0] - (model.task == PAWL_TASK_CLASSIFY ? 2 : 0);
    for (size_t i = 0; i < count; i++) {
        const pawl_layer_precision rows[] = {{"*", "fp32"}, {alone[i].layer, "int8"}};
        const distances one = measure(of, rows, 2);
        const double of_half = asked.calls("addQuantizeV2") > 0 ? 5e-3 : 0;
        snprintf(why, sizeof why, "%.3g, of %.3g that INT8 costs", one.to_ours, one.ours);
        expect(one.ours > 1e-5 && one.to_ours < alone[i].most * one.ours + of_half, of->path,
               alone[i].layer, why);
    }
    const distances all = measure(of, NULL, 0);
    snprintf(why, sizeof why, "%.3g, of %.3g that INT8 costs", all.to_ours, all.ours);
    expect(all.to_ours < 1.5 * all.ours && all.to_floats < 1.5 * all.ours && all.ours < 0.2,
           of->path, "all", why);
    expect(all.between_ours < 1e-4, of->path, "our two backends", "they differ");
}

/* What is kept out has no pair. */
static void test_kept(const subject *of)
{
    const pawl_layer_precision rows[] = {{"*", "fp32"}};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_plan *plan = NULL;
    asked.forget();
    expect(build(of, "tensorrt", "int8", rows, 1, &plan, &error) >= 0, of->path, "kept",
           error.message);
    expect(quantised() == 0, of->path, "kept", "something is quantised");
    pawl_plan_destroy(&plan);
}

static void test_faults(const subject *of, size_t objects)
{
    static const char *const methods[] = {"addConstant",     "addQuantize",
                                          "addQuantizeV2",   "addDequantize",
                                          "addDequantizeV2", "platformHasFastInt8"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        pawl_error error = {PAWL_OK, 0, 0, ""};
        pawl_plan *plan = NULL;
        char order[64];
        asked.forget();
        if (build(of, "tensorrt", "int8", NULL, 0, &plan, &error) < 0)
            expect(0, methods[i], "build", error.message);
        pawl_plan_destroy(&plan);
        const unsigned calls = asked.calls(methods[i]);
        for (unsigned n = 0; calls > 0 && n <= calls; n += n < 3 ? 1 : calls / 2) {
            snprintf(order, sizeof order, "%s:%u", methods[i], n);
            asked.forget();
            setenv("DOUBLE_FAIL", order, 1);
            const pawl_status status = build(of, "tensorrt", "int8", NULL, 0, &plan, &error);
            unsetenv("DOUBLE_FAIL");
            expect(status < 0 && plan == NULL && error.message[0] != '\0', order, "fault",
                   "no error came back");
            pawl_plan_destroy(&plan);
        }
    }
    expect(pawl_object_count() == objects, of->path, "faults", "something is left");
}

/* A GPU without the units; 11 knows none. */
static void test_refusal(const subject *of)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_plan *plan = NULL;
    asked.forget();
    setenv("DOUBLE_NO_INT8", "1", 1);
    const pawl_status status = build(of, "tensorrt", "int8", NULL, 0, &plan, &error);
    unsetenv("DOUBLE_NO_INT8");
    const int is_asked = asked.calls("platformHasFastInt8") > 0;
    expect(is_asked
               ? status == PAWL_ERR_UNSUPPORTED && strstr(error.message, "no fast INT8") != NULL
               : status >= 0,
           of->path, "a GPU without INT8", error.message);
    pawl_plan_destroy(&plan);
}

/* Faults take many builds: small networks only. */
static void try_weights(const char *weights, int32_t side, int has_faults)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    subject of = {.path = weights, .side = side};
    expect(open_subject(&of, &error) >= 0, of.path, "calibration", error.message);
    if (of.calibration != NULL) {
        test_numbers(&of);
        test_kept(&of);
        test_refusal(&of);
        if (has_faults)
            test_faults(&of, pawl_object_count());
    }
    close_subject(&of);
    expect(pawl_object_count() == 0, of.path, "the end", "something is left");
}

int main(int argc, char **argv)
{
    static const char *const zoo[] = {"yolov5n.pt", "zoo/v7.0-seg.pt", "zoo/v6.2-cls.pt"};
    const char *const path = getenv("PAWL_TENSORRT_LIBRARY");
    void *const handle = path != NULL ? dlopen(path, RTLD_NOW) : NULL;
    const int32_t side = argc > 1 ? (int32_t)strtol(argv[1], NULL, 10) : 0;
    if (handle == NULL || side <= 0) {
        fputs("usage: test_double_int8 SIDE [WEIGHTS], with PAWL_TENSORRT_LIBRARY\n", stderr);
        return 2;
    }
    if (argc < 3 && pt_data_missing() != 0)
        return pt_data_missing();
    find(handle, "double_calls", &asked.calls);
    find(handle, "double_forget", &asked.forget);
    for (size_t i = 0; argc < 3 && i < sizeof zoo / sizeof zoo[0]; i++)
        try_weights(pt_data_path(zoo[i]), side, 0);
    if (argc > 2)
        try_weights(argv[2], side, 1);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
