/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that begin with neither container's magic are taken for a pickle and packed into an
 * archive, so that the pickle machine is reached without having to guess a zip directory. */
#ifndef PT_FUZZ_PACK_H
#define PT_FUZZ_PACK_H

#include "fuzz_target.h"
#include "unit/weights/small_model.h"

static inline bool fuzz_is_container(const uint8_t *data, size_t size)
{
    return size >= 2 &&
           (memcmp(data, "PK", 2) == 0 || (data[0] == 0x80 && size > 2 && data[2] == 0x8a));
}

/* The file, in a block of exactly its size, so that a sanitizer sees what reads
 * beyond; mk_free(). */
static inline mk_buffer fuzz_pack(const uint8_t *data, size_t size)
{
    mk_buffer bytes = {NULL, 0, 0};
    mk_put(&bytes, data, size);
    if (!fuzz_is_container(data, size)) {
        const mk_buffer file = small_archive(&bytes, &(small_options){.zip_flags = MK_NO_CRC});
        mk_free(&bytes);
        bytes = file;
    }
    uint8_t *exact = bytes.size == 0 ? NULL : realloc(bytes.data, bytes.size);
    if (exact != NULL)
        bytes.data = exact;
    return bytes;
}

#endif
