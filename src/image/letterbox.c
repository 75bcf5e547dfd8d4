/* SPDX-License-Identifier: Apache-2.0 */
/* Letterbox: where a picture goes in the network's input, and the kernel that puts it there. */
#include "image/letterbox.h"
#include "base/cpu_info.h"
#include "base/size.h"
#include "kernels/kernel.h"
#include <math.h>

#define PAD      114
#define CHANNELS 3

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

pawl_letterbox pawl_letterbox_fit_rect(int32_t picture_width, int32_t picture_height, int32_t width,
                                       int32_t height, int32_t stride)
{
    pawl_letterbox box = pawl_letterbox_fit(picture_width, picture_height, width, height);
    if (stride < 1 || box.inner_width < 1)
        return box;
    const int32_t beside = (width - box.inner_width) % stride;
    const int32_t above = (height - box.inner_height) % stride;
    box.width = box.inner_width + beside;
    box.height = box.inner_height + above;
    box.pad_x = clamp(round_half_even(beside / 2.0 - 0.1), 0, beside);
    box.pad_y = clamp(round_half_even(above / 2.0 - 0.1), 0, above);
    return box;
}

/* A call of the kernel table: the problem, who solves it, and what it needs. */
typedef struct work {
    pk_problem problem;
    const pk_implementation *implementation; /* NULL: nobody can */
    pk_needs needs;
} work;

/* The picture, of which a window may be taken, to height rows of width pixels. */
static void make_work(work *to, const pawl_picture *picture, const pk_letterbox *how, int32_t width,
                      int32_t height)
{
    to->problem = (pk_problem){
        .op = PK_LETTERBOX,
        .destination = pk_tensor_nhwc(PK_U8, 1, CHANNELS, (size_t)height, (size_t)width, CHANNELS),
        .as.letterbox = *how,
        .workers = 1};
    pw_picture_put(picture, &to->problem);
    const pk_machine machine = {.isa = pw_isa_mask(), .cores = 1};
    to->implementation = pk_select(machine.isa, &to->problem);
    if (to->implementation != NULL)
        to->implementation->plan(to->implementation, &to->problem, &machine, &to->needs);
}

/* Packed constants, then what a worker needs, after what it takes to begin on a cache line. */
static size_t scratch_size_of(const work *of)
{
    return pw_size_align(of->needs.packed, PK_CACHE_LINE) +
           pw_size_align(of->needs.scratch, PK_CACHE_LINE) + PK_CACHE_LINE;
}

static bool lies_within(const pk_letterbox *how, int32_t width, int32_t height)
{
    return how->inner_top >= 0 && how->inner_top <= height && how->inner_height > 0 &&
           how->inner_height <= (size_t)(height - how->inner_top) &&
           how->inner_left <= (size_t)width && how->inner_width > 0 &&
           how->inner_width <= (size_t)width - how->inner_left;
}

pawl_status pw_fit_into(const pawl_picture *picture, const pk_letterbox *how, int32_t width,
                        int32_t height, uint8_t *network, void *scratch, size_t scratch_size,
                        int32_t first, int32_t last)
{
    if (picture->planes[0].bytes == NULL || width < 1 || height < 1 ||
        !lies_within(how, width, height) || first < 0 || last > height)
        return PAWL_ERR_INTERNAL;
    if (first >= last)
        return PAWL_OK;
    pk_letterbox band = *how;
    band.inner_top -= first;
    work job;
    make_work(&job, picture, &band, width, last - first);
    if (job.implementation == NULL || scratch_size < scratch_size_of(&job))
        return PAWL_ERR_INTERNAL;
    uint8_t *packed = scratch;
    packed += (PK_CACHE_LINE - (uintptr_t)packed % PK_CACHE_LINE) % PK_CACHE_LINE;
    job.implementation->pack(job.implementation, &job.problem, NULL, packed);
    const pk_call call = {
        .implementation = job.implementation,
        .problem = &job.problem,
        .needs = &job.needs,
        .source = {picture->planes[0].bytes, picture->planes[1].bytes, picture->planes[2].bytes},
        .destination = network + (size_t)first * job.problem.destination.row,
        .packed = packed};
    pk_run_all(&call, packed + pw_size_align(job.needs.packed, PK_CACHE_LINE));
    return PAWL_OK;
}

pk_letterbox pw_letterbox_of(const pawl_picture *picture, const pawl_letterbox *box)
{
    return (pk_letterbox){.height = (size_t)picture->height,
                          .width = (size_t)picture->width,
                          .inner_top = box->pad_y,
                          .inner_left = (size_t)box->pad_x,
                          .inner_height = (size_t)box->inner_height,
                          .inner_width = (size_t)box->inner_width,
                          .fill = PAD};
}

size_t pw_fit_scratch_size(const pawl_picture *picture, int32_t width, int32_t height)
{
    const pawl_letterbox box = {
        .width = width, .height = height, .inner_width = width, .inner_height = height};
    const pk_letterbox how = pw_letterbox_of(picture, &box);
    work job = {.implementation = NULL};
    make_work(&job, picture, &how, width, height);
    return scratch_size_of(&job);
}

pawl_status pw_letterbox_into(const pawl_picture *picture, const pawl_letterbox *box,
                              uint8_t *network, void *scratch, size_t scratch_size, int32_t first,
                              int32_t last)
{
    const pk_letterbox how = pw_letterbox_of(picture, box);
    return pw_fit_into(picture, &how, box->width, box->height, network, scratch, scratch_size,
                       first, last);
}
