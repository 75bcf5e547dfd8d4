/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a run reads, so that nothing it writes takes the place of one of them: the engine
 * by a slip of --json, pictures by --project . --exist-ok. */
#ifndef APP_INPUTS_H
#define APP_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

/* Remembers what the path leads to; one that leads nowhere is let pass. False: memory ran out. */
bool app_inputs_add(const char *path);
bool app_inputs_add_all(char *const *paths, size_t count);

/* Exit 2 and a sentence if writing to the path would replace an input, else 0. */
int app_inputs_check(const char *path);

/* Forgets all. */
void app_inputs_free(void);

#endif
