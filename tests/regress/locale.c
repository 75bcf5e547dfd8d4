/* SPDX-License-Identifier: Apache-2.0 */
/* The library inside a program that speaks German: numbers are read and written with a dot, and the
 * program's own keep their comma. LOCPATH names a folder with de_DE.UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "weights/pickle_reader.h"

#include <pawl/image.h>
#include <pawl/object.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the tests stand on: the program's own numbers have a comma, before and after. */
static void assert_german(void)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    assert_true(strtod("0,5", NULL) == 0.5);
}

static void messages_have_dots(void **state)
{
    (void)state;
    char bytes[64];
    pw_strbuf text = PW_STRBUF(bytes);
    pawl_error error = {0};
    pw_arena arena = {0};
    assert_german();
    pw_strbuf_add(&text, "%g %.3f %.15g", 0.5, 1e-3, 0.1);
    assert_string_equal(bytes, "0.5 0.001 0.1");
    assert_int_equal(pw_fail(&error, PAWL_ERR_ARGUMENT, "a stride of %g", 8.5), PAWL_ERR_ARGUMENT);
    assert_string_equal(error.message, "a stride of 8.5");
    const char *printed = pw_arena_printf(&arena, "%.2f", 0.25);
    assert_non_null(printed);
    assert_string_equal(printed, "0.25");
    pw_arena_free(&arena);
    assert_german();
}

static void numbers_are_read_with_a_dot(void **state)
{
    (void)state;
    char *end = NULL;
    const char *const text = "0.5,";
    assert_true(pw_number_parse(text, &end) == 0.5);
    assert_ptr_equal(end, text + 3);
    assert_german();
}

/* Protocol 0 of Python's pickles writes floats as text. */
static void a_pickle_of_text_is_read(void **state)
{
    (void)state;
    static const char pickle[] = "F0.0010000000474974513\n.";
    pw_arena arena = {0};
    pawl_error error = {0};
    pw_value *value = NULL;
    pw_pickle reader = pw_pickle_over(pickle, sizeof pickle - 1, 0, "de.pt", &arena, &error);
    assert_int_equal(pw_pickle_read(&reader, &value), PAWL_OK);
    assert_int_equal(value->kind, PW_VALUE_FLOAT);
    assert_true(value->as.real == 0.0010000000474974513);
    pw_pickle_end(&reader);
    pw_arena_free(&arena);
    assert_german();
}

static void look_for_comma(void *user, const char *text)
{
    const char *age = strstr(text, " s old");
    assert_non_null(age);
    assert_int_equal(age[-4], '.');
    ++*(int *)user;
}

static void the_report_has_dots(void **state)
{
    (void)state;
    static const uint8_t pixel[3];
    const pawl_image_view view = {.pixels = pixel, .width = 1, .height = 1, .row_size = 3};
    pawl_image *image = NULL;
    int lines = 0;
    assert_int_equal(pawl_image_create(&view, &image, NULL), PAWL_OK);
    assert_int_equal(pawl_object_report(look_for_comma, &lines), 1);
    assert_int_equal(lines, 1);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_dots),
        cmocka_unit_test(numbers_are_read_with_a_dot),
        cmocka_unit_test(a_pickle_of_text_is_read),
        cmocka_unit_test(the_report_has_dots),
    };
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        puts("LOCPATH has no de_DE.UTF-8");
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
