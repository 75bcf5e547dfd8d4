/* SPDX-License-Identifier: Apache-2.0 */
/* Class names: files of them, and what is known of COCO's. */
#ifndef APP_NAMES_H
#define APP_NAMES_H

#include "common/files.h"

#include <stdint.h>

#define APP_MOST_NAMES 65536 /* as many classes as a model may have */

/*
 * Reads class names: one a line (coco.names, labels.txt), or a data.yaml whose "names:" is a list
 * or a map. Reports what is wrong and returns an exit code.
 */
int app_names_read(app_paths *names, const char *path);

/* True if these are COCO's 80 names in its order. */
bool app_names_are_coco(const char *const *names, size_t count);
/* COCO's category id (1 to 90) of class 0 to 79. */
int32_t app_coco_category(int32_t class_id);

/* What makes a class's name plural: detect.py's "s" ("3 persons"), but "es" behind a hiss ("3
 * crosses", "2 buses") and nothing where the name is plural as it stands ("2 skis"). */
const char *app_name_plural(const char *name);

#endif
