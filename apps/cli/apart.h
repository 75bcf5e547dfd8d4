/* SPDX-License-Identifier: Apache-2.0 */
/* Work that may crash or hang, in a process of its own. */
#ifndef CLI_APART_H
#define CLI_APART_H

#include <stdbool.h>
#include <stddef.h>

typedef void (*cli_line)(void *user, const char *text);

/*
 * Forks, and calls work(argument, ...) in the child, whose stdout is nowhere and who leaves nothing
 * behind. Each line that work hands to its @p line arrives at ours, here, as it comes. Returns true
 * where work returned; else why says what ended the child: a signal, an exit of its own,
 * limit_seconds, or that none could be made. Call it before the program has threads, and before it
 * has loaded what the child is to load.
 */
bool cli_apart(void (*work)(void *argument, cli_line line, void *line_user), void *argument,
               unsigned limit_seconds, cli_line line, void *user, char *why, size_t why_size);

#endif
