/* SPDX-License-Identifier: Apache-2.0 */
/* A call into TensorRT on its way: what a stub saves, what is done before and after, and who is asked. */
#ifndef PW_WITNESS_CALL_H
#define PW_WITNESS_CALL_H

#include "trace/witness/witness.h"

/* What a stub has saved, in the order of stubs_*.S. */
typedef struct pw_registers {
#if defined(__x86_64__)
    uint64_t word[6]; /* rdi rsi rdx rcx r8 r9 */
    uint64_t rax, r10;
    double vector[8][2];
    uint64_t result[2];
    double result_vector[2][2];
    uint64_t caller;
    /* what pw_trace_leave() needs of pw_trace_enter() */
    pw_view *view;
    const pw_method *method;
    uint64_t note;
#else /* aarch64: it is built nowhere else */
    uint64_t word[8]; /* x0 to x7 */
    uint64_t x8, caller;
    double vector[8][2];
    uint64_t result[2];
    double result_vector[4][2];
    pw_view *view;
    const pw_method *method;
    uint64_t note, unused;
#endif
} pw_registers;

/* What a stub is to do. */
typedef struct pw_call_plan {
    const void *target;
    int64_t stack; /* bytes of arguments to copy before the call, PW_PLAN_JUMP or PW_PLAN_GIVE */
} pw_call_plan;
#define PW_PLAN_JUMP (-1) /* the call goes on, and nobody looks at what it gives */
#define PW_PLAN_GIVE (-2) /* there is no call: the result stands in the registers */

/* A call of the program's into the library. */
typedef struct pw_call {
    uintptr_t at; /* of its registers */
    pw_entry *entry;
    const pw_method *method;
    uint64_t caller;
    uint64_t found; /* the last defect told of it: what the library says then is the same */
} pw_call;

#define PW_DEPTH 16
typedef struct pw_thread {
    int depth;
    pw_call calls[PW_DEPTH];
    pw_call last; /* begun last, and perhaps not over: a use, which nobody sees the end of */
    uint32_t id;
    int slot; /* of the log's calls, or -1 */
} pw_thread;
extern __thread pw_thread pw_this_thread __attribute__((tls_model("initial-exec")));

/* witness_log.c: for the case that the program dies in it. */
void pw_log_call_begins(const pw_call *call);
void pw_log_call_ends(void);

/* witness_calls.c */
pw_call_plan pw_trace_enter(pw_registers *registers, uint32_t code);
void pw_trace_leave(pw_registers *registers);
void pw_born(pw_library *library, int interface, void *object, const char *method, pw_entry *const *parents, int parent_count,
             pw_entry *owner, uint64_t caller);
typedef struct pw_find {
    pw_trace_defect defect;
    const pw_entry *entry, *other;
    uint32_t count;
    const char *class_name, *method, *message;
    uint64_t caller;
} pw_find;
void pw_found(const pw_find *find);
pw_call *pw_call_current(void); /* the outermost of this thread, or NULL */
void pw_call_push(const pw_call *call);
void pw_call_pop(uintptr_t at);

/* witness_ends.c */
pw_call_plan pw_end_begins(pw_registers *registers, pw_view *view, const pw_method *method);
void pw_end_over(pw_registers *registers);

/* witness_logger.c */
void *pw_logger_listen(void *logger, pw_library *library); /* what to give the library */
void *pw_logger_own(void *logger);                         /* what to give the program */

/* witness_driver.c: false, or NULL, where the driver cannot say */
bool pw_driver_context(void **context, int *device);
bool pw_driver_is_down(void);
bool pw_driver_is_busy(void *stream);
void pw_driver_wait(void *stream);
uint64_t pw_driver_allocation(uint64_t address); /* its beginning */
void *pw_driver_hook(const char *name, void *original);

/* witness_flight.c */
void pw_flight_bind(pw_entry *entry, const char *name, uint64_t address);
bool pw_flight_begins(pw_entry *entry, const pw_method *method, const pw_registers *registers);
void pw_flight_over(pw_entry *entry);
void *pw_flight_stream(const pw_entry *entry); /* one on which work is under way; NULL: none */
void pw_flight_stream_ends(void *stream);
void pw_flight_memory_ends(uint64_t address, void *stream, bool is_ordered, uint64_t caller);

/* witness_hooks.c: what takes the place of a function, or the function itself */
PW_EXPORT void *pawl_trace_bind(const char *name, void *original);

#endif
