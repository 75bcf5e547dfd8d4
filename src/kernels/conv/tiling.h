/* SPDX-License-Identifier: Apache-2.0 */
/* How a convolution is cut into tiles: what tiles.c thinks out once for a problem, and tiles_run.c goes by. */
#ifndef PK_TILING_H
#define PK_TILING_H

#include "kernels/conv/conv.h"

typedef struct pk_tiling {
    size_t mr, nr, element, output_element;   /* elements: bytes */
    size_t inputs, outputs;                   /* channels of a group */
    size_t height, width;                     /* of the input: one long row of a pointwise convolution's pixels */
    size_t output_height, output_width, rows; /* rows of output pixels in all pictures */
    size_t panel_size, group_panels, panels;  /* elements of a panel; panels of a group, of all */
    size_t run, run_size;                     /* inputs that follow one another, and their weights with those of zero */
    size_t row_size;                          /* weights of a kernel row and an output channel */
    pk_quantised quantised;                   /* of integers: where their constants are */
    size_t tiles_a_row, tiles, tiles_an_item, tile_items, panels_an_item;
    size_t bias_at, patch_at;                 /* bytes in the packed constants, in the scratch memory */
    bool is_planar;                           /* reads planes */
    bool is_padded;                           /* what lies beside the picture is not zero */
    bool is_dense;                            /* a run is a kernel row: the source is copied if it has gaps */
    bool is_filled;                           /* a run goes on to the end of its last group: any byte times 0 is 0 */
    uint8_t zero;                             /* a byte beside the picture */
} pk_tiling;

_Static_assert(sizeof(pk_tiling) <= sizeof(((pk_needs *)0)->own), "a tiling has room in the needs");

#endif
