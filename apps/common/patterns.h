/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of file names, and folders with all below them. */
#ifndef APP_PATTERNS_H
#define APP_PATTERNS_H

#include "common/files.h"

/* True if the text has a '*', '?' or '['. */
bool app_is_pattern(const char *text);

/*
 * Adds the files that a pattern names, sorted, as Python's glob with recursive=True: "**" is any
 * number of folders, hidden names need a dot of their own. Folders it names are left out. False: no
 * memory.
 */
bool app_paths_add_pattern(app_paths *paths, const char *pattern);

/* Adds the folder's files of these endings and those of all folders below it (links to folders are
 * not followed), sorted. False: errno says why. */
bool app_paths_add_tree(app_paths *paths, const char *folder, const char *endings);

#endif
