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

/* Pixel (y, x) of the inner picture. */
PG_FUNCTION void letterbox_pixel(const pg_letterbox *how, uint32_t y, uint32_t x, uint8_t pixel[3])
{
    const uint8_t *window = how->window;
    if (how->window_height == how->inner_height && how->window_width == how->inner_width) {
        for (uint32_t c = 0; c < 3; c++)
            pixel[c] = window[(uint64_t)y * how->row_size + 3 * (uint64_t)x + c];
    } else if (how->window_height == 2 * how->inner_height && how->window_width == 2 * how->inner_width) {
        for (uint32_t c = 0; c < 3; c++)
            pixel[c] = letterbox_mean(how, window + c, y, x);
    } else {
        const pk_resized row = pk_resized_row(y, how->window_height, how->scale_y);
        const pk_resized column = pk_resized_column(x, how->window_width, how->scale_x);
        for (uint32_t c = 0; c < 3; c++)
            pixel[c] = letterbox_byte(how, window + c, &row, &column);
    }
}

PG_KERNEL(pg_letterbox_f32, pg_letterbox, PG_THREADS_MAX)
{
    const uint32_t size = args.height * args.width, first = PG_COLUMN * PG_THREADS_MAX;
    const uint32_t count = size - first < PG_THREADS_MAX ? size - first : PG_THREADS_MAX;
    PG_EACH(i, count)
    {
        const uint32_t at = first + i, y = at / args.width - args.inner_top, x = at % args.width - args.inner_left;
        uint8_t pixel[3] = {(uint8_t)args.fill, (uint8_t)args.fill, (uint8_t)args.fill};
        if (y < args.inner_height && x < args.inner_width) /* before the first wraps to far behind the last */
            letterbox_pixel(&args, y, x, pixel);
        for (uint32_t c = 0; c < 3; c++) {
            const float value = (float)pixel[c] / 255.0f;
            args.planes[(uint64_t)c * size + at] = args.is_normalised ? (value - args.mean[c]) / args.deviation[c] : value;
        }
    }
}
