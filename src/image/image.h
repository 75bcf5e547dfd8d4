/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures inside the library: 8-bit RGB rows, and the table of formats that
 * read and write them. */
#ifndef PW_IMAGE_H
#define PW_IMAGE_H

#include "base/os.h"
#include "lifetime/handle.h"
#include <pawl/image.h>
#include <pawl/limits.h>

#define PW_IMAGE_MAX_SIDE   65500
#define PW_IMAGE_MAX_PIXELS ((int64_t)PAWL_MAX_PIXELS)
#define PW_IMAGE_MAX_FILE   ((size_t)PW_IMAGE_MAX_PIXELS * 12) /* bytes: "255 255 255" a pixel */

typedef struct pw_image {
    pw_object object;
    int32_t width, height;
    size_t row_size; /* bytes from one row to the next */
    uint8_t *pixels; /* R G B, row 0 on top */
    int32_t most;    /* pixels it may have; 0: PW_IMAGE_MAX_PIXELS */
} pw_image;
extern const pw_type pw_image_type;

/* An empty image (no pixels), not yet published. */
pawl_status pw_image_new(pw_image **image, pawl_error *error) PW_NODISCARD;

/* Sets sizes and makes room for the pixels (not cleared); refuses what exceeds the limits before it
 * allocates. */
pawl_status pw_image_allocate(pw_image *image, int64_t width, int64_t height,
                              pawl_error *error) PW_NODISCARD;

/* Turns the picture upright as an EXIF orientation of 1-8 says; other numbers change nothing. */
pawl_status pw_image_turn(pw_image *image, int orientation, pawl_error *error) PW_NODISCARD;

/* Orientation in a TIFF block (from its "II" or "MM" on); 1 where there is none or the block is
 * damaged. */
int pw_exif_orientation(const uint8_t *tiff, size_t size);

/* How to read, and what came of it. */
typedef struct pw_reading {
    bool accepts_truncated; /* a JPEG that ends too early is no error */
    int32_t max_pixels;     /* 0: PW_IMAGE_MAX_PIXELS */
    bool was_truncated;     /* one that did: what is missing is grey */
    bool is_animation;      /* the first of several pictures was taken */
} pw_reading;

/* Where an encoder's bytes go: a file, or memory that grows. What fails is kept until the end, and later bytes are dropped. */
typedef struct pw_sink {
    pw_os_file *file; /* NULL: memory */
    uint8_t *data;    /* of pw_alloc(): the sink's own until somebody takes it */
    size_t size, capacity;
    bool is_full; /* memory ran out */
} pw_sink;
void pw_sink_write(pw_sink *sink, const void *data, size_t size);

typedef struct pw_encoding {
    int32_t quality; /* 1 to 100, where a format loses some */
} pw_encoding;

/* One file format. decode fills a new image; encode writes to a sink, of which the caller takes care. */
typedef struct pw_codec {
    const char *name;
    const char *endings[3]; /* lower case, the usual one first; NULL where there are fewer */
    bool (*is_mine)(const uint8_t *data, size_t size);
    pawl_status (*decode)(const uint8_t *data, size_t size, pw_reading *how, pw_image *image, pawl_error *error);
    /* NULL, with no endings: written by nobody. */
    pawl_status (*encode)(const pw_image *image, const pw_encoding *how, pw_sink *sink, pawl_error *error);
} pw_codec;

extern const pw_codec pw_codec_bmp;
extern const pw_codec pw_codec_jpeg;
extern const pw_codec pw_codec_png;
extern const pw_codec pw_codec_ppm;
extern const pw_codec pw_codec_pfm;
/* By libraries found at run time: PAWL_ERR_UNSUPPORTED where they are not here. */
extern const pw_codec pw_codec_gif;
extern const pw_codec pw_codec_heif;
extern const pw_codec pw_codec_tiff;
extern const pw_codec pw_codec_webp;

/* All of them, in the order in which they are asked whose a file is; NULL past the end. */
const pw_codec *pw_image_codec(size_t index);

static inline uint8_t *pw_image_row(const pw_image *image, int32_t y)
{
    return image->pixels + (size_t)y * image->row_size;
}

#endif
