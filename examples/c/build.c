/* SPDX-License-Identifier: Apache-2.0 */
/* Weights to an engine: build WEIGHTS ENGINE */
#include <pawl/pawl.h>

#include <stdio.h>

/* Called now and then while the builder works; another value than 0 would stop it. */
static int on_progress(void *user, const char *stage, size_t done, size_t total)
{
    (void)user;
    fprintf(stderr, "%s: %zu of %zu\n", stage, done, total);
    return 0;
}

static pawl_status build(const char *input, const char *output, pawl_error *error)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_plan *plan = NULL;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT; /* the CPU, FP32, the model's own shape */
    desc.batch_max = desc.batch_opt = 4;         /* one to four pictures at once */
    desc.progress = on_progress;

    /* Each call is skipped once one has failed. */
    pawl_status status = pawl_weights_load(input, &weights, error);
    if (status >= 0)
        status = pawl_network_create(weights, NULL, &network, error);
    if (status >= 0)
        status = pawl_network_info_get(network, &model, error);
    if (status >= 0)
        printf("%s: %d classes, %zu layers\n", input, model.class_count, model.layer_count);
    if (status >= 0)
        status = pawl_builder_create(NULL, &builder, error);
    if (status >= 0)
        status = pawl_builder_build(builder, network, &desc, &plan, error);
    if (status >= 0)
        status = pawl_plan_save(plan, output, error);

    /* Last made, first ended; NULL is fine, so there is one way out. Another order would do no
     * harm: children keep their parents. */
    pawl_plan_destroy(&plan);
    pawl_builder_destroy(&builder);
    pawl_network_destroy(&network);
    pawl_weights_destroy(&weights);
    return status;
}

int main(int argc, char **argv)
{
    pawl_error error = PAWL_ERROR_INIT;
    if (argc != 3) {
        fprintf(stderr, "usage: build WEIGHTS ENGINE\n");
        return 2;
    }
    if (build(argv[1], argv[2], &error) < 0) {
        fprintf(stderr, "%s: %s\n", pawl_status_name(error.status), error.message);
        return 1;
    }
    return 0;
}
