/* SPDX-License-Identifier: Apache-2.0 */
/* Little-endian values, byte by byte: the compiler makes one load or store of it, on any machine
 * and at any alignment. */
#include "base/bytes.h"
#include "base/memory.h"
#include "base/size.h"

#include <string.h>

#define WRITER_SIZE_FIRST 256

const void *pw_read_bytes(pw_reader *reader, size_t size)
{
    if (reader->is_short || size > pw_reader_left(reader)) {
        reader->is_short = true; /* and stays: what follows a gap means nothing */
        return NULL;
    }
    static const uint8_t nothing[1]; /* an empty read of an empty file is not short */
    const uint8_t *bytes = reader->data == NULL ? nothing : reader->data + reader->at;
    reader->at += size;
    return bytes;
}

static uint64_t read_little(pw_reader *reader, size_t size)
{
    const uint8_t *bytes = pw_read_bytes(reader, size);
    uint64_t value = 0;
    if (bytes != NULL)
        for (size_t i = 0; i < size; i++)
            value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

uint8_t pw_read_u8(pw_reader *reader)
{
    return (uint8_t)read_little(reader, 1);
}

uint16_t pw_read_u16(pw_reader *reader)
{
    return (uint16_t)read_little(reader, 2);
}

uint32_t pw_read_u32(pw_reader *reader)
{
    return (uint32_t)read_little(reader, 4);
}

uint64_t pw_read_u64(pw_reader *reader)
{
    return read_little(reader, 8);
}

float pw_read_f32(pw_reader *reader)
{
    const uint32_t bits = pw_read_u32(reader);
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double pw_read_f64(pw_reader *reader)
{
    const uint64_t bits = pw_read_u64(reader);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Room for size more bytes at the end, NULL (and has_failed) when there is none. */
static uint8_t *extend(pw_writer *writer, size_t size)
{
    size_t needed = 0;
    if (writer->has_failed || !pw_size_add(writer->size, size, &needed)) {
        writer->has_failed = true;
        return NULL;
    }
    if (needed > writer->capacity) {
        size_t capacity = pw_size_max(writer->capacity, WRITER_SIZE_FIRST / 2);
        capacity = capacity > SIZE_MAX / 2 ? needed : pw_size_max(2 * capacity, needed);
        uint8_t *grown = pw_grow(writer->data, writer->size, capacity);
        if (grown == NULL) {
            writer->has_failed = true;
            return NULL;
        }
        writer->data = grown;
        writer->capacity = capacity;
    }
    uint8_t *end = writer->data + writer->size;
    writer->size = needed;
    return end;
}

static void write_little(pw_writer *writer, uint64_t value, size_t size)
{
    uint8_t *end = extend(writer, size);
    if (end != NULL)
        for (size_t i = 0; i < size; i++)
            end[i] = (uint8_t)(value >> (8 * i));
}

void pw_write_u8(pw_writer *writer, uint8_t value)
{
    write_little(writer, value, 1);
}

void pw_write_u32(pw_writer *writer, uint32_t value)
{
    write_little(writer, value, 4);
}

void pw_write_u64(pw_writer *writer, uint64_t value)
{
    write_little(writer, value, 8);
}

void pw_write_f32(pw_writer *writer, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    pw_write_u32(writer, bits);
}

void pw_write_f64(pw_writer *writer, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    pw_write_u64(writer, bits);
}

void pw_write_bytes(pw_writer *writer, const void *data, size_t size)
{
    if (size == 0)
        return;
    uint8_t *end = extend(writer, size);
    if (end != NULL)
        memcpy(end, data, size);
}

void pw_writer_free(pw_writer *writer)
{
    pw_free(writer->data);
    *writer = (pw_writer){0};
}
