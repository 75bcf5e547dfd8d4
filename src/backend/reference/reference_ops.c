/* SPDX-License-Identifier: Apache-2.0 */
#include "backend/reference/reference_ops.h"

#include <math.h>
#include <string.h>

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

double pr_activate(double x, pw_activation activation, double alpha)
{
    switch (activation) {
    case PW_ACT_SILU:
        return x * sigmoid(x);
    case PW_ACT_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case PW_ACT_HARDSWISH:
        return x * fmin(fmax(x + 3, 0), 6) / 6;
    case PW_ACT_RELU:
        return x < 0 ? 0 : x; /* a NaN stays */
    case PW_ACT_SIGMOID:
        return sigmoid(x);
    case PW_ACT_RELU6:
        return x > 6 ? 6 : x < 0 ? 0 : x;
    case PW_ACT_ELU:
        return x > 0 ? x : alpha * expm1(x);
    case PW_ACT_MISH:
        return x * tanh(log1p(exp(x)));
    case PW_ACT_GELU:
        return x * erfc(x * -0.70710678118654752) / 2;
    case PW_ACT_NONE:
    case PW_ACT_COUNT:
        break;
    }
    return x;
}

/* Output columns whose input column x * stride + shift lies inside the picture: [*first, *end). */
static void inside(int32_t shift, int32_t stride, int32_t in_width, int32_t out_width,
                   int32_t *first, int32_t *end)
{
    int32_t from = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    int32_t to = shift >= in_width ? 0 : (in_width - 1 - shift) / stride + 1;
    *first = from < out_width ? from : out_width;
    *end = to < out_width ? to : out_width;
}

/* out[x] += weight * in[x * stride + shift] where the input exists; zeros around it add nothing. */
static void add_row(double *restrict out, int32_t out_width, const double *restrict in,
                    int32_t in_width, double weight, int32_t stride, int32_t shift)
{
    int32_t first = 0, end = 0;
    inside(shift, stride, in_width, out_width, &first, &end);
    if (stride == 1) {
        for (int32_t x = first; x < end; x++)
            out[x] += weight * in[x + shift];
        return;
    }
    for (int32_t x = first; x < end; x++)
        out[x] += weight * in[x * stride + shift];
}

/* Sums the window over the input channels of one output channel's group. */
static void conv_channel(const pw_conv *conv, const pr_view *in, int32_t picture, int32_t channel,
                         int32_t row, double *out, int32_t out_width)
{
    const int32_t depth = conv->in_channels / conv->groups;
    const int32_t first = channel / (conv->out_channels / conv->groups) * depth;
    const int32_t height = conv->kernel[0], width = conv->kernel[1];
    const float *weights =
        conv->weights + (size_t)channel * (size_t)depth * (size_t)height * (size_t)width;
    for (int32_t c = 0; c < depth; c++) {
        const double *plane = pr_plane(in, picture, first + c);
        for (int32_t ky = 0; ky < height; ky++) {
            const int32_t y = row * conv->stride[0] - conv->padding[0] + ky * conv->dilation[0];
            if (y < 0 || y >= in->height)
                continue;
            const float *taps = weights + ((size_t)c * (size_t)height + (size_t)ky) * (size_t)width;
            for (int32_t kx = 0; kx < width; kx++)
                add_row(out, out_width, plane + (size_t)y * (size_t)in->width, in->width,
                        (double)taps[kx], conv->stride[1],
                        kx * conv->dilation[1] - conv->padding[1]);
        }
    }
}

/* Sums of integers, exact though they were made of doubles that have the source's scale in them:
 * what rounding may have left beside a whole number is far below one half. */
static void finish_integers(const pr_conv *of, int32_t channel, double *y, const double *add)
{
    const pw_conv *conv = of->conv;
    const pk_requantise *by = of->requantise;
    const bool is_exact = of->in_type->dtype == PAWL_U8;
    const double scale = is_exact ? (double)of->in_type->scale : 1.0;
    const double unit = scale * (double)conv->weight_scales[channel];
    const pk_channel begins =
        pk_channel_make(by, unit, conv->bias == NULL ? 0.0 : (double)conv->bias[channel], 0, 0);
    for (int32_t x = 0; x < of->out->width; x++) {
        const double sum = (is_exact ? nearbyint(y[x] / scale) : y[x]) + begins.begin;
        if (by == NULL) {
            y[x] = pr_activate(sum * unit, conv->activation, (double)conv->alpha) +
                   (add == NULL ? 0.0 : add[x]);
            continue;
        }
        uint8_t residual = 0;
        if (add != NULL)
            residual = (uint8_t)(nearbyint(add[x] / (double)of->residual_type->scale) +
                                 of->residual_type->zero_point);
        const uint8_t byte =
            pk_requantise_sum(by, (int32_t)sum, begins.factor, add == NULL ? NULL : &residual);
        y[x] = (byte - of->out_type->zero_point) * (double)of->out_type->scale;
    }
}

void pr_conv_row(const pr_conv *of, int32_t picture, int32_t row)
{
    const pw_conv *conv = of->conv;
    const size_t at = (size_t)row * (size_t)of->out->width;
    const bool is_integer = conv->weight_type == PAWL_I8;
    for (int32_t o = 0; o < conv->out_channels; o++) {
        double *y = pr_plane(of->out, picture, o) + at;
        const double bias = conv->bias == NULL || is_integer ? 0.0 : (double)conv->bias[o];
        for (int32_t x = 0; x < of->out->width; x++)
            y[x] = bias;
        conv_channel(conv, of->in, picture, o, row, y, of->out->width);
        const double *add = of->residual == NULL ? NULL : pr_plane(of->residual, picture, o) + at;
        if (is_integer) {
            finish_integers(of, o, y, add);
            continue;
        }
        for (int32_t x = 0; x < of->out->width; x++)
            y[x] = pr_activate(y[x], conv->activation, (double)conv->alpha) +
                   (add == NULL ? 0.0 : add[x]);
    }
}

static size_t plane_size(const pr_view *view)
{
    return (size_t)view->height * (size_t)view->width;
}

static void batchnorm(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    const pw_batchnorm *norm = &layer->as.batchnorm;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *x = pr_plane(in, n, c);
            double *y = pr_plane(out, n, c);
            const double scale =
                (double)norm->gamma[c] / sqrt((double)norm->variance[c] + (double)norm->epsilon);
            for (size_t i = 0; i < plane_size(out); i++)
                y[i] = (x[i] - (double)norm->mean[c]) * scale + (double)norm->beta[c];
        }
}

static void activation(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *x = pr_plane(in, n, c);
            double *y = pr_plane(out, n, c);
            for (size_t i = 0; i < plane_size(out); i++)
                y[i] = pr_activate(x[i], layer->as.activation.kind,
                                   (double)layer->as.activation.alpha);
        }
}

static void add(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    (void)layer;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *x = pr_plane(&in[0], n, c), *z = pr_plane(&in[1], n, c);
            double *y = pr_plane(out, n, c);
            for (size_t i = 0; i < plane_size(out); i++)
                y[i] = x[i] + z[i];
        }
}

/* A NaN in the window wins, as in PyTorch. */
static double window_max(const pw_pool *pool, const double *plane, const pr_view *in, int32_t row,
                         int32_t column)
{
    const int32_t top = row * pool->stride[0] - pool->padding[0];
    const int32_t left = column * pool->stride[1] - pool->padding[1];
    double best = -INFINITY;
    for (int32_t y = top; y < top + pool->kernel[0]; y++)
        for (int32_t x = left; x < left + pool->kernel[1]; x++) {
            if (y < 0 || y >= in->height || x < 0 || x >= in->width)
                continue;
            const double value = plane[(size_t)y * (size_t)in->width + (size_t)x];
            if (value > best || isnan(value))
                best = value;
        }
    return best;
}

static double window_mean(const pw_pool *pool, const double *plane, const pr_view *in, int32_t row,
                          int32_t column)
{
    const int32_t top = row * pool->stride[0] - pool->padding[0];
    const int32_t left = column * pool->stride[1] - pool->padding[1];
    double sum = 0;
    for (int32_t y = top; y < top + pool->kernel[0]; y++)
        for (int32_t x = left; x < left + pool->kernel[1]; x++)
            if (y >= 0 && y < in->height && x >= 0 && x < in->width)
                sum += plane[(size_t)y * (size_t)in->width + (size_t)x];
    return sum / ((double)pool->kernel[0] * pool->kernel[1]);
}

typedef double (*window_value)(const pw_pool *pool, const double *plane, const pr_view *in,
                               int32_t row, int32_t column);

static void run_pool(window_value value, const pw_pool *pool, const pr_view *in, const pr_view *out)
{
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *plane = pr_plane(in, n, c);
            double *y = pr_plane(out, n, c);
            for (int32_t row = 0; row < out->height; row++)
                for (int32_t column = 0; column < out->width; column++)
                    *y++ = value(pool, plane, in, row, column);
        }
}

static void maxpool(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    run_pool(window_max, &layer->as.pool, in, out);
}

static void avgpool(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    run_pool(window_mean, &layer->as.pool, in, out);
}

static void upsample(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    const int32_t factor = layer->as.upsample.factor;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *plane = pr_plane(in, n, c);
            double *y = pr_plane(out, n, c);
            for (int32_t row = 0; row < out->height; row++)
                for (int32_t column = 0; column < out->width; column++)
                    *y++ = plane[(size_t)(row / factor) * (size_t)in->width +
                                 (size_t)(column / factor)];
        }
}

static void copy_channels(const pr_view *in, const pr_view *out, int32_t first_channel)
{
    for (int32_t n = 0; n < in->batch; n++)
        for (int32_t c = 0; c < in->channels; c++)
            memmove(pr_plane(out, n, first_channel + c), pr_plane(in, n, c),
                    plane_size(in) * sizeof(double));
}

static void concat(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    int32_t channel = 0;
    for (uint32_t i = 0; i < layer->input_count; i++) {
        copy_channels(&in[i], out, channel);
        channel += in[i].channels;
    }
}

static void pad(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    const pw_pad *by = &layer->as.pad;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *x = pr_plane(in, n, c);
            double *y = pr_plane(out, n, c);
            memset(y, 0, plane_size(out) * sizeof(double));
            for (int32_t row = 0; row < in->height; row++)
                memcpy(y + (size_t)(row + by->top) * (size_t)out->width + (size_t)by->left,
                       x + (size_t)row * (size_t)in->width, (size_t)in->width * sizeof(double));
        }
}

static void globalpool(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    (void)layer;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            const double *x = pr_plane(in, n, c);
            double sum = 0;
            for (size_t i = 0; i < plane_size(in); i++)
                sum += x[i];
            *pr_plane(out, n, c) = sum / (double)plane_size(in);
        }
}

/* Between a picture of fine pixels and one whose channels hold factor x factor of them: channel (i
 * factor + j) C + c of a coarse pixel is channel c of the fine pixel in its row i, column j. */
static void shuffle(int32_t factor, const pr_view *fine, const pr_view *coarse, bool to_coarse)
{
    for (int32_t n = 0; n < fine->batch; n++)
        for (int32_t k = 0; k < coarse->channels; k++) {
            double *whole = pr_plane(fine, n, k % fine->channels);
            double *part = pr_plane(coarse, n, k);
            const int32_t i = k / fine->channels / factor, j = k / fine->channels % factor;
            for (int32_t y = 0; y < coarse->height; y++)
                for (int32_t x = 0; x < coarse->width; x++, part++) {
                    double *at = whole + (size_t)(y * factor + i) * (size_t)fine->width +
                                 (size_t)(x * factor + j);
                    if (to_coarse)
                        *part = *at;
                    else
                        *at = *part;
                }
        }
}

static void space_to_depth(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    shuffle(layer->as.shuffle.factor, in, out, true);
}

static void depth_to_space(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    shuffle(layer->as.shuffle.factor, out, in, false);
}

pr_operator pr_operator_of(pw_op op)
{
    static const pr_operator table[PW_OP_COUNT] = {
        [PW_OP_BATCHNORM] = batchnorm,
        [PW_OP_ACTIVATION] = activation,
        [PW_OP_ADD] = add,
        [PW_OP_MAXPOOL] = maxpool,
        [PW_OP_AVGPOOL] = avgpool,
        [PW_OP_UPSAMPLE] = upsample,
        [PW_OP_CONCAT] = concat,
        [PW_OP_PAD] = pad,
        [PW_OP_GLOBALPOOL] = globalpool,
        [PW_OP_SPACE_TO_DEPTH] = space_to_depth,
        [PW_OP_DEPTH_TO_SPACE] = depth_to_space,
    };
    return table[op];
}

void pr_input(pawl_input_form form, const void *data, const float mean[3], const float deviation[3],
              const pr_view *out)
{
    const float *floats = data;
    const uint8_t *bytes = data;
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t c = 0; c < out->channels; c++) {
            double *y = pr_plane(out, n, c);
            const size_t size = plane_size(out), depth = (size_t)out->channels;
            for (size_t i = 0; i < size; i++)
                y[i] = form == PAWL_INPUT_F32_NCHW
                           ? (double)floats[((size_t)n * depth + (size_t)c) * size + i]
                           : ((double)bytes[((size_t)n * size + i) * depth + (size_t)c] / 255.0 -
                              (double)mean[c]) /
                                 (double)deviation[c];
        }
}

void pr_detect_raw(const pr_view *in, float *raw)
{
    for (int32_t n = 0; n < in->batch; n++)
        for (size_t i = 0; i < plane_size(in); i++)
            for (int32_t c = 0; c < in->channels; c++)
                *raw++ = (float)pr_plane(in, n, c)[i];
}

static double squared(double x)
{
    return x * x;
}

void pr_detect_decode(const pw_detect *detect, int32_t level, const pr_view *in, int32_t picture,
                      float *rows)
{
    const int32_t width = (int32_t)pw_detect_width(detect), scores = 5 + detect->class_count;
    const double stride = (double)detect->stride[level];
    for (int32_t a = 0; a < detect->anchor_count; a++) {
        const double anchor_w = (double)detect->anchor[level][a][0];
        const double anchor_h = (double)detect->anchor[level][a][1];
        for (int32_t y = 0; y < in->height; y++)
            for (int32_t x = 0; x < in->width; x++, rows += width) {
                const size_t at = (size_t)y * (size_t)in->width + (size_t)x;
                double t[4];
                for (int32_t k = 0; k < 4; k++)
                    t[k] = sigmoid(pr_plane(in, picture, a * width + k)[at]);
                rows[0] = (float)((2 * t[0] - 0.5 + x) * stride);
                rows[1] = (float)((2 * t[1] - 0.5 + y) * stride);
                rows[2] = (float)(squared(2 * t[2]) * anchor_w);
                rows[3] = (float)(squared(2 * t[3]) * anchor_h);
                for (int32_t k = 4; k < scores; k++)
                    rows[k] = (float)sigmoid(pr_plane(in, picture, a * width + k)[at]);
                for (int32_t k = scores; k < width; k++) /* mask coefficients stay raw */
                    rows[k] = (float)pr_plane(in, picture, a * width + k)[at];
            }
    }
}

void pr_to_float(const pr_view *in, float *out)
{
    for (int32_t n = 0; n < in->batch; n++)
        for (int32_t c = 0; c < in->channels; c++) {
            const double *x = pr_plane(in, n, c);
            for (size_t i = 0; i < plane_size(in); i++)
                *out++ = (float)x[i];
        }
}
