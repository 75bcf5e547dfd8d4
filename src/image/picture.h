/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in anybody's memory: what letterbox and centre crop read. */
#ifndef PW_PICTURE_H
#define PW_PICTURE_H

#include "image/image.h"
#include "kernels/image/format.h"
#include "kernels/problem.h"

/* An image's pixels; as long as the image. */
static inline pawl_picture pw_image_picture(const pw_image *image)
{
    return (pawl_picture){.format = PAWL_PICTURE_RGB,
                          .width = image->width,
                          .height = image->height,
                          .planes = {{image->pixels, image->row_size}}};
}

/* What such a picture's planes are; of a format that exists. */
const pk_format_layout *pw_picture_layout(pawl_picture_format format);

/* PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT: picture number at of a call is not what pawl/image.h asks for. */
pawl_status pw_picture_check(const pawl_picture *picture, size_t at, pawl_error *error) PW_NODISCARD;

/* Makes it the sources of a letterbox, and its format that of the letterbox; a sound one. */
void pw_picture_put(const pawl_picture *picture, pk_problem *problem);

#endif
