/* SPDX-License-Identifier: Apache-2.0 */
/* From logs to objects. A log may end anywhere, its program may have been killed; nothing in it is
 * believed. */
#include "trace/trace_ir.h"

#include <stdlib.h>
#include <string.h>

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

static int compare_objects(const void *a, const void *b)
{
    const pw_trace_object *const first = a, *const second = b;
    if (first->log != second->log)
        return first->log < second->log ? -1 : 1;
    return first->log_id < second->log_id ? -1 : first->log_id > second->log_id;
}

pw_trace_object *pw_trace_object_find(const pw_trace *trace, size_t log, uint64_t log_id)
{
    const pw_trace_object wanted = {.log = log, .log_id = log_id};
    return log_id == 0 || trace->object_count == 0
               ? NULL
               : bsearch(&wanted, trace->objects, trace->object_count, sizeof wanted,
                         compare_objects);
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
                                                            .interface = pw_trace_text(record, 0),
                                                            .maker = pw_trace_text(record, 1),
                                                            .born = record,
                                                            .is_owned = record->count != 0};
    trace->object_count++;
    trace->logs[log].has_library = true; /* a forked child's is told in its parent's log */
    return true;
}

/* The same file in all processes is one path. */
static const char *find_path(pw_trace *trace, const char *path)
{
    for (size_t i = 0; i < trace->path_count; i++)
        if (strcmp(trace->paths[i], path) == 0)
            return trace->paths[i];
    if (!has_room(trace, &trace->paths, trace->path_count, &trace->path_capacity,
                  sizeof *trace->paths))
        return NULL;
    return trace->paths[trace->path_count++] = path;
}

static bool take_module(pw_trace *trace, pw_trace_log_file *log, const pw_trace_record *record)
{
    const char *const path = find_path(trace, pw_trace_text(record, 0));
    if (path == NULL || !has_room(trace, &log->modules, log->module_count, &log->module_capacity,
                                  sizeof *log->modules))
        return false;
    log->modules[log->module_count++] =
        (pw_trace_module){record, record->id, record->others[0], record->others[1], path};
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
    case PW_TRACE_EXIT:
        log->is_exited = true;
        return true;
    case PW_TRACE_ENDED:
    case PW_TRACE_RELEASED:
    case PW_TRACE_FOUND:
    case PW_TRACE_FORKED:
        return true;
    }
    return true; /* of a later version */
}

static void take_ends(pw_trace *trace, size_t log)
{
    const uint8_t *const data = trace->logs[log].contents.data;
    for (size_t at = sizeof(pw_trace_head); at < trace->logs[log].end;) {
        const pw_trace_record *const record = (const pw_trace_record *)(const void *)(data + at);
        at += record->size;
        if (record->kind != PW_TRACE_ENDED && record->kind != PW_TRACE_RELEASED)
            continue;
        pw_trace_object *const object = pw_trace_object_find(trace, log, record->id);
        if (object != NULL && record->kind == PW_TRACE_ENDED)
            object->ended = record;
        if (object != NULL && record->kind == PW_TRACE_RELEASED) {
            object->released = record;
            object->parts = record->count;
        }
    }
}

/* The array of objects moves while it grows, and threads' births may be told out of order: who is
 * whose parent, and who ended when, is looked up once all are there. */
static void join_objects(pw_trace *trace)
{
    if (trace->object_count > 0)
        qsort(trace->objects, trace->object_count, sizeof *trace->objects, compare_objects);
    for (size_t i = 0; i < trace->object_count; i++) {
        pw_trace_object *const each = &trace->objects[i];
        each->id = i + 1;
        for (int k = 0; k < 3; k++)
            each->parents[k] = pw_trace_object_find(trace, each->log, each->born->others[k]);
    }
    for (size_t i = 0; i < trace->log_count; i++)
        take_ends(trace, i);
}

/* A program that outlives the one that pawl waited for still writes: its log is read as a stream
 * is, what is there now. */
static pawl_status open_log(pw_trace_log_file *log, const char *path, pawl_error *error)
{
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    input.is_stream = true;
    PW_TRY(pw_os_input_read(&input, 2 * PW_TRACE_MOST, &log->contents, error));
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
    join_objects(trace);
    return PAWL_OK;
}
