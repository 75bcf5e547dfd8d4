/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .engine -> plan. The bytes may come from anybody: nothing in them is believed before it is
 * bounded, and what is read must make a network that pw_network_validate() accepts. float32
 * constants and artifacts stay where they lie; the rest is copied into the network's arena.
 */
#include "plan/plan_format.h"

#include "base/size.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
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

/* What rows of fields describe. */
static pawl_status read_fields(decoder *d, const char *whose, const pw_field *fields, size_t count,
                               void *object)
{
    const pw_field *fault = pw_fields_read(&d->in, d->layout->version, fields, count, object);
    char text[96];
    if (d->in.is_short)
        return corrupt(d, "it ends too early");
    if (fault == NULL)
        return PAWL_OK;
    (void)snprintf(text, sizeof text, "the %s of a %s is out of range", fault->name, whose);
    return corrupt(d, text);
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
    if (task > PAWL_TASK_CLASSIFY || model->imgsz < 1 || model->imgsz > PAWL_MAX_SIDE ||
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
    const pw_field_list list = pw_plan_fields();
    plan->options = PW_BUILD_OPTIONS_INIT; /* what older formats do not say */
    plan->is_older = d->layout->version < 3;
    PW_TRY(read_fields(d, "plan", list.fields, list.count, plan));
    pw_profile_complete(&plan->profile);
    PW_TRY(read_model(d));
    PW_TRY(leave(d));
    const char *fault = pw_profile_fault(&plan->profile, plan->network.model.max_stride);
    return fault == NULL ? PAWL_OK : corrupt(d, fault);
}

/* Floats of what is stored in fewer bytes, which are done with. */
static pawl_status restore(decoder *d, const pw_layer *layer, const pw_constant *constant,
                           const uint8_t *stored)
{
    const float *scales = layer->as.conv.weight_scales;
    float *values = NULL;
    if (constant->dtype == PAWL_I8 && scales == NULL)
        return corrupt(d, "a layer has integers without scales");
    PW_TRY(make_array(d, constant->count, sizeof(float), &values));
    pw_constant_restore(constant, scales, stored, values);
    *constant->slot = values;
    pw_os_contents_drop(&d->plan->contents, stored,
                        constant->count * pawl_dtype_size(constant->dtype));
    return PAWL_OK;
}

/* Arrays lie one behind the other in the order of the layers, so no byte can serve two and the
 * section bounds them all. */
static pawl_status read_constants(decoder *d, pw_layer *layer)
{
    pw_constant list[PW_MAX_CONSTANTS];
    const uint8_t *typed[PW_MAX_CONSTANTS] = {NULL};
    const size_t count = pw_layer_constants(layer, list);
    const size_t size = d->layout->size[PW_SECTION_CONSTANTS];
    for (size_t c = 0; c < count; c++) {
        if (list[c].field->since > d->layout->version)
            continue;
        const uint64_t offset = pw_read_u64(&d->in);
        if (offset == PW_ENGINE_NO_CONSTANT && list[c].field->is_optional && !d->in.is_short)
            continue;
        const pawl_dtype dtype = pw_constant_stored(&list[c], d->layout->version);
        const size_t bytes = list[c].count * pawl_dtype_size(dtype);
        if (d->in.is_short || offset != pw_size_align(d->constant_end, PW_ENGINE_ALIGNMENT) ||
            offset > size || bytes > size - offset)
            return corrupt(d, "a layer's constants are not where they should be");
        const uint8_t *start = d->data + d->layout->offset[PW_SECTION_CONSTANTS] + offset;
        d->constant_end = (size_t)offset + bytes;
        if (dtype == PAWL_F32)
            *list[c].slot = (const float *)(const void *)start;
        else
            typed[c] = start;
    }
    for (size_t c = 0; c < count; c++)
        if (typed[c] != NULL)
            PW_TRY(restore(d, layer, &list[c], typed[c]));
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
    const pw_operator *row = pw_operator_of(layer->op);
    PW_TRY(read_fields(d, "layer", row->fields, row->field_count, layer));
    return read_constants(d, layer);
}

static pawl_status read_network(decoder *d)
{
    pw_network *network = &d->plan->network;
    enter(d, PW_SECTION_NETWORK);
    size_t count = 0;
    const pw_field_list list = pw_tensor_fields();
    PW_TRY(read_count(d, PW_MAX_TENSORS, 12, &count));
    PW_TRY(make_array(d, count, sizeof(pw_tensor), &network->tensors));
    network->tensor_count = count;
    network->tensor_capacity = pw_size_max(count, 1);
    for (size_t t = 0; t < count; t++)
        PW_TRY(read_fields(d, "tensor", list.fields, list.count, &network->tensors[t]));
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

/* Formats 1 and 2 held what nobody had timed: it is checked, and dropped. */
static pawl_status skip_untimed(decoder *d, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = NULL;
        PW_TRY(read_text(d, &text));
        (void)pw_read_u32(&d->in);
        PW_TRY(read_text(d, &text));
    }
    return leave(d);
}

static pawl_status read_tactic(decoder *d, pw_tactic *tactics, size_t index)
{
    pw_tactic *tactic = &tactics[index];
    PW_TRY(read_text(d, &tactic->machine));
    tactic->problem = pw_read_u64(&d->in);
    PW_TRY(read_text(d, &tactic->name));
    tactic->microseconds = pw_read_f32(&d->in);
    if (index > 0 && pw_tactic_compare(&tactics[index - 1], tactic) >= 0)
        return corrupt(d, "tactics are out of order");
    if (!isfinite(tactic->microseconds) || tactic->microseconds < 0)
        return corrupt(d, "a tactic's time is no time");
    return PAWL_OK;
}

static pawl_status read_tactics(decoder *d)
{
    pw_plan *plan = d->plan;
    size_t count = 0;
    if (!d->layout->has[PW_SECTION_TACTICS])
        return PAWL_OK;
    enter(d, PW_SECTION_TACTICS);
    PW_TRY(read_count(d, PW_ENGINE_MAX_TACTICS, 12, &count));
    if (d->layout->version < 3)
        return skip_untimed(d, count);
    if (count == 0)
        return corrupt(d, "it is there but empty");
    PW_TRY(make_array(d, count, sizeof(pw_tactic), &plan->tactics));
    for (size_t i = 0; i < count; i++)
        PW_TRY(read_tactic(d, plan->tactics, i));
    plan->tactic_count = plan->tactic_capacity = count;
    return leave(d);
}

static pawl_status read_artifacts(decoder *d)
{
    pw_plan *plan = d->plan;
    if (!d->layout->has[PW_SECTION_ARTIFACTS])
        return PAWL_OK;
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
        return d->layout->version < 3 ? leave(d) : corrupt(d, "it is there but empty");
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

static pawl_status load(contents_function get, const char *path, pw_plan **plan, pawl_error *error)
{
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_plan_new(&made, error));
    PW_TRY(get(path, &made->contents, error));
    PW_TRY(decode(made, made->contents.data, made->contents.size, error));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pw_plan_load(const char *path, pw_plan **plan, pawl_error *error)
{
    return load(copy_engine, path, plan, error);
}

pawl_status pw_plan_load_memory(const void *data, size_t size, pw_plan **plan, pawl_error *error)
{
    pw_plan *made PW_MAKING = NULL;
    PW_TRY(pw_engine_verify_head(data, size, size, error)); /* what is none is not copied */
    PW_TRY(pw_plan_new(&made, error));
    PW_TRY(pw_os_contents_copy(data, size, &made->contents, error));
    PW_TRY(decode(made, made->contents.data, made->contents.size, error));
    *plan = PW_TAKE(made);
    return PAWL_OK;
}

static pawl_status check_given(const char *function, const void *from, const char *name,
                               pawl_plan *const *plan, pawl_error *error)
{
    if (from != NULL && plan != NULL)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: %s is NULL", function,
                   from == NULL ? name : "plan");
}

pawl_status pawl_plan_load(const char *path, pawl_plan **plan, pawl_error *error)
{
    pw_plan *made = NULL;
    PW_TRY(check_given("pawl_plan_load", path, "path", plan, error));
    PW_TRY(pw_plan_load(path, &made, error));
    *plan = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_plan_load_memory(const void *data, size_t size, pawl_plan **plan,
                                  pawl_error *error)
{
    pw_plan *made = NULL;
    PW_TRY(check_given("pawl_plan_load_memory", data, "data", plan, error));
    PW_TRY(pw_plan_load_memory(data, size, &made, error));
    *plan = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_plan_map(const char *path, pawl_plan **plan, pawl_error *error)
{
    pw_plan *made = NULL;
    PW_TRY(check_given("pawl_plan_map", path, "path", plan, error));
    PW_TRY(load(pw_os_map, path, &made, error));
    *plan = pw_object_publish(made);
    return PAWL_OK;
}
