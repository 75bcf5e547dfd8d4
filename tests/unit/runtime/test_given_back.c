/* SPDX-License-Identifier: Apache-2.0 */
/* Weights lie in memory once, where the plan's user has ended it: packed. Other packings come from
 * there, and whoever still has the plan finds its weights in it. */
#include "support/chain.h"

#include <pawl/builder.h>

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define SIDE    64
#define THREADS 4

static char path[64];

/* The example's engine, as a file. */
static int make_engine(void **state)
{
    (void)state;
    char weights_path[1024];
    const char *source = getenv("PAWL_SOURCE_DIR");
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_plan *plan = NULL;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.height = desc.width = SIDE;
    assert_non_null(source);
    (void)snprintf(weights_path, sizeof weights_path, "%s/examples/shapes/shapes.pt", source);
    (void)snprintf(path, sizeof path, "/tmp/pawl-given-back-%ld.engine", (long)getpid());
    assert_int_equal(pawl_weights_load(weights_path, &weights, NULL), PAWL_OK);
    assert_int_equal(pawl_network_create(weights, NULL, &network, NULL), PAWL_OK);
    assert_int_equal(pawl_builder_create(NULL, &builder, NULL), PAWL_OK);
    assert_int_equal(pawl_builder_build(builder, network, &desc, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, path, NULL), PAWL_OK);
    (void)pawl_plan_destroy(&plan);
    (void)pawl_builder_destroy(&builder);
    (void)pawl_network_destroy(&network);
    (void)pawl_weights_destroy(&weights);
    return 0;
}

static int remove_engine(void **state)
{
    (void)state;
    return unlink(path);
}

typedef struct loaded {
    pawl_plan *plan;
    const pw_plan *inner; /* lives as long as the engine */
    pawl_runtime *runtime;
    pawl_engine *engine;
} loaded;

static loaded load(void)
{
    loaded made = {NULL, NULL, NULL, NULL};
    pw_plan *inner = NULL;
    assert_int_equal(pawl_plan_load(path, &made.plan, NULL), PAWL_OK);
    assert_int_equal(pawl_runtime_create(NULL, &made.runtime, NULL), PAWL_OK);
    assert_int_equal(pawl_engine_create(made.runtime, made.plan, &made.engine, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(made.plan, &pw_plan_type, &inner, NULL), PAWL_OK);
    pw_object_release(inner);
    made.inner = inner;
    return made;
}

static void drop(loaded *of)
{
    (void)pawl_engine_destroy(&of->engine);
    (void)pawl_runtime_destroy(&of->runtime);
    (void)pawl_plan_destroy(&of->plan);
}

/* Weights of convolutions that are all zeros where they are whole pages, in percent of those. */
static size_t given_back(const pw_plan *plan)
{
    size_t all = 0, gone = 0;
    for (size_t i = 0; i < plan->network.layer_count; i++) {
        const pw_layer *layer = &plan->network.layers[i];
        const size_t count = layer->op == PW_OP_CONV ? pw_conv_weight_count(&layer->as.conv) : 0;
        for (size_t at = 2048; at + 2048 < count; at += 1024) {
            bool is_zero = true;
            for (size_t k = 0; k < 64; k++)
                is_zero = is_zero && layer->as.conv.weights[at + k] == 0.0f;
            gone += is_zero;
            all++;
        }
    }
    assert_true(all > 20);
    return 100 * gone / all;
}

/* The decoded rows of a picture that the size alone decides. */
static double answer_of(pawl_engine *engine, pawl_input_form input, int32_t height)
{
    pawl_context *context = NULL;
    pawl_tensor output;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    double sum = 0;
    desc.threads = 1;
    desc.input = input;
    desc.height = height;
    assert_int_equal(pawl_context_create(engine, &desc, &context, NULL), PAWL_OK);
    fill_picture(context, 0, (uint64_t)height);
    assert_int_equal(pawl_context_run(context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(context, 0, &output, NULL), PAWL_OK);
    for (size_t i = 0; i < output.size / sizeof(float); i++)
        sum += (double)((const float *)output.data)[i] * (double)(i % 97);
    (void)pawl_context_destroy(&context);
    return sum;
}

static const struct {
    pawl_input_form input; /* planes and bytes: the first layer is packed in two ways */
    int32_t height;
} visits[] = {{PAWL_INPUT_F32_NCHW, SIDE},
              {PAWL_INPUT_U8_NHWC, SIDE},
              {PAWL_INPUT_U8_NHWC, 2 * SIDE},
              {PAWL_INPUT_F32_NCHW, 2 * SIDE}};

/* In every order: the plan ended before the first program, between two, after all. */
static void answers_are_the_same(void **state)
{
    (void)state;
    double want[PW_COUNT(visits)];
    loaded kept = load();
    for (size_t v = 0; v < PW_COUNT(visits); v++)
        want[v] = answer_of(kept.engine, visits[v].input, visits[v].height);
    assert_int_equal(given_back(kept.inner), 0);
    for (size_t end = 0; end <= PW_COUNT(visits); end++) {
        loaded l = load();
        for (size_t v = 0; v < PW_COUNT(visits); v++) {
            const size_t at = (v + end) % PW_COUNT(visits);
            if (v == end)
                assert_int_equal(pawl_plan_destroy(&l.plan), PAWL_DEFERRED);
            assert_true(answer_of(l.engine, visits[at].input, visits[at].height) == want[at]);
        }
        if (end < PW_COUNT(visits))
            assert_true(given_back(l.inner) > 90);
        else
            assert_int_equal(given_back(l.inner), 0);
        drop(&l);
    }
    drop(&kept);
}

/* Another engine on the plan, or a handle of it, and it keeps its weights: it may be saved. */
static void who_shares_a_plan_keeps_it(void **state)
{
    (void)state;
    pawl_engine *other = NULL;
    loaded l = load();
    assert_int_equal(pawl_engine_create(l.runtime, l.plan, &other, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&l.plan), PAWL_DEFERRED);
    const double want = answer_of(l.engine, PAWL_INPUT_U8_NHWC, SIDE);
    assert_int_equal(given_back(l.inner), 0);
    assert_true(answer_of(other, PAWL_INPUT_U8_NHWC, SIDE) == want);
    (void)pawl_engine_destroy(&other);
    assert_true(answer_of(l.engine, PAWL_INPUT_U8_NHWC, SIDE) == want); /* alone from here on */
    assert_true(given_back(l.inner) > 90);
    assert_true(answer_of(l.engine, PAWL_INPUT_F32_NCHW, SIDE) != want);
    drop(&l);
}

typedef struct racer {
    loaded *of;
    double sums[PW_COUNT(visits)];
    size_t number;
} racer;

static void *race(void *argument)
{
    racer *self = argument;
    for (size_t v = 0; v < PW_COUNT(visits); v++) {
        const size_t at = (v + self->number) % PW_COUNT(visits);
        self->sums[at] = answer_of(self->of->engine, visits[at].input, visits[at].height);
        if (self->number == 0 && v == 0)
            (void)pawl_plan_destroy(&self->of->plan);
    }
    return NULL;
}

static void threads_may_pack_while_it_is_ended(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    racer racers[THREADS];
    loaded l = load();
    for (size_t i = 0; i < THREADS; i++) {
        racers[i] = (racer){.of = &l, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        for (size_t v = 0; v < PW_COUNT(visits); v++)
            assert_true(racers[i].sums[v] == racers[0].sums[v]);
    }
    drop(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_the_same),
        cmocka_unit_test(who_shares_a_plan_keeps_it),
        cmocka_unit_test(threads_may_pack_while_it_is_ended),
    };
    return cmocka_run_group_tests(tests, make_engine, remove_engine);
}
