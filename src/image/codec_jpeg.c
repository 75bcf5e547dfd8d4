/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JPEG through libjpeg-turbo. The library reports errors by a call that must not return, so each
 * entry has one setjmp in a function without locals, and everything that must be given back hangs
 * on its state. What libjpeg only warns about is an error here where pixels were lost.
 */
#include "base/memory.h"
#include "image/image.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define MAX_SCANS   500 /* a progressive file can ask for endless passes over the picture */
#define WRITE_CHUNK 16384
#define EXIF_HEADER 6

typedef struct decoder {
    struct jpeg_decompress_struct codec; /* these two begin what libjpeg hands back to us */
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    size_t size;
    pw_image *image;
    pw_reading *how;
    uint8_t *cmyk;    /* one row, of CMYK files only */
    bool is_end_made; /* the file had no end mark */
    int orientation;
    pawl_status status;
    pawl_error *error;
} decoder;

typedef struct encoder {
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf jump;
    const pw_image *image;
    int quality;
    pw_sink *sink;
    pawl_status status;
    pawl_error *error;
    uint8_t chunk[WRITE_CHUNK];
} encoder;

static bool is_jpeg(const uint8_t *data, size_t size)
{
    return size >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff;
}

static pawl_status status_of(int code)
{
    switch (code) {
    case JERR_OUT_OF_MEMORY:
        return PAWL_ERR_MEMORY;
    case JERR_IMAGE_TOO_BIG:
        return PAWL_ERR_LIMIT;
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
        return PAWL_ERR_UNSUPPORTED;
    default:
        return PAWL_ERR_CORRUPT;
    }
}

static void decode_exit(j_common_ptr codec)
{
    decoder *state = codec->client_data;
    char reason[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, reason);
    if (state->status == PAWL_OK && state->is_end_made)
        state->status = pw_fail_at(state->error, PAWL_ERR_CORRUPT, state->size,
                                   "the JPEG picture is truncated: it ends after %zu bytes, in the "
                                   "middle of its pixels; get the whole file",
                                   state->size);
    if (state->status == PAWL_OK)
        state->status = pw_fail_at(
            state->error, status_of(codec->err->msg_code),
            state->size - state->source.bytes_in_buffer,
            "the JPEG picture cannot be decoded (%s); it is damaged or of a rare kind", reason);
    longjmp(state->jump, 1);
}

/* What is missing behind the end that was made is filled with grey by libjpeg. */
static bool is_missing_accepted(decoder *state)
{
    if (!state->how->accepts_truncated || !state->is_end_made)
        return false;
    state->how->was_truncated = true;
    return true;
}

static void decode_message(j_common_ptr codec, int level)
{
    if (level >= 0)
        return; /* tracing */
    switch (codec->err->msg_code) {
    case JWRN_ADOBE_XFORM: /* odd versions, stray bytes between segments: the pixels are whole */
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_TOO_MUCH_DATA:
        break;
    default:
        if (!is_missing_accepted(codec->client_data))
            decode_exit(codec);
        break;
    }
}

static void decode_progress(j_common_ptr codec)
{
    decoder *state = codec->client_data;
    if (state->codec.input_scan_number <= MAX_SCANS)
        return;
    state->status = pw_fail(state->error, PAWL_ERR_LIMIT,
                            "the JPEG picture has more than %d scans; save it again", MAX_SCANS);
    longjmp(state->jump, 1);
}

static void source_nothing(j_decompress_ptr codec)
{
    (void)codec;
}

/* All of the file is in the buffer. A file of one scan that lacks nothing but its end mark has all
   its pixels, and cameras and download tools make many: it gets the mark, and whoever still needs
   data then warns (JWRN_HIT_MARKER). Where scans may be missing it is truncated. */
static boolean source_ended(j_decompress_ptr codec)
{
    static const JOCTET end_mark[] = {0xff, JPEG_EOI};
    decoder *state = codec->client_data;
    const bool has_all_scans = codec->output_scanline > 0 && !codec->progressive_mode &&
                               codec->comps_in_scan == codec->num_components;
    if ((has_all_scans || state->how->accepts_truncated) && !state->is_end_made) {
        state->is_end_made = true;
        codec->src->next_input_byte = end_mark;
        codec->src->bytes_in_buffer = sizeof end_mark;
        return TRUE;
    }
    state->status = pw_fail_at(state->error, PAWL_ERR_CORRUPT, state->size,
                               "the JPEG picture is truncated: it ends after %zu bytes, before its "
                               "end mark; get the whole file",
                               state->size);
    longjmp(state->jump, 1);
}

static void source_skip(j_decompress_ptr codec, long count)
{
    if (count <= 0)
        return;
    if ((size_t)count > codec->src->bytes_in_buffer)
        (void)source_ended(codec);
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
}

static int find_orientation(const struct jpeg_decompress_struct *codec)
{
    const struct jpeg_marker_struct *marker = codec->marker_list;
    for (; marker != NULL; marker = marker->next) {
        if (marker->data_length > EXIF_HEADER && memcmp(marker->data, "Exif\0", 5) == 0)
            return pw_exif_orientation(marker->data + EXIF_HEADER,
                                       marker->data_length - EXIF_HEADER);
    }
    return 1;
}

/* A block of 8x8 takes at least one bit: a header that promises more than the file can hold is
 * found before memory is taken. */
static bool can_hold(const decoder *state)
{
    uint64_t blocks = 0;
    for (int i = 0; i < state->codec.num_components; i++) {
        const jpeg_component_info *component = &state->codec.comp_info[i];
        blocks += (uint64_t)component->width_in_blocks * component->height_in_blocks;
    }
    return state->codec.arith_code || blocks <= (uint64_t)state->size * 8;
}

/* As OpenCV does: all CMYK JPEG are taken for Adobe's, which store the inks inverted. */
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, int32_t width)
{
    for (int32_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
        const int k = cmyk[3];
        for (int i = 0; i < 3; i++)
            rgb[i] = (uint8_t)(k - ((255 - cmyk[i]) * k >> 8));
    }
}

/* Ends by longjmp on failure. */
static void decode_header(decoder *state)
{
    struct jpeg_decompress_struct *codec = &state->codec;
    jpeg_create_decompress(codec);
    codec->client_data = state;
    codec->src = &state->source;
    codec->progress = &state->progress;
    jpeg_save_markers(codec, JPEG_APP0 + 1, 0xffff);
    (void)jpeg_read_header(codec, TRUE);
    state->orientation = find_orientation(codec);
    if (!state->how->accepts_truncated && !can_hold(state)) {
        state->status = pw_fail(state->error, PAWL_ERR_CORRUPT,
                                "the JPEG picture says it is %u x %u pixels, which its %zu bytes "
                                "cannot hold: it is truncated",
                                codec->image_width, codec->image_height, state->size);
        longjmp(state->jump, 1);
    }
    state->status =
        pw_image_allocate(state->image, codec->image_width, codec->image_height, state->error);
    if (state->status < 0)
        longjmp(state->jump, 1);
    codec->out_color_space = codec->num_components == 4 ? JCS_CMYK : JCS_RGB;
}

static void decode_rows(decoder *state)
{
    struct jpeg_decompress_struct *codec = &state->codec;
    pw_image *image = state->image;
    if (codec->out_color_space == JCS_CMYK) {
        state->cmyk = pw_alloc((size_t)image->width * 4);
        if (state->cmyk == NULL) {
            state->status =
                pw_fail_memory(state->error, "a row of CMYK pixels", (size_t)image->width * 4);
            longjmp(state->jump, 1);
        }
    }
    (void)jpeg_start_decompress(codec);
    while (codec->output_scanline < codec->output_height) {
        uint8_t *out = pw_image_row(image, (int32_t)codec->output_scanline);
        JSAMPROW row = state->cmyk != NULL ? state->cmyk : out;
        (void)jpeg_read_scanlines(codec, &row, 1);
        if (state->cmyk != NULL)
            cmyk_to_rgb(state->cmyk, out, image->width);
    }
    (void)jpeg_finish_decompress(codec);
}

static void decode_guarded(decoder *state)
{
    if (setjmp(state->jump) == 0) {
        decode_header(state);
        decode_rows(state);
    }
}

static pawl_status decode_jpeg(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                               pawl_error *error)
{
    decoder state = {.size = size, .image = image, .how = how, .error = error, .orientation = 1};
    state.codec.err = jpeg_std_error(&state.errors);
    state.codec.client_data = &state;
    state.errors.error_exit = decode_exit;
    state.errors.emit_message = decode_message;
    state.progress.progress_monitor = decode_progress;
    state.source = (struct jpeg_source_mgr){.next_input_byte = data,
                                            .bytes_in_buffer = size,
                                            .init_source = source_nothing,
                                            .fill_input_buffer = source_ended,
                                            .skip_input_data = source_skip,
                                            .resync_to_restart = jpeg_resync_to_restart,
                                            .term_source = source_nothing};
    decode_guarded(&state);
    jpeg_destroy_decompress(&state.codec);
    pw_free(state.cmyk);
    PW_TRY(state.status);
    return pw_image_turn(image, state.orientation, error);
}

static void encode_exit(j_common_ptr codec)
{
    encoder *state = codec->client_data;
    char reason[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, reason);
    const pawl_status status = status_of(codec->err->msg_code);
    state->status = pw_fail(state->error, status == PAWL_ERR_CORRUPT ? PAWL_ERR_INTERNAL : status,
                            "the JPEG encoder refuses the picture (%s)", reason);
    longjmp(state->jump, 1);
}

static void encode_message(j_common_ptr codec, int level)
{
    (void)codec;
    (void)level;
}

static void destination_start(j_compress_ptr codec)
{
    encoder *state = codec->client_data;
    codec->dest->next_output_byte = state->chunk;
    codec->dest->free_in_buffer = WRITE_CHUNK;
}

static boolean destination_full(j_compress_ptr codec)
{
    encoder *state = codec->client_data;
    pw_sink_write(state->sink, state->chunk, WRITE_CHUNK);
    destination_start(codec);
    return TRUE;
}

static void destination_end(j_compress_ptr codec)
{
    encoder *state = codec->client_data;
    pw_sink_write(state->sink, state->chunk, WRITE_CHUNK - codec->dest->free_in_buffer);
}

static void encode_guarded(encoder *state)
{
    struct jpeg_compress_struct *codec = &state->codec;
    if (setjmp(state->jump) != 0)
        return;
    jpeg_create_compress(codec);
    codec->client_data = state;
    codec->dest = &state->destination;
    codec->image_width = (JDIMENSION)state->image->width;
    codec->image_height = (JDIMENSION)state->image->height;
    codec->input_components = 3;
    codec->in_color_space = JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, state->quality, TRUE);
    jpeg_start_compress(codec, TRUE);
    while (codec->next_scanline < codec->image_height) {
        JSAMPROW row = pw_image_row(state->image, (int32_t)codec->next_scanline);
        (void)jpeg_write_scanlines(codec, &row, 1);
    }
    jpeg_finish_compress(codec);
}

static pawl_status encode_jpeg(const pw_image *image, const pw_encoding *how, pw_sink *sink,
                               pawl_error *error)
{
    encoder *state PW_AUTO_FREE = pw_calloc(1, sizeof(encoder));
    if (state == NULL)
        return pw_fail_memory(error, "the JPEG encoder", sizeof(encoder));
    state->image = image;
    state->quality = how->quality;
    state->sink = sink;
    state->error = error;
    state->codec.err = jpeg_std_error(&state->errors);
    state->codec.client_data = state;
    state->errors.error_exit = encode_exit;
    state->errors.emit_message = encode_message;
    state->destination.init_destination = destination_start;
    state->destination.empty_output_buffer = destination_full;
    state->destination.term_destination = destination_end;
    encode_guarded(state);
    jpeg_destroy_compress(&state->codec);
    return state->status;
}

const pw_codec pw_codec_jpeg = {.name = "JPEG",
                                .endings = {"jpg", "jpeg", "jpe"},
                                .is_mine = is_jpeg,
                                .decode = decode_jpeg,
                                .encode = encode_jpeg};
