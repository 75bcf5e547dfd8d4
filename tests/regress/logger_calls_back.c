/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logger may call whatever it likes. What the library finds out once for the process (the
 * processor, the environment, TensorRT) was told inside pthread_once: a logger that asked for the
 * same waited for itself, for ever. Usage: logger_calls_back machine|lifetime|leaks|tensorrt
 */
#include <pawl/pawl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HANGS_AFTER 50 /* seconds */

static unsigned heard, depth, failed;

static void ask(const char *what)
{
    if (strcmp(what, "machine") == 0) {
        pawl_machine_info info = {.struct_size = sizeof info};
        failed += pawl_machine_info_get(&info) < 0 || pawl_max_isa_set(info.isa) < 0;
    } else if (strcmp(what, "tensorrt") == 0) {
        pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
        desc.backend = "tensorrt";
        pawl_runtime *runtime = NULL;
        failed += pawl_runtime_create(&desc, &runtime, NULL) < 0;
        failed += pawl_runtime_destroy(&runtime) < 0;
    } else {
        pawl_builder *builder = NULL;
        failed += pawl_lifetime_get() != PAWL_LIFETIME_DEFERRED;
        failed += pawl_builder_create(NULL, &builder, NULL) < 0;
        failed += pawl_object_report(NULL, NULL) == 0;
        failed += pawl_builder_destroy(&builder) < 0;
    }
}

static void call_back(void *user, pawl_log_level level, const char *message)
{
    (void)level;
    heard++;
    if (depth > 0)
        return;
    printf("%s\n", message);
    depth++;
    ask(user);
    depth--;
}

int main(int count, char **arguments)
{
    if (count != 2)
        return EXIT_FAILURE;
    pawl_logger_set(
        &(pawl_logger){.user = arguments[1], .level = PAWL_LOG_VERBOSE, .write = call_back});
    (void)alarm(HANGS_AFTER);
    ask(arguments[1]);
    printf("%u messages, %u calls failed\n", heard, failed);
    return heard > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
