/* SPDX-License-Identifier: Apache-2.0 */
/* The program pawl: finds the command and hands over. */
#include "cli/session.h"
#include "common/inputs.h"

#include <stdio.h>
#include <string.h>

static const app_command *const commands[] = {&cli_convert, &cli_build,   &cli_predict, &cli_run,
                                              &cli_bench,   &cli_inspect, &cli_doctor,  &cli_val,
                                              &cli_verify,  &cli_explain};
static const size_t command_count = sizeof commands / sizeof commands[0];

static const app_command *find_command(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_command(const char *word)
{
    const app_command *near = app_command_near(commands, command_count, word);
    if (word[0] == '-')
        return app_fail(APP_EXIT_USAGE,
                        "unknown option %s in front of a command, whose options follow it; see "
                        "'pawl --help'",
                        word);
    if (near != NULL)
        return app_fail(APP_EXIT_USAGE, "unknown command %s, did you mean 'pawl %s'?", word,
                        near->name);
    return app_fail(APP_EXIT_USAGE, "unknown command %s; see 'pawl --help'", word);
}

static int help(const char *topic)
{
    const app_command *command = topic == NULL ? NULL : find_command(topic);
    if (topic != NULL && command == NULL)
        return unknown_command(topic);
    if (command != NULL)
        app_help_command(stdout, command);
    else
        app_help_program(stdout, commands, command_count);
    return APP_EXIT_DONE;
}

static int completion(const char *shell)
{
    if (shell == NULL || strcmp(shell, "bash") != 0)
        return app_fail(
            APP_EXIT_USAGE,
            "completion: write 'pawl completion bash' (zsh reads it after bashcompinit)");
    app_completion_bash(stdout, commands, command_count);
    return APP_EXIT_DONE;
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    const char *topic = argc > 2 ? argv[2] : NULL;
    if (word == NULL) {
        app_help_program(stderr, commands, command_count);
        return APP_EXIT_USAGE;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 || strcmp(word, "version") == 0) {
        printf("pawl %s\n", pawl_version());
        return APP_EXIT_DONE;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
        return help(topic);
    if (strcmp(word, "completion") == 0)
        return completion(topic);
    if (strcmp(word, "man") == 0) {
        app_manual_page(stdout, commands, command_count);
        return APP_EXIT_DONE;
    }
    const app_command *command = find_command(word);
    return command != NULL ? command->main(argc - 1, argv + 1) : unknown_command(word);
}

int main(int argc, char **argv)
{
    app_term_start();
    const int code = dispatch(argc, argv);
    app_inputs_free();
    return app_finish_stdout(code);
}
