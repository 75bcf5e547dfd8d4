/* SPDX-License-Identifier: Apache-2.0 */
/* models/yolov5l.yaml of each release with other layers, models/hub/yolov5l6.yaml and
 * models/segment/yolov5l-seg.yaml (all sizes differ only in depth_multiple and width_multiple); the
 * classifiers are the first nine layers of a detector and a Classify (ClassificationModel). */
#include "model/published.h"
#include <math.h>
#include <string.h>

/* clang-format off */
#define CONV(from, width, kernel, stride) {PW_PUBLISHED_CONV, width, kernel, stride, 0, false, {from}, 1}
#define FOCUS(width)                      {PW_PUBLISHED_FOCUS, width, 3, 1, 0, false, {-1}, 1}
#define C3(width, repeats, shortcut)      {PW_PUBLISHED_C3, width, 0, 0, repeats, shortcut, {-1}, 1}
#define CSP(width, repeats, shortcut)     {PW_PUBLISHED_CSP, width, 0, 0, repeats, shortcut, {-1}, 1}
#define SPP(width, first, step)           {PW_PUBLISHED_SPP, width, first, step, 0, false, {-1}, 1}
#define SPPF(width)                       {PW_PUBLISHED_SPPF, width, 5, 0, 0, false, {-1}, 1}
#define UPSAMPLE()                        {PW_PUBLISHED_UPSAMPLE, 0, 0, 0, 0, false, {-1}, 1}
#define CONCAT(other)                     {PW_PUBLISHED_CONCAT, 0, 0, 0, 0, false, {-1, other}, 2}
#define CONV2D()                          {PW_PUBLISHED_CONV2D, 0, 1, 1, 0, false, {-1}, 1}
#define HEAD(kind, count, ...)            {PW_PUBLISHED_##kind, 0, 0, 0, 0, false, {__VA_ARGS__}, count}

/* Layers 1 to 6, and 10 to 23 or 12 to 32, with the stage that the release has. */
#define START(STAGE, p3, p4) \
    CONV(-1, 128, 3, 2), STAGE(128, 3, true), CONV(-1, 256, 3, 2), STAGE(256, p3, true), \
    CONV(-1, 512, 3, 2), STAGE(512, p4, true)
#define NECK_P5(STAGE) \
    CONV(-1, 512, 1, 1), UPSAMPLE(), CONCAT(6), STAGE(512, 3, false),          /* 10 .. 13 */ \
    CONV(-1, 256, 1, 1), UPSAMPLE(), CONCAT(4), STAGE(256, 3, false),          /* 14 .. 17 */ \
    CONV(-1, 256, 3, 2), CONCAT(14), STAGE(512, 3, false),                     /* 18 .. 20 */ \
    CONV(-1, 512, 3, 2), CONCAT(10), STAGE(1024, 3, false)                     /* 21 .. 23 */
#define NECK_P6 \
    CONV(-1, 768, 1, 1), UPSAMPLE(), CONCAT(8), C3(768, 3, false),             /* 12 .. 15 */ \
    CONV(-1, 512, 1, 1), UPSAMPLE(), CONCAT(6), C3(512, 3, false),             /* 16 .. 19 */ \
    CONV(-1, 256, 1, 1), UPSAMPLE(), CONCAT(4), C3(256, 3, false),             /* 20 .. 23 */ \
    CONV(-1, 256, 3, 2), CONCAT(20), C3(512, 3, false),                        /* 24 .. 26 */ \
    CONV(-1, 512, 3, 2), CONCAT(16), C3(768, 3, false),                        /* 27 .. 29 */ \
    CONV(-1, 768, 3, 2), CONCAT(12), C3(1024, 3, false)                        /* 30 .. 32 */
#define BACKBONE_V6 CONV(-1, 64, 6, 2), START(C3, 6, 9), CONV(-1, 1024, 3, 2), C3(1024, 3, true) /* 0 .. 8 */
#define BACKBONE_V2(STAGE) \
    FOCUS(64), START(STAGE, 9, 9), CONV(-1, 1024, 3, 2), SPP(1024, 5, 4), STAGE(1024, 3, false) /* 0 .. 9 */

static const pw_published_layer v6_p5[] = {
    BACKBONE_V6, SPPF(1024), NECK_P5(C3), HEAD(DETECT, 3, 17, 20, 23),
};

static const pw_published_layer v7_segment[] = {
    BACKBONE_V6, SPPF(1024), NECK_P5(C3), HEAD(SEGMENT, 3, 17, 20, 23),
};

static const pw_published_layer v6_classify[] = {
    BACKBONE_V6, HEAD(CLASSIFY, 1, -1),
};

static const pw_published_layer v6_p6[] = {
    CONV(-1, 64, 6, 2), START(C3, 6, 9), CONV(-1, 768, 3, 2), C3(768, 3, true), /* 0 .. 8 */
    CONV(-1, 1024, 3, 2), C3(1024, 3, true), SPPF(1024), NECK_P6,              /* 9 .. 32 */
    HEAD(DETECT, 4, 23, 26, 29, 32),
};

static const pw_published_layer v4_p5[] = {
    BACKBONE_V2(C3), NECK_P5(C3), HEAD(DETECT, 3, 17, 20, 23),
};

static const pw_published_layer v5_p6[] = {
    FOCUS(64), START(C3, 9, 9), CONV(-1, 768, 3, 2), C3(768, 3, true),         /* 0 .. 8 */
    CONV(-1, 1024, 3, 2), SPP(1024, 3, 2), C3(1024, 3, false), NECK_P6,        /* 9 .. 32 */
    HEAD(DETECT, 4, 23, 26, 29, 32),
};

static const pw_published_layer v2_p5[] = {
    BACKBONE_V2(CSP), NECK_P5(CSP), HEAD(DETECT, 3, 17, 20, 23),
};

static const pw_published_layer v1_p5[] = {
    BACKBONE_V2(CSP),                                                          /* 0 .. 9 */
    CONV(-1, 512, 1, 1), UPSAMPLE(), CONCAT(6), CSP(512, 3, false),            /* 10 .. 13 */
    CONV(-1, 256, 1, 1), UPSAMPLE(), CONCAT(4), CSP(256, 3, false), CONV2D(),  /* 14 .. 18 */
    CONV(-2, 256, 3, 2), CONCAT(14), CSP(512, 3, false), CONV2D(),             /* 19 .. 22 */
    CONV(-2, 512, 3, 2), CONCAT(10), CSP(1024, 3, false), CONV2D(),            /* 23 .. 26 */
    HEAD(DETECT, 3, -1, 22, 18),
};

const pw_published pw_published_graphs[PW_PUBLISHED_COUNT] = {
    {"P5", "v6.0 to v7.0", "v6-v7", "", v6_p5, PW_COUNT(v6_p5), 3, false, "SiLU", 1e-3},
    {"P6", "v6.0 to v7.0", "v6-v7", "6", v6_p6, PW_COUNT(v6_p6), 4, false, "SiLU", 1e-3},
    {"segmentation", "v7.0", "v6-v7", "", v7_segment, PW_COUNT(v7_segment), 3, false, "SiLU", 1e-3},
    {"classification", "v6.2 to v7.0", "v6-v7", "", v6_classify, PW_COUNT(v6_classify), 0, false, "SiLU", 1e-3},
    {"P5", "v4.0 to v5.0", "v4-v5", "", v4_p5, PW_COUNT(v4_p5), 3, false, "SiLU", 1e-3},
    {"P6", "v5.0", "v4-v5", "6", v5_p6, PW_COUNT(v5_p6), 4, false, "SiLU", 1e-3},
    {"P5", "v2.0 to v3.1", "v2-v3", "", v2_p5, PW_COUNT(v2_p5), 3, false, NULL, 1e-3},
    {"P5", "v1.0", "v1", "", v1_p5, PW_COUNT(v1_p5), 3, true, "LeakyReLU", 1e-4},
};
/* clang-format on */

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
    [PW_PUBLISHED_FOCUS] = {"models.common", "Focus"},
    [PW_PUBLISHED_C3] = {"models.common", "C3"},
    [PW_PUBLISHED_CSP] = {"models.common", "BottleneckCSP"},
    [PW_PUBLISHED_SPP] = {"models.common", "SPP"},
    [PW_PUBLISHED_SPPF] = {"models.common", "SPPF"},
    [PW_PUBLISHED_UPSAMPLE] = {"torch.nn", "Upsample"},
    [PW_PUBLISHED_CONCAT] = {"models.common", "Concat"},
    [PW_PUBLISHED_CONV2D] = {"torch.nn", "Conv2d"},
    [PW_PUBLISHED_DETECT] = {"models.yolo", "Detect"},
    [PW_PUBLISHED_SEGMENT] = {"models.yolo", "Segment"},
    [PW_PUBLISHED_CLASSIFY] = {"models.common", "Classify"},
};

const char *pw_published_package(pw_published_kind kind)
{
    return classes[kind].package;
}

const char *pw_published_type(pw_published_kind kind)
{
    return classes[kind].type;
}

bool pw_published_is_stage(pw_published_kind kind)
{
    return kind == PW_PUBLISHED_C3 || kind == PW_PUBLISHED_CSP;
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
    /* The stem of v5.0 was taken over into a Conv of kernel 6; custom models have others. */
    const pw_published_layer *first = &graph->layers[0];
    const pw_module *stem = pw_module_find(
        layers->children[0], first->kind == PW_PUBLISHED_FOCUS ? "conv.conv" : "conv");
    int64_t kernel[2];
    return stem != NULL && pw_value_ints(pw_module_attribute(stem, "kernel_size"), kernel, 2) &&
           kernel[0] == first->kernel && kernel[1] == first->kernel;
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
        if (!pw_published_is_stage(layer->kind))
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
    for (size_t g = 0; g < PW_PUBLISHED_COUNT; g++) {
        const pw_published *graph = &pw_published_graphs[g];
        if (!is_same_graph(layers, graph))
            continue;
        *family = graph->family;
        /* The n came with v6.0. */
        for (size_t s = strcmp(graph->family, "v6-v7") == 0 ? 0 : 1; s < PW_COUNT(sizes); s++)
            if (is_same_size(emit, layers, graph, sizes[s].depth, sizes[s].width))
                *size = sizes[s].names[graph->suffix[0] == '6' ? 1 : 0];
    }
}
