/* SPDX-License-Identifier: Apache-2.0 */
/* A picture's bytes to the network's planes: the letterbox of kernels/image, and the division that a binding of bytes ends with. */
#include "gpu/kernels/arguments.h"
#include "gpu/kernels/block.h"
#include "kernels/image/place.h"

/* A byte of the inner picture, by the rules of kernels/image/resize.tmpl.h. at: its channel in the window's first pixel. */
PG_FUNCTION uint8_t letterbox_byte(const pg_letterbox *how, const uint8_t *at, const pk_resized *row, const pk_resized *column)
{
    const uint8_t *above = at + (uint64_t)row->before * how->row_size, *below = at + (uint64_t)row->after * how->row_size;
    const uint32_t left = 3 * (uint32_t)column->before, right = 3 * (uint32_t)column->after;
    const int16_t upper = pk_resize_across(above[left], above[right], column->before_weight, column->after_weight);
    const int16_t lower = pk_resize_across(below[left], below[right], column->before_weight, column->after_weight);
    return pk_resize_down(upper, lower, row->before_weight, row->after_weight);
}

PG_FUNCTION uint8_t letterbox_mean(const pg_letterbox *how, const uint8_t *at, uint32_t y, uint32_t x)
{
    const uint8_t *above = at + 2 * (uint64_t)y * how->row_size + 6 * (uint64_t)x, *below = above + how->row_size;
    return pk_resize_mean(above[0], above[3], below[0], below[3]);
}

/* How a window becomes the inner picture; the same for all pixels. */
enum { LETTERBOX_COPY, LETTERBOX_HALF, LETTERBOX_ANY };

PG_FUNCTION int letterbox_way(const pg_letterbox *how)
{
    if (how->window_height == how->inner_height && how->window_width == how->inner_width)
        return LETTERBOX_COPY;
    return how->window_height == 2 * how->inner_height && how->window_width == 2 * how->inner_width ? LETTERBOX_HALF : LETTERBOX_ANY;
}

/* byte / 255.0f, which is the quotient that is nearest: one step from the product with 1 / 255, by what is left of it. */
PG_FUNCTION float byte_value(uint8_t byte)
{
    const float value = (float)byte, one = 1.0f / 255.0f, near = value * one;
    return __builtin_fmaf(__builtin_fmaf(-255.0f, near, value), one, near);
}

PG_KERNEL(pg_letterbox_f32, pg_letterbox_arguments, PG_THREADS_MAX)
{
    PG_SHARED pg_letterbox how;
    PG_SHARED pk_resized rows[PG_TILE_ROWS], columns[PG_TILE];
    PG_ONCE
    {
        how = args.pictures[PG_ROW];
    }
    PG_BARRIER();
    const uint32_t tiles = (how.width + PG_TILE - 1) / PG_TILE;
    const uint32_t top = PG_COLUMN / tiles * PG_TILE_ROWS, left = PG_COLUMN % tiles * PG_TILE;
    const int way = letterbox_way(&how);
    PG_EACH(i, PG_TILE)
    {
        const uint32_t x = left + i - how.inner_left, y = top + i - how.inner_top; /* of the fill: any */
        columns[i] = pk_resized_column(x < how.inner_width ? x : 0, how.window_width, how.scale_x);
        if (i < PG_TILE_ROWS)
            rows[i] = pk_resized_row(y < how.inner_height ? y : 0, how.window_height, how.scale_y);
    }
    PG_BARRIER();
    PG_EACH(i, PG_TILE * PG_TILE_ROWS)
    {
        const uint32_t row = top + i / PG_TILE, column = left + i % PG_TILE;
        const uint32_t y = row - how.inner_top, x = column - how.inner_left;
        const uint64_t plane = (uint64_t)how.height * how.width;
        if (row >= how.height || column >= how.width)
            continue;
        const int is_inside = y < how.inner_height && x < how.inner_width; /* before the first wraps to far behind the last */
        for (uint32_t c = 0; c < 3; c++) {
            uint8_t byte = (uint8_t)how.fill;
            if (is_inside && way == LETTERBOX_ANY)
                byte = letterbox_byte(&how, how.window + c, &rows[i / PG_TILE], &columns[i % PG_TILE]);
            else if (is_inside && way == LETTERBOX_HALF)
                byte = letterbox_mean(&how, how.window + c, y, x);
            else if (is_inside)
                byte = how.window[(uint64_t)y * how.row_size + 3 * (uint64_t)x + c];
            const float value = byte_value(byte);
            how.planes[c * plane + (uint64_t)row * how.width + column] = how.is_normalised ? (value - how.mean[c]) / how.deviation[c] : value;
        }
    }
}
