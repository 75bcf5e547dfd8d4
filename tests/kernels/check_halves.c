/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions of halves, to the bit: every half there is, and of floats each half's, those right
 * beside it, those in the middle between it and the next, and right beside that. */
#include "kernels/check.h"

#include "kernels/simd/simd.h"

#include <math.h>
#include <string.h>

#define HALVES   65536u
#define AROUND   6 /* floats of a half */
#define CHANNELS 37

static float widened(pk_type type, uint16_t half)
{
    return type == PK_F16 ? pk_f16_to_f32(half) : pk_bf16_to_f32(half);
}

static uint16_t narrowed(pk_type type, float value)
{
    return type == PK_F16 ? pk_f32_to_f16(value) : pk_f32_to_bf16(value);
}

/* Of the largest half the next is where infinity's place would be. */
static void floats_around(pk_type type, uint16_t half, float around[AROUND])
{
    const float value = widened(type, half);
    double next = (double)widened(type, (uint16_t)(half + 1));
    if (isinf(next))
        next = 2 * (double)value - (double)widened(type, (uint16_t)(half - 1));
    const float middle = (float)(((double)value + next) / 2);
    around[0] = value;
    around[1] = nextafterf(value, 0.0f);
    around[2] = nextafterf(value, value < 0 ? -INFINITY : INFINITY);
    around[3] = middle;
    around[4] = nextafterf(middle, 0.0f);
    around[5] = nextafterf(middle, value < 0 ? -INFINITY : INFINITY);
}

static void fill(pk_type type, pk_type half, void *source, size_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (type != PK_F32) {
            ((uint16_t *)source)[i] = (uint16_t)i;
        } else if (i % AROUND == 0) {
            float around[AROUND];
            floats_around(half, (uint16_t)(i / AROUND), around);
            memcpy((float *)source + i, around,
                   (count - i < AROUND ? count - i : AROUND) * sizeof(float));
        }
}

static bool is_converted(const pk_types *types, const void *source, const void *made, size_t i)
{
    const pk_type from = types->source, to = types->destination;
    const float value =
        from == PK_F32 ? ((const float *)source)[i] : widened(from, ((const uint16_t *)source)[i]);
    if (to == PK_F32)
        return pk_bits_of(((const float *)made)[i]) == pk_bits_of(value);
    const uint16_t half = ((const uint16_t *)made)[i];
    if (from == to && half == ((const uint16_t *)source)[i])
        return true; /* moved: a NaN is then as it was, quiet or not */
    return half == narrowed(to, value);
}

size_t pt_check_conversion(const pk_implementation *implementation)
{
    const pk_types *types = &implementation->types;
    const pk_type half = types->source == PK_F32 ? types->destination : types->source;
    const size_t wanted = types->source == PK_F32 ? HALVES * AROUND : HALVES;
    const size_t pixels = (wanted + CHANNELS - 1) / CHANNELS, count = pixels * CHANNELS;
    pk_problem problem = {.op = PK_REORDER, .source_count = 1, .workers = 1};
    problem.source[0] = pk_tensor_nhwc(types->source, 1, CHANNELS, 1, pixels, CHANNELS);
    problem.destination = pk_tensor_nhwc(types->destination, 1, CHANNELS, 1, pixels, CHANNELS);
    const pk_machine machine = {.isa = implementation->isa, .cores = 1};
    pk_needs needs;
    implementation->plan(implementation, &problem, &machine, &needs);
    void *source = pt_exact(count * pk_type_size(types->source));
    void *made = pt_exact(count * pk_type_size(types->destination));
    fill(types->source, half, source, count);
    const pk_call call = {.implementation = implementation,
                          .problem = &problem,
                          .needs = &needs,
                          .source = {source},
                          .destination = made};
    pk_run_all(&call, NULL);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++)
        wrong += !is_converted(types, source, made, i);
    pt_release_all();
    return wrong;
}
