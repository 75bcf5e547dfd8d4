/* SPDX-License-Identifier: Apache-2.0 */
/* PBM, PGM and PPM, as text (P1 P2 P3) and binary (P4 P5 P6). Samples are stretched from 0..maxval
 * to 0..255. Writes P6. */
#include "image/image.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_AT_MOST 1000000 /* larger ones stay at it: above every limit */

typedef struct netpbm {
    const uint8_t *data;
    size_t size, at;
    int kind; /* 1 ... 6 */
    uint32_t maxval;
} netpbm;

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_netpbm(const uint8_t *data, size_t size)
{
    return size >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6' &&
           (is_blank(data[2]) || data[2] == '#');
}

static void skip_blanks(netpbm *file)
{
    while (file->at < file->size) {
        const uint8_t c = file->data[file->at];
        if (c == '#') {
            while (file->at < file->size && file->data[file->at] != '\n' &&
                   file->data[file->at] != '\r')
                file->at++;
        } else if (is_blank(c)) {
            file->at++;
        } else {
            return;
        }
    }
}

/* The next number; at most digits_at_most digits are taken (pixels of P1 may stand side by side).
 * false: there is none. */
static bool read_number(netpbm *file, int digits_at_most, uint32_t *number)
{
    skip_blanks(file);
    uint32_t value = 0;
    int digits = 0;
    while (file->at < file->size && digits < digits_at_most) {
        const uint8_t c = file->data[file->at];
        if (c < '0' || c > '9')
            break;
        value = value * 10 + (uint32_t)(c - '0');
        if (value > NUMBER_AT_MOST)
            value = NUMBER_AT_MOST;
        digits++;
        file->at++;
    }
    *number = value;
    return digits > 0;
}

static pawl_status fail_number(const netpbm *file, const char *what, pawl_error *error)
{
    if (file->at >= file->size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, file->size,
                          "the P%d picture is truncated: it ends after %zu bytes, before its %s",
                          file->kind, file->size, what);
    return pw_fail_at(error, PAWL_ERR_CORRUPT, file->at,
                      "the P%d picture has no number at byte %zu, where its %s is due", file->kind,
                      file->at, what);
}

static uint8_t stretch(const netpbm *file, uint32_t sample)
{
    assert(file->maxval > 0); /* read_header() saw to it */
    if (file->maxval == 255)
        return (uint8_t)sample;
    if (file->maxval == 65535)
        return (uint8_t)(sample >> 8); /* as OpenCV does */
    return (uint8_t)((sample > file->maxval ? file->maxval : sample) * 255 / file->maxval);
}

/* One number of the text as a channel; ink is 1 in bitmaps. */
static bool read_sample(netpbm *file, uint8_t *out)
{
    uint32_t sample;
    if (file->kind == 1) {
        if (!read_number(file, 1, &sample))
            return false;
        *out = sample != 0 ? 0 : 255;
        return true;
    }
    if (!read_number(file, 9, &sample))
        return false;
    *out = stretch(file, sample > file->maxval ? file->maxval : sample);
    return true;
}

static pawl_status read_text(netpbm *file, pw_image *image, pawl_error *error)
{
    const size_t channels = file->kind == 3 ? 3 : 1;
    for (int32_t y = 0; y < image->height; y++) {
        uint8_t *out = pw_image_row(image, y);
        for (int32_t x = 0; x < image->width; x++, out += 3) {
            for (size_t c = 0; c < channels; c++) {
                if (!read_sample(file, out + c))
                    return fail_number(file, "next pixel", error);
            }
            if (channels == 1)
                out[1] = out[2] = out[0];
        }
    }
    return PAWL_OK;
}

static void read_binary_row(const netpbm *file, const uint8_t *in, uint8_t *out, int32_t width)
{
    const size_t channels = file->kind == 6 ? 3 : 1;
    const size_t bytes = file->maxval > 255 ? 2 : 1;
    for (int32_t x = 0; x < width; x++, out += 3) {
        if (file->kind == 4) {
            out[0] = in[x / 8] >> (7 - x % 8) & 1 ? 0 : 255;
        } else {
            for (size_t c = 0; c < channels; c++, in += bytes)
                out[c] = stretch(file, bytes == 2 ? (uint32_t)in[0] << 8 | in[1] : in[0]);
        }
        if (channels == 1)
            out[1] = out[2] = out[0];
    }
}

static size_t binary_row_size(const netpbm *file, size_t width)
{
    if (file->kind == 4)
        return (width + 7) / 8;
    return width * (file->kind == 6 ? 3 : 1) * (file->maxval > 255 ? 2 : 1);
}

static pawl_status read_header(netpbm *file, uint32_t *width, uint32_t *height, pawl_error *error)
{
    file->at = 2;
    if (!read_number(file, 9, width))
        return fail_number(file, "width", error);
    if (!read_number(file, 9, height))
        return fail_number(file, "height", error);
    file->maxval = 1;
    if (file->kind != 1 && file->kind != 4 && !read_number(file, 9, &file->maxval))
        return fail_number(file, "largest value", error);
    if (file->maxval < 1 || file->maxval > 65535)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, file->at,
                          "the P%d picture says its largest value is %u; it must be 1 to 65535",
                          file->kind, file->maxval);
    if (file->at >= file->size)
        return fail_number(file, "pixels", error);
    if (!is_blank(file->data[file->at]))
        return fail_number(file, "pixels", error);
    file->at++; /* exactly one blank: what follows may be pixels that look like blanks */
    return PAWL_OK;
}

static pawl_status decode_ppm(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                              pawl_error *error)
{
    (void)how;
    netpbm file = {.data = data, .size = size, .kind = data[1] - '0'};
    uint32_t width = 0;
    uint32_t height = 0;
    PW_TRY(read_header(&file, &width, &height, error));
    const bool is_text = file.kind < 4;
    if (width <= PW_IMAGE_MAX_SIDE && height <= PW_IMAGE_MAX_SIDE) {
        const uint64_t least = is_text ? (uint64_t)width * height * (file.kind == 3 ? 3 : 1)
                                       : (uint64_t)binary_row_size(&file, width) * height;
        if (least > size - file.at)
            return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                              "the P%d picture is truncated: %u x %u pixels do not fit in its %zu "
                              "bytes",
                              file.kind, width, height, size);
    }
    PW_TRY(pw_image_allocate(image, width, height, error));
    if (is_text)
        return read_text(&file, image, error);
    const size_t row_size = binary_row_size(&file, width);
    for (int32_t y = 0; y < image->height; y++)
        read_binary_row(&file, data + file.at + (size_t)y * row_size, pw_image_row(image, y),
                        image->width);
    return PAWL_OK;
}

static pawl_status encode_ppm(const pw_image *image, const pw_encoding *how, pw_sink *sink,
                              pawl_error *error)
{
    (void)how;
    (void)error;
    char header[64];
    const int length =
        snprintf(header, sizeof(header), "P6\n%d %d\n255\n", image->width, image->height);
    pw_sink_write(sink, header, (size_t)length);
    for (int32_t y = 0; y < image->height; y++)
        pw_sink_write(sink, pw_image_row(image, y), (size_t)image->width * 3);
    return PAWL_OK;
}

const pw_codec pw_codec_ppm = {.name = "PPM",
                               .endings = {"ppm", "pnm"},
                               .is_mine = is_netpbm,
                               .decode = decode_ppm,
                               .encode = encode_ppm};
