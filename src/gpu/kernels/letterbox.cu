/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture's bytes to the network's planes: the letterbox of kernels/image, and the division that a binding of bytes ends with. A window of the
 * network's own size, or of twice that, is no case of its own: its weights are 1 and 0, or two halves, and give its bytes, or the mean of four.
 */
#include "gpu/kernels/arguments.h"
#include "gpu/kernels/block.h"
#include "kernels/image/place.h"

/* Where a row of the planes comes from: of the window's, and what each weighs. */
typedef struct letterbox_row {
    const uint8_t *above, *below;
    uint32_t above_weight, below_weight;
} letterbox_row;

/* A column: from which byte of a row on. The right pixel is the next one, or weighs nothing. */
typedef struct letterbox_column {
    uint32_t left, left_weight, right_weight;
} letterbox_column;

/* Of the fill: any. */
PG_FUNCTION letterbox_row row_at(const pg_letterbox *how, uint32_t row)
{
    const uint32_t y = row - how->inner_top;
    const pk_resized from = pk_resized_row(y < how->inner_height ? y : 0, how->window_height, how->scale_y);
    letterbox_row made;
    made.above = how->window + (uint64_t)from.before * how->row_size;
    made.below = how->window + (uint64_t)from.after * how->row_size;
    made.above_weight = (uint32_t)from.before_weight << 16;
    made.below_weight = (uint32_t)from.after_weight << 16;
    return made;
}

PG_FUNCTION letterbox_column column_at(const pg_letterbox *how, uint32_t column)
{
    const uint32_t x = column - how->inner_left;
    const pk_resized from = pk_resized_column(x < how->inner_width ? x : 0, how->window_width, how->scale_x);
    letterbox_column made;
    made.left = 3 * (uint32_t)from.before;
    made.left_weight = (uint32_t)from.before_weight;
    made.right_weight = (uint32_t)from.after_weight;
    return made;
}

/* Two pixels that lie side by side, bytes from the lowest on: three words and two shifts are cheaper than six bytes. */
typedef struct pixel_pair {
    uint32_t low, high;
} pixel_pair;

PG_FUNCTION pixel_pair pair_at(const uint8_t *at)
{
    const uint32_t before = (uint32_t)((uintptr_t)at % 4);
    const uint8_t *const words = at - before;
    const uint64_t first = PG_WORD(words), second = PG_WORD(words + 4), third = PG_WORD(words + 8);
    pixel_pair pair;
    pair.low = (uint32_t)((second << 32 | first) >> 8 * before);
    pair.high = (uint32_t)((third << 32 | second) >> 8 * before);
    return pair;
}

PG_FUNCTION uint32_t byte_of(const pixel_pair *pair, uint32_t at)
{
    return at < 4 ? pair->low >> 8 * at & 255 : pair->high >> 8 * (at - 4) & 255;
}

/* pk_resize_across() and pk_resize_down() of what is never negative; weights of rows stand 16 bits further up, so that the half that a product
   is cut to is a register. */
PG_FUNCTION uint32_t across(const pixel_pair *pair, uint32_t channel, const letterbox_column *column)
{
    return (byte_of(pair, channel) * column->left_weight + byte_of(pair, 3 + channel) * column->right_weight) >> 4;
}

PG_FUNCTION uint32_t down(uint32_t above, uint32_t below, const letterbox_row *row)
{
    const uint32_t upper = (uint32_t)((uint64_t)above * row->above_weight >> 32), lower = (uint32_t)((uint64_t)below * row->below_weight >> 32);
    return (upper + lower + 2) >> 2;
}

/* byte / 255.0f, the float that is nearest: the reciprocal's two halves give it for each of the 256. */
PG_FUNCTION float byte_value(uint32_t byte)
{
    const float value = (float)byte, reciprocal = 1.0f / 255.0f, rest = (float)(1.0 / 255.0 - (double)reciprocal);
    return __builtin_fmaf(value, reciprocal, value * rest);
}

/* Of what a thread has written itself. */
PG_FUNCTION void normalise(float *at, uint32_t rows, uint32_t width, float mean, float deviation)
{
    for (uint32_t k = 0; k < rows; k++)
        at[(uint64_t)k * width] = (at[(uint64_t)k * width] - mean) / deviation;
}

/* A thread has a strip: PG_STRIP pixels of a column. Its reads come first, and none waits for another. */
PG_KERNEL(pg_letterbox_f32, pg_letterbox_arguments, PG_THREADS_MAX)
{
    const pg_letterbox *const picture = &args.pictures[PG_ROW];
    const pg_letterbox how = *picture;
    const uint32_t top = PG_COLUMN / args.tiles * PG_TILE_ROWS, left = PG_COLUMN % args.tiles * PG_TILE;
    const uint64_t plane = (uint64_t)how.height * how.width;
    PG_SHARED letterbox_row rows[PG_TILE_ROWS];
    PG_SHARED letterbox_column columns[PG_TILE];
    PG_EACH(i, PG_TILE + PG_TILE_ROWS) /* by warps of their own: side by side */
    {
        if (i < PG_TILE)
            columns[i] = column_at(&how, left + i);
        else
            rows[i - PG_TILE] = row_at(&how, top + i - PG_TILE);
    }
    PG_BARRIER();
    PG_EACH(i, PG_TILE * PG_TILE_ROWS / PG_STRIP)
    {
        const letterbox_column column = columns[i % PG_TILE];
        const uint32_t x = left + i % PG_TILE, first = i / PG_TILE * PG_STRIP, y = top + first;
        letterbox_row strip[PG_STRIP];
        pixel_pair above[PG_STRIP], below[PG_STRIP];
        if (x >= how.width || y >= how.height)
            continue;
        float *const to = how.planes + (uint64_t)y * how.width + x;
        const uint32_t height = how.height - y < PG_STRIP ? how.height - y : PG_STRIP;
        const int is_beside = x - how.inner_left >= how.inner_width; /* before the first wraps to far behind the last */
        PG_UNROLL
        for (uint32_t k = 0; !is_beside && k < PG_STRIP; k++) {
            strip[k] = rows[first + k];
            above[k] = pair_at(strip[k].above + column.left);
            below[k] = pair_at(strip[k].below + column.left);
        }
        PG_UNROLL
        for (uint32_t k = 0; k < PG_STRIP; k++) {
            uint32_t bytes[3] = {how.fill, how.fill, how.fill};
            if (k >= height)
                break;
            if (!is_beside && y + k - how.inner_top < how.inner_height)
                PG_UNROLL
                for (uint32_t c = 0; c < 3; c++)
                    bytes[c] = down(across(&above[k], c, &column), across(&below[k], c, &column), &strip[k]);
            PG_UNROLL
            for (uint32_t c = 0; c < 3; c++)
                to[c * plane + (uint64_t)k * how.width] = byte_value(bytes[c]);
        }
        for (uint32_t c = 0; how.is_normalised && c < 3; c++)
            normalise(to + c * plane, height, how.width, picture->mean[c], picture->deviation[c]);
    }
}
