/* SPDX-License-Identifier: Apache-2.0 */
/* Who lives, found by address; who was made from whom; whose storage is kept after the end. */
#include "trace/witness/witness.h"

#include <string.h>

#define BUCKETS         65536 /* 2^16 */
#define QUARANTINE      4096  /* objects whose storage is kept: the first so many that end */
#define PART_QUARANTINE 4096  /* the same of layers and tensors */

static pw_entry *buckets[BUCKETS];
static pw_entry *first;        /* of those that live and are nobody's part, the youngest first */
static pw_entry *free_entries; /* linked by next */
static uint64_t last_id;
/* The storage of what has ended, where leak detectors look for pointers. */
void *pw_quarantined[QUARANTINE + PART_QUARANTINE];
static size_t quarantined, quarantined_parts;

/* Whoever ran one of them is a thread of the parent's. */
void pw_objects_inherit(void)
{
    for (pw_entry *entry = first; entry != NULL; entry = entry->next) {
        entry->is_inherited = true;
        if (entry->flight != NULL)
            atomic_store(&entry->flight->thread, 0);
    }
}

static pw_entry **bucket_of(const void *object)
{
    return &buckets[((uintptr_t)object >> 4) * 0x9E3779B97F4A7C15u >> 48];
}

pw_entry *pw_entry_find(const void *object)
{
    pw_entry *entry = *bucket_of(object);
    while (entry != NULL && entry->object != object)
        entry = entry->chain;
    return entry;
}

bool pw_entry_is_there(const pw_entry *entry)
{
    return atomic_load(&entry->state) != PW_ENDED &&
           (entry->owner == NULL || !entry->owner->is_ending);
}

static void link_entry(pw_entry *entry)
{
    pw_entry **const head = entry->owner != NULL ? &entry->owner->parts : &first;
    entry->next = *head;
    if (*head != NULL)
        (*head)->previous = entry;
    *head = entry;
    if (entry->owner != NULL)
        entry->owner->part_count++;
    for (int i = 0; i < PW_MAX_PARENTS && entry->parents[i] != NULL; i++)
        entry->parents[i]->children++;
}

static void unlink_entry(pw_entry *entry)
{
    pw_entry **const head = entry->owner != NULL ? &entry->owner->parts : &first;
    if (entry->previous != NULL)
        entry->previous->next = entry->next;
    else if (*head == entry)
        *head = entry->next;
    if (entry->next != NULL)
        entry->next->previous = entry->previous;
    entry->next = entry->previous = NULL;
}

static bool make_views(pw_entry *entry)
{
    const pw_interface *const interface = entry->interface;
    bool is_seen = pw_view_make(entry,
                                interface->inner[0] >= 0 && interface->offset[0] == 0
                                    ? pw_class_of(entry->library, interface->inner[0])
                                    : NULL,
                                entry->object);
    for (int i = 0; i < 3; i++) {
        void *const inner = interface->inner[i] >= 0 && interface->offset[i] > 0
                                ? *(void **)((char *)entry->object + interface->offset[i])
                                : NULL;
        if (inner != NULL &&
            pw_view_make(entry, pw_class_of(entry->library, interface->inner[i]), inner))
            is_seen = true;
    }
    return is_seen;
}

static void leave_bucket(const pw_entry *entry)
{
    pw_entry **at = bucket_of(entry->object);
    while (*at != NULL && *at != entry)
        at = &(*at)->chain;
    if (*at != NULL)
        *at = entry->chain;
}

pw_entry *pw_entry_make(pw_library *library, int interface, void *object, pw_entry *const *parents,
                        int parent_count, pw_entry *owner)
{
    pw_entry *const old = pw_entry_find(object);
    if (old != NULL && (pw_entry_is_there(old) || old->is_quarantined))
        return NULL; /* it is known */
    if (old != NULL)
        leave_bucket(old); /* its storage went to this one before its destructor, or its owner's,
                              returned; then it is forgotten */
    pw_entry *entry = free_entries;
    if (entry != NULL)
        free_entries = entry->next;
    else
        entry = pw_arena(sizeof *entry);
    if (entry == NULL)
        return NULL;
    memset(entry, 0, sizeof *entry);
    entry->id = ++last_id;
    entry->library = library;
    entry->interface = &library->interfaces[interface];
    entry->interface_id = interface;
    entry->object = object;
    entry->owner = owner;
    for (int i = 0; i < parent_count && i < PW_MAX_PARENTS; i++)
        entry->parents[i] = parents[i];
    make_views(entry);
    link_entry(entry);
    entry->chain = *bucket_of(object);
    *bucket_of(object) = entry;
    return entry;
}

pw_entry *pw_entry_first(void)
{
    return first;
}

static bool is_parent(const pw_entry *entry, const pw_entry *child)
{
    for (int i = 0; i < PW_MAX_PARENTS; i++)
        if (child->parents[i] == entry)
            return true;
    return false;
}

pw_entry *pw_entry_eldest_child(const pw_entry *entry)
{
    pw_entry *eldest = NULL;
    for (pw_entry *each = first; entry->children > 0 && each != NULL; each = each->next)
        if (is_parent(entry, each))
            eldest = each;
    return eldest;
}

void pw_entry_ended(pw_entry *entry)
{
    atomic_store(&entry->state, PW_ENDED);
    entry->is_ending = true;
    unlink_entry(entry);
    for (int i = 0; i < PW_MAX_PARENTS && entry->parents[i] != NULL; i++)
        entry->parents[i]->children--;
    /* who was made from it lives on, and must not lead to it */
    for (pw_entry *each = first; entry->children > 0 && each != NULL; each = each->next)
        for (int i = 0; i < PW_MAX_PARENTS; i++)
            if (each->parents[i] == entry) {
                memmove(&each->parents[i], &each->parents[i + 1],
                        (size_t)(PW_MAX_PARENTS - 1 - i) * sizeof *each->parents);
                each->parents[PW_MAX_PARENTS - 1] = NULL;
                entry->children--;
            }
}

void pw_entry_forget(pw_entry *entry)
{
    leave_bucket(entry);
    for (pw_entry *each = entry->is_needed ? first : NULL; each != NULL; each = each->next)
        for (int i = 0; i < PW_MAX_KEPT; i++)
            if (each->kept[i] == entry)
                each->kept[i] = NULL;
    pw_views_drop(entry);
    entry->next = free_entries;
    free_entries = entry;
}

bool pw_quarantine_reserve(bool is_a_part)
{
    static atomic_size_t reserved, reserved_parts;
    const size_t most = is_a_part ? PART_QUARANTINE : QUARANTINE;
    atomic_size_t *const counter = is_a_part ? &reserved_parts : &reserved;
    return atomic_load(counter) < most && atomic_fetch_add(counter, 1) < most;
}

/* The destructor has left the interface's own vtables; a use of what is left comes to the copies
 * again. */
void pw_quarantine(pw_entry *entry, bool is_a_part)
{
    pw_quarantined[is_a_part ? QUARANTINE + quarantined_parts++ : quarantined++] = entry->object;
    entry->is_quarantined = true;
    for (int i = 0; i < entry->view_count; i++) {
        pw_view *const view = &entry->views[i];
        if (view->place == entry->object) {
            *view->place = (void *)(uintptr_t)view->copy;
            continue;
        }
        entry->tomb[i] = (void *)(uintptr_t)view->copy;
        for (int k = 0; k < 3; k++)
            if (entry->interface->inner[k] >= 0 &&
                view->facts == pw_class_of(entry->library, entry->interface->inner[k]))
                *(void **)((char *)entry->object + entry->interface->offset[k]) = &entry->tomb[i];
    }
}
