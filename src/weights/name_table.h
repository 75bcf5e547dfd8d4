/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from names to numbers. Names are not copied. Seeded at random, so that no file can
 * aim for its worst case. */
#ifndef PW_NAME_TABLE_H
#define PW_NAME_TABLE_H

#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

#define PW_NAME_NONE SIZE_MAX

typedef struct pw_name_slot {
    const char *name; /* NULL: free */
    uint64_t hash;
    size_t length;
    size_t index;
} pw_name_slot;

/* A zeroed table is ready to use. */
typedef struct pw_name_table {
    pw_name_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    uint64_t seed;
} pw_name_table;

/* The number added with the name, PW_NAME_NONE where there is none. */
size_t pw_name_table_find(const pw_name_table *table, const char *name, size_t length);

/* Adds a name that is not in the table. false: no memory. */
bool pw_name_table_add(pw_name_table *table, pw_arena *arena, const char *name, size_t length,
                       size_t index) PW_NODISCARD;

/* XXH3's 128 bits as low, high. */
void pw_hash128(const void *data, size_t size, uint64_t hash[2]);

#endif
