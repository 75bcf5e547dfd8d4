/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether what was given goes together. Each says what does not, as app_usage(), and returns exit
 * code 2, else 0.
 */
#ifndef APP_ARGS_CHECK_H
#define APP_ARGS_CHECK_H

#include "common/args.h"

/* Refuses options that were given and that @p backend does not know. */
int app_backend_check(const app_command *command, const app_arguments *arguments,
                      const char *backend);

/* Refuses two options that write to one file, whatever they call it, and one that writes to
 * @p output (NULL: none), which the command writes besides. app_parse() does so without an output.
 */
int app_outputs_check(const app_command *command, const app_arguments *arguments,
                      const void *options, const char *output);

/* Warns of options that were given and are of what the model does not find; @p found: what it does,
 * blank-separated. */
void app_warn_unfound(const app_command *command, const app_arguments *arguments,
                      const char *found);

/* Refuses a file to be written whose ending says that it is of another kind than @p endings. */
int app_output_kind_check(const app_command *command, const char *path, const char *endings);

#endif
