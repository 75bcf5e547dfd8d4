/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of what lies between the convolutions. An item is a run of pixels or rows of one picture.
 */
#include "backend/cpu/cpu.h"

#include "base/size.h"

#define ITEM_VALUES 32768 /* floats moved by an item: some 10 us */

static void eltwise_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_eltwise *eltwise = &((const cpu_step *)argument)->as.eltwise;
    const size_t begin = item * eltwise->pixels_an_item;
    pk_eltwise_f32_args args = eltwise->args;
    args.pixels = pw_size_min(eltwise->pixels_an_item, args.pixels - begin);
    args.input += begin * args.input_stride;
    args.output += begin * args.output_stride;
    if (args.other != NULL)
        args.other += begin * args.other_stride;
    eltwise->run(&args);
}

static cpu_eltwise *add_eltwise(cpu_program *program, size_t index, const cpu_view *in,
                                const cpu_view *out)
{
    const pk_row *row = program->plan->layers[index].row;
    if (row == NULL || row->op != PK_ELTWISE_F32)
        row = pk_row_select(PK_ELTWISE_F32, program->plan->machine.isa, NULL);
    cpu_step *step = pw_cpu_add_step(program, index, eltwise_task);
    cpu_eltwise *eltwise = &step->as.eltwise;
    const size_t pixels = in->batch * in->height * in->width;
    eltwise->run = row->run.eltwise;
    eltwise->args = (pk_eltwise_f32_args){.input = in->data,
                                          .input_stride = in->stride,
                                          .output = out->data,
                                          .output_stride = out->stride,
                                          .pixels = pixels,
                                          .channels = in->channels};
    eltwise->pixels_an_item = pw_cpu_share(program, pixels, 1, 1 + ITEM_VALUES / in->channels);
    step->item_count = pw_size_ceil_div(pixels, eltwise->pixels_an_item);
    return eltwise;
}

void pw_cpu_add_eltwise(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    cpu_eltwise *eltwise = add_eltwise(program, index, &program->views[layer->inputs[0]],
                                       &program->views[layer->output]);
    if (layer->op == PW_OP_BATCHNORM) {
        eltwise->args.scale = program->plan->layers[index].weights;
        eltwise->args.shift = program->plan->layers[index].bias;
    } else if (layer->op == PW_OP_ACTIVATION) {
        eltwise->args.activation = (pk_activation)layer->as.activation.kind;
        eltwise->args.alpha = layer->as.activation.alpha;
    } else {
        eltwise->args.other = program->views[layer->inputs[1]].data;
        eltwise->args.other_stride = program->views[layer->inputs[1]].stride;
    }
}

void pw_cpu_add_copy(cpu_program *program, size_t index, const cpu_view *from, const cpu_view *to)
{
    add_eltwise(program, index, from, to);
}

static void maxpool_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_maxpool *pool = &((const cpu_step *)argument)->as.maxpool;
    const size_t picture = item / pool->items_a_picture;
    pk_maxpool_f32_args args = pool->args;
    args.input += picture * args.height * args.width * args.input_stride;
    args.output += picture * pool->output_height * args.output_width * args.output_stride;
    args.row_begin = item % pool->items_a_picture * pool->rows_an_item;
    args.row_end = pw_size_min(args.row_begin + pool->rows_an_item, pool->output_height);
    pool->run(&args);
}

void pw_cpu_add_maxpool(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const pw_pool *from = &layer->as.pool;
    const cpu_view *in = &program->views[layer->inputs[0]], *out = &program->views[layer->output];
    cpu_step *step = pw_cpu_add_step(program, index, maxpool_task);
    cpu_maxpool *pool = &step->as.maxpool;
    pool->run = program->plan->layers[index].row->run.maxpool;
    pool->args = (pk_maxpool_f32_args){.input = in->data,
                                       .input_stride = in->stride,
                                       .height = in->height,
                                       .width = in->width,
                                       .channels = in->channels,
                                       .output = out->data,
                                       .output_stride = out->stride,
                                       .output_width = out->width};
    for (size_t i = 0; i < 2; i++) {
        pool->args.kernel[i] = (size_t)from->kernel[i];
        pool->args.stride[i] = (size_t)from->stride[i];
        pool->args.padding[i] = (size_t)from->padding[i];
    }
    pool->output_height = out->height;
    const size_t row_values =
        out->width * out->channels * pool->args.kernel[0] * pool->args.kernel[1];
    pool->rows_an_item =
        pw_cpu_share(program, out->height, out->batch, 1 + ITEM_VALUES / row_values);
    pool->items_a_picture = pw_size_ceil_div(out->height, pool->rows_an_item);
    step->item_count = pool->items_a_picture * out->batch;
}

static void upsample_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_upsample *upsample = &((const cpu_step *)argument)->as.upsample;
    const size_t picture = item / upsample->items_a_picture;
    pk_upsample_f32_args args = upsample->args;
    const size_t pixels = picture * upsample->height * args.width;
    args.input += pixels * args.input_stride;
    args.output += pixels * args.factor * args.factor * args.output_stride;
    args.row_begin = item % upsample->items_a_picture * upsample->rows_an_item;
    args.row_end = pw_size_min(args.row_begin + upsample->rows_an_item, upsample->height);
    upsample->run(&args);
}

void pw_cpu_add_upsample(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *in = &program->views[layer->inputs[0]], *out = &program->views[layer->output];
    cpu_step *step = pw_cpu_add_step(program, index, upsample_task);
    cpu_upsample *upsample = &step->as.upsample;
    upsample->run = program->plan->layers[index].row->run.upsample;
    upsample->args = (pk_upsample_f32_args){.input = in->data,
                                            .input_stride = in->stride,
                                            .width = in->width,
                                            .channels = in->channels,
                                            .factor = (size_t)layer->as.upsample.factor,
                                            .output = out->data,
                                            .output_stride = out->stride};
    upsample->height = in->height;
    const size_t row_values =
        in->width * in->channels * upsample->args.factor * upsample->args.factor;
    upsample->rows_an_item =
        pw_cpu_share(program, in->height, in->batch, 1 + ITEM_VALUES / row_values);
    upsample->items_a_picture = pw_size_ceil_div(in->height, upsample->rows_an_item);
    step->item_count = upsample->items_a_picture * in->batch;
}

static void input_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const cpu_input *input = &((const cpu_step *)argument)->as.input;
    const size_t picture = item / input->items_a_picture;
    pk_input_args args = input->args;
    const size_t values = picture * input->pixels * args.channels;
    if (args.planes != NULL)
        args.planes += values;
    else
        args.bytes += values;
    args.output += picture * input->pixels * args.output_stride;
    args.pixel_begin = item % input->items_a_picture * input->pixels_an_item;
    args.pixel_end = pw_size_min(args.pixel_begin + input->pixels_an_item, input->pixels);
    input->run(&args);
}

void pw_cpu_add_input(cpu_program *program, size_t index)
{
    const pw_layer *layer = &program->network->layers[index];
    const cpu_view *out = &program->views[layer->output];
    const bool is_float = program->base.lowering.input == PAWL_INPUT_F32_NCHW;
    const pk_row *row =
        pk_row_select(is_float ? PK_INPUT_F32 : PK_INPUT_U8, program->plan->machine.isa, NULL);
    cpu_step *step = pw_cpu_add_step(program, index, input_task);
    cpu_input *input = &step->as.input;
    const size_t pixels = out->height * out->width;
    input->run = row->run.input;
    input->args = (pk_input_args){.planes = is_float ? program->base.input.data : NULL,
                                  .bytes = is_float ? NULL : program->base.input.data,
                                  .mean = program->is_normalised ? program->mean : NULL,
                                  .deviation = program->is_normalised ? program->deviation : NULL,
                                  .plane_size = pixels,
                                  .channels = out->channels,
                                  .output = out->data,
                                  .output_stride = out->stride};
    input->pixels = pixels;
    input->pixels_an_item =
        pw_cpu_share(program, pixels, out->batch, 1 + ITEM_VALUES / out->channels);
    input->items_a_picture = pw_size_ceil_div(pixels, input->pixels_an_item);
    step->item_count = input->items_a_picture * out->batch;
}
