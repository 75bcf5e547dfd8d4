/* SPDX-License-Identifier: Apache-2.0 */
/* One operator of the reference backend on views. */
#ifndef PT_REFERENCE_RUN_H
#define PT_REFERENCE_RUN_H

#include "backend/reference/reference_ops.h"

static inline void run(const pw_layer *layer, const pr_view *in, const pr_view *out)
{
    pr_operator_of(layer->op)(layer, in, out);
}

/* A layer of constants: they are large for a frame. */
#define RUN(in, out, ...)                            \
    do {                                             \
        static const pw_layer layer = {__VA_ARGS__}; \
        run(&layer, in, out);                        \
    } while (0)

#endif
