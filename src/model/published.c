/* SPDX-License-Identifier: Apache-2.0 */
/* models/yolov5l.yaml and models/hub/yolov5l6.yaml of YOLOv5 v6.0 to v7.0 (all sizes differ only in
 * depth_multiple and width_multiple). */
#include "model/published.h"
#include <math.h>
#include <string.h>

/* clang-format off */
#define CONV(from, width, kernel, stride) {PW_PUBLISHED_CONV, width, kernel, stride, 0, false, {from}, 1}
#define C3(width, repeats, shortcut)      {PW_PUBLISHED_C3, width, 0, 0, repeats, shortcut, {-1}, 1}
#define SPPF(width)                       {PW_PUBLISHED_SPPF, width, 5, 0, 0, false, {-1}, 1}
#define UPSAMPLE()                        {PW_PUBLISHED_UPSAMPLE, 0, 0, 0, 0, false, {-1}, 1}
#define CONCAT(other)                     {PW_PUBLISHED_CONCAT, 0, 0, 0, 0, false, {-1, other}, 2}

static const pw_published_layer p5[] = {
    CONV(-1, 64, 6, 2), CONV(-1, 128, 3, 2), C3(128, 3, true),                 /* 0 .. 2 */
    CONV(-1, 256, 3, 2), C3(256, 6, true), CONV(-1, 512, 3, 2), C3(512, 9, true), /* 3 .. 6 */
    CONV(-1, 1024, 3, 2), C3(1024, 3, true), SPPF(1024),                       /* 7 .. 9 */
    CONV(-1, 512, 1, 1), UPSAMPLE(), CONCAT(6), C3(512, 3, false),             /* 10 .. 13 */
    CONV(-1, 256, 1, 1), UPSAMPLE(), CONCAT(4), C3(256, 3, false),             /* 14 .. 17 */
    CONV(-1, 256, 3, 2), CONCAT(14), C3(512, 3, false),                        /* 18 .. 20 */
    CONV(-1, 512, 3, 2), CONCAT(10), C3(1024, 3, false),                       /* 21 .. 23 */
    {PW_PUBLISHED_DETECT, 0, 0, 0, 0, false, {17, 20, 23}, 3},
};

static const pw_published_layer p6[] = {
    CONV(-1, 64, 6, 2), CONV(-1, 128, 3, 2), C3(128, 3, true),                 /* 0 .. 2 */
    CONV(-1, 256, 3, 2), C3(256, 6, true), CONV(-1, 512, 3, 2), C3(512, 9, true), /* 3 .. 6 */
    CONV(-1, 768, 3, 2), C3(768, 3, true),                                     /* 7, 8 */
    CONV(-1, 1024, 3, 2), C3(1024, 3, true), SPPF(1024),                       /* 9 .. 11 */
    CONV(-1, 768, 1, 1), UPSAMPLE(), CONCAT(8), C3(768, 3, false),             /* 12 .. 15 */
    CONV(-1, 512, 1, 1), UPSAMPLE(), CONCAT(6), C3(512, 3, false),             /* 16 .. 19 */
    CONV(-1, 256, 1, 1), UPSAMPLE(), CONCAT(4), C3(256, 3, false),             /* 20 .. 23 */
    CONV(-1, 256, 3, 2), CONCAT(20), C3(512, 3, false),                        /* 24 .. 26 */
    CONV(-1, 512, 3, 2), CONCAT(16), C3(768, 3, false),                        /* 27 .. 29 */
    CONV(-1, 768, 3, 2), CONCAT(12), C3(1024, 3, false),                       /* 30 .. 32 */
    {PW_PUBLISHED_DETECT, 0, 0, 0, 0, false, {23, 26, 29, 32}, 4},
};
/* clang-format on */

const pw_published pw_published_graphs[2] = {
    {"P5", "", p5, PW_COUNT(p5), 3},
    {"P6", "6", p6, PW_COUNT(p6), 4},
};

/* The published sizes: yolov5n.yaml ... yolov5x.yaml. */
static const struct {
    const char *names[2]; /* P5, P6 */
    double depth, width;
} sizes[] = {
    {{"n", "n6"}, 0.33, 0.25}, {{"s", "s6"}, 0.33, 0.50}, {{"m", "m6"}, 0.67, 0.75},
    {{"l", "l6"}, 1.00, 1.00}, {{"x", "x6"}, 1.33, 1.25},
};

static const struct {
    const char *package, *type;
} classes[] = {
    [PW_PUBLISHED_CONV] = {"models.common", "Conv"},
    [PW_PUBLISHED_C3] = {"models.common", "C3"},
    [PW_PUBLISHED_SPPF] = {"models.common", "SPPF"},
    [PW_PUBLISHED_UPSAMPLE] = {"torch.nn", "Upsample"},
    [PW_PUBLISHED_CONCAT] = {"models.common", "Concat"},
    [PW_PUBLISHED_DETECT] = {"models.yolo", "Detect"},
};

const char *pw_published_package(pw_published_kind kind)
{
    return classes[kind].package;
}

const char *pw_published_type(pw_published_kind kind)
{
    return classes[kind].type;
}

static bool reads_the_same(const pw_module *module, const pw_published_layer *layer)
{
    int64_t from[4];
    const pw_value *value = pw_module_attribute(module, "f");
    if (!pw_value_ints(value, from, (size_t)layer->from_count))
        return false;
    for (int32_t i = 0; i < layer->from_count; i++)
        if (from[i] != layer->from[i])
            return false;
    return true;
}

static bool is_same_graph(const pw_module *layers, const pw_published *graph)
{
    if (layers->child_count != graph->layer_count)
        return false;
    for (size_t i = 0; i < graph->layer_count; i++) {
        const pw_module *module = layers->children[i];
        const pw_published_kind kind = graph->layers[i].kind;
        if (!pw_module_is(module, classes[kind].package, classes[kind].type) ||
            !reads_the_same(module, &graph->layers[i]))
            return false;
    }
    const pw_module *stem = pw_module_child(layers->children[0], "conv");
    int64_t kernel[2];
    return stem != NULL && pw_value_ints(pw_module_attribute(stem, "kernel_size"), kernel, 2) &&
           kernel[0] == 6 && kernel[1] == 6;
}

/* make_divisible(width * gw, 8) and max(round(n * gd), 1) of models/yolo.py; Python rounds halves
 * to even, as rint does by default. */
static bool is_same_size(const pw_emit *emit, const pw_module *layers, const pw_published *graph,
                         double depth, double width)
{
    for (size_t i = 0; i < graph->layer_count; i++) {
        const pw_published_layer *layer = &graph->layers[i];
        if (layer->width > 0 &&
            pw_emit_channels(emit, emit->outputs[i]) != (int32_t)ceil(layer->width * width / 8) * 8)
            return false;
        if (layer->kind != PW_PUBLISHED_C3)
            continue;
        const pw_module *chain = pw_module_child(layers->children[i], "m");
        if (chain == NULL || (double)chain->child_count != fmax(rint(layer->repeats * depth), 1))
            return false;
    }
    return true;
}

void pw_published_identify(const pw_emit *emit, const pw_module *layers, const char **family,
                           const char **size)
{
    *family = *size = "custom";
    for (size_t g = 0; g < PW_COUNT(pw_published_graphs); g++) {
        if (!is_same_graph(layers, &pw_published_graphs[g]))
            continue;
        *family = "v6-v7";
        for (size_t s = 0; s < PW_COUNT(sizes); s++)
            if (is_same_size(emit, layers, &pw_published_graphs[g], sizes[s].depth, sizes[s].width))
                *size = sizes[s].names[g];
    }
}
