/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page, and what help and page share: the whole sentence about an option. */
#include "common/args_parts.h"

#include "common/roff.h"
#include "common/term.h"

#include <pawl/machine.h>

#include <stdarg.h>
#include <string.h>

/* Adds to a text of APP_SENTENCE_SIZE; what does not fit is left out. */
static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text + used, APP_SENTENCE_SIZE - used, format, list);
    va_end(list);
}

/* "silu leaky relu" as "silu, leaky or relu". */
static void add_list(char *text, const char *words, const char *last)
{
    for (const char *at = words; *at != '\0';) {
        const size_t length = strcspn(at, " ");
        const char *next = at + length + strspn(at + length, " ");
        const char *between = at == words ? "" : *next == '\0' ? last : ", ";
        add(text, "%s%.*s", between, (int)length, at);
        at = next;
    }
}

const char *app_option_sentence(const app_command *command, const app_option *option,
                                char text[APP_SENTENCE_SIZE])
{
    char value[APP_DEFAULT_SIZE];
    text[0] = '\0';
    if (option->backends != NULL) {
        add_list(text, option->backends, " and ");
        add(text, ": ");
    }
    add(text, "%s", option->help);
    app_value_default(command, option, value);
    if (option->choices != NULL) {
        add(text, " (");
        add_list(text, option->choices(), " or ");
        add(text, *value != '\0' ? "; default: %s)" : "%s)", value);
    } else if (*value != '\0') {
        add(text, " (default: %s)", value);
    }
    if (option->aliases != NULL) {
        add(text, "; also --");
        for (const char *at = option->aliases; *at != '\0'; at++)
            add(text, *at == ' ' ? ", --" : "%c", *at);
    }
    return text;
}

static void print_option(FILE *out, const app_command *command, const app_option *option)
{
    char sentence[APP_SENTENCE_SIZE];
    fputs(".TP\n.B ", out);
    if (option->letter != 0)
        fprintf(out, "\\-%c, ", option->letter);
    fputs("\\-\\-", out);
    app_roff_text(out, option->name);
    if (option->value != NULL) {
        fputs(option->type == APP_TEXT_OPTIONAL ? " [" : " ", out);
        app_roff_text(out, option->value);
        fputs(option->type == APP_TEXT_OPTIONAL ? "]" : "", out);
    }
    fputc('\n', out);
    app_roff_text(out, app_option_sentence(command, option, sentence));
    fputc('\n', out);
}

static void print_command(FILE *out, const app_command *command)
{
    fprintf(out, ".SS \"pawl %s%s", command->name, command->arguments[0] != '\0' ? " " : "");
    app_roff_text(out, command->arguments);
    fputs("\"\n", out);
    app_roff_text(out, command->brief);
    fputs(".\n", out);
    if (command->details != NULL) {
        fputs(".PP\n", out);
        app_roff_text(out, command->details);
        fputc('\n', out);
    }
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, command, &command->options[i]);
    if (command->example != NULL)
        app_roff_example(out, command->example);
}

static void print_environment(FILE *out)
{
    static const char *const variables[][2] = {
        {"PAWL_TENSORRT_LIBRARY",
         "TensorRT's library (a file, or the folder it is in) where the loader does not find it"},
        {"PAWL_CUDA_LIBRARY", "the NVIDIA driver's library, so too"},
        {"CUDA_VISIBLE_DEVICES", "the GPUs that the NVIDIA driver shows"},
        {"PAWL_FFMPEG", "the program that decodes and encodes videos, where PATH leads to none"},
        {"PAWL_FFPROBE", "the program that tells what is in them, so too"},
        {"PAWL_FFMPEG_TIMEOUT", "seconds that they may be silent (30)"},
        {"PAWL_VIEW",
         "what --view takes the terminal for: kitty or sixel; or folder, to open the run's folder"},
        {"PAWL_LIFETIME",
         "strict refuses to end an object that others still hold; deferred (default) ends it with "
         "its last holder"},
        {"PAWL_LEAKS", "report lists the objects that were never ended when the program is over, "
                       "error ends it with 1 for them"},
        {"XDG_CACHE_HOME", "the folder whose pawl/ keeps timings (~/.cache)"},
        {"TMPDIR", "folder of what is needed for a while (/tmp)"},
        {"NO_COLOR", "no colours"},
        {"COLUMNS", "width of the help where there is no terminal to ask"},
    };
    char isa[APP_SENTENCE_SIZE] = "uses no instruction set above this one: ";
    for (size_t i = 0; pawl_isa_name(i) != NULL; i++)
        add(isa, "%s%s", i > 0 ? ", " : "", pawl_isa_name(i));
    fputs(".SH ENVIRONMENT\n", out);
    app_roff_item(out, "PAWL_MAX_ISA", isa);
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        app_roff_item(out, variables[i][0], variables[i][1]);
}

void app_manual_page(FILE *out)
{
    const app_command *command;
    const app_exit_text *code;
    app_roff_title(out, "pawl", "YOLOv5 weights in, an optimised engine out, detections from it");
    fputs(".SH SYNOPSIS\n.B pawl\n.I COMMAND\n[arguments] [options]\n.SH DESCRIPTION\n", out);
    app_roff_text(out, "Options and arguments may come in any order; a value follows its option "
                       "as a word or behind '=': --conf 0.4, --conf=0.4. What begins with a dash "
                       "and is no option comes behind --. stdout carries results only, stderr the "
                       "rest.");
    fputs("\n.SH COMMANDS\n", out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++)
        print_command(out, command);
    fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    for (size_t i = 0; i < app_common_option_count; i++)
        print_option(out, app_command_get(0), &app_common_options[i]);
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; (code = app_exit_text_get(i)) != NULL; i++) {
        char number[12];
        (void)snprintf(number, sizeof number, "%d", code->code);
        app_roff_item(out, number, code->meaning);
    }
    print_environment(out);
    fputs(".SH SEE ALSO\n.BR yolov5_det (1),\n.BR yolov5_seg (1),\n.BR yolov5_cls (1)\n", out);
}
