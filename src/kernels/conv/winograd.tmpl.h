/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Winograd's transforms on a vocabulary of simd/ with activation.h and elements.h; needs PK_ISA, and PK_T, the type of input, of what it becomes,
 * and of output. In one dimension, from the product of polynomials: see winograd_form.c, which says what the points are.
 */
#define PK_ELEMENT PK_JOIN(pk_, PK_T)
#define PK_GET     PK_JOIN(vf32_get_, PK_T)
#define PK_PUT     PK_JOIN(vf32_put_, PK_T)
#define PK_A  0.707106781f /* sqrt(1/2), whose square is 1/2 and whose third power is A / 2 */
#define PK_B  1.414213562f /* sqrt 2: squared 2, third power 2 B */
#define PK_SIDE   6 /* of a tile's input, and of its places, at stride 1 */
#define PK_SIDE_2 9 /* of a tile's input at stride 2: 5 even and 4 odd */

/* d -> B^T d over six values, step apart. */
PK_INLINE void winograd_in(vf32 *d, const size_t step)
{
    const vf32 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
    const vf32 minus = vf32_set1(-2.5f);
    const vf32 even_a = vf32_fma(vf32_set1(-2.0f), d2, d4), odd_a = vf32_mul(vf32_set1(PK_A), vf32_fma(vf32_set1(-2.0f), d1, d3));
    const vf32 even_b = vf32_fma(vf32_set1(-0.5f), d2, d4), odd_b = vf32_mul(vf32_set1(PK_B), vf32_fma(vf32_set1(-0.5f), d1, d3));
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

/* At stride 2, of the even ones: four values or, with the place at infinity, five. Of the odd ones: four. */
PK_INLINE void winograd_in_2(vf32 *d, const size_t step, const bool is_even)
{
    const vf32 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], quarter = vf32_set1(-0.25f), half = vf32_set1(0.5f);
    const vf32 odd_a = vf32_sub(d3, d1), even_a = vf32_mul(half, vf32_sub(d2, d0));
    const vf32 odd_b = vf32_fma(quarter, d1, d3), even_b = vf32_fma(quarter, d0, d2);
    d[0] = vf32_add(odd_a, even_a);
    d[step] = vf32_sub(odd_a, even_a);
    d[2 * step] = vf32_add(odd_b, even_b);
    d[3 * step] = vf32_sub(odd_b, even_b);
    if (is_even)
        d[4 * step] = vf32_fma(vf32_set1(-1.25f), d2, vf32_fma(vf32_set1(0.25f), d0, d[4 * step]));
}

/* Five values become four. */
PK_INLINE void winograd_out_2(vf32 *m, const size_t step)
{
    const vf32 sum_a = vf32_add(m[0], m[step]), difference_a = vf32_sub(m[0], m[step]);
    const vf32 sum_b = vf32_add(m[2 * step], m[3 * step]), difference_b = vf32_sub(m[2 * step], m[3 * step]);
    m[0] = vf32_add(sum_a, sum_b);
    m[step] = vf32_fma(vf32_set1(0.5f), difference_a, difference_b);
    m[2 * step] = vf32_fma(vf32_set1(0.25f), sum_a, sum_b);
    m[3 * step] = vf32_add(vf32_fma(vf32_set1(0.125f), difference_a, difference_b), m[4 * step]);
}

/* The pixels of a tile of side x side as rows of vectors, zeros where there are none: for tiles at a border, and for channels that fill no vector. */
PK_INLINE void winograd_gather(const pk_winograd_input_args *args, size_t c, size_t count, const size_t side, PK_ELEMENT *patch)
{
    const pk_tensor *in = args->tensor;
    for (size_t i = 0; i < side; i++)
        for (size_t j = 0; j < side; j++, patch += VF32_LANES) {
            const int64_t y = args->y + (int64_t)i, x = args->x + (int64_t)j;
            const bool is_there = y >= 0 && y < (int64_t)in->height && x >= 0 && x < (int64_t)in->width;
            const PK_ELEMENT *pixel = (const PK_ELEMENT *)args->input + (size_t)y * in->row + (size_t)x * in->pixel + c;
            PK_PUT(patch, is_there ? PK_GET(pixel, count) : vf32_set1(0.0f), VF32_LANES);
        }
}

/* All chunks of a tile, side and transform(first pixel, steps of row and pixel, first place, step of place) being the form's. */
#define PK_WINOGRAD_INPUT(side, transform) \
    const pk_tensor *in = args->tensor; \
    PK_ELEMENT patch[(side) * (side) * VF32_LANES] __attribute__((aligned(64))); \
    const bool is_inside = args->y >= 0 && args->x >= 0 && args->y + (side) <= (int64_t)in->height && args->x + (side) <= (int64_t)in->width; \
    PK_ELEMENT *to = args->transformed; \
    for (size_t c = 0; c < in->channels; c += VF32_LANES, to += args->chunk_step) { \
        const size_t count = vf32_count(c, in->channels); \
        if (is_inside && count == VF32_LANES) { \
            transform((const PK_ELEMENT *)args->input + (size_t)args->y * in->row + (size_t)args->x * in->pixel + c, in->row, in->pixel, to, \
                      args->segment_step); \
            continue; \
        } \
        winograd_gather(args, c, count, side, patch); \
        transform(patch, (side) * VF32_LANES, VF32_LANES, to, args->segment_step); \
    }

static void winograd_transform(const PK_ELEMENT *first, size_t row, size_t pixel, PK_ELEMENT *to, size_t step)
{
    vf32 d[PK_WINOGRAD_PLACES];
    PK_UNROLL
    for (size_t i = 0; i < PK_SIDE; i++) {
        PK_UNROLL
        for (size_t j = 0; j < PK_SIDE; j++)
            d[i * PK_SIDE + j] = PK_GET(first + i * row + j * pixel, VF32_LANES);
        winograd_in(d + i * PK_SIDE, 1);
    }
    PK_UNROLL
    for (size_t j = 0; j < PK_SIDE; j++) {
        winograd_in(d + j, PK_SIDE);
        PK_UNROLL
        for (size_t i = 0; i < PK_SIDE; i++)
            PK_PUT(to + (i * PK_SIDE + j) * step, d[i * PK_SIDE + j], VF32_LANES);
    }
}

/* One of the four pictures at stride 2: its rows begin at odd_y, its columns at odd_x. */
PK_INLINE void winograd_transform_picture(const PK_ELEMENT *first, size_t row, size_t pixel, PK_ELEMENT *to, size_t step, const size_t odd_y,
                                          const size_t odd_x)
{
    const size_t rows = 5 - odd_y, columns = 5 - odd_x;
    vf32 d[25];
    PK_UNROLL
    for (size_t i = 0; i < rows; i++) {
        PK_UNROLL
        for (size_t j = 0; j < columns; j++)
            d[i * 5 + j] = PK_GET(first + (2 * i + odd_y) * row + (2 * j + odd_x) * pixel, VF32_LANES);
        winograd_in_2(d + i * 5, 1, odd_x == 0);
    }
    PK_UNROLL
    for (size_t j = 0; j < columns; j++) {
        winograd_in_2(d + j, 5, odd_y == 0);
        const size_t across = j < 4 ? 2 : 1; /* segments of a place: those of even and odd columns, then of odd rows */
        PK_UNROLL
        for (size_t i = 0; i < rows; i++)
            PK_PUT(to + (i * 18 + j * (i < 4 ? 4 : 2) + odd_y * across + odd_x) * step, d[i * 5 + j], VF32_LANES);
    }
}

static void winograd_transform_2(const PK_ELEMENT *first, size_t row, size_t pixel, PK_ELEMENT *to, size_t step)
{
    winograd_transform_picture(first, row, pixel, to, step, 0, 0);
    winograd_transform_picture(first, row, pixel, to, step, 0, 1);
    winograd_transform_picture(first, row, pixel, to, step, 1, 0);
    winograd_transform_picture(first, row, pixel, to, step, 1, 1);
}

void PK_JOIN(PK_JOIN(pk_winograd_s1_input_, PK_T), PK_JOIN(_, PK_ISA))(const pk_winograd_input_args *args)
{
    PK_WINOGRAD_INPUT(PK_SIDE, winograd_transform)
}

void PK_JOIN(PK_JOIN(pk_winograd_s2_input_, PK_T), PK_JOIN(_, PK_ISA))(const pk_winograd_input_args *args)
{
    PK_WINOGRAD_INPUT(PK_SIDE_2, winograd_transform_2)
}

/* kind and stride are constants where this is inlined; places is a side of a tile's. */
PK_INLINE void winograd_output(const pk_winograd_output_args *args, const pk_activation kind, const size_t places,
                               void (*const out_1d)(vf32 *m, const size_t step))
{
    const pk_tensor *out = args->tensor;
    const size_t rows = pk_min(PK_WINOGRAD_OUT, out->height - args->y), columns = pk_min(PK_WINOGRAD_OUT, out->width - args->x);
    for (size_t c = 0; c < args->channels; c += VF32_LANES) {
        const size_t count = vf32_count(c, args->channels);
        const vf32 bias = vf32_load(args->bias + c);
        vf32 m[PK_WINOGRAD_PLACES];
        PK_UNROLL
        for (size_t i = 0; i < places; i++) {
            PK_UNROLL
            for (size_t j = 0; j < places; j++)
                m[i * places + j] = vf32_load(args->products + (i * places + j) * args->place_step + c);
            out_1d(m + i * places, 1);
        }
        PK_UNROLL
        for (size_t j = 0; j < PK_WINOGRAD_OUT; j++)
            out_1d(m + j, places);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++) {
                const size_t pixel = (args->y + i) * out->width + args->x + j;
                vf32 y = vf32_activate(vf32_add(m[i * places + j], bias), kind, args->alpha);
                if (args->residual != NULL)
                    y = vf32_add(y, PK_GET((const PK_ELEMENT *)args->residual + pixel * args->residual_pixel + c, count));
                PK_PUT((PK_ELEMENT *)args->output + pixel * out->pixel + c, y, count);
            }
    }
}

#define PK_WINOGRAD_OUTPUT(form, places, out_1d) \
    void PK_JOIN(PK_JOIN(pk_winograd_##form##_output_, PK_T), PK_JOIN(_, PK_ISA))(const pk_winograd_output_args *args) \
    { \
        if (args->activation == PK_ACT_SILU) \
            winograd_output(args, PK_ACT_SILU, places, out_1d); \
        else \
            winograd_output(args, args->activation, places, out_1d); \
    }

PK_WINOGRAD_OUTPUT(s1, PK_SIDE, winograd_out)
PK_WINOGRAD_OUTPUT(s2, 5, winograd_out_2)

#undef PK_WINOGRAD_INPUT
#undef PK_WINOGRAD_OUTPUT
#undef PK_A
#undef PK_B
#undef PK_SIDE
#undef PK_SIDE_2
#undef PK_ELEMENT
#undef PK_GET
#undef PK_PUT
