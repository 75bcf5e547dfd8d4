/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tile registers: eight of up to 16 rows of 64 bytes, whose shapes one table says. Numbers of tiles are constants.
 *
 *     amx_configure(shapes)                 all tiles are zero then
 *     amx_release()                         nothing of this thread has to be saved any more
 *     amx_load(tile, from, step)            rows of a tile, which lie step bytes apart
 *     amx_store(tile, to, step)
 *     amx_add_u8s8(sums, rows, columns)     sums[m][n] += rows[m][4 k + i] * columns[k][4 n + i], over k and four i
 *     amx_add_bf16(sums, rows, columns)     the same with two halves, in floats
 *
 * Ours, not the compiler's: gcc's _tile_loadd does not say that it reads memory, nor its ldtilecfg that it reads more than eight bytes, so that stores
 * before them were left out. Neither gcc nor clang knows what is in a register of tiles: volatile statements, all of them, stay in their order.
 */
#ifndef PK_SIMD_AMX_H
#define PK_SIMD_AMX_H

#include <stddef.h>
#include <stdint.h>

/* What ldtilecfg reads, palette 1 (Intel 64 manual, volume 1, "Programming with Intel AMX"). */
typedef struct amx_shapes {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_size[16]; /* bytes */
    uint8_t rows[16];
} amx_shapes;

_Static_assert(sizeof(amx_shapes) == 64, "as the processor reads it");

#define amx_configure(shapes)             __asm__ volatile("ldtilecfg %0" ::"m"(*(const amx_shapes *)(shapes)))
#define amx_release()                     __asm__ volatile("tilerelease")
#define amx_load(tile, from, step)        __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #tile ::"r"((const void *)(from)), "r"((size_t)(step)) : "memory")
#define amx_store(tile, to, step)         __asm__ volatile("tilestored %%tmm" #tile ", (%0,%1,1)" ::"r"((void *)(to)), "r"((size_t)(step)) : "memory")
#define amx_add_u8s8(sums, rows, columns) __asm__ volatile("tdpbusd %%tmm" #columns ", %%tmm" #rows ", %%tmm" #sums::)
#define amx_add_bf16(sums, rows, columns) __asm__ volatile("tdpbf16ps %%tmm" #columns ", %%tmm" #rows ", %%tmm" #sums::)

#endif
