/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenCV's resize() with INTER_AREA on 8-bit data, in its arithmetic: whole factors sum integers,
 * all others weigh covered pixels in float32, columns first, then rows.
 */
#include "common/area_resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A source pixel's part in a new one. */
struct share {
    int32_t from, to;
    float weight;
};

struct shares {
    struct share *items;
    size_t count;
};

static bool make_shares(struct shares *shares, int32_t from, int32_t to)
{
    const double scale = 1.0 / ((double)to / from);
    shares->items = malloc(((size_t)from * 2 + (size_t)to * 2 + 2) * sizeof(struct share));
    if (shares->items == NULL)
        return false;
    for (int32_t i = 0; i < to; i++) {
        const double begin = i * scale, end = begin + scale;
        const double cell = fmin(scale, from - begin);
        int32_t last = (int32_t)floor(end);
        last = last < from - 1 ? last : from - 1;
        int32_t first = (int32_t)ceil(begin);
        first = first < last ? first : last;
        if (first - begin > 1e-3)
            shares->items[shares->count++] =
                (struct share){first - 1, i, (float)((first - begin) / cell)};
        for (int32_t s = first; s < last; s++)
            shares->items[shares->count++] = (struct share){s, i, (float)(1.0 / cell)};
        if (end - last > 1e-3)
            shares->items[shares->count++] =
                (struct share){last, i, (float)(fmin(fmin(end - last, 1.0), cell) / cell)};
    }
    return true;
}

/* To the nearest, halves to even, within a byte. */
static uint8_t to_byte(float value)
{
    const long rounded = lrintf(value);
    return (uint8_t)(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
}

/* Both factors are whole numbers. */
static void average(const uint8_t *pixels, size_t row_size, uint8_t *to, int32_t to_width,
                    int32_t to_height, int32_t across, int32_t down)
{
    const float scale = 1.0f / (float)(across * down);
    for (int32_t y = 0; y < to_height; y++)
        for (int32_t x = 0; x < to_width; x++)
            for (int32_t c = 0; c < 3; c++) {
                int32_t sum = 0;
                for (int32_t j = 0; j < down; j++)
                    for (int32_t i = 0; i < across; i++)
                        sum += pixels[(size_t)(y * down + j) * row_size +
                                      (size_t)(x * across + i) * 3 + (size_t)c];
                /* The 2 x 2 case rounds halves up. */
                *to++ = across == 2 && down == 2 ? (uint8_t)((sum + 2) >> 2)
                                                 : to_byte((float)sum * scale);
            }
}

static void write_row(uint8_t *to, const float *sum, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = to_byte(sum[i]);
}

/* @p row and @p sum have room for a new row. */
static void weigh(const uint8_t *pixels, size_t row_size, const struct shares *across,
                  const struct shares *down, uint8_t *to, size_t count, float *row, float *sum)
{
    int32_t at = 0;
    memset(sum, 0, count * sizeof(float));
    for (size_t j = 0; j < down->count; j++) {
        const struct share *share = &down->items[j];
        const uint8_t *source = pixels + (size_t)share->from * row_size;
        memset(row, 0, count * sizeof(float));
        for (size_t i = 0; i < across->count; i++) {
            const struct share *part = &across->items[i];
            for (size_t c = 0; c < 3; c++)
                row[(size_t)part->to * 3 + c] +=
                    (float)source[(size_t)part->from * 3 + c] * part->weight;
        }
        if (share->to != at) {
            write_row(to + (size_t)at * count, sum, count);
            at = share->to;
            memset(sum, 0, count * sizeof(float));
        }
        for (size_t i = 0; i < count; i++)
            sum[i] += share->weight * row[i];
    }
    write_row(to + (size_t)at * count, sum, count);
}

bool app_area_resize(const uint8_t *pixels, int32_t width, int32_t height, size_t row_size,
                     uint8_t *to, int32_t to_width, int32_t to_height)
{
    if (to_width < 1 || to_height < 1 || to_width > width || to_height > height)
        return false;
    if (width % to_width == 0 && height % to_height == 0) {
        average(pixels, row_size, to, to_width, to_height, width / to_width, height / to_height);
        return true;
    }
    const size_t count = (size_t)to_width * 3;
    struct shares across = {0}, down = {0};
    float *rows = malloc(2 * count * sizeof(float));
    const bool is_good = rows != NULL && make_shares(&across, width, to_width) &&
                         make_shares(&down, height, to_height);
    if (is_good)
        weigh(pixels, row_size, &across, &down, to, count, rows, rows + count);
    free(rows);
    free(across.items);
    free(down.items);
    return is_good;
}
