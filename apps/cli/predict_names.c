/* SPDX-License-Identifier: Apache-2.0 */
/* Class names of a prediction: the engine's, else those of --names, else "class7". */
#include "cli/predict.h"
#include "common/inputs.h"
#include "common/names.h"

#include <stdlib.h>
#include <string.h>

int predict_names_open(predict_names *names, const session *opened, const char *path)
{
    *names = (predict_names){.count = (size_t)opened->model.class_count};
    names->items = calloc(names->count + 1, sizeof(const char *));
    if (names->items == NULL)
        return app_fail_memory();
    if (path != NULL && opened->model.has_names)
        app_warn("%s has class names of its own, --names is not used", opened->path);
    if (path != NULL && !app_inputs_add(path)) /* read or not */
        return app_fail_memory();
    if (path != NULL && !opened->model.has_names) {
        const int code = app_names_read(&names->own, path);
        if (code != APP_EXIT_DONE)
            return code;
        if (names->own.count != names->count)
            return app_fail(APP_EXIT_USAGE, "%s has %zu %s, the engine has %zu %s", path,
                            APP_COUNT(names->own.count, "name", "names"),
                            APP_COUNT(names->count, "class", "classes"));
    }
    for (size_t i = 0; i < names->count; i++)
        names->items[i] = names->own.count > 0 ? names->own.items[i]
                                               : pawl_plan_class_name(opened->plan, (int32_t)i);
    names->is_coco = app_names_are_coco(names->items, names->count);
    return APP_EXIT_DONE;
}

const char *predict_file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : app_path_name(path);
}

void predict_names_close(predict_names *names)
{
    app_paths_free(&names->own);
    free(names->items);
    names->items = NULL;
}

const char *predict_name(const predict_names *names, int32_t class_id,
                         char buffer[PREDICT_NAME_SIZE])
{
    if (class_id >= 0 && (size_t)class_id < names->count && names->items[class_id] != NULL)
        return names->items[class_id];
    (void)snprintf(buffer, PREDICT_NAME_SIZE, "class%d", class_id);
    return buffer;
}
