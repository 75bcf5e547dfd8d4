/* SPDX-License-Identifier: Apache-2.0 */
/* What only TensorRT knows is refused where another backend is built for: it was ignored. Usage:
 * build_options WEIGHTS */
#include <pawl/pawl.h>
#include <stdio.h>
#include <string.h>

static unsigned passed, failed;

/* Warnings since the last build. */
static char warnings[2048];

static void keep_warning(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    if (level == PAWL_LOG_WARNING)
        strncat(warnings, message, sizeof warnings - strlen(warnings) - 1);
}

static void try_option(pawl_builder *builder, pawl_network *network, const pawl_build_desc *desc,
                       const char *name)
{
    static const char *const backends[] = {NULL, "cpu", "reference"};
    for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++) {
        pawl_build_desc wanted = *desc;
        pawl_plan *plan = NULL;
        pawl_error error = {PAWL_OK, 0, 0, ""};
        wanted.backend = backends[i];
        warnings[0] = '\0';
        const pawl_status status = pawl_builder_build(builder, network, &wanted, &plan, &error);
        const int is_kept = name != NULL && strcmp(name, "timing_cache") != 0 &&
                            strcmp(name, "gpu") != 0; /* these are of one build */
        const int is_right =
            status == PAWL_OK && plan != NULL &&
            (name == NULL ? warnings[0] == '\0' : strstr(warnings, name) != NULL) &&
            (strstr(warnings, "is kept in the engine") != NULL) == is_kept;
        passed += is_right != 0;
        failed += is_right == 0;
        if (!is_right)
            fprintf(stderr, "failed: %s on %s: %d, %s, %s\n", name != NULL ? name : "none",
                    backends[i] != NULL ? backends[i] : "NULL", (int)status, error.message,
                    warnings);
        (void)pawl_plan_destroy(&plan);
    }
}

int main(int count, char **arguments)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    const pawl_builder_desc few = {sizeof few, 1};
    const pawl_network_desc as_it_is = PAWL_NETWORK_DESC_INIT;
    const pawl_build_desc none = PAWL_BUILD_DESC_INIT;
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_warning};
    pawl_logger_set(&logger);
    if (count != 2 || pawl_weights_load(arguments[1], &weights, &error) < 0 ||
        pawl_network_create(weights, &as_it_is, &network, &error) < 0 ||
        pawl_builder_create(&few, &builder, &error) < 0) {
        fprintf(stderr, "usage: build_options WEIGHTS: %s\n", error.message);
        return 2;
    }
    try_option(builder, network, &none, NULL);
#define TRY_OPTION(member, value)                     \
    do {                                              \
        pawl_build_desc desc = PAWL_BUILD_DESC_INIT;  \
        desc.member = (value);                        \
        try_option(builder, network, &desc, #member); \
    } while (0)
    TRY_OPTION(workspace_size, (size_t)1 << 30);
    TRY_OPTION(optimisation_level, 5);
    TRY_OPTION(timing_cache, "timings");
    TRY_OPTION(is_version_compatible, 1);
    TRY_OPTION(is_hardware_compatible, 1);
    TRY_OPTION(is_fp16_fixed, 1);
    TRY_OPTION(height_min, 320);
    TRY_OPTION(width_min, 320);
    TRY_OPTION(height_max, 1280);
    TRY_OPTION(width_max, 1280);
    TRY_OPTION(contexts, 2);
    TRY_OPTION(is_tf32, 1);
    TRY_OPTION(tactic_sources, 8);
    TRY_OPTION(gpu, 1);
    (void)pawl_builder_destroy(&builder);
    (void)pawl_network_destroy(&network);
    (void)pawl_weights_destroy(&weights);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
