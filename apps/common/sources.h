/* SPDX-License-Identifier: Apache-2.0 */
/* Where pictures and videos come from: files, folders, patterns, lists, stdin, the network; and
 * what to say of the other things that people name. */
#ifndef APP_SOURCES_H
#define APP_SOURCES_H

#include "common/files.h"

/*
 * Adds what a source holds to pictures, and to videos unless that is NULL. A folder (is_recursive:
 * with all folders below it), sorted; what a pattern names; a list (.txt, with videos .streams too,
 * a name a line); "-" is a picture, a list or a video as y4m, on stdin; an address of a video or
 * stream; a camera ("/dev/video0", "0"); any other name is a file, whose reader says what is wrong
 * with it. A GIF that moves is a video. Exit 4 for what is recognised and not read here, 3 for what
 * is missing, each with a sentence. A folder without any is only warned of.
 */
int app_sources_add(app_paths *pictures, app_paths *videos, const char *source, bool is_recursive);

#endif
