/* SPDX-License-Identifier: Apache-2.0 */
/* Reading, writing, checking, comparing and printing what rows of fields describe. */
#include "network/fields.h"
#include "network/network_ir.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

_Static_assert(sizeof(pw_activation) == sizeof(int32_t) && sizeof(pawl_dtype) == sizeof(int32_t),
               "enumerations are read and written as int32_t");

static size_t value_size(pw_field_kind kind)
{
    switch (kind) {
    case PW_FIELD_I32:
    case PW_FIELD_ACTIVATION:
    case PW_FIELD_DTYPE:
        return sizeof(int32_t);
    case PW_FIELD_F32:
        return sizeof(float);
    case PW_FIELD_BOOL:
        return sizeof(bool);
    case PW_FIELD_SIZE:
        return sizeof(size_t);
    case PW_FIELD_LEVELS:
        break;
    }
    return sizeof(pw_detect);
}

static float real_of(const pw_field *field, const void *object, uint32_t index)
{
    float value = 0;
    memcpy(&value, (const char *)object + field->offset + index * sizeof value, sizeof value);
    return value;
}

/* Of all kinds but F32 and LEVELS. */
static int64_t whole_of(const pw_field *field, const void *object, uint32_t index)
{
    const char *at = (const char *)object + field->offset + index * value_size(field->kind);
    int32_t number = 0;
    size_t size = 0;
    bool flag = false;
    switch (field->kind) {
    case PW_FIELD_BOOL:
        memcpy(&flag, at, sizeof flag);
        return flag;
    case PW_FIELD_SIZE:
        memcpy(&size, at, sizeof size);
        return size > INT64_MAX ? INT64_MAX : (int64_t)size;
    default:
        memcpy(&number, at, sizeof number);
        return number;
    }
}

static void store(const pw_field *field, void *object, uint32_t index, int64_t value)
{
    char *at = (char *)object + field->offset + index * value_size(field->kind);
    const int32_t number = (int32_t)value;
    const size_t size = (size_t)value;
    const bool flag = value != 0;
    if (field->kind == PW_FIELD_BOOL)
        memcpy(at, &flag, sizeof flag);
    else if (field->kind == PW_FIELD_SIZE)
        memcpy(at, &size, sizeof size);
    else
        memcpy(at, &number, sizeof number);
}

static bool real_fits(const pw_field *field, float value)
{
    return isfinite(value) && (double)value >= (double)field->least &&
           (double)value <= (double)field->most;
}

static pw_detect *levels_of(const pw_field *field, void *object)
{
    return (pw_detect *)(void *)((char *)object + field->offset);
}

static const pw_detect *const_levels_of(const pw_field *field, const void *object)
{
    return (const pw_detect *)(const void *)((const char *)object + field->offset);
}

static void write_levels(pw_writer *writer, const pw_detect *detect)
{
    for (int32_t l = 0; l < detect->level_count; l++) {
        pw_write_f32(writer, detect->stride[l]);
        for (int32_t a = 0; a < detect->anchor_count; a++) {
            pw_write_f32(writer, detect->anchor[l][a][0]);
            pw_write_f32(writer, detect->anchor[l][a][1]);
        }
    }
}

/* Both counts have been read, and bounded, by the fields before. */
static void read_levels(pw_reader *reader, pw_detect *detect)
{
    for (int32_t l = 0; l < detect->level_count; l++) {
        detect->stride[l] = pw_read_f32(reader);
        for (int32_t a = 0; a < detect->anchor_count; a++) {
            detect->anchor[l][a][0] = pw_read_f32(reader);
            detect->anchor[l][a][1] = pw_read_f32(reader);
        }
    }
}

static bool levels_equal(const pw_detect *a, const pw_detect *b)
{
    if (a->level_count != b->level_count || a->anchor_count != b->anchor_count)
        return false;
    const size_t anchors = (size_t)a->anchor_count * sizeof a->anchor[0][0];
    for (int32_t l = 0; l < a->level_count; l++)
        if (memcmp(&a->stride[l], &b->stride[l], sizeof a->stride[l]) != 0 ||
            memcmp(a->anchor[l], b->anchor[l], anchors) != 0)
            return false;
    return true;
}

static void write_value(pw_writer *writer, const pw_field *field, const void *object,
                        uint32_t index)
{
    if (field->kind == PW_FIELD_F32)
        pw_write_f32(writer, real_of(field, object, index));
    else if (field->kind == PW_FIELD_SIZE)
        pw_write_u64(writer, (uint64_t)whole_of(field, object, index));
    else
        pw_write_u32(writer, (uint32_t)(int32_t)whole_of(field, object, index));
}

void pw_fields_write(pw_writer *writer, uint32_t version, const pw_field *fields, size_t count,
                     const void *object)
{
    for (size_t f = 0; f < count; f++) {
        if (fields[f].since > version)
            continue;
        if (fields[f].kind == PW_FIELD_LEVELS) {
            write_levels(writer, const_levels_of(&fields[f], object));
            continue;
        }
        for (uint32_t i = 0; i < fields[f].count; i++)
            write_value(writer, &fields[f], object, i);
    }
}

static bool read_value(pw_reader *reader, const pw_field *field, void *object, uint32_t index)
{
    if (field->kind == PW_FIELD_F32) {
        const float value = pw_read_f32(reader);
        memcpy((char *)object + field->offset + index * sizeof value, &value, sizeof value);
        return real_fits(field, value);
    }
    int64_t value = 0;
    if (field->kind == PW_FIELD_SIZE) {
        const uint64_t size = pw_read_u64(reader);
        value = size > INT64_MAX ? INT64_MAX : (int64_t)size;
    } else {
        value = (int32_t)pw_read_u32(reader);
    }
    if (value < field->least || value > field->most)
        return false;
    store(field, object, index, value);
    return true;
}

const pw_field *pw_fields_read(pw_reader *reader, uint32_t version, const pw_field *fields,
                               size_t count, void *object)
{
    for (size_t f = 0; f < count; f++) {
        if (fields[f].since > version)
            continue;
        if (fields[f].kind == PW_FIELD_LEVELS)
            read_levels(reader, levels_of(&fields[f], object));
        else
            for (uint32_t i = 0; i < fields[f].count; i++)
                if (!read_value(reader, &fields[f], object, i))
                    return &fields[f];
    }
    return NULL;
}

const pw_field *pw_fields_fault(const pw_field *fields, size_t count, const void *object,
                                char text[64])
{
    pw_strbuf out = {.text = text, .capacity = 64};
    for (size_t f = 0; f < count; f++) {
        const pw_field *field = &fields[f];
        for (uint32_t i = 0; field->kind != PW_FIELD_LEVELS && i < field->count; i++) {
            if (field->kind == PW_FIELD_F32) {
                const float value = real_of(field, object, i);
                if (real_fits(field, value))
                    continue;
                pw_strbuf_add(&out, "%s is %g", field->name, (double)value);
                return field;
            }
            const int64_t value = whole_of(field, object, i);
            if (value >= field->least && value <= field->most)
                continue;
            pw_strbuf_add(&out, "%s is %" PRId64 ", not %" PRId64 " to %" PRId64, field->name,
                          value, field->least, field->most);
            return field;
        }
    }
    return NULL;
}

bool pw_fields_equal(const pw_field *fields, size_t count, const void *a, const void *b)
{
    for (size_t f = 0; f < count; f++) {
        const size_t offset = fields[f].offset, size = value_size(fields[f].kind);
        const bool is_same =
            fields[f].kind == PW_FIELD_LEVELS
                ? levels_equal(const_levels_of(&fields[f], a), const_levels_of(&fields[f], b))
                : memcmp((const char *)a + offset, (const char *)b + offset,
                         fields[f].count * size) == 0;
        if (!is_same)
            return false;
    }
    return true;
}

const pw_field *pw_field_find(const pw_field *fields, size_t count, const char *name, size_t length)
{
    for (size_t f = 0; f < count; f++)
        if (strlen(fields[f].name) == length && memcmp(fields[f].name, name, length) == 0)
            return &fields[f];
    return NULL;
}

bool pw_field_is_usual(const pw_field *field, const void *object)
{
    for (uint32_t i = 0; i < field->count; i++) {
        const double value = field->kind == PW_FIELD_F32 ? (double)real_of(field, object, i)
                                                         : (double)whole_of(field, object, i);
        if (value != (double)field->usual)
            return false;
    }
    return true;
}

static void print_value(const pw_field *field, const void *object, uint32_t index, pw_strbuf *text)
{
    switch (field->kind) {
    case PW_FIELD_F32:
        pw_strbuf_add(text, "%g", (double)real_of(field, object, index));
        break;
    case PW_FIELD_ACTIVATION:
        pw_strbuf_add(text, "%s",
                      pw_activation_name((pw_activation)whole_of(field, object, index)));
        break;
    case PW_FIELD_DTYPE:
        pw_strbuf_add(text, "%s", pawl_dtype_name((pawl_dtype)whole_of(field, object, index)));
        break;
    default:
        pw_strbuf_add(text, "%" PRId64, whole_of(field, object, index));
    }
}

void pw_field_print(const pw_field *field, const void *object, bool is_pair, pw_strbuf *text)
{
    if (field->kind == PW_FIELD_LEVELS) {
        const pw_detect *detect = const_levels_of(field, object);
        for (int32_t l = 0; l < detect->level_count; l++)
            pw_strbuf_add(text, "%s%g", l == 0 ? "" : " ", (double)detect->stride[l]);
        return;
    }
    print_value(field, object, 0, text);
    if (field->count == 2 &&
        (is_pair || whole_of(field, object, 0) != whole_of(field, object, 1))) {
        pw_strbuf_add(text, "x");
        print_value(field, object, 1, text);
    }
}
