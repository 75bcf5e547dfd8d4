/* SPDX-License-Identifier: Apache-2.0 */
/* Micro-kernels of pixels.c. Needs a vocabulary of simd/ with activation.h and elements.h, PK_ISA and PK_T. */
#define PK_NAME(op) PK_JOIN(PK_JOIN(pk_##op##_, PK_T), PK_JOIN(_, PK_ISA))
#define PK_ELEMENT  PK_JOIN(pk_, PK_T)
#define PK_GET      PK_JOIN(vf32_get_, PK_T)
#define PK_PUT      PK_JOIN(vf32_put_, PK_T)

/* output[c] = act(bias[c] + sum over t of taps[t][c] * weights[t][c]) + residual[c] */
void PK_NAME(depthwise_pixel)(const pk_pixel_args *args)
{
    const PK_ELEMENT *residual = args->residual;
    for (size_t c = 0; c < args->outputs; c += VF32_LANES) {
        const size_t count = vf32_count(c, args->outputs);
        vf32 sum = vf32_get_f32(args->bias + c, count);
        for (size_t t = 0; t < args->tap_count; t++)
            sum = vf32_fma(PK_GET((const PK_ELEMENT *)args->taps[t] + c, count), PK_GET((const PK_ELEMENT *)args->weights[t] + c, count),
                           sum);
        sum = vf32_activate(sum, args->activation, args->alpha);
        if (residual != NULL)
            sum = vf32_add(sum, PK_GET(residual + c, count));
        PK_PUT((PK_ELEMENT *)args->output + c, sum, count);
    }
}

/* output[o] = act(bias[o] + sum over t, i of taps[t][i] * weights[t][i][o]) + residual[o] */
void PK_NAME(pixel)(const pk_pixel_args *args)
{
    const PK_ELEMENT *residual = args->residual;
    for (size_t o = 0; o < args->outputs; o += VF32_LANES) {
        const size_t count = vf32_count(o, args->outputs);
        vf32 sum = vf32_get_f32(args->bias + o, count);
        for (size_t t = 0; t < args->tap_count; t++) {
            const PK_ELEMENT *input = args->taps[t];
            const PK_ELEMENT *weights = (const PK_ELEMENT *)args->weights[t] + o;
            for (size_t i = 0; i < args->inputs; i++, weights += args->outputs)
                sum = vf32_fma(vf32_set1(PK_JOIN(value_, PK_T)(input[i])), PK_GET(weights, count), sum);
        }
        sum = vf32_activate(sum, args->activation, args->alpha);
        if (residual != NULL)
            sum = vf32_add(sum, PK_GET(residual + o, count));
        PK_PUT((PK_ELEMENT *)args->output + o, sum, count);
    }
}

#undef PK_NAME
#undef PK_ELEMENT
#undef PK_GET
#undef PK_PUT
