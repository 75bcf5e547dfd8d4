/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of vtables. A copy begins with what stands before a vtable's first entry (offset to the
 * top, typeinfo, offsets of virtual bases), so that dynamic_cast and exceptions work as before, and
 * before that with the way back to its view. Entries that are not known are the library's own, and
 * are copied as they are.
 */
#define _GNU_SOURCE
#include "trace/witness/witness.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define PREFIX 8 /* words before the first entry that are copied */
#define BEHIND \
    64 /* entries behind the last that is known: virtual functions of the library's own */
#define STUB_SIZE 16

extern const char pw_stubs[];

/* A copy has as much room as it needs: a network of many layers has thousands. */
static const int rooms[] = {8, 32, 96, PW_SLOTS + BEHIND};
#define ROOMS (sizeof rooms / sizeof rooms[0])

typedef struct block {
    struct block *next; /* of the free ones of its room */
    pw_view *view;
    size_t room; /* index of rooms */
    const void *words[];
} block;

static block *free_blocks[ROOMS]; /* with PW_OBJECTS held */

/* Blocks lie together, so that one is known by its address alone. */
#define TOGETHER 256
static struct group {
    const char *begin, *end;
} groups[4096];
static size_t group_count;

static void add_group(size_t room)
{
    const size_t size = sizeof(block) + (size_t)(PREFIX + rooms[room]) * sizeof(void *);
    char *const made =
        group_count < sizeof groups / sizeof groups[0] ? pw_arena(TOGETHER * size) : NULL;
    if (made == NULL)
        return;
    groups[group_count++] = (struct group){made, made + TOGETHER * size};
    for (size_t i = 0; i < TOGETHER; i++) {
        block *const each = (block *)(void *)(made + i * size);
        each->room = room;
        each->next = free_blocks[room];
        free_blocks[room] = each;
    }
}

static block *take_block(int entries)
{
    size_t room = 0;
    while (rooms[room] < entries)
        room++;
    if (free_blocks[room] == NULL)
        add_group(room);
    block *const taken = free_blocks[room];
    if (taken != NULL)
        free_blocks[room] = taken->next;
    return taken;
}

static block *block_of(const void *const *vptr)
{
    return (block *)((char *)(uintptr_t)vptr - offsetof(block, words) - PREFIX * sizeof(void *));
}

static bool is_copy(const void *const *vptr)
{
    for (size_t i = 0; i < group_count; i++)
        if ((const char *)vptr >= groups[i].begin && (const char *)vptr < groups[i].end)
            return true;
    return false;
}

/* A vtable of a program's own making may lie at the edge of what can be read. The kernel is asked
 * by a copy; where that is forbidden, whether there is anything. */
static bool is_readable(const void *word)
{
    void *copy = NULL;
    const struct iovec to = {&copy, sizeof copy}, from = {(void *)(uintptr_t)word, sizeof copy};
    if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)sizeof copy)
        return true;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char is_there = 0;
    return errno != EFAULT && mincore((void *)((uintptr_t)word & ~(page - 1)), 1, &is_there) == 0;
}

/* Whether a word can be read that lies near the vtable's first entry, which can. */
static bool can_read(const void *const *original, int slot)
{
    const uintptr_t page = 4096; /* the smallest there is */
    const uintptr_t here = (uintptr_t)(original + slot) / page;
    return here == (uintptr_t)original / page || is_readable(original + slot);
}

/* An entry is an address in code; what comes behind the last one is the next vtable's offset to the
 * top: small, or minus something small. */
static bool is_entry(const void *word)
{
    const intptr_t value = (intptr_t)word;
    return value > 65536;
}

__attribute__((no_sanitize("address"))) static const void *word_at(const void *const *original,
                                                                   int slot)
{
    return *(const void *const volatile *)(original + slot);
}

/* Those that are known, and what follows them as far as it looks like an entry. */
static int count_entries(const void *const *original, int known)
{
    int count = 0;
    while (count < PW_SLOTS + BEHIND && can_read(original, count) &&
           (count < known || is_entry(word_at(original, count))))
        count++;
    return count;
}

static void fill(block *made, const pw_view *view, int end, int known, int there)
{
    const void **const entries = made->words + PREFIX;
    for (int i = -PREFIX; i < there || i < known; i++)
        entries[i] =
            (i < 0 ? can_read(view->original, i) : i < there) ? word_at(view->original, i) : NULL;
    for (int slot = 0; view->facts != NULL && slot < known; slot++) {
        const pw_method *const method = view->facts->slots[slot];
        if (method != NULL)
            entries[slot] = pw_stubs + (slot + (method->is_sret ? PW_SLOTS : 0)) * STUB_SIZE;
    }
    if (end >= 0)
        entries[end + 1] = pw_stubs + (end + 1) * STUB_SIZE;
}

bool pw_view_make(pw_entry *entry, const pw_class *facts, void **place)
{
    const void *const *const original = *place;
    const int end = place == entry->object ? entry->interface->end : -1;
    int known = facts != NULL ? facts->count : 0;
    if (end + 2 > known)
        known = end + 2;
    if (original == NULL || is_copy(original) || entry->view_count == PW_MAX_VIEWS)
        return false;
    const int there = count_entries(original, known);
    block *const made = take_block(there > known ? there : known);
    if (made == NULL)
        return false;
    pw_view *const view = &entry->views[entry->view_count++];
    *view = (pw_view){.entry = entry,
                      .facts = facts,
                      .original = original,
                      .copy = made->words + PREFIX,
                      .place = place};
    fill(made, view, end, known, there);
    made->view = view;
    *place = (void *)(uintptr_t)view->copy;
    return true;
}

void pw_views_drop(pw_entry *entry)
{
    for (int i = 0; i < entry->view_count; i++) {
        block *const gone = block_of((const void *const *)entry->views[i].copy);
        gone->next = free_blocks[gone->room];
        free_blocks[gone->room] = gone;
    }
    entry->view_count = 0;
}

pw_view *pw_view_of(const void *object)
{
    return block_of(*(const void *const *const *)object)->view;
}

void *pw_view_target(const pw_view *view, int slot)
{
    return (void *)(uintptr_t)view->original[slot];
}
