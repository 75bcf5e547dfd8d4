/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that speak of the program itself: help, man, completion, version. */
#include "cli/options.h"
#include "common/compat_usage.h"

#include <string.h>

static int help_main(int argc, char **argv);
static int man_main(int argc, char **argv);
static int completion_main(int argc, char **argv);
static int version_main(int argc, char **argv);

static const char *command_names(void)
{
    static char list[256];
    const app_command *command;
    for (size_t i = 0; list[0] == '\0' || app_command_get(i) != NULL; i++)
        if ((command = app_command_get(i)) != NULL) {
            const size_t used = strlen(list);
            (void)snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? " " : "",
                           command->name);
        }
    return list;
}

static const char *page_names(void)
{
    return "pawl " COMPAT_NAMES;
}

/* The shells that can be helped, and what is printed for each. */
static const struct {
    const char *name;
    void (*print)(FILE *out);
} completions[] = {
    {"bash", app_completion_bash}, {"zsh", app_completion_zsh}, {"fish", app_completion_fish}};

static const char *shells(void)
{
    return "bash zsh fish";
}

const app_command cli_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .brief = "Lists the commands, or tells all about one",
    .example = "pawl help predict",
    .argument_max = 1,
    .argument_choices = command_names,
    .main = help_main,
};

const app_command cli_man = {
    .name = "man",
    .arguments = "[PROGRAM]",
    .brief = "Prints the manual page of pawl, yolov5_det, yolov5_seg or yolov5_cls",
    .example = "pawl man | man -l -",
    .argument_max = 1,
    .argument_choices = page_names,
    .main = man_main,
};

const app_command cli_completion = {
    .name = "completion",
    .arguments = "SHELL",
    .brief = "Prints what bash, zsh or fish completes",
    .example = "source <(pawl completion bash)",
    .argument_min = 1,
    .argument_max = 1,
    .argument_choices = shells,
    .main = completion_main,
};

const app_command cli_version = {
    .name = "version",
    .arguments = "",
    .brief = "Prints the version",
    .example = "pawl version",
    .main = version_main,
};

/* Parses a command without options of its own; sets *word to its argument, NULL if it has none, and
 * sees that it is one of those there are. True to go on. */
static bool parse_word(const app_command *command, int argc, char **argv, const char **word,
                       int *code)
{
    char none = 0;
    app_arguments arguments;
    if (!app_parse(command, argc, argv, &none, &arguments, code))
        return false;
    *word = arguments.count > 0 ? arguments.items[0] : NULL;
    return true;
}

/* That the word, if there is one, is of those that the command knows. */
static int check_word(const app_command *command, const char *word)
{
    if (word == NULL || app_list_has(command->argument_choices(), word, strlen(word)))
        return APP_EXIT_DONE;
    return app_usage(command, "takes one of: %s; not '%s'", command->argument_choices(), word);
}

static int help_main(int argc, char **argv)
{
    const char *topic = NULL;
    int code = 0;
    if (!parse_word(&cli_help, argc, argv, &topic, &code))
        return code;
    const app_command *command = topic == NULL ? NULL : app_command_find(topic);
    if (topic != NULL && command == NULL)
        return app_unknown_command(topic);
    if (command != NULL)
        app_help_command(stdout, command, app_term_width(stdout));
    else
        app_help_program(stdout, app_term_width(stdout));
    return APP_EXIT_DONE;
}

static int man_main(int argc, char **argv)
{
    const char *page = NULL;
    int code = 0;
    if (!parse_word(&cli_man, argc, argv, &page, &code))
        return code;
    code = check_word(&cli_man, page);
    if (code != APP_EXIT_DONE)
        return code;
    const compat_program *program = page == NULL ? NULL : compat_program_find(page);
    if (program != NULL)
        compat_manual_page(stdout, program);
    else
        app_manual_page(stdout);
    return APP_EXIT_DONE;
}

static int completion_main(int argc, char **argv)
{
    const char *shell = NULL;
    int code = 0;
    if (!parse_word(&cli_completion, argc, argv, &shell, &code))
        return code;
    code = check_word(&cli_completion, shell);
    for (size_t i = 0; code == APP_EXIT_DONE && i < sizeof completions / sizeof completions[0]; i++)
        if (strcmp(completions[i].name, shell) == 0)
            completions[i].print(stdout);
    return code;
}

static int version_main(int argc, char **argv)
{
    const char *word = NULL;
    int code = 0;
    if (!parse_word(&cli_version, argc, argv, &word, &code))
        return code;
    printf("pawl %s\n", pawl_version());
    return APP_EXIT_DONE;
}
