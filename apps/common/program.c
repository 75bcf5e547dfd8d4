/* SPDX-License-Identifier: Apache-2.0 */
/* A child that is run to its end for what it prints. */
#include "common/program.h"
#include "common/child.h"
#include "common/term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)1 << 16)

typedef struct limit {
    double end; /* of app_clock_ms() */
} limit;

static bool is_over(void *user)
{
    const limit *to = user;
    return app_is_interrupted() || app_clock_ms() > to->end;
}

/* All that it prints. NULL, or why not. */
static const char *take_output(app_child *child, size_t most, limit *to, app_printed *printed)
{
    const app_patience patience = {.is_over = is_over, .user = to};
    size_t capacity = 0;
    for (app_io state = APP_IO_DONE; state == APP_IO_DONE;) {
        size_t got = 0;
        if (capacity - printed->size < PIECE + 1) {
            capacity = capacity * 2 + PIECE + 1;
            char *data = realloc(printed->data, capacity);
            if (data == NULL)
                return "memory ran out";
            printed->data = data;
        }
        state = app_child_read(child, printed->data + printed->size, PIECE, &got, &patience);
        printed->size += got;
        printed->data[printed->size] = '\0';
        if (printed->size > most)
            return "it prints too much";
        if (state == APP_IO_STOPPED)
            return app_is_interrupted() ? "interrupted" : "it takes too long";
        if (state == APP_IO_BROKEN)
            return strerror(errno);
    }
    return NULL;
}

bool app_program_run(char *const *argv, size_t most, unsigned seconds, app_printed *printed)
{
    app_child child;
    limit to = {app_clock_ms() + 1e3 * seconds};
    *printed = (app_printed){.size = 0};
    bool is_good = app_child_start(&child, argv, APP_CHILD_OUT);
    printed->is_missing = child.is_missing;
    const char *why = is_good ? take_output(&child, most, &to, printed) : NULL;
    const double left = to.end - app_clock_ms();
    is_good = app_child_end(&child, why == NULL && left > 0 ? left : 0) && is_good && why == NULL;
    (void)snprintf(printed->complaint, sizeof printed->complaint, "%s",
                   why != NULL ? why : child.complaint);
    return is_good;
}
