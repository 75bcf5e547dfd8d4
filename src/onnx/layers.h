/* SPDX-License-Identifier: Apache-2.0 */
/* What each operator is in ONNX. */
#ifndef PW_ONNX_LAYERS_H
#define PW_ONNX_LAYERS_H

#include "onnx/graph.h"

/* The node or nodes of one layer; its output's name goes into graph->values. Heads: outputs named
 * output0, output1. */
pawl_status pw_onnx_layer(pw_onnx_graph *graph, const pw_layer *layer,
                          pawl_error *error) PW_NODISCARD;
void pw_onnx_detect(pw_onnx_graph *graph, const pw_layer *layer);
void pw_onnx_classify(pw_onnx_graph *graph, const pw_layer *layer);
const char *pw_onnx_attention(pw_onnx_graph *graph, const pw_layer *layer);

static inline const char *pw_onnx_input(const pw_onnx_graph *graph, const pw_layer *layer,
                                        uint32_t index)
{
    return graph->values[layer->inputs[index]];
}

#endif
