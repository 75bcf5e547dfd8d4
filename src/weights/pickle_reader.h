/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Python pickles without Python: a stack machine that makes inert values. Nothing is
 * imported, looked up or called; what a class or function would have made is a record, but for the
 * few whose result is plain data (dictionaries, sets, tensors, bytes, numpy's scalars).
 */
#ifndef PW_PICKLE_READER_H
#define PW_PICKLE_READER_H

#include "base/size.h"
#include "weights/name_table.h"
#include "weights/pickle_value.h"

#define PW_PICKLE_SIZE_LIMIT ((size_t)64 << 20)

/* What a pickle of so many bytes of a file may take: values, what the machine keeps beside them, and the
 * modules made of them. A checkpoint's take 12 to 20 bytes for each of its own, but it is small:
 * yolov5n's 83 kB take 1 MB, and 2.8 MB of 4,000 layers 40 MB. What makes a pickle large is text
 * and arrays, which take what they are. */
static inline size_t pw_pickle_room(size_t size)
{
    return ((size_t)64 << 20) + 4 * pw_size_min(size, PW_PICKLE_SIZE_LIMIT);
}

typedef struct pw_pickle {
    pw_arena *arena; /* of values */
    pw_arena *kept;  /* of the names of classes, which may outlive the values; the same, or another */
    const char *file_name;
    pawl_error *error;
    const uint8_t *data; /* of the pickles */
    size_t size, at;
    size_t opcode_at;
    uint64_t offset; /* of data in the file, or of what that was unpacked from */
    bool is_unpacked;

    /* temporary, until pw_pickle_end() */
    pw_value **stack;
    size_t stack_count, stack_capacity;
    size_t *marks; /* heights of the stack */
    size_t mark_count, mark_capacity;
    pw_value **memo;
    size_t memo_capacity, memo_used, memo_end; /* memo_end: behind the largest number in use */

    /* results; they add up over several pickles of one file */
    pw_storage **storages;
    size_t storage_count, storage_capacity;
    pw_name_table storage_names;
    pw_tensor_value *last_tensor;
    pawl_global_info *globals;
    size_t global_count, global_capacity;
    pw_name_table global_names;
} pw_pickle;

/* A zeroed reader over size bytes that lie offset bytes into the file. */
pw_pickle pw_pickle_over(const void *data, size_t size, uint64_t offset, const char *file_name,
                         pw_arena *arena, pawl_error *error);

/* Where in the file the opcode at work stands; of what was unpacked, where that begins. */
static inline uint64_t pw_pickle_place(const pw_pickle *p)
{
    return p->is_unpacked ? p->offset : p->offset + p->opcode_at;
}

/* Reads one pickle and stands behind its STOP. A new pickle has a new memo. */
pawl_status pw_pickle_read(pw_pickle *pickle, pw_value **result) PW_NODISCARD;

/* Points every tensor read so far to its storage's data, which must be set by now. */
void pw_pickle_resolve(pw_pickle *pickle);

/* Frees the temporary memory; after failures too, and before the arena goes. */
void pw_pickle_end(pw_pickle *pickle);

/* pickle_machine.c: for the opcodes. Each fails on damage, with a message. */
pawl_status pw_pickle_take_bytes(pw_pickle *p, uint64_t size, const uint8_t **bytes) PW_NODISCARD;
pawl_status pw_pickle_take_number(pw_pickle *p, size_t size, uint64_t *number) PW_NODISCARD;
pawl_status pw_pickle_take_line(pw_pickle *p, const char **line, size_t *length) PW_NODISCARD;
pawl_status pw_pickle_push(pw_pickle *p, pw_value *value) PW_NODISCARD; /* NULL: no memory */
pawl_status pw_pickle_pop(pw_pickle *p, pw_value **value) PW_NODISCARD;
pawl_status pw_pickle_top(const pw_pickle *p, pw_value **value) PW_NODISCARD;
pawl_status pw_pickle_mark(pw_pickle *p) PW_NODISCARD;
/* All above the last mark, and the mark; the items stay readable until the next push. */
pawl_status pw_pickle_pop_mark(pw_pickle *p, pw_value *const **items, size_t *count) PW_NODISCARD;
size_t pw_pickle_stack_height(const pw_pickle *p);                         /* above the last mark */
pawl_status pw_pickle_memo_put(pw_pickle *p, uint64_t index) PW_NODISCARD; /* the top */
pawl_status pw_pickle_memo_get(pw_pickle *p, uint64_t index) PW_NODISCARD;

/* pickle_text.c: the opcodes of protocol 0. */
pawl_status pw_pickle_text_integer(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_float(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_put(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_get(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_string(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_unicode(pw_pickle *p) PW_NODISCARD;
pawl_status pw_pickle_text_persistent(pw_pickle *p) PW_NODISCARD;

/* pickle_call.c: what calls would have made. */
pawl_status pw_pickle_call(pw_pickle *pickle, pw_value *callable, pw_value *arguments,
                           pw_value **result) PW_NODISCARD;
pawl_status pw_pickle_persistent(pw_pickle *pickle, const pw_value *id,
                                 pw_value **result) PW_NODISCARD;
pawl_status pw_pickle_global(pw_pickle *pickle, const char *module, size_t module_length,
                             const char *name, size_t name_length, pw_value **result) PW_NODISCARD;

/* Damage at the opcode under way. what: ends a sentence that begins with the file and the byte. */
pawl_status pw_pickle_corrupt(const pw_pickle *pickle, const char *what, ...) PW_PRINTF(2, 3);

/* No memory, or the arena's limit. */
pawl_status pw_pickle_no_memory(const pw_pickle *pickle, size_t size);

#endif
