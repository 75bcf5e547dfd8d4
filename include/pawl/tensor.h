/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays: element types and shapes. */
#ifndef PAWL_TENSOR_H
#define PAWL_TENSOR_H

#include <pawl/export.h>

#define PAWL_MAX_RANK 8 /* of a pawl_tensor */

PAWL_BEGIN

/** What an element is. */
typedef enum pawl_dtype {
    PAWL_F32 = 0,  /* IEEE single */
    PAWL_F16 = 1,  /* IEEE half */
    PAWL_BF16 = 2, /* the upper half of a single */
    PAWL_F64 = 3,  /* IEEE double */
    PAWL_U8 = 4,   /* 0 to 255 */
    PAWL_I8 = 5,   /* -128 to 127 */
    PAWL_I16 = 6,  /* 16 bits, signed */
    PAWL_I32 = 7,  /* 32 bits, signed */
    PAWL_I64 = 8,  /* 64 bits, signed */
    PAWL_BOOL = 9  /* a byte, 0 or 1 */
} pawl_dtype;

/** A dense row-major array somebody else owns. */
typedef struct pawl_tensor {
    const char *name;            /* its owner's; may be NULL */
    pawl_dtype dtype;            /* of each element */
    int32_t rank;                /* dims in use */
    int64_t dims[PAWL_MAX_RANK]; /* the outermost first */
    void *data;                  /* its owner's */
    size_t size;                 /* bytes */
} pawl_tensor;
#define PAWL_TENSOR_INIT { NULL, PAWL_F32, 0, { 0 }, NULL, 0 }

/** Bytes of one element; 0 for a number that is no dtype. Any thread. */
PAWL_API size_t pawl_dtype_size(pawl_dtype dtype);

/** "f32", "f16", ... Static storage. Any thread. */
PAWL_API const char *pawl_dtype_name(pawl_dtype dtype);

PAWL_END

#endif
