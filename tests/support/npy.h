/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the float32 .npy files of the test data (version 1 headers, C order). */
#ifndef PT_NPY_H
#define PT_NPY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pt_array {
    int rank;
    long dims[8];
    size_t count;
    float *values; /* free() */
} pt_array;

/* 0 on success. */
static inline int pt_npy_read(const char *path, pt_array *array)
{
    unsigned char start[10];
    char header[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    memset(array, 0, sizeof *array);
    int result = -1;
    if (fread(start, 1, sizeof start, file) != sizeof start || memcmp(start, "\x93NUMPY", 6) != 0)
        goto done;
    const size_t length = (size_t)start[8] | (size_t)start[9] << 8;
    if (length >= sizeof header || fread(header, 1, length, file) != length)
        goto done;
    header[length] = '\0';
    const char *shape = strstr(header, "'shape': (");
    if (strstr(header, "'<f4'") == NULL || shape == NULL)
        goto done;
    array->count = 1;
    for (char *at = strchr(header, '(') + 1; *at != ')' && array->rank < 8;) {
        array->dims[array->rank] = strtol(at, &at, 10);
        array->count *= (size_t)array->dims[array->rank++];
        at += strspn(at, ", ");
    }
    array->values = malloc(array->count * sizeof(float));
    if (array->values != NULL && fread(array->values, sizeof(float), array->count, file) == array->count)
        result = 0;
done:
    fclose(file);
    return result;
}

#endif
