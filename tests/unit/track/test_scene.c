/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawn scenes with known truth: what the second matching is worth, beside trackers without one.
 * TRACK_FIGURES=1 prints the table of docs/tracking.md.
 */
#include "unit/base/cmocka_all.h"

#include "figures.h"
#include "scene.h"

#include <pawl/track.h>
#include <stdio.h>
#include <string.h>

enum { SCENES = 10, FRAMES = 600, METHODS = 4 };

#define IDS_OF_ALL UINT64_C(0x2a061dba1c518a62) /* of "both matchings", on every machine */

/* A way to track: thresholds, and what came of it in all scenes. */
typedef struct method {
    const char *name;
    float high, low, new;
    pawl_tracker *tracker;
    figures *now;
    long missed, imagined, switches;
    double mota, idf1, least_idf1;
    uint64_t ids; /* all of them, in one number */
} method;

static void step(method *m, const scene *s)
{
    uint64_t ids[SCENE_BOXES];
    uint32_t found_ids[SCENE_BOXES];
    pawl_detection found[SCENE_BOXES];
    size_t count = 0;
    pawl_error error = {.message = ""};
    if (pawl_tracker_update(m->tracker, (uint64_t)s->frame, s->found, s->found_count, ids, &error) <
        0)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < s->found_count; i++) {
        m->ids = (m->ids ^ ids[i]) * UINT64_C(0x100000001b3);
        if (ids[i] == 0)
            continue;
        found_ids[count] = (uint32_t)ids[i];
        found[count++] = s->found[i];
    }
    figures_add(m->now, s->truth_ids, s->truth, s->truth_count, found_ids, found, count);
}

static void begin(method *m)
{
    pawl_error error = {.message = ""};
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    desc.high_confidence = m->high;
    desc.low_confidence = m->low;
    desc.new_confidence = m->new;
    if (pawl_tracker_create(&desc, &m->tracker, &error) < 0)
        fail_msg("%s", error.message);
    memset(m->now, 0, sizeof *m->now);
}

static void finish(method *m)
{
    assert_int_equal(pawl_tracker_destroy(&m->tracker), PAWL_OK);
    figures_end(m->now);
    m->missed += m->now->missed;
    m->imagined += m->now->imagined;
    m->switches += m->now->switches;
    m->mota += m->now->mota / SCENES;
    m->idf1 += m->now->idf1 / SCENES;
    m->least_idf1 = m->now->idf1 < m->least_idf1 ? m->now->idf1 : m->least_idf1;
}

static void run(method *methods)
{
    for (uint64_t seed = 1; seed <= SCENES; seed++) {
        scene s;
        scene_begin(&s, seed);
        for (size_t i = 0; i < METHODS; i++)
            begin(&methods[i]);
        for (int frame = 0; frame < FRAMES; frame++) {
            scene_next(&s);
            for (size_t i = 0; i < METHODS; i++)
                step(&methods[i], &s);
        }
        for (size_t i = 0; i < METHODS; i++)
            finish(&methods[i]);
    }
}

static void the_second_matching_pays(void **state)
{
    (void)state;
    static figures now[METHODS];
    static method methods[METHODS] = {
        {.name = "both matchings", .high = 0.6f, .low = 0.1f, .new = 0.7f},
        {.name = "the first alone, boxes above 0.6", .high = 0.6f, .low = 0.6f, .new = 0.7f},
        {.name = "the first alone, boxes above 0.1", .high = 0.1f, .low = 0.1f, .new = 0.7f},
        {.name = "both, as `pawl predict` does", .high = 0.25f, .low = 0.1f, .new = 0.35f}};
    for (size_t i = 0; i < METHODS; i++) {
        methods[i].now = &now[i];
        methods[i].least_idf1 = 1;
    }
    run(methods);
    for (size_t i = 0; i < METHODS && getenv("TRACK_FIGURES") != NULL; i++)
        printf("| %s | %.3f | %.3f | %ld | %ld | %ld | %llx\n", methods[i].name, methods[i].mota,
               methods[i].idf1, methods[i].switches, methods[i].missed, methods[i].imagined,
               (unsigned long long)methods[i].ids);
    const method *both = &methods[0], *sure = &methods[1], *all = &methods[2];
    assert_true(both->mota > sure->mota + 0.08 && both->idf1 > sure->idf1 + 0.04);
    assert_true(both->switches < sure->switches && both->missed < sure->missed * 7 / 10);
    assert_true(both->idf1 > all->idf1 + 0.05 && both->switches < all->switches * 6 / 10);
    assert_true(both->imagined < all->imagined / 10);
    assert_true(both->mota > 0.8 && both->idf1 > 0.72 && both->least_idf1 > 0.6);
    assert_true(both->ids == IDS_OF_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_matching_pays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
