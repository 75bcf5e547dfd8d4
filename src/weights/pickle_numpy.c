/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes, and numpy's scalars and arrays, as pickles spell them: what a data.yaml, a sweep of
 * options or numpy.unique() leaves in a checkpoint instead of Python's own numbers and texts. */
#include "base/plain_text.h"
#include "base/size.h"
#include "tensor/half.h"
#include "weights/pickle_value.h"
#include <string.h>

#define ITEM_MOST  4096  /* bytes of a scalar, or of an item of an array */
#define ARRAY_MOST 65536 /* items */

typedef struct numpy_type {
    char kind; /* numpy's: b i u f S U O */
    size_t size;
    bool is_big; /* the most significant byte first */
} numpy_type;

static pw_value *item_at(const pw_value *list, size_t index, pw_value_kind kind)
{
    if (list == NULL || list->kind != PW_VALUE_LIST || index >= list->as.list.count)
        return NULL;
    return list->as.list.items[index]->kind == kind ? list->as.list.items[index] : NULL;
}

/* _codecs.encode(text, "latin1"): how protocols without bytes write them. */
pw_value *pw_pickle_encoded(pw_arena *arena, const pw_value *arguments)
{
    const pw_value *text = item_at(arguments, 0, PW_VALUE_STRING);
    const char *coding = pw_value_text(item_at(arguments, 1, PW_VALUE_STRING));
    if (text == NULL || coding == NULL || strcmp(coding, "latin1") != 0)
        return NULL;
    pw_value *bytes = pw_value_make_string(arena, text->as.string.text, text->as.string.length);
    if (bytes == NULL)
        return NULL;
    const uint8_t *in = (const uint8_t *)text->as.string.text;
    char *out = (char *)(bytes + 1); /* where the copy stands; bytes are no more than their UTF-8 */
    size_t length = 0;
    for (size_t i = 0; i < text->as.string.length; i++) {
        uint8_t byte = in[i];
        if (byte >= 0x80 && ++i < text->as.string.length)
            byte = (uint8_t)((byte & 3) << 6 | (in[i] & 0x3F));
        out[length++] = (char)byte;
    }
    out[length] = '\0';
    bytes->as.string.length = length;
    return bytes;
}

/* dtype("U3", False, True), whose state says in which order bytes stand: (3, "<", ...). */
static bool read_type(const pw_value *dtype, numpy_type *type)
{
    if (dtype == NULL || dtype->kind != PW_VALUE_RECORD ||
        dtype->as.record.callable->kind != PW_VALUE_GLOBAL ||
        strcmp(dtype->as.record.callable->as.global.module, "numpy") != 0 ||
        strcmp(dtype->as.record.callable->as.global.name, "dtype") != 0)
        return false;
    const char *code = pw_value_text(item_at(dtype->as.record.arguments, 0, PW_VALUE_STRING));
    const char *order = pw_value_text(item_at(dtype->as.record.state, 1, PW_VALUE_STRING));
    if (code == NULL || strchr("biufSUO", code[0]) == NULL || code[0] == '\0')
        return false;
    *type = (numpy_type){.kind = code[0], .is_big = order != NULL && order[0] == '>'};
    for (const char *digit = code + 1; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || type->size > ITEM_MOST)
            return false;
        type->size = type->size * 10 + (size_t)(*digit - '0');
    }
    type->size *= type->kind == 'U' ? 4 : 1;
    return type->size > 0 && type->size <= ITEM_MOST;
}

static uint64_t bits_of(const uint8_t *bytes, size_t size, bool is_big)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits = bits << 8 | bytes[is_big ? i : size - 1 - i];
    return bits;
}

static pw_value *make_integer(pw_arena *arena, const numpy_type *type, uint64_t bits)
{
    if (type->kind == 'u' && bits > INT64_MAX)
        return pw_value_make_real(arena, (double)bits);
    const size_t unused = 64 - 8 * type->size;
    if (type->kind == 'i' && unused > 0 && (bits >> (63 - unused) & 1) != 0)
        bits |= UINT64_MAX << (64 - unused);
    return pw_value_make_int(arena, (int64_t)bits);
}

static pw_value *make_float(pw_arena *arena, const numpy_type *type, uint64_t bits)
{
    double real = 0;
    if (type->size == sizeof(double)) {
        memcpy(&real, &bits, sizeof real);
        return pw_value_make_real(arena, real);
    }
    const uint16_t half = (uint16_t)bits;
    const uint32_t single = (uint32_t)bits;
    float value = 0;
    if (type->size == sizeof half)
        pw_widen_f32(&half, PAWL_F16, 1, 1, &value);
    else if (type->size == sizeof single)
        memcpy(&value, &single, sizeof value);
    else
        return NULL;
    return pw_value_make_real(arena, (double)value);
}

/* Characters of four bytes each, zeros behind the last. */
static pw_value *make_text(pw_arena *arena, const numpy_type *type, const uint8_t *bytes)
{
    char text[ITEM_MOST / 4 * PW_UTF8_MOST];
    size_t length = 0, whole = 0;
    for (size_t i = 0; i < type->size; i += 4) {
        const uint32_t character = (uint32_t)bits_of(bytes + i, 4, type->is_big);
        length += pw_utf8_put(text + length, character);
        if (character != 0)
            whole = length;
    }
    return pw_value_make_string(arena, text, whole);
}

/* NULL: of a type that we do not read, or no memory. */
static pw_value *make_item(pw_arena *arena, const numpy_type *type, const uint8_t *bytes)
{
    size_t length = type->size;
    switch (type->kind) {
    case 'b':
        return bytes[0] != 0 ? &pw_value_true : &pw_value_false;
    case 'i':
    case 'u':
        if (type->size > sizeof(uint64_t))
            return NULL;
        return make_integer(arena, type, bits_of(bytes, type->size, type->is_big));
    case 'f':
        if (type->size > sizeof(uint64_t))
            return NULL;
        return make_float(arena, type, bits_of(bytes, type->size, type->is_big));
    case 'S':
        while (length > 0 && bytes[length - 1] == 0)
            length--;
        return pw_value_make_string(arena, bytes, length);
    case 'U':
        return make_text(arena, type, bytes);
    default:
        return NULL;
    }
}

pw_value *pw_pickle_numpy_scalar(pw_arena *arena, const pw_value *arguments)
{
    numpy_type type;
    const pw_value *bytes = item_at(arguments, 1, PW_VALUE_STRING);
    if (bytes == NULL || !read_type(item_at(arguments, 0, PW_VALUE_RECORD), &type) ||
        bytes->as.string.length != type.size)
        return NULL;
    return make_item(arena, &type, (const uint8_t *)bytes->as.string.text);
}

/* _reconstruct(ndarray, ...) with the state (1, shape, dtype, is_fortran, bytes or, of objects, a
 * list); from protocol 5 on _frombuffer(bytes, dtype, shape, order). */
static bool find_array(const pw_value *record, const pw_value **shape, const pw_value **type,
                       pw_value **content)
{
    if (record->kind != PW_VALUE_RECORD || record->as.record.callable->kind != PW_VALUE_GLOBAL ||
        strncmp(record->as.record.callable->as.global.module, "numpy.", strlen("numpy.")) != 0)
        return false;
    const char *name = record->as.record.callable->as.global.name;
    const bool is_buffer = strcmp(name, "_frombuffer") == 0;
    if (!is_buffer && strcmp(name, "_reconstruct") != 0)
        return false;
    const pw_value *said = is_buffer ? record->as.record.arguments : record->as.record.state;
    *shape = item_at(said, is_buffer ? 2 : 1, PW_VALUE_LIST);
    *type = item_at(said, is_buffer ? 1 : 2, PW_VALUE_RECORD);
    *content = item_at(said, is_buffer ? 0 : 4, PW_VALUE_STRING);
    if (*content == NULL && !is_buffer)
        *content = item_at(said, 4, PW_VALUE_LIST);
    return *shape != NULL && *content != NULL;
}

pw_value *pw_value_numpy_list(pw_arena *arena, pw_value *record)
{
    numpy_type type;
    const pw_value *shape, *dtype;
    pw_value *content;
    if (!find_array(record, &shape, &dtype, &content) || !read_type(dtype, &type))
        return NULL;
    const pw_value *count = shape->as.list.count == 1 ? item_at(shape, 0, PW_VALUE_INT) : NULL;
    if (count == NULL || count->as.integer < 0 || count->as.integer > ARRAY_MOST)
        return NULL;
    const size_t items = (size_t)count->as.integer;
    if (content->kind == PW_VALUE_LIST)
        return type.kind == 'O' && content->as.list.count == items ? content : NULL;
    pw_value *list = pw_value_make_list(arena, PW_VALUE_LIST, NULL, 0);
    if (list == NULL || content->as.string.length != items * type.size)
        return NULL;
    for (size_t i = 0; i < items; i++) {
        pw_value *item =
            make_item(arena, &type, (const uint8_t *)content->as.string.text + i * type.size);
        if (item == NULL || !pw_value_append(arena, list, &item, 1))
            return NULL;
    }
    return list;
}
