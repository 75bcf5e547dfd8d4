/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded little-endian reader and writer. A read past the end gives zeros and sets is_short: check once, after a group of reads. */
#ifndef PW_BYTES_H
#define PW_BYTES_H

#include "base/compiler.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct pw_reader {
    const uint8_t *data;
    size_t size;
    size_t at;
    bool is_short;
} pw_reader;

static inline pw_reader pw_reader_over(const void *data, size_t size)
{
    return (pw_reader){.data = data, .size = size, .at = 0, .is_short = false};
}
uint8_t pw_read_u8(pw_reader *reader);
uint16_t pw_read_u16(pw_reader *reader);
uint32_t pw_read_u32(pw_reader *reader);
uint64_t pw_read_u64(pw_reader *reader);
float pw_read_f32(pw_reader *reader);
double pw_read_f64(pw_reader *reader);
const void *pw_read_bytes(pw_reader *reader, size_t size); /* into the data; NULL when short */
static inline size_t pw_reader_left(const pw_reader *reader) { return reader->size - reader->at; }

/* Growing buffer; after a failed allocation has_failed stays set and writes do nothing. End with pw_writer_free(). */
typedef struct pw_writer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool has_failed;
} pw_writer;

void pw_write_u8(pw_writer *writer, uint8_t value);
void pw_write_u32(pw_writer *writer, uint32_t value);
void pw_write_u64(pw_writer *writer, uint64_t value);
void pw_write_f32(pw_writer *writer, float value);
void pw_write_f64(pw_writer *writer, double value);
void pw_write_bytes(pw_writer *writer, const void *data, size_t size);
void pw_writer_free(pw_writer *writer);

#endif
