/* SPDX-License-Identifier: Apache-2.0 */
/* The network: records what is added. Weights are kept by reference, as NVIDIA's are, until the
 * build reads them. */
#include "doubles/tensorrt/double_exports.h"
#include "doubles/tensorrt/double_methods.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static node *node_of(const member *layer)
{
    return &layer->network->graph.nodes[layer->index];
}

static value *value_of(const member *tensor)
{
    return &tensor->network->graph.values[tensor->index];
}

static member *tensor_of(const object *tensor)
{
    return tensor->first->owner;
}

/* A layer's or a tensor's object. It lives as long as the network. */
static member *add_member(network *own, class_id first, class_id second, int32_t index)
{
    if (own->member_count == own->member_capacity) {
        const size_t capacity = own->member_capacity * 2 + 64;
        member **const grown = realloc(own->members, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        own->members = grown;
        own->member_capacity = capacity;
    }
    member *const made = double_make(sizeof *made, first, second, NULL, own->body.logger, NULL);
    if (made == NULL)
        return NULL;
    made->network = own;
    made->index = index;
    own->members[own->member_count++] = made;
    return made;
}

static object *add_layer(network *own, class_id class_of, const node *recipe, int32_t type)
{
    const int32_t index = graph_add_node(&own->graph, recipe, type);
    member *const made = index >= 0 ? add_member(own, CLASS_VLayer, class_of, index) : NULL;
    if (made == NULL)
        return NULL;
    node *const added = node_of(made);
    snprintf(added->name, sizeof added->name, "(Unnamed Layer* %d)", (int)index);
    value *const output = &own->graph.values[added->output];
    snprintf(output->name, sizeof output->name, "(Unnamed Layer* %d) [output]", (int)index);
    return &made->body.face;
}

/* Starts a node from one input; false: it is not a tensor of this network. */
static bool take_input(const network *own, node *recipe, const object *tensor)
{
    if (tensor == NULL || recipe->input_count == MAX_INPUTS)
        return false;
    const member *const input = tensor_of(tensor);
    if (input->network != own) {
        double_say(own->body.logger, SEVERITY_ERROR,
                   "Error Code 3: API Usage Error (the tensor is not one of this network)");
        return false;
    }
    recipe->inputs[recipe->input_count++] = input->index;
    return true;
}

static int32_t type_of_input(const network *own, const node *recipe)
{
    return own->graph.values[recipe->inputs[0]].type;
}

static shape ones(int32_t rank)
{
    shape result = {.rank = rank};
    for (int32_t i = 0; i < rank; i++)
        result.d[i] = 1;
    return result;
}

object *VNetworkDefinition_addInput(inner *self, const char *name, int32_t type, DIMS_IN dims)
{
    network *const own = self->owner;
    if (ENTER(self))
        return NULL;
    for (int32_t i = 0; i < own->graph.value_count; i++)
        if (own->graph.values[i].producer < 0 && strcmp(own->graph.values[i].name, name) == 0) {
            double_say(own->body.logger, SEVERITY_ERROR,
                       "Error Code 3: API Usage Error (input %s is there already)", name);
            return NULL;
        }
    const int32_t index = graph_add_value(&own->graph, type, -1);
    if (index < 0)
        return NULL;
    own->graph.values[index].dims = double_shape(DIMS_OF(dims));
    snprintf(own->graph.values[index].name, MAX_NAME, "%s", name);
    member *const made = add_member(own, CLASS_VTensor, CLASS_COUNT, index);
    return made != NULL ? &made->body.face : NULL;
}

void VNetworkDefinition_markOutput(inner *self, object *tensor)
{
    network *const own = self->owner;
    int32_t last = -1;
    (void)ENTER(self);
    for (int32_t i = 0; i < own->graph.value_count; i++)
        if (own->graph.values[i].output_at > last)
            last = own->graph.values[i].output_at;
    value_of(tensor_of(tensor))->output_at = last + 1;
}

object *VNetworkDefinition_addConvolutionNd(inner *self, object *tensor, extent maps,
                                            DIMS_IN kernel, native_weights weights,
                                            native_weights bias)
{
    network *const own = self->owner;
    node recipe = {
        .op = OP_CONVOLUTION, .maps = maps, .groups = 1, .weights = weights, .bias = bias};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    /* Empty where the kernel will be a tensor. */
    if (maps < 1 || weights.count < 0 || (weights.values == NULL) != (weights.count == 0)) {
        double_say(own->body.logger, SEVERITY_ERROR,
                   "Error Code 3: API Usage Error (Parameter check failed, condition: "
                   "kernelWeights.values != nullptr && nbOutputMaps > 0.)");
        return NULL;
    }
    recipe.kernel = double_shape(DIMS_OF(kernel));
    recipe.stride = recipe.dilation = ones(recipe.kernel.rank);
    recipe.padding.rank = recipe.kernel.rank;
    return add_layer(own, CLASS_VConvolutionLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addActivation(inner *self, object *tensor, int32_t kind)
{
    network *const own = self->owner;
    node recipe = {.op = OP_ACTIVATION, .kind = kind};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    if (kind != ACT_RELU && kind != ACT_SIGMOID && kind != ACT_LEAKY_RELU &&
        kind != ACT_HARD_SIGMOID && kind != ACT_CLIP)
        return NULL;
    return add_layer(own, CLASS_VActivationLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addPoolingNd(inner *self, object *tensor, int32_t kind, DIMS_IN kernel)
{
    network *const own = self->owner;
    node recipe = {.op = OP_POOLING, .kind = kind};
    if (ENTER(self) || kind < 0 || kind > 1 || !take_input(own, &recipe, tensor))
        return NULL;
    recipe.kernel = double_shape(DIMS_OF(kernel));
    recipe.stride = recipe.kernel; /* the stride is the caller's to set */
    recipe.padding.rank = recipe.kernel.rank;
    return add_layer(own, CLASS_VPoolingLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addConcatenation(inner *self, object *const *tensors, int32_t count)
{
    network *const own = self->owner;
    node recipe = {.op = OP_CONCATENATION, .kind = 1};
    if (ENTER(self) || count < 1)
        return NULL;
    for (int32_t i = 0; i < count; i++)
        if (!take_input(own, &recipe, tensors[i]))
            return NULL;
    return add_layer(own, CLASS_VConcatenationLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addElementWise(inner *self, object *a, object *b, int32_t kind)
{
    network *const own = self->owner;
    node recipe = {.op = OP_ELEMENTWISE, .kind = kind};
    if (ENTER(self) || !take_input(own, &recipe, a) || !take_input(own, &recipe, b))
        return NULL;
    if (kind != ELEMENTWISE_SUM && kind != ELEMENTWISE_PROD)
        return NULL;
    return add_layer(own, CLASS_VElementWiseLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addShuffle(inner *self, object *tensor)
{
    network *const own = self->owner;
    node recipe = {.op = OP_SHUFFLE};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    for (int32_t i = 0; i < MAX_RANK; i++)
        recipe.order[i] = i;
    return add_layer(own, CLASS_VShuffleLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addSlice(inner *self, object *tensor, DIMS_IN start, DIMS_IN size,
                                    DIMS_IN stride)
{
    network *const own = self->owner;
    node recipe = {.op = OP_SLICE};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    recipe.start = double_shape(DIMS_OF(start));
    recipe.size = double_shape(DIMS_OF(size));
    recipe.stride = double_shape(DIMS_OF(stride));
    return add_layer(own, CLASS_VSliceLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addConstant(inner *self, DIMS_IN dims, native_weights values)
{
    network *const own = self->owner;
    node recipe = {.op = OP_CONSTANT, .weights = values};
    if (ENTER(self))
        return NULL;
    recipe.size = double_shape(DIMS_OF(dims));
    if (shape_volume(&recipe.size) != values.count)
        return NULL;
    return add_layer(own, CLASS_VConstantLayer, &recipe, values.type);
}

object *VNetworkDefinition_addResize(inner *self, object *tensor)
{
    network *const own = self->owner;
    node recipe = {.op = OP_RESIZE};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    for (int32_t i = 0; i < MAX_RANK; i++)
        recipe.scales[i] = 1.0f;
    return add_layer(own, CLASS_VResizeLayer, &recipe, type_of_input(own, &recipe));
}

/* Sizes as of a slice, whose inverse it is. */
object *VNetworkDefinition_addPaddingNd(inner *self, object *tensor, DIMS_IN before, DIMS_IN after)
{
    network *const own = self->owner;
    node recipe = {.op = OP_PADDING};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    recipe.start = double_shape(DIMS_OF(before));
    recipe.size = double_shape(DIMS_OF(after));
    if (recipe.start.rank != 2 || recipe.size.rank != 2)
        return NULL;
    return add_layer(own, CLASS_VPaddingLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addReduce(inner *self, object *tensor, int32_t kind, uint32_t axes,
                                     bool keeps_dimensions)
{
    enum { OPERATION_AVERAGE = 4, LAST_TWO = 12 };
    network *const own = self->owner;
    node recipe = {.op = OP_REDUCE, .kind = (int32_t)axes};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    if (kind != OPERATION_AVERAGE || axes != LAST_TWO || !keeps_dimensions) {
        double_say(own->body.logger, SEVERITY_ERROR, "the double averages over pixels only");
        return NULL;
    }
    return add_layer(own, CLASS_VReduceLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addScale(inner *self, object *tensor, int32_t mode, native_weights shift,
                                    native_weights scale, native_weights power)
{
    network *const own = self->owner;
    node recipe = {.op = OP_SCALE, .weights = scale};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    if (mode != 0 || scale.count != 1 || shift.count != 0 || power.count != 0) {
        double_say(own->body.logger, SEVERITY_ERROR,
                   "Error Code 3: API Usage Error (Parameter check failed, condition: a uniform "
                   "scale has one factor)");
        return NULL;
    }
    return add_layer(own, CLASS_VScaleLayer, &recipe, type_of_input(own, &recipe));
}

object *VNetworkDefinition_addCast(inner *self, object *tensor, int32_t type)
{
    network *const own = self->owner;
    node recipe = {.op = OP_CAST, .kind = type};
    if (ENTER(self) || !take_input(own, &recipe, tensor))
        return NULL;
    return add_layer(own, CLASS_VCastLayer, &recipe, type);
}

static object *add_quantisation(network *own, op op_, class_id class_of, object *tensor,
                                object *scale, int32_t type)
{
    node recipe = {.op = op_, .kind = -1};
    if (!take_input(own, &recipe, tensor) || !take_input(own, &recipe, scale))
        return NULL;
    return add_layer(own, class_of, &recipe, type);
}

object *VNetworkDefinition_addQuantize(inner *self, object *tensor, object *scale)
{
    if (ENTER(self))
        return NULL;
    return add_quantisation(self->owner, OP_QUANTIZE, CLASS_VQuantizeLayer, tensor, scale,
                            TYPE_INT8);
}

object *VNetworkDefinition_addDequantize(inner *self, object *tensor, object *scale)
{
    if (ENTER(self))
        return NULL;
    return add_quantisation(self->owner, OP_DEQUANTIZE, CLASS_VDequantizeLayer, tensor, scale,
                            TYPE_FLOAT);
}

object *VNetworkDefinition_addQuantizeV2(inner *self, object *tensor, object *scale, int32_t type)
{
    if (ENTER(self) || type != TYPE_INT8)
        return NULL;
    return add_quantisation(self->owner, OP_QUANTIZE, CLASS_VQuantizeLayer, tensor, scale, type);
}

object *VNetworkDefinition_addDequantizeV2(inner *self, object *tensor, object *scale, int32_t type)
{
    if (ENTER(self) || (type != TYPE_FLOAT && type != TYPE_HALF))
        return NULL;
    return add_quantisation(self->owner, OP_DEQUANTIZE, CLASS_VDequantizeLayer, tensor, scale,
                            type);
}

void VNetworkDefinition_setName(inner *self, const char *name)
{
    network *const own = self->owner;
    (void)ENTER(self);
    snprintf(own->name, sizeof own->name, "%s", name);
}

const char *VNetworkDefinition_getName(inner *self)
{
    return ENTER(self) ? NULL : ((const network *)self->owner)->name;
}

int32_t VNetworkDefinition_getNbLayers(inner *self)
{
    (void)ENTER(self);
    return ((const network *)self->owner)->graph.node_count;
}

/* Tensors */

void VTensor_setName(inner *self, const char *name)
{
    (void)ENTER(self);
    snprintf(value_of(self->owner)->name, MAX_NAME, "%s", name);
}

const char *VTensor_getName(inner *self)
{
    return ENTER(self) ? NULL : value_of(self->owner)->name;
}

/* Inferred anew at each question: strides and the like come after the layer. No dimensions: it
 * cannot be inferred. */
native_dims VTensor_getDimensions(inner *self)
{
    const member *const own = self->owner;
    const graph *const recorded = &own->network->graph;
    native_dims result = {.count = -1};
    char why[160];
    if (ENTER(self))
        return result;
    shape *const shapes = calloc((size_t)recorded->value_count, sizeof *shapes);
    if (shapes == NULL)
        return result;
    for (int32_t i = 0; i < recorded->value_count; i++)
        shapes[i] = recorded->values[i].dims;
    if (graph_infer(recorded, shapes, why, sizeof why))
        result = double_dims(&shapes[own->index]);
    else
        double_say(own->body.logger, SEVERITY_ERROR, "Error Code 4: Internal Error (%s)", why);
    free(shapes);
    return result;
}

int32_t VTensor_getType(inner *self)
{
    (void)ENTER(self);
    return value_of(self->owner)->type;
}

/* Layers */

void VLayer_setName(inner *self, const char *name)
{
    (void)ENTER(self);
    snprintf(node_of(self->owner)->name, MAX_NAME, "%s", name);
}

static type_asked asked_for(int32_t type)
{
    return type == TYPE_HALF ? ASKED_HALF : ASKED_OTHER;
}

/* The interpreter computes in float32 whatever is asked for: what counts is who asks. */
void VLayer_setPrecision(inner *self, int32_t type)
{
    (void)ENTER(self);
    node_of(self->owner)->asked = asked_for(type);
}

void VLayer_setOutputType(inner *self, int32_t index, int32_t type)
{
    const member *const own = self->owner;
    (void)ENTER(self);
    if (index != 0)
        return;
    node_of(own)->leaves = asked_for(type);
    own->network->graph.values[node_of(own)->output].type = type;
}

static atomic_uint halves, others;

void double_halves(unsigned *halves_, unsigned *others_)
{
    *halves_ = atomic_load(&halves);
    *others_ = atomic_load(&others);
}

const char *double_constraint_fault(const graph *graph_, uint32_t flags)
{
    const int32_t obey = double_version() >= 100000 ? 9 : 10; /* and prefer behind it */
    const uint32_t heeded = double_version() >= 110000 ? 0 : flags >> obey & 3u;
    unsigned half = 0, other = 0;
    if (heeded == 3)
        return "kOBEY_PRECISION_CONSTRAINTS and kPREFER_PRECISION_CONSTRAINTS are both set";
    for (int32_t i = 0; heeded != 0 && i < graph_->node_count; i++) {
        const node *const each = &graph_->nodes[i];
        const bool is_half = each->asked == ASKED_HALF && each->leaves == ASKED_HALF;
        const bool is_output = graph_->values[each->output].output_at >= 0;
        if (is_half && getenv("DOUBLE_WITHOUT_HALVES") != NULL)
            return "Could not find any implementation for node";
        if (is_half && (flags & 1u) == 0)
            return "FP16 is asked of a layer and not configured in the builder";
        half += is_half && !is_output;
        other += is_half ? is_output : each->asked + each->leaves != ASKED_NOTHING;
    }
    atomic_store(&halves, half);
    atomic_store(&others, other);
    return NULL;
}

const char *VLayer_getName(inner *self)
{
    (void)ENTER(self);
    return node_of(self->owner)->name;
}

void VLayer_setInput(inner *self, int32_t index, object *tensor)
{
    const member *const own = self->owner;
    node *const layer = node_of(own);
    (void)ENTER(self);
    if (tensor == NULL || tensor_of(tensor)->network != own->network || index < 0 ||
        index > layer->input_count || index == MAX_INPUTS) {
        double_say(own->body.logger, SEVERITY_ERROR,
                   "Error Code 3: API Usage Error (%s: there is no input %d)", layer->name,
                   (int)index);
        return;
    }
    layer->inputs[index] = tensor_of(tensor)->index;
    layer->input_count += index == layer->input_count;
}

object *VLayer_getOutput(inner *self, int32_t index)
{
    const member *const own = self->owner;
    const int32_t output = node_of(own)->output;
    if (ENTER(self) || index != 0)
        return NULL;
    for (size_t i = 0; i < own->network->member_count; i++) {
        member *const each = own->network->members[i];
        if (each->body.face.second == NULL &&
            each->index == output) /* a tensor has one inner object */
            return &each->body.face;
    }
    member *const made = add_member(own->network, CLASS_VTensor, CLASS_COUNT, output);
    return made != NULL ? &made->body.face : NULL;
}

void VConvolutionLayer_setStrideNd(inner *self, DIMS_IN dims)
{
    (void)ENTER(self);
    node_of(self->owner)->stride = double_shape(DIMS_OF(dims));
}

void VConvolutionLayer_setPaddingNd(inner *self, DIMS_IN dims)
{
    (void)ENTER(self);
    node_of(self->owner)->padding = double_shape(DIMS_OF(dims));
}

void VConvolutionLayer_setDilationNd(inner *self, DIMS_IN dims)
{
    (void)ENTER(self);
    node_of(self->owner)->dilation = double_shape(DIMS_OF(dims));
}

void VConvolutionLayer_setNbGroups(inner *self, extent groups)
{
    (void)ENTER(self);
    node_of(self->owner)->groups = groups;
}

void VPoolingLayer_setStrideNd(inner *self, DIMS_IN dims)
{
    (void)ENTER(self);
    node_of(self->owner)->stride = double_shape(DIMS_OF(dims));
}

void VPoolingLayer_setPaddingNd(inner *self, DIMS_IN dims)
{
    (void)ENTER(self);
    node_of(self->owner)->padding = double_shape(DIMS_OF(dims));
}

void VActivationLayer_setAlpha(inner *self, float alpha)
{
    (void)ENTER(self);
    node_of(self->owner)->alpha = alpha;
}

void VActivationLayer_setBeta(inner *self, float beta)
{
    (void)ENTER(self);
    node_of(self->owner)->beta = beta;
}

void VResizeLayer_setScales(inner *self, const float *scales, int32_t count)
{
    (void)ENTER(self);
    for (int32_t i = 0; i < count && i < MAX_RANK; i++)
        node_of(self->owner)->scales[i] = scales[i];
}

void VResizeLayer_setResizeMode(inner *self, int32_t mode)
{
    (void)ENTER(self);
    if (mode != 0)
        double_say(((body *)self->owner)->logger, SEVERITY_ERROR,
                   "the double resizes to the nearest only");
}

void VShuffleLayer_setFirstTranspose(inner *self, const int32_t *order)
{
    (void)ENTER(self);
    memcpy(node_of(self->owner)->order, order, sizeof node_of(self->owner)->order);
}

void VQuantizeLayer_setAxis(inner *self, int32_t axis)
{
    (void)ENTER(self);
    node_of(self->owner)->kind = axis;
}

void VDequantizeLayer_setAxis(inner *self, int32_t axis)
{
    (void)ENTER(self);
    node_of(self->owner)->kind = axis;
}

void VConcatenationLayer_setAxis(inner *self, int32_t axis)
{
    (void)ENTER(self);
    node_of(self->owner)->kind = axis;
}
