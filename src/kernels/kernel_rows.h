/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations of all kernel functions, for their definitions and the table. */
#ifndef PK_KERNEL_ROWS_H
#define PK_KERNEL_ROWS_H

#include "kernels/kernel.h"

#define PK_DECLARE_CONV(name) void name(const pk_conv_f32_args *args);
#define PK_DECLARE_OTHERS(isa)                                    \
    void pk_dwconv_f32_##isa(const pk_dwconv_f32_args *args);     \
    void pk_eltwise_f32_##isa(const pk_eltwise_f32_args *args);   \
    void pk_maxpool_f32_##isa(const pk_maxpool_f32_args *args);   \
    void pk_upsample_f32_##isa(const pk_upsample_f32_args *args); \
    void pk_input_f32_##isa(const pk_input_args *args);           \
    void pk_input_u8_##isa(const pk_input_args *args);            \
    void pk_decode_f32_##isa(const pk_head_args *args);           \
    size_t pk_candidates_f32_##isa(const pk_head_args *args);     \
    void pk_globalpool_f32_##isa(const pk_globalpool_f32_args *args); \
    void pk_shuffle_f32_##isa(const pk_shuffle_f32_args *args);   \
    void pk_deconv_f32_##isa(const pk_deconv_f32_args *args);     \
    void pk_attention_f32_##isa(const pk_attention_f32_args *args);

PK_DECLARE_CONV(pk_conv_f32_4x16_generic)
PK_DECLARE_OTHERS(generic)
#if defined(__x86_64__)
PK_DECLARE_CONV(pk_conv_f32_4x8_sse41)
PK_DECLARE_CONV(pk_conv_f32_6x16_avx2)
PK_DECLARE_CONV(pk_conv_f32_12x8_avx2)
PK_DECLARE_CONV(pk_conv_f32_14x32_avx512)
PK_DECLARE_CONV(pk_conv_f32_28x16_avx512)
PK_DECLARE_OTHERS(sse41)
PK_DECLARE_OTHERS(avx2)
PK_DECLARE_OTHERS(avx512)
#endif

#endif
