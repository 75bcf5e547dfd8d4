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

typedef struct grid {
    const fake_kernel *kernel;
    const void *arguments;
    uint32_t columns, rows;
} grid;

#ifdef PG_HOST_THREADS

#include <pthread.h>
#include <stdlib.h>

_Thread_local uint32_t pg_thread;
static pthread_barrier_t barrier;

void pg_barrier(void)
{
    (void)pthread_barrier_wait(&barrier);
}

typedef struct share {
    const grid *of;
    uint32_t thread;
} share;

static void *run_share(void *argument)
{
    const share *const own = argument;
    const grid *const of = own->of;
    pg_thread = own->thread;
    /* From the last block to the first, unlike below: no order of blocks may matter. */
    for (uint32_t row = of->rows; row-- > 0;)
        for (uint32_t column = of->columns; column-- > 0;) {
            of->kernel->run(of->arguments, column, row);
            pg_barrier(); /* the next block has the same PG_SHARED variables */
        }
    return NULL;
}

static void run_grid(const grid *of)
{
    pthread_t threads[PG_HOST_THREADS];
    share shares[PG_HOST_THREADS];
    (void)pthread_barrier_init(&barrier, NULL, PG_HOST_THREADS);
    for (uint32_t i = 0; i < PG_HOST_THREADS; i++) {
        shares[i] = (share){of, i};
        if (pthread_create(&threads[i], NULL, run_share, &shares[i]) != 0)
            abort(); /* the others would wait for it for ever */
    }
    for (uint32_t i = 0; i < PG_HOST_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&barrier);
}

#else

static void run_grid(const grid *of)
{
    for (uint32_t row = 0; row < of->rows; row++)
        for (uint32_t column = 0; column < of->columns; column++)
            of->kernel->run(of->arguments, column, row);
}

#endif

void fake_kernel_run(const fake_kernel *kernel, const void *arguments, uint32_t columns,
                     uint32_t rows)
{
    run_grid(&(grid){kernel, arguments, columns, rows});
}
