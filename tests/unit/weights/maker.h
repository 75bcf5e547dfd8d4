/* SPDX-License-Identifier: Apache-2.0 */
/* Makes pickles, zips and small checkpoints in memory, byte by byte, good and bad ones. Test code:
 * out of memory ends the program. */
#ifndef PT_MAKER_H
#define PT_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct mk_buffer {
    uint8_t *data; /* mk_free() */
    size_t size, capacity;
} mk_buffer;

static inline void mk_put(mk_buffer *b, const void *bytes, size_t size)
{
    if (b->size + size > b->capacity) {
        b->capacity = 2 * (b->size + size) + 64;
        b->data = realloc(b->data, b->capacity);
        if (b->data == NULL)
            abort();
    }
    if (size > 0)
        memcpy(b->data + b->size, bytes, size);
    b->size += size;
}

static inline void mk_free(mk_buffer *b)
{
    free(b->data);
    *b = (mk_buffer){NULL, 0, 0};
}

static inline void mk_number(mk_buffer *b, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t byte = (uint8_t)(i < 8 ? number >> (8 * i) : 0);
        mk_put(b, &byte, 1);
    }
}

/* Pickle */

static inline void mk_ops(mk_buffer *b, const char *ops)
{
    mk_put(b, ops, strlen(ops));
}

static inline void mk_text(mk_buffer *b, const char *text)
{
    mk_ops(b, "X");
    mk_number(b, strlen(text), 4);
    mk_ops(b, text);
}

static inline void mk_int(mk_buffer *b, int32_t number)
{
    mk_ops(b, "J");
    mk_number(b, (uint32_t)number, 4);
}

static inline void mk_global(mk_buffer *b, const char *module, const char *name)
{
    mk_ops(b, "c");
    mk_ops(b, module);
    mk_ops(b, "\n");
    mk_ops(b, name);
    mk_ops(b, "\n");
}

static inline void mk_storage(mk_buffer *b, const char *type, const char *key, int32_t count)
{
    mk_ops(b, "(");
    mk_text(b, "storage");
    mk_global(b, "torch", type);
    mk_text(b, key);
    mk_text(b, "cpu");
    mk_int(b, count);
    mk_ops(b, "tQ");
}

static inline void mk_ints(mk_buffer *b, const int32_t *numbers, size_t count)
{
    mk_ops(b, "(");
    for (size_t i = 0; i < count; i++)
        mk_int(b, numbers[i]);
    mk_ops(b, "t");
}

/* A tensor of one storage: rank dims, then rank strides. */
static inline void mk_tensor(mk_buffer *b, const char *type, const char *key, int32_t storage_count,
                             int32_t offset, const int32_t *dims, const int32_t *strides,
                             size_t rank)
{
    mk_global(b, "torch._utils", "_rebuild_tensor_v2");
    mk_ops(b, "(");
    mk_storage(b, type, key, storage_count);
    mk_int(b, offset);
    mk_ints(b, dims, rank);
    mk_ints(b, strides, rank);
    mk_ops(b, "\x89");
    mk_global(b, "collections", "OrderedDict");
    mk_ops(b, ")RtR");
}

/* The whole of a storage as a vector. */
static inline void mk_vector(mk_buffer *b, const char *type, const char *key, int32_t count)
{
    const int32_t stride = 1;
    mk_tensor(b, type, key, count, 0, &count, &stride, 1);
}

/* An instance whose state follows: pairs, then mk_end(). */
static inline void mk_begin(mk_buffer *b, const char *module, const char *name)
{
    mk_global(b, module, name);
    mk_ops(b, ")\x81}(");
}

static inline void mk_end(mk_buffer *b)
{
    mk_ops(b, "ub");
}

static inline void mk_begin_dict(mk_buffer *b, const char *key)
{
    mk_text(b, key);
    mk_global(b, "collections", "OrderedDict");
    mk_ops(b, ")R(");
}

static inline void mk_end_dict(mk_buffer *b)
{
    mk_ops(b, "u");
}

/* Zip */

#define MK_ZIP64       1 /* end record, locator and extra fields of zip64 */
#define MK_DEFLATED    2
#define MK_ENCRYPTED   4
#define MK_NO_CRC      8
#define MK_BAD_CRC     16
#define MK_LOCAL_EXTRA 32  /* an extra field in local headers alone, as torch pads */
#define MK_BZIP2       64  /* says so */
#define MK_CUT_STREAM  128 /* of what is deflated the last byte is left out */
#define MK_LONGER      256 /* of what is deflated one byte more is promised */

typedef struct mk_zip {
    mk_buffer file, directory;
    size_t count;
    int flags;
} mk_zip;

static inline void mk_zip_head(mk_buffer *b, const mk_zip *zip, uint32_t crc, uint32_t packed,
                               uint32_t size)
{
    const int method = (zip->flags & MK_BZIP2) != 0 ? 12 : (zip->flags & MK_DEFLATED) != 0 ? 8 : 0;
    mk_number(b, (zip->flags & MK_ENCRYPTED) != 0 ? 1 : 0x0808, 2);
    mk_number(b, (uint64_t)method, 2);
    mk_number(b, 0, 4);
    mk_number(b, crc, 4);
    mk_number(b, packed, 4);
    mk_number(b, size, 4);
}

/* Raw deflate, as zip has it. */
static inline void mk_deflate(mk_buffer *b, const void *data, size_t size)
{
    uint8_t out[256]; /* small: this is inlined in many places */
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size};
    int code = deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    while (code == Z_OK) {
        stream.next_out = out;
        stream.avail_out = sizeof out;
        code = deflate(&stream, Z_FINISH);
        mk_put(b, out, sizeof out - stream.avail_out);
    }
    (void)deflateEnd(&stream);
}

static inline void mk_zip_add(mk_zip *zip, const char *name, const void *data, size_t size)
{
    const size_t at = zip->file.size, length = strlen(name);
    const bool is_64 = (zip->flags & MK_ZIP64) != 0;
    uint32_t crc = (uint32_t)crc32(0, data, (uInt)size);
    if ((zip->flags & MK_NO_CRC) != 0)
        crc = 0;
    if ((zip->flags & MK_BAD_CRC) != 0)
        crc ^= 1;
    mk_number(&zip->file, 0x04034b50, 4);
    mk_number(&zip->file, 20, 2);
    mk_zip_head(&zip->file, zip, 0, 0, 0);
    mk_number(&zip->file, length, 2);
    mk_number(&zip->file, (zip->flags & MK_LOCAL_EXTRA) != 0 ? 7 : 0, 2);
    mk_put(&zip->file, name, length);
    if ((zip->flags & MK_LOCAL_EXTRA) != 0)
        mk_put(&zip->file, "FB\3\0ZZZ", 7);
    const size_t start = zip->file.size;
    if ((zip->flags & MK_DEFLATED) != 0)
        mk_deflate(&zip->file, data, size);
    else
        mk_put(&zip->file, data, size);
    if ((zip->flags & MK_CUT_STREAM) != 0)
        zip->file.size--;
    const size_t packed = zip->file.size - start;
    if ((zip->flags & MK_LONGER) != 0)
        size++;
    mk_buffer *d = &zip->directory;
    mk_number(d, 0x02014b50, 4);
    mk_number(d, 0, 4);
    mk_zip_head(d, zip, crc, is_64 ? UINT32_MAX : (uint32_t)packed,
                is_64 ? UINT32_MAX : (uint32_t)size);
    mk_number(d, length, 2);
    mk_number(d, is_64 ? 32 : 0, 2);
    mk_number(d, 0, 10); /* comment, disk, attributes, the first half */
    mk_number(d, is_64 ? UINT32_MAX : at, 4);
    mk_put(d, name, length);
    if (is_64) {
        mk_put(d, "QQ\0\0\1\0\x18\0", 8);
        mk_number(d, size, 8);
        mk_number(d, packed, 8);
        mk_number(d, at, 8);
    }
    zip->count++;
}

/* The directory and the end; the whole is in zip->file. */
static inline void mk_zip_end(mk_zip *zip)
{
    mk_buffer *b = &zip->file;
    const size_t at = b->size, size = zip->directory.size;
    const bool is_64 = (zip->flags & MK_ZIP64) != 0;
    mk_put(b, zip->directory.data, size);
    if (is_64) {
        const size_t end = b->size;
        mk_number(b, 0x06064b50, 4);
        mk_number(b, 44, 8);
        mk_number(b, 0, 12); /* versions, disks */
        mk_number(b, zip->count, 8);
        mk_number(b, zip->count, 8);
        mk_number(b, size, 8);
        mk_number(b, at, 8);
        mk_number(b, 0x07064b50, 4);
        mk_number(b, 0, 4);
        mk_number(b, end, 8);
        mk_number(b, 1, 4);
    }
    mk_number(b, 0x06054b50, 4);
    mk_number(b, 0, 4);
    mk_number(b, is_64 ? 0xffff : zip->count, 2);
    mk_number(b, is_64 ? 0xffff : zip->count, 2);
    mk_number(b, is_64 ? UINT32_MAX : size, 4);
    mk_number(b, is_64 ? UINT32_MAX : at, 4);
    mk_number(b, 0, 2);
    mk_free(&zip->directory);
}

#endif
