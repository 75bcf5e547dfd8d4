/* SPDX-License-Identifier: Apache-2.0 */
/* Picture to a classifier's input: YOLOv5's CenterCrop. */
#ifndef PW_CENTRE_CROP_H
#define PW_CENTRE_CROP_H

#include "image/letterbox.h"

/* Where such a crop has a picture, as the kernel is told. */
pk_letterbox pw_centre_crop_of(const pawl_picture *picture, int32_t width, int32_t height);

/*
 * The square in the picture's middle, as large as its shorter side, resized to width x height as OpenCV's INTER_LINEAR does, to the bit. Rows first
 * ... last - 1 of network, as pw_letterbox_into().
 */
pawl_status pw_centre_crop_into(const pawl_picture *picture, int32_t width, int32_t height, uint8_t *network, void *scratch, size_t scratch_size,
                                int32_t first, int32_t last) PW_NODISCARD;

#endif
