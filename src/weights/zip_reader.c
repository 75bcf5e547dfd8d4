/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zip, read from the end:
 *
 *     [local header | data] ... [central directory] [zip64 end, its locator] [end]
 *
 * Sizes come from the central directory (local headers have zeros), where data starts from the
 * local header.
 */
#include "weights/zip_reader.h"
#include "base/bytes.h"
#include "base/size.h"
#include "weights/printable.h"
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#define SIGNATURE_LOCAL     0x04034b50u
#define SIGNATURE_CENTRAL   0x02014b50u
#define SIGNATURE_END       0x06054b50u
#define SIGNATURE_END64     0x06064b50u
#define SIGNATURE_LOCATOR64 0x07064b50u
#define END_SIZE            22u
#define END64_SIZE          56u
#define LOCATOR64_SIZE      20u
#define LOCAL_SIZE          30u
#define CENTRAL_SIZE        46u
#define EXTRA_ZIP64         1u
#define FLAG_ENCRYPTED      1u
#define METHOD_STORED       0
#define METHOD_DEFLATED     8
#define ENTRY_LIMIT         (1u << 18)
#define UNPACKED_LEAST      ((uint64_t)64 << 20) /* bytes that a small file may unpack to */
#define UNPACKED_MOST       8 /* times the file's size: no network may take more (model/yolov5.c) */
#define PART_MOST           ((size_t)1 << 30) /* zlib counts in unsigned int */

typedef struct zip_directory {
    uint64_t at, size, count;
} zip_directory;

static uint32_t u32_at(const pw_zip *zip, size_t at)
{
    pw_reader reader = pw_reader_over(zip->data + at, zip->size - at);
    return pw_read_u32(&reader);
}

/* The last end record whose comment reaches exactly to the end of the file. */
static pawl_status find_end(const pw_zip *zip, size_t *end, pawl_error *error)
{
    const size_t furthest = END_SIZE + UINT16_MAX;
    const size_t lowest = zip->size > furthest ? zip->size - furthest : 0;
    for (size_t at = zip->size >= END_SIZE ? zip->size - END_SIZE + 1 : 0; at > lowest;) {
        at--;
        if (u32_at(zip, at) != SIGNATURE_END)
            continue;
        const size_t comment = zip->data[at + 20] | (size_t)zip->data[at + 21] << 8;
        if (at + END_SIZE + comment == zip->size) {
            *end = at;
            return PAWL_OK;
        }
    }
    return pw_fail_at(
        error, PAWL_ERR_CORRUPT, zip->size,
        "%s: the zip archive has no end record, so the file is cut short or longer than "
        "it was; copy or download it again",
        zip->file_name);
}

static pawl_status read_end64(const pw_zip *zip, size_t end, zip_directory *directory,
                              pawl_error *error)
{
    if (end < LOCATOR64_SIZE || u32_at(zip, end - LOCATOR64_SIZE) != SIGNATURE_LOCATOR64)
        return PAWL_OK; /* a plain zip */
    pw_reader reader = pw_reader_over(zip->data + end - LOCATOR64_SIZE + 8, 8);
    const uint64_t at = pw_read_u64(&reader);
    if (at > end - LOCATOR64_SIZE || end - LOCATOR64_SIZE - at < END64_SIZE ||
        u32_at(zip, (size_t)at) != SIGNATURE_END64)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, end - LOCATOR64_SIZE,
            "%s: the zip64 locator points to byte %llu, where no zip64 end record is; "
            "the file is damaged",
            zip->file_name, (unsigned long long)at);
    reader = pw_reader_over(zip->data + at + 32, 24);
    directory->count = pw_read_u64(&reader);
    directory->size = pw_read_u64(&reader);
    directory->at = pw_read_u64(&reader);
    return PAWL_OK;
}

static pawl_status find_directory(const pw_zip *zip, zip_directory *directory, pawl_error *error)
{
    size_t end = 0;
    PW_TRY(find_end(zip, &end, error));
    pw_reader reader = pw_reader_over(zip->data + end + 10, 10);
    directory->count = pw_read_u16(&reader);
    directory->size = pw_read_u32(&reader);
    directory->at = pw_read_u32(&reader);
    PW_TRY(read_end64(zip, end, directory, error));
    if (directory->at > end || directory->size > end - directory->at ||
        directory->count > directory->size / CENTRAL_SIZE)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, end,
            "%s: the zip directory (%llu entries, %llu bytes at byte %llu) does not fit "
            "in the file, which is damaged",
            zip->file_name, (unsigned long long)directory->count,
            (unsigned long long)directory->size, (unsigned long long)directory->at);
    if (directory->count > ENTRY_LIMIT)
        return pw_fail_at(error, PAWL_ERR_LIMIT, end, "%s: %llu zip entries; at most %u are read",
                          zip->file_name, (unsigned long long)directory->count, ENTRY_LIMIT);
    return PAWL_OK;
}

/* Sizes that did not fit 32 bits follow in the zip64 extra field, in this order, only those that
 * are needed. */
static bool read_extra64(pw_reader extra, uint64_t *plain_size, uint64_t *size, uint64_t *header_at)
{
    if (*plain_size != UINT32_MAX && *size != UINT32_MAX && *header_at != UINT32_MAX)
        return true;
    while (pw_reader_left(&extra) >= 4) {
        const uint16_t id = pw_read_u16(&extra);
        const uint16_t length = pw_read_u16(&extra);
        const void *bytes = pw_read_bytes(&extra, length);
        if (bytes == NULL)
            return false;
        if (id != EXTRA_ZIP64)
            continue;
        pw_reader fields = pw_reader_over(bytes, length);
        if (*plain_size == UINT32_MAX)
            *plain_size = pw_read_u64(&fields);
        if (*size == UINT32_MAX)
            *size = pw_read_u64(&fields);
        if (*header_at == UINT32_MAX)
            *header_at = pw_read_u64(&fields);
        return !fields.is_short;
    }
    return false;
}

static pawl_status read_entry(const pw_zip *zip, pw_reader *reader, size_t base,
                              pw_zip_entry *entry, pawl_error *error)
{
    const size_t at = base + reader->at;
    const uint32_t signature = pw_read_u32(reader);
    pw_read_bytes(reader, 4); /* versions */
    entry->flags = pw_read_u16(reader);
    entry->method = pw_read_u16(reader);
    pw_read_bytes(reader, 4); /* time, date */
    entry->crc = pw_read_u32(reader);
    uint64_t size = pw_read_u32(reader);
    uint64_t plain_size = pw_read_u32(reader);
    const uint16_t name_length = pw_read_u16(reader);
    const uint16_t extra_length = pw_read_u16(reader);
    const uint16_t comment_length = pw_read_u16(reader);
    pw_read_bytes(reader, 8); /* disk, attributes */
    uint64_t header_at = pw_read_u32(reader);
    const char *name = pw_read_bytes(reader, name_length);
    const void *extra = pw_read_bytes(reader, extra_length);
    pw_read_bytes(reader, comment_length);
    const bool is_whole = !reader->is_short && signature == SIGNATURE_CENTRAL;
    if (!is_whole ||
        !read_extra64(pw_reader_over(extra, extra_length), &plain_size, &size, &header_at))
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, at,
            "%s: the zip directory is damaged at byte %zu; copy or download the file again",
            zip->file_name, at);
    if (header_at > zip->size || zip->size - header_at < LOCAL_SIZE || size > zip->size)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, at,
            "%s: zip entry '%s' (%llu bytes, header at byte %llu) lies outside the file",
            zip->file_name, pw_printable_of(name, name_length).text, (unsigned long long)size,
            (unsigned long long)header_at);
    entry->name = name;
    entry->name_length = name_length;
    entry->header_at = (size_t)header_at;
    entry->packed = (size_t)size;
    entry->size = (size_t)plain_size;
    return PAWL_OK;
}

/* Entries that overlap could cost the square of the file's size to check, and a few bytes could be
 * unpacked to any number. */
static pawl_status check_sizes(const pw_zip *zip, const pw_zip_entry *entry, size_t *left,
                               uint64_t *unpacked, pawl_error *error)
{
    if (entry->packed > *left)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, entry->header_at,
                          "%s: the zip entries together are larger than the file, which is damaged",
                          zip->file_name);
    *left -= entry->packed;
    if (entry->method != METHOD_DEFLATED)
        return PAWL_OK;
    if (entry->size > *unpacked)
        return pw_fail_at(error, PAWL_ERR_LIMIT, entry->header_at,
                          "%s: the zip entries would be unpacked to far more than weights are; "
                          "repack with zip -0, or save again with torch.save",
                          zip->file_name);
    *unpacked -= entry->size;
    return PAWL_OK;
}

pawl_status pw_zip_open(const void *data, size_t size, const char *file_name, pw_arena *arena,
                        pw_zip *zip, pawl_error *error)
{
    zip_directory directory = {0};
    *zip = (pw_zip){.data = data, .size = size, .file_name = file_name, .arena = arena};
    PW_TRY(find_directory(zip, &directory, error));
    const size_t count = (size_t)directory.count;
    zip->entries = pw_arena_array(arena, count, sizeof(pw_zip_entry));
    if (zip->entries == NULL)
        return pw_fail_memory(error, "the zip directory", count * sizeof(pw_zip_entry));
    pw_reader reader = pw_reader_over(zip->data + directory.at, (size_t)directory.size);
    size_t left = size;
    uint64_t unpacked = UNPACKED_LEAST + UNPACKED_MOST * (uint64_t)size;
    for (size_t i = 0; i < count; i++) {
        pw_zip_entry *entry = &zip->entries[i];
        PW_TRY(read_entry(zip, &reader, (size_t)directory.at, entry, error));
        PW_TRY(check_sizes(zip, entry, &left, &unpacked, error));
        if (pw_zip_find(zip, entry->name, entry->name_length) != NULL)
            return pw_fail_at(
                error, PAWL_ERR_CORRUPT, entry->header_at,
                "%s: the zip archive has entry '%s' twice; which one is meant cannot be known",
                file_name, pw_printable_of(entry->name, entry->name_length).text);
        if (!pw_name_table_add(&zip->names, arena, entry->name, entry->name_length, i))
            return pw_fail_memory(error, "the names of zip entries", zip->names.capacity);
        zip->entry_count = i + 1;
    }
    return PAWL_OK;
}

const pw_zip_entry *pw_zip_find(const pw_zip *zip, const char *name, size_t length)
{
    const size_t index = pw_name_table_find(&zip->names, name, length);
    return index == PW_NAME_NONE ? NULL : &zip->entries[index];
}

bool pw_zip_is_packed(const pw_zip_entry *entry)
{
    return entry->method != METHOD_STORED;
}

static pawl_status check_method(const pw_zip *zip, const pw_zip_entry *entry, const char *shown,
                                pawl_error *error)
{
    if ((entry->flags & FLAG_ENCRYPTED) != 0)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, entry->header_at,
                          "%s: zip entry '%s' is encrypted; decrypt the file first", zip->file_name,
                          shown);
    if (entry->method != METHOD_STORED && entry->method != METHOD_DEFLATED)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, entry->header_at,
                          "%s: zip entry '%s' is compressed by method %u, which PyTorch does not "
                          "read either; repack with zip -0, or save again with torch.save",
                          zip->file_name, shown, entry->method);
    if (entry->method == METHOD_STORED && entry->packed != entry->size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, entry->header_at,
                          "%s: stored zip entry '%s' claims two sizes, %zu and %zu bytes",
                          zip->file_name, shown, entry->packed, entry->size);
    return PAWL_OK;
}

/* Exactly size bytes out of exactly packed ones: Z_OK. Z_MEM_ERROR, or else it is not so. */
static int unpack(const uint8_t *in, size_t packed, uint8_t *out, size_t size)
{
    z_stream stream = {.next_in = in, .next_out = out};
    int code = inflateInit2(&stream, -MAX_WBITS);
    if (code != Z_OK)
        return code;
    while (code == Z_OK) {
        const size_t read = (size_t)(stream.next_in - in), made = (size_t)(stream.next_out - out);
        stream.avail_in = (uInt)pw_size_min(packed - read, PART_MOST);
        stream.avail_out = (uInt)pw_size_min(size - made, PART_MOST);
        code = inflate(&stream, Z_NO_FLUSH);
    }
    const bool is_whole = stream.next_in == in + packed && stream.next_out == out + size;
    (void)inflateEnd(&stream);
    return code != Z_STREAM_END ? code : is_whole ? Z_OK : Z_DATA_ERROR;
}

static pawl_status unpack_entry(const pw_zip *zip, const pw_zip_entry *entry, const char *shown,
                                const uint8_t *in, const uint8_t **bytes, pawl_error *error)
{
    static const size_t round = 64; /* what the arena may add */
    const size_t limit = zip->arena->limit;
    if (limit != 0) /* it is for what a pickle makes; this is bounded by check_sizes() */
        zip->arena->limit = limit + entry->size + round;
    uint8_t *out = pw_arena_alloc(zip->arena, entry->size);
    const int code = out != NULL ? unpack(in, entry->packed, out, entry->size) : Z_MEM_ERROR;
    if (code == Z_MEM_ERROR)
        return pw_fail_memory(error, "an unpacked zip entry", entry->size);
    if (code != Z_OK)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, entry->header_at,
                          "%s: zip entry '%s' cannot be unpacked: the file is damaged; copy or "
                          "download it again",
                          zip->file_name, shown);
    *bytes = out;
    return PAWL_OK;
}

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uLong crc = crc32(0, NULL, 0);
    for (size_t at = 0; at < size;) {
        const size_t part = pw_size_min(size - at, PART_MOST);
        crc = crc32(crc, bytes + at, (uInt)part);
        at += part;
    }
    return (uint32_t)crc;
}

/* The packed bytes, behind the local header. */
static pawl_status find_bytes(const pw_zip *zip, const pw_zip_entry *entry, const char *shown,
                              const uint8_t **bytes, pawl_error *error)
{
    pw_reader reader = pw_reader_over(zip->data + entry->header_at, zip->size - entry->header_at);
    const uint32_t signature = pw_read_u32(&reader);
    pw_read_bytes(&reader, 22);
    const uint16_t name_length = pw_read_u16(&reader);
    const uint16_t extra_length = pw_read_u16(&reader);
    const char *name = pw_read_bytes(&reader, name_length);
    pw_read_bytes(&reader, extra_length);
    if (reader.is_short || signature != SIGNATURE_LOCAL || name_length != entry->name_length ||
        memcmp(name, entry->name, name_length) != 0)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, entry->header_at,
                          "%s: the local header of zip entry '%s' is damaged (byte %zu)",
                          zip->file_name, shown, entry->header_at);
    *bytes = pw_read_bytes(&reader, entry->packed);
    if (*bytes == NULL)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, entry->header_at,
                          "%s: zip entry '%s' of %zu bytes reaches beyond the end of the file",
                          zip->file_name, shown, entry->packed);
    return PAWL_OK;
}

pawl_status pw_zip_read(const pw_zip *zip, const pw_zip_entry *entry, const uint8_t **bytes,
                        uint64_t *at, pawl_error *error)
{
    const pw_printable shown = pw_printable_of(entry->name, entry->name_length);
    const uint8_t *found = NULL;
    PW_TRY(check_method(zip, entry, shown.text, error));
    PW_TRY(find_bytes(zip, entry, shown.text, &found, error));
    const uint64_t start = (uint64_t)(found - zip->data);
    if (entry->method == METHOD_DEFLATED)
        PW_TRY(unpack_entry(zip, entry, shown.text, found, &found, error));
    if (entry->crc != 0 && checksum(found, entry->size) != entry->crc)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, start,
            "%s: the checksum of zip entry '%s' is wrong: the file is damaged; copy or "
            "download it again",
            zip->file_name, shown.text);
    *bytes = found;
    if (at != NULL)
        *at = start;
    return PAWL_OK;
}
