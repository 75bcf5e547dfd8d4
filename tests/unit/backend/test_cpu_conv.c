/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of many odd shapes on the CPU backend against the reference backend, under every
 * instruction set. */
#include "unit/backend/cpu_fixture.h"
#include "unit/base/cmocka_all.h"

#include "base/compiler.h"

struct conv_row {
    const char *name;
    int32_t in, out, kernel[2], stride[2], padding[2], dilation, groups;
    pw_activation activation;
    int32_t batch, height, width;
    bool has_residual; /* of the layer's own shape */
};

/* clang-format off */
static struct conv_row rows[] = {
    {"the first of YOLOv5", 3, 16, {6, 6}, {2, 2}, {2, 2}, 1, 1, PW_ACT_SILU, 1, 64, 96, false},
    {"the same in a batch", 3, 16, {6, 6}, {2, 2}, {2, 2}, 1, 1, PW_ACT_SILU, 2, 10, 6, false},
    {"1x1", 16, 32, {1, 1}, {1, 1}, {0, 0}, 1, 1, PW_ACT_SILU, 1, 7, 9, false},
    {"1x1 in a batch", 17, 33, {1, 1}, {1, 1}, {0, 0}, 1, 1, PW_ACT_LEAKY_RELU, 3, 5, 3, false},
    {"1x1 on one pixel", 9, 5, {1, 1}, {1, 1}, {0, 0}, 1, 1, PW_ACT_NONE, 1, 1, 1, false},
    {"1x1 stride 2", 9, 20, {1, 1}, {2, 2}, {0, 0}, 1, 1, PW_ACT_RELU, 2, 9, 8, false},
    {"1x1 padded", 4, 6, {1, 1}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 1, 3, 4, false},
    {"3x3", 32, 48, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 1, 20, 20, false},
    {"3x3 with residual", 24, 24, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 2, 13, 17, true},
    {"3x3 stride 2", 16, 64, {3, 3}, {2, 2}, {1, 1}, 1, 1, PW_ACT_HARDSWISH, 1, 21, 15, false},
    {"3x3 on one pixel", 5, 7, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SIGMOID, 1, 1, 1, false},
    {"3x3 one column", 8, 8, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 2, 11, 1, false},
    {"3x3 one row", 8, 8, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 2, 1, 40, false},
    {"3x3 unpadded", 7, 11, {3, 3}, {1, 1}, {0, 0}, 1, 1, PW_ACT_SILU, 1, 8, 33, false},
    {"3x3 far padded", 3, 4, {3, 3}, {1, 1}, {5, 4}, 1, 1, PW_ACT_SILU, 1, 2, 3, false},
    {"3x3 dilated", 6, 18, {3, 3}, {1, 1}, {2, 2}, 2, 1, PW_ACT_SILU, 1, 9, 31, false},
    {"3x3 dilated beyond the picture", 6, 18, {3, 3}, {1, 1}, {4, 4}, 4, 1, PW_ACT_SILU, 1, 3, 3, false},
    {"5x5", 12, 70, {5, 5}, {1, 1}, {2, 2}, 1, 1, PW_ACT_SILU, 1, 7, 30, false},
    {"5x5 stride 3", 12, 10, {5, 5}, {3, 3}, {2, 2}, 1, 1, PW_ACT_SILU, 1, 16, 31, false},
    {"1x3", 12, 16, {1, 3}, {1, 1}, {0, 1}, 1, 1, PW_ACT_SILU, 1, 6, 29, false},
    {"3x1 stride 2 x 1", 12, 16, {3, 1}, {2, 1}, {1, 0}, 1, 1, PW_ACT_SILU, 1, 9, 29, false},
    {"groups", 12, 20, {3, 3}, {1, 1}, {1, 1}, 1, 4, PW_ACT_SILU, 1, 6, 30, false},
    {"groups of wide panels", 64, 96, {3, 3}, {1, 1}, {1, 1}, 1, 2, PW_ACT_SILU, 2, 5, 5, false},
    {"depthwise", 37, 37, {3, 3}, {1, 1}, {1, 1}, 1, 37, PW_ACT_SILU, 2, 6, 9, true},
    {"depthwise 5x5 stride 2", 16, 16, {5, 5}, {2, 2}, {2, 2}, 1, 16, PW_ACT_NONE, 1, 9, 9, false},
    {"depthwise 1x1", 16, 16, {1, 1}, {1, 1}, {0, 0}, 1, 16, PW_ACT_SILU, 2, 4, 5, false},
    {"depthwise with a multiplier", 8, 16, {3, 3}, {1, 1}, {1, 1}, 1, 8, PW_ACT_SILU, 1, 4, 5, false},
    {"deep", 256, 40, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 1, 4, 4, false},
    {"more panels than the cache holds", 256, 512, {3, 3}, {1, 1}, {1, 1}, 1, 1, PW_ACT_SILU, 1, 3, 4, false},
};
/* clang-format on */

static void make(const struct conv_row *row, pw_network *network)
{
    const uint32_t input = pt_add_input(network);
    const uint32_t from = row->in == 3 ? input : pt_add_1x1(network, input, row->in);
    const pw_conv conv = {.out_channels = row->out,
                          .groups = row->groups,
                          .kernel = {row->kernel[0], row->kernel[1]},
                          .stride = {row->stride[0], row->stride[1]},
                          .padding = {row->padding[0], row->padding[1]},
                          .dilation = {row->dilation, row->dilation},
                          .activation = row->activation,
                          .alpha = 0.1f};
    const uint32_t residual =
        row->has_residual ? pt_add_1x1(network, input, row->out) : PW_NO_TENSOR;
    pt_add_conv(network, from, residual, conv);
    const float stride = 1;
    pt_add_head(network, &input, &stride, 1);
}

static void agrees(void **state)
{
    static const uint32_t masks[] = {PW_ISA_GENERIC, PW_ISA_SSE41, PW_ISA_SSE41 | PW_ISA_AVX2,
                                     PW_ISA_SSE41 | PW_ISA_AVX2 | PW_ISA_AVX512};
    const struct conv_row *row = *state;
    pw_network network = {0};
    make(row, &network);
    pt_setting setting = {
        &pw_backend_reference, 0, 1, row->batch, row->height, row->width, PAWL_INPUT_F32_NCHW,
        PAWL_OUTPUT_DECODED};
    pt_results want, got;
    pt_run(&network, &setting, &want);
    setting.backend = &pw_backend_cpu;
    for (size_t i = 0; i < PW_COUNT(masks); i++) {
        setting.isa = masks[i];
        if ((masks[i] & ~pw_isa_machine()) != 0)
            continue;
        pt_run(&network, &setting, &got);
        const double apart = pt_difference(&got, &want);
        if (apart > 3e-6)
            fail_msg("mask %x is off by %g", masks[i], apart);
        pt_results_free(&got);
    }
    pt_results_free(&want);
    pw_network_free(&network);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(rows)];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = agrees, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("cpu convolutions", tests, NULL, NULL);
}
