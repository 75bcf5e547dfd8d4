/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lives, as a tree: each object under its first parent. A report is a copy of what there was
 * to tell at one moment: it holds no object, so whoever listens, however long, changes no lifetime.
 */
#include "base/log.h"
#include "base/os.h"
#include "lifetime/diagnosis.h"
#include "lifetime/leaks.h"
#include "lifetime/object_text.h"
#include "lifetime/slot_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_SIZE  400
#define INDENT_MAX 20
#define SPARE      64 /* objects that may be born before the mutex is ours */

/* From this edge on, the first that is its holder's first: others are told under another parent. */
static uint32_t first_edge_from(uint32_t edge)
{
    while (edge != PW_NO_EDGE && edge % 4 != 0)
        edge = pw_edge_next(edge);
    return edge;
}

/* The object told after this one (NULL: before all), children before siblings; NULL behind the
 * last. */
static const pw_object *next_in_tree(const pw_object *object, int *depth)
{
    uint32_t edge = PW_NO_EDGE;
    if (object == NULL) {
        edge = pw_slot_first_root();
    } else {
        edge = first_edge_from(pw_slot_at(object->slot)->first_holder);
        *depth += edge != PW_NO_EDGE;
    }
    while (edge == PW_NO_EDGE && object != NULL) {
        edge = first_edge_from(pw_edge_next(4 * object->slot));
        if (edge == PW_NO_EDGE) {
            object = object->parents[0];
            (*depth)--;
        }
    }
    return edge == PW_NO_EDGE ? NULL : pw_edge_holder(edge);
}

/* All that is told of one object. */
typedef struct told {
    const pw_type *type;
    uint64_t id, born_ns, state;
    pw_parent parents[PW_MAX_PARENTS];
    size_t parent_count;
    int depth;
    pw_place place;
    char name[sizeof(((pw_object *)0)->name)];
} told;

static void copy_facts(told *facts, const pw_object *object, uint64_t state, int depth)
{
    facts->type = object->type;
    facts->id = object->id;
    facts->born_ns = object->born_ns;
    facts->state = state;
    facts->parent_count = pw_parents_of(object, facts->parents);
    facts->depth = depth;
    facts->place = object->place;
    const char *name = pw_object_name_if_made(object);
    memcpy(facts->name, name, strlen(name) + 1);
}

/* With the mutex held. Those whose last hold has dropped are on their way out of the table. More
 * than capacity: there was no room for all. */
static size_t copy_tree(told *all, size_t capacity)
{
    size_t count = 0;
    int depth = 0;
    for (const pw_object *object = next_in_tree(NULL, &depth); object != NULL;
         object = next_in_tree(object, &depth)) {
        const uint64_t state =
            atomic_load_explicit(&pw_slot_at(object->slot)->state, memory_order_acquire);
        if ((state & PW_STATE_HOLDS) == 0)
            continue;
        if (count++ == capacity)
            break;
        copy_facts(&all[count - 1], object, state, depth);
    }
    return count;
}

/* In the C library's memory, since it may be the user's allocator that asks.
 * NULL: there is none. */
static told *copy_all(size_t *count)
{
    for (;;) {
        const size_t capacity = pawl_object_count() + SPARE;
        told *all = malloc(capacity * sizeof *all);
        if (all == NULL) {
            *count = pawl_object_count();
            return NULL;
        }
        pw_table_lock();
        *count = copy_tree(all, capacity);
        pw_table_unlock();
        if (*count <= capacity)
            return all;
        free(all); /* others make objects meanwhile */
    }
}

static void tell(pw_strbuf *text, const told *facts, uint64_t now_ns)
{
    const uint64_t state = facts->state;
    pw_strbuf_add(text, "%*s", 2 * (facts->depth < INDENT_MAX ? facts->depth : INDENT_MAX), "");
    pw_text_object(text, facts->type, facts->id, facts->name);
    pw_text_parents(text, facts->parents, facts->parent_count);
    pw_text_place(text, "at", &facts->place);
    pw_strbuf_add(text, ", %.3f s old", pw_text_seconds(facts->born_ns, now_ns));
    const bool is_own = (state & (PW_STATE_OPEN | PW_STATE_MAKING)) != 0;
    const unsigned long long holders = (state & PW_STATE_HOLDS) - (is_own ? 1 : 0);
    if ((state & PW_STATE_MAKING) != 0)
        pw_strbuf_add(text, ", being made");
    else if (!is_own)
        pw_strbuf_add(text, ", ended");
    if (holders > 0)
        pw_strbuf_add(text, ", held by %llu", holders);
}

size_t pawl_object_report(void (*line)(void *user, const char *text), void *user)
{
    const uint64_t now_ns = pw_os_clock_ns();
    size_t count = 0;
    told *all = copy_all(&count);
    char sentence[LINE_SIZE];
    for (size_t i = 0; all != NULL && line != NULL && i < count; i++) {
        pw_strbuf text = PW_STRBUF(sentence);
        tell(&text, &all[i], now_ns);
        line(user, sentence);
    }
    if (all == NULL && line != NULL) {
        pw_strbuf text = PW_STRBUF(sentence);
        pw_strbuf_add(&text, "memory ran out: %zu objects are alive and not listed", count);
        line(user, sentence);
    }
    free(all);
    return count;
}

/* --- PAWL_LEAKS --- */

/* Where the environment asked for a report and no logger listens, standard error is the one place
 * that is left. */
static void leak_line(void *user, const char *text)
{
    (void)user;
    if (pw_log_is_set())
        pw_log(PAWL_LOG_WARNING, "%s", text);
    else
        (void)fprintf(stderr, "pawl: %s\n", text);
}

static bool report_leaks(void)
{
    const size_t count = pawl_object_count();
    if (count == 0 || pw_is_forked()) /* a child of fork is not answerable for its parent's */
        return false;
    char title[LINE_SIZE];
    pw_strbuf text = PW_STRBUF(title);
    pw_strbuf_add(&text,
                  "%s: %zu object%s left at exit:", pw_diagnosis_id(PW_DIAGNOSIS_LEFT_AT_EXIT),
                  count, count == 1 ? " is" : "s are");
    leak_line(NULL, title);
    (void)pawl_object_report(leak_line, NULL);
    return true;
}

static void report_at_exit(void)
{
    (void)report_leaks();
}

static void fail_at_exit(void)
{
    if (!report_leaks())
        return;
    (void)fflush(NULL); /* _exit() leaves buffers unwritten, and exit() must not be called twice */
    _exit(1);
}

static pw_notice is_ignored; /* what the environment says */

void pw_leaks_start(void)
{
    const char *wanted = pw_os_environment("PAWL_LEAKS");
    if (wanted == NULL)
        return;
    if (strcmp(wanted, "report") == 0)
        (void)atexit(report_at_exit);
    else if (strcmp(wanted, "error") == 0)
        (void)atexit(fail_at_exit);
    else
        pw_notice_set(&is_ignored, PAWL_LOG_WARNING,
                      "PAWL_LEAKS=%s is ignored: it is report or error", wanted);
}

void pw_leaks_tell(void)
{
    pw_notice_tell(&is_ignored);
}
