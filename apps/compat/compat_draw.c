/* SPDX-License-Identifier: Apache-2.0 */
/* Green boxes two pixels wide with the class number in white above the corner. */
#include "compat/compat.h"

#include <math.h>
#include <stdio.h>

#define DIGIT_WIDTH  5
#define DIGIT_HEIGHT 7
#define DIGIT_SCALE  2

/* A row of bits a line, the leftmost highest. */
static const uint8_t digits[10][DIGIT_HEIGHT] = {
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},  {14, 17, 1, 2, 4, 8, 31},
    {31, 2, 4, 2, 1, 17, 14},     {2, 6, 10, 18, 31, 2, 2}, {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},   {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
};
static const uint8_t box_colour[3] = {0x36, 0xC1, 0x27}, text_colour[3] = {255, 255, 255};

struct canvas {
    uint8_t *pixels;
    int32_t width, height;
};

static void fill(const struct canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                 const uint8_t colour[3])
{
    for (int32_t y = y0 < 0 ? 0 : y0; y < y1 && y < canvas->height; y++)
        for (int32_t x = x0 < 0 ? 0 : x0; x < x1 && x < canvas->width; x++)
            for (int32_t c = 0; c < 3; c++)
                canvas->pixels[((size_t)y * (size_t)canvas->width + (size_t)x) * 3 + (size_t)c] =
                    colour[c];
}

static void draw_number(const struct canvas *canvas, int32_t left, int32_t bottom, int32_t number)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%d", number);
    const int32_t top = bottom - DIGIT_HEIGHT * DIGIT_SCALE;
    for (const char *at = text; *at >= '0' && *at <= '9'; at++) {
        for (int32_t y = 0; y < DIGIT_HEIGHT; y++)
            for (int32_t x = 0; x < DIGIT_WIDTH; x++)
                if ((digits[*at - '0'][y] >> (DIGIT_WIDTH - 1 - x) & 1) != 0)
                    fill(canvas, left + x * DIGIT_SCALE, top + y * DIGIT_SCALE,
                         left + (x + 1) * DIGIT_SCALE, top + (y + 1) * DIGIT_SCALE, text_colour);
        left += (DIGIT_WIDTH + 1) * DIGIT_SCALE;
    }
}

void compat_draw_boxes(uint8_t *pixels, int32_t width, int32_t height, const pawl_detection *items,
                       size_t count)
{
    const struct canvas canvas = {pixels, width, height};
    for (size_t i = 0; i < count; i++) {
        const int32_t x0 = (int32_t)lrintf(items[i].x1), y0 = (int32_t)lrintf(items[i].y1);
        const int32_t x1 = (int32_t)lrintf(items[i].x2), y1 = (int32_t)lrintf(items[i].y2);
        fill(&canvas, x0 - 1, y0 - 1, x1 + 1, y0 + 1, box_colour);
        fill(&canvas, x0 - 1, y1 - 1, x1 + 1, y1 + 1, box_colour);
        fill(&canvas, x0 - 1, y0 - 1, x0 + 1, y1 + 1, box_colour);
        fill(&canvas, x1 - 1, y0 - 1, x1 + 1, y1 + 1, box_colour);
        draw_number(&canvas, x0, y0 - 1, items[i].class_id);
    }
}

void compat_draw_mask(uint8_t *pixels, const pawl_mask *mask, int32_t class_id)
{
    const size_t count = (size_t)mask->width * (size_t)mask->height;
    const uint32_t seed = (uint32_t)class_id * 2654435761u + 0x9e3779b9u; /* a colour a class */
    const uint8_t colour[3] = {(uint8_t)(seed >> 24), (uint8_t)(seed >> 16), (uint8_t)(seed >> 8)};
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3 && mask->pixels[i] != 0; c++)
            pixels[i * 3 + c] = (uint8_t)((pixels[i * 3 + c] + colour[c]) / 2);
}
