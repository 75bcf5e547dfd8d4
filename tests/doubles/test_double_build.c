/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A build through a double (PAWL_TENSORRT_LIBRARY, PAWL_CUDA_LIBRARY) that is stopped on request,
 * that tells how long it took last time, that cannot have its timing cache, or of what TensorRT
 * cannot be given. One sentence each, nothing left, and the next build succeeds.
 */
#include "backend/backend.h"
#include "backend/tensorrt/trt_calls.h"
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_watch.h"
#include "support/counted.h"
#include "support/messages.h"
#include "support/symbols.h"
#include "support/tiny_build.h"
#include <pawl/object.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 64 };

static const pw_trt_library *library;
static int (*live)(void);
static unsigned (*calls)(const char *);
static void (*forget)(void);
static void (*halves)(unsigned *, unsigned *);

/* What is shown of a build, and the call of it that says no (0: none does). */
typedef struct watching {
    unsigned count, stops_at;
    char first[64];
} watching;

static int watch_build(void *user, const char *stage, size_t done, size_t total)
{
    watching *const of = user;
    if (of->count == 0)
        snprintf(of->first, sizeof of->first, "%s", stage);
    expect(done <= total, stage, "more is done than there is");
    return ++of->count == of->stops_at;
}

static pawl_status build(pw_plan *plan, watching *of, const char *timing_cache, pawl_error *error)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    const pw_tuning tuning = {.threads = 1,
                              .progress = of != NULL ? watch_build : NULL,
                              .progress_user = of,
                              .timing_cache = timing_cache};
    return pw_backend_tensorrt.tune(plan, &machine, &tuning, error);
}

static pw_layer *layer_of(const pw_plan *plan, pw_op op)
{
    for (size_t i = 0; i < plan->network.layer_count; i++)
        if (plan->network.layers[i].op == op)
            return (pw_layer *)&plan->network.layers[i];
    abort();
}

/* Whichever of its steps the user stops it at: that is no failure of the library's. */
static void test_stopped(void)
{
    watching whole = {.count = 0};
    pawl_error error = {.status = PAWL_OK};
    pw_plan *plan = pt_tiny_tensorrt_plan(SIDE, 1);
    expect(build(plan, &whole, NULL, &error) == PAWL_OK &&
               strcmp(whole.first, "TensorRT builds") == 0,
           "shown from its beginning", error.message);
    expect((whole.count > 1) == pw_trt_has(library, PW_TRT_VBuilderConfig_setProgressMonitor),
           "shown as it goes on where the version can", "not so");
    (void)pw_object_end(plan);
    for (unsigned n = 1; n <= whole.count; n++) {
        watching of = {.stops_at = n};
        plan = pt_tiny_tensorrt_plan(SIDE, 1);
        messages[0] = '\0';
        forget();
        expect(build(plan, &of, NULL, &error) == PAWL_ERR_CANCELLED &&
                   strcmp(error.message, "the build was stopped on request") == 0,
               "stopped", error.message);
        expect(of.count == n && calls("buildSerializedNetwork") == (n > 1), "at once", "went on");
        expect(plan->artifact_count == 0 && live() == 0 && messages[0] == '\0', "nothing is left",
               messages);
        expect(build(plan, NULL, NULL, &error) == PAWL_OK, "builds then", error.message);
        (void)pw_object_end(plan);
    }
}

typedef struct crowd {
    atomic_int inside;
    unsigned count, stops_at; /* one call at a time: without a lock */
    bool is_stopped;
} crowd;

static int watch_crowd(void *user, const char *stage, size_t done, size_t total)
{
    crowd *const of = user;
    expect(atomic_fetch_add(&of->inside, 1) == 0, stage, "two are shown at once");
    expect(!of->is_stopped, stage, "shown after it was stopped");
    expect(done <= total, stage, "more is done than there is");
    for (int i = 0; i < 20; i++)
        (void)sched_yield(); /* whoever may come comes now */
    of->is_stopped = ++of->count == of->stops_at;
    atomic_fetch_sub(&of->inside, 1);
    return of->is_stopped;
}

/* The library shows its steps from several threads at once: the user sees one after the other, and
 * none after the one at which he stops the build (for ThreadSanitizer, too). */
static void test_crowd(void)
{
    const pw_machine machine = {.isa = 0, .name = "test"};
    setenv("DOUBLE_WORKERS", "1", 1);
    for (unsigned stops_at = 0; stops_at <= 60; stops_at += 20) {
        crowd of = {.stops_at = stops_at};
        const pw_tuning tuning = {.threads = 1, .progress = watch_crowd, .progress_user = &of};
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
        pawl_error error = {.status = PAWL_OK};
        const pawl_status status = pw_backend_tensorrt.tune(plan, &machine, &tuning, &error);
        expect(status == (of.is_stopped ? PAWL_ERR_CANCELLED : PAWL_OK), "a crowd", error.message);
        expect(stops_at == 0 || of.count <= stops_at, "a crowd", "shown after it was stopped");
        (void)pw_object_end(plan);
    }
    unsetenv("DOUBLE_WORKERS");
}

static void put(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

/* The same weights, precision and shape: before a build, the time that it took last. */
static void test_last_time(void)
{
    char folder[] = "/tmp/pawl-build-XXXXXX", cache[64], times[72];
    static const char of_it[] = "0000000000000001 fp32 64x64 1:1:1 = 61.4\n";
    static const char *const others[] = {"0000000000000001 fp16 64x64 1:1:1 = 61.4\n",
                                         "0000000000000002 fp32 64x64 1:1:1 = 61.4\n",
                                         "0000000000000001 fp32 64x64 1:1:1 = soon\n", ""};
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
    pawl_error error = {.status = PAWL_OK};
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(cache, sizeof cache, "%s/timings", folder);
    snprintf(times, sizeof times, "%s.times", cache);
    put(times, of_it);
    watching told = {.count = 0};
    expect(build(plan, &told, cache, &error) == PAWL_OK &&
               strcmp(told.first, "TensorRT builds, which took 61 s last time") == 0,
           "last time", told.first);
    for (size_t i = 0; i < PW_COUNT(others); i++) {
        watching of = {.count = 0};
        put(times, others[i]);
        expect(build(plan, &of, cache, &error) == PAWL_OK &&
                   strcmp(of.first, "TensorRT builds") == 0,
               others[i], of.first);
    }
    watching of_level = {.count = 0}; /* which may take ten times as long */
    put(times, of_it);
    plan->options.optimisation_level = 5;
    expect(build(plan, &of_level, cache, &error) == PAWL_OK &&
               strcmp(of_level.first, "TensorRT builds") == 0,
           "the time of another level", of_level.first);
    expect(unlink(cache) == 0 && unlink(times) == 0 && rmdir(folder) == 0, "kept", "two files");
    (void)pw_object_end(plan);
}

/* An empty one; path ends in six X. */
static void make_file(char *path)
{
    const int file = mkstemp(path);
    if (file < 0 || close(file) != 0)
        abort();
}

/* The timing cache, and what a build took last. */
static void remove_both(const char *path)
{
    char beside[64];
    snprintf(beside, sizeof beside, "%s.times", path);
    expect(unlink(path) == 0 && unlink(beside) == 0, "kept", "two files, no more");
}

/* It is made and cannot be used, nor an empty one: built all the same. */
static void test_unused_cache(void)
{
    char path[] = "/tmp/pawl-cache-XXXXXX";
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
    pawl_error error = {.status = PAWL_OK};
    make_file(path);
    messages[0] = '\0';
    setenv("DOUBLE_FAIL", "setTimingCache:0", 1);
    expect(build(plan, NULL, path, &error) == PAWL_OK && times_said("keeps no timings") == 1,
           "without a cache", messages);
    unsetenv("DOUBLE_FAIL");
    expect(live() == 0, "what was made of it", "is left");
    remove_both(path);
    (void)pw_object_end(plan);
}

/* The library takes what it wrote and then, by two errors, does not use it, as 8.6.0 does: one
 * sentence of ours, and an empty one in its place; or it stays, where none can be made. */
static void test_forgotten_cache(void)
{
    char path[] = "/tmp/pawl-cache-XXXXXX";
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
    pawl_error error = {.status = PAWL_OK};
    make_file(path);
    expect(build(plan, NULL, path, &error) == PAWL_OK, "keeps its timings", error.message);
    setenv("DOUBLE_FORGETS", "1", 1);
    for (int turn = 0; turn < 2; turn++) {
        if (turn == 1)
            setenv("DOUBLE_FAIL", "createTimingCache:2", 1);
        forget();
        messages[0] = '\0';
        expect(build(plan, NULL, path, &error) == PAWL_OK, "built all the same", error.message);
        expect(times_said("cannot use the timings in") == 1 &&
                   times_said("all is timed anew") == 1 && times_said("yelin") == 0 &&
                   times_said("will not be used") == 0,
               turn == 0 ? "one sentence" : "one sentence, and no other cache", messages);
    }
    unsetenv("DOUBLE_FAIL");
    unsetenv("DOUBLE_FORGETS");
    messages[0] = '\0';
    expect(build(plan, NULL, path, &error) == PAWL_OK && messages[0] == '\0', "is used then",
           messages);
    expect(live() == 0, "what was made of it", "is left");
    remove_both(path);
    (void)pw_object_end(plan);
}

static void *say_on(void *argument)
{
    atomic_bool *const is_over = argument;
    while (!atomic_load(is_over)) {
        (void)pw_trt_watch_take("Error Code 1: Internal Error (a thread of the library's)");
        (void)pw_trt_watch_warn("- 44 weights are affected by this issue: Detected subnormal FP16 "
                                "values.");
        (void)sched_yield();
    }
    return NULL;
}

/* A thread that says more while a build's end is told, well or not (for ThreadSanitizer). */
static void test_says_on(void)
{
    char path[] = "/tmp/pawl-cache-XXXXXX";
    atomic_bool is_over = false;
    pthread_t thread;
    pawl_error error = {.status = PAWL_OK};
    if (!expect(pthread_create(&thread, NULL, say_on, &is_over) == 0, "a thread", "it starts"))
        return;
    make_file(path);
    for (int i = 0; i < 20; i++) {
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
        if (i % 2 == 1)
            setenv("DOUBLE_FAIL", "buildSerializedNetwork:0", 1);
        const pawl_status status = build(plan, NULL, path, &error);
        unsetenv("DOUBLE_FAIL");
        expect((status >= 0) == (i % 2 == 0), "beside a thread that says on", error.message);
        (void)pw_object_end(plan);
    }
    atomic_store(&is_over, true);
    (void)pthread_join(thread, NULL);
    expect(live() == 0, "nothing is left", "beside a thread that says on");
    remove_both(path);
}

typedef struct refusal {
    const char *what;
    void (*make)(pw_plan *plan);
    const char *words;
} refusal;

static void make_bf16(pw_plan *plan)
{
    plan->precision = "bf16";
}

static void make_headless(pw_plan *plan)
{
    plan->network.layer_count--;
}

static void make_padded(pw_plan *plan)
{
    pw_layer *const pool = layer_of(plan, PW_OP_MAXPOOL);
    pool->op = PW_OP_AVGPOOL;
}

#define MAKE_ACTIVE(name, kind_)                                         \
    static void make_##name(pw_plan *plan)                               \
    {                                                                    \
        layer_of(plan, PW_OP_CONV)->as.conv.activation = PW_ACT_##kind_; \
    }
MAKE_ACTIVE(relu6, RELU6)
MAKE_ACTIVE(elu, ELU)
MAKE_ACTIVE(mish, MISH)
MAKE_ACTIVE(gelu, GELU)

/* What TensorRT cannot be given is said before anything is built, with the layer's name. */
static void test_refused(void)
{
    static const refusal refusals[] = {
        {"BF16", make_bf16, "use fp32, fp16 or int8"},
        {"no head", make_headless, "--backend reference"},
        {"zeros in a mean", make_padded, "build with --backend cpu"},
        {"ReLU6", make_relu6, "the activation of layer model.0.conv"},
        {"ELU", make_elu, "the activation of layer model.0.conv"},
        {"Mish", make_mish, "the activation of layer model.0.conv"},
        {"GELU", make_gelu, "the activation of layer model.0.conv"},
    };
    for (size_t i = 0; i < PW_COUNT(refusals); i++) {
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
        pawl_error error = {.status = PAWL_OK};
        refusals[i].make(plan);
        forget();
        expect(build(plan, NULL, NULL, &error) == PAWL_ERR_UNSUPPORTED &&
                   strstr(error.message, refusals[i].words) != NULL,
               refusals[i].what, error.message);
        expect(calls("buildSerializedNetwork") == 0 && live() == 0 && plan->artifact_count == 0,
               refusals[i].what, "something was built, or is left");
        (void)pw_object_end(plan);
    }
}

/* Where the version has no levels, a low one, and none where the GPU has fast halves, asks each
 * layer within for halves, none of the outputs and none that stays FP32. No other plan, level or
 * version asks for any. */
static void test_halves(void)
{
    static const struct {
        const char *what, *precision;
        int32_t level;
        bool is_slow, is_low, is_fixed; /* is_slow: a GPU without fast halves */
        float weight;                   /* of one layer, where it is not 0 */
        unsigned floats;
    } cases[] = {{"FP32", "fp32", 0, false, false, false, 0.0f, 0},
                 {"FP32 at no level", "fp32", -1, false, false, false, 0.0f, 0},
                 {"FP16", "fp16", -1, false, true, false, 0.0f, 0},
                 {"FP16 of a slow GPU", "fp16", -1, true, false, false, 0.0f, 0},
                 {"FP16 of a slow GPU at level 2", "fp16", 2, true, true, false, 0.0f, 0},
                 {"FP16 at level 0", "fp16", 0, false, true, false, 0.0f, 0},
                 {"FP16 at level 2", "fp16", 2, false, true, false, 0.0f, 0},
                 {"FP16 at level 3", "fp16", 3, false, false, false, 0.0f, 0},
                 {"FP16, mended", "fp16", -1, false, true, true, 1e-5f, 0},
                 {"a layer that stays FP32", "fp16", -1, false, true, true, 1e5f, 1},
                 {"a layer that stays FP32, at level 3", "fp16", 3, false, false, true, 1e5f, 1}};
    const bool has_low = library->version >= 8201 && library->version < 8600;
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
        pw_trt_output outputs[PW_TRT_MAX_OUTPUTS];
        const unsigned output_count = (unsigned)pw_trt_outputs(&plan->network, outputs);
        const bool is_ignored = cases[i].level >= 0 && library->version < 8600 &&
                                !(has_low && strcmp(cases[i].precision, "fp16") == 0);
        pawl_error error = {.status = PAWL_OK};
        unsigned made = 0, others = 0;
        float *weights = NULL;
        memcpy(&weights, &layer_of(plan, PW_OP_CONV)->as.conv.weights, sizeof weights);
        if (cases[i].weight != 0.0f)
            weights[0] = cases[i].weight;
        if (cases[i].is_slow)
            setenv("DOUBLE_NO_FP16", "1", 1);
        plan->precision = cases[i].precision;
        plan->options.optimisation_level = cases[i].level;
        plan->options.is_fp16_fixed = cases[i].is_fixed;
        forget();
        messages[0] = '\0';
        expect(build(plan, NULL, NULL, &error) == PAWL_OK, cases[i].what, error.message);
        expect((strstr(messages, "has no optimisation levels") != NULL) == is_ignored,
               cases[i].what, messages);
        halves(&made, &others);
        const unsigned within = calls("getOutput") - output_count - cases[i].floats;
        expect(within > 10 && made == (has_low && cases[i].is_low ? within : 0), cases[i].what,
               "other layers are asked for halves");
        const bool is_kept = cases[i].floats != 0 &&
                             pw_trt_has_flag(library, library->strategy->obey_precision_flag);
        expect(others == (is_kept ? cases[i].floats : 0), cases[i].what, "asks for something else");
        unsetenv("DOUBLE_NO_FP16");
        (void)pw_object_end(plan);
    }
}

/* A library that cannot do so builds what it builds at level 3, and that is said. */
static void test_without_halves(void)
{
    pw_plan *const plan = pt_tiny_tensorrt_plan(SIDE, 1);
    const bool has_low = library->version >= 8201 && library->version < 8600;
    pawl_error error = {.status = PAWL_OK};
    plan->precision = "fp16";
    setenv("DOUBLE_WITHOUT_HALVES", "1", 1);
    forget();
    messages[0] = '\0';
    expect(build(plan, NULL, NULL, &error) == PAWL_OK, "without halves", error.message);
    expect((strstr(messages, "builds no plan of FP16 layers alone") != NULL) == has_low,
           "it is said", messages);
    expect(calls("buildSerializedNetwork") == 1 + (unsigned)has_low && live() == 0,
           "built a second time", "not so, or something is left");
    unsetenv("DOUBLE_WITHOUT_HALVES");
    (void)pw_object_end(plan);
}

/* By pointer: inlined into one frame they are more than a frame may be. */
static void (*const tests[])(void) = {test_stopped,      test_crowd,           test_last_time,
                                      test_unused_cache, test_forgotten_cache, test_says_on,
                                      test_refused,      test_halves,          test_without_halves};

int main(void)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_message};
    void *const trt = pt_library("PAWL_TENSORRT_LIBRARY");
    pawl_error error;
    if (trt == NULL || pw_trt_library_get(&library, &error) < 0) {
        fputs("PAWL_TENSORRT_LIBRARY and PAWL_CUDA_LIBRARY must name the doubles\n", stderr);
        return 2;
    }
    pt_find(trt, "double_live", &live);
    pt_find(trt, "double_calls", &calls);
    pt_find(trt, "double_forget", &forget);
    pt_find(trt, "double_halves", &halves);
    (void)pawl_logger_set(&logger);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i]();
    expect(pawl_object_count() == 0, "objects", "are left");
    printf("%s: ", library->version_text);
    return expect_end();
}
