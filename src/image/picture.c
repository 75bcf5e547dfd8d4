/* SPDX-License-Identifier: Apache-2.0 */
/* One table says what the formats are: planes, channels, and by what the sides are divided. */
#include "image/picture.h"

#include "base/fail.h"

#define MAX_PLANES 2
#define MAX_ROW    ((size_t)INT32_MAX)

typedef struct layout {
    const char *name;
    pk_format format;
    struct {
        int32_t channels, part; /* a value for part x part pixels */
    } plane[MAX_PLANES];
} layout;

static const layout layouts[] = {
    [PAWL_PICTURE_RGB] = {"RGB", PK_RGB, {{3, 1}}},
    [PAWL_PICTURE_BGR] = {"BGR", PK_BGR, {{3, 1}}},
    [PAWL_PICTURE_GREY] = {"grey", PK_GREY, {{1, 1}}},
    [PAWL_PICTURE_NV12] = {"NV12", PK_NV12, {{1, 1}, {2, 2}}},
};

static size_t row_of(const layout *of, size_t plane, int32_t width)
{
    return (size_t)(width / of->plane[plane].part) * (size_t)of->plane[plane].channels;
}

static pawl_status check_plane(const pawl_picture *picture, const layout *of, size_t plane,
                               size_t at, pawl_error *error)
{
    const pawl_plane *given = &picture->planes[plane];
    if (of->plane[plane].channels == 0)
        return given->bytes == NULL
                   ? PAWL_OK
                   : pw_fail(error, PAWL_ERR_ARGUMENT,
                             "picture %zu: %s has one plane, and planes[%zu] is given", at,
                             of->name, plane);
    if (given->bytes == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu: planes[%zu].bytes is NULL", at,
                       plane);
    const size_t least = row_of(of, plane, picture->width);
    if (given->row_size >= least && given->row_size <= MAX_ROW &&
        given->row_size <= PTRDIFF_MAX / (size_t)picture->height)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_ARGUMENT,
                   "picture %zu: planes[%zu].row_size is %zu: rows of %s, %d pixels wide, have %zu "
                   "bytes, and lie at most 2^31 - 1 apart",
                   at, plane, given->row_size, of->name, picture->width, least);
}

static pawl_status check_kind(const pawl_picture *picture, size_t at, pawl_error *error)
{
    /* as numbers, whatever the type of an enum is */
    if ((uint32_t)picture->format >= PW_COUNT(layouts))
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

static pawl_status check_sides(const pawl_picture *picture, const layout *of, size_t at,
                               pawl_error *error)
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
    if (of->format == PK_NV12 && (width % 2 != 0 || height % 2 != 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "picture %zu is %d x %d: the sides of NV12 are even", at, width, height);
    return PAWL_OK;
}

pawl_status pw_picture_check(const pawl_picture *picture, size_t at, pawl_error *error)
{
    PW_TRY(check_kind(picture, at, error));
    const layout *of = &layouts[picture->format];
    PW_TRY(check_sides(picture, of, at, error));
    for (size_t plane = 0; plane < MAX_PLANES; plane++)
        PW_TRY(check_plane(picture, of, plane, at, error));
    return PAWL_OK;
}

void pw_picture_put(const pawl_picture *picture, pk_problem *problem)
{
    const layout *of = &layouts[picture->format];
    pk_letterbox *how = &problem->as.letterbox;
    how->format = of->format;
    how->matrix = picture->matrix == PAWL_MATRIX_BT709 ? PK_BT709 : PK_BT601;
    how->is_full_range = picture->range == PAWL_RANGE_FULL;
    problem->source_count = 0;
    for (size_t plane = 0; plane < MAX_PLANES && of->plane[plane].channels > 0; plane++) {
        const size_t channels = (size_t)of->plane[plane].channels;
        const size_t height = (size_t)(picture->height / of->plane[plane].part);
        pk_tensor *to = &problem->source[problem->source_count++];
        *to = pk_tensor_nhwc(PK_U8, 1, channels, height,
                             (size_t)(picture->width / of->plane[plane].part), channels);
        to->row = picture->planes[plane].row_size;
        to->picture = to->row * height;
    }
}
