/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in memory of their own, each plane in a block that ends with its last byte; and what
 * Y U V is as R G B, by the standards' own numbers. */
#ifndef PT_PICTURES_H
#define PT_PICTURES_H

#include "support/chain.h"

#include <math.h>

typedef struct pt_picture {
    pawl_picture is;
    uint8_t *bytes[3];
} pt_picture;

static inline uint8_t *pt_random_bytes(size_t size, uint64_t seed)
{
    uint8_t *made = malloc(size);
    assert_non_null(made);
    for (size_t i = 0; i < size; i++)
        made[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
    return made;
}

/* Bytes of a row of a plane, and its rows; 0: there is no such plane. */
static inline size_t pt_row(pawl_picture_format format, size_t plane, int32_t width)
{
    const size_t whole = (size_t)width, half = (whole + 1) / 2;
    switch (format) {
    case PAWL_PICTURE_GREY:
        return plane == 0 ? whole : 0;
    case PAWL_PICTURE_NV12:
        return plane == 0 ? whole : plane == 1 ? 2 * half : 0;
    case PAWL_PICTURE_I420:
        return plane == 0 ? whole : half;
    case PAWL_PICTURE_YUYV:
        return plane == 0 ? 4 * half : 0;
    case PAWL_PICTURE_RGB:
    case PAWL_PICTURE_BGR:
        break;
    }
    return plane == 0 ? 3 * whole : 0;
}

static inline bool pt_is_yuv(pawl_picture_format format)
{
    return format == PAWL_PICTURE_NV12 || format == PAWL_PICTURE_I420 ||
           format == PAWL_PICTURE_YUYV;
}

/* gap: bytes between one row's last and the next row's first. */
static inline pt_picture pt_picture_make(pawl_picture_format format, int32_t width, int32_t height,
                                         size_t gap, uint64_t seed)
{
    pt_picture made = {.is = PAWL_PICTURE_INIT};
    made.is.format = format;
    made.is.width = width;
    made.is.height = height;
    for (size_t i = 0; i < 3 && pt_row(format, i, width) > 0; i++) {
        const size_t row = pt_row(format, i, width);
        const size_t rows = ((size_t)height + (i > 0 ? 1 : 0)) / (i > 0 ? 2 : 1);
        made.bytes[i] = pt_random_bytes((row + gap) * (rows - 1) + row, seed + i);
        made.is.planes[i] = (pawl_plane){made.bytes[i], row + gap};
    }
    return made;
}

static inline void pt_picture_free(pt_picture *picture)
{
    for (size_t i = 0; i < 3; i++)
        free(picture->bytes[i]);
    *picture = (pt_picture){.is = PAWL_PICTURE_INIT};
}

/* Y, U or V (channel 0, 1, 2) of a pixel. */
static inline int pt_yuv_at(const pawl_picture *picture, size_t channel, size_t x, size_t y)
{
    const pawl_plane *planes = picture->planes;
    if (picture->format == PAWL_PICTURE_YUYV)
        return planes[0].bytes[y * planes[0].row_size + x / 2 * 4 +
                               (channel == 0 ? x % 2 * 2 : 2 * channel - 1)];
    if (channel == 0)
        return planes[0].bytes[y * planes[0].row_size + x];
    return picture->format == PAWL_PICTURE_NV12
               ? planes[1].bytes[y / 2 * planes[1].row_size + x / 2 * 2 + channel - 1]
               : planes[channel].bytes[y / 2 * planes[channel].row_size + x / 2];
}

static inline uint8_t pt_whole(double value)
{
    return (uint8_t)fmin(fmax(floor(value + 0.5), 0), 255);
}

/* Factors in 20 bits; BT.601 in limited range has OpenCV's, of three decimals. */
static inline void pt_from_yuv(const pawl_picture *picture, size_t x, size_t y, uint8_t *rgb)
{
    const bool is_full = picture->range == PAWL_RANGE_FULL;
    const bool is_601 = picture->matrix == PAWL_MATRIX_BT601;
    const double kr = is_601 ? 0.299 : 0.2126, kb = is_601 ? 0.114 : 0.0722, kg = 1 - kr - kb;
    const double wide = is_full ? 1.0 : 255.0 / 224, one = 1 << 20;
    double by[5] = {is_full ? 1.0 : 255.0 / 219, 2 * (1 - kr) * wide, 2 * kb * (1 - kb) / kg * wide,
                    2 * kr * (1 - kr) / kg * wide, 2 * (1 - kb) * wide};
    static const double opencv[5] = {1.164, 1.596, 0.391, 0.813, 2.018};
    if (is_601 && !is_full)
        memcpy(by, opencv, sizeof by);
    for (size_t i = 0; i < 5; i++)
        by[i] = rint(by[i] * one) / one;
    const double light =
        by[0] * fmax(pt_yuv_at(picture, 0, x, y) - (is_full ? 0 : 16), 0);
    const double u = pt_yuv_at(picture, 1, x, y) - 128, v = pt_yuv_at(picture, 2, x, y) - 128;
    rgb[0] = pt_whole(light + by[1] * v);
    rgb[1] = pt_whole(light - by[2] * u - by[3] * v);
    rgb[2] = pt_whole(light + by[4] * u);
}

/* The same picture as an image. */
static inline pawl_image *pt_picture_image(const pawl_picture *picture)
{
    const size_t width = (size_t)picture->width, height = (size_t)picture->height;
    uint8_t *pixels = malloc(width * height * 3);
    assert_non_null(pixels);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            uint8_t *rgb = pixels + (y * width + x) * 3;
            const uint8_t *row = picture->planes[0].bytes + y * picture->planes[0].row_size;
            if (pt_is_yuv(picture->format))
                pt_from_yuv(picture, x, y, rgb);
            else
                for (size_t c = 0; c < 3; c++)
                    rgb[c] = picture->format == PAWL_PICTURE_GREY  ? row[x]
                             : picture->format == PAWL_PICTURE_BGR ? row[3 * x + 2 - c]
                                                                   : row[3 * x + c];
        }
    const pawl_image_view view = {picture->width, picture->height, width * 3, pixels};
    pawl_image *image = NULL;
    assert_int_equal(pawl_image_create(&view, &image, NULL), PAWL_OK);
    free(pixels);
    return image;
}

#endif
