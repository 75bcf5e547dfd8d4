/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations of all functions of the instruction sets, for their definitions and the table. */
#ifndef PK_KERNEL_ROWS_H
#define PK_KERNEL_ROWS_H

#include "kernels/attention/attention.h"
#include "kernels/conv/stem.h"
#include "kernels/conv/winograd.h"
#include "kernels/cut.h"
#include "kernels/eltwise/eltwise.h"
#include "kernels/head/head.h"
#include "kernels/image/resize.h"
#include "kernels/kernel.h"
#include "kernels/pool/pool.h"
#include "kernels/probe/probe.h"
#include "kernels/quantize/u8.h"
#include "kernels/quantize/requantise.h"

#define PK_DECLARE_TILE_TO(from, to, tile, isa) void pk_conv_##from##_##to##_##tile##_##isa(const pk_tile_args *args);
#define PK_DECLARE_TILE_HALF(half, tile, isa) \
    PK_DECLARE_TILE_TO(half, f32, tile, isa)  \
    PK_DECLARE_TILE_TO(half, half, tile, isa)
#define PK_DECLARE_TILE_F32(tile, isa)        \
    PK_DECLARE_TILE_TO(f32, f32, tile, isa)   \
    PK_DECLARE_TILE_TO(f32, f16, tile, isa)   \
    PK_DECLARE_TILE_TO(f32, bf16, tile, isa)
#define PK_DECLARE_TILE(tile, isa)            \
    PK_DECLARE_TILE_F32(tile, isa)            \
    PK_DECLARE_TILE_HALF(f16, tile, isa)      \
    PK_DECLARE_TILE_HALF(bf16, tile, isa)

#define PK_DECLARE_WINOGRAD(type, isa)                                            \
    void pk_winograd_s1_input_##type##_##isa(const pk_winograd_input_args *args);   \
    void pk_winograd_s2_input_##type##_##isa(const pk_winograd_input_args *args);   \
    void pk_winograd_s1_output_##type##_##isa(const pk_winograd_output_args *args); \
    void pk_winograd_s2_output_##type##_##isa(const pk_winograd_output_args *args);
#define PK_DECLARE_PRODUCT(type, tile, isa) void pk_winograd_product_##type##_##tile##_##isa(const pk_winograd_product_args *args);
#define PK_DECLARE_DOT(from, tile, isa)                                  \
    void pk_conv_##from##_f32_##tile##_##isa(const pk_tile_args *args);  \
    void pk_conv_##from##_u8_##tile##_##isa(const pk_tile_args *args);

#define PK_DECLARE_FILL(type, isa) void pk_stem_fill_##type##_##isa(const uint8_t *bytes, size_t count, void *elements);
#define PK_DECLARE_STEM(from, to, isa) void pk_stem_##from##_##to##_##isa(const pk_tile_args *args);
#define PK_DECLARE_RUN(name) void pk_##name(const pk_call *call, size_t phase, size_t item, void *scratch);
#define PK_DECLARE_TYPED(type, isa)                              \
    void pk_depthwise_pixel_##type##_##isa(const pk_pixel_args *args); \
    void pk_pixel_##type##_##isa(const pk_pixel_args *args);     \
    PK_DECLARE_RUN(eltwise_##type##_##isa)                       \
    PK_DECLARE_RUN(upsample_##type##_##isa)                      \
    PK_DECLARE_RUN(pad_##type##_##isa)                           \
    PK_DECLARE_RUN(shuffle_##type##_##isa)                       \
    PK_DECLARE_RUN(pool_##type##_##isa)                          \
    PK_DECLARE_RUN(globalpool_##type##_##isa)                    \
    PK_DECLARE_RUN(attention_##type##_##isa)
#define PK_DECLARE_HALF(half, isa)              \
    PK_DECLARE_TYPED(half, isa)                 \
    PK_DECLARE_RUN(reorder_f32_##half##_##isa)  \
    PK_DECLARE_RUN(reorder_##half##_f32_##isa)  \
    PK_DECLARE_RUN(reorder_##half##_##half##_##isa)

#define PK_DECLARE_ISA(isa)                  \
    PK_DECLARE_TYPED(f32, isa)               \
    PK_DECLARE_HALF(f16, isa)                \
    PK_DECLARE_HALF(bf16, isa)               \
    PK_DECLARE_RUN(reorder_f32_f32_##isa)    \
    PK_DECLARE_RUN(reorder_rgb_f32_##isa)    \
    PK_DECLARE_RUN(reorder_u8_f32_##isa)     \
    PK_DECLARE_RUN(reorder_q8_f32_##isa)     \
    PK_DECLARE_RUN(reorder_f32_q8_##isa)     \
    PK_DECLARE_RUN(reorder_q8_q8_##isa)      \
    PK_DECLARE_RUN(maxpool_u8_##isa)         \
    PK_DECLARE_RUN(upsample_u8_##isa)        \
    PK_DECLARE_RUN(shuffle_u8_##isa)         \
    PK_DECLARE_RUN(decode_f32_##isa)         \
    PK_DECLARE_RUN(letterbox_u8_##isa)       \
    float pk_probe_multiply_add_##isa(size_t rounds); \
    float pk_probe_read_##isa(const float *values, size_t count); \
    extern const pk_probe pk_probe_##isa;    \
    PK_DECLARE_WINOGRAD(f32, isa)            \
    PK_DECLARE_RUN(candidates_f32_##isa)

PK_DECLARE_TILE(4x16, generic)
PK_DECLARE_PRODUCT(f32, 4x16, generic)
PK_DECLARE_DOT(u8s8, 4x16, generic)
PK_DECLARE_ISA(generic)
#if defined(__x86_64__)
PK_DECLARE_TILE(4x8, sse41)
PK_DECLARE_TILE(6x16, avx2)
PK_DECLARE_TILE_F32(12x8, avx2)
PK_DECLARE_TILE(14x32, avx512)
PK_DECLARE_TILE_F32(28x16, avx512)
PK_DECLARE_TILE_F32(9x48, avx512)
PK_DECLARE_PRODUCT(f32, 4x8, sse41)
PK_DECLARE_PRODUCT(f32, 6x16, avx2)
PK_DECLARE_PRODUCT(f32, 14x32, avx512)
PK_DECLARE_PRODUCT(f32, 28x16, avx512)
PK_DECLARE_WINOGRAD(bf16, avx512bf16)
PK_DECLARE_PRODUCT(bf16, 14x32, avx512bf16)
PK_DECLARE_PRODUCT(bf16, 28x16, avx512bf16)
PK_DECLARE_DOT(u8s8, 3x16, avx2)
PK_DECLARE_DOT(u8s8, 6x16, avxvnni)
PK_DECLARE_DOT(u8s8, 14x32, avx512vnni)
PK_DECLARE_DOT(u8s8, 28x16, avx512vnni)
PK_DECLARE_DOT(u8s8, 32x32, amx)
PK_DECLARE_TILE_HALF(bf16, 32x32, amx)
void pk_amx_leave(void);
PK_DECLARE_TILE_HALF(bf16, 14x32, avx512bf16)
PK_DECLARE_TILE_HALF(bf16, 28x16, avx512bf16)
PK_DECLARE_FILL(f32, avx2)
PK_DECLARE_FILL(f32, avx512)
PK_DECLARE_FILL(bf16, avx512bf16)
PK_DECLARE_FILL(u8s8, avx512vnni)
PK_DECLARE_STEM(f32, f32, avx2)
PK_DECLARE_STEM(f32, f16, avx2)
PK_DECLARE_STEM(f32, bf16, avx2)
PK_DECLARE_STEM(f32, f32, avx512)
PK_DECLARE_STEM(f32, f16, avx512)
PK_DECLARE_STEM(f32, bf16, avx512)
PK_DECLARE_STEM(bf16, bf16, avx512bf16)
PK_DECLARE_STEM(u8s8, u8, avx512vnni)
PK_DECLARE_ISA(sse41)
PK_DECLARE_ISA(avx2)
PK_DECLARE_ISA(avx512)
#elif defined(__aarch64__)
PK_DECLARE_TILE(6x16, neon)
PK_DECLARE_TILE_F32(12x8, neon)
PK_DECLARE_PRODUCT(f32, 6x16, neon)
PK_DECLARE_DOT(u8s8, 6x16, dotprod)
PK_DECLARE_DOT(u8s8, 6x16, i8mm)
PK_DECLARE_TILE_HALF(bf16, 6x16, neonbf16)
PK_DECLARE_TILE_HALF(f16, 6x16, neonfhm)
PK_DECLARE_ISA(neon)
#endif

#endif
