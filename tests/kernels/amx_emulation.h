/* SPDX-License-Identifier: Apache-2.0 */
/* Tile registers in plain C (Intel 64 manual, volume 1, "Programming with Intel AMX"; volume 2, TDPBUSD, TDPBF16PS), which reads memory where checks can see
 * it. What the processor would refuse ends the program. */
#ifndef PT_AMX_EMULATION_H
#define PT_AMX_EMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    bool is_configured;
    amx_shapes shapes;
    unsigned char data[8][16][64];
} amx;

static void amx_expect(bool is_so, const char *what)
{
    if (is_so)
        return;
    printf("FAILED tile registers: %s\n", what);
    abort();
}

static inline void amx_configure(const amx_shapes *shapes)
{
    amx_expect(shapes->palette == 1 && shapes->start_row == 0, "palette or first row");
    for (size_t t = 0; t < 16; t++) {
        const size_t rows = shapes->rows[t], size = shapes->row_size[t];
        amx_expect(rows <= 16 && size <= 64 && (rows == 0) == (size == 0), "a shape");
        amx_expect(t < 8 || rows == 0, "there are eight");
    }
    memset(&amx, 0, sizeof amx);
    amx.is_configured = true;
    amx.shapes = *shapes;
}

static inline void amx_release(void)
{
    memset(&amx, 0, sizeof amx);
}

static inline void amx_use(int tile)
{
    amx_expect(amx.is_configured && amx.shapes.rows[tile] > 0, "a register that was not configured");
}

static inline void amx_load(int tile, const void *from, size_t step)
{
    amx_use(tile);
    memset(amx.data[tile], 0, sizeof amx.data[tile]);
    for (size_t r = 0; r < amx.shapes.rows[tile]; r++)
        memcpy(amx.data[tile][r], (const unsigned char *)from + r * step, amx.shapes.row_size[tile]);
}

static inline void amx_store(int tile, void *to, size_t step)
{
    amx_use(tile);
    for (size_t r = 0; r < amx.shapes.rows[tile]; r++)
        memcpy((unsigned char *)to + r * step, amx.data[tile][r], amx.shapes.row_size[tile]);
}

static inline void amx_fit(int sums, int rows, int columns)
{
    amx_use(sums);
    amx_use(rows);
    amx_use(columns);
    amx_expect(amx.shapes.rows[sums] == amx.shapes.rows[rows] && amx.shapes.row_size[sums] == amx.shapes.row_size[columns] &&
                   amx.shapes.row_size[rows] % 4 == 0 && amx.shapes.row_size[rows] / 4 == amx.shapes.rows[columns],
               "shapes that do not fit each other");
}

static inline int32_t amx_four(const unsigned char *bytes, const unsigned char *signed_bytes)
{
    int32_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += bytes[i] * (int8_t)signed_bytes[i];
    return sum;
}

static inline float amx_half(const unsigned char *at)
{
    uint16_t half;
    memcpy(&half, at, sizeof half);
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void amx_add_u8s8(int sums, int rows, int columns)
{
    amx_fit(sums, rows, columns);
    for (size_t m = 0; m < amx.shapes.rows[sums]; m++)
        for (size_t n = 0; n < amx.shapes.row_size[sums] / 4u; n++)
            for (size_t k = 0; k < amx.shapes.rows[columns]; k++) {
                int32_t sum;
                memcpy(&sum, &amx.data[sums][m][4 * n], sizeof sum);
                sum += amx_four(&amx.data[rows][m][4 * k], &amx.data[columns][k][4 * n]);
                memcpy(&amx.data[sums][m][4 * n], &sum, sizeof sum);
            }
}

static inline void amx_add_bf16(int sums, int rows, int columns)
{
    amx_fit(sums, rows, columns);
    for (size_t m = 0; m < amx.shapes.rows[sums]; m++)
        for (size_t n = 0; n < amx.shapes.row_size[sums] / 4u; n++)
            for (size_t k = 0; k < amx.shapes.rows[columns]; k++)
                for (size_t i = 0; i < 4; i += 2) {
                    float sum;
                    memcpy(&sum, &amx.data[sums][m][4 * n], sizeof sum);
                    sum += amx_half(&amx.data[rows][m][4 * k + i]) * amx_half(&amx.data[columns][k][4 * n + i]);
                    memcpy(&amx.data[sums][m][4 * n], &sum, sizeof sum);
                }
}

#endif
