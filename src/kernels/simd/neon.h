/* SPDX-License-Identifier: Apache-2.0 */
/* Vector vocabulary, 4 floats: NEON of 64-bit Arm, which has a fused multiply-add and no masked access. */
#ifndef PK_SIMD_NEON_H
#define PK_SIMD_NEON_H

#include "kernels/simd/simd.h"
#include <arm_neon.h>

#define VF32_LANES 4
typedef float32x4_t vf32;

static inline vf32 vf32_load(const float *p)
{
    return vld1q_f32(p);
}
static inline void vf32_store(float *p, vf32 a)
{
    vst1q_f32(p, a);
}
static inline vf32 vf32_set1(float a)
{
    return vdupq_n_f32(a);
}
static inline vf32 vf32_add(vf32 a, vf32 b)
{
    return vaddq_f32(a, b);
}
static inline vf32 vf32_sub(vf32 a, vf32 b)
{
    return vsubq_f32(a, b);
}
static inline vf32 vf32_mul(vf32 a, vf32 b)
{
    return vmulq_f32(a, b);
}
static inline vf32 vf32_div(vf32 a, vf32 b)
{
    return vdivq_f32(a, b);
}
/* Not FMAX and FMIN, to which a NaN is more than any number: here, as elsewhere, the second operand decides. */
static inline vf32 vf32_max(vf32 a, vf32 b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}
static inline vf32 vf32_min(vf32 a, vf32 b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}
static inline vf32 vf32_fma(vf32 a, vf32 b, vf32 c)
{
    return vfmaq_f32(c, a, b);
}

static inline vf32 vf32_load_first(const float *p, size_t count)
{
    float lanes[VF32_LANES] = {0};
    for (size_t i = 0; i < count && i < VF32_LANES; i++)
        lanes[i] = p[i];
    return vld1q_f32(lanes);
}
static inline void vf32_store_first(float *p, vf32 a, size_t count)
{
    float lanes[VF32_LANES];
    vst1q_f32(lanes, a);
    for (size_t i = 0; i < count && i < VF32_LANES; i++)
        p[i] = lanes[i];
}

static inline vf32 vf32_load_f16(const uint16_t *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
static inline void vf32_store_f16(uint16_t *p, vf32 a)
{
    vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(a)));
}
/* BF16: the upper half of a float. */
static inline vf32 vf32_load_bf16(const uint16_t *p)
{
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}
static inline void vf32_store_bf16(uint16_t *p, vf32 a)
{
    const uint32x4_t bits = vreinterpretq_u32_f32(a), upper = vshrq_n_u32(bits, 16);
    const uint32x4_t carry = vaddq_u32(vandq_u32(upper, vdupq_n_u32(1)), vdupq_n_u32(0x7fff));
    const uint32x4_t rounded = vshrq_n_u32(vaddq_u32(bits, carry), 16);
    const uint32x4_t quiet = vorrq_u32(upper, vdupq_n_u32(0x40));
    vst1_u16(p, vmovn_u32(vbslq_u32(vceqq_f32(a, a), rounded, quiet)));
}

static inline vf32 vf32_round(vf32 a)
{
    return vrndnq_f32(a);
}
/* a * 2^n for whole n within +-126. */
static inline vf32 vf32_scale2(vf32 a, vf32 n)
{
    const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
    return vmulq_f32(a, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
}
/* Lanes of a above zero, of b elsewhere. */
static inline vf32 vf32_positive_or(vf32 a, vf32 b)
{
    return vbslq_f32(vcgtzq_f32(a), a, b);
}

/* a + n ln 2 for whole n: the sum of products is rounded once. */
static inline vf32 vf32_add_ln2(vf32 a, vf32 n)
{
    return vf32_fma(n, vf32_set1(0.693147182f), a);
}

#include "kernels/simd/sigmoid.h"

#endif
