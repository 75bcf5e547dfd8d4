/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of vtables. A copy begins with what stands before a vtable's first entry (offset to the
 * top, typeinfo, offsets of virtual bases), so that dynamic_cast and exceptions work as before, and
 * before that with the way back to its view. Entries that are not known are the library's own, and
 * are copied as they are.
 */
#include "trace/witness/witness.h"

#include <string.h>

#define PREFIX 8 /* words before the first entry that are copied */
#define BEHIND \
    64 /* entries behind the last that is known: virtual functions of the library's own */
#define STUB_SIZE 16

extern const char pw_stubs[];

typedef struct block {
    struct block *next; /* of the free ones */
    uint64_t magic;
    pw_view *view;
    const void *words[PREFIX + PW_SLOTS + BEHIND];
} block;

#define MAGIC 0x7077747261636531u

static block *free_blocks; /* with the mutex held */

static block *block_of(const void *const *vptr)
{
    return (block *)((char *)(uintptr_t)vptr - offsetof(block, words) - PREFIX * sizeof(void *));
}

/* An entry is an address in code; what comes behind the last one is the next vtable's offset to the
 * top: small, or minus something small. */
static bool is_entry(const void *word)
{
    const intptr_t value = (intptr_t)word;
    return value > 65536;
}

/* A vtable of a program's own making (a C program's, a double's) may lie in memory whose neighbours
 * a sanitizer watches. */
__attribute__((no_sanitize("address"))) static void copy_prefix(block *made,
                                                                const void *const *original)
{
    for (int i = 0; i < PREFIX; i++)
        made->words[i] = *(const void *const volatile *)(original - PREFIX + i);
}

__attribute__((no_sanitize("address"))) static void fill(block *made, const pw_view *view, int end,
                                                         int known)
{
    copy_prefix(made, view->original);
    const void **const entries = made->words + PREFIX;
    int count = 0;
    while (count < known || (count < PW_SLOTS + BEHIND && is_entry(view->original[count]))) {
        entries[count] = view->original[count];
        count++;
    }
    for (int slot = 0; view->facts != NULL && slot < known; slot++) {
        const pw_method *const method = view->facts->slots[slot];
        if (method != NULL)
            entries[slot] = pw_stubs + (slot + (method->is_sret ? PW_SLOTS : 0)) * STUB_SIZE;
    }
    if (end >= 0)
        entries[end + 1] = pw_stubs + (end + 1) * STUB_SIZE;
}

__attribute__((no_sanitize("address"))) static bool is_copy(const void *const *vptr)
{
    const block *const made = block_of(vptr);
    return made->magic == MAGIC && made->view != NULL &&
           made->view->copy == (const void **)(uintptr_t)vptr;
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
    block *made = free_blocks;
    if (made != NULL)
        free_blocks = made->next;
    else
        made = pw_arena(sizeof *made);
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
    made->magic = MAGIC;
    made->view = view;
    *place = (void *)(uintptr_t)view->copy;
    return true;
}

void pw_views_drop(pw_entry *entry)
{
    for (int i = 0; i < entry->view_count; i++) {
        block *const gone = block_of((const void *const *)entry->views[i].copy);
        gone->magic = 0;
        gone->next = free_blocks;
        free_blocks = gone;
    }
    entry->view_count = 0;
}

pw_view *pw_view_of(const void *object)
{
    return block_of(*(const void *const *const *)object)->view;
}

const void *pw_view_target(const pw_view *view, int slot)
{
    return view->original[slot];
}
