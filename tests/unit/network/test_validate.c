/* SPDX-License-Identifier: Apache-2.0 */
/* A good network damaged in one place each time: every damage is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tiny_model.h"
#include <math.h>
#include <string.h>

static pw_layer *of(pw_network *network, pw_op op)
{
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op == op)
            return &network->layers[i];
    return NULL;
}

static pw_layer *residual(pw_network *network)
{
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op == PW_OP_CONV && network->layers[i].as.conv.has_residual)
            return &network->layers[i];
    return NULL;
}

/* The n-th slice of the tiny model: 0 left, 1 right. */
static pw_tensor *slice(pw_network *network, int n)
{
    for (size_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].parent != PW_NO_TENSOR && n-- == 0)
            return &network->tensors[t];
    return NULL;
}

static const float some_scales[8] = {1, 1, 1, 0, 1, 1, 1, 1};

#define DAMAGE(function, ...)           \
    static void function(pw_network *n) \
    {                                   \
        __VA_ARGS__;                    \
    }

DAMAGE(no_layers, n->layer_count = 0)
DAMAGE(too_many_layers, n->layer_count = PW_MAX_LAYERS + 1)
DAMAGE(no_tensors, n->tensor_count = 0)
DAMAGE(op_beyond, n->layers[3].op = (pw_op)99)
DAMAGE(op_negative, n->layers[3].op = (pw_op)-1)
DAMAGE(no_name, n->layers[3].name = NULL)
DAMAGE(same_id, n->layers[3].id = n->layers[2].id)
DAMAGE(id_beyond, n->layers[3].id = n->next_layer_id)
DAMAGE(input_twice, n->layers[3] = n->layers[0]; n->layers[3].id = 3)
DAMAGE(input_missing, n->layers[0].op = PW_OP_ACTIVATION)
DAMAGE(input_channels, n->tensors[n->layers[0].output].channels = 4)
DAMAGE(input_beyond, n->layers[2].inputs[0] = (uint32_t)n->tensor_count)
DAMAGE(input_later, n->layers[1].inputs[0] = n->layers[5].output)
DAMAGE(input_itself, n->layers[1].inputs[0] = n->layers[1].output)
DAMAGE(too_many_inputs, n->layers[1].input_count = 9)
DAMAGE(inputs_beyond_all, n->layers[1].input_count = UINT32_MAX)
DAMAGE(no_inputs, n->layers[1].input_count = 0)
DAMAGE(output_beyond, n->layers[2].output = (uint32_t)n->tensor_count)
DAMAGE(output_none, n->layers[2].output = PW_NO_TENSOR)
DAMAGE(output_twice, n->layers[2].output = n->layers[1].output)
DAMAGE(channels_none, n->tensors[3].channels = 0)
DAMAGE(channels_beyond, n->tensors[3].channels = PW_MAX_CHANNELS + 1)
DAMAGE(orphan, n->tensors[n->tensor_count++] = (pw_tensor){.channels = 8, .parent = PW_NO_TENSOR})
DAMAGE(parent_beyond, slice(n, 0)->parent = (uint32_t)n->tensor_count)
DAMAGE(parent_itself, pw_tensor *s = slice(n, 0); s->parent = (uint32_t)(s - n->tensors))
DAMAGE(parent_nested, n->tensors[slice(n, 0)->parent].parent = of(n, PW_OP_CONCAT)->output)
DAMAGE(offset_negative, slice(n, 1)->channel_offset = -8)
DAMAGE(offset_beyond, slice(n, 1)->channel_offset = 9)
DAMAGE(offset_wraps, slice(n, 1)->channel_offset = INT32_MAX)
DAMAGE(slices_overlap, slice(n, 1)->channel_offset = 7)
DAMAGE(slices_gap, n->tensors[slice(n, 0)->parent].channels = 17)
DAMAGE(slice_of_made, slice(n, 1)->parent = n->layers[1].output; slice(n, 1)->channel_offset = 0)
DAMAGE(slice_by_batchnorm, n->tensors[of(n, PW_OP_BATCHNORM)->output].parent = n->layers[1].output)
DAMAGE(type_unknown, n->tensors[3].dtype = (pawl_dtype)10)
DAMAGE(type_none_has, n->tensors[3].dtype = PAWL_F64)
DAMAGE(float_scaled, n->tensors[3].scale = 1)
DAMAGE(float_scale_nan, n->tensors[3].scale = NAN)
DAMAGE(float_shifted, n->tensors[3].zero_point = 1)
DAMAGE(bytes_unscaled, n->tensors[3].dtype = PAWL_U8)
DAMAGE(bytes_scale_negative, n->tensors[3].dtype = PAWL_U8; n->tensors[3].scale = -1)
DAMAGE(bytes_scale_nan, n->tensors[3].dtype = PAWL_I8; n->tensors[3].scale = NAN)
DAMAGE(bytes_scale_subnormal, n->tensors[3].dtype = PAWL_I8; n->tensors[3].scale = 1e-40f)
DAMAGE(bytes_scale_infinite, n->tensors[3].dtype = PAWL_I8; n->tensors[3].scale = INFINITY)
DAMAGE(bytes_below, n->tensors[3] = ((pw_tensor){8, PW_NO_TENSOR, 0, PAWL_U8, 0.5f, -1}))
DAMAGE(bytes_beyond, n->tensors[3] = ((pw_tensor){8, PW_NO_TENSOR, 0, PAWL_I8, 0.5f, 128}))
DAMAGE(words_shifted, n->tensors[3] = ((pw_tensor){8, PW_NO_TENSOR, 0, PAWL_I32, 0.5f, 3}))
DAMAGE(slice_of_other_type, slice(n, 1)->dtype = PAWL_BF16)
DAMAGE(weights_of_bytes, n->layers[1].as.conv.weight_type = PAWL_U8)
DAMAGE(weights_of_nothing, n->layers[1].as.conv.weight_type = (pawl_dtype)-1)
DAMAGE(weights_unscaled, n->layers[1].as.conv.weight_type = PAWL_I8)
DAMAGE(weights_scaled, n->layers[1].as.conv.weight_scales = n->layers[1].as.conv.bias)
DAMAGE(weights_scaled_wrong, n->layers[1].as.conv.weight_type = PAWL_I8;
       n->layers[1].as.conv.weight_scales = some_scales)
DAMAGE(conv_in, n->layers[1].as.conv.in_channels = 4)
DAMAGE(conv_out, n->layers[1].as.conv.out_channels = 9)
DAMAGE(conv_groups_zero, n->layers[1].as.conv.groups = 0)
DAMAGE(conv_groups_odd, n->layers[1].as.conv.groups = 2)
DAMAGE(conv_kernel_zero, n->layers[1].as.conv.kernel[1] = 0)
DAMAGE(conv_kernel_huge, n->layers[1].as.conv.kernel[0] = INT32_MAX)
DAMAGE(conv_stride_zero, n->layers[1].as.conv.stride[0] = 0)
DAMAGE(conv_padding_negative, n->layers[1].as.conv.padding[0] = -1)
DAMAGE(conv_dilation_zero, n->layers[1].as.conv.dilation[0] = 0)
DAMAGE(conv_weights, n->layers[1].as.conv.weights = NULL)
DAMAGE(conv_activation, n->layers[1].as.conv.activation = PW_ACT_COUNT)
DAMAGE(conv_alpha, n->layers[1].as.conv.alpha = NAN)
DAMAGE(conv_residual_count, residual(n)->as.conv.has_residual = false)
DAMAGE(conv_residual_channels, residual(n)->inputs[1] = n->layers[0].output)
DAMAGE(norm_channels, of(n, PW_OP_BATCHNORM)->as.batchnorm.channels = 7)
DAMAGE(norm_epsilon, of(n, PW_OP_BATCHNORM)->as.batchnorm.epsilon = -1)
DAMAGE(norm_mean, of(n, PW_OP_BATCHNORM)->as.batchnorm.mean = NULL)
DAMAGE(act_kind, of(n, PW_OP_ACTIVATION)->as.activation.kind = (pw_activation)-3)
DAMAGE(act_alpha, of(n, PW_OP_ACTIVATION)->as.activation.alpha = INFINITY)
DAMAGE(pool_kernel, of(n, PW_OP_MAXPOOL)->as.pool.kernel[0] = 0)
DAMAGE(pool_padding, of(n, PW_OP_MAXPOOL)->as.pool.padding[0] = 3)
DAMAGE(pool_channels, of(n, PW_OP_MAXPOOL)->inputs[0] = n->layers[0].output)
DAMAGE(upsample_zero, of(n, PW_OP_UPSAMPLE)->as.upsample.factor = 0)
DAMAGE(upsample_huge, of(n, PW_OP_UPSAMPLE)->as.upsample.factor = 1 << 20)
DAMAGE(add_channels, of(n, PW_OP_ADD)->inputs[1] = n->layers[0].output)
DAMAGE(concat_sum, of(n, PW_OP_CONCAT)->input_count = 1)
DAMAGE(concat_slice_stranger, n->tensors[residual(n)->output].parent = of(n, PW_OP_CONCAT)->output)
DAMAGE(concat_slice_misplaced, pw_tensor *sum = &n->tensors[of(n, PW_OP_ADD)->output];
       sum->parent = of(n, PW_OP_CONCAT)->output; sum->channel_offset = 8)
DAMAGE(head_levels, of(n, PW_OP_DETECT)->as.detect.level_count = 3)
DAMAGE(head_levels_beyond, of(n, PW_OP_DETECT)->as.detect.level_count = INT32_MAX)
DAMAGE(head_anchors_none, of(n, PW_OP_DETECT)->as.detect.anchor_count = 0)
DAMAGE(head_anchors_beyond, of(n, PW_OP_DETECT)->as.detect.anchor_count = PAWL_MAX_ANCHORS + 1)
DAMAGE(head_classes, of(n, PW_OP_DETECT)->as.detect.class_count++)
DAMAGE(head_classes_beyond, of(n, PW_OP_DETECT)->as.detect.class_count = INT32_MAX)
DAMAGE(head_channels, of(n, PW_OP_DETECT)->as.detect.anchor_count = 3)
DAMAGE(head_stride_zero, of(n, PW_OP_DETECT)->as.detect.stride[0] = 0)
DAMAGE(head_stride_half, of(n, PW_OP_DETECT)->as.detect.stride[0] = 4.5f)
DAMAGE(head_stride_nan, of(n, PW_OP_DETECT)->as.detect.stride[0] = NAN)
DAMAGE(head_stride_model, n->model.max_stride = 4)
DAMAGE(head_anchor_negative, of(n, PW_OP_DETECT)->as.detect.anchor[1][1][0] = -1)
DAMAGE(head_anchor_nan, of(n, PW_OP_DETECT)->as.detect.anchor[0][0][1] = NAN)
DAMAGE(head_writes, of(n, PW_OP_DETECT)->output = 0)
DAMAGE(model_task, n->model.task = (pawl_task)7)
DAMAGE(model_classes, n->model.class_count = -1)
DAMAGE(model_stride, n->model.max_stride = PW_MAX_STRIDE + 1)
DAMAGE(model_size, n->model.imgsz = -640)

static const char *half_named[PT_TINY_CLASSES] = {"one", NULL, "three"};
DAMAGE(model_names, n->model.names = half_named)

static struct damage_row {
    const char *name;
    void (*damage)(pw_network *network);
    const char *message;
} rows[] = {
#define ROW(function, message)       \
    {                                \
#function, function, message \
    }
    ROW(no_layers, "0 layers"),
    ROW(too_many_layers, "layers"),
    ROW(no_tensors, "0 tensors"),
    ROW(op_beyond, "operator 99"),
    ROW(op_negative, "operator -1"),
    ROW(no_name, "layer 3 has no name"),
    ROW(same_id, "used twice"),
    ROW(id_beyond, "too large"),
    ROW(input_twice, "first layer"),
    ROW(input_missing, "first layer"),
    ROW(input_channels, "3 channels"),
    ROW(input_beyond, "input 0 is tensor"),
    ROW(input_later, "before it is made"),
    ROW(input_itself, "before it is made"),
    ROW(too_many_inputs, "9 inputs"),
    ROW(inputs_beyond_all, "4294967295 inputs"),
    ROW(no_inputs, "0 inputs"),
    ROW(output_beyond, "it writes tensor"),
    ROW(output_none, "it writes tensor"),
    ROW(output_twice, "has written"),
    ROW(channels_none, "0 channels"),
    ROW(channels_beyond, "65537 channels"),
    ROW(orphan, "made by no layer"),
    ROW(parent_beyond, "cannot have any"),
    ROW(parent_itself, "cannot have any"),
    ROW(parent_nested, "cannot have any"),
    ROW(offset_negative, "outside"),
    ROW(offset_beyond, "outside"),
    ROW(offset_wraps, "outside"),
    ROW(slices_overlap, "overlap"),
    ROW(slices_gap, "before it is made"),
    ROW(slice_of_made, "made already"),
    ROW(slice_by_batchnorm, "cannot write a slice"),
    ROW(type_unknown, "type 10 (?)"),
    ROW(type_none_has, "type 3 (f64)"),
    ROW(float_scaled, "type f32 has a scale of 1"),
    ROW(float_scale_nan, "type f32 has a scale of"),
    ROW(float_shifted, "zero point of 1"),
    ROW(bytes_unscaled, "type u8 has a scale of 0"),
    ROW(bytes_scale_negative, "scale of -1"),
    ROW(bytes_scale_nan, "type i8 has a scale of"),
    ROW(bytes_scale_subnormal, "type i8 has a scale of"),
    ROW(bytes_scale_infinite, "scale of inf"),
    ROW(bytes_below, "zero point of -1"),
    ROW(bytes_beyond, "zero point of 128"),
    ROW(words_shifted, "zero point of 3"),
    ROW(slice_of_other_type, "of another type"),
    ROW(weights_of_bytes, "weights cannot be u8"),
    ROW(weights_of_nothing, "weight type is -1"),
    ROW(weights_unscaled, "weights of i8 without scales"),
    ROW(weights_scaled, "weights of f32 with scales"),
    ROW(weights_scaled_wrong, "scale of channel 3 is 0"),
    ROW(conv_in, "4 -> 8 channels"),
    ROW(conv_out, "3 -> 9 channels"),
    ROW(conv_groups_zero, "groups is 0, not 1 to"),
    ROW(conv_groups_odd, "2 groups"),
    ROW(conv_kernel_zero, "kernel is 0, not 1 to 255"),
    ROW(conv_kernel_huge, "kernel"),
    ROW(conv_stride_zero, "stride"),
    ROW(conv_padding_negative, "padding"),
    ROW(conv_dilation_zero, "dilation"),
    ROW(conv_weights, "no weights"),
    ROW(conv_activation, "activation"),
    ROW(conv_alpha, "slope"),
    ROW(conv_residual_count, "2 inputs"),
    ROW(conv_residual_channels, "3 channels added to 8"),
    ROW(norm_channels, "7 channels"),
    ROW(norm_epsilon, "epsilon"),
    ROW(norm_mean, "no mean"),
    ROW(act_kind, "activation is -3"),
    ROW(act_alpha, "slope"),
    ROW(pool_kernel, "kernel is 0"),
    ROW(pool_padding, "half the pool's kernel"),
    ROW(pool_channels, "3 channels in, 8 out"),
    ROW(upsample_zero, "factor is 0"),
    ROW(upsample_huge, "factor is 1048576"),
    ROW(add_channels, "3 channels in, 8 out"),
    ROW(concat_sum, "8 channels in, 16 out"),
    ROW(concat_slice_stranger, "not among its inputs"),
    ROW(concat_slice_misplaced, "slice at channel 8"),
    ROW(head_levels, "3 levels"),
    ROW(head_levels_beyond, "levels"),
    ROW(head_anchors_none, "anchors is 0"),
    ROW(head_anchors_beyond, "anchors is 17"),
    ROW(head_classes, "4 classes"),
    ROW(head_classes_beyond, "classes"),
    ROW(head_channels, "level 0 has 16 channels"),
    ROW(head_stride_zero, "stride of 0"),
    ROW(head_stride_half, "stride of 4.5"),
    ROW(head_stride_nan, "stride of"),
    ROW(head_stride_model, "up to 4"),
    ROW(head_anchor_negative, "anchor 1 of level 1"),
    ROW(head_anchor_nan, "anchor 0 of level 0"),
    ROW(head_writes, "writes a tensor"),
    ROW(model_task, "task 7"),
    ROW(model_classes, "-1 classes"),
    ROW(model_stride, "stride of 4097"),
    ROW(model_size, "size of -640"),
    ROW(model_names, "class 1 has no name"),
};

static void damage_is_found(void **state)
{
    const struct damage_row *row = *state;
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    assert_int_equal(pt_tiny_network(&network, &error), PAWL_OK);
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    row->damage(&network);
    assert_int_equal(pw_network_validate(&network, &error), PAWL_ERR_CORRUPT);
    if (strstr(error.message, row->message) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", error.message, row->message);
    assert_non_null(strstr(error.message, "damaged"));
    pw_network_free(&network);
}

/* A CONCAT of which one input is its slice already, at its place. */
static void kept_concat_is_fine(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    (void)state;
    assert_int_equal(pt_tiny_network(&network, &error), PAWL_OK);
    network.tensors[of(&network, PW_OP_ADD)->output].parent = of(&network, PW_OP_CONCAT)->output;
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    pw_network_free(&network);
}

/* Every type that a tensor can have, and weights of bytes. */
static void types_are_fine(void **state)
{
    static const pw_tensor types[] = {
        {.dtype = PAWL_BF16},
        {.dtype = PAWL_F16},
        {.dtype = PAWL_U8, .scale = 0.02f, .zero_point = 255},
        {.dtype = PAWL_I8, .scale = 0.02f, .zero_point = -128},
        {.dtype = PAWL_I32, .scale = 0.02f},
    };
    static const float scales[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    (void)state;
    assert_int_equal(pt_tiny_network(&network, &error), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(types); i++) {
        for (size_t t = 0; t < network.tensor_count; t++) {
            network.tensors[t].dtype = types[i].dtype;
            network.tensors[t].scale = types[i].scale;
            network.tensors[t].zero_point = types[i].zero_point;
        }
        assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    }
    network.layers[1].as.conv.weight_type = PAWL_I8;
    network.layers[1].as.conv.weight_scales = scales;
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    pw_network_free(&network);
}

int main(void)
{
    struct CMUnitTest tests[2 + PW_COUNT(rows)] = {cmocka_unit_test(kept_concat_is_fine),
                                                   cmocka_unit_test(types_are_fine)};
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[2 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = damage_is_found, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("validate", tests, NULL, NULL);
}
