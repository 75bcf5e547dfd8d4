/* SPDX-License-Identifier: Apache-2.0 */
/* Tiles of 16 columns of integer sums (sums_MRx16, by dot.tmpl.h), left as bytes and as floats: what instruction sets of 32-byte vectors share. */
#ifndef PK_DOT_16_H
#define PK_DOT_16_H

#include "kernels/conv/finish.h"

#define PK_DOT_TILES_16(mr, isa)                                                                                                       \
    void pk_conv_u8s8_u8_##mr##x16_##isa(const pk_tile_args *args)                                                                     \
    {                                                                                                                                  \
        int32_t sums[(mr) * 16];                                                                                                       \
        sums_##mr##x16(args, args->begins, sums);                                                                                      \
        requantise_rows_16(args->requantise, args->factors, sums, args->rows, args->columns, args->residual, args->residual_stride,    \
                           args->output, args->output_stride);                                                                         \
    }                                                                                                                                  \
                                                                                                                                       \
    void pk_conv_u8s8_f32_##mr##x16_##isa(const pk_tile_args *args)                                                                    \
    {                                                                                                                                  \
        int32_t sums[(mr) * 16];                                                                                                       \
        float scaled[(mr) * 16];                                                                                                       \
        sums_##mr##x16(args, args->begins, sums);                                                                                      \
        finish_scale(args, sums, scaled, 16);                                                                                          \
        finish_f32(args, scaled, 16);                                                                                                  \
    }

#endif
