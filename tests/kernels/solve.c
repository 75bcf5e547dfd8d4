/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator in double, element by element, as its comment in problem.h says: what kernels are
 * measured by. */
#include "kernels/check.h"
#include "kernels/quantize/requantise.h"

#include "kernels/simd/simd.h"

#include <math.h>
#include <stdlib.h>

/* The element of the destination that is being solved. */
typedef struct element {
    const pt_case *of;
    const pk_problem *problem;
    const void *const *sources;
    size_t n, c, y, x;
    double magnitude; /* grows with what is summed */
} element;

static double source(const element *at, size_t i, size_t c, size_t y, size_t x)
{
    return pt_get(&at->problem->source[i], at->sources[i], at->n, c, y, x);
}

static double weight(const element *at, size_t index)
{
    const float value = at->of->constants.weights[index];
    if (at->problem->weights == PK_S8) /* an integer: sums are, too */
        return fmin(fmax(rint((double)value / (double)at->of->constants.scales[at->c]), -127.0),
                    127.0);
    if (at->problem->weights == PK_F16)
        return (double)pk_f16_to_f32(pk_f32_to_f16(value));
    return (double)(at->problem->weights == PK_BF16 ? pk_bf16_to_f32(pk_f32_to_bf16(value))
                                                    : value);
}

static double activate(double x, pk_activation kind, double alpha)
{
    switch (kind) {
    case PK_ACT_SILU:
        return x / (1.0 + exp(-x));
    case PK_ACT_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case PK_ACT_HARDSWISH:
        return x * fmin(fmax(x + 3.0, 0.0), 6.0) / 6.0;
    case PK_ACT_RELU:
        return x > 0 ? x : 0.0;
    case PK_ACT_SIGMOID:
        return 1.0 / (1.0 + exp(-x));
    case PK_ACT_RELU6:
        return fmin(fmax(x, 0), 6);
    case PK_ACT_ELU:
        return x > 0 ? x : alpha * expm1(x);
    case PK_ACT_MISH:
        return x * tanh(log1p(exp(x)));
    case PK_ACT_GELU:
        return x * erfc(x * -0.70710678118654752) / 2;
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return x;
}

/* Act, and what is added after it. */
static double finish(element *at, double sum)
{
    const pk_problem *problem = at->problem;
    double y = activate(sum, problem->activation, (double)problem->alpha);
    if (problem->source_count > 1) {
        const double other = source(at, 1, at->c, at->y, at->x);
        at->magnitude += fabs(other);
        y += other;
    }
    return y;
}

/* The input place under kernel place k of output place o; -1: none. */
static long under(const pk_problem *problem, int side, size_t o, size_t k, size_t size)
{
    const pk_window *w = &problem->as.window;
    const long reach = (long)(k * w->dilation[side]), padding = (long)w->padding[side],
               stride = (long)w->stride[side];
    if (problem->op != PK_DECONV) {
        const long i = (long)o * stride - padding + reach;
        return i >= 0 && i < (long)size ? i : -1;
    }
    const long i = (long)o + padding - reach;
    return i >= 0 && i % stride == 0 && i / stride < (long)size ? i / stride : -1;
}

/* What the definition in whole numbers gives is the byte nearest to the exact value, or next to it;
 * more only where a segment is so wide that its chord leaves the activation further: curvature is
 * below 1 / 2, and hardswish's slope falls by 1 / 2 at 3, which may lie within one. */
static void check_requantised(element *at, const pk_requantise *by, double sum, uint8_t byte)
{
    const pk_tensor *out = &at->problem->destination;
    const double width = by->step * (1 << PK_SEGMENT_BITS), scale = (double)out->scale;
    const double exact = finish(at, sum) / scale + out->zero_point;
    const double corner = at->problem->activation == PK_ACT_HARDSWISH ? width / 8.0 : 0.0;
    const double chord = (width * width / 16.0 + corner) / scale;
    if (!(fabs(fmin(fmax(exact, 0.0), 255.0) - byte) <= 1.0 + chord)) {
        char text[PK_TEXT_SIZE];
        pk_problem_text(at->problem, text);
        fprintf(stderr, "FAILED requantise: %g became %d: %s\n", exact, byte, text);
        abort();
    }
}

/* A byte less its zero point. */
static double stored(const element *at, size_t c, size_t y, size_t x)
{
    const pk_tensor *in = &at->problem->source[0];
    return (double)((const uint8_t *)at->sources[0])[pt_element(in, at->n, c, y, x)] -
           in->zero_point;
}

/* A sum of integers: to the bit what requantise.h says where it becomes a byte. */
static double finish_integer(element *at, double sum, double bias)
{
    const pk_problem *problem = at->problem;
    const pk_tensor *out = &problem->destination;
    const bool has_residual = problem->source_count > 1;
    const double unit =
        (double)pk_scale_of(&problem->source[0]) * (double)at->of->constants.scales[at->c];
    if (out->type != PK_U8) {
        at->magnitude = at->magnitude * unit + fabs(bias);
        return finish(at, rint(sum + rint(bias / unit)) * unit);
    }
    pk_requantise by;
    pk_requantise_make(&by, out, has_residual ? &problem->source[1] : NULL, problem->activation,
                       problem->alpha);
    const pk_channel channel = pk_channel_make(&by, unit, bias, 0, 0);
    const uint8_t *residual = has_residual
                                  ? (const uint8_t *)at->sources[1] +
                                        pt_element(&problem->source[1], at->n, at->c, at->y, at->x)
                                  : NULL;
    const uint8_t byte =
        pk_requantise_sum(&by, (int32_t)sum + channel.begin, channel.factor, residual);
    check_requantised(at, &by, sum * unit + bias, byte);
    return (double)(byte - out->zero_point) * (double)out->scale;
}

static double solve_conv(element *at)
{
    const pk_problem *problem = at->problem;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *w = &problem->as.window;
    const size_t inputs = in->channels / w->groups, outputs = out->channels / w->groups,
                 group = at->c / outputs;
    const size_t taps = w->kernel[0] * w->kernel[1];
    const bool is_integer = problem->weights == PK_S8;
    /* A picture's bytes stand for 0 to 1. */
    const double unit = in->type == PK_U8 && in->scale == 0.0f ? 1.0 / 255.0 : 1.0;
    const double bias =
        at->of->constants.bias == NULL ? 0.0 : (double)at->of->constants.bias[at->c];
    double sum = is_integer ? 0.0 : bias;
    at->magnitude += fabs(sum);
    for (size_t ky = 0; ky < w->kernel[0]; ky++)
        for (size_t kx = 0; kx < w->kernel[1]; kx++) {
            const long y = under(problem, 0, at->y, ky, in->height),
                       x = under(problem, 1, at->x, kx, in->width);
            for (size_t i = 0; i < inputs && y >= 0 && x >= 0; i++) {
                const size_t row = problem->op == PK_DECONV
                                       ? (group * inputs + i) * outputs + at->c % outputs
                                       : at->c * inputs + i;
                const size_t c = group * inputs + i;
                const double product =
                    (is_integer ? stored(at, c, (size_t)y, (size_t)x)
                                : unit * source(at, 0, c, (size_t)y, (size_t)x)) *
                    weight(at, row * taps + ky * w->kernel[1] + kx);
                sum += product;
                at->magnitude += fabs(product);
            }
        }
    return is_integer ? finish_integer(at, sum, bias) : finish(at, sum);
}

static double solve_eltwise(element *at)
{
    const pk_constants *constants = &at->of->constants;
    double x = source(at, 0, at->c, at->y, at->x);
    if (at->problem->as.has_constants) {
        const double factor = (double)constants->weights[at->c] /
                              sqrt((double)constants->variance[at->c] + constants->epsilon);
        at->magnitude += fabs(x * factor) + fabs((double)constants->mean[at->c] * factor) +
                         fabs((double)constants->bias[at->c]);
        x = (x - (double)constants->mean[at->c]) * factor + (double)constants->bias[at->c];
    }
    at->magnitude += fabs(x);
    return finish(at, x);
}

static double solve_pool(element *at)
{
    const pk_problem *problem = at->problem;
    const pk_tensor *in = &problem->source[0];
    const pk_window *w = &problem->as.window;
    double most = -INFINITY, sum = 0.0;
    for (size_t ky = 0; ky < w->kernel[0]; ky++)
        for (size_t kx = 0; kx < w->kernel[1]; kx++) {
            const long y = under(problem, 0, at->y, ky, in->height),
                       x = under(problem, 1, at->x, kx, in->width);
            if (y < 0 || x < 0)
                continue;
            const double value = source(at, 0, at->c, (size_t)y, (size_t)x);
            most = fmax(most, value);
            sum += value;
            at->magnitude += fabs(value);
        }
    return problem->op == PK_MAXPOOL ? most : sum / (double)(w->kernel[0] * w->kernel[1]);
}

static double solve_globalpool(element *at)
{
    const pk_tensor *in = &at->problem->source[0];
    double sum = 0.0;
    for (size_t y = 0; y < in->height; y++)
        for (size_t x = 0; x < in->width; x++) {
            sum += source(at, 0, at->c, y, x);
            at->magnitude += fabs(source(at, 0, at->c, y, x));
        }
    return sum / (double)pk_pixels(in);
}

static double solve_moved(element *at)
{
    const pk_problem *problem = at->problem;
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const size_t factor = problem->as.factor;
    if (problem->op == PK_UPSAMPLE)
        return source(at, 0, at->c, at->y / factor, at->x / factor);
    if (problem->op == PK_PAD) {
        const size_t top = problem->as.pad.top, left = problem->as.pad.left;
        const bool is_inside =
            at->y >= top && at->y - top < in->height && at->x >= left && at->x - left < in->width;
        return is_inside ? source(at, 0, at->c, at->y - top, at->x - left) : 0.0;
    }
    /* To the coarse grid; a factor of 1 is a copy either way. */
    if (out->channels >= in->channels) {
        const size_t block = at->c / in->channels;
        return source(at, 0, at->c % in->channels, at->y * factor + block / factor,
                      at->x * factor + block % factor);
    }
    return source(at, 0, (at->y % factor * factor + at->x % factor) * out->channels + at->c,
                  at->y / factor, at->x / factor);
}

static double solve_attention(element *at)
{
    const pk_problem *problem = at->problem;
    const pk_tensor *in = &problem->source[0];
    const size_t depth = in->channels / problem->as.heads, first = at->c / depth * depth,
                 tokens = pk_pixels(in);
    double sum = 0.0, all = 0.0, most = -INFINITY;
    for (int pass = 0; pass < 2; pass++) /* the largest score first, for the sake of exp */
        for (size_t u = 0; u < tokens; u++) {
            double score = 0.0;
            for (size_t i = 0; i < depth; i++)
                score += source(at, 0, first + i, at->y, at->x) *
                         source(at, 1, first + i, u / in->width, u % in->width);
            score /= sqrt((double)depth);
            most = fmax(most, score);
            if (pass == 0)
                continue;
            const double share = exp(score - most),
                         value = source(at, 2, at->c, u / in->width, u % in->width);
            all += share;
            sum += share * value;
            at->magnitude += 20.0 * fabs(value); /* scores are off by their own sums' rounding */
        }
    return sum / all;
}

static double solve_reorder(element *at)
{
    double x = source(at, 0, at->c, at->y, at->x);
    const pk_tensor *in = &at->problem->source[0], *out = &at->problem->destination;
    if (in->type == PK_U8 && in->scale == 0.0f)
        x /= 255.0;
    if (out->type == PK_U8) {
        /* Rounded in float, as the kernels do. */
        const double n = (double)rintf((float)x / out->scale) + out->zero_point;
        return (fmin(fmax(n, 0.0), 255.0) - out->zero_point) * (double)out->scale;
    }
    if (at->problem->as.has_constants)
        x = (x - (double)at->of->constants.mean[at->c]) / (double)at->of->constants.variance[at->c];
    return x;
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double solve_decode(element *at)
{
    const pk_problem *problem = at->problem;
    const pk_head *head = problem->as.head;
    const size_t width = problem->destination.channels;
    size_t row = at->y, level = 0;
    while (row >= pk_pixels(&problem->source[level]) * head->anchor_count)
        row -= pk_pixels(&problem->source[level++]) * head->anchor_count;
    const pk_tensor *in = &problem->source[level];
    const size_t anchor = row / pk_pixels(in), cell = row % pk_pixels(in);
    const double raw =
        source(at, level, anchor * width + at->c, cell / in->width, cell % in->width);
    const double stride = (double)head->stride[level], s = sigmoid(raw);
    at->magnitude += 30.0 * stride;
    if (at->c >= 5 + head->class_count)
        return raw;
    if (at->c >= 4)
        return s;
    if (at->c >= 2) {
        at->magnitude += 4.0 * (double)head->anchor[level][anchor][at->c - 2];
        return 4.0 * s * s * (double)head->anchor[level][anchor][at->c - 2];
    }
    return (2.0 * s - 0.5 + (double)(at->c == 0 ? cell % in->width : cell / in->width)) * stride;
}

/* A place between two of size pixels, in units of 1 / 2048: OpenCV's position is a float. */
typedef struct between {
    long first, second, first_weight, second_weight;
} between;

static between place(size_t at, size_t from, size_t to, bool keeps_weights)
{
    const float exact = (float)(((double)at + 0.5) * (1.0 / ((double)to / (double)from)) - 0.5);
    const long whole = (long)floorf(exact), last = (long)from - 1;
    const float part = exact - (float)whole;
    between found = {whole, whole + 1, lrintf((1.0f - part) * 2048.0f), lrintf(part * 2048.0f)};
    if (!keeps_weights && (whole < 0 || whole >= last)) {
        found.first = found.second = whole < 0 ? 0 : last;
        found.first_weight = 2048;
        found.second_weight = 0;
    }
    found.first = found.first < 0 ? 0 : found.first > last ? last : found.first;
    found.second = found.second < 0 ? 0 : found.second > last ? last : found.second;
    return found;
}

/* Y, U or V of a pixel. */
static double yuv_source(const element *at, size_t c, size_t y, size_t x)
{
    const pk_format format = at->problem->as.letterbox.format;
    if (format == PK_YUYV)
        return source(at, 0, c == 0 ? x % 2 * 2 : 2 * c - 1, y, x / 2);
    if (c == 0)
        return source(at, 0, 0, y, x);
    return format == PK_NV12 ? source(at, 1, c - 1, y / 2, x / 2) : source(at, c, 0, y / 2, x / 2);
}

/* Y, U, V in exact fractions, but for the rounding to whole bytes; BT.601 limited by OpenCV's
 * factors. */
static long from_yuv(const element *at, size_t c, size_t y, size_t x)
{
    const pk_letterbox *how = &at->problem->as.letterbox;
    const bool is_full = how->is_full_range, is_601 = how->matrix == PK_BT601;
    const double kr = is_601 ? 0.299 : 0.2126, kb = is_601 ? 0.114 : 0.0722, kg = 1 - kr - kb;
    const double chroma = is_full ? 1.0 : 255.0 / 224;
    const bool is_opencv = is_601 && !is_full;
    const double luma = is_opencv ? 1.164 : is_full ? 1.0 : 255.0 / 219;
    const double by_v[3] = {is_opencv ? 1.596 : 2 * (1 - kr) * chroma,
                            is_opencv ? -0.813 : -2 * kr * (1 - kr) / kg * chroma, 0};
    const double by_u[3] = {0, is_opencv ? -0.391 : -2 * kb * (1 - kb) / kg * chroma,
                            is_opencv ? 2.018 : 2 * (1 - kb) * chroma};
    const double one = 1 << 20, dark = is_full ? 0 : 16;
    const double light = yuv_source(at, 0, y, x) - dark;
    const double sum = fmax(light, 0) * rint(luma * one) +
                       (yuv_source(at, 1, y, x) - 128) * rint(by_u[c] * one) +
                       (yuv_source(at, 2, y, x) - 128) * rint(by_v[c] * one);
    return (long)fmin(fmax(floor(sum / one + 0.5), 0), 255);
}

static long window_byte(const element *at, size_t c, long y, long x)
{
    const pk_letterbox *how = &at->problem->as.letterbox;
    if (how->format == PK_NV12 || how->format == PK_I420 || how->format == PK_YUYV)
        return from_yuv(at, c, how->top + (size_t)y, how->left + (size_t)x);
    return (long)source(at, 0, c, how->top + (size_t)y, how->left + (size_t)x);
}

/* In whole numbers, exactly. */
static double solve_letterbox(const element *at)
{
    const pk_letterbox *how = &at->problem->as.letterbox;
    const long y = (long)at->y - (long)how->inner_top, x = (long)at->x - (long)how->inner_left;
    if (y < 0 || y >= (long)how->inner_height || x < 0 || x >= (long)how->inner_width)
        return (double)how->fill;
    const size_t c = how->format == PK_GREY ? 0 : how->format == PK_BGR ? 2 - at->c : at->c;
    if (how->height == how->inner_height && how->width == how->inner_width)
        return (double)window_byte(at, c, y, x);
    if (how->height == 2 * how->inner_height && how->width == 2 * how->inner_width) {
        const long sum = window_byte(at, c, 2 * y, 2 * x) + window_byte(at, c, 2 * y, 2 * x + 1) +
                         window_byte(at, c, 2 * y + 1, 2 * x) +
                         window_byte(at, c, 2 * y + 1, 2 * x + 1);
        return (double)((sum + 2) / 4);
    }
    const between rows = place((size_t)y, how->height, how->inner_height, true);
    const between columns = place((size_t)x, how->width, how->inner_width, false);
    const long row[2] = {rows.first, rows.second};
    const long row_weight[2] = {rows.first_weight, rows.second_weight};
    long sum = 0;
    for (int i = 0; i < 2; i++) {
        const long across = window_byte(at, c, row[i], columns.first) * columns.first_weight +
                            window_byte(at, c, row[i], columns.second) * columns.second_weight;
        sum += across / 16 * row_weight[i] / 65536;
    }
    return (double)((sum + 2) / 4);
}

static double solve(element *at)
{
    switch (at->problem->op) {
    case PK_CONV:
    case PK_DECONV:
        return solve_conv(at);
    case PK_ELTWISE:
        return solve_eltwise(at);
    case PK_MAXPOOL:
    case PK_AVGPOOL:
        return solve_pool(at);
    case PK_GLOBALPOOL:
        return solve_globalpool(at);
    case PK_UPSAMPLE:
    case PK_PAD:
    case PK_SHUFFLE:
        return solve_moved(at);
    case PK_ATTENTION:
        return solve_attention(at);
    case PK_REORDER:
        return solve_reorder(at);
    case PK_DECODE:
        return solve_decode(at);
    case PK_LETTERBOX:
        return solve_letterbox(at);
    case PK_CANDIDATES:
    case PK_OP_COUNT:
        break;
    }
    abort();
}

void pt_solve(const pt_case *of, const void *const *sources, double *want, double *magnitude)
{
    const pk_tensor *out = &of->problem.destination;
    size_t i = 0;
    for (size_t n = 0; n < out->batch; n++)
        for (size_t c = 0; c < out->channels; c++)
            for (size_t y = 0; y < out->height; y++)
                for (size_t x = 0; x < out->width; x++, i++) {
                    element at = {.of = of,
                                  .problem = &of->problem,
                                  .sources = sources,
                                  .n = n,
                                  .c = c,
                                  .y = y,
                                  .x = x};
                    want[i] = solve(&at);
                    magnitude[i] = at.magnitude + fabs(want[i]);
                }
}
