/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of masks; which box and which memory is detector_masks.c's. */
#include "detect/masks.h"
#include "kernels/simd/scalar.h"

#include <math.h>
#include <string.h>

/* Places from .. to along an axis of size places: crop_mask() keeps those p with from <= p < to. */
static void cut(float from, float to, int32_t size, int32_t *first, int32_t *end)
{
    const float low = ceilf(from), high = ceilf(to);
    *first = !(low > 0) ? 0 : low < (float)size ? (int32_t)low : size;
    *end = !(high > 0) ? 0 : high < (float)size ? (int32_t)high : size;
}

static pk_mask_area crop_of(const float box[4], float by_height, float by_width, int32_t height,
                            int32_t width)
{
    pk_mask_area crop;
    cut(box[1] * by_height, box[3] * by_height, height, &crop.top, &crop.bottom);
    cut(box[0] * by_width, box[2] * by_width, width, &crop.left, &crop.right);
    return crop;
}

void pw_mask_weigh(const pw_mask_source *source, pk_mask_area inside, float *plane)
{
    const size_t width = (size_t)source->width, size = (size_t)source->height * width;
    memset(plane, 0, size * sizeof(float));
    for (int32_t y = inside.top; y < inside.bottom; y++) {
        float *row = plane + (size_t)y * width;
        for (int32_t k = 0; k < source->count; k++) {
            const float *prototype = source->prototypes + (size_t)k * size + (size_t)y * width;
            for (int32_t x = inside.left; x < inside.right; x++)
                row[x] = pk_mask_add(row[x], source->coefficients[k], prototype[x]);
        }
        for (int32_t x = inside.left; x < inside.right; x++)
            row[x] = vf32_sigmoid(row[x]);
    }
}

/* Where an output place lies between two input places. */
typedef struct between {
    int32_t low, high;
    float weight; /* of high */
} between;

/* PyTorch's bilinear interpolation with align_corners=False. */
static between torch_place(int32_t at, int32_t from, int32_t to)
{
    const float scale = (float)from / (float)to;
    const float source = fmaxf(0.0f, scale * ((float)at + 0.5f) - 0.5f);
    const int32_t low = (int32_t)source < from - 1 ? (int32_t)source : from - 1;
    return (between){low, low + (low < from - 1), source - (float)low};
}

static float blend(const float *row_low, const float *row_high, between x, between y)
{
    const float above = row_low[x.low] * (1.0f - x.weight) + row_low[x.high] * x.weight;
    const float below = row_high[x.low] * (1.0f - x.weight) + row_high[x.high] * x.weight;
    return above * (1.0f - y.weight) + below * y.weight;
}

/* Enlarges the part of a plane to height x width; only pixels of the crop can be 1. */
static void enlarge(const float *plane, int32_t plane_width, pk_mask_area part, pk_mask_area crop,
                    int32_t height, int32_t width, uint8_t *mask)
{
    memset(mask, 0, (size_t)height * (size_t)width);
    for (int32_t y = crop.top; y < crop.bottom; y++) {
        const between row = torch_place(y, part.bottom - part.top, height);
        const float *low = plane + (ptrdiff_t)(part.top + row.low) * plane_width + part.left;
        const float *high = plane + (ptrdiff_t)(part.top + row.high) * plane_width + part.left;
        for (int32_t x = crop.left; x < crop.right; x++) {
            const between column = torch_place(x, part.right - part.left, width);
            mask[(size_t)y * (size_t)width + (size_t)x] = blend(low, high, column, row) > 0.5f;
        }
    }
}

pk_mask_area pw_mask_inside(int32_t plane_height, int32_t plane_width, const float box[4],
                            int32_t height, int32_t width)
{
    const float by_height = (float)plane_height / (float)height;
    const float by_width = (float)plane_width / (float)width;
    return crop_of(box, by_height, by_width, plane_height, plane_width);
}

pk_mask_area pw_mask_enlarge(const float *plane, int32_t plane_height, int32_t plane_width,
                             const float box[4], int32_t height, int32_t width, uint8_t *mask)
{
    const float by_height = (float)plane_height / (float)height;
    const float by_width = (float)plane_width / (float)width;
    const pk_mask_area whole = {0, plane_height, 0, plane_width};
    /* Enlarging reaches one place beyond the crop at most: what lies further is zero. */
    const float reach_y = 2.0f / by_height, reach_x = 2.0f / by_width;
    const float wide[4] = {box[0] - reach_x, box[1] - reach_y, box[2] + reach_x, box[3] + reach_y};
    const pk_mask_area reached = crop_of(wide, 1, 1, height, width);
    enlarge(plane, plane_width, whole, reached, height, width, mask);
    return reached;
}

/* The part of a letterboxed height x width that holds the picture: int() of the exact pads. */
static pk_mask_area letterboxed(int32_t height, int32_t width, int32_t picture_height,
                                int32_t picture_width)
{
    const double by_height = (double)height / picture_height;
    const double by_width = (double)width / picture_width;
    const double gain = by_height < by_width ? by_height : by_width;
    const double pad_x = (width - picture_width * gain) / 2;
    const double pad_y = (height - picture_height * gain) / 2;
    pk_mask_area part = {(int32_t)pad_y, (int32_t)(height - pad_y), (int32_t)pad_x,
                         (int32_t)(width - pad_x)};
    part.bottom = part.bottom > part.top ? part.bottom : part.top + 1;
    part.right = part.right > part.left ? part.right : part.left + 1;
    return part;
}

pk_mask_area pw_mask_inside_native(int32_t plane_height, int32_t plane_width, int32_t height,
                                   int32_t width)
{
    return letterboxed(plane_height, plane_width, height, width);
}

void pw_mask_enlarge_native(const float *plane, int32_t plane_height, int32_t plane_width,
                            const float box[4], int32_t height, int32_t width, uint8_t *mask)
{
    const pk_mask_area part = letterboxed(plane_height, plane_width, height, width);
    enlarge(plane, plane_width, part, crop_of(box, 1, 1, height, width), height, width, mask);
}

/* OpenCV's INTER_LINEAR. */
static between opencv_place(int32_t at, int32_t from, int32_t to)
{
    const float source = (float)((at + 0.5) * ((double)from / to) - 0.5);
    const int32_t low = (int32_t)floorf(source);
    if (low < 0)
        return (between){0, 0, 0.0f};
    if (low >= from - 1)
        return (between){from - 1, from - 1, 0.0f};
    return (between){low, low + 1, source - (float)low};
}

/* Of an axis resized from size places to so many: those that can be filled out of first .. end. */
static void reach(int32_t first, int32_t end, int32_t size, int32_t to, int32_t *low, int32_t *high)
{
    const double scale = (double)to / size;
    const double from = floor((first - 1) * scale) - 1, behind = ceil((end + 1) * scale) + 1;
    *low = from > 0 ? from < to ? (int32_t)from : to : 0;
    *high = behind > 0 ? behind < to ? (int32_t)behind : to : 0;
}

void pw_mask_to_picture(const uint8_t *network, int32_t network_height, int32_t network_width,
                        pk_mask_area inside, int32_t height, int32_t width, uint8_t *mask)
{
    const pk_mask_area part = letterboxed(network_height, network_width, height, width);
    const uint8_t *corner = network + (ptrdiff_t)part.top * network_width + part.left;
    const int32_t rows = part.bottom - part.top, columns = part.right - part.left;
    pk_mask_area out;
    reach(inside.top - part.top, inside.bottom - part.top, rows, height, &out.top, &out.bottom);
    reach(inside.left - part.left, inside.right - part.left, columns, width, &out.left, &out.right);
    memset(mask, 0, (size_t)height * (size_t)width);
    for (int32_t y = out.top; y < out.bottom; y++) {
        const between row = opencv_place(y, rows, height);
        const uint8_t *low = corner + (ptrdiff_t)row.low * network_width;
        const uint8_t *high = corner + (ptrdiff_t)row.high * network_width;
        for (int32_t x = out.left; x < out.right; x++) {
            const between column = opencv_place(x, columns, width);
            const float above = (float)low[column.low] * (1 - column.weight) +
                                (float)low[column.high] * column.weight;
            const float below = (float)high[column.low] * (1 - column.weight) +
                                (float)high[column.high] * column.weight;
            mask[(size_t)y * (size_t)width + (size_t)x] =
                above * (1 - row.weight) + below * row.weight > 0.5f;
        }
    }
}
