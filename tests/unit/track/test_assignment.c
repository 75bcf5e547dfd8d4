/* SPDX-License-Identifier: Apache-2.0 */
/* The assignment on lists of pairs against one on the whole matrix, and the pairs against all
 * pairs. */
#include "unit/base/cmocka_all.h"

#include "hungarian.h"
#include "random.h"
#include "track/overlap.h"

#include <math.h>
#include <string.h>

#define LIMIT 1000000

/* The least sum on the matrix: a column of its own for each row stands for none. */
static int64_t least_sum(const pw_assignment *a, size_t rows, size_t columns)
{
    const size_t wide = columns + rows;
    int64_t *cost = malloc(rows * wide * sizeof *cost);
    size_t *column_of = malloc(rows * sizeof *column_of);
    assert_non_null(cost);
    assert_non_null(column_of);
    for (size_t i = 0; i < rows * wide; i++)
        cost[i] = i % wide == columns + i / wide ? LIMIT : (int64_t)LIMIT * 1000;
    for (size_t row = 0; row < rows; row++)
        for (uint32_t i = 0; i < a->pairs.counts[row]; i++) {
            const pw_pair pair = a->pairs.items[row * PW_PAIRS_MAX + i];
            cost[row * wide + pair.column] = pair.cost;
        }
    const int64_t sum = hungarian(cost, rows, wide, column_of);
    free(cost);
    free(column_of);
    return sum;
}

/* The answer is one (each column once, by pairs that exist), and no other costs less. */
static void check(const pw_assignment *a, size_t rows, size_t columns)
{
    int64_t sum = 0;
    for (size_t row = 0; row < rows; row++) {
        const uint32_t column = a->column_of[row];
        if (column == PW_NOBODY) {
            sum += LIMIT;
            continue;
        }
        assert_true(column < columns);
        assert_int_equal(a->row_of[column], row);
        uint32_t i = 0;
        while (i < a->pairs.counts[row] && a->pairs.items[row * PW_PAIRS_MAX + i].column != column)
            i++;
        assert_true(i < a->pairs.counts[row]);
        sum += a->pairs.items[row * PW_PAIRS_MAX + i].cost;
    }
    for (size_t column = 0; column < columns; column++)
        if (a->row_of[column] != PW_NOBODY)
            assert_int_equal(a->column_of[a->row_of[column]], column);
    assert_int_equal(sum, least_sum(a, rows, columns));
}

/* Pairs by chance; few different costs make many ties. */
static void fill(pw_assignment *a, size_t rows, size_t columns, double part, uint32_t costs,
                 uint64_t *seed)
{
    for (size_t row = 0; row < rows; row++) {
        uint32_t count = 0;
        for (uint32_t column = 0; column < columns && count < PW_PAIRS_MAX; column++)
            if (random_part(seed) < part)
                a->pairs.items[row * PW_PAIRS_MAX + count++] =
                    (pw_pair){column, (int32_t)(random_bits(seed) % costs * (LIMIT / costs))};
        a->pairs.counts[row] = count;
    }
}

static void random_problems(void **state)
{
    (void)state;
    pw_assignment a = {.row_capacity = 0};
    uint64_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        const size_t rows = random_bits(&seed) % 13, columns = random_bits(&seed) % 13;
        assert_true(pw_assignment_reserve(&a, rows, columns));
        fill(&a, rows, columns, random_part(&seed), round % 3 == 0 ? 4 : 100000, &seed);
        pw_assignment_solve(&a, rows, columns, LIMIT);
        if (rows > 0)
            check(&a, rows, columns);
    }
    for (int round = 0; round < 20; round++) {
        const size_t rows = 40 + random_bits(&seed) % 80, columns = 40 + random_bits(&seed) % 80;
        assert_true(pw_assignment_reserve(&a, rows, columns));
        fill(&a, rows, columns, round % 2 == 0 ? 0.5 : 0.04, 100000, &seed);
        pw_assignment_solve(&a, rows, columns, LIMIT);
        check(&a, rows, columns);
    }
    pw_assignment_free(&a);
}

/* The cheapest pair is not taken where that costs the others more; one that costs the limit is. */
static void the_sum_counts(void **state)
{
    (void)state;
    pw_assignment a = {.row_capacity = 0};
    assert_true(pw_assignment_reserve(&a, 3, 2));
    a.pairs.items[0] = (pw_pair){0, 10};
    a.pairs.items[1] = (pw_pair){1, 20};
    a.pairs.counts[0] = 2;
    a.pairs.items[PW_PAIRS_MAX] = (pw_pair){0, 15};
    a.pairs.counts[1] = 1;
    a.pairs.counts[2] = 0;
    pw_assignment_solve(&a, 3, 2, 100);
    assert_int_equal(a.column_of[0], 1);
    assert_int_equal(a.column_of[1], 0);
    assert_int_equal(a.column_of[2], PW_NOBODY);
    pw_assignment_solve(&a, 2, 2, 20); /* 10 and nobody are 30, 20 and 15 are 35 */
    assert_int_equal(a.column_of[0], 0);
    assert_int_equal(a.column_of[1], PW_NOBODY);
    pw_assignment_solve(&a, 1, 2, 10);
    assert_int_equal(a.column_of[0], 0);
    pw_assignment_solve(&a, 0, 2, 20);
    assert_int_equal(a.row_of[0], PW_NOBODY);
    pw_assignment_free(&a);
}

static pw_place_taken random_place(uint64_t *seed, double size)
{
    const double x = random_between(seed, -50, 300), y = random_between(seed, -50, 200);
    return (pw_place_taken){
        {x, y, x + random_between(seed, 0.1, size), y + random_between(seed, 0.1, size)},
        (int32_t)(random_bits(seed) % 2)};
}

/* Every pair that overlaps enough, none that does not: as two loops find them. */
static void pairs_are_all_pairs(void **state)
{
    (void)state;
    enum { ROWS = 60, COLUMNS = 50 };
    static pw_place_taken rows[ROWS], columns[COLUMNS];
    uint32_t order[COLUMNS];
    uint64_t seed = 7;
    pw_assignment a = {.row_capacity = 0};
    assert_true(pw_assignment_reserve(&a, ROWS, COLUMNS));
    for (int round = 0; round < 200; round++) {
        const double iou = random_between(&seed, 0.01, 1), size = random_between(&seed, 20, 400);
        const bool by_class = round % 2 == 0;
        for (size_t i = 0; i < ROWS; i++)
            rows[i] = random_place(&seed, size);
        for (size_t i = 0; i < COLUMNS; i++)
            columns[i] = i % 5 == 0 ? rows[i] : random_place(&seed, size);
        pw_overlap_pairs(rows, ROWS, columns, COLUMNS, iou, by_class, order, &a.pairs);
        for (size_t row = 0; row < ROWS; row++) {
            uint32_t wanted = 0;
            for (size_t column = 0; column < COLUMNS; column++)
                wanted += pw_overlap_iou(&rows[row].box, &columns[column].box) >= iou &&
                          (!by_class || rows[row].class_id == columns[column].class_id);
            assert_int_equal(a.pairs.counts[row], wanted);
            for (uint32_t i = 1; i < wanted; i++)
                assert_true(a.pairs.items[row * PW_PAIRS_MAX + i - 1].cost <=
                            a.pairs.items[row * PW_PAIRS_MAX + i].cost);
        }
    }
    pw_assignment_free(&a);
}

/* Of more than there is room for the best are kept, equal ones by number. */
static void the_best_pairs_are_kept(void **state)
{
    (void)state;
    enum { COLUMNS = 3 * PW_PAIRS_MAX };
    static pw_place_taken columns[COLUMNS];
    uint32_t order[COLUMNS];
    const pw_place_taken row = {{0, 0, 100, 100}, 0};
    pw_assignment a = {.row_capacity = 0};
    assert_true(pw_assignment_reserve(&a, 1, COLUMNS));
    for (size_t i = 0; i < COLUMNS; i++) /* the middle third fits best, each twice */
        columns[i] =
            (pw_place_taken){{0, 0, 100, 100 + fabs((double)(i / 2) - COLUMNS / 4.0 + 0.25)}, 0};
    pw_overlap_pairs(&row, 1, columns, COLUMNS, 0.1, false, order, &a.pairs);
    assert_int_equal(a.pairs.counts[0], PW_PAIRS_MAX);
    for (uint32_t i = 0; i < PW_PAIRS_MAX; i++) {
        assert_true(a.pairs.items[i].column >= PW_PAIRS_MAX - 2);
        assert_true(a.pairs.items[i].column < 2 * PW_PAIRS_MAX + 2);
    }
    pw_assignment_free(&a);
}

static void overlaps(void **state)
{
    (void)state;
    const pw_rectangle a = {0, 0, 10, 10}, b = {5, 0, 15, 10}, c = {10, 0, 20, 10};
    const pw_rectangle nothing = {3, 3, 3, 5}, huge = {-3e38, -3e38, 3e38, 3e38};
    assert_true(fabs(pw_overlap_iou(&a, &b) - 1.0 / 3) < 1e-15);
    assert_true(pw_overlap_iou(&a, &a) == 1 && pw_overlap_iou(&huge, &huge) == 1);
    assert_true(pw_overlap_iou(&a, &c) == 0 && pw_overlap_iou(&a, &nothing) == 0);
    assert_int_equal(pw_overlap_cost(1), 0);
    assert_int_equal(pw_overlap_cost(0), PW_COST_ONE);
}

/* Memory that runs out at any place leaves the room as it was. */
static void memory_runs_out(void **state)
{
    (void)state;
    assert_int_equal(memory_limited(NULL), 0);
    pw_assignment a = {.row_capacity = 0};
    long allowed = 0;
    for (allocations_left = 0; !pw_assignment_reserve(&a, 3, 4); allocations_left = ++allowed)
        assert_int_equal(a.row_capacity, 0);
    assert_true(allowed >= 5);
    allocations_left = 2;
    assert_false(pw_assignment_reserve(&a, 30, 40));
    assert_int_equal(a.row_capacity, 4);
    pw_assignment_free(&a);
    assert_int_equal(memory_unlimited(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_problems),
        cmocka_unit_test(the_sum_counts),
        cmocka_unit_test(pairs_are_all_pairs),
        cmocka_unit_test(the_best_pairs_are_kept),
        cmocka_unit_test(overlaps),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
