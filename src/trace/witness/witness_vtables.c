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

typedef struct block {
    struct block *next; /* of the free ones */
    pw_view *view;
    const void *words[PREFIX + PW_SLOTS + BEHIND];
} block;

static block *free_blocks; /* with the mutex held */

/* Blocks lie together, so that one is known by its address alone. */
#define TOGETHER 256
static block *groups[4096];
static size_t group_count;

static block *take_block(void)
{
    if (free_blocks == NULL && group_count < sizeof groups / sizeof groups[0]) {
        block *const made = pw_arena(TOGETHER * sizeof *made);
        for (size_t i = 0; made != NULL && i < TOGETHER; i++) {
            made[i].next = free_blocks;
            free_blocks = &made[i];
        }
        if (made != NULL)
            groups[group_count++] = made;
    }
    block *const taken = free_blocks;
    if (taken != NULL)
        free_blocks = taken->next;
    return taken;
}

static block *block_of(const void *const *vptr)
{
    return (block *)((char *)(uintptr_t)vptr - offsetof(block, words) - PREFIX * sizeof(void *));
}

static bool is_copy(const void *const *vptr)
{
    for (size_t i = 0; i < group_count; i++)
        if ((const char *)vptr >= (const char *)groups[i] &&
            (const char *)vptr < (const char *)(groups[i] + TOGETHER))
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

__attribute__((no_sanitize("address"))) static void fill(block *made, const pw_view *view, int end,
                                                         int known)
{
    const void **const entries = made->words + PREFIX;
    for (int i = -PREFIX; i < 0; i++)
        if (can_read(view->original, i))
            entries[i] = *(const void *const volatile *)(view->original + i);
    for (int i = 0; i < PW_SLOTS + BEHIND && can_read(view->original, i); i++) {
        const void *const entry = *(const void *const volatile *)(view->original + i);
        if (i >= known && !is_entry(entry))
            break;
        entries[i] = entry;
    }
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
    block *const made = take_block();
    if (made == NULL)
        return false;
    memset(made, 0, sizeof *made);
    pw_view *const view = &entry->views[entry->view_count++];
    *view = (pw_view){.entry = entry,
                      .facts = facts,
                      .original = original,
                      .copy = made->words + PREFIX,
                      .place = place};
    fill(made, view, end, known);
    made->view = view;
    *place = (void *)(uintptr_t)view->copy;
    return true;
}

void pw_views_drop(pw_entry *entry)
{
    for (int i = 0; i < entry->view_count; i++) {
        block *const gone = block_of((const void *const *)entry->views[i].copy);
        gone->next = free_blocks;
        free_blocks = gone;
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
