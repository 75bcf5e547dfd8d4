/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording of what was born when, who pinned whom, and who ended in which order, to be looked at afterwards: as text, as JSON lines,
 * as a trace-event file, or as one drawing. What happened as it happens is told by the logger (pawl/logger.h, VERBOSE).
 */
#ifndef PAWL_LIFETIME_LOG_H
#define PAWL_LIFETIME_LOG_H

#include <pawl/status.h>

PAWL_BEGIN

/** What a record is saved as. */
typedef enum pawl_lifetime_format {
    PAWL_LIFETIME_TEXT = 0,  /* a line an event: "0.001204 + engine #7 "yolov5n" on runtime #3, plan #5 at cmd_predict.c:88" */
    PAWL_LIFETIME_JSONL = 1, /* a JSON object a line and event */
    PAWL_LIFETIME_TRACE = 2, /* trace events, for Perfetto or chrome://tracing: objects are bars, children inside their parents */
    PAWL_LIFETIME_SVG = 3    /* a drawing: a row an object, arrows to what it pins, refused and deferred ends marked */
} pawl_lifetime_format;

/**
 * Starts to record births and ends, of the whole process and all threads; forgets what was recorded before.
 *
 * Objects that live already are known by their ids alone. At most 262,144 events are kept (some 150 bytes each); what comes later is
 * counted, and every format says so.
 *
 * @retval PAWL_ERR_IN_USE  A recording is under way, or another thread is saving one. Nothing changed.
 * @note Any thread. Costs nothing to speak of while off. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_lifetime_record_begin(void);

/** Stops recording; what was recorded can be saved until the next begin. Any thread. Since 0.1. */
PAWL_API void pawl_lifetime_record_end(void);

/**
 * Writes what has been recorded so far; recording goes on if it is under way.
 *
 * @param path  Borrowed during the call; the file appears whole or not at all (pawl_file_create() has the rules).
 * @retval PAWL_ERR_ARGUMENT  There is no such format, or nothing was ever recorded.
 * @retval PAWL_ERR_WRITE     The file cannot be written; nothing is left behind.
 * @retval PAWL_ERR_MEMORY    Nothing is left behind.
 * @note Any thread. Depends on no object. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_lifetime_record_save(pawl_lifetime_format format, const char *path, pawl_error *error);

PAWL_END

#endif
