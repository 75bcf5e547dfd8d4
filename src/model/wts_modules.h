/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module tree in a .wts, as tensors that TensorRTX ignores: what the graph is built from, where names and counts alone do not say it.
 * docs/wts-format.md has the grammar.
 */
#ifndef PW_WTS_MODULES_H
#define PW_WTS_MODULES_H

#include "weights/module.h"

#define PW_WTS_EXTRA_COUNT 2
#define PW_WTS_MAX_TEXT    ((size_t)16 << 20) /* bytes of pawl.modules: a hundred times the largest model's */

/* Makes "pawl.format" and "pawl.modules" of a tree, in arena. PAWL_ERR_LIMIT: deeper than any model, or larger. */
pawl_status pw_wts_modules_write(const pw_module *root, pw_arena *arena, pw_tensor_data extra[PW_WTS_EXTRA_COUNT],
                                 pawl_error *error) PW_NODISCARD;

/* Whether the file has them. */
bool pw_wts_modules_found(const pw_weights *weights);

/* Makes the tree in arena; its tensors are the file's. PAWL_ERR_UNSUPPORTED: of a later format. PAWL_ERR_CORRUPT. */
pawl_status pw_wts_modules_read(const pw_weights *weights, pw_arena *arena, const pw_module **root, pawl_error *error) PW_NODISCARD;

#endif
