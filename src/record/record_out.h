/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a recording: what the formats share. Numbers are written as integers throughout: "%f" would follow the program's locale, and
 * a decimal comma is no JSON.
 */
#ifndef PW_RECORD_OUT_H
#define PW_RECORD_OUT_H

#include "base/os.h"
#include "record/history.h"

#include <pawl/lifetime_log.h>

/* What fits one piece: the longest is a text of the drawing. */
#define PW_PUT_SIZE 1024

void pw_put(pw_os_file *file, const char *format, ...) PW_PRINTF(2, 3);
/* A text of unknown origin in a line, inside quotes for JSON, or as XML's character data or attribute (base/plain_text.h). */
void pw_put_plain(pw_os_file *file, const char *text);
void pw_put_json(pw_os_file *file, const char *text);
void pw_put_xml(pw_os_file *file, const char *text);

/* "12.3 ms" */
#define PW_DURATION_SIZE 32
const char *pw_duration(char text[PW_DURATION_SIZE], uint64_t ns);

/* Writes a view whole or not at all. PAWL_ERR_ARGUMENT: no such format; _WRITE, _MEMORY: nothing is left behind. */
pawl_status pw_record_save(const pw_record_view *view, pawl_lifetime_format format, const char *path, pawl_error *error) PW_NODISCARD;

/* "deferred" "strict" "none" */
const char *pw_guard_name(pw_guard guard);

/* The formats. */
void pw_record_write_text(pw_os_file *file, const pw_history *history);
void pw_record_write_jsonl(pw_os_file *file, const pw_history *history);
pawl_status pw_record_write_trace(pw_os_file *file, const pw_history *history, pawl_error *error) PW_NODISCARD;
/* The element alone, which can stand in a page, too. */
pawl_status pw_record_write_svg(pw_os_file *file, const pw_history *history, pawl_error *error) PW_NODISCARD;

#endif
