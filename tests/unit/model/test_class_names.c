/* SPDX-License-Identifier: Apache-2.0 */
/* Names of classes in all the ways that checkpoints hold them, and heads that are no YOLOv5's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/model/tree_fixture.h"
#include <stdio.h>
#include <unistd.h>

/* A pickled call of a function with one or two arguments; all of it lasts. */
typedef struct call {
    pw_value function, arguments, *items[2], first, second;
} call;

static pw_value make_call(call *made, const char *module, const char *name, pw_value first,
                          pw_value second)
{
    *made = (call){.first = first, .second = second};
    made->function.kind = PW_VALUE_GLOBAL;
    made->function.as.global.module = module;
    made->function.as.global.name = name;
    made->items[0] = &made->first;
    made->items[1] = &made->second;
    made->arguments.kind = PW_VALUE_LIST;
    made->arguments.as.list.items = made->items;
    made->arguments.as.list.count = 2;
    pw_value record = {.kind = PW_VALUE_RECORD};
    record.as.record.callable = &made->function;
    record.as.record.arguments = &made->arguments;
    return record;
}

static pw_value bytes(const char *characters, size_t length)
{
    pw_value value = text(characters);
    value.as.string.length = length;
    return value;
}

/* names: a list, a dict, what Python prints of all that a data.yaml can hold, too few, too many,
 * twice the same key, what nobody can read. */
static void names_are_read(void **state)
{
    static call calls[3];
    const pw_value none = {.kind = PW_VALUE_NONE};
    const pw_value day = bytes("\x07\xe4\x01\x1f", 4);
    const pw_value dates[] = {make_call(&calls[0], "datetime", "date", day, none),
                              make_call(&calls[1], "datetime", "datetime",
                                        bytes("\x07\xcf\x0c\x01\x17\x3b\x07\0\0\0", 10), none)};
    const pw_value strange[] = {make_call(&calls[2], "uuid", "UUID", none, none), text("dog")};
    const pw_value many[] = {text("cat"), text("dog"), text("cow")};
    const pw_value words[] = {text("1"), text("dog"), text("0"), text("cat")};
    const pw_value good[] = {text("cat"), text("dog")};
    const pw_value dict[] = {integer(1), text("dog"), integer(0), text("cat")};
    const pw_value twice[] = {integer(1), text("dog"), integer(1), text("cat")};
    const pw_value beyond[] = {integer(0), text("dog"), integer(2), text("cat")};
    const pw_value numbers[] = {integer(-7), {.kind = PW_VALUE_FLOAT, .as.real = 0.5}};
    const pw_value truths[] = {pw_value_false, {.kind = PW_VALUE_FLOAT, .as.real = 3}};
    const pw_value nothing[] = {text("cat"), {.kind = PW_VALUE_NONE}};
    (void)state;
    const struct {
        pw_value_kind kind;
        const pw_value *values;
        size_t count;
        const char *first, *second;
    } cases[] = {
        {PW_VALUE_LIST, good, 2, "cat", "dog"},
        {PW_VALUE_DICT, dict, 4, "cat", "dog"},
        {PW_VALUE_LIST, numbers, 2, "-7", "0.5"},
        {PW_VALUE_LIST, truths, 2, "False", "3.0"},
        {PW_VALUE_LIST, good, 1, "cat", "class1"},
        {PW_VALUE_LIST, many, 3, "cat", "dog"},
        {PW_VALUE_LIST, many, 0, NULL, NULL},
        {PW_VALUE_DICT, twice, 4, "class0", "cat"},
        {PW_VALUE_DICT, beyond, 4, "dog", "class1"},
        {PW_VALUE_DICT, words, 4, "cat", "dog"},
        {PW_VALUE_LIST, nothing, 2, "cat", "None"},
        {PW_VALUE_LIST, dates, 2, "2020-01-31", "1999-12-01 23:59:07"},
        {PW_VALUE_LIST, strange, 2, "class0", "dog"},
    };
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        void *fixed = NULL;
        pawl_network *network = NULL;
        pawl_error error = {.message = ""};
        assert_int_equal(make(&fixed), 0);
        fixture *f = fixed;
        set(f, f->root, "names", list(f, cases[i].kind, cases[i].values, cases[i].count));
        assert_int_equal(make_network(f, NULL, &network, &error), PAWL_OK);
        if (cases[i].first != NULL) {
            assert_string_equal(pawl_network_class_name(network, 0), cases[i].first);
            assert_string_equal(pawl_network_class_name(network, 1), cases[i].second);
        } else {
            assert_null(pawl_network_class_name(network, 0));
        }
        (void)pawl_network_destroy(&network);
        (void)drop(&fixed);
    }
}

/* Heads of forks are named as such, and nothing is written that build would refuse. */
static void heads_of_forks_are_named(void **state)
{
    static const struct {
        int64_t width;
        const char *attribute, *message;
    } forks[] = {{17, NULL, "five landmarks, as yolov5-face"},
                 {187, NULL, "an angle in 180 classes, as yolov5-obb"},
                 {58, "nkpt", "key points, as YOLO-Pose"},
                 {9, NULL, "gives 9 numbers a box, where YOLOv5's gives 7 for 2 classes: it is"}};
    (void)state;
    for (size_t i = 0; i < PW_COUNT(forks); i++) {
        void *fixed = NULL;
        pawl_network *network = NULL;
        pawl_error error = {.message = ""};
        char path[] = "/tmp/pawl-fork-XXXXXX";
        assert_int_equal(make(&fixed), 0);
        fixture *f = fixed;
        set(f, find(f, "model.24"), "no", integer(forks[i].width));
        set(f, find(f, "model.24.m.0"), "out_channels", integer(3 * forks[i].width));
        if (forks[i].attribute != NULL)
            set(f, find(f, "model.24"), forks[i].attribute, integer(17));
        pawl_weights *weights = pw_object_publish(f->weights);
        f->weights = NULL;
        assert_int_equal(pawl_network_create(weights, NULL, &network, &error),
                         PAWL_ERR_UNSUPPORTED);
        if (strstr(error.message, forks[i].message) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", error.message, forks[i].message);
        assert_non_null(mkdtemp(path));
        char file[64];
        (void)snprintf(file, sizeof file, "%s/x.wts", path);
        assert_int_equal(pawl_weights_save(weights, file, &error), PAWL_ERR_UNSUPPORTED);
        assert_non_null(strstr(error.message, forks[i].message));
        assert_int_equal(rmdir(path), 0); /* it is empty */
        (void)pawl_weights_destroy(&weights);
        (void)drop(&fixed);
    }
}

static void names_given_win(void **state)
{
    const char *const names[] = {"one", "two", "three"};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    desc.names = names;
    desc.name_count = 2;
    assert_int_equal(make_network(*state, &desc, &network, &error), PAWL_OK);
    assert_string_equal(pawl_network_class_name(network, 1), "two");
    (void)pawl_network_destroy(&network);
}

static void names_given_must_fit(void **state)
{
    const char *const names[] = {"one", "two", "three"};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    desc.names = names;
    desc.name_count = 3;
    assert_int_equal(make_network(*state, &desc, &network, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "3 names"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(heads_of_forks_are_named),
        cmocka_unit_test_setup_teardown(names_given_win, make, drop),
        cmocka_unit_test_setup_teardown(names_given_must_fit, make, drop),
    };
    return cmocka_run_group_tests_name("class_names", tests, NULL, NULL);
}
