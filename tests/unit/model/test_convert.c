/* SPDX-License-Identifier: Apache-2.0 */
/* pawl.modules: a tree written and read again is the same network; whatever else it holds is
 * refused. And the weights of a Focus in their new places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/wts_modules.h"
#include "model/wts_topology.h"
#include "model/wts_tree.h"
#include "model/yolov5.h"
#include "unit/model/wts_text.h"
#include "weights/pickle_value.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A .wts with pawl.* tensors in memory: those of a published graph and its tree. */
typedef struct fixture {
    char *text;
    pw_weights *weights;
    pw_arena arena;
    const pw_module *root;
    pw_tensor_data extra[PW_WTS_EXTRA_COUNT];
} fixture;

static fixture make(size_t graph)
{
    fixture f = {.text = NULL};
    pt_wts wts = PT_WTS_INIT;
    pawl_error error = {.message = ""};
    size_t size = 0;
    wts.graph = graph;
    f.text = pt_wts_make(&wts, &size);
    assert_non_null(f.text);
    assert_int_equal(pt_wts_open(f.text, size, &f.weights, &error), PAWL_OK);
    if (pw_wts_topology(f.weights, "LeakyReLU", &f.arena, &f.root, &error) < 0 ||
        pw_wts_modules_write(f.root, &f.arena, f.extra, &error) < 0)
        fail_msg("%s", error.message);
    return f;
}

static void drop(fixture *f)
{
    pw_arena_free(&f->arena);
    pw_object_abandon(f->weights);
    free(f->text);
}

/* The weights as if the file had these tensors too. */
static void attach(fixture *f)
{
    const size_t count = f->weights->tensor_count;
    pw_tensor_data **tensors =
        pw_arena_array(&f->arena, count + PW_WTS_EXTRA_COUNT, sizeof *tensors);
    assert_non_null(tensors);
    memcpy(tensors, f->weights->tensors, count * sizeof *tensors);
    for (size_t i = 0; i < PW_WTS_EXTRA_COUNT; i++)
        tensors[count + i] = &f->extra[i];
    f->weights->tensors = tensors;
    f->weights->tensor_count = count + PW_WTS_EXTRA_COUNT;
    f->weights->names = NULL; /* found one by one */
}

static void tree_is_read_again(void **state)
{
    (void)state;
    for (size_t graph = 0; graph < PW_PUBLISHED_COUNT; graph++) {
        fixture f = make(graph);
        pw_network first = {.layer_count = 0}, second = {.layer_count = 0};
        pawl_error error = {.message = ""};
        const pw_module *root = NULL;
        attach(&f);
        assert_true(pw_wts_modules_found(f.weights));
        f.arena.limit = (size_t)1 << 30; /* the caller's, and so it stays */
        if (pw_wts_modules_read(f.weights, &f.arena, &root, &error) < 0 ||
            pw_yolov5_emit(f.root, true, &f.arena, &first, &error) < 0 ||
            pw_yolov5_emit(root, true, &f.arena, &second, &error) < 0)
            fail_msg("graph %zu: %s", graph, error.message);
        assert_int_equal(f.arena.limit, (size_t)1 << 30);
        assert_int_equal(first.layer_count, second.layer_count);
        assert_int_equal(first.model.parameter_count, second.model.parameter_count);
        assert_string_equal(first.model.family, second.model.family);
        for (size_t i = 0; i < first.layer_count; i++) {
            assert_string_equal(first.layers[i].name, second.layers[i].name);
            assert_int_equal(first.layers[i].op, second.layers[i].op);
            if (first.layers[i].op == PW_OP_CONV)
                assert_ptr_equal(first.layers[i].as.conv.weights, second.layers[i].as.conv.weights);
        }
        pw_network_free(&first);
        pw_network_free(&second);
        drop(&f);
    }
}

/* A parameter of the model itself is named by its key alone; names that are truths are text. */
static void root_is_read_again(void **state)
{
    fixture f = make(0);
    pw_module *root = pw_arena_alloc(&f.arena, sizeof *root);
    pw_value name[2] = {pw_value_false, pw_value_true}, key = {.kind = PW_VALUE_STRING},
             names = {.kind = PW_VALUE_LIST}, attributes = {.kind = PW_VALUE_DICT};
    pw_value *items[] = {&name[0], &name[1]}, *pair[] = {&key, &names};
    pw_module_tensor tensor = {"model.0.conv.weight", NULL, true, true}; /* the file's own */
    const pw_module *read = NULL;
    pawl_error error = {.message = ""};
    (void)state;
    assert_non_null(root);
    *root = *f.root;
    tensor.tensor = (pw_tensor_data *)(uintptr_t)pw_weights_tensor_find(f.weights, tensor.key);
    assert_non_null(tensor.tensor);
    root->tensors = &tensor;
    root->tensor_count = 1;
    key.as.string.text = "names";
    key.as.string.length = strlen("names");
    names.as.list.items = items;
    names.as.list.count = PW_COUNT(items);
    attributes.as.list.items = pair;
    attributes.as.list.count = PW_COUNT(pair);
    root->attributes = &attributes;
    assert_int_equal(pw_wts_modules_write(root, &f.arena, f.extra, &error), PAWL_OK);
    attach(&f);
    if (pw_wts_modules_read(f.weights, &f.arena, &read, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pw_module_tensor_get(read, tensor.key)->count, tensor.tensor->count);
    const pw_value *again = pw_module_attribute(read, "names");
    assert_string_equal(pw_value_text(again->as.list.items[0]), "False");
    assert_string_equal(pw_value_text(again->as.list.items[1]), "True");
    drop(&f);
}

/* Any byte of the text changed, or the text cut short: read, or refused, but never worse. */
static void damage_is_refused(void **state)
{
    fixture f = make(3);
    char *text = (char *)(uintptr_t)f.extra[1].data;
    const size_t count = f.extra[1].count;
    (void)state;
    attach(&f);
    for (size_t i = 0; i < count; i += 3) {
        const char kept = text[i];
        const pw_module *root = NULL;
        pawl_error error = {.message = ""};
        pw_arena arena = {.last = NULL};
        text[i] = (char)(i % 2 == 0 ? '9' : kept ^ 0x11);
        const pawl_status status = pw_wts_modules_read(f.weights, &arena, &root, &error);
        assert_true(status == PAWL_OK || status == PAWL_ERR_CORRUPT);
        if (status == PAWL_OK) {
            pw_network network = {.layer_count = 0};
            (void)!pw_yolov5_emit(root, true, &arena, &network, NULL);
            pw_network_free(&network);
        }
        pw_arena_free(&arena);
        f.extra[1].count = i;
        assert_int_equal(pw_wts_modules_read(f.weights, &arena, &root, &error), PAWL_ERR_CORRUPT);
        pw_arena_free(&arena);
        f.extra[1].count = count;
        text[i] = kept;
    }
    drop(&f);
}

/* Of a file that has nothing else. */
static pawl_status read_text(const char *text, size_t size, pw_arena *arena, pawl_error *error)
{
    static const uint8_t format[] = {1};
    pw_tensor_data extra[] = {
        {.name = "pawl.format", .dtype = PAWL_U8, .rank = 1, .count = 1, .data = format},
        {.name = "pawl.modules", .dtype = PAWL_U8, .rank = 1, .count = size, .data = text}};
    pw_tensor_data *tensors[] = {&extra[0], &extra[1]};
    const pw_weights weights = {
        .file_name = "promises.wts", .tensors = tensors, .tensor_count = PW_COUNT(tensors)};
    const pw_module *root = NULL;
    for (size_t i = 0; i < PW_COUNT(extra); i++) {
        extra[i].dims[0] = (int64_t)extra[i].count;
        extra[i].strides[0] = 1;
    }
    return pw_wts_modules_read(&weights, arena, &root, error);
}

/* Each module promises as many in it as there are bytes behind it: memory is taken for what the
 * text can hold, and once. */
static void empty_promises_take_no_memory(void **state)
{
    enum { SIZE = 1 << 20, DEPTH = 31 };
    static const size_t parts[] = {1, 15, 15 * DEPTH};
    char *text = malloc(SIZE);
    (void)state;
    assert_non_null(text);
    for (size_t p = 0; p < PW_COUNT(parts); p++) {
        pw_arena arena = {.last = NULL};
        size_t at = 0;
        memset(text, '0', SIZE);
        for (int depth = 0; depth < DEPTH; depth++)
            at += (size_t)sprintf(text + at, "0:0:0:i0ei0ei%zue", (SIZE - at - 64) / parts[p]);
        assert_int_equal(read_text(text, SIZE, &arena, NULL), PAWL_ERR_CORRUPT);
        assert_true(arena.total < 8 * (size_t)SIZE); /* five of them the text and its numbers */
        pw_arena_free(&arena);
    }
    free(text);
}

/* A module of a long name with many in it, each of which has that name in its path: of 120 KB of
 * text they would take 240 MB. */
static void long_paths_meet_the_limit(void **state)
{
    enum { LENGTH = 60000, CHILDREN = 4000, SIZE = LENGTH + 15 * CHILDREN + 100 };
    char *text = malloc(SIZE);
    pw_arena arena = {.last = NULL};
    pawl_error error = {.message = ""};
    (void)state;
    assert_non_null(text);
    size_t at = (size_t)sprintf(text, "0:0:0:i0ei0ei1e%d:", LENGTH);
    memset(text + at, 'a', LENGTH);
    at += LENGTH;
    at += (size_t)sprintf(text + at, "0:0:i0ei0ei%de", CHILDREN);
    for (int i = 0; i < CHILDREN; i++)
        at += (size_t)sprintf(text + at, "0:0:0:i0ei0ei0e");
    assert_int_equal(read_text(text, at, &arena, &error), PAWL_ERR_LIMIT);
    assert_non_null(strstr(error.message, "promises.wts: the modules in tensor pawl.modules ask"));
    assert_true(arena.total < (size_t)80 << 20);
    pw_arena_free(&arena);
    free(text);
}

static pw_value text_value(const char *text)
{
    pw_value value = {.kind = PW_VALUE_STRING};
    value.as.string.text = text;
    value.as.string.length = strlen(text);
    return value;
}

static pw_value list_value(pw_value_kind kind, pw_value **items, size_t count)
{
    pw_value value = {.kind = kind};
    value.as.list.items = items;
    value.as.list.count = value.as.list.capacity = count;
    return value;
}

/* As many names as a head may have, from the last to the first; a text up to its zero. */
static void names_are_written_by_number(void **state)
{
    enum { COUNT = 65536 };
    static pw_value keys[COUNT], *items[2 * COUNT];
    pw_value name = text_value("cat"), key = text_value("names"), *attributes[2] = {&key};
    pw_module root = {.name = "", .path = "", .package = "models.yolo", .type = "Model"};
    pw_arena arena = {.last = NULL};
    pw_tensor_data extra[PW_WTS_EXTRA_COUNT];
    pawl_error error = {.message = ""};
    (void)state;
    name.as.string.length = 5; /* "cat" 0 "?" in a pickle */
    for (int i = 0; i < COUNT; i++) {
        keys[i] = (pw_value){.kind = PW_VALUE_INT, .as.integer = COUNT - 1 - i};
        items[2 * i] = &keys[i];
        items[2 * i + 1] = &name;
    }
    pw_value names = list_value(PW_VALUE_DICT, items, 2 * (size_t)COUNT);
    attributes[1] = &names;
    const pw_value dict = list_value(PW_VALUE_DICT, attributes, 2);
    root.attributes = &dict;
    static const char start[] = "0:11:models.yolo5:Modeli1e5:namesl65536e3:cat3:cat";
    assert_int_equal(pw_wts_modules_write(&root, &arena, extra, &error), PAWL_OK);
    assert_memory_equal(extra[1].data, start, sizeof start - 1);
    keys[7].as.integer = 8; /* now one is there twice, and one not */
    pw_arena_free(&arena);
    assert_int_equal(pw_wts_modules_write(&root, &arena, extra, &error), PAWL_OK);
    assert_int_equal(extra[1].count, strlen("0:11:models.yolo5:Modeli0ei0ei0e"));
    pw_arena_free(&arena);
}

/* One text of a megabyte in many modules, as a pickle may have it. */
static void shared_text_is_bounded(void **state)
{
    enum { COUNT = 20, SIZE = 1 << 20 };
    pw_module modules[COUNT], *children[COUNT];
    pw_module root = {.name = "",
                      .path = "",
                      .package = "models.yolo",
                      .type = "Model",
                      .children = children,
                      .child_count = COUNT};
    char *text = calloc(1, SIZE + 1);
    pw_arena arena = {.last = NULL};
    pw_tensor_data extra[PW_WTS_EXTRA_COUNT];
    pawl_error error = {.message = ""};
    (void)state;
    assert_non_null(text);
    memset(text, 'x', SIZE);
    pw_value key = text_value("mode"), value = text_value(text), *attributes[2] = {&key, &value};
    const pw_value dict = list_value(PW_VALUE_DICT, attributes, 2);
    for (int i = 0; i < COUNT; i++) {
        modules[i] = (pw_module){.name = "a",
                                 .path = "a",
                                 .package = "models.common",
                                 .type = "Conv",
                                 .attributes = &dict};
        children[i] = &modules[i];
    }
    assert_int_equal(pw_wts_modules_write(&root, &arena, extra, &error), PAWL_ERR_LIMIT);
    pw_arena_free(&arena);
    root.child_count = 15;
    assert_int_equal(pw_wts_modules_write(&root, &arena, extra, &error), PAWL_OK);
    pw_arena_free(&arena);
    free(text);
}

/* A tensor without elements, and the least number: read as they were written. */
static void extremes_are_read_again(void **state)
{
    fixture f = make(3);
    const pw_module *root = NULL;
    pawl_error error = {.message = ""};
    pw_tensor_data nothing = {.name = "nothing", .dtype = PAWL_F32, .rank = 2, .dims = {0, 4}};
    pw_module_tensor entry = {.key = "nothing", .tensor = &nothing, .is_persistent = true};
    pw_value key = text_value("gain"), least = {.kind = PW_VALUE_INT, .as.integer = INT64_MIN};
    pw_value *attributes[2] = {&key, &least};
    const pw_value dict = list_value(PW_VALUE_DICT, attributes, 2);
    const pw_module small = {.name = "",
                             .path = "",
                             .package = "models.yolo",
                             .type = "Model",
                             .attributes = &dict,
                             .tensors = &entry,
                             .tensor_count = 1};
    (void)state;
    assert_int_equal(pw_wts_modules_write(&small, &f.arena, f.extra, &error), PAWL_OK);
    attach(&f);
    f.weights->tensors[0] = &nothing;
    if (pw_wts_modules_read(f.weights, &f.arena, &root, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(root->tensors[0].tensor->count, 0);
    assert_true(pw_module_attribute(root, "gain")->as.integer == INT64_MIN);
    drop(&f);
}

/* 18 times the last element of a storage: with dense strides it would be 17 elements beyond it. */
static void views_are_not_reshaped(void **state)
{
    const int64_t own[] = {18}, other[] = {3, 3, 2};
    const float last = 1;
    const pw_tensor_data view = {
        .dtype = PAWL_F32, .rank = 1, .dims = {18}, .strides = {0}, .data = &last, .count = 18};
    pw_tensor_data shaped = view;
    (void)state;
    assert_true(pw_tree_shape(&shaped, own, 1));
    assert_int_equal(shaped.strides[0], 0);
    assert_false(pw_tree_shape(&shaped, other, 3));
    shaped = view;
    shaped.strides[0] = 1;
    assert_true(pw_tree_shape(&shaped, other, 3));
    assert_int_equal(shaped.strides[0], 6);
}

static void later_format_is_refused(void **state)
{
    static const uint8_t later[] = {2};
    fixture f = make(0);
    const pw_module *root = NULL;
    pawl_error error = {.message = ""};
    (void)state;
    f.extra[0].data = later;
    attach(&f);
    assert_int_equal(pw_wts_modules_read(f.weights, &f.arena, &root, &error), PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "format 2"));
    drop(&f);
}

/* One output at one place of a picture: by the Focus and its 3 x 3, and by the folded 6 x 6. */
static void focus_is_folded(void **state)
{
    enum { SIDE = 16, ROW = 3, COLUMN = 5 };
    fixture f = make(4);
    pw_network network = {.layer_count = 0};
    pawl_error error = {.message = ""};
    float picture[3][SIDE][SIDE];
    (void)state;
    if (pw_yolov5_emit(f.root, false, &f.arena, &network, &error) < 0)
        fail_msg("%s", error.message);
    const pw_conv *conv = &network.layers[1].as.conv;
    assert_int_equal(conv->in_channels, 3);
    for (int side = 0; side < 2; side++) {
        assert_int_equal(conv->kernel[side], 6);
        assert_int_equal(conv->stride[side], 2);
        assert_int_equal(conv->padding[side], 2);
    }
    for (int i = 0; i < 3 * SIDE * SIDE; i++)
        (&picture[0][0][0])[i] = (float)(i * 7919 % 101) / 101;
    const pw_tensor_data *weight = pw_weights_tensor_find(f.weights, "model.0.conv.conv.weight");
    float *original = malloc(weight->count * sizeof *original);
    assert_non_null(original);
    pw_tensor_widen(weight, original);
    double by_focus = 0, by_folded = 0;
    for (int k = 0; k < 4; k++) /* x[::2, ::2], x[1::2, ::2], x[::2, 1::2], x[1::2, 1::2] */
        for (int c = 0; c < 3; c++)
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < 3; b++)
                    by_focus +=
                        (double)original[((k * 3 + c) * 3 + a) * 3 + b] *
                        (double)picture[c][2 * (ROW + a - 1) + k % 2][2 * (COLUMN + b - 1) + k / 2];
    for (int c = 0; c < 3; c++)
        for (int a = 0; a < 6; a++)
            for (int b = 0; b < 6; b++)
                by_folded += (double)conv->weights[(c * 6 + a) * 6 + b] *
                             (double)picture[c][2 * ROW + a - 2][2 * COLUMN + b - 2];
    assert_true(by_focus > 1);
    assert_float_equal(by_focus, by_folded, 1e-9);
    free(original);
    pw_network_free(&network);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_is_read_again),
        cmocka_unit_test(root_is_read_again),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(names_are_written_by_number),
        cmocka_unit_test(empty_promises_take_no_memory),
        cmocka_unit_test(long_paths_meet_the_limit),
        cmocka_unit_test(shared_text_is_bounded),
        cmocka_unit_test(extremes_are_read_again),
        cmocka_unit_test(later_format_is_refused),
        cmocka_unit_test(focus_is_folded),
        cmocka_unit_test(views_are_not_reshaped),
    };
    return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
