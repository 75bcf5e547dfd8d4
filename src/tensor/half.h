/* SPDX-License-Identifier: Apache-2.0 */
/* Half precision (IEEE 754 binary16, and bfloat16) from and to float32, and what is lost on the way. */
#ifndef PW_HALF_H
#define PW_HALF_H

#include <pawl/tensor.h>
#include <stdbool.h>

float pw_f16_to_f32(uint16_t bits);
uint16_t pw_f32_to_f16(float value); /* round to nearest even; overflow to infinity; NaN stays NaN */
float pw_bf16_to_f32(uint16_t bits);
uint16_t pw_f32_to_bf16(float value);

/* Whether half precision would lose some of these values: one subnormal in it, vanishing, or above its largest finite (65504). */
bool pw_f16_damages(const float *values, size_t count);

/* Whether it loses more of some value than 2^-11 of the largest, which is what it may round off a normal one: the others are too small beside 2^-24,
 * or it becomes infinite. */
bool pw_f16_harms(const float *values, size_t count);

/* Widens count elements of any dtype, stride elements apart, to float32. */
void pw_widen_f32(const void *source, pawl_dtype dtype, size_t count, size_t stride, float *result);

#endif
