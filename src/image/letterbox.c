/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Letterbox. The arithmetic is that of OpenCV's resize for 8-bit INTER_LINEAR, which every YOLOv5
 * picture went through in training: positions in float, weights of 11 bits, a horizontal pass kept
 * to 15 bits, a vertical pass of two truncated high products. Exactly half the size is a mean of
 * four pixels, and the same size is a copy.
 */
#include "image/letterbox.h"
#include "base/size.h"
#include <math.h>
#include <string.h>

#define PAD          114
#define WEIGHT_ONE   2048.0f
#define CHANNELS     3
#define SCRATCH_STEP 64
#define LOAD         4 /* bytes that are moved for a pixel of three: one load and one store */

_Static_assert(PW_IMAGE_SLACK >= CHANNELS + LOAD, "the last pixel's neighbour is loaded too");

/* A vertical position: two source rows and their weights. */
typedef struct position {
    int32_t above, below;
    int16_t above_weight, below_weight;
} position;

/*
 * What one call works with, cut from the scratch memory. A source row is first gathered into left
 * and right, output pixel by output pixel, so that the multiplications run over plain arrays.
 * line[i] holds the horizontal pass of source row line_row[i].
 */
typedef struct work {
    const pw_image *image;
    const pawl_letterbox *box;
    int32_t *offsets; /* byte of a row at which an output column's left pixel begins */
    int16_t *left_weights, *right_weights; /* one a channel */
    uint8_t *left, *right;
    int16_t *line[2];
    int32_t line_row[2];
} work;

static int32_t round_half_even(double value)
{
    return (int32_t)rint(value);
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

pawl_letterbox pawl_letterbox_fit(int32_t picture_width, int32_t picture_height, int32_t width,
                                  int32_t height)
{
    pawl_letterbox box = {.width = width, .height = height};
    if (picture_width < 1 || picture_height < 1 || width < 1 || height < 1)
        return box;
    const double by_height = (double)height / picture_height;
    const double by_width = (double)width / picture_width;
    const double ratio = by_height < by_width ? by_height : by_width;
    box.inner_width = clamp(round_half_even(picture_width * ratio), 1, width);
    box.inner_height = clamp(round_half_even(picture_height * ratio), 1, height);
    /* The -0.1 sends an odd pixel to the right and the bottom, as YOLOv5 does. */
    box.pad_x = clamp(round_half_even((width - box.inner_width) / 2.0 - 0.1), 0, width);
    box.pad_y = clamp(round_half_even((height - box.inner_height) / 2.0 - 0.1), 0, height);
    box.scale = (float)ratio;
    return box;
}

/* The source position of output index at, and how far (0..1) it lies beyond its whole part. */
static int32_t source_of(int32_t at, int32_t from, int32_t to, float *fraction)
{
    const double scale = 1.0 / ((double)to / from);
    const float exact = (float)((at + 0.5) * scale - 0.5);
    const float whole = floorf(exact);
    *fraction = exact - whole;
    return (int32_t)whole;
}

static int16_t weight_of(float part)
{
    return (int16_t)rintf(part * WEIGHT_ONE);
}

static void fill_columns(work *job)
{
    const int32_t from = job->image->width;
    for (int32_t x = 0; x < job->box->inner_width; x++) {
        float fraction;
        int32_t left = source_of(x, from, job->box->inner_width, &fraction);
        if (left < 0 || left >= from - 1) { /* what lies right of the last pixel weighs nothing */
            fraction = 0.0f;
            left = left < 0 ? 0 : from - 1;
        }
        job->offsets[x] = left * CHANNELS;
        for (int32_t c = 0; c < CHANNELS; c++) {
            job->left_weights[x * CHANNELS + c] = weight_of(1.0f - fraction);
            job->right_weights[x * CHANNELS + c] = weight_of(fraction);
        }
    }
}

/* Unlike columns, rows beyond an edge keep their weights: both are the edge row then. */
static position row_position(int32_t y, int32_t from, int32_t to)
{
    float fraction;
    const int32_t above = source_of(y, from, to, &fraction);
    return (position){.above = clamp(above, 0, from - 1),
                      .below = clamp(above + 1, 0, from - 1),
                      .above_weight = weight_of(1.0f - fraction),
                      .below_weight = weight_of(fraction)};
}

static void gather(const work *job, const uint8_t *restrict row)
{
    uint8_t *restrict left = job->left;
    uint8_t *restrict right = job->right;
    for (int32_t x = 0; x < job->box->inner_width; x++) {
        memcpy(left + (size_t)x * CHANNELS, row + job->offsets[x], LOAD);
        memcpy(right + (size_t)x * CHANNELS, row + job->offsets[x] + CHANNELS, LOAD);
    }
}

static void blend(const uint8_t *restrict left, const uint8_t *restrict right,
                  const int16_t *restrict left_weights, const int16_t *restrict right_weights,
                  size_t count, int16_t *restrict line)
{
    for (size_t i = 0; i < count; i++)
        line[i] = (int16_t)((left[i] * left_weights[i] + right[i] * right_weights[i]) >> 4);
}

static void vertical_pass(const int16_t *restrict above, const int16_t *restrict below, int16_t a,
                          int16_t b, size_t count, uint8_t *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        const int32_t sum = ((above[i] * a) >> 16) + ((below[i] * b) >> 16);
        out[i] = (uint8_t)((sum + 2) >> 2);
    }
}

/* The horizontal pass of a source row; the two rows last used are kept, and keep names the one that
 * must stay. */
static const int16_t *line_of(work *job, int32_t row, int32_t keep)
{
    for (size_t i = 0; i < 2; i++) {
        if (job->line_row[i] == row)
            return job->line[i];
    }
    const size_t slot = job->line_row[0] == keep ? 1 : 0;
    gather(job, pw_image_row(job->image, row));
    blend(job->left, job->right, job->left_weights, job->right_weights,
          (size_t)job->box->inner_width * CHANNELS, job->line[slot]);
    job->line_row[slot] = row;
    return job->line[slot];
}

static void linear_row(work *job, int32_t y, uint8_t *out)
{
    const position at = row_position(y, job->image->height, job->box->inner_height);
    const int16_t *above = line_of(job, at.above, at.below);
    const int16_t *below = line_of(job, at.below, at.above);
    vertical_pass(above, below, at.above_weight, at.below_weight,
                  (size_t)job->box->inner_width * CHANNELS, out);
}

static void half_row(const pw_image *image, int32_t y, int32_t count, uint8_t *restrict out)
{
    const uint8_t *restrict above = pw_image_row(image, 2 * y);
    const uint8_t *restrict below = pw_image_row(image, 2 * y + 1);
    for (int32_t x = 0; x < count; x++) {
        for (int32_t c = 0; c < CHANNELS; c++) {
            const int32_t i = 2 * CHANNELS * x + c;
            const int32_t sum = above[i] + above[i + CHANNELS] + below[i] + below[i + CHANNELS];
            out[CHANNELS * x + c] = (uint8_t)((sum + 2) >> 2);
        }
    }
}

static void inner_row(work *job, int32_t y, uint8_t *out)
{
    const pw_image *image = job->image;
    const int32_t width = job->box->inner_width;
    const int32_t height = job->box->inner_height;
    if (image->width == width && image->height == height)
        memcpy(out, pw_image_row(image, y), (size_t)width * CHANNELS);
    else if (image->width == 2 * (int64_t)width && image->height == 2 * (int64_t)height)
        half_row(image, y, width, out);
    else
        linear_row(job, y, out);
}

/* Sizes of the parts of the scratch memory, each a whole number of cache lines. */
static size_t offset_bytes(const pawl_letterbox *box)
{
    return pw_size_align((size_t)box->inner_width * sizeof(int32_t), SCRATCH_STEP);
}

static size_t line_bytes(const pawl_letterbox *box)
{
    return pw_size_align((size_t)box->inner_width * CHANNELS * sizeof(int16_t), SCRATCH_STEP);
}

static size_t gather_bytes(const pawl_letterbox *box)
{
    return pw_size_align((size_t)box->inner_width * CHANNELS + LOAD, SCRATCH_STEP);
}

size_t pw_letterbox_scratch_size(int32_t picture_width, int32_t picture_height,
                                 const pawl_letterbox *box)
{
    (void)
        picture_width; /* the rows that are kept are as long as the output, whatever the picture */
    (void)picture_height;
    return offset_bytes(box) + 4 * line_bytes(box) + 2 * gather_bytes(box);
}

static void cut_scratch(work *job, uint8_t *memory)
{
    const size_t line = line_bytes(job->box);
    job->offsets = (int32_t *)(void *)memory;
    memory += offset_bytes(job->box);
    job->left_weights = (int16_t *)(void *)memory;
    job->right_weights = (int16_t *)(void *)(memory + line);
    job->line[0] = (int16_t *)(void *)(memory + 2 * line);
    job->line[1] = (int16_t *)(void *)(memory + 3 * line);
    job->left = memory + 4 * line;
    job->right = job->left + gather_bytes(job->box);
}

static bool is_box_sound(const pw_image *image, const pawl_letterbox *box)
{
    return image->pixels != NULL && box->inner_width > 0 && box->inner_height > 0 &&
           box->pad_x >= 0 && box->pad_y >= 0 && box->inner_width <= box->width - box->pad_x &&
           box->inner_height <= box->height - box->pad_y;
}

pawl_status pw_letterbox_into(const pw_image *image, const pawl_letterbox *box, uint8_t *network,
                              void *scratch, size_t scratch_size, int32_t first, int32_t last)
{
    if (!is_box_sound(image, box) || first < 0 || last > box->height ||
        scratch_size < pw_letterbox_scratch_size(image->width, image->height, box))
        return PAWL_ERR_INTERNAL;
    work job = {.image = image, .box = box, .line_row = {-1, -1}};
    cut_scratch(&job, scratch);
    fill_columns(&job);

    const size_t row_size = (size_t)box->width * CHANNELS;
    const size_t left = (size_t)box->pad_x * CHANNELS;
    const size_t inner = (size_t)box->inner_width * CHANNELS;
    for (int32_t y = first; y < last; y++) {
        uint8_t *out = network + (size_t)y * row_size;
        if (y < box->pad_y || y >= box->pad_y + box->inner_height) {
            memset(out, PAD, row_size);
            continue;
        }
        memset(out, PAD, left);
        inner_row(&job, y - box->pad_y, out + left);
        memset(out + left + inner, PAD, row_size - left - inner);
    }
    return PAWL_OK;
}
