/* SPDX-License-Identifier: Apache-2.0 */
/* The program pawl: finds the command and hands over. */
#include "cli/options.h"
#include "common/inputs.h"

#include <stdio.h>
#include <string.h>

static const app_command *const commands[] = {
    &cli_convert, &cli_build,  &cli_export,     &cli_predict, &cli_run,   &cli_bench,
    &cli_inspect, &cli_doctor, &cli_val,        &cli_verify,  &cli_trace, &cli_explain,
    &cli_help,    &cli_man,    &cli_completion, &cli_version};

/* Options that stand for a command. */
static const char *command_of(const char *word)
{
    static const char *const forms[][2] = {
        {"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(word, forms[i][0]) == 0)
            return forms[i][1];
    return word;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        app_help_program(stderr, app_term_width(stderr));
        return APP_EXIT_USAGE;
    }
    const app_command *command = app_command_find(command_of(argv[1]));
    return command != NULL ? command->main(argc - 1, argv + 1) : app_unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
    app_term_start();
    app_commands_set(commands, sizeof commands / sizeof commands[0]);
    const int code = dispatch(argc, argv);
    app_inputs_free();
    return app_finish_stdout(code);
}
