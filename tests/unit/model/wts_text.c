/* SPDX-License-Identifier: Apache-2.0 */
/* See wts_text.h. */
#include "unit/model/wts_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
    const pt_wts *wanted;
    FILE *out;
    size_t count;
    uint32_t noise;
} writer;

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void add_values(writer *w, const char *name, const float *values, size_t count)
{
    const pt_wts *wanted = w->wanted;
    const size_t given = count;
    if (wanted->without != NULL && strncmp(name, wanted->without, strlen(wanted->without)) == 0)
        return;
    if (wanted->changed != NULL && strcmp(name, wanted->changed) == 0)
        count = wanted->changed_count;
    fprintf(w->out, "%s %zu ", name, count);
    for (size_t i = 0; i < count; i++) {
        w->noise = w->noise * 1664525u + 1013904223u;
        /* Positive: it may be a variance. */
        const float made = 0.5f + 0.001f * (float)(w->noise >> 22);
        fprintf(w->out, " %08x", bits_of(values != NULL && i < given ? values[i] : made));
    }
    fputc('\n', w->out);
    w->count++;
}

static void add(writer *w, const char *path, const char *key, size_t count)
{
    char name[192];
    (void)snprintf(name, sizeof name, "%s%s", path, key);
    add_values(w, name, NULL, count);
}

static void add_norm(writer *w, const char *path, size_t width)
{
    static const char *const keys[] = {".bn.weight", ".bn.bias", ".bn.running_mean",
                                       ".bn.running_var"};
    for (size_t i = 0; i < PW_COUNT(keys); i++)
        add(w, path, keys[i], width);
    add(w, path, ".bn.num_batches_tracked", 1);
}

static void add_conv(writer *w, const char *path, const char *part, int32_t in, int32_t out,
                     int32_t kernel)
{
    char full[96];
    const size_t width = (size_t)out;
    (void)snprintf(full, sizeof full, "%s%s", path, part);
    add(w, full, ".conv.weight", width * (size_t)in * (size_t)kernel * (size_t)kernel);
    if (w->wanted->is_fused) {
        add(w, full, ".conv.bias", width);
        return;
    }
    add_norm(w, full, width);
}

static void add_links(writer *w, const char *path, const pw_published_layer *layer, int32_t width)
{
    const int32_t links = layer->repeats * w->wanted->depth / 3;
    for (int32_t i = 0; i < links; i++) {
        char link[64];
        (void)snprintf(link, sizeof link, "%s.m.%d", path, (int)i);
        add_conv(w, link, ".cv1", width, width, 1);
        add_conv(w, link, ".cv2", width, width, 3);
    }
}

static void add_c3(writer *w, const char *path, const pw_published_layer *layer, int32_t in,
                   int32_t out)
{
    add_conv(w, path, ".cv1", in, out / 2, 1);
    add_conv(w, path, ".cv2", in, out / 2, 1);
    add_conv(w, path, ".cv3", out, out, 1);
    add_links(w, path, layer, out / 2);
}

static void add_csp(writer *w, const char *path, const pw_published_layer *layer, int32_t in,
                    int32_t out)
{
    const size_t half = (size_t)out / 2;
    add_conv(w, path, ".cv1", in, out / 2, 1);
    add(w, path, ".cv2.weight", half * (size_t)in);
    add(w, path, ".cv3.weight", half * half);
    add_conv(w, path, ".cv4", out, out, 1);
    add_norm(w, path, (size_t)out);
    add_links(w, path, layer, out / 2);
}

static void add_anchors(writer *w, const char *path, size_t levels)
{
    float cells[4 * 6], grid[4 * 6], strides[4];
    const bool is_falling = pw_published_graphs[w->wanted->graph].is_falling;
    char name[96];
    for (size_t i = 0; i < 6 * levels; i++) {
        strides[i / 6] = (float)(8u << (is_falling ? levels - 1 - i / 6 : i / 6));
        cells[i] = 1.25f + (float)i;
        grid[i] = cells[i] * strides[i / 6];
    }
    (void)snprintf(name, sizeof name, "%s.anchors", path);
    add_values(w, name, cells, 6 * levels);
    (void)snprintf(name, sizeof name, "%s.anchor_grid", path);
    if (w->wanted->has_grid)
        add_values(w, name, grid, 6 * levels);
    (void)snprintf(name, sizeof name, "%s.strides", path);
    if (w->wanted->has_strides)
        add_values(w, name, strides, levels);
}

static void add_head(writer *w, const char *path, const pw_published_layer *layer,
                     const int32_t *channels)
{
    char name[96];
    const int32_t masks = layer->kind == PW_PUBLISHED_SEGMENT ? PT_WTS_MASKS : 0;
    const size_t outputs = 3 * (5 + (size_t)w->wanted->classes + (size_t)masks);
    add_anchors(w, path, (size_t)layer->from_count);
    for (int32_t i = 0; i < layer->from_count && layer->from[0] >= 0; i++) {
        (void)snprintf(name, sizeof name, "%s.m.%d", path, (int)i);
        add(w, name, ".weight", outputs * (size_t)channels[layer->from[i]]);
        add(w, name, ".bias", outputs);
    }
    if (masks == 0)
        return;
    add_conv(w, path, ".proto.cv1", channels[layer->from[0]], 24, 3);
    add_conv(w, path, ".proto.cv2", 24, 24, 3);
    add_conv(w, path, ".proto.cv3", 24, masks, 1);
}

static void add_layer(writer *w, const pw_published_layer *layer, const char *path, int32_t in,
                      const int32_t *channels, int32_t out)
{
    const size_t outputs = 3 * (5 + (size_t)w->wanted->classes);
    switch (layer->kind) {
    case PW_PUBLISHED_CONV:
        add_conv(w, path, "", in, out, layer->kernel);
        break;
    case PW_PUBLISHED_FOCUS:
        add_conv(w, path, ".conv", 4 * in, out, layer->kernel);
        break;
    case PW_PUBLISHED_C3:
        add_c3(w, path, layer, in, out);
        break;
    case PW_PUBLISHED_CSP:
        add_csp(w, path, layer, in, out);
        break;
    case PW_PUBLISHED_SPP:
    case PW_PUBLISHED_SPPF:
        add_conv(w, path, ".cv1", in, in / 2, 1);
        add_conv(w, path, ".cv2", 2 * in, out, 1);
        break;
    case PW_PUBLISHED_CONV2D:
        add(w, path, ".weight", outputs * (size_t)in);
        add(w, path, ".bias", outputs);
        break;
    case PW_PUBLISHED_CLASSIFY:
        add_conv(w, path, ".conv", in, 48, 1);
        add(w, path, ".linear.weight", 48 * (size_t)w->wanted->classes);
        add(w, path, ".linear.bias", (size_t)w->wanted->classes);
        break;
    case PW_PUBLISHED_DETECT:
    case PW_PUBLISHED_SEGMENT:
        add_head(w, path, layer, channels);
        break;
    case PW_PUBLISHED_UPSAMPLE:
    case PW_PUBLISHED_CONCAT:
        break;
    }
}

static void add_layers(writer *w)
{
    const pw_published *graph = &pw_published_graphs[w->wanted->graph];
    int32_t channels[PW_PUBLISHED_LAYERS];
    for (size_t i = 0; i < graph->layer_count; i++) {
        const pw_published_layer *layer = &graph->layers[i];
        int32_t in = 0;
        char path[32];
        (void)snprintf(path, sizeof path, "model.%zu", i);
        for (int32_t k = 0; k < layer->from_count; k++) {
            const int32_t from = layer->from[k];
            in += i == 0 ? 3 : channels[from < 0 ? i - (size_t)-from : (size_t)from];
        }
        channels[i] = in;
        if (layer->width > 0)
            channels[i] = (layer->width / w->wanted->divisor + 7) / 8 * 8;
        add_layer(w, layer, path, in, channels, channels[i]);
    }
    if (w->wanted->added != NULL)
        add_values(w, w->wanted->added, NULL, 4);
}

char *pt_wts_make(const pt_wts *wanted, size_t *size)
{
    char *body = NULL, *text = NULL;
    size_t body_size = 0;
    writer w = {wanted, open_memstream(&body, &body_size), 0, 1};
    if (w.out == NULL)
        return NULL;
    add_layers(&w);
    (void)fclose(w.out);
    FILE *out = open_memstream(&text, size);
    if (out != NULL) {
        fprintf(out, "%zu\n", w.count);
        (void)fwrite(body, 1, body_size, out);
        (void)fclose(out);
    }
    free(body);
    return text;
}

pawl_status pt_wts_open(const char *text, size_t size, pw_weights **weights, pawl_error *error)
{
    pw_weights *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_weights_type, NULL, 0, &made, error));
    PW_TRY(pw_weights_parse(text, size, "made.wts", made, error));
    *weights = PW_TAKE(made);
    return PAWL_OK;
}
