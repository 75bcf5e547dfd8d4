/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a traced program: a file that the witness (in the program) maps and appends to and the reader (in pawl) reads once the
 * program is gone, however it went. One file an image: DIR/PID.NNN. What is in it is facts and addresses; sentences are the reader's.
 */
#ifndef PW_TRACE_LOG_H
#define PW_TRACE_LOG_H

#include <stddef.h>
#include <stdint.h>

#define PW_TRACE_MAGIC   0x3163617274777077u /* "pwptrac1" */
#define PW_TRACE_CALLS   64                  /* threads whose call under way is told */
#define PW_TRACE_FRAMES  64                  /* of one backtrace */
#define PW_TRACE_MOST    ((size_t)256 << 20) /* bytes of a log */
#define PW_TRACE_VARIABLE "PAWL_TRACE"       /* PID:FLAGS:DEPTH:DIR */
#define PW_TRACE_REPAIR  1u
#define PW_TRACE_FOLLOW  2u

typedef enum pw_trace_kind {
    PW_TRACE_STARTED = 1, /* texts: program, its arguments */
    PW_TRACE_LIBRARY,     /* id: its number; code: version; count: 1 where it is traced; texts: path */
    PW_TRACE_MODULE,      /* id: base; others: begin, end of its code; texts: path */
    PW_TRACE_BORN,        /* others: parents; code: library; texts: class, maker's method */
    PW_TRACE_ENDED,       /* code: pw_trace_end; others[0]: eldest holder; count: holders */
    PW_TRACE_RELEASED,    /* its destructor has returned; count: parts that went with it */
    PW_TRACE_FOUND,       /* code: pw_trace_defect; id, others[0]: who; count; texts: class::method, message */
    PW_TRACE_FORKED,      /* id: the child's process */
    PW_TRACE_EXIT         /* exit() has run to its end */
} pw_trace_kind;

typedef enum pw_trace_end { PW_TRACE_IN_ORDER, PW_TRACE_EARLY, PW_TRACE_POSTPONED, PW_TRACE_BY_OWNER } pw_trace_end;

/* The number is that of its id: PAWL-T001 */
typedef enum pw_trace_defect {
    PW_TRACE_PARENT_FIRST = 1,
    PW_TRACE_NEVER_ENDED,
    PW_TRACE_ENDED_TWICE,
    PW_TRACE_USED_AFTER_END,
    PW_TRACE_NEEDED_BY_BUILD,
    PW_TRACE_ENDED_IN_FLIGHT,
    PW_TRACE_MEMORY_IN_FLIGHT,
    PW_TRACE_TWO_THREADS,
    PW_TRACE_OTHER_CONTEXT,
    PW_TRACE_ENDED_AT_EXIT,
    PW_TRACE_NOT_YOURS,
    PW_TRACE_LIBRARY_ERROR,
    PW_TRACE_IN_FORKED_CHILD,
    PW_TRACE_DEFECT_END
} pw_trace_defect;

/* Behind it: frames (addresses, the innermost first), then its texts, each ended by a nought: class, method or message, Python frames. */
typedef struct pw_trace_record {
    uint32_t size; /* of all of it, a multiple of 8; 0: not complete */
    uint16_t kind, frame_count;
    uint64_t time_ns; /* CLOCK_MONOTONIC */
    uint64_t id, others[3];
    int32_t code;
    uint32_t count, thread, text_size;
} pw_trace_record;

/* A call that a thread has begun and not ended, for the case that the program dies in it. */
typedef struct pw_trace_call {
    uint32_t thread; /* 0: free */
    uint32_t unused;
    uint64_t id, caller; /* the object, where the call comes from */
    char method[64];
} pw_trace_call;

typedef struct pw_trace_head {
    uint64_t magic, begun_ns;
    uint32_t process, parent;
    uint32_t flags, is_forked; /* begun by fork(), not by exec */
    uint64_t used;    /* bytes, this head included */
    uint64_t dropped; /* records for which there was no room: from the first one on, all */
    pw_trace_call calls[PW_TRACE_CALLS];
} pw_trace_head;

#endif
