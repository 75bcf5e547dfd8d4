/* SPDX-License-Identifier: Apache-2.0 */
/* The source of the device kernels, compiled as C. */
#include "doubles/cuda/fake_kernels.h"

#include "gpu/kernels/kernels.cu"

/* A kernel takes a struct of its own by value. */
#define ON_HOST(kernel, arguments_type)                                            \
    static void run_##kernel(const void *arguments, uint32_t column, uint32_t row) \
    {                                                                              \
        arguments_type own;                                                        \
        memcpy(&own, arguments, sizeof own);                                       \
        kernel(own, (pg_place){column, row});                                      \
    }
ON_HOST(pg_letterbox_f32, pg_letterbox_arguments)
ON_HOST(pg_find_boxes, pg_boxes)
ON_HOST(pg_settle_boxes, pg_boxes)
ON_HOST(pg_weigh_mask, pg_mask)

static const fake_kernel kernels[] = {
    {"pg_letterbox_f32", sizeof(pg_letterbox_arguments), PG_THREADS_MAX, run_pg_letterbox_f32},
    {"pg_find_boxes", sizeof(pg_boxes), PG_THREADS_MAX, run_pg_find_boxes},
    {"pg_settle_boxes", sizeof(pg_boxes), PG_CHUNK, run_pg_settle_boxes},
    {"pg_weigh_mask", sizeof(pg_mask), PG_THREADS_MAX, run_pg_weigh_mask}};

const fake_kernel *fake_kernel_find(const char *name)
{
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (strcmp(kernels[i].name, name) == 0)
            return &kernels[i];
    return NULL;
}
