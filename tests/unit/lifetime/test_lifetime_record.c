/* SPDX-License-Identifier: Apache-2.0 */
/* The recording of lifetimes: what it holds, and that each format is what it says it is. */
#include "stub_object.h"

#include "lifetime/recorder.h"
#include "support/failing_allocator.h"

#include <pawl/lifetime_log.h>

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64]; /* of whatever is saved */
static char *saved;   /* its contents */

static int start(void **state)
{
    pawl_lifetime_record_end();
    return stub_reset(state) == 0 && pawl_lifetime_record_begin() == PAWL_OK ? 0 : -1;
}

static void save(pawl_lifetime_format format)
{
    pawl_error error = {0};
    if (pawl_lifetime_record_save(format, path, &error) != PAWL_OK)
        fail_msg("%s", error.message);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    free(saved);
    saved = calloc(1, size + 1);
    assert_non_null(saved);
    assert_int_equal(fread(saved, 1, size, file), size);
    (void)fclose(file);
}

static size_t count_of(const char *part)
{
    size_t count = 0;
    for (const char *at = saved; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* runtime and plan, an engine on both; the plan is ended early, the engine refused once as strict
 * would. Ids from first on. */
static unsigned long long live_a_life(void)
{
    void *runtime = stub_make(PW_TYPE_RUNTIME, "src/main.c", 1, NULL, NULL);
    void *plan = stub_make(PW_TYPE_PLAN, "src/main.c", 2, NULL, NULL);
    const unsigned long long first = pawl_object_id(runtime);
    assert_int_equal(pawl_object_name_set(plan, "yolov5n"), PAWL_OK);
    void *engine = stub_make(PW_TYPE_ENGINE, "src/main.c", 3, runtime, plan);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    pw_recorder_end(first + 2, PAWL_ERR_IN_USE, 0, 1);
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_OK);
    return first;
}

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
        handles[i] = stub_make(PW_TYPE_ENGINE, "e.c", i, parents[0],
                               parents[1] == parents[0] ? NULL : parents[1]);
        assert_non_null(handles[i]);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        (void)pawl_object_destroy(&handles[(seed >> 33) % (uint64_t)(i + 1)]);
        for (int j = 0; j <= i; j++)
            if (handles[j] == NULL)
                handles[j] = stub_make(PW_TYPE_IMAGE, "i.c", j, NULL, NULL);
    }
    size_t tracks = 0;
    assert_true(check_trace(&tracks) >= OBJECTS);
    for (int i = 0; i < OBJECTS; i++)
        assert_true(pawl_object_destroy(&handles[i]) >= 0);
    assert_int_equal(pawl_object_count(), 0);
    assert_true(check_trace(&tracks) >= OBJECTS);
}

/* --- as a drawing --- */

/* Every element that opens is closed, in order. */
static void assert_well_formed(void)
{
    char open[32][16];
    size_t depth = 0;
    for (const char *at = saved; (at = strchr(at, '<')) != NULL; at++) {
        const char *end = strchr(at, '>');
        assert_non_null(end);
        if (at[1] == '?' || end[-1] == '/')
            continue;
        char name[16] = "";
        (void)sscanf(at + (at[1] == '/' ? 2 : 1), "%15[a-z]", name);
        if (at[1] != '/') {
            assert_true(depth < PW_COUNT(open));
            memcpy(open[depth++], name, sizeof name);
            continue;
        }
        assert_true(depth > 0);
        assert_string_equal(open[--depth], name);
    }
    assert_int_equal(depth, 0);
}

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
    void *plan = stub_make(PW_TYPE_PLAN, "p.c", 1, NULL, NULL);
    void *engine = stub_make(PW_TYPE_ENGINE, "e.c", 1, plan, NULL);
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
        void *image = stub_make(PW_TYPE_IMAGE, "run.c", 5, NULL, NULL);
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
        void *next = stub_make(PW_TYPE_NETWORK, "n.c", i, chain, NULL);
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

static void hostile_names_stay_text(void **state)
{
    (void)state;
    void *engine = stub_make(PW_TYPE_ENGINE, "a<b>&\"c.c", 1, NULL, NULL);
    assert_int_equal(pawl_object_name_set(engine, "</text>\"\\\x01\xff\xed\xa0\x80 \xC3\xA9"),
                     PAWL_OK);
    save(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_contains(saved, "“&lt;/text&gt;&quot;\\ ???? \xC3\xA9”");
    save(PAWL_LIFETIME_TRACE);
    json_t *root = json_loads(saved, 0, NULL);
    assert_non_null(root);
    json_decref(root);
    save(PAWL_LIFETIME_JSONL);
    assert_contains(saved, "</text>\\\"\\\\ ???? \xC3\xA9");
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
}

/* --- on and off, and what is refused --- */

static void off_nothing_is_recorded(void **state)
{
    (void)state;
    pawl_lifetime_record_end();
    (void)live_a_life();
    save(PAWL_LIFETIME_TEXT);
    assert_string_equal(saved, "");
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_OK);
    (void)live_a_life();
    pawl_lifetime_record_end();
    save(PAWL_LIFETIME_TEXT); /* what was recorded can be saved afterwards */
    assert_int_equal(count_of("\n"), 11);
}

static void a_recording_cannot_begin_twice(void **state)
{
    (void)state;
    (void)live_a_life();
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_ERR_IN_USE);
    save(PAWL_LIFETIME_TEXT); /* nothing is lost by that */
    assert_int_equal(count_of("\n"), 11);
}

static void wrong_calls_are_refused(void **state)
{
    (void)state;
    pawl_error error = {0};
    assert_int_equal(pawl_lifetime_record_save(PAWL_LIFETIME_SVG, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_lifetime_record_save((pawl_lifetime_format)9, path, &error),
                     PAWL_ERR_ARGUMENT);
    assert_contains(error.message, "no format 9");
    assert_int_equal(pawl_lifetime_record_save(PAWL_LIFETIME_SVG, "/no/such/folder/x.svg", &error),
                     PAWL_ERR_WRITE);
}

static void before_the_first_there_is_none(void **state)
{
    (void)state;
    pawl_error error = {0};
    assert_int_equal(pawl_lifetime_record_save(PAWL_LIFETIME_TEXT, path, &error),
                     PAWL_ERR_ARGUMENT);
    assert_contains(error.message, "pawl_lifetime_record_begin");
}

static void older_objects_are_known_by_their_ids(void **state)
{
    (void)state;
    pawl_lifetime_record_end();
    void *plan = stub_make(PW_TYPE_PLAN, "p.c", 1, NULL, NULL);
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_OK);
    void *engine = stub_make(PW_TYPE_ENGINE, "e.c", 1, plan, NULL);
    char wanted[40];
    (void)snprintf(wanted, sizeof wanted, " on #%llu at e.c:1",
                   (unsigned long long)pawl_object_id(plan));
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_OK);
    for (int format = PAWL_LIFETIME_JSONL; format <= PAWL_LIFETIME_SVG; format++)
        save((pawl_lifetime_format)format);
    save(PAWL_LIFETIME_TEXT);
    assert_contains(saved, wanted);
}

static void too_many_events_are_counted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PW_RECORD_MAX / 3 + 2; i++) { /* three events each */
        void *image = stub_make(PW_TYPE_IMAGE, "i.c", 1, NULL, NULL);
        assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
    }
    save(PAWL_LIFETIME_TEXT);
    assert_contains(saved, " later events were not recorded");
    save(PAWL_LIFETIME_SVG);
    assert_contains(saved, "not recorded: ");
}

static void no_memory_leaves_no_file(void **state)
{
    (void)state;
    static pt_allocator allocator;
    (void)live_a_life();
    assert_int_equal(pawl_allocator_set(&(pawl_allocator){&allocator, pt_allocate, pt_release}),
                     PAWL_OK);
    for (int format = PAWL_LIFETIME_TEXT; format <= PAWL_LIFETIME_SVG; format++) {
        pawl_status status = PAWL_ERR_MEMORY;
        for (long n = 1; status != PAWL_OK; n++) {
            (void)unlink(path);
            pt_allocator_reset(&allocator, n);
            status = pawl_lifetime_record_save((pawl_lifetime_format)format, path, NULL);
            assert_true(status == PAWL_OK || status == PAWL_ERR_MEMORY);
            assert_int_equal(access(path, F_OK) == 0, status == PAWL_OK);
            assert_int_equal(atomic_load(&allocator.live), 0);
            assert_true(n < 20);
        }
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

/* --- threads and fork --- */

#define THREADS 3
#define ROUNDS  300

static void *make_families(void *argument)
{
    for (int round = 0; round < ROUNDS; round++) {
        void *plan = stub_make(PW_TYPE_PLAN, "p.c", 1, NULL, NULL);
        void *engine = stub_make(PW_TYPE_ENGINE, "e.c", 1, plan, NULL);
        if (pawl_object_name_set(engine, "x") < 0 || pawl_object_destroy(&plan) < 0 ||
            pawl_object_destroy(&engine) < 0)
            return argument;
    }
    return NULL;
}

static void threads_record_while_one_saves(void **state)
{
    (void)state;
    unmade_count = PW_COUNT(unmade_ids); /* the stubs' record is for one thread */
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, make_families, path), 0);
    for (int i = 0; i < 4; i++) {
        save((pawl_lifetime_format)i);
        if (i == 2) {
            pawl_lifetime_record_end();
            assert_int_equal(pawl_lifetime_record_begin(), PAWL_OK);
        }
    }
    void *failed = NULL;
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(pawl_object_count(), 0);
}

static void a_forked_child_records_on(void **state)
{
    (void)state;
    void *image = stub_make(PW_TYPE_IMAGE, "i.c", 1, NULL, NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const bool is_right = pawl_object_destroy(&image) == PAWL_OK &&
                              pawl_lifetime_record_save(PAWL_LIFETIME_TEXT, path, NULL) == PAWL_OK;
        _exit(is_right ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(pawl_object_destroy(&image), PAWL_OK);
}

int main(void)
{
    (void)snprintf(path, sizeof path, "/tmp/pawl_record_XXXXXX");
    const int file = mkstemp(path);
    if (file < 0 || close(file) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(before_the_first_there_is_none, stub_reset),
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
        cmocka_unit_test_setup(off_nothing_is_recorded, start),
        cmocka_unit_test_setup(a_recording_cannot_begin_twice, start),
        cmocka_unit_test_setup(wrong_calls_are_refused, start),
        cmocka_unit_test_setup(older_objects_are_known_by_their_ids, start),
        cmocka_unit_test_setup(too_many_events_are_counted, start),
        cmocka_unit_test_setup(no_memory_leaves_no_file, start),
        cmocka_unit_test_setup(threads_record_while_one_saves, start),
        cmocka_unit_test_setup(a_forked_child_records_on, start),
    };
    const int failed = cmocka_run_group_tests_name("recording", tests, NULL, NULL);
    pawl_lifetime_record_end();
    (void)unlink(path);
    free(saved);
    return failed;
}
