/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints made in memory: containers of every form, the module tree, tensors. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "parsed.h"
#include "weights/module.h"

typedef struct file_row {
    const char *name;
    small_options options;
    pawl_status status;
    const char *what; /* refused: part of the message; read: the state dictionary's names */
} file_row;

#define CONV_NAMES                                                                   \
    "model.0.conv.weight model.0.bn.weight model.0.bn.bias model.0.bn.running_mean " \
    "model.0.bn.num_batches_tracked "
#define NAMES CONV_NAMES "model.1.anchors model.1.m.bias "

/* clang-format off */
static file_row rows[] = {
    {"plain", {.root = NULL}, PAWL_OK, NAMES},
    {"root named after the file", {.root = "best"}, PAWL_OK, NAMES},
    {"root of two folders", {.root = "a/b"}, PAWL_OK, NAMES},
    {"zip64", {.zip_flags = MK_ZIP64}, PAWL_OK, NAMES},
    {"padded local headers", {.zip_flags = MK_LOCAL_EXTRA}, PAWL_OK, NAMES},
    {"without checksums", {.zip_flags = MK_NO_CRC}, PAWL_OK, NAMES},
    {"little-endian, said so", {.byteorder = "little"}, PAWL_OK, NAMES},
    {"model under ema", {.key = "ema"}, PAWL_OK, NAMES},
    {"model beside an ema of False", {.other = "\x89"}, PAWL_OK, NAMES},
    {"model beside an ema of 0", {.other = "I0\n"}, PAWL_OK, NAMES},
    {"model beside an ema of another kind", {.other = "K\1"}, PAWL_OK, NAMES},
    {"model beside an empty ema", {.other = "}"}, PAWL_OK, NAMES},
    {"model beside an ema of nothing", {.other = ")"}, PAWL_OK, NAMES},
    {"model beside an ema that is a state dictionary", {.is_other_state = true}, PAWL_OK, NAMES},
    {"model under ema beside a state dictionary", {.key = "ema", .is_other_state = true}, PAWL_OK, NAMES},
    {"model alone", {.is_alone = true}, PAWL_OK, NAMES},
    {"in DistributedDataParallel", {.is_parallel = true}, PAWL_OK, NAMES},
    {"in AutoShape and DetectMultiBackend", {.is_of_hub = true}, PAWL_OK, NAMES},
    {"compiled", {.is_compiled = true}, PAWL_OK, NAMES},
    {"compiled in DistributedDataParallel, alone", {.is_compiled = true, .is_parallel = true, .is_alone = true}, PAWL_OK, NAMES},
    {"in all three", {.is_parallel = true, .is_of_hub = true}, PAWL_OK, NAMES},
    {"fused", {.is_fused = true}, PAWL_OK, "model.0.conv.weight model.0.conv.bias model.1.anchors model.1.m.bias "},
    {"pruned, the masks kept", {.is_pruned = true}, PAWL_OK, NAMES},
    {"with a native anchor_grid", {.has_native_grid = true}, PAWL_OK, CONV_NAMES "model.1.anchors model.1.anchor_grid model.1.m.bias "},
    {"with a buffer that is not persistent", {.has_hidden_buffer = true}, PAWL_OK, NAMES},
    {"legacy", {.is_legacy = true}, PAWL_OK, NAMES},
    {"legacy, fused", {.is_legacy = true, .is_fused = true}, PAWL_OK,
     "model.0.conv.weight model.0.conv.bias model.1.anchors model.1.m.bias "},
    {"big-endian", {.byteorder = "big"}, PAWL_ERR_UNSUPPORTED, "'big'"},
    {"legacy big-endian", {.is_legacy = true, .byteorder = "big"}, PAWL_ERR_UNSUPPORTED, "big-endian"},
    {"deflated", {.zip_flags = MK_DEFLATED}, PAWL_OK, NAMES},
    {"deflated, zip64, without checksums", {.zip_flags = MK_DEFLATED | MK_ZIP64 | MK_NO_CRC}, PAWL_OK, NAMES},
    {"deflated, wrong checksum", {.zip_flags = MK_DEFLATED | MK_BAD_CRC}, PAWL_ERR_CORRUPT, "checksum"},
    {"deflated and cut", {.zip_flags = MK_DEFLATED | MK_CUT_STREAM}, PAWL_ERR_CORRUPT, "cannot be unpacked"},
    {"deflated to another size", {.zip_flags = MK_DEFLATED | MK_LONGER}, PAWL_ERR_CORRUPT, "cannot be unpacked"},
    {"stored in two sizes", {.zip_flags = MK_LONGER}, PAWL_ERR_CORRUPT, "claims two sizes"},
    {"packed by bzip2", {.zip_flags = MK_BZIP2}, PAWL_ERR_UNSUPPORTED, "compressed by method 12"},
    {"encrypted", {.zip_flags = MK_ENCRYPTED}, PAWL_ERR_UNSUPPORTED, "encrypted"},
    {"wrong checksum", {.zip_flags = MK_BAD_CRC}, PAWL_ERR_CORRUPT, "checksum"},
    {"TorchScript by constants", {.extra = "constants.pkl"}, PAWL_ERR_UNSUPPORTED, "TorchScript"},
    {"torch.export beside a pickle", {.extra = "models/model.json"}, PAWL_OK, NAMES},
    {"TorchScript by code", {.extra = "code/__torch__.py"}, PAWL_ERR_UNSUPPORTED, "TorchScript"},
    {"YOLOv8", {.package = "ultralytics.nn.tasks"}, PAWL_ERR_UNSUPPORTED, "ultralytics"},
};
/* clang-format on */

static void opens(void **state)
{
    const file_row *row = *state;
    mk_buffer file = small_file(&row->options);
    opened made = parse(&file);
    if (made.status != row->status)
        print_message("%s\n", made.error.message);
    assert_int_equal(made.status, row->status);
    if (row->status < 0)
        assert_non_null(strstr(made.error.message, row->what));
    else
        assert_string_equal(made.names, row->what);
    pw_arena_free(&made.weights.arena);
    mk_free(&file);
}

/* What PyTorch's pruning left of a parameter is one again, its values those that the model runs
 * with. */
static void masks_are_applied(void **state)
{
    (void)state;
    static const float wanted[] = {1, 2, 0, 2, 0, 6, 7, -8};
    float values[8];
    mk_buffer file = small_file(&(small_options){.is_pruned = true});
    opened made = parse(&file);
    assert_int_equal(made.status, PAWL_OK);
    const pw_module *conv = pw_module_find(made.weights.root, "model.0.conv");
    assert_non_null(pw_module_tensor_get(conv, "weight"));
    assert_null(pw_module_tensor_get(conv, "weight_orig"));
    assert_null(pw_module_tensor_get(conv, "weight_mask"));
    pw_tensor_widen(pw_module_tensor_get(conv, "weight"), values);
    assert_memory_equal(values, wanted, sizeof wanted);
    pw_arena_free(&made.weights.arena);
    mk_free(&file);
}

static void the_tree_is_as_saved(void **state)
{
    (void)state;
    mk_buffer file = small_file(&(small_options){.has_hidden_buffer = true});
    opened made = parse(&file);
    const pw_module *root = made.weights.root;
    assert_int_equal(made.status, PAWL_OK);
    assert_int_equal(made.weights.kind, PAWL_WEIGHTS_PT);
    assert_string_equal(root->type, "Model");
    assert_string_equal(root->package, "models.yolo");
    assert_string_equal(root->path, "");
    const pw_module *conv = pw_module_find(root, "model.0.conv");
    assert_non_null(conv);
    assert_string_equal(conv->type, "Conv2d");
    assert_string_equal(conv->path, "model.0.conv");
    assert_string_equal(conv->name, "conv");
    assert_ptr_equal(pw_module_child(pw_module_find(root, "model.0"), "conv"), conv);
    assert_ptr_equal(pw_module_find(root, ""), root);
    assert_null(pw_module_find(root, "model.0.con"));
    assert_null(pw_module_find(root, "model.0.conv.x"));
    assert_null(pw_module_attribute(conv, "_modules"));
    int64_t size[2] = {0, 0}, integer = 0;
    double eps = 0;
    assert_true(pw_value_ints(pw_module_attribute(conv, "kernel_size"), size, 2));
    assert_int_equal(size[0], 2);
    assert_true(pw_value_ints(pw_module_attribute(conv, "groups"), size, 2));
    assert_int_equal(size[1], 1);
    assert_false(pw_value_ints(pw_module_attribute(conv, "kernel_size"), size, 1));
    assert_true(
        pw_value_real(pw_module_attribute(pw_module_find(root, "model.0.bn"), "eps"), &eps));
    assert_true(eps > 0.00099 && eps < 0.00101);
    assert_false(
        pw_value_int(pw_module_attribute(pw_module_find(root, "model.0.bn"), "eps"), &integer));
    const pw_tensor_data *tracked =
        pw_weights_tensor_find(&made.weights, "model.0.bn.num_batches_tracked");
    assert_int_equal(tracked->rank, 0);
    assert_int_equal(tracked->count, 1);
    const pw_module *detect = pw_module_find(root, "model.1");
    const pw_tensor_data *hidden = pw_module_tensor_get(detect, "hidden");
    assert_non_null(hidden);
    assert_null(hidden->name);
    assert_null(pw_weights_tensor_find(&made.weights, "model.1.hidden"));
    const pw_value *names = pw_module_attribute(root, "names");
    assert_string_equal(pw_value_text(names->as.list.items[0]), "cat");
    const pw_value *epoch = pw_dict_get(made.weights.checkpoint, "epoch");
    assert_true(pw_value_int(epoch, &integer));
    assert_int_equal(integer, -1);
    pw_arena_free(&made.weights.arena);
    mk_free(&file);
}

static void is_widened(const pw_weights *weights, const char *name, const float *expected,
                       size_t count)
{
    float values[16];
    const pw_tensor_data *tensor = pw_weights_tensor_find(weights, name);
    assert_non_null(tensor);
    assert_int_equal(tensor->count, count);
    pw_tensor_widen(tensor, values);
    assert_memory_equal(values, expected, count * sizeof(float));
}

static void values_are_widened(void **state)
{
    (void)state;
    static const float weight[] = {1, 2, 3, 4, 5, 6, 7, 8}, bias[] = {1, -2}, mean[] = {.5f, -.25f};
    static const float tracked[] = {3}, anchors[] = {1.25f, 1.625f, 2, 3.75f};
    static const small_options ways[] = {
        {.root = NULL}, {.is_legacy = true}, {.zip_flags = MK_DEFLATED}};
    for (size_t i = 0; i < PW_COUNT(ways); i++) {
        mk_buffer file = small_file(&ways[i]);
        opened made = parse(&file);
        assert_int_equal(made.status, PAWL_OK);
        is_widened(&made.weights, "model.0.conv.weight", weight, 8);
        is_widened(&made.weights, "model.0.bn.weight", bias, 2);
        is_widened(&made.weights, "model.0.bn.bias", bias, 2);
        is_widened(&made.weights, "model.0.bn.running_mean", mean, 2);
        is_widened(&made.weights, "model.0.bn.num_batches_tracked", tracked, 1);
        is_widened(&made.weights, "model.1.anchors", anchors, 4);
        pw_arena_free(&made.weights.arena);
        mk_free(&file);
    }
}

/* One tensor as the only parameter of a model, in the archive with the small model's storages. */
static opened parse_tensor(mk_buffer *file, const char *type, int32_t storage_count, int32_t offset,
                           const int32_t *dims, const int32_t *strides, size_t rank,
                           const char *key)
{
    mk_buffer pickle = {NULL, 0, 0};
    mk_ops(&pickle, "\x80\x02}");
    mk_text(&pickle, "model");
    mk_begin(&pickle, "models.yolo", "Model");
    mk_begin_dict(&pickle, "_parameters");
    mk_text(&pickle, "w");
    mk_tensor(&pickle, type, key, storage_count, offset, dims, strides, rank);
    mk_end_dict(&pickle);
    small_empty(&pickle, "_modules");
    mk_end(&pickle);
    mk_ops(&pickle, "s.");
    *file = small_archive(&pickle, &(small_options){.root = NULL});
    mk_free(&pickle);
    return parse(file);
}

/* The sixteen bytes of storage "0", 00 3c 00 40 00 42 00 44 ..., read as each type. */
static void every_dtype_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        pawl_dtype dtype;
        int32_t offset;
        float expected;
    } types[] = {
        {"HalfStorage", PAWL_F16, 1, 2},
        {"BFloat16Storage", PAWL_BF16, 1, 2},
        {"FloatStorage", PAWL_F32, 0, 0x1.007800p+1f},
        {"DoubleStorage", PAWL_F64, 0, 0x1.042004p+65f},
        {"LongStorage", PAWL_I64, 0, (float)0x4400420040003c00},
        {"IntStorage", PAWL_I32, 0, (float)0x40003c00},
        {"ShortStorage", PAWL_I16, 0, 0x3c00},
        {"CharStorage", PAWL_I8, 1, 0x3c},
        {"ByteStorage", PAWL_U8, 1, 0x3c},
        {"BoolStorage", PAWL_BOOL, 1, 1},
    };
    static const int32_t one = 1;
    for (size_t i = 0; i < PW_COUNT(types); i++) {
        mk_buffer file;
        float value = 0;
        opened made = parse_tensor(&file, types[i].type, 2, types[i].offset, &one, &one, 1, "0");
        assert_int_equal(made.status, PAWL_OK);
        assert_int_equal(made.weights.tensors[0]->dtype, types[i].dtype);
        pw_tensor_widen(made.weights.tensors[0], &value);
        if (value < types[i].expected || value > types[i].expected)
            fail_msg("%s: %a, not %a", types[i].type, (double)value, (double)types[i].expected);
        pw_arena_free(&made.weights.arena);
        mk_free(&file);
    }
}

static void strides_are_respected(void **state)
{
    (void)state;
    static const int32_t dims[] = {2, 2}, columns[] = {1, 2}, apart[] = {4, 2}, same[] = {0, 1};
    static const float transposed[] = {3, 5, 4, 6}, spread[] = {1, 3, 5, 7},
                       repeated[] = {1, 2, 1, 2};
    static const struct {
        const int32_t *strides;
        int32_t offset;
        const float *expected;
    } cases[] = {{columns, 2, transposed}, {apart, 0, spread}, {same, 0, repeated}};
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        mk_buffer file;
        opened made =
            parse_tensor(&file, "HalfStorage", 8, cases[i].offset, dims, cases[i].strides, 2, "0");
        assert_int_equal(made.status, PAWL_OK);
        is_widened(&made.weights, "w", cases[i].expected, 4);
        pw_arena_free(&made.weights.arena);
        mk_free(&file);
    }
}

static void storages_must_be_there(void **state)
{
    (void)state;
    static const int32_t dims[] = {9}, strides[] = {1};
    mk_buffer file;
    opened made = parse_tensor(&file, "HalfStorage", 9, 0, dims, strides, 1, "0");
    is_refused(made, &file, PAWL_ERR_CORRUPT, "9 elements");
    made = parse_tensor(&file, "HalfStorage", 9, 0, dims, strides, 1, "nowhere");
    is_refused(made, &file, PAWL_ERR_CORRUPT, "data/nowhere");
    made = parse_tensor(&file, "ComplexFloatStorage", 9, 0, dims, strides, 1, "0");
    is_refused(made, &file, PAWL_ERR_UNSUPPORTED, "'w'");
}

/* From protocol 4 on a frame stands before the magic number. */
static void the_old_container_may_have_frames(void **state)
{
    (void)state;
    mk_buffer plain = small_file(&(small_options){.is_legacy = true});
    mk_buffer framed = {NULL, 0, 0};
    mk_put(&framed, "\x80\x04\x95\x0d\0\0\0\0\0\0\0", 11);
    mk_put(&framed, plain.data + 2, plain.size - 2);
    opened made = parse(&framed);
    assert_int_equal(made.status, PAWL_OK);
    assert_string_equal(made.names, NAMES);
    pw_arena_free(&made.weights.arena);
    mk_free(&framed);
    mk_free(&plain);
}

static void values_read_as_numbers(void **state)
{
    (void)state;
    int64_t integer = 0;
    bool boolean = false;
    double real = 0;
    pw_value value = {.kind = PW_VALUE_FLOAT, .as.real = 4.0};
    assert_true(pw_value_int(&value, &integer));
    assert_int_equal(integer, 4);
    value.as.real = 4.5;
    assert_false(pw_value_int(&value, &integer));
    value.as.real = 0x1p63;
    assert_false(pw_value_int(&value, &integer));
    value.as.real = (double)NAN;
    assert_false(pw_value_int(&value, &integer));
    value = (pw_value){.kind = PW_VALUE_BOOL, .as.boolean = true};
    assert_true(pw_value_int(&value, &integer) && integer == 1);
    assert_true(pw_value_bool(&value, &boolean) && boolean);
    assert_false(pw_value_real(&value, &real));
    assert_false(pw_value_int(NULL, &integer));
    assert_null(pw_value_text(&value));
    const int64_t many = 1LL << 60;
    pw_tensor_data tensor = {.dtype = PAWL_I64, .count = 1, .data = &many};
    value = (pw_value){.kind = PW_VALUE_TENSOR, .as.tensor = &tensor};
    assert_true(pw_value_int(&value, &integer) && integer == many);
    assert_true(pw_value_real(&value, &real));
    tensor.count = 2;
    assert_false(pw_value_int(&value, &integer));
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(the_tree_is_as_saved),
        cmocka_unit_test(masks_are_applied),
        cmocka_unit_test(values_are_widened),
        cmocka_unit_test(every_dtype_is_read),
        cmocka_unit_test(strides_are_respected),
        cmocka_unit_test(storages_must_be_there),
        cmocka_unit_test(the_old_container_may_have_frames),
        cmocka_unit_test(values_read_as_numbers),
    };
    struct CMUnitTest tests[PW_COUNT(rows) + PW_COUNT(others)];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = opens, .initial_state = &rows[i]};
    for (size_t i = 0; i < PW_COUNT(others); i++)
        tests[PW_COUNT(rows) + i] = others[i];
    return cmocka_run_group_tests_name("pt", tests, NULL, NULL);
}
