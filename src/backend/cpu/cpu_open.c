/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the kernel table for a machine, and the constants in their order; the same for all shapes
 * and contexts. */
#include "backend/cpu/cpu.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/size.h"
#include "lower/pack.h"

#include <string.h>

_Static_assert((int)PK_ACT_SILU == (int)PW_ACT_SILU &&
                   (int)PK_ACT_LEAKY_RELU == (int)PW_ACT_LEAKY_RELU &&
                   (int)PK_ACT_HARDSWISH == (int)PW_ACT_HARDSWISH &&
                   (int)PK_ACT_RELU == (int)PW_ACT_RELU &&
                   (int)PK_ACT_SIGMOID == (int)PW_ACT_SIGMOID &&
                   (int)PK_ACT_RELU6 == (int)PW_ACT_RELU6 && (int)PK_ACT_ELU == (int)PW_ACT_ELU &&
                   (int)PK_ACT_MISH == (int)PW_ACT_MISH && (int)PK_ACT_GELU == (int)PW_ACT_GELU &&
                   (int)PK_ACT_COUNT == (int)PW_ACT_COUNT,
               "kernels know the activations by the network's numbers");

#define CONSTANT_ALIGNMENT (PW_CACHE_LINE / sizeof(float)) /* floats */

static pk_problem problem_of(const pw_conv *conv)
{
    return (pk_problem){
        .in_channels = (size_t)(conv->in_channels / conv->groups),
        .out_channels = (size_t)(conv->out_channels / conv->groups),
        .groups = (size_t)conv->groups,
        .kernel = {(size_t)conv->kernel[0], (size_t)conv->kernel[1]},
        .stride = {(size_t)conv->stride[0], (size_t)conv->stride[1]},
        .dilation = {(size_t)conv->dilation[0], (size_t)conv->dilation[1]},
    };
}

/* The operation that runs a layer; PK_OP_COUNT for one that has no kernel of its own. */
static pk_op op_of(const pw_layer *layer)
{
    switch (layer->op) {
    case PW_OP_CONV: {
        const pk_problem problem = problem_of(&layer->as.conv);
        return pk_row_select(PK_DWCONV_F32, PW_ISA_GENERIC, &problem) != NULL ? PK_DWCONV_F32
                                                                              : PK_CONV_F32;
    }
    case PW_OP_BATCHNORM:
    case PW_OP_ACTIVATION:
    case PW_OP_ADD:
    case PW_OP_CONCAT:
        return PK_ELTWISE_F32;
    case PW_OP_MAXPOOL:
        return PK_MAXPOOL_F32;
    case PW_OP_UPSAMPLE:
        return PK_UPSAMPLE_F32;
    case PW_OP_DETECT:
        return PK_DECODE_F32;
    case PW_OP_PAD:
        return PK_ELTWISE_F32;
    case PW_OP_GLOBALPOOL:
        return PK_GLOBALPOOL_F32;
    case PW_OP_ATTENTION:
        return PK_ATTENTION_F32;
    case PW_OP_DECONV:
        return pw_pack_is_depthwise(&layer->as.deconv) ? PK_DWCONV_F32 : PK_DECONV_F32;
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        return PK_SHUFFLE_F32;
    case PW_OP_CLASSIFY:
        break;
    case PW_OP_INPUT:
        return PK_INPUT_F32;
    case PW_OP_COUNT:
        break;
    }
    return PK_OP_COUNT;
}

/* A concatenation whose inputs all lie in its output already. */
static bool has_vanished(const pw_network *network, const pw_layer *layer)
{
    if (layer->op != PW_OP_CONCAT)
        return false;
    for (uint32_t i = 0; i < layer->input_count; i++)
        if (network->tensors[layer->inputs[i]].parent != layer->output)
            return false;
    return true;
}

/* The plan's choice for this machine where it can be had, else the table's first. */
static const pk_row *choose(const pw_plan *plan, const pw_machine *machine, const pw_layer *layer)
{
    const pk_op op = op_of(layer);
    if (op == PK_OP_COUNT || has_vanished(&plan->network, layer))
        return NULL;
    pk_problem problem = {0};
    if (layer->op == PW_OP_CONV)
        problem = problem_of(&layer->as.conv);
    else if (layer->op == PW_OP_DECONV)
        problem = (pk_problem){
            .in_channels = 1, .out_channels = 1, .groups = (size_t)layer->as.deconv.groups};
    const bool is_conv = layer->op == PW_OP_CONV || op == PK_DWCONV_F32;
    const pk_problem *asked = is_conv ? &problem : NULL;
    const pw_tactic *tactic = pw_plan_tactic(plan, machine->name, layer->id);
    const pk_row *row = tactic == NULL ? NULL : pk_row_find(op, tactic->name, machine->isa, asked);
    return row != NULL ? row : pk_row_select(op, machine->isa, asked);
}

/* True for the convolution that can read the binding's planes: the input's only reader. */
static bool can_be_planar(const pw_network *network, size_t index)
{
    const pw_layer *layer = &network->layers[index];
    if (layer->op != PW_OP_CONV || layer->as.conv.groups != 1 || layer->as.conv.dilation[1] != 1)
        return false;
    const uint32_t input = network->layers[0].output;
    return layer->inputs[0] == input && network->tensors[input].parent == PW_NO_TENSOR &&
           pw_network_consumer_count(network, input) == 1 &&
           !(layer->as.conv.has_residual && layer->inputs[1] == input);
}

/* Adds count floats to the block; the place where they begin. */
static bool reserve(size_t *total, size_t count, size_t *at)
{
    *at = *total;
    return pw_size_add(*total, count, total) &&
           *total < SIZE_MAX / sizeof(float) - CONSTANT_ALIGNMENT &&
           (*total = pw_size_align(*total, CONSTANT_ALIGNMENT), true);
}

typedef struct constant_places {
    size_t weights, planar, bias; /* floats from the block's start */
} constant_places;

static bool place_constants(const cpu_device_plan *made, size_t index, size_t *total,
                            constant_places *places)
{
    const pw_layer *layer = &made->base.plan->network.layers[index];
    const pk_row *row = made->layers[index].row;
    size_t weights = 0, bias = 0;
    if (layer->op == PW_OP_BATCHNORM) {
        weights = bias = (size_t)layer->as.batchnorm.channels;
    } else if (layer->op == PW_OP_DECONV) {
        if (!pw_pack_deconv_size(&layer->as.deconv, &weights, &bias))
            return false;
    } else if (layer->op == PW_OP_CONV) {
        /* a depthwise kernel reads one weight for each channel and tap: panels of one channel */
        if (!pw_pack_conv_size(&layer->as.conv, row->op == PK_DWCONV_F32 ? 1 : row->nr, &weights,
                               &bias))
            return false;
    }
    const bool is_planar =
        can_be_planar(&made->base.plan->network, index) && row->op == PK_CONV_F32;
    return reserve(total, weights, &places->weights) && reserve(total, bias, &places->bias) &&
           reserve(total, is_planar ? weights : 0, &places->planar);
}

static void pack_layer(cpu_device_plan *made, size_t index, const constant_places *places)
{
    const pw_plan *plan = made->base.plan;
    const pw_layer *layer = &plan->network.layers[index];
    cpu_layer *target = &made->layers[index];
    float *weights = made->constants + places->weights;
    float *bias = made->constants + places->bias;
    if (layer->op == PW_OP_BATCHNORM) {
        pw_pack_batchnorm(&layer->as.batchnorm, weights, bias);
    } else if (layer->op == PW_OP_DECONV) {
        pw_pack_deconv(&layer->as.deconv, weights, bias);
    } else if (layer->op == PW_OP_CONV) {
        const pw_conv *conv = &layer->as.conv;
        if (target->row->op == PK_DWCONV_F32)
            pw_pack_depthwise(conv, weights, bias);
        else
            pw_pack_conv(conv, target->row->nr, PW_PACK_NHWC, weights, bias);
        if (target->row->op == PK_CONV_F32 && can_be_planar(&plan->network, index)) {
            float *planar = made->constants + places->planar;
            pw_pack_conv(conv, target->row->nr, PW_PACK_PLANES, planar, bias);
            target->planar_weights = planar;
        }
        /* the pages of a mapped file need not stay in memory beside ours */
        pw_os_contents_drop(&plan->contents, conv->weights,
                            (size_t)conv->out_channels * pw_pack_panel_size(conv, 1) *
                                sizeof(float));
    }
    target->weights = weights;
    target->bias = bias;
}

static pawl_status pack_all(cpu_device_plan *made, pawl_error *error)
{
    const size_t count = made->base.plan->network.layer_count;
    PW_AUTO_FREE constant_places *places = pw_calloc(count + 1, sizeof(*places));
    if (places == NULL)
        return pw_fail_memory(error, "the packed constants", (count + 1) * sizeof(*places));
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (!place_constants(made, i, &total, &places[i]))
            return pw_fail(error, PAWL_ERR_LIMIT, "the constants are too large for this machine");
    made->constants = pw_alloc_aligned((total + 1) * sizeof(float), PW_CACHE_LINE);
    if (made->constants == NULL)
        return pw_fail_memory(error, "the packed constants", total * sizeof(float));
    for (size_t i = 0; i < count; i++)
        pack_layer(made, i, &places[i]);
    return PAWL_OK;
}

/* Says once when the plan was tuned for other machines only. */
static void report_foreign_tactics(const pw_plan *plan, const pw_machine *machine)
{
    for (size_t i = 0; i < plan->tactic_count; i++)
        if (strcmp(plan->tactics[i].machine, machine->name) == 0)
            return;
    if (plan->tactic_count > 0)
        pw_log(PAWL_LOG_INFO, "the plan was tuned for %s, runs with %s kernels",
               plan->tactics[0].machine, pw_isa_name(machine->isa));
}

static pawl_status open_into(cpu_device_plan *made, pawl_error *error)
{
    const pw_plan *plan = made->base.plan;
    const size_t count = plan->network.layer_count;
    made->layers = pw_calloc(count + 1, sizeof(*made->layers));
    if (made->layers == NULL)
        return pw_fail_memory(error, "the CPU backend's layers",
                              (count + 1) * sizeof(*made->layers));
    for (size_t i = 0; i < count; i++)
        made->layers[i].row = choose(plan, &made->machine, &plan->network.layers[i]);
    PW_TRY(pack_all(made, error));
    report_foreign_tactics(plan, &made->machine);
    return PAWL_OK;
}

pawl_status pw_cpu_open(const pw_plan *plan, const pw_machine *machine,
                        pw_device_plan **device_plan, pawl_error *error)
{
    cpu_device_plan *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the CPU backend's plan", sizeof(*made));
    made->base = (pw_device_plan){.backend = &pw_backend_cpu, .plan = plan};
    made->machine = *machine;
    const pawl_status status = open_into(made, error);
    if (status < 0) {
        pw_cpu_close(&made->base);
        return status;
    }
    *device_plan = &made->base;
    return PAWL_OK;
}

void pw_cpu_close(pw_device_plan *device_plan)
{
    cpu_device_plan *made = (cpu_device_plan *)device_plan;
    if (made == NULL)
        return;
    pw_free(made->constants);
    pw_free(made->layers);
    pw_free(made);
}

const char *pw_cpu_tactic(const pw_device_plan *device_plan, size_t index)
{
    const cpu_device_plan *made = (const cpu_device_plan *)device_plan;
    if (index >= made->base.plan->network.layer_count || made->layers[index].row == NULL)
        return NULL;
    return made->layers[index].row->name;
}
