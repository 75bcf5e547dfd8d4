/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG through libpng. Like OpenCV: alpha and transparency are dropped, 16 bits lose the low byte,
 * gamma is left alone, eXIf turns the picture. One setjmp an entry, in a function without locals.
 */
#include "image/image.h"
#include <setjmp.h>
#include <string.h>

#include <png.h>

#define SIGNATURE       8
#define CHUNK_FRAME     12 /* length, type, CRC */
#define IHDR_END        33 /* signature, frame, 13 bytes */
#define DEFLATE_AT_MOST 1032
#define CHUNK_AT_MOST   (1 << 20)

typedef struct decoder {
    png_structp png;
    png_infop info, end;
    const uint8_t *data;
    size_t size, at;
    pw_image *image;
    int orientation;
    pawl_status status;
    pawl_error *error;
} decoder;

typedef struct encoder {
    png_structp png;
    png_infop info;
    const pw_image *image;
    pw_sink *sink;
    pawl_status status;
    pawl_error *error;
} encoder;

static bool is_png(const uint8_t *data, size_t size)
{
    return size >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void decode_error(png_structp png, png_const_charp reason)
{
    decoder *state = png_get_error_ptr(png);
    if (state->status == PAWL_OK)
        state->status = pw_fail_at(state->error, PAWL_ERR_CORRUPT, state->at,
                                   "the PNG picture is damaged near byte %zu (%s); get it again",
                                   state->at, reason);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp reason)
{
    (void)png;
    (void)reason;
}

static void decode_read(png_structp png, png_bytep out, size_t count)
{
    decoder *state = png_get_io_ptr(png);
    if (count > state->size - state->at) {
        state->status = pw_fail_at(state->error, PAWL_ERR_CORRUPT, state->size,
                                   "the PNG picture is truncated: it ends after %zu bytes, before "
                                   "its end mark; get the whole file",
                                   state->size);
        png_error(png, "truncated");
    }
    memcpy(out, state->data + state->at, count);
    state->at += count;
}

/* What comes out must be 8-bit RGB, whatever went in. */
static void set_transforms(decoder *state)
{
    png_structp png = state->png;
    const int colour = png_get_color_type(png, state->info);
    const int depth = png_get_bit_depth(png, state->info);
    if (depth == 16)
        png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if ((colour & PNG_COLOR_MASK_COLOR) == 0) {
        if (depth < 8)
            png_set_expand_gray_1_2_4_to_8(png);
        png_set_gray_to_rgb(png);
    }
}

static int find_orientation(const decoder *state)
{
    png_uint_32 size = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(state->png, state->info, &size, &exif) == 0)
        (void)png_get_eXIf_1(state->png, state->end, &size, &exif);
    return pw_exif_orientation(exif, size);
}

static void decode_guarded(decoder *state)
{
    if (setjmp(png_jmpbuf(state->png)) != 0)
        return;
    png_set_read_fn(state->png, state, decode_read);
    png_set_chunk_malloc_max(state->png, CHUNK_AT_MOST);
    png_set_user_limits(state->png, PW_IMAGE_MAX_SIDE, PW_IMAGE_MAX_SIDE);
    png_read_info(state->png, state->info);
    set_transforms(state);
    const int passes = png_set_interlace_handling(state->png);
    png_read_update_info(state->png, state->info);
    if (png_get_rowbytes(state->png, state->info) != (size_t)state->image->width * 3)
        png_error(state->png, "rows of an unexpected size");
    for (int pass = 0; pass < passes; pass++) {
        for (int32_t y = 0; y < state->image->height; y++)
            png_read_row(state->png, pw_image_row(state->image, y), NULL);
    }
    png_read_end(state->png, state->end);
    state->orientation = find_orientation(state);
}

/* libpng takes memory for a whole eXIf before it reads it, whatever limit it is given, so no chunk
 * may claim to be longer than the file. */
static pawl_status check_chunks(const decoder *state)
{
    for (size_t at = SIGNATURE; state->size - at >= CHUNK_FRAME;) {
        const size_t length = big_endian(state->data + at);
        if (length > state->size - at - CHUNK_FRAME)
            return pw_fail_at(state->error, PAWL_ERR_CORRUPT, at,
                              "the PNG picture is truncated: its chunk at byte %zu should have %zu "
                              "bytes, but the file ends after %zu; get the whole file",
                              at, length, state->size);
        if (memcmp(state->data + at + 4, "IEND", 4) == 0)
            break;
        at += CHUNK_FRAME + length;
    }
    return PAWL_OK;
}

/* Sizes are read here, before libpng sees them, so that limits and lies are told in our words and
 * before memory is taken. */
static pawl_status decode_sizes(decoder *state)
{
    static const uint8_t channels[7] = {1, 0, 3, 1, 2, 0, 4}; /* by colour type */
    if (state->size < IHDR_END)
        return pw_fail_at(state->error, PAWL_ERR_CORRUPT, state->size,
                          "the PNG picture is truncated: it ends after %zu bytes, in its header",
                          state->size);
    const uint8_t *header = state->data + SIGNATURE;
    const uint8_t colour = header[17];
    if (memcmp(header + 4, "IHDR", 4) != 0 || colour > 6 || channels[colour] == 0)
        return pw_fail_at(state->error, PAWL_ERR_CORRUPT, 8,
                          "the PNG picture does not begin with a sound IHDR header");
    const uint64_t width = big_endian(header + 8);
    const uint64_t height = big_endian(header + 12);
    if (width > 0 && width <= PW_IMAGE_MAX_SIDE && height <= PW_IMAGE_MAX_SIDE &&
        width * height * channels[colour] * header[16] / 8 >
            (uint64_t)state->size * DEFLATE_AT_MOST)
        return pw_fail(
            state->error, PAWL_ERR_CORRUPT,
            "the PNG picture says it is %u x %u pixels, which its %zu bytes cannot hold: "
            "it is truncated",
            (unsigned)width, (unsigned)height, state->size);
    return pw_image_allocate(state->image, (int64_t)width, (int64_t)height, state->error);
}

static pawl_status decode_png(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                              pawl_error *error)
{
    (void)how;
    decoder state = {.data = data, .size = size, .image = image, .error = error, .orientation = 1};
    PW_TRY(decode_sizes(&state));
    PW_TRY(check_chunks(&state));
    state.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state, decode_error, ignore_warning);
    if (state.png != NULL) {
        state.info = png_create_info_struct(state.png);
        state.end = png_create_info_struct(state.png);
    }
    if (state.info != NULL && state.end != NULL)
        decode_guarded(&state);
    else
        state.status = pw_fail_memory(error, "the PNG decoder", 0);
    png_destroy_read_struct(&state.png, &state.info, &state.end);
    PW_TRY(state.status);
    return pw_image_turn(image, state.orientation, error);
}

static void encode_error(png_structp png, png_const_charp reason)
{
    encoder *state = png_get_error_ptr(png);
    state->status = pw_fail(state->error, PAWL_ERR_INTERNAL,
                            "the PNG encoder refuses the picture (%s)", reason);
    png_longjmp(png, 1);
}

static void encode_write(png_structp png, png_bytep data, size_t size)
{
    encoder *state = png_get_io_ptr(png);
    pw_sink_write(state->sink, data, size);
}

static void encode_flush(png_structp png)
{
    (void)png;
}

static void encode_guarded(encoder *state)
{
    if (setjmp(png_jmpbuf(state->png)) != 0)
        return;
    const pw_image *image = state->image;
    png_set_write_fn(state->png, state, encode_write, encode_flush);
    png_set_IHDR(state->png, state->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(state->png,
                              3); /* twice as fast as the default, a few percent larger */
    png_write_info(state->png, state->info);
    for (int32_t y = 0; y < image->height; y++)
        png_write_row(state->png, pw_image_row(image, y));
    png_write_end(state->png, state->info);
}

static pawl_status encode_png(const pw_image *image, const pw_encoding *how, pw_sink *sink,
                              pawl_error *error)
{
    (void)how;
    encoder state = {.image = image, .sink = sink, .error = error};
    state.png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, encode_error, ignore_warning);
    if (state.png != NULL)
        state.info = png_create_info_struct(state.png);
    if (state.info != NULL)
        encode_guarded(&state);
    else
        state.status = pw_fail_memory(error, "the PNG encoder", 0);
    png_destroy_write_struct(&state.png, &state.info);
    return state.status;
}

const pw_codec pw_codec_png = {.name = "PNG",
                               .endings = {"png"},
                               .is_mine = is_png,
                               .decode = decode_png,
                               .encode = encode_png};
