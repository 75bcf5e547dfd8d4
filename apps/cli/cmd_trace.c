/* SPDX-License-Identifier: Apache-2.0 */
/* pawl trace: a program of anybody's that uses TensorRT is run, and what is wrong with the
 * lifetimes of its objects is told. */
#include "cli/options.h"
#include "cli/traced.h"
#include "common/files.h"
#include "common/inputs.h"

#include <pawl/trace.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct trace_options {
    const char *report, *output, *suppressions;
    int32_t error_exitcode, max_depth;
    bool repair, follow_children;
} trace_options;

static int trace_main(int argc, char **argv);

static const char *reports(void)
{
    return "text json svg html";
}

static const app_option options_table[] = {
    {.name = "report",
     .type = APP_CHOICE,
     .offset = offsetof(trace_options, report),
     .value = "FORMAT",
     .choices = reports,
     .help = "what the report is: words, a drawing of who was born when, held by whom, ended when, "
             "or a page with both; without it as the file's ending says, else text"},
    {.name = "output",
     .letter = 'o',
     .type = APP_TEXT,
     .offset = offsetof(trace_options, output),
     .value = "FILE",
     .writes = "html svg json txt log",
     .help = "file of the report (default: stderr; of svg and html pawl-trace.svg, .html)"},
    {.name = "error-exitcode",
     .type = APP_INTEGER,
     .offset = offsetof(trace_options, error_exitcode),
     .value = "N",
     .low = 0,
     .high = 255,
     .help = "exit code where a defect was found; 0: that of the program"},
    {.name = "suppressions",
     .type = APP_TEXT,
     .offset = offsetof(trace_options, suppressions),
     .value = "FILE",
     .help =
         "defects not to be told: a line each of id, interface and a function, file or library"},
    {.name = "follow-children",
     .type = APP_FLAG,
     .offset = offsetof(trace_options, follow_children),
     .help = "traces the processes that the program starts, too"},
    {.name = "max-depth",
     .type = APP_INTEGER,
     .offset = offsetof(trace_options, max_depth),
     .value = "N",
     .low = 1,
     .high = 64,
     .help = "frames of a backtrace"},
    {.name = "repair",
     .type = APP_FLAG,
     .offset = offsetof(trace_options, repair),
     .help = "puts off an end that comes too early until the last child is gone"},
};
static const trace_options defaults = {.max_depth = 16};

const app_command cli_trace = {
    .name = "trace",
    .arguments = "-- PROGRAM [ARGUMENT...]",
    .brief = "Runs a program that uses TensorRT and tells what is wrong with its lifetimes",
    .details = "Unmodified, C++, C or Python, TensorRT 8.2 to 11 and TensorRT-RTX. What is told: "
               "parents ended before their children, objects "
               "never ended, ended twice, used after their end or run by two threads, and where "
               "each was made. The exit code is the program's.",
    .example = "pawl trace -- ./yolov5 -s yolov5n.wts yolov5n.engine n",
    APP_OPTIONS(options_table),
    APP_DEFAULTS(defaults),
    .argument_min = 1,
    .argument_max = -1,
    .main = trace_main,
};

/* Whether the word is an option whose value is the next word. */
static bool takes_next(const char *word)
{
    if (strcmp(word, "-o") == 0)
        return true;
    for (size_t i = 0; i < cli_trace.option_count; i++)
        if (options_table[i].type != APP_FLAG && strncmp(word, "--", 2) == 0 &&
            strcmp(word + 2, options_table[i].name) == 0)
            return true;
    return false;
}

/* The first word that is no option is the program, and what follows is its own: "--" is put before
 * it where it was left out. NULL: no memory. */
static char **with_end_of_options(int *argc, char **argv)
{
    int at = 1;
    while (at < *argc && argv[at][0] == '-' && strcmp(argv[at], "--") != 0)
        at += takes_next(argv[at]) ? 2 : 1;
    if (at >= *argc || strcmp(argv[at], "--") == 0)
        return argv;
    char **const words = malloc(((size_t)*argc + 2) * sizeof *words);
    if (words == NULL)
        return NULL;
    static char end[] = "--";
    memcpy(words, argv, (size_t)at * sizeof *words);
    words[at] = end;
    memcpy(words + at + 1, argv + at, ((size_t)(*argc - at) + 1) * sizeof *words);
    ++*argc;
    return words;
}

/* The file that execvp() will take. */
static bool find_program(const char *name, char *path, size_t size)
{
    const char *list = strchr(name, '/') == NULL ? getenv("PATH") : "";
    if (list == NULL)
        list = "/bin:/usr/bin";
    for (;; list++) {
        const size_t length = strcspn(list, ":");
        const int used =
            snprintf(path, size, "%.*s%s%s", (int)length, list, length > 0 ? "/" : "", name);
        if (used > 0 && (size_t)used < size && access(path, X_OK) == 0)
            return true;
        list += length;
        if (*list == '\0')
            return false;
    }
}

typedef struct trace_format {
    const char *name, *endings;
    pawl_trace_format format;
} trace_format;

/* As --report says, else the ending of -o, else text. */
static const trace_format *format_of(const trace_options *options)
{
    static const trace_format formats[] = {{"text", "txt log", PAWL_TRACE_TEXT},
                                           {"json", "json", PAWL_TRACE_JSON},
                                           {"svg", "svg", PAWL_TRACE_SVG},
                                           {"html", "html htm", PAWL_TRACE_HTML}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (options->report != NULL
                ? strcmp(options->report, formats[i].name) == 0
                : options->output != NULL && app_path_ends_in(options->output, formats[i].endings))
            return &formats[i];
    return &formats[0];
}

/* NULL: stderr. */
static const char *path_of(const trace_options *options)
{
    const pawl_trace_format format = format_of(options)->format;
    if (options->output != NULL)
        return options->output;
    return format == PAWL_TRACE_SVG    ? "pawl-trace.svg"
           : format == PAWL_TRACE_HTML ? "pawl-trace.html"
                                       : NULL;
}

static void put_line(void *user, const char *text)
{
    (void)user;
    app_note("%s", text);
}

/* Writes the report where it is wanted; an exit code, reported. */
static int tell(pawl_trace *trace, const trace_options *options, const pawl_trace_info *summary)
{
    const pawl_trace_format format = format_of(options)->format;
    pawl_error error = {0};
    const char *path = path_of(options);
    const pawl_status status = path != NULL
                                   ? pawl_trace_save(trace, format, path, &error)
                                   : pawl_trace_report(trace, format, put_line, NULL, &error);
    if (status < 0) { /* the run may have taken hours: what it showed is told all the same */
        const int code = app_fail_library(path != NULL ? path : "stderr", &error);
        if (path != NULL && pawl_trace_report(trace, PAWL_TRACE_TEXT, put_line, NULL, &error) < 0)
            (void)app_fail_library("stderr", &error);
        return code;
    }
    if (path != NULL)
        app_note("pawl trace: %zu %s in %s%s",
                 APP_COUNT(summary->defect_count, "defect", "defects"), path,
                 summary->library_count > 0 ? ""
                                            : "; no factory of a shared TensorRT library was "
                                              "called, so there was nothing to follow");
    return APP_EXIT_DONE;
}

static int report(const traced_run *run, const trace_options *options, size_t *defects)
{
    char ending[400];
    pawl_error error = {0};
    pawl_trace *trace = NULL;
    pawl_trace_info summary = PAWL_TRACE_INFO_INIT;
    pawl_trace_desc desc = PAWL_TRACE_DESC_INIT;
    snprintf(ending, sizeof ending, "%s", run->ending);
    if (run->children > 0)
        snprintf(ending, sizeof ending, "%s%s%zu %s not followed: --follow-children does",
                 run->ending, run->ending[0] != '\0' ? "; " : "",
                 APP_COUNT(run->children, "program that it started was",
                           "programs that it started were"));
    if (run->left_out > 0)
        app_note("pawl trace: %zu %s not read: the report is of the first %d",
                 APP_COUNT(run->left_out, "more log was", "more logs were"), TRACED_MAX_LOGS);
    desc.suppressions = options->suppressions;
    desc.ending = ending[0] != '\0' ? ending : NULL;
    desc.is_repaired = options->repair;
    desc.max_depth = options->max_depth;
    if (pawl_trace_load((const char *const *)run->logs, run->log_count, &desc, &trace, &error) < 0)
        return app_fail_library(options->suppressions, &error);
    int code = APP_EXIT_DONE;
    if (pawl_trace_info_get(trace, &summary, &error) < 0)
        code = app_fail_library(NULL, &error);
    else
        code = tell(trace, options, &summary);
    *defects = summary.defect_count;
    (void)pawl_trace_destroy(&trace);
    return code;
}

/* As the program ended: by the same signal, so that whoever waits for pawl sees it; without a
 * second core. */
static int end_as(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(WTERMSIG(status), SIG_DFL);
    (void)fflush(NULL);
    (void)raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

static int run_traced(char **program, const trace_options *options)
{
    static traced_run run;
    char path[4096];
    traced_file file = {.obstacle = NULL};
    size_t defects = 0;
    if (find_program(program[0], path, sizeof path))
        traced_look(path, &file);
    if (file.is_loader) {
        const char *const loaded = traced_loaded(program);
        if (loaded != NULL)
            (void)snprintf(path, sizeof path, "%s", loaded);
        file = (traced_file){.obstacle = NULL};
        if (loaded != NULL)
            traced_look(path, &file);
    }
    int code = traced_prepare(&run);
    if (code == APP_EXIT_DONE)
        code = traced_start(&run, program, &file,
                            (options->repair ? TRACED_REPAIR : 0) |
                                (options->follow_children ? TRACED_FOLLOW : 0),
                            options->max_depth);
    if (code != APP_EXIT_DONE) {
        traced_clean(&run);
        return code;
    }
    traced_collect(&run);
    if (file.obstacle != NULL)
        app_note("pawl trace: %s %s", path, file.obstacle);
    else if (run.log_count == 0)
        app_note("pawl trace: nothing was recorded: the witness was not loaded (musl, or "
                 "LD_PRELOAD is taken away), or %s cannot be written",
                 run.folder);
    if (run.log_count > 0)
        code = report(&run, options, &defects);
    traced_clean(&run);
    if (code != APP_EXIT_DONE)
        return code;
    return defects > 0 && options->error_exitcode > 0 ? options->error_exitcode
                                                      : end_as(run.status);
}

/* A mistake in the file is told before the program runs, not behind it. An exit code, reported. */
static int check_suppressions(const char *path)
{
    pawl_trace *empty = NULL;
    pawl_error error = {0};
    pawl_trace_desc desc = PAWL_TRACE_DESC_INIT;
    desc.suppressions = path;
    if (pawl_trace_load(NULL, 0, &desc, &empty, &error) < 0)
        return app_fail_library(path, &error);
    (void)pawl_trace_destroy(&empty);
    return APP_EXIT_DONE;
}

/* The report is called what it is, goes where it can be written and nothing else is, and takes the
 * place of nothing that the program is, or is given: told before the program runs. */
static int check_output(const app_arguments *arguments, const trace_options *options)
{
    char program[4096];
    const char *path = path_of(options);
    if (path == NULL)
        return APP_EXIT_DONE;
    if (app_output_is_stdout(path))
        return app_usage(&cli_trace,
                         "--output %s: stdout is the program's: name a file, or leave it out for "
                         "stderr",
                         path);
    const int misnamed = app_output_kind_check(&cli_trace, path, format_of(options)->endings);
    if (misnamed != APP_EXIT_DONE)
        return misnamed;
    const bool is_found = find_program(arguments->items[0], program, sizeof program);
    if (!app_inputs_add_all(arguments->items, (size_t)arguments->count) ||
        (is_found && !app_inputs_add(program)) ||
        (options->suppressions != NULL && !app_inputs_add(options->suppressions)))
        return app_fail_memory();
    return app_file_probe(path);
}

static int trace_main(int argc, char **argv)
{
    trace_options options;
    app_arguments arguments;
    int code = 0;
    char **const words = with_end_of_options(&argc, argv);
    if (words == NULL)
        return app_fail_memory();
    if (app_parse(&cli_trace, argc, words, &options, &arguments, &code)) {
        if (options.suppressions != NULL && access(options.suppressions, R_OK) != 0)
            code = app_fail(APP_EXIT_INPUT, "%s cannot be read; --suppressions takes a file",
                            options.suppressions);
        else if (options.suppressions != NULL)
            code = check_suppressions(options.suppressions);
        if (code == APP_EXIT_DONE)
            code = check_output(&arguments, &options);
        if (code == APP_EXIT_DONE) {
            /* Options are gone from before it, so there is room. */
            arguments.items[arguments.count] = NULL;
            code = run_traced(arguments.items, &options);
        }
    }
    if (words != argv)
        free(words);
    return code;
}
