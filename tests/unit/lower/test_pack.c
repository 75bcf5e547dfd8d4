/* SPDX-License-Identifier: Apache-2.0 */
/* Packed weights: where each one goes, and that what fills up the last panel is zero. */
#include "unit/base/cmocka_all.h"

#include "lower/pack.h"

#include <math.h>

/* A weight says where it comes from. */
static float weight_at(int out, int in, int tap)
{
    return (float)(out * 10000 + in * 100 + tap + 1);
}

static void fill(pw_conv *conv, float *weights, float *bias)
{
    const int inputs = conv->in_channels / conv->groups, taps = conv->kernel[0] * conv->kernel[1];
    for (int o = 0; o < conv->out_channels; o++) {
        bias[o] = (float)-o - 1;
        for (int i = 0; i < inputs * taps; i++)
            weights[o * inputs * taps + i] = weight_at(o, i / taps, i % taps);
    }
    conv->weights = weights;
    conv->bias = bias;
}

static void packs(void **state)
{
    const pw_pack_order order = *(const pw_pack_order *)*state;
    static float weights[512], bias[16], packed[2048], packed_bias[64];
    pw_conv conv = {.in_channels = 6, .out_channels = 10, .groups = 2, .kernel = {3, 2}};
    fill(&conv, weights, bias);
    size_t size = 0, bias_size = 0;
    assert_true(pw_pack_conv_size(&conv, 4, &size, &bias_size));
    assert_int_equal(pw_pack_group_panels(&conv, 4), 2);
    assert_int_equal(pw_pack_panel_size(&conv, 4), 6 * 3 * 4);
    assert_int_equal(size, 4 * 6 * 3 * 4);
    assert_int_equal(bias_size, 16);
    pw_pack_conv(&conv, 4, order, packed, packed_bias);
    for (int panel = 0; panel < 4; panel++)
        for (int n = 0; n < 4; n++) {
            const int in_group = panel % 2 * 4 + n, out = panel / 2 * 5 + in_group;
            assert_true(packed_bias[panel * 4 + n] == (in_group < 5 ? (float)-out - 1 : 0));
            for (int i = 0; i < 18; i++) {
                const int tap = order == PW_PACK_NHWC ? i / 3 : i % 6,
                          in = order == PW_PACK_NHWC ? i % 3 : i / 6;
                assert_true(packed[(panel * 18 + i) * 4 + n] ==
                            (in_group < 5 ? weight_at(out, in, tap) : 0));
            }
        }
}

static void packs_depthwise(void **state)
{
    (void)state;
    float weights[64], bias[8], packed[64], packed_bias[8];
    pw_conv conv = {.in_channels = 5, .out_channels = 5, .groups = 5, .kernel = {3, 3}};
    fill(&conv, weights, bias);
    pw_pack_depthwise(&conv, packed, packed_bias);
    for (int t = 0; t < 9; t++)
        for (int c = 0; c < 5; c++)
            assert_true(packed[t * 5 + c] == weight_at(c, 0, t));
    conv.bias = NULL;
    pw_pack_depthwise(&conv, packed, packed_bias);
    assert_true(packed_bias[4] == 0);
}

static void packs_batchnorm(void **state)
{
    (void)state;
    const float gamma = 2, beta = 3, mean = 5, variance = 0.24f;
    const pw_batchnorm batchnorm = {1, 0.01f, &gamma, &beta, &mean, &variance};
    float scale = 0, shift = 0;
    pw_pack_batchnorm(&batchnorm, &scale, &shift);
    assert_true(fabs((double)scale - 4) < 1e-6 && fabs((double)shift + 17) < 1e-5);
}

static void counts_overflow(void **state)
{
    (void)state;
    const pw_conv conv = {
        .in_channels = INT32_MAX, .out_channels = INT32_MAX, .groups = 1, .kernel = {32767, 32767}};
    size_t size = 0, bias_size = 0;
    assert_false(pw_pack_conv_size(&conv, 16, &size, &bias_size));
}

int main(void)
{
    static pw_pack_order orders[] = {PW_PACK_NHWC, PW_PACK_PLANES};
    const struct CMUnitTest tests[] = {
        {.name = "NHWC", .test_func = packs, .initial_state = &orders[0]},
        {.name = "planes", .test_func = packs, .initial_state = &orders[1]},
        cmocka_unit_test(packs_depthwise),
        cmocka_unit_test(packs_batchnorm),
        cmocka_unit_test(counts_overflow),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
