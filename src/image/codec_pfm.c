/* SPDX-License-Identifier: Apache-2.0 */
/* PFM: floats, three a pixel ("PF") or one ("Pf"), the bottom row first. As OpenCV shows them:
 * divided by the file's scale, rounded to even, cut off at 0 and 255. Read only. */
#include "base/number.h"
#include "image/image.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MOST 96 /* bytes: "PF", width, height, scale */

typedef struct pfm {
    const uint8_t *pixels;
    size_t size; /* bytes of them in the file */
    int64_t width, height;
    size_t channels;
    float factor; /* to 0 ... 255 */
    bool is_big;  /* the most significant byte first */
} pfm;

static bool is_pfm(const uint8_t *data, size_t size)
{
    return size >= 3 && data[0] == 'P' && (data[1] == 'F' || data[1] == 'f') && data[2] == '\n';
}

static pawl_status fail_header(pawl_error *error)
{
    return pw_fail(
        error, PAWL_ERR_CORRUPT,
        "the PFM picture's header is not \"PF\", width, height, and a scale other than 0 "
        "that ends its line");
}

static pawl_status read_header(const uint8_t *data, size_t size, pfm *file, pawl_error *error)
{
    char text[HEADER_MOST + 1] = "";
    char *height = text, *scale = text, *end = text;
    memcpy(text, data, size < HEADER_MOST ? size : HEADER_MOST);
    file->width = strtol(text + 2, &height, 10);
    file->height = strtol(height, &scale, 10);
    const double value = pw_number_parse(scale, &end);
    if (height == text + 2 || scale == height || end == scale || *end != '\n' || !isfinite(value) ||
        fabs(value) < 1e-30)
        return fail_header(error);
    file->pixels = data + (end + 1 - text);
    file->size = size - (size_t)(end + 1 - text);
    file->channels = text[1] == 'F' ? 3 : 1;
    file->factor = 1.0f / fabsf((float)value);
    file->is_big = value > 0;
    return PAWL_OK;
}

static uint8_t sample(const pfm *file, const uint8_t *bytes)
{
    uint32_t bits = 0;
    float value = 0;
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | bytes[file->is_big ? i : sizeof bits - 1 - i];
    memcpy(&value, &bits, sizeof value);
    value *= file->factor;
    return value > 0 ? (uint8_t)lrintf(value < 255 ? value : 255) : 0; /* NaN: 0 */
}

static void read_row(const pfm *file, const uint8_t *in, uint8_t *out)
{
    for (int64_t x = 0; x < file->width; x++, out += 3)
        for (size_t c = 0; c < 3; c++) {
            out[c] = sample(file, in);
            if (file->channels == 3 || c == 2)
                in += sizeof(float);
        }
}

static pawl_status decode_pfm(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                              pawl_error *error)
{
    (void)how;
    pfm file = {.pixels = NULL};
    PW_TRY(read_header(data, size, &file, error));
    if (file.width > 0 && file.width <= PW_IMAGE_MAX_SIDE && file.height > 0 &&
        file.height <= PW_IMAGE_MAX_SIDE &&
        (size_t)file.height > file.size / sizeof(float) / file.channels / (size_t)file.width)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                          "the PFM picture is truncated: %lld x %lld pixels do not fit in its %zu "
                          "bytes",
                          (long long)file.width, (long long)file.height, size);
    PW_TRY(pw_image_allocate(image, file.width, file.height, error));
    const size_t row_size = (size_t)file.width * file.channels * sizeof(float);
    for (int32_t y = 0; y < image->height; y++)
        read_row(&file, file.pixels + (size_t)y * row_size,
                 pw_image_row(image, image->height - 1 - y));
    return PAWL_OK;
}

const pw_codec pw_codec_pfm = {.name = "PFM", .is_mine = is_pfm, .decode = decode_pfm};
