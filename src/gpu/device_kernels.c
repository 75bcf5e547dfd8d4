/* SPDX-License-Identifier: Apache-2.0 */
/* The module that is compiled into the library, and the launch of the letterbox. */
#include "gpu/device_kernels.h"
#include "kernels/image/place.h"

#include <string.h>

extern const char pw_gpu_ptx[];

pawl_status pw_gpu_kernels_make(pw_gpu_device *device, pw_gpu_kernels *kernels, pawl_error *error)
{
    pw_gpu_kernels made = {.module = NULL};
    struct {
        const char *name;
        void **function;
    } const wanted[] = {{"pg_letterbox_f32", &made.letterbox},
                        {"pg_find_boxes", &made.find},
                        {"pg_settle_boxes", &made.settle},
                        {"pg_weigh_mask", &made.mask}};
    PW_TRY(pw_gpu_module_create(device, pw_gpu_ptx, &made.module, error));
    for (size_t i = 0; i < PW_COUNT(wanted); i++) {
        const pawl_status status =
            pw_gpu_module_find(made.module, wanted[i].name, wanted[i].function, error);
        if (status < 0) {
            pw_gpu_kernels_end(&made);
            return status;
        }
    }
    *kernels = made;
    return PAWL_OK;
}

void pw_gpu_kernels_end(pw_gpu_kernels *kernels)
{
    (void)pw_object_end(kernels->module);
    kernels->module = NULL;
}

/* A device address as kernels know it. */
#define POINTER(type, address) ((type *)(uintptr_t)(address))

pg_letterbox pw_gpu_describe_fit(const pw_gpu_fit *fit, uint64_t picture, uint64_t planes)
{
    const pk_letterbox *const how = fit->how;
    const uint64_t window = picture + how->top * fit->row_size + how->left * 3;
    pg_letterbox made = {
        .window = POINTER(const uint8_t, window),
        .planes = POINTER(float, planes),
        .row_size = fit->row_size,
        .window_height = (uint32_t)how->height,
        .window_width = (uint32_t)how->width,
        .height = (uint32_t)fit->height,
        .width = (uint32_t)fit->width,
        .inner_top = (uint32_t)how->inner_top,
        .inner_left = (uint32_t)how->inner_left,
        .inner_height = (uint32_t)how->inner_height,
        .inner_width = (uint32_t)how->inner_width,
        .scale_y = pk_resize_scale(how->height, how->inner_height),
        .scale_x = pk_resize_scale(how->width, how->inner_width),
        .fill = how->fill,
    };
    memcpy(made.mean, fit->mean, sizeof made.mean);
    memcpy(made.deviation, fit->deviation, sizeof made.deviation);
    for (size_t c = 0; c < 3; c++)
        made.is_normalised |= fit->mean[c] != 0.0f || fit->deviation[c] != 1.0f;
    return made;
}

pawl_status pw_gpu_fit_pictures(const pw_gpu_kernels *kernels, const pw_gpu_stream *stream,
                                uint64_t descriptions, size_t count, size_t height, size_t width,
                                pawl_error *error)
{
    const size_t tiles = (width + PG_TILE - 1) / PG_TILE;
    const size_t rows = (height + PG_TILE_ROWS - 1) / PG_TILE_ROWS;
    const pg_letterbox_arguments arguments = {POINTER(const pg_letterbox, descriptions),
                                              (uint32_t)tiles};
    return pw_gpu_launch(stream, kernels->letterbox, (uint32_t)(tiles * rows), (uint32_t)count,
                         PG_THREADS_MAX, &arguments, error);
}
