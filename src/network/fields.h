/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes as rows of a table: where a value lies in its struct, what it may be and since which format of .engine it is there. One set of functions
 * reads, writes, checks, compares and prints whatever has such rows: operators (operator.h), and a plan's profile and build options.
 */
#ifndef PW_FIELDS_H
#define PW_FIELDS_H

#include "base/bytes.h"
#include "base/strbuf.h"

typedef enum pw_field_kind {
    PW_FIELD_I32,        /* int32_t; in a file i32 */
    PW_FIELD_F32,        /* float, finite */
    PW_FIELD_BOOL,       /* bool; u32, 0 or 1 */
    PW_FIELD_ACTIVATION, /* pw_activation; u32 */
    PW_FIELD_DTYPE,      /* pawl_dtype; u32 */
    PW_FIELD_SIZE,       /* size_t, bytes; u64 */
    PW_FIELD_LEVELS      /* pw_detect: strides and anchors of as many levels and anchors as it says before this field */
} pw_field_kind;

typedef struct pw_field {
    const char *name;    /* for messages and texts */
    pw_field_kind kind;
    uint32_t offset;     /* in the struct */
    uint32_t count;      /* values one behind the other: 2 for height and width */
    int64_t least, most;
    int64_t usual;       /* what texts leave out */
    uint32_t since;      /* format of .engine that has it first; what is read from an older one keeps the value it had before */
} pw_field;

/* Writes the fields that format version has. */
void pw_fields_write(pw_writer *writer, uint32_t version, const pw_field *fields, size_t count, const void *object);
/* Reads those that format version has. NULL, or the first one that is out of range, which is not stored:
 * nothing in a struct is ever beyond its row. */
const pw_field *pw_fields_read(pw_reader *reader, uint32_t version, const pw_field *fields, size_t count, void *object);
/* The first field out of range, NULL for none; text (64 bytes): "kernel is 0, not 1 to 255". */
const pw_field *pw_fields_fault(const pw_field *fields, size_t count, const void *object, char text[64]);
bool pw_fields_equal(const pw_field *fields, size_t count, const void *a, const void *b);
/* The field of this name (length bytes), NULL for none. */
const pw_field *pw_field_find(const pw_field *fields, size_t count, const char *name, size_t length);
bool pw_field_is_usual(const pw_field *field, const void *object);
/* "3", "3x5" (one number where both are the same, unless is_pair), "silu", "0.1", "bf16", "8 16 32" for the strides of levels. */
void pw_field_print(const pw_field *field, const void *object, bool is_pair, pw_strbuf *text);

#endif
