/* SPDX-License-Identifier: Apache-2.0 */
/* Which published graph has the tensors of a .wts: every layer must have those of its kind. */
#include "model/wts_topology.h"
#include "model/wts_tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool pw_wts_has(const pw_weights *weights, size_t index, const char *rest)
{
    char name[64];
    snprintf(name, sizeof name, "model.%zu.%s", index, rest);
    return pw_weights_tensor_find(weights, name) != NULL;
}

/* Number of top-level layers that own tensors, found[i] true for those below PW_PUBLISHED_LAYERS;
 * SIZE_MAX: stranger is no tensor of a layer. */
static size_t list_layers(const pw_weights *weights, bool found[PW_PUBLISHED_LAYERS],
                          const char **stranger)
{
    size_t count = 0;
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const char *name = weights->tensors[i]->name;
        if (pw_tensor_is_tally(weights->tensors[i]))
            continue;
        *stranger = name;
        if (strncmp(name, "model.", 6) != 0 || name[6] < '0' || name[6] > '9')
            return SIZE_MAX;
        const unsigned long index = strtoul(name + 6, NULL, 10);
        if (index < PW_PUBLISHED_LAYERS)
            found[index] = true;
        if (index < 100000 && index + 1 > count)
            count = index + 1;
    }
    return count;
}

/* What a layer of the kind has, and what tells it from another that has this too. */
static const struct {
    const char *tensors[3];
    const char *not_this;
} signs[] = {
    [PW_PUBLISHED_CONV] = {{"conv.weight"}, NULL},
    [PW_PUBLISHED_FOCUS] = {{"conv.conv.weight"}, "linear.weight"},
    [PW_PUBLISHED_C3] = {{"cv3.conv.weight"}, "cv4.conv.weight"},
    [PW_PUBLISHED_CSP] = {{"cv3.weight", "cv4.conv.weight", "bn.weight"}, NULL},
    [PW_PUBLISHED_SPP] = {{"cv2.conv.weight"}, "cv3.conv.weight"},
    [PW_PUBLISHED_SPPF] = {{"cv2.conv.weight"}, "cv3.conv.weight"},
    [PW_PUBLISHED_UPSAMPLE] = {{NULL}, NULL},
    [PW_PUBLISHED_CONCAT] = {{NULL}, NULL},
    [PW_PUBLISHED_CONV2D] = {{"weight", "bias"}, NULL},
    [PW_PUBLISHED_DETECT] = {{"anchors"}, "proto.cv1.conv.weight"},
    [PW_PUBLISHED_SEGMENT] = {{"anchors", "m.0.weight", "proto.cv1.conv.weight"}, NULL},
    [PW_PUBLISHED_CLASSIFY] = {{"conv.conv.weight", "linear.weight"}, NULL},
};

static bool fits(const pw_weights *weights, pw_published_kind kind, size_t index, bool has_any)
{
    if (signs[kind].tensors[0] == NULL)
        return !has_any;
    for (size_t i = 0; i < PW_COUNT(signs[kind].tensors); i++)
        if (signs[kind].tensors[i] != NULL && !pw_wts_has(weights, index, signs[kind].tensors[i]))
            return false;
    return signs[kind].not_this == NULL || !pw_wts_has(weights, index, signs[kind].not_this);
}

/* Modules that no published graph has, known by an ending; NULL: none. */
static const char *find_foreign(const pw_weights *weights, const char **tensor)
{
    static const struct {
        const char *part, *what;
    } known[] = {
        {".tr.0.q.weight", "a transformer block (C3TR)"},
        {".shortcut.0.conv.weight", "a GhostBottleneck"},
        {".m.0.conv.0.cv1.conv.weight", "ghost modules (C3Ghost)"},
        {"model.1.cv1.conv.weight", "a GhostConv or a Bottleneck"},
    };
    for (size_t i = 0; i < weights->tensor_count; i++)
        for (size_t k = 0; k < PW_COUNT(known); k++)
            if (strstr(weights->tensors[i]->name, known[k].part) != NULL) {
                *tensor = weights->tensors[i]->name;
                return known[k].what;
            }
    return NULL;
}

static pawl_status refuse_foreign(const pw_weights *weights, pawl_error *error)
{
    const char *tensor = "", *foreign = find_foreign(weights, &tensor);
    if (foreign == NULL)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "tensor %.96s is of %s: a hub or custom model, of which a bare .wts does not "
                   "say the graph; give the .pt or a .wts that pawl convert made of it",
                   tensor, foreign);
}

pawl_status pw_wts_graph(const pw_weights *weights, const pw_published **graph, pawl_error *error)
{
    bool found[PW_PUBLISHED_LAYERS] = {false};
    size_t furthest = 0;
    const char *stranger = NULL;
    const size_t count = list_layers(weights, found, &stranger);
    if (count == SIZE_MAX)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "tensor %.64s is of no layer of YOLOv5, whose tensors are named model.0... and so "
            "on: make the .wts with gen_wts.py or give the .pt",
            stranger);
    PW_TRY(refuse_foreign(weights, error));
    for (size_t g = 0; g < PW_PUBLISHED_COUNT; g++) {
        const pw_published *candidate = &pw_published_graphs[g];
        size_t i = 0;
        while (i < candidate->layer_count && fits(weights, candidate->layers[i].kind, i, found[i]))
            i++;
        if (i == candidate->layer_count && count == i) {
            *graph = candidate;
            return PAWL_OK;
        }
        if (i > furthest)
            furthest = i;
    }
    return pw_fail(
        error, PAWL_ERR_UNSUPPORTED,
        "the tensors of this .wts are not those of a published YOLOv5 model, v1.0 to v7.0: layer "
        "%zu does not fit, so this is a hub or custom model, of which a bare .wts does not say the "
        "graph; give the .pt or a .wts that pawl convert made of it",
        furthest);
}
