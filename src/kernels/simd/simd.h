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

/* Element types of the templates' tensors: f32, and the halves, which are stored so and computed with as floats. Stores round to nearest even;
 * a NaN stays one, and what is too large becomes infinite. */
typedef float pk_f32;
typedef uint16_t pk_f16, pk_bf16;
typedef uint8_t pk_u8;

#define PK_HALF_MAP(X) X(f16) X(bf16)

/* What a type's convolutions write: floats all types, halves floats and their own. */
#define PK_TO_f32(X)  X(f32) PK_HALF_MAP(X)
#define PK_TO_f16(X)  X(f32) X(f16)
#define PK_TO_bf16(X) X(f32) X(bf16)

static inline float pk_float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static inline uint32_t pk_bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float pk_bf16_to_f32(uint16_t bits)
{
    return pk_float_of((uint32_t)bits << 16);
}
static inline uint16_t pk_f32_to_bf16(float value)
{
    const uint32_t bits = pk_bits_of(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x40u);
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/* IEEE half: its exponent has a bias of 15, a float's of 127. What is subnormal in it stands in the last bits of 2^-14 + x, and rounded
 * in those of 0.5 + x: the processor's own sum does the work. */
#define PK_F16_BIAS  (112u << 23) /* 127 - 15, in a float's place */
#define PK_F16_LEAST (113u << 23) /* 2^-14, the least normal half, as a float */
#define PK_F16_STEP  (126u << 23) /* 0.5, whose last bit is 2^-24, the least half of all */

static inline float pk_f16_to_f32(uint16_t bits)
{
    const uint32_t rest = (uint32_t)(bits & 0x7fffu) << 13, sign = (uint32_t)(bits & 0x8000u) << 16;
    uint32_t wide = rest + PK_F16_BIAS;
    if (rest >= 0x7c00u << 13) /* infinity, or a NaN, which becomes a quiet one */
        wide += PK_F16_BIAS + (rest > 0x7c00u << 13 ? 0x00400000u & ~rest : 0u);
    else if (rest < 0x0400u << 13)
        wide = pk_bits_of(pk_float_of(rest + PK_F16_LEAST) - pk_float_of(PK_F16_LEAST));
    return pk_float_of(wide | sign);
}
static inline uint16_t pk_f32_to_f16(float value)
{
    const uint32_t bits = pk_bits_of(value), rest = bits & 0x7fffffffu;
    uint32_t half = (rest - PK_F16_BIAS + 0xfffu + (rest >> 13 & 1u)) >> 13; /* a carry out of the mantissa is the next exponent */
    if (rest > 0x7f800000u)
        half = 0x7e00u | (rest >> 13 & 0x3ffu);
    else if (rest >= 0x47800000u) /* 2^16 */
        half = 0x7c00u;
    else if (rest < PK_F16_LEAST)
        half = pk_bits_of(pk_float_of(rest) + pk_float_of(PK_F16_STEP)) - PK_F16_STEP;
    return (uint16_t)(half | (bits >> 16 & 0x8000u));
}

#endif
