/* SPDX-License-Identifier: Apache-2.0 */
/* The .wts of a published graph of any width and depth, with made-up values, in memory. */
#ifndef PT_WTS_TEXT_H
#define PT_WTS_TEXT_H

#include "model/published.h"

typedef struct pt_wts {
    size_t graph;            /* of pw_published_graphs; 0: P5, 1: P6 */
    int32_t divisor;         /* of the published widths */
    int32_t depth;           /* depth_multiple in thirds: Bottlenecks of the smallest stage */
    int32_t classes;
    bool is_fused;           /* no batch norms, convolutions with bias */
    bool has_strides, has_grid;
    const char *without;     /* leave tensors out whose names begin so; NULL: none */
    const char *changed;     /* this tensor gets changed_count values instead */
    size_t changed_count;
    const char *added;       /* one more tensor, of 4 values; NULL: none */
} pt_wts;
#define PT_WTS_INIT {0, 16, 1, 2, false, true, true, NULL, NULL, 0, NULL}

#define PT_WTS_MASKS 16 /* prototypes of a segmentation model */

/* malloc'ed text and its size; NULL: no memory. */
char *pt_wts_make(const pt_wts *wanted, size_t *size);
/* Parses it; text must outlive weights. */
pawl_status pt_wts_open(const char *text, size_t size, pw_weights **weights, pawl_error *error);

#endif
