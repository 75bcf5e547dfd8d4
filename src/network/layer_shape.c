/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of all tensors for a given input, and what the convolutions cost for it. */
#include "base/memory.h"
#include "network/network_ir.h"

/* Size of a window's output along one side: floor((size + 2 padding - dilation (kernel - 1) - 1) /
 * stride) + 1, as PyTorch's Conv2d. */
static int64_t window_size(int64_t size, int64_t kernel, int64_t stride, int64_t padding,
                           int64_t dilation)
{
    const int64_t last = size + 2 * padding - dilation * (kernel - 1) - 1;
    return last < 0 ? 0 : last / stride + 1;
}

static pawl_status set_size(const pw_layer *layer, int64_t height, int64_t width, pw_shape *shape,
                            pawl_error *error)
{
    if (height < 1 || width < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "the input is too small: layer %s would give %lld x %lld pixels",
                       layer->name, (long long)height, (long long)width);
    if (height > INT32_MAX || width > INT32_MAX)
        return pw_fail(error, PAWL_ERR_LIMIT, "the input is too large for layer %s", layer->name);
    shape->height = (int32_t)height;
    shape->width = (int32_t)width;
    return PAWL_OK;
}

static pawl_status meet(const pw_layer *layer, const pw_shape *shapes, pawl_error *error)
{
    const pw_shape *first = &shapes[layer->inputs[0]];
    for (uint32_t i = 1; i < layer->input_count; i++) {
        const pw_shape *other = &shapes[layer->inputs[i]];
        if (other->height != first->height || other->width != first->width)
            return pw_fail(
                error, PAWL_ERR_ARGUMENT,
                "the inputs of layer %s are %d x %d and %d x %d pixels: choose a height and "
                "width that are multiples of the largest stride",
                layer->name, (int)first->height, (int)first->width, (int)other->height,
                (int)other->width);
    }
    return PAWL_OK;
}

static pawl_status conv_shape(const pw_layer *layer, const pw_shape *shapes, pw_shape *shape,
                              pawl_error *error)
{
    const pw_conv *conv = &layer->as.conv;
    const pw_shape *in = &shapes[layer->inputs[0]];
    PW_TRY(set_size(layer,
                    window_size(in->height, conv->kernel[0], conv->stride[0], conv->padding[0],
                                conv->dilation[0]),
                    window_size(in->width, conv->kernel[1], conv->stride[1], conv->padding[1],
                                conv->dilation[1]),
                    shape, error));
    if (!conv->has_residual)
        return PAWL_OK;
    const pw_shape *residual = &shapes[layer->inputs[1]];
    if (residual->height != shape->height || residual->width != shape->width)
        return pw_fail(
            error, PAWL_ERR_ARGUMENT,
            "layer %s adds %d x %d to %d x %d pixels: choose a height and width that are "
            "multiples of the largest stride",
            layer->name, (int)residual->height, (int)residual->width, (int)shape->height,
            (int)shape->width);
    return PAWL_OK;
}

/* The grid of a level must be the input divided by its stride, else the boxes would be decoded at
 * wrong places. */
static pawl_status check_levels(const pw_layer *layer, const pw_shape *shapes, int32_t height,
                                int32_t width, pawl_error *error)
{
    const pw_detect *detect = &layer->as.detect;
    for (int32_t i = 0; i < detect->level_count; i++) {
        const pw_shape *level = &shapes[layer->inputs[i]];
        const double stride = (double)detect->stride[i];
        if (level->height * stride != height || level->width * stride != width)
            return pw_fail(
                error, PAWL_ERR_CORRUPT,
                "level %d of %s has a stride of %g, but %d x %d cells for %d x %d pixels: "
                "the file is damaged",
                (int)i, layer->name, stride, (int)level->height, (int)level->width, (int)height,
                (int)width);
    }
    return PAWL_OK;
}

/* Size of a transposed convolution's output along one side, as PyTorch's ConvTranspose2d. */
static int64_t deconv_size(const pw_deconv *deconv, int side, int64_t size)
{
    return (size - 1) * deconv->stride[side] - 2 * (int64_t)deconv->padding[side] +
           (int64_t)deconv->dilation[side] * (deconv->kernel[side] - 1) +
           deconv->output_padding[side] + 1;
}

static pawl_status space_to_depth_shape(const pw_layer *layer, const pw_shape *in, pw_shape *shape,
                                        pawl_error *error)
{
    const int32_t factor = layer->as.shuffle.factor;
    if (in->height % factor != 0 || in->width % factor != 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "layer %s takes %d x %d pixels in blocks of %d: choose a height and width "
                       "that are multiples of the largest stride",
                       layer->name, (int)in->height, (int)in->width, (int)factor);
    return set_size(layer, in->height / factor, in->width / factor, shape, error);
}

static pawl_status layer_shape(const pw_layer *layer, const pw_shape *shapes, pw_shape *shape,
                               pawl_error *error)
{
    const pw_shape *in = &shapes[layer->inputs[0]];
    *shape = *in;
    switch (layer->op) {
    case PW_OP_CONV:
        return conv_shape(layer, shapes, shape, error);
    case PW_OP_MAXPOOL: {
        const pw_pool *pool = &layer->as.pool;
        return set_size(
            layer, window_size(in->height, pool->kernel[0], pool->stride[0], pool->padding[0], 1),
            window_size(in->width, pool->kernel[1], pool->stride[1], pool->padding[1], 1), shape,
            error);
    }
    case PW_OP_UPSAMPLE:
        return set_size(layer, (int64_t)in->height * layer->as.upsample.factor,
                        (int64_t)in->width * layer->as.upsample.factor, shape, error);
    case PW_OP_PAD:
        return set_size(layer, (int64_t)in->height + layer->as.pad.top + layer->as.pad.bottom,
                        (int64_t)in->width + layer->as.pad.left + layer->as.pad.right, shape,
                        error);
    case PW_OP_GLOBALPOOL:
        return set_size(layer, 1, 1, shape, error);
    case PW_OP_DECONV:
        return set_size(layer, deconv_size(&layer->as.deconv, 0, in->height),
                        deconv_size(&layer->as.deconv, 1, in->width), shape, error);
    case PW_OP_SPACE_TO_DEPTH:
        return space_to_depth_shape(layer, in, shape, error);
    case PW_OP_DEPTH_TO_SPACE:
        return set_size(layer, (int64_t)in->height * layer->as.shuffle.factor,
                        (int64_t)in->width * layer->as.shuffle.factor, shape, error);
    case PW_OP_ATTENTION:
    case PW_OP_ADD:
    case PW_OP_CONCAT:
        return meet(layer, shapes, error);
    case PW_OP_BATCHNORM:
    case PW_OP_ACTIVATION:
        return PAWL_OK;
    case PW_OP_INPUT:
    case PW_OP_DETECT:
    case PW_OP_CLASSIFY:
    case PW_OP_COUNT:
        break;
    }
    return pw_fail(error, PAWL_ERR_INTERNAL, "layer %s has no shape", layer->name);
}

static pawl_status check_head(const pw_layer *layer, const pw_shape *shapes, int32_t height,
                              int32_t width, pawl_error *error)
{
    const pw_shape *in = &shapes[layer->inputs[0]];
    if (layer->op == PW_OP_DETECT)
        return check_levels(layer, shapes, height, width, error);
    if (in->height != 1 || in->width != 1)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "the classifier's head %s has %d x %d pixels, not one: the file is damaged",
                       layer->name, (int)in->height, (int)in->width);
    return PAWL_OK;
}

/* Notes the shape of a tensor, and that of the tensor of which it is a slice. */
static pawl_status note_shape(const pw_network *network, const pw_layer *layer, uint32_t tensor,
                              pw_shape shape, pw_shape *shapes, pawl_error *error)
{
    shape.channels = network->tensors[tensor].channels;
    const int64_t plane = (int64_t)shape.height * shape.width;
    const uint32_t parent = network->tensors[tensor].parent;
    const int64_t channels =
        parent == PW_NO_TENSOR ? shape.channels : network->tensors[parent].channels;
    if (plane > INT32_MAX || plane * channels > INT32_MAX / shape.batch)
        return pw_fail(
            error, PAWL_ERR_LIMIT,
            "the output of layer %s would be %d x %d x %d x %d, more than 2^31 - 1 values: "
            "choose a smaller shape or batch",
            layer->name, (int)shape.batch, (int)channels, (int)shape.height, (int)shape.width);
    const pw_shape known = shapes[tensor];
    if (known.height != 0 && (known.height != shape.height || known.width != shape.width))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "the slices of layer %s's output are of different sizes", layer->name);
    shapes[tensor] = shape;
    if (parent == PW_NO_TENSOR)
        return PAWL_OK;
    const pw_shape whole = shapes[parent];
    if (whole.height != 0 && (whole.height != shape.height || whole.width != shape.width))
        return pw_fail(
            error, PAWL_ERR_ARGUMENT,
            "layer %s makes %d x %d pixels, its neighbours in a concatenation %d x %d: choose "
            "a height and width that are multiples of the largest stride",
            layer->name, (int)shape.height, (int)shape.width, (int)whole.height, (int)whole.width);
    shape.channels = (int32_t)channels;
    shapes[parent] = shape;
    return PAWL_OK;
}

static pawl_status check_input(const pw_network *network, int32_t batch, int32_t height,
                               int32_t width, pawl_error *error)
{
    const int32_t multiple = network->model.max_stride > 0 ? network->model.max_stride : 1;
    if (batch < 1 || height < 1 || width < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "an input of %d x 3 x %d x %d is empty",
                       (int)batch, (int)height, (int)width);
    if (height % multiple != 0 || width % multiple != 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "an input of %d x %d pixels: height and width must be multiples of %d, the "
                       "model's largest stride",
                       (int)height, (int)width, (int)multiple);
    return PAWL_OK;
}

pawl_status pw_network_infer(const pw_network *network, int32_t batch, int32_t height,
                             int32_t width, pw_shape *shapes, pawl_error *error)
{
    PW_TRY(check_input(network, batch, height, width, error));
    for (size_t t = 0; t < network->tensor_count; t++)
        shapes[t] = (pw_shape){.batch = batch, .channels = network->tensors[t].channels};
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        pw_shape shape = {.batch = batch, .height = height, .width = width};
        if (layer->output == PW_NO_TENSOR) {
            PW_TRY(check_head(layer, shapes, height, width, error));
            continue;
        }
        if (layer->op != PW_OP_INPUT)
            PW_TRY(layer_shape(layer, shapes, &shape, error));
        PW_TRY(note_shape(network, layer, layer->output, shape, shapes, error));
    }
    return PAWL_OK;
}

double pw_network_flops(const pw_network *network, int32_t batch, int32_t height, int32_t width)
{
    double operations = 0;
    pw_shape *shapes PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *shapes);
    if (shapes == NULL || pw_network_infer(network, batch, height, width, shapes, NULL) < 0)
        return -1;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        if (layer->op == PW_OP_CONV) {
            const pw_conv *conv = &layer->as.conv;
            const pw_shape *out = &shapes[layer->output];
            operations += 2.0 * out->batch * out->height * out->width * conv->out_channels *
                          (conv->in_channels / conv->groups) * conv->kernel[0] * conv->kernel[1];
        } else if (layer->op == PW_OP_DECONV) { /* each input pixel meets the whole kernel */
            const pw_deconv *deconv = &layer->as.deconv;
            const pw_shape *in = &shapes[layer->inputs[0]];
            operations += 2.0 * in->batch * in->height * in->width * deconv->in_channels *
                          (deconv->out_channels / deconv->groups) * deconv->kernel[0] *
                          deconv->kernel[1];
        }
    }
    return operations;
}
