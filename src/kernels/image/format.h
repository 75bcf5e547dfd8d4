/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats of 8-bit pictures are: which planes they have, and where in them Y, U and V lie. Of odd sides the last pair is for what there is.
 */
#ifndef PK_IMAGE_FORMAT_H
#define PK_IMAGE_FORMAT_H

#include "kernels/attributes.h"

#define PK_MAX_PLANES 3

/* Values of one channel: in which plane, at which byte of how many that lie together. */
typedef struct pk_channel_place {
    uint8_t plane, first, step;
} pk_channel_place;

typedef struct pk_format_layout {
    size_t plane_count;
    struct {
        uint8_t channels, across, down; /* so many bytes for across x down pixels */
    } plane[PK_MAX_PLANES];
    uint8_t rows; /* that have their U and V in common; 0: there are none, the channels are R, G, B or grey */
    pk_channel_place y, u, v;
} pk_format_layout;

/* resize.c */
const pk_format_layout *pk_format_layout_of(pk_format format);

/* Groups of so many that size pixels need. */
static inline size_t pk_format_part(size_t size, size_t by)
{
    return (size + by - 1) / by;
}

#endif
