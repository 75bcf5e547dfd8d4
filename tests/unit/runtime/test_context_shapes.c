/* SPDX-License-Identifier: Apache-2.0 */
/* A context that changes its shape: what it has seen before is a look-up, and what it keeps is
 * bounded. */
#include "support/chain.h"

#include "support/failing_allocator.h"

#include <time.h>

static pt_allocator allocator;

/* Of this thread's work: others use the machine, too. */
static uint64_t clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The sum of the first output, of a picture that the shape alone decides. */
static double answer_of(pawl_context *context, int32_t height)
{
    pawl_tensor output;
    double sum = 0;
    fill_picture(context, 0, (uint64_t)height);
    assert_int_equal(pawl_context_run(context, NULL), PAWL_OK);
    assert_int_equal(pawl_context_output(context, 0, &output, NULL), PAWL_OK);
    for (size_t i = 0; i < output.size / sizeof(float); i++)
        sum += (double)((const float *)output.data)[i] * (double)(i % 97);
    return sum;
}

static int compare_times(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Ten shapes in turn: the second visit allocates nothing, answers the same, and takes under 50
 * microseconds. */
static void a_shape_seen_before_is_a_lookup(void **state)
{
    (void)state;
    enum { SHAPES = 10, ROUNDS = 5 };
    chain c;
    double answers[SHAPES];
    uint64_t times[SHAPES * ROUNDS];
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    for (int32_t i = 0; i < SHAPES; i++) {
        assert_int_equal(pawl_context_shape_set(c.context, 1, 32 * (i + 1), 32, NULL), PAWL_OK);
        answers[i] = answer_of(c.context, 32 * (i + 1));
    }
    pt_allocator_reset(&allocator, 0);
    const long live = atomic_load(&allocator.live);
    for (int32_t n = 0; n < SHAPES * ROUNDS; n++) {
        const int32_t i = n * 7 % SHAPES;
        const uint64_t start = clock_ns();
        assert_int_equal(pawl_context_shape_set(c.context, 1, 32 * (i + 1), 32, NULL), PAWL_OK);
        times[n] = clock_ns() - start;
        assert_true(answer_of(c.context, 32 * (i + 1)) == answers[i]);
    }
    assert_int_equal(atomic_load(&allocator.calls), 0);
    assert_int_equal(atomic_load(&allocator.live), live);
    qsort(times, PW_COUNT(times), sizeof times[0], compare_times);
    assert_true(times[PW_COUNT(times) / 2] < 50000); /* the median */
    drop_chain(&c);
}

/* However many shapes there are, what is kept stays bounded. */
static void shapes_are_kept_to_a_bound(void **state)
{
    (void)state;
    chain c;
    long live[3];
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    for (int32_t round = 0; round < 3; round++) {
        for (int32_t i = 0; i < 20; i++)
            assert_int_equal(pawl_context_shape_set(c.context, 1 + i % 2, 32 * (i + 1), 32, NULL),
                             PAWL_OK);
        live[round] = atomic_load(&allocator.live);
    }
    assert_int_equal(live[1], live[2]);
    pt_allocator_reset(&allocator, 0);
    assert_int_equal(pawl_context_shape_set(c.context, 1, 32 * 19, 32, NULL), PAWL_OK);
    assert_int_equal(atomic_load(&allocator.calls), 0); /* a late one is still there */
    assert_int_equal(pawl_context_shape_set(c.context, 1, 32, 32, NULL), PAWL_OK);
    assert_true(atomic_load(&allocator.calls) > 0); /* the first has gone */
    drop_chain(&c);
}

/* What is kept is never the reason why memory runs out. */
static void kept_shapes_give_way_to_a_new_one(void **state)
{
    (void)state;
    chain c;
    const pawl_context_desc desc = small_context();
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    for (int32_t i = 0; i < 4; i++)
        assert_int_equal(pawl_context_shape_set(c.context, 1, 32, 32 * (i + 1), NULL), PAWL_OK);
    const double answer = answer_of(c.context, 32);
    pt_allocator_reset(&allocator, 3);
    assert_int_equal(pawl_context_shape_set(c.context, 2, 64, 64, NULL), PAWL_OK);
    pt_allocator_reset(&allocator, 0);
    assert_int_equal(pawl_context_shape_set(c.context, 1, 32, 128, NULL), PAWL_OK);
    assert_int_equal(atomic_load(&allocator.calls), 0); /* it was in use then */
    assert_true(answer_of(c.context, 32) == answer);
    drop_chain(&c);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shape_seen_before_is_a_lookup),
        cmocka_unit_test(shapes_are_kept_to_a_bound),
        cmocka_unit_test(kept_shapes_give_way_to_a_new_one),
    };
    return cmocka_run_group_tests_name("shapes of a context", tests, NULL, NULL);
}
