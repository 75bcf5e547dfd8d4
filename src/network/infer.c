/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of all tensors for a given input, and what the layers cost for it. */
#include "base/memory.h"
#include "network/operator.h"

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

/* *shape comes as the network's input. */
static pawl_status infer_layer(const pw_layer_site *site, pw_shape *shape)
{
    const pw_layer *layer = site->layer;
    const pw_operator *row = pw_operator_of(layer->op);
    if (layer->input_count > 0)
        *shape = site->shapes[layer->inputs[0]];
    return row->shape == NULL ? PAWL_OK : row->shape(site, shape);
}

pawl_status pw_network_infer(const pw_network *network, int32_t batch, int32_t height,
                             int32_t width, pw_shape *shapes, pawl_error *error)
{
    PW_TRY(check_input(network, batch, height, width, error));
    for (size_t t = 0; t < network->tensor_count; t++)
        shapes[t] = (pw_shape){.batch = batch, .channels = network->tensors[t].channels};
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        const pw_layer_site site = {network, layer, shapes, error};
        pw_shape shape = {.batch = batch, .height = height, .width = width};
        PW_TRY(infer_layer(&site, &shape));
        if (layer->output != PW_NO_TENSOR)
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
        const pw_layer_site site = {network, &network->layers[i], shapes, NULL};
        const pw_operator *row = pw_operator_of(site.layer->op);
        if (row->operations != NULL)
            operations += row->operations(&site);
    }
    return operations;
}
