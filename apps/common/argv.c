/* SPDX-License-Identifier: Apache-2.0 */
/* Words and the NULL behind them. */
#include "common/argv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the word; NULL: there was no memory for it. */
static void take(app_argv *argv, char *word)
{
    if (word != NULL && argv->count + 1 >= argv->capacity) {
        const size_t capacity = argv->capacity * 2 + 32;
        char **items = realloc(argv->items, capacity * sizeof *items);
        if (items != NULL) {
            argv->items = items;
            argv->capacity = capacity;
        }
    }
    if (word == NULL || argv->count + 1 >= argv->capacity) {
        argv->is_short = true;
        free(word);
        return;
    }
    argv->items[argv->count++] = word;
    argv->items[argv->count] = NULL;
}

void app_argv_add(app_argv *argv, const char *word)
{
    take(argv, strdup(word));
}

void app_argv_add_all(app_argv *argv, const char *const *words)
{
    for (; *words != NULL; words++)
        app_argv_add(argv, *words);
}

void app_argv_addf(app_argv *argv, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    const int length = vsnprintf(NULL, 0, format, list);
    char *word = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (word != NULL)
        (void)vsnprintf(word, (size_t)length + 1, format, again);
    va_end(again);
    va_end(list);
    take(argv, word);
}

void app_argv_free(app_argv *argv)
{
    for (size_t i = 0; i < argv->count; i++)
        free(argv->items[i]);
    free(argv->items);
    *argv = (app_argv){0};
}
