/* SPDX-License-Identifier: Apache-2.0 */
/* The report for programs: one JSON object. */
#include "trace/trace_ir.h"

#include <string.h>

static void put_member(pw_trace_out *out, const char *name, const char *text)
{
    pw_trace_put(out, "\"%s\":\"", name);
    pw_trace_put_json(out, text != NULL ? text : "");
    pw_trace_put(out, "\"");
}

static void put_place(pw_trace_out *out, const pw_trace_site *site, const pw_trace_place *place,
                      bool is_first)
{
    pw_trace_put(out, "%s{", is_first ? "" : ",");
    put_member(out, "module", site->module != NULL ? site->module->path : "");
    pw_trace_put(out, ",\"offset\":%llu",
                 (unsigned long long)(site->module != NULL ? site->address - site->module->base
                                                           : site->address));
    if (place != NULL && place->function != NULL) {
        pw_trace_put(out, ",");
        put_member(out, "function", place->function);
    }
    if (place != NULL && place->file != NULL) {
        pw_trace_put(out, ",");
        put_member(out, "file", place->file);
        pw_trace_put(out, ",\"line\":%d", place->line);
    }
    pw_trace_put(out, "}");
}

static void put_frames(pw_trace *trace, pw_trace_out *out, const char *name, size_t log,
                       const pw_trace_record *record)
{
    bool is_first = true;
    pw_trace_put(out, "\"%s\":[", name);
    for (int i = 0; record != NULL && i < record->frame_count && i < trace->max_depth; i++) {
        const pw_trace_site *const site = pw_trace_site_find(trace, log, record, i);
        for (size_t k = 0;
             site != NULL && (k < site->place_count || (k == 0 && site->place_count == 0)); k++) {
            put_place(out, site, site->place_count > 0 ? &site->places[k] : NULL, is_first);
            is_first = false;
        }
    }
    pw_trace_put(out, "],");
    const char *text = record != NULL ? pw_trace_text(record, 2) : "";
    pw_trace_put(out, "\"%s_python\":[", name);
    for (is_first = true; (text = strstr(text, "File ")) != NULL; is_first = false) {
        char line[512];
        const size_t length =
            strcspn(text, "\n") < sizeof line - 1 ? strcspn(text, "\n") : sizeof line - 1;
        memcpy(line, text, length);
        line[length] = '\0';
        pw_trace_put(out, "%s\"", is_first ? "" : ",");
        pw_trace_put_json(out, line);
        pw_trace_put(out, "\"");
        text += length;
    }
    pw_trace_put(out, "]");
}

static void put_object(pw_trace *trace, pw_trace_out *out, const char *name,
                       const pw_trace_object *object)
{
    static const char *const ends[] = {"in order", "early", "postponed", "by its owner"};
    pw_trace_put(out, ",\"%s\":", name);
    if (object == NULL) {
        pw_trace_put(out, "null");
        return;
    }
    const bool has_end = object->ended != NULL && object->ended->code >= 0 &&
                         object->ended->code < (int32_t)PW_COUNT(ends);
    pw_trace_put(out, "{\"id\":%llu,\"process\":%u,", (unsigned long long)object->id,
                 trace->logs[object->log].head->process);
    put_member(out, "interface", object->interface);
    pw_trace_put(out, ",");
    put_member(out, "made_by", object->maker);
    pw_trace_put(out, ",");
    put_member(out, "end", has_end ? ends[object->ended->code] : object->is_lost ? "never" : "");
    pw_trace_put(out, ",");
    put_frames(trace, out, "born", object->log, object->born);
    pw_trace_put(out, ",");
    put_frames(trace, out, "ended", object->log, object->ended);
    pw_trace_put(out, "}");
}

static void put_finding(pw_trace *trace, pw_trace_out *out, const pw_trace_finding *finding)
{
    const pw_trace_record *const record =
        finding->record != NULL ? finding->record : finding->object->born;
    pw_trace_put(out, "{");
    put_member(out, "id", pw_trace_id(finding->defect));
    pw_trace_put(out, ",");
    put_member(out, "title", pw_trace_diagnosis(finding->defect)->title);
    pw_trace_put(out, ",");
    put_member(out, "sentence", pw_trace_sentence(trace, finding));
    pw_trace_put(out, ",");
    put_member(out, "where", pw_trace_where(trace, finding->log, record));
    pw_trace_put(out, ",");
    put_member(out, "remedy", pw_trace_remedy(trace, finding));
    pw_trace_put(out, ",");
    put_member(out, "library_says", finding->message);
    pw_trace_put(out, ",");
    put_member(out, "suppression", pw_trace_suppression(trace, finding));
    pw_trace_put(out, ",\"times\":%zu,\"processes\":%zu,\"process\":%u,\"thread\":%u,",
                 finding->times, finding->processes, trace->logs[finding->log].head->process,
                 record->thread);
    put_frames(trace, out, "frames", finding->log, record);
    put_object(trace, out, "object", finding->object);
    put_object(trace, out, "other", finding->other);
    pw_trace_put(out, "}");
}

typedef struct notes {
    pw_trace_out *out;
    bool is_any;
} notes;

static void put_note(void *user, const char *text)
{
    notes *const to = user;
    pw_trace_put(to->out, "%s\"", to->is_any ? "," : "");
    pw_trace_put_json(to->out, text);
    pw_trace_put(to->out, "\"");
    to->is_any = true;
}

void pw_trace_write_json(pw_trace *trace, pw_trace_out *out)
{
    notes to = {out, false};
    pw_trace_put(out, "{\"tool\":\"pawl trace\",\"notes\":[");
    pw_trace_notes(trace, put_note, &to);
    pw_trace_put(out, "],\"objects\":%zu,\"suppressed\":%zu,\"defects\":[", trace->object_count,
                 trace->suppressed);
    bool is_first = true;
    for (size_t i = 0; i < trace->finding_count; i++) {
        if (trace->findings[i].is_suppressed)
            continue;
        pw_trace_put(out, "%s\n", is_first ? "" : ",");
        put_finding(trace, out, &trace->findings[i]);
        is_first = false;
    }
    pw_trace_put(out, "]}\n");
}
