/* SPDX-License-Identifier: Apache-2.0 */
/* What the option tables say on a terminal. */
#include "common/args_parts.h"

#include "common/term.h"

#include <string.h>

#define COLUMN        26 /* where the options' sentences begin */
#define NARROW        60 /* below that they stand on lines of their own */
#define NARROW_INDENT 8

void app_print_wrapped(FILE *out, const char *text, int column, int indent, int width)
{
    bool is_first = true;
    while (*text != '\0') {
        const int length = (int)strcspn(text, " ");
        if (!is_first && column + 1 + length > width) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (!is_first) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", length, text);
        column += length;
        is_first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const app_command *command, const app_option *option, int width)
{
    char head[128], sentence[APP_SENTENCE_SIZE];
    const bool is_optional = option->type == APP_TEXT_OPTIONAL;
    const int indent = width < NARROW ? NARROW_INDENT : COLUMN;
    const int used = snprintf(
        head, sizeof head, "  %c%c%c --%s%s%s%s", option->letter != 0 ? '-' : ' ',
        option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ',' : ' ', option->name,
        option->value == NULL ? ""
        : is_optional         ? " ["
                              : " ",
        option->value != NULL ? option->value : "", is_optional ? "]" : "");
    fputs(head, out);
    if (used >= indent - 1)
        fprintf(out, "\n%*s", indent, "");
    else
        fprintf(out, "%*s", indent - used, "");
    app_print_wrapped(out, app_option_sentence(command, option, sentence), indent, indent, width);
}

void app_help_command(FILE *out, const app_command *command, int width)
{
    char brief[128], usage[128];
    /* What stands behind -- is no option of ours. */
    const bool is_last = strncmp(command->arguments, "-- ", 3) == 0;
    (void)snprintf(usage, sizeof usage, "Usage: pawl %s%s%s%s%s", command->name,
                   is_last ? " [options]" : "", command->arguments[0] != '\0' ? " " : "",
                   command->arguments, is_last ? "" : " [options]");
    app_print_wrapped(out, usage, 0, NARROW_INDENT, width);
    fputc('\n', out);
    (void)snprintf(brief, sizeof brief, "%s.", command->brief);
    app_print_wrapped(out, brief, 0, 0, width);
    if (command->details != NULL)
        app_print_wrapped(out, command->details, 0, 0, width);
    fputs("\nOptions (--name VALUE or --name=VALUE):\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, command, &command->options[i], width);
    for (size_t i = 0; i < app_common_option_count; i++)
        print_option(out, command, &app_common_options[i], width);
    if (command->example != NULL)
        fprintf(out, "\nExample:\n  %s\n", command->example);
}

void app_help_program(FILE *out, int width)
{
    const app_command *command;
    const app_exit_text *code;
    fputs("Usage: pawl COMMAND ...\n\n", out);
    app_print_wrapped(out, "YOLOv5 weights in, an optimised engine out, detections from it.", 0, 0,
                      width);
    fputs("\nCommands:\n", out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++) {
        fprintf(out, "  %-12s ", command->name);
        app_print_wrapped(out, command->brief, 15, 15, width);
    }
    fputc('\n', out);
    app_print_wrapped(
        out, "Options of a command: 'pawl help COMMAND'. Manual page: 'pawl man | man -l -'.", 0, 0,
        width);
    fputs("\nExit codes:\n", out);
    for (size_t i = 0; (code = app_exit_text_get(i)) != NULL; i++) {
        fprintf(out, "  %3d  ", code->code);
        app_print_wrapped(out, code->meaning, 7, 7, width);
    }
}
