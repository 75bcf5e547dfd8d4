/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAWL_TENSOR_H
#define PAWL_TENSOR_H

#include <pawl/export.h>

#define PAWL_MAX_RANK 8

PAWL_BEGIN

typedef enum pawl_dtype {
    PAWL_F32 = 0,
    PAWL_F16 = 1,
    PAWL_BF16 = 2,
    PAWL_F64 = 3,
    PAWL_U8 = 4,
    PAWL_I8 = 5,
    PAWL_I16 = 6,
    PAWL_I32 = 7,
    PAWL_I64 = 8,
    PAWL_BOOL = 9
} pawl_dtype;

/** A dense row-major array somebody else owns. */
typedef struct pawl_tensor {
    const char *name;
    pawl_dtype dtype;
    int32_t rank;
    int64_t dims[PAWL_MAX_RANK];
    void *data;
    size_t size; /* bytes */
} pawl_tensor;
#define PAWL_TENSOR_INIT { NULL, PAWL_F32, 0, { 0 }, NULL, 0 }

/** Bytes of one element; 0 for a number that is no dtype. Any thread. */
PAWL_API size_t pawl_dtype_size(pawl_dtype dtype);

/** "f32", "f16", ... Static storage. Any thread. */
PAWL_API const char *pawl_dtype_name(pawl_dtype dtype);

PAWL_END

#endif
