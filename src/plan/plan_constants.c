/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants as an .engine stores them: float32, but for a convolution's weights, which are of the
 * type that a backend rounds them to in any case. What comes back rounds to the same again.
 */
#include "plan/plan_format.h"

#include "base/size.h"
#include "tensor/half.h"

#include <math.h>

#define MOST_WEIGHT 127

pawl_dtype pw_constant_stored(const pw_constant *constant, uint32_t version)
{
    const bool is_short =
        constant->dtype == PAWL_F16 || constant->dtype == PAWL_BF16 || constant->dtype == PAWL_I8;
    return version >= PW_ENGINE_TYPED && is_short ? constant->dtype : PAWL_F32;
}

size_t pw_constant_stored_size(pw_network *network)
{
    size_t size = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_constant list[PW_MAX_CONSTANTS];
        const size_t count = pw_layer_constants(&network->layers[i], list);
        for (size_t c = 0; c < count; c++)
            if (*list[c].slot != NULL)
                size = pw_size_align(size, PW_ENGINE_ALIGNMENT) +
                       list[c].count *
                           pawl_dtype_size(pw_constant_stored(&list[c], PW_ENGINE_VERSION));
    }
    return size;
}

static int8_t integer_of(float value, float scale)
{
    const double n = nearbyint((double)value / (double)scale);
    return (int8_t)(isnan(n) ? 0.0 : fmin(fmax(n, -MOST_WEIGHT), MOST_WEIGHT));
}

void pw_constant_store(const pw_constant *constant, const float *scales, void *stored)
{
    const float *values = *constant->slot;
    const size_t row = constant->channels > 0 ? constant->count / constant->channels : 1;
    if (constant->dtype == PAWL_I8) {
        int8_t *integers = stored;
        for (size_t i = 0; i < constant->count; i++)
            integers[i] = integer_of(values[i], scales[i / row]);
        return;
    }
    uint16_t *halves = stored;
    for (size_t i = 0; i < constant->count; i++)
        halves[i] =
            constant->dtype == PAWL_F16 ? pw_f32_to_f16(values[i]) : pw_f32_to_bf16(values[i]);
}

void pw_constant_restore(const pw_constant *constant, const float *scales, const void *stored,
                         float *values)
{
    const size_t row = constant->channels > 0 ? constant->count / constant->channels : 1;
    if (constant->dtype != PAWL_I8) {
        pw_widen_f32(stored, constant->dtype, constant->count, 1, values);
        return;
    }
    const int8_t *integers = stored;
    for (size_t i = 0; i < constant->count; i++)
        values[i] = (float)integers[i] * scales[i / row];
}
