/* SPDX-License-Identifier: Apache-2.0 */
/* Four filters of a place and its speed against one of eight values with whole matrices, as the
 * textbook and DeepSORT have it. */
#include "unit/base/cmocka_all.h"

#include "random.h"
#include "track/motion.h"

#include <math.h>
#include <string.h>

enum { SIZE = 8, SEEN = 4 };

typedef struct matrices {
    double mean[SIZE], covariance[SIZE][SIZE];
} matrices;

static void measure(const pw_rectangle *box, double values[SEEN])
{
    values[0] = (box->x1 + box->x2) / 2;
    values[1] = (box->y1 + box->y2) / 2;
    values[2] = (box->x2 - box->x1) / (box->y2 - box->y1);
    values[3] = box->y2 - box->y1;
}

static void whole_start(matrices *m, const pw_rectangle *box)
{
    memset(m, 0, sizeof *m);
    measure(box, m->mean);
    const double h = m->mean[3];
    const double deviations[SIZE] = {h / 10, h / 10, 1e-2, h / 10, h / 16, h / 16, 1e-5, h / 16};
    for (int i = 0; i < SIZE; i++)
        m->covariance[i][i] = deviations[i] * deviations[i];
}

/* x = F x, P = F P F' + Q, with F one on the diagonal and from each speed to its place. */
static void whole_predict(matrices *m, bool keeps_height)
{
    const double h = m->mean[3];
    const double deviations[SIZE] = {h / 20, h / 20, 1e-2, h / 20, h / 160, h / 160, 1e-5, h / 160};
    double moved[SIZE][SIZE];
    if (keeps_height)
        m->mean[7] = 0;
    for (int i = 0; i < SEEN; i++)
        m->mean[i] += m->mean[i + SEEN];
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            moved[i][j] = m->covariance[i][j] + (i < SEEN ? m->covariance[i + SEEN][j] : 0);
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            m->covariance[i][j] = moved[i][j] + (j < SEEN ? moved[i][j + SEEN] : 0) +
                                  (i == j ? deviations[i] * deviations[i] : 0);
}

/* The inverse of a 4 x 4 matrix, by elimination with pivots. */
static void invert(double a[SEEN][SEEN], double inverse[SEEN][SEEN])
{
    for (int i = 0; i < SEEN; i++)
        for (int j = 0; j < SEEN; j++)
            inverse[i][j] = i == j;
    for (int c = 0; c < SEEN; c++) {
        int pivot = c;
        for (int r = c + 1; r < SEEN; r++)
            pivot = fabs(a[r][c]) > fabs(a[pivot][c]) ? r : pivot;
        for (int j = 0; j < SEEN; j++) {
            const double x = a[c][j], y = inverse[c][j];
            a[c][j] = a[pivot][j];
            a[pivot][j] = x;
            inverse[c][j] = inverse[pivot][j];
            inverse[pivot][j] = y;
        }
        const double by = a[c][c];
        for (int j = 0; j < SEEN; j++) {
            a[c][j] /= by;
            inverse[c][j] /= by;
        }
        for (int r = 0; r < SEEN; r++) {
            const double times = a[r][c];
            for (int j = 0; j < SEEN && r != c; j++) {
                a[r][j] -= times * a[c][j];
                inverse[r][j] -= times * inverse[c][j];
            }
        }
    }
}

/* S = H P H' + R, K = P H' S^-1, x += K (z - H x), P -= K S K'. */
static void whole_update(matrices *m, const pw_rectangle *box)
{
    const double h = m->mean[3];
    const double deviations[SEEN] = {h / 20, h / 20, 1e-1, h / 20};
    double seen[SEEN], s[SEEN][SEEN], copy[SEEN][SEEN], inverse[SEEN][SEEN], gain[SIZE][SEEN];
    measure(box, seen);
    for (int i = 0; i < SEEN; i++)
        for (int j = 0; j < SEEN; j++)
            copy[i][j] = s[i][j] =
                m->covariance[i][j] + (i == j ? deviations[i] * deviations[i] : 0);
    invert(copy, inverse);
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SEEN; j++) {
            gain[i][j] = 0;
            for (int k = 0; k < SEEN; k++)
                gain[i][j] += m->covariance[i][k] * inverse[k][j];
        }
    double wrong[SEEN];
    for (int j = 0; j < SEEN; j++)
        wrong[j] = seen[j] - m->mean[j];
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SEEN; j++)
            m->mean[i] += gain[i][j] * wrong[j];
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            for (int k = 0; k < SEEN; k++)
                for (int l = 0; l < SEEN; l++)
                    m->covariance[i][j] -= gain[i][k] * s[k][l] * gain[j][l];
}

static void check_glide(const pw_glide *glide, const matrices *m, int at)
{
    const double expected[5] = {m->mean[at], m->mean[at + SEEN], m->covariance[at][at],
                                m->covariance[at][at + SEEN], m->covariance[at + SEEN][at + SEEN]};
    const double got[5] = {glide->place, glide->speed, glide->place_variance, glide->covariance,
                           glide->speed_variance};
    for (int i = 0; i < 5; i++)
        assert_true(fabs(got[i] - expected[i]) <= 1e-9 * (1 + fabs(expected[i])));
}

static void as_whole_matrices(void **state)
{
    (void)state;
    uint64_t seed = 3;
    for (int track = 0; track < 20; track++) {
        double x = random_between(&seed, 0, 1000), y = random_between(&seed, 0, 700);
        const double w = random_between(&seed, 10, 200), h = random_between(&seed, 20, 300);
        const double fast = random_normal(&seed) * 8, slow = random_normal(&seed) * 3;
        pw_rectangle box = {x, y, x + w, y + h};
        pw_motion motion = pw_motion_start(&box);
        matrices whole;
        whole_start(&whole, &box);
        for (int frame = 0; frame < 200; frame++) {
            const bool is_lost = random_part(&seed) < 0.2;
            pw_motion_predict(&motion, is_lost);
            whole_predict(&whole, is_lost);
            x += fast + random_normal(&seed) * 2;
            y += slow + random_normal(&seed) * 2;
            box = (pw_rectangle){x, y, x + w * random_between(&seed, 0.9, 1.1), y + h};
            if (!is_lost) {
                pw_motion_update(&motion, &box);
                whole_update(&whole, &box);
            }
            check_glide(&motion.x, &whole, 0);
            check_glide(&motion.y, &whole, 1);
            check_glide(&motion.aspect, &whole, 2);
            check_glide(&motion.height, &whole, 3);
        }
    }
}

/* A box that moves evenly is foretold to a part of a pixel, and its speed is known. */
static void learns_a_speed(void **state)
{
    (void)state;
    pw_rectangle box = {100, 100, 150, 220};
    pw_motion motion = pw_motion_start(&box);
    for (int frame = 0; frame < 60; frame++) {
        box.x1 += 6, box.x2 += 6, box.y1 -= 2, box.y2 -= 2;
        pw_motion_predict(&motion, false);
        pw_motion_update(&motion, &box);
    }
    assert_true(fabs(motion.x.speed - 6) < 0.05 && fabs(motion.y.speed + 2) < 0.05);
    for (int frame = 0; frame < 10; frame++)
        pw_motion_predict(&motion, true);
    const pw_rectangle guess = pw_motion_box(&motion);
    assert_true(fabs(guess.x1 - (box.x1 + 60)) < 1 && fabs(guess.y2 - (box.y2 - 20)) < 1);
}

/* What shrinks by more than it has stays a box. */
static void stays_a_box(void **state)
{
    (void)state;
    uint64_t seed = 9;
    for (int round = 0; round < 300; round++) {
        double size = 1000;
        pw_rectangle box = {0, 0, size, size};
        pw_motion motion = pw_motion_start(&box);
        for (int frame = 0; frame < 60; frame++) {
            size *= random_between(&seed, 0.2, 1.05);
            box.x2 = size * random_between(&seed, 1e-6, 1);
            box.y2 = size;
            pw_motion_predict(&motion, frame % 7 == 0);
            pw_motion_update(&motion, &box);
            assert_true(motion.height.place > 0 && motion.aspect.place > 0);
            const pw_rectangle now = pw_motion_box(&motion);
            assert_true(isfinite(now.x1) && isfinite(now.y2) && now.x1 < now.x2 && now.y1 < now.y2);
            assert_true(motion.x.place_variance > 0 && motion.x.speed_variance > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_whole_matrices),
        cmocka_unit_test(learns_a_speed),
        cmocka_unit_test(stays_a_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
