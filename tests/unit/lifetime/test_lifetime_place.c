/* SPDX-License-Identifier: Apache-2.0 */
/* The place of a create call: for what that call makes, and for nothing after it. */
#include "stub_object.h"

static void *made;

/* A create call of the shape all have; what it makes for itself has the same place. */
static pawl_status create(bool may)
{
    pw_object *inner = NULL, *object = NULL;
    if (!may)
        return PAWL_ERR_ARGUMENT; /* before anything is made */
    PW_TRY(pw_object_make(&stub_trt_builder, NULL, 0, &inner, NULL));
    assert_int_equal(inner->place.line, 88);
    const pawl_status status = pw_object_make(&stub_plan, NULL, 0, &object, NULL);
    pw_object_abandon(inner);
    PW_TRY(status);
    made = pw_object_publish(object);
    return PAWL_OK;
}

static int line_of(const char *file, void *handle)
{
    pw_object *used PW_USING = NULL;
    assert_int_equal(pw_object_use(handle, NULL, &used, NULL), PAWL_OK);
    assert_string_equal(used->place.file, file);
    return used->place.line;
}

static void a_call_gives_its_place(void **state)
{
    (void)state;
    pawl_object_at("a.c", 88);
    assert_int_equal(pawl_object_placed(create(true)), PAWL_OK);
    assert_int_equal(line_of("a.c", made), 88);
    assert_int_equal(pawl_object_destroy(&made), PAWL_OK);
}

static void a_call_that_failed_leaves_none(void **state)
{
    (void)state;
    pw_object *object = NULL;
    pawl_object_at("a.c", 88);
    assert_int_equal(pawl_object_placed(create(false)), PAWL_ERR_ARGUMENT);
    assert_int_equal(pw_object_make(&stub_image, NULL, 0, &object, NULL), PAWL_OK);
    void *handle = pw_object_publish(object);
    (void)line_of("", handle);
    assert_int_equal(pawl_object_destroy(&handle), PAWL_OK);
}

static void said_by_hand_it_is_for_one_object(void **state)
{
    (void)state;
    void *first = stub_make(&stub_image, "a.c", 7, NULL, NULL);
    pw_object *object = NULL;
    assert_int_equal(pw_object_make(&stub_image, NULL, 0, &object, NULL), PAWL_OK);
    void *second = pw_object_publish(object);
    assert_int_equal(line_of("a.c", first), 7);
    (void)line_of("", second);
    assert_int_equal(pawl_object_destroy(&second), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&first), PAWL_OK);
}

static void the_text_is_a_copy(void **state)
{
    (void)state;
    char file[] = "/home/user/plugin.c"; /* as of a library that is unloaded later */
    void *object = stub_make(&stub_image, file, 7, NULL, NULL);
    memset(file, '?', sizeof file - 1);
    assert_int_equal(line_of("plugin.c", object), 7);
    hear_from(PAWL_LOG_WARNING);
    void *copy = object;
    assert_int_equal(pawl_object_destroy(&object), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&copy), PAWL_ERR_DEAD_HANDLE);
    assert_contains(heard, "made at plugin.c:7 was ended");
}

/* What was said for a call that never came is no danger to the next. */
static void said_and_not_used(void **state)
{
    (void)state;
    char file[] = "plugin.c";
    pawl_object_at(file, 7);
    memset(file, '?', sizeof file - 1);
    pw_object *object PW_MAKING = NULL;
    assert_int_equal(pw_object_make(&stub_image, NULL, 0, &object, NULL), PAWL_OK);
    assert_string_equal(object->place.file, "plugin.c");
    assert_int_equal(pawl_object_placed(PAWL_OK), PAWL_OK);
}

static void a_long_name_is_cut_short(void **state)
{
    (void)state;
    static const struct {
        const char *given, *kept;
    } names[] = {
        {"a/1234567890123456789012345678901234567890123",
         "1234567890123456789012345678901234567890123"},
        {"12345678901234567890123456789012345678901234",
         "1234567890123456789012345678901234567890..."},
        /* an umlaut across the cut goes as a whole */
        {"123456789012345678901234567890123456789\xC3\xA4.cpp56789",
         "123456789012345678901234567890123456789..."},
        {"folder/", ""},
    };
    for (size_t i = 0; i < PW_COUNT(names); i++) {
        void *object = stub_make(&stub_image, names[i].given, 1, NULL, NULL);
        assert_int_equal(line_of(names[i].kept, object), 1);
        assert_int_equal(pawl_object_destroy(&object), PAWL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_call_gives_its_place, stub_reset),
        cmocka_unit_test_setup(a_call_that_failed_leaves_none, stub_reset),
        cmocka_unit_test_setup(the_text_is_a_copy, stub_reset),
        cmocka_unit_test_setup(said_and_not_used, stub_reset),
        cmocka_unit_test_setup(a_long_name_is_cut_short, stub_reset),
        cmocka_unit_test_setup(said_by_hand_it_is_for_one_object, stub_reset),
    };
    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
