/* SPDX-License-Identifier: Apache-2.0 */
/* What predict, run and bench have in common: an .engine file opened on a backend, and the
 * commands' list. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "common/args.h"
#include "common/term.h"

#include <pawl/pawl.h>

extern const app_command cli_val, cli_verify;
extern const app_command cli_convert, cli_build, cli_predict, cli_run, cli_bench, cli_inspect,
    cli_doctor;
extern const app_command cli_explain;

#define CLI_BACKENDS "cpu reference cuda tensorrt"

typedef struct session_options {
    const char *backend;  /* NULL: what the engine was built for */
    const char *fallback; /* backend to take when that is not here; NULL: none */
    int32_t threads;      /* 0: the cores this process may use */
} session_options;

/* clang-format off */
#define SESSION_OPTIONS(owner, member)                                                             \
    {.name = "threads", .letter = 't', .type = APP_INTEGER,                                        \
     .offset = offsetof(owner, member.threads), .value = "N", .low = 1, .high = 1024,               \
     .help = "worker threads (default: the cores this process may use)"},                          \
    {.name = "backend", .type = APP_CHOICE, .offset = offsetof(owner, member.backend),              \
     .value = "NAME", .choices = CLI_BACKENDS,                                                     \
     .help = "run on this backend, not on the one the engine was built for: reference, cpu, "      \
             "cuda or tensorrt"},                                                                  \
    {.name = "fallback", .type = APP_CHOICE, .offset = offsetof(owner, member.fallback),            \
     .value = "NAME", .choices = "cpu reference",                                                  \
     .help = "backend to take when the engine's is not here"}
/* clang-format on */

typedef struct session {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_plan_info info;
    pawl_model_info model;
    const char *path;    /* borrowed */
    const char *backend; /* in use; lives as long as the session */
    int32_t threads;     /* a number above 0 */
} session;

/* Loads the engine; reports what goes wrong and returns an exit code. session_close() also ends a
 * half-opened one. */
int session_open(session *opened, const char *path, const session_options *options);
void session_close(session *opened);

/* The shape to run at: what was asked rounded up to the largest stride with a warning, or the
 * plan's optimum. */
app_shape session_shape(const session *opened, app_shape asked);

/* Rounds a shape up to multiples of a stride, and says so. */
app_shape cli_round_shape(app_shape asked, int32_t stride);

#endif
