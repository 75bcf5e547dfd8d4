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
 * A test that has no such processor at hand has them in plain C (PK_AMX_EMULATED).
 */
#ifndef PK_SIMD_AMX_H
#define PK_SIMD_AMX_H

#include <stdint.h>

/* What ldtilecfg reads, palette 1 (Intel 64 manual, volume 1, "Programming with Intel AMX"). */
typedef struct amx_shapes {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_size[16]; /* bytes */
    uint8_t rows[16];
} amx_shapes;

_Static_assert(sizeof(amx_shapes) == 64, "as the processor reads it");

#if defined(PK_AMX_EMULATED)
#include "kernels/amx_emulation.h"
#else
#include <immintrin.h>

/* gcc's intrinsics do not say that they read memory: what was stored before must be there. */
#define amx_barrier() __asm__ volatile("" ::: "memory")
#define amx_configure(shapes)        \
    do {                             \
        amx_barrier();               \
        _tile_loadconfig(shapes);    \
    } while (0)
#define amx_release()                       _tile_release()
#define amx_load(tile, from, step)          _tile_loadd(tile, from, (long long)(step))
#define amx_store(tile, to, step)           _tile_stored(tile, to, (long long)(step))
#define amx_add_u8s8(sums, rows, columns)   _tile_dpbusd(sums, rows, columns)
#define amx_add_bf16(sums, rows, columns)   _tile_dpbf16ps(sums, rows, columns)
#endif

#endif
