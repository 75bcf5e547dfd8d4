/* SPDX-License-Identifier: Apache-2.0 */
/* What OpenCV 5.0 (imdecode, IMREAD_COLOR) makes of the pictures in tests/fuzz/corpus/image: size,
 * corner pixels, FNV-1a hash of all. */
#ifndef TEST_IMAGE_EXPECTED_H
#define TEST_IMAGE_EXPECTED_H

#include <stdint.h>

typedef struct expected_picture {
    const char *file;
    int32_t width, height;
    uint8_t first[3], last[3];
    uint64_t hash;
} expected_picture;

/* clang-format off */
static expected_picture expected_pictures[] = {
    {"animated.webp", 5, 4, {16, 32, 213}, {210, 186, 137}, UINT64_C(0xf8baaee8243f7f75)},
    {"alpha.webp", 5, 4, {29, 27, 196}, {216, 186, 132}, UINT64_C(0xa7fa6273248b1db0)},
    {"baseline.jpg", 5, 4, {9, 20, 255}, {211, 198, 84}, UINT64_C(0xf50e354ec54951ba)},
    {"bits1.bmp", 5, 4, {123, 205, 38}, {159, 22, 213}, UINT64_C(0x9a2993376554e171)},
    {"bits16-565.bmp", 5, 4, {40, 72, 0}, {40, 244, 232}, UINT64_C(0x86cc06415c956049)},
    {"bits16.bmp", 5, 4, {96, 16, 32}, {160, 184, 160}, UINT64_C(0xa086045780eef935)},
    {"bits24.bmp", 5, 4, {10, 20, 255}, {210, 200, 85}, UINT64_C(0x20dc450259709895)},
    {"bits32.bmp", 5, 4, {197, 9, 113}, {237, 159, 39}, UINT64_C(0x1a37e5e29ad8eda7)},
    {"bits4.bmp", 5, 4, {35, 98, 97}, {76, 118, 30}, UINT64_C(0x321395140d69647b)},
    {"bits8-few.bmp", 5, 4, {91, 121, 110}, {217, 29, 51}, UINT64_C(0xac6173c5dc655392)},
    {"cmyk.jpg", 5, 4, {236, 226, 1}, {2, 2, 5}, UINT64_C(0xa069f831b01d9ce9)},
    {"grey-alpha.png", 5, 4, {44, 44, 44}, {190, 190, 190}, UINT64_C(0x9a9e49f7c7987611)},
    {"grey.jpg", 5, 4, {45, 45, 45}, {183, 183, 183}, UINT64_C(0x9be83935cfec7fee)},
    {"grey.png", 5, 4, {44, 44, 44}, {190, 190, 190}, UINT64_C(0x9a9e49f7c7987611)},
    {"grey1.png", 5, 4, {255, 255, 255}, {255, 255, 255}, UINT64_C(0x4022a70b9625edea)},
    {"grey16.png", 5, 4, {112, 112, 112}, {162, 162, 162}, UINT64_C(0xb45faa9e0961cae3)},
    {"grey2.png", 5, 4, {85, 85, 85}, {0, 0, 0}, UINT64_C(0x434a0cb7d096a3d0)},
    {"grey4.png", 5, 4, {68, 68, 68}, {170, 170, 170}, UINT64_C(0xbcd7c8f32ac2b37b)},
    {"half.jpg", 20, 16, {9, 21, 253}, {215, 197, 87}, UINT64_C(0xe959e54f196864b5)},
    {"interlaced.png", 8, 8, {10, 20, 255}, {160, 200, 105}, UINT64_C(0x0daa2597d40a3425)},
    {"lossless.webp", 5, 4, {10, 20, 255}, {210, 200, 85}, UINT64_C(0x20dc450259709895)},
    {"lossy.webp", 5, 4, {18, 29, 210}, {214, 186, 136}, UINT64_C(0xa190e1c655a357a0)},
    {"os2.bmp", 5, 4, {121, 180, 120}, {231, 64, 164}, UINT64_C(0x322c103b8c9453a1)},
    {"p1.pbm", 5, 4, {0, 0, 0}, {255, 255, 255}, UINT64_C(0x852523b2d32b8a61)},
    {"p2-15.pgm", 5, 4, {238, 238, 238}, {17, 17, 17}, UINT64_C(0x26b53acd87f266fe)},
    {"p2.pgm", 5, 4, {208, 208, 208}, {101, 101, 101}, UINT64_C(0x5397df4735bb30e5)},
    {"p3.ppm", 5, 4, {88, 79, 242}, {187, 51, 43}, UINT64_C(0xb6d05a9d0f26006c)},
    {"p4.pbm", 5, 4, {0, 0, 0}, {0, 0, 0}, UINT64_C(0xfbb7a6cf9fa0b204)},
    {"p5.pgm", 5, 4, {227, 227, 227}, {234, 234, 234}, UINT64_C(0x75ed00568195822f)},
    {"p6-16.ppm", 5, 4, {198, 27, 53}, {247, 132, 254}, UINT64_C(0xf0c369d2d141bbee)},
    {"p6.ppm", 5, 4, {117, 33, 117}, {177, 3, 32}, UINT64_C(0xe50f3425c6509206)},
    {"palette-clear.png", 5, 4, {35, 20, 245}, {160, 200, 105}, UINT64_C(0x7dd2a7f46af99cc5)},
    {"palette.png", 5, 4, {35, 20, 245}, {160, 200, 105}, UINT64_C(0x7dd2a7f46af99cc5)},
    {"progressive.jpg", 5, 4, {10, 29, 209}, {213, 189, 125}, UINT64_C(0x3de0be6b5cc4292e)},
    {"rgb-clear.png", 5, 4, {10, 20, 255}, {210, 200, 85}, UINT64_C(0x20dc450259709895)},
    {"rgb.png", 5, 4, {10, 20, 255}, {210, 200, 85}, UINT64_C(0x20dc450259709895)},
    {"rgb16.png", 5, 4, {240, 47, 31}, {137, 246, 214}, UINT64_C(0x4c8e085342334ca4)},
    {"rgba.png", 5, 4, {10, 20, 255}, {210, 200, 85}, UINT64_C(0x20dc450259709895)},
    {"rgba16.png", 5, 4, {113, 206, 200}, {236, 150, 199}, UINT64_C(0x8e30c1968f8f5af8)},
    {"top-down.bmp", 5, 4, {198, 247, 73}, {252, 101, 180}, UINT64_C(0xcb8a6080e9f0766e)},
    {"turned.jpg", 4, 5, {43, 181, 183}, {181, 38, 152}, UINT64_C(0xc4cf4ec808ccf046)},
    {"turned.png", 4, 5, {10, 200, 165}, {210, 20, 175}, UINT64_C(0x7f88d71b90d82175)},
    {"little.pfm", 5, 4, {0, 0, 255}, {7, 255, 255}, UINT64_C(0x40e128959e20f0f0)},
    {"big-half.pfm", 5, 4, {0, 0, 150}, {3, 133, 130}, UINT64_C(0x7897446ff2dbe05d)},
    {"grey.pfm", 5, 4, {0, 0, 0}, {7, 7, 7}, UINT64_C(0x3935faec72fde50b)}, /* read as grey, which OpenCV must be asked for */
    {"turned.webp", 4, 5, {10, 200, 165}, {210, 20, 175}, UINT64_C(0x7f88d71b90d82175)},
};
/* clang-format on */

#endif
