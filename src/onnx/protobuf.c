/* SPDX-License-Identifier: Apache-2.0 */
/* The wire format. A length stands before what it counts, and is put there when that is known. */
#include "onnx/protobuf.h"

#include <string.h>

/* Kinds of fields. */
#define VARINT  0u
#define BYTES   2u
#define FIXED32 5u

static void write_varint(pw_writer *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        pw_write_u8(out, (uint8_t)(value | 0x80));
    pw_write_u8(out, (uint8_t)value);
}

size_t pw_pb_varint_size(uint64_t value)
{
    size_t size = 1;
    for (; value >= 0x80; value >>= 7)
        size++;
    return size;
}

static void write_tag(pw_writer *out, uint32_t field, uint32_t kind)
{
    write_varint(out, (uint64_t)field << 3 | kind);
}

void pw_pb_int(pw_writer *out, uint32_t field, int64_t value)
{
    write_tag(out, field, VARINT);
    write_varint(out, (uint64_t)value);
}

void pw_pb_float(pw_writer *out, uint32_t field, float value)
{
    write_tag(out, field, FIXED32);
    pw_write_f32(out, value);
}

void pw_pb_head(pw_writer *out, uint32_t field, uint64_t size)
{
    write_tag(out, field, BYTES);
    write_varint(out, size);
}

void pw_pb_bytes(pw_writer *out, uint32_t field, const void *data, size_t size)
{
    pw_pb_head(out, field, size);
    pw_write_bytes(out, data, size);
}

void pw_pb_text(pw_writer *out, uint32_t field, const char *text)
{
    pw_pb_bytes(out, field, text, text == NULL ? 0 : strlen(text));
}

size_t pw_pb_open(pw_writer *out, uint32_t field)
{
    write_tag(out, field, BYTES);
    return out->size;
}

void pw_pb_close(pw_writer *out, size_t mark)
{
    static const uint8_t room[10];
    if (out->has_failed)
        return;
    uint64_t length = out->size - mark;
    const size_t size = pw_pb_varint_size(length);
    pw_write_bytes(out, room, size);
    if (out->has_failed)
        return;
    memmove(out->data + mark + size, out->data + mark, (size_t)length);
    for (size_t i = 0; i < size; i++, length >>= 7)
        out->data[mark + i] = (uint8_t)((length & 0x7f) | (i + 1 < size ? 0x80u : 0u));
}
