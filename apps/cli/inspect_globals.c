/* SPDX-License-Identifier: Apache-2.0 */
/* What the pickles of a file name: noted, counted, judged. */
#include "cli/inspect.h"

#include "common/files.h"

#include <stdlib.h>

#define SHOWN 3 /* in the sentence; the list has them all */

static void note(void *user, const pawl_global_info *global)
{
    inspect_globals *globals = user;
    if (globals->count == globals->capacity) {
        const size_t capacity = globals->capacity * 2 + 32;
        inspect_global *items = realloc(globals->items, capacity * sizeof(inspect_global));
        if (items == NULL) {
            globals->is_short = true;
            return;
        }
        globals->items = items;
        globals->capacity = capacity;
    }
    const inspect_global noted = {app_format("%s", global->module), app_format("%s", global->name),
                                  global->is_known != 0};
    globals->items[globals->count++] = noted;
    globals->unknown += noted.is_known ? 0 : 1;
    globals->is_short = globals->is_short || noted.module == NULL || noted.name == NULL;
}

int inspect_globals_read(inspect_subject *subject)
{
    inspect_globals *globals = &subject->globals;
    const pawl_status status = pawl_pickle_report(subject->path, note, globals, &globals->error);
    globals->has_pickle = status >= 0 || globals->count > 0;
    return globals->is_short ? app_fail_memory() : APP_EXIT_DONE;
}

int inspect_globals_judge(const inspect_subject *subject)
{
    const inspect_globals *globals = &subject->globals;
    char *list = app_format("%s", "");
    size_t shown = 0;
    if (globals->unknown == 0) {
        free(list);
        return APP_EXIT_DONE;
    }
    for (size_t i = 0; i < globals->count && list != NULL && shown < SHOWN; i++) {
        const inspect_global *global = &globals->items[i];
        if (global->is_known)
            continue;
        char *longer =
            app_format("%s%s%s.%s", list, shown++ == 0 ? "" : ", ", global->module, global->name);
        free(list);
        list = longer;
    }
    const int code =
        list == NULL
            ? app_fail_memory()
            : app_fail(
                  APP_EXIT_UNSUPPORTED,
                  "%s names what no YOLOv5 checkpoint needs (%s%s): do not load it with Python "
                  "unless you know why; nothing was executed here",
                  subject->path, list, globals->unknown > shown ? ", ..." : "");
    free(list);
    return code;
}

void inspect_globals_free(inspect_subject *subject)
{
    for (size_t i = 0; i < subject->globals.count; i++) {
        free(subject->globals.items[i].module);
        free(subject->globals.items[i].name);
    }
    free(subject->globals.items);
    subject->globals = (inspect_globals){0};
}
