/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transforms of Winograd's F(4x4, 3x3) on a vocabulary of simd/ with activation.h and elements.h; needs PK_ISA. The points are 0, +-1/sqrt 2,
 * +-sqrt 2 and infinity (see winograd.c): numbers near one keep the rounding errors of the sums small.
 */
#define PK_A  0.707106781f /* sqrt(1/2), whose square is 1/2 and whose third power is A / 2 */
#define PK_B  1.414213562f /* sqrt 2: squared 2, third power 2 B */

/* d -> B^T d over six values, step apart. */
PK_INLINE void winograd_in(vf32 *d, const size_t step)
{
    const vf32 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const vf32 minus = vf32_set1(-2.5f), a = vf32_set1(PK_A), b = vf32_set1(PK_B);
    const vf32 even_a = vf32_fma(vf32_set1(-2.0f), d2, d4), odd_a = vf32_sub(vf32_mul(a, d3), vf32_mul(b, d1));
    const vf32 even_b = vf32_fma(vf32_set1(-0.5f), d2, d4), odd_b = vf32_sub(vf32_mul(b, d3), vf32_mul(a, d1));
    d[0] = vf32_add(vf32_fma(minus, d2, d0), d4);
    d[step] = vf32_add(even_a, odd_a);
    d[2 * step] = vf32_sub(even_a, odd_a);
    d[3 * step] = vf32_add(even_b, odd_b);
    d[4 * step] = vf32_sub(even_b, odd_b);
    d[5 * step] = vf32_add(vf32_fma(minus, d3, d1), d5);
}

/* m -> A^T m: six values become four. */
PK_INLINE void winograd_out(vf32 *m, const size_t step)
{
    const vf32 m0 = m[0], m5 = m[5 * step];
    const vf32 sum_a = vf32_add(m[step], m[2 * step]), difference_a = vf32_sub(m[step], m[2 * step]);
    const vf32 sum_b = vf32_add(m[3 * step], m[4 * step]), difference_b = vf32_sub(m[3 * step], m[4 * step]);
    m[0] = vf32_add(m0, vf32_add(sum_a, sum_b));
    m[step] = vf32_fma(vf32_set1(PK_A), difference_a, vf32_mul(vf32_set1(PK_B), difference_b));
    m[2 * step] = vf32_fma(vf32_set1(0.5f), sum_a, vf32_mul(vf32_set1(2.0f), sum_b));
    m[3 * step] = vf32_add(vf32_fma(vf32_set1(PK_A / 2), difference_a, vf32_mul(vf32_set1(2 * PK_B), difference_b)), m5);
}

/* inside: every pixel of the tile is in the picture; a constant where this is inlined. */
PK_INLINE void winograd_input(const pk_winograd_input_args *args, const bool is_inside)
{
    const pk_tensor *in = args->tensor;
    for (size_t c = 0, chunk = 0; c < in->channels; c += VF32_LANES, chunk++) {
        const size_t count = vf32_count(c, in->channels);
        vf32 d[PK_WINOGRAD_PLACES];
        PK_UNROLL
        for (size_t i = 0; i < PK_WINOGRAD_IN; i++) {
            PK_UNROLL
            for (size_t j = 0; j < PK_WINOGRAD_IN; j++) {
                const int64_t y = args->y + (int64_t)i, x = args->x + (int64_t)j;
                const bool is_there = is_inside || (y >= 0 && y < (int64_t)in->height && x >= 0 && x < (int64_t)in->width);
                d[i * PK_WINOGRAD_IN + j] = is_there ? vf32_get_f32(args->input + (size_t)y * in->row + (size_t)x * in->pixel + c, count) : vf32_set1(0.0f);
            }
            winograd_in(d + i * PK_WINOGRAD_IN, 1);
        }
        float *to = args->transformed + chunk * args->chunk_step;
        PK_UNROLL
        for (size_t j = 0; j < PK_WINOGRAD_IN; j++) {
            winograd_in(d + j, PK_WINOGRAD_IN);
            PK_UNROLL
            for (size_t i = 0; i < PK_WINOGRAD_IN; i++)
                vf32_store(to + (i * PK_WINOGRAD_IN + j) * args->place_step, d[i * PK_WINOGRAD_IN + j]);
        }
    }
}

void PK_JOIN(pk_winograd_input_, PK_ISA)(const pk_winograd_input_args *args)
{
    const pk_tensor *in = args->tensor;
    if (args->y >= 0 && args->x >= 0 && args->y + PK_WINOGRAD_IN <= (int64_t)in->height && args->x + PK_WINOGRAD_IN <= (int64_t)in->width)
        winograd_input(args, true);
    else
        winograd_input(args, false);
}

/* kind is a constant where this is inlined. */
PK_INLINE void winograd_output(const pk_winograd_output_args *args, const pk_activation kind)
{
    const pk_tensor *out = args->tensor;
    const size_t rows = pk_min(PK_WINOGRAD_OUT, out->height - args->y), columns = pk_min(PK_WINOGRAD_OUT, out->width - args->x);
    for (size_t c = 0; c < args->channels; c += VF32_LANES) {
        const size_t count = vf32_count(c, args->channels);
        const vf32 bias = vf32_load(args->bias + c);
        vf32 m[PK_WINOGRAD_PLACES];
        PK_UNROLL
        for (size_t i = 0; i < PK_WINOGRAD_IN; i++) {
            PK_UNROLL
            for (size_t j = 0; j < PK_WINOGRAD_IN; j++)
                m[i * PK_WINOGRAD_IN + j] = vf32_load(args->products + (i * PK_WINOGRAD_IN + j) * args->place_step + c);
            winograd_out(m + i * PK_WINOGRAD_IN, 1);
        }
        PK_UNROLL
        for (size_t j = 0; j < PK_WINOGRAD_OUT; j++)
            winograd_out(m + j, PK_WINOGRAD_IN);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++) {
                const size_t pixel = (args->y + i) * out->width + args->x + j;
                vf32 y = vf32_activate(vf32_add(m[i * PK_WINOGRAD_IN + j], bias), kind, args->alpha);
                if (args->residual != NULL)
                    y = vf32_add(y, vf32_get_f32(args->residual + pixel * args->residual_pixel + c, count));
                vf32_put_f32(args->output + pixel * out->pixel + c, y, count);
            }
    }
}

void PK_JOIN(pk_winograd_output_, PK_ISA)(const pk_winograd_output_args *args)
{
    if (args->activation == PK_ACT_SILU)
        winograd_output(args, PK_ACT_SILU);
    else
        winograd_output(args, args->activation);
}

#undef PK_A
#undef PK_B
