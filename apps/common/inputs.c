/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs by device and number, whatever they are called: sorted when first asked for. */
#include "common/inputs.h"

#include "common/term.h"

#include <stdlib.h>
#include <sys/stat.h>

typedef struct input {
    dev_t device;
    ino_t number;
} input;

/* One process, one run. */
static struct {
    input *items;
    size_t count, capacity;
    bool is_sorted;
} inputs;

static int by_identity(const void *a, const void *b)
{
    const input *first = a, *second = b;
    if (first->device != second->device)
        return first->device < second->device ? -1 : 1;
    return first->number == second->number ? 0 : first->number < second->number ? -1 : 1;
}

bool app_inputs_add(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return true;
    if (inputs.count == inputs.capacity) {
        const size_t capacity = inputs.capacity * 2 + 16;
        input *items = realloc(inputs.items, capacity * sizeof(input));
        if (items == NULL)
            return false;
        inputs.items = items;
        inputs.capacity = capacity;
    }
    inputs.items[inputs.count++] = (input){info.st_dev, info.st_ino};
    inputs.is_sorted = false;
    return true;
}

bool app_inputs_add_all(char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!app_inputs_add(paths[i]))
            return false;
    return true;
}

int app_inputs_check(const char *path)
{
    struct stat info;
    if (inputs.count == 0 || stat(path, &info) != 0)
        return APP_EXIT_DONE;
    if (!inputs.is_sorted)
        qsort(inputs.items, inputs.count, sizeof(input), by_identity);
    inputs.is_sorted = true;
    const input wanted = {info.st_dev, info.st_ino};
    if (bsearch(&wanted, inputs.items, inputs.count, sizeof(input), by_identity) == NULL)
        return APP_EXIT_DONE;
    return app_fail(APP_EXIT_USAGE,
                    "%s is an input of this run and would be overwritten: write elsewhere", path);
}

void app_inputs_free(void)
{
    free(inputs.items);
    inputs.items = NULL;
    inputs.count = inputs.capacity = 0;
}
