/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to say beside the defects: what was not seen, and why. */
#include "trace/trace_ir.h"

#include <string.h>

static const char *version_text(pw_trace *trace, int32_t version)
{
    const int scale = version >= 10000 ? 10000 : 1000;
    const char *const kind = version >= 10000 && version < 20000 ? "TensorRT-RTX" : "TensorRT";
    if (version < 0)
        return "TensorRT of no version that it tells";
    return pw_arena_printf(&trace->arena, "%s %d.%d.%d", kind, version / scale,
                           version % scale / 100, version % 100);
}

static void note_libraries(pw_trace *trace, pw_trace_note_line line, void *user)
{
    for (size_t i = 0; i < trace->library_count; i++) {
        const pw_trace_record *const library = trace->libraries[i];
        const char *const version = version_text(trace, library->code), *const path = pw_trace_text(
                                                                            library, 0);
        line(user, pw_arena_printf(&trace->arena,
                                   library->count != 0
                                       ? "%s was followed: %s"
                                       : "%s is none that pawl trace knows (8.2 to 11, RTX 1.3 to "
                                         "1.7), so its objects were not followed: %s",
                                   version, path));
    }
    for (size_t i = 1; i < trace->library_count; i++)
        if (trace->library_logs[i] == trace->library_logs[i - 1]) {
            line(user, "one process uses two TensorRT libraries; their objects were told apart, "
                       "but the libraries themselves may not bear it");
            return;
        }
}

/* Images of one process are an exec; the last of them is the program. */
static void note_processes(pw_trace *trace, pw_trace_note_line line, void *user)
{
    for (size_t i = 0; i < trace->log_count; i++) {
        const pw_trace_log_file *const log = &trace->logs[i];
        bool is_replaced = false;
        for (size_t k = i + 1; k < trace->log_count; k++)
            is_replaced = is_replaced || trace->logs[k].head->process == log->head->process;
        if (is_replaced && log->has_library)
            line(user, pw_arena_printf(&trace->arena,
                                       "process %u replaced %s by another program (exec); what it "
                                       "had not ended is not judged",
                                       log->head->process, log->program));
        if (is_replaced)
            continue;
        if (!log->has_library && !log->head->is_forked)
            line(user, pw_arena_printf(&trace->arena,
                                       "%s called no factory of a shared TensorRT library, so "
                                       "there was nothing to follow",
                                       log->program));
        if (!log->is_exited && log->has_library)
            line(user,
                 pw_arena_printf(
                     &trace->arena,
                     "process %u did not come to its exit(); what it had not ended is not judged",
                     log->head->process));
        if (log->head->dropped > 0)
            line(user,
                 pw_arena_printf(&trace->arena, "process %u: %llu later events were not recorded",
                                 log->head->process, (unsigned long long)log->head->dropped));
    }
}

static void note_calls(pw_trace *trace, pw_trace_note_line line, void *user)
{
    for (size_t i = 0; i < trace->log_count; i++)
        for (size_t k = 0; k < PW_TRACE_CALLS; k++) {
            const pw_trace_call *const call = &trace->logs[i].head->calls[k];
            const size_t length = strnlen(call->method, sizeof call->method);
            if (trace->logs[i].is_exited || call->thread == 0 || length == 0 ||
                length == sizeof call->method)
                continue;
            line(user, pw_arena_printf(&trace->arena, "when it ended, thread %u was within %s%s",
                                       call->thread, call->method,
                                       call->method[length - 1] == '~' ? " (the end)" : "()"));
        }
}

void pw_trace_notes(pw_trace *trace, pw_trace_note_line line, void *user)
{
    if (trace->ending != NULL)
        line(user, trace->ending);
    note_libraries(trace, line, user);
    note_processes(trace, line, user);
    note_calls(trace, line, user);
    if (!trace->has_symbols)
        line(user, "there is no addr2line on PATH, so places are addresses: install binutils");
    if (trace->suppressed > 0)
        line(user, pw_arena_printf(&trace->arena, "%zu defect%s suppressed", trace->suppressed,
                                   trace->suppressed == 1 ? " was" : "s were"));
}
