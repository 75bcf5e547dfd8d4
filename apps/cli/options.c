/* SPDX-License-Identifier: Apache-2.0 */
/* Choices that the library knows, and the name of a command's output. */
#include "cli/options.h"

#include "common/files.h"
#include "common/names.h"

#include <stdlib.h>
#include <string.h>

#define LIST_SIZE 128

/* Adds the words that the list lacks. */
static void add_words(char list[LIST_SIZE], const char *words)
{
    for (const char *at = words; *at != '\0';) {
        const size_t length = strcspn(at, " "), used = strlen(list);
        if (!app_list_has(list, at, length))
            (void)snprintf(list + used, LIST_SIZE - used, "%s%.*s", used > 0 ? " " : "",
                           (int)length, at);
        at += length + strspn(at + length, " ");
    }
}

static const char *gather(char list[LIST_SIZE], const char *(*name)(size_t index))
{
    const char *word;
    for (size_t i = 0; list[0] == '\0' || name(i) != NULL; i++)
        if ((word = name(i)) != NULL)
            add_words(list, word);
    return list;
}

const char *cli_backends(void)
{
    static char list[LIST_SIZE];
    return gather(list, pawl_backend_name);
}

const char *cli_precisions(void)
{
    static char list[LIST_SIZE];
    return gather(list, pawl_backend_precisions);
}

const char *cli_activations(void)
{
    static char list[LIST_SIZE];
    return gather(list, pawl_activation_name);
}

const char *cli_fallbacks(void)
{
    return "cpu reference";
}

const char *cli_found(pawl_task task)
{
    return task == PAWL_TASK_SEGMENT ? "boxes masks" : task == PAWL_TASK_DETECT ? "boxes" : "";
}

/* What is no weights is refused as that: no name of the output would help it. */
static int refuse_overwriting(const app_command *command, const char *input, const char *path)
{
    pawl_error error = {0};
    pawl_weights *weights = NULL;
    if (pawl_weights_load(input, &weights, &error) < 0)
        return app_fail_library(input, &error);
    (void)pawl_weights_destroy(&weights);
    return app_usage(command, "%s would overwrite its own input: name another file with -o", path);
}

int cli_output_path(const app_command *command, const app_arguments *arguments, const void *options,
                    const char *asked, const char *endings, char **path)
{
    const char *input = arguments->items[0];
    char ending[16];
    if (arguments->count == 2 && asked != NULL)
        return app_usage(command, "the output is named twice, as %s and as %s", arguments->items[1],
                         asked);
    if (arguments->count == 2)
        asked = arguments->items[1];
    if (asked != NULL && app_output_is_stdout(asked))
        return app_usage(command, "writes a file, not stdout: name one");
    const int refused =
        asked == NULL ? APP_EXIT_DONE : app_output_kind_check(command, asked, endings);
    if (refused != APP_EXIT_DONE)
        return refused;
    (void)snprintf(ending, sizeof ending, ".%.*s", (int)strcspn(endings, " "), endings);
    *path = app_output_path(asked, input, ending);
    if (*path == NULL)
        return app_fail_memory();
    const int code = app_is_same_file(input, *path)
                         ? refuse_overwriting(command, input, *path)
                         : app_outputs_check(command, arguments, options, *path);
    if (code == APP_EXIT_DONE)
        return code;
    free(*path);
    *path = NULL;
    return code;
}

int cli_network_desc(app_paths *kept, const char *names, const char *activation,
                     pawl_network_desc *desc)
{
    desc->activation = activation;
    if (names == NULL)
        return APP_EXIT_DONE;
    const int code = app_names_read(kept, names);
    if (code != APP_EXIT_DONE)
        return code;
    desc->names = (const char *const *)kept->items;
    desc->name_count = kept->count;
    return APP_EXIT_DONE;
}

int cli_build_progress(void *user, const char *stage, size_t done, size_t total)
{
    (void)user;
    app_progress(stage, done, total);
    return app_is_interrupted() ? 1 : 0;
}
