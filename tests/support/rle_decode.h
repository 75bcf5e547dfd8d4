/* SPDX-License-Identifier: Apache-2.0 */
/* A mask of run lengths as pixels again: what app_rle_encode() is held against. */
#ifndef RLE_DECODE_H
#define RLE_DECODE_H

#include "common/rle.h"

/* Writes 0 and 1 to height rows of width bytes, row_size apart. */
static inline void rle_decode(const app_rle *mask, uint8_t *pixels, size_t row_size)
{
    size_t x = 0, y = 0;
    for (size_t i = 0; i < mask->count; i++)
        for (uint32_t j = 0; j < mask->counts[i]; j++) {
            pixels[y * row_size + x] = i % 2;
            if (++y == (size_t)mask->height) {
                y = 0;
                x++;
            }
        }
}

#endif
