/* SPDX-License-Identifier: Apache-2.0 */
/* What predict, run, bench, val and verify have in common: an engine on a backend, from an .engine
 * file or built in memory from weights. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/options.h"

typedef struct session_options {
    const char *backend;  /* NULL: what the engine was built for */
    const char *fallback; /* backend to take when that is not here; NULL: none */
    int32_t threads;      /* 0: the cores this process may use */
    int32_t gpu;
    const char *save_engine; /* where an engine built from weights is kept; NULL: nowhere */
    const char *activation;  /* of weights that cannot say it; NULL: none is needed */
} session_options;

/* clang-format off */
#define SESSION_OPTIONS(owner, member)                                                             \
    THREADS_OPTION(owner, member.threads),                                                         \
    DEVICE_OPTION(owner, member.gpu, NULL),                                                              \
    {.name = "backend", .type = APP_CHOICE, .offset = offsetof(owner, member.backend),              \
     .value = "NAME", .choices = cli_backends,                                                     \
     .help = "run on this one, not on the one the engine was built for"},                          \
    {.name = "fallback", .type = APP_CHOICE, .offset = offsetof(owner, member.fallback),            \
     .value = "NAME", .choices = cli_fallbacks,                                                    \
     .help = "backend to take when the engine's is not here"}

/* Of the commands that take weights where engines go. */
#define WEIGHTS_OPTIONS(owner, member)                                                             \
    {.name = "save-engine", .type = APP_TEXT, .offset = offsetof(owner, member.save_engine),        \
     .value = "FILE", .writes = "engine plan",                                                     \
     .help = "keep the engine that was built in memory from weights"},                             \
    ACTIVATION_OPTION(owner, member.activation)
#define MODEL_TEXT "A MODEL is an .engine, or weights (.pt, .wts) that one is built of in memory. "
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

/*
 * Loads an engine, or builds one in memory from weights as `pawl build` does: at imgsz (0: the
 * model's) and for up to batch pictures at once (0: 1), which an engine has of its own. Reports
 * what goes wrong and returns an exit code. session_close() also ends a half-opened one.
 */
int session_open(session *opened, const char *path, const session_options *options, app_shape imgsz,
                 int32_t batch);
/* The same of a plan in memory, which the session takes in any case; path: whose it is. */
int session_start(session *opened, pawl_plan *plan, const char *path,
                  const session_options *options);
void session_close(session *opened);
/* All has been asked of the plan but for what info and model hold: the engine alone has it now, so
   that weights need not lie in memory twice once they are packed. */
void session_end_plan(session *opened);

/* The shape to run at: what was asked rounded up to the largest stride with a warning, or the
 * plan's optimum. */
app_shape session_shape(const session *opened, app_shape asked);

/* Rounds a shape up to multiples of a stride, and says so of the option it came from. */
app_shape cli_round_shape(const char *option, app_shape asked, int32_t stride);

#endif
