/* SPDX-License-Identifier: Apache-2.0 */
/* A crop is a letterbox without pads, of a window of the picture; resizing is one of the whole. */
#include "image/centre_crop.h"

#include "base/memory.h"

pk_letterbox pw_centre_crop_of(const pawl_picture *picture, int32_t width, int32_t height)
{
    const int32_t side = picture->width < picture->height ? picture->width : picture->height;
    return (pk_letterbox){.top = (size_t)((picture->height - side) / 2),
                          .left = (size_t)((picture->width - side) / 2),
                          .height = (size_t)side,
                          .width = (size_t)side,
                          .inner_height = (size_t)height,
                          .inner_width = (size_t)width};
}

pawl_status pw_centre_crop_into(const pawl_picture *picture, int32_t width, int32_t height,
                                uint8_t *network, void *scratch, size_t scratch_size, int32_t first,
                                int32_t last)
{
    const pk_letterbox how = pw_centre_crop_of(picture, width, height);
    return pw_fit_into(picture, &how, width, height, network, scratch, scratch_size, first, last);
}

typedef pawl_status (*fit_function)(const pawl_picture *picture, int32_t width, int32_t height,
                                    uint8_t *network, void *scratch, size_t scratch_size,
                                    int32_t first, int32_t last);

/* A new image of that size, made of a picture. */
static pawl_status fit_new(const pawl_picture *picture, fit_function fit, int32_t width,
                           int32_t height, pw_image **image, pawl_error *error)
{
    pw_image *made PW_MAKING = NULL;
    PW_TRY(pw_image_new(&made, error));
    PW_TRY(pw_image_allocate(made, width, height, error));
    const size_t scratch_size = pw_fit_scratch_size(picture, width, height);
    void *scratch PW_AUTO_FREE = pw_alloc(scratch_size);
    if (scratch == NULL)
        return pw_fail_memory(error, "rows of a picture", scratch_size);
    PW_TRY(fit(picture, width, height, made->pixels, scratch, scratch_size, 0, height));
    *image = PW_TAKE(made);
    return PAWL_OK;
}

static pawl_status make_image(pawl_image *image, fit_function fit, int32_t width, int32_t height,
                              pawl_image **result, pawl_error *error)
{
    pw_image *used PW_USING = NULL;
    pw_image *made = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const pawl_picture picture = pw_image_picture(used);
    PW_TRY(fit_new(&picture, fit, width, height, &made, error));
    *result = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_image_centre_crop(pawl_image *image, int32_t width, int32_t height,
                                   pawl_image **cropped, pawl_error *error)
{
    if (cropped == NULL || width < 1 || height < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_centre_crop: %s",
                       cropped == NULL ? "cropped is NULL" : "width and height must be at least 1");
    return make_image(image, pw_centre_crop_into, width, height, cropped, error);
}

static pawl_status resize_into(const pawl_picture *picture, int32_t width, int32_t height,
                               uint8_t *network, void *scratch, size_t scratch_size, int32_t first,
                               int32_t last)
{
    const pk_letterbox how = {.height = (size_t)picture->height,
                              .width = (size_t)picture->width,
                              .inner_height = (size_t)height,
                              .inner_width = (size_t)width};
    return pw_fit_into(picture, &how, width, height, network, scratch, scratch_size, first, last);
}

pawl_status pawl_image_resize(pawl_image *image, int32_t width, int32_t height,
                              pawl_image **resized, pawl_error *error)
{
    if (resized == NULL || width < 1 || height < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_resize: %s",
                       resized == NULL ? "resized is NULL" : "width and height must be at least 1");
    return make_image(image, resize_into, width, height, resized, error);
}

static pawl_status check_given(const char *function, const pawl_picture *picture, const void *image,
                               pawl_error *error)
{
    if (picture == NULL || image == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: %s is NULL", function,
                       picture == NULL ? "picture" : "image");
    return pw_picture_check(picture, 0, error);
}

/* Resized to the size it has, which changes no pixel: what is left is R, G, B. */
pawl_status pawl_image_convert(const pawl_picture *picture, pawl_image **image, pawl_error *error)
{
    pw_image *made = NULL;
    PW_TRY(check_given("pawl_image_convert", picture, image, error));
    PW_TRY(fit_new(picture, resize_into, picture->width, picture->height, &made, error));
    *image = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_image_picture_set(pawl_image *image, const pawl_picture *picture,
                                   pawl_error *error)
{
    pw_image *used PW_USING = NULL;
    PW_TRY(check_given("pawl_image_picture_set", picture, image, error));
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    const int32_t width = picture->width, height = picture->height;
    const size_t scratch_size = pw_fit_scratch_size(picture, width, height);
    void *scratch PW_AUTO_FREE = pw_alloc(scratch_size);
    if (scratch == NULL)
        return pw_fail_memory(error, "rows of a picture", scratch_size);
    if (used->width != width || used->height != height)
        PW_TRY(pw_image_allocate(used, width, height, error));
    return resize_into(picture, width, height, used->pixels, scratch, scratch_size, 0, height);
}
