/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `pawl trace` has seen of a program that uses TensorRT: reading the logs that libpawl_trace.so leaves, and reports of them.
 */
#ifndef PAWL_TRACE_H
#define PAWL_TRACE_H

#include <pawl/diagnosis.h>
#include <pawl/status.h>

PAWL_BEGIN

/** What was seen of a program. Depends on no other object. */
typedef struct pawl_trace pawl_trace;

/** What a report is. */
typedef enum pawl_trace_format {
    PAWL_TRACE_TEXT = 0,
    PAWL_TRACE_JSON = 1, /* one object */
    PAWL_TRACE_SVG = 2,  /* the lives of the objects as one drawing, defects marked */
    PAWL_TRACE_HTML = 3  /* text and drawing in one page that needs nothing else */
} pawl_trace_format;

/** How logs are read and told. */
typedef struct pawl_trace_desc {
    size_t struct_size;
    const char *suppressions; /* a file of defects that are not to be told, see docs/trace.md; NULL: none */
    const char *ending;       /* how the program ended, in a sentence; NULL: nobody knows */
    int32_t is_repaired;      /* ends were postponed */
    int32_t max_depth;        /* frames of a backtrace that are told, at least 1 */
} pawl_trace_desc;
#define PAWL_TRACE_DESC_INIT { sizeof(pawl_trace_desc), NULL, NULL, 0, 16 }

/** What was seen, in numbers. */
typedef struct pawl_trace_info {
    size_t struct_size;
    size_t process_count; /* whose logs were read */
    size_t library_count; /* TensorRTs that were used */
    size_t object_count;  /* parts of networks not counted */
    size_t defect_count;  /* told */
    size_t suppressed_count; /* defects that the file of suppressions covers */
} pawl_trace_info;
#define PAWL_TRACE_INFO_INIT { sizeof(pawl_trace_info), 0, 0, 0, 0, 0 }

/**
 * Reads the logs of a traced program, one a process image. For names and lines of source it runs addr2line (or llvm-addr2line), if there is one.
 *
 * @param logs    Paths; borrowed, as is what @p desc points to, during the call.
 * @param desc    NULL: the defaults.
 * @param[out] trace  On success the caller's, to be ended with pawl_trace_destroy(); else untouched.
 * @retval PAWL_ERR_READ     A log or the file of suppressions cannot be read.
 * @retval PAWL_ERR_CORRUPT  It is something else; the sentence names file and line.
 * @retval PAWL_ERR_MEMORY   Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_trace_load(const char *const logs[], size_t count, const pawl_trace_desc *desc, pawl_trace **trace,
                                                    pawl_error *error);

/** Ends it and makes *trace NULL; see pawl_object_destroy(). */
PAWL_API pawl_status pawl_trace_destroy(pawl_trace **trace);

/** Fills @p info. Any thread. Since 0.2. */
PAWL_API PAWL_NODISCARD pawl_status pawl_trace_info_get(pawl_trace *trace, pawl_trace_info *info, pawl_error *error);

/**
 * Tells a report line by line (no newline; valid during the call only).
 * @param format  TEXT or JSON.
 * @retval PAWL_ERR_ARGUMENT  Another format.
 * @retval PAWL_ERR_MEMORY    Nothing was told.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_trace_report(pawl_trace *trace, pawl_trace_format format, void (*line)(void *user, const char *text),
                                                      void *user, pawl_error *error);

/**
 * Writes a report into a file, whole or not at all.
 * @retval PAWL_ERR_WRITE   The file cannot be written; nothing is left behind.
 * @retval PAWL_ERR_MEMORY  The same.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_trace_save(pawl_trace *trace, pawl_trace_format format, const char *path, pawl_error *error);

/** What the ids of defects mean ("PAWL-T001"), in their order; NULL past the end. Depends on no object. Any thread. Since 0.2. */
PAWL_API const pawl_diagnosis *pawl_trace_diagnosis(size_t index);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_trace_load(logs, count, desc, trace, error) PAWL_PLACED(pawl_trace_load(logs, count, desc, trace, error))
#endif

#endif
