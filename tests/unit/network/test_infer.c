/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of windows as PyTorch computes them, and inputs that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tiny_model.h"
#include <string.h>

/* torch.nn.Conv2d / MaxPool2d of an h x w input. */
static struct window_row {
    const char *name;
    pw_op op;
    int32_t kernel[2], stride[2], padding[2], dilation[2];
    int32_t in[2], out[2];
} windows[] = {
    {"conv 1x1", PW_OP_CONV, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {7, 9}, {7, 9}},
    {"conv 3x3 same", PW_OP_CONV, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {7, 9}, {7, 9}},
    {"conv 3x3 stride 2 of even", PW_OP_CONV, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {8, 10}, {4, 5}},
    {"conv 3x3 stride 2 of odd", PW_OP_CONV, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {7, 9}, {4, 5}},
    {"stem 6x6 stride 2", PW_OP_CONV, {6, 6}, {2, 2}, {2, 2}, {1, 1}, {64, 96}, {32, 48}},
    {"dilated", PW_OP_CONV, {3, 3}, {1, 1}, {2, 2}, {2, 2}, {7, 9}, {7, 9}},
    {"uneven", PW_OP_CONV, {1, 5}, {1, 3}, {0, 2}, {1, 1}, {7, 9}, {7, 3}},
    {"valid", PW_OP_CONV, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {5, 6}, {1, 2}},
    {"too small", PW_OP_CONV, {5, 5}, {1, 1}, {0, 0}, {1, 1}, {4, 6}, {0, 0}},
    {"pool 5 same", PW_OP_MAXPOOL, {5, 5}, {1, 1}, {2, 2}, {1, 1}, {3, 4}, {3, 4}},
    {"pool 2 stride 2 of odd", PW_OP_MAXPOOL, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {7, 8}, {3, 4}},
    {"pool 13 of 1", PW_OP_MAXPOOL, {13, 13}, {1, 1}, {6, 6}, {1, 1}, {1, 1}, {1, 1}},
};

static void window_is_right(void **state)
{
    const struct window_row *row = *state;
    static const float weights[1] = {0};
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pw_shape shapes[2];
    pt_builder b = {.network = &network, .seed = 1, .error = &error};
    const uint32_t x = pt_tensor(&b, 3), y = pt_tensor(&b, 3);
    pt_layer(&b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, x);
    pw_layer *layer = pt_layer(&b, row->op, "it", x, PW_NO_TENSOR, y);
    pw_conv conv = {.in_channels = 3, .out_channels = 3, .groups = 1, .weights = weights};
    pw_pool pool;
    memcpy(pool.kernel, row->kernel, sizeof pool.kernel);
    memcpy(pool.stride, row->stride, sizeof pool.stride);
    memcpy(pool.padding, row->padding, sizeof pool.padding);
    memcpy(conv.kernel, row->kernel, sizeof conv.kernel);
    memcpy(conv.stride, row->stride, sizeof conv.stride);
    memcpy(conv.padding, row->padding, sizeof conv.padding);
    memcpy(conv.dilation, row->dilation, sizeof conv.dilation);
    if (row->op == PW_OP_CONV)
        layer->as.conv = conv;
    else
        layer->as.pool = pool;
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    const pawl_status status =
        pw_network_infer(&network, 2, row->in[0], row->in[1], shapes, &error);
    if (row->out[0] == 0) {
        assert_int_equal(status, PAWL_ERR_ARGUMENT);
        assert_non_null(strstr(error.message, "layer it"));
    } else {
        assert_int_equal(status, PAWL_OK);
        assert_int_equal(shapes[1].batch, 2);
        assert_int_equal(shapes[1].channels, 3);
        assert_int_equal(shapes[1].height, row->out[0]);
        assert_int_equal(shapes[1].width, row->out[1]);
    }
    pw_network_free(&network);
}

static struct input_row {
    const char *name;
    int32_t batch, height, width;
    pawl_status status;
    const char *message;
} inputs[] = {
    {"square fits", 1, 64, 64, PAWL_OK, ""},
    {"wide fits", 3, 8, 160, PAWL_OK, ""},
    {"no batch", 0, 64, 64, PAWL_ERR_ARGUMENT, "empty"},
    {"negative height", 1, -8, 64, PAWL_ERR_ARGUMENT, "empty"},
    {"height no multiple", 1, 12, 64, PAWL_ERR_ARGUMENT, "multiples of 8"},
    {"width no multiple", 1, 64, 100, PAWL_ERR_ARGUMENT, "multiples of 8"},
    {"too many values", 64, 8192, 8192, PAWL_ERR_LIMIT, "2^31 - 1"},
    {"sides beyond all", 1, 2147483640, 2147483640, PAWL_ERR_LIMIT, "2^31 - 1"},
};

static void input_is_checked(void **state)
{
    const struct input_row *row = *state;
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pw_shape shapes[64];
    assert_int_equal(pt_tiny_network(&network, &error), PAWL_OK);
    assert_true(network.tensor_count <= PW_COUNT(shapes));
    assert_int_equal(
        pw_network_infer(&network, row->batch, row->height, row->width, shapes, &error),
        row->status);
    assert_non_null(strstr(error.message, row->message));
    for (uint32_t t = 0; row->status == PAWL_OK && t < network.tensor_count; t++) {
        assert_int_equal(shapes[t].batch, row->batch);
        assert_int_equal(shapes[t].channels, network.tensors[t].channels);
        const uint32_t parent = network.tensors[t].parent;
        if (parent != PW_NO_TENSOR)
            assert_int_equal(shapes[t].height, shapes[parent].height);
        assert_true(shapes[t].height > 0 && shapes[t].width > 0);
    }
    pw_network_free(&network);
}

/* What meets must be of one size; the head's levels must have the strides they claim. */
static void sizes_must_meet(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pw_shape shapes[64];
    (void)state;
    assert_int_equal(pt_tiny_network(&network, &error), PAWL_OK);
    pw_layer *head = &network.layers[network.layer_count - 1];
    head->as.detect.stride[1] = 4;
    assert_int_equal(pw_network_infer(&network, 1, 64, 64, shapes, &error), PAWL_ERR_CORRUPT);
    assert_non_null(strstr(error.message, "stride of 4"));
    head->as.detect.stride[1] = 8;
    for (size_t i = 0; i < network.layer_count; i++) {
        pw_layer *layer = &network.layers[i];
        if (layer->op == PW_OP_UPSAMPLE) {
            layer->as.upsample.factor = 3;
            assert_int_equal(pw_network_infer(&network, 1, 64, 64, shapes, &error),
                             PAWL_ERR_ARGUMENT);
            layer->as.upsample.factor = 2;
        } else if (layer->op == PW_OP_MAXPOOL) { /* a slice of another size than its neighbour */
            layer->as.pool.padding[0] = 1;
            assert_int_equal(pw_network_infer(&network, 1, 64, 64, shapes, &error),
                             PAWL_ERR_ARGUMENT);
            layer->as.pool.padding[0] = 2;
        } else if (layer->op == PW_OP_CONV && layer->as.conv.has_residual) {
            layer->as.conv.padding[1] = 0;
            assert_int_equal(pw_network_infer(&network, 1, 64, 64, shapes, &error),
                             PAWL_ERR_ARGUMENT);
            layer->as.conv.padding[1] = 1;
        }
    }
    assert_int_equal(pw_network_infer(&network, 1, 64, 64, shapes, &error), PAWL_OK);
    pw_network_free(&network);
}

int main(void)
{
    struct CMUnitTest tests[1 + PW_COUNT(windows) + PW_COUNT(inputs)] = {
        cmocka_unit_test(sizes_must_meet),
    };
    for (size_t i = 0; i < PW_COUNT(windows); i++)
        tests[1 + i] = (struct CMUnitTest){
            .name = windows[i].name, .test_func = window_is_right, .initial_state = &windows[i]};
    for (size_t i = 0; i < PW_COUNT(inputs); i++)
        tests[1 + PW_COUNT(windows) + i] = (struct CMUnitTest){
            .name = inputs[i].name, .test_func = input_is_checked, .initial_state = &inputs[i]};
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
