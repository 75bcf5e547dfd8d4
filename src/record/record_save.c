/* SPDX-License-Identifier: Apache-2.0 */
/* Saves what was recorded: opens, hands over to the format, commits. */
#include "record/record_out.h"

static pawl_status write_format(pw_os_file *file, pawl_lifetime_format format,
                                const pw_history *history, pawl_error *error)
{
    switch (format) {
    case PAWL_LIFETIME_TEXT:
        pw_record_write_text(file, history);
        return PAWL_OK;
    case PAWL_LIFETIME_JSONL:
        pw_record_write_jsonl(file, history);
        return PAWL_OK;
    case PAWL_LIFETIME_TRACE:
        return pw_record_write_trace(file, history, error);
    case PAWL_LIFETIME_SVG:
        pw_put(file, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        return pw_record_write_svg(file, history, error);
    }
    return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no format %d of lifetimes", (int)format);
}

pawl_status pw_record_save(const pw_record_view *view, pawl_lifetime_format format,
                           const char *path, pawl_error *error)
{
    pw_history history = {.lives = NULL};
    pw_os_file file;
    PW_TRY(pw_history_make(view, &history, error));
    pawl_status status = pw_os_file_create(path, &file, error);
    if (status >= 0) {
        status = write_format(&file, format, &history, error);
        if (status >= 0)
            status = pw_os_file_commit(&file, error);
        else
            pw_os_file_abandon(&file);
    }
    pw_history_free(&history);
    return status;
}
