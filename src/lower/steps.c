/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers -> steps: the problem of each, in the kernels' words. A layer has one step but for
 * concatenations, which have one for each input that does not lie in the output already, and for
 * heads, which have one for each output that must be copied.
 */
#include "lower/schedule.h"

#include "base/size.h"
#include "kernels/quantize/requantise.h"

#include <math.h>

_Static_assert((int)PK_ACT_SILU == (int)PW_ACT_SILU &&
                   (int)PK_ACT_LEAKY_RELU == (int)PW_ACT_LEAKY_RELU &&
                   (int)PK_ACT_HARDSWISH == (int)PW_ACT_HARDSWISH &&
                   (int)PK_ACT_RELU == (int)PW_ACT_RELU &&
                   (int)PK_ACT_SIGMOID == (int)PW_ACT_SIGMOID &&
                   (int)PK_ACT_RELU6 == (int)PW_ACT_RELU6 && (int)PK_ACT_ELU == (int)PW_ACT_ELU &&
                   (int)PK_ACT_MISH == (int)PW_ACT_MISH && (int)PK_ACT_GELU == (int)PW_ACT_GELU &&
                   (int)PK_ACT_COUNT == (int)PW_ACT_COUNT,
               "kernels know the activations by the network's numbers");
_Static_assert(PK_MAX_LEVELS == PAWL_MAX_LEVELS && PK_MAX_ANCHORS == PAWL_MAX_ANCHORS,
               "kernels hold any head");

typedef struct maker {
    pw_schedule *schedule;
    pw_arena *arena;
    const pw_network *network;
    size_t layer;
} maker;

/* A step of the layer from and to these operands. */
static pw_step *add_step(maker *to, pk_op op, const uint32_t *sources, size_t count,
                         uint32_t destination)
{
    pw_schedule *schedule = to->schedule;
    pw_step *step = &schedule->steps[schedule->step_count++];
    *step = (pw_step){.layer = to->layer, .destination = destination};
    step->problem.op = op;
    step->problem.source_count = count;
    step->problem.destination = schedule->operands[destination].tensor;
    step->problem.workers = schedule->desc.workers;
    for (size_t i = 0; i < count; i++) {
        step->source[i] = sources[i];
        step->problem.source[i] = schedule->operands[sources[i]].tensor;
    }
    return step;
}

static pw_step *add_layer(maker *to, pk_op op)
{
    const pw_layer *layer = &to->network->layers[to->layer];
    return add_step(to, op, layer->inputs, layer->input_count, layer->output);
}

static void add_copy(maker *to, uint32_t from, uint32_t destination)
{
    (void)add_step(to, PK_REORDER, &from, 1, destination);
}

static pk_window window_of(const int32_t kernel[2], const int32_t stride[2],
                           const int32_t padding[2], const int32_t dilation[2], int32_t groups)
{
    pk_window window = {.groups = (size_t)groups};
    for (int i = 0; i < 2; i++) {
        window.kernel[i] = (size_t)kernel[i];
        window.stride[i] = (size_t)stride[i];
        window.padding[i] = (size_t)padding[i];
        window.dilation[i] = (size_t)dilation[i];
    }
    return window;
}

static pawl_status add_input(maker *to, pawl_error *error)
{
    const uint32_t binding = to->schedule->input;
    pw_step *step = add_step(to, PK_REORDER, &binding, 1, to->network->layers[to->layer].output);
    if (step->problem.source[0].type != PK_U8 || to->network->model.task != PAWL_TASK_CLASSIFY)
        return PAWL_OK;
    struct {
        float mean[3], deviation[3];
    } *values = pw_arena_alloc(to->arena, sizeof(*values));
    if (values == NULL)
        return pw_fail_memory(error, "the normalisation", sizeof(*values));
    pw_network_normalisation(to->network, values->mean, values->deviation);
    step->problem.as.has_constants = true;
    step->constants.mean = values->mean;
    step->constants.variance = values->deviation;
    return PAWL_OK;
}

static pk_tensor element_of(const pw_tensor *tensor)
{
    return (pk_tensor){.type = pw_kernel_type(tensor->dtype),
                       .scale = tensor->scale,
                       .zero_point = tensor->zero_point};
}

double pw_conv_middle(const pw_network *network, const pw_layer *layer)
{
    const pw_conv *conv = &layer->as.conv;
    const pk_tensor sum = element_of(&network->tensors[layer->output]);
    const pk_tensor added =
        element_of(&network->tensors[layer->inputs[conv->has_residual ? 1 : 0]]);
    const pk_tensor *residual = conv->has_residual ? &added : NULL;
    pk_requantise by;
    if (sum.type != PK_U8 || !pk_can_requantise(&sum, residual))
        return 0.0;
    pk_requantise_make(&by, &sum, residual, (pk_activation)conv->activation, conv->alpha);
    return fabs(pk_requantise_middle(&by));
}

static void add_conv(maker *to)
{
    const pw_conv *conv = &to->network->layers[to->layer].as.conv;
    pw_step *step = add_layer(to, PK_CONV);
    step->problem.as.window =
        window_of(conv->kernel, conv->stride, conv->padding, conv->dilation, conv->groups);
    step->problem.activation = (pk_activation)conv->activation;
    step->problem.alpha = conv->alpha;
    step->problem.weights = pw_kernel_type(conv->weight_type);
    step->constants.weights = conv->weights;
    step->constants.bias = conv->bias;
    step->constants.scales = conv->weight_scales;
}

static void add_deconv(maker *to)
{
    const pw_deconv *deconv = &to->network->layers[to->layer].as.deconv;
    pw_step *step = add_layer(to, PK_DECONV);
    step->problem.as.window = window_of(deconv->kernel, deconv->stride, deconv->padding,
                                        deconv->dilation, deconv->groups);
    step->problem.weights = pw_kernel_type(deconv->weight_type);
    step->constants.weights = deconv->weights;
    step->constants.bias = deconv->bias;
}

static void add_eltwise(maker *to)
{
    const pw_layer *layer = &to->network->layers[to->layer];
    pw_step *step = add_layer(to, PK_ELTWISE);
    if (layer->op == PW_OP_ACTIVATION) {
        step->problem.activation = (pk_activation)layer->as.activation.kind;
        step->problem.alpha = layer->as.activation.alpha;
    } else if (layer->op == PW_OP_BATCHNORM) {
        const pw_batchnorm *norm = &layer->as.batchnorm;
        step->problem.as.has_constants = true;
        step->constants = (pk_constants){.weights = norm->gamma,
                                         .bias = norm->beta,
                                         .mean = norm->mean,
                                         .variance = norm->variance,
                                         .epsilon = (double)norm->epsilon};
    }
}

static void add_pool(maker *to, pk_op op)
{
    static const int32_t undilated[2] = {1, 1};
    const pw_pool *pool = &to->network->layers[to->layer].as.pool;
    add_layer(to, op)->problem.as.window =
        window_of(pool->kernel, pool->stride, pool->padding, undilated, 1);
}

static void add_pad(maker *to)
{
    const pw_pad *pad = &to->network->layers[to->layer].as.pad;
    pk_problem *problem = &add_layer(to, PK_PAD)->problem;
    problem->as.pad.top = (size_t)pad->top;
    problem->as.pad.left = (size_t)pad->left;
}

/* The inputs that do not lie in the output already. */
static void add_concat(maker *to)
{
    const pw_layer *layer = &to->network->layers[to->layer];
    const pw_operand *operands = to->schedule->operands;
    size_t channel = 0;
    for (uint32_t i = 0; i < layer->input_count; i++) {
        const pw_operand *in = &operands[layer->inputs[i]], *out = &operands[layer->output];
        const size_t channels = in->tensor.channels;
        if (in->root != out->root || in->offset != out->offset + channel)
            add_copy(to, layer->inputs[i],
                     pw_operand_slice(to->schedule, layer->output, channel, channels));
        channel += channels;
    }
}

/* An output that shows a tensor: where it lies if it lies there as it is shown, else a copy. */
static void add_output(maker *to, uint32_t tensor, pk_tensor shown)
{
    pw_schedule *schedule = to->schedule;
    pw_operand *operand = &schedule->operands[tensor];
    uint32_t output = tensor;
    if (operand->tensor.type == shown.type && operand->tensor.pixel == shown.pixel &&
        operand->tensor.block >= shown.block) {
        operand->is_lent = true;
    } else {
        output = pw_operand_add(schedule, shown, true);
        add_copy(to, tensor, output);
    }
    schedule->outputs[schedule->output_count++] = output;
}

static pk_tensor dense(const pk_tensor *tensor)
{
    return pk_tensor_nhwc(PK_F32, tensor->batch, tensor->channels, tensor->height, tensor->width,
                          tensor->channels);
}

pk_head pw_kernel_head(const pw_detect *detect)
{
    pk_head head = {.class_count = (size_t)detect->class_count,
                    .mask_count = (size_t)detect->mask_count,
                    .anchor_count = (size_t)detect->anchor_count};
    for (int32_t l = 0; l < detect->level_count; l++) {
        head.stride[l] = detect->stride[l];
        for (int32_t a = 0; a < detect->anchor_count; a++)
            for (int i = 0; i < 2; i++)
                head.anchor[l][a][i] = detect->anchor[l][a][i];
    }
    return head;
}

/* The last step that makes a tensor, and all of it; NULL: there is none, or others read the tensor
 * too. */
static pw_step *only_maker(const pw_schedule *schedule, uint32_t tensor)
{
    pw_step *found = NULL;
    for (size_t s = 0; s < schedule->step_count; s++) {
        pw_step *step = &schedule->steps[s];
        for (size_t i = 0; i < step->problem.source_count; i++)
            if (schedule->operands[step->source[i]].root == schedule->operands[tensor].root)
                return NULL;
        if (step->destination == tensor)
            found = step;
    }
    return schedule->operands[tensor].is_lent ? NULL : found;
}

/* Candidates are few: of the other cells only the objectness is ever read. */
static void add_gates(maker *to, const pw_layer *layer)
{
    const pw_detect *detect = &layer->as.detect;
    for (int32_t l = 0; l < detect->level_count; l++) {
        pw_step *step = only_maker(to->schedule, layer->inputs[l]);
        if (step != NULL && step->problem.op == PK_CONV)
            step->problem.as.window.gate = (pk_gate){.first = 4,
                                                     .step = (size_t)pw_detect_width(detect),
                                                     .count = (size_t)detect->anchor_count};
    }
}

static pawl_status add_rows(maker *to, const pw_layer *layer, bool is_decoded, pawl_error *error)
{
    pw_schedule *schedule = to->schedule;
    const pw_detect *detect = &layer->as.detect;
    pk_head *head = pw_arena_array(to->arena, 1, sizeof(*head));
    if (head == NULL)
        return pw_fail_memory(error, "the head", sizeof(*head));
    *head = pw_kernel_head(detect);
    size_t rows = 0;
    for (int32_t l = 0; l < detect->level_count; l++)
        rows += head->anchor_count * pk_pixels(&schedule->operands[layer->inputs[l]].tensor);
    const size_t width = pw_detect_width(detect);
    const pk_tensor tensor =
        pk_tensor_nhwc(PK_F32, (size_t)schedule->desc.batch, width, rows, 1, width);
    schedule->rows = pw_operand_add(schedule, tensor, true);
    if (!is_decoded)
        add_gates(to, layer);
    pw_step *step = add_step(to, is_decoded ? PK_DECODE : PK_CANDIDATES, layer->inputs,
                             (size_t)detect->level_count, schedule->rows);
    step->problem.as.head = head;
    return PAWL_OK;
}

static pawl_status add_detect(maker *to, pawl_error *error)
{
    const pw_layer *layer = &to->network->layers[to->layer];
    const pawl_output_form form = to->schedule->desc.output;
    const uint32_t levels = (uint32_t)layer->as.detect.level_count;
    if (form == PAWL_OUTPUT_RAW)
        for (uint32_t k = 0; k < levels; k++)
            add_output(to, layer->inputs[k],
                       dense(&to->schedule->operands[layer->inputs[k]].tensor));
    else
        PW_TRY(add_rows(to, layer, form == PAWL_OUTPUT_DECODED, error));
    if (layer->as.detect.mask_count > 0) {
        const pk_tensor *in = &to->schedule->operands[layer->inputs[levels]].tensor;
        const pk_tensor planes =
            pk_tensor_planes(PK_F32, in->batch, in->channels, in->height, in->width);
        const uint32_t output = pw_operand_add(to->schedule, planes, true);
        add_copy(to, layer->inputs[levels], output);
        to->schedule->outputs[to->schedule->output_count++] = output;
    }
    return PAWL_OK;
}

static pawl_status add_steps(maker *to, pawl_error *error)
{
    const pw_layer *layer = &to->network->layers[to->layer];
    switch (layer->op) {
    case PW_OP_INPUT:
        return add_input(to, error);
    case PW_OP_CONV:
        add_conv(to);
        break;
    case PW_OP_DECONV:
        add_deconv(to);
        break;
    case PW_OP_BATCHNORM:
    case PW_OP_ACTIVATION:
    case PW_OP_ADD:
        add_eltwise(to);
        break;
#define POOL(op, ...)          \
    case PW_OP_##op:           \
        add_pool(to, PK_##op); \
        break;
        PK_POOL_MAP(POOL, , , )
#undef POOL
    case PW_OP_UPSAMPLE:
        add_layer(to, PK_UPSAMPLE)->problem.as.factor = (size_t)layer->as.upsample.factor;
        break;
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        add_layer(to, PK_SHUFFLE)->problem.as.factor = (size_t)layer->as.shuffle.factor;
        break;
    case PW_OP_PAD:
        add_pad(to);
        break;
    case PW_OP_GLOBALPOOL:
        (void)add_layer(to, PK_GLOBALPOOL);
        break;
    case PW_OP_ATTENTION:
        add_layer(to, PK_ATTENTION)->problem.as.heads = (size_t)layer->as.attention.heads;
        break;
    case PW_OP_CONCAT:
        add_concat(to);
        break;
    case PW_OP_DETECT:
        return add_detect(to, error);
    case PW_OP_CLASSIFY:
        add_output(to, layer->inputs[0], dense(&to->schedule->operands[layer->inputs[0]].tensor));
        break;
    case PW_OP_COUNT:
        break;
    }
    return PAWL_OK;
}

pawl_status pw_steps_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error)
{
    const pw_network *network = schedule->desc.network;
    size_t capacity = network->layer_count;
    for (size_t i = 0; i < network->layer_count; i++) /* copies: a step each, and they are large */
        if (network->layers[i].op == PW_OP_CONCAT || network->layers[i].op == PW_OP_DETECT)
            capacity += (size_t)network->layers[i].input_count;
    schedule->steps = pw_arena_array(arena, capacity, sizeof(pw_step));
    schedule->rows = PW_NO_OPERAND;
    if (schedule->steps == NULL)
        return pw_fail_memory(error, "the program's steps", capacity * sizeof(pw_step));
    maker to = {.schedule = schedule, .arena = arena, .network = network};
    for (; to.layer < network->layer_count; to.layer++)
        PW_TRY(add_steps(&to, error));
    return PAWL_OK;
}
