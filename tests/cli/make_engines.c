/* SPDX-License-Identifier: Apache-2.0 */
/* make_engines FOLDER: writes segmenter.engine and classifier.engine there. */
#include "support/task_models.h"

#include <stdio.h>

static int write_engine(const char *folder, const char *name, void (*make)(pt_builder *b))
{
    char path[4096];
    pawl_error error = {.message = ""};
    pawl_plan *plan = NULL;
    const int length = snprintf(path, sizeof path, "%s/%s.engine", folder, name);
    const bool is_saved = length > 0 && (size_t)length < sizeof path &&
                          pt_task_plan(make, "reference", &plan, &error) >= 0 &&
                          pawl_plan_save(plan, path, &error) >= 0;
    (void)pawl_plan_destroy(&plan);
    if (!is_saved)
        fprintf(stderr, "%s: %s\n", name, error.message);
    return is_saved ? 0 : 1;
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    return write_engine(arguments[1], "segmenter", pt_segmenter) |
           write_engine(arguments[1], "classifier", pt_classifier);
}
