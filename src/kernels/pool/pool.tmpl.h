/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. Needs a vocabulary of simd/ with elements.h, PK_ISA and PK_T. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_##op##_, PK_T), PK_JOIN(_, PK_ISA))
#define PK_OWN(op)  PK_JOIN(op##_, PK_T)
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)
#define PK_GET      PK_JOIN(vf32_get_, PK_T)
#define PK_PUT      PK_JOIN(vf32_put_, PK_T)

/* The three parts of a pool's row. op is a constant wherever they are called. */
#define PK_POOL_BEGIN(op, word, begin, fold, end, ...) case PK_##op: return begin;
#define PK_POOL_FOLD(op, word, begin, fold, end, ...)  case PK_##op: return fold;
#define PK_POOL_END(op, word, begin, fold, end, ...)   case PK_##op: return end;
#define PK_POOL_ITEM(op, ...)                          case PK_##op: PK_OWN(pool_rows)(call, item, PK_##op); break;

PK_INLINE vf32 PK_OWN(pool_begin)(const pk_op op, const vf32 first)
{
    switch (op) { PK_POOL_MAP(PK_POOL_BEGIN, , , ) default: return first; }
}

PK_INLINE vf32 PK_OWN(pool_fold)(const pk_op op, const vf32 all, const vf32 value)
{
    switch (op) { PK_POOL_MAP(PK_POOL_FOLD, , , ) default: return value; }
}

PK_INLINE vf32 PK_OWN(pool_end)(const pk_op op, const vf32 all, const vf32 share)
{
    switch (op) { PK_POOL_MAP(PK_POOL_END, , , ) default: return share; }
}

/* Rows of the destination. Each window meets the picture. */
PK_INLINE void PK_OWN(pool_rows)(const pk_call *call, size_t item, const pk_op op)
{
    const pk_problem *problem = call->problem;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    const vf32 share = vf32_set1(1.0f / (float)(window->kernel[0] * window->kernel[1]));
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const PK_ELEMENT *picture = (const PK_ELEMENT *)call->source[0] + range.part * in->picture;
    for (size_t y = range.begin; y < range.end; y++) {
        size_t top, bottom;
        pk_window_meets(window, 0, y, in->height, &top, &bottom);
        for (size_t x = 0; x < out->width; x++) {
            size_t left, right;
            pk_window_meets(window, 1, x, in->width, &left, &right);
            PK_ELEMENT *output = (PK_ELEMENT *)call->destination + range.part * out->picture + y * out->row + x * out->pixel;
            for (size_t c = 0; c < out->channels; c += VF32_LANES) {
                const size_t count = vf32_count(c, out->channels);
                vf32 all = PK_OWN(pool_begin)(op, PK_GET(picture + top * in->row + left * in->pixel + c, count));
                for (size_t i = top; i < bottom; i++) {
                    const PK_ELEMENT *input = picture + i * in->row + left * in->pixel + c;
                    for (size_t j = left; j < right; j++, input += in->pixel)
                        all = PK_OWN(pool_fold)(op, all, PK_GET(input, count));
                }
                PK_PUT(output + c, PK_OWN(pool_end)(op, all, share), count);
            }
        }
    }
}

void PK_NAME(pool)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    switch (call->problem->op) { PK_POOL_MAP(PK_POOL_ITEM, , , ) default: break; }
}

/* Channels of a picture. */
void PK_NAME(globalpool)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const vf32 share = vf32_set1(1.0f / (float)pk_pixels(in));
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const PK_ELEMENT *picture = (const PK_ELEMENT *)call->source[0] + range.part * in->picture;
    PK_ELEMENT *output = (PK_ELEMENT *)call->destination + range.part * out->picture;
    for (size_t c = range.begin; c < range.end; c += VF32_LANES) {
        const size_t count = vf32_count(c, range.end);
        vf32 sum = vf32_set1(0.0f);
        for (size_t p = 0; p < pk_pixels(in); p++)
            sum = vf32_add(sum, PK_GET(picture + p * in->pixel + c, count));
        PK_PUT(output + c, vf32_mul(sum, share), count);
    }
}

#undef PK_POOL_BEGIN
#undef PK_POOL_FOLD
#undef PK_POOL_END
#undef PK_POOL_ITEM
#undef PK_NAME
#undef PK_OWN
#undef PK_ELEMENT
#undef PK_GET
#undef PK_PUT
