/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of each defect. */
#include "trace/trace_ir.h"

#include <string.h>

/* Ids are for ever: never renumber, only append. A test holds docs/trace.md to it. */
static const pawl_diagnosis entries[PW_TRACE_DEFECT_END] = {
    [PW_TRACE_PARENT_FIRST] =
        {"PAWL-T001", "A parent is ended before its children",
         "An object of TensorRT was ended while others that were made from it live: what NVIDIA "
         "calls undefined behavior, and newer versions log as "
         "\"Destroying a builder object before destroying objects it created\".",
         "End the children first: the reverse of the order in which things were made is always "
         "right. With smart pointers, declare the parent first."},
    [PW_TRACE_NEVER_ENDED] =
        {"PAWL-T002", "An object is never ended",
         "The program came to its exit and had not ended an object that it made: memory of the "
         "host and of the GPU is lost.",
         "delete it (up to 9.x also destroy()), on every way out, before what it was made from."},
    [PW_TRACE_ENDED_TWICE] = {"PAWL-T003", "An object is ended twice",
                              "An object was ended that had ended before: a double free.",
                              "Look for a second owner of the pointer; give it one owner, and set "
                              "copies to nullptr. (pawl trace did not pass the call on.)"},
    [PW_TRACE_USED_AFTER_END] =
        {"PAWL-T004", "An object is used after its end",
         "A method was called on an object that had ended, or it was given to one: freed memory is "
         "read.",
         "Use it before its end. (pawl trace did not pass the call on; it gave 0.)"},
    [PW_TRACE_NEEDED_BY_BUILD] =
        {"PAWL-T005", "What a build needs has ended",
         "A parser or a timing cache had ended before the build: a network refers to the weights "
         "of its parser, a config to its timing cache.",
         "End it after the build."},
    [PW_TRACE_ENDED_IN_FLIGHT] =
        {"PAWL-T006", "An object is ended while its work is under way",
         "A context was ended while the driver still had work of it on a stream.",
         "Call cudaStreamSynchronize() on the stream first."},
    [PW_TRACE_MEMORY_IN_FLIGHT] =
        {"PAWL-T007", "Memory is freed while work is under way that uses it",
         "Memory of the GPU that a context had been given was freed while the driver still had "
         "work of it on a stream.",
         "Call cudaStreamSynchronize() on the stream first, or free it in the stream's order."},
    [PW_TRACE_TWO_THREADS] = {"PAWL-T008", "Two threads run one context at once",
                              "A context was run by a thread while another was within a run of it.",
                              "A context each for the threads, or a mutex around the run."},
    [PW_TRACE_OTHER_CONTEXT] = {"PAWL-T009", "Another CUDA context is current",
                                "An object was run or ended while another GPU, or another context "
                                "of the CUDA driver, was current than at its birth.",
                                "cudaSetDevice(), or make its context current, before the call."},
    [PW_TRACE_ENDED_AT_EXIT] =
        {"PAWL-T010", "An object is ended when exit() has begun",
         "An object was ended by a static destructor or an exit handler: TensorRT and the CUDA "
         "driver take themselves down then, in no order that is "
         "promised.",
         "End it before main() returns: no global or static owner of objects of TensorRT."},
    [PW_TRACE_NOT_YOURS] = {"PAWL-T011", "An object is ended that another owns",
                            "A layer or tensor belongs to its network, an optimization profile to "
                            "its builder, which end them.",
                            "Leave out the delete."},
    [PW_TRACE_LIBRARY_ERROR] =
        {"PAWL-T012", "TensorRT has reported an error",
         "The library logged an error within a call of the program.",
         "The message says what is wrong with the call; see that its result is looked at."},
    [PW_TRACE_IN_FORKED_CHILD] = {"PAWL-T013", "A forked child uses what it inherited",
                                  "A child of fork() used an object of its parent; the CUDA driver "
                                  "does not work across fork().",
                                  "Make objects after the fork, or start the child with exec."},
};

const pawl_diagnosis *pw_trace_diagnosis(pw_trace_defect defect)
{
    return &entries[defect];
}

const pawl_diagnosis *pawl_trace_diagnosis(size_t index)
{
    return index < PW_COUNT(entries) - 1 ? &entries[index + 1] : NULL;
}

const char *pw_trace_id(pw_trace_defect defect)
{
    return entries[defect].id;
}

const char *pw_trace_say(pw_trace *trace, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *const text = pw_arena_vprintf(&trace->words, format, arguments);
    va_end(arguments);
    return text != NULL ? text : "";
}

const char *pw_trace_object_name(pw_trace *trace, const pw_trace_object *object)
{
    return object != NULL
               ? pw_trace_say(trace, "%s #%llu", object->interface, (unsigned long long)object->id)
               : "an object";
}

/* Of a line of Python's, whether its file is a wrapper's: on the way from a program to TensorRT. */
static bool is_python_wrapper(const char *line)
{
    static const char *const parts[] = {"/lib/python", "/site-packages/", "/dist-packages/",
                                        "\"<frozen"};
    const size_t length = strcspn(line, "\n");
    for (size_t i = 0; i < PW_COUNT(parts); i++) {
        const char *const found = strstr(line, parts[i]);
        if (found != NULL && (size_t)(found - line) < length)
            return true;
    }
    return false;
}

/* "File "x.py", line 3 in f" as "f (x.py:3)"; the innermost line that is the program's own, else
 * the innermost. */
static const char *python_place(pw_trace *trace, const char *text)
{
    const char *file = strstr(text, "File \""), *own = file;
    while (own != NULL && is_python_wrapper(own))
        own = strstr(own + 1, "File \"");
    file = own != NULL ? own : file;
    const char *const end = file != NULL ? strchr(file + 6, '"') : NULL;
    const char *const line = end != NULL ? strstr(end, "line ") : NULL;
    const char *const in = line != NULL ? strstr(line, " in ") : NULL;
    if (in == NULL)
        return NULL;
    const char *base = end;
    while (base > file + 6 && base[-1] != '/')
        base--;
    return pw_trace_say(trace, "%.*s (%.*s:%.*s)", (int)strcspn(in + 4, "\n"), in + 4,
                        (int)(end - base), base, (int)(in - line - 5), line + 5);
}

const char *pw_trace_where(pw_trace *trace, size_t log, const pw_trace_record *record)
{
    if (record == NULL)
        return NULL;
    const char *const python = python_place(trace, pw_trace_text(record, 2));
    if (python != NULL)
        return python;
    const pw_trace_place *const place = pw_trace_own_place(trace, log, record);
    if (place != NULL && place->file != NULL)
        return pw_trace_say(trace, "%s (%s:%d)", place->function != NULL ? place->function : "?",
                            pw_os_basename(place->file), place->line);
    if (place != NULL)
        return place->function;
    if (record->frame_count == 0)
        return NULL;
    const pw_trace_site *const site = pw_trace_site_find(trace, log, record, 0);
    if (site == NULL || site->module == NULL)
        return NULL;
    return pw_trace_say(trace, "%s+0x%llx", pw_os_basename(site->module->path),
                        (unsigned long long)(site->address - site->module->base));
}

static const char *parent_first(pw_trace *trace, const pw_trace_finding *finding)
{
    const char *const name = pw_trace_object_name(trace, finding->object);
    const char *const others =
        finding->count > 1 ? pw_trace_say(trace, " and %u more", finding->count - 1) : "";
    return pw_trace_say(trace, "%s is ended %sbefore %s%s, which %s made from it", name,
                        trace->is_repaired ? "(postponed by --repair) " : "",
                        pw_trace_object_name(trace, finding->other), others,
                        finding->count > 1 ? "were" : "was");
}

/* "ILayer" of "ILayer::~": of what is in no table of objects there is only the call. */
static const char *class_of(pw_trace *trace, const char *call)
{
    const size_t length = strcspn(call, ":");
    return length > 0 ? pw_trace_say(trace, "%.*s", (int)length, call)
                      : pw_trace_object_name(trace, NULL);
}

/* "IBuilder::createNetworkV2()"; the end has no name of a method. */
static const char *call_of(pw_trace *trace, const pw_trace_finding *finding)
{
    const char *const call = finding->call;
    const size_t length = strlen(call);
    if (length == 0)
        return "no call that was seen";
    if (call[length - 1] == '~')
        return pw_trace_say(trace, "the end of %s", class_of(trace, call));
    return pw_trace_say(trace, "%s()", strncmp(call, "::", 2) == 0 ? call + 2 : call);
}

static const char *used_after_end(pw_trace *trace, const pw_trace_finding *finding)
{
    const char *const name = pw_trace_object_name(trace, finding->object);
    if (finding->object == NULL) /* a layer or a tensor */
        return pw_trace_say(trace, "%s is called on a part of a network that has ended",
                            call_of(trace, finding));
    if (finding->other != NULL || strncmp(finding->call, "::", 2) == 0)
        return pw_trace_say(trace, "%s is given to %s after its end", name,
                            call_of(trace, finding));
    return pw_trace_say(trace, "%s is used after its end: %s", name, call_of(trace, finding));
}

const char *pw_trace_sentence(pw_trace *trace, const pw_trace_finding *finding)
{
    const char *const name = pw_trace_object_name(trace, finding->object);
    const char *const call = call_of(trace, finding);
    switch (finding->defect) {
    case PW_TRACE_PARENT_FIRST:
        return parent_first(trace, finding);
    case PW_TRACE_NEVER_ENDED:
        return pw_trace_say(trace, "%s is never ended", name);
    case PW_TRACE_ENDED_TWICE:
        return pw_trace_say(trace, "%s is ended twice", name);
    case PW_TRACE_USED_AFTER_END:
        return used_after_end(trace, finding);
    case PW_TRACE_NEEDED_BY_BUILD:
        return pw_trace_say(trace, "%s had ended before %s, which needs it for %s", name, call,
                            pw_trace_object_name(trace, finding->other));
    case PW_TRACE_ENDED_IN_FLIGHT:
        return pw_trace_say(trace, "%s is ended while its work is under way on a stream", name);
    case PW_TRACE_MEMORY_IN_FLIGHT:
        return pw_trace_say(
            trace, "memory that %s uses is freed while its work is under way on a stream", name);
    case PW_TRACE_TWO_THREADS:
        return pw_trace_say(trace,
                            "%s is run by thread %u (%s) while thread %u is within a run of it",
                            name, finding->record->thread, call, finding->count);
    case PW_TRACE_OTHER_CONTEXT:
        return pw_trace_say(trace, "%s: %s comes while another %s is current than at its birth",
                            name, call, finding->count != 0 ? "GPU" : "CUDA context");
    case PW_TRACE_ENDED_AT_EXIT:
        return pw_trace_say(trace, "%s is ended when exit() has begun%s", name,
                            finding->count != 0 ? ", and the CUDA driver has shut down" : "");
    case PW_TRACE_NOT_YOURS:
        return pw_trace_say(trace, "%s is ended, which %s owns",
                            finding->object != NULL ? name : class_of(trace, finding->call),
                            finding->other != NULL ? pw_trace_object_name(trace, finding->other)
                                                   : "its network");
    case PW_TRACE_LIBRARY_ERROR:
        return pw_trace_say(trace, "the library reports an error in %s", call);
    case PW_TRACE_IN_FORKED_CHILD:
        return pw_trace_say(trace, "a forked child uses %s, which it inherited: %s", name, call);
    case PW_TRACE_DEFECT_END:
        break;
    }
    return "";
}

const char *pw_trace_remedy(pw_trace *trace, const pw_trace_finding *finding)
{
    if (finding->defect == PW_TRACE_PARENT_FIRST && finding->other != NULL &&
        finding->other->ended != NULL)
        return pw_trace_say(
            trace, "End %s first, then %s: the reverse of the order in which they were made.",
            pw_trace_object_name(trace, finding->other),
            pw_trace_object_name(trace, finding->object));
    return entries[finding->defect].remedy;
}
