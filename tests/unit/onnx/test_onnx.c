/* SPDX-License-Identifier: Apache-2.0 */
/* What an export accepts, refuses and leaves behind; numbers on the wire; every operator and
 * activation has its nodes. That the files are right, tests/onnx shows by other means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onnx/protobuf.h"
#include "support/failing_allocator.h"
#include "support/task_models.h"
#include <pawl/onnx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char out[] = "test_onnx.onnx";

static pawl_status publish(pw_network *made, pawl_network **network, pawl_error *error)
{
    pw_network_object *object = NULL;
    const pawl_status status = pw_network_object_make(NULL, made, &object, error);
    pw_network_free(made);
    if (status >= 0)
        *network = pw_object_publish(object);
    return status;
}

static pawl_status make_network(pawl_network **network, pawl_error *error)
{
    pw_network made = {.source_layer_count = 0};
    PW_TRY(pt_tiny_network(&made, error));
    return publish(&made, network, error);
}

/* The file's bytes, the caller's; NULL: there is none. */
static char *contents(size_t *size)
{
    FILE *file = fopen(out, "rb");
    char *bytes = calloc(1, 1 << 20);
    *size = 0;
    if (file == NULL || bytes == NULL) {
        free(bytes);
        return NULL;
    }
    *size = fread(bytes, 1, 1 << 20, file);
    (void)fclose(file);
    (void)remove(out);
    return bytes;
}

static bool holds(const char *bytes, size_t size, const char *word)
{
    const size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(bytes + i, word, length) == 0)
            return true;
    return false;
}

static void test_wire(void **state)
{
    static const uint8_t expected[] = {0x08, 0x96, 0x01, 0x12, 0x07, 't', 'e',  's', 't',
                                       'i',  'n',  'g',  0x1d, 0,    0,   0x80, 0x3f};
    pw_writer writer = {.data = NULL};
    (void)state;
    pw_pb_int(&writer, 1, 150); /* the documentation's own examples */
    pw_pb_text(&writer, 2, "testing");
    pw_pb_float(&writer, 3, 1);
    assert_int_equal(writer.size, sizeof expected);
    assert_memory_equal(writer.data, expected, sizeof expected);
    writer.size = 0;
    pw_pb_int(&writer, 1, -1); /* ten bytes, as of any negative number */
    assert_int_equal(writer.size, 11);
    writer.size = 0;
    /* Lengths of one byte and of two. */
    for (size_t size = 126; size < 131; size++) {
        writer.size = 0;
        const size_t outer = pw_pb_open(&writer, 3), inner = pw_pb_open(&writer, 4);
        for (size_t i = 0; i < size; i++)
            pw_write_u8(&writer, (uint8_t)i);
        pw_pb_close(&writer, inner);
        pw_pb_close(&writer, outer);
        const size_t head = 1 + pw_pb_varint_size(size);
        assert_int_equal(writer.size, 1 + pw_pb_varint_size(size + head) + head + size);
        assert_int_equal(writer.data[writer.size - size], 0);
        assert_int_equal(writer.data[writer.size - 1], size - 1);
    }
    pw_writer_free(&writer);
}

static void test_arguments(void **state)
{
    static const struct {
        pawl_onnx_desc desc;
        pawl_status status;
        const char *message;
    } rows[] = {
        {{sizeof(pawl_onnx_desc), 0, 0, 0, 0, 0}, PAWL_OK, NULL},
        {{sizeof(pawl_onnx_desc), 17, 1, 2, 32, 64}, PAWL_OK, NULL},
        {{sizeof(pawl_onnx_desc), 11, 0, 0, 0, 0},
         PAWL_ERR_ARGUMENT,
         "operator set 11: those from 12 to 17"},
        {{sizeof(pawl_onnx_desc), 18, 0, 0, 0, 0}, PAWL_ERR_ARGUMENT, "operator set 18"},
        {{sizeof(pawl_onnx_desc), 12, 0, 0, 60, 64}, PAWL_ERR_ARGUMENT, "multiples of 8"},
        {{sizeof(pawl_onnx_desc), 12, 0, -1, 0, 0}, PAWL_ERR_ARGUMENT, "empty"},
        {{4, 0, 0, 0, 0, 0}, PAWL_ERR_ARGUMENT, "struct_size"},
    };
    pawl_network *network = NULL;
    size_t size = 0;
    (void)state;
    assert_int_equal(make_network(&network, NULL), PAWL_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pawl_error error = {.message = ""};
        assert_int_equal(pawl_network_save_onnx(network, &rows[i].desc, out, &error),
                         rows[i].status);
        char *bytes = contents(&size);
        assert_true((bytes != NULL) == (rows[i].status == PAWL_OK));
        if (rows[i].message != NULL)
            assert_non_null(strstr(error.message, rows[i].message));
        free(bytes);
    }
    assert_int_equal(pawl_network_save_onnx(network, NULL, NULL, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_save_onnx(network, NULL, "nowhere/x.onnx", NULL), PAWL_ERR_WRITE);
    assert_int_equal(pawl_network_save_onnx(NULL, NULL, out, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

/* The same network gives the same bytes; slices of a tensor become one again. */
static void test_same(void **state)
{
    pawl_network *network = NULL;
    size_t sizes[2] = {0};
    char *bytes[2];
    (void)state;
    assert_int_equal(make_network(&network, NULL), PAWL_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pawl_network_save_onnx(network, NULL, out, NULL), PAWL_OK);
        bytes[i] = contents(&sizes[i]);
        assert_non_null(bytes[i]);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    assert_true(holds(bytes[0], sizes[0], "model.4.m/Concat_"));
    free(bytes[0]);
    free(bytes[1]);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

/* A class name that is no UTF-8 (Python's surrogates, as a pickle has them) is still a text for
 * those who evaluate the metadata. */
static void test_names(void **state)
{
    pw_network made = {.source_layer_count = 0};
    pawl_network *network = NULL;
    size_t size = 0;
    (void)state;
    assert_int_equal(pt_tiny_network(&made, NULL), PAWL_OK);
    const char **names =
        pw_arena_array(&made.arena, (size_t)made.model.class_count, sizeof(char *));
    assert_non_null(names);
    for (int32_t i = 0; i < made.model.class_count; i++)
        names[i] = "\xc3\xa4\xed\xb2\x80'\t";
    made.model.names = names;
    assert_int_equal(publish(&made, &network, NULL), PAWL_OK);
    assert_int_equal(pawl_network_save_onnx(network, NULL, out, NULL), PAWL_OK);
    char *bytes = contents(&size);
    assert_non_null(bytes);
    assert_true(holds(bytes, size, "{0: '\xc3\xa4\\xed\\xb2\\x80\\'\\x09'"));
    free(bytes);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

/* What no checkpoint of the shared data has: each becomes the node of that name. */
static uint32_t add_rare(pt_builder *b, uint32_t in)
{
    const uint32_t large = pt_tensor(b, 32), back = pt_tensor(b, 8), mean = pt_tensor(b, 8);
    const uint32_t padded = pt_tensor(b, 8), wide = pt_tensor(b, 8), looked = pt_tensor(b, 8);
    pt_layer(b, PW_OP_SPACE_TO_DEPTH, "fold", in, PW_NO_TENSOR, large)->as.shuffle.factor = 2;
    pt_layer(b, PW_OP_DEPTH_TO_SPACE, "unfold", large, PW_NO_TENSOR, back)->as.shuffle.factor = 2;
    pt_layer(b, PW_OP_AVGPOOL, "mean", back, PW_NO_TENSOR, mean)->as.pool =
        (pw_pool){{2, 2}, {2, 2}, {0, 0}};
    pt_layer(b, PW_OP_PAD, "pad", mean, PW_NO_TENSOR, padded)->as.pad = (pw_pad){0, 0, 0, 0};
    pt_layer(b, PW_OP_DECONV, "deconv", padded, PW_NO_TENSOR, wide)->as.deconv =
        (pw_deconv){.in_channels = 8,
                    .out_channels = 8,
                    .groups = 8,
                    .kernel = {2, 2},
                    .stride = {2, 2},
                    .dilation = {1, 1},
                    .weights = pt_values(b, 32, 1, 0),
                    .bias = pt_values(b, 8, 1, 0)};
    pw_layer *look = pt_layer(b, PW_OP_ATTENTION, "look", wide, wide, looked);
    look->inputs[2] = wide;
    look->input_count = 3;
    look->as.attention.heads = 2;
    return looked;
}

static void test_operators(void **state)
{
    static const char *const nodes[] = {
        "fold/SpaceToDepth_",    "unfold/DepthToSpace_", "mean/AveragePool_",    "pad/Pad_",
        "deconv/ConvTranspose_", "look/Softmax_",        "1/GlobalAveragePool_", "output0"};
    (void)state;
    for (int32_t is_dynamic = 0; is_dynamic < 2; is_dynamic++) {
        pw_network made = {.source_layer_count = 0};
        pawl_network *network = NULL;
        pawl_error error = {.message = ""};
        pt_builder b = {.network = &made, .seed = 3, .error = &error};
        size_t size = 0;
        uint32_t x = pt_conv(&b, "0", pt_input(&b), (pt_conv_shape){3, 8, 3, 2, PW_ACT_HARDSWISH});
        x = add_rare(&b, x);
        const uint32_t mean = pt_tensor(&b, 8);
        pt_layer(&b, PW_OP_GLOBALPOOL, "1", x, PW_NO_TENSOR, mean);
        x = pt_conv(&b, "2", mean, (pt_conv_shape){8, PT_TASK_CLASSES, 1, 1, PW_ACT_NONE});
        pt_layer(&b, PW_OP_CLASSIFY, "3", x, PW_NO_TENSOR, PW_NO_TENSOR);
        made.model = (pw_model){.task = PAWL_TASK_CLASSIFY,
                                .family = "custom",
                                .size = "custom",
                                .class_count = PT_TASK_CLASSES,
                                .max_stride = 4,
                                .imgsz = PT_TASK_SIDE};
        assert_int_equal(b.status, PAWL_OK);
        assert_int_equal(publish(&made, &network, &error), PAWL_OK);
        const pawl_onnx_desc desc = {sizeof desc, 12, is_dynamic, 0, 0, 0};
        assert_int_equal(pawl_network_save_onnx(network, &desc, out, &error), PAWL_OK);
        char *bytes = contents(&size);
        for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
            if (bytes == NULL || !holds(bytes, size, nodes[i]))
                fail_msg("no %s", nodes[i]);
        free(bytes);
        assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
    }
}

/* A convolution with each activation, in a network of its own. */
static void test_activations(void **state)
{
    static const char *const nodes[PW_ACT_COUNT] = {
        [PW_ACT_NONE] = "Conv",        [PW_ACT_SILU] = "Sigmoid",
        [PW_ACT_LEAKY_RELU] = "Leaky", [PW_ACT_HARDSWISH] = "HardSigmoid",
        [PW_ACT_RELU] = "Relu",        [PW_ACT_SIGMOID] = "Sigmoid",
        [PW_ACT_RELU6] = "Clip",       [PW_ACT_ELU] = "Elu",
        [PW_ACT_MISH] = "Softplus",    [PW_ACT_GELU] = "Erf"};
    (void)state;
    for (int kind = 0; kind < PW_ACT_COUNT; kind++) {
        pw_network made = {.source_layer_count = 0};
        pawl_network *network = NULL;
        pawl_error error = {.message = ""};
        pt_builder b = {.network = &made, .seed = 3, .error = &error};
        size_t size = 0;
        pt_classifier(&b);
        for (size_t i = 0; i < made.layer_count; i++)
            if (made.layers[i].op == PW_OP_CONV && made.layers[i].as.conv.activation != PW_ACT_NONE)
                made.layers[i].as.conv.activation = (pw_activation)kind;
        made.model.family = made.model.size = "custom";
        made.model.class_count = PT_TASK_CLASSES;
        made.model.max_stride = 4;
        made.model.imgsz = PT_TASK_SIDE;
        assert_int_equal(publish(&made, &network, &error), PAWL_OK);
        assert_int_equal(pawl_network_save_onnx(network, NULL, out, &error), PAWL_OK);
        char *bytes = contents(&size);
        assert_non_null(bytes);
        assert_true(holds(bytes, size, nodes[kind]));
        assert_true(holds(bytes, size, "{0: 'class0', 1: 'class1', 2: 'class2'}"));
        free(bytes);
        assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
    }
}

/* Every allocation fails once: nothing is left, neither a file nor a block. */
static void test_memory(void **state)
{
    static pt_allocator counting;
    const pawl_allocator allocator = {&counting, pt_allocate, pt_release};
    pawl_network *network = NULL;
    size_t size = 0;
    (void)state;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    assert_int_equal(make_network(&network, NULL), PAWL_OK);
    const long live = atomic_load(&counting.live);
    for (long fail_at = 1;; fail_at++) {
        pawl_error error = {.message = ""};
        pt_allocator_reset(&counting, fail_at);
        const pawl_status status = pawl_network_save_onnx(
            network, &(pawl_onnx_desc){sizeof(pawl_onnx_desc), 13, (int32_t)(fail_at & 1), 0, 0, 0},
            out, &error);
        const bool has_failed = atomic_load(&counting.calls) >= fail_at;
        pt_allocator_reset(&counting, 0);
        char *bytes = contents(&size);
        assert_int_equal(atomic_load(&counting.live), live);
        assert_int_equal(status, has_failed ? PAWL_ERR_MEMORY : PAWL_OK);
        assert_true((bytes != NULL) == !has_failed);
        free(bytes);
        if (!has_failed && fail_at > 60)
            break;
    }
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory), /* first: the allocator */
        cmocka_unit_test(test_wire),      cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_same),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_operators), cmocka_unit_test(test_activations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
