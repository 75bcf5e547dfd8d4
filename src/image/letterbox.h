/* SPDX-License-Identifier: Apache-2.0 */
/* Picture to network input: OpenCV's 8-bit INTER_LINEAR to the bit, padded with 114. */
#ifndef PW_LETTERBOX_H
#define PW_LETTERBOX_H

#include "image/picture.h"

/* Bytes of scratch memory, at a multiple of 16, for such a picture (sizes and format) and any
 * letterbox or crop of it into width x height; one block a thread. */
size_t pw_fit_scratch_size(const pawl_picture *picture, int32_t width, int32_t height);

/*
 * Writes the rows first ... last - 1 of the network's input: box->height rows of box->width * 3
 * bytes R G B, dense, of which network is row 0. box is pawl_letterbox_fit() of this picture.
 * Allocates nothing; rows do not depend on one another, so threads may share a picture, each with
 * its rows and its scratch. PAWL_ERR_INTERNAL: rows, box or scratch_size do not fit.
 */
pawl_status pw_letterbox_into(const pawl_picture *picture, const pawl_letterbox *box, uint8_t *network,
                              void *scratch, size_t scratch_size, int32_t first,
                              int32_t last) PW_NODISCARD;

/* Where a box has a picture, as the kernel is told: the whole of it, padded. */
pk_letterbox pw_letterbox_of(const pawl_picture *picture, const pawl_letterbox *box);

/* The same with a window of the picture: what letterbox and centre crop have in common. how->inner_top is that of the whole input of height rows;
 * what format it is of, the picture says. */
pawl_status pw_fit_into(const pawl_picture *picture, const pk_letterbox *how, int32_t width, int32_t height, uint8_t *network, void *scratch,
                        size_t scratch_size, int32_t first, int32_t last) PW_NODISCARD;

#endif
