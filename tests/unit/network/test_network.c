/* SPDX-License-Identifier: Apache-2.0 */
/* Making, copying, editing and describing networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/tiny_model.h"
#include <math.h>
#include <string.h>

static int make(void **state)
{
    static pw_network network;
    pawl_error error = {.message = ""};
    *state = &network;
    network = (pw_network){.source_layer_count = 0};
    return pt_tiny_network(&network, &error) < 0;
}

static int drop(void **state)
{
    pw_network_free(*state);
    return 0;
}

static void limits_are_refused(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    uint32_t tensor = 77;
    (void)state;
    assert_int_equal(pw_network_add_tensor(&network, 0, &tensor, &error), PAWL_ERR_LIMIT);
    assert_int_equal(pw_network_add_tensor(&network, PW_MAX_CHANNELS + 1, &tensor, &error),
                     PAWL_ERR_LIMIT);
    assert_int_equal(tensor, 77);
    const pw_layer layer = {.op = PW_OP_INPUT, .name = "x"};
    for (size_t i = 0; i < PW_MAX_LAYERS; i++)
        assert_int_equal(pw_network_add_layer(&network, &layer, &error), PAWL_OK);
    assert_int_equal(pw_network_add_layer(&network, &layer, &error), PAWL_ERR_LIMIT);
    assert_int_equal(network.layers[PW_MAX_LAYERS - 1].id, PW_MAX_LAYERS - 1);
    for (size_t i = 0; i < PW_MAX_TENSORS; i++)
        assert_int_equal(pw_network_add_tensor(&network, 1, &tensor, &error), PAWL_OK);
    assert_int_equal(pw_network_add_tensor(&network, 1, &tensor, &error), PAWL_ERR_LIMIT);
    pw_network_free(&network);
}

static void copy_is_deep(void **state)
{
    pw_network *network = *state, copy = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    assert_int_equal(pw_network_copy(network, &copy, &error), PAWL_OK);
    assert_int_equal(pw_network_validate(&copy, &error), PAWL_OK);
    assert_int_equal(copy.layer_count, network->layer_count);
    assert_int_equal(copy.next_layer_id, network->next_layer_id);
    for (size_t i = 0; i < copy.layer_count; i++) {
        assert_string_equal(copy.layers[i].name, network->layers[i].name);
        assert_ptr_not_equal(copy.layers[i].name, network->layers[i].name);
        assert_int_equal(copy.layers[i].id, network->layers[i].id);
    }
    assert_ptr_equal(copy.layers[1].as.conv.weights, network->layers[1].as.conv.weights);
    copy.tensors[1].channels = 999;
    copy.layers[1].op = PW_OP_COUNT;
    assert_int_equal(pw_network_validate(network, &error), PAWL_OK);
    pw_network_free(&copy);
    assert_null(copy.layers);
}

static void producers_and_consumers_are_found(void **state)
{
    const pw_network *network = *state;
    const pw_layer *head = pw_network_head(network);
    assert_non_null(head);
    assert_int_equal(pw_network_producer(network, network->layers[2].output), 2);
    assert_int_equal(pw_network_producer(network, PW_NO_TENSOR - 1), SIZE_MAX);
    assert_int_equal(pw_network_consumer_count(network, head->inputs[0]), 1);
    /* The residual convolution reads its input twice, but it is one layer; the concatenation is the
     * second. */
    assert_int_equal(pw_network_consumer_count(network, network->layers[4].output), 2);
    for (uint32_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].parent != PW_NO_TENSOR)
            assert_int_equal(pw_network_producer(network, network->tensors[t].parent), SIZE_MAX);
}

static void compact_drops_what_is_dead(void **state)
{
    pw_network *network = *state;
    pawl_error error = {.message = ""};
    const size_t layers = network->layer_count, tensors = network->tensor_count;
    const uint32_t id = network->layers[layers - 1].id;
    pw_layer *activation = &network->layers[4];
    assert_int_equal(activation->op, PW_OP_ACTIVATION);
    pw_network_replace_input(network, activation->output, activation->inputs[0]);
    activation->op = PW_OP_COUNT;
    assert_int_equal(pw_network_compact(network, &error), PAWL_OK);
    assert_int_equal(network->layer_count, layers - 1);
    assert_int_equal(network->tensor_count, tensors - 1);
    assert_int_equal(network->layers[layers - 2].id, id);
    assert_int_equal(pw_network_validate(network, &error), PAWL_OK);
}

/* 2 x output pixels x output channels x input channels a group x kernel. */
static void flops_are_counted(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pt_builder b = {.network = &network, .seed = 1, .error = &error};
    (void)state;
    const uint32_t x = pt_tensor(&b, 3);
    pt_layer(&b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, x);
    pt_conv(&b, "conv", x, (pt_conv_shape){3, 8, 3, 2, PW_ACT_SILU});
    assert_int_equal(b.status, PAWL_OK);
    assert_float_equal(pw_network_flops(&network, 2, 32, 64), 2.0 * 2 * 16 * 32 * 8 * 3 * 9, 0.5);
    assert_true(pw_network_flops(&network, 0, 32, 64) < 0);
    pw_network_free(&network);
}

static void model_is_described(void **state)
{
    const pw_network *network = *state;
    pawl_model_info info = {.struct_size = sizeof info};
    pw_network_describe(network, 2 * network->model.imgsz, &info);
    const double at_double = info.gflops;
    pw_network_describe(network, network->model.imgsz, &info);
    assert_true(fabs(at_double - 4 * info.gflops) < 1e-12);
    assert_int_equal(info.imgsz, network->model.imgsz);
    assert_int_equal(info.struct_size, sizeof info);
    assert_int_equal(info.level_count, 2);
    assert_int_equal(info.anchor_count, PT_TINY_ANCHORS);
    assert_int_equal(info.strides[0], 4);
    assert_int_equal(info.strides[1], 8);
    assert_float_equal(info.anchors[1][0][1], 20, 0);
    assert_int_equal(info.class_count, PT_TINY_CLASSES);
    assert_int_equal(info.layer_count, network->layer_count);
    assert_true(info.gflops > 0);
}

static struct text_row {
    const char *name;
    pw_layer layer;
    const char *text;
} texts[] = {
    {"a fused convolution",
     {.op = PW_OP_CONV,
      .as.conv = {64,
                  128,
                  1,
                  {3, 3},
                  {2, 2},
                  {1, 1},
                  {1, 1},
                  PW_ACT_SILU,
                  0,
                  true,
                  PAWL_F32,
                  NULL,
                  NULL,
                  NULL}},
     "3x3 s2 p1 64->128 +silu +add"},
    {"weights of another type",
     {.op = PW_OP_CONV,
      .as.conv = {64,
                  64,
                  1,
                  {3, 3},
                  {1, 1},
                  {1, 1},
                  {1, 1},
                  PW_ACT_RELU,
                  0,
                  false,
                  PAWL_BF16,
                  NULL,
                  NULL,
                  NULL}},
     "3x3 s1 p1 64->64 +relu bf16"},
    {"an uneven, grouped, dilated convolution",
     {.op = PW_OP_CONV,
      .as.conv = {8,
                  8,
                  4,
                  {1, 3},
                  {1, 2},
                  {0, 1},
                  {2, 2},
                  PW_ACT_NONE,
                  0,
                  false,
                  PAWL_F32,
                  NULL,
                  NULL,
                  NULL}},
     "1x3 s1x2 p0x1 d2x2 g4 8->8"},
    {"a batch norm",
     {.op = PW_OP_BATCHNORM, .as.batchnorm = {8, 1e-3f, NULL, NULL, NULL, NULL}},
     "eps 0.001"},
    {"an activation with a slope",
     {.op = PW_OP_ACTIVATION, .as.activation = {PW_ACT_LEAKY_RELU, 0.1f}},
     "leaky 0.1"},
    {"an activation without",
     {.op = PW_OP_ACTIVATION, .as.activation = {PW_ACT_HARDSWISH, 0}},
     "hardswish"},
    {"a pool", {.op = PW_OP_MAXPOOL, .as.pool = {{5, 5}, {1, 1}, {2, 2}}}, "5x5 s1 p2"},
    {"an upsampling", {.op = PW_OP_UPSAMPLE, .as.upsample = {2}}, "x2"},
    {"an addition", {.op = PW_OP_ADD, .input_count = 2}, ""},
    {"a concatenation", {.op = PW_OP_CONCAT, .input_count = 2}, "3+3"},
    {"the head",
     {.op = PW_OP_DETECT, .as.detect = {80, 3, 2, {8, 16}, {{{0}}}, 0}},
     "80 classes, 3 anchors, strides 8 16"},
    {"the head with masks",
     {.op = PW_OP_DETECT, .as.detect = {80, 3, 1, {8}, {{{0}}}, 32}},
     "80 classes, 3 anchors, strides 8, 32 mask coefficients"},
    {"a padding", {.op = PW_OP_PAD, .as.pad = {0, 1, 2, 3}}, "top 0, bottom 1, left 2, right 3"},
    {"an attention", {.op = PW_OP_ATTENTION, .as.attention = {4}}, "4 heads"},
    {"a transposed convolution",
     {.op = PW_OP_DECONV,
      .as.deconv = {8, 4, 2, {3, 2}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, PAWL_F32, NULL, NULL, NULL}},
     "3x2 s2 p1 o1x1 g2 8->4"},
    {"channels for pixels", {.op = PW_OP_SPACE_TO_DEPTH, .as.shuffle = {2}}, "x2"},
    {"the head of a classifier", {.op = PW_OP_CLASSIFY}, "0 classes"},
};

static void layer_is_described(void **state)
{
    const struct text_row *row = *state;
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pawl_layer_info info;
    char text[128], small[6];
    pt_builder b = {.network = &network, .seed = 1, .error = &error};
    pw_layer layer = row->layer;
    (void)pt_tensor(&b, 3);
    layer.name = "it";
    layer.output = 0;
    assert_int_equal(pw_network_add_layer(&network, &layer, &error), PAWL_OK);
    pw_layer_describe(&network, 0, &info, text, sizeof text);
    assert_string_equal(info.attributes, row->text);
    assert_string_equal(info.name, "it");
    assert_string_equal(info.op, pw_op_name(row->layer.op));
    assert_int_equal(info.output_channels, 3);
    pw_layer_describe(&network, 0, &info, small, sizeof small);
    assert_true(strlen(small) < sizeof small);
    pw_network_free(&network);
}

static void names_exist(void **state)
{
    (void)state;
    for (int op = 0; op < PW_OP_COUNT; op++)
        assert_true(strlen(pw_op_name((pw_op)op)) > 2);
    for (int kind = 0; kind < PW_ACT_COUNT; kind++)
        assert_true(strlen(pw_activation_name((pw_activation)kind)) > 2);
    assert_string_equal(pw_op_name(PW_OP_COUNT), "?");
    assert_string_equal(pw_activation_name(PW_ACT_COUNT), "?");
}

static void memory_may_run_out(void **state)
{
    pt_allocator counter = {0};
    const pawl_allocator allocator = {&counter, pt_allocate, pt_release};
    (void)state;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    pawl_status status = PAWL_ERR_MEMORY;
    for (long nth = 1; status < 0; nth++) {
        pw_network network = {.source_layer_count = 0}, copy = {.source_layer_count = 0};
        pw_network_object *object = NULL;
        pawl_error error = {.message = ""};
        pt_allocator_reset(&counter, nth);
        status = pt_tiny_network(&network, &error);
        if (status >= 0)
            status = pw_network_copy(&network, &copy, &error);
        if (status >= 0)
            status = pw_network_compact(&copy, &error);
        if (status >= 0)
            status = pw_network_validate(&copy, &error);
        if (status >= 0)
            status = pw_network_object_make(NULL, &copy, &object, &error);
        pw_object_abandon(object);
        pw_network_free(&copy);
        pw_network_free(&network);
        if (status < 0)
            assert_int_equal(status, PAWL_ERR_MEMORY);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    struct CMUnitTest tests[8 + PW_COUNT(texts)] = {
        cmocka_unit_test(limits_are_refused),
        cmocka_unit_test_setup_teardown(copy_is_deep, make, drop),
        cmocka_unit_test_setup_teardown(producers_and_consumers_are_found, make, drop),
        cmocka_unit_test_setup_teardown(compact_drops_what_is_dead, make, drop),
        cmocka_unit_test(flops_are_counted),
        cmocka_unit_test_setup_teardown(model_is_described, make, drop),
        cmocka_unit_test(names_exist),
        cmocka_unit_test(memory_may_run_out),
    };
    for (size_t i = 0; i < PW_COUNT(texts); i++)
        tests[8 + i] = (struct CMUnitTest){
            .name = texts[i].name, .test_func = layer_is_described, .initial_state = &texts[i]};
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
