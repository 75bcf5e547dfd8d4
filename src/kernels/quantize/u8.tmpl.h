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
/* The nearest; a NaN is the zero point. */
PK_INLINE uint8_t bytes_nearest(float value, float scale, float zero_point)
{
    float n = value / scale;
    n = n > -512.0f ? n : n <= -512.0f ? -512.0f : 0.0f;
    n = n < 512.0f ? n : 512.0f;
    n = (n + 12582912.0f) - 12582912.0f + zero_point;
    return (uint8_t)(n < 0.0f ? 0.0f : n > 255.0f ? 255.0f : n);
}

void PK_NAME(reorder_q8_f32)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const bool is_plain = bytes_are_together(in, out);
    const float scale = in->scale;
    const int32_t zero_point = in->zero_point;
    for (size_t p = range.begin; p < range.end; p++) {
        const uint8_t *restrict input = (const uint8_t *)call->source[0] + bytes_pixel(in, range.part, p);
        float *restrict output = (float *)call->destination + bytes_pixel(out, range.part, p);
        for (size_t c = 0; is_plain && c < in->channels; c++)
            output[c] = bytes_value(input[c], scale, zero_point);
        for (size_t c = 0; !is_plain && c < in->channels; c++)
            output[bytes_channel(out, c)] = bytes_value(input[bytes_channel(in, c)], scale, zero_point);
    }
}

void PK_NAME(reorder_f32_q8)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const bool is_plain = bytes_are_together(in, out);
    const float scale = out->scale, zero_point = (float)out->zero_point;
    for (size_t p = range.begin; p < range.end; p++) {
        const float *restrict input = (const float *)call->source[0] + bytes_pixel(in, range.part, p);
        uint8_t *restrict output = (uint8_t *)call->destination + bytes_pixel(out, range.part, p);
        for (size_t c = 0; is_plain && c < in->channels; c++)
            output[c] = bytes_nearest(input[c], scale, zero_point);
        for (size_t c = 0; !is_plain && c < in->channels; c++)
            output[bytes_channel(out, c)] = bytes_nearest(input[bytes_channel(in, c)], scale, zero_point);
    }
}

/* From one scale to another; in the same the bytes are the same. */
void PK_NAME(reorder_q8_q8)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const float from = in->scale, to = out->scale, zero_point = (float)out->zero_point;
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
