/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 500 seeded random orders of ending the nine types of objects, really made: a weights file, a
 * network, a build, a detection. Between the ends whatever still has a handle must still work.
 * Usage: canonical_orders deferred|strict [cpu|reference]
 */
#include "tiny_weights.h"

#include <pawl/builder.h>
#include <pawl/job.h>
#include <pawl/weights.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORDERS 500

enum { WEIGHTS, NETWORK, BUILDER, PLAN, RUNTIME, ENGINE, CONTEXT, DETECTOR, JOB, IMAGE, COUNT };

static const char *const names[COUNT] = {"weights", "network", "builder",  "plan", "runtime",
                                         "engine",  "context", "detector", "job",  "image"};
static const int parents[COUNT][2] = {
    [WEIGHTS] = {-1, -1},     [NETWORK] = {WEIGHTS, -1},  [BUILDER] = {-1, -1},
    [PLAN] = {-1, -1},        [RUNTIME] = {-1, -1},       [ENGINE] = {RUNTIME, PLAN},
    [CONTEXT] = {ENGINE, -1}, [DETECTOR] = {CONTEXT, -1}, [JOB] = {DETECTOR, -1},
    [IMAGE] = {-1, -1},
};

typedef struct world {
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_job *job; /* done */
    pawl_image *image;
    bool is_ended[COUNT]; /* for the user */
    size_t box_count;     /* of the first detection */
} world;

static const char *backend = "cpu";
static char weights_path[] = "/tmp/pawl_orders_XXXXXX";
static pawl_error error;

static pawl_status make_plan(world *w)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_builder_desc threads = PAWL_BUILDER_DESC_INIT;
    desc.backend = backend;
    desc.height = desc.width = 32; /* what is tried are the ends, not the sums */
    threads.threads = 1;
    PW_TRY(pawl_weights_load(weights_path, &w->weights, &error));
    PW_TRY(pt_weights_network(w->weights, &w->network, &error));
    PW_TRY(pawl_builder_create(&threads, &w->builder, &error));
    return pawl_builder_build(w->builder, w->network, &desc, &w->plan, &error);
}

static pawl_status make_image(world *w)
{
    static uint8_t pixels[48 * 40 * 3];
    uint64_t seed = 3;
    for (size_t i = 0; i < sizeof(pixels); i++)
        pixels[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
    const pawl_image_view view = {48, 40, (size_t)48 * 3, pixels};
    return pawl_image_create(&view, &w->image, &error);
}

/* Done, so that nobody but its handle holds it, and what it found is what a run finds. */
static pawl_status make_job(world *w)
{
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    PW_TRY(pawl_detector_submit(w->detector, &w->image, 1, NULL, &w->job, &error));
    PW_TRY(pawl_detector_wait(w->detector, &result, &error));
    if (result.status < 0 || result.detections[0].count != w->box_count)
        return pw_fail(&error, PAWL_ERR_INTERNAL, "the job found something else than a run");
    return PAWL_OK;
}

static pawl_status make_all(world *w)
{
    pawl_detector_desc jobs = PAWL_DETECTOR_DESC_INIT;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = 2;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    jobs.jobs = 1;
    memset(w, 0, sizeof(*w));
    PW_TRY(make_plan(w));
    PW_TRY(pawl_runtime_create(NULL, &w->runtime, &error));
    PW_TRY(pawl_engine_create(w->runtime, w->plan, &w->engine, &error));
    PW_TRY(pawl_context_create(w->engine, &desc, &w->context, &error));
    PW_TRY(pawl_detector_create(w->context, &jobs, &w->detector, &error));
    PW_TRY(make_image(w));
    pawl_detections found;
    PW_TRY(pawl_detector_run(w->detector, &w->image, 1, &found, NULL, &error));
    w->box_count = found.count;
    return make_job(w);
}

/* The address of a handle, of whatever type. */
static void *handle_slot(world *w, int which)
{
    void *const slots[COUNT] = {&w->weights, &w->network, &w->builder,  &w->plan, &w->runtime,
                                &w->engine,  &w->context, &w->detector, &w->job,  &w->image};
    return slots[which];
}

static void *handle_of(world *w, int which)
{
    void *handle = NULL;
    memcpy(&handle, handle_slot(w, which), sizeof(handle));
    return handle;
}

static pawl_status destroy(world *w, int which)
{
    switch (which) {
    case WEIGHTS:
        return pawl_weights_destroy(&w->weights);
    case NETWORK:
        return pawl_network_destroy(&w->network);
    case BUILDER:
        return pawl_builder_destroy(&w->builder);
    case PLAN:
        return pawl_plan_destroy(&w->plan);
    case RUNTIME:
        return pawl_runtime_destroy(&w->runtime);
    case ENGINE:
        return pawl_engine_destroy(&w->engine);
    case CONTEXT:
        return pawl_context_destroy(&w->context);
    case DETECTOR:
        return pawl_detector_destroy(&w->detector);
    case JOB:
        return pawl_job_destroy(&w->job);
    default:
        return pawl_image_destroy(&w->image);
    }
}

/* Is one of its children, or of theirs, not ended?
 * Children have higher numbers than their parents. */
static bool is_held(const world *w, int which)
{
    bool is_holding[COUNT] = {false}; /* keeps itself, and so its parents, alive */
    for (int child = COUNT - 1; child > which; child--) {
        bool is_alive = !w->is_ended[child];
        for (int other = child + 1; other < COUNT; other++)
            is_alive |=
                is_holding[other] && (parents[other][0] == child || parents[other][1] == child);
        is_holding[child] = is_alive;
    }
    for (int child = which + 1; child < COUNT; child++)
        if (is_holding[child] && (parents[child][0] == which || parents[child][1] == which))
            return true;
    return false;
}

static bool end_one(world *w, int which, bool is_strict)
{
    void *const copy = handle_of(w, which);
    const bool was_held = is_held(w, which);
    const pawl_status status = destroy(w, which);
    if (was_held && is_strict)
        return status == PAWL_ERR_IN_USE && handle_of(w, which) == copy;
    w->is_ended[which] = true;
    void *again = copy; /* a copy is dead from now on */
    return status == (was_held ? PAWL_DEFERRED : PAWL_OK) && handle_of(w, which) == NULL &&
           pawl_object_destroy(&again) == PAWL_ERR_DEAD_HANDLE && again == NULL;
}

/* All that has a handle must work as before, its makers ended or not. */
static bool still_works(world *w)
{
    if (!w->is_ended[DETECTOR] && !w->is_ended[IMAGE]) {
        pawl_detections found;
        if (pawl_detector_run(w->detector, &w->image, 1, &found, NULL, &error) != PAWL_OK ||
            found.count != w->box_count)
            return false;
    }
    if (!w->is_ended[CONTEXT] && pawl_context_run(w->context, &error) != PAWL_OK)
        return false;
    if (!w->is_ended[ENGINE] && pawl_engine_tactic(w->engine, 1) == NULL)
        return false;
    if (!w->is_ended[PLAN] && pawl_plan_class_name(w->plan, 0) == NULL)
        return false;
    pawl_model_info info = {.struct_size = sizeof(info)};
    return w->is_ended[NETWORK] || pawl_network_info_get(w->network, &info, &error) == PAWL_OK;
}

static bool check_order(const int order[COUNT], bool is_strict)
{
    world w;
    if (make_all(&w) < 0) {
        printf("%s\n", error.message);
        return false;
    }
    bool is_right = w.box_count > 0;
    int left = COUNT;
    /* Strict: what was refused is tried again. */
    for (int pass = 0; left > 0 && pass < COUNT; pass++) {
        left = 0;
        for (int i = 0; i < COUNT; i++) {
            if (w.is_ended[order[i]])
                continue;
            is_right &= end_one(&w, order[i], is_strict) && still_works(&w);
            left += w.is_ended[order[i]] ? 0 : 1;
        }
        is_right &= is_strict || left == 0;
    }
    return is_right && left == 0 && pawl_object_count() == 0;
}

static void shuffle(int order[COUNT], uint64_t *seed)
{
    for (int i = 0; i < COUNT; i++)
        order[i] = i;
    for (int i = COUNT - 1; i > 0; i--) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        const int other = (int)((*seed >> 33) % (uint64_t)(i + 1));
        const int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

int main(int argument_count, char **arguments)
{
    const bool is_strict = argument_count > 1 && strcmp(arguments[1], "strict") == 0;
    if (argument_count > 2)
        backend = arguments[2];
    if (pawl_lifetime_set(is_strict ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED) != PAWL_OK ||
        !pt_weights_write(weights_path))
        return EXIT_FAILURE;
    long passed = 0, failed = 0;
    uint64_t seed = 2024;
    for (int n = 0; n < ORDERS; n++) {
        int order[COUNT];
        shuffle(order, &seed);
        if (check_order(order, is_strict)) {
            passed++;
            continue;
        }
        if (failed++ < 10) {
            printf("FAILED:");
            for (int i = 0; i < COUNT; i++)
                printf(" %s", names[order[i]]);
            printf("\n");
        }
    }
    (void)unlink(weights_path);
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
