/* SPDX-License-Identifier: Apache-2.0 */
/* The report that is read: a paragraph a defect. */
#include "trace/trace_ir.h"

#include <string.h>

static const char *plain(const char *text)
{
    return text != NULL ? text : "";
}

/* Python's own lines, which say more than those of its interpreter. */
static bool put_python(pw_trace_out *out, const pw_trace_record *record)
{
    const char *text = pw_trace_text(record, 2);
    bool is_any = false;
    while ((text = strstr(text, "File ")) != NULL) {
        const size_t length = strcspn(text, "\n");
        pw_trace_put(out, "        %.*s\n", (int)length, text);
        text += length;
        is_any = true;
    }
    return is_any;
}

/* The lines of source at an address, wrappers left out; true: one of them is main. */
static bool put_places(pw_trace_out *out, const pw_trace_site *site)
{
    const char *const path = site->module != NULL ? site->module->path : "?";
    bool is_main = false;
    for (size_t k = 0; k < site->place_count; k++) {
        const pw_trace_place *const place = &site->places[k];
        if (place->file != NULL && pw_trace_is_wrapper(place->file))
            continue;
        if (place->file != NULL)
            pw_trace_put(out, "        %s (%s:%d)\n", plain(place->function), place->file,
                         place->line);
        else
            pw_trace_put(out, "        %s (in %s)\n", plain(place->function), path);
        is_main = is_main || (place->function != NULL && strcmp(place->function, "main") == 0);
    }
    if (site->place_count == 0)
        pw_trace_put(
            out, "        %s+0x%llx\n", path,
            (unsigned long long)(site->address - (site->module != NULL ? site->module->base : 0)));
    return is_main;
}

/* The frames of the program, up to main. */
static void put_frames(pw_trace *trace, pw_trace_out *out, size_t log,
                       const pw_trace_record *record)
{
    if (put_python(out, record))
        return;
    for (int i = 0; i < record->frame_count && i < trace->max_depth; i++) {
        const pw_trace_site *const site = pw_trace_site_find(trace, log, record, i);
        if (site != NULL && put_places(out, site))
            return;
    }
}

static void put_life(pw_trace *trace, pw_trace_out *out, const pw_trace_object *object)
{
    static const char *const ends[] = {"ended", "ended too early", "its end postponed",
                                       "ended by its owner"};
    if (object == NULL)
        return;
    const char *const born = pw_trace_where(trace, object->log, object->born);
    pw_trace_put(out, "    %s  made by %s() in %s", pw_trace_object_name(trace, object),
                 object->maker, born != NULL ? born : "?");
    if (object->ended != NULL && object->ended->code >= 0 &&
        object->ended->code < (int32_t)PW_COUNT(ends)) {
        const char *const place = pw_trace_where(trace, object->log, object->ended);
        pw_trace_put(out, "; %s%s%s", ends[object->ended->code], place != NULL ? " in " : "",
                     plain(place));
    } else if (object->is_lost) {
        pw_trace_put(out, "; never ended");
    }
    pw_trace_put(out, "\n");
}

static void put_message(pw_trace_out *out, const char *message)
{
    pw_trace_put_text(out, "    TensorRT says: ");
    pw_trace_put(out, "%.*s\n", (int)strcspn(message, "\n"), message);
}

static void put_finding(pw_trace *trace, pw_trace_out *out, const pw_trace_finding *finding)
{
    const pw_trace_record *const record =
        finding->record != NULL ? finding->record : finding->object->born;
    const char *const where = pw_trace_where(trace, finding->log, record);
    pw_trace_put(out, "\n%s  %s", pw_trace_id(finding->defect), pw_trace_sentence(trace, finding));
    if (where != NULL && finding->defect != PW_TRACE_NEVER_ENDED)
        pw_trace_put(out, ", in %s", where);
    if (finding->processes > 1)
        pw_trace_put(out, " (%zu times, in %zu processes)", finding->times, finding->processes);
    else if (finding->times > 1)
        pw_trace_put(out, " (%zu times)", finding->times);
    pw_trace_put(out, "\n");
    put_frames(trace, out, finding->log, record);
    if (finding->message[0] != '\0')
        put_message(out, finding->message);
    put_life(trace, out, finding->object);
    put_life(trace, out, finding->other);
    pw_trace_put(out, "    %s\n", pw_trace_remedy(trace, finding));
}

static void put_note(void *user, const char *text)
{
    pw_trace_put(user, "pawl trace: %s\n", text);
}

void pw_trace_write_text(pw_trace *trace, pw_text_form form, pw_trace_out *out)
{
    out->form = &form;
    pw_trace_notes(trace, put_note, out);
    for (size_t i = 0; i < trace->finding_count; i++)
        if (!trace->findings[i].is_suppressed)
            put_finding(trace, out, &trace->findings[i]);
    const size_t told = trace->finding_count - trace->suppressed;
    if (told > 0)
        pw_trace_put(out, "\n");
    if (trace->library_count > 0)
        pw_trace_put(out, "pawl trace: %zu object%s, %zu defect%s\n", trace->object_count,
                     trace->object_count == 1 ? "" : "s", told, told == 1 ? "" : "s");
    out->form = NULL;
}
