/* SPDX-License-Identifier: Apache-2.0 */
/* What predict, run, bench, val and verify have in common: an .engine file opened on a backend. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"

typedef struct session_options {
    const char *backend;  /* NULL: what the engine was built for */
    const char *fallback; /* backend to take when that is not here; NULL: none */
    int32_t threads;      /* 0: the cores this process may use */
} session_options;

/* clang-format off */
#define SESSION_OPTIONS(owner, member)                                                             \
    THREADS_OPTION(owner, member.threads),                                                         \
    {.name = "backend", .type = APP_CHOICE, .offset = offsetof(owner, member.backend),              \
     .value = "NAME", .choices = cli_backends,                                                     \
     .help = "run on this one, not on the one the engine was built for"},                          \
    {.name = "fallback", .type = APP_CHOICE, .offset = offsetof(owner, member.fallback),            \
     .value = "NAME", .choices = cli_fallbacks,                                                    \
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

/* Rounds a shape up to multiples of a stride, and says so of the option it came from. */
app_shape cli_round_shape(const char *option, app_shape asked, int32_t stride);

#endif
