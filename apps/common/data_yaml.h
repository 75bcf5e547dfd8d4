/* SPDX-License-Identifier: Apache-2.0 */
/* YOLOv5's data.yaml: where pictures lie, and the classes' names. */
#ifndef APP_DATA_YAML_H
#define APP_DATA_YAML_H

#include "common/files.h"

#include <stdint.h>

typedef struct app_data_yaml {
    char *root;                 /* "path:" as written, or NULL */
    app_paths train, val, test; /* as written: a folder or list each */
    app_paths names;            /* by class id; none where the file has only "nc:" */
    int32_t class_count;        /* of names, or else nc; 0: neither is there */
} app_data_yaml;

/* Reads the file; keys it does not know are passed over. Reports what is wrong and returns an exit
 * code; app_data_yaml_free() is due in any case. */
int app_data_yaml_read(app_data_yaml *data, const char *path);
void app_data_yaml_free(app_data_yaml *data);

/* The places of "train", "val" or "test". */
const app_paths *app_data_yaml_split(const app_data_yaml *data, const char *split);

/*
 * Where a place of train, val or test is, of the file @p path: an absolute one where it says; any
 * other is looked for from "path:", which itself is looked for from the file's folder, then from
 * the current one. As to YOLOv5, a leading "../" that leads nowhere is passed over (Roboflow writes
 * ../valid/images for a folder beside the file). So are back-slashes, which are read as slashes.
 * *found is a path that exists, not yet resolved: free() it. Reports what was looked for and
 * returns an exit code.
 */
int app_data_yaml_place(const app_data_yaml *data, const char *path, const char *place,
                        char **found);

#endif
