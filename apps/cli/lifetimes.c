/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lifetimes.h"

#include "common/files.h"
#include "common/term.h"

#include <pawl/lifetime_log.h>

static bool format_of(const char *path, pawl_lifetime_format *format)
{
    static const struct {
        const char *ending;
        pawl_lifetime_format format;
    } formats[] = {{"svg", PAWL_LIFETIME_SVG},
                   {"json", PAWL_LIFETIME_TRACE},
                   {"jsonl", PAWL_LIFETIME_JSONL},
                   {"txt log", PAWL_LIFETIME_TEXT}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (app_path_ends_in(path, formats[i].ending)) {
            *format = formats[i].format;
            return true;
        }
    return false;
}

int cli_lifetimes_begin(const char *path)
{
    pawl_lifetime_format format;
    if (path == NULL)
        return APP_EXIT_DONE;
    if (!format_of(path, &format))
        return app_fail(APP_EXIT_USAGE,
                        "--lifetimes %s: the ending says what is written: .svg, .json, .jsonl or "
                        ".txt",
                        path);
    if (pawl_lifetime_record_begin() < 0)
        return app_fail_memory();
    return APP_EXIT_DONE;
}

int cli_lifetimes_save(const char *path, int code)
{
    pawl_error error = {0};
    pawl_lifetime_format format;
    if (path == NULL || !format_of(path, &format))
        return code;
    const pawl_status status = pawl_lifetime_record_save(format, path, &error);
    pawl_lifetime_record_end();
    if (status >= 0)
        return code;
    const int failed = app_fail_library(path, &error);
    return code == APP_EXIT_DONE ? failed : code;
}
