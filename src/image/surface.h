/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is drawn on: pixels of any format that a picture may have. A colour is mixed with what is there, pixel by pixel: so many parts of a whole are
 * the colour's. U and V that several pixels share go with the upper left one: lines of two pixels always have their colour.
 */
#ifndef PW_SURFACE_H
#define PW_SURFACE_H

#include "image/picture.h"

typedef struct pw_surface {
    int32_t width, height;
    pawl_picture_format format;
    pawl_picture_matrix matrix;
    pawl_picture_range range;
    const pk_format_layout *layout;
    uint8_t *planes[PK_MAX_PLANES];
    size_t row_sizes[PK_MAX_PLANES];
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

/* Row y of a channel, and in it value number x. */
static inline uint8_t *pw_surface_channel(const pw_surface *on, const pk_channel_place *channel, size_t x, size_t y)
{
    return on->planes[channel->plane] + y * on->row_sizes[channel->plane] + channel->first + x * channel->step;
}

/* x, y: inside. */
static inline void pw_surface_mix(const pw_surface *on, int32_t x, int32_t y, const pw_ink *ink, int part, int whole, int round)
{
    const pk_format_layout *layout = on->layout;
    if (layout->rows == 0) {
        const size_t channels = layout->plane[0].channels;
        uint8_t *pixel = on->planes[0] + (size_t)y * on->row_sizes[0] + (size_t)x * channels;
        for (size_t c = 0; c < channels; c++)
            pixel[c] = pw_mix(pixel[c], ink->channels[c], part, whole, round);
        return;
    }
    uint8_t *light = pw_surface_channel(on, &layout->y, (size_t)x, (size_t)y);
    *light = pw_mix(*light, ink->channels[0], part, whole, round);
    if (x % 2 != 0 || y % layout->rows != 0)
        return;
    uint8_t *u = pw_surface_channel(on, &layout->u, (size_t)x / 2, (size_t)y / layout->rows);
    uint8_t *v = pw_surface_channel(on, &layout->v, (size_t)x / 2, (size_t)y / layout->rows);
    *u = pw_mix(*u, ink->channels[1], part, whole, round);
    *v = pw_mix(*v, ink->channels[2], part, whole, round);
}

#endif
