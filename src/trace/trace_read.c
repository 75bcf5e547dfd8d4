/* SPDX-License-Identifier: Apache-2.0 */
/* From logs to objects. A log may end anywhere, its program may have been killed; nothing in it is
 * believed. */
#include "trace/trace_ir.h"

#include <string.h>

#define MAX_LOG ((size_t)64 << 20)

const uint64_t *pw_trace_frames(const pw_trace_record *record)
{
    return (const uint64_t *)(record + 1);
}

const char *pw_trace_text(const pw_trace_record *record, int index)
{
    const char *text = (const char *)(pw_trace_frames(record) + record->frame_count);
    for (; index > 0; index--)
        text += strlen(text) + 1;
    return text;
}

/* Whether a record holds what it says it holds: its frames, and three texts. */
static bool is_whole(const pw_trace_record *record, size_t room)
{
    if (room < sizeof *record || record->size < sizeof *record || record->size > room ||
        record->size % 8 != 0 || record->frame_count > PW_TRACE_FRAMES)
        return false;
    const size_t held = sizeof *record + record->frame_count * sizeof(uint64_t);
    if (held > record->size || record->text_size > record->size - held)
        return false;
    const char *const texts = (const char *)record + held;
    unsigned noughts = 0;
    for (uint32_t i = 0; i < record->text_size; i++)
        noughts += texts[i] == '\0';
    return noughts == 3 && texts[record->text_size - 1] == '\0';
}

pw_trace_object *pw_trace_object_find(const pw_trace *trace, size_t log, uint64_t log_id)
{
    for (size_t i = trace->object_count; log_id != 0 && i > 0;
         i--) /* mostly young ones are asked for */
        if (trace->objects[i - 1].log_id == log_id && trace->objects[i - 1].log == log)
            return &trace->objects[i - 1];
    return NULL;
}

static bool has_room(pw_trace *trace, void *slot, size_t count, size_t *capacity, size_t size)
{
    void *array = NULL;
    memcpy(&array, slot, sizeof array);
    if (count < *capacity)
        return true;
    array = pw_arena_grow(&trace->arena, array, count, capacity, size);
    if (array != NULL)
        memcpy(slot, &array, sizeof array);
    return array != NULL;
}

static bool take_birth(pw_trace *trace, size_t log, const pw_trace_record *record)
{
    if (!has_room(trace, &trace->objects, trace->object_count, &trace->object_capacity,
                  sizeof *trace->objects))
        return false;
    trace->objects[trace->object_count] = (pw_trace_object){.log = log,
                                                            .log_id = record->id,
                                                            .id = trace->object_count + 1,
                                                            .interface = pw_trace_text(record, 0),
                                                            .maker = pw_trace_text(record, 1),
                                                            .born = record,
                                                            .is_owned = record->count != 0};
    trace->object_count++;
    return true;
}

static bool take_module(pw_trace *trace, pw_trace_log_file *log, const pw_trace_record *record)
{
    if (!has_room(trace, &log->modules, log->module_count, &log->module_capacity,
                  sizeof *log->modules))
        return false;
    log->modules[log->module_count++] = (pw_trace_module){
        record->id, record->others[0], record->others[1], pw_trace_text(record, 0)};
    return true;
}

static bool take_library(pw_trace *trace, size_t log, const pw_trace_record *record)
{
    if (!has_room(trace, &trace->libraries, trace->library_count, &trace->library_capacity,
                  sizeof *trace->libraries) ||
        !has_room(trace, &trace->library_logs, trace->library_count, &trace->library_log_capacity,
                  sizeof *trace->library_logs))
        return false;
    trace->libraries[trace->library_count] = record;
    trace->library_logs[trace->library_count++] = log;
    trace->logs[log].has_library = true;
    return true;
}

static bool take_record(pw_trace *trace, size_t index, const pw_trace_record *record)
{
    pw_trace_log_file *const log = &trace->logs[index];
    pw_trace_object *object = NULL;
    switch ((pw_trace_kind)record->kind) {
    case PW_TRACE_STARTED:
        log->program = pw_trace_text(record, 0);
        log->arguments = pw_trace_text(record, 1);
        return true;
    case PW_TRACE_LIBRARY:
        return take_library(trace, index, record);
    case PW_TRACE_MODULE:
        return take_module(trace, log, record);
    case PW_TRACE_BORN:
        return take_birth(trace, index, record);
    case PW_TRACE_ENDED:
        if ((object = pw_trace_object_find(trace, index, record->id)) != NULL)
            object->ended = record;
        return true;
    case PW_TRACE_RELEASED:
        if ((object = pw_trace_object_find(trace, index, record->id)) != NULL) {
            object->released = record;
            object->parts = record->count;
        }
        return true;
    case PW_TRACE_EXIT:
        log->is_exited = true;
        return true;
    case PW_TRACE_FOUND:
    case PW_TRACE_FORKED:
        return true;
    }
    return true; /* of a later version */
}

/* The array of objects moves while it grows, so who is whose parent is looked up at the end. */
static void find_parents(pw_trace *trace)
{
    for (size_t i = 0; i < trace->object_count; i++)
        for (int k = 0; k < 3; k++)
            trace->objects[i].parents[k] = pw_trace_object_find(trace, trace->objects[i].log,
                                                                trace->objects[i].born->others[k]);
}

static pawl_status open_log(pw_trace_log_file *log, const char *path, pawl_error *error)
{
    PW_TRY(pw_os_read(path, MAX_LOG + (1u << 20), &log->contents, error));
    log->head = (const pw_trace_head *)(const void *)log->contents.data;
    log->program = log->arguments = "";
    if (log->contents.size < sizeof *log->head || log->head->magic != PW_TRACE_MAGIC)
        return pw_fail(error, PAWL_ERR_CORRUPT, "%s is no log of pawl trace", path);
    return PAWL_OK;
}

pawl_status pw_trace_take(pw_trace *trace, const char *const logs[], size_t count,
                          pawl_error *error)
{
    trace->logs = pw_arena_array(&trace->arena, count + 1, sizeof *trace->logs);
    if (trace->logs == NULL)
        return pw_fail_memory(error, "the logs of a program", count * sizeof *trace->logs);
    for (size_t i = 0; i < count; i++) {
        trace->log_count = i + 1; /* what is open is closed with the trace */
        PW_TRY(open_log(&trace->logs[i], logs[i], error));
        const pw_contents *const contents = &trace->logs[i].contents;
        const uint64_t used = trace->logs[i].head->used;
        const size_t end = used < contents->size ? (size_t)used : contents->size;
        size_t *const at = &trace->logs[i].end;
        for (*at = sizeof(pw_trace_head); *at < end;) {
            const pw_trace_record *const record =
                (const pw_trace_record *)(const void *)(contents->data + *at);
            if (!is_whole(record, end - *at))
                break; /* it was being written */
            if (!take_record(trace, i, record))
                return pw_fail_memory(error, "the objects of a program", sizeof(pw_trace_object));
            *at += record->size;
        }
    }
    find_parents(trace);
    return PAWL_OK;
}
