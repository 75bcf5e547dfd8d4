/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Y, U, V to R, G, B in whole numbers, 20 bits behind the point: the same under every instruction set. BT.601 in limited range is what OpenCV's
 * cvtColor(COLOR_YUV2RGB_NV12) computes, to the bit (its factors have three decimals: 1.164, 1.596, 0.391, 0.813, 2.018); the others are those of
 * ITU-R BT.601-7 and BT.709-6, rounded once.
 */
#ifndef PK_IMAGE_YUV_H
#define PK_IMAGE_YUV_H

#include "kernels/attributes.h"

#define PK_YUV_BITS 20

typedef struct pk_yuv {
    int32_t black; /* Y of black; what is darker is black too */
    int32_t luma, red_v, green_u, green_v, blue_u;
} pk_yuv;

static inline pk_yuv pk_yuv_of(pk_matrix matrix, int is_full_range)
{
    static const pk_yuv all[PK_MATRIX_COUNT][2] = {
        [PK_BT601] = {{16, 1220542, 1673527, 409993, 852492, 2116026}, {0, 1048576, 1470104, 360853, 748826, 1858077}},
        [PK_BT709] = {{16, 1220945, 1879825, 223607, 558796, 2215014}, {0, 1048576, 1651297, 196424, 490864, 1945738}},
    };
    return all[matrix][is_full_range != 0];
}

static inline uint8_t pk_yuv_byte(int32_t sum)
{
    const int32_t value = (sum < 0 ? 0 : sum) >> PK_YUV_BITS;
    return (uint8_t)(value > 255 ? 255 : value);
}

/* Rounded to the nearest. */
static inline int32_t pk_yuv_light(const pk_yuv *by, uint8_t y)
{
    return (y > by->black ? y - by->black : 0) * by->luma + (1 << (PK_YUV_BITS - 1));
}

static inline uint8_t pk_yuv_red(const pk_yuv *by, uint8_t y, uint8_t v)
{
    return pk_yuv_byte(pk_yuv_light(by, y) + (v - 128) * by->red_v);
}

static inline uint8_t pk_yuv_green(const pk_yuv *by, uint8_t y, uint8_t u, uint8_t v)
{
    return pk_yuv_byte(pk_yuv_light(by, y) - (u - 128) * by->green_u - (v - 128) * by->green_v);
}

static inline uint8_t pk_yuv_blue(const pk_yuv *by, uint8_t y, uint8_t u)
{
    return pk_yuv_byte(pk_yuv_light(by, y) + (u - 128) * by->blue_u);
}

#endif
