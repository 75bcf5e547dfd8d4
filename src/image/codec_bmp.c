/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BMP, our own reader: 1, 4 and 8 bits with palette, 16, 24 and 32 bits, bottom-up and top-down,
 * headers of OS/2 1.x and of Windows. Compressed rows (RLE) are refused by name. Writes 24 bits.
 */
#include "base/bytes.h"
#include "base/size.h"
#include "image/image.h"
#include <string.h>

#define FILE_HEADER     14
#define OS2_HEADER      12
#define WINDOWS_HEADER  40
#define HEADER_AT_MOST  256
#define RGB_ROWS        0
#define BITFIELDS       3
#define ALPHA_BITFIELDS 6

typedef struct bmp {
    int64_t width, height; /* height below 0: top-down */
    uint32_t header_size, pixels_at, bits, compression, colours;
    uint32_t masks[3];
    uint8_t palette[256][3]; /* R G B; colours that the file lacks are black */
} bmp;

static bool is_bmp(const uint8_t *data, size_t size)
{
    return size >= 2 && data[0] == 'B' && data[1] == 'M';
}

static pawl_status fail_short(size_t size, const char *where, pawl_error *error)
{
    return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                      "the BMP picture is truncated: it ends after %zu bytes, in its %s", size,
                      where);
}

static void read_sizes(pw_reader *reader, bmp *header)
{
    if (header->header_size == OS2_HEADER) {
        header->width = pw_read_u16(reader);
        header->height = (int16_t)pw_read_u16(reader);
        (void)pw_read_u16(reader); /* planes */
        header->bits = pw_read_u16(reader);
        return;
    }
    header->width = (int32_t)pw_read_u32(reader);
    header->height = (int32_t)pw_read_u32(reader);
    (void)pw_read_u16(reader); /* planes */
    header->bits = pw_read_u16(reader);
    header->compression = pw_read_u32(reader);
    (void)pw_read_bytes(reader, 12); /* size of the pixels, resolution */
    header->colours = pw_read_u32(reader);
    (void)pw_read_u32(reader); /* important colours */
}

static void read_masks(pw_reader *reader, bmp *header)
{
    static const uint32_t rgb555[3] = {0x7c00, 0x03e0, 0x001f};
    static const uint32_t rgb888[3] = {0xff0000, 0x00ff00, 0x0000ff};
    if (header->compression == RGB_ROWS) {
        memcpy(header->masks, header->bits == 16 ? rgb555 : rgb888, sizeof(header->masks));
        return;
    }
    /* They follow the 40 bytes, or are the first of a longer header. */
    for (size_t i = 0; i < 3; i++)
        header->masks[i] = pw_read_u32(reader);
}

static void read_palette(pw_reader *reader, bmp *header)
{
    const bool is_os2 = header->header_size == OS2_HEADER;
    const uint32_t whole = 1u << header->bits;
    const uint32_t count =
        header->colours == 0 || header->colours > whole ? whole : header->colours;
    for (uint32_t i = 0; i < count; i++) {
        for (size_t c = 3; c-- > 0;)
            header->palette[i][c] = pw_read_u8(reader);
        if (!is_os2)
            (void)pw_read_u8(reader);
    }
}

static bool are_masks_known(const bmp *header)
{
    const uint32_t *m = header->masks;
    if (header->bits == 16)
        return (m[0] == 0x7c00 && m[1] == 0x03e0 && m[2] == 0x001f) ||
               (m[0] == 0xf800 && m[1] == 0x07e0 && m[2] == 0x001f);
    for (size_t i = 0; i < 3; i++) { /* whole bytes, in any order */
        if (m[i] != 0xffu && m[i] != 0xff00u && m[i] != 0xff0000u && m[i] != 0xff000000u)
            return false;
    }
    return true;
}

static pawl_status check_kind(const bmp *header, pawl_error *error)
{
    static const char *const names[] = {"", "RLE8", "RLE4", "", "JPEG", "PNG", ""};
    const uint32_t kind = header->compression;
    const bool is_masked = kind == BITFIELDS || kind == ALPHA_BITFIELDS;
    if (kind < PW_COUNT(names) && names[kind][0] != '\0')
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, FILE_HEADER + 16,
                          "the BMP picture is compressed with %s, which is not read; save it "
                          "uncompressed or as PNG",
                          names[kind]);
    const bool is_palette = header->bits == 1 || header->bits == 4 || header->bits == 8;
    const bool is_direct = header->bits == 16 || header->bits == 24 || header->bits == 32;
    const bool can_mask = header->bits == 16 || header->bits == 32;
    if ((!is_palette && !is_direct) || kind >= PW_COUNT(names) || (is_masked && !can_mask))
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, FILE_HEADER + 14,
            "the BMP picture says %u bits a pixel and compression %u, which no BMP has",
            header->bits, kind);
    return PAWL_OK;
}

static pawl_status read_header(const uint8_t *data, size_t size, bmp *header, pawl_error *error)
{
    pw_reader reader = pw_reader_over(data, size);
    (void)pw_read_bytes(&reader, 10);
    header->pixels_at = pw_read_u32(&reader);
    header->header_size = pw_read_u32(&reader);
    if (reader.is_short)
        return fail_short(size, "header", error);
    if (header->header_size != OS2_HEADER &&
        (header->header_size < WINDOWS_HEADER || header->header_size > HEADER_AT_MOST))
        return pw_fail_at(error, PAWL_ERR_CORRUPT, FILE_HEADER,
                          "the BMP picture says its header has %u bytes, which no BMP has",
                          header->header_size);
    read_sizes(&reader, header);
    if (reader.is_short)
        return fail_short(size, "header", error);
    PW_TRY(check_kind(header, error));
    if (header->bits >= 16) {
        read_masks(&reader, header);
        if (!reader.is_short && header->bits != 24 && !are_masks_known(header))
            return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                           "the BMP picture has colour masks %x %x %x, which are not read; save it "
                           "with 24 bits a pixel",
                           header->masks[0], header->masks[1], header->masks[2]);
    } else {
        reader.at = pw_size_min(size, (size_t)FILE_HEADER + header->header_size);
        read_palette(&reader, header);
    }
    return reader.is_short ? fail_short(size, "colour table", error) : PAWL_OK;
}

static uint32_t word_at(const uint8_t *row, int32_t x, uint32_t bytes)
{
    uint32_t value = 0;
    for (uint32_t i = bytes; i-- > 0;)
        value = value << 8 | row[(size_t)x * bytes + i];
    return value;
}

/* Whole bytes come as they are, 5 and 6 bits are moved up and not stretched, as OpenCV does. */
static uint8_t masked(uint32_t value, uint32_t mask)
{
    if (mask >= 0x10000u)
        return (uint8_t)((value & mask) >> (mask > 0xff0000u ? 24 : 16));
    switch (mask) {
    case 0x001fu:
        return (uint8_t)((value << 3) & 0xf8);
    case 0x03e0u:
        return (uint8_t)((value >> 2) & 0xf8);
    case 0x07e0u:
        return (uint8_t)((value >> 3) & 0xfc);
    case 0x7c00u:
        return (uint8_t)((value >> 7) & 0xf8);
    case 0xff00u:
    case 0xf800u:
        return (uint8_t)((value & mask) >> 8);
    default:
        return (uint8_t)value;
    }
}

static void read_row(const bmp *header, const uint8_t *row, uint8_t *out, int32_t width)
{
    const uint32_t bits = header->bits;
    for (int32_t x = 0; x < width; x++, out += 3) {
        if (bits <= 8) {
            const uint32_t per_byte = 8 / bits;
            const uint32_t at = (uint32_t)x % per_byte;
            const uint32_t byte = row[(uint32_t)x / per_byte];
            memcpy(out, header->palette[byte >> (8 - bits - at * bits) & ((1u << bits) - 1)], 3);
            continue;
        }
        const uint32_t value = word_at(row, x, bits / 8);
        for (size_t c = 0; c < 3; c++)
            out[c] = masked(value, header->masks[c]);
    }
}

static pawl_status decode_bmp(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                              pawl_error *error)
{
    (void)how;
    bmp header = {.width = 0};
    PW_TRY(read_header(data, size, &header, error));
    const bool is_top_down = header.height < 0;
    const int64_t height = is_top_down ? -header.height : header.height;
    if (header.width > 0 && header.width <= PW_IMAGE_MAX_SIDE && height <= PW_IMAGE_MAX_SIDE) {
        const uint64_t row_size = ((uint64_t)header.width * header.bits + 31) / 32 * 4;
        if (header.pixels_at > size || row_size * (uint64_t)height > size - header.pixels_at)
            return fail_short(size, "pixels", error);
    }
    PW_TRY(pw_image_allocate(image, header.width, height, error));
    const size_t row_size = ((size_t)header.width * header.bits + 31) / 32 * 4;
    for (int32_t y = 0; y < image->height; y++) {
        const int32_t from = is_top_down ? y : image->height - 1 - y;
        read_row(&header, data + header.pixels_at + (size_t)from * row_size, pw_image_row(image, y),
                 image->width);
    }
    return PAWL_OK;
}

static uint8_t *put(uint8_t *at, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static pawl_status encode_bmp(const pw_image *image, const pw_encoding *how, pw_sink *sink,
                              pawl_error *error)
{
    (void)how;
    (void)error;
    const size_t dense = (size_t)image->width * 3;
    const size_t padding = (4 - dense % 4) % 4;
    /* Below 2^30: limits of image.h. */
    const size_t pixels = (dense + padding) * (size_t)image->height;
    uint8_t header[FILE_HEADER + WINDOWS_HEADER] = {'B', 'M'};
    uint8_t *at = put(header + 2, (uint32_t)(sizeof(header) + pixels), 4);
    at = put(at, 0, 4);
    at = put(at, sizeof(header), 4);
    at = put(at, WINDOWS_HEADER, 4);
    at = put(at, (uint32_t)image->width, 4);
    at = put(at, (uint32_t)image->height, 4);
    at = put(at, 1, 2);
    at = put(at, 24, 2);
    at = put(at, RGB_ROWS, 4);
    (void)put(at, (uint32_t)pixels, 4);
    pw_sink_write(sink, header, sizeof(header));
    for (int32_t y = image->height; y-- > 0;) {
        const uint8_t *row = pw_image_row(image, y);
        for (int32_t x = 0; x < image->width; x++, row += 3) {
            const uint8_t bgr[3] = {row[2], row[1], row[0]};
            pw_sink_write(sink, bgr, 3);
        }
        pw_sink_write(sink, "\0\0\0", padding);
    }
    return PAWL_OK;
}

const pw_codec pw_codec_bmp = {.name = "BMP",
                               .endings = {"bmp"},
                               .is_mine = is_bmp,
                               .decode = decode_bmp,
                               .encode = encode_bmp};
