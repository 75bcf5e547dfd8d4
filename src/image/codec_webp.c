/* SPDX-License-Identifier: Apache-2.0 */
/* WebP through libwebp: lossy, lossless, with or without alpha (dropped); of an animation the first
 * picture. */
#include "base/bytes.h"
#include "image/image.h"
#include <string.h>

#include <webp/decode.h>
#include <webp/encode.h>

#define RIFF_HEADER 12

static bool is_webp(const uint8_t *data, size_t size)
{
    return size >= RIFF_HEADER && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0;
}

static pawl_status fail_decode(VP8StatusCode code, size_t size, pawl_error *error)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return pw_fail_memory(error, "decoding a WebP picture", size);
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "the WebP picture is of a kind that is not read; convert it to PNG");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, size,
            "the WebP picture is truncated: it ends after %zu bytes; get the whole file", size);
    default:
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "the WebP picture of %zu bytes is damaged and cannot be decoded", size);
    }
}

/* The EXIF chunk stands behind the pixels, among others that are skipped. */
static int find_orientation(const uint8_t *data, size_t size)
{
    pw_reader reader = pw_reader_over(data + RIFF_HEADER, size - RIFF_HEADER);
    for (;;) {
        const uint8_t *name = pw_read_bytes(&reader, 4);
        const size_t length = pw_read_u32(&reader);
        const uint8_t *body = pw_read_bytes(&reader, length);
        if (reader.is_short || name == NULL)
            return 1;
        if (memcmp(name, "EXIF", 4) == 0) {
            const size_t skip = length > 6 && memcmp(body, "Exif\0", 5) == 0 ? 6 : 0;
            return pw_exif_orientation(body + skip, length - skip);
        }
        if (length % 2 == 1)
            (void)pw_read_u8(&reader);
    }
}

/* libwebp fills in what a short file lacks; the size in the header tells that it is short. */
static bool is_whole(const uint8_t *data, size_t size)
{
    pw_reader reader = pw_reader_over(data, size);
    (void)pw_read_u32(&reader);
    const uint64_t said = pw_read_u32(&reader);
    return said + 8 <= size;
}

/* The first frame of an animation: where it lies on the canvas, and its pixels as a chunk that
 * libwebp reads. */
typedef struct frame {
    int32_t x, y;
    const uint8_t *data;
    size_t size;
} frame;

static uint32_t read_u24(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
}

/* Chunks lie one behind the other, and a frame's within it, behind 16 bytes of its own. */
static bool find_frame(const uint8_t *data, size_t size, frame *found)
{
    pw_reader reader = pw_reader_over(data + RIFF_HEADER, size - RIFF_HEADER);
    bool is_inside = false;
    for (;;) {
        const uint8_t *name = pw_read_bytes(&reader, 4);
        const size_t length = pw_read_u32(&reader);
        if (reader.is_short || name == NULL)
            return false;
        if (!is_inside && memcmp(name, "ANMF", 4) == 0) {
            const uint8_t *place = pw_read_bytes(&reader, 16);
            if (place == NULL)
                return false;
            found->x = (int32_t)(read_u24(place) * 2);
            found->y = (int32_t)(read_u24(place + 3) * 2);
            is_inside = true;
            continue;
        }
        const uint8_t *body = pw_read_bytes(&reader, length);
        if (body == NULL)
            return false;
        if (is_inside && memcmp(name, "VP8", 3) == 0) {
            found->data = body;
            found->size = length;
            return true;
        }
        if (length % 2 == 1)
            (void)pw_read_u8(&reader);
    }
}

/* What the frame leaves free of the canvas is black. */
static pawl_status decode_frame(const uint8_t *data, size_t size, WebPDecoderConfig *config,
                                pw_image *image, pawl_error *error)
{
    frame first = {.data = NULL};
    int width = 0, height = 0;
    if (!find_frame(data, size, &first) || !WebPGetInfo(first.data, first.size, &width, &height) ||
        width > config->input.width - first.x || height > config->input.height - first.y)
        return fail_decode(VP8_STATUS_BITSTREAM_ERROR, size, error);
    PW_TRY(pw_image_allocate(image, config->input.width, config->input.height, error));
    memset(image->pixels, 0, image->row_size * (size_t)image->height);
    uint8_t *at = pw_image_row(image, first.y) + (size_t)first.x * 3;
    const size_t room = image->row_size * (size_t)(image->height - first.y) - (size_t)first.x * 3;
    return WebPDecodeRGBInto(first.data, first.size, at, room, (int)image->row_size) != NULL
               ? PAWL_OK
               : fail_decode(VP8_STATUS_BITSTREAM_ERROR, size, error);
}

static pawl_status decode_webp(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                               pawl_error *error)
{
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return pw_fail(error, PAWL_ERR_INTERNAL,
                       "libwebp is of another version than the one pawl was built with");
    VP8StatusCode code = WebPGetFeatures(data, size, &config.input);
    if (code != VP8_STATUS_OK)
        return fail_decode(code, size, error);
    if (!is_whole(data, size))
        return fail_decode(VP8_STATUS_NOT_ENOUGH_DATA, size, error);
    how->is_animation = config.input.has_animation != 0;
    if (how->is_animation)
        return decode_frame(data, size, &config, image, error);
    PW_TRY(pw_image_allocate(image, config.input.width, config.input.height, error));
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = image->pixels;
    config.output.u.RGBA.stride = (int)image->row_size;
    config.output.u.RGBA.size = image->row_size * (size_t)image->height;
    code = WebPDecode(data, size, &config);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK)
        return fail_decode(code, size, error);
    return pw_image_turn(image, find_orientation(data, size), error);
}

static int encode_write(const uint8_t *data, size_t size, const WebPPicture *picture)
{
    pw_sink_write(picture->custom_ptr, data, size);
    return 1;
}

static pawl_status encode_picture(WebPPicture *picture, const pw_image *image, int quality,
                                  pawl_error *error)
{
    WebPConfig config;
    if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, (float)quality))
        return pw_fail(error, PAWL_ERR_INTERNAL,
                       "libwebp is of another version than the one pawl was built with");
    picture->width = image->width;
    picture->height = image->height;
    picture->writer = encode_write;
    if (WebPPictureImportRGB(picture, image->pixels, (int)image->row_size) &&
        WebPEncode(&config, picture))
        return PAWL_OK;
    if (picture->error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
        picture->error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY)
        return pw_fail_memory(error, "encoding a WebP picture",
                              image->row_size * (size_t)image->height);
    return pw_fail(error, PAWL_ERR_INTERNAL, "the WebP encoder refuses the picture (error %d)",
                   (int)picture->error_code);
}

static pawl_status encode_webp(const pw_image *image, const pw_encoding *how, pw_sink *sink,
                               pawl_error *error)
{
    if (image->width > WEBP_MAX_DIMENSION || image->height > WEBP_MAX_DIMENSION)
        return pw_fail(
            error, PAWL_ERR_LIMIT,
            "a WebP picture has at most %d pixels a side, this one is %d x %d: write PNG "
            "or JPEG",
            WEBP_MAX_DIMENSION, image->width, image->height);
    WebPPicture picture;
    if (!WebPPictureInit(&picture))
        return pw_fail(error, PAWL_ERR_INTERNAL,
                       "libwebp is of another version than the one pawl was built with");
    picture.custom_ptr = sink;
    const pawl_status status = encode_picture(&picture, image, how->quality, error);
    WebPPictureFree(&picture);
    return status;
}

const pw_codec pw_codec_webp = {.name = "WebP",
                                .endings = {"webp"},
                                .is_mine = is_webp,
                                .decode = decode_webp,
                                .encode = encode_webp};
