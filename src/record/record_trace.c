/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace-event file. An object is a bar from its birth to the release of its memory, inside the
 * bar of a parent wherever that is possible: pins see to it that a parent's bar is longer. Bars on
 * one track must nest, so what overlaps goes to a track of its own.
 */
#include "base/memory.h"
#include "lifetime/diagnosis.h"
#include "record/record_out.h"

#define SCAN_MAX 256 /* tracks looked at for a free one */

typedef struct track_set {
    const pw_history *history;
    size_t *track; /* of each life */
    size_t *below; /* the life inside which each one lies, or PW_NO_LIFE */
    size_t *top;   /* of each track: its innermost open bar, or PW_NO_LIFE */
    size_t count;
} track_set;

static uint64_t end_of(const pw_history *history, const pw_life *life)
{
    return life->released_ns != 0 ? life->released_ns : history->view.now_ns;
}

/* The innermost bar still open on a track at this time. */
static size_t top_at(track_set *tracks, size_t track, uint64_t time_ns)
{
    size_t *top = &tracks->top[track];
    while (*top != PW_NO_LIFE && end_of(tracks->history, &tracks->history->lives[*top]) <= time_ns)
        *top = tracks->below[*top];
    return *top;
}

/* Inside a parent, or on a track with nothing open, or on a new one. */
static size_t find_track(track_set *tracks, const pw_life *life)
{
    const uint64_t born_ns = life->born->time_ns;
    for (size_t k = 0; k < PW_MAX_PARENTS; k++) {
        const size_t parent = life->parents[k];
        if (parent != PW_NO_LIFE && tracks->history->lives[parent].born->time_ns < born_ns &&
            top_at(tracks, tracks->track[parent], born_ns) == parent &&
            end_of(tracks->history, &tracks->history->lives[parent]) >=
                end_of(tracks->history, life))
            return tracks->track[parent];
    }
    for (size_t track = 0; track < tracks->count && track < SCAN_MAX; track++)
        if (top_at(tracks, track, born_ns) == PW_NO_LIFE)
            return track;
    tracks->top[tracks->count] = PW_NO_LIFE;
    return tracks->count++;
}

static void assign(track_set *tracks)
{
    for (size_t i = 0; i < tracks->history->count; i++) {
        const size_t track = find_track(tracks, &tracks->history->lives[i]);
        tracks->track[i] = track;
        tracks->below[i] = tracks->top[track];
        tracks->top[track] = i;
    }
}

/* --- writing --- */

static void put_us(pw_os_file *file, const char *key, uint64_t ns)
{
    pw_put(file, ",\"%s\":%llu.%03u", key, (unsigned long long)(ns / 1000), (unsigned)(ns % 1000));
}

static void put_label(pw_os_file *file, const pw_life *life)
{
    pw_put(file, "%s #%llu", life->born->type->name, (unsigned long long)life->id);
    if (life->name[0] == '\0')
        return;
    pw_put(file, " ");
    pw_put_json(file, life->name);
}

static void put_pins(pw_os_file *file, const pw_history *history, const pw_life *life)
{
    pw_put(file, ",\"pins\":\"");
    bool is_first = true;
    for (size_t k = 0; k < PW_MAX_PARENTS; k++) {
        if (life->parents[k] == PW_NO_LIFE)
            continue;
        pw_put(file, is_first ? "" : ", ");
        put_label(file, &history->lives[life->parents[k]]);
        is_first = false;
    }
    pw_put(file, "\"");
}

static const char *end_word(const pw_life *life)
{
    if (life->lost != NULL)
        return "lost";
    if (life->ended != NULL && life->ended->kind == PW_RECORD_DISORDERED)
        return "disordered";
    if (life->released_ns == 0)
        return "alive";
    return life->ended == NULL                       ? "released"
           : life->ended->kind == PW_RECORD_DEFERRED ? "deferred"
                                                     : "ended";
}

static void put_bar(pw_os_file *file, const pw_history *history, const pw_life *life, size_t track)
{
    pw_put(file, ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%zu,\"cat\":\"%s\",\"name\":\"", track + 1,
           life->born->type->name);
    put_label(file, life);
    pw_put(file, "\"");
    put_us(file, "ts", life->born->time_ns);
    put_us(file, "dur", end_of(history, life) - life->born->time_ns);
    pw_put(file, ",\"args\":{\"id\":%llu,\"made at\":\"", (unsigned long long)life->id);
    pw_put_json(file, life->born->place.file);
    pw_put(file, ":%d\"", life->born->place.line);
    put_pins(file, history, life);
    pw_put(file, ",\"end\":\"%s\"}}", end_word(life));
}

/* Ends that were no plain ones, and objects that were lost. */
static void put_instant(pw_os_file *file, const track_set *tracks, const pw_record *record)
{
    static const char *const instants[] = {[PW_RECORD_DEFERRED] = "deferred end of",
                                           [PW_RECORD_DISORDERED] = "too early end of",
                                           [PW_RECORD_LOST] = "loss of"};
    const size_t life = pw_history_find(tracks->history, record->id);
    if (life == PW_NO_LIFE)
        return;
    pw_put(file, ",\n{\"ph\":\"i\",\"s\":\"t\",\"pid\":1,\"tid\":%zu,\"name\":\"",
           tracks->track[life] + 1);
    if (record->kind == PW_RECORD_REFUSED)
        pw_put(file, "%s: refused end of ", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    else
        pw_put(file, "%s ", instants[record->kind]);
    put_label(file, &tracks->history->lives[life]);
    pw_put(file, "\"");
    put_us(file, "ts", record->time_ns);
    pw_put(file, ",\"args\":{\"holder\":%llu,\"holders\":%u}}",
           (unsigned long long)record->others[0], record->holder_count);
}

static void put_all(pw_os_file *file, const track_set *tracks)
{
    const pw_history *history = tracks->history;
    pw_put(file,
           "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"not_recorded\":\"%llu\"},"
           "\"traceEvents\":[\n"
           "{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{\"name\":\"pawl "
           "objects\"}}",
           (unsigned long long)history->view.dropped);
    for (size_t track = 0; track < tracks->count; track++)
        pw_put(file,
               ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"name\":\"thread_name\",\"args\":{\"name\":"
               "\"objects %zu\"}}"
               ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%zu,\"name\":\"thread_sort_index\",\"args\":{"
               "\"sort_index\":%zu}}",
               track + 1, track + 1, track + 1, track + 1);
    for (size_t i = 0; i < history->count; i++)
        put_bar(file, history, &history->lives[i], tracks->track[i]);
    for (size_t i = 0; i < history->view.count; i++) {
        const pw_record *record = pw_record_at(&history->view, i);
        if (record->kind == PW_RECORD_DEFERRED || record->kind == PW_RECORD_REFUSED ||
            record->kind == PW_RECORD_DISORDERED || record->kind == PW_RECORD_LOST)
            put_instant(file, tracks, record);
    }
    pw_put(file, "\n]}\n");
}

pawl_status pw_record_write_trace(pw_os_file *file, const pw_history *history, pawl_error *error)
{
    size_t *memory PW_AUTO_FREE = pw_calloc(3 * history->count, sizeof *memory);
    if (memory == NULL)
        return pw_fail_memory(error, "the tracks of a trace", 3 * history->count * sizeof *memory);
    track_set tracks = {.history = history,
                        .track = memory,
                        .below = memory + history->count,
                        .top = memory + 2 * history->count};
    assign(&tracks);
    put_all(file, &tracks);
    return PAWL_OK;
}
