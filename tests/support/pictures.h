/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in memory of their own, each plane in a block that ends with its last byte; and what
 * NV12 is as R G B, by the standards' own numbers. */
#ifndef PT_PICTURES_H
#define PT_PICTURES_H

#include "support/chain.h"

#include <math.h>

typedef struct pt_picture {
    pawl_picture is;
    uint8_t *bytes[2];
} pt_picture;

static inline uint8_t *pt_random_bytes(size_t size, uint64_t seed)
{
    uint8_t *made = malloc(size);
    assert_non_null(made);
    for (size_t i = 0; i < size; i++)
        made[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
    return made;
}

/* gap: bytes between one row's last and the next row's first. */
static inline pt_picture pt_picture_make(pawl_picture_format format, int32_t width, int32_t height,
                                         size_t gap, uint64_t seed)
{
    const bool has_chroma = format == PAWL_PICTURE_NV12;
    const bool is_one = has_chroma || format == PAWL_PICTURE_GREY;
    pt_picture made = {.is = PAWL_PICTURE_INIT};
    made.is.format = format;
    made.is.width = width;
    made.is.height = height;
    for (size_t i = 0; i < (has_chroma ? 2 : 1); i++) {
        const size_t row = (size_t)width * (is_one ? 1 : 3);
        const size_t rows = (size_t)height / (i + 1);
        made.bytes[i] = pt_random_bytes((row + gap) * (rows - 1) + row, seed + i);
        made.is.planes[i] = (pawl_plane){made.bytes[i], row + gap};
    }
    return made;
}

static inline void pt_picture_free(pt_picture *picture)
{
    free(picture->bytes[0]);
    free(picture->bytes[1]);
    *picture = (pt_picture){.is = PAWL_PICTURE_INIT};
}

static inline uint8_t pt_whole(double value)
{
    return (uint8_t)fmin(fmax(floor(value + 0.5), 0), 255);
}

/* Factors in 20 bits; BT.601 in limited range has OpenCV's, of three decimals. */
static inline void pt_from_nv12(const pawl_picture *picture, int32_t x, int32_t y, uint8_t *rgb)
{
    const pawl_plane *luma = &picture->planes[0], *chroma = &picture->planes[1];
    const uint8_t *pair = chroma->bytes + (size_t)(y / 2) * chroma->row_size + x / 2 * 2;
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
        by[0] * fmax(luma->bytes[(size_t)y * luma->row_size + (size_t)x] - (is_full ? 0 : 16), 0);
    const double u = pair[0] - 128, v = pair[1] - 128;
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
            if (picture->format == PAWL_PICTURE_NV12)
                pt_from_nv12(picture, (int32_t)x, (int32_t)y, rgb);
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
