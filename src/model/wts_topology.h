/* SPDX-License-Identifier: Apache-2.0 */
/* A .wts has names and counts only; the published graphs say the rest. */
#ifndef PW_WTS_TOPOLOGY_H
#define PW_WTS_TOPOLOGY_H

#include "model/published.h"

/*
 * Makes in arena the module tree that a .pt with these tensors would have. activation: class name in torch.nn; NULL: as the release has it.
 * PAWL_ERR_UNSUPPORTED: not the tensors of a published graph; the message names the first layer that does not fit. PAWL_ERR_AMBIGUOUS: only the
 * activation is missing. PAWL_ERR_CORRUPT (tensors are missing), PAWL_ERR_MEMORY. The tensors may be those of a .pt, to see what its .wts would
 * say.
 */
pawl_status pw_wts_topology(const pw_weights *weights, const char *activation, pw_arena *arena, const pw_module **root,
                            pawl_error *error) PW_NODISCARD;

/* wts_graph.c: the published graph that these tensors are of. */
pawl_status pw_wts_graph(const pw_weights *weights, const pw_published **graph, pawl_error *error) PW_NODISCARD;
bool pw_wts_has(const pw_weights *weights, size_t index, const char *rest); /* tensor "model.<index>.<rest>" */

/* wts_scale.c: a depth_multiple and a width_multiple must give the repeats and widths found; 0 where a layer has none. */
pawl_status pw_wts_scale_check(const pw_published *graph, const int32_t *repeats, const int32_t *widths, int32_t head_outputs,
                               pawl_error *error) PW_NODISCARD;

#endif
