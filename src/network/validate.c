/* SPDX-License-Identifier: Apache-2.0 */
/* What every network must fulfil before anything computes with it: whether pawl made it, a pass
 * changed it or a hostile file claims it. */
#include "base/memory.h"
#include "base/number.h"
#include "network/network_ir.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

/* What is found while the layers are walked once. */
typedef struct pw_check {
    const pw_network *network;
    const pw_layer *layer; /* under check */
    uint32_t *producers;   /* a tensor: layer index + 1, 0 for none */
    int32_t *covered;      /* a tensor: channels that slices made so far */
    pawl_error *error;
} pw_check;

#define BAD(check, ...) bad((check)->error, (check)->layer->name, __VA_ARGS__)

PW_PRINTF(3, 4)
static pawl_status bad(pawl_error *error, const char *name, const char *format, ...)
{
    char text[192];
    va_list arguments;
    va_start(arguments, format);
    pw_number_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    return pw_fail(error, PAWL_ERR_CORRUPT, "layer %s: %s: the network is damaged", name, text);
}

static bool is_within(const int32_t pair[2], int32_t low, int32_t high)
{
    return pair[0] >= low && pair[0] <= high && pair[1] >= low && pair[1] <= high;
}

static int32_t channels_of(const pw_check *check, uint32_t input)
{
    return check->network->tensors[check->layer->inputs[input]].channels;
}

static int32_t output_channels(const pw_check *check)
{
    return check->network->tensors[check->layer->output].channels;
}

static pawl_status check_activation(const pw_check *check, pw_activation kind, float alpha)
{
    if ((unsigned)kind >= PW_ACT_COUNT)
        return BAD(check, "activation %d does not exist", (int)kind);
    if (!isfinite(alpha))
        return BAD(check, "the activation's slope is not a number");
    return PAWL_OK;
}

static pawl_status check_conv(const pw_check *check)
{
    const pw_conv *conv = &check->layer->as.conv;
    if (check->layer->input_count != (conv->has_residual ? 2u : 1u))
        return BAD(check, "%u inputs to a convolution", (unsigned)check->layer->input_count);
    if (conv->in_channels != channels_of(check, 0) || conv->out_channels != output_channels(check))
        return BAD(check, "%d -> %d channels between tensors of %d and %d", (int)conv->in_channels,
                   (int)conv->out_channels, (int)channels_of(check, 0),
                   (int)output_channels(check));
    if (conv->has_residual && channels_of(check, 1) != conv->out_channels)
        return BAD(check, "%d channels added to %d", (int)channels_of(check, 1),
                   (int)conv->out_channels);
    if (conv->groups < 1 || conv->in_channels % conv->groups != 0 ||
        conv->out_channels % conv->groups != 0)
        return BAD(check, "%d -> %d channels cannot be split into %d groups",
                   (int)conv->in_channels, (int)conv->out_channels, (int)conv->groups);
    if (!is_within(conv->kernel, 1, PW_MAX_KERNEL) || !is_within(conv->stride, 1, PW_MAX_KERNEL) ||
        !is_within(conv->padding, 0, PW_MAX_KERNEL) || !is_within(conv->dilation, 1, PW_MAX_KERNEL))
        return BAD(check, "kernel, stride, padding or dilation out of range");
    if (conv->weights == NULL)
        return BAD(check, "it has no weights");
    return check_activation(check, conv->activation, conv->alpha);
}

static pawl_status check_batchnorm(const pw_check *check)
{
    const pw_batchnorm *norm = &check->layer->as.batchnorm;
    if (norm->channels != channels_of(check, 0))
        return BAD(check, "%d channels for a tensor of %d", (int)norm->channels,
                   (int)channels_of(check, 0));
    if (!isfinite(norm->epsilon) || norm->epsilon < 0)
        return BAD(check, "epsilon is not a number above 0");
    if (norm->gamma == NULL || norm->beta == NULL || norm->mean == NULL || norm->variance == NULL)
        return BAD(check, "gamma, beta, mean or variance is missing");
    return PAWL_OK;
}

/* PyTorch refuses a padding above half the kernel: a window could lie wholly outside and its
 * maximum would be -infinity. */
static pawl_status check_pool(const pw_check *check)
{
    const pw_pool *pool = &check->layer->as.pool;
    if (!is_within(pool->kernel, 1, PW_MAX_KERNEL) || !is_within(pool->stride, 1, PW_MAX_KERNEL) ||
        !is_within(pool->padding, 0, PW_MAX_KERNEL) || 2 * pool->padding[0] > pool->kernel[0] ||
        2 * pool->padding[1] > pool->kernel[1])
        return BAD(check, "kernel, stride or padding of the pool out of range");
    return PAWL_OK;
}

/* PyTorch refuses an output padding that is not below the stride or the dilation. */
static pawl_status check_deconv(const pw_check *check)
{
    const pw_deconv *deconv = &check->layer->as.deconv;
    if (deconv->in_channels != channels_of(check, 0) ||
        deconv->out_channels != output_channels(check))
        return BAD(check, "%d -> %d channels between tensors of %d and %d",
                   (int)deconv->in_channels, (int)deconv->out_channels, (int)channels_of(check, 0),
                   (int)output_channels(check));
    if (deconv->groups < 1 || deconv->in_channels % deconv->groups != 0 ||
        deconv->out_channels % deconv->groups != 0)
        return BAD(check, "%d -> %d channels cannot be split into %d groups",
                   (int)deconv->in_channels, (int)deconv->out_channels, (int)deconv->groups);
    if (!is_within(deconv->kernel, 1, PW_MAX_KERNEL) ||
        !is_within(deconv->stride, 1, PW_MAX_KERNEL) ||
        !is_within(deconv->padding, 0, PW_MAX_KERNEL) ||
        !is_within(deconv->dilation, 1, PW_MAX_KERNEL) ||
        !is_within(deconv->output_padding, 0, PW_MAX_KERNEL))
        return BAD(check, "kernel, stride, padding or dilation out of range");
    for (int i = 0; i < 2; i++)
        if (deconv->output_padding[i] >= deconv->stride[i] &&
            deconv->output_padding[i] >= deconv->dilation[i])
            return BAD(check, "an output padding of %d", (int)deconv->output_padding[i]);
    if (deconv->weights == NULL)
        return BAD(check, "it has no weights");
    return PAWL_OK;
}

static pawl_status check_shuffle(const pw_check *check)
{
    const int32_t factor = check->layer->as.shuffle.factor;
    const bool is_deeper = check->layer->op == PW_OP_SPACE_TO_DEPTH;
    const int64_t low = is_deeper ? channels_of(check, 0) : output_channels(check);
    const int64_t high = is_deeper ? output_channels(check) : channels_of(check, 0);
    if (factor < 1 || factor > PW_MAX_KERNEL || low * factor * factor != high)
        return BAD(check, "%d -> %d channels by a factor of %d", (int)channels_of(check, 0),
                   (int)output_channels(check), (int)factor);
    return PAWL_OK;
}

static pawl_status check_attention(const pw_check *check)
{
    const int32_t heads = check->layer->as.attention.heads;
    if (heads < 1 || output_channels(check) % heads != 0)
        return BAD(check, "%d heads for %d channels", (int)heads, (int)output_channels(check));
    return PAWL_OK;
}

static pawl_status check_pad(const pw_check *check)
{
    const pw_pad *pad = &check->layer->as.pad;
    const int32_t rows[2] = {pad->top, pad->bottom}, columns[2] = {pad->left, pad->right};
    if (!is_within(rows, 0, PW_MAX_KERNEL) || !is_within(columns, 0, PW_MAX_KERNEL))
        return BAD(check, "a padding out of range");
    return PAWL_OK;
}

static pawl_status check_last(const pw_check *check)
{
    if (check->layer != &check->network->layers[check->network->layer_count - 1])
        return BAD(check, "layers follow the head");
    return PAWL_OK;
}

static pawl_status check_classify(const pw_check *check)
{
    const int32_t classes = check->network->model.class_count;
    if (classes < 1 || channels_of(check, 0) != classes)
        return BAD(check, "%d channels in a model of %d classes", (int)channels_of(check, 0),
                   (int)classes);
    if (check->network->model.task != PAWL_TASK_CLASSIFY)
        return BAD(check, "it is the head of another task");
    return check_last(check);
}

static pawl_status check_concat(const pw_check *check)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < check->layer->input_count; i++) {
        const pw_tensor *input = &check->network->tensors[check->layer->inputs[i]];
        if (input->parent == check->layer->output && input->channel_offset != sum)
            return BAD(check, "input %u is a slice at channel %d, not at %d", (unsigned)i,
                       (int)input->channel_offset, (int)sum);
        sum += input->channels;
    }
    if (sum != output_channels(check))
        return BAD(check, "%lld channels in, %d out", (long long)sum, (int)output_channels(check));
    return PAWL_OK;
}

static pawl_status check_level(const pw_check *check, int32_t level)
{
    const pw_detect *detect = &check->layer->as.detect;
    const int64_t needed = (int64_t)detect->anchor_count *
                           (5 + (int64_t)detect->class_count + (int64_t)detect->mask_count);
    const float stride = detect->stride[level];
    if (channels_of(check, (uint32_t)level) != needed)
        return BAD(check, "level %d has %d channels, not the %lld of %d anchors and %d classes",
                   (int)level, (int)channels_of(check, (uint32_t)level), (long long)needed,
                   (int)detect->anchor_count, (int)detect->class_count);
    if (!(stride >= 1 && stride <= PW_MAX_STRIDE) || stride != floorf(stride))
        return BAD(check, "level %d has a stride of %g", (int)level, (double)stride);
    for (int32_t a = 0; a < detect->anchor_count; a++)
        for (int k = 0; k < 2; k++)
            if (!(detect->anchor[level][a][k] >= 0) || !isfinite(detect->anchor[level][a][k]))
                return BAD(check, "anchor %d of level %d is below 0", (int)a, (int)level);
    return PAWL_OK;
}

static pawl_status check_detect(const pw_check *check)
{
    const pw_detect *detect = &check->layer->as.detect;
    const pw_model *model = &check->network->model;
    const bool has_masks = detect->mask_count > 0;
    if (detect->level_count < 1 || detect->level_count > PAWL_MAX_LEVELS ||
        (uint32_t)detect->level_count + (has_masks ? 1 : 0) != check->layer->input_count)
        return BAD(check, "%d levels from %u inputs", (int)detect->level_count,
                   (unsigned)check->layer->input_count);
    if (model->task != (has_masks ? PAWL_TASK_SEGMENT : PAWL_TASK_DETECT))
        return BAD(check, "it is the head of another task");
    if (detect->mask_count < 0 || detect->mask_count > PW_MAX_CHANNELS ||
        (has_masks && channels_of(check, (uint32_t)detect->level_count) != detect->mask_count))
        return BAD(check, "%d mask coefficients do not meet the prototypes",
                   (int)detect->mask_count);
    if (detect->anchor_count < 1 || detect->anchor_count > PAWL_MAX_ANCHORS)
        return BAD(check, "%d anchors a level", (int)detect->anchor_count);
    if (detect->class_count < 1 || detect->class_count > PW_MAX_CLASSES ||
        detect->class_count != model->class_count)
        return BAD(check, "%d classes in a model of %d", (int)detect->class_count,
                   (int)model->class_count);
    for (int32_t i = 0; i < detect->level_count; i++) {
        PW_TRY(check_level(check, i));
        if (detect->stride[i] > (float)model->max_stride)
            return BAD(check, "level %d has a stride of %g in a model with up to %d", (int)i,
                       (double)detect->stride[i], (int)model->max_stride);
    }
    return check_last(check);
}

static pawl_status check_same_channels(const pw_check *check)
{
    for (uint32_t i = 0; i < check->layer->input_count; i++)
        if (channels_of(check, i) != output_channels(check))
            return BAD(check, "%d channels in, %d out", (int)channels_of(check, i),
                       (int)output_channels(check));
    return PAWL_OK;
}

/* Operators whose outputs have the channels of their inputs. */
static pawl_status check_keeping(const pw_check *check)
{
    const pw_layer *layer = check->layer;
    switch (layer->op) {
    case PW_OP_BATCHNORM:
        PW_TRY(check_batchnorm(check));
        break;
    case PW_OP_ACTIVATION:
        PW_TRY(check_activation(check, layer->as.activation.kind, layer->as.activation.alpha));
        break;
    case PW_OP_MAXPOOL:
        PW_TRY(check_pool(check));
        break;
    case PW_OP_UPSAMPLE:
        if (layer->as.upsample.factor < 1 || layer->as.upsample.factor > PW_MAX_KERNEL)
            return BAD(check, "an upsampling by %d", (int)layer->as.upsample.factor);
        break;
    case PW_OP_INPUT:
        if (layer != check->network->layers || output_channels(check) != 3)
            return BAD(check, "the input must be the first layer and have 3 channels");
        break;
    case PW_OP_PAD:
        PW_TRY(check_pad(check));
        break;
    case PW_OP_ATTENTION:
        PW_TRY(check_attention(check));
        break;
    default:
        break;
    }
    return check_same_channels(check);
}

static pawl_status check_attributes(const pw_check *check)
{
    switch (check->layer->op) {
    case PW_OP_CONV:
        return check_conv(check);
    case PW_OP_CONCAT:
        return check_concat(check);
    case PW_OP_DETECT:
        return check_detect(check);
    case PW_OP_DECONV:
        return check_deconv(check);
    case PW_OP_CLASSIFY:
        return check_classify(check);
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        return check_shuffle(check);
    default:
        return check_keeping(check);
    }
}

/* Inputs must exist and be complete: written by a layer before, or covered by slices written
 * before. */
static pawl_status check_inputs(const pw_check *check)
{
    static const struct {
        uint32_t low, high;
    } counts[PW_OP_COUNT] = {
        [PW_OP_INPUT] = {0, 0},
        [PW_OP_CONV] = {1, 2},
        [PW_OP_BATCHNORM] = {1, 1},
        [PW_OP_ACTIVATION] = {1, 1},
        [PW_OP_ADD] = {2, 2},
        [PW_OP_MAXPOOL] = {1, 1},
        [PW_OP_UPSAMPLE] = {1, 1},
        [PW_OP_CONCAT] = {1, PW_MAX_INPUTS},
        [PW_OP_DETECT] = {1, PAWL_MAX_LEVELS + 1},
        [PW_OP_PAD] = {1, 1},
        [PW_OP_GLOBALPOOL] = {1, 1},
        [PW_OP_ATTENTION] = {3, 3},
        [PW_OP_DECONV] = {1, 1},
        [PW_OP_SPACE_TO_DEPTH] = {1, 1},
        [PW_OP_DEPTH_TO_SPACE] = {1, 1},
        [PW_OP_CLASSIFY] = {1, 1},
    };
    const pw_layer *layer = check->layer;
    if (layer->input_count < counts[layer->op].low || layer->input_count > counts[layer->op].high)
        return BAD(check, "%u inputs to %s", (unsigned)layer->input_count, pw_op_name(layer->op));
    for (uint32_t i = 0; i < layer->input_count; i++) {
        const uint32_t tensor = layer->inputs[i];
        if (tensor >= check->network->tensor_count)
            return BAD(check, "input %u is tensor %u of %zu", (unsigned)i, (unsigned)tensor,
                       check->network->tensor_count);
        if (check->producers[tensor] == 0 &&
            check->covered[tensor] != check->network->tensors[tensor].channels)
            return BAD(check, "input %u is used before it is made", (unsigned)i);
    }
    return PAWL_OK;
}

static pawl_status check_output(const pw_check *check)
{
    const pw_layer *layer = check->layer;
    if (layer->op == PW_OP_DETECT || layer->op == PW_OP_CLASSIFY) {
        if (layer->output != PW_NO_TENSOR)
            return BAD(check, "the head writes a tensor");
        return PAWL_OK;
    }
    if (layer->output >= check->network->tensor_count)
        return BAD(check, "it writes tensor %u of %zu", (unsigned)layer->output,
                   check->network->tensor_count);
    if (check->producers[layer->output] != 0)
        return BAD(check, "it writes tensor %u, which layer %s has written",
                   (unsigned)layer->output,
                   check->network->layers[check->producers[layer->output] - 1].name);
    const pw_tensor *tensor = &check->network->tensors[layer->output];
    const bool may_slice = layer->op == PW_OP_CONV || layer->op == PW_OP_ADD ||
                           layer->op == PW_OP_MAXPOOL || layer->op == PW_OP_UPSAMPLE;
    if (tensor->parent != PW_NO_TENSOR && !may_slice)
        return BAD(check, "%s cannot write a slice", pw_op_name(layer->op));
    if (check->covered[layer->output] != 0 && layer->op != PW_OP_CONCAT)
        return BAD(check, "it overwrites the slices of its output");

    return PAWL_OK;
}

/* A kept CONCAT copies what is no slice of its output; all slices of the output must be among its
 * inputs, else it would overwrite one. */
static pawl_status check_kept_slices(const pw_check *check)
{
    int32_t placed = 0;
    const pw_layer *layer = check->layer;
    for (uint32_t i = 0; i < layer->input_count; i++)
        if (check->network->tensors[layer->inputs[i]].parent == layer->output)
            placed += check->network->tensors[layer->inputs[i]].channels;
    if (placed != check->covered[layer->output])
        return BAD(check, "a slice of its output is not among its inputs");
    return PAWL_OK;
}

static pawl_status check_layers(pw_check *check)
{
    const pw_network *network = check->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = check->layer = &network->layers[i];
        if (layer->name == NULL)
            return pw_fail(check->error, PAWL_ERR_CORRUPT,
                           "layer %zu has no name: the network is damaged", i);
        if ((unsigned)layer->op >= PW_OP_COUNT)
            return BAD(check, "operator %d does not exist", (int)layer->op);
        if ((i == 0) != (layer->op == PW_OP_INPUT))
            return BAD(check, "the input must be the first layer, and only that");
        PW_TRY(check_inputs(check));
        PW_TRY(check_output(check));
        PW_TRY(check_attributes(check));
        if (layer->output == PW_NO_TENSOR)
            continue;
        if (layer->op == PW_OP_CONCAT)
            PW_TRY(check_kept_slices(check));
        check->producers[layer->output] = (uint32_t)i + 1;
        const pw_tensor *tensor = &network->tensors[layer->output];
        if (tensor->parent == PW_NO_TENSOR)
            continue;
        if (check->producers[tensor->parent] != 0)
            return BAD(check, "it writes a slice of a tensor that is made already");
        check->covered[tensor->parent] += tensor->channels;
    }
    return PAWL_OK;
}

/* Tensors by themselves: sizes, and slices within parents, one level deep. */
static pawl_status check_tensors(const pw_network *network, pawl_error *error)
{
    for (size_t t = 0; t < network->tensor_count; t++) {
        const pw_tensor *tensor = &network->tensors[t];
        if (tensor->channels < 1 || tensor->channels > PW_MAX_CHANNELS)
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "tensor %zu has %d channels: the network is damaged", t,
                           (int)tensor->channels);
        if (tensor->parent == PW_NO_TENSOR)
            continue;
        if (tensor->parent >= network->tensor_count ||
            network->tensors[tensor->parent].parent != PW_NO_TENSOR)
            return pw_fail(
                error, PAWL_ERR_CORRUPT,
                "tensor %zu is a slice of tensor %u, which cannot have any: the network is "
                "damaged",
                t, (unsigned)tensor->parent);
        if (tensor->channel_offset < 0 ||
            tensor->channel_offset > network->tensors[tensor->parent].channels - tensor->channels)
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "tensor %zu lies outside of tensor %u: the network is damaged", t,
                           (unsigned)tensor->parent);
    }
    return PAWL_OK;
}

/* Slices of one parent must be disjoint. Parents are few and have few slices, but a hostile file
 * may say otherwise: PW_MAX_TENSORS bounds it. */
static pawl_status check_overlap(const pw_network *network, pawl_error *error)
{
    for (size_t a = 0; a < network->tensor_count; a++) {
        const pw_tensor *one = &network->tensors[a];
        for (size_t b = a + 1; one->parent != PW_NO_TENSOR && b < network->tensor_count; b++) {
            const pw_tensor *other = &network->tensors[b];
            if (other->parent == one->parent &&
                one->channel_offset < other->channel_offset + other->channels &&
                other->channel_offset < one->channel_offset + one->channels)
                return pw_fail(error, PAWL_ERR_CORRUPT,
                               "tensors %zu and %zu overlap in tensor %u: the network is damaged",
                               a, b, (unsigned)one->parent);
        }
    }
    return PAWL_OK;
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static pawl_status check_ids(const pw_network *network, pawl_error *error)
{
    uint32_t *ids PW_AUTO_FREE = pw_calloc(network->layer_count, sizeof *ids);
    if (ids == NULL)
        return pw_fail_memory(error, "checking a network", network->layer_count * sizeof *ids);
    for (size_t i = 0; i < network->layer_count; i++)
        ids[i] = network->layers[i].id;
    qsort(ids, network->layer_count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < network->layer_count; i++)
        if (ids[i] >= network->next_layer_id || (i > 0 && ids[i] == ids[i - 1]))
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "layer id %u is used twice or too large: the network is damaged",
                           (unsigned)ids[i]);
    return PAWL_OK;
}

static pawl_status check_model(const pw_network *network, pawl_error *error)
{
    const pw_model *model = &network->model;
    if (model->task < PAWL_TASK_DETECT || model->task > PAWL_TASK_CLASSIFY)
        return pw_fail(error, PAWL_ERR_CORRUPT, "task %d does not exist: the network is damaged",
                       (int)model->task);
    if (model->class_count < 0 || model->class_count > PW_MAX_CLASSES || model->max_stride < 0 ||
        model->max_stride > PW_MAX_STRIDE || model->imgsz < 0 || model->parameter_count < 0)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%d classes, a stride of %d, a size of %d: the network is damaged",
                       (int)model->class_count, (int)model->max_stride, (int)model->imgsz);
    for (int32_t i = 0; model->names != NULL && i < model->class_count; i++)
        if (model->names[i] == NULL)
            return pw_fail(error, PAWL_ERR_CORRUPT, "class %d has no name: the network is damaged",
                           (int)i);
    return PAWL_OK;
}

/* All tensors that exist are made, and those without a layer are covered. */
static pawl_status check_made(const pw_check *check)
{
    for (size_t t = 0; t < check->network->tensor_count; t++)
        if (check->producers[t] == 0 && check->covered[t] != check->network->tensors[t].channels)
            return pw_fail(check->error, PAWL_ERR_CORRUPT,
                           "tensor %zu is made by no layer: the network is damaged", t);
    return PAWL_OK;
}

pawl_status pw_network_validate(const pw_network *network, pawl_error *error)
{
    if (network->layer_count < 1 || network->layer_count > PW_MAX_LAYERS ||
        network->tensor_count < 1 || network->tensor_count > PW_MAX_TENSORS)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%zu layers and %zu tensors: the network is damaged", network->layer_count,
                       network->tensor_count);
    PW_TRY(check_model(network, error));
    PW_TRY(check_tensors(network, error));
    PW_TRY(check_overlap(network, error));
    PW_TRY(check_ids(network, error));
    uint32_t *producers PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *producers);
    int32_t *covered PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *covered);
    if (producers == NULL || covered == NULL)
        return pw_fail_memory(error, "checking a network", network->tensor_count * 8);
    pw_check check = {network, network->layers, producers, covered, error};
    PW_TRY(check_layers(&check));
    return check_made(&check);
}
