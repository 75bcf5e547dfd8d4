/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .engine -> plan. The bytes may come from anybody: nothing in them is believed before it is
 * bounded, and what is read must make a network that pw_network_validate() accepts. Constants and
 * artifacts stay where they lie; the rest is copied into the network's arena.
 */
#include "plan/plan_format.h"

#include "base/size.h"

#include <inttypes.h>
#include <string.h>

typedef struct decoder {
    pw_plan *plan;
    const uint8_t *data; /* the whole engine */
    const pw_engine_layout *layout;
    pw_section section; /* being read */
    pw_reader in;
    size_t constant_end; /* bytes of constants that layers have taken so far */
    pawl_error *error;
} decoder;

static void enter(decoder *d, pw_section section)
{
    d->section = section;
    d->in = pw_reader_over(d->data + d->layout->offset[section], d->layout->size[section]);
}

static pawl_status corrupt(const decoder *d, const char *what)
{
    const uint64_t offset = d->layout->offset[d->section] + d->in.at;
    return pw_fail_at(d->error, PAWL_ERR_CORRUPT, offset,
                      "the engine's section %s is damaged at byte %" PRIu64
                      ": %s; build the engine again",
                      pw_section_tag(d->section), offset, what);
}

static pawl_status leave(const decoder *d)
{
    if (d->in.is_short)
        return corrupt(d, "it ends too early");
    if (pw_reader_left(&d->in) != 0)
        return corrupt(d, "it goes on behind its end");
    return PAWL_OK;
}

static int32_t read_i32(pw_reader *reader)
{
    return (int32_t)pw_read_u32(reader);
}

static pawl_status read_text(decoder *d, const char **text)
{
    const uint32_t length = pw_read_u32(&d->in);
    if (length > PW_ENGINE_MAX_TEXT)
        return corrupt(d, "a name is too long");
    const char *bytes = pw_read_bytes(&d->in, length);
    if (d->in.is_short)
        return corrupt(d, "it ends too early");
    if (length > 0 && memchr(bytes, 0, length) != NULL)
        return corrupt(d, "a name holds a zero byte");
    char *copy = pw_arena_strndup(&d->plan->network.arena, length > 0 ? bytes : "", length);
    if (copy == NULL)
        return pw_fail_memory(d->error, "the plan's texts", length + 1);
    *text = copy;
    return PAWL_OK;
}

/* A count of things of at least least bytes each: what cannot lie in the rest of the section is
 * refused before it is allocated. */
static pawl_status read_count(decoder *d, size_t most, size_t least, size_t *count)
{
    const size_t value = pw_read_u32(&d->in);
    if (d->in.is_short || value > most || value * least > pw_reader_left(&d->in))
        return corrupt(d, "a count is out of range");
    *count = value;
    return PAWL_OK;
}

static pawl_status make_array(decoder *d, size_t count, size_t size, void *array_out)
{
    void *array = pw_arena_array(&d->plan->network.arena, pw_size_max(count, 1), size);
    if (array == NULL)
        return pw_fail_memory(d->error, "the plan", count * size);
    memcpy(array_out, &array, sizeof(array));
    return PAWL_OK;
}

static pawl_status read_names(decoder *d)
{
    pw_model *model = &d->plan->network.model;
    model->class_count = read_i32(&d->in);
    const uint32_t has_names = pw_read_u32(&d->in);
    if (model->class_count < 0 || model->class_count > PW_MAX_CLASSES || has_names > 1)
        return corrupt(d, "the number of classes is out of range");
    if (has_names == 0)
        return PAWL_OK;
    const size_t count = (size_t)model->class_count;
    if (count * sizeof(uint32_t) > pw_reader_left(&d->in))
        return corrupt(d, "it ends too early");
    PW_TRY(make_array(d, count, sizeof(char *), &model->names));
    for (size_t i = 0; i < count; i++)
        PW_TRY(read_text(d, &model->names[i]));
    return PAWL_OK;
}

static pawl_status read_model(decoder *d)
{
    pw_network *network = &d->plan->network;
    pw_model *model = &network->model;
    const uint32_t task = pw_read_u32(&d->in);
    PW_TRY(read_text(d, &model->family));
    PW_TRY(read_text(d, &model->size));
    model->max_stride = read_i32(&d->in);
    model->imgsz = read_i32(&d->in);
    const uint64_t parameters = pw_read_u64(&d->in);
    const uint64_t source_layers = pw_read_u64(&d->in);
    network->next_layer_id = pw_read_u32(&d->in);
    if (task > PAWL_TASK_CLASSIFY || model->imgsz < 1 || model->imgsz > PW_ENGINE_MAX_SIDE ||
        parameters > INT64_MAX || source_layers > PW_MAX_LAYERS)
        return corrupt(d, "the model's description is out of range");
    model->task = (pawl_task)task;
    model->parameter_count = (int64_t)parameters;
    network->source_layer_count = (size_t)source_layers;
    return read_names(d);
}

static pawl_status read_meta(decoder *d)
{
    pw_plan *plan = d->plan;
    enter(d, PW_SECTION_META);
    PW_TRY(read_text(d, &plan->pawl_version));
    PW_TRY(read_text(d, &plan->backend));
    PW_TRY(read_text(d, &plan->precision));
    PW_TRY(read_text(d, &plan->source_name));
    plan->source_hash[0] = pw_read_u64(&d->in);
    plan->source_hash[1] = pw_read_u64(&d->in);
    plan->profile.batch_min = read_i32(&d->in);
    plan->profile.batch_opt = read_i32(&d->in);
    plan->profile.batch_max = read_i32(&d->in);
    plan->profile.height = read_i32(&d->in);
    plan->profile.width = read_i32(&d->in);
    PW_TRY(read_model(d));
    PW_TRY(leave(d));
    const char *fault = pw_profile_fault(&plan->profile, plan->network.model.max_stride);
    return fault == NULL ? PAWL_OK : corrupt(d, fault);
}

static bool is_within(int32_t value, int32_t least, int32_t most)
{
    return value >= least && value <= most;
}

static bool read_pair(pw_reader *in, int32_t pair[2], int32_t least)
{
    pair[0] = read_i32(in);
    pair[1] = read_i32(in);
    return is_within(pair[0], least, PW_MAX_KERNEL) && is_within(pair[1], least, PW_MAX_KERNEL);
}

/* false: out of range. The products that pw_layer_constants() makes of these cannot overflow. */
static bool read_conv(pw_reader *in, pw_conv *conv)
{
    conv->in_channels = read_i32(in);
    conv->out_channels = read_i32(in);
    conv->groups = read_i32(in);
    bool is_fine = read_pair(in, conv->kernel, 1);
    is_fine &= read_pair(in, conv->stride, 1);
    is_fine &= read_pair(in, conv->padding, 0);
    is_fine &= read_pair(in, conv->dilation, 1);
    const uint32_t activation = pw_read_u32(in);
    conv->alpha = pw_read_f32(in);
    const uint32_t has_residual = pw_read_u32(in);
    if (activation >= PW_ACT_COUNT || has_residual > 1)
        return false;
    conv->activation = (pw_activation)activation;
    conv->has_residual = has_residual == 1;
    return is_fine && is_within(conv->in_channels, 1, PW_MAX_CHANNELS) &&
           is_within(conv->out_channels, 1, PW_MAX_CHANNELS) &&
           is_within(conv->groups, 1, conv->in_channels);
}

/* As read_conv(). */
static bool read_deconv(pw_reader *in, pw_deconv *deconv)
{
    deconv->in_channels = read_i32(in);
    deconv->out_channels = read_i32(in);
    deconv->groups = read_i32(in);
    bool is_fine = read_pair(in, deconv->kernel, 1);
    is_fine &= read_pair(in, deconv->stride, 1);
    is_fine &= read_pair(in, deconv->padding, 0);
    is_fine &= read_pair(in, deconv->output_padding, 0);
    is_fine &= read_pair(in, deconv->dilation, 1);
    return is_fine && is_within(deconv->in_channels, 1, PW_MAX_CHANNELS) &&
           is_within(deconv->out_channels, 1, PW_MAX_CHANNELS) &&
           is_within(deconv->groups, 1, deconv->out_channels);
}

static bool read_pad(pw_reader *in, pw_pad *pad)
{
    int32_t rows[2], columns[2];
    bool is_fine = read_pair(in, rows, 0);
    is_fine &= read_pair(in, columns, 0);
    *pad = (pw_pad){rows[0], rows[1], columns[0], columns[1]};
    return is_fine;
}

static bool read_detect(pw_reader *in, uint32_t version, pw_detect *detect)
{
    detect->class_count = read_i32(in);
    detect->anchor_count = read_i32(in);
    detect->level_count = read_i32(in);
    if (!is_within(detect->class_count, 0, PW_MAX_CLASSES) ||
        !is_within(detect->anchor_count, 1, PAWL_MAX_ANCHORS) ||
        !is_within(detect->level_count, 1, PAWL_MAX_LEVELS))
        return false;
    for (int32_t l = 0; l < detect->level_count; l++) {
        detect->stride[l] = pw_read_f32(in);
        for (int32_t a = 0; a < detect->anchor_count; a++) {
            detect->anchor[l][a][0] = pw_read_f32(in);
            detect->anchor[l][a][1] = pw_read_f32(in);
        }
    }
    detect->mask_count = version >= 2 ? read_i32(in) : 0;
    return is_within(detect->mask_count, 0, PW_MAX_CHANNELS);
}

static bool read_attributes(pw_reader *in, uint32_t version, pw_layer *layer)
{
    uint32_t kind = 0;
    switch (layer->op) {
    case PW_OP_CONV:
        return read_conv(in, &layer->as.conv);
    case PW_OP_BATCHNORM:
        layer->as.batchnorm.channels = read_i32(in);
        layer->as.batchnorm.epsilon = pw_read_f32(in);
        return is_within(layer->as.batchnorm.channels, 1, PW_MAX_CHANNELS);
    case PW_OP_ACTIVATION:
        kind = pw_read_u32(in);
        layer->as.activation.alpha = pw_read_f32(in);
        if (kind >= PW_ACT_COUNT)
            return false;
        layer->as.activation.kind = (pw_activation)kind;
        return true;
    case PW_OP_MAXPOOL: {
        bool is_fine = read_pair(in, layer->as.pool.kernel, 1);
        is_fine &= read_pair(in, layer->as.pool.stride, 1);
        return is_fine & read_pair(in, layer->as.pool.padding, 0);
    }
    case PW_OP_UPSAMPLE:
        layer->as.upsample.factor = read_i32(in);
        return is_within(layer->as.upsample.factor, 1, PW_MAX_KERNEL);
    case PW_OP_DETECT:
        return read_detect(in, version, &layer->as.detect);
    case PW_OP_PAD:
        return read_pad(in, &layer->as.pad);
    case PW_OP_ATTENTION:
        layer->as.attention.heads = read_i32(in);
        return is_within(layer->as.attention.heads, 1, PW_MAX_CHANNELS);
    case PW_OP_DECONV:
        return read_deconv(in, &layer->as.deconv);
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        layer->as.shuffle.factor = read_i32(in);
        return is_within(layer->as.shuffle.factor, 1, PW_MAX_KERNEL);
    case PW_OP_GLOBALPOOL:
    case PW_OP_CLASSIFY:
    case PW_OP_INPUT:
    case PW_OP_ADD:
    case PW_OP_CONCAT:
        return true;
    case PW_OP_COUNT:
        break;
    }
    return false;
}

/* Arrays lie one behind the other in the order of the layers, so no byte can serve two and the
 * section bounds them all. */
static pawl_status read_constants(decoder *d, pw_layer *layer)
{
    pw_constant list[PW_MAX_CONSTANTS];
    const size_t count = pw_layer_constants(layer, list);
    const size_t size = d->layout->size[PW_SECTION_CONSTANTS];
    for (size_t c = 0; c < count; c++) {
        const uint64_t offset = pw_read_u64(&d->in);
        const bool is_bias = (layer->op == PW_OP_CONV || layer->op == PW_OP_DECONV) && c == 1;
        if (offset == PW_ENGINE_NO_CONSTANT && is_bias && !d->in.is_short)
            continue;
        const size_t bytes = list[c].count * sizeof(float);
        if (d->in.is_short || offset != pw_size_align(d->constant_end, PW_ENGINE_ALIGNMENT) ||
            offset > size || bytes > size - offset)
            return corrupt(d, "a layer's constants are not where they should be");
        const uint8_t *start = d->data + d->layout->offset[PW_SECTION_CONSTANTS] + offset;
        *list[c].slot = (const float *)(const void *)start;
        d->constant_end = (size_t)offset + bytes;
    }
    return PAWL_OK;
}

static pawl_status read_layer(decoder *d, pw_layer *layer)
{
    layer->id = pw_read_u32(&d->in);
    const uint32_t op = pw_read_u32(&d->in);
    PW_TRY(read_text(d, &layer->name));
    size_t inputs = 0;
    PW_TRY(read_count(d, PW_MAX_INPUTS, sizeof(uint32_t), &inputs));
    layer->input_count = (uint32_t)inputs;
    for (size_t i = 0; i < inputs; i++)
        layer->inputs[i] = pw_read_u32(&d->in);
    layer->output = pw_read_u32(&d->in);
    if (op >= PW_OP_COUNT)
        return corrupt(d, "a layer is of no known kind");
    layer->op = (pw_op)op;
    if (layer->id >= d->plan->network.next_layer_id)
        return corrupt(d, "a layer's id is out of range");
    if (!read_attributes(&d->in, d->layout->version, layer) || d->in.is_short)
        return corrupt(d, "a layer's attributes are out of range");
    return read_constants(d, layer);
}

static pawl_status read_network(decoder *d)
{
    pw_network *network = &d->plan->network;
    enter(d, PW_SECTION_NETWORK);
    size_t count = 0;
    PW_TRY(read_count(d, PW_MAX_TENSORS, 12, &count));
    PW_TRY(make_array(d, count, sizeof(pw_tensor), &network->tensors));
    network->tensor_count = count;
    network->tensor_capacity = pw_size_max(count, 1);
    for (size_t t = 0; t < count; t++) {
        network->tensors[t].channels = read_i32(&d->in);
        network->tensors[t].parent = pw_read_u32(&d->in);
        network->tensors[t].channel_offset = read_i32(&d->in);
    }
    PW_TRY(read_count(d, PW_MAX_LAYERS, 20, &count));
    PW_TRY(make_array(d, count, sizeof(pw_layer), &network->layers));
    network->layer_count = count;
    network->layer_capacity = pw_size_max(count, 1);
    for (size_t i = 0; i < count; i++)
        PW_TRY(read_layer(d, &network->layers[i]));
    if (d->constant_end != d->layout->size[PW_SECTION_CONSTANTS])
        return corrupt(d, "there are constants that no layer uses");
    return leave(d);
}

static pawl_status read_tactics(decoder *d)
{
    pw_plan *plan = d->plan;
    enter(d, PW_SECTION_TACTICS);
    size_t count = 0;
    PW_TRY(read_count(d, PW_ENGINE_MAX_TACTICS, 12, &count));
    PW_TRY(make_array(d, count, sizeof(pw_tactic), &plan->tactics));
    for (size_t i = 0; i < count; i++) {
        PW_TRY(read_text(d, &plan->tactics[i].machine));
        plan->tactics[i].layer_id = pw_read_u32(&d->in);
        PW_TRY(read_text(d, &plan->tactics[i].name));
    }
    plan->tactic_count = count;
    plan->tactic_capacity = pw_size_max(count, 1);
    return leave(d);
}

static pawl_status read_artifacts(decoder *d)
{
    pw_plan *plan = d->plan;
    enter(d, PW_SECTION_ARTIFACTS);
    const size_t size = d->layout->size[PW_SECTION_ARTIFACTS];
    size_t count = 0;
    PW_TRY(read_count(d, PW_ENGINE_MAX_ARTIFACTS, 20, &count));
    PW_TRY(make_array(d, count, sizeof(pw_artifact), &plan->artifacts));
    size_t end = 0; /* of the artifact before; the table's end is known when the loop is over */
    for (size_t i = 0; i < count; i++) {
        PW_TRY(read_text(d, &plan->artifacts[i].key));
        const uint64_t offset = pw_read_u64(&d->in);
        const uint64_t bytes = pw_read_u64(&d->in);
        if (offset % PW_ENGINE_ALIGNMENT != 0 || offset < end || offset > size ||
            bytes > size - offset)
            return corrupt(d, "an artifact is not where it should be");
        plan->artifacts[i].data = d->data + d->layout->offset[PW_SECTION_ARTIFACTS] + offset;
        plan->artifacts[i].size = (size_t)bytes;
        end = (size_t)(offset + bytes);
    }
    plan->artifact_count = count;
    plan->artifact_capacity = pw_size_max(count, 1);
    if (count == 0)
        return leave(d);
    const uint8_t *first = plan->artifacts[0].data;
    if (d->in.is_short || first < d->in.data + d->in.at || end != size)
        return corrupt(d, "an artifact is not where it should be");
    return PAWL_OK;
}

static pawl_status decode(pw_plan *plan, const uint8_t *data, size_t size, pawl_error *error)
{
    pw_engine_layout layout;
    PW_TRY(pw_engine_verify(data, size, &layout, error));
    decoder d = {.plan = plan, .data = data, .layout = &layout, .error = error};
    PW_TRY(read_meta(&d));
    PW_TRY(read_network(&d));
    PW_TRY(read_tactics(&d));
    PW_TRY(read_artifacts(&d));
    PW_TRY(pw_network_validate(&plan->network, error));
    atomic_store_explicit(&plan->file_size, size, memory_order_relaxed);
    return pw_plan_finish(plan, error);
}

pawl_status pw_plan_parse(const void *data, size_t size, pw_plan **plan, pawl_error *error)
{
    if ((uintptr_t)data % sizeof(uint64_t) != 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "an engine in memory must lie at a multiple of 8");
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_plan_new(&made, error));
    PW_TRY(decode(made, data, size, error));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

/* What the first bytes refuse is not read. */
static pawl_status copy_engine(const char *path, pw_contents *contents, pawl_error *error)
{
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    PW_TRY(pw_engine_verify_head(input.head, input.head_size, input.size, error));
    return pw_os_input_read(&input, SIZE_MAX, contents, error);
}

typedef pawl_status (*contents_function)(const char *path, pw_contents *contents,
                                         pawl_error *error);

static pawl_status load(const char *function, contents_function get, const char *path,
                        pawl_plan **plan, pawl_error *error)
{
    if (path == NULL || plan == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: %s is NULL", function,
                       path == NULL ? "path" : "plan");
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_plan_new(&made, error));
    PW_TRY(get(path, &made->contents, error));
    PW_TRY(decode(made, made->contents.data, made->contents.size, error));
    *plan = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_plan_load(const char *path, pawl_plan **plan, pawl_error *error)
{
    return load("pawl_plan_load", copy_engine, path, plan, error);
}

pawl_status pawl_plan_map(const char *path, pawl_plan **plan, pawl_error *error)
{
    return load("pawl_plan_map", pw_os_map, path, plan, error);
}
