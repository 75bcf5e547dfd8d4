/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller's picture must be, and how a kernel is told of it. */
#include "image/picture.h"

#include "base/fail.h"
#include "kernels/image/format.h"

#define MAX_ROW ((size_t)INT32_MAX)

typedef struct kind {
    const char *name;
    pk_format format;
} kind;

static const kind kinds[] = {
    [PAWL_PICTURE_RGB] = {"RGB", PK_RGB},    [PAWL_PICTURE_BGR] = {"BGR", PK_BGR},
    [PAWL_PICTURE_GREY] = {"grey", PK_GREY}, [PAWL_PICTURE_NV12] = {"NV12", PK_NV12},
    [PAWL_PICTURE_I420] = {"I420", PK_I420}, [PAWL_PICTURE_YUYV] = {"YUYV", PK_YUYV},
};

const pk_format_layout *pw_picture_layout(pawl_picture_format format)
{
    return pk_format_layout_of(kinds[format].format);
}

static size_t row_of(const pk_format_layout *layout, size_t plane, int32_t width)
{
    return pk_format_part((size_t)width, layout->plane[plane].across) *
           layout->plane[plane].channels;
}

static pawl_status check_plane(const pawl_picture *picture, size_t plane, size_t at,
                               pawl_error *error)
{
    const char *name = kinds[picture->format].name;
    const pk_format_layout *layout = pw_picture_layout(picture->format);
    const pawl_plane *given = &picture->planes[plane];
    if (plane >= layout->plane_count)
        return given->bytes == NULL
                   ? PAWL_OK
                   : pw_fail(error, PAWL_ERR_ARGUMENT,
                             "picture %zu: %s has %zu %s, and planes[%zu] is given", at, name,
                             layout->plane_count, layout->plane_count == 1 ? "plane" : "planes",
                             plane);
    if (given->bytes == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu: planes[%zu].bytes is NULL", at,
                       plane);
    const size_t least = row_of(layout, plane, picture->width);
    if (given->row_size >= least && given->row_size <= MAX_ROW &&
        given->row_size <= PTRDIFF_MAX / (size_t)picture->height)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_ARGUMENT,
                   "picture %zu: planes[%zu].row_size is %zu: rows of %s, %d pixels wide, have %zu "
                   "bytes, and lie at most 2^31 - 1 apart",
                   at, plane, given->row_size, name, picture->width, least);
}

static pawl_status check_kind(const pawl_picture *picture, size_t at, pawl_error *error)
{
    /* as numbers, whatever the type of an enum is */
    if ((uint32_t)picture->format >= PW_COUNT(kinds))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu: format %d does not exist", at,
                       (int)picture->format);
    if ((uint32_t)picture->matrix > PAWL_MATRIX_BT709)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu: matrix %d does not exist", at,
                       (int)picture->matrix);
    if ((uint32_t)picture->range > PAWL_RANGE_FULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu: range %d does not exist", at,
                       (int)picture->range);
    return PAWL_OK;
}

static pawl_status check_sides(const pawl_picture *picture, size_t at, pawl_error *error)
{
    const int32_t width = picture->width, height = picture->height;
    if (width < 1 || height < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "picture %zu is %d x %d: width and height must be at least 1", at, width,
                       height);
    if (width > PW_IMAGE_MAX_SIDE || height > PW_IMAGE_MAX_SIDE ||
        (int64_t)width * height > PW_IMAGE_MAX_PIXELS)
        return pw_fail(error, PAWL_ERR_LIMIT,
                       "picture %zu is %d x %d: at most %d a side and 2^28 pixels are possible", at,
                       width, height, PW_IMAGE_MAX_SIDE);
    return PAWL_OK;
}

pawl_status pw_picture_check(const pawl_picture *picture, size_t at, pawl_error *error)
{
    PW_TRY(check_kind(picture, at, error));
    PW_TRY(check_sides(picture, at, error));
    for (size_t plane = 0; plane < PW_COUNT(picture->planes); plane++)
        PW_TRY(check_plane(picture, plane, at, error));
    return PAWL_OK;
}

void pw_picture_put(const pawl_picture *picture, pk_problem *problem)
{
    const pk_format_layout *layout = pw_picture_layout(picture->format);
    pk_letterbox *how = &problem->as.letterbox;
    how->format = kinds[picture->format].format;
    how->matrix = picture->matrix == PAWL_MATRIX_BT709 ? PK_BT709 : PK_BT601;
    how->is_full_range = picture->range == PAWL_RANGE_FULL;
    problem->source_count = layout->plane_count;
    for (size_t i = 0; i < layout->plane_count; i++) {
        const size_t height = pk_format_part((size_t)picture->height, layout->plane[i].down);
        const size_t width = pk_format_part((size_t)picture->width, layout->plane[i].across);
        pk_tensor *to = &problem->source[i];
        *to = pk_tensor_nhwc(PK_U8, 1, layout->plane[i].channels, height, width,
                             layout->plane[i].channels);
        to->row = picture->planes[i].row_size;
        to->picture = to->row * height;
    }
}
