/* SPDX-License-Identifier: Apache-2.0 */
/* From addresses to functions, files and lines: by addr2line, of binutils or of LLVM, once a
 * module. Where there is none, modules and offsets must do. */
#include "base/memory.h"
#include "trace/trace_ir.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PLACES 16  /* of one address */
#define MAX_LABELS 512 /* births that a drawing tells the place of */

static int compare_sites(const void *a, const void *b)
{
    const pw_trace_site *const first = a, *const second = b;
    if (first->log != second->log)
        return first->log < second->log ? -1 : 1;
    if (first->address != second->address)
        return first->address < second->address ? -1 : 1;
    return first->module < second->module ? -1 : first->module > second->module;
}

/* Within the call, not behind it. */
static uint64_t address_of(const pw_trace_record *record, int nth)
{
    return pw_trace_frames(record)[nth] - 1;
}

/* A plugin that was unloaded may have left its place to another: what was loaded there last when
 * the record was made. */
const pw_trace_module *pw_trace_module_of(const pw_trace *trace, size_t log,
                                          const pw_trace_record *record, int nth)
{
    const uint64_t address = address_of(record, nth);
    for (size_t i = trace->logs[log].module_count; i > 0; i--) {
        const pw_trace_module *const each = &trace->logs[log].modules[i - 1];
        if (address >= each->begin && address < each->end && each->noted < record)
            return each;
    }
    return NULL;
}

static pw_trace_site site_of(const pw_trace *trace, size_t log, const pw_trace_record *record,
                             int nth)
{
    return (pw_trace_site){.log = log,
                           .address = address_of(record, nth),
                           .module = pw_trace_module_of(trace, log, record, nth)};
}

static bool add_record(pw_trace *trace, size_t log, const pw_trace_record *record)
{
    for (int i = 0; record != NULL && i < record->frame_count && i < trace->max_depth; i++) {
        if (trace->site_count == trace->site_capacity) {
            void *const grown = pw_arena_grow(&trace->arena, trace->sites, trace->site_count,
                                              &trace->site_capacity, sizeof *trace->sites);
            if (grown == NULL)
                return false;
            trace->sites = grown;
        }
        trace->sites[trace->site_count++] = site_of(trace, log, record, i);
    }
    return true;
}

static bool add_object(pw_trace *trace, const pw_trace_object *object)
{
    return object == NULL || (add_record(trace, object->log, object->born) &&
                              add_record(trace, object->log, object->ended));
}

static bool gather(pw_trace *trace)
{
    bool is_done = true;
    for (size_t i = 0; is_done && i < trace->finding_count; i++) {
        const pw_trace_finding *const each = &trace->findings[i];
        is_done = add_record(trace, each->log, each->record) && add_object(trace, each->object) &&
                  add_object(trace, each->other);
    }
    for (size_t i = 0; is_done && i < trace->object_count && i < MAX_LABELS; i++)
        is_done = add_record(trace, trace->objects[i].log, trace->objects[i].born);
    size_t kept = 0;
    if (trace->site_count > 0)
        qsort(trace->sites, trace->site_count, sizeof *trace->sites, compare_sites);
    for (size_t i = 0; i < trace->site_count; i++)
        if (kept == 0 || compare_sites(&trace->sites[kept - 1], &trace->sites[i]) != 0)
            trace->sites[kept++] = trace->sites[i];
    trace->site_count = kept;
    return is_done;
}

/* The next line of an answer, its newline replaced; NULL: none. */
static char *next_line(char **at)
{
    char *const line = *at;
    if (line == NULL || *line == '\0')
        return NULL;
    char *const end = strchr(line, '\n');
    *at = end != NULL ? end + 1 : NULL;
    if (end != NULL)
        *end = '\0';
    return line;
}

/* "file:12 (discriminator 3)", "??:0" */
static void read_location(pw_arena *arena, char *text, pw_trace_place *place)
{
    char *const colon = strrchr(text, ':');
    if (colon == NULL || text[0] == '?')
        return;
    *colon = '\0';
    const long line = strtol(colon + 1, NULL, 10);
    place->line = line > 0 && line < 100000000 ? (int)line : 0;
    if (place->line > 0)
        place->file = pw_arena_strdup(arena, text);
}

/* What stands between this address and the next; *next is the line that the next one begins with.
 */
static bool read_places(pw_arena *arena, char **answer, char **next, pw_trace_site *site)
{
    pw_trace_place places[MAX_PLACES];
    size_t count = 0;
    char *function;
    while ((function = next_line(answer)) != NULL && strncmp(function, "0x", 2) != 0) {
        char *const location = next_line(answer);
        if (location == NULL || count == MAX_PLACES)
            continue;
        places[count] = (pw_trace_place){.function = NULL};
        if (strcmp(function, "??") != 0)
            places[count].function = pw_arena_strdup(arena, function);
        read_location(arena, location, &places[count]);
        count += places[count].function != NULL || places[count].file != NULL;
    }
    *next = function;
    site->places = pw_arena_array(arena, count + 1, sizeof *places);
    if (site->places == NULL)
        return false;
    memcpy(site->places, places, count * sizeof *places);
    site->place_count = count;
    return true;
}

static bool is_in(const pw_trace_site *site, const char *path)
{
    return site->module != NULL && site->module->path == path;
}

/* All sites of one file, in whatever process. False: there is no such tool. */
static bool ask(pw_trace *trace, const char *tool, const char *path, pawl_status *status,
                pawl_error *error)
{
    const char *const arguments[] = {tool, "-a", "-f", "-C", "-i", "-e", path, NULL};
    pw_trace_out question = {.file = NULL};
    char *answer = NULL;
    for (size_t i = 0; i < trace->site_count; i++)
        if (is_in(&trace->sites[i], path))
            pw_trace_put(
                &question, "0x%llx\n",
                (unsigned long long)(trace->sites[i].address - trace->sites[i].module->base));
    if (question.is_full)
        *status = pw_fail_memory(error, "addresses", question.capacity);
    if (question.text == NULL)
        return true; /* there are none */
    const pawl_status run =
        *status < 0 ? *status : pw_os_filter(arguments, question.text, &answer, NULL);
    if (run == PAWL_ERR_MEMORY && *status >= 0) /* nothing of the tool's */
        *status = pw_fail_memory(error, "places in source", question.capacity);
    const bool is_there = run >= 0;
    pw_free(question.text);
    char *at = answer, *line = is_there ? next_line(&at) : NULL;
    for (size_t i = 0; i < trace->site_count && line != NULL && *status >= 0; i++)
        if (is_in(&trace->sites[i], path) &&
            !read_places(&trace->arena, &at, &line, &trace->sites[i]))
            *status = pw_fail_memory(error, "places in source", sizeof(pw_trace_place));
    pw_free(answer);
    return is_there;
}

pawl_status pw_trace_symbolise(pw_trace *trace, pawl_error *error)
{
    /* LLVM's first: of what clang inlines and puts in several places, binutils' 2.40 does not find
       the caller. */
    static const char *const tools[] = {
        "llvm-addr2line",    "llvm-addr2line-19", "llvm-addr2line-18", "llvm-addr2line-16",
        "llvm-addr2line-15", "llvm-addr2line-14", "addr2line"};
    size_t tool = 0; /* the first that is there */
    pawl_status status = PAWL_OK;
    if (!gather(trace))
        return pw_fail_memory(error, "the backtraces", sizeof *trace->sites);
    for (size_t i = 0; i < trace->path_count; i++)
        while (tool < PW_COUNT(tools) && status >= 0 &&
               !ask(trace, tools[tool], trace->paths[i], &status, error))
            tool++;
    trace->has_symbols = tool < PW_COUNT(tools);
    return status;
}

const pw_trace_site *pw_trace_site_find(const pw_trace *trace, size_t log,
                                        const pw_trace_record *record, int nth)
{
    const pw_trace_site wanted = site_of(trace, log, record, nth);
    return trace->site_count == 0
               ? NULL
               : bsearch(&wanted, trace->sites, trace->site_count, sizeof wanted, compare_sites);
}

bool pw_trace_is_wrapper(const char *file)
{
    const char *const base = pw_os_basename(file);
    const bool is_nvidias = strncmp(base, "NvInfer", 7) == 0 || strncmp(base, "NvOnnx", 6) == 0;
    return (is_nvidias && strstr(base, ".h") != NULL) || strstr(file, "/include/c++/") != NULL ||
           strncmp(file, "/usr/include/", 13) == 0 || strstr(file, "/usr/src/debug/") != NULL;
}

/* What calls a program, and what C++'s library does in between, is none of its own, whether there
 * is debug information of it or not. */
static bool is_system(const pw_trace_module *module)
{
    static const char *const names[] = {"libc.so",   "libc-2",     "ld-linux", "libstdc++.so",
                                        "libgcc_s.", "libpthread", "libc++"};
    const char *const base = module != NULL ? pw_os_basename(module->path) : "";
    for (size_t i = 0; i < PW_COUNT(names); i++)
        if (strncmp(base, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

const pw_trace_place *pw_trace_own_place(const pw_trace *trace, size_t log,
                                         const pw_trace_record *record)
{
    const pw_trace_place *named = NULL;
    for (int i = 0; record != NULL && i < record->frame_count && i < trace->max_depth; i++) {
        const pw_trace_site *const site = pw_trace_site_find(trace, log, record, i);
        for (size_t k = 0; site != NULL && !is_system(site->module) && k < site->place_count; k++) {
            if (site->places[k].file != NULL && !pw_trace_is_wrapper(site->places[k].file))
                return &site->places[k];
            if (named == NULL && site->places[k].file == NULL && site->places[k].function != NULL)
                named = &site->places[k];
        }
    }
    return named;
}
