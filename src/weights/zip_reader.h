/* SPDX-License-Identifier: Apache-2.0 */
/* The table of contents of a zip archive and its entries: stored, as PyTorch writes them, or
 * deflated, as a zip program that packed them again left them, which PyTorch reads too. */
#ifndef PW_ZIP_READER_H
#define PW_ZIP_READER_H

#include "base/arena.h"
#include "base/fail.h"
#include "weights/name_table.h"

typedef struct pw_zip_entry {
    const char *name; /* in the file, not terminated */
    size_t name_length;
    size_t header_at; /* local header */
    size_t size;      /* bytes of its content */
    size_t packed;    /* of them as they lie in the file: as many where it is stored */
    uint32_t crc;     /* 0: the writer did not say */
    uint16_t method, flags;
} pw_zip_entry;

typedef struct pw_zip {
    const uint8_t *data;
    size_t size;
    const char *file_name;
    pw_arena *arena;
    pw_zip_entry *entries;
    size_t entry_count;
    pw_name_table names;
} pw_zip;

/* Reads the directory into the arena, which stays in use: deflated entries are unpacked into it. */
pawl_status pw_zip_open(const void *data, size_t size, const char *file_name, pw_arena *arena,
                        pw_zip *zip, pawl_error *error) PW_NODISCARD;

/* NULL where there is none. */
const pw_zip_entry *pw_zip_find(const pw_zip *zip, const char *name, size_t length);

/* Whether its content is not of the file as it lies there. */
bool pw_zip_is_packed(const pw_zip_entry *entry);

/* Where the bytes of an entry lie, in the file or, unpacked, in the arena; checks its local header
 * and, where there is one, its checksum. *at: of these bytes in the file, or of what they were
 * unpacked from; NULL: not asked. */
pawl_status pw_zip_read(const pw_zip *zip, const pw_zip_entry *entry, const uint8_t **bytes,
                        uint64_t *at, pawl_error *error) PW_NODISCARD;

#endif
