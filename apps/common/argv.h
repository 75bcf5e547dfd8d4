/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a command line that is put together piece by piece. */
#ifndef APP_ARGV_H
#define APP_ARGV_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed it is empty. */
typedef struct app_argv {
    char **items; /* and NULL behind them; its own */
    size_t count, capacity;
    bool is_short; /* of memory: something is missing */
} app_argv;

void app_argv_add(app_argv *argv, const char *word);
/* Several, up to NULL. */
void app_argv_add_all(app_argv *argv, const char *const *words);
void app_argv_addf(app_argv *argv, const char *format, ...) __attribute__((format(printf, 2, 3)));
void app_argv_free(app_argv *argv);

#endif
