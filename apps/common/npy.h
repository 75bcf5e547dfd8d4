/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's .npy files, of one kind: float32, little-endian, C order. */
#ifndef APP_NPY_H
#define APP_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define APP_NPY_MAX_RANK 8

typedef struct app_npy {
    const char *path;  /* borrowed */
    void *data;        /* the whole file, from pawl_file_read(); NULL: closed */
    const uint8_t *at; /* the next element, at any alignment */
    size_t left;       /* elements from there on */
    int32_t rank;
    int64_t dims[APP_NPY_MAX_RANK];
    uint64_t count; /* elements in all */
} app_npy;

/* Reads a file of format 1.0, 2.0 or 3.0. Reports what is wrong and returns an
 * exit code. */
int app_npy_open(app_npy *npy, const char *path);
/* The next @p count elements. */
int app_npy_read(app_npy *npy, float *values, size_t count);
void app_npy_close(app_npy *npy); /* what its header said stays */

/* Writes the header of an array; elements follow it as they are in memory. False: the stream has an
 * error. */
bool app_npy_write_header(FILE *out, const int64_t *dims, int32_t rank);

#endif
