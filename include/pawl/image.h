/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: 8-bit RGB in memory, whatever the file held. */
#ifndef PAWL_IMAGE_H
#define PAWL_IMAGE_H

#include <pawl/object.h>
#include <pawl/tensor.h>

PAWL_BEGIN

/** Depends on no other object, and none pins it. A call under way holds it until it returns. */
typedef struct pawl_image pawl_image;

/** Pixels of an image: rows of width * 3 bytes R G B, row_size bytes apart. */
typedef struct pawl_image_view {
    int32_t width, height; /* pixels */
    size_t row_size;       /* bytes from one row to the next */
    const uint8_t *pixels; /* the first row's first; the image's */
} pawl_image_view;
#define PAWL_IMAGE_VIEW_INIT { 0, 0, 0, NULL }

/** What the bytes of a picture in memory are, plane by plane. Since 0.2. */
typedef enum pawl_picture_format {
    PAWL_PICTURE_RGB = 0,  /* one plane, R G B a pixel */
    PAWL_PICTURE_BGR = 1,  /* one plane, B G R a pixel: OpenCV's */
    PAWL_PICTURE_GREY = 2, /* one plane, a byte a pixel */
    PAWL_PICTURE_NV12 = 3, /* Y, a byte a pixel; then U V, a pair for two by two pixels: what hardware that decodes video leaves */
    PAWL_PICTURE_I420 = 4, /* Y, a byte a pixel; then U; then V, a byte for two by two pixels each: what FFmpeg leaves (yuv420p) */
    PAWL_PICTURE_YUYV = 5  /* one plane, Y U Y V for two pixels side by side: what cameras leave (V4L2's YUYV, yuyv422) */
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
    const uint8_t *bytes; /* the first row's first; NULL: there is no such plane */
    size_t row_size;      /* bytes from one row to the next */
} pawl_plane;
#define PAWL_PLANE_INIT { NULL, 0 }

/**
 * A picture in the caller's memory, which is read where it lies and never written: frames of a camera or a video without a copy. At most 65,500
 * pixels a side and 2^28 in all. Of Y, U, V each pixel is converted to R, G, B before anything is resized, U and V as they are for all their pixels:
 * BT.601 in limited range as OpenCV's COLOR_YUV2RGB_NV12, _I420 and _YUY2, to the bit. Where a side is odd, the last U and V are for the pixels that
 * there are: planes of them have half the sides, rounded up, and rows of YUYV are of whole pairs. Since 0.2.
 */
typedef struct pawl_picture {
    pawl_picture_format format; /* what the planes hold */
    int32_t width, height;      /* pixels */
    pawl_plane planes[3];       /* as many as the format has; the others' bytes are NULL */
    pawl_picture_matrix matrix; /* of Y, U, V; else nothing */
    pawl_picture_range range;   /* of Y, U, V; else nothing */
} pawl_picture;
#define PAWL_PICTURE_INIT { PAWL_PICTURE_RGB, 0, 0, { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } }, PAWL_MATRIX_BT601, PAWL_RANGE_LIMITED }

/** Where a picture lies inside the network's input: network = picture * scale + pad. */
typedef struct pawl_letterbox {
    int32_t width, height;        /* network input */
    int32_t inner_width, inner_height; /* the resized picture */
    int32_t pad_x, pad_y;         /* left and top, pixels */
    float scale;                  /* min(height / picture height, width / picture width) */
} pawl_letterbox;
#define PAWL_LETTERBOX_INIT { 0, 0, 0, 0, 0, 0, 0 }

/** How files of pictures are decoded. Since 0.2. */
typedef struct pawl_decode_desc {
    size_t struct_size;
    int32_t accepts_truncated; /* 1: a JPEG that ends too early is read, grey where it is missing, as OpenCV does; the logger is told */
    int32_t max_pixels;        /* a picture of more is PAWL_ERR_LIMIT before memory is taken for it; 0: PAWL_MAX_PIXELS */
} pawl_decode_desc;
#define PAWL_DECODE_DESC_INIT { sizeof(pawl_decode_desc), 0, 0 }

/** How pictures are encoded. Since 0.2. */
typedef struct pawl_encode_desc {
    size_t struct_size;
    int32_t quality; /* of JPEG and WebP, 1 to 100; 0: 95. The other formats lose nothing */
} pawl_encode_desc;
#define PAWL_ENCODE_DESC_INIT { sizeof(pawl_encode_desc), 0 }

/**
 * Reads JPEG, PNG, WebP, BMP, PFM or PPM/PGM/PBM, and where their libraries are found at run time TIFF (libtiff), GIF (libgif), HEIF and AVIF (libheif),
 * recognised by content; of an animation the first picture. Turned as its EXIF says; grey, palette, alpha, 16-bit, CMYK become RGB
 * as OpenCV's imread(IMREAD_COLOR) makes them.
 *
 * @param path         Borrowed, as is @p desc, during the call.
 * @param desc         NULL: all defaults.
 * @param[out] image   On success the caller's: end it with pawl_image_destroy(). Else untouched. It does not depend on the file.
 * @retval PAWL_ERR_READ         Cannot be opened, or changed while it was read. @retval PAWL_ERR_CORRUPT  Truncated or damaged.
 * @retval PAWL_ERR_UNSUPPORTED  No picture format we read, or its library is not here.
 * @retval PAWL_ERR_LIMIT        More than 2^28 pixels or a side over 65,500.
 * @retval PAWL_ERR_ARGUMENT     max_pixels is below 0 or above PAWL_MAX_PIXELS. @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_load(const char *path, const pawl_decode_desc *desc, pawl_image **image, pawl_error *error);

/** The same from @p size bytes in memory, borrowed during the call: the image does not depend on them. No PAWL_ERR_READ. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_decode(const void *data, size_t size, const pawl_decode_desc *desc, pawl_image **image,
                                                      pawl_error *error);

/**
 * Makes an image of copied pixels, on which it does not depend.
 * @param[out] image  On success the caller's: end it with pawl_image_destroy(). Else untouched.
 * @retval PAWL_ERR_ARGUMENT  Sizes below 1, or row_size below width * 3. @retval PAWL_ERR_LIMIT As pawl_image_load().
 * @retval PAWL_ERR_MEMORY    Nothing is left behind.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_create(const pawl_image_view *pixels, pawl_image **image, pawl_error *error);

/**
 * Makes an image, R G B, of a picture in the caller's memory, of any pawl_picture_format: to draw into, or to encode. It does not depend on those
 * bytes.
 *
 * @param picture      Read during the call.
 * @param[out] image   On success the caller's: end it with pawl_image_destroy(). Else untouched.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT  As pawl_detector_run_pictures(). @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_convert(const pawl_picture *picture, pawl_image **image, pawl_error *error);

/**
 * Puts another picture into an image, whose memory is used again: for the next frame of a video. Views of its pixels are void where its size changes.
 * Nobody else may use the image meanwhile.
 *
 * @param picture  Read during the call; not the image's own pixels.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As pawl_image_convert(). The image is as it was.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_picture_set(pawl_image *image, const pawl_picture *picture, pawl_error *error);

/**
 * Ends an image, at any time; views of its pixels are void. Nothing pins one.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A call under way holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_image_destroy(pawl_image **image);

/** The pixels; valid while the image lives, and until pawl_image_picture_set(). What is drawn later shows in them. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_view_get(pawl_image *image, pawl_image_view *view, pawl_error *error);

/** Ending @p index of the names that pawl_image_save() takes: "jpg", "png" ...; NULL past the end. Any thread. Since 0.2. */
PAWL_API const char *pawl_image_ending(size_t index);

/**
 * Writes the picture in the format its name's ending says (.jpg .jpeg, .png, .ppm, .bmp, .webp); under @p path it appears whole or not at all.
 *
 * @param path   Borrowed, as is @p desc, during the call.
 * @param desc   NULL: all defaults.
 * @retval PAWL_ERR_ARGUMENT  An ending we do not write, a quality that is none. @retval PAWL_ERR_LIMIT A side over 16,383 as WebP.
 * @retval PAWL_ERR_WRITE     Nothing is left behind, an old file is intact. @retval PAWL_ERR_MEMORY The same.
 * @note Any thread.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_save(pawl_image *image, const char *path, const pawl_encode_desc *desc, pawl_error *error);

/**
 * The same into memory: what a server answers with. The bytes are those of the file.
 *
 * @param ending           One of pawl_image_ending(): "jpg", "png", "webp" ...
 * @param[out] data, size  On success the caller's: end it with pawl_memory_release(). Else untouched.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As pawl_image_save(). Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_encode(pawl_image *image, const char *ending, const pawl_encode_desc *desc, void **data,
                                                      size_t *size, pawl_error *error);

/**
 * How YOLOv5 fits a picture into a network input of width x height pixels (letterbox, no auto, scaling up too). A side below 1: a box of inner
 * sizes 0. Pure; any thread.
 */
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

/** The same by pawl_letterbox_fit_rect(). Since 0.2. @retval PAWL_ERR_ARGUMENT  A side or the stride below 1. */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_letterbox_rect(pawl_image *image, int32_t width, int32_t height, int32_t stride,
                                                              pawl_image **boxed, pawl_error *error);

/**
 * Makes the picture that a classifier sees: the square in the middle, resized as OpenCV's INTER_LINEAR.
 * @param[out] cropped  On success the caller's: end it with pawl_image_destroy(). It does not depend on @p image.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As pawl_image_letterbox().
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_centre_crop(pawl_image *image, int32_t width, int32_t height, pawl_image **cropped,
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
#define pawl_image_load(path, desc, image, error) PAWL_PLACED(pawl_image_load(path, desc, image, error))
#define pawl_image_decode(data, size, desc, image, error) PAWL_PLACED(pawl_image_decode(data, size, desc, image, error))
#define pawl_image_create(pixels, image, error) PAWL_PLACED(pawl_image_create(pixels, image, error))
#define pawl_image_convert(picture, image, error) PAWL_PLACED(pawl_image_convert(picture, image, error))
#define pawl_image_letterbox(image, width, height, boxed, error) \
    PAWL_PLACED(pawl_image_letterbox(image, width, height, boxed, error))
#define pawl_image_letterbox_rect(image, width, height, stride, boxed, error) \
    PAWL_PLACED(pawl_image_letterbox_rect(image, width, height, stride, boxed, error))
#define pawl_image_centre_crop(image, width, height, cropped, error) \
    PAWL_PLACED(pawl_image_centre_crop(image, width, height, cropped, error))
#define pawl_image_resize(image, width, height, resized, error) PAWL_PLACED(pawl_image_resize(image, width, height, resized, error))
#endif

#endif
