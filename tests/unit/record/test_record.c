/* SPDX-License-Identifier: Apache-2.0 */
/* The recording on and off, refused, at its limits, without memory, by threads, after a fork. */
#include "recording_support.h"

#include "support/failing_allocator.h"

#include <pthread.h>
#include <sys/wait.h>

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
    void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_OK);
    void *engine = stub_make(&stub_engine, "e.c", 1, plan, NULL);
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
        void *image = stub_make(&stub_image, "i.c", 1, NULL, NULL);
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

static size_t calls_from_within;

/* An allocator of the user's: nothing is locked while it is called. */
static void *allocate_and_call(void *user, size_t size, size_t alignment)
{
    (void)user;
    void *image = NULL;
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_ERR_IN_USE);
    assert_int_equal(pawl_object_id(image), 0);
    assert_int_equal(pawl_object_report(NULL, NULL), 0);
    calls_from_within++;
    void *memory = NULL;
    return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
}

static void release_and_call(void *user, void *memory)
{
    (void)user;
    pawl_lifetime_record_end();
    free(memory);
}

static void what_a_save_calls_may_call_us(void **state)
{
    (void)state;
    (void)live_a_life();
    assert_int_equal(
        pawl_allocator_set(&(pawl_allocator){NULL, allocate_and_call, release_and_call}), PAWL_OK);
    for (int format = PAWL_LIFETIME_TEXT; format <= PAWL_LIFETIME_SVG; format++)
        save((pawl_lifetime_format)format);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    assert_true(calls_from_within > 4);
    assert_int_equal(pawl_lifetime_record_begin(), PAWL_OK); /* no save is under way any more */
}

/* --- threads and fork --- */

#define THREADS 3
#define ROUNDS  300

static void *make_families(void *argument)
{
    for (int round = 0; round < ROUNDS; round++) {
        void *plan = stub_make(&stub_plan, "p.c", 1, NULL, NULL);
        void *engine = stub_make(&stub_engine, "e.c", 1, plan, NULL);
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
    void *image = stub_make(&stub_image, "i.c", 1, NULL, NULL);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(before_the_first_there_is_none, stub_reset),
        cmocka_unit_test_setup(off_nothing_is_recorded, start),
        cmocka_unit_test_setup(a_recording_cannot_begin_twice, start),
        cmocka_unit_test_setup(wrong_calls_are_refused, start),
        cmocka_unit_test_setup(older_objects_are_known_by_their_ids, start),
        cmocka_unit_test_setup(too_many_events_are_counted, start),
        cmocka_unit_test_setup(no_memory_leaves_no_file, start),
        cmocka_unit_test_setup(what_a_save_calls_may_call_us, start),
        cmocka_unit_test_setup(threads_record_while_one_saves, start),
        cmocka_unit_test_setup(a_forked_child_records_on, start),
    };
    return run_recording_tests("recording", tests, PW_COUNT(tests));
}
