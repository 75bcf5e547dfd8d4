/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far rounding to halves between the transforms may carry Winograd's way off. An output is a
 * sum over places p and channels i of a_p u_pi v_pi, of what the places, the weights and the input
 * were transformed to; u and v are rounded, each by at most half a unit in the last place. These
 * errors know nothing of one another, so the bound is on their root mean square: it grows with the
 * root of the number of products and not with the number, as a sum that lacks some of them would.
 *
 * The matrices come from the points by Lavin and Gray's definition, not from the kernels' code.
 */
#include "kernels/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OUT         4 /* a side of a tile's outputs */
#define MOST_IN     6
#define MOST_PLACES 6

/* One dimension of the input: every step-th pixel from first on, and the weights that meet it. */
typedef struct piece {
    size_t first, step, in; /* in: pixels, which are as many places */
    size_t taps, tap[3];
    double b[MOST_PLACES][MOST_IN], g[MOST_PLACES][3];
} piece;

typedef struct form {
    size_t stride, places, piece_count;
    piece pieces[2];
    double a[OUT][MOST_PLACES];
} form;

/* The coefficients of the product of (x - q) over all points but one; without: none is left out. */
static void product(const double *points, size_t count, size_t without, double *coefficients)
{
    memset(coefficients, 0, MOST_IN * sizeof *coefficients);
    coefficients[0] = 1.0;
    for (size_t q = 0; q < count; q++)
        for (size_t i = MOST_IN; i-- > 0 && q != without;)
            coefficients[i] = (i > 0 ? coefficients[i - 1] : 0.0) - points[q] * coefficients[i];
}

/* count points, and infinity where the piece has a pixel more. */
static void make_piece(piece *made, const double *points, size_t count)
{
    for (size_t p = 0; p < made->in; p++) {
        const bool is_infinite = p == count;
        product(points, count, p, made->b[p]);
        double scale = 1.0;
        for (size_t q = 0; q < count && !is_infinite; q++)
            scale *= q == p ? 1.0 : points[p] - points[q];
        for (size_t t = 0; t < made->taps; t++)
            made->g[p][t] =
                is_infinite ? (t + 1 == made->taps ? 1.0 : 0.0) : pow(points[p], (double)t) / scale;
    }
}

static form make_form(size_t stride)
{
    static const double points[2][5] = {
        {0.0, 0.70710678118654752, -0.70710678118654752, 1.41421356237309505, -1.41421356237309505},
        {0.5, -0.5, 1.0, -1.0}};
    const size_t count = stride == 1 ? 5 : 4;
    form made = {.stride = stride, .places = count + 1, .piece_count = stride};
    if (stride == 1) {
        made.pieces[0] = (piece){.step = 1, .in = 6, .taps = 3, .tap = {0, 1, 2}};
    } else { /* the odd pixels meet one weight */
        made.pieces[0] = (piece){.step = 2, .in = 5, .taps = 2, .tap = {0, 2}};
        made.pieces[1] = (piece){.first = 1, .step = 2, .in = 4, .taps = 1, .tap = {1}};
    }
    for (size_t k = 0; k < made.piece_count; k++)
        make_piece(&made.pieces[k], points[stride - 1], count);
    for (size_t o = 0; o < OUT; o++)
        for (size_t p = 0; p <= count; p++)
            made.a[o][p] =
                p == count ? (o + 1 == OUT ? 1.0 : 0.0) : pow(points[stride - 1][p], (double)o);
    return made;
}

/* The square of the product of what a weight and an input of one channel become, added up in each
 * place. */
typedef struct squares {
    double at[MOST_PLACES][MOST_PLACES];
} squares;

/* y, x: of the tile's first input pixel. */
typedef struct tile {
    const pt_case *of;
    const form *by;
    const void *source;
    size_t n;
    long y, x;
} tile;

static double pixel(const tile *at, size_t channel, long y, long x)
{
    const pk_tensor *in = &at->of->problem.source[0];
    if (y < 0 || x < 0 || y >= (long)in->height || x >= (long)in->width)
        return 0.0;
    return pt_get(in, at->source, at->n, channel, (size_t)y, (size_t)x);
}

/* What the pixels of a pair of pieces become, one place. */
static double input_at(const tile *at, size_t channel, const piece *down, const piece *across,
                       size_t p, size_t q)
{
    double sum = 0.0;
    for (size_t i = 0; i < down->in; i++)
        for (size_t j = 0; j < across->in; j++)
            if (down->b[p][i] != 0.0 && across->b[q][j] != 0.0)
                sum += down->b[p][i] * across->b[q][j] *
                       pixel(at, channel, at->y + (long)(down->first + i * down->step),
                             at->x + (long)(across->first + j * across->step));
    return sum;
}

static double weight_at(const pt_case *of, size_t output, size_t channel, const piece *down,
                        const piece *across, size_t p, size_t q)
{
    const float *kernel =
        of->constants.weights + (output * of->problem.source[0].channels + channel) * 9;
    double sum = 0.0;
    for (size_t i = 0; i < down->taps; i++)
        for (size_t j = 0; j < across->taps; j++)
            sum +=
                down->g[p][i] * across->g[q][j] * (double)kernel[down->tap[i] * 3 + across->tap[j]];
    return sum;
}

/* Adds a channel of a pair of pieces to the squares of every output channel. */
static void add_pair(const tile *at, size_t channel, const piece *down, const piece *across,
                     squares *sums)
{
    for (size_t p = 0; p < down->in; p++)
        for (size_t q = 0; q < across->in; q++) {
            const double v = input_at(at, channel, down, across, p, q);
            for (size_t c = 0; c < at->of->problem.destination.channels && v != 0.0; c++) {
                const double uv = v * weight_at(at->of, c, channel, down, across, p, q);
                sums[c].at[p][q] += uv * uv;
            }
        }
}

/* The outputs of a tile of one channel, from the squares of its places. */
static void write_tile(const tile *at, const squares *sums, size_t channel, size_t top, size_t left,
                       double *spread)
{
    const pk_tensor *out = &at->of->problem.destination;
    for (size_t i = 0; i < OUT && top + i < out->height; i++)
        for (size_t j = 0; j < OUT && left + j < out->width; j++) {
            double sum = 0.0;
            for (size_t p = 0; p < at->by->places; p++)
                for (size_t q = 0; q < at->by->places; q++)
                    sum += pow(at->by->a[i][p] * at->by->a[j][q], 2.0) * sums->at[p][q];
            spread[((at->n * out->channels + channel) * out->height + top + i) * out->width + left +
                   j] = sqrt(sum);
        }
}

void pt_winograd_spread(const pt_case *of, const void *source, double *spread)
{
    const pk_problem *problem = &of->problem;
    const pk_tensor *out = &problem->destination;
    const size_t stride = problem->as.window.stride[0];
    const form by = make_form(stride);
    squares *sums = malloc(out->channels * sizeof *sums);
    if (sums == NULL)
        abort();
    tile at = {.of = of, .by = &by, .source = source};
    for (at.n = 0; at.n < out->batch; at.n++)
        for (size_t top = 0; top < out->height; top += OUT)
            for (size_t left = 0; left < out->width; left += OUT) {
                at.y = (long)(top * stride) - (long)problem->as.window.padding[0];
                at.x = (long)(left * stride) - (long)problem->as.window.padding[1];
                memset(sums, 0, out->channels * sizeof *sums);
                for (size_t i = 0; i < problem->source[0].channels; i++)
                    for (size_t k = 0; k < by.piece_count * by.piece_count; k++)
                        add_pair(&at, i, &by.pieces[k / by.piece_count],
                                 &by.pieces[k % by.piece_count], sums);
                for (size_t c = 0; c < out->channels; c++)
                    write_tile(&at, &sums[c], c, top, left, spread);
            }
    free(sums);
}
