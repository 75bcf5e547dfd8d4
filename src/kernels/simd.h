/* SPDX-License-Identifier: Apache-2.0 */
/* What the vector vocabularies (simd_*.h) have in common. A template that needs one includes none:
 * its including file does. */
#ifndef PK_SIMD_H
#define PK_SIMD_H

#include "kernels/kernel.h"

#define PK_INLINE    static inline __attribute__((always_inline))
#define PK_LIKELY(x) __builtin_expect(!!(x), 1)

/* Unrolls the next loop, whose trip count is a constant of at most 32: its arrays then live in
 * registers. */
#if defined(__clang__)
#define PK_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PK_UNROLL _Pragma("GCC unroll 32")
#endif

#endif
