/* SPDX-License-Identifier: Apache-2.0 */
/* What the vector vocabularies (simd_*.h) have in common. A template that needs one includes none:
 * its including file does. */
#ifndef PK_SIMD_H
#define PK_SIMD_H

#include "kernels/problem.h"
#include <string.h>

#define PK_INLINE    static inline __attribute__((always_inline))
#define PK_LIKELY(x) __builtin_expect(!!(x), 1)

/* Unrolls the next loop, whose trip count is a constant of at most 32: its arrays then live in
 * registers. */
#if defined(PAWL_SANITIZED) /* every copy of the loop would carry its checks: minutes of compiling for nothing */
#define PK_UNROLL
#elif defined(__clang__)
#define PK_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PK_UNROLL _Pragma("GCC unroll 32")
#endif

#define PK_JOIN_(a, b) a##b
#define PK_JOIN(a, b)  PK_JOIN_(a, b)

/* Element types of the templates' tensors: f32, bf16. */
typedef float pk_f32;
typedef uint16_t pk_bf16;
typedef uint8_t pk_u8;

static inline float pk_bf16_to_f32(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}
static inline uint16_t pk_f32_to_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

#endif
