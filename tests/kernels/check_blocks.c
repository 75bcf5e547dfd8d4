/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that only some models need, against plain loops in double. */
#include "kernels/check.h"

#include <math.h>

/* Floats of count pixels of which the last has channels floats and no more. */
static size_t span(size_t count, size_t stride, size_t channels)
{
    return (count - 1) * stride + channels;
}

void pt_check_globalpool(const pk_row *row)
{
    for (size_t channels = 1; channels <= 70; channels++) {
        const size_t pixels = pt_random_from(1, 60), stride = channels + channels % 4;
        const pk_globalpool_f32_args args = {
            .input = pt_exact_floats(span(pixels, stride, channels), -3, 5),
            .input_stride = stride,
            .pixels = pixels,
            .channels = channels,
            .output = pt_exact_output(channels),
        };
        row->run.globalpool(&args);
        bool is_right = true;
        for (size_t c = 0; c < channels; c++) {
            double sum = 0;
            for (size_t p = 0; p < pixels; p++)
                sum += (double)args.input[p * stride + c];
            is_right = is_right && pt_is_close((double)args.output[c], sum / (double)pixels, 4e-6);
        }
        pt_result(is_right, row->name, "%zu channels, %zu pixels", channels, pixels);
        pt_release_all();
    }
}

static void check_shuffle_case(const pk_row *row, size_t channels, size_t factor, bool is_to_coarse)
{
    const size_t height = pt_random_from(2, 4), width = pt_random_from(1, 5);
    const size_t coarse_channels = channels * factor * factor;
    const size_t fine_stride = channels + 2, coarse_stride = coarse_channels + 3;
    const size_t fine = span(height * width * factor * factor, fine_stride, channels);
    const size_t coarse = span(height * width, coarse_stride, coarse_channels);
    const pk_shuffle_f32_args args = {
        .input = pt_exact_floats(is_to_coarse ? fine : coarse, -5, 5),
        .input_stride = is_to_coarse ? fine_stride : coarse_stride,
        .output = pt_exact_output(is_to_coarse ? coarse : fine),
        .output_stride = is_to_coarse ? coarse_stride : fine_stride,
        .coarse_width = width,
        .channels = channels,
        .factor = factor,
        .is_to_coarse = is_to_coarse,
        .row_begin = 1,
        .row_end = height,
    };
    row->run.shuffle(&args);
    bool is_right = true;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            for (size_t k = 0; k < coarse_channels; k++) {
                const size_t block = k / channels, c = k % channels;
                const size_t row_of = y * factor + block / factor;
                const size_t column = x * factor + block % factor;
                const size_t at_fine = (row_of * width * factor + column) * fine_stride + c;
                const size_t at_coarse = (y * width + x) * coarse_stride + k;
                const float got = args.output[is_to_coarse ? at_coarse : at_fine];
                is_right =
                    is_right &&
                    (y < args.row_begin ? pt_is_untouched(got)
                                        : got == args.input[is_to_coarse ? at_fine : at_coarse]);
            }
    pt_result(is_right, row->name, "%zux%zu, %zu channels, factor %zu", height, width, channels,
              factor);
    pt_release_all();
}

void pt_check_shuffle(const pk_row *row)
{
    for (size_t channels = 1; channels <= 40; channels++) {
        check_shuffle_case(row, channels, 1 + channels % 3, true);
        check_shuffle_case(row, channels, 1 + channels % 3, false);
    }
}

void pt_check_deconv(const pk_row *row)
{
    enum { TAPS = 7 };
    for (size_t outputs = 1; outputs <= 70; outputs++) {
        const float *taps[TAPS], *weights[TAPS];
        const size_t count = outputs % (TAPS + 1), inputs = pt_random_from(1, 20);
        for (size_t t = 0; t < count; t++) {
            taps[t] = pt_exact_floats(inputs, -1, 1);
            weights[t] = pt_exact_floats(inputs * outputs, -1, 1);
        }
        const pk_deconv_f32_args args = {
            .taps = taps,
            .weights = weights,
            .tap_count = count,
            .inputs = inputs,
            .outputs = outputs,
            .bias = pt_exact_floats(outputs, -1, 1),
            .output = pt_exact_output(outputs),
        };
        row->run.deconv(&args);
        bool is_right = true;
        for (size_t o = 0; o < outputs; o++) {
            double want = (double)args.bias[o];
            for (size_t t = 0; t < count; t++)
                for (size_t i = 0; i < inputs; i++)
                    want += (double)taps[t][i] * (double)weights[t][i * outputs + o];
            is_right = is_right && pt_is_close((double)args.output[o], want, 1e-5);
        }
        pt_result(is_right, row->name, "%zu taps, %zu inputs, %zu outputs", count, inputs, outputs);
        pt_release_all();
    }
}

static double attend(const pk_attention_f32_args *args, size_t token, size_t channel)
{
    double sum = 0, weighted = 0;
    for (size_t u = 0; u < args->token_count; u++) {
        double score = 0;
        for (size_t c = 0; c < args->depth; c++)
            score += (double)args->query[token * args->query_stride + c] *
                     (double)args->key[u * args->key_stride + c];
        const double weight = exp(score * (double)args->scale);
        sum += weight;
        weighted += weight * (double)args->value[u * args->value_stride + channel];
    }
    return weighted / sum;
}

void pt_check_attention(const pk_row *row)
{
    for (size_t depth = 1; depth <= 40; depth++) {
        const size_t tokens = pt_random_from(2, 30);
        const pk_attention_f32_args args = {
            .query = pt_exact_floats(span(tokens, depth + 1, depth), -3, 3),
            .key = pt_exact_floats(span(tokens, depth + 2, depth), -3, 3),
            .value = pt_exact_floats(span(tokens, depth, depth), -3, 3),
            .query_stride = depth + 1,
            .key_stride = depth + 2,
            .value_stride = depth,
            .token_count = tokens,
            .depth = depth,
            .scale = (float)(1 / sqrt((double)depth)),
            .scores = pt_exact_output(tokens),
            .output = pt_exact_output(span(tokens, depth + 3, depth)),
            .output_stride = depth + 3,
            .token_begin = 1,
            .token_end = tokens,
        };
        row->run.attention(&args);
        bool is_right = true;
        for (size_t i = 0; i < span(tokens, depth + 3, depth); i++) {
            const size_t c = i % (depth + 3), t = i / (depth + 3);
            if (c >= depth || t == 0)
                is_right = is_right && pt_is_untouched(args.output[i]);
            else
                is_right =
                    is_right && pt_is_close((double)args.output[i], attend(&args, t, c), 2e-5);
        }
        pt_result(is_right, row->name, "%zu tokens of %zu", tokens, depth);
        pt_release_all();
    }
}
