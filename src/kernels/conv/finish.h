/* SPDX-License-Identifier: Apache-2.0 */
/* A tile's sums in floats, rows of nr, become outputs. Needs a vocabulary of simd/ with activation.h and elements.h; kind and nr are constants where
 * this is inlined. */
#ifndef PK_FINISH_H
#define PK_FINISH_H

#include "kernels/conv/conv.h"

#define PK_FINISH(to)                                                                                                                 \
    PK_INLINE void finish_##to##_by(const pk_tile_args *args, const float *sums, const size_t nr, const pk_activation kind)           \
    {                                                                                                                                 \
        for (size_t r = 0; r < args->rows; r++) {                                                                                     \
            pk_##to *output = (pk_##to *)args->output + r * args->output_stride;                                                      \
            const pk_##to *residual = args->residual;                                                                                 \
            if (residual != NULL)                                                                                                     \
                residual += r * args->residual_stride;                                                                                \
            for (size_t n = 0; n < args->columns; n += VF32_LANES) {                                                                  \
                const size_t count = vf32_count(n, args->columns);                                                                    \
                vf32 y = vf32_activate(vf32_load(sums + r * nr + n), kind, args->alpha);                                              \
                if (residual != NULL)                                                                                                 \
                    y = vf32_add(y, vf32_get_##to(residual + n, count));                                                              \
                vf32_put_##to(output + n, y, count);                                                                                  \
            }                                                                                                                         \
        }                                                                                                                             \
    }                                                                                                                                 \
                                                                                                                                      \
    PK_INLINE void finish_##to(const pk_tile_args *args, const float *sums, const size_t nr)                                          \
    {                                                                                                                                 \
        if (args->activation == PK_ACT_SILU)                                                                                          \
            finish_##to##_by(args, sums, nr, PK_ACT_SILU);                                                                            \
        else                                                                                                                          \
            finish_##to##_by(args, sums, nr, args->activation);                                                                       \
    }

PK_FINISH(f32)
PK_HALF_MAP(PK_FINISH)
#undef PK_FINISH

/* Sums of integers (int32_t) in their unit; scaled may be the same memory. */
PK_INLINE void finish_scale(const pk_tile_args *args, const void *sums, float *scaled, const size_t nr)
{
    for (size_t r = 0; r < args->rows; r++)
        for (size_t n = 0; n < nr; n++) {
            int32_t sum;
            memcpy(&sum, (const unsigned char *)sums + (r * nr + n) * sizeof sum, sizeof sum);
            scaled[r * nr + n] = (float)sum * args->factors[n];
        }
}

#endif
