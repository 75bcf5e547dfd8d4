/* SPDX-License-Identifier: Apache-2.0 */
/* From what was recorded to defects: those that the witness found, and what was never ended. The
 * same from the same place is one, in however many processes of one program. */
#include "trace/trace_ir.h"

#include <string.h>

/* A finding has a record of its own, or an object. */
static const pw_trace_record *place_of(const pw_trace_finding *finding)
{
    return finding->record != NULL ? finding->record : finding->object->born;
}

/* Each process has its libraries at other addresses. */
static bool is_same_frame(const pw_trace *trace, const pw_trace_finding *first,
                          const pw_trace_finding *second, int nth)
{
    const pw_trace_record *const a = place_of(first), *const b = place_of(second);
    const uint64_t at = pw_trace_frames(a)[nth], other = pw_trace_frames(b)[nth];
    if (first->log == second->log)
        return at == other;
    const pw_trace_module *const in = pw_trace_module_of(trace, first->log, a, nth);
    const pw_trace_module *const other_in = pw_trace_module_of(trace, second->log, b, nth);
    return in != NULL && other_in != NULL && in->path == other_in->path &&
           at - in->base == other - other_in->base;
}

static bool is_same_place(const pw_trace *trace, const pw_trace_finding *first,
                          const pw_trace_finding *second)
{
    const pw_trace_record *const a = place_of(first), *const b = place_of(second);
    const int count = a->frame_count < 6 ? a->frame_count : 6;
    if ((b->frame_count < 6 ? b->frame_count : 6) != count ||
        strcmp(pw_trace_text(a, 2), pw_trace_text(b, 2)) != 0)
        return false;
    for (int i = 0; i < count; i++)
        if (!is_same_frame(trace, first, second, i))
            return false;
    return true;
}

static pw_trace_finding *find_same(pw_trace *trace, const pw_trace_finding *wanted)
{
    for (size_t i = 0; i < trace->finding_count; i++) {
        pw_trace_finding *const each = &trace->findings[i];
        const bool is_same = each->defect == wanted->defect &&
                             (each->object == NULL) == (wanted->object == NULL) &&
                             strcmp(each->call, wanted->call) == 0 &&
                             (wanted->defect != PW_TRACE_LIBRARY_ERROR ||
                              strcmp(each->message, wanted->message) == 0);
        if (is_same && is_same_place(trace, each, wanted) &&
            (each->object == NULL ||
             strcmp(each->object->interface, wanted->object->interface) == 0))
            return each;
    }
    return NULL;
}

static pawl_status add(pw_trace *trace, const pw_trace_finding *finding, pawl_error *error)
{
    pw_trace_finding *const same = find_same(trace, finding);
    if (same != NULL) {
        same->times++;
        same->processes += same->last_log != finding->log;
        same->last_log = finding->log;
        return PAWL_OK;
    }
    if (trace->finding_count == trace->finding_capacity) {
        void *const grown = pw_arena_grow(&trace->arena, trace->findings, trace->finding_count,
                                          &trace->finding_capacity, sizeof *trace->findings);
        if (grown == NULL)
            return pw_fail_memory(error, "the defects of a program", sizeof *trace->findings);
        trace->findings = grown;
    }
    pw_trace_finding *const added = &trace->findings[trace->finding_count++];
    *added = *finding;
    added->times = added->processes = 1;
    added->last_log = finding->log;
    return PAWL_OK;
}

/* What the library says of a defect that the witness has told belongs to that one. */
static bool join_message(pw_trace *trace, size_t log, const pw_trace_record *record)
{
    if (record->code != PW_TRACE_LIBRARY_ERROR || record->count == 0)
        return false;
    for (size_t i = trace->finding_count; i > 0; i--) {
        pw_trace_finding *const each = &trace->findings[i - 1];
        if (each->last_log != log || each->defect != (pw_trace_defect)record->count)
            continue;
        if (each->message[0] == '\0')
            each->message = pw_trace_text(record, 1);
        return true;
    }
    return false;
}

/* The log of the process that forked this one; log_count: it is not among them. */
static size_t parent_of(const pw_trace *trace, size_t log)
{
    size_t parent = 0;
    while (parent < trace->log_count &&
           (parent == log || trace->logs[parent].head->process != trace->logs[log].head->parent))
        parent++;
    return parent;
}

/* What a forked child inherited stands in the log of its parent. */
static pw_trace_object *find_object(const pw_trace *trace, size_t log, uint64_t log_id)
{
    pw_trace_object *found = pw_trace_object_find(trace, log, log_id);
    for (size_t steps = 0; found == NULL && steps < trace->log_count; steps++) {
        if (!trace->logs[log].head->is_forked)
            return NULL;
        log = parent_of(trace, log);
        if (log == trace->log_count)
            return NULL;
        found = pw_trace_object_find(trace, log, log_id);
    }
    return found;
}

static pawl_status judge_log(pw_trace *trace, size_t log, pawl_error *error)
{
    const pw_contents *const contents = &trace->logs[log].contents;
    for (size_t at = sizeof(pw_trace_head); at < trace->logs[log].end;) {
        const pw_trace_record *const record =
            (const pw_trace_record *)(const void *)(contents->data + at);
        at += record->size;
        if (record->kind != PW_TRACE_FOUND || record->code <= 0 ||
            record->code >= PW_TRACE_DEFECT_END || join_message(trace, log, record))
            continue;
        const pw_trace_finding finding = {.defect = (pw_trace_defect)record->code,
                                          .log = log,
                                          .record = record,
                                          .object = find_object(trace, log, record->id),
                                          .other = find_object(trace, log, record->others[0]),
                                          .count = record->count,
                                          .call = pw_trace_text(record, 0),
                                          .message = pw_trace_text(record, 1)};
        PW_TRY(add(trace, &finding, error));
    }
    return PAWL_OK;
}

/* What a process that came to its exit had not ended, itself or as a child of fork that inherited
 * it. */
static pawl_status judge_lives(pw_trace *trace, pawl_error *error)
{
    for (size_t i = 0; i < trace->object_count; i++) {
        pw_trace_object *const object = &trace->objects[i];
        if (object->ended != NULL || object->is_owned || !trace->logs[object->log].is_exited)
            continue;
        object->is_lost = true;
        const pw_trace_finding finding = {.defect = PW_TRACE_NEVER_ENDED,
                                          .log = object->log,
                                          .object = object,
                                          .call = "",
                                          .message = ""};
        PW_TRY(add(trace, &finding, error));
    }
    return PAWL_OK;
}

pawl_status pw_trace_judge(pw_trace *trace, pawl_error *error)
{
    for (size_t i = 0; i < trace->log_count; i++)
        PW_TRY(judge_log(trace, i, error));
    return judge_lives(trace, error);
}
