/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes .npy. The header is text of a Python dictionary; only the three keys NumPy
 * writes are taken, nothing is guessed. */
#include "common/npy.h"

#include "common/inputs.h"
#include "common/term.h"

#include <errno.h>
#include <pawl/file.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LIMIT 65536

static int bad(const app_npy *npy, const char *what)
{
    return app_fail(APP_EXIT_INPUT, "%s: %s", npy->path, what);
}

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\n' || **at == '\t')
        (*at)++;
}

/* Steps over one character and the blanks before it. */
static bool take(const char **at, char wanted)
{
    skip_blanks(at);
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

/* A quoted word without escapes, as NumPy writes them. */
static bool take_quoted(const char **at, char *word, size_t size)
{
    skip_blanks(at);
    const char quote = **at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *begin = ++*at;
    const char *end = strchr(begin, quote);
    if (end == NULL || (size_t)(end - begin) >= size)
        return false;
    memcpy(word, begin, (size_t)(end - begin));
    word[end - begin] = '\0';
    *at = end + 1;
    return true;
}

static bool take_shape(const char **at, app_npy *npy)
{
    if (!take(at, '('))
        return false;
    npy->rank = 0;
    while (!take(at, ')')) {
        char *end = NULL;
        skip_blanks(at);
        if (npy->rank == APP_NPY_MAX_RANK || **at < '0' || **at > '9')
            return false;
        errno = 0;
        const long long size = strtoll(*at, &end, 10);
        if (errno != 0)
            return false;
        npy->dims[npy->rank++] = size;
        *at = end;
        if (!take(at, ',') && **at != ')')
            return false;
    }
    return true;
}

/* A bit a key of the header: all three must be there, each once. */
enum { HAS_DESCR = 1, HAS_ORDER = 2, HAS_SHAPE = 4 };

/* The value of a key that NumPy writes; *bit says which it was, 0 that it is none of them. NULL, or
 * what is wrong. */
static const char *parse_value(app_npy *npy, const char *key, const char **at, unsigned int *bit)
{
    char word[32];
    skip_blanks(at);
    *bit = 0;
    if (strcmp(key, "descr") == 0) {
        *bit = HAS_DESCR;
        if (!take_quoted(at, word, sizeof word) ||
            (strcmp(word, "<f4") != 0 && strcmp(word, "=f4") != 0))
            return "not float32, little-endian: save the array with .astype('float32')";
    } else if (strcmp(key, "fortran_order") == 0) {
        *bit = HAS_ORDER;
        if (strncmp(*at, "False", 5) != 0)
            return "not in C order: save numpy.ascontiguousarray(array)";
        *at += 5;
    } else if (strcmp(key, "shape") == 0) {
        *bit = HAS_SHAPE;
        if (!take_shape(at, npy))
            return "its shape is malformed";
    }
    return NULL;
}

static const char *parse_header(app_npy *npy, const char *text)
{
    char key[32];
    unsigned int seen = 0;
    const char *at = text;
    if (!take(&at, '{'))
        return "its header is no dictionary";
    while (!take(&at, '}')) {
        unsigned int bit = 0;
        if (!take_quoted(&at, key, sizeof key) || !take(&at, ':'))
            return "its header is malformed";
        const char *fault = parse_value(npy, key, &at, &bit);
        if (fault != NULL)
            return fault;
        if (bit == 0 || (seen & bit) != 0)
            return "its header has a key that does not belong there";
        seen |= bit;
        if (!take(&at, ',') && *at != '}')
            return "its header is malformed";
    }
    return seen == (HAS_DESCR | HAS_ORDER | HAS_SHAPE) ? NULL : "its header lacks a key";
}

/* The product of the dimensions, bounded so that the size in bytes fits. */
static bool count_elements(app_npy *npy)
{
    uint64_t count = 1;
    for (int32_t i = 0; i < npy->rank; i++) {
        const uint64_t size = (uint64_t)npy->dims[i];
        if (size != 0 && count > (UINT64_MAX / 8) / size)
            return false;
        count *= size;
    }
    npy->count = count;
    return true;
}

/* Elements begin at start of size bytes. */
static int check_size(app_npy *npy, size_t start, size_t size)
{
    if (!count_elements(npy))
        return bad(npy, "its shape is beyond all memory");
    const uint64_t present = size - start;
    if (present < npy->count * sizeof(float))
        return bad(npy, "truncated: the array ends before its shape says");
    if (present > npy->count * sizeof(float))
        return bad(npy, "the file goes on behind the array that its shape tells of");
    npy->at = (const uint8_t *)npy->data + start;
    npy->left = (size_t)npy->count;
    return APP_EXIT_DONE;
}

static int read_header(app_npy *npy, size_t size)
{
    const unsigned char *head = npy->data;
    if (size < 10 || memcmp(head, "\x93NUMPY", 6) != 0)
        return app_fail_kind(npy->path, "not a .npy file");
    size_t length = (size_t)head[8] | (size_t)head[9] << 8, start = 10;
    if (head[6] < 1 || head[6] > 3 || head[7] != 0)
        return bad(npy, "a .npy format that is not 1.0, 2.0 or 3.0");
    if (head[6] >= 2) {
        if (size < 12)
            return bad(npy, "truncated in its header");
        length |= (size_t)head[10] << 16 | (size_t)head[11] << 24;
        start = 12;
    }
    if (length > HEADER_LIMIT)
        return bad(npy, "its header is longer than any that NumPy writes");
    if (length > size - start)
        return bad(npy, "truncated in its header");
    char *text = calloc(1, length + 1);
    if (text == NULL)
        return app_fail_memory();
    memcpy(text, head + start, length);
    const char *fault = parse_header(npy, text);
    free(text);
    return fault != NULL ? bad(npy, fault) : check_size(npy, start + length, size);
}

int app_npy_open(app_npy *npy, const char *path)
{
    size_t size = 0;
    pawl_error error = {0};
    *npy = (app_npy){.path = path};
    if (pawl_file_read(path, SIZE_MAX, &npy->data, &size, &error) < 0)
        return app_fail_library(path, &error);
    const int code = app_inputs_add(path) ? read_header(npy, size) : app_fail_memory();
    if (code != APP_EXIT_DONE)
        app_npy_close(npy);
    return code;
}

int app_npy_read(app_npy *npy, float *values, size_t count)
{
    if (count > npy->left)
        return bad(npy, "has fewer elements than are asked for; it changed while it was read");
    memcpy(values, npy->at, count * sizeof(float));
    npy->at += count * sizeof(float);
    npy->left -= count;
    return APP_EXIT_DONE;
}

void app_npy_close(app_npy *npy)
{
    pawl_memory_release(npy->data);
    npy->data = NULL; /* its shape stays */
    npy->at = NULL;
    npy->left = 0;
}

bool app_npy_write_header(FILE *out, const int64_t *dims, int32_t rank)
{
    char text[256];
    size_t used =
        (size_t)snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int32_t i = 0; i < rank && i < APP_NPY_MAX_RANK; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%lld%s", (long long)dims[i],
                                 i + 1 < rank ? ", " : (rank == 1 ? "," : ""));
    used += (size_t)snprintf(text + used, sizeof text - used, "), }");
    const size_t total = (10 + used + 1 + 63) / 64 * 64; /* elements begin at a multiple of 64 */
    const size_t length = total - 10;
    const unsigned char head[10] = {0x93,
                                    'N',
                                    'U',
                                    'M',
                                    'P',
                                    'Y',
                                    1,
                                    0,
                                    (unsigned char)(length & 255),
                                    (unsigned char)(length >> 8)};
    (void)fwrite(head, 1, sizeof head, out);
    fprintf(out, "%s%*s\n", text, (int)(length - used - 1), "");
    return !ferror(out);
}
