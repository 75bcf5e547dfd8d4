/* SPDX-License-Identifier: Apache-2.0 */
/* A recording of a program whose objects nothing guards: an end that came too early and an object
 * that was lost are told as such, in every format. */
#include "recording_support.h"

#include <jansson.h>

static const pw_type builder = {.name = "IBuilder", .role = PW_ROLE_BUILD},
                     config = {.name = "IBuilderConfig", .role = PW_ROLE_BUILD},
                     engine = {.name = "ICudaEngine", .role = PW_ROLE_RUN};
static pw_recording traced;
static uint64_t clock_ns;

static void add(pw_record record)
{
    record.time_ns = clock_ns += 250000;
    pw_recording_add(&traced, &record);
}

/* builder #1, config #2 and #3 from it; the builder goes first, #3 never; engine #4 is lost. */
static void trace_a_program(void)
{
    clock_ns = 5000000000;
    pw_recording_begin(&traced, clock_ns);
    add((pw_record){.kind = PW_RECORD_BORN, .id = 1, .type = &builder, .place = {"det.cpp", 7}});
    for (uint64_t id = 2; id <= 3; id++)
        add((pw_record){.kind = PW_RECORD_BORN, .id = id, .type = &config, .others = {1}});
    add((pw_record){.kind = PW_RECORD_BORN, .id = 4, .type = &engine});
    add((pw_record){.kind = PW_RECORD_DISORDERED, .id = 1, .others = {2}, .holder_count = 2});
    add((pw_record){.kind = PW_RECORD_ENDED, .id = 2});
    add((pw_record){.kind = PW_RECORD_RELEASED, .id = 2});
    add((pw_record){.kind = PW_RECORD_LOST, .id = 4});
}

static void save_traced(pawl_lifetime_format format)
{
    const pw_record_view view = pw_recording_view(&traced, 5100000000, PW_GUARD_NONE);
    pawl_error error = {0};
    if (pw_record_save(&view, format, path, &error) != PAWL_OK)
        fail_msg("%s", error.message);
    read_saved();
}

static void the_text_lists_them(void **state)
{
    (void)state;
    save_traced(PAWL_LIFETIME_TEXT);
    assert_contains(saved, "0.000250 + IBuilder #1 at det.cpp:7\n");
    assert_contains(saved,
                    " x IBuilder #1 ended too early, held by IBuilderConfig #2 and 1 other\n");
    assert_contains(saved, " ? ICudaEngine #4 lost: nobody can end it any more\n");
    assert_int_equal(count_of("\n"), 8);
}

static void the_json_lines_list_them(void **state)
{
    (void)state;
    save_traced(PAWL_LIFETIME_JSONL);
    assert_contains(saved, "\"level\":\"none\"");
    assert_contains(saved, "\"event\":\"disordered\",\"id\":1,\"holder\":2,\"holders\":2}\n");
    assert_contains(saved, "\"event\":\"lost\",\"id\":4}\n");
    for (char *line = strtok(saved, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *event = json_loads(line, 0, NULL);
        assert_non_null(event);
        json_decref(event);
    }
}

static void the_trace_shows_them(void **state)
{
    (void)state;
    save_traced(PAWL_LIFETIME_TRACE);
    json_t *root = json_loads(saved, 0, NULL);
    assert_non_null(root);
    json_decref(root);
    assert_contains(saved, "too early end of IBuilder #1");
    assert_contains(saved, "loss of ICudaEngine #4");
    assert_int_equal(count_of("\"end\":\"disordered\""), 1);
    assert_int_equal(count_of("\"end\":\"lost\""), 1);
    assert_int_equal(count_of("\"end\":\"ended\""), 1);
    assert_int_equal(count_of("\"end\":\"alive\""), 1);
    assert_contains(saved, "\"ts\":250.000,\"dur\":1000.000"); /* the builder's, gone at once */
}

static void the_drawing_marks_them(void **state)
{
    (void)state;
    save_traced(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_contains(saved, "Level: none (what is ended is gone, whoever holds it)");
    assert_contains(saved, "ended too early: held by IBuilderConfig #2 and 1 more");
    assert_contains(saved, "lost: never ended");
    assert_int_equal(count_of("made at a place not known"), 3);
    assert_contains(saved, "nothing here sees to that");
    assert_int_equal(count_of("still alive"), 1);
    assert_int_equal(count_of("<circle style=\"fill:#c81e1e\""), 1 + 1); /* and the legend's */
    assert_int_equal(count_of(">?</text>"), 1 + 1);
}

static void a_row_of_many_says_how_many_are_lost(void **state)
{
    (void)state;
    pw_recording_begin(&traced, clock_ns);
    for (uint64_t id = 1; id <= 100; id++) {
        add((pw_record){.kind = PW_RECORD_BORN, .id = id, .type = &engine});
        add((pw_record){.kind = PW_RECORD_LOST, .id = id});
    }
    save_traced(PAWL_LIFETIME_SVG);
    assert_well_formed();
    assert_int_equal(count_of("class=\"name\""), 4);
    assert_contains(saved, "one after another<tspan class=\"no\">, 97 lost</tspan>");
}

static int begin_trace(void **state)
{
    trace_a_program();
    return stub_reset(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_text_lists_them, begin_trace),
        cmocka_unit_test_setup(the_json_lines_list_them, begin_trace),
        cmocka_unit_test_setup(the_trace_shows_them, begin_trace),
        cmocka_unit_test_setup(the_drawing_marks_them, begin_trace),
        cmocka_unit_test_setup(a_row_of_many_says_how_many_are_lost, begin_trace),
    };
    return run_recording_tests("recording of a program that is traced", tests, PW_COUNT(tests));
}
