/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and labels as YOLOv5 draws them: a colour a class, the line width after the size of the
 * picture. */
#include "base/desc.h"
#include "image/picture.h"
#include "image/surface.h"
#include "image/text.h"
#include <math.h>
#include <pawl/draw.h>
#include <stdio.h>
#include <string.h>

#define LABEL_SIZE  192
#define NAME_SIZE   160 /* bytes of a name that are shown */
#define PALETTE     20
#define BRIGHT_FROM 140 /* luminance of a background from which on text is black */
#define LINE_MAX    1000
#define FONT_LEAST  8  /* below it nobody can read */
#define FONT_USUAL  14 /* of lines up to two pixels, where the picture has room */
#define HIDES_PART  4  /* a label in its box may hide this part of it; else it is see-through */

static const uint32_t palette[PALETTE] = {0xff3838, 0xff9d97, 0xff701f, 0xffb21d, 0xcfd231,
                                          0x48f90a, 0x92cc17, 0x3ddb86, 0x1a9334, 0x00d4bb,
                                          0x2c99a8, 0x00c2ff, 0x344593, 0x6473ff, 0x0018ec,
                                          0x8438ff, 0x520085, 0xcb38ff, 0xff95c8, 0xff37c7};

/* What is the same for all boxes of a picture. */
typedef struct style {
    int32_t line, font, margin;
    bool hides_labels, hides_confidences;
    const uint32_t *palette;
    size_t colours;
    int alpha; /* of masks, of 256 */
} style;

/* x1, y1 belong to the box, x2, y2 are the first pixels behind it. */
typedef struct box {
    int32_t x1, y1, x2, y2;
} box;

/* Sizes after the picture's, so that neither a large one hides the frame nor the
 * label a small one. */
static style style_of(const pw_surface *on, const pawl_draw_desc *desc)
{
    const int32_t line = desc->line_width;
    const double width = rint((on->width + on->height) / 2.0 * 0.003);
    const int32_t side = on->width < on->height ? on->width : on->height;
    const int32_t room = side / 10 > FONT_LEAST ? side / 10 : FONT_LEAST;
    style chosen = {
        .line = line > 0       ? line
                : width >= 2.0 ? (int32_t)width
                : side < 100   ? 1
                               : 2,
        .hides_labels = desc->hides_labels != 0,
        .hides_confidences = desc->hides_confidences != 0,
        .palette = desc->palette != NULL ? desc->palette : palette,
        .colours = desc->palette != NULL ? desc->palette_count : PALETTE,
        .alpha = (int)lrintf(desc->mask_alpha * 256.0f),
    };
    chosen.font = chosen.line * 6 > FONT_USUAL ? chosen.line * 6 : FONT_USUAL;
    chosen.font = chosen.font < room ? chosen.font : room;
    chosen.font = desc->font_size > 0 ? desc->font_size : chosen.font;
    chosen.margin = (chosen.font + 3) / 4;
    return chosen;
}

/* Of a track; of none (0), its class's. */
static void colour_of(const style *look, int32_t class_id, uint64_t id, uint8_t rgb[3])
{
    const uint64_t number = id != 0 ? id : (uint32_t)class_id;
    const uint32_t colour = look->palette[number % look->colours];
    rgb[0] = (uint8_t)(colour >> 16);
    rgb[1] = (uint8_t)(colour >> 8);
    rgb[2] = (uint8_t)colour;
}

/* A coordinate as a pixel inside 0..limit, whatever it is: not a number becomes 0. */
static int32_t pixel_of(float value, int32_t limit)
{
    if (!(value > 0.0f))
        return 0;
    return value < (float)limit ? (int32_t)lrintf(value) : limit;
}

static box inside(const pw_surface *on, box area)
{
    return (box){.x1 = area.x1 < 0 ? 0 : area.x1,
                 .y1 = area.y1 < 0 ? 0 : area.y1,
                 .x2 = area.x2 > on->width ? on->width : area.x2,
                 .y2 = area.y2 > on->height ? on->height : area.y2};
}

static void fill(const pw_surface *on, box area, const uint8_t rgb[3])
{
    const box part = inside(on, area);
    const pw_ink ink = pw_ink_of(on, rgb);
    for (int32_t y = part.y1; y < part.y2; y++)
        for (int32_t x = part.x1; x < part.x2; x++)
            pw_surface_mix(on, x, y, &ink, 1, 1, 0);
}

/* Mixes what is there with a colour: of four parts, that many are the colour's. */
static void tint(const pw_surface *on, box area, const uint8_t rgb[3], int parts)
{
    const box part = inside(on, area);
    const pw_ink ink = pw_ink_of(on, rgb);
    for (int32_t y = part.y1; y < part.y2; y++)
        for (int32_t x = part.x1; x < part.x2; x++)
            pw_surface_mix(on, x, y, &ink, parts, 4, 0);
}

/* The frame lies half outside and half inside of the box. */
static void draw_frame(const pw_surface *on, box at, int32_t line, const uint8_t rgb[3])
{
    const int32_t out = line / 2;
    const box outer = {at.x1 - out, at.y1 - out, at.x2 + out, at.y2 + out};
    fill(on, (box){outer.x1, outer.y1, outer.x2, outer.y1 + line}, rgb);
    fill(on, (box){outer.x1, outer.y2 - line, outer.x2, outer.y2}, rgb);
    fill(on, (box){outer.x1, outer.y1, outer.x1 + line, outer.y2}, rgb);
    fill(on, (box){outer.x2 - line, outer.y1, outer.x2, outer.y2}, rgb);
}

static int64_t area_of(box of)
{
    return of.x2 > of.x1 && of.y2 > of.y1 ? (int64_t)(of.x2 - of.x1) * (of.y2 - of.y1) : 0;
}

/* Above the box where there is room, else below it, else inside; moved left where it would leave
 * the picture. */
static box place_label(const pw_surface *on, box at, int32_t width, int32_t height, int32_t line)
{
    const int32_t out = line / 2;
    int32_t x = at.x1 - out, y = at.y1 - out - height;
    if (x + width > on->width)
        x = on->width - width;
    x = x < 0 ? 0 : x;
    if (y < 0)
        y = at.y2 + out + height <= on->height ? at.y2 + out : at.y1 - out < 0 ? 0 : at.y1 - out;
    return (box){x, y, x + width, y + height};
}

static pawl_status draw_label(const pw_surface *on, box at, const char *label, style look,
                              const uint8_t rgb[3], pawl_error *error)
{
    static const uint8_t black[3] = {0, 0, 0};
    static const uint8_t white[3] = {255, 255, 255};
    pw_text text PW_CLEANUP(pw_text_free) = {.width = 0};
    PW_TRY(pw_text_render(label, look.font, &text, error));
    const box place = place_label(on, at, text.width + 2 * look.margin, text.height, look.line);
    const box hidden = {place.x1 > at.x1 ? place.x1 : at.x1, place.y1 > at.y1 ? place.y1 : at.y1,
                        place.x2 < at.x2 ? place.x2 : at.x2, place.y2 < at.y2 ? place.y2 : at.y2};
    tint(on, place, rgb, area_of(hidden) * HIDES_PART > area_of(at) ? 2 : 4);
    const int luminance = (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
    pw_text_blend(on, &text, place.x1 + look.margin, place.y1, 0,
                  luminance >= BRIGHT_FROM ? black : white);
    return PAWL_OK;
}

/* "person 3 0.91": 3 is its track, where it has one. */
static void write_label(char label[LABEL_SIZE], const pawl_detection *found, const char *name,
                        uint64_t id, bool hides_confidence)
{
    char number[24] = "";
    char track[24] = "";
    char confidence[16] = "";
    const int32_t hundredths = pixel_of(found->confidence * 100.0f, 999); /* no decimal comma */
    if (name == NULL)
        (void)snprintf(number, sizeof(number), "class%d", found->class_id);
    if (id != 0)
        (void)snprintf(track, sizeof(track), " %llu", (unsigned long long)id);
    if (!hides_confidence)
        (void)snprintf(confidence, sizeof(confidence), " %d.%02d", hundredths / 100,
                       hundredths % 100);
    const char *shown = name != NULL ? name : number;
    (void)snprintf(label, LABEL_SIZE, "%.*s%s%s", (int)pw_text_cut(shown, strlen(shown), NAME_SIZE),
                   shown, track, confidence);
}

static pawl_status draw_one(const pw_surface *on, const pawl_detection *found, const char *name,
                            uint64_t id, style look, pawl_error *error)
{
    uint8_t rgb[3];
    char label[LABEL_SIZE];
    colour_of(&look, found->class_id, id, rgb);
    const box at = {.x1 = pixel_of(found->x1, on->width),
                    .y1 = pixel_of(found->y1, on->height),
                    .x2 = pixel_of(found->x2, on->width),
                    .y2 = pixel_of(found->y2, on->height)};
    draw_frame(on, at, look.line, rgb);
    if (look.hides_labels)
        return PAWL_OK;
    write_label(label, found, name, id, look.hides_confidences);
    return draw_label(on, at, label, look, rgb, error);
}

static pawl_status read_style(const pawl_draw_desc *desc, pawl_draw_desc *asked, pawl_error *error)
{
    *asked = (pawl_draw_desc)PAWL_DRAW_DESC_INIT;
    PW_TRY(pw_desc_read(asked, sizeof(*asked), desc, "pawl_draw_desc", error));
    if (asked->line_width < 0 || asked->line_width > LINE_MAX)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "line_width is %d: 0 to %d are possible",
                       asked->line_width, LINE_MAX);
    if (asked->font_size < 0 || asked->font_size > PW_TEXT_MAX_SIZE)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "font_size is %d: 0 to %d are possible",
                       asked->font_size, PW_TEXT_MAX_SIZE);
    if ((asked->palette == NULL) != (asked->palette_count == 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "palette is %s and palette_count %zu: give both, or neither for YOLOv5's",
                       asked->palette == NULL ? "NULL" : "given", asked->palette_count);
    if (!(asked->mask_alpha >= 0.0f && asked->mask_alpha <= 1.0f))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "mask_alpha must be 0 to 1");
    return PAWL_OK;
}

/* On pixels in hand, whosever they are. */

static pawl_status draw_mask(const pw_surface *on, const pawl_mask *mask, int32_t class_id,
                             const pawl_draw_desc *asked, pawl_error *error)
{
    if (mask->width != on->width || mask->height != on->height)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "a mask of %dx%d for a picture of %dx%d pixels",
                       (int)mask->width, (int)mask->height, (int)on->width, (int)on->height);
    uint8_t rgb[3];
    const style look = style_of(on, asked);
    colour_of(&look, class_id, asked->ids != NULL ? asked->ids[0] : 0, rgb);
    const pw_ink ink = pw_ink_of(on, rgb);
    const uint8_t *inside_it = mask->pixels;
    for (int32_t y = 0; y < on->height; y++, inside_it += on->width)
        for (int32_t x = 0; x < on->width; x++)
            if (inside_it[x] != 0)
                pw_surface_mix(on, x, y, &ink, look.alpha, 256, 0);
    return PAWL_OK;
}

static pawl_status draw_caption(const pw_surface *on, const char *text, pawl_error *error)
{
    static const uint8_t white[3] = {255, 255, 255};
    static const uint8_t black[3] = {0, 0, 0};
    const pawl_draw_desc usual = PAWL_DRAW_DESC_INIT;
    const style look = style_of(on, &usual);
    int32_t y = look.margin;
    for (const char *line = text; *line != '\0' && y < on->height;) {
        char label[LABEL_SIZE];
        pw_text shown PW_CLEANUP(pw_text_free) = {.width = 0};
        const size_t length = strcspn(line, "\n");
        (void)snprintf(label, sizeof(label), "%.*s", (int)pw_text_cut(line, length, LABEL_SIZE - 1),
                       line);
        PW_TRY(pw_text_render(label, look.font, &shown, error));
        tint(on, (box){0, y, shown.width + 2 * look.margin, y + shown.height}, black, 3);
        pw_text_blend(on, &shown, look.margin, y, 0, white);
        y += shown.height;
        line += length + (line[length] == '\n');
    }
    return PAWL_OK;
}

static pawl_status draw_all(const pw_surface *on, const pawl_detection *detections, size_t count,
                            const pawl_draw_desc *asked, pawl_error *error)
{
    const style look = style_of(on, asked);
    if (detections == NULL && count > 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "detections is NULL, count is %zu", count);
    for (size_t i = count; i-- > 0;) { /* the most confident last, so that it lies on top */
        const int32_t id = detections[i].class_id;
        const bool has_name = asked->names != NULL && id >= 0 && (size_t)id < asked->name_count;
        PW_TRY(draw_one(on, &detections[i], has_name ? asked->names[id] : NULL,
                        asked->ids != NULL ? asked->ids[i] : 0, look, error));
    }
    return PAWL_OK;
}

/* --- on an image --- */

pawl_status pawl_image_draw_mask(pawl_image *image, const pawl_mask *mask, int32_t class_id,
                                 const pawl_draw_desc *desc, pawl_error *error)
{
    pawl_draw_desc asked;
    PW_TRY(read_style(desc, &asked, error));
    if (mask == NULL || mask->pixels == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_draw_mask: mask is NULL");
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const pw_surface on = pw_surface_of_image(used);
    return draw_mask(&on, mask, class_id, &asked, error);
}

pawl_status pawl_image_draw_caption(pawl_image *image, const char *text, pawl_error *error)
{
    if (text == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_draw_caption: text is NULL");
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const pw_surface on = pw_surface_of_image(used);
    return draw_caption(&on, text, error);
}

pawl_status pawl_image_draw(pawl_image *image, const pawl_detection *detections, size_t count,
                            const pawl_draw_desc *desc, pawl_error *error)
{
    pawl_draw_desc asked;
    PW_TRY(read_style(desc, &asked, error));
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const pw_surface on = pw_surface_of_image(used);
    return draw_all(&on, detections, count, &asked, error);
}

/* --- on a picture in the caller's memory --- */

static pawl_status take_picture(const pawl_picture *picture, pw_surface *on, pawl_error *error)
{
    if (picture == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "the picture to draw on is NULL");
    PW_TRY(pw_picture_check(picture, 0, error));
    *on = pw_surface_of_picture(picture);
    return PAWL_OK;
}

pawl_status pawl_picture_draw(const pawl_picture *picture, const pawl_detection *detections,
                              size_t count, const pawl_draw_desc *desc, pawl_error *error)
{
    pw_surface on;
    pawl_draw_desc asked;
    PW_TRY(read_style(desc, &asked, error));
    PW_TRY(take_picture(picture, &on, error));
    return draw_all(&on, detections, count, &asked, error);
}

pawl_status pawl_picture_draw_mask(const pawl_picture *picture, const pawl_mask *mask,
                                   int32_t class_id, const pawl_draw_desc *desc, pawl_error *error)
{
    pw_surface on;
    pawl_draw_desc asked;
    PW_TRY(read_style(desc, &asked, error));
    if (mask == NULL || mask->pixels == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_picture_draw_mask: mask is NULL");
    PW_TRY(take_picture(picture, &on, error));
    return draw_mask(&on, mask, class_id, &asked, error);
}

pawl_status pawl_picture_draw_caption(const pawl_picture *picture, const char *text,
                                      pawl_error *error)
{
    pw_surface on;
    if (text == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_picture_draw_caption: text is NULL");
    PW_TRY(take_picture(picture, &on, error));
    return draw_caption(&on, text, error);
}
