/* SPDX-License-Identifier: Apache-2.0 */
/* Shrinks a picture as OpenCV's INTER_AREA: each new pixel is the mean of what it covers. */
#ifndef APP_AREA_RESIZE_H
#define APP_AREA_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From rows of width * 3 bytes, row_size apart, to to_width * 3 bytes a row without a gap. The new
 * sides are 1 to the old ones. False: memory ran out, or other sizes.
 */
bool app_area_resize(const uint8_t *pixels, int32_t width, int32_t height, size_t row_size,
                     uint8_t *to, int32_t to_width, int32_t to_height);

#endif
