/* SPDX-License-Identifier: Apache-2.0 */
/* A .wts has names and counts only; the published graphs say the rest. */
#ifndef PW_WTS_TOPOLOGY_H
#define PW_WTS_TOPOLOGY_H

#include "weights/module.h"

/*
 * Makes in arena the module tree that a .pt with these tensors would have. activation: class name in torch.nn, "SiLU" unless the user says otherwise.
 * PAWL_ERR_UNSUPPORTED: not the tensors of a published graph; the message names the first layer that does not fit. PAWL_ERR_AMBIGUOUS,
 * PAWL_ERR_CORRUPT (tensors are missing), PAWL_ERR_MEMORY.
 */
pawl_status pw_wts_topology(const pw_weights *weights, const char *activation, pw_arena *arena, const pw_module **root,
                            pawl_error *error) PW_NODISCARD;

#endif
