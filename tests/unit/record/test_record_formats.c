/* SPDX-License-Identifier: Apache-2.0 */
/* Each format of the recording is what it says it is, and tells what has happened. */
#include "recording_support.h"

#include <jansson.h>

/* --- as text and as JSON lines --- */

static void assert_line(const char *format, unsigned long long a, unsigned long long b)
{
    char wanted[160];
    (void)snprintf(wanted, sizeof wanted, format, a, b);
    assert_contains(saved, wanted);
}

static void the_text_tells_it_in_order(void **state)
{
    (void)state;
    const unsigned long long first = live_a_life();
    save(PAWL_LIFETIME_TEXT);
    assert_int_equal(count_of("\n"), 11);
    assert_line(" + runtime #%llu at main.c:1\n", first, 0);
    assert_line(" = plan #%llu named \"yolov5n\"\n", first + 1, 0);
    assert_line(" on runtime #%llu, plan #%llu at main.c:3\n", first, first + 1);
    assert_line(" ~ plan #%llu ended, held by engine #%llu\n", first + 1, first + 2);
    assert_line(" ! engine #%llu not ended: PAWL-L006, held by a call under way\n", first + 2, 0);
    assert_line(" . engine #%llu ended\n", first + 2, 0);
    assert_line(" - engine #%llu after 0.0", first + 2, 0);
    assert_line(" - plan #%llu after 0.0", first + 1, 0);
}

static void every_line_is_json(void **state)
{
    (void)state;
    static const char *const wanted[] = {"begun",    "born",     "born",    "named",
                                         "born",     "deferred", "refused", "ended",
                                         "released", "released", "ended",   "released"};
    const unsigned long long first = live_a_life();
    save(PAWL_LIFETIME_JSONL);
    json_int_t last_ns = -1;
    size_t count = 0;
    for (char *line = strtok(saved, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *event = json_loads(line, 0, NULL);
        assert_non_null(event);
        assert_true(count < PW_COUNT(wanted));
        assert_string_equal(json_string_value(json_object_get(event, "event")), wanted[count]);
        const json_int_t time_ns = json_integer_value(json_object_get(event, "time_ns"));
        assert_true(time_ns > last_ns);
        last_ns = time_ns;
        if (count == 4) {
            const json_t *parents = json_object_get(event, "parents");
            assert_int_equal(json_array_size(parents), 2);
            assert_int_equal(json_integer_value(json_array_get(parents, 1)), first + 1);
            assert_int_equal(json_integer_value(json_object_get(event, "line")), 3);
        }
        if (count == 5)
            assert_int_equal(json_integer_value(json_object_get(event, "holder")), first + 2);
        json_decref(event);
        count++;
    }
    assert_int_equal(count, PW_COUNT(wanted));
}

/* --- as a trace --- */

typedef struct bar {
    long long from, to, track;
} bar;

static long long nanoseconds(const json_t *event, const char *key)
{
    return (long long)(json_number_value(json_object_get(event, key)) * 1000.0 + 0.5);
}

/* Bars of one track must not overlap but for one lying inside the other. */
static void assert_nested(const bar *bars, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            const bar a = bars[i], b = bars[j];
            if (a.track == b.track && a.from < b.to && b.from < a.to)
                assert_true((a.from <= b.from && b.to <= a.to) ||
                            (b.from <= a.from && a.to <= b.to));
        }
}

static size_t check_trace(size_t *tracks)
{
    static bar bars[700];
    size_t count = 0;
    *tracks = 0;
    save(PAWL_LIFETIME_TRACE);
    json_t *root = json_loads(saved, 0, NULL);
    assert_non_null(root);
    const json_t *events = json_object_get(root, "traceEvents");
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *event = json_array_get(events, i);
        const char *kind = json_string_value(json_object_get(event, "ph"));
        const long long track = json_integer_value(json_object_get(event, "tid"));
        if (strcmp(kind, "M") == 0 && track > (long long)*tracks)
            *tracks = (size_t)track;
        if (strcmp(kind, "X") != 0)
            continue;
        assert_true(count < PW_COUNT(bars));
        const long long from = nanoseconds(event, "ts");
        bars[count++] = (bar){from, from + nanoseconds(event, "dur"), track};
    }
    assert_nested(bars, count);
    json_decref(root);
    return count;
}

static void bars_of_a_track_nest(void **state)
{
    (void)state;
    (void)live_a_life();
    size_t tracks = 0;
    assert_int_equal(check_trace(&tracks), 3);
    assert_int_equal(tracks, 2); /* the engine lies in one of its parents */
    assert_int_equal(count_of("\"ph\":\"i\""), 2);
    assert_contains(saved, "PAWL-L006: refused end of engine");
    assert_contains(saved, "deferred end of plan");
}

/* Seeded families of up to three parents, ended in any order, some not at all. */
static void bars_nest_whatever_the_order(void **state)
{
    (void)state;
    enum { OBJECTS = 300 };
    static void *handles[OBJECTS];
    uint64_t seed = 7;
    for (int i = 0; i < OBJECTS; i++) {
        void *parents[2] = {NULL, NULL};
        for (int k = 0; k < 2 && i > 0; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            parents[k] = handles[(seed >> 33) % (uint64_t)i];
        }
        handles[i] = stub_make(&stub_engine, "e.c", i, parents[0],
                               parents[1] == parents[0] ? NULL : parents[1]);
        assert_non_null(handles[i]);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        (void)pawl_object_destroy(&handles[(seed >> 33) % (uint64_t)(i + 1)]);
        for (int j = 0; j <= i; j++)
            if (handles[j] == NULL)
                handles[j] = stub_make(&stub_image, "i.c", j, NULL, NULL);
    }
    size_t tracks = 0;
    assert_true(check_trace(&tracks) >= OBJECTS);
    for (int i = 0; i < OBJECTS; i++)
        assert_true(pawl_object_destroy(&handles[i]) >= 0);
    assert_int_equal(pawl_object_count(), 0);
    assert_true(check_trace(&tracks) >= OBJECTS);
}

/* --- as a drawing --- */

static void the_drawing_has_rows_pins_and_ends(void **state)
{
    (void)state;
    const unsigned long long first = live_a_life();
    save(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_int_equal(count_of("class=\"name\""), 3);
    assert_int_equal(count_of("class=\"pin\""), 1 + 1);       /* and the legend's */
    assert_int_equal(count_of("<path class=\"tip\""), 2 + 1); /* at both parents */
    assert_int_equal(count_of("class=\"later\""), 1 + 1);
    assert_int_equal(count_of("class=\"cross\""), 1 + 1);
    assert_line("plan #%llu <tspan", first + 1, 0);
    assert_line("its memory was held by engine #%llu", first + 2, 0);
    assert_contains(saved, "PAWL-L006: held by a call under way");
    assert_contains(saved, "made at main.c:3");
    assert_contains(saved, "The rule: an object holds what it was made from");
}

static void what_is_alive_is_drawn_to_the_edge(void **state)
{
    (void)state;
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    void *engine = stub_make(&stub_engine, "e.c", 1, plan, NULL);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    save(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_contains(saved, "still alive");
    assert_contains(saved, "ended, still held by engine");
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
}

static void pictures_of_a_long_run_share_a_row(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        void *image = stub_make(&stub_image, "run.c", 5, NULL, NULL);
        assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    }
    save(PAWL_LIFETIME_SVG);
    assert_int_equal(count_of("class=\"name\""), 4);
    assert_contains(saved, "image, 997 more");
}

static void a_drawing_has_its_limits_and_says_so(void **state)
{
    (void)state;
    void *chain = NULL;
    for (int i = 0; i < 450; i++) {
        void *next = stub_make(&stub_network, "n.c", i, chain, NULL);
        assert_true(pawl_object_destroy(&chain) >= 0);
        chain = next;
    }
    assert_int_equal(pawl_object_destroy(&chain), PAWL_OK);
    save(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_int_equal(count_of("class=\"name\""), 400);
    assert_contains(saved, "Not shown: 50 objects");
}

static void nothing_can_be_drawn_too(void **state)
{
    (void)state;
    for (int format = PAWL_LIFETIME_TEXT; format <= PAWL_LIFETIME_SVG; format++)
        save((pawl_lifetime_format)format);
    assert_well_formed();
}

#define OVERRIDE "\xe2\x80\xae" /* what follows is written from right to left */
#define NONE     "\xef\xbf\xbd"

static void hostile_names_stay_text(void **state)
{
    (void)state;
    void *engine = stub_make(&stub_engine, "a<b>&\"c.c", 1, NULL, NULL);
    assert_int_equal(
        pawl_object_name_set(engine, "</text>\"\\\x01\xff\xed\xa0\x80 \xC3\xA9" OVERRIDE), PAWL_OK);
    save(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_contains(saved, "“&lt;/text&gt;&quot;\\\\x01" NONE NONE NONE NONE " \xC3\xA9\\u202e”");
    save(PAWL_LIFETIME_TRACE);
    json_t *root = json_loads(saved, 0, NULL);
    assert_non_null(root);
    json_decref(root);
    save(PAWL_LIFETIME_JSONL);
    assert_contains(saved, "</text>\\\"\\\\\\u0001" NONE NONE NONE NONE " \xC3\xA9\\u202e");
    save(PAWL_LIFETIME_TEXT);
    assert_contains(saved, "</text>\"\\\\x01\\xff\\xed\\xa0\\x80 \xC3\xA9\\u202e\"");
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_text_tells_it_in_order, start),
        cmocka_unit_test_setup(every_line_is_json, start),
        cmocka_unit_test_setup(bars_of_a_track_nest, start),
        cmocka_unit_test_setup(bars_nest_whatever_the_order, start),
        cmocka_unit_test_setup(the_drawing_has_rows_pins_and_ends, start),
        cmocka_unit_test_setup(what_is_alive_is_drawn_to_the_edge, start),
        cmocka_unit_test_setup(pictures_of_a_long_run_share_a_row, start),
        cmocka_unit_test_setup(a_drawing_has_its_limits_and_says_so, start),
        cmocka_unit_test_setup(nothing_can_be_drawn_too, start),
        cmocka_unit_test_setup(hostile_names_stay_text, start),
    };
    return run_recording_tests("formats of the recording", tests, PW_COUNT(tests));
}
