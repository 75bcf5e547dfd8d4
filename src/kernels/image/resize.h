/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder, and what its runs share. */
#ifndef PK_IMAGE_RESIZE_H
#define PK_IMAGE_RESIZE_H

#include "kernels/image/format.h"
#include "kernels/image/place.h"
#include "kernels/image/yuv.h"
#include "kernels/kernel.h"

#define PK_LETTERBOX_MOVE 4    /* bytes moved for a pixel of three, where the row has as many: one load and one store */

/*
 * How a problem is laid out. A picture is one plane of interleaved pixels, or planes of one value a pixel, or its rows are converted to R G B when
 * they are read (Y, U, V); what is resized lies plane by plane.
 * Packed: the number of whole columns, then what follows; scratch: see resize.tmpl.h. Places in bytes.
 */
typedef struct pk_letterbox_layout {
    size_t planes, pixel; /* values of a plane's pixel */
    size_t values;        /* of a plane's inner row */
    size_t converted;     /* bytes of a converted row of the window; 0: rows are read as they are */
    size_t left_at, right_at, left_weights, right_weights, packed;
    size_t left, right, line[2], row, rgb[2], scratch;
} pk_letterbox_layout;
pk_letterbox_layout pk_letterbox_layout_of(const pk_problem *problem);

/* Every step-th byte of a row, each for so many pixels (1, 2), of the steps that formats have: one for all instruction sets. */
void pk_letterbox_spread(const uint8_t *restrict from, size_t count, size_t step, size_t pixels, uint8_t *restrict to);

/* LETTERBOX: rows of the destination. Packed: a place and a weight a column. */
bool pk_letterbox_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_letterbox_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_letterbox_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);

#endif
