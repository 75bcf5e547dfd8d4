/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is drawn on: pixels of any format that a picture may have. A colour is mixed with what is there, pixel by pixel: so many parts of a whole are
 * the colour's. Of NV12 a pair of U and V goes with its upper left pixel: lines of two pixels always have their colour.
 */
#ifndef PW_SURFACE_H
#define PW_SURFACE_H

#include "image/image.h"

typedef struct pw_surface {
    int32_t width, height;
    pawl_picture_format format;
    pawl_picture_matrix matrix;
    pawl_picture_range range;
    uint8_t *planes[2];
    size_t row_sizes[2];
} pw_surface;

/* A colour as the surface's channels have it: R G B, B G R, grey, or Y U V. */
typedef struct pw_ink {
    uint8_t channels[3];
} pw_ink;

pw_surface pw_surface_of_image(const pw_image *image);
/* A sound picture, whose caller says that it may be drawn on. */
pw_surface pw_surface_of_picture(const pawl_picture *picture);

pw_ink pw_ink_of(const pw_surface *surface, const uint8_t rgb[3]);

/* (old * (whole - part) + new * part + round) / whole: constants, so that no division is left. */
static inline uint8_t pw_mix(int old, int new, int part, int whole, int round)
{
    return (uint8_t)((old * (whole - part) + new *part + round) / whole);
}

/* x, y: inside. */
static inline void pw_surface_mix(const pw_surface *on, int32_t x, int32_t y, const pw_ink *ink, int part, int whole, int round)
{
    const bool is_wide = on->format == PAWL_PICTURE_RGB || on->format == PAWL_PICTURE_BGR;
    uint8_t *pixel = on->planes[0] + (size_t)y * on->row_sizes[0] + (size_t)x * (is_wide ? 3 : 1);
    for (int c = 0; c < (is_wide ? 3 : 1); c++)
        pixel[c] = pw_mix(pixel[c], ink->channels[c], part, whole, round);
    if (on->format != PAWL_PICTURE_NV12 || x % 2 != 0 || y % 2 != 0)
        return;
    uint8_t *pair = on->planes[1] + (size_t)(y / 2) * on->row_sizes[1] + (size_t)x;
    pair[0] = pw_mix(pair[0], ink->channels[1], part, whole, round);
    pair[1] = pw_mix(pair[1], ink->channels[2], part, whole, round);
}

#endif
