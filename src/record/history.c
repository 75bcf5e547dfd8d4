/* SPDX-License-Identifier: Apache-2.0 */
#include "record/history.h"
#include "base/memory.h"

#include <stdlib.h>

static int compare_ids(const void *a, const void *b)
{
    const uint64_t first = ((const pw_life_id *)a)->id, second = ((const pw_life_id *)b)->id;
    return first < second ? -1 : first > second;
}

size_t pw_history_find(const pw_history *history, uint64_t id)
{
    const pw_life_id wanted = {.id = id};
    const pw_life_id *found = history->count == 0 ? NULL
                                                  : bsearch(&wanted, history->by_id, history->count,
                                                            sizeof wanted, compare_ids);
    return found == NULL ? PW_NO_LIFE : found->life;
}

static void take_births(pw_history *history)
{
    for (size_t i = 0; i < history->view.count; i++) {
        const pw_record *record = pw_record_at(&history->view, i);
        if (record->kind != PW_RECORD_BORN)
            continue;
        history->lives[history->count] =
            (pw_life){.id = record->id, .born = record, .name = record->name};
        history->by_id[history->count] = (pw_life_id){record->id, history->count};
        history->count++;
    }
    if (history->count > 0)
        qsort(history->by_id, history->count, sizeof *history->by_id, compare_ids);
}

static void find_parents(pw_history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        pw_life *life = &history->lives[i];
        for (size_t k = 0; k < PW_MAX_PARENTS; k++) {
            const uint64_t id = life->born->others[k];
            life->parents[k] = id == 0 ? PW_NO_LIFE : pw_history_find(history, id);
            if (life->parents[k] != PW_NO_LIFE)
                life->has_kin = history->lives[life->parents[k]].has_kin = true;
        }
    }
}

static void take_event(pw_history *history, const pw_record *record, size_t *ends)
{
    const size_t found = pw_history_find(history, record->id);
    if (found == PW_NO_LIFE)
        return; /* born before the recording, or never shown to the user */
    pw_life *life = &history->lives[found];
    switch (record->kind) {
    case PW_RECORD_BORN:
        break;
    case PW_RECORD_NAMED:
        life->name = record->name;
        break;
    case PW_RECORD_ENDED:
    case PW_RECORD_DEFERRED:
    case PW_RECORD_DISORDERED:
        life->ended = record;
        life->end_order = ++*ends;
        if (record->kind != PW_RECORD_DISORDERED)
            break;
        life->released_ns = record->time_ns; /* at once, whoever holds it */
        history->disordered++;
        break;
    case PW_RECORD_REFUSED:
        life->refusals++;
        if (life->refused == NULL)
            life->refused = record;
        break;
    case PW_RECORD_RELEASED:
        life->released_ns = record->time_ns;
        break;
    case PW_RECORD_LOST:
        history->lost += life->lost == NULL;
        life->lost = record;
        break;
    }
}

pawl_status pw_history_make(const pw_record_view *view, pw_history *history, pawl_error *error)
{
    *history = (pw_history){.view = *view};
    size_t births = 0;
    for (size_t i = 0; i < view->count; i++)
        births += pw_record_at(view, i)->kind == PW_RECORD_BORN;
    history->lives = pw_calloc(births, sizeof *history->lives);
    history->by_id = pw_calloc(births, sizeof *history->by_id);
    if (history->lives == NULL || history->by_id == NULL) {
        pw_history_free(history);
        return pw_fail_memory(error, "the history of objects", births * sizeof *history->lives);
    }
    take_births(history);
    find_parents(history);
    size_t ends = 0;
    for (size_t i = 0; i < view->count; i++)
        take_event(history, pw_record_at(&history->view, i), &ends);
    return PAWL_OK;
}

void pw_history_free(pw_history *history)
{
    pw_free(history->lives);
    pw_free(history->by_id);
}
