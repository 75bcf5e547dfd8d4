/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, linear probing, at most half full. */
#include "weights/name_table.h"
#include "base/os.h"
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define CAPACITY_FIRST 64

void pw_hash128(const void *data, size_t size, uint64_t hash[2])
{
    const XXH128_hash_t result = XXH3_128bits(data, size);
    hash[0] = result.low64;
    hash[1] = result.high64;
}

/* The slot that holds the name, or the free one where it belongs. */
static pw_name_slot *probe(const pw_name_table *table, const char *name, size_t length,
                           uint64_t hash)
{
    const size_t mask = table->capacity - 1;
    for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
        pw_name_slot *slot = &table->slots[at];
        if (slot->name == NULL)
            return slot;
        if (slot->hash == hash && slot->length == length && memcmp(slot->name, name, length) == 0)
            return slot;
    }
}

size_t pw_name_table_find(const pw_name_table *table, const char *name, size_t length)
{
    if (table->count == 0)
        return PW_NAME_NONE;
    const pw_name_slot *slot =
        probe(table, name, length, XXH3_64bits_withSeed(name, length, table->seed));
    return slot->name == NULL ? PW_NAME_NONE : slot->index;
}

static bool grow(pw_name_table *table, pw_arena *arena)
{
    pw_name_table larger = {.capacity = table->capacity == 0 ? CAPACITY_FIRST : table->capacity * 4,
                            .count = table->count,
                            .seed = table->seed};
    /* The clock and where memory lies: enough that a file cannot know it. */
    if (table->capacity == 0)
        larger.seed = pw_os_clock_ns() ^ (uint64_t)(uintptr_t)arena->last;
    larger.slots = pw_arena_array(arena, larger.capacity, sizeof(pw_name_slot));
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < table->capacity; i++) {
        const pw_name_slot *slot = &table->slots[i];
        if (slot->name != NULL)
            *probe(&larger, slot->name, slot->length, slot->hash) = *slot;
    }
    *table = larger;
    return true;
}

bool pw_name_table_add(pw_name_table *table, pw_arena *arena, const char *name, size_t length,
                       size_t index)
{
    if (table->count * 2 >= table->capacity && !grow(table, arena))
        return false;
    const uint64_t hash = XXH3_64bits_withSeed(name, length, table->seed);
    *probe(table, name, length, hash) =
        (pw_name_slot){.name = name, .hash = hash, .length = length, .index = index};
    table->count++;
    return true;
}
