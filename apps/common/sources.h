/* SPDX-License-Identifier: Apache-2.0 */
/* Where pictures come from: files, folders, patterns, lists, stdin; and what to say of the other
 * things that people name. */
#ifndef APP_SOURCES_H
#define APP_SOURCES_H

#include "common/files.h"

/* True of "https://..." and its like. */
bool app_is_address(const char *source);

/* Adds the pictures of a source: those of a folder (and, is_recursive, of all folders below it),
 * sorted; those that a pattern names; those of a list (.txt, a name a line); "-" is a picture, or
 * such a list, on stdin; any other name is a picture, whose reader says what is wrong with it. Exit
 * 4 for what is recognised and not read (addresses, cameras, videos), 3 for a folder that is
 * missing or cannot be read, each with a sentence. A folder without pictures is only warned of. */
int app_sources_add(app_paths *pictures, const char *source, bool is_recursive);

#endif
