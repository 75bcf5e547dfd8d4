/* SPDX-License-Identifier: Apache-2.0 */
/* The two formats of a line an event: text and JSON. */
#include "lifetime/diagnosis.h"
#include "record/record_out.h"

/* --- text --- */

/* engine #7, or #7 where its birth was not recorded */
static void put_object(pw_os_file *file, const pw_history *history, uint64_t id)
{
    const size_t life = pw_history_find(history, id);
    if (life != PW_NO_LIFE)
        pw_put(file, "%s ", history->lives[life].born->type->name);
    pw_put(file, "#%llu", (unsigned long long)id);
}

static void put_holder(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    if (record->others[0] == 0)
        pw_put(file, "a call under way");
    else
        put_object(file, history, record->others[0]);
    if (record->holder_count > 1)
        pw_put(file, " and %u other%s", record->holder_count - 1,
               record->holder_count > 2 ? "s" : "");
}

static void put_name(pw_os_file *file, const char *before, const char *name)
{
    pw_put(file, "%s", before);
    pw_put_plain(file, name);
    pw_put(file, "\"");
}

static void put_birth(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    if (record->name[0] != '\0')
        put_name(file, " \"", record->name);
    for (size_t k = 0; k < PW_MAX_PARENTS && record->others[k] != 0; k++) {
        pw_put(file, k == 0 ? " on " : ", ");
        put_object(file, history, record->others[k]);
    }
    if (record->place.file[0] == '\0')
        return;
    pw_put(file, " at ");
    pw_put_plain(file, record->place.file);
    pw_put(file, ":%d", record->place.line);
}

static void put_lived(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    const size_t life = pw_history_find(history, record->id);
    if (life == PW_NO_LIFE)
        return;
    const uint64_t us = (record->time_ns - history->lives[life].born->time_ns) / 1000;
    pw_put(file, " after %llu.%03u s", (unsigned long long)(us / 1000000),
           (unsigned)(us / 1000 % 1000));
}

static void put_text_line(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    static const char signs[] = {
        [PW_RECORD_BORN] = '+',       [PW_RECORD_NAMED] = '=',   [PW_RECORD_ENDED] = '.',
        [PW_RECORD_DEFERRED] = '~',   [PW_RECORD_REFUSED] = '!', [PW_RECORD_RELEASED] = '-',
        [PW_RECORD_DISORDERED] = 'x', [PW_RECORD_LOST] = '?'};
    const uint64_t us = record->time_ns / 1000;
    pw_put(file, "%llu.%06u %c ", (unsigned long long)(us / 1000000), (unsigned)(us % 1000000),
           signs[record->kind]);
    put_object(file, history, record->id);
    switch (record->kind) {
    case PW_RECORD_BORN:
        put_birth(file, history, record);
        break;
    case PW_RECORD_NAMED:
        put_name(file, " named \"", record->name);
        break;
    case PW_RECORD_ENDED:
        pw_put(file, " ended");
        break;
    case PW_RECORD_DEFERRED:
        pw_put(file, " ended, held by ");
        put_holder(file, history, record);
        break;
    case PW_RECORD_REFUSED:
        pw_put(file, " not ended: %s, held by ", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
        put_holder(file, history, record);
        break;
    case PW_RECORD_RELEASED:
        put_lived(file, history, record);
        break;
    case PW_RECORD_DISORDERED:
        pw_put(file, " ended too early, held by ");
        put_holder(file, history, record);
        break;
    case PW_RECORD_LOST:
        pw_put(file, " lost: nobody can end it any more");
        break;
    }
    pw_put(file, "\n");
}

void pw_record_write_text(pw_os_file *file, const pw_history *history)
{
    for (size_t i = 0; i < history->view.count; i++)
        put_text_line(file, history, pw_record_at(&history->view, i));
    if (history->view.dropped > 0)
        pw_put(file, "%llu later events were not recorded\n",
               (unsigned long long)history->view.dropped);
}

/* --- JSON lines --- */

static void put_json_birth(pw_os_file *file, const pw_record *record)
{
    pw_put(file, ",\"type\":\"%s\",\"name\":\"", record->type->name);
    pw_put_json(file, record->name);
    pw_put(file, "\",\"parents\":[");
    for (size_t k = 0; k < PW_MAX_PARENTS && record->others[k] != 0; k++)
        pw_put(file, "%s%llu", k == 0 ? "" : ",", (unsigned long long)record->others[k]);
    pw_put(file, "]");
    if (record->place.file[0] == '\0')
        return;
    pw_put(file, ",\"file\":\"");
    pw_put_json(file, record->place.file);
    pw_put(file, "\",\"line\":%d", record->place.line);
}

static void put_json_line(pw_os_file *file, const pw_record *record)
{
    static const char *const kinds[] = {
        [PW_RECORD_BORN] = "born",
        [PW_RECORD_NAMED] = "named",
        [PW_RECORD_ENDED] = "ended",
        [PW_RECORD_DEFERRED] = "deferred",
        [PW_RECORD_REFUSED] = "refused",
        [PW_RECORD_RELEASED] = "released",
        [PW_RECORD_DISORDERED] = "disordered",
        [PW_RECORD_LOST] = "lost",
    };
    pw_put(file, "{\"time_ns\":%llu,\"event\":\"%s\",\"id\":%llu",
           (unsigned long long)record->time_ns, kinds[record->kind],
           (unsigned long long)record->id);
    if (record->kind == PW_RECORD_BORN)
        put_json_birth(file, record);
    if (record->kind == PW_RECORD_NAMED) {
        pw_put(file, ",\"name\":\"");
        pw_put_json(file, record->name);
        pw_put(file, "\"");
    }
    if (record->kind == PW_RECORD_REFUSED)
        pw_put(file, ",\"diagnosis\":\"%s\"", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    if (record->kind == PW_RECORD_REFUSED || record->kind == PW_RECORD_DEFERRED ||
        record->kind == PW_RECORD_DISORDERED)
        pw_put(file, ",\"holder\":%llu,\"holders\":%u", (unsigned long long)record->others[0],
               record->holder_count);
    pw_put(file, "}\n");
}

void pw_record_write_jsonl(pw_os_file *file, const pw_history *history)
{
    pw_put(file, "{\"time_ns\":0,\"event\":\"begun\",\"level\":\"%s\",\"not_recorded\":%llu}\n",
           pw_guard_name(history->view.guard), (unsigned long long)history->view.dropped);
    for (size_t i = 0; i < history->view.count; i++)
        put_json_line(file, pw_record_at(&history->view, i));
}
