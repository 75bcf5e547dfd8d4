/* SPDX-License-Identifier: Apache-2.0 */
/* Engines as bytes: taking them apart, putting changed sections together, and making checksums
 * right again, so that what lies behind them is tested too. */
#ifndef PT_ENGINE_BYTES_H
#define PT_ENGINE_BYTES_H

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include "plan/plan_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

typedef struct pt_bytes {
    uint8_t *data; /* free() */
    size_t size;
} pt_bytes;

static inline void pt_put(uint8_t *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t pt_get(const uint8_t *from)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

static inline uint8_t *pt_row(uint8_t *data, size_t section)
{
    return data + PW_ENGINE_HEADER_SIZE + section * PW_ENGINE_ROW_SIZE;
}

/* Of the table; at most as many as any engine can have. */
static inline size_t pt_section_count(const uint8_t *data)
{
    const size_t count = (size_t)(pt_get(data + PW_ENGINE_COUNT_AT) & UINT32_MAX);
    return count < PW_ENGINE_MAX_SECTIONS ? count : PW_ENGINE_MAX_SECTIONS;
}

static inline size_t pt_table_size(const uint8_t *data)
{
    return pt_section_count(data) * PW_ENGINE_ROW_SIZE;
}

static inline size_t pt_section_offset(const pt_bytes *engine, size_t section)
{
    return (size_t)pt_get(pt_row(engine->data, section) + 8);
}

static inline size_t pt_section_size(const pt_bytes *engine, size_t section)
{
    return (size_t)pt_get(pt_row(engine->data, section) + 16);
}

/* Recomputes every checksum whose bytes are there; nothing else changes. */
static inline void pt_fix_checksums(uint8_t *data, size_t size)
{
    if (size < PW_ENGINE_HEADER_SIZE || size < PW_ENGINE_HEADER_SIZE + pt_table_size(data))
        return;
    for (size_t s = 0; s < pt_section_count(data); s++) {
        uint8_t *row = pt_row(data, s);
        const uint64_t offset = pt_get(row + 8), bytes = pt_get(row + 16);
        if (offset <= size && bytes <= size - offset)
            pt_put(row + 24, XXH3_64bits(data + offset, (size_t)bytes), 8);
    }
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, data, PW_ENGINE_SUM_AT);
    XXH3_64bits_update(&state, data + PW_ENGINE_HEADER_SIZE, pt_table_size(data));
    pt_put(data + PW_ENGINE_SUM_AT, XXH3_64bits_digest(&state), 8);
}

/* Lays the sections out behind a table of count rows: rows and bytes as given, then checksums. */
static inline pt_bytes pt_laid_out(const uint8_t *header, const uint8_t *rows,
                                   const uint8_t *const *bytes, const size_t *sizes, size_t count)
{
    size_t at = PW_ENGINE_HEADER_SIZE + count * PW_ENGINE_ROW_SIZE, room = at;
    for (size_t s = 0; s < count; s++)
        room += sizes[s] + 64;
    pt_bytes made = {calloc(1, room), 0};
    if (made.data == NULL)
        abort();
    memcpy(made.data, header, PW_ENGINE_HEADER_SIZE);
    memcpy(made.data + PW_ENGINE_HEADER_SIZE, rows, count * PW_ENGINE_ROW_SIZE);
    pt_put(made.data + PW_ENGINE_COUNT_AT, count, 4);
    for (size_t s = 0; s < count; s++) {
        at = (at + 63) / 64 * 64;
        if (sizes[s] > 0)
            memcpy(made.data + at, bytes[s], sizes[s]);
        pt_put(pt_row(made.data, s) + 8, at, 8);
        pt_put(pt_row(made.data, s) + 16, sizes[s], 8);
        at += sizes[s];
    }
    made.size = at;
    pt_put(made.data + 16, at, 8);
    pt_fix_checksums(made.data, made.size);
    return made;
}

/* The same engine with one section replaced, whole and with right checksums. */
static inline pt_bytes pt_with_section(const pt_bytes *engine, size_t section, const uint8_t *data,
                                       size_t size)
{
    const size_t count = pt_section_count(engine->data);
    const uint8_t *bytes[PW_ENGINE_MAX_SECTIONS];
    size_t sizes[PW_ENGINE_MAX_SECTIONS];
    for (size_t s = 0; s < count; s++) {
        bytes[s] = s == section ? data : engine->data + pt_section_offset(engine, s);
        sizes[s] = s == section ? size : pt_section_size(engine, s);
    }
    return pt_laid_out(engine->data, pt_row(engine->data, 0), bytes, sizes, count);
}

/* The same engine with its first count sections only. */
static inline pt_bytes pt_with_count(const pt_bytes *engine, size_t count)
{
    const uint8_t *bytes[PW_ENGINE_MAX_SECTIONS];
    size_t sizes[PW_ENGINE_MAX_SECTIONS];
    for (size_t s = 0; s < count; s++) {
        bytes[s] = engine->data + pt_section_offset(engine, s);
        sizes[s] = pt_section_size(engine, s);
    }
    return pt_laid_out(engine->data, pt_row(engine->data, 0), bytes, sizes, count);
}

/* The same engine with one more section behind its others. */
static inline pt_bytes pt_with_more(const pt_bytes *engine, const char *tag, uint32_t flags,
                                    const void *data, size_t size)
{
    const size_t count = pt_section_count(engine->data);
    uint8_t rows[(PW_ENGINE_MAX_SECTIONS + 1) * PW_ENGINE_ROW_SIZE] = {0};
    const uint8_t *bytes[PW_ENGINE_MAX_SECTIONS + 1];
    size_t sizes[PW_ENGINE_MAX_SECTIONS + 1];
    for (size_t s = 0; s < count; s++) {
        bytes[s] = engine->data + pt_section_offset(engine, s);
        sizes[s] = pt_section_size(engine, s);
    }
    memcpy(rows, pt_row(engine->data, 0), count * PW_ENGINE_ROW_SIZE);
    memcpy(rows + count * PW_ENGINE_ROW_SIZE, tag, 4);
    pt_put(rows + count * PW_ENGINE_ROW_SIZE + 4, flags, 4);
    bytes[count] = data;
    sizes[count] = size;
    return pt_laid_out(engine->data, rows, bytes, sizes, count + 1);
}

static inline pt_bytes pt_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        abort();
    pt_bytes made = {NULL, (size_t)ftell(file)};
    rewind(file);
    made.data = malloc(made.size + 1);
    if (made.data == NULL || fread(made.data, 1, made.size, file) != made.size)
        abort();
    fclose(file);
    return made;
}

static inline void pt_write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

#endif
