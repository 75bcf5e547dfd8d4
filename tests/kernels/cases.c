/* SPDX-License-Identifier: Apache-2.0 */
/* Random problems: odd sizes above all, every attribute, slices, batches. */
#include "kernels/check.h"
#include "kernels/quantize/requantise.h"

#include <math.h>

static float *values(size_t count, double low, double high)
{
    float *made = pt_exact(count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        made[i] = (float)pt_random_value(low, high);
    return made;
}

static size_t random_gap(void)
{
    return pt_random() % 2 == 0 ? 0 : pt_random_from(1, 5);
}

/* Dense, or a slice of something wider; bytes have a scale, and some a zero point. */
static pk_tensor tensor(pk_type type, size_t batch, size_t channels, size_t height, size_t width)
{
    pk_tensor made = pk_tensor_nhwc(type, batch, channels, height, width, channels + random_gap());
    if (type == PK_U8) {
        made.scale = (float)pt_random_value(0.01, 0.1);
        made.zero_point = pt_random() % 3 == 0 ? 0 : (int32_t)pt_random_from(0, 255);
    }
    return made;
}

static void shape(pt_case *to, const pk_types *types, size_t channels, size_t height, size_t width)
{
    to->problem.source_count = 1;
    to->problem.source[0] = tensor(types->source, pt_random_from(1, 2), channels, height, width);
}

static void result(pt_case *to, const pk_types *types, size_t channels, size_t height, size_t width)
{
    to->problem.destination =
        tensor(types->destination, to->problem.source[0].batch, channels, height, width);
}

/* Bytes that are moved stay what they are. */
static void keep_scale(pk_problem *problem)
{
    problem->destination.scale = problem->source[0].scale;
    problem->destination.zero_point = problem->source[0].zero_point;
}

static void activation(pt_case *to, size_t number)
{
    to->problem.activation = (pk_activation)(number % PK_ACT_COUNT);
    to->problem.alpha = 0.1f;
}

/* A kernel that meets every output of a size the input has room for. */
static size_t window_side(pk_window *window, int side, size_t most)
{
    window->kernel[side] = pt_random_from(1, most);
    window->stride[side] = pt_random_from(1, 3);
    window->dilation[side] = pt_random() % 4 == 0 ? 2 : 1;
    const size_t reach = (window->kernel[side] - 1) * window->dilation[side] + 1;
    window->padding[side] = pt_random_from(0, reach / 2);
    return reach;
}

static size_t out_side(const pk_window *window, int side, size_t size, size_t reach)
{
    return (size + 2 * window->padding[side] - reach) / window->stride[side] + 1;
}

/* What Winograd's way is for, on a picture of that size. */
static void winograd_window(pk_window *window, size_t number, const size_t size[2])
{
    *window = (pk_window){.kernel = {3, 3}, .dilation = {1, 1}, .groups = 1};
    for (int i = 0; i < 2; i++) {
        window->stride[i] = 1 + number / 14 % 2;
        window->padding[i] = size[i] < 3 ? 1 : pt_random_from(0, 2);
    }
}

/* What stems are for: a picture's bytes, and a kernel that is six wide and moves by two. */
static void stem_window(pt_case *to, size_t size[2])
{
    pk_window *window = &to->problem.as.window;
    window->groups = 1;
    window->dilation[0] = window->dilation[1] = 1;
    window->kernel[1] = 6;
    window->stride[1] = 2;
    window->padding[1] = pt_random_from(0, 4);
    size[0] = pt_random_from(window->kernel[0], window->kernel[0] + 20);
    size[1] = pt_random_from(pt_random() % 4 == 0 ? 1 : 6, 130);
    if (size[1] + 2 * window->padding[1] < 6)
        window->padding[1] = 3;
    to->problem.source_count = 1;
    to->problem.source[0] = pk_tensor_nhwc(PK_U8, pt_random_from(1, 2), 3, size[0], size[1], 3);
}

/* Scales of weights, and sums that fill the destination's range, half of it, or more than it. */
static void quantised(pt_case *to, size_t number)
{
    pk_problem *problem = &to->problem;
    const pk_window *window = &problem->as.window;
    const size_t channels = problem->destination.channels;
    const double products = (double)(window->kernel[0] * window->kernel[1]) *
                            (double)(problem->source[0].channels / window->groups);
    if (number % 6 == 0)
        problem->source[0].scale = 0; /* a picture's bytes */
    if (number % 6 == 0)
        problem->source[0].zero_point = 0;
    to->constants.scales = values(channels, 0.005, 0.01);
    if (number % 5 == 2 && number % 6 != 0) { /* all of it far below where activations bend */
        problem->source[0].scale *= 1e-4f;
        if (to->constants.bias != NULL)
            to->constants.bias = values(channels, -0.003, 0.003);
    }
    if (problem->destination.type == PK_U8)
        problem->destination.scale =
            (float)(sqrt(products) * (double)pk_scale_of(&problem->source[0]) *
                    pt_random_value(0.3, 2));
    if (problem->source_count > 1)
        problem->source[1].scale = problem->destination.scale * (float)pt_random_value(0.05, 1.9);
}

/* Some channels decide whether the others of a pixel are wanted: of most pixels, of a few, or of
 * none. */
static void gate(pt_case *to, size_t channels)
{
    pk_gate *of = &to->problem.as.window.gate;
    of->step = pt_random_from(1, channels);
    of->first = pt_random_from(0, channels - 1);
    of->count = 1 + pt_random_from(0, (channels - 1 - of->first) / of->step);
    to->thresholds.gate = pt_random() % 8 == 0 ? -INFINITY : (float)pt_random_value(0, 9);
}

static void conv(pt_case *to, const pk_types *types, size_t number)
{
    pk_problem *problem = &to->problem;
    pk_window *window = &problem->as.window;
    const size_t inputs = number % 3 == 0 ? 1 : pt_random_from(1, 37);
    const size_t outputs = number % 3 == 0 ? 1 : pt_random_from(1, number % 2 == 0 ? 70 : 20);
    window->groups = number % 3 == 1 ? 1 : pt_random_from(2, number % 3 == 0 ? 70 : 3);
    const size_t reach[2] = {window_side(window, 0, 6), window_side(window, 1, 6)};
    size_t size[2];
    for (int i = 0; i < 2; i++)
        size[i] = pt_random_from(reach[i], reach[i] + (number % 4 == 0 ? 30 : 8));
    const bool is_stem = types->source == PK_U8 && (types->weights == PK_F32 || number % 7 == 3);
    if (number % 5 == 0 && !is_stem) { /* 1x1 over all pixels */
        *window = (pk_window){
            .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .groups = window->groups};
        shape(to, types, inputs * window->groups, size[0], size[1]);
        result(to, types, outputs * window->groups, size[0], size[1]);
    } else {
        if (number % 7 == 0)
            winograd_window(window, number, size);
        shape(to, types, inputs * window->groups, size[0], size[1]);
        if (number % 7 == 1 && types->source == PK_F32) {
            window->groups = window->dilation[1] = 1;
            problem->source[0] = pk_tensor_planes(PK_F32, problem->source[0].batch,
                                                  pt_random_from(2, 4), size[0], size[1]);
        }
        if (is_stem)
            stem_window(to, size);
        size_t out[2];
        for (int i = 0; i < 2; i++)
            out[i] =
                out_side(window, i, size[i], (window->kernel[i] - 1) * window->dilation[i] + 1);
        result(to, types, outputs * window->groups, out[0], out[1]);
    }
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    problem->weights = types->weights;
    to->constants.weights = values(out->channels * (in->channels / window->groups) *
                                       window->kernel[0] * window->kernel[1],
                                   -1, 1);
    to->constants.bias = number % 11 == 0 ? NULL : values(out->channels, -1, 1);
    activation(to, number);
    if (number % 4 == 2 && types->destination == PK_F32)
        gate(to, out->channels);
    if (number % 2 == 1 && !is_stem) {
        problem->source_count = 2;
        problem->source[1] =
            tensor(types->destination, out->batch, out->channels, out->height, out->width);
    }
    if (types->weights == PK_S8)
        quantised(to, number);
}

static void deconv(pt_case *to, const pk_types *types, size_t number)
{
    pk_window *window = &to->problem.as.window;
    const bool is_depthwise = number % 2 == 0;
    window->groups = is_depthwise ? pt_random_from(2, 40) : pt_random_from(1, 3);
    const size_t inputs = is_depthwise ? 1 : pt_random_from(1, 20),
                 outputs = is_depthwise ? 1 : pt_random_from(1, 35);
    const size_t size[2] = {pt_random_from(1, 7), pt_random_from(1, 7)};
    size_t out[2];
    for (int i = 0; i < 2; i++) {
        window->kernel[i] = pt_random_from(1, 4);
        window->stride[i] = pt_random_from(1, 3);
        window->dilation[i] = pt_random_from(1, 2);
        const size_t reach = (window->kernel[i] - 1) * window->dilation[i] + 1;
        window->padding[i] = pt_random_from(0, (reach - 1) / 2);
        out[i] = (size[i] - 1) * window->stride[i] + reach - 2 * window->padding[i] +
                 pt_random_from(0, window->stride[i] - 1);
    }
    shape(to, types, inputs * window->groups, size[0], size[1]);
    result(to, types, outputs * window->groups, out[0], out[1]);
    to->problem.weights = types->weights;
    to->constants.weights =
        values(inputs * window->groups * outputs * window->kernel[0] * window->kernel[1], -1, 1);
    to->constants.bias = number % 5 == 0 ? NULL : values(outputs * window->groups, -1, 1);
}

static void eltwise(pt_case *to, const pk_types *types, size_t number)
{
    const size_t channels = pt_random_from(1, 70);
    shape(to, types, channels, pt_random_from(1, 9), pt_random_from(1, 9));
    const pk_tensor *in = &to->problem.source[0];
    result(to, types, channels, in->height, in->width);
    activation(to, number);
    to->problem.as.has_constants = number % 3 == 0;
    if (to->problem.as.has_constants)
        to->constants = (pk_constants){.weights = values(channels, -1, 1),
                                       .bias = values(channels, -1, 1),
                                       .mean = values(channels, -1, 1),
                                       .variance = values(channels, 0.5, 2),
                                       .epsilon = 1e-3};
    if (number % 2 == 0) {
        to->problem.source_count = 2;
        to->problem.source[1] = tensor(types->source, in->batch, channels, in->height, in->width);
    }
}

static void pool(pt_case *to, const pk_types *types)
{
    pk_window *window = &to->problem.as.window;
    size_t size[2], out[2];
    for (int i = 0; i < 2; i++) {
        window->kernel[i] = pt_random_from(1, 13);
        window->stride[i] = pt_random_from(1, 3);
        window->dilation[i] = 1;
        window->padding[i] = pt_random_from(0, window->kernel[i] / 2);
        size[i] = pt_random_from(window->kernel[i], window->kernel[i] + 11);
        out[i] = out_side(window, i, size[i], window->kernel[i]);
    }
    window->groups = 1;
    const size_t channels = pt_random_from(1, 70);
    shape(to, types, channels, size[0], size[1]);
    result(to, types, channels, out[0], out[1]);
    keep_scale(&to->problem);
}

/* A layout, and of bytes the scale, of a tensor that is there. */
static void as_planes(pk_tensor *tensor)
{
    const pk_tensor was = *tensor;
    *tensor = pk_tensor_planes(was.type, was.batch, was.channels, was.height, was.width);
    tensor->scale = was.scale;
    tensor->zero_point = was.zero_point;
}

static void reorder(pt_case *to, const pk_types *types, size_t number)
{
    const bool is_picture =
        types->source == PK_U8 && types->destination == PK_F32 && number % 2 == 0;
    const size_t channels = is_picture || number % 3 == 0 ? 3 : pt_random_from(1, 40);
    shape(to, types, channels, pt_random_from(1, 9), pt_random_from(1, 40));
    pk_tensor *in = &to->problem.source[0];
    result(to, types, channels, in->height, in->width);
    if (is_picture) { /* bytes that are 0 to 1 */
        in->scale = 0;
        in->zero_point = 0;
        to->problem.as.has_constants = number % 4 == 0;
    }
    if (to->problem.as.has_constants) {
        to->constants.mean = values(channels, 0, 1);
        to->constants.variance = values(channels, 0.2, 1);
    }
    if (is_picture && (number % 4 == 0 || number % 8 == 2))
        return;
    if (types->destination == PK_U8 && number % 5 == 0)
        keep_scale(&to->problem);
    if (number % 3 == 0) { /* planes in, as a picture comes */
        as_planes(in);
        pk_tensor *out = &to->problem.destination;
        const pk_tensor was = *out;
        *out = pk_tensor_nhwc(was.type, was.batch, channels, was.height, was.width, channels);
        out->scale = was.scale;
        out->zero_point = was.zero_point;
    } else if (number % 3 == 1) {
        as_planes(&to->problem.destination);
    }
}

static void attention(pt_case *to, const pk_types *types)
{
    to->problem.as.heads = pt_random_from(1, 4);
    const size_t channels = to->problem.as.heads * pt_random_from(1, 20);
    shape(to, types, channels, pt_random_from(1, 5), pt_random_from(1, 7));
    const pk_tensor *in = &to->problem.source[0];
    to->problem.source_count = 3;
    for (size_t i = 1; i < 3; i++)
        to->problem.source[i] = tensor(types->source, in->batch, channels, in->height, in->width);
    result(to, types, channels, in->height, in->width);
}

static void head(pt_case *to)
{
    pk_problem *problem = &to->problem;
    to->head = (pk_head){.class_count = pt_random_from(1, 40),
                         .mask_count = pt_random() % 2 == 0 ? 0 : pt_random_from(1, 32),
                         .anchor_count = pt_random_from(1, 4)};
    problem->as.head = &to->head;
    problem->source_count = pt_random_from(1, 4);
    const size_t width = 5 + to->head.class_count + to->head.mask_count,
                 batch = pt_random_from(1, 2);
    size_t rows = 0;
    for (size_t l = 0; l < problem->source_count; l++) {
        problem->source[l] = tensor(PK_F32, batch, width * to->head.anchor_count,
                                    pt_random_from(1, 30), pt_random_from(1, 30));
        rows += pk_pixels(&problem->source[l]) * to->head.anchor_count;
        to->head.stride[l] = (float)(8u << l);
        for (size_t a = 0; a < to->head.anchor_count; a++)
            for (int i = 0; i < 2; i++)
                to->head.anchor[l][a][i] = (float)pt_random_value(4, 200);
    }
    problem->destination = pk_tensor_nhwc(PK_F32, batch, width, rows, 1, width);
    to->thresholds.threshold = (float)pt_random_value(0.05, 0.95);
    const double logit =
        log((double)to->thresholds.threshold / (1.0 - (double)to->thresholds.threshold));
    to->thresholds.raw = (float)(logit - 0.05 - 0.01 * fabs(logit));
}

/* Pixels moved: from and to sizes that belong together. */
static void moved(pt_case *to, const pk_types *types, size_t number)
{
    pk_problem *problem = &to->problem;
    const size_t factor = pt_random_from(1, 3), channels = pt_random_from(1, 40);
    const size_t height = pt_random_from(1, 9), width = pt_random_from(1, 9);
    if (problem->op == PK_PAD) {
        problem->as.pad.top = pt_random_from(0, 3);
        problem->as.pad.left = pt_random_from(0, 3);
        shape(to, types, channels, height, width);
        result(to, types, channels, height + problem->as.pad.top + pt_random_from(0, 3),
               width + problem->as.pad.left + pt_random_from(0, 3));
        return;
    }
    const size_t many = channels * factor * factor;
    problem->as.factor = factor;
    if (problem->op == PK_UPSAMPLE) {
        shape(to, types, channels, height, width);
        result(to, types, channels, height * factor, width * factor);
    } else if (number % 2 == 0) {
        shape(to, types, channels, height * factor, width * factor);
        result(to, types, many, height, width);
    } else {
        shape(to, types, many, height, width);
        result(to, types, channels, height * factor, width * factor);
    }
    keep_scale(problem);
}

/* Bytes of pictures: interleaved or planes, rows with a gap behind them (AddressSanitizer guards a
 * gap of 8 bytes wherever it begins). */
static pk_tensor picture(size_t batch, size_t channels, size_t height, size_t width, bool is_planar)
{
    pk_tensor made = is_planar ? pk_tensor_planes(PK_U8, batch, channels, height, width)
                               : pk_tensor_nhwc(PK_U8, batch, channels, height, width, channels);
    made.row += 8 * random_gap();
    made.block_step = is_planar ? made.row * height + random_gap() : 0;
    made.picture = is_planar ? made.block_step * channels : made.row * height;
    return made;
}

/* Any size to any, and of each five one at the same size and one at exactly half; a window of the
 * source; a place in the destination that may begin above it and end below. */
static void letterbox(pt_case *to, size_t number)
{
    pk_problem *problem = &to->problem;
    pk_letterbox *how = &problem->as.letterbox;
    const size_t most = number % 7 == 0 ? 150 : 24, batch = pt_random_from(1, 2);
    *how = (pk_letterbox){.format = (pk_format)(number % PK_FORMAT_COUNT),
                          .matrix = (pk_matrix)(pt_random_from(0, PK_MATRIX_COUNT - 1)),
                          .is_full_range = pt_random_from(0, 1) == 1,
                          .height = pt_random_from(1, most),
                          .width = pt_random_from(1, most),
                          .top = pt_random_from(0, 3),
                          .left = pt_random_from(0, 3),
                          .inner_height = pt_random_from(1, most),
                          .inner_width = pt_random_from(1, most),
                          .inner_left = pt_random_from(0, 5),
                          .fill = (uint8_t)pt_random()};
    if (number % 5 < 2) {
        const size_t times = number % 5 + 1;
        how->height = how->inner_height * times;
        how->width = how->inner_width * times;
    }
    how->inner_top =
        (ptrdiff_t)pt_random_from(0, how->inner_height + 4) - (ptrdiff_t)how->inner_height + 1;
    const ptrdiff_t rows =
        (ptrdiff_t)how->inner_height + how->inner_top + (ptrdiff_t)pt_random_from(0, 6) - 3;
    const size_t high = how->top + how->height + pt_random_from(0, 2);
    const size_t wide = how->left + how->width + pt_random_from(0, 3);
    const bool is_rgb = how->format == PK_RGB || how->format == PK_BGR, is_planar = number % 8 < 4;
    const size_t half_high = (high + 1) / 2, half_wide = (wide + 1) / 2;
    problem->source_count = how->format == PK_I420 ? 3 : how->format == PK_NV12 ? 2 : 1;
    problem->source[0] = how->format == PK_YUYV
                             ? picture(batch, 4, high, half_wide, false)
                             : picture(batch, is_rgb ? 3 : 1, high, wide, is_rgb && is_planar);
    for (size_t i = 1; i < problem->source_count; i++)
        problem->source[i] =
            picture(batch, how->format == PK_NV12 ? 2 : 1, half_high, half_wide, false);
    problem->destination =
        picture(batch, 3, rows < 1 ? 1 : (size_t)rows,
                how->inner_left + how->inner_width + pt_random_from(0, 5), false);
}

void pt_case_make(pt_case *to, const pk_implementation *implementation, size_t number)
{
    const pk_types *types = &implementation->types;
    *to = (pt_case){.problem = {.op = implementation->op, .workers = pt_random_from(1, 4)}};
    switch (implementation->op) {
    case PK_CONV:
        conv(to, types, number);
        break;
    case PK_DECONV:
        deconv(to, types, number);
        break;
    case PK_ELTWISE:
        eltwise(to, types, number);
        break;
    case PK_MAXPOOL:
    case PK_AVGPOOL:
        pool(to, types);
        break;
    case PK_UPSAMPLE:
    case PK_PAD:
    case PK_SHUFFLE:
        moved(to, types, number);
        break;
    case PK_GLOBALPOOL:
        shape(to, types, pt_random_from(1, 70), pt_random_from(1, 9), pt_random_from(1, 9));
        result(to, types, to->problem.source[0].channels, 1, 1);
        break;
    case PK_ATTENTION:
        attention(to, types);
        break;
    case PK_REORDER:
        reorder(to, types, number);
        break;
    case PK_DECODE:
    case PK_CANDIDATES:
        head(to);
        break;
    case PK_LETTERBOX:
        letterbox(to, number);
        break;
    case PK_OP_COUNT:
        break;
    }
}
