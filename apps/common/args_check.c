/* SPDX-License-Identifier: Apache-2.0 */
/* Options beside one another, beside the backend and beside the files they name. */
#include "common/args_check.h"

#include "common/args_parts.h"
#include "common/files.h"
#include "common/term.h"

#include <string.h>

int app_output_kind_check(const app_command *command, const char *path, const char *endings)
{
    const char *what = app_is_folder(path) ? NULL : app_path_other_kind(path, endings);
    if (what == NULL)
        return APP_EXIT_DONE;
    return app_usage(command, "writes .%.*s, not %s (%s)", (int)strcspn(endings, " "), endings,
                     what, path);
}

/* What the option was told to write, NULL: nothing. */
static const char *output_of(const app_command *command, const app_arguments *arguments,
                             const void *options, size_t index)
{
    const app_option *option = &command->options[index];
    const bool is_given = option->writes != NULL && (arguments->given >> index & 1) != 0;
    return is_given ? *(const char *const *)(const void *)((const char *)options + option->offset)
                    : NULL;
}

int app_outputs_check(const app_command *command, const app_arguments *arguments,
                      const void *options, const char *output)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const char *own = output_of(command, arguments, options, i),
                   *name = command->options[i].name;
        if (own == NULL)
            continue;
        if (output != NULL && strcmp(name, "output") != 0 && app_outputs_are_one(own, output))
            return app_usage(command, "--%s and the output cannot share %s", name, own);
        for (size_t k = 0; k < i; k++) {
            const char *other = output_of(command, arguments, options, k);
            if (other != NULL && app_outputs_are_one(own, other))
                return app_usage(command, "--%s and --%s cannot share %s", name,
                                 command->options[k].name, own);
        }
    }
    return APP_EXIT_DONE;
}

void app_warn_idle(const app_command *command, const app_arguments *arguments)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const app_option *option = &command->options[i];
        bool is_idle = (arguments->given >> i & 1) != 0 && option->adds_to != NULL;
        for (size_t k = 0; k < command->option_count && is_idle; k++) {
            const char *other = command->options[k].name;
            is_idle = (arguments->given >> k & 1) == 0 ||
                      !app_list_has(option->adds_to, other, strlen(other));
        }
        if (is_idle)
            app_warn("--%s adds to --%.*s and does nothing alone", option->name,
                     (int)strcspn(option->adds_to, " "), option->adds_to);
    }
}

void app_warn_unfound(const app_command *command, const app_arguments *arguments, const char *found)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const app_option *option = &command->options[i];
        if ((arguments->given >> i & 1) != 0 && option->of != NULL &&
            !app_list_has(found, option->of, strlen(option->of)))
            app_warn("--%s does nothing: the model finds no %s", option->name, option->of);
    }
}

int app_backend_check(const app_command *command, const app_arguments *arguments,
                      const char *backend)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const app_option *option = &command->options[i];
        if ((arguments->given >> i & 1) != 0 && option->backends != NULL &&
            !app_list_has(option->backends, backend, strlen(backend))) {
            const int first = (int)strcspn(option->backends, " ");
            const char *const rest = option->backends + first;
            return app_usage(
                command, "--%s is of --backend %.*s%s%s, which this one (%s) does not know: %s",
                option->name, first, option->backends, *rest == ' ' ? " or " : "",
                *rest == ' ' ? rest + 1 : "", backend,
                option->instead != NULL ? option->instead : "leave it out, or choose that backend");
        }
    }
    return APP_EXIT_DONE;
}
