/* SPDX-License-Identifier: Apache-2.0 */
/* Exit codes: what they mean, and which of them a failure of the library, a file or memory is. */
#include "common/files.h"
#include "common/memory_limit.h"
#include "common/term.h"
#include "common/video/source.h"

#include <pawl/file.h>
#include <pawl/logger.h>

#include <string.h>

const app_exit_text *app_exit_text_get(size_t index)
{
    static const app_exit_text texts[] = {
        {APP_EXIT_DONE, "done"},
        {APP_EXIT_FAILED,
         "failed for a reason outside the input: cannot write, broken pipe, a bug"},
        {APP_EXIT_USAGE, "usage: unknown option, missing or contradictory argument"},
        {APP_EXIT_INPUT, "input unreadable or corrupt: weights, engine, or every picture given"},
        {APP_EXIT_UNSUPPORTED,
         "recognised but not supported, or ambiguous: the message says what is missing and what to "
         "do"},
        {APP_EXIT_DEVICE, "backend, device or library missing"},
        {APP_EXIT_ACCURACY, "accuracy gate failed"},
        {APP_EXIT_PERFORMANCE, "performance gate failed: bench is slower than its baseline allows"},
        {APP_EXIT_PARTIAL, "partial: some inputs failed, the rest are done"},
        {APP_EXIT_LIMIT, "a limit or memory exhausted"},
        {APP_EXIT_HUNG_UP, "ended by SIGHUP: its terminal was closed"},
        {APP_EXIT_INTERRUPTED, "interrupted"},
        {APP_EXIT_TERMINATED, "ended by SIGTERM"},
    };
    return index < sizeof texts / sizeof texts[0] ? &texts[index] : NULL;
}

int app_exit_of(pawl_status status)
{
    switch (status) {
    case PAWL_OK:
    case PAWL_DEFERRED:
        return APP_EXIT_DONE;
    case PAWL_ERR_ARGUMENT:
        return APP_EXIT_USAGE;
    case PAWL_ERR_READ:
    case PAWL_ERR_CORRUPT:
        return APP_EXIT_INPUT;
    case PAWL_ERR_UNSUPPORTED:
    case PAWL_ERR_AMBIGUOUS:
        return APP_EXIT_UNSUPPORTED;
    case PAWL_ERR_DEVICE:
        return APP_EXIT_DEVICE;
    case PAWL_ERR_MEMORY:
    case PAWL_ERR_LIMIT:
        return APP_EXIT_LIMIT;
    case PAWL_ERR_CANCELLED:
        return APP_EXIT_INTERRUPTED;
    case PAWL_ERR_WRITE:
    case PAWL_ERR_IN_USE:
    case PAWL_ERR_DEAD_HANDLE:
    case PAWL_ERR_BUSY:
    case PAWL_ERR_FORKED:
    case PAWL_ERR_INTERNAL:
    case PAWL_STATUS_FORCE_INT:
        break;
    }
    return APP_EXIT_FAILED;
}

int app_exit_shared(size_t before, int shared, pawl_status status)
{
    const int own = app_exit_of(status);
    const int code = own == APP_EXIT_LIMIT || own == APP_EXIT_UNSUPPORTED ? own : APP_EXIT_INPUT;
    return before == 0 || shared == code ? code : APP_EXIT_INPUT;
}

int app_fail_library(const char *path, const pawl_error *error)
{
    const int code = app_exit_of(error->status);
    const char *message =
        error->message[0] != '\0' ? error->message : pawl_status_text(error->status);
    char name[1024] = ""; /* as the message has it */
    if (path != NULL)
        (void)pawl_text_plain(app_path_name(path), SIZE_MAX, name, sizeof name);
    if (error->status == PAWL_ERR_CANCELLED && app_is_interrupted())
        return app_fail_interrupted();
    if (path != NULL && error->status == PAWL_ERR_READ && app_is_address(path))
        return app_fail_address(path);
    const char *limit = error->status == PAWL_ERR_MEMORY ? app_memory_limit_text() : "";
    /* The library knows a file by its last part, which is best.pt in every run of train.py. */
    const size_t length = strlen(name);
    if (length > 0 && strncmp(message, name, length) == 0 && strchr(" :,", message[length]) != NULL)
        return app_fail(code, "%.*s%s%s", (int)(app_path_name(path) - path), path, message, limit);
    if (path == NULL || strstr(message, name) != NULL)
        return app_fail(code, "%s%s", message, limit);
    return app_fail(code, "%s: %s%s", path, message, limit);
}

int app_fail_address(const char *path)
{
    return app_fail(APP_EXIT_UNSUPPORTED,
                    "%s is an address, and pawl reads files: download it first", path);
}

int app_fail_kind(const char *path, const char *wanted)
{
    const char *what = pawl_file_kind(path);
    if (what != NULL)
        return app_fail(APP_EXIT_UNSUPPORTED, "%s: this is %s, %s", path, what, wanted);
    return app_fail(APP_EXIT_INPUT, "%s: %s", path, wanted);
}

int app_fail_memory(void)
{
    return app_fail(APP_EXIT_LIMIT, "memory ran out%s", app_memory_limit_text());
}
