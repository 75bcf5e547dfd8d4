/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between the convolutions: element by element, and moved pixels. Needs a vocabulary of simd/ with activation.h and elements.h, PK_ISA and
 * PK_T. An item is the range of its cut; see eltwise.c. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_##op##_, PK_T), PK_JOIN(_, PK_ISA))
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)
#define PK_GET      PK_JOIN(vf32_get_, PK_T)
#define PK_PUT      PK_JOIN(vf32_put_, PK_T)

/* Pixels of all pictures. */
void PK_NAME(eltwise)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_problem *problem = call->problem;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const size_t channels = problem->destination.channels;
    const float *scale = problem->as.has_constants ? call->packed : NULL;
    const float *shift = scale == NULL ? NULL : scale + channels;
    for (size_t p = range.begin; p < range.end; p++) {
        const PK_ELEMENT *input = (const PK_ELEMENT *)call->source[0] + p * problem->source[0].pixel;
        const PK_ELEMENT *other =
            problem->source_count == 1 ? NULL : (const PK_ELEMENT *)call->source[1] + p * problem->source[1].pixel;
        PK_ELEMENT *output = (PK_ELEMENT *)call->destination + p * problem->destination.pixel;
        for (size_t c = 0; c < channels; c += VF32_LANES) {
            const size_t count = vf32_count(c, channels);
            vf32 y = PK_GET(input + c, count);
            if (scale != NULL)
                y = vf32_fma(y, vf32_get_f32(scale + c, count), vf32_get_f32(shift + c, count));
            y = vf32_activate(y, problem->activation, problem->alpha);
            if (other != NULL)
                y = vf32_add(y, PK_GET(other + c, count));
            PK_PUT(output + c, y, count);
        }
    }
}

/* Rows of the source. */
void PK_NAME(upsample)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const size_t factor = call->problem->as.factor;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    for (size_t y = range.begin; y < range.end; y++)
        for (size_t x = 0; x < in->width; x++) {
            const PK_ELEMENT *input = (const PK_ELEMENT *)call->source[0] + range.part * in->picture + y * in->row + x * in->pixel;
            PK_ELEMENT *output =
                (PK_ELEMENT *)call->destination + range.part * out->picture + y * factor * out->row + x * factor * out->pixel;
            for (size_t c = 0; c < in->channels; c += VF32_LANES) {
                const size_t count = vf32_count(c, in->channels);
                const vf32 value = PK_GET(input + c, count);
                for (size_t i = 0; i < factor; i++)
                    for (size_t j = 0; j < factor; j++)
                        PK_PUT(output + i * out->row + j * out->pixel + c, value, count);
            }
        }
}

/* Rows of the destination. All channels of its pixels are written. */
void PK_NAME(pad)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_problem *problem = call->problem;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const size_t top = problem->as.pad.top, left = problem->as.pad.left;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    for (size_t y = range.begin; y < range.end; y++)
        for (size_t x = 0; x < out->width; x++) {
            const bool is_inside = y >= top && y - top < in->height && x >= left && x - left < in->width;
            PK_ELEMENT *output = (PK_ELEMENT *)call->destination + range.part * out->picture + y * out->row + x * out->pixel;
            if (!is_inside) {
                memset(output, 0, out->channels * sizeof(PK_ELEMENT));
                continue;
            }
            memcpy(output,
                   (const PK_ELEMENT *)call->source[0] + range.part * in->picture + (y - top) * in->row + (x - left) * in->pixel,
                   out->channels * sizeof(PK_ELEMENT));
        }
}

#undef PK_NAME
#undef PK_ELEMENT
#undef PK_GET
#undef PK_PUT

#include "kernels/eltwise/shuffle.tmpl.h"
