/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of the layers that only some models have: padding, classifiers, Contract and Expand,
 * transposed convolutions, transformers. */
#include "backend/cpu/cpu.h"

#include "base/size.h"
#include "lower/pack.h"

#include <math.h>
#include <string.h>

#define ITEM_VALUES 32768 /* floats moved by an item: some 10 us */

/* One row of the output; the whole of it is written. */
static void pad_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_pad *pad = &((const cpu_step *)argument)->as.pad;
    const cpu_view *in = pad->in, *out = pad->out;
    const size_t picture = item / out->height, row = item % out->height;
    float *output = out->data + item * out->width * out->stride;
    memset(output, 0, out->width * out->stride * sizeof(float));
    if (row < pad->top || row - pad->top >= in->height)
        return;
    const size_t from = (picture * in->height + row - pad->top) * in->width;
    const pk_eltwise_f32_args args = {.input = in->data + from * in->stride,
                                      .input_stride = in->stride,
                                      .output = output + pad->left * out->stride,
                                      .output_stride = out->stride,
                                      .pixels = in->width,
                                      .channels = in->channels};
    pad->copy(&args);
}

static void add_pad(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *out = &program->views[layer->output];
    cpu_step *step = pw_cpu_add_step(program, index, pad_task);
    step->as.pad = (cpu_pad){.copy = program->plan->layers[index].row->run.eltwise,
                             .in = &program->views[layer->inputs[0]],
                             .out = out,
                             .top = (size_t)layer->as.pad.top,
                             .left = (size_t)layer->as.pad.left};
    step->item_count = out->batch * out->height;
}

static void globalpool_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_globalpool *pool = &((const cpu_step *)argument)->as.globalpool;
    const size_t picture = item / pool->items_a_picture;
    const size_t begin = item % pool->items_a_picture * pool->channels_an_item;
    pk_globalpool_f32_args args = pool->args;
    args.input += picture * args.pixels * args.input_stride + begin;
    args.output += picture * pool->output_stride + begin;
    args.channels = pw_size_min(pool->channels_an_item, args.channels - begin);
    pool->run(&args);
}

static void add_globalpool(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *in = &program->views[layer->inputs[0]], *out = &program->views[layer->output];
    cpu_step *step = pw_cpu_add_step(program, index, globalpool_task);
    cpu_globalpool *pool = &step->as.globalpool;
    pool->run = program->plan->layers[index].row->run.globalpool;
    pool->args = (pk_globalpool_f32_args){.input = in->data,
                                          .input_stride = in->stride,
                                          .pixels = in->height * in->width,
                                          .channels = in->channels,
                                          .output = out->data};
    pool->output_stride = out->stride;
    const size_t wanted = pw_size_align(1 + ITEM_VALUES / pool->args.pixels, 16);
    pool->channels_an_item = pw_size_min(wanted, in->channels);
    pool->items_a_picture = pw_size_ceil_div(in->channels, pool->channels_an_item);
    step->item_count = pool->items_a_picture * in->batch;
}

static void shuffle_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_shuffle *shuffle = &((const cpu_step *)argument)->as.shuffle;
    const size_t picture = item / shuffle->items_a_picture;
    pk_shuffle_f32_args args = shuffle->args;
    const size_t coarse = picture * shuffle->coarse_height * args.coarse_width;
    const size_t fine = coarse * args.factor * args.factor;
    args.input += (args.is_to_coarse ? fine : coarse) * args.input_stride;
    args.output += (args.is_to_coarse ? coarse : fine) * args.output_stride;
    args.row_begin = item % shuffle->items_a_picture * shuffle->rows_an_item;
    args.row_end = pw_size_min(args.row_begin + shuffle->rows_an_item, shuffle->coarse_height);
    shuffle->run(&args);
}

static void add_shuffle(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *in = &program->views[layer->inputs[0]], *out = &program->views[layer->output];
    const bool is_to_coarse = layer->op == PW_OP_SPACE_TO_DEPTH;
    const cpu_view *coarse = is_to_coarse ? out : in, *fine = is_to_coarse ? in : out;
    cpu_step *step = pw_cpu_add_step(program, index, shuffle_task);
    cpu_shuffle *shuffle = &step->as.shuffle;
    shuffle->run = program->plan->layers[index].row->run.shuffle;
    shuffle->args = (pk_shuffle_f32_args){.input = in->data,
                                          .input_stride = in->stride,
                                          .output = out->data,
                                          .output_stride = out->stride,
                                          .coarse_width = coarse->width,
                                          .channels = fine->channels,
                                          .factor = (size_t)layer->as.shuffle.factor,
                                          .is_to_coarse = is_to_coarse};
    shuffle->coarse_height = coarse->height;
    shuffle->rows_an_item = pw_cpu_share(program, coarse->height, coarse->batch,
                                         1 + ITEM_VALUES / (coarse->width * coarse->channels));
    shuffle->items_a_picture = pw_size_ceil_div(coarse->height, shuffle->rows_an_item);
    step->item_count = shuffle->items_a_picture * coarse->batch;
}

/* Kernel places along one side that an input pixel feeds into output place at: its first input, the
 * kernel's place there; SIZE_MAX where it is none. */
static size_t source_of(const pw_deconv *deconv, int side, size_t at, size_t tap, size_t size)
{
    const int64_t reach =
        (int64_t)at + deconv->padding[side] - (int64_t)tap * deconv->dilation[side];
    if (reach < 0 || reach % deconv->stride[side] != 0 ||
        reach / deconv->stride[side] >= (int64_t)size)
        return SIZE_MAX;
    return (size_t)(reach / deconv->stride[side]);
}

/* Points taps and weights at all that meets output pixel (y, x) of a picture; returns how many. */
static size_t meet(const cpu_deconv *conv, size_t picture, size_t y, size_t x, size_t weight_step,
                   const float **taps, const float **weights)
{
    const pw_deconv *from = conv->from;
    const cpu_view *in = conv->in;
    size_t count = 0;
    for (size_t ky = 0; ky < (size_t)from->kernel[0]; ky++) {
        const size_t row = source_of(from, 0, y, ky, in->height);
        for (size_t kx = 0; kx < (size_t)from->kernel[1] && row != SIZE_MAX; kx++) {
            const size_t column = source_of(from, 1, x, kx, in->width);
            if (column == SIZE_MAX)
                continue;
            taps[count] =
                in->data + ((picture * in->height + row) * in->width + column) * in->stride;
            weights[count++] = conv->weights + (ky * (size_t)from->kernel[1] + kx) * weight_step;
        }
    }
    return count;
}

static void deconv_pixel(const cpu_deconv *conv, size_t count, const float **taps,
                         const float **weights, float *output)
{
    const size_t groups = (size_t)conv->from->groups,
                 taps_all = (size_t)conv->from->kernel[0] * (size_t)conv->from->kernel[1];
    if (conv->run_depthwise != NULL) {
        conv->run_depthwise(&(pk_dwconv_f32_args){.taps = taps,
                                                  .weights = weights,
                                                  .tap_count = count,
                                                  .channels = conv->out->channels,
                                                  .bias = conv->bias,
                                                  .output = output});
        return;
    }
    pk_deconv_f32_args args = {.taps = taps,
                               .weights = weights,
                               .tap_count = count,
                               .inputs = conv->in->channels / groups,
                               .outputs = conv->out->channels / groups,
                               .bias = conv->bias,
                               .output = output};
    for (size_t g = 0; g < groups; g++) {
        conv->run(&args);
        args.bias += args.outputs;
        args.output += args.outputs;
        for (size_t t = 0; t < count; t++) {
            taps[t] += args.inputs;
            weights[t] += taps_all * args.inputs * args.outputs;
        }
    }
}

/* One row of the output. */
static void deconv_task(void *argument, size_t item, size_t worker)
{
    const cpu_step *step = argument;
    const cpu_deconv *conv = &step->as.deconv;
    const cpu_view *out = conv->out;
    const size_t groups = (size_t)conv->from->groups;
    const size_t taps_all = (size_t)conv->from->kernel[0] * (size_t)conv->from->kernel[1];
    const float **taps =
        (const float **)(void *)(step->program->scratch + worker * step->program->scratch_size);
    const float **weights = taps + taps_all;
    const size_t weight_step = conv->run_depthwise != NULL
                                   ? groups
                                   : conv->in->channels / groups * (out->channels / groups);
    for (size_t x = 0; x < out->width; x++) {
        const size_t count =
            meet(conv, item / out->height, item % out->height, x, weight_step, taps, weights);
        deconv_pixel(conv, count, taps, weights, out->data + (item * out->width + x) * out->stride);
    }
}

static void add_deconv(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_layer *made = &program->plan->layers[index];
    const cpu_view *out = &program->views[layer->output];
    const bool is_depthwise = made->row->op == PK_DWCONV_F32;
    cpu_step *step = pw_cpu_add_step(program, index, deconv_task);
    step->as.deconv = (cpu_deconv){.run = is_depthwise ? NULL : made->row->run.deconv,
                                   .run_depthwise = is_depthwise ? made->row->run.dwconv : NULL,
                                   .from = &layer->as.deconv,
                                   .in = &program->views[layer->inputs[0]],
                                   .out = out,
                                   .weights = made->weights,
                                   .bias = made->bias};
    step->item_count = out->batch * out->height;
}

/* Some tokens of one head of one picture. */
static void attention_task(void *argument, size_t item, size_t worker)
{
    const cpu_step *step = argument;
    const cpu_attention *attention = &step->as.attention;
    pk_attention_f32_args args = attention->args;
    const size_t head = item / attention->items_a_head % attention->heads;
    const size_t first = item / attention->items_a_head / attention->heads * args.token_count;
    args.query += first * args.query_stride + head * args.depth;
    args.key += first * args.key_stride + head * args.depth;
    args.value += first * args.value_stride + head * args.depth;
    args.output += first * args.output_stride + head * args.depth;
    args.scores = (float *)(void *)(step->program->scratch + worker * step->program->scratch_size +
                                    step->program->patch_offset);
    args.token_begin = item % attention->items_a_head * attention->tokens_an_item;
    args.token_end = pw_size_min(args.token_begin + attention->tokens_an_item, args.token_count);
    attention->run(&args);
}

static void add_attention(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *query = &program->views[layer->inputs[0]];
    const cpu_view *key = &program->views[layer->inputs[1]];
    const cpu_view *value = &program->views[layer->inputs[2]];
    const cpu_view *out = &program->views[layer->output];
    cpu_step *step = pw_cpu_add_step(program, index, attention_task);
    cpu_attention *attention = &step->as.attention;
    attention->run = program->plan->layers[index].row->run.attention;
    attention->heads = (size_t)layer->as.attention.heads;
    const size_t depth = out->channels / attention->heads, tokens = out->height * out->width;
    attention->args = (pk_attention_f32_args){.query = query->data,
                                              .key = key->data,
                                              .value = value->data,
                                              .query_stride = query->stride,
                                              .key_stride = key->stride,
                                              .value_stride = value->stride,
                                              .token_count = tokens,
                                              .depth = depth,
                                              .scale = (float)(1.0 / sqrt((double)depth)),
                                              .output = out->data,
                                              .output_stride = out->stride};
    attention->tokens_an_item = pw_cpu_share(program, tokens, out->batch * attention->heads,
                                             1 + 8 * ITEM_VALUES / (tokens * depth));
    attention->items_a_head = pw_size_ceil_div(tokens, attention->tokens_an_item);
    step->item_count = attention->items_a_head * attention->heads * out->batch;
}

void pw_cpu_add_block(cpu_program *program, size_t index)
{
    switch (program->network->layers[index].op) {
    case PW_OP_PAD:
        add_pad(program, index);
        break;
    case PW_OP_GLOBALPOOL:
        add_globalpool(program, index);
        break;
    case PW_OP_ATTENTION:
        add_attention(program, index);
        break;
    case PW_OP_DECONV:
        add_deconv(program, index);
        break;
    case PW_OP_SPACE_TO_DEPTH:
    case PW_OP_DEPTH_TO_SPACE:
        add_shuffle(program, index);
        break;
    default:
        break;
    }
}

pawl_status pw_cpu_block_scratch(const cpu_program *program, const pw_layer *layer, size_t *taps,
                                 size_t *patch, pawl_error *error)
{
    *taps = *patch = 0;
    if (layer->op == PW_OP_DECONV) /* at most 255 x 255 taps, each an input and its weights */
        *taps = (size_t)layer->as.deconv.kernel[0] * (size_t)layer->as.deconv.kernel[1] * 2 *
                sizeof(float *);
    if (layer->op == PW_OP_ATTENTION) {
        const cpu_view *out = &program->views[layer->output];
        if (!pw_size_mul(out->height * out->width, sizeof(float), patch))
            return pw_fail(error, PAWL_ERR_LIMIT, "layer %s has too many tokens", layer->name);
    }
    return PAWL_OK;
}
