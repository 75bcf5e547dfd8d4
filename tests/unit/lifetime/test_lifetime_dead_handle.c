/* SPDX-License-Identifier: Apache-2.0 */
/* Handles that must not resolve, each beside the call that is right. */
#include "stub_object.h"

#include "lifetime/diagnosis.h"

static pawl_error error;

static void used_after_its_end(void **state)
{
    (void)state;
    void *handle = stub_make(&stub_engine, "src/birth.c", 12, NULL, NULL);
    assert_int_equal(pawl_object_name_set(handle, "yolov5n"), PAWL_OK);
    char wanted[128];
    (void)snprintf(wanted, sizeof wanted,
                   "engine #%llu \"yolov5n\" made at birth.c:12 was ended 0.",
                   (unsigned long long)pawl_object_id(handle));
    void *const copy = handle;
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(copy, &stub_engine, &used, &error), PAWL_OK);
    pw_object_release(used);
    assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
    used = NULL;
    assert_int_equal(pw_object_use(copy, &stub_engine, &used, &error), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(error.status, PAWL_ERR_DEAD_HANDLE);
    assert_contains(error.message, "PAWL-L001");
    assert_contains(error.message, wanted);
    assert_null(used);
    assert_int_equal(pawl_object_id(copy), 0);
    assert_int_equal(pawl_object_name_set(copy, "late"), PAWL_ERR_DEAD_HANDLE);
}

static void ended_twice_by_a_copy(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_WARNING);
    void *handle = stub_make(&stub_image, "i.c", 5, NULL, NULL);
    void *copy = handle;
    assert_int_equal(pw_object_destroy_handle(&handle, &stub_image), PAWL_OK);
    assert_int_equal(pw_object_destroy_handle(&handle, &stub_image), PAWL_OK); /* NULL by now */
    assert_string_equal(heard, "");
    assert_int_equal(pw_object_destroy_handle(&copy, &stub_image), PAWL_ERR_DEAD_HANDLE);
    assert_null(copy);
    assert_contains(heard, "PAWL-L001");
    assert_contains(heard, "made at i.c:5 was ended");
    assert_int_equal(unmade_count, 1);
}

static void dead_while_its_memory_is_held(void **state)
{
    (void)state;
    void *plan = stub_make(&stub_plan, "p.c", 2, NULL, NULL);
    void *const copy = plan;
    void *engine = stub_make(&stub_engine, "e.c", 3, plan, NULL);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(copy, &stub_plan, &used, &error), PAWL_ERR_DEAD_HANDLE);
    assert_contains(error.message, "made at p.c:2 was ended");
    assert_null(stub_make(&stub_engine, "e.c", 4, copy, NULL)); /* no more children */
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
}

static void of_another_type(void **state)
{
    (void)state;
    hear_from(PAWL_LOG_WARNING);
    void *handle = stub_make(&stub_plan, "p.c", 7, NULL, NULL);
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(handle, &stub_engine, &used, &error), PAWL_ERR_ARGUMENT);
    assert_contains(error.message,
                    "PAWL-L004: the handle is not of type engine but of type plan: plan #");
    assert_contains(error.message, "made at p.c:7");
    assert_null(used);
    assert_int_equal(pw_object_destroy_handle(&handle, &stub_engine), PAWL_ERR_ARGUMENT);
    assert_non_null(handle);
    assert_contains(heard, "PAWL-L004");
    assert_int_equal(unmade_count, 0);
    assert_int_equal(pw_object_destroy_handle(&handle, &stub_plan), PAWL_OK);
}

static void null_is_no_handle_to_use(void **state)
{
    (void)state;
    pw_object *used = NULL;
    assert_int_equal(pw_object_use(NULL, &stub_detector, &used, &error), PAWL_ERR_ARGUMENT);
    assert_string_equal(error.message, "PAWL-L005: the detector handle is NULL");
    assert_int_equal(pw_object_use(NULL, &stub_detector, &used, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_object_id(NULL), 0);
}

/* None of these may be read, let alone written; some do not even belong to the process. */
static void garbage_is_recognised_unread(void **state)
{
    (void)state;
    void *live = stub_make(&stub_image, NULL, 0, NULL, NULL);
    int local = 0;
    const uint64_t bits = (uint64_t)(uintptr_t)live;
    const uint64_t patterns[] = {
        1,
        8,
        0xDEADBEEF,
        0xDEADBEEFDEADBEEF,
        UINT64_MAX,
        0xA5A5A5A5A5A5A5A5,
        (uint64_t)(uintptr_t)&local,
        (uint64_t)(uintptr_t) "text",
        bits ^ 1,
        bits ^ ((uint64_t)1 << 63),
        bits + ((uint64_t)1 << 20),
        0xA500000000000000,
        0xA5000000000FFFFF,
    };
    for (size_t i = 0; i < PW_COUNT(patterns); i++) {
        void *garbage = (void *)(uintptr_t)patterns[i];
        pw_object *used = NULL;
        assert_int_equal(pw_object_use(garbage, &stub_image, &used, &error), PAWL_ERR_DEAD_HANDLE);
        assert_contains(error.message,
                        i < 9 ? "PAWL-L003" : "PAWL-L00"); /* the last hit slots once used */
        assert_null(used);
        assert_int_equal(pawl_object_id(garbage), 0);
        assert_int_equal(pawl_object_destroy(&garbage), PAWL_ERR_DEAD_HANDLE);
        assert_null(garbage);
    }
    assert_int_equal(pawl_object_destroy(&live), PAWL_OK);
}

static void a_slots_next_object_does_not_revive_it(void **state)
{
    (void)state;
    void *first = stub_make(&stub_image, "first.c", 1, NULL, NULL);
    void *const old = first;
    assert_int_equal(pawl_object_destroy(&first), PAWL_OK);
    for (int i = 0; i < 1000; i++) {
        void *next = stub_make(&stub_image, "next.c", i, NULL, NULL);
        assert_ptr_not_equal(next, old);
        assert_int_equal((uintptr_t)next & 0xFFFFF, (uintptr_t)old & 0xFFFFF); /* the same slot */
        pw_object *used = NULL;
        assert_int_equal(pw_object_use(old, &stub_image, &used, &error), PAWL_ERR_DEAD_HANDLE);
        assert_contains(error.message, "made at first.c:1");
        assert_int_equal(pawl_object_destroy(&next), PAWL_OK);
    }
}

static void forgotten_after_4096_ends_yet_dead(void **state)
{
    (void)state;
    void *first = stub_make(&stub_image, "first.c", 1, NULL, NULL);
    void *const old = first;
    assert_int_equal(pawl_object_destroy(&first), PAWL_OK);
    pw_object *used = NULL;
    for (int i = 0; i < 4095; i++) {
        void *next = stub_make(&stub_image, NULL, 0, NULL, NULL);
        assert_int_equal(pawl_object_destroy(&next), PAWL_OK);
    }
    assert_int_equal(pw_object_use(old, &stub_image, &used, &error), PAWL_ERR_DEAD_HANDLE);
    assert_contains(error.message, "PAWL-L001");
    void *last = stub_make(&stub_image, NULL, 0, NULL, NULL);
    assert_int_equal(pawl_object_destroy(&last), PAWL_OK);
    assert_int_equal(pw_object_use(old, &stub_image, &used, &error), PAWL_ERR_DEAD_HANDLE);
    assert_contains(error.message, "PAWL-L002");
}

static void each_diagnosis_has_cause_and_remedy(void **state)
{
    (void)state;
    size_t count = 0;
    for (const pawl_diagnosis *entry; (entry = pawl_lifetime_diagnosis(count)) != NULL; count++) {
        char wanted[16];
        (void)snprintf(wanted, sizeof wanted, "PAWL-L%03zu", count + 1);
        assert_string_equal(entry->id, wanted);
        assert_true(strlen(entry->title) > 5);
        assert_true(strlen(entry->cause) > 10 && strlen(entry->remedy) > 10);
    }
    assert_int_equal(count, PW_DIAGNOSIS_END - 1);
    assert_true(count > 0);
    assert_null(pawl_lifetime_diagnosis((size_t)-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(used_after_its_end, stub_reset),
        cmocka_unit_test_setup(ended_twice_by_a_copy, stub_reset),
        cmocka_unit_test_setup(dead_while_its_memory_is_held, stub_reset),
        cmocka_unit_test_setup(of_another_type, stub_reset),
        cmocka_unit_test_setup(null_is_no_handle_to_use, stub_reset),
        cmocka_unit_test_setup(garbage_is_recognised_unread, stub_reset),
        cmocka_unit_test_setup(a_slots_next_object_does_not_revive_it, stub_reset),
        cmocka_unit_test_setup(forgotten_after_4096_ends_yet_dead, stub_reset),
        cmocka_unit_test_setup(each_diagnosis_has_cause_and_remedy, stub_reset),
    };
    return cmocka_run_group_tests_name("dead handles", tests, NULL, NULL);
}
