/* SPDX-License-Identifier: Apache-2.0 */
/* The device kernels as functions of the host. */
#ifndef FAKE_KERNELS_H
#define FAKE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct fake_kernel {
    const char *name;
    size_t size;      /* of its arguments */
    uint32_t threads; /* most of a block */
    void (*run)(const void *arguments, uint32_t column, uint32_t row);
} fake_kernel;

const fake_kernel *fake_kernel_find(const char *name); /* NULL: there is no such */
/* Block after block; for one caller at a time. */
void fake_kernel_run(const fake_kernel *kernel, const void *arguments, uint32_t columns, uint32_t rows);

#endif
