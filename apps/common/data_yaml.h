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
    int32_t class_count;        /* of names or nc; 0: neither is there */
} app_data_yaml;

/* Reads the file; keys it does not know are passed over. Reports what is wrong and returns an exit
 * code; app_data_yaml_free() is due in any case. */
int app_data_yaml_read(app_data_yaml *data, const char *path);
void app_data_yaml_free(app_data_yaml *data);

/* "path:" and a place of train, val or test put together: an absolute one stays, any other is
 * looked for from "path:", which itself is looked for from the file's folder, then from the current
 * one. free() it; NULL: memory ran out. The result need not exist. */
char *app_data_yaml_place(const app_data_yaml *data, const char *path, const char *place);

#endif
