/* SPDX-License-Identifier: Apache-2.0 */
/* The letterbox and the centre crop of the device against the CPU's: equal to the bit. */
#include "base/memory.h"
#include "gpu/gpu_test.h"
#include "image/centre_crop.h"
#include "image/letterbox.h"

#include <string.h>

typedef struct fit_case {
    pw_image image; /* of no handle */
    int32_t height, width;
    bool is_cropped;
    uint8_t *bytes; /* the CPU's */
    float *planes;  /* the device's */
    pw_gpu_memory *picture, *made, *description;
} fit_case;

static const float mean[3] = {0.485f, 0.456f, 0.406f}, deviation[3] = {0.229f, 0.224f, 0.225f};

static pk_letterbox how_of(const fit_case *of)
{
    const pawl_picture picture = pw_image_picture(&of->image);
    const pawl_letterbox box =
        pawl_letterbox_fit(picture.width, picture.height, of->width, of->height);
    return of->is_cropped ? pw_centre_crop_of(&picture, of->width, of->height)
                          : pw_letterbox_of(&picture, &box);
}

static pawl_status on_cpu(const fit_case *of, pawl_error *error)
{
    const pawl_letterbox box =
        pawl_letterbox_fit(of->image.width, of->image.height, of->width, of->height);
    const pawl_picture picture = pw_image_picture(&of->image);
    const size_t size = pw_fit_scratch_size(&picture, of->width, of->height);
    void *scratch PW_AUTO_FREE = pw_alloc(size);
    if (scratch == NULL)
        return pw_fail_memory(error, "scratch", size);
    return of->is_cropped
               ? pw_centre_crop_into(&picture, of->width, of->height, of->bytes, scratch, size, 0,
                                     of->height)
               : pw_letterbox_into(&picture, &box, of->bytes, scratch, size, 0, of->height);
}

static pawl_status on_device(gpu *with, const fit_case *of, size_t size, pawl_error *error)
{
    const pk_letterbox how = how_of(of);
    pw_gpu_fit fit = {.how = &how,
                      .row_size = of->image.row_size,
                      .height = (size_t)of->height,
                      .width = (size_t)of->width,
                      .deviation = {1, 1, 1}};
    if (of->is_cropped) {
        memcpy(fit.mean, mean, sizeof mean);
        memcpy(fit.deviation, deviation, sizeof deviation);
    }
    PW_TRY(pw_gpu_upload(with->stream, of->picture, of->image.pixels, size, error));
    const pg_letterbox described =
        pw_gpu_describe_fit(&fit, of->picture->address, of->made->address);
    PW_TRY(pw_gpu_upload(with->stream, of->description, &described, sizeof described, error));
    PW_TRY(pw_gpu_fit_pictures(&with->kernels, with->stream, of->description->address, 1,
                               fit.height, fit.width, error));
    PW_TRY(pw_gpu_download(with->stream, of->planes, of->made, of->made->size, error));
    return pw_gpu_wait(with->stream, error);
}

static size_t count_differences(const fit_case *of)
{
    const size_t plane = (size_t)of->height * (size_t)of->width;
    size_t count = 0;
    for (size_t i = 0; i < 3 * plane; i++) {
        const size_t c = i / plane;
        float value = (float)of->bytes[i % plane * 3 + c] / 255.0f;
        if (of->is_cropped)
            value = (value - mean[c]) / deviation[c];
        count += memcmp(&value, &of->planes[i], sizeof value) != 0;
    }
    return count;
}

static pawl_status try_case(gpu *with, fit_case *of, pawl_error *error)
{
    /* As users' pictures are: behind the last pixel there is nothing, though rows be longer. */
    const size_t size =
        of->image.row_size * (size_t)(of->image.height - 1) + 3 * (size_t)of->image.width;
    const size_t values = 3 * (size_t)of->height * (size_t)of->width;
    of->image.pixels = pw_alloc(size);
    of->bytes = pw_alloc(values);
    of->planes = pw_alloc(values * sizeof(float));
    if (of->image.pixels == NULL || of->bytes == NULL || of->planes == NULL)
        return pw_fail_memory(error, "a picture", size);
    for (size_t i = 0; i < size; i++)
        of->image.pixels[i] = (uint8_t)(gpu_random(with) >> 13);
    PW_TRY(pw_gpu_memory_create(with->device, size, &of->picture, error));
    PW_TRY(pw_gpu_memory_create(with->device, values * sizeof(float), &of->made, error));
    PW_TRY(pw_gpu_memory_create(with->device, sizeof(pg_letterbox), &of->description, error));
    PW_TRY(on_cpu(of, error));
    PW_TRY(pw_gpu_enter(with->device, error));
    const pawl_status status = on_device(with, of, size, error);
    if (status < 0)
        pw_gpu_settle(with->stream);
    pw_gpu_leave(with->device);
    if (status < 0)
        return status;
    const size_t differences = count_differences(of);
    gpu_expect(with, differences == 0, "%d x %d to %d x %d%s: %zu of %zu values differ",
               of->image.width, of->image.height, of->width, of->height,
               of->is_cropped ? ", cropped" : "", differences, values);
    return PAWL_OK;
}

/* Sizes of all kinds: any, the same, double, one pixel high or wide, far larger and far smaller. */
static fit_case random_case(gpu *with)
{
    fit_case made = {.height = 32 * (int32_t)gpu_between(with, 1, 20)};
    made.width = gpu_random(with) % 3 == 0 ? 32 * (int32_t)gpu_between(with, 1, 20) : made.height;
    int32_t height = (int32_t)gpu_between(with, 1, 1300),
            width = (int32_t)gpu_between(with, 1, 1300);
    switch (gpu_random(with) % 8) {
    case 0:
        height = made.height;
        width = made.width;
        break;
    case 1:
        height = 2 * made.height;
        width = 2 * made.width;
        break;
    case 2:
        height = 1;
        break;
    case 3:
        width = (int32_t)gpu_between(with, 1, 3);
        break;
    default:
        break;
    }
    made.is_cropped = gpu_random(with) % 4 == 0;
    made.image.height = height;
    made.image.width = width;
    made.image.row_size =
        (size_t)width * 3 + (gpu_random(with) % 2 == 0 ? 0 : gpu_random(with) % 9);
    return made;
}

/* Pictures of fewer pixels than a word has bytes, rows that begin anywhere in one; enlarged, and to
 * their own size. */
enum {
    SMALL_WIDTHS = 9,
    SMALL_HEIGHTS = 3,
    SMALL_ROWS = 4,
    SMALL_WAYS = 3,
    SMALL = SMALL_WIDTHS * SMALL_HEIGHTS * SMALL_ROWS * SMALL_WAYS
};
static fit_case small_case(unsigned i)
{
    fit_case made = {.image.width = 1 + (int32_t)(i % SMALL_WIDTHS),
                     .image.height = 1 + (int32_t)(i / SMALL_WIDTHS % SMALL_HEIGHTS)};
    const unsigned more = i / (SMALL_WIDTHS * SMALL_HEIGHTS), way = more / SMALL_ROWS;
    made.image.row_size = 3 * (size_t)made.image.width + more % SMALL_ROWS;
    made.height = way == 1 ? made.image.height : 32;
    made.width = way == 1 ? made.image.width : 67; /* more than a tile, and no whole strip */
    made.is_cropped = way == 2;
    return made;
}

static void check_case(gpu *with, fit_case *one)
{
    pawl_error error = {.message = ""};
    const pawl_status status = try_case(with, one, &error);
    gpu_expect(with, status >= 0, "a letterbox: %s", error.message);
    (void)pw_object_end(one->picture);
    (void)pw_object_end(one->made);
    (void)pw_object_end(one->description);
    pw_free(one->image.pixels);
    pw_free(one->bytes);
    pw_free(one->planes);
}

int check_fit(gpu *with, unsigned count)
{
    for (unsigned i = 0; i < SMALL; i++) {
        fit_case one = small_case(i);
        check_case(with, &one);
    }
    for (unsigned i = 0; i < count; i++) {
        fit_case one = random_case(with);
        check_case(with, &one);
    }
    return 0;
}
