/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and names of element types. */
#include <pawl/tensor.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [PAWL_F32] = {"f32", 4},   [PAWL_F16] = {"f16", 2}, [PAWL_BF16] = {"bf16", 2},
    [PAWL_F64] = {"f64", 8},   [PAWL_U8] = {"u8", 1},   [PAWL_I8] = {"i8", 1},
    [PAWL_I16] = {"i16", 2},   [PAWL_I32] = {"i32", 4}, [PAWL_I64] = {"i64", 8},
    [PAWL_BOOL] = {"bool", 1},
};

static int is_dtype(pawl_dtype dtype)
{
    return (size_t)dtype < sizeof dtypes / sizeof dtypes[0];
}

size_t pawl_dtype_size(pawl_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].size : 0;
}

const char *pawl_dtype_name(pawl_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].name : "?";
}
