/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of the logs, put together: objects, defects, and where in the source each was. */
#ifndef PW_TRACE_IR_H
#define PW_TRACE_IR_H

#include "base/arena.h"
#include "base/os.h"
#include "base/plain_text.h"
#include "lifetime/handle.h"
#include "trace/trace_log.h"

#include <pawl/trace.h>
#include <pthread.h>

typedef struct pw_trace_module {
    const pw_trace_record *noted; /* loaded before it, and perhaps unloaded and replaced later */
    uint64_t base, begin, end; /* of its code */
    const char *path; /* one of paths */
} pw_trace_module;

/* A line of source; of an address in inlined code there are several, the innermost first. */
typedef struct pw_trace_place {
    const char *function, *file; /* NULL: not known */
    int line;
} pw_trace_place;

/* An address of code that some backtrace holds, in what was loaded there then. */
typedef struct pw_trace_site {
    size_t log;
    uint64_t address;
    const pw_trace_module *module; /* NULL: in none */
    pw_trace_place *places;
    size_t place_count;
} pw_trace_site;

typedef struct pw_trace_log_file {
    pw_contents contents;
    const pw_trace_head *head;
    size_t end; /* of the records that are whole */
    const char *program, *arguments;
    pw_trace_module *modules;
    size_t module_count, module_capacity;
    bool is_exited;   /* exit() ran */
    bool has_library; /* a TensorRT was used */
} pw_trace_log_file;

/* Its number among all, in order of birth. */
typedef struct pw_trace_object {
    size_t log;
    uint64_t log_id, id;
    const char *interface, *maker;
    const pw_trace_record *born, *ended, *released;
    struct pw_trace_object *parents[3];
    uint32_t parts;
    bool is_owned; /* by another: its end is not the program's matter */
    bool is_lost;  /* never ended */
} pw_trace_object;

typedef struct pw_trace_finding {
    pw_trace_defect defect;
    size_t log;
    const pw_trace_record *record; /* NULL: of none (never ended) */
    pw_trace_object *object, *other; /* or NULL */
    uint32_t count;
    const char *call;    /* "IBuilder::~", "" */
    const char *message; /* what the library said, "" */
    size_t times;        /* from the same place */
    size_t processes, last_log; /* in how many, and the last of them */
    bool is_suppressed;
} pw_trace_finding;

typedef struct pw_trace {
    pw_object object;
    pthread_mutex_t mutex; /* of words: reports are put together one at a time */
    pw_arena arena, words; /* all below; the sentences of a report, emptied after it */
    pw_trace_log_file *logs;
    size_t log_count;
    pw_trace_object *objects;
    size_t object_count, object_capacity;
    pw_trace_finding *findings;
    size_t finding_count, finding_capacity, suppressed;
    pw_trace_site *sites; /* rising by log, address and module */
    size_t site_count, site_capacity;
    const char **paths; /* of modules, each once */
    size_t path_count, path_capacity;
    const pw_trace_record **libraries; /* of all logs */
    size_t *library_logs;
    size_t library_count, library_capacity, library_log_capacity;
    const char *ending;
    bool is_repaired, has_symbols;
    int max_depth;
} pw_trace;

extern const pw_type pw_trace_type;

/* Of a record. */
const uint64_t *pw_trace_frames(const pw_trace_record *record);
const char *pw_trace_text(const pw_trace_record *record, int index); /* 0 to 2 */

/* trace_read.c: takes the logs into *trace. */
pawl_status pw_trace_take(pw_trace *trace, const char *const logs[], size_t count, pawl_error *error) PW_NODISCARD;
pw_trace_object *pw_trace_object_find(const pw_trace *trace, size_t log, uint64_t log_id);

/* trace_judge.c: the findings, from what was taken. */
pawl_status pw_trace_judge(pw_trace *trace, pawl_error *error) PW_NODISCARD;

/* trace_symbols.c: where a record's nth frame was; NULL: in nothing that is known. */
const pw_trace_module *pw_trace_module_of(const pw_trace *trace, size_t log, const pw_trace_record *record, int nth);
pawl_status pw_trace_symbolise(pw_trace *trace, pawl_error *error) PW_NODISCARD; /* finds the places of all sites */
/* Of the record's nth frame; NULL: it has none such. */
const pw_trace_site *pw_trace_site_find(const pw_trace *trace, size_t log, const pw_trace_record *record, int nth);
/* A record's line of the program's own: not in NVIDIA's headers, C++'s or the C library. NULL: not known. */
const pw_trace_place *pw_trace_own_place(const pw_trace *trace, size_t log, const pw_trace_record *record);
bool pw_trace_is_wrapper(const char *file); /* a header or library on the way from a program to TensorRT */

/* trace_suppress.c: marks what the file names. */
pawl_status pw_trace_suppress(pw_trace *trace, const char *path, pawl_error *error) PW_NODISCARD;
/* The line that would suppress a finding. */
const char *pw_trace_suppression(pw_trace *trace, const pw_trace_finding *finding);

/* trace_words.c: sentences, in trace->words. "" where memory runs out, which words.is_short tells in the end. */
const char *pw_trace_say(pw_trace *trace, const char *format, ...) PW_PRINTF(2, 3);
const char *pw_trace_sentence(pw_trace *trace, const pw_trace_finding *finding);
const char *pw_trace_remedy(pw_trace *trace, const pw_trace_finding *finding);
const char *pw_trace_object_name(pw_trace *trace, const pw_trace_object *object); /* "IBuilder #1" */
/* "main (x.cpp:12)", "x.py:3 in <module>", "0x12f in lib.so"; NULL: not known */
const char *pw_trace_where(pw_trace *trace, size_t log, const pw_trace_record *record);
typedef void (*pw_trace_note_line)(void *user, const char *text); /* a sentence */
void pw_trace_notes(pw_trace *trace, pw_trace_note_line line, void *user);
const char *pw_trace_id(pw_trace_defect defect);
const pawl_diagnosis *pw_trace_diagnosis(pw_trace_defect defect);

/* trace_report.c, trace_json.c, trace_html.c, trace_drawing.c: into a file, or anything that takes pieces. */
typedef struct pw_trace_out {
    pw_os_file *file;   /* or NULL */
    char *text;         /* where there is no file: grown with pw_grow */
    size_t length, capacity;
    bool is_full;       /* no memory: what was put is not all */
    const pw_text_form *form; /* of what pw_trace_put puts, ends of lines left alone; NULL: it is put as it is */
} pw_trace_out;
void pw_trace_put(pw_trace_out *out, const char *format, ...) PW_PRINTF(2, 3);
void pw_trace_put_text(pw_trace_out *out, const char *text); /* as it is */
void pw_trace_put_json(pw_trace_out *out, const char *text);
void pw_trace_put_xml(pw_trace_out *out, const char *text);
void pw_trace_write_text(pw_trace *trace, pw_text_form form, pw_trace_out *out);
void pw_trace_write_json(pw_trace *trace, pw_trace_out *out);
pawl_status pw_trace_write_html(pw_trace *trace, pw_trace_out *out, pawl_error *error) PW_NODISCARD;
pawl_status pw_trace_write_svg(pw_trace *trace, pw_os_file *file, pawl_error *error) PW_NODISCARD;

#endif
