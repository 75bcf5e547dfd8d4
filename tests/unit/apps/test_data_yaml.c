/* SPDX-License-Identifier: Apache-2.0 */
/* data.yaml: the shapes that occur, and files that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/data_yaml.h"
#include "common/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int read_bytes(const char *bytes, size_t size, app_data_yaml *data)
{
    char path[] = "/tmp/pawl-yaml-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), size);
    (void)close(file);
    const int code = app_data_yaml_read(data, path);
    (void)unlink(path);
    return code;
}

static void all_keys_are_read(void **state)
{
    (void)state;
    static const char text[] =
        "# COCO\npath: ../datasets/coco\ntrain: train2017.txt\nval:\n  - a\n  - b/c\n"
        "test: ~\nnc: 3\nnames:\n  0: person\n  2: 'traffic light'\n  1: \"a: b\"\n"
        "download: |\n  from x import y\nextra: {a: [1, {b: 2}], c: 3}\n";
    app_data_yaml data;
    assert_int_equal(read_bytes(text, sizeof text - 1, &data), APP_EXIT_DONE);
    assert_string_equal(data.root, "../datasets/coco");
    assert_int_equal(data.train.count, 1);
    assert_int_equal(data.val.count, 2);
    assert_string_equal(data.val.items[1], "b/c");
    assert_int_equal(data.test.count, 0);
    assert_int_equal(data.class_count, 3);
    assert_string_equal(data.names.items[1], "a: b");
    assert_string_equal(data.names.items[2], "traffic light");
    app_data_yaml_free(&data);
}

static void lists_and_counts(void **state)
{
    (void)state;
    app_data_yaml data;
    assert_int_equal(read_bytes("{val: x, names: [a, b]}", 23, &data), APP_EXIT_DONE);
    assert_int_equal(data.class_count, 2);
    assert_null(data.root);
    char *place = app_data_yaml_place(&data, "some/where/data.yaml", data.val.items[0]);
    assert_string_equal(place, "some/where/x");
    free(place);
    app_data_yaml_free(&data);
    assert_int_equal(read_bytes("nc: 7\nval: /x\npath: y\n", 22, &data), APP_EXIT_DONE);
    assert_int_equal(data.class_count, 7);
    assert_int_equal(data.names.count, 0);
    place = app_data_yaml_place(&data, "data.yaml", data.val.items[0]);
    assert_string_equal(place, "/x");
    free(place);
    app_data_yaml_free(&data);
}

static const char *const lies[] = {
    "",
    "words",
    "- a\n- b\n",
    "names: a\n",
    "names: [a, [b]]\n",
    "names: {a: b}\n",
    "names: {0: a, 0: b}\n",
    "names: {0: a, 2: b}\n",
    "names: {0: [a]}\n",
    "names: {70000: a}\n",
    "names: {-1: a}\n",
    "names: [a, b]\nnc: 3\n",
    "nc: 0\n",
    "nc: -1\n",
    "nc: 1e9\n",
    "nc: 99999999999999999999\n",
    "nc: [1]\n",
    "val: {a: b}\n",
    "path: [a]\n",
    "val: a\nval: b\n",
    "a: &x [1]\nval: *x\n",
    "a: &x [*x, *x]\nb: [*x]\n",
    "val: \"a\\0b\"\n",
    "val: [a\n",
    "val: 'a\n",
    "names:\n\t- a\n",
    "---\nval: a\n---\nval: b\n",
};

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        app_data_yaml data;
        const int code = read_bytes(lies[i], strlen(lies[i]), &data);
        if (code != APP_EXIT_INPUT)
            fail_msg("accepted with %d: %s", code, lies[i]);
        app_data_yaml_free(&data);
    }
}

/* Nesting as deep as the file is long costs neither stack nor much time; half a character, a long
 * list and a long file are refused. */
static void size_does_no_harm(void **state)
{
    (void)state;
    const size_t size = (size_t)5 << 20;
    app_data_yaml data;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '[', size);
    memcpy(text, "a: ", 3);
    assert_int_equal(read_bytes(text, 100000, &data), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
    assert_int_equal(read_bytes(text, size, &data), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
    memcpy(text, "val: [", 6);
    for (size_t i = 6; i < 20000; i += 2)
        memcpy(text + i, "a,", 2);
    text[20000] = ']';
    assert_int_equal(read_bytes(text, 20001, &data), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
    free(text);
    assert_int_equal(read_bytes("val: \xff\xc0", 7, &data), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
    assert_int_equal(app_data_yaml_read(&data, "/nowhere/data.yaml"), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
    assert_int_equal(app_data_yaml_read(&data, "/"), APP_EXIT_INPUT);
    app_data_yaml_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_read),
        cmocka_unit_test(lists_and_counts),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(size_does_no_harm),
    };
    return cmocka_run_group_tests_name("data_yaml", tests, NULL, NULL);
}
