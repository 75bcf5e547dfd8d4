/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that slide a window over the picture: convolution, transposed convolution, pools. */
#include "network/operator.h"
#include <math.h>

/* Size of a window's output along one side: floor((size + 2 padding - dilation (kernel - 1) - 1) /
 * stride) + 1, as PyTorch's Conv2d. */
static int64_t window_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding,
                           int64_t dilation)
{
    const int64_t last = size + 2 * padding - dilation * (kernel - 1) - 1;
    return last < 0 ? 0 : last / stride + 1;
}

static pawl_status check_channels(const pw_layer_site *site, int32_t in, int32_t out,
                                  int32_t groups)
{
    if (in != pw_site_channels(site, 0) || out != pw_site_output_channels(site))
        return pw_layer_fault(site, "%d -> %d channels between tensors of %d and %d", (int)in,
                              (int)out, (int)pw_site_channels(site, 0),
                              (int)pw_site_output_channels(site));
    if (in % groups != 0 || out % groups != 0)
        return pw_layer_fault(site, "%d -> %d channels cannot be split into %d groups", (int)in,
                              (int)out, (int)groups);
    return PAWL_OK;
}

/* Weights are symmetric about 0, so they have a scale a channel and no zero point. */
static pawl_status check_weight_type(const pw_layer_site *site, pawl_dtype type,
                                     const float *scales, int32_t channels)
{
    const bool is_float = type == PAWL_F32 || type == PAWL_F16 || type == PAWL_BF16;
    if (!is_float && type != PAWL_I8)
        return pw_layer_fault(site, "weights cannot be %s", pawl_dtype_name(type));
    if (is_float != (scales == NULL))
        return pw_layer_fault(site, "weights of %s with%s scales", pawl_dtype_name(type),
                              scales == NULL ? "out" : "");
    for (int32_t c = 0; scales != NULL && c < channels; c++)
        if (!isnormal(scales[c]) || scales[c] < 0)
            return pw_layer_fault(site, "the scale of channel %d is %g", (int)c, (double)scales[c]);
    return PAWL_OK;
}

static const pw_field conv_fields[] = {
    PW_INT("in", conv.in_channels, 1, PW_MAX_CHANNELS, 0),
    PW_INT("out", conv.out_channels, 1, PW_MAX_CHANNELS, 0),
    PW_INT("groups", conv.groups, 1, PW_MAX_CHANNELS, 1),
    PW_PAIR("kernel", conv.kernel, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("stride", conv.stride, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("padding", conv.padding, 0, PW_MAX_KERNEL, 0),
    PW_PAIR("dilation", conv.dilation, 1, PW_MAX_KERNEL, 1),
    PW_KIND("activation", conv.activation),
    PW_REAL("slope", conv.alpha, INT64_MIN),
    PW_FLAG("residual", conv.has_residual),
    PW_TYPE("weight type", conv.weight_type, 3),
};

static size_t conv_weights(const pw_layer *layer)
{
    return pw_conv_weight_count(&layer->as.conv);
}

static size_t conv_outputs(const pw_layer *layer)
{
    return (size_t)layer->as.conv.out_channels;
}

static const pw_constant_field conv_constants[] = {
    {"weights", PW_FIELD_AT(conv.weights), false, 0, conv_weights, PW_FIELD_AT(conv.weight_type)},
    {"bias", PW_FIELD_AT(conv.bias), true, 0, conv_outputs, 0},
    {"scales", PW_FIELD_AT(conv.weight_scales), true, 3, conv_outputs, 0},
};

static pawl_status conv_check(const pw_layer_site *site)
{
    const pw_conv *conv = &site->layer->as.conv;
    if (site->layer->input_count != (conv->has_residual ? 2u : 1u))
        return pw_layer_fault(site, "%u inputs to a convolution",
                              (unsigned)site->layer->input_count);
    PW_TRY(check_channels(site, conv->in_channels, conv->out_channels, conv->groups));
    if (conv->has_residual && pw_site_channels(site, 1) != conv->out_channels)
        return pw_layer_fault(site, "%d channels added to %d", (int)pw_site_channels(site, 1),
                              (int)conv->out_channels);
    return check_weight_type(site, conv->weight_type, conv->weight_scales, conv->out_channels);
}

static pawl_status conv_shape(const pw_layer_site *site, pw_shape *shape)
{
    const pw_conv *conv = &site->layer->as.conv;
    PW_TRY(pw_site_set_size(site,
                            window_size(shape->height, conv->kernel[0], conv->stride[0],
                                        conv->padding[0], conv->dilation[0]),
                            window_size(shape->width, conv->kernel[1], conv->stride[1],
                                        conv->padding[1], conv->dilation[1]),
                            shape));
    if (!conv->has_residual)
        return PAWL_OK;
    const pw_shape *residual = &site->shapes[site->layer->inputs[1]];
    if (residual->height != shape->height || residual->width != shape->width)
        return pw_fail(
            site->error, PAWL_ERR_ARGUMENT,
            "layer %s adds %d x %d to %d x %d pixels: choose a height and width that are "
            "multiples of the largest stride",
            site->layer->name, (int)residual->height, (int)residual->width, (int)shape->height,
            (int)shape->width);
    return PAWL_OK;
}

static double conv_operations(const pw_layer_site *site)
{
    const pw_conv *conv = &site->layer->as.conv;
    const pw_shape *out = &site->shapes[site->layer->output];
    return 2.0 * out->batch * out->height * out->width * conv->out_channels *
           (conv->in_channels / conv->groups) * conv->kernel[0] * conv->kernel[1];
}

const pw_operator pw_operator_conv = {
    .least_inputs = 1,
    .most_inputs = 2,
    .may_slice = true,
    .text = "{kernel:2} s{stride} p{padding}[dilation| d{dilation:2}][groups| g{groups}] "
            "{in}->{out}[activation| +{activation}][residual| +add][weight type| {weight type}]",
    PW_ROWS(conv_fields, conv_constants),
    .check = conv_check,
    .shape = conv_shape,
    .operations = conv_operations,
};

static const pw_field deconv_fields[] = {
    PW_INT("in", deconv.in_channels, 1, PW_MAX_CHANNELS, 0),
    PW_INT("out", deconv.out_channels, 1, PW_MAX_CHANNELS, 0),
    PW_INT("groups", deconv.groups, 1, PW_MAX_CHANNELS, 1),
    PW_PAIR("kernel", deconv.kernel, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("stride", deconv.stride, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("padding", deconv.padding, 0, PW_MAX_KERNEL, 0),
    PW_PAIR("output padding", deconv.output_padding, 0, PW_MAX_KERNEL, 0),
    PW_PAIR("dilation", deconv.dilation, 1, PW_MAX_KERNEL, 1),
    PW_TYPE("weight type", deconv.weight_type, 3),
};

static size_t deconv_weights(const pw_layer *layer)
{
    const pw_deconv *deconv = &layer->as.deconv;
    return (size_t)deconv->in_channels * (size_t)(deconv->out_channels / deconv->groups) *
           (size_t)deconv->kernel[0] * (size_t)deconv->kernel[1];
}

static size_t deconv_outputs(const pw_layer *layer)
{
    return (size_t)layer->as.deconv.out_channels;
}

static const pw_constant_field deconv_constants[] = {
    {"weights", PW_FIELD_AT(deconv.weights), false, 0, deconv_weights, 0},
    {"bias", PW_FIELD_AT(deconv.bias), true, 0, deconv_outputs, 0},
    {"scales", PW_FIELD_AT(deconv.weight_scales), true, 3, deconv_outputs, 0},
};

/* PyTorch refuses an output padding that is not below the stride or the dilation. */
static pawl_status deconv_check(const pw_layer_site *site)
{
    const pw_deconv *deconv = &site->layer->as.deconv;
    PW_TRY(check_channels(site, deconv->in_channels, deconv->out_channels, deconv->groups));
    for (int i = 0; i < 2; i++)
        if (deconv->output_padding[i] >= deconv->stride[i] &&
            deconv->output_padding[i] >= deconv->dilation[i])
            return pw_layer_fault(site, "an output padding of %d", (int)deconv->output_padding[i]);
    return check_weight_type(site, deconv->weight_type, deconv->weight_scales,
                             deconv->out_channels);
}

/* Size of a transposed convolution's output along one side, as PyTorch's ConvTranspose2d. */
static int64_t deconv_size(const pw_deconv *deconv, int side, int64_t size)
{
    return (size - 1) * deconv->stride[side] - 2 * (int64_t)deconv->padding[side] +
           (int64_t)deconv->dilation[side] * (deconv->kernel[side] - 1) +
           deconv->output_padding[side] + 1;
}

static pawl_status deconv_shape(const pw_layer_site *site, pw_shape *shape)
{
    const pw_deconv *deconv = &site->layer->as.deconv;
    return pw_site_set_size(site, deconv_size(deconv, 0, shape->height),
                            deconv_size(deconv, 1, shape->width), shape);
}

/* Each input pixel meets the whole kernel. */
static double deconv_operations(const pw_layer_site *site)
{
    const pw_deconv *deconv = &site->layer->as.deconv;
    const pw_shape *in = &site->shapes[site->layer->inputs[0]];
    return 2.0 * in->batch * in->height * in->width * deconv->in_channels *
           (deconv->out_channels / deconv->groups) * deconv->kernel[0] * deconv->kernel[1];
}

const pw_operator pw_operator_deconv = {
    .least_inputs = 1,
    .most_inputs = 1,
    .text = "{kernel:2} s{stride} p{padding}[output padding| o{output padding:2}]"
            "[dilation| d{dilation:2}][groups| g{groups}] {in}->{out}"
            "[weight type| {weight type}]",
    PW_ROWS(deconv_fields, deconv_constants),
    .check = deconv_check,
    .shape = deconv_shape,
    .operations = deconv_operations,
};

static const pw_field pool_fields[] = {
    PW_PAIR("kernel", pool.kernel, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("stride", pool.stride, 1, PW_MAX_KERNEL, 0),
    PW_PAIR("padding", pool.padding, 0, PW_MAX_KERNEL, 0),
};

/* PyTorch refuses a padding above half the kernel: a window could lie wholly outside and its
 * maximum would be -infinity. */
static pawl_status pool_check(const pw_layer_site *site)
{
    const pw_pool *pool = &site->layer->as.pool;
    for (int i = 0; i < 2; i++)
        if (2 * pool->padding[i] > pool->kernel[i])
            return pw_layer_fault(site, "a padding of %d is above half the pool's kernel of %d",
                                  (int)pool->padding[i], (int)pool->kernel[i]);
    return PAWL_OK;
}

static pawl_status pool_shape(const pw_layer_site *site, pw_shape *shape)
{
    const pw_pool *pool = &site->layer->as.pool;
    return pw_site_set_size(
        site, window_size(shape->height, pool->kernel[0], pool->stride[0], pool->padding[0], 1),
        window_size(shape->width, pool->kernel[1], pool->stride[1], pool->padding[1], 1), shape);
}

const pw_operator pw_operator_pool = {
    .least_inputs = 1,
    .most_inputs = 1,
    .may_slice = true,
    .keeps_channels = true,
    .text = "{kernel:2} s{stride} p{padding}",
    .fields = pool_fields,
    .field_count = PW_COUNT(pool_fields),
    .check = pool_check,
    .shape = pool_shape,
};
