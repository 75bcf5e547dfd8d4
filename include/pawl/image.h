/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: 8-bit RGB in memory, whatever the file held. */
#ifndef PAWL_IMAGE_H
#define PAWL_IMAGE_H

#include <pawl/object.h>
#include <pawl/tensor.h>

PAWL_BEGIN

/** Depends on no other object, and none pins it. A call under way holds it until it returns. */
typedef struct pawl_image pawl_image;
struct pawl_detection;
struct pawl_mask; /* of pawl/detect.h */

/** Pixels of an image: rows of width * 3 bytes R G B, row_size bytes apart. */
typedef struct pawl_image_view {
    int32_t width, height;
    size_t row_size;
    const uint8_t *pixels;
} pawl_image_view;
#define PAWL_IMAGE_VIEW_INIT { 0, 0, 0, NULL }

/** What the bytes of a picture in memory are, plane by plane. Since 0.2. */
typedef enum pawl_picture_format {
    PAWL_PICTURE_RGB = 0,  /* one plane, R G B a pixel */
    PAWL_PICTURE_BGR = 1,  /* one plane, B G R a pixel: OpenCV's */
    PAWL_PICTURE_GREY = 2, /* one plane, a byte a pixel */
    PAWL_PICTURE_NV12 = 3  /* Y, a byte a pixel; U V, a pair for two by two pixels: what decoders of video leave. Width and height are even */
} pawl_picture_format;

/** How Y, U, V were made of R, G, B. Since 0.2. */
typedef enum pawl_picture_matrix {
    PAWL_MATRIX_BT601 = 0,
    PAWL_MATRIX_BT709 = 1
} pawl_picture_matrix;

/** Which bytes are black and white. Since 0.2. */
typedef enum pawl_picture_range {
    PAWL_RANGE_LIMITED = 0, /* Y 16 to 235; U, V 16 to 240 */
    PAWL_RANGE_FULL = 1     /* 0 to 255 */
} pawl_picture_range;

/** Rows of bytes, row_size bytes apart: at least as many as a row has. */
typedef struct pawl_plane {
    const uint8_t *bytes;
    size_t row_size;
} pawl_plane;
#define PAWL_PLANE_INIT { NULL, 0 }

/**
 * A picture in the caller's memory, which is read where it lies and never written: frames of a camera or a video without a copy. At most 65,500
 * pixels a side and 2^28 in all. Of NV12 each pixel is converted to R, G, B before anything is resized, the pairs as they are for their four pixels:
 * BT.601 in limited range as OpenCV's COLOR_YUV2RGB_NV12, to the bit. Since 0.2.
 */
typedef struct pawl_picture {
    pawl_picture_format format;
    int32_t width, height;
    pawl_plane planes[2];       /* the second: NV12's U V; else NULL */
    pawl_picture_matrix matrix; /* of NV12 */
    pawl_picture_range range;   /* of NV12 */
} pawl_picture;
#define PAWL_PICTURE_INIT { PAWL_PICTURE_RGB, 0, 0, { { NULL, 0 }, { NULL, 0 } }, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED }

/** Where a picture lies inside the network's input: network = picture * scale + pad. */
typedef struct pawl_letterbox {
    int32_t width, height;        /* network input */
    int32_t inner_width, inner_height; /* the resized picture */
    int32_t pad_x, pad_y;         /* left and top, pixels */
    float scale;                  /* min(height / picture height, width / picture width) */
} pawl_letterbox;
#define PAWL_LETTERBOX_INIT { 0, 0, 0, 0, 0, 0, 0 }

/** How pictures are read. */
typedef struct pawl_read_desc {
    size_t struct_size;
    int32_t accepts_truncated; /* 1: a JPEG that ends too early is read, grey where it is missing, as OpenCV does; the logger is told */
} pawl_read_desc;
#define PAWL_READ_DESC_INIT { sizeof(pawl_read_desc), 0 }

/**
 * Reads JPEG, PNG, WebP, BMP or PPM/PGM/PBM, and where their libraries are found at run time TIFF (libtiff), GIF (libgif), HEIF and AVIF (libheif),
 * recognised by content; of an animation the first picture. Turned as its EXIF says; grey, palette, alpha, 16-bit, CMYK become RGB
 * as OpenCV's imread(IMREAD_COLOR) makes them.
 *
 * @param[out] image  On success the caller's: end it with pawl_image_destroy(). Else untouched.
 * @retval PAWL_ERR_READ         Cannot be opened, or changed while it was read. @retval PAWL_ERR_CORRUPT  Truncated or damaged.
 * @retval PAWL_ERR_UNSUPPORTED  No picture format we read, or its library is not here. @retval PAWL_ERR_LIMIT  More than 2^28 pixels or a side over 65,500.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_read(const char *path, pawl_image **image, pawl_error *error);

/** The same from @p size bytes in memory, borrowed during the call: the image does not depend on them. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_decode(const void *data, size_t size, pawl_image **image, pawl_error *error);

/** Both in another way. @param desc  NULL: all defaults. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_read_as(const char *path, const pawl_read_desc *desc, pawl_image **image, pawl_error *error);
PAWL_API PAWL_NODISCARD pawl_status pawl_image_decode_as(const void *data, size_t size, const pawl_read_desc *desc, pawl_image **image,
                                                         pawl_error *error);

/**
 * Makes an image of copied pixels, on which it does not depend.
 * @param[out] image  On success the caller's: end it with pawl_image_destroy(). Else untouched.
 * @retval PAWL_ERR_ARGUMENT  Sizes below 1, or row_size below width * 3. @retval PAWL_ERR_LIMIT As pawl_image_read().
 * @retval PAWL_ERR_MEMORY    Nothing is left behind.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_create(const pawl_image_view *pixels, pawl_image **image, pawl_error *error);

/**
 * Ends an image, at any time; views of its pixels are void. Nothing pins one.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A call under way holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_image_destroy(pawl_image **image);

/** The pixels; valid while the image lives. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_view_get(pawl_image *image, pawl_image_view *view, pawl_error *error);

/** Ending @p index of the names that pawl_image_write() takes: "jpg", "png" ...; NULL past the end. Any thread. Since 0.2. */
PAWL_API const char *pawl_image_ending(size_t index);

/**
 * Writes the picture in the format its name's ending says (.jpg .jpeg quality 95, .png, .ppm, .bmp, .webp); temporary file, then rename.
 * @retval PAWL_ERR_ARGUMENT  An ending we do not write. @retval PAWL_ERR_LIMIT A side over 16,383 as WebP.
 * @retval PAWL_ERR_WRITE     Nothing is left behind, an old file is intact.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_write(pawl_image *image, const char *path, pawl_error *error);

/** How YOLOv5 fits a picture into a network input of width x height (letterbox, no auto, scaling up too). Pure; any thread. */
PAWL_API pawl_letterbox pawl_letterbox_fit(int32_t picture_width, int32_t picture_height, int32_t width, int32_t height);

/**
 * The same without padding that is whole steps of @p stride pixels, as detect.py fits a picture for a .pt (letterbox with auto): the network's input
 * is what the box says, the least rectangle within width x height. Pure; any thread. Since 0.2.
 */
PAWL_API pawl_letterbox pawl_letterbox_fit_rect(int32_t picture_width, int32_t picture_height, int32_t width, int32_t height, int32_t stride);

/**
 * Makes the picture that the network sees: resized as OpenCV's INTER_LINEAR on 8-bit data, to the bit, padded with 114.
 * @param[out] boxed  On success the caller's: end it with pawl_image_destroy(). It does not depend on @p image.
 * @retval PAWL_ERR_ARGUMENT  A side below 1. @retval PAWL_ERR_LIMIT, PAWL_ERR_MEMORY As pawl_image_create().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_letterbox(pawl_image *image, int32_t width, int32_t height, pawl_image **boxed,
                                                         pawl_error *error);

/** The same by pawl_letterbox_fit_rect(). @retval PAWL_ERR_ARGUMENT  A side or the stride below 1. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_letterbox_rect(pawl_image *image, int32_t width, int32_t height, int32_t stride,
                                                              pawl_image **boxed, pawl_error *error);

/** How boxes are drawn. */
typedef struct pawl_draw_desc {
    size_t struct_size;
    const char *const *names;  /* UTF-8, by class_id, in any script; entries or the whole may be NULL: "class7" is drawn */
    size_t name_count;
    int32_t line_width;        /* pixels; 0: after the picture's size */
    int32_t hides_labels;      /* 1: frames alone */
    int32_t hides_confidences; /* 1: labels are names alone */
} pawl_draw_desc;
#define PAWL_DRAW_DESC_INIT { sizeof(pawl_draw_desc), NULL, 0, 0, 0, 0 }

/**
 * Draws boxes with "name confidence" labels into the image, the first one on top. Nobody else may use the image meanwhile.
 * A label stands above its box, else below it, else in it, see-through where it would hide much of the box.
 * @param names  count of class names by class_id; entries or the whole may be NULL: "class7" is drawn.
 * @retval PAWL_ERR_MEMORY  Some boxes may be drawn.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw(pawl_image *image, const struct pawl_detection *detections, size_t count,
                                                    const char *const *names, size_t name_count, pawl_error *error);

/**
 * The same in another style.
 * @param desc  NULL: all defaults. @retval PAWL_ERR_ARGUMENT line_width is below 0 or above 1,000.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_styled(pawl_image *image, const struct pawl_detection *detections, size_t count,
                                                           const pawl_draw_desc *desc, pawl_error *error);

/**
 * Width and height in pixels of one line of text, as pawl_image_write_text() writes it.
 * @param text  UTF-8, in any script. @param font_size  Pixels, 1 to 1,024. @param[out] width, height  Filled on success.
 * @retval PAWL_ERR_ARGUMENT  Another size, or a NULL.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_text_size(const char *text, int32_t font_size, int32_t *width, int32_t *height, pawl_error *error);

/**
 * Writes one line of text; what lies outside the image is left out. ASCII is written in a font of pawl's own, all else in the system's, by
 * Pango where that is found; a script without a font is told to the logger, once. Nobody else may use the image meanwhile.
 *
 * @param x, y           Upper left corner, of the turned text. @param quarter_turns  0 to 3, anticlockwise: 1 is read upwards.
 * @param rgb            Colour of the letters.
 * @retval PAWL_ERR_ARGUMENT  font_size is not 1 to 1,024, another number of turns, or a NULL. @retval PAWL_ERR_MEMORY Nothing was written.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_write_text(pawl_image *image, const char *text, int32_t x, int32_t y, int32_t font_size,
                                                          int32_t quarter_turns, const uint8_t rgb[3], pawl_error *error);

/**
 * Tints the pixels of a mask of the picture's size with the colour of its class. Nobody else may use the image meanwhile.
 * @retval PAWL_ERR_ARGUMENT  The mask has another size.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_mask(pawl_image *image, const struct pawl_mask *mask, int32_t class_id, pawl_error *error);

/**
 * Writes lines of text from the upper left corner down, as YOLOv5 labels classified pictures, and darkens what lies under them. Nobody
 * else may use the image meanwhile.
 * @param text  Lines divided by newlines.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_text(pawl_image *image, const char *text, pawl_error *error);

/**
 * Makes the picture that a classifier sees: the square in the middle, resized as OpenCV's INTER_LINEAR.
 * @param[out] cropped  On success the caller's: end it with pawl_image_destroy(). It does not depend on @p image.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As pawl_image_letterbox().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_center_crop(pawl_image *image, int32_t width, int32_t height, pawl_image **cropped,
                                                           pawl_error *error);

/**
 * Makes a picture of another size, whatever its sides' proportion, as OpenCV's INTER_LINEAR.
 * @param[out] resized  On success the caller's: end it with pawl_image_destroy(). It does not depend on @p image.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As pawl_image_letterbox(). @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_resize(pawl_image *image, int32_t width, int32_t height, pawl_image **resized,
                                                      pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_image_read(path, image, error) PAWL_PLACED(pawl_image_read(path, image, error))
#define pawl_image_decode(data, size, image, error) PAWL_PLACED(pawl_image_decode(data, size, image, error))
#define pawl_image_read_as(path, desc, image, error) PAWL_PLACED(pawl_image_read_as(path, desc, image, error))
#define pawl_image_decode_as(data, size, desc, image, error) PAWL_PLACED(pawl_image_decode_as(data, size, desc, image, error))
#define pawl_image_create(pixels, image, error) PAWL_PLACED(pawl_image_create(pixels, image, error))
#define pawl_image_letterbox(image, width, height, boxed, error) \
    PAWL_PLACED(pawl_image_letterbox(image, width, height, boxed, error))
#define pawl_image_letterbox_rect(image, width, height, stride, boxed, error) \
    PAWL_PLACED(pawl_image_letterbox_rect(image, width, height, stride, boxed, error))
#define pawl_image_center_crop(image, width, height, cropped, error) \
    PAWL_PLACED(pawl_image_center_crop(image, width, height, cropped, error))
#define pawl_image_resize(image, width, height, resized, error) PAWL_PLACED(pawl_image_resize(image, width, height, resized, error))
#endif

#endif
