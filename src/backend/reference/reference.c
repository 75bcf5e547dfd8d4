/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge of all other backends: plain C, doubles from the input to the outputs. A program holds
 * one block of doubles in which tensors share places once nobody reads them any more, and a list of
 * views into it.
 */
#include "backend/binding.h"
#include "backend/reference/reference_ops.h"

#include "base/memory.h"
#include "base/size.h"
#include "lower/schedule.h"

#include <math.h>
#include <string.h>

typedef struct pr_program {
    pw_program program;
    const pw_network *network;
    pw_arena arena;  /* everything below and the bindings */
    pr_view *views;  /* a tensor each; data NULL where nothing makes it */
    float *observed; /* the largest tensor as floats */
    double *scores;  /* of attention: score_count for each thread */
    size_t score_count;
    float mean[3], deviation[3]; /* of the picture's bytes */
    pw_rows rows;                /* decoded: output or candidates */
} pr_program;

/* The plan's network, but for weights that are rounded. */
typedef struct pr_device_plan {
    pw_device_plan device_plan;
    pw_network network;
} pr_device_plan;

static const char *reference_absence(void)
{
    return NULL;
}

static void reference_close(pw_device_plan *device_plan)
{
    pr_device_plan *made = (pr_device_plan *)device_plan;
    if (made != NULL)
        pw_network_free(&made->network);
    pw_free(made);
}

static pawl_status reference_open(const pw_plan *plan, const pw_machine *machine,
                                  pw_device_plan **device_plan, pawl_error *error)
{
    (void)machine; /* plain C runs anywhere */
    pr_device_plan *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the reference backend's plan", sizeof(*made));
    made->device_plan = (pw_device_plan){.backend = &pw_backend_reference, .plan = plan};
    pawl_status status = pw_network_copy(&plan->network, &made->network, error);
    if (status >= 0)
        status = pr_round_weights(&made->network, error);
    if (status < 0) {
        reference_close(&made->device_plan);
        return status;
    }
    *device_plan = &made->device_plan;
    return PAWL_OK;
}

static const char *reference_tactic(const pw_device_plan *device_plan, size_t index)
{
    return index < device_plan->plan->network.layer_count ? "reference" : NULL;
}

/* Where the tensors that hold memory lie in one block of doubles; their layers are the steps of
 * their lives. */
static pawl_status plan_places(const pw_network *network, const pw_shape *shapes, pw_arena *arena,
                               pw_buffer **places, size_t *total, pawl_error *error)
{
    const size_t count = network->tensor_count;
    pw_buffer *buffers = pw_arena_array(arena, count, sizeof(pw_buffer));
    if (buffers == NULL)
        return pw_fail_memory(error, "the reference backend's tensors", count * sizeof(pw_buffer));
    for (size_t t = 0; t < count; t++)
        buffers[t].size = (size_t)shapes[t].batch * (size_t)shapes[t].channels *
                          (size_t)shapes[t].height * (size_t)shapes[t].width * sizeof(double);
    pw_lives_begin(buffers, count);
    size_t channel = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        for (uint32_t k = 0; k < layer->input_count; k++)
            pw_lives_touch(&buffers[pw_tensor_root(network, layer->inputs[k], &channel)], i);
        if (layer->output != PW_NO_TENSOR)
            pw_lives_touch(&buffers[pw_tensor_root(network, layer->output, &channel)], i);
    }
    pw_lives_end(buffers, count);
    *places = buffers;
    return pw_memory_plan(buffers, count, PW_CACHE_LINE, total, error);
}

static pawl_status make_views(pr_program *made, const pw_shape *shapes, pawl_error *error)
{
    const pw_network *network = made->network;
    pw_buffer *places = NULL;
    size_t total = 0;
    PW_TRY(plan_places(network, shapes, &made->arena, &places, &total, error));
    unsigned char *block = pw_arena_alloc_aligned(&made->arena, total + 1, PW_CACHE_LINE);
    made->views = pw_arena_array(&made->arena, network->tensor_count, sizeof(pr_view));
    if (block == NULL || made->views == NULL)
        return pw_fail_memory(error, "the reference backend's tensors", total);
    size_t largest = 1;
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        size_t channel = 0;
        const uint32_t root = pw_tensor_root(network, t, &channel);
        if (places[root].size == 0)
            continue;
        const size_t plane = (size_t)shapes[root].height * (size_t)shapes[root].width;
        made->views[t] = (pr_view){
            .data = (double *)(void *)(block + places[root].offset) + channel * plane,
            .picture_step = (size_t)shapes[root].channels * plane,
            .batch = shapes[t].batch,
            .channels = shapes[t].channels,
            .height = shapes[t].height,
            .width = shapes[t].width,
        };
        largest = pw_size_max(largest, (size_t)shapes[t].batch * (size_t)shapes[t].channels *
                                           (size_t)shapes[t].height * (size_t)shapes[t].width);
    }
    made->observed = pw_arena_array(&made->arena, largest, sizeof(float));
    if (made->observed == NULL)
        return pw_fail_memory(error, "the observer's tensor", largest * sizeof(float));
    return PAWL_OK;
}

static void reference_release(pw_program *program)
{
    pr_program *made = (pr_program *)program;
    if (made == NULL)
        return;
    pw_free(made->rows.values);
    pw_free(made->program.input.data);
    pw_arena_free(&made->arena);
    pw_free(made);
}

/* A row of scores for each thread, where the network attends. */
static pawl_status make_scores(pr_program *made, const pw_shape *shapes, pawl_error *error)
{
    const pw_network *network = made->network;
    size_t tokens = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        if (network->layers[i].op != PW_OP_ATTENTION)
            continue;
        const pw_shape *shape = &shapes[network->layers[i].output];
        tokens = pw_size_max(tokens, (size_t)shape->height * (size_t)shape->width);
    }
    const size_t threads = pw_crew_size(made->program.lowering.crew);
    made->score_count = tokens;
    if (tokens > 0)
        made->scores = pw_arena_array(&made->arena, threads * tokens, sizeof(double));
    if (tokens > 0 && made->scores == NULL)
        return pw_fail_memory(error, "the attention's scores", threads * tokens * sizeof(double));
    return PAWL_OK;
}

static pawl_status lower_into(pr_program *made, pawl_error *error)
{
    const pw_lowering *to = &made->program.lowering;
    const pw_network *network = made->network;
    pw_shape *shapes = pw_arena_array(&made->arena, network->tensor_count, sizeof(pw_shape));
    if (shapes == NULL)
        return pw_fail_memory(error, "the shapes", network->tensor_count * sizeof(pw_shape));
    PW_TRY(pw_network_infer(network, to->batch, to->height, to->width, shapes, error));
    PW_TRY(make_views(made, shapes, error));
    PW_TRY(make_scores(made, shapes, error));
    PW_TRY(pw_bind_input(&made->program, error));
    PW_TRY(pw_bind_outputs(&made->program, network, shapes, &made->arena, &made->rows, error));
    return pw_bind_memory(&made->program, &made->arena, error);
}

static pawl_status reference_lower(pw_device_plan *device_plan, const pw_lowering *lowering,
                                   pw_program **program, pawl_error *error)
{
    pr_program *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the reference backend's program", sizeof(*made));
    made->program.backend = &pw_backend_reference;
    made->program.lowering = *lowering;
    made->network = &((pr_device_plan *)device_plan)->network;
    pw_network_normalisation(made->network, made->mean, made->deviation);
    const pawl_status status = lower_into(made, error);
    if (status < 0) {
        reference_release(&made->program);
        return status;
    }
    made->program.memory_size += made->arena.total;
    *program = &made->program;
    return PAWL_OK;
}

static void conv_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const pr_conv *work = argument;
    const size_t height = (size_t)work->out->height;
    pr_conv_row(work, (int32_t)(item / height), (int32_t)(item % height));
}

static void share(const pr_program *made, pw_task task, void *work, size_t count)
{
    pw_crew_run(made->program.lowering.crew, task, work, count);
}

static pk_tensor byte_tensor(const pw_tensor *type)
{
    return (pk_tensor){.type = PK_U8, .scale = type->scale, .zero_point = type->zero_point};
}

/* False where what is left are no bytes, or the residual is of another kind. */
static bool make_requantise(const pr_conv *of, pk_requantise *made)
{
    const bool is_added = of->residual_type != NULL;
    if (of->out_type->dtype != PAWL_U8 || (is_added && of->residual_type->dtype != PAWL_U8))
        return false;
    const pk_tensor to = byte_tensor(of->out_type);
    const pk_tensor added = is_added ? byte_tensor(of->residual_type) : (pk_tensor){0};
    if (!pk_can_requantise(&to, is_added ? &added : NULL))
        return false;
    pk_requantise_make(made, &to, is_added ? &added : NULL, (pk_activation)of->conv->activation,
                       of->conv->alpha);
    return true;
}

static void run_conv(const pr_program *made, const pw_layer *layer)
{
    const pw_tensor *types = made->network->tensors;
    const pr_view *out = &made->views[layer->output];
    pr_conv work = {.conv = &layer->as.conv,
                    .in = &made->views[layer->inputs[0]],
                    .in_type = &types[layer->inputs[0]],
                    .out = out,
                    .out_type = &types[layer->output]};
    pk_requantise requantise;
    if (layer->as.conv.has_residual) {
        work.residual = &made->views[layer->inputs[1]];
        work.residual_type = &types[layer->inputs[1]];
    }
    if (layer->as.conv.weight_type == PAWL_I8 && work.in_type->dtype == PAWL_U8 &&
        make_requantise(&work, &requantise))
        work.requantise = &requantise;
    share(made, conv_task, &work, (size_t)out->batch * (size_t)out->height);
}

/* How many of count values, stride apart, are NaN or infinite. */
static size_t count_not_finite(const float *values, size_t stride, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += isfinite(values[i * stride]) == 0;
    return found;
}

/* Rows of picture n whose objectness exceeds the threshold move to the front. */
static void keep_candidates(const pr_program *made, size_t n, float threshold)
{
    const size_t width = made->rows.width;
    float *rows = (float *)made->rows.values + n * made->rows.count * width;
    int32_t *index = made->rows.index + n * made->rows.count;
    size_t count = 0;
    made->program.not_finite[n] = count_not_finite(rows + 4, width, made->rows.count);
    for (size_t r = 0; r < made->rows.count; r++) {
        if (!(rows[r * width + 4] > threshold))
            continue;
        memmove(rows + count * width, rows + r * width, width * sizeof(float));
        index[count++] = (int32_t)r;
    }
    made->program.candidates[n].count = count;
}

static void decode(const pr_program *made, const pw_layer *layer, float threshold)
{
    const pw_program *program = &made->program;
    const pw_detect *detect = &layer->as.detect;
    float *rows = made->rows.values;
    for (int32_t n = 0; n < program->lowering.batch; n++) {
        for (int32_t l = 0; l < detect->level_count; l++) {
            const pr_view *view = &made->views[layer->inputs[l]];
            pr_detect_decode(detect, l, view, n, rows);
            rows += (size_t)detect->anchor_count * (size_t)view->height * (size_t)view->width *
                    made->rows.width;
        }
        if (program->lowering.output == PAWL_OUTPUT_CANDIDATES)
            keep_candidates(made, (size_t)n, threshold);
    }
}

/* The last layer, DETECT or CLASSIFY: whatever is bound. */
static void run_head(const pr_program *made, const pw_layer *layer, float threshold)
{
    const pw_program *program = &made->program;
    for (size_t i = 0; i < program->output_count; i++) {
        const uint32_t tensor = pw_bound_tensor(program, made->network, i);
        const bool is_map = layer->op == PW_OP_DETECT &&
                            program->lowering.output == PAWL_OUTPUT_RAW &&
                            i < (size_t)layer->as.detect.level_count;
        if (is_map)
            pr_detect_raw(&made->views[tensor], program->outputs[i].data);
        else if (tensor != PW_NO_TENSOR)
            pr_to_float(&made->views[tensor], program->outputs[i].data);
    }
    if (layer->op == PW_OP_DETECT && program->lowering.output != PAWL_OUTPUT_RAW)
        decode(made, layer, threshold);
}

typedef struct pr_block_work {
    const pr_program *made;
    const pw_layer *layer;
} pr_block_work;

static void deconv_task(void *argument, size_t item, size_t worker)
{
    (void)worker;
    const pr_block_work *work = argument;
    const pw_deconv *deconv = &work->layer->as.deconv;
    const size_t channels = (size_t)deconv->out_channels;
    pr_deconv_channel(deconv, &work->made->views[work->layer->inputs[0]],
                      &work->made->views[work->layer->output], (int32_t)(item / channels),
                      (int32_t)(item % channels));
}

static void attention_task(void *argument, size_t item, size_t worker)
{
    const pr_block_work *work = argument;
    const pr_program *made = work->made;
    const pr_view *out = &made->views[work->layer->output];
    const size_t tokens = (size_t)out->height * (size_t)out->width;
    const pr_view in[3] = {made->views[work->layer->inputs[0]], made->views[work->layer->inputs[1]],
                           made->views[work->layer->inputs[2]]};
    pr_attention_token(work->layer->as.attention.heads, in, out, (int32_t)(item / tokens),
                       item % tokens, made->scores + worker * made->score_count);
}

static void run_plain(const pr_program *made, const pw_layer *layer)
{
    const pr_operator run = pr_operator_of(layer->op);
    pr_view in[PW_MAX_INPUTS];
    for (uint32_t i = 0; i < layer->input_count; i++)
        in[i] = made->views[layer->inputs[i]];
    if (run != NULL)
        run(layer, in, &made->views[layer->output]);
}

static void run_layer(const pr_program *made, const pw_layer *layer, const pw_run *run)
{
    const pr_view *out = layer->output != PW_NO_TENSOR ? &made->views[layer->output] : NULL;
    pr_block_work work = {made, layer};
    switch (layer->op) {
    case PW_OP_INPUT:
        pr_input(made->program.lowering.input, made->program.input.data, made->mean,
                 made->deviation, out);
        break;
    case PW_OP_CONV:
        run_conv(made, layer);
        break;
    case PW_OP_DECONV:
        share(made, deconv_task, &work, (size_t)out->batch * (size_t)out->channels);
        break;
    case PW_OP_ATTENTION:
        share(made, attention_task, &work,
              (size_t)out->batch * (size_t)out->height * (size_t)out->width);
        break;
    case PW_OP_DETECT:
    case PW_OP_CLASSIFY:
        run_head(made, layer, run->threshold);
        break;
    default:
        run_plain(made, layer);
        break;
    }
}

static int observe(const pr_program *made, const pw_layer *layer, const pw_run *run)
{
    const pr_view *view = &made->views[layer->output];
    pr_to_float(view, made->observed);
    const pawl_tensor tensor = {
        .name = layer->name,
        .dtype = PAWL_F32,
        .rank = 4,
        .dims = {view->batch, view->channels, view->height, view->width},
        .data = made->observed,
        .size = (size_t)view->batch * (size_t)view->channels * (size_t)view->height *
                (size_t)view->width * sizeof(float),
    };
    return run->observer(run->observer_user, layer->id, layer->name, &tensor);
}

static pawl_status reference_run(pw_program *program, const pw_run *run, pawl_error *error)
{
    const pr_program *made = (const pr_program *)program;
    for (size_t i = 0; i < made->network->layer_count; i++) {
        const pw_layer *layer = &made->network->layers[i];
        PW_TRY(pw_run_check(run, error));
        run_layer(made, layer, run);
        if (layer->output == PW_NO_TENSOR)
            continue;
        pr_round(&made->network->tensors[layer->output], &made->views[layer->output]);
        if (run->observer == NULL)
            continue;
        if (observe(made, layer, run) != 0)
            return pw_fail(error, PAWL_ERR_CANCELLED, "the observer stopped the run at layer %s",
                           layer->name);
    }
    return PAWL_OK;
}

const pw_backend pw_backend_reference = {
    .name = "reference",
    .version = PW_BACKEND_VERSION,
    .precisions = "fp32 fp16 bf16 int8",
    .absence = reference_absence,
    .open = reference_open,
    .close = reference_close,
    .lower = reference_lower,
    .release = reference_release,
    .enqueue = reference_run,
    .tactic = reference_tactic,
};
