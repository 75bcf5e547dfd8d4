/* SPDX-License-Identifier: Apache-2.0 */
/* A locale that is pinned is one thread's: each has to do it for itself. */
#include "common/thread.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>

typedef struct task {
    void (*run)(void *user);
    void *user;
} task;

static void *start(void *argument)
{
    const task given = *(task *)argument;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    free(argument);
    (void)uselocale(plain);
    given.run(given.user);
    (void)uselocale(LC_GLOBAL_LOCALE);
    if (plain != (locale_t)0)
        freelocale(plain);
    return NULL;
}

int app_thread_start(pthread_t *thread, void (*run)(void *user), void *user)
{
    task *given = malloc(sizeof *given);
    if (given == NULL)
        return ENOMEM;
    *given = (task){run, user};
    const int reason = pthread_create(thread, NULL, start, given);
    if (reason != 0)
        free(given);
    return reason;
}
