/* SPDX-License-Identifier: Apache-2.0 */
/* What users do with an engine: ends in every order, a range of shapes, contexts, threads, and
 * running for long. */
#include "gpu/driver.h"
#include "tensorrt/proof.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool build_one(proof *of, pawl_plan **plan)
{
    const proof_shape one = {1, 1, of->side, of->side, of->side, 1};
    return proof_build(of, &one, plan);
}

static bool build_range(proof *of, pawl_plan **plan)
{
    const proof_shape range = {1, 4, of->side - 64, of->side, of->side + 64, 2};
    return proof_build(of, &range, plan);
}

typedef struct opened {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
} opened;

static bool open_plan(proof *of, opened *made)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    const bool is_open = pawl_runtime_create(NULL, &made->runtime, &error) >= 0 &&
                         pawl_engine_create(made->runtime, made->plan, &made->engine, &error) >= 0;
    EXPECT(of, is_open, "%s", error.message);
    return is_open;
}

static void close_all(opened *made)
{
    (void)pawl_engine_destroy(&made->engine);
    (void)pawl_runtime_destroy(&made->runtime);
    (void)pawl_plan_destroy(&made->plan);
}

/* --- ends --- */

enum { PLAN, RUNTIME, ENGINE, CONTEXT, ENDS };

/* Ends in the order numbered; whatever has a handle left must work until then. */
static void end_in_order(proof *of, const char *path, unsigned number, const proof_boxes *wanted)
{
    void *handles[ENDS] = {NULL};
    pawl_detector *detector = NULL;
    pawl_context *context = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    opened made = {NULL, NULL, NULL};
    int left[ENDS] = {PLAN, RUNTIME, ENGINE, CONTEXT};
    const bool is_strict = pawl_lifetime_get() == PAWL_LIFETIME_STRICT;
    if (pawl_plan_load(path, &made.plan, &error) < 0 || !open_plan(of, &made) ||
        !proof_detector(made.engine, 1, &context, &detector, &error)) {
        EXPECT(of, false, "order %u: %s", number, error.message);
        close_all(&made);
        return;
    }
    handles[PLAN] = made.plan;
    handles[RUNTIME] = made.runtime;
    handles[ENGINE] = made.engine;
    handles[CONTEXT] = context;
    for (unsigned count = ENDS; count > 0; count--) {
        proof_boxes boxes;
        const unsigned place = number % count;
        number /= count;
        const int kind = left[place];
        memmove(&left[place], &left[place + 1], (count - place - 1) * sizeof left[0]);
        const pawl_status status = pawl_object_destroy(&handles[kind]);
        /* The detector holds the context, by which all else is held. */
        EXPECT(of, status == (is_strict ? PAWL_ERR_IN_USE : PAWL_DEFERRED), "an end gave %d",
               (int)status);
        EXPECT(of, proof_detect(of, detector, 1, &boxes) && proof_is_same(&boxes, wanted),
               "it does not work any more");
    }
    EXPECT(of, pawl_detector_destroy(&detector) == PAWL_OK, "the detector is held");
    for (int kind = ENDS; kind-- > 0;)
        (void)pawl_object_destroy(&handles[kind]); /* strict: now they may go */
}

void proof_ends(proof *of)
{
    char path[] = "/tmp/pawl-proof-XXXXXX";
    proof_boxes boxes = {.count = 0};
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    opened made = {NULL, NULL, NULL};
    const int file = mkstemp(path);
    bool is_right = file >= 0 && close(file) == 0 && build_one(of, &made.plan) &&
                    pawl_plan_save(made.plan, path, &error) >= 0 && open_plan(of, &made) &&
                    proof_detector(made.engine, 1, &context, &detector, &error) &&
                    proof_detect(of, detector, 1, &boxes);
    (void)pawl_detector_destroy(&detector);
    (void)pawl_context_destroy(&context);
    close_all(&made);
    EXPECT(of, is_right, "%s", error.message);
    for (unsigned number = 0; is_right && number < 24; number++)
        end_in_order(of, path, number, &boxes);
    (void)unlink(path);
}

/* --- profiles --- */

typedef struct seat {
    pawl_context *context;
    pawl_detector *detector;
} seat;

static void leave(seat *at)
{
    (void)pawl_detector_destroy(&at->detector);
    (void)pawl_context_destroy(&at->context);
}

/* A partial batch, and a full one again, is a new shape in the same context. */
static void try_batches(proof *of, const seat *at, const proof_boxes *wanted)
{
    static const size_t counts[] = {4, 1, 3, 2, 4, 1};
    for (size_t i = 0; i < PW_COUNT(counts); i++) {
        proof_boxes boxes = {.count = 0};
        EXPECT(of,
               proof_detect(of, at->detector, counts[i], &boxes) && proof_is_same(&boxes, wanted),
               "a batch of %zu differs", counts[i]);
    }
}

/* Other heights and widths, and one that the plan does not take:
 * that leaves the context as it was. */
static void try_shapes(proof *of, pawl_engine *engine)
{
    const int32_t least = of->side - 64, most = of->side + 64, outside = most + 64;
    const int32_t sides[][2] = {
        {least, most}, {most, least}, {of->side, of->side}, {most, most}, {least, least}};
    pawl_context *context = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    EXPECT(of, pawl_context_create(engine, NULL, &context, &error) >= 0, "%s", error.message);
    for (size_t i = 0; context != NULL && i < PW_COUNT(sides); i++) {
        EXPECT(of,
               pawl_context_shape_set(context, 2, sides[i][0], sides[i][1], &error) >= 0 &&
                   pawl_context_run(context, &error) >= 0,
               "%d x %d: %s", (int)sides[i][0], (int)sides[i][1], error.message);
        EXPECT(of,
               pawl_context_shape_set(context, 2, outside, outside, &error) == PAWL_ERR_ARGUMENT,
               "a larger shape is taken");
        EXPECT(of, pawl_context_run(context, &error) >= 0, "after a refusal: %s", error.message);
    }
    (void)pawl_context_destroy(&context);
}

/* One more context than the plan has profiles: refused up to 9.x, and made when one has gone. */
static void try_one_more(proof *of, pawl_engine *engine, seat *first)
{
    seat third = {NULL, NULL};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    proof_boxes boxes;
    const bool is_exclusive = of->library->strategy->has_exclusive_profiles;
    const bool is_made = proof_detector(engine, 4, &third.context, &third.detector, &error);
    EXPECT(of, is_made == !is_exclusive, "a third context: %s", error.message);
    EXPECT(of,
           is_made ||
               (error.status == PAWL_ERR_LIMIT && strstr(error.message, "--contexts 3") != NULL),
           "a third context: %s", error.message);
    leave(first);
    if (!is_made)
        EXPECT(of, proof_detector(engine, 4, &third.context, &third.detector, &error),
               "after an end: %s", error.message);
    EXPECT(of, third.detector != NULL && proof_detect(of, third.detector, 3, &boxes),
           "the third does not run");
    leave(&third);
}

void proof_profiles(proof *of)
{
    opened made = {NULL, NULL, NULL};
    seat seats[2] = {{NULL, NULL}, {NULL, NULL}};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    proof_boxes wanted = {.count = 0};
    proof_forget();
    if (build_range(of, &made.plan) && open_plan(of, &made)) {
        for (int i = 0; i < 2; i++)
            EXPECT(of,
                   proof_detector(made.engine, 4, &seats[i].context, &seats[i].detector, &error),
                   "context %d: %s", i, error.message);
        if (seats[1].detector != NULL && proof_detect(of, seats[0].detector, 4, &wanted))
            for (int turn = 0; turn < 4; turn++) /* one, the other, the one again */
                try_batches(of, &seats[turn % 2], &wanted);
        leave(&seats[1]);
        try_shapes(of, made.engine);
        EXPECT(of, proof_detector(made.engine, 4, &seats[1].context, &seats[1].detector, &error),
               "again: %s", error.message);
        try_one_more(of, made.engine, &seats[0]);
        leave(&seats[1]);
    }
    close_all(&made);
    EXPECT(of, proof_messages()[0] == '\0', "not silent: %s", proof_messages());
}

/* --- threads --- */

enum { THREADS = 2 };

typedef struct worker {
    proof *of;
    pawl_engine *engine;
    const proof_boxes *wanted;
    unsigned runs, wrong;
    pawl_error error;
} worker;

static void *run_many(void *argument)
{
    worker *const own = argument;
    seat at = {NULL, NULL};
    proof mine = *own->of; /* its tally is one thread's */
    if (!proof_detector(own->engine, 4, &at.context, &at.detector, &own->error)) {
        own->wrong = own->runs;
        return NULL;
    }
    for (unsigned i = 0; i < own->runs; i++) {
        proof_boxes boxes;
        if (!proof_detect(&mine, at.detector, 1 + i % 4, &boxes) ||
            !proof_is_same(&boxes, own->wanted))
            own->wrong++;
    }
    leave(&at);
    return NULL;
}

/* Contexts are made and ended by both at once, each with its first run. */
static void *come_and_go(void *argument)
{
    worker *const own = argument;
    const unsigned rounds = own->runs / 10 + 1;
    own->runs = 1;
    for (unsigned i = 0; i < rounds; i++)
        (void)run_many(own);
    return NULL;
}

static void run_threads(proof *of, const opened *made, const proof_boxes *wanted, const char *what,
                        void *(*work)(void *))
{
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.of = of, .engine = made->engine, .wanted = wanted, .runs = of->runs};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            exit(2);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        EXPECT(of, workers[i].wrong == 0, "%s: %u runs went wrong: %s", what, workers[i].wrong,
               workers[i].error.message);
    }
}

void proof_threads(proof *of)
{
    opened made = {NULL, NULL, NULL};
    seat at = {NULL, NULL};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    proof_boxes wanted = {.count = 0};
    if (build_range(of, &made.plan) && open_plan(of, &made) &&
        proof_detector(made.engine, 4, &at.context, &at.detector, &error) &&
        proof_detect(of, at.detector, 4, &wanted)) {
        leave(&at);
        run_threads(of, &made, &wanted, "two threads", run_many);
        run_threads(of, &made, &wanted, "contexts that come and go", come_and_go);
    }
    EXPECT(of, error.status >= 0, "%s", error.message);
    leave(&at);
    close_all(&made);
}

/* --- long --- */

typedef struct memory_use {
    long host, device; /* bytes; of the device what is free; 0: not known */
} memory_use;

static memory_use memory_now(void)
{
    memory_use now = {0, 0};
    char sizes[128];
    FILE *const file = fopen("/proc/self/statm", "r");
    if (file != NULL && fgets(sizes, sizeof sizes, file) != NULL && strchr(sizes, ' ') != NULL)
        now.host = strtol(strchr(sizes, ' '), NULL, 10) * sysconf(_SC_PAGESIZE); /* resident */
    if (file != NULL)
        (void)fclose(file);
    /* The driver is in the process already; the function is not one that pawl calls. */
    const char *const named = getenv("PAWL_CUDA_LIBRARY");
    void *const driver = dlopen(named != NULL ? named : "libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    void *const symbol = driver != NULL ? dlsym(driver, "cuMemGetInfo_v2") : NULL;
    int (*get)(size_t *, size_t *) = NULL;
    memcpy(&get, &symbol, sizeof symbol);
    pw_gpu_device *device = NULL;
    size_t rest = 0, total = 0;
    if (get != NULL && pw_gpu_device_create(0, &device, NULL) >= 0 &&
        pw_gpu_enter(device, NULL) >= 0) {
        if (get(&rest, &total) == 0)
            now.device = (long)rest;
        pw_gpu_leave(device);
    }
    (void)pw_object_end(device);
    return now;
}

/* Over PARTS parts of the work: what a leak takes it takes in each of them, unlike others on the
 * GPU. */
enum { PARTS = 10 };

typedef struct growth {
    memory_use last;
    long host, device, device_least; /* bytes more in use: in all; in the part that took least */
} growth;

static void growth_begin(growth *of)
{
    *of = (growth){.last = memory_now(), .device_least = LONG_MAX};
}

static void growth_part(growth *of)
{
    const memory_use now = memory_now();
    const long device = of->last.device - now.device;
    of->host += now.host - of->last.host;
    of->device += device;
    of->device_least = device < of->device_least ? device : of->device_least;
    of->last = now;
}

static void expect_flat(proof *of, const char *what, const growth *found)
{
    enum { MOST = 1 << 20 };
    printf("  %s: host %+ld bytes, device %+ld bytes, %+ld in the least of %d parts\n", what,
           found->host, found->device, found->device_least, PARTS);
#ifndef PAWL_SANITIZED /* AddressSanitizer keeps what was freed */
    EXPECT(of, found->host <= MOST, "%s: the host's memory grows", what);
#endif
    EXPECT(of, found->device_least <= 0, "%s: the device's memory grows in each part", what);
}

void proof_long(proof *of)
{
    enum { WARM = 50, CONTEXTS = 3 }; /* a part */
    opened made = {NULL, NULL, NULL};
    seat at = {NULL, NULL};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    proof_boxes boxes;
    growth found;
    const unsigned runs = (of->runs + PARTS - 1) / PARTS; /* a part */
    if (!build_one(of, &made.plan) || !open_plan(of, &made) ||
        !proof_detector(made.engine, 1, &at.context, &at.detector, &error)) {
        EXPECT(of, false, "%s", error.message);
        close_all(&made);
        return;
    }
    for (int i = 0; i < WARM; i++)
        (void)proof_detect(of, at.detector, 1, &boxes);
    growth_begin(&found);
    for (int part = 0; part < PARTS; part++) {
        for (unsigned i = 0; i < runs && proof_detect(of, at.detector, 1, &boxes); i++)
            continue;
        growth_part(&found);
    }
    expect_flat(of, "runs", &found);
    leave(&at);
    for (int part = -PARTS / 3; part < PARTS; part++) { /* the first warm up */
        if (part == 0)
            growth_begin(&found);
        for (int i = 0; i < CONTEXTS; i++) {
            EXPECT(of, proof_detector(made.engine, 1, &at.context, &at.detector, &error), "%s",
                   error.message);
            (void)proof_detect(of, at.detector, 1, &boxes);
            leave(&at);
        }
        if (part >= 0)
            growth_part(&found);
    }
    expect_flat(of, "contexts", &found);
    close_all(&made);
    printf("  %u runs\n", PARTS * runs);
}
