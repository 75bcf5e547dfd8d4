/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TensorRT double beneath the backend's calls: numbers, ends in every order, NVIDIA's sentences,
 * faults. Usage: test_doubles LIBRARY deferred|strict
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_watch.h"
#include "support/messages.h"
#include "support/symbols.h"
#include "tensorrt/trt_orders.h"
#include <math.h>
#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static trt_tally tally;

/* What the double exports for tests. */
static struct {
    int (*live)(void);
    unsigned (*calls)(const char *name);
    void (*forget)(void);
    int (*slot)(const char *class_name, const char *name);
} asked;

/* Everything of one inference, each NULL where it was not made. */
typedef struct chain {
    pw_trt_native *builder, *network, *config, *memory, *runtime, *engine, *context;
} chain;

static void build(const pw_trt_library *library, chain *made)
{
    made->builder = pw_trt_builder_create(library);
    made->network =
        pw_trt_builder_network(library, made->builder, library->strategy->network_flags);
    made->config = pw_trt_builder_config(library, made->builder);
    if (trt_small_network(library, made->network))
        made->memory = pw_trt_builder_build(library, made->builder, made->network, made->config);
}

static void load(const pw_trt_library *library, chain *made)
{
    made->runtime = pw_trt_runtime_create(library);
    if (made->memory != NULL)
        made->engine = pw_trt_runtime_deserialize(library, made->runtime,
                                                  pw_trt_memory_data(library, made->memory),
                                                  pw_trt_memory_size(library, made->memory));
    if (made->engine != NULL)
        made->context = pw_trt_engine_context(library, made->engine);
}

static void end(chain *made)
{
    pw_trt_delete(made->context);
    pw_trt_delete(made->engine);
    pw_trt_delete(made->runtime);
    pw_trt_delete(made->memory);
    pw_trt_delete(made->config);
    pw_trt_delete(made->network);
    pw_trt_delete(made->builder);
    *made = (chain){.builder = NULL};
}

/* SiLU of the 3 x 3 convolution of trt_small_network, worked out here anew. */
static float expected_value(const float *images, int y, int x, int map)
{
    double sum = 0.25 * map;
    for (int c = 0; c < 3; c++)
        for (int ky = 0; ky < 3; ky++)
            for (int kx = 0; kx < 3; kx++) {
                const int row = y + ky - 1, column = x + kx - 1,
                          at = ((map * 3 + c) * 3 + ky) * 3 + kx;
                if (row >= 0 && row < 32 && column >= 0 && column < 32)
                    sum += (double)((float)(at * 37 % 101 - 50) / 500.0f) *
                           (double)images[(c * 32 + row) * 32 + column];
            }
    return (float)(sum / (1.0 + exp(-sum)));
}

static void test_numbers(const pw_trt_library *library)
{
    static float images[3 * 32 * 32], out[32 * 32 * 8];
    chain made = {.builder = NULL};
    for (size_t i = 0; i < PW_COUNT(images); i++)
        images[i] = (float)(i * 7919 % 1000) / 1000.0f;
    build(library, &made);
    load(library, &made);
    trt_expect(&tally, made.context != NULL, "no context");
    if (made.context == NULL)
        return;
    void *addresses[2] = {NULL, NULL};
    for (int32_t i = 0; i < 2; i++)
        addresses[i] = strcmp(pw_trt_engine_tensor_name(library, made.engine, i), "images") == 0
                           ? images
                           : out;
    const pw_trt_execution of = {made.engine, made.context, 0};
    const pw_trt_dims dims = pw_trt_context_tensor_dims(library, &of, "out");
    trt_expect(&tally, dims.count == 4 && dims.d[1] == 32 && dims.d[2] == 32 && dims.d[3] == 8,
               "out has other dimensions");
    trt_expect(&tally, pw_trt_context_enqueue(library, &of, addresses, 2, NULL), "did not run");
    double worst = 0;
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++)
            for (int map = 0; map < 8; map++) {
                const double difference = fabs((double)out[(y * 32 + x) * 8 + map] -
                                               (double)expected_value(images, y, x, map));
                worst = difference > worst ? difference : worst;
            }
    trt_expect(&tally, worst < 1e-6, "a value is off by %g", worst);
    addresses[0] = addresses[1] = NULL;
    trt_expect(&tally, !pw_trt_context_enqueue(library, &of, addresses, 2, NULL),
               "ran without addresses");
    end(&made);
    trt_expect(&tally, asked.live() == 0, "%d objects live", asked.live());
}

/* Ends a full chain with one pair in the wrong order; the number of complaints. */
static unsigned complaints_with(const pw_trt_library *library,
                                void (*wrong)(const pw_trt_library *, chain *))
{
    chain made = {.builder = NULL};
    build(library, &made);
    load(library, &made);
    const unsigned before = pw_trt_destroy_complaints();
    messages[0] = '\0';
    wrong(library, &made);
    end(&made);
    return pw_trt_destroy_complaints() - before;
}

static void nothing_wrong(const pw_trt_library *library, chain *made)
{
    (void)library;
    (void)made;
}

static void runtime_first(const pw_trt_library *library, chain *made)
{
    (void)library;
    pw_trt_delete(made->runtime);
    made->runtime = NULL;
}

static void engine_first(const pw_trt_library *library, chain *made)
{
    (void)library;
    pw_trt_delete(made->engine);
    made->engine = NULL;
}

/* The backend makes no inspector, so it is asked for at the double's own slot. */
static void engine_before_inspector(const pw_trt_library *library, chain *made)
{
    struct {
        void (***vtable)(void);
    } *const inner = ((void **)(void *)made->engine)[1];
    void (**const table)(void) = *(void (***)(void))(void *)inner;
    pw_trt_native *const inspector =
        ((void *(*)(void *))table[asked.slot("VCudaEngine", "createEngineInspector")])(inner);
    pw_trt_delete(made->context);
    made->context = NULL;
    engine_first(library, made);
    pw_trt_delete(inspector);
}

static void test_sentences(const pw_trt_library *library)
{
    const bool is_11 = library->version >= 110000, has_runtime_check = library->version >= 8600;
    trt_expect(&tally, complaints_with(library, nothing_wrong) == 0,
               "complains of the right order: %s", messages);
    trt_expect(&tally, complaints_with(library, runtime_first) == (has_runtime_check ? 1 : 0),
               "runtime before engine: %s", messages);
    trt_expect(&tally,
               was_said("Destroying a runtime before destroying deserialized engines created by "
                        "the runtime leads to undefined behavior.") == has_runtime_check,
               "runtime's sentence: %s", messages);
    trt_expect(&tally, complaints_with(library, engine_first) == (is_11 ? 1 : 0),
               "engine before context: %s", messages);
    trt_expect(&tally,
               was_said("Destroying an engine object before destroying the IExecutionContext "
                        "objects it created leads to undefined behavior.") == is_11,
               "engine's sentence: %s", messages);
    trt_expect(&tally, complaints_with(library, engine_before_inspector) == (is_11 ? 1 : 0),
               "engine before inspector: %s", messages);
    trt_expect(&tally, was_said("before destroying the IEngineInspector objects") == is_11,
               "inspector's sentence: %s", messages);
    trt_expect(&tally, asked.live() == 0, "%d objects live", asked.live());
}

/* The warnings that users report, of the implicit batch and of FP16 subnormals,
 * and that neither comes unasked. */
static void test_warnings(const pw_trt_library *library)
{
    chain made = {.builder = NULL};
    messages[0] = '\0';
    build(library, &made);
    trt_expect(&tally, messages[0] == '\0' || !was_said("implicit batch"),
               "explicit batch warns: %s", messages);
    end(&made);
    made.builder = pw_trt_builder_create(library);
    made.network = pw_trt_builder_network(library, made.builder, 0);
    trt_expect(&tally,
               was_said("The implicit batch dimension mode has been deprecated.") ==
                   !library->strategy->has_wide_dims,
               "implicit batch: %s", messages);
    end(&made);
    if (library->strategy->fp16_flag.number < 0)
        return;
    static float tiny[3 * 1 * 1 * 2] = {1e-6f, 1.0f, 1e-9f, 0.5f, 0.0f, 2.0f};
    static float none[2];
    const pw_trt_dims input = {4, {1, 3, 8, 8}}, window = {2, {1, 1}};
    const pw_trt_weights weights = {PW_TRT_FLOAT, tiny, 6}, bias = {PW_TRT_FLOAT, none, 2};
    messages[0] = '\0';
    made.builder = pw_trt_builder_create(library);
    made.network = pw_trt_builder_network(library, made.builder, library->strategy->network_flags);
    made.config = pw_trt_builder_config(library, made.builder);
    pw_trt_config_set_flag(library, made.config, library->strategy->fp16_flag, true);
    pw_trt_native *const images =
        pw_trt_add_input(library, made.network, "images", PW_TRT_FLOAT, &input);
    pw_trt_native *const conv =
        pw_trt_add_convolution(library, made.network, images, 2, &window, &weights, &bias);
    pw_trt_mark_output(library, made.network, pw_trt_layer_output(library, conv));
    made.memory = pw_trt_builder_build(library, made.builder, made.network, made.config);
    trt_expect(&tally, made.memory != NULL, "no plan: %s", messages);
    if (library->version < 8500)
        trt_expect(&tally, was_said("Subnormal FP16 values detected"), "FP16: %s", messages);
    else
        trt_expect(
            &tally,
            was_said("- 1 weights are affected by this issue: Detected subnormal FP16 values."),
            "FP16: %s", messages);
    end(&made);
}

static void test_refusals(const pw_trt_library *library)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    chain made = {.builder = NULL};
    build(library, &made);
    made.runtime = pw_trt_runtime_create(library);
    const size_t size = pw_trt_memory_size(library, made.memory);
    unsigned char *const copy = malloc(size);
    memcpy(copy, pw_trt_memory_data(library, made.memory), size);
    copy[0] ^= 1;
    trt_expect(&tally, pw_trt_runtime_deserialize(library, made.runtime, copy, size) == NULL,
               "a wrong magic is taken");
    trt_expect(&tally, strstr(watch.first, "MAGIC_TAG failed") != NULL, "%s", watch.first);
    copy[0] ^= 1;
    trt_expect(&tally, pw_trt_runtime_deserialize(library, made.runtime, copy, size - 1) == NULL,
               "a short plan is taken");
    copy[4] ^= 1; /* version */
    trt_expect(&tally, pw_trt_runtime_deserialize(library, made.runtime, copy, size) == NULL,
               "another version's plan is taken");
    trt_expect(&tally,
               strstr(watch.last, "not compatible with this version of TensorRT, expecting "
                                  "library version") != NULL,
               "%s", watch.last);
    copy[4] ^= 1;
    copy[size - 1] ^= 1;
    trt_expect(&tally, pw_trt_runtime_deserialize(library, made.runtime, copy, size) == NULL,
               "a damaged plan is taken");
    free(copy);
    end(&made);
    /* A network that gives nothing out, and one whose weights are too few. */
    build(library, &made);
    pw_trt_native *const empty =
        pw_trt_builder_network(library, made.builder, library->strategy->network_flags);
    trt_expect(&tally, pw_trt_builder_build(library, made.builder, empty, made.config) == NULL,
               "an empty network is built");
    pw_trt_delete(empty);
    end(&made);
}

/* Each call in turn fails: an error, and nothing is left. */
static void test_faults(const pw_trt_library *library)
{
    static const char *const methods[] = {"createInferBuilder",
                                          "createInferRuntime",
                                          "createNetworkV2",
                                          "createBuilderConfig",
                                          "addInput",
                                          "addConvolutionNd",
                                          "addActivation",
                                          "addElementWise",
                                          "addShuffle",
                                          "buildSerializedNetwork",
                                          "deserializeCudaEngine",
                                          "createExecutionContext"};
    for (size_t i = 0; i < PW_COUNT(methods); i++) {
        char order[64];
        chain made = {.builder = NULL};
        snprintf(order, sizeof order, "%s:1", methods[i]);
        asked.forget();
        setenv("DOUBLE_FAIL", order, 1);
        pw_trt_object *builder PW_TRT_GUARD = NULL, *network PW_TRT_GUARD = NULL;
        pawl_status status = pw_trt_adopt(library, &pw_trt_builder_type,
                                          pw_trt_builder_create(library), NULL, &builder, NULL);
        if (status >= 0)
            status = pw_trt_adopt(
                library, &pw_trt_network_type,
                pw_trt_builder_network(library, builder->native, library->strategy->network_flags),
                builder, &network, NULL);
        if (status >= 0) {
            made.config = pw_trt_builder_config(library, builder->native);
            if (made.config != NULL && trt_small_network(library, network->native))
                made.memory =
                    pw_trt_builder_build(library, builder->native, network->native, made.config);
            made.runtime = pw_trt_runtime_create(library);
            if (made.memory != NULL && made.runtime != NULL)
                made.engine = pw_trt_runtime_deserialize(library, made.runtime,
                                                         pw_trt_memory_data(library, made.memory),
                                                         pw_trt_memory_size(library, made.memory));
            if (made.engine != NULL)
                made.context = pw_trt_engine_context(library, made.engine);
        }
        trt_expect(&tally, made.context == NULL, "%s did not fail", methods[i]);
        unsetenv("DOUBLE_FAIL");
        end(&made);
    }
    trt_expect(&tally, asked.live() == 0 && pawl_object_count() == 0,
               "%d native objects and %zu of ours live", asked.live(), pawl_object_count());
}

/* A library that does not do what its version should is told by the first calls, which cost
 * nothing: each of them answers wrongly in turn, and the error says that it is the library. */
static void test_proof(const pw_trt_library *library)
{
    static const char *const methods[] = {
        "createInferBuilder", "createNetworkV2", "addInput",     "getName",
        "getDimensions",      "setMaxThreads",   "getMaxThreads"};
    for (size_t i = 0; i < PW_COUNT(methods); i++) {
        unsigned nth = 0, calls = 0;
        do {
            char order[64];
            pawl_error error = {.message = ""};
            snprintf(order, sizeof order, "%s:%u", methods[i], ++nth);
            asked.forget();
            setenv("DOUBLE_FAIL", order, 1);
            const pawl_status status = pw_trt_prove(library, &error);
            unsetenv("DOUBLE_FAIL");
            calls = asked.calls(methods[i]);
            /* what is set back, and the runtime, are of no consequence to who builds */
            const bool is_proved = status >= 0;
            trt_expect(&tally, is_proved || strstr(error.message, library->version_text) != NULL,
                       "%s: %s", order, error.message);
            trt_expect(&tally, !is_proved || nth > 1 || calls == 0, "%s goes unseen", order);
            trt_expect(&tally, asked.live() == 0 && pawl_object_count() == 0,
                       "%s leaves %d native objects and %zu of ours", order, asked.live(),
                       pawl_object_count());
        } while (nth < calls);
    }
    pawl_error error;
    trt_expect(&tally, pw_trt_prove(library, &error) >= 0, "no proof behind the faults");
}

/* A library that only runs plans, and one whose runtime answers wrongly. */
static void test_lean(const pw_trt_library *library)
{
    pw_trt_library lean = *library;
    pawl_error error = {.message = ""};
    lean.create_builder = NULL;
    trt_expect(&tally, pw_trt_prove(&lean, &error) >= 0, "lean: %s", error.message);
    static const char *const orders[] = {"createInferRuntime:1", "setMaxThreads:1",
                                         "getMaxThreads:2"};
    for (size_t i = 0; i < PW_COUNT(orders); i++) {
        const bool has_threads = pw_trt_has(library, PW_TRT_VRuntime_setMaxThreads);
        asked.forget();
        setenv("DOUBLE_FAIL", orders[i], 1);
        const pawl_status status = pw_trt_prove(&lean, &error);
        unsetenv("DOUBLE_FAIL");
        trt_expect(&tally, status == (i == 0 || has_threads ? PAWL_ERR_DEVICE : PAWL_OK),
                   "lean, %s: %d", orders[i], (int)status);
        trt_expect(&tally, asked.live() == 0, "lean, %s: %d objects live", orders[i], asked.live());
    }
}

int main(int count, char **arguments)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_message};
    pw_trt_library library;
    pawl_error error;
    if (count != 3) {
        fputs("usage: test_doubles LIBRARY deferred|strict\n", stderr);
        return 2;
    }
    pawl_logger_set(&logger);
    const pawl_lifetime level =
        strcmp(arguments[2], "strict") == 0 ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED;
    if (pawl_lifetime_set(level) < 0 || pw_trt_library_open(arguments[1], &library, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    pt_find(library.handle, "double_live", &asked.live);
    pt_find(library.handle, "double_calls", &asked.calls);
    pt_find(library.handle, "double_forget", &asked.forget);
    pt_find(library.handle, "double_slot", &asked.slot);
    trt_expect(&tally, asked.live() == 0 && pw_trt_destroy_complaints() == 0,
               "opening leaves %d objects", asked.live());
    trt_expect(&tally, asked.calls("createNetworkV2") == 0, "opening makes something");
    trt_expect(&tally, pw_trt_prove(&library, &error) >= 0, "no proof: %s", error.message);
    trt_expect(&tally, asked.calls("createNetworkV2") == 1 && asked.live() == 0,
               "the proof makes a network, and leaves nothing");
    test_proof(&library);
    test_lean(&library);
    test_numbers(&library);
    test_sentences(&library);
    test_warnings(&library);
    test_refusals(&library);
    test_faults(&library);
    trt_wrong_orders(&library, &tally);
    trt_all_orders(&library, 1, &tally);
    trt_expect(&tally, asked.live() == 0, "%d objects live at the end", asked.live());
    printf("%s, %s: %u passed, %u failed\n", library.version_text, arguments[2], tally.passed,
           tally.failed);
    return tally.failed == 0 ? 0 : 1;
}
