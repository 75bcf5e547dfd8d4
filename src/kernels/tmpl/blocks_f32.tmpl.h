/* SPDX-License-Identifier: Apache-2.0 */
/* globalpool, shuffle, deconv, attention. Needs a simd_*.h, layers_f32.tmpl.h and PK_NAME(op). */

void PK_NAME(globalpool_f32)(const pk_globalpool_f32_args *args)
{
    const vf32 share = vf32_set1(1.0f / (float)args->pixels);
    for (size_t c = 0; c < args->channels; c += VF32_LANES) {
        const size_t count = PK_NAME(lanes)(c, args->channels);
        vf32 sum = vf32_set1(0.0f);
        for (size_t p = 0; p < args->pixels; p++)
            sum = vf32_add(sum, PK_NAME(load)(args->input + p * args->input_stride + c, count));
        PK_NAME(store)(args->output + c, vf32_mul(sum, share), count);
    }
}

void PK_NAME(shuffle_f32)(const pk_shuffle_f32_args *args)
{
    const size_t factor = args->factor, fine_width = args->coarse_width * factor;
    const size_t fine_stride = args->is_to_coarse ? args->input_stride : args->output_stride;
    const size_t coarse_stride = args->is_to_coarse ? args->output_stride : args->input_stride;
    for (size_t y = args->row_begin * factor; y < args->row_end * factor; y++)
        for (size_t x = 0; x < fine_width; x++) {
            const size_t fine = (y * fine_width + x) * fine_stride;
            const size_t coarse = (y / factor * args->coarse_width + x / factor) * coarse_stride +
                                  (y % factor * factor + x % factor) * args->channels;
            const float *input = args->input + (args->is_to_coarse ? fine : coarse);
            float *output = args->output + (args->is_to_coarse ? coarse : fine);
            for (size_t c = 0; c < args->channels; c += VF32_LANES) {
                const size_t count = PK_NAME(lanes)(c, args->channels);
                PK_NAME(store)(output + c, PK_NAME(load)(input + c, count), count);
            }
        }
}

void PK_NAME(deconv_f32)(const pk_deconv_f32_args *args)
{
    for (size_t o = 0; o < args->outputs; o += VF32_LANES) {
        const size_t count = PK_NAME(lanes)(o, args->outputs);
        vf32 sum = PK_NAME(load)(args->bias + o, count);
        for (size_t t = 0; t < args->tap_count; t++) {
            const float *weights = args->weights[t] + o;
            for (size_t i = 0; i < args->inputs; i++, weights += args->outputs)
                sum = vf32_fma(vf32_set1(args->taps[t][i]), PK_NAME(load)(weights, count), sum);
        }
        PK_NAME(store)(args->output + o, sum, count);
    }
}

PK_INLINE float PK_NAME(dot)(const float *a, const float *b, size_t depth)
{
    float lanes[VF32_LANES];
    vf32 sums = vf32_set1(0.0f);
    for (size_t i = 0; i < depth; i += VF32_LANES) {
        const size_t count = PK_NAME(lanes)(i, depth);
        sums = vf32_fma(PK_NAME(load)(a + i, count), PK_NAME(load)(b + i, count), sums);
    }
    vf32_store(lanes, sums);
    float sum = lanes[0];
    for (size_t i = 1; i < VF32_LANES; i++)
        sum += lanes[i];
    return sum;
}

/* Scores become exp(score - the largest); returns 1 / their sum. */
PK_INLINE float PK_NAME(exponentials)(float *scores, size_t count)
{
    float most = scores[0], sum = 0.0f;
    for (size_t i = 1; i < count; i++)
        most = scores[i] > most ? scores[i] : most;
    for (size_t i = 0; i < count; i += VF32_LANES) {
        const size_t lanes = PK_NAME(lanes)(i, count);
        const vf32 below = vf32_sub(vf32_set1(most), PK_NAME(load)(scores + i, lanes));
        PK_NAME(store)(scores + i, vf32_exp_negative(below), lanes);
    }
    for (size_t i = 0; i < count; i++)
        sum += scores[i];
    return 1.0f / sum;
}

void PK_NAME(attention_f32)(const pk_attention_f32_args *args)
{
    for (size_t t = args->token_begin; t < args->token_end; t++) {
        const float *query = args->query + t * args->query_stride;
        for (size_t u = 0; u < args->token_count; u++)
            args->scores[u] =
                args->scale * PK_NAME(dot)(query, args->key + u * args->key_stride, args->depth);
        const vf32 share = vf32_set1(PK_NAME(exponentials)(args->scores, args->token_count));
        for (size_t c = 0; c < args->depth; c += VF32_LANES) {
            const size_t count = PK_NAME(lanes)(c, args->depth);
            vf32 sum = vf32_set1(0.0f);
            for (size_t u = 0; u < args->token_count; u++)
                sum = vf32_fma(vf32_set1(args->scores[u]),
                               PK_NAME(load)(args->value + u * args->value_stride + c, count), sum);
            PK_NAME(store)(args->output + t * args->output_stride + c, vf32_mul(sum, share), count);
        }
    }
}
