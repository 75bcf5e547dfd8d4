/* SPDX-License-Identifier: Apache-2.0 */
/* A calibration that is filled on one thread while another builds by it: for ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tiny_build.h"
#include <pawl/pawl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define SIDE   32
#define BUILDS 10
#define FEW    4096
#define LAYERS 64

typedef struct filling {
    pawl_calibration *calibration;
    pawl_layer_info layers[LAYERS];
    size_t layer_count;
    atomic_bool is_over;
    atomic_size_t rounds; /* in which each layer was shown once */
    bool is_wrong;
} filling;

static pawl_status build(pawl_calibration *calibration, pawl_plan **plan, pawl_error *error)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.precision = calibration != NULL ? "int8" : "fp32";
    desc.height = desc.width = SIDE;
    desc.calibration = calibration;
    return pt_tiny_build(&desc, plan, error);
}

/* Shows every layer values that reach farther each time, so that its bins move. */
static void *fill(void *user)
{
    filling *to = user;
    static float values[FEW];
    uint64_t seed = 3;
    float reach = 1.0f;
    while (!atomic_load(&to->is_over)) {
        for (size_t i = 0; i < FEW; i++)
            values[i] = reach * pt_uniform(&seed);
        reach = reach < 1e6f ? reach * 1.5f : 1.0f;
        const pawl_tensor shown = {.dtype = PAWL_F32,
                                   .rank = 4,
                                   .dims = {1, 4, SIDE, SIDE},
                                   .data = values,
                                   .size = sizeof values};
        for (size_t i = 0; i < to->layer_count; i++)
            to->is_wrong |= pawl_calibration_observe(to->calibration, to->layers[i].id,
                                                     to->layers[i].name, &shown) != 0;
        (void)atomic_fetch_add(&to->rounds, 1);
    }
    return NULL;
}

static void built_by_while_it_is_filled(void **state)
{
    (void)state;
    pthread_t thread;
    pawl_plan *plan = NULL;
    static filling to;
    assert_int_equal(build(NULL, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_calibration_create(plan, &to.calibration, NULL), PAWL_OK);
    for (pawl_layer_info info = PAWL_LAYER_INFO_INIT;
         to.layer_count < LAYERS &&
         pawl_plan_layer_get(plan, to.layer_count, &info, NULL) == PAWL_OK;)
        to.layers[to.layer_count++] = info;
    assert_true(to.layer_count > 3 && to.layer_count < LAYERS);
    assert_int_equal(pthread_create(&thread, NULL, fill, &to), 0);
    while (atomic_load(&to.rounds) == 0)
        (void)sched_yield();
    for (int i = 0; i < BUILDS; i++) {
        pawl_plan *made = NULL;
        pawl_plan_info info = PAWL_PLAN_INFO_INIT;
        assert_int_equal(build(to.calibration, &made, NULL), PAWL_OK);
        assert_int_equal(pawl_plan_info_get(made, &info, NULL), PAWL_OK);
        assert_string_equal(info.precision, "int8");
        assert_int_equal(pawl_plan_destroy(&made), PAWL_OK);
    }
    atomic_store(&to.is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(to.is_wrong);
    (void)pawl_calibration_destroy(&to.calibration);
    (void)pawl_plan_destroy(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(built_by_while_it_is_filled)};
    return cmocka_run_group_tests_name("calibration among threads", tests, NULL, NULL);
}
