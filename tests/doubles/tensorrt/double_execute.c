/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a recorded graph in plain loops; sums in double, so that it is a reference for the float32
 * of others. */
#include "doubles/tensorrt/double_graph.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct tensor {
    const shape *shape;
    float *data;
} tensor;

/* One output row of one input row, all columns: row[x] += weight * in[x * stride + offset] where
 * that is inside. */
static void add_row(double *row, int64_t width, const float *in, int64_t in_width, int64_t stride,
                    int64_t offset, float weight)
{
    int64_t first = offset < 0 ? (-offset + stride - 1) / stride : 0;
    /* One past the last. */
    int64_t last = in_width - offset <= 0 ? 0 : (in_width - offset + stride - 1) / stride;
    if (last > width)
        last = width;
    if (stride == 1)
        for (int64_t x = first; x < last; x++)
            row[x] += (double)weight * (double)in[x + offset];
    else
        for (int64_t x = first; x < last; x++)
            row[x] += (double)weight * (double)in[x * stride + offset];
}

/* One row of one output map; kernel: of all maps. */
static void convolve_row(const node *each, const tensor *in, const float *kernel, int64_t image,
                         int64_t map, int64_t y, int64_t width, double *row)
{
    const int64_t depth = in->shape->d[1] / each->groups, high = in->shape->d[2],
                  wide = in->shape->d[3];
    const int64_t kernel_high = each->kernel.d[0], kernel_wide = each->kernel.d[1];
    const int64_t group = map / (each->maps / each->groups);
    const float *const weights = kernel + map * depth * kernel_high * kernel_wide;
    const float *const bias = each->bias.values;
    for (int64_t x = 0; x < width; x++)
        row[x] = bias != NULL ? (double)bias[map] : 0.0;
    for (int64_t c = 0; c < depth; c++) {
        const float *const plane =
            in->data + (image * in->shape->d[1] + group * depth + c) * high * wide;
        for (int64_t ky = 0; ky < kernel_high; ky++) {
            const int64_t from =
                y * each->stride.d[0] - each->padding.d[0] + ky * each->dilation.d[0];
            if (from < 0 || from >= high)
                continue;
            for (int64_t kx = 0; kx < kernel_wide; kx++)
                add_row(row, width, plane + from * wide, wide, each->stride.d[1],
                        kx * each->dilation.d[1] - each->padding.d[1],
                        weights[(c * kernel_high + ky) * kernel_wide + kx]);
        }
    }
}

/* Its kernel is the layer's own, or a second input. */
static bool run_convolution(const node *each, const tensor in[2], const tensor *out)
{
    const shape *const to = out->shape;
    const float *const kernel = each->input_count > 1 ? in[1].data : each->weights.values;
    double *const row = malloc((size_t)to->d[3] * sizeof *row);
    if (row == NULL)
        return false;
    float *write = out->data;
    for (int64_t image = 0; image < to->d[0]; image++)
        for (int64_t map = 0; map < to->d[1]; map++)
            for (int64_t y = 0; y < to->d[2]; y++, write += to->d[3]) {
                convolve_row(each, in, kernel, image, map, y, to->d[3], row);
                for (int64_t x = 0; x < to->d[3]; x++)
                    write[x] = (float)row[x];
            }
    free(row);
    return true;
}

static float pool_at(const node *each, const float *plane, int64_t high, int64_t wide, int64_t y,
                     int64_t x)
{
    const bool is_average = each->kind == 1; /* of the pixels that are there */
    float most = -INFINITY;
    double sum = 0, count = 0;
    for (int64_t ky = 0; ky < each->kernel.d[0]; ky++)
        for (int64_t kx = 0; kx < each->kernel.d[1]; kx++) {
            const int64_t row = y * each->stride.d[0] - each->padding.d[0] + ky;
            const int64_t column = x * each->stride.d[1] - each->padding.d[1] + kx;
            if (row < 0 || row >= high || column < 0 || column >= wide)
                continue;
            sum += (double)plane[row * wide + column];
            count++;
            if (plane[row * wide + column] > most)
                most = plane[row * wide + column];
        }
    return is_average ? (float)(sum / count) : most;
}

static void run_pooling(const node *each, const tensor *in, const tensor *out)
{
    const int64_t high = in->shape->d[2], wide = in->shape->d[3];
    float *write = out->data;
    for (int64_t plane = 0; plane < out->shape->d[0] * out->shape->d[1]; plane++)
        for (int64_t y = 0; y < out->shape->d[2]; y++)
            for (int64_t x = 0; x < out->shape->d[3]; x++)
                *write++ = pool_at(each, in->data + plane * high * wide, high, wide, y, x);
}

static void run_activation(const node *each, const tensor *in, const tensor *out)
{
    const int64_t count = shape_volume(out->shape);
    for (int64_t i = 0; i < count; i++) {
        const double x = (double)in->data[i];
        double y = x;
        if (each->kind == ACT_RELU)
            y = x > 0.0 ? x : 0.0;
        else if (each->kind == ACT_SIGMOID)
            y = 1.0 / (1.0 + exp(-x));
        else if (each->kind == ACT_LEAKY_RELU)
            y = x > 0.0 ? x : (double)each->alpha * x;
        else if (each->kind == ACT_CLIP)
            y = fmax((double)each->alpha, fmin((double)each->beta, x));
        else
            y = fmax(0.0, fmin(1.0, (double)each->alpha * x + (double)each->beta));
        out->data[i] = (float)y;
    }
}

/* The place in a tensor of out's element: at[] is its position, dimensions of 1 are spread. */
static int64_t spread_index(const shape *shape_, const int64_t *at)
{
    int64_t index = 0;
    for (int32_t i = 0; i < shape_->rank; i++)
        index = index * shape_->d[i] + (shape_->d[i] == 1 ? 0 : at[i]);
    return index;
}

/* The next position, last dimension fastest. */
static void advance(const shape *shape_, int64_t *at)
{
    for (int32_t i = shape_->rank - 1; i >= 0; i--) {
        if (++at[i] < shape_->d[i])
            return;
        at[i] = 0;
    }
}

static void run_elementwise(const node *each, const tensor *a, const tensor *b, const tensor *out)
{
    const int64_t count = shape_volume(out->shape);
    const bool is_plain = shape_volume(a->shape) == count && shape_volume(b->shape) == count;
    int64_t at[MAX_RANK] = {0};
    for (int64_t i = 0; i < count; i++) {
        const float x = a->data[is_plain ? i : spread_index(a->shape, at)];
        const float y = b->data[is_plain ? i : spread_index(b->shape, at)];
        out->data[i] = each->kind == ELEMENTWISE_SUM ? x + y : x * y;
        if (!is_plain)
            advance(out->shape, at);
    }
}

static void run_concatenation(const node *each, const shape *shapes, float *const *buffers,
                              const tensor *out)
{
    int64_t outer = 1, inner = 1, offset = 0;
    for (int32_t i = 0; i < each->kind; i++)
        outer *= out->shape->d[i];
    for (int32_t i = each->kind + 1; i < out->shape->rank; i++)
        inner *= out->shape->d[i];
    for (int32_t k = 0; k < each->input_count; k++) {
        const int64_t piece = shapes[each->inputs[k]].d[each->kind] * inner;
        for (int64_t i = 0; i < outer; i++)
            memcpy(out->data + i * out->shape->d[each->kind] * inner + offset,
                   buffers[each->inputs[k]] + i * piece, (size_t)piece * sizeof(float));
        offset += piece;
    }
}

/* Resize, transpose and slice: each output element comes from one place of the input. */
static void run_gather(const node *each, const tensor *in, const tensor *out)
{
    const int64_t count = shape_volume(out->shape);
    int64_t at[MAX_RANK] = {0}, from[MAX_RANK] = {0};
    for (int64_t i = 0; i < count; i++) {
        for (int32_t k = 0; k < in->shape->rank; k++) {
            if (each->op == OP_RESIZE) {
                from[k] = (int64_t)((float)at[k] / each->scales[k]);
                from[k] = from[k] < in->shape->d[k] ? from[k] : in->shape->d[k] - 1;
            } else if (each->op == OP_SLICE) {
                from[k] = each->start.d[k] + at[k] * each->stride.d[k];
            } else {
                from[each->order[k]] = at[k];
            }
        }
        out->data[i] = in->data[spread_index(in->shape, from)];
        advance(out->shape, at);
    }
}

static void run_padding(const node *each, const tensor *in, const tensor *out)
{
    const int64_t high = in->shape->d[2], wide = in->shape->d[3];
    float *write = out->data;
    for (int64_t plane = 0; plane < out->shape->d[0] * out->shape->d[1]; plane++)
        for (int64_t y = 0; y < out->shape->d[2]; y++)
            for (int64_t x = 0; x < out->shape->d[3]; x++) {
                const int64_t row = y - each->start.d[0], column = x - each->start.d[1];
                const bool is_inside = row >= 0 && row < high && column >= 0 && column < wide;
                *write++ = is_inside ? in->data[(plane * high + row) * wide + column] : 0.0f;
            }
}

/* The mean over the last two dimensions, the only ones that addReduce takes here. */
static void run_reduce(const tensor *in, const tensor *out)
{
    const int64_t plane = in->shape->d[2] * in->shape->d[3];
    for (int64_t i = 0; i < in->shape->d[0] * in->shape->d[1]; i++) {
        double sum = 0.0;
        for (int64_t p = 0; p < plane; p++)
            sum += (double)in->data[i * plane + p];
        out->data[i] = (float)(sum / (double)plane);
    }
}

static void run_scale(const node *each, const tensor *in, const tensor *out)
{
    const float factor = *(const float *)each->weights.values;
    for (int64_t i = 0; i < shape_volume(out->shape); i++)
        out->data[i] = in->data[i] * factor;
}

/* To a signed byte's steps, which stay floats here, or back: a scale for all, or for each place
 * along an axis. */
static void run_quantisation(const node *each, const tensor *in, const tensor *scale,
                             const tensor *out)
{
    const int64_t scales = shape_volume(scale->shape);
    int64_t inner = 1;
    for (int32_t i = each->kind + 1; i < in->shape->rank; i++)
        inner *= in->shape->d[i];
    for (int64_t i = 0; i < shape_volume(out->shape); i++) {
        const float unit = scale->data[scales > 1 ? i / inner % scales : 0];
        out->data[i] = each->op == OP_DEQUANTIZE
                           ? in->data[i] * unit
                           : fmaxf(-128.0f, fminf(127.0f, nearbyintf(in->data[i] / unit)));
    }
}

static bool run_node(const node *each, const shape *shapes, float *const *buffers)
{
    const tensor out = {&shapes[each->output], buffers[each->output]};
    tensor in[2] = {{NULL, NULL}, {NULL, NULL}};
    for (int32_t i = 0; i < each->input_count && i < 2; i++)
        in[i] = (tensor){&shapes[each->inputs[i]], buffers[each->inputs[i]]};
    const size_t size = (size_t)shape_volume(out.shape) * sizeof(float);
    switch (each->op) {
    case OP_CONVOLUTION:
        return run_convolution(each, in, &out);
    case OP_ACTIVATION:
        run_activation(each, &in[0], &out);
        break;
    case OP_ELEMENTWISE:
        run_elementwise(each, &in[0], &in[1], &out);
        break;
    case OP_POOLING:
        run_pooling(each, &in[0], &out);
        break;
    case OP_CONCATENATION:
        run_concatenation(each, shapes, buffers, &out);
        break;
    case OP_RESIZE:
    case OP_SHUFFLE:
    case OP_SLICE:
        run_gather(each, &in[0], &out);
        break;
    case OP_CONSTANT:
        memcpy(out.data, each->weights.values, size);
        break;
    case OP_PADDING:
        run_padding(each, &in[0], &out);
        break;
    case OP_REDUCE:
        run_reduce(&in[0], &out);
        break;
    case OP_SCALE:
        run_scale(each, &in[0], &out);
        break;
    case OP_QUANTIZE:
    case OP_DEQUANTIZE:
        run_quantisation(each, &in[0], &in[1], &out);
        break;
    case OP_CAST: /* all is float32 here: half changes nothing */
        memcpy(out.data, in[0].data, size);
        break;
    }
    return true;
}

bool graph_run(const graph *graph_, const shape *shapes, float *const *given)
{
    const size_t count = (size_t)graph_->value_count;
    float **const buffers = calloc(count, sizeof *buffers);
    bool is_right = buffers != NULL;
    for (size_t i = 0; is_right && i < count; i++) {
        buffers[i] =
            given[i] != NULL ? given[i] : malloc((size_t)shape_volume(&shapes[i]) * sizeof(float));
        is_right = buffers[i] != NULL;
    }
    for (int32_t i = 0; is_right && i < graph_->node_count; i++)
        is_right = run_node(&graph_->nodes[i], shapes, buffers);
    for (size_t i = 0; buffers != NULL && i < count; i++)
        if (buffers[i] != given[i])
            free(buffers[i]);
    free(buffers);
    return is_right;
}
