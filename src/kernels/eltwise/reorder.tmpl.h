/* SPDX-License-Identifier: Apache-2.0 */
/* The same values in another layout or type. Needs a vocabulary of simd/ with elements.h and PK_ISA.
 * An item is pixels of one picture; see eltwise.c. */

/* From any layout to any; what is common has a loop that the compiler makes fast. */
#define PK_REORDER_ANY(from, to)                                                                                                     \
    PK_INLINE void reorder_##from##_##to(const pk_call *call, pk_range range)                                                        \
    {                                                                                                                                \
        const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;                                         \
        for (size_t p = range.begin; p < range.end; p++) {                                                                           \
            const pk_##from *input =                                                                                                 \
                (const pk_##from *)call->source[0] + range.part * in->picture + p / in->width * in->row + p % in->width * in->pixel; \
            pk_##to *output =                                                                                                        \
                (pk_##to *)call->destination + range.part * out->picture + p / out->width * out->row + p % out->width * out->pixel;  \
            if (in->block >= in->channels && out->block >= in->channels) {                                                           \
                for (size_t c = 0; c < in->channels; c += VF32_LANES) {                                                              \
                    const size_t count = vf32_count(c, in->channels);                                                                \
                    vf32_put_##to(output + c, vf32_get_##from(input + c, count), count);                                             \
                }                                                                                                                    \
                continue;                                                                                                            \
            }                                                                                                                        \
            for (size_t c = 0; c < in->channels; c++)                                                                                \
                output[c / out->block * out->block_step + c % out->block] =                                                          \
                    element_##to(value_##from(input[c / in->block * in->block_step + c % in->block]));                               \
        }                                                                                                                            \
    }                                                                                                                                \
                                                                                                                                     \
    void PK_JOIN(pk_reorder_##from##_##to##_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)                 \
    {                                                                                                                                \
        (void)phase;                                                                                                                 \
        (void)scratch;                                                                                                               \
        reorder_##from##_##to(call, pk_cut_range(&call->needs->cut, item));                                                          \
    }

#define PK_REORDER_HALF(half)  \
    PK_REORDER_ANY(f32, half)  \
    PK_REORDER_ANY(half, f32)  \
    PK_REORDER_ANY(half, half)

PK_REORDER_ANY(f32, f32)
PK_HALF_MAP(PK_REORDER_HALF)

#undef PK_REORDER_ANY
#undef PK_REORDER_HALF

/* Three planes of floats, as PyTorch takes pictures, to dense pixels: the compiler turns this into shuffles. */
void PK_JOIN(pk_reorder_rgb_f32_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const float *restrict red = (const float *)call->source[0] + range.part * in->picture;
    const float *restrict green = red + in->block_step;
    const float *restrict blue = green + in->block_step;
    float *restrict output = (float *)call->destination + range.part * out->picture;
    for (size_t p = range.begin; p < range.end; p++) {
        output[3 * p] = red[p];
        output[3 * p + 1] = green[p];
        output[3 * p + 2] = blue[p];
    }
}

/* Bytes of pixels to numbers. */
void PK_JOIN(pk_reorder_u8_f32_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const size_t channels = in->channels;
    const uint8_t *restrict input = (const uint8_t *)call->source[0] + range.part * in->picture;
    float *restrict output = (float *)call->destination + range.part * out->picture;
    if (call->problem->as.has_constants) {
        const float *mean = call->packed, *deviation = mean + channels;
        for (size_t p = range.begin; p < range.end; p++)
            for (size_t c = 0; c < channels; c++)
                output[p * out->pixel + c] = ((float)input[p * in->pixel + c] / 255.0f - mean[c]) / deviation[c];
        return;
    }
    if (in->pixel == channels && out->pixel == channels) {
        for (size_t i = range.begin * channels; i < range.end * channels; i++)
            output[i] = (float)input[i] / 255.0f;
        return;
    }
    for (size_t p = range.begin; p < range.end; p++)
        for (size_t c = 0; c < channels; c++)
            output[p * out->pixel + c] = (float)input[p * in->pixel + c] / 255.0f;
}
