/* SPDX-License-Identifier: Apache-2.0 */
/* Surfaces, and colours as their formats have them (ITU-R BT.601 and BT.709). */
#include "image/surface.h"

#include <math.h>

pw_surface pw_surface_of_image(const pw_image *image)
{
    return (pw_surface){.width = image->width,
                        .height = image->height,
                        .format = PAWL_PICTURE_RGB,
                        .layout = pw_picture_layout(PAWL_PICTURE_RGB),
                        .planes = {image->pixels},
                        .row_sizes = {image->row_size}};
}

/* Pictures are read as a rule, so their planes are const; by an integer that is taken back. */
static uint8_t *writable(const uint8_t *bytes)
{
    return (uint8_t *)(uintptr_t)bytes;
}

pw_surface pw_surface_of_picture(const pawl_picture *picture)
{
    pw_surface made = {.width = picture->width,
                       .height = picture->height,
                       .format = picture->format,
                       .matrix = picture->matrix,
                       .range = picture->range,
                       .layout = pw_picture_layout(picture->format)};
    for (size_t i = 0; i < made.layout->plane_count; i++) {
        made.planes[i] = writable(picture->planes[i].bytes);
        made.row_sizes[i] = picture->planes[i].row_size;
    }
    return made;
}

static uint8_t byte_of(double value)
{
    return (uint8_t)lrint(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Y, and where they are asked for U and V. */
static pw_ink of_light(const pw_surface *surface, const uint8_t rgb[3])
{
    const bool is_709 = surface->matrix == PAWL_MATRIX_BT709;
    const bool is_full = surface->range == PAWL_RANGE_FULL;
    const double red = is_709 ? 0.2126 : 0.299, blue = is_709 ? 0.0722 : 0.114;
    const double light = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2];
    const double u = (rgb[2] - light) / (2 * (1 - blue)), v = (rgb[0] - light) / (2 * (1 - red));
    const double span = is_full ? 1 : 224.0 / 255;
    return (pw_ink){{is_full ? byte_of(light) : byte_of(16 + light * 219 / 255),
                     byte_of(128 + u * span), byte_of(128 + v * span)}};
}

pw_ink pw_ink_of(const pw_surface *surface, const uint8_t rgb[3])
{
    static const pw_surface grey = {.range = PAWL_RANGE_FULL};
    switch (surface->format) {
    case PAWL_PICTURE_BGR:
        return (pw_ink){{rgb[2], rgb[1], rgb[0]}};
    case PAWL_PICTURE_GREY:
        return of_light(&grey, rgb);
    case PAWL_PICTURE_NV12:
    case PAWL_PICTURE_I420:
    case PAWL_PICTURE_YUYV:
        return of_light(surface, rgb);
    case PAWL_PICTURE_RGB:
        break;
    }
    return (pw_ink){{rgb[0], rgb[1], rgb[2]}};
}
