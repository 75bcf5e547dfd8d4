/* SPDX-License-Identifier: Apache-2.0 */
/* What 16-bit storage would do to the weights of a plan, counted before any library is asked. */
#ifndef PAWL_AUDIT_H
#define PAWL_AUDIT_H

#include <pawl/plan.h>

PAWL_BEGIN

/**
 * One tensor (weights or bias of a convolution, batch normalisation folded in), or all of them.
 * The classes are those that TensorRT warns of; a value is in one of them at most. Bounds are those of IEEE half (2^-14, 2^-24,
 * 65504) or of bfloat16 (2^-126, 2^-133, 3.3895e38).
 */
typedef struct pawl_audit_info {
    size_t struct_size;      /* set by the caller: sizeof(pawl_audit_info) */
    const char *name;        /* of the convolution: "model.0.conv"; "" for the total. Lives as long as the plan */
    uint32_t layer_id;       /* of the convolution, as in pawl_layer_info; 0 for the total */
    uint64_t count;          /* values */
    uint64_t subnormal;      /* below the smallest normal: fewer than all bits are kept */
    uint64_t vanishing;      /* not zero, but below the smallest subnormal */
    uint64_t overflowing;    /* finite, above the largest finite */
    uint64_t infinite, nan;  /* as they are in the weights */
    double largest;          /* largest finite magnitude */
    double relative_error;   /* largest |rounded - value| / |value| over finite non-zero values; 1: a value vanished or overflowed */
    double error_of_largest; /* largest |rounded - value| / largest: what the rounding means beside the tensor's own scale */
    const char *tensor;      /* which of the convolution's: "weight" or "bias"; "" for the total. Static. Since 0.2 */
} pawl_audit_info;
#define PAWL_AUDIT_INFO_INIT { sizeof(pawl_audit_info), NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL }

/** Tensors of the plan that an audit looks at; 0 for a dead handle. Any thread. */
PAWL_API size_t pawl_plan_audit_count(pawl_plan *plan);

/**
 * Audits tensor @p index, or all of them together where index is SIZE_MAX.
 *
 * @param format  PAWL_F16 or PAWL_BF16: rounding is to nearest, ties to even.
 * @param[out] audit  Written on success.
 * @retval PAWL_ERR_ARGUMENT  No such tensor, or another format.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_audit_get(pawl_plan *plan, pawl_dtype format, size_t index, pawl_audit_info *audit,
                                                        pawl_error *error);

PAWL_END

#endif
