/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between integer convolutions: bytes in and out, in one scale but for reorders. Loops over plain arrays, which the compiler turns into
 * vectors. Needs PK_ISA. An item is the range of its cut; see eltwise.c, pool.c. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_, op), PK_JOIN(_, PK_ISA))

/* Pixels of a picture: where p is. */
PK_INLINE size_t bytes_pixel(const pk_tensor *tensor, size_t picture, size_t p)
{
    return picture * tensor->picture + p / tensor->width * tensor->row + p % tensor->width * tensor->pixel;
}
PK_INLINE size_t bytes_channel(const pk_tensor *tensor, size_t c) { return c / tensor->block * tensor->block_step + c % tensor->block; }
PK_INLINE bool bytes_are_together(const pk_tensor *a, const pk_tensor *b) { return a->block >= a->channels && b->block >= b->channels; }

/* scale 0: a picture's. */
PK_INLINE float bytes_value(uint8_t byte, float scale, int32_t zero_point)
{
    return scale == 0.0f ? (float)byte / 255.0f : (float)(byte - zero_point) * scale;
}
/* The nearest; a NaN is the zero point. Comparisons are of bits: floats' may trap, which keeps compilers from vectors. */
PK_INLINE uint8_t bytes_nearest(float value, float scale, int32_t zero_point)
{
    const uint32_t sign = 0x80000000u, infinity = 0x7f800000u, far = 0x44000000u; /* 512 */
    float n = value / scale;
    uint32_t bits;
    memcpy(&bits, &n, sizeof bits);
    uint32_t size = bits & ~sign;
    size = size > infinity ? 0 : size;
    size = size > far ? far : size;
    bits = (bits & sign) | size;
    memcpy(&n, &bits, sizeof n);
    n += 12582912.0f; /* 1.5 * 2^23: what follows is its last bits */
    int32_t whole;
    memcpy(&whole, &n, sizeof whole);
    whole += zero_point - 0x4b400000;
    whole = whole < 0 ? 0 : whole;
    return (uint8_t)(whole > 255 ? 255 : whole);
}

#define BYTES_RUN 64

/* Values that lie steps apart, through arrays of the stack: what compilers make of other loops is ten times as long, or no vectors. */
static void PK_NAME(bytes_to_values)(const uint8_t *from, size_t from_step, float *to, size_t to_step, size_t count, float scale, int32_t zero_point)
{
    uint8_t bytes[BYTES_RUN] = {0};
    float values[BYTES_RUN];
    for (size_t at = 0; at < count; at += BYTES_RUN) {
        const size_t run = pk_min(BYTES_RUN, count - at);
        for (size_t i = 0; i < run; i++)
            bytes[i] = from[(at + i) * from_step];
        for (size_t i = 0; i < BYTES_RUN; i++)
            values[i] = bytes_value(bytes[i], scale, zero_point);
        for (size_t i = 0; i < run; i++)
            to[(at + i) * to_step] = values[i];
    }
}

static void PK_NAME(values_to_bytes)(const float *from, size_t from_step, uint8_t *to, size_t to_step, size_t count, float scale, int32_t zero_point)
{
    float values[BYTES_RUN] = {0};
    uint8_t bytes[BYTES_RUN];
    for (size_t at = 0; at < count; at += BYTES_RUN) {
        const size_t run = pk_min(BYTES_RUN, count - at);
        for (size_t i = 0; i < run; i++)
            values[i] = from[(at + i) * from_step];
        for (size_t i = 0; i < BYTES_RUN; i++)
            bytes[i] = bytes_nearest(values[i], scale, zero_point);
        for (size_t i = 0; i < run; i++)
            to[(at + i) * to_step] = bytes[i];
    }
}
#undef BYTES_RUN

/* Pixels from p on that are done at once: one, of all channels; where channels lie apart, those of the row. */
PK_INLINE size_t bytes_pixels(const pk_tensor *in, const pk_tensor *out, const pk_range *range, size_t p)
{
    return bytes_are_together(in, out) ? 1 : pk_min(range->end - p, in->width - p % in->width);
}

#define BYTES_REORDER(name, from_type, to_type, convert, by)                                                                             \
    void PK_NAME(name)(const pk_call *call, size_t phase, size_t item, void *scratch)                                                    \
    {                                                                                                                                    \
        (void)phase;                                                                                                                     \
        (void)scratch;                                                                                                                   \
        const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;                                            \
        const pk_range range = pk_cut_range(&call->needs->cut, item);                                                                    \
        const size_t together = bytes_are_together(in, out) ? in->channels : 1;                                                          \
        for (size_t p = range.begin, pixels; p < range.end; p += pixels) {                                                               \
            const from_type *input = (const from_type *)call->source[0] + bytes_pixel(in, range.part, p);                                \
            to_type *output = (to_type *)call->destination + bytes_pixel(out, range.part, p);                                            \
            pixels = bytes_pixels(in, out, &range, p);                                                                                   \
            for (size_t c = 0; c < in->channels; c += together)                                                                          \
                PK_NAME(convert)(input + bytes_channel(in, c), together > 1 ? 1 : in->pixel, output + bytes_channel(out, c),             \
                                 together > 1 ? 1 : out->pixel, together > 1 ? together : pixels, (by)->scale, (by)->zero_point);        \
        }                                                                                                                                \
    }

BYTES_REORDER(reorder_q8_f32, uint8_t, float, bytes_to_values, in)
BYTES_REORDER(reorder_f32_q8, float, uint8_t, values_to_bytes, out)
#undef BYTES_REORDER

/* From one scale to another; in the same the bytes are the same. */
void PK_NAME(reorder_q8_q8)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const float from = in->scale, to = out->scale;
    const int32_t zero_point = out->zero_point;
    const bool is_same = pk_scale_of(in) == to && in->zero_point == out->zero_point, is_plain = bytes_are_together(in, out);
    for (size_t p = range.begin; p < range.end; p++) {
        const uint8_t *restrict input = (const uint8_t *)call->source[0] + bytes_pixel(in, range.part, p);
        uint8_t *restrict output = (uint8_t *)call->destination + bytes_pixel(out, range.part, p);
        if (is_same && is_plain) {
            memcpy(output, input, in->channels);
            continue;
        }
        for (size_t c = 0; c < in->channels; c++) {
            const uint8_t byte = input[bytes_channel(in, c)];
            output[bytes_channel(out, c)] = is_same ? byte : bytes_nearest(bytes_value(byte, from, in->zero_point), to, zero_point);
        }
    }
}

/* The larger of each. */
PK_INLINE void bytes_max(uint8_t *restrict most, const uint8_t *restrict input, size_t count)
{
    for (size_t c = 0; c < count; c++)
        most[c] = most[c] > input[c] ? most[c] : input[c];
}

/* Rows of the destination. Each window meets the picture. */
void PK_NAME(maxpool_u8)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_problem *problem = call->problem;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const uint8_t *picture = (const uint8_t *)call->source[0] + range.part * in->picture;
    for (size_t y = range.begin; y < range.end; y++) {
        size_t top, bottom;
        pk_window_meets(window, 0, y, in->height, &top, &bottom);
        for (size_t x = 0; x < out->width; x++) {
            size_t left, right;
            pk_window_meets(window, 1, x, in->width, &left, &right);
            uint8_t *output = (uint8_t *)call->destination + range.part * out->picture + y * out->row + x * out->pixel;
            memcpy(output, picture + top * in->row + left * in->pixel, out->channels);
            for (size_t i = top; i < bottom; i++)
                for (size_t j = left; j < right; j++)
                    bytes_max(output, picture + i * in->row + j * in->pixel, out->channels);
        }
    }
}

/* Rows of the source. */
void PK_NAME(upsample_u8)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const size_t factor = call->problem->as.factor;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    for (size_t y = range.begin; y < range.end; y++)
        for (size_t x = 0; x < in->width; x++) {
            const uint8_t *input = (const uint8_t *)call->source[0] + range.part * in->picture + y * in->row + x * in->pixel;
            uint8_t *output = (uint8_t *)call->destination + range.part * out->picture + y * factor * out->row + x * factor * out->pixel;
            for (size_t i = 0; i < factor; i++)
                for (size_t j = 0; j < factor; j++)
                    memcpy(output + i * out->row + j * out->pixel, input, in->channels);
        }
}

#undef PK_NAME

#define PK_T u8
#include "kernels/eltwise/shuffle.tmpl.h"
#undef PK_T
