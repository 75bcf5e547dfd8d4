/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lives, as a tree: each object under its first parent. The mutex is not held while a line is
 * delivered; a hold on the object just told keeps our place in the tree meanwhile.
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

/* From this edge on, the first that is its holder's first: others are told under another parent. */
static uint32_t first_edge_from(uint32_t edge)
{
    while (edge != PW_NO_EDGE && edge % 4 != 0)
        edge = pw_edge_next(edge);
    return edge;
}

/* The object told after this one (NULL: before all), children before siblings; NULL behind the
 * last. */
static pw_object *next_in_tree(pw_object *object, int *depth)
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

/* Adds a hold unless the last has dropped already: such an object is on its way out of the table.
 */
static bool hold_if_held(pw_object *object, uint64_t *state_before)
{
    _Atomic(uint64_t) *word = &pw_slot_at(object->slot)->state;
    uint64_t state = atomic_load_explicit(word, memory_order_relaxed);
    while ((state & PW_STATE_HOLDS) != 0)
        if (atomic_compare_exchange_weak_explicit(word, &state, state + PW_STATE_HOLD,
                                                  memory_order_acquire, memory_order_relaxed)) {
            *state_before = state;
            return true;
        }
    return false;
}

static void tell(pw_strbuf *text, const pw_object *object, uint64_t state, int depth,
                 uint64_t now_ns)
{
    pw_strbuf_add(text, "%*s", 2 * (depth < INDENT_MAX ? depth : INDENT_MAX), "");
    pw_text_object(text, object->type, object->id, pw_object_name_if_made(object));
    pw_text_parents(text, object);
    pw_text_place(text, "at", object->file, object->line);
    pw_strbuf_add(text, ", %.3f s old", pw_text_seconds(object->born_ns, now_ns));
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
    size_t told = 0;
    pw_object *held = NULL; /* the one told last */
    int depth = 0;
    for (;;) {
        char sentence[LINE_SIZE];
        pw_strbuf text = PW_STRBUF(sentence);
        uint64_t state = 0;
        pw_table_lock();
        pw_object *object = next_in_tree(held, &depth);
        while (object != NULL && !hold_if_held(object, &state))
            object = next_in_tree(object, &depth);
        if (object != NULL)
            tell(&text, object, state, depth, now_ns);
        pw_table_unlock();
        pw_object_release(held);
        if (object == NULL)
            return told;
        held = object;
        told++;
        if (line != NULL)
            line(user, sentence);
    }
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
    if (count == 0 || pw_table_is_forked()) /* a child of fork is not answerable for its parent's */
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
