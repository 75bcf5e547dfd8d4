/* SPDX-License-Identifier: Apache-2.0 */
/* Integer tiles: the constants of their columns, and what they can take. */
#include "kernels/conv/conv.h"
#include "kernels/cut.h"

#define MOST_PRODUCT (UINT8_MAX * INT8_MAX)

pk_quantised pk_quantised_at(size_t weights, size_t columns)
{
    pk_quantised at = {.begins = weights};
    at.factors = pk_align(at.begins + columns * sizeof(int32_t), PK_CACHE_LINE);
    at.requantise = pk_align(at.factors + columns * sizeof(float), PK_CACHE_LINE);
    at.end = pk_align(at.requantise + sizeof(pk_requantise), PK_CACHE_LINE);
    return at;
}

bool pk_quantised_accepts(const pk_problem *problem)
{
    const pk_window *window = &problem->as.window;
    const size_t products =
        window->kernel[0] * window->kernel[1] * (problem->source[0].channels / window->groups);
    if (products > (INT32_MAX / 2) / MOST_PRODUCT)
        return false;
    return problem->destination.type != PK_U8 ||
           pk_can_requantise(&problem->destination,
                             problem->source_count > 1 ? &problem->source[1] : NULL);
}

void pk_quantised_column(const pk_problem *problem, const pk_constants *constants,
                         const pk_quantised *at, void *packed, size_t n, size_t out,
                         int64_t weight_sum, int32_t bytes_less)
{
    const pk_tensor *source = &problem->source[0];
    unsigned char *data = packed;
    pk_requantise *requantise = (pk_requantise *)(void *)(data + at->requantise);
    const bool is_bytes = problem->destination.type == PK_U8;
    if (n == 0 && is_bytes)
        pk_requantise_make(requantise, &problem->destination,
                           problem->source_count > 1 ? &problem->source[1] : NULL,
                           problem->activation, problem->alpha);
    pk_channel channel = {0, 0.0f};
    if (out != SIZE_MAX)
        channel = pk_channel_make(is_bytes ? requantise : NULL,
                                  (double)pk_scale_of(source) * (double)constants->scales[out],
                                  constants->bias == NULL ? 0.0 : (double)constants->bias[out],
                                  weight_sum, source->zero_point);
    ((int32_t *)(void *)(data + at->begins))[n] =
        channel.begin + (int32_t)(bytes_less * weight_sum); /* far below 2^31: see accepts */
    ((float *)(void *)(data + at->factors))[n] = channel.factor;
}
