/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes, masks and text on images. */
#ifndef PAWL_DRAW_H
#define PAWL_DRAW_H

#include <pawl/detect.h>

PAWL_BEGIN

/** How boxes, their labels and masks are drawn. Since 0.2. */
typedef struct pawl_draw_desc {
    size_t struct_size;
    const char *const *names;  /* UTF-8, by class_id, in any script; entries or the whole may be NULL: "class7" is drawn */
    size_t name_count;         /* of names */
    int32_t line_width;        /* pixels, to 1,000; 0: after the picture's size */
    int32_t hides_labels;      /* 1: frames alone */
    int32_t hides_confidences; /* 1: labels are names alone */
    int32_t font_size;         /* of labels, pixels, to 1,024; 0: after the line width, and not larger than the picture has room for */
    const uint32_t *palette;   /* colours by class_id, 0xRRGGBB, used again behind the last; NULL: YOLOv5's twenty */
    size_t palette_count;      /* at least 1 where a palette is given, else 0 */
    float mask_alpha;          /* how much of a mask's pixels is its colour, 0 (nothing) to 1 (all); 0.5 */
    const uint64_t *ids;       /* one a detection, of its track: a colour for each, and a label such as "person 3 0.91"; 0: none. NULL: no tracks */
} pawl_draw_desc;
#define PAWL_DRAW_DESC_INIT { sizeof(pawl_draw_desc), NULL, 0, 0, 0, 0, 0, NULL, 0, 0.5f, NULL }

/**
 * Draws boxes with "name confidence" labels into the image, the first one on top. Nobody else may use the image meanwhile.
 * A label stands above its box, else below it, else in it, see-through where it would hide much of the box.
 *
 * @param detections  Borrowed, as is what @p desc points to, during the call. NULL where @p count is 0.
 * @param desc        NULL: all defaults.
 * @retval PAWL_ERR_ARGUMENT  A member of @p desc that is out of its range. @retval PAWL_ERR_MEMORY  Some boxes may be drawn.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw(pawl_image *image, const pawl_detection *detections, size_t count,
                                                    const pawl_draw_desc *desc, pawl_error *error);

/**
 * Tints the pixels of a mask of the picture's size with the colour of its class. Nobody else may use the image meanwhile.
 * @param desc  NULL: all defaults; its palette, mask_alpha and, where it is given, the first of its ids count.
 * @retval PAWL_ERR_ARGUMENT  The mask has another size, or a member of @p desc is out of its range. Nothing was drawn.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_mask(pawl_image *image, const pawl_mask *mask, int32_t class_id,
                                                         const pawl_draw_desc *desc, pawl_error *error);

/**
 * Width and height in pixels of one line of text, as pawl_image_draw_text() writes it.
 * @param text  UTF-8, in any script. @param font_size  Pixels, 1 to 1,024. @param[out] width, height  Filled on success.
 * @retval PAWL_ERR_ARGUMENT  Another size, or a NULL.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_text_measure(const char *text, int32_t font_size, int32_t *width, int32_t *height, pawl_error *error);

/**
 * Writes one line of text; what lies outside the image is left out. ASCII is written in a font of pawl's own, all else in the system's, by
 * Pango where that is found; a script without a font is told to the logger, once. Nobody else may use the image meanwhile.
 *
 * @param x, y           Upper left corner, of the turned text. @param quarter_turns  0 to 3, anticlockwise: 1 is read upwards.
 * @param rgb            Colour of the letters.
 * @retval PAWL_ERR_ARGUMENT  font_size is not 1 to 1,024, another number of turns, or a NULL. @retval PAWL_ERR_MEMORY Nothing was written.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_text(pawl_image *image, const char *text, int32_t x, int32_t y, int32_t font_size,
                                                          int32_t quarter_turns, const uint8_t rgb[3], pawl_error *error);

/**
 * Writes lines of text from the upper left corner down, as YOLOv5 labels classified pictures, and darkens what lies under them. Nobody
 * else may use the image meanwhile.
 * @param text  UTF-8, lines divided by newlines; what lies below the image is left out.
 * @retval PAWL_ERR_MEMORY  Some lines may be written.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_image_draw_caption(pawl_image *image, const char *text, pawl_error *error);

/**
 * pawl_image_draw() on a picture in the caller's memory, of any pawl_picture_format, without a copy: its planes are written, though they are const in
 * the struct. Where pixels share their U and V a colour goes to all of them: lines of one pixel may have none. Nobody else may use the bytes
 * meanwhile.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT  Also: as pawl_detector_run_pictures(). Nothing was drawn.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_picture_draw(const pawl_picture *picture, const pawl_detection *detections, size_t count,
                                                      const pawl_draw_desc *desc, pawl_error *error);

/** pawl_image_draw_mask(), in the same way. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_picture_draw_mask(const pawl_picture *picture, const pawl_mask *mask, int32_t class_id,
                                                           const pawl_draw_desc *desc, pawl_error *error);

/** pawl_image_draw_caption(), in the same way. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_picture_draw_caption(const pawl_picture *picture, const char *text, pawl_error *error);

PAWL_END

#endif
