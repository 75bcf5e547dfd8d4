/* SPDX-License-Identifier: Apache-2.0 */
/* The drawing of the room record, from what a log holds; and the page that has text and drawing. */
#include "base/memory.h"
#include "record/record_out.h"
#include "trace/trace_ir.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Interfaces that belong to running; what is not named here belongs to building. */
static pw_role role_of(const char *interface)
{
    static const char *const running[] = {"IRuntime",         "ICudaEngine",    "IExecutionContext",
                                          "IEngineInspector", "IRefitter",      "IRuntimeConfig",
                                          "IRuntimeCache",    "IParserRefitter"};
    for (size_t i = 0; i < PW_COUNT(running); i++)
        if (strcmp(interface, running[i]) == 0)
            return PW_ROLE_RUN;
    return PW_ROLE_BUILD;
}

/* One a kind of interface, in types, which has room for one an object. */
static const pw_type *type_of(pw_type *types, size_t *count, const char *interface)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(types[i].name, interface) == 0)
            return &types[i];
    types[*count] = (pw_type){.name = interface, .role = role_of(interface)};
    return &types[(*count)++];
}

static pw_place place_of(const pw_trace *trace, const pw_trace_object *object)
{
    pw_place place = {.line = 0};
    const pw_trace_place *const own = pw_trace_own_place(trace, object->log, object->born);
    const char *const base = own != NULL && own->file != NULL ? pw_os_basename(own->file) : "";
    const size_t length = strlen(base);
    if (length == 0 || length >= sizeof place.file)
        return place;
    memcpy(place.file, base, length + 1);
    place.line = own->line;
    return place;
}

static int compare_events(const void *a, const void *b)
{
    const uint64_t first = ((const pw_record *)a)->time_ns,
                   second = ((const pw_record *)b)->time_ns;
    return first < second ? -1 : first > second;
}

static pw_record_kind kind_of_end(int32_t code)
{
    return code == PW_TRACE_EARLY       ? PW_RECORD_DISORDERED
           : code == PW_TRACE_POSTPONED ? PW_RECORD_DEFERRED
                                        : PW_RECORD_ENDED;
}

static size_t put_life(pw_trace *trace, const pw_trace_object *object, const pw_type *type,
                       pw_record *to, uint64_t last_ns)
{
    size_t count = 0;
    pw_record born = {.kind = PW_RECORD_BORN,
                      .id = object->id,
                      .type = type,
                      .time_ns = object->born->time_ns,
                      .place = place_of(trace, object)};
    for (size_t i = 0, k = 0; i < 3; i++)
        if (object->parents[i] != NULL)
            born.others[k++] = object->parents[i]->id;
    to[count++] = born;
    if (object->ended != NULL) {
        const pw_trace_object *const holder =
            pw_trace_object_find(trace, object->log, object->ended->others[0]);
        to[count++] = (pw_record){.kind = kind_of_end(object->ended->code),
                                  .id = object->id,
                                  .time_ns = object->ended->time_ns,
                                  .others = {holder != NULL ? holder->id : 0},
                                  .holder_count = object->ended->count};
    }
    if (object->released != NULL &&
        (object->ended == NULL || object->ended->code != PW_TRACE_EARLY))
        to[count++] = (pw_record){
            .kind = PW_RECORD_RELEASED, .id = object->id, .time_ns = object->released->time_ns};
    if (object->is_lost)
        to[count++] = (pw_record){.kind = PW_RECORD_LOST, .id = object->id, .time_ns = last_ns};
    return count;
}

static pawl_status draw(pw_trace *trace, pw_recording *recording, pw_record *events, pw_type *types,
                        pw_os_file *file, pawl_error *error)
{
    size_t count = 0, type_count = 0;
    uint64_t first_ns = UINT64_MAX, last_ns = 0;
    for (size_t i = 0; i < trace->object_count; i++) {
        const pw_trace_object *const each = &trace->objects[i];
        const uint64_t end = each->released != NULL ? each->released->time_ns : each->born->time_ns;
        first_ns = each->born->time_ns < first_ns ? each->born->time_ns : first_ns;
        last_ns = end > last_ns ? end : last_ns;
    }
    if (trace->object_count == 0)
        first_ns = last_ns = 0;
    for (size_t i = 0; i < trace->object_count; i++)
        count += put_life(trace, &trace->objects[i],
                          type_of(types, &type_count, trace->objects[i].interface), events + count,
                          last_ns + 1000000);
    if (count > 0)
        qsort(events, count, sizeof *events, compare_events);
    pw_recording_begin(recording, first_ns);
    for (size_t i = 0; i < count; i++)
        pw_recording_add(recording, &events[i]);
    const pw_record_view view = pw_recording_view(
        recording, last_ns + 2000000, trace->is_repaired ? PW_GUARD_DEFERRED : PW_GUARD_NONE);
    pw_history history;
    PW_TRY(pw_history_make(&view, &history, error));
    const pawl_status status = pw_record_write_svg(file, &history, error);
    pw_history_free(&history);
    return status;
}

pawl_status pw_trace_write_svg(pw_trace *trace, pw_os_file *file, pawl_error *error)
{
    static pw_recording recording; /* its memory is kept for the next one */
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pw_record *events PW_AUTO_FREE = pw_calloc(4 * trace->object_count + 1, sizeof *events);
    pw_type *types PW_AUTO_FREE = pw_calloc(trace->object_count + 1, sizeof *types);
    if (events == NULL || types == NULL)
        return pw_fail_memory(error, "the drawing", 4 * trace->object_count * sizeof *events);
    pthread_mutex_lock(&mutex);
    const pawl_status status = draw(trace, &recording, events, types, file, error);
    pthread_mutex_unlock(&mutex);
    return status;
}

static void put_note(void *user, const char *text)
{
    pw_trace_put_text(user, "<p>");
    pw_trace_put_xml(user, text);
    pw_trace_put_text(user, "</p>\n");
}

pawl_status pw_trace_write_html(pw_trace *trace, pw_trace_out *out, pawl_error *error)
{
    const size_t told = trace->finding_count - trace->suppressed;
    pw_trace_put_text(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>pawl "
        "trace</title>\n"
        "<style>body{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;margin:2em;color:#1f2933}"
        "pre{background:#f4f6f8;padding:1em;overflow-x:auto;white-space:pre-wrap}"
        "h1{font-size:1.4em}h2{font-size:1.1em;color:#c81e1e}</style></head><body>\n");
    pw_trace_put(out, "<h1>pawl trace: %zu defect%s</h1>\n", told, told == 1 ? "" : "s");
    for (size_t i = 0; i < trace->finding_count; i++) {
        if (trace->findings[i].is_suppressed)
            continue;
        pw_trace_put(out, "<h2>%s: ", pw_trace_id(trace->findings[i].defect));
        pw_trace_put_xml(out, pw_trace_sentence(trace, &trace->findings[i]));
        pw_trace_put_text(out, "</h2>\n");
        put_note(out, pw_trace_remedy(trace, &trace->findings[i]));
    }
    PW_TRY(pw_trace_write_svg(trace, out->file, error));
    pw_trace_put_text(out, "<pre>");
    pw_trace_write_text(trace, PW_TEXT_XML, out);
    pw_trace_put_text(out, "</pre>\n</body></html>\n");
    return PAWL_OK;
}
