/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two forms of Winograd's minimal filtering (Lavin and Gray, "Fast algorithms for convolutional
 * neural networks", 2015), and their weights. With points p for which a product of polynomials is
 * evaluated, and infinity,
 *
 *     Y = A^T [ sum over channels of (G g G^T) * (B^T d B) ] A
 *
 * row p of B^T holds the coefficients of the product of (x - q) over the other points q (at
 * infinity: over all), row p of G is (1, p, ...) / product of (p - q), column p of A^T is (1, p,
 * p^2, p^3); at infinity the last of each is 1.
 *
 * Stride 1 has 0, +-1/sqrt 2, +-sqrt 2 for three weights. At stride 2 the even pixels meet the
 * weights 0 and 2, the odd ones the weight 1, which is as two of which the second is 0: so the
 * points for two weights, +-1/2 and +-1, do for both, and at infinity the odd ones add nothing.
 * Points near one keep the rounding errors of the sums small.
 */
#include "kernels/conv/winograd.h"

/* G g of one row of weights; for an odd picture at stride 2, of the middle one. */
static void rows_s1(const double g[3], double to[6])
{
    static const double points[5] = {0.0, 0.70710678118654752, -0.70710678118654752,
                                     1.41421356237309505, -1.41421356237309505};
    static const double scale[5] = {1.0, -2.0 / 3.0, -2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0};
    for (size_t p = 0; p < 5; p++)
        to[p] = scale[p] * (g[0] + points[p] * (g[1] + points[p] * g[2]));
    to[5] = g[2];
}

static void weights_s1(const float *kernel, double *to)
{
    double across[3][6];
    for (size_t i = 0; i < 3; i++) {
        const double g[3] = {(double)kernel[3 * i], (double)kernel[3 * i + 1],
                             (double)kernel[3 * i + 2]};
        rows_s1(g, across[i]);
    }
    for (size_t q = 0; q < 6; q++) {
        const double g[3] = {across[0][q], across[1][q], across[2][q]};
        double down[6];
        rows_s1(g, down);
        for (size_t p = 0; p < 6; p++)
            to[p * 6 + q] = down[p];
    }
}

/* Of the even pixels (is_odd 0) or the odd ones; the latter have no place at infinity. */
static void rows_s2(const double g[3], size_t is_odd, double to[5])
{
    static const double points[4] = {0.5, -0.5, 1.0, -1.0};
    static const double scale[4] = {-4.0 / 3.0, 4.0 / 3.0, 2.0 / 3.0, -2.0 / 3.0};
    for (size_t p = 0; p < 4; p++)
        to[p] = scale[p] * (is_odd == 1 ? g[1] : g[0] + points[p] * g[2]);
    to[4] = g[2];
}

static void weights_s2(const float *kernel, double *to)
{
    for (size_t odd_y = 0; odd_y < 2; odd_y++)
        for (size_t odd_x = 0; odd_x < 2; odd_x++) {
            double across[3][5];
            for (size_t i = 0; i < 3; i++) {
                const double g[3] = {(double)kernel[3 * i], (double)kernel[3 * i + 1],
                                     (double)kernel[3 * i + 2]};
                rows_s2(g, odd_x, across[i]);
            }
            for (size_t q = 0; q < 5 - odd_x; q++) {
                const double g[3] = {across[0][q], across[1][q], across[2][q]};
                double down[5];
                rows_s2(g, odd_y, down);
                for (size_t p = 0; p < 5 - odd_y; p++)
                    to[pk_winograd_s2.first[p * 5 + q] + odd_y * (q < 4 ? 2 : 1) + odd_x] = down[p];
            }
        }
}

static const uint8_t first_s1[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                   13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                   26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36};
/* Four segments of a place; at infinity in one direction two, in both one. */
static const uint8_t first_s2[] = {0,  4,  8,  12, 16, 18, 22, 26, 30, 34, 36, 40, 44,
                                   48, 52, 54, 58, 62, 66, 70, 72, 74, 76, 78, 80, 81};

const pk_winograd_form pk_winograd_s1 = {
    .stride = 1, .places = 36, .segments = 36, .first = first_s1, .weights = weights_s1};
const pk_winograd_form pk_winograd_s2 = {
    .stride = 2, .places = 25, .segments = 81, .first = first_s2, .weights = weights_s2};
