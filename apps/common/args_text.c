/* SPDX-License-Identifier: Apache-2.0 */
/* What the option tables say: help, bash completion, manual page. */
#include "common/args.h"

#include <pawl/version.h>

#include <string.h>

#define HELP_COLUMN 26
#define HELP_WIDTH  88

/* Writes words from @p column on, broken before HELP_WIDTH and indented by @p indent. */
static void print_wrapped(FILE *out, const char *text, int column, int indent)
{
    bool is_first = true;
    while (*text != '\0') {
        const int length = (int)strcspn(text, " ");
        if (!is_first && column + 1 + length > HELP_WIDTH) {
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

static void print_option(FILE *out, const app_option *option)
{
    char head[96];
    const char *join = option->type == APP_TEXT_OPTIONAL ? "[=" : " ";
    const int used = snprintf(
        head, sizeof head, "  %c%c%c --%s%s%s%s", option->letter != 0 ? '-' : ' ',
        option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ',' : ' ', option->name,
        option->value != NULL ? join : "", option->value != NULL ? option->value : "",
        option->type == APP_TEXT_OPTIONAL ? "]" : "");
    fputs(head, out);
    if (used >= HELP_COLUMN - 1)
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    else
        fprintf(out, "%*s", HELP_COLUMN - used, "");
    print_wrapped(out, option->help, HELP_COLUMN, HELP_COLUMN);
}

void app_help_command(FILE *out, const app_command *command)
{
    fprintf(out, "Usage: pawl %s%s%s [options]\n\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    print_wrapped(out, command->brief, 0, 0);
    if (command->details != NULL)
        print_wrapped(out, command->details, 0, 0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, &command->options[i]);
    for (size_t i = 0; i < app_common_option_count; i++)
        print_option(out, &app_common_options[i]);
    if (command->example != NULL)
        fprintf(out, "\nExample:\n  %s\n", command->example);
}

void app_help_program(FILE *out, const app_command *const *commands, size_t count)
{
    fputs("Usage: pawl COMMAND ...\n\nYOLOv5 weights in, an optimised engine out, detections from "
          "it.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->brief);
    fputs("\n  pawl help COMMAND        options of a command\n"
          "  pawl man                 the manual page, for man -l -\n"
          "  pawl completion bash     what bash completes, to be sourced\n"
          "  pawl --version           the version\n\n"
          "Exit codes: 0 done, 1 cannot write, 2 usage, 3 input unreadable or corrupt, 4 not "
          "supported,\n5 backend not here, 6 accuracy gate, 8 some inputs failed, 9 limit or "
          "memory, 130 interrupted.\n",
          out);
}

/* The words that complete the value of an option, as a case of the shell function. */
static void print_choices(FILE *out, const char *command, const app_option *option)
{
    if (option->choices == NULL)
        return;
    fprintf(out, "    '%s --%s') COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n", command,
            option->name, option->choices);
}

static void print_names(FILE *out, const app_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, " --%s", options[i].name);
}

void app_completion_bash(FILE *out, const app_command *const *commands, size_t count)
{
    fputs(
        "# bash completion of pawl; load it with: source <(pawl completion bash)\n"
        "_pawl()\n{\n"
        "  local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  local command=${COMP_WORDS[1]}\n"
        "  COMPREPLY=()\n"
        "  if [ \"$COMP_CWORD\" = 1 ] || { [ \"$COMP_CWORD\" = 2 ] && [ \"$command\" = help ]; }; "
        "then\n"
        "    COMPREPLY=($(compgen -W 'help",
        out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, " %s", commands[i]->name);
    fputs(" --help --version' -- \"$word\"))\n    return\n  fi\n  case \"$command $last\" in\n",
          out);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < commands[i]->option_count; j++)
            print_choices(out, commands[i]->name, &commands[i]->options[j]);
    fputs("  esac\n  [ \"${word#-}\" != \"$word\" ] || return\n  case $command in\n", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %s) COMPREPLY=($(compgen -W '", commands[i]->name);
        print_names(out, commands[i]->options, commands[i]->option_count);
        print_names(out, app_common_options, app_common_option_count);
        fputs("' -- \"$word\")) ;;\n", out);
    }
    fputs("  esac\n}\ncomplete -o default -F _pawl pawl\n", out);
}

/* Text for roff: hyphens of options must not become typographic ones, and no line may begin with a
 * dot. */
static void print_roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
    }
}

static void print_roff_option(FILE *out, const app_option *option)
{
    fputs(".TP\n.B ", out);
    if (option->letter != 0)
        fprintf(out, "\\-%c, ", option->letter);
    fputs("\\-\\-", out);
    print_roff(out, option->name);
    if (option->value != NULL) {
        fputs(option->type == APP_TEXT_OPTIONAL ? "[=" : " ", out);
        print_roff(out, option->value);
        fputs(option->type == APP_TEXT_OPTIONAL ? "]" : "", out);
    }
    fputc('\n', out);
    print_roff(out, option->help);
    fputc('\n', out);
}

static void print_roff_command(FILE *out, const app_command *command)
{
    fprintf(out, ".SS \"pawl %s%s", command->name, command->arguments[0] != '\0' ? " " : "");
    print_roff(out, command->arguments);
    fputs("\"\n", out);
    print_roff(out, command->brief);
    fputs(".\n", out);
    if (command->details != NULL) {
        fputs(".PP\n", out);
        print_roff(out, command->details);
        fputc('\n', out);
    }
    for (size_t i = 0; i < command->option_count; i++)
        print_roff_option(out, &command->options[i]);
    if (command->example != NULL) {
        fputs(".PP\nExample:\n.PP\n.nf\n.RS\n", out);
        print_roff(out, command->example);
        fputs("\n.RE\n.fi\n", out);
    }
}

void app_manual_page(FILE *out, const app_command *const *commands, size_t count)
{
    fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n", out);
    fprintf(out, ".TH PAWL 1 \"\" \"pawl %s\" \"User Commands\"\n", pawl_version());
    fputs(".SH NAME\npawl \\- YOLOv5 weights in, an optimised engine out, detections from it\n"
          ".SH SYNOPSIS\n.B pawl\n.I COMMAND\n[options]\n.SH COMMANDS\n",
          out);
    for (size_t i = 0; i < count; i++)
        print_roff_command(out, commands[i]);
    fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
    for (size_t i = 0; i < app_common_option_count; i++)
        print_roff_option(out, &app_common_options[i]);
    fputs(".SH EXIT STATUS\n"
          ".TP\n.B 0\ndone\n.TP\n.B 1\nfailed for a reason outside the input: cannot write, broken "
          "pipe\n"
          ".TP\n.B 2\nusage: unknown option, missing or contradictory argument\n"
          ".TP\n.B 3\ninput unreadable or corrupt: weights, engine, or every picture given\n"
          ".TP\n.B 4\nrecognised but not supported, or ambiguous\n"
          ".TP\n.B 5\nbackend, device or library missing\n"
          ".TP\n.B 6\naccuracy gate failed (pawl verify)\n"
          ".TP\n.B 8\npartial: some inputs failed, the rest are done\n"
          ".TP\n.B 9\na limit or memory exhausted\n.TP\n.B 130\ninterrupted\n"
          ".SH ENVIRONMENT\n"
          ".TP\n.B PAWL_MAX_ISA\nuses no instruction set above this one: generic, sse41, avx2, "
          "avx512, avx512vnni, avx512bf16, amx; or generic, neon, dotprod, i8mm\n"
          ".TP\n.B PAWL_LIFETIME\nstrict refuses to end an object that others still hold; deferred "
          "(default) ends it with its last holder\n"
          ".TP\n.B NO_COLOR\nno colours\n",
          out);
}
