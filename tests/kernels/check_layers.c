/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between the convolutions, against plain loops. */
#include "kernels/check.h"

#include <math.h>

/* Floats of count pixels of which the last has channels floats and no more. */
static size_t span(size_t count, size_t stride, size_t channels)
{
    return (count - 1) * stride + channels;
}

static void check_eltwise_case(const pk_row *row, size_t channels, size_t gap, bool has_scale,
                               bool has_other, pk_activation activation)
{
    const size_t pixels = pt_random_from(1, 9), stride = channels + gap;
    pk_eltwise_f32_args args = {
        .input = pt_exact_floats(span(pixels, stride, channels), -9, 9),
        .input_stride = stride,
        .scale = has_scale ? pt_exact_floats(channels, -2, 2) : NULL,
        .shift = has_scale ? pt_exact_floats(channels, -2, 2) : NULL,
        .other = has_other ? pt_exact_floats(span(pixels, stride + 1, channels), -2, 2) : NULL,
        .other_stride = stride + 1,
        .output = pt_exact_output(span(pixels, stride + 2, channels)),
        .output_stride = stride + 2,
        .pixels = pixels,
        .channels = channels,
        .activation = activation,
        .alpha = 0.1f,
    };
    row->run.eltwise(&args);
    bool is_right = true;
    for (size_t p = 0; p < pixels; p++)
        for (size_t c = 0; c < (p + 1 < pixels ? stride + 2 : channels); c++) {
            const float got = args.output[p * args.output_stride + c];
            if (c >= channels) {
                is_right = is_right && pt_is_untouched(got);
                continue;
            }
            double want = (double)args.input[p * stride + c];
            if (has_scale)
                want = want * (double)args.scale[c] + (double)args.shift[c];
            want = pt_activate(want, activation, (double)args.alpha);
            if (has_other)
                want += (double)args.other[p * args.other_stride + c];
            is_right = is_right && pt_is_close((double)got, want, 4e-6 + 4e-7 * fabs(want));
            if (!has_scale && !has_other && activation == PK_ACT_NONE)
                is_right = is_right && got == args.input[p * stride + c];
        }
    pt_result(is_right, row->name, "%zu channels, gap %zu, scale %d, other %d, activation %d",
              channels, gap, (int)has_scale, (int)has_other, (int)activation);
    pt_release_all();
}

/* An activation of count values. */
static pk_eltwise_f32_args one_pixel(const float *input, size_t count, pk_activation activation)
{
    return (pk_eltwise_f32_args){.input = input,
                                 .input_stride = count,
                                 .output = pt_exact_output(count),
                                 .output_stride = count,
                                 .pixels = 1,
                                 .channels = count,
                                 .activation = activation};
}

/* The stated error of the logistic function: relative, wherever its value is a normal number. */
static void check_accuracy(const pk_row *row, pk_activation activation)
{
    enum { COUNT = 20000 };
    float *input = pt_exact_floats(COUNT, -80, 80);
    const pk_eltwise_f32_args args = one_pixel(input, COUNT, activation);
    for (size_t i = 0; i < COUNT / 2; i++)
        input[i] *= 0.1f;
    input[COUNT - 3] = NAN;
    input[COUNT - 2] = 1e6f;
    input[COUNT - 1] = -1e6f;
    row->run.eltwise(&args);
    double worst = 0;
    for (size_t i = 0; i < COUNT - 3; i++) {
        const double want = pt_activate((double)input[i], activation, 0);
        worst = fmax(worst, fabs((double)args.output[i] - want) / fabs(want));
    }
    pt_result(worst < 1e-6, row->name, "activation %d has a relative error of %.2g",
              (int)activation, worst);
    const double top = activation == PK_ACT_SIGMOID ? 1.0 : 1e6;
    pt_result(isnan(args.output[COUNT - 3]) && (double)args.output[COUNT - 2] == top &&
                  fabs((double)args.output[COUNT - 1]) < 1e-30,
              row->name, "activation %d of NaN, 1e6, -1e6: %g, %g, %g", (int)activation,
              (double)args.output[COUNT - 3], (double)args.output[COUNT - 2],
              (double)args.output[COUNT - 1]);
    pt_release_all();
}

/* A NaN in a network must come out of it: hidden on its way, wrong boxes would look like right
 * ones. */
static void check_nan(const pk_row *row, pk_activation activation)
{
    enum { COUNT = 19 };
    float *input = pt_exact_floats(COUNT, -3, 3);
    pk_eltwise_f32_args args = one_pixel(input, COUNT, activation);
    args.alpha = 0.1f;
    input[0] = input[COUNT - 1] = NAN;
    row->run.eltwise(&args);
    for (size_t i = 0; i < COUNT; i++)
        pt_result((isnan(args.output[i]) != 0) == (i == 0 || i == COUNT - 1), row->name,
                  "activation %d makes %g of %g", (int)activation, (double)args.output[i],
                  (double)input[i]);
    pt_release_all();
}

void pt_check_eltwise(const pk_row *row)
{
    for (int activation = 0; activation < PK_ACT_COUNT; activation++)
        check_nan(row, (pk_activation)activation);
    for (size_t channels = 1; channels <= 70; channels++)
        check_eltwise_case(row, channels, channels % 4, channels % 2 == 0, channels % 3 == 0,
                           (pk_activation)(channels / 2 % PK_ACT_COUNT));
    for (size_t channels = 1; channels <= 33; channels++)
        check_eltwise_case(row, channels, 3, false, false, PK_ACT_NONE);
    check_accuracy(row, PK_ACT_SILU);
    check_accuracy(row, PK_ACT_SIGMOID);
    check_accuracy(row, PK_ACT_MISH);
}

static size_t window_size(size_t size, size_t kernel, size_t stride, size_t padding)
{
    return (size + 2 * padding - kernel) / stride + 1;
}

static void check_maxpool_case(const pk_row *row, size_t channels, size_t height, size_t width,
                               size_t kernel, size_t stride, size_t padding, size_t gap)
{
    const size_t out_height = window_size(height, kernel, stride, padding);
    const size_t out_width = window_size(width, kernel, stride, padding);
    pk_maxpool_f32_args args = {
        .input = pt_exact_floats(span(height * width, channels + gap, channels), -5, -1),
        .input_stride = channels + gap,
        .height = height,
        .width = width,
        .channels = channels,
        .output = pt_exact_output(span(out_height * out_width, channels + 1, channels)),
        .output_stride = channels + 1,
        .output_width = out_width,
        .kernel = {kernel, kernel},
        .stride = {stride, stride},
        .padding = {padding, padding},
        .row_begin = out_height > 2 ? 1 : 0,
        .row_end = out_height,
    };
    row->run.maxpool(&args);
    bool is_right = true;
    for (size_t i = 0; i < span(out_height * out_width, channels + 1, channels); i++) {
        const size_t c = i % (channels + 1), p = i / (channels + 1);
        if (c == channels || p / out_width < args.row_begin) {
            is_right = is_right && pt_is_untouched(args.output[i]);
            continue;
        }
        float most = -INFINITY;
        for (size_t k = 0; k < kernel * kernel; k++) {
            const size_t y = p / out_width * stride + k / kernel - padding;
            const size_t x = p % out_width * stride + k % kernel - padding;
            if (y < height && x < width) /* below zero wraps round to far outside */
                most = fmaxf(most, args.input[(y * width + x) * args.input_stride + c]);
        }
        is_right = is_right && args.output[i] == most;
    }
    pt_result(is_right, row->name, "%zux%zu, %zu channels, kernel %zu, stride %zu, padding %zu",
              height, width, channels, kernel, stride, padding);
    pt_release_all();
}

void pt_check_maxpool(const pk_row *row)
{
    for (size_t channels = 1; channels <= 70; channels += channels < 18 ? 1 : 7)
        for (size_t kernel = 1; kernel <= 9; kernel += 2)
            for (size_t stride = 1; stride <= 2; stride++)
                check_maxpool_case(row, channels, pt_random_from(kernel, 13),
                                   pt_random_from(kernel, 13), kernel, stride, kernel / 2,
                                   channels % 3);
    check_maxpool_case(row, 5, 1, 1, 5, 1, 2, 0);
    check_maxpool_case(row, 20, 3, 2, 5, 1, 2, 1);
    check_maxpool_case(row, 16, 8, 6, 2, 2, 0, 0);
}

static void check_upsample_case(const pk_row *row, size_t channels, size_t height, size_t width,
                                size_t factor)
{
    const size_t out_width = width * factor, pixels = out_width * height * factor;
    pk_upsample_f32_args args = {
        .input = pt_exact_floats(span(height * width, channels + 2, channels), -5, 5),
        .input_stride = channels + 2,
        .width = width,
        .channels = channels,
        .factor = factor,
        .output = pt_exact_output(span(pixels, channels + 3, channels)),
        .output_stride = channels + 3,
        .row_begin = height > 1 ? 1 : 0,
        .row_end = height,
    };
    row->run.upsample(&args);
    bool is_right = true;
    for (size_t i = 0; i < span(pixels, channels + 3, channels); i++) {
        const size_t c = i % (channels + 3), p = i / (channels + 3);
        const size_t y = p / out_width / factor, x = p % out_width / factor;
        if (c >= channels || y < args.row_begin)
            is_right = is_right && pt_is_untouched(args.output[i]);
        else
            is_right =
                is_right && args.output[i] == args.input[(y * width + x) * args.input_stride + c];
    }
    pt_result(is_right, row->name, "%zux%zu, %zu channels, factor %zu", height, width, channels,
              factor);
    pt_release_all();
}

void pt_check_upsample(const pk_row *row)
{
    for (size_t channels = 1; channels <= 70; channels++)
        check_upsample_case(row, channels, pt_random_from(1, 4), pt_random_from(1, 5),
                            1 + channels % 3);
}

static void check_input_case(const pk_row *row, size_t channels, size_t pixels, size_t gap)
{
    uint8_t *bytes = pt_exact((pixels * channels + 3) / 4 * 4);
    for (size_t i = 0; i < pixels * channels; i++)
        bytes[i] = (uint8_t)pt_random();
    const bool is_float = row->op == PK_INPUT_F32;
    const bool has_mean = channels == 3 && pixels % 2 == 0;
    static const float mean[3] = {0.485f, 0.456f, 0.406f}, deviation[3] = {0.229f, 0.224f, 0.225f};
    const pk_input_args args = {
        .mean = has_mean ? mean : NULL,
        .deviation = has_mean ? deviation : NULL,
        .planes = is_float ? pt_exact_floats(pixels * channels, 0, 1) : NULL,
        .bytes = bytes,
        .plane_size = pixels,
        .channels = channels,
        .output = pt_exact_output(span(pixels, channels + gap, channels)),
        .output_stride = channels + gap,
        .pixel_begin = pixels / 3,
        .pixel_end = pixels,
    };
    row->run.input(&args);
    bool is_right = true;
    for (size_t i = 0; i < span(pixels, channels + gap, channels); i++) {
        const size_t c = i % (channels + gap), p = i / (channels + gap);
        if (c >= channels || p < args.pixel_begin)
            is_right = is_right && pt_is_untouched(args.output[i]);
        else if (is_float)
            is_right = is_right && args.output[i] == args.planes[c * pixels + p];
        else if (has_mean)
            is_right =
                is_right && args.output[i] ==
                                ((float)bytes[p * channels + c] / 255.0f - mean[c]) / deviation[c];
        else
            is_right = is_right && args.output[i] == (float)bytes[p * channels + c] / 255.0f;
    }
    pt_result(is_right, row->name, "%zu channels, %zu pixels, gap %zu", channels, pixels, gap);
    pt_release_all();
}

void pt_check_input(const pk_row *row)
{
    for (size_t pixels = 1; pixels <= 100; pixels++) {
        check_input_case(row, 3, pixels, 0);
        check_input_case(row, 1 + pixels % 5, pixels, pixels % 2);
    }
}
