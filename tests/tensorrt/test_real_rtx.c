/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVIDIA's own library, building on the CPU: PAWL_TEST_RTX names files of it, separated by ':'
 * (TensorRT-RTX, or any other TensorRT). Each is tried in a process of its own at each level.
 * Skipped (77) where the variable is not set.
 */
#include "backend/tensorrt/trt_prove.h"
#include "base/log.h"
#include "tensorrt/trt_orders.h"
#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Without a driver the library complains of that at every turn: its errors are shown only where
 * something failed. */
static char errors[4096];

static void keep_error(void *user, pawl_log_level level, const char *message)
{
    const size_t used = strlen(errors);
    (void)user;
    if (level == PAWL_LOG_ERROR)
        snprintf(errors + used, sizeof errors - used, "%s\n", message);
}

static bool try_library(const char *path, pawl_lifetime level)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_error};
    pw_trt_library library;
    pawl_error error;
    trt_tally tally = {0, 0};
    pawl_logger_set(&logger);
    if (pawl_lifetime_set(level) < 0)
        return false;
    if (pw_trt_library_open(path, &library, &error) < 0 || pw_trt_prove(&library, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return false;
    }
    if (library.create_builder != NULL) {
        trt_all_orders(&library, 1, &tally);
        trt_wrong_orders(&library, &tally);
    } else { /* lean and dispatch: what they have is a runtime */
        for (int i = 0; i < 3; i++) {
            pw_trt_object *runtime PW_TRT_GUARD = NULL;
            trt_expect(&tally,
                       pw_trt_adopt(&library, &pw_trt_runtime_type, pw_trt_runtime_create(&library),
                                    NULL, &runtime, NULL) >= 0,
                       "no runtime");
        }
        trt_expect(&tally, pw_trt_destroy_complaints() == 0, "the runtime complained");
    }
    printf("%s, %s: %u passed, %u failed\n", library.version_text,
           level == PAWL_LIFETIME_STRICT ? "strict" : "deferred", tally.passed, tally.failed);
    if (tally.failed > 0)
        fputs(errors, stderr);
    return tally.failed == 0;
}

/* A process for each: the level is chosen once, and versions of one library do not share a process
 * well. */
static bool try_apart(const char *path, pawl_lifetime level)
{
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const bool is_right = try_library(path, level);
        fflush(NULL);
        _exit(is_right ? 0 : 1); /* NVIDIA's static destructors are none of our business */
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

int main(void)
{
    const char *const named = getenv("PAWL_TEST_RTX");
    unsigned passed = 0, failed = 0;
    if (named == NULL || named[0] == '\0') {
        puts("PAWL_TEST_RTX is not set: skipped");
        return 77;
    }
    for (const char *at = named; at[0] != '\0';) {
        char path[1024];
        const size_t length = strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s", (int)length, at);
        at += length + (at[length] == ':');
        for (int level = 0; path[0] != '\0' && level < 2; level++) {
            const bool is_right = try_apart(path, (pawl_lifetime)level);
            passed += is_right;
            failed += !is_right;
            if (!is_right)
                fprintf(stderr, "failed: %s\n", path);
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
