/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network -> .onnx. The nodes are made in memory, the constants go to the file from where they are:
 * so the lengths before them are counted first.
 */
#include "base/desc.h"
#include "base/memory.h"
#include "base/os.h"
#include "base/plain_text.h"
#include "base/size.h"
#include "builder/pass.h"
#include "onnx/layers.h"

#include <pawl/limits.h>
#include <pawl/onnx.h>
#include <pawl/version.h>

#include <stdio.h>
#include <string.h>

/* Fields of ModelProto, OperatorSetIdProto, StringStringEntryProto, GraphProto, TensorProto,
 * ValueInfoProto and what is in it. */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_METADATA = 14
};
enum { OPSET_VERSION = 2 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };
enum { GRAPH_NAME = 2, GRAPH_CONSTANT = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_DATA = 9 };
enum {
    VALUE_NAME = 1,
    VALUE_TYPE = 2,
    TYPE_TENSOR = 1,
    TENSOR_TYPE_ELEMENT = 1,
    TENSOR_TYPE_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_NAME = 2
};

/* The version of the format that came with an operator set, as torch.onnx chooses it. */
static int64_t format_of(int32_t opset)
{
    return opset >= 15 ? 8 : 7;
}

typedef struct onnx_file {
    pw_onnx_graph graph;
    pw_writer before, after; /* ModelProto's fields on both sides of the graph */
    pw_writer ends;          /* the graph's fields behind the constants */
    pw_writer head;          /* of the constant at hand */
    uint64_t size;           /* of the graph */
} onnx_file;

static void free_file(onnx_file *file)
{
    pw_writer_free(&file->before);
    pw_writer_free(&file->after);
    pw_writer_free(&file->ends);
    pw_writer_free(&file->head);
    pw_writer_free(&file->graph.nodes);
    pw_arena_free(&file->graph.arena);
}

/* A side of an input or output: its size, or (where that is 0) its name. */
typedef struct side {
    int64_t size;
    const char *name;
} side;

static void write_value(pw_writer *out, uint32_t field, const char *name, const side *sides,
                        size_t rank)
{
    const size_t value = pw_pb_open(out, field);
    pw_pb_text(out, VALUE_NAME, name);
    const size_t type = pw_pb_open(out, VALUE_TYPE);
    const size_t tensor = pw_pb_open(out, TYPE_TENSOR);
    pw_pb_int(out, TENSOR_TYPE_ELEMENT, PW_ONNX_FLOAT);
    const size_t shape = pw_pb_open(out, TENSOR_TYPE_SHAPE);
    for (size_t i = 0; i < rank; i++) {
        const size_t dim = pw_pb_open(out, SHAPE_DIM);
        if (sides[i].size > 0)
            pw_pb_int(out, DIM_VALUE, sides[i].size);
        else
            pw_pb_text(out, DIM_NAME, sides[i].name);
        pw_pb_close(out, dim);
    }
    pw_pb_close(out, shape);
    pw_pb_close(out, tensor);
    pw_pb_close(out, type);
    pw_pb_close(out, value);
}

/* A size that is only known at run time where the graph is dynamic. */
static side free_side(const pw_onnx_graph *graph, int64_t size, const char *name)
{
    return (side){graph->is_dynamic ? 0 : size, name};
}

static void write_detect(pw_writer *out, const pw_onnx_graph *graph, const pw_layer *head,
                         int64_t batch)
{
    const pw_detect *detect = &head->as.detect;
    int64_t rows = 0;
    for (int32_t i = 0; i < detect->level_count; i++) {
        const pw_shape *level = &graph->shapes[head->inputs[i]];
        rows += (int64_t)detect->anchor_count * level->height * level->width;
    }
    write_value(out, GRAPH_OUTPUT, "output0",
                (const side[]){free_side(graph, batch, "batch"),
                               free_side(graph, rows, "anchors"),
                               {(int64_t)pw_detect_width(detect), NULL}},
                3);
    if (detect->mask_count == 0)
        return;
    const pw_shape *masks = &graph->shapes[head->inputs[detect->level_count]];
    write_value(out, GRAPH_OUTPUT, "output1",
                (const side[]){free_side(graph, batch, "batch"),
                               {detect->mask_count, NULL},
                               free_side(graph, masks->height, "mask_height"),
                               free_side(graph, masks->width, "mask_width")},
                4);
}

/* Name, inputs and outputs of the graph. */
static void write_ends(onnx_file *file)
{
    const pw_onnx_graph *graph = &file->graph;
    const pw_network *network = graph->network;
    const pw_shape *input = &graph->shapes[network->layers[0].output];
    const pw_layer *head = pw_network_head(network);
    pw_writer *out = &file->ends;
    write_value(out, GRAPH_INPUT, "images",
                (const side[]){free_side(graph, input->batch, "batch"),
                               {3, NULL},
                               free_side(graph, input->height, "height"),
                               free_side(graph, input->width, "width")},
                4);
    if (head != NULL)
        write_detect(out, graph, head, input->batch);
    else
        write_value(out, GRAPH_OUTPUT, "output0",
                    (const side[]){free_side(graph, input->batch, "batch"),
                                   {network->model.class_count, NULL}},
                    2);
}

/* A text as Python writes it, since that is what reads it: detect.py evaluates the metadata. Quoted
 * so that no name can be more than a text; what is no UTF-8, which protocol buffers demand, byte by
 * byte. */
static void write_quoted(pw_writer *out, const char *text)
{
    pw_write_u8(out, '\'');
    for (const char *end = text + strlen(text); text < end;) {
        const size_t size = pw_utf8_size(text, end);
        const unsigned char c = (unsigned char)*text;
        char code[8];
        if (c == '\'' || c == '\\')
            (void)snprintf(code, sizeof code, "\\%c", c);
        else if (c < 0x20 || c == 0x7f || size == 0)
            (void)snprintf(code, sizeof code, "\\x%02x", c);
        else
            (void)snprintf(code, sizeof code, "%.*s", (int)size, text);
        pw_write_bytes(out, code, strlen(code));
        text += size > 0 ? size : 1;
    }
    pw_write_u8(out, '\'');
}

static void write_names(pw_writer *out, const pw_model *model)
{
    char text[32];
    pw_write_u8(out, '{');
    for (int32_t i = 0; i < model->class_count; i++) {
        (void)snprintf(text, sizeof text, "%s%d: ", i == 0 ? "" : ", ", (int)i);
        pw_write_bytes(out, text, strlen(text));
        (void)snprintf(text, sizeof text, "class%d", (int)i);
        write_quoted(out, model->names != NULL ? model->names[i] : text);
    }
    pw_write_u8(out, '}');
}

static void write_entry(pw_writer *out, const char *key, const void *value, size_t size)
{
    const size_t entry = pw_pb_open(out, MODEL_METADATA);
    pw_pb_text(out, ENTRY_KEY, key);
    pw_pb_bytes(out, ENTRY_VALUE, value, size);
    pw_pb_close(out, entry);
}

static void write_metadata(onnx_file *file)
{
    const pw_model *model = &file->graph.network->model;
    pw_writer names = {.data = NULL};
    char stride[16];
    (void)snprintf(stride, sizeof stride, "%d", (int)model->max_stride);
    write_names(&names, model);
    write_entry(&file->after, "stride", stride, strlen(stride));
    write_entry(&file->after, "names", names.data, names.size);
    file->after.has_failed = file->after.has_failed || names.has_failed;
    pw_writer_free(&names);
}

/* Everything of a constant but its bytes, into file->head. Returns the size of the whole. */
static uint64_t begin_constant(onnx_file *file, const pw_onnx_constant *constant)
{
    pw_writer *out = &file->head;
    out->size = 0;
    for (size_t i = 0; i < constant->rank; i++)
        pw_pb_int(out, TENSOR_DIM, constant->dims[i]);
    pw_pb_int(out, TENSOR_TYPE, constant->type);
    pw_pb_text(out, TENSOR_NAME, constant->name);
    pw_pb_head(out, TENSOR_DATA, constant->size);
    return out->size + constant->size;
}

/* The size of the graph, counted before its first byte is written. */
static pawl_status measure(onnx_file *file, pawl_error *error)
{
    pw_onnx_graph *graph = &file->graph;
    file->size = graph->nodes.size + file->ends.size;
    for (size_t i = 0; i < graph->constant_count; i++) {
        const uint64_t size = begin_constant(file, &graph->constants[i]);
        file->size += 1 + pw_pb_varint_size(size) + size;
    }
    pw_pb_head(&file->before, MODEL_GRAPH, file->size);
    if (graph->has_failed || graph->nodes.has_failed || file->ends.has_failed ||
        file->head.has_failed || file->before.has_failed || file->after.has_failed)
        return pw_fail_memory(error, "the graph", graph->nodes.size);
    if (file->size + file->before.size + file->after.size > INT32_MAX)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "the file would be of %llu MB, and ONNX allows 2 GiB: such a network cannot "
                       "be exported",
                       (unsigned long long)(file->size >> 20));
    return PAWL_OK;
}

static pawl_status write_file(onnx_file *file, const char *path, pawl_error *error)
{
    const pw_onnx_graph *graph = &file->graph;
    pw_os_file out;
    PW_TRY(pw_os_file_create(path, &out, error));
    pw_os_file_write(&out, file->before.data, file->before.size);
    pw_os_file_write(&out, graph->nodes.data, graph->nodes.size);
    for (size_t i = 0; i < graph->constant_count; i++) {
        pw_writer start = {.data = NULL};
        pw_pb_head(&start, GRAPH_CONSTANT, begin_constant(file, &graph->constants[i]));
        if (start.has_failed || file->head.has_failed) {
            pw_writer_free(&start);
            pw_os_file_abandon(&out);
            return pw_fail_memory(error, "a constant's head", 64);
        }
        pw_os_file_write(&out, start.data, start.size);
        pw_os_file_write(&out, file->head.data, file->head.size);
        pw_os_file_write(&out, graph->constants[i].data, graph->constants[i].size);
        pw_writer_free(&start);
    }
    pw_os_file_write(&out, file->ends.data, file->ends.size);
    pw_os_file_write(&out, file->after.data, file->after.size);
    return pw_os_file_commit(&out, error);
}

static pawl_status make_file(onnx_file *file, const char *path, pawl_error *error)
{
    pw_onnx_graph *graph = &file->graph;
    const pw_network *network = graph->network;
    pw_pb_int(&file->before, MODEL_IR_VERSION, format_of(graph->opset));
    pw_pb_text(&file->before, MODEL_PRODUCER, "pawl");
    pw_pb_text(&file->before, MODEL_PRODUCER_VERSION, pawl_version());
    for (size_t i = 0; i < network->layer_count; i++)
        PW_TRY(pw_onnx_layer(graph, &network->layers[i], error));
    pw_pb_text(&file->ends, GRAPH_NAME, "main_graph");
    write_ends(file);
    const size_t opset = pw_pb_open(&file->after, MODEL_OPSET);
    pw_pb_int(&file->after, OPSET_VERSION, graph->opset);
    pw_pb_close(&file->after, opset);
    write_metadata(file);
    PW_TRY(measure(file, error));
    return write_file(file, path, error);
}

static int32_t given_or(int32_t given, int32_t otherwise)
{
    return given != 0 ? given : otherwise;
}

/* network: a copy with its batch norms folded. */
static pawl_status export_network(const pw_network *network, const pawl_onnx_desc *desc,
                                  const char *path, pawl_error *error)
{
    pw_shape *shapes PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *shapes);
    const char **values PW_AUTO_FREE = pw_calloc(network->tensor_count, sizeof *values);
    onnx_file file = {.graph = {.network = network,
                                .shapes = shapes,
                                .values = values,
                                .is_dynamic = desc->is_dynamic != 0}};
    file.graph.opset = given_or(desc->opset, PAWL_MIN_OPSET);
    if (shapes == NULL || values == NULL)
        return pw_fail_memory(error, "the tensors' shapes", network->tensor_count * sizeof *shapes);
    PW_TRY(pw_network_infer(network, given_or(desc->batch, 1),
                            given_or(desc->height, network->model.imgsz),
                            given_or(desc->width, network->model.imgsz), shapes, error));
    const pawl_status status = make_file(&file, path, error);
    free_file(&file);
    return status;
}

pawl_status pawl_network_save_onnx(pawl_network *network, const pawl_onnx_desc *desc,
                                   const char *path, pawl_error *error)
{
    pw_network_object *source PW_USING = NULL;
    pawl_onnx_desc wanted = PAWL_ONNX_DESC_INIT;
    pw_network folded = {.source_layer_count = 0};
    PW_TRY(pw_object_use(network, &pw_network_type, &source, error));
    PW_TRY(pw_desc_read(&wanted, sizeof wanted, desc, "pawl_onnx_desc", error));
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_network_save_onnx: path is NULL");
    if (wanted.opset != 0 && (wanted.opset < PAWL_MIN_OPSET || wanted.opset > PAWL_MAX_OPSET))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "operator set %d: those from %d to %d are written",
                       (int)wanted.opset, PAWL_MIN_OPSET, PAWL_MAX_OPSET);
    PW_TRY(pw_network_copy(&source->network, &folded, error));
    pawl_status status = pw_passes_fold(&folded, error);
    if (status >= 0)
        status = export_network(&folded, &wanted, path, error);
    pw_network_free(&folded);
    return status;
}
