/* SPDX-License-Identifier: Apache-2.0 */
/* Models of the shared test data, optimised: nothing is left but convolutions, pools and
 * upsamplings, and parameters are those of the fused model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/plan_ir.h"
#include "support/test_data.h"
#include <pawl/builder.h>
#include <string.h>

static struct plan_row {
    const char *file;
    size_t layers, convs, concats;
    int64_t parameters; /* as PyTorch counts them after model.fuse(); 0: not known */
} rows[] = {
    {"yolov5n.pt", 67, 60, 0, 1867405}, {"yolov5n.wts", 67, 60, 0, 1867405},
    {"zoo/v6.0-det.pt", 67, 60, 0, 0},  {"zoo/v7.0-det.pt", 67, 60, 0, 0},
    {"zoo/p6-det.pt", 87, 79, 0, 0},    {"zoo/bifpn-det.pt", 68, 60, 1, 0},
};

static pawl_status build(const char *path, pawl_plan **plan, pawl_error *error)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.backend = "reference";
    pawl_status status = pawl_weights_load(path, &weights, error);
    if (status >= 0)
        status = pawl_network_create(weights, NULL, &network, error);
    if (status >= 0)
        status = pawl_builder_create(NULL, &builder, error);
    if (status >= 0)
        status = pawl_builder_build(builder, network, &desc, plan, error);
    (void)pawl_builder_destroy(&builder);
    (void)pawl_network_destroy(&network);
    (void)pawl_weights_destroy(&weights);
    return status;
}

static int64_t count_parameters(const pw_network *network)
{
    int64_t count = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_conv *conv = &network->layers[i].as.conv;
        if (network->layers[i].op == PW_OP_CONV)
            count += (int64_t)conv->out_channels * (conv->in_channels / conv->groups) *
                         conv->kernel[0] * conv->kernel[1] +
                     (conv->bias != NULL ? conv->out_channels : 0);
    }
    return count;
}

static void plan_is_lean(void **state)
{
    const struct plan_row *row = *state;
    pawl_plan *plan = NULL;
    pw_plan *object = NULL;
    pawl_error error = {.message = ""};
    pawl_plan_info info = {.struct_size = sizeof info};
    size_t counts[PW_OP_COUNT] = {0};
    if (build(pt_data_path(row->file), &plan, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pawl_plan_info_get(plan, &info, &error), PAWL_OK);
    assert_string_equal(info.source_name, strrchr(pt_data_path(row->file), '/') + 1);
    assert_int_equal(pw_object_use(plan, &pw_plan_type, &object, &error), PAWL_OK);
    const pw_network *network = &object->network;
    for (size_t i = 0; i < network->layer_count; i++)
        counts[network->layers[i].op]++;
    assert_int_equal(network->layer_count, row->layers);
    assert_int_equal(counts[PW_OP_CONV], row->convs);
    assert_int_equal(counts[PW_OP_CONCAT], row->concats);
    assert_int_equal(counts[PW_OP_BATCHNORM] + counts[PW_OP_ACTIVATION] + counts[PW_OP_ADD], 0);
    assert_int_equal(counts[PW_OP_DETECT], 1);
    if (row->parameters != 0)
        assert_int_equal(count_parameters(network), row->parameters);
    pw_object_release(object);
    (void)pawl_plan_destroy(&plan);
    assert_int_equal(pawl_object_count(), 0);
}

int main(void)
{
    const int missing = pt_data_missing();
    if (missing != 0)
        return missing;
    struct CMUnitTest tests[PW_COUNT(rows)];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].file, .test_func = plan_is_lean, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("zoo_plans", tests, NULL, NULL);
}
