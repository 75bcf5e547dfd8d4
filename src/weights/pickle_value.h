/* SPDX-License-Identifier: Apache-2.0 */
/* Making pickled values, all in an arena. The wider structs begin with the pw_value that everybody
 * else sees. */
#ifndef PW_PICKLE_VALUE_H
#define PW_PICKLE_VALUE_H

#include "weights/module.h"

/* What a class or function would have done, where that matters to us. */
typedef enum pw_meaning {
    PW_MEANS_NOTHING, /* a record */
    PW_MEANS_DICT,
    PW_MEANS_SET, /* also list, tuple, torch.Size: items of the one argument */
    PW_MEANS_TENSOR,
    PW_MEANS_PARAMETER,
    PW_MEANS_TYPED_TENSOR, /* _rebuild_from_type_v2 */
    PW_MEANS_RECONSTRUCTOR, /* copyreg's way to NEWOBJ */
    PW_MEANS_ATTRIBUTE,     /* getattr */
    PW_MEANS_BYTES,         /* _codecs.encode */
    PW_MEANS_NUMPY_SCALAR
} pw_meaning;

typedef struct pw_global_value {
    pw_value value;
    pw_meaning meaning;
} pw_global_value;

/* The bytes behind tensors. Found after the pickle has been read: data is NULL until then. */
typedef struct pw_storage {
    const char *key;
    size_t key_length;
    const char *type_name; /* "HalfStorage" */
    pawl_dtype dtype;
    bool is_plain;       /* of a dtype we have; else its tensors are records */
    size_t element_size; /* 0: unknown */
    size_t count;        /* elements */
    const uint8_t *data;
} pw_storage;

typedef struct pw_storage_value {
    pw_value value;
    pw_storage *storage;
    size_t first, count; /* the part that a view of the storage shows */
} pw_storage_value;

typedef struct pw_tensor_value {
    pw_value value;
    pw_tensor_data tensor;
    const pw_storage *storage;
    size_t first; /* element of the storage */
    struct pw_tensor_value *previous;
} pw_tensor_value;

extern pw_value pw_value_none, pw_value_true, pw_value_false;

pw_value *pw_value_make_int(pw_arena *arena, int64_t integer);
pw_value *pw_value_make_real(pw_arena *arena, double real);
pw_value *pw_value_make_string(pw_arena *arena, const void *text, size_t length);
pw_value *pw_value_make_list(pw_arena *arena, pw_value_kind kind, pw_value *const *items,
                             size_t count);
pw_value *pw_value_make_record(pw_arena *arena, pw_value *callable, pw_value *arguments);
pw_value *pw_value_make_global(pw_arena *arena, const char *module, const char *name);

/* Appends to a LIST or DICT that pw_value_make_list() made. false: no memory. */
bool pw_value_append(pw_arena *arena, pw_value *list, pw_value *const *items,
                     size_t count) PW_NODISCARD;

pw_meaning pw_value_meaning(const pw_value *value); /* of a GLOBAL; else NOTHING */

/* pickle_numpy.c: of the arguments of _codecs.encode and of numpy's scalar, the bytes, number, truth or
 * text. NULL: they are of a kind that we do not read, or no memory. */
pw_value *pw_pickle_encoded(pw_arena *arena, const pw_value *arguments);
pw_value *pw_pickle_numpy_scalar(pw_arena *arena, const pw_value *arguments);
/* The items of numpy's array of one dimension; NULL: it is none that we read, or no memory. */
pw_value *pw_value_numpy_list(pw_arena *arena, pw_value *record);

/* 1: harmless, of the kinds that YOLOv5's checkpoints name. */
int pw_global_is_known(const char *module, const char *name);

#endif
