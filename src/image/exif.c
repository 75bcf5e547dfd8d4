/* SPDX-License-Identifier: Apache-2.0 */
/* The one EXIF field that changes pixels: how the camera was held. Damaged EXIF is no reason to
 * refuse a picture. */
#include "base/memory.h"
#include "image/image.h"
#include <string.h>

#define TAG_ORIENTATION 0x0112

/* TIFF numbers, in the byte order that the block says. */
typedef struct tiff {
    const uint8_t *data;
    size_t size;
    bool is_big;
} tiff;

static bool read16(const tiff *block, size_t at, uint32_t *value)
{
    if (block->size < 2 || at > block->size - 2)
        return false;
    const uint32_t a = block->data[at];
    const uint32_t b = block->data[at + 1];
    *value = block->is_big ? a << 8 | b : b << 8 | a;
    return true;
}

static bool read32(const tiff *block, size_t at, uint32_t *value)
{
    uint32_t a;
    uint32_t b;
    if (!read16(block, at, &a) || !read16(block, at + 2, &b))
        return false;
    *value = block->is_big ? a << 16 | b : b << 16 | a;
    return true;
}

int pw_exif_orientation(const uint8_t *data, size_t size)
{
    if (data == NULL || size < 8 || data[0] != data[1] || (data[0] != 'I' && data[0] != 'M'))
        return 1;
    const tiff block = {.data = data, .size = size, .is_big = data[0] == 'M'};
    uint32_t mark;
    uint32_t folder;
    uint32_t count;
    if (!read16(&block, 2, &mark) || mark != 42 || !read32(&block, 4, &folder) ||
        !read16(&block, folder, &count))
        return 1;
    for (uint32_t i = 0; i < count; i++) {
        const size_t entry = (size_t)folder + 2 + (size_t)i * 12;
        uint32_t tag;
        uint32_t value;
        if (!read16(&block, entry, &tag) || !read16(&block, entry + 8, &value))
            return 1;
        if (tag == TAG_ORIENTATION)
            return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

pawl_status pw_image_turn(pw_image *image, int orientation, pawl_error *error)
{
    if (orientation < 2 || orientation > 8)
        return PAWL_OK;
    const bool is_transposed = orientation >= 5;
    const bool flips_x =
        orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    const bool flips_y =
        orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    const int32_t width = is_transposed ? image->height : image->width;
    const int32_t height = is_transposed ? image->width : image->height;
    const size_t row_size = (size_t)width * 3;
    uint8_t *turned = pw_alloc(row_size * (size_t)height);
    if (turned == NULL)
        return pw_fail_memory(error, "a turned picture", row_size * (size_t)height);
    for (int32_t y = 0; y < height; y++) {
        const int32_t v = flips_y ? height - 1 - y : y;
        for (int32_t x = 0; x < width; x++) {
            const int32_t u = flips_x ? width - 1 - x : x;
            const int32_t from_x = is_transposed ? v : u;
            const int32_t from_y = is_transposed ? u : v;
            memcpy(turned + (size_t)y * row_size + (size_t)x * 3,
                   pw_image_row(image, from_y) + (size_t)from_x * 3, 3);
        }
    }
    pw_free(image->pixels);
    image->pixels = turned;
    image->width = width;
    image->height = height;
    image->row_size = row_size;
    return PAWL_OK;
}
