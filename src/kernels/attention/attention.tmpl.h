/* SPDX-License-Identifier: Apache-2.0 */
/* Attention. Needs a vocabulary of simd/ with elements.h, PK_ISA and PK_T. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_##op##_, PK_T), PK_JOIN(_, PK_ISA))
#define PK_OWN(op)  PK_JOIN(op##_, PK_T)
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)
#define PK_GET      PK_JOIN(vf32_get_, PK_T)
#define PK_PUT      PK_JOIN(vf32_put_, PK_T)

PK_INLINE float PK_OWN(dot)(const PK_ELEMENT *a, const PK_ELEMENT *b, size_t depth)
{
    float lanes[VF32_LANES];
    vf32 sums = vf32_set1(0.0f);
    for (size_t i = 0; i < depth; i += VF32_LANES) {
        const size_t count = vf32_count(i, depth);
        sums = vf32_fma(PK_GET(a + i, count), PK_GET(b + i, count), sums);
    }
    vf32_store(lanes, sums);
    float sum = lanes[0];
    for (size_t i = 1; i < VF32_LANES; i++)
        sum += lanes[i];
    return sum;
}

/* Scores become exp(score - the largest); returns 1 / their sum. */
PK_INLINE float PK_OWN(exponentials)(float *scores, size_t count)
{
    float most = scores[0], sum = 0.0f;
    for (size_t i = 1; i < count; i++)
        most = scores[i] > most ? scores[i] : most;
    for (size_t i = 0; i < count; i += VF32_LANES) {
        const size_t lanes = vf32_count(i, count);
        vf32_put_f32(scores + i, vf32_exp_negative(vf32_sub(vf32_set1(most), vf32_get_f32(scores + i, lanes))), lanes);
    }
    for (size_t i = 0; i < count; i++)
        sum += scores[i];
    return 1.0f / sum;
}

/* The head's depth elements of token 0 of a source. */
PK_INLINE const PK_ELEMENT *PK_OWN(head_of)(const pk_call *call, size_t source, size_t picture, size_t channel)
{
    return (const PK_ELEMENT *)call->source[source] + picture * call->problem->source[source].picture + channel;
}

void PK_NAME(attention)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    const pk_problem *problem = call->problem;
    const pk_tensor *out = &problem->destination;
    const size_t heads = problem->as.heads, depth = out->channels / heads, tokens = pk_pixels(out);
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    const size_t picture = range.part / heads, channel = range.part % heads * depth;
    const PK_ELEMENT *query = PK_OWN(head_of)(call, 0, picture, channel);
    const PK_ELEMENT *key = PK_OWN(head_of)(call, 1, picture, channel);
    const PK_ELEMENT *value = PK_OWN(head_of)(call, 2, picture, channel);
    PK_ELEMENT *output = (PK_ELEMENT *)call->destination + picture * out->picture + channel;
    const float scale = (float)(1.0 / sqrt((double)depth));
    float *scores = scratch;
    for (size_t t = range.begin; t < range.end; t++) {
        for (size_t u = 0; u < tokens; u++)
            scores[u] = scale * PK_OWN(dot)(query + t * problem->source[0].pixel, key + u * problem->source[1].pixel, depth);
        const vf32 share = vf32_set1(PK_OWN(exponentials)(scores, tokens));
        for (size_t c = 0; c < depth; c += VF32_LANES) {
            const size_t count = vf32_count(c, depth);
            vf32 sum = vf32_set1(0.0f);
            for (size_t u = 0; u < tokens; u++)
                sum = vf32_fma(vf32_set1(scores[u]), PK_GET(value + u * problem->source[2].pixel + c, count), sum);
            PK_PUT(output + t * out->pixel + c, vf32_mul(sum, share), count);
        }
    }
}

#undef PK_NAME
#undef PK_OWN
#undef PK_ELEMENT
#undef PK_GET
#undef PK_PUT
