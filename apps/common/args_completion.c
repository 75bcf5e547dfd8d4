/* SPDX-License-Identifier: Apache-2.0 */
/* What the option tables say to shells: the words that bash, zsh and fish complete. */
#include "common/args_parts.h"

#include <string.h>

/* A text within single quotes, with a backslash before each of @p special. */
static void print_quoted(FILE *out, const char *text, const char *special, const char *quote)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs(quote, out);
        else
            fprintf(out, "%s%c", strchr(special, *text) != NULL ? "\\" : "", *text);
}

/* Calls @p print for each option of a command, the common ones last. */
static void each_option(FILE *out, const app_command *command,
                        void (*print)(FILE *out, const app_command *command,
                                      const app_option *option))
{
    for (size_t i = 0; i < command->option_count; i++)
        print(out, command, &command->options[i]);
    for (size_t i = 0; i < app_common_option_count; i++)
        print(out, command, &app_common_options[i]);
}

static void print_bash_name(FILE *out, const app_command *command, const app_option *option)
{
    (void)command;
    fprintf(out, " --%s", option->name);
}

/* The words that complete the value of an option, as a case of the shell function. */
static void print_bash_values(FILE *out, const app_command *command)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].choices != NULL)
            fprintf(out, "    '%s --%s') COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n",
                    command->name, command->options[i].name, command->options[i].choices());
}

static void print_bash_words(FILE *out, const app_command *command)
{
    fprintf(out, "    %s) if [ \"${word#-}\" != \"$word\" ]; then COMPREPLY=($(compgen -W '",
            command->name);
    each_option(out, command, print_bash_name);
    fputs("' -- \"$word\"))", out);
    if (command->argument_choices != NULL)
        fprintf(out, "; else COMPREPLY=($(compgen -W '%s' -- \"$word\"))",
                command->argument_choices());
    fputs("; fi ;;\n", out);
}

void app_completion_bash(FILE *out)
{
    const app_command *command;
    fputs("# bash completion of pawl; load it with: source <(pawl completion bash)\n"
          "_pawl()\n{\n"
          "  local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  local command=${COMP_WORDS[1]}\n"
          "  COMPREPLY=()\n"
          "  # --name=VALUE comes as three words.\n"
          "  if [ \"$word\" = = ]; then word=\n"
          "  elif [ \"$last\" = = ]; then last=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
          "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
          "    COMPREPLY=($(compgen -W '",
          out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++)
        fprintf(out, "%s ", command->name);
    fputs("--help --version' -- \"$word\"))\n    return\n  fi\n  case \"$command $last\" in\n",
          out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++)
        print_bash_values(out, command);
    fputs("  esac\n  case $command in\n", out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++)
        print_bash_words(out, command);
    fputs("  esac\n}\ncomplete -o default -F _pawl pawl\n", out);
}

#define ZSH_QUOTE "'\\''"

/* A specification for _arguments: -o[help]:VALUE:action, and --name=[help]... */
static void print_zsh_option(FILE *out, const app_command *command, const app_option *option)
{
    (void)command;
    for (int form = option->letter != 0 ? 0 : 1; form < 2; form++) {
        const bool takes_value = option->value != NULL && option->type != APP_TEXT_OPTIONAL;
        if (form == 0)
            fprintf(out, " \\\n      '*-%c[", option->letter);
        else
            fprintf(out, " \\\n      '*--%s%s[", option->name, takes_value ? "=" : "");
        print_quoted(out, option->help, "[]:\\", ZSH_QUOTE);
        fputc(']', out);
        if (takes_value) {
            fputc(':', out);
            print_quoted(out, option->value, ":\\", ZSH_QUOTE);
            if (option->choices != NULL)
                fprintf(out, ":(%s)", option->choices());
            else
                fputs(":_files", out);
        }
        fputc('\'', out);
    }
}

void app_completion_zsh(FILE *out)
{
    const app_command *command;
    fputs("#compdef pawl\n# zsh completion of pawl; load it with: source <(pawl completion zsh)\n"
          "_pawl()\n{\n  local -a commands\n  if (( CURRENT == 2 )); then\n    commands=(",
          out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++) {
        fprintf(out, "\n      '%s:", command->name);
        print_quoted(out, command->brief, "\\", ZSH_QUOTE);
        fputc('\'', out);
    }
    fputs(")\n    _describe command commands\n    return\n  fi\n"
          "  shift words\n  (( CURRENT-- ))\n  case $words[1] in\n",
          out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++) {
        fprintf(out, "    %s) _arguments -s", command->name);
        each_option(out, command, print_zsh_option);
        if (command->argument_choices != NULL)
            fprintf(out, " \\\n      '*::word:(%s)' ;;\n", command->argument_choices());
        else
            fputs(" \\\n      '*:file:_files' ;;\n", out);
    }
    fputs("  esac\n}\n"
          "if [[ $funcstack[1] = _pawl ]]; then _pawl \"$@\"; else compdef _pawl pawl; fi\n",
          out);
}

#define FISH_QUOTE "\\'"

static void print_fish_option(FILE *out, const app_command *command, const app_option *option)
{
    fprintf(out, "complete -c pawl -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter != 0)
        fprintf(out, " -s %c", option->letter);
    if (option->choices != NULL)
        fprintf(out, " -x -a '%s'", option->choices());
    else if (option->value != NULL && option->type != APP_TEXT_OPTIONAL)
        fputs(" -r", out);
    fputs(" -d '", out);
    print_quoted(out, option->help, "\\", FISH_QUOTE);
    fputs("'\n", out);
}

void app_completion_fish(FILE *out)
{
    const app_command *command;
    fputs("# fish completion of pawl; load it with: pawl completion fish | source\n", out);
    for (size_t i = 0; (command = app_command_get(i)) != NULL; i++) {
        fprintf(out, "complete -c pawl -n __fish_use_subcommand -f -a %s -d '", command->name);
        print_quoted(out, command->brief, "\\", FISH_QUOTE);
        fputs("'\n", out);
        each_option(out, command, print_fish_option);
        if (command->argument_choices != NULL)
            fprintf(out, "complete -c pawl -n '__fish_seen_subcommand_from %s' -f -a '%s'\n",
                    command->name, command->argument_choices());
    }
}
