/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of activations and constants of channels, made once when weights are packed. */
#include "kernels/quantize/requantise.h"

#include <math.h>

#define UNITS      (1 << PK_FRACTION_BITS)
#define MOST_Z     (INT16_MAX - (UINT8_MAX + 1) * UNITS)
#define MOST_BEGIN ((double)(1 << 30))
#define SHALLOW    0.1 /* a third of the way into the dips, a little more or less */

typedef struct curve {
    pk_activation kind;
    double alpha;
} curve;

static double activate(curve of, double x)
{
    switch (of.kind) {
    case PK_ACT_SILU:
        return x / (1.0 + exp(-x));
    case PK_ACT_LEAKY_RELU:
        return x > 0.0 ? x : of.alpha * x;
    case PK_ACT_HARDSWISH:
        return x * fmin(fmax(x + 3.0, 0.0), 6.0) / 6.0;
    case PK_ACT_RELU:
        return x > 0.0 ? x : 0.0;
    case PK_ACT_SIGMOID:
        return 1.0 / (1.0 + exp(-x));
    case PK_ACT_RELU6:
        return fmin(fmax(x, 0.0), 6.0);
    case PK_ACT_ELU:
        return x > 0.0 ? x : of.alpha * expm1(x);
    case PK_ACT_MISH:
        return x * tanh(log1p(exp(x)));
    case PK_ACT_GELU:
        return x * erfc(x * -0.70710678118654752) / 2.0;
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return x;
}

/* Curves that bend everywhere a little; the others are lines with corners, which lie on the borders
 * of segments or just once within one. */
static bool is_smooth(pk_activation kind)
{
    return kind == PK_ACT_SILU || kind == PK_ACT_SIGMOID || kind == PK_ACT_MISH ||
           kind == PK_ACT_GELU;
}

/* The argument below which nothing happens any more that an output of least and more could show. */
static double lowest(curve of, double least)
{
    switch (of.kind) {
    case PK_ACT_SILU:
    case PK_ACT_SIGMOID:
        return -8.0;
    case PK_ACT_ELU:
        return -least < of.alpha ? fmax(log1p(least / of.alpha), -8.0) : -8.0;
    case PK_ACT_MISH:
        return -10.0;
    case PK_ACT_GELU:
        return -4.0;
    case PK_ACT_HARDSWISH:
        return -3.0;
    case PK_ACT_LEAKY_RELU:
        return of.alpha > 0.0 ? fmin(least, 0.0) / of.alpha : 0.0;
    case PK_ACT_RELU:
    case PK_ACT_RELU6:
        return 0.0;
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return fmin(least, 0.0);
}

/* Between two arguments, from the lower of which on the curve rises: those nearest to where its
 * output is a value. */
static void bisect(curve of, double value, double *low, double *high)
{
    for (int i = 0; i < 60; i++) {
        const double middle = (*low + *high) / 2.0;
        if (activate(of, middle) < value)
            *low = middle;
        else
            *high = middle;
    }
}

/* The argument whose output is most; all curves rise above 0. */
static double highest(curve of, double most)
{
    if (of.kind == PK_ACT_SIGMOID)
        return 8.0;
    if (of.kind == PK_ACT_RELU6)
        return fmin(fmax(most, 0.0), 6.0);
    double low = 0.0, high = fmax(most, 0.0) + 3.0;
    bisect(of, most, &low, &high);
    return high;
}

/* Curves that fall a little before they rise: two arguments have the same output below 0. */
static bool has_dip(pk_activation kind)
{
    return kind == PK_ACT_SILU || kind == PK_ACT_HARDSWISH || kind == PK_ACT_MISH ||
           kind == PK_ACT_GELU;
}

/* The argument between where such a curve rises, at -0.7 the latest, and 0 whose output is least.
 */
static double rising(curve of, double least)
{
    double low = -0.7, high = 0.0;
    bisect(of, least, &low, &high);
    return low;
}

static double clamp(double value, double most)
{
    return fmin(fmax(value, -most), most);
}

bool pk_can_requantise(const pk_tensor *destination, const pk_tensor *residual)
{
    return destination->scale > 0.0f &&
           (residual == NULL || (residual->scale > 0.0f &&
                                 (double)residual->scale / (double)destination->scale <= 2.0));
}

/*
 * Where outputs are so small that a segment's chord would leave the curve by more than a unit, and
 * go so little below 0 that arguments cannot have been in the dip, the curve begins where it rises
 * from the least of them. Arguments far beyond the dip, whose outputs are nearly 0, become the
 * least.
 */
static void set_range(pk_requantise *made, const pk_tensor *destination, const pk_tensor *residual,
                      curve of)
{
    const double scale = (double)destination->scale;
    double least = (0 - destination->zero_point) * scale;
    double most = (UINT8_MAX - destination->zero_point) * scale;
    if (residual != NULL) { /* it can bring back what alone would be too much */
        least -= (UINT8_MAX - residual->zero_point) * (double)residual->scale;
        most -= (0 - residual->zero_point) * (double)residual->scale;
    }
    double low = lowest(of, least);
    const double high = highest(of, most);
    double width = (high - low) / (PK_SEGMENTS - 1);
    if (has_dip(of.kind) && least > -SHALLOW && width * width / 16.0 > scale) {
        low = rising(of, least);
        width = (high - low) / (PK_SEGMENTS - 1);
    }
    if (!(width > 0.0))
        width = scale;
    const double below = fmin(ceil(-low / width), PK_SEGMENTS - 1); /* 0 lies on a border */
    made->low = -below * width;
    made->step = width / (1 << PK_SEGMENT_BITS);
}

void pk_requantise_make(pk_requantise *made, const pk_tensor *destination,
                        const pk_tensor *residual, pk_activation activation, float alpha)
{
    const curve of = {activation, (double)alpha};
    const double scale = (double)destination->scale;
    *made = (pk_requantise){.low = 0.0};
    set_range(made, destination, residual, of);
    const double width = made->step * (1 << PK_SEGMENT_BITS);
    double before = 0.0;
    for (int i = 0; i <= PK_SEGMENTS; i++) {
        const double x = made->low + i * width;
        double y = activate(of, x);
        if (is_smooth(activation)) /* chords err to one side: half of it to each */
            y -= (activate(of, x - width) - 2.0 * y + activate(of, x + width)) / 16.0;
        const double z = nearbyint(clamp(y / scale * UNITS, MOST_Z));
        if (i > 0) {
            made->base[i - 1] =
                (int16_t)(before + destination->zero_point * UNITS + (double)(UNITS / 2));
            made->slope[i - 1] = (int16_t)clamp(z - before, INT16_MAX);
        }
        before = z;
    }
    if (residual == NULL)
        return;
    const double ratio = (double)residual->scale / scale;
    made->residual_factor =
        (int16_t)nearbyint(ratio * (double)(1 << (PK_FRACTION_BITS + 15 - PK_RESIDUAL_BITS)));
    made->residual_zero = (int16_t)residual->zero_point;
}

pk_channel pk_channel_make(const pk_requantise *by, double unit, double bias, int64_t weight_sum,
                           int32_t zero_point)
{
    const double middle = by == NULL ? 0.0 : pk_requantise_middle(by);
    const double begin =
        nearbyint((bias - middle) / unit) - (double)zero_point * (double)weight_sum;
    const double step = by == NULL ? 1.0 : by->step;
    return (pk_channel){.begin = (int32_t)clamp(begin, MOST_BEGIN), .factor = (float)(unit / step)};
}

int8_t pk_quantise_weight(float weight, float scale)
{
    const double n = nearbyint((double)weight / (double)scale);
    return isnan(n) ? 0 : (int8_t)clamp(n, INT8_MAX);
}

uint8_t pk_requantise_sum(const pk_requantise *by, int32_t sum, float factor,
                          const uint8_t *residual)
{
    return pk_requantise_one(by, sum, factor, residual);
}
