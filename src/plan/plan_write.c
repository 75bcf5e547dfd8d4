/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan -> .engine. Each section is a list of spans, each beginning at a multiple of 64: the spans
 * are hashed first, for the header, and written second. Nothing in the file depends on time, place
 * or memory: the same plan gives the same bytes.
 */
#define XXH_INLINE_ALL
#include "plan/plan_format.h"

#include "base/memory.h"
#include "base/size.h"

#include <string.h>
#include <xxhash.h>

typedef struct span {
    const void *data;
    size_t size;
} span;

typedef struct section {
    span *spans;
    size_t count;
    size_t offset, size;
    uint64_t checksum;
} section;

typedef struct encoder {
    pw_plan *plan;
    pw_arena arena; /* span lists */
    pw_writer meta, network, tactics, artifacts;
    section sections[PW_SECTION_COUNT];
    size_t size; /* of the file */
} encoder;

static void encoder_free(encoder *e)
{
    pw_arena_free(&e->arena);
    pw_writer_free(&e->meta);
    pw_writer_free(&e->network);
    pw_writer_free(&e->tactics);
    pw_writer_free(&e->artifacts);
}

static void write_i32(pw_writer *writer, int32_t value)
{
    pw_write_u32(writer, (uint32_t)value);
}

static void write_text(pw_writer *writer, const char *text)
{
    const size_t length = text == NULL ? 0 : strlen(text);
    pw_write_u32(writer, (uint32_t)length);
    pw_write_bytes(writer, text, length);
}

static void encode_meta(pw_writer *out, const pw_plan *plan)
{
    const pw_model *model = &plan->network.model;
    write_text(out, plan->pawl_version);
    write_text(out, plan->backend);
    write_text(out, plan->precision);
    write_text(out, plan->source_name);
    pw_write_u64(out, plan->source_hash[0]);
    pw_write_u64(out, plan->source_hash[1]);
    const pw_field_list list = pw_plan_fields();
    pw_fields_write(out, PW_ENGINE_VERSION, list.fields, list.count, plan);
    pw_write_u32(out, (uint32_t)model->task);
    write_text(out, model->family);
    write_text(out, model->size);
    write_i32(out, model->max_stride);
    write_i32(out, model->imgsz);
    pw_write_u64(out, (uint64_t)model->parameter_count);
    pw_write_u64(out, plan->network.source_layer_count);
    pw_write_u32(out, plan->network.next_layer_id);
    write_i32(out, model->class_count);
    pw_write_u32(out, model->names != NULL);
    for (int32_t i = 0; model->names != NULL && i < model->class_count; i++)
        write_text(out, model->names[i]);
}

/* As it lies in memory, or made into its type. */
static pawl_status encode_constant(encoder *e, const pw_layer *layer, const pw_constant *constant,
                                   span *made, pawl_error *error)
{
    const pawl_dtype dtype = pw_constant_stored(constant, PW_ENGINE_VERSION);
    *made = (span){*constant->slot, constant->count * pawl_dtype_size(dtype)};
    if (dtype == PAWL_F32)
        return PAWL_OK;
    void *stored = pw_arena_array(&e->arena, constant->count, pawl_dtype_size(dtype));
    if (stored == NULL)
        return pw_fail_memory(error, "writing the engine", made->size);
    pw_constant_store(constant, layer->as.conv.weight_scales, stored);
    made->data = stored;
    return PAWL_OK;
}

/* The layer's constants go into the list of spans; where they will lie goes into the layer. */
static pawl_status encode_layer(encoder *e, pw_layer *layer, pawl_error *error)
{
    pw_writer *out = &e->network;
    section *constants = &e->sections[PW_SECTION_CONSTANTS];
    pw_write_u32(out, layer->id);
    pw_write_u32(out, (uint32_t)layer->op);
    write_text(out, layer->name);
    pw_write_u32(out, layer->input_count);
    for (uint32_t i = 0; i < layer->input_count; i++)
        pw_write_u32(out, layer->inputs[i]);
    pw_write_u32(out, layer->output);
    const pw_operator *row = pw_operator_of(layer->op);
    pw_fields_write(out, PW_ENGINE_VERSION, row->fields, row->field_count, layer);
    pw_constant list[PW_MAX_CONSTANTS];
    const size_t count = pw_layer_constants(layer, list);
    for (size_t c = 0; c < count; c++) {
        if (list[c].field->since > PW_ENGINE_VERSION)
            continue;
        if (*list[c].slot == NULL) {
            pw_write_u64(out, PW_ENGINE_NO_CONSTANT);
            continue;
        }
        const size_t at = pw_size_align(constants->size, PW_ENGINE_ALIGNMENT);
        span *stored = &constants->spans[constants->count++];
        PW_TRY(encode_constant(e, layer, &list[c], stored, error));
        pw_write_u64(out, at);
        constants->size = at + stored->size;
    }
    return PAWL_OK;
}

static pawl_status encode_network(encoder *e, pawl_error *error)
{
    pw_network *network = &e->plan->network;
    const size_t most = network->layer_count * PW_MAX_CONSTANTS;
    e->sections[PW_SECTION_CONSTANTS].spans = pw_arena_array(&e->arena, most, sizeof(span));
    if (e->sections[PW_SECTION_CONSTANTS].spans == NULL)
        return pw_fail_memory(error, "writing the engine", most * sizeof(span));
    pw_write_u32(&e->network, (uint32_t)network->tensor_count);
    const pw_field_list list = pw_tensor_fields();
    for (size_t t = 0; t < network->tensor_count; t++)
        pw_fields_write(&e->network, PW_ENGINE_VERSION, list.fields, list.count,
                        &network->tensors[t]);
    pw_write_u32(&e->network, (uint32_t)network->layer_count);
    for (size_t i = 0; i < network->layer_count; i++)
        PW_TRY(encode_layer(e, &network->layers[i], error));
    return PAWL_OK;
}

static void encode_tactics(pw_writer *out, const pw_plan *plan)
{
    pw_write_u32(out, (uint32_t)plan->tactic_count);
    for (size_t i = 0; i < plan->tactic_count; i++) {
        write_text(out, plan->tactics[i].machine);
        pw_write_u64(out, plan->tactics[i].problem);
        write_text(out, plan->tactics[i].name);
        pw_write_f32(out, plan->tactics[i].microseconds);
    }
}

static size_t artifact_table_size(const pw_plan *plan)
{
    size_t size = sizeof(uint32_t);
    for (size_t i = 0; i < plan->artifact_count; i++)
        size += sizeof(uint32_t) + strlen(plan->artifacts[i].key) + 2 * sizeof(uint64_t);
    return size;
}

static pawl_status encode_artifacts(encoder *e, pawl_error *error)
{
    const pw_plan *plan = e->plan;
    section *out = &e->sections[PW_SECTION_ARTIFACTS];
    out->spans = pw_arena_array(&e->arena, plan->artifact_count + 1, sizeof(span));
    if (out->spans == NULL)
        return pw_fail_memory(error, "writing the engine", plan->artifact_count * sizeof(span));
    out->size = artifact_table_size(plan);
    out->count = 1; /* the table, filled in by the caller when its bytes stand */
    pw_write_u32(&e->artifacts, (uint32_t)plan->artifact_count);
    for (size_t i = 0; i < plan->artifact_count; i++) {
        const pw_artifact *artifact = &plan->artifacts[i];
        const size_t at = pw_size_align(out->size, PW_ENGINE_ALIGNMENT);
        write_text(&e->artifacts, artifact->key);
        pw_write_u64(&e->artifacts, at);
        pw_write_u64(&e->artifacts, artifact->size);
        out->spans[out->count++] = (span){artifact->data, artifact->size};
        out->size = at + artifact->size;
    }
    return PAWL_OK;
}

static const uint8_t zeros[PW_ENGINE_ALIGNMENT];

static uint64_t section_checksum(const section *s)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    size_t at = 0;
    for (size_t i = 0; i < s->count; i++) {
        const size_t start = pw_size_align(at, PW_ENGINE_ALIGNMENT);
        XXH3_64bits_update(&state, zeros, start - at);
        XXH3_64bits_update(&state, s->spans[i].data, s->spans[i].size);
        at = start + s->spans[i].size;
    }
    return XXH3_64bits_digest(&state);
}

static pawl_status use_writer(encoder *e, pw_section which, const pw_writer *writer,
                              pawl_error *error)
{
    if (writer->has_failed)
        return pw_fail_memory(error, "writing the engine", writer->capacity);
    section *s = &e->sections[which];
    if (s->spans == NULL) {
        s->spans = pw_arena_array(&e->arena, 1, sizeof(span));
        if (s->spans == NULL)
            return pw_fail_memory(error, "writing the engine", sizeof(span));
        s->count = 1;
        s->size = writer->size;
    }
    s->spans[0] = (span){writer->data, writer->size};
    return PAWL_OK;
}

/* Optional sections are there only if they hold something. */
static bool is_needed(const encoder *e, int which)
{
    return which == PW_SECTION_TACTICS     ? e->plan->tactic_count > 0
           : which == PW_SECTION_ARTIFACTS ? e->plan->artifact_count > 0
                                           : true;
}

static uint32_t section_count(const encoder *e)
{
    uint32_t count = 0;
    for (int i = 0; i < PW_SECTION_COUNT; i++)
        count += is_needed(e, i);
    return count;
}

static pawl_status encode(encoder *e, pawl_error *error)
{
    encode_meta(&e->meta, e->plan);
    PW_TRY(encode_network(e, error));
    encode_tactics(&e->tactics, e->plan);
    PW_TRY(encode_artifacts(e, error));
    PW_TRY(use_writer(e, PW_SECTION_META, &e->meta, error));
    PW_TRY(use_writer(e, PW_SECTION_NETWORK, &e->network, error));
    PW_TRY(use_writer(e, PW_SECTION_TACTICS, &e->tactics, error));
    PW_TRY(use_writer(e, PW_SECTION_ARTIFACTS, &e->artifacts, error));
    e->size = PW_ENGINE_HEADER_SIZE + section_count(e) * (size_t)PW_ENGINE_ROW_SIZE;
    for (int i = 0; i < PW_SECTION_COUNT; i++) {
        section *s = &e->sections[i];
        if (!is_needed(e, i))
            continue;
        s->offset = pw_size_align(e->size, PW_ENGINE_ALIGNMENT);
        s->checksum = section_checksum(s);
        e->size = s->offset + s->size;
    }
    return PAWL_OK;
}

/* Header and section table; false: no memory. */
static bool encode_header(const encoder *e, pw_writer *out)
{
    pw_writer table PW_CLEANUP(pw_writer_free) = {0};
    for (int i = 0; i < PW_SECTION_COUNT; i++) {
        if (!is_needed(e, i))
            continue;
        pw_write_bytes(&table, pw_section_tag((pw_section)i), 4);
        pw_write_u32(&table, pw_section_flags((pw_section)i));
        pw_write_u64(&table, e->sections[i].offset);
        pw_write_u64(&table, e->sections[i].size);
        pw_write_u64(&table, e->sections[i].checksum);
    }
    pw_write_bytes(out, PW_ENGINE_MAGIC, PW_ENGINE_MAGIC_SIZE);
    pw_write_u32(out, PW_ENGINE_ORDER);
    pw_write_u32(out, PW_ENGINE_VERSION);
    pw_write_u64(out, e->size);
    pw_write_u32(out, section_count(e));
    pw_write_bytes(out, zeros, PW_ENGINE_SUM_AT - PW_ENGINE_ZEROS_AT);
    if (table.has_failed || out->has_failed)
        return false;
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, out->data, out->size);
    XXH3_64bits_update(&state, table.data, table.size);
    pw_write_u64(out, XXH3_64bits_digest(&state));
    pw_write_bytes(out, table.data, table.size);
    return !out->has_failed;
}

static void write_sections(const encoder *e, pw_os_file *file, size_t at)
{
    for (int i = 0; i < PW_SECTION_COUNT; i++) {
        const section *s = &e->sections[i];
        if (!is_needed(e, i))
            continue;
        pw_os_file_write(file, zeros, s->offset - at);
        size_t within = 0;
        for (size_t k = 0; k < s->count; k++) {
            const size_t start = pw_size_align(within, PW_ENGINE_ALIGNMENT);
            pw_os_file_write(file, zeros, start - within);
            pw_os_file_write(file, s->spans[k].data, s->spans[k].size);
            within = start + s->spans[k].size;
        }
        at = s->offset + s->size;
    }
}

pawl_status pawl_plan_save(pawl_plan *plan, const char *path, pawl_error *error)
{
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_plan_save: path is NULL");
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    encoder e PW_CLEANUP(encoder_free) = {.plan = source};
    PW_TRY(encode(&e, error));
    pw_writer header PW_CLEANUP(pw_writer_free) = {0};
    if (!encode_header(&e, &header))
        return pw_fail_memory(error, "writing the engine",
                              PW_ENGINE_HEADER_SIZE +
                                  (size_t)PW_SECTION_COUNT * PW_ENGINE_ROW_SIZE);
    pw_os_file file;
    PW_TRY(pw_os_file_create(path, &file, error));
    pw_os_file_write(&file, header.data, header.size);
    write_sections(&e, &file, header.size);
    PW_TRY(pw_os_file_commit(&file, error));
    atomic_store_explicit(&source->file_size, e.size, memory_order_relaxed);
    return PAWL_OK;
}
