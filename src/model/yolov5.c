/* SPDX-License-Identifier: Apache-2.0 */
/* pawl_network_create: a tree of modules, from a .pt or inferred for a .wts, becomes a
 * network. */
#include "model/yolov5.h"
#include "base/desc.h"
#include "base/log.h"
#include "base/size.h"
#include "base/strbuf.h"
#include "model/class_names.h"
#include "model/emit.h"
#include "model/published.h"
#include "model/wts_modules.h"
#include "model/wts_topology.h"
#include <string.h>

/* A small file may mention one tensor in thousands of modules: weights may take this many times its
 * bytes (half precision needs 2), and then some. */
#define MAX_GROWTH 8
#define MIN_LIMIT  ((size_t)64 << 20)
#define MAX_DEPTH  32 /* of modules within modules, where parameters are counted */

/* Outputs that layer index reads: f is an index, a negative one counts from this layer, -1 is the
 * layer before; the first reads the picture. */
static pawl_status find_input(const pw_emit *emit, int64_t from, uint32_t *tensor)
{
    const int64_t index = from < 0 ? (int64_t)emit->index + from : from;
    if (index == -1 && emit->index == 0) {
        *tensor = emit->picture;
        return PAWL_OK;
    }
    if (index < 0 || index >= (int64_t)emit->index || emit->outputs[index] == PW_NO_TENSOR)
        return pw_fail(
            emit->error, PAWL_ERR_CORRUPT,
            "layer %zu reads from layer %lld, which gives it nothing: the file is damaged",
            emit->index, (long long)index);
    *tensor = emit->outputs[index];
    return PAWL_OK;
}

static pawl_status find_inputs(const pw_emit *emit, const pw_module *module, uint32_t *inputs,
                               size_t *count)
{
    const pw_value *from = pw_module_attribute(module, "f");
    int64_t one;
    *count = 1;
    if (pw_value_int(from, &one))
        return find_input(emit, one, &inputs[0]);
    if (from == NULL || from->kind != PW_VALUE_LIST || from->as.list.count < 1)
        return pw_fail(
            emit->error, PAWL_ERR_CORRUPT,
            "layer %zu (%s.%s) does not say where its input comes from (f): this is no YOLOv5 "
            "model or the file is damaged",
            emit->index, module->package, module->type);
    if (from->as.list.count > PW_MAX_INPUTS)
        return pw_fail(emit->error, PAWL_ERR_UNSUPPORTED,
                       "layer %zu has %zu inputs; pawl runs up to %d", emit->index,
                       from->as.list.count, PW_MAX_INPUTS);
    *count = from->as.list.count;
    for (size_t i = 0; i < *count; i++) {
        if (!pw_value_int(from->as.list.items[i], &one))
            return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                           "layer %zu: input %zu is no number: the file is damaged", emit->index,
                           i);
        PW_TRY(find_input(emit, one, &inputs[i]));
    }
    return PAWL_OK;
}

/* A top-level layer: a block, or an nn.Sequential of blocks where the yaml repeats one. */
static pawl_status emit_top(pw_emit *emit, const pw_module *module, uint32_t *inputs, size_t count)
{
    uint32_t *output = &emit->outputs[emit->index];
    if (!pw_module_is(module, "torch.nn", "Sequential"))
        return pw_emit_block(emit, module, PW_RANK_TOP, inputs, count, output);
    if (count != 1)
        return pw_fail(emit->error, PAWL_ERR_CORRUPT,
                       "layer %zu, a Sequential, has %zu inputs: the file is damaged", emit->index,
                       count);
    return pw_emit_chain(emit, module, PW_RANK_HEAD, inputs[0], output);
}

/* YOLOv5 v3.1 to v5.0 could append its suppression to a model (model.nms()): that is ours to do. */
static size_t count_layers(const pw_module *layers)
{
    const size_t count = layers->child_count;
    return count > 0 && pw_module_is(layers->children[count - 1], "models", "NMS") ? count - 1
                                                                                   : count;
}

static pawl_status emit_layers(pw_emit *emit, const pw_module *layers)
{
    pw_layer input = {.op = PW_OP_INPUT, .name = "images"};
    PW_TRY(pw_emit_layer(emit, &input, 3, &emit->picture));
    const size_t layer_count = count_layers(layers);
    emit->outputs = pw_arena_array(emit->scratch, layer_count, sizeof *emit->outputs);
    if (emit->outputs == NULL)
        return pw_fail_memory(emit->error, "the layers' outputs", layer_count * 4);
    for (size_t i = 0; i < layer_count; i++) {
        uint32_t inputs[PW_MAX_INPUTS];
        size_t count;
        emit->index = i;
        PW_TRY(find_inputs(emit, layers->children[i], inputs, &count));
        PW_TRY(emit_top(emit, layers->children[i], inputs, count));
    }
    if (layer_count == 0 || emit->outputs[layer_count - 1] != PW_NO_TENSOR)
        return pw_fail(
            emit->error, PAWL_ERR_UNSUPPORTED,
            "the model does not end in a Detect, Segment or Classify layer: this is no YOLOv5 "
            "model");
    return PAWL_OK;
}

/* model.parameters() of PyTorch: every parameter of every module, buffers not. Deeper modules than
 * YOLOv5 can have are not looked for. */
static int64_t count_parameters(const pw_module *root)
{
    struct {
        const pw_module *module;
        size_t next;
    } path[MAX_DEPTH] = {{root, 0}};
    int64_t count = 0;
    for (size_t depth = 1; depth > 0;) {
        const pw_module *module = path[depth - 1].module;
        const size_t child = path[depth - 1].next++;
        for (size_t i = 0; child == 0 && i < module->tensor_count; i++)
            if (module->tensors[i].is_parameter && module->tensors[i].tensor != NULL)
                count += (int64_t)module->tensors[i].tensor->count;
        if (child >= module->child_count) {
            depth--;
        } else if (depth < MAX_DEPTH && module->children[child] != NULL) {
            path[depth].module = module->children[child];
            path[depth++].next = 0;
        }
    }
    return count;
}

/* A model whose layers do not meet at its own default size is damaged: say so now rather than when
 * it is built. */
static pawl_status check_network(pw_network *network, pw_arena *scratch, pawl_error *error)
{
    pawl_error inner = {.message = ""};
    PW_TRY(pw_network_validate(network, error));
    pw_shape *shapes = pw_arena_array(scratch, network->tensor_count, sizeof *shapes);
    if (shapes == NULL)
        return pw_fail_memory(error, "the tensors' shapes", network->tensor_count * sizeof *shapes);
    const int32_t size = network->model.imgsz;
    const pawl_status status = pw_network_infer(network, 1, size, size, shapes, &inner);
    if (status >= 0)
        return PAWL_OK;
    return pw_fail(error, status == PAWL_ERR_LIMIT ? status : PAWL_ERR_CORRUPT,
                   "the layers do not fit one another at %d x %d: %s", (int)size, (int)size,
                   inner.message);
}

size_t pw_yolov5_memory_limit(const pw_weights *weights)
{
    return MIN_LIMIT + MAX_GROWTH * (size_t)weights->file_size;
}

static pawl_status refuse_root(const pw_module *root, pawl_error *error)
{
    if (strncmp(root->package, "torchvision.", strlen("torchvision.")) == 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "the file holds %s.%s, a classifier of torchvision: pawl runs those with a "
                       "YOLOv5 backbone (yolov5n-cls ... yolov5x-cls)",
                       root->package, root->type);
    if (strcmp(root->type, "Ensemble") == 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "the file holds an ensemble of %zu models: pawl runs one; save that alone: "
                       "torch.save({'model': model[0]}, 'x.pt')",
                       root->child_count);
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "the file holds %s.%s, which has no list of layers named model: this is no "
                   "YOLOv5 model",
                   root->package, root->type);
}

pawl_status pw_yolov5_emit(const pw_module *root, bool is_dry, pw_arena *scratch,
                           pw_network *network, pawl_error *error)
{
    pw_emit emit = {
        .network = network, .root = root, .scratch = scratch, .is_dry = is_dry, .error = error};
    const pw_module *layers = pw_module_child(root, "model");
    if (layers == NULL || !pw_module_is(layers, "torch.nn", "Sequential"))
        return refuse_root(root, error);
    PW_TRY(pw_refuse_fork(&emit, layers));
    PW_TRY(emit_layers(&emit, layers));
    pw_published_identify(&emit, layers, &network->model.family, &network->model.size);
    network->model.parameter_count = count_parameters(root);
    network->source_layer_count = network->layer_count;
    return PAWL_OK;
}

static pawl_status emit_network(const pw_module *root, const pawl_network_desc *desc,
                                const char *file_name, pw_arena *scratch, pw_network *network,
                                pawl_error *error)
{
    PW_TRY(pw_yolov5_emit(root, false, scratch, network, error));
    if (desc->names != NULL)
        PW_TRY(pw_names_override(desc->names, desc->name_count, network, error));
    else
        PW_TRY(pw_names_read(root, file_name, network, error));
    return check_network(network, scratch, error);
}

/* What a user can say of a .wts: the name here and the class in torch.nn. */
static const char *const known_activations[][2] = {
    {"silu", "SiLU"}, {"leaky", "LeakyReLU"}, {"hardswish", "Hardswish"}, {"relu", "ReLU"}};

const char *pawl_activation_name(size_t index)
{
    return index < PW_COUNT(known_activations) ? known_activations[index][0] : NULL;
}

static pawl_status refuse_activation(const char *name, pawl_error *error)
{
    char known[64];
    pw_strbuf text = PW_STRBUF(known);
    for (size_t i = 0; i < PW_COUNT(known_activations); i++)
        pw_strbuf_add(&text, "%s%s", i > 0 ? ", " : "", known_activations[i][0]);
    return pw_fail(error, PAWL_ERR_ARGUMENT, "activation \"%s\" is none of: %s", name, known);
}

/* The class in torch.nn of an activation the user names. */
static pawl_status find_activation(const pw_weights *weights, const char *name, const char **type,
                                   pawl_error *error)
{
    *type = NULL;
    if (name == NULL)
        return PAWL_OK;
    for (size_t i = 0; i < PW_COUNT(known_activations); i++)
        if (strcmp(known_activations[i][0], name) == 0)
            *type = known_activations[i][1];
    if (*type == NULL)
        return refuse_activation(name, error);
    if (weights->kind == PAWL_WEIGHTS_PT || pw_wts_modules_found(weights))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%s says its activations itself: leave the activation out",
                       weights->file_name);
    return PAWL_OK;
}

/* Of a bare .wts nothing says the activation: that of the releases whose tensors it has is taken.
 */
static void tell_activation(const pw_weights *weights)
{
    const pw_published *graph = NULL;
    if (!pw_log_wants(PAWL_LOG_INFO) || pw_wts_graph(weights, &graph, NULL) < 0)
        return;
    pw_log(PAWL_LOG_INFO,
           "%s does not say its activation: %s is assumed, as YOLOv5 %s has it; if the model was "
           "trained with another, say so (--activation)",
           weights->file_name, graph->activation, graph->releases);
}

/* The module tree: that of a .pt, that which a .wts describes, or that of the release whose names a
 * bare one has. */
static pawl_status find_root(const pw_weights *weights, const char *activation, pw_arena *scratch,
                             const pw_module **root, pawl_error *error)
{
    *root = weights->root;
    if (weights->kind != PAWL_WEIGHTS_WTS)
        return PAWL_OK;
    if (pw_wts_modules_found(weights))
        return pw_wts_modules_read(weights, scratch, root, error);
    PW_TRY(pw_wts_topology(weights, activation, scratch, root, error));
    if (activation == NULL)
        tell_activation(weights);
    return PAWL_OK;
}

static pawl_status read_network(pw_weights *weights, const pawl_network_desc *desc,
                                pw_arena *scratch, pw_network *network, pawl_error *error)
{
    const char *activation;
    const pw_module *root;
    PW_TRY(find_activation(weights, desc->activation, &activation, error));
    PW_TRY(find_root(weights, activation, scratch, &root, error));
    if (root == NULL)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s holds no model: this is no YOLOv5 checkpoint", weights->file_name);
    const pawl_status status =
        emit_network(root, desc, weights->file_name, scratch, network, error);
    if (status == PAWL_ERR_MEMORY && network->arena.is_full)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "%s: the network would take more than %zu bytes, far more than the file "
                       "has: it uses the same parts again and again",
                       weights->file_name, network->arena.limit);
    return status;
}

pawl_status pawl_network_create(pawl_weights *weights, const pawl_network_desc *desc,
                                pawl_network **network, pawl_error *error)
{
    pw_weights *source PW_USING = NULL;
    pw_network_object *object = NULL;
    pawl_network_desc wanted = PAWL_NETWORK_DESC_INIT;
    pw_arena scratch = {.last = NULL};
    pw_network made = {.source_layer_count = 0};
    PW_TRY(pw_object_use(weights, &pw_weights_type, &source, error));
    PW_TRY(pw_desc_read(&wanted, sizeof wanted, desc, "pawl_network_desc", error));
    if (network == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "network is NULL: give the address of a handle");
    made.arena.limit = pw_yolov5_memory_limit(source);
    pawl_status status = read_network(source, &wanted, &scratch, &made, error);
    made.arena.limit = 0;
    pw_arena_free(&scratch);
    if (status >= 0)
        status = pw_network_object_make(&source->object, &made, &object, error);
    pw_network_free(&made); /* taken over and empty when all went well */
    if (status >= 0)
        *network = pw_object_publish(object);
    return status;
}
