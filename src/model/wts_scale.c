/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A published graph scales by two numbers alone, which models/yolo.py applies to every layer:
 *
 *     repeats = max(round(n * depth_multiple), 1)       width = ceil(w * width_multiple / 8) * 8
 *
 * Each layer found bounds them; where no number is left the tensors are of another yaml.
 */
#include "model/wts_topology.h"
#include <math.h>

typedef struct bounds {
    double low, high;
} bounds;

/* Half a repeat either way, either end included: Python rounds halves to even. */
static bool narrow_depth(bounds *depth, const pw_published_layer *layer, int32_t repeats)
{
    const double low = repeats == 1 ? 0 : (repeats - 0.5) / layer->repeats;
    depth->low = fmax(depth->low, low);
    depth->high = fmin(depth->high, (repeats + 0.5) / layer->repeats);
    return depth->low <= depth->high + 1e-9;
}

static bool narrow_width(bounds *width, const pw_published_layer *layer, int32_t channels)
{
    width->low = fmax(width->low, (channels - 8.0) / layer->width);
    width->high = fmin(width->high, (double)channels / layer->width);
    return channels % 8 == 0 && width->low < width->high + 1e-9;
}

pawl_status pw_wts_scale_check(const pw_published *graph, const int32_t *repeats,
                               const int32_t *widths, int32_t head_outputs, pawl_error *error)
{
    bounds depth = {.low = 0, .high = 1e9}, width = {.low = 0, .high = 1e9};
    for (size_t i = 0; i < graph->layer_count; i++) {
        const pw_published_layer *layer = &graph->layers[i];
        if (pw_published_is_stage(layer->kind) && !narrow_depth(&depth, layer, repeats[i]))
            return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu has %d Bottlenecks, which no depth_multiple gives that gives "
                           "those of the layers before it: not the published %s graph of YOLOv5 "
                           "%s; give the .pt it was made from",
                           i, (int)repeats[i], graph->name, graph->releases);
        /* A width that happens to be the head's number of outputs is not scaled. */
        if (layer->width == 0 || (layer->width == head_outputs && widths[i] == head_outputs))
            continue;
        if (!narrow_width(&width, layer, widths[i]))
            return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                           "layer %zu has %d channels, which no width_multiple gives that gives "
                           "those of the layers before it: not the published %s graph of YOLOv5 "
                           "%s; give the .pt it was made from",
                           i, (int)widths[i], graph->name, graph->releases);
    }
    return PAWL_OK;
}
