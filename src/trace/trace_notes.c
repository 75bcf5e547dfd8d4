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
    return pw_trace_say(trace, "%s %d.%d.%d", kind, version / scale, version % scale / 100,
                        version % 100);
}

/* Processes of one program use one library: it is told once. */
static bool is_told(const pw_trace *trace, size_t index)
{
    const pw_trace_record *const library = trace->libraries[index];
    for (size_t i = 0; i < index; i++)
        if (trace->libraries[i]->code == library->code &&
            strcmp(pw_trace_text(trace->libraries[i], 0), pw_trace_text(library, 0)) == 0)
            return true;
    return false;
}

static void note_libraries(pw_trace *trace, pw_trace_note_line line, void *user)
{
    for (size_t i = 0; i < trace->library_count; i++) {
        const pw_trace_record *const library = trace->libraries[i];
        if (is_told(trace, i))
            continue;
        const char *const version = version_text(trace, library->code);
        const char *const path = pw_trace_text(library, 0);
        line(user, pw_trace_say(trace,
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
static bool is_replaced(const pw_trace *trace, size_t index)
{
    for (size_t i = index + 1; i < trace->log_count; i++)
        if (trace->logs[i].head->process == trace->logs[index].head->process)
            return true;
    return false;
}

/* Those that have nothing to do with TensorRT: each program where there are no others, else only
 * how many. */
static void note_strangers(pw_trace *trace, pw_trace_note_line line, void *user)
{
    size_t count = 0;
    for (size_t i = 0; i < trace->log_count; i++) {
        const pw_trace_log_file *const log = &trace->logs[i];
        if (log->has_library || log->head->is_forked || is_replaced(trace, i))
            continue;
        bool is_first = true;
        for (size_t k = 0; k < i; k++)
            is_first = is_first && strcmp(trace->logs[k].program, log->program) != 0;
        count++;
        if (trace->library_count == 0 && is_first)
            line(user, pw_trace_say(trace,
                                    "%s called no factory of a shared TensorRT library, so "
                                    "there was nothing to follow%s",
                                    log->program,
                                    log->is_exited ? ""
                                                   : " (it did not come to its exit(); a program "
                                                     "in its place may have been given no "
                                                     "environment)"));
    }
    if (trace->library_count > 0 && count > 0)
        line(user,
             pw_trace_say(trace, "%zu process%s called no factory of a shared TensorRT library",
                          count, count == 1 ? "" : "es"));
}

static void note_processes(pw_trace *trace, pw_trace_note_line line, void *user)
{
    size_t unfinished = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < trace->log_count; i++) {
        const pw_trace_log_file *const log = &trace->logs[i];
        const uint32_t process = log->head->process;
        if (log->head->dropped > 0)
            line(user, pw_trace_say(trace,
                                    "process %u: %llu later events were not recorded, as its log "
                                    "or the disk is full; what it had not ended is not judged",
                                    process, (unsigned long long)log->head->dropped));
        else if (log->has_library && is_replaced(trace, i))
            line(user, pw_trace_say(trace,
                                    "process %u replaced %s by another program (exec); what it "
                                    "had not ended is not judged",
                                    process, log->program));
        else if (log->has_library && !log->is_exited && unfinished++ == 0)
            first = process;
    }
    if (unfinished == 1)
        line(user, pw_trace_say(
                       trace,
                       "process %u did not come to its exit(); what it had not ended is not judged",
                       first));
    if (unfinished > 1)
        line(user, pw_trace_say(trace,
                                "%zu processes, the first of them %u, did not come to their "
                                "exit(); what they had not ended is not judged",
                                unfinished, first));
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
            line(user,
                 pw_trace_say(trace, "when it ended, thread %u was within %s%s", call->thread,
                              call->method, call->method[length - 1] == '~' ? " (the end)" : "()"));
        }
}

void pw_trace_notes(pw_trace *trace, pw_trace_note_line line, void *user)
{
    if (trace->ending != NULL)
        line(user, trace->ending);
    note_libraries(trace, line, user);
    note_processes(trace, line, user);
    note_strangers(trace, line, user);
    note_calls(trace, line, user);
    if (!trace->has_symbols)
        line(user, "there is no addr2line on PATH, so places are addresses: install binutils");
    if (trace->suppressed > 0)
        line(user, pw_trace_say(trace, "%zu defect%s suppressed", trace->suppressed,
                                trace->suppressed == 1 ? " was" : "s were"));
}
