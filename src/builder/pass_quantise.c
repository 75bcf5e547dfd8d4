/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INT8: bytes between convolutions, integers as their weights, by what a calibration saw.
 *
 * Tensors that share bytes (a concatenation and its slices, what a max-pool or an up-sampling
 * moves) are of one class, with one scale and zero point for the range of all. A class becomes
 * bytes where a convolution that may be of integers reads it, but for what is seen from outside:
 * what the head reads stays float32. The picture is bytes already, so a detector's first layer
 * takes it as it is; a classifier's is normalised channel by channel, and stays float32. Weights
 * are symmetric, with a scale an output channel.
 *
 * Who takes symmetric tensors alone has bytes about PW_SYMMETRIC_ZERO: 127 steps to either side. A
 * picture, which is nowhere below 0, would lose one bit of eight so: it stays float32.
 */
#include "base/memory.h"
#include "builder/pass.h"
#include "lower/schedule.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

#define MOST_WEIGHT   127
#define PICTURE_SCALE (1.0f / 255.0f) /* as kernels have it for a picture's bytes */
#define MOST_SUM      0x1p28          /* of a bias in the unit of its sums */
#define LEAST_SCALE   0x1p-120        /* of weights: all of those below may be 0 */
#define MOST_RATIO    1.99 /* of a residual's scale to its sum's: kernels take less than 2 */

typedef struct quantising {
    pw_network *network;
    const pw_quantise_desc *desc;
    uint32_t *class_of;        /* a tensor each: the first of its class, itself where it is that */
    bool *is_wanted, *is_kept; /* classes: an integer convolution reads it; it stays float32 */
    pw_histogram *histogram;   /* of the class at hand */
    pw_histogram *seen;        /* of the layer at hand */
    pawl_error *error;
} quantising;

static uint32_t class_of(const quantising *q, uint32_t tensor)
{
    while (q->class_of[tensor] != tensor)
        tensor = q->class_of[tensor];
    return tensor;
}

static void unite(quantising *q, uint32_t a, uint32_t b)
{
    a = class_of(q, a);
    b = class_of(q, b);
    q->class_of[a > b ? a : b] = a > b ? b : a;
}

static bool moves_bytes(pw_op op)
{
    return op == PW_OP_MAXPOOL || op == PW_OP_UPSAMPLE || op == PW_OP_SPACE_TO_DEPTH ||
           op == PW_OP_DEPTH_TO_SPACE;
}

static void find_classes(quantising *q)
{
    const pw_network *network = q->network;
    for (uint32_t t = 0; t < network->tensor_count; t++)
        q->class_of[t] = t;
    for (uint32_t t = 0; t < network->tensor_count; t++)
        if (network->tensors[t].parent != PW_NO_TENSOR)
            unite(q, t, network->tensors[t].parent);
    for (size_t i = 0; i < network->layer_count; i++)
        if (moves_bytes(network->layers[i].op))
            unite(q, network->layers[i].inputs[0], network->layers[i].output);
}

static bool is_named(const char *layer, const char *name)
{
    const size_t length = strlen(name);
    return (strncmp(layer, name, length) == 0 && (layer[length] == '\0' || layer[length] == '.')) ||
           fnmatch(name, layer, 0) == 0;
}

/* NVIDIA's header asks for groups of whole fours of channels where they are bytes. */
static bool has_groups_of_fours(const pw_conv *conv)
{
    return conv->groups == 1 || (conv->in_channels / conv->groups % 4 == 0 &&
                                 conv->out_channels / conv->groups % 4 == 0);
}

/* Whether a layer may be computed in integers. */
static bool may_quantise(const quantising *q, const pw_layer *layer)
{
    bool is_int8 =
        layer->op == PW_OP_CONV && (!q->desc->is_symmetric || has_groups_of_fours(&layer->as.conv));
    for (size_t i = 0; is_int8 && i < q->desc->layer_precision_count; i++) {
        const pawl_layer_precision *row =
            &q->desc->layer_precisions[q->desc->layer_precision_count - 1 - i];
        if (is_named(layer->name, row->layer))
            return strcmp(row->precision, "int8") == 0;
    }
    return is_int8;
}

static pawl_status check_names(const quantising *q)
{
    for (size_t i = 0; i < q->desc->layer_precision_count; i++) {
        const pawl_layer_precision *row = &q->desc->layer_precisions[i];
        if (row->layer == NULL || row->precision == NULL ||
            (strcmp(row->precision, "int8") != 0 && strcmp(row->precision, "fp32") != 0))
            return pw_fail(q->error, PAWL_ERR_ARGUMENT,
                           "a layer's precision is fp32 or int8; layer %s was given \"%s\"",
                           row->layer != NULL ? row->layer : "(NULL)",
                           row->precision != NULL ? row->precision : "(NULL)");
        size_t found = 0;
        for (size_t l = 0; l < q->network->layer_count; l++)
            found += is_named(q->network->layers[l].name, row->layer);
        if (found == 0)
            return pw_fail(q->error, PAWL_ERR_ARGUMENT,
                           "no layer of the optimised network is called %s, or begins with that "
                           "and a dot; pawl inspect -v names them",
                           row->layer);
    }
    return PAWL_OK;
}

/* The picture is bytes where whoever reads it takes them. */
static bool is_picture_read_as_bytes(const quantising *q)
{
    const pw_network *network = q->network;
    const uint32_t picture = network->layers[0].output;
    bool is_read = false;
    for (size_t i = 1; i < network->layer_count; i++)
        for (uint32_t k = 0; k < network->layers[i].input_count; k++) {
            const pw_layer *layer = &network->layers[i];
            if (class_of(q, layer->inputs[k]) != class_of(q, picture))
                continue;
            if (!moves_bytes(layer->op) && (k > 0 || !may_quantise(q, layer)))
                return false;
            is_read = true;
        }
    return is_read && network->model.task != PAWL_TASK_CLASSIFY;
}

/* Classes: read by an integer convolution; seen from outside. */
static void mark_classes(quantising *q)
{
    const pw_network *network = q->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        if (may_quantise(q, layer))
            q->is_wanted[class_of(q, layer->inputs[0])] = true;
        for (uint32_t k = 0; layer->output == PW_NO_TENSOR && k < layer->input_count; k++)
            q->is_kept[class_of(q, layer->inputs[k])] = true;
    }
    if (q->desc->is_symmetric || !is_picture_read_as_bytes(q))
        q->is_kept[class_of(q, network->layers[0].output)] = true;
}

/* Everything that was seen of a class: nothing where a layer of it was not seen. A byte cannot say
 * that it is none, so what was NaN would come out as a number. */
static pawl_status gather(quantising *q, uint32_t class)
{
    const pw_network *network = q->network;
    *q->histogram = (pw_histogram){.count = 0};
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        if (layer->output == PW_NO_TENSOR || class_of(q, layer->output) != class)
            continue;
        const bool is_seen = pw_calibration_read(q->desc->calibration, layer->id, q->seen);
        if (is_seen && q->seen->not_finite > 0)
            return pw_fail(q->error, PAWL_ERR_UNSUPPORTED,
                           "layer %s gave %llu values that are NaN or infinite when it was "
                           "calibrated, for which there are no integers: the weights are damaged, "
                           "or of a training that diverged",
                           layer->name, (unsigned long long)q->seen->not_finite);
        if (!is_seen) {
            *q->histogram = (pw_histogram){.count = 0};
            return PAWL_OK;
        }
        pw_histogram_merge(q->histogram, q->seen);
    }
    return PAWL_OK;
}

static void set_class(const quantising *q, uint32_t class, float scale, int32_t zero_point)
{
    for (uint32_t t = 0; t < q->network->tensor_count; t++) {
        pw_tensor *tensor = &q->network->tensors[t];
        if (class_of(q, t) != class)
            continue;
        tensor->dtype = PAWL_U8;
        tensor->scale = scale;
        tensor->zero_point = zero_point;
    }
}

static pawl_status type_class(quantising *q, uint32_t class)
{
    if (class == class_of(q, q->network->layers[0].output)) {
        set_class(q, class, PICTURE_SCALE, 0);
        return PAWL_OK;
    }
    PW_TRY(gather(q, class));
    if (q->histogram->count == 0)
        return PAWL_OK;
    const pawl_calibration_method method = (pawl_calibration_method)q->desc->method;
    pw_range range = pw_histogram_range(q->histogram, method);
    int32_t steps = UINT8_MAX;
    if (q->desc->is_symmetric) {
        range.high = pw_histogram_symmetric(q->histogram, method);
        range.low = -range.high;
        steps = 2 * INT8_MAX;
    }
    const double width = range.high - range.low;
    const float scale = width > 0 ? (float)(width / steps) : 1.0f; /* nothing but zeros */
    if (isnormal(scale))
        set_class(q, class, scale,
                  q->desc->is_symmetric ? PW_SYMMETRIC_ZERO
                                        : (int32_t)nearbyint(-range.low / (double)scale));
    return PAWL_OK;
}

/* A residual of a scale too large for its sum: the sum's grows. */
static void widen_sums(const quantising *q)
{
    const pw_network *network = q->network;
    for (size_t round = 0, changed = 1; changed > 0 && round < network->layer_count; round++) {
        changed = 0;
        for (size_t i = 0; i < network->layer_count; i++) {
            const pw_layer *layer = &network->layers[i];
            if (layer->op != PW_OP_CONV || !layer->as.conv.has_residual)
                continue;
            const pw_tensor *added = &network->tensors[layer->inputs[1]];
            const pw_tensor *sum = &network->tensors[layer->output];
            if (added->dtype != PAWL_U8 || sum->dtype != PAWL_U8 ||
                (double)added->scale <= MOST_RATIO * (double)sum->scale)
                continue;
            set_class(q, class_of(q, layer->output),
                      (float)((double)added->scale / MOST_RATIO) * 1.001f, sum->zero_point);
            changed++;
        }
    }
}

/* The largest size among weights; NaN where one is that. */
static double largest(const float *weights, size_t count)
{
    double most = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double size = fabs((double)weights[i]);
        most = size <= most ? most : size;
        if (isnan(size))
            break;
    }
    return most;
}

/* A scale a channel; none so small that a bias would not fit the sums in its unit. */
static pawl_status scale_weights(const quantising *q, pw_layer *layer)
{
    pw_conv *conv = &layer->as.conv;
    const size_t channels = (size_t)conv->out_channels;
    const size_t row = pw_conv_weight_count(conv) / channels;
    const pw_tensor *source = &q->network->tensors[layer->inputs[0]];
    const double middle = pw_conv_middle(q->network, layer);
    float *scales = pw_arena_array(&q->network->arena, channels, sizeof *scales);
    if (scales == NULL)
        return pw_fail_memory(q->error, "the scales of weights", channels * sizeof *scales);
    for (size_t c = 0; c < channels; c++) {
        const double least_of_weights = largest(conv->weights + c * row, row) / MOST_WEIGHT;
        const double offset = (conv->bias != NULL ? fabs((double)conv->bias[c]) : 0.0) + middle;
        const double least = fmax(offset / ((double)source->scale * MOST_SUM), LEAST_SCALE);
        scales[c] = (float)(least_of_weights < least ? least : least_of_weights);
        if (!isnormal(scales[c]) || isnan(offset))
            return pw_fail(q->error, PAWL_ERR_UNSUPPORTED,
                           "layer %s: the weights or the bias of channel %zu are NaN, infinite, or "
                           "too large for int8: leave the layer in fp32",
                           layer->name, c);
    }
    conv->weight_scales = scales;
    conv->weight_type = PAWL_I8;
    return PAWL_OK;
}

static pawl_status quantise(quantising *q)
{
    pw_network *network = q->network;
    PW_TRY(check_names(q));
    find_classes(q);
    mark_classes(q);
    for (uint32_t t = 0; t < network->tensor_count; t++)
        if (class_of(q, t) == t && q->is_wanted[t] && !q->is_kept[t])
            PW_TRY(type_class(q, t));
    widen_sums(q);
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_layer *layer = &network->layers[i];
        if (may_quantise(q, layer) && network->tensors[layer->inputs[0]].dtype == PAWL_U8)
            PW_TRY(scale_weights(q, layer));
    }
    return pw_network_validate(network, q->error);
}

pawl_status pw_pass_quantise(pw_network *network, const pw_quantise_desc *desc, pawl_error *error)
{
    quantising q = {.network = network, .desc = desc, .error = error};
    q.class_of = pw_arena_array(&network->arena, network->tensor_count, sizeof *q.class_of);
    q.is_wanted = pw_arena_array(&network->arena, network->tensor_count, sizeof *q.is_wanted);
    q.is_kept = pw_arena_array(&network->arena, network->tensor_count, sizeof *q.is_kept);
    pw_histogram *histograms PW_AUTO_FREE = pw_calloc(2, sizeof *histograms);
    if (q.class_of == NULL || q.is_wanted == NULL || q.is_kept == NULL || histograms == NULL)
        return pw_fail_memory(error, "quantising", 2 * sizeof *histograms);
    q.histogram = &histograms[0];
    q.seen = &histograms[1];
    return quantise(&q);
}
