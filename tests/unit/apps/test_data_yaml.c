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
    app_data_yaml_free(&data);
    assert_int_equal(read_bytes("nc: 7\nval: /x\npath: y\n", 22, &data), APP_EXIT_DONE);
    assert_int_equal(data.class_count, 7);
    assert_int_equal(data.names.count, 0);
    assert_ptr_equal(app_data_yaml_split(&data, "val"), &data.val);
    assert_ptr_equal(app_data_yaml_split(&data, "train"), &data.train);
    assert_ptr_equal(app_data_yaml_split(&data, "test"), &data.test);
    app_data_yaml_free(&data);
}

/* What Python's reader takes, and UTF-16 besides. */
static void odd_forms_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *val;
        int32_t classes;
    } forms[] = {
        {"names: [a, b]\nnc: 3\nval: x\n", "x", 2},
        {"val: a\nnames: [a]\nval: b\n", "b", 1},
        {"names: [a, b, c]\nval: v\nnames: {0: d}\n", "v", 1},
        {"train: &x [p, q]\nval: *x\nnc: 1\n", "p", 1},
        {"train: &x p\nval: *x\nnc:\n", "p", 0},
        {"path: ''\nval: a\nnames: {1: b, 0: a}\n", "a", 2},
        {"\xef\xbb\xbfval: a\r\nnames:\r\n- x\r\n", "a", 1},
        {"val: 'a\\b'\n", "a\\b", 0},
        {"---\nval: a\n...\n", "a", 0},
    };
    for (size_t i = 0; i < COUNT(forms); i++) {
        app_data_yaml data;
        if (read_bytes(forms[i].text, strlen(forms[i].text), &data) != APP_EXIT_DONE)
            fail_msg("refused: %s", forms[i].text);
        assert_int_equal(data.class_count, forms[i].classes);
        assert_true(data.val.count > 0);
        assert_string_equal(data.val.items[0], forms[i].val);
        assert_null(data.root);
        app_data_yaml_free(&data);
    }
    static const char wide[] = "\xff\xfev\0a\0l\0:\0 \0\x35\x4e\n\0";
    app_data_yaml data;
    assert_int_equal(read_bytes(wide, sizeof wide - 1, &data), APP_EXIT_DONE);
    assert_string_equal(data.val.items[0], "\xe4\xb8\xb5");
    app_data_yaml_free(&data);
}

/* A place of a data.yaml with this path: in a tree of folders, or NULL. */
static char *find_place(const char *folder, const char *root, const char *place)
{
    app_data_yaml data = {.root = root == NULL ? NULL : strdup(root)};
    char *path = app_format("%s/data.yaml", folder), *found = NULL;
    const int code = app_data_yaml_place(&data, path, place, &found);
    assert_int_equal(code, found == NULL ? APP_EXIT_INPUT : APP_EXIT_DONE);
    free(path);
    app_data_yaml_free(&data);
    return found;
}

static void places_are_found(void **state)
{
    (void)state;
    char folder[] = "/tmp/pawl-yaml-XXXXXX";
    static const struct {
        const char *root, *place, *wanted; /* wanted: below the folder */
    } places[] = {
        {NULL, "valid/images", "valid/images"},
        {NULL, "../valid/images", "valid/images"},
        {NULL, "..\\valid\\images", "valid/images"},
        {NULL, "valid\\images", "valid/images"},
        {"valid", "images", "valid/images"},
        {"valid", "../valid/images", "valid/../valid/images"},
        {".\\valid", "images", "./valid/images"},
        {NULL, "nowhere", NULL},
        {NULL, "../nowhere", NULL},
        {"nowhere", "images", NULL},
        {NULL, "/nowhere", NULL},
    };
    assert_non_null(mkdtemp(folder));
    char *images = app_format("%s/valid/images", folder);
    assert_true(app_make_folders(images));
    for (size_t i = 0; i < COUNT(places); i++) {
        char *found = find_place(folder, places[i].root, places[i].place);
        if (places[i].wanted == NULL) {
            assert_null(found);
            continue;
        }
        char *wanted = app_format("%s/%s", folder, places[i].wanted);
        assert_non_null(found);
        assert_string_equal(found, wanted);
        free(found);
        free(wanted);
    }
    char *found = find_place("/tmp", NULL, images);
    assert_string_equal(found, images);
    free(found);
    char *valid = app_format("%s/valid", folder);
    assert_int_equal(rmdir(images) | rmdir(valid) | rmdir(folder), 0);
    free(images);
    free(valid);
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
    "nc: 0\n",
    "nc: -1\n",
    "nc: 1e9\n",
    "nc: 99999999999999999999\n",
    "nc: [1]\n",
    "val: {a: b}\n",
    "path: [a]\n",
    "val: \"a\\0b\"\n",
    "val: &x [*x, *x]\n",
    "names: &x {0: *x}\n",
    "val: *x\n",
    "val: \"..\\images\"\n",
    "val: \xc8\xcb\n",
    "v\0a\0l\0",
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
        cmocka_unit_test(all_keys_are_read),  cmocka_unit_test(lists_and_counts),
        cmocka_unit_test(odd_forms_are_read), cmocka_unit_test(places_are_found),
        cmocka_unit_test(lies_are_refused),   cmocka_unit_test(size_does_no_harm),
    };
    return cmocka_run_group_tests_name("data_yaml", tests, NULL, NULL);
}
