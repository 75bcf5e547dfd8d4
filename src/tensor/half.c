/* SPDX-License-Identifier: Apache-2.0 */
/*
 * float16 and bfloat16 in plain C, exact to the bit of what the processor's own conversions give:
 *
 *     f32   s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm   bias 127
 *     bf16  s eeeeeeee mmmmmmm                   its upper half
 *     f16   s eeeee    mmmmmmmmmm                bias 15
 */
#include "tensor/half.h"

#include <math.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

float pw_f16_to_f32(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000u) << 16;
    const uint32_t rest = bits & 0x7FFFu;
    if (rest >= 0x7C00u) { /* infinity, or a NaN, which becomes a quiet one */
        const uint32_t quiet = rest > 0x7C00u ? 0x00400000u : 0;
        return float_of(sign | 0x7F800000u | (rest & 0x3FFu) << 13 | quiet);
    }
    if (rest >= 0x0400u)
        return float_of(sign | ((rest << 13) + ((127u - 15u) << 23)));
    const float magnitude = (float)rest * 0x1p-24f; /* zero or subnormal: the product is exact */
    return float_of(sign | bits_of(magnitude));
}

uint16_t pw_f32_to_f16(float value)
{
    const uint32_t bits = bits_of(value);
    const uint32_t sign = bits >> 16 & 0x8000u;
    const uint32_t rest = bits & 0x7FFFFFFFu;
    uint32_t half = 0;
    if (rest > 0x7F800000u) {
        half = 0x7E00u | (rest >> 13 & 0x3FFu);
    } else if (rest >= 0x477FF000u) { /* 65520 and above: nearer to 2^16 than to the largest half */
        half = 0x7C00u;
    } else if (rest >= 0x38800000u) { /* normal; a carry out of the mantissa is the next exponent */
        const uint32_t is_odd = rest >> 13 & 1u;
        half = (rest - ((127u - 15u) << 23) + 0xFFFu + is_odd) >> 13;
    } else if (rest >= 0x33000000u) { /* subnormal, from half of the smallest one on */
        const uint32_t mantissa = (rest & 0x007FFFFFu) | 0x00800000u;
        const uint32_t shift = 126u - (rest >> 23);
        const uint32_t tie = 1u << (shift - 1);
        const uint32_t dropped = mantissa & ((1u << shift) - 1u);
        half = mantissa >> shift;
        half += dropped > tie || (dropped == tie && (half & 1u) != 0);
    }
    return (uint16_t)(sign | half);
}

float pw_bf16_to_f32(uint16_t bits)
{
    return float_of((uint32_t)bits << 16);
}

uint16_t pw_f32_to_bf16(float value)
{
    const uint32_t bits = bits_of(value);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        return (uint16_t)(bits >> 16 | 0x0040u);
    return (uint16_t)((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

/* One loop a type; elements may lie at any alignment, as files place them. */
#define WIDEN(type, expression)                                                \
    for (size_t i = 0; i < count; i++) {                                       \
        type element;                                                          \
        memcpy(&element, bytes + i * stride * sizeof element, sizeof element); \
        result[i] = (expression);                                              \
    }                                                                          \
    break

void pw_widen_f32(const void *source, pawl_dtype dtype, size_t count, size_t stride, float *result)
{
    const unsigned char *bytes = source;
    switch (dtype) {
    case PAWL_F32:
        WIDEN(float, element);
    case PAWL_F16:
        WIDEN(uint16_t, pw_f16_to_f32(element));
    case PAWL_BF16:
        WIDEN(uint16_t, pw_bf16_to_f32(element));
    case PAWL_F64:
        WIDEN(double, (float)element);
    case PAWL_U8:
        WIDEN(uint8_t, (float)element);
    case PAWL_I8:
        WIDEN(int8_t, (float)element);
    case PAWL_I16:
        WIDEN(int16_t, (float)element);
    case PAWL_I32:
        WIDEN(int32_t, (float)element);
    case PAWL_I64:
        WIDEN(int64_t, (float)element);
    case PAWL_BOOL:
        WIDEN(uint8_t, element != 0 ? 1.0f : 0.0f);
    }
}

bool pw_f16_harms(const float *values, size_t count)
{
    float largest = 0, worst = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) /* as it was */
            continue;
        largest = fmaxf(largest, fabsf(values[i]));
        worst = fmaxf(worst, fabsf(pw_f16_to_f32(pw_f32_to_f16(values[i])) - values[i]));
    }
    return worst > 0x1p-11f * largest;
}

bool pw_f16_damages(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float size = fabsf(values[i]);
        if (!(size <= 65504.0f) || (size > 0.0f && size < 0x1p-14f))
            return true;
    }
    return false;
}
