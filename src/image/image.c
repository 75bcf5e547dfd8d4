/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions that make images; image_write.c writes them, and the formats themselves are
 * in codec_*.c. */
#include "image/image.h"
#include "base/desc.h"
#include "base/file_kind.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/size.h"
#include "image/letterbox.h"
#include <string.h>

#define BESIDE_MOST ((size_t)64 << 20) /* bytes of a picture file that are no pixels */

/* PPM last: its two magic bytes are the weakest. */
static const pw_codec *const codecs[] = {&pw_codec_jpeg, &pw_codec_png,  &pw_codec_webp,
                                         &pw_codec_bmp,  &pw_codec_tiff, &pw_codec_gif,
                                         &pw_codec_heif, &pw_codec_pfm,  &pw_codec_ppm};

const pw_codec *pw_image_codec(size_t index)
{
    return index < PW_COUNT(codecs) ? codecs[index] : NULL;
}

static void unmake(pw_object *object)
{
    pw_image *image = (pw_image *)(void *)object;
    pw_free(image->pixels);
    image->pixels = NULL;
}

const pw_type pw_image_type = {
    .name = "image", .size = sizeof(pw_image), .unmake = unmake, .role = PW_ROLE_PICTURE};

pawl_status pw_image_new(pw_image **image, pawl_error *error)
{
    return pw_object_make(&pw_image_type, NULL, 0, image, error);
}

pawl_status pw_image_allocate(pw_image *image, int64_t width, int64_t height, pawl_error *error)
{
    if (width < 1 || height < 1)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "the picture says it is %lld x %lld pixels; a picture has at least one",
                       (long long)width, (long long)height);
    const int64_t most = image->most > 0 ? image->most : PW_IMAGE_MAX_PIXELS;
    if (width > PW_IMAGE_MAX_SIDE || height > PW_IMAGE_MAX_SIDE || width * height > most)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "the picture is %lld x %lld pixels; the limit is %d a side and %lld in all: "
                       "make it smaller",
                       (long long)width, (long long)height, PW_IMAGE_MAX_SIDE, (long long)most);
    const size_t row_size = (size_t)width * 3;
    uint8_t *pixels = pw_alloc(row_size * (size_t)height); /* at most 3 * PW_IMAGE_MAX_PIXELS */
    if (pixels == NULL)
        return pw_fail_memory(error, "the pixels of a picture", row_size * (size_t)height);
    pw_free(image->pixels);
    image->width = (int32_t)width;
    image->height = (int32_t)height;
    image->row_size = row_size;
    image->pixels = pixels;
    return PAWL_OK;
}

/* What is no picture that we read, by name and with what to do. */
static pawl_status refuse_format(const uint8_t *data, size_t size, pawl_error *error)
{
    const pw_file_guess guess = pw_file_guess_of(data, size, size);
    switch (guess.kind) {
    case PW_FILE_UNKNOWN:
        break;
    case PW_FILE_PICTURE:
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this is %s, which is not read; convert it to PNG or JPEG", guess.what);
    case PW_FILE_VIDEO:
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this is %s, which is not read as a picture; extract its frames, or let "
                       "'pawl predict' do so of a file that is called .mp4, .mkv, .mov, .avi ...",
                       guess.what);
    default:
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "this is %s, not a picture%s%s", guess.what,
                       guess.remedy != NULL ? "; " : "", guess.remedy != NULL ? guess.remedy : "");
    }
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "this is no picture of a kind that is read: JPEG, PNG, WebP, BMP, PPM, PGM, "
                   "PBM, PFM, TIFF, "
                   "GIF, HEIF, AVIF");
}

static pawl_status find_codec(const uint8_t *data, size_t size, const pw_codec **codec,
                              pawl_error *error)
{
    if (size == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT, "the picture is empty (0 bytes)");
    for (size_t i = 0; i < PW_COUNT(codecs); i++) {
        if (codecs[i]->is_mine(data, size)) {
            *codec = codecs[i];
            return PAWL_OK;
        }
    }
    return refuse_format(data, size, error);
}

static pawl_status decode_into(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                               pawl_error *error)
{
    const pw_codec *codec = NULL;
    image->most = how->max_pixels;
    PW_TRY(find_codec(data, size, &codec, error));
    return codec->decode(data, size, how, image, error);
}

/* What the reader of a picture should know, and would not see. */
static void tell_of(const pw_reading *how, const char *name)
{
    if (how->was_truncated)
        pw_log(PAWL_LOG_WARNING, "%.200s is truncated: what is missing is grey", name);
    if (how->is_animation)
        pw_log(PAWL_LOG_INFO, "%.200s holds several pictures: the first is taken", name);
}

static pawl_status start_reading(const pawl_decode_desc *desc, pw_reading *how, pawl_error *error)
{
    pawl_decode_desc asked = PAWL_DECODE_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_decode_desc", error));
    if (asked.max_pixels < 0 || asked.max_pixels > PAWL_MAX_PIXELS)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "pawl_decode_desc.max_pixels is %d: 1 to %d, or 0 for as many as that",
                       asked.max_pixels, PAWL_MAX_PIXELS);
    *how = (pw_reading){.accepts_truncated = asked.accepts_truncated != 0,
                        .max_pixels = asked.max_pixels};
    return PAWL_OK;
}

pawl_status pawl_image_decode(const void *data, size_t size, const pawl_decode_desc *desc,
                              pawl_image **image, pawl_error *error)
{
    if ((data == NULL && size > 0) || image == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_decode: %s is NULL",
                       image == NULL ? "image" : "data");
    pw_reading how;
    pw_image *made PW_MAKING = NULL;
    PW_TRY(start_reading(desc, &how, error));
    PW_TRY(pw_image_new(&made, error));
    PW_TRY(decode_into(data, size, &how, made, error));
    tell_of(&how, "the picture");
    *image = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

/* The decoders do not know the name of the file. */
static pawl_status fail_with_name(pawl_error *error, const char *path, const pawl_error *why)
{
    return pw_fail_at(error, why->status, why->offset, "%.200s: %s", path, why->message);
}

/* Of a file: what pixels may take, and what may stand beside them (profiles, previews). */
static size_t most_bytes(const pw_reading *how)
{
    return how->max_pixels == 0 ? PW_IMAGE_MAX_FILE : (size_t)how->max_pixels * 12 + BESIDE_MOST;
}

pawl_status pawl_image_load(const char *path, const pawl_decode_desc *desc, pawl_image **image,
                            pawl_error *error)
{
    if (path == NULL || image == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_load: %s is NULL",
                       image == NULL ? "image" : "path");
    pw_reading how;
    pw_image *made PW_MAKING = NULL;
    pw_os_input input PW_CLEANUP(pw_os_input_close) = {.descriptor = -1};
    pw_contents file PW_CLEANUP(pw_os_contents_free) = {.data = NULL};
    const pw_codec *codec = NULL;
    pawl_error why = {.status = PAWL_OK};
    PW_TRY(start_reading(desc, &how, error));
    PW_TRY(pw_image_new(&made, error));
    PW_TRY(pw_os_input_open(path, false, &input, error));
    if (find_codec(input.head, input.head_size, &codec, &why) < 0)
        return fail_with_name(error, path, &why); /* what the first bytes refuse is not read */
    PW_TRY(pw_os_input_read(&input, most_bytes(&how), &file, error));
    if (decode_into(file.data, file.size, &how, made, &why) < 0)
        return fail_with_name(error, path, &why);
    tell_of(&how, path);
    *image = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_image_create(const pawl_image_view *pixels, pawl_image **image, pawl_error *error)
{
    if (pixels == NULL || image == NULL || pixels->pixels == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_create: %s is NULL",
                       image == NULL ? "image" : "pixels");
    if (pixels->width < 1 || pixels->height < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "pawl_image_create: width %d and height %d must be at least 1",
                       pixels->width, pixels->height);
    const size_t dense = (size_t)pixels->width * 3;
    if (pixels->row_size < dense)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "pawl_image_create: row_size %zu is below width * 3 = %zu bytes",
                       pixels->row_size, dense);
    pw_image *made PW_MAKING = NULL;
    PW_TRY(pw_image_new(&made, error));
    PW_TRY(pw_image_allocate(made, pixels->width, pixels->height, error));
    for (int32_t y = 0; y < made->height; y++)
        memcpy(pw_image_row(made, y), pixels->pixels + (size_t)y * pixels->row_size, dense);
    *image = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_image_destroy(pawl_image **image)
{
    return pw_object_destroy_handle((void **)image, &pw_image_type);
}

pawl_status pawl_image_view_get(pawl_image *image, pawl_image_view *view, pawl_error *error)
{
    if (view == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_view_get: view is NULL");
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    *view = (pawl_image_view){.width = used->width,
                              .height = used->height,
                              .row_size = used->row_size,
                              .pixels = used->pixels};
    return PAWL_OK;
}

/* Fills the pixels of *made, which it makes room for, with a picture in a box. */
static pawl_status fit(const pawl_picture *picture, const pawl_letterbox *box, pw_image *made,
                       pawl_error *error)
{
    PW_TRY(pw_image_allocate(made, box->width, box->height, error));
    const size_t scratch_size = pw_fit_scratch_size(picture, box->width, box->height);
    void *scratch PW_AUTO_FREE = pw_alloc(scratch_size);
    if (scratch == NULL)
        return pw_fail_memory(error, "letterbox rows", scratch_size);
    if (pw_letterbox_into(picture, box, made->pixels, scratch, scratch_size, 0, box->height) < 0)
        return pw_fail(error, PAWL_ERR_INTERNAL,
                       "letterbox of %d x %d to %d x %d does not fit; please report it",
                       picture->width, picture->height, box->width, box->height);
    return PAWL_OK;
}

/* stride 0: the whole of width x height. */
static pawl_status letterbox(const char *what, pawl_image *image, int32_t width, int32_t height,
                             int32_t stride, pawl_image **boxed, pawl_error *error)
{
    if (boxed == NULL || width < 1 || height < 1 || stride < 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       boxed == NULL ? "%s: boxed is NULL"
                                     : "%s: width, height and stride must be at least 1",
                       what);
    pw_image *used PW_USING = NULL;
    pw_image *made PW_MAKING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const pawl_letterbox box =
        stride > 0 ? pawl_letterbox_fit_rect(used->width, used->height, width, height, stride)
                   : pawl_letterbox_fit(used->width, used->height, width, height);
    PW_TRY(pw_image_new(&made, error));
    const pawl_picture picture = pw_image_picture(used);
    PW_TRY(fit(&picture, &box, made, error));
    *boxed = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

pawl_status pawl_image_letterbox(pawl_image *image, int32_t width, int32_t height,
                                 pawl_image **boxed, pawl_error *error)
{
    return letterbox("pawl_image_letterbox", image, width, height, 0, boxed, error);
}

pawl_status pawl_image_letterbox_rect(pawl_image *image, int32_t width, int32_t height,
                                      int32_t stride, pawl_image **boxed, pawl_error *error)
{
    return letterbox("pawl_image_letterbox_rect", image, width, height, stride < 1 ? -1 : stride,
                     boxed, error);
}
