/* SPDX-License-Identifier: Apache-2.0 */
/* Defects that are not to be told. A line: the id, the interface, and a function, file or library
 * of its backtrace; "*" is any, and stands within a word for any letters. What is left out is any.
 */
#include "trace/trace_ir.h"

#include <fnmatch.h>
#include <string.h>

#define MAX_FILE ((size_t)1 << 20)

typedef struct rule {
    const char *id, *interface, *frame;
} rule;

/* A function's own name may be no pattern of itself: operator[](int). */
static bool matches(const char *pattern, const char *text)
{
    return text != NULL && (strcmp(pattern, text) == 0 || fnmatch(pattern, text, 0) == 0);
}

static bool matches_frame(const pw_trace *trace, const pw_trace_finding *finding,
                          const char *pattern)
{
    const pw_trace_record *const record =
        finding->record != NULL ? finding->record : finding->object->born;
    if (strcmp(pattern, "*") == 0)
        return true;
    for (int i = 0; i < record->frame_count && i < trace->max_depth; i++) {
        const pw_trace_site *const site = pw_trace_site_find(trace, finding->log, record, i);
        if (site == NULL)
            continue;
        if (site->module != NULL && (matches(pattern, site->module->path) ||
                                     matches(pattern, pw_os_basename(site->module->path))))
            return true;
        for (size_t k = 0; k < site->place_count; k++) {
            const pw_trace_place *const place = &site->places[k];
            if (matches(pattern, place->function) || matches(pattern, place->file) ||
                (place->file != NULL && matches(pattern, pw_os_basename(place->file))))
                return true;
        }
    }
    return strstr(pw_trace_text(record, 2), pattern) != NULL; /* a Python file or function */
}

/* "IBuilder" of the object, or of the call where it has none. */
static const char *interface_of(pw_trace *trace, const pw_trace_finding *finding)
{
    if (finding->object != NULL)
        return finding->object->interface;
    const char *const end = strstr(finding->call, "::");
    return end != NULL && end > finding->call
               ? pw_trace_say(trace, "%.*s", (int)(end - finding->call), finding->call)
               : "*";
}

static void apply(pw_trace *trace, const rule *wanted)
{
    for (size_t i = 0; i < trace->finding_count; i++) {
        pw_trace_finding *const each = &trace->findings[i];
        if (each->is_suppressed || !matches(wanted->id, pw_trace_id(each->defect)) ||
            !matches(wanted->interface, interface_of(trace, each)) ||
            !matches_frame(trace, each, wanted->frame))
            continue;
        each->is_suppressed = true;
        trace->suppressed++;
    }
}

/* Blank-separated; the last word takes the rest of the line: a function's name has blanks. */
static bool read_rule(char *line, rule *found)
{
    char *words[3] = {NULL, NULL, NULL};
    size_t count = 0;
    line[strcspn(line, "\r")] = '\0';
    for (char *at = line + strspn(line, " \t"); *at != '\0' && count < 3;) {
        words[count++] = at;
        if (count == 3)
            break;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
        at += strspn(at, " \t");
    }
    *found = (rule){words[0], words[1] != NULL ? words[1] : "*", words[2] != NULL ? words[2] : "*"};
    return words[0] == NULL || words[0][0] == '#' || strncmp(words[0], "PAWL-T", 6) == 0 ||
           strcmp(words[0], "*") == 0;
}

static bool is_any_id(const char *pattern)
{
    for (size_t i = 0; pawl_trace_diagnosis(i) != NULL; i++)
        if (matches(pattern, pawl_trace_diagnosis(i)->id))
            return true;
    return false;
}

pawl_status pw_trace_suppress(pw_trace *trace, const char *path, pawl_error *error)
{
    pw_contents contents = {.data = NULL};
    PW_TRY(pw_os_read(path, MAX_FILE, &contents, error));
    char *text = pw_arena_strndup(&trace->arena, (const char *)contents.data, contents.size);
    pw_os_contents_free(&contents);
    if (text == NULL)
        return pw_fail_memory(error, "suppressions", MAX_FILE);
    char *next = NULL;
    for (unsigned number = 1; text != NULL; number++, text = next) {
        rule found;
        next = strchr(text, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (!read_rule(text, &found))
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "%s:%u: a suppression begins with an id such as PAWL-T001 (or *), then "
                           "may follow the interface and a function, "
                           "file or library; this begins with '%.40s'",
                           path, number, found.id);
        if (found.id == NULL || found.id[0] == '#')
            continue;
        if (!is_any_id(found.id))
            return pw_fail(error, PAWL_ERR_CORRUPT,
                           "%s:%u: there is no %.40s: 'pawl explain' lists the ids", path, number,
                           found.id);
        apply(trace, &found);
    }
    return PAWL_OK;
}

const char *pw_trace_suppression(pw_trace *trace, const pw_trace_finding *finding)
{
    const pw_trace_record *const record =
        finding->record != NULL ? finding->record : finding->object->born;
    const pw_trace_place *const place = pw_trace_own_place(trace, finding->log, record);
    const pw_trace_module *const module =
        record->frame_count > 0 ? pw_trace_module_of(trace, finding->log, record, 0) : NULL;
    const char *const where = place != NULL && place->function != NULL ? place->function
                              : module != NULL ? pw_os_basename(module->path)
                                               : "*";
    return pw_trace_say(trace, "%s %s %s", pw_trace_id(finding->defect),
                        interface_of(trace, finding), where);
}
