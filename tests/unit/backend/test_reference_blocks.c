/* SPDX-License-Identifier: Apache-2.0 */
/* The reference's operators that only some models need, against values worked out by hand. */
#include "backend/reference/reference_ops.h"
#include "unit/backend/reference_run.h"
#include "unit/base/cmocka_all.h"

#include <math.h>

#define NEAR(a, b) assert_true(fabs((double)(a) - (double)(b)) < 1e-9)

static pr_view view(double *data, int32_t batch, int32_t channels, int32_t height, int32_t width)
{
    return (pr_view){
        data, (size_t)channels * (size_t)height * (size_t)width, batch, channels, height, width};
}

static void pads_with_zeros(void **state)
{
    (void)state;
    double x[4] = {1, 2, 3, 4}, y[20];
    const pr_view in = view(x, 1, 1, 2, 2), out = view(y, 1, 1, 4, 5);
    const double want[20] = {0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0};
    RUN(&in, &out, .op = PW_OP_PAD, .as.pad = {.top = 1, .bottom = 1, .left = 2, .right = 1});
    for (size_t i = 0; i < 20; i++)
        NEAR(y[i], want[i]);
}

static void globalpool_averages(void **state)
{
    (void)state;
    double x[12] = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -15}, y[2];
    const pr_view in = view(x, 1, 2, 2, 3), out = view(y, 1, 2, 1, 1);
    RUN(&in, &out, .op = PW_OP_GLOBALPOOL);
    NEAR(y[0], 3.5);
    NEAR(y[1], -5);
}

/* x.view(1, 2, 1, 2, 1, 2).permute(0, 3, 5, 1, 2, 4): channel (i * 2 + j) * 2 + c. */
static void contract_and_expand_are_inverse(void **state)
{
    (void)state;
    double x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y[8], z[8];
    const double want[8] = {1, 5, 2, 6, 3, 7, 4, 8};
    const pr_view fine = view(x, 1, 2, 2, 2), coarse = view(y, 1, 8, 1, 1),
                  back = view(z, 1, 2, 2, 2);
    RUN(&fine, &coarse, .op = PW_OP_SPACE_TO_DEPTH, .as.shuffle.factor = 2);
    RUN(&coarse, &back, .op = PW_OP_DEPTH_TO_SPACE, .as.shuffle.factor = 2);
    for (size_t i = 0; i < 8; i++) {
        NEAR(y[i], want[i]);
        NEAR(z[i], x[i]);
    }
}

/* Each input pixel leaves its multiple of the kernel at twice its place. */
static void deconv_scatters(void **state)
{
    (void)state;
    static const float weights[4] = {1, 2, 3, 4}, bias[1] = {10};
    double x[4] = {1, 0, 0, 2}, y[16];
    const pw_deconv deconv = {.in_channels = 1,
                              .out_channels = 1,
                              .groups = 1,
                              .kernel = {2, 2},
                              .stride = {2, 2},
                              .dilation = {1, 1},
                              .weights = weights,
                              .bias = bias};
    const double want[16] = {11, 12, 10, 10, 13, 14, 10, 10, 10, 10, 12, 14, 10, 10, 16, 18};
    const pr_view in = view(x, 1, 1, 2, 2), out = view(y, 1, 1, 4, 4);
    pr_deconv_channel(&deconv, &in, &out, 0, 0);
    for (size_t i = 0; i < 16; i++)
        NEAR(y[i], want[i]);
}

/* kernel 3, stride 2, padding 1, output padding 1: along one side out = 2 in, tap t of input i
 * lands on 2 i - 1 + t. Groups: channel 1 sees its own kernel only. */
static void deconv_pads_and_groups(void **state)
{
    (void)state;
    static const float weights[6] = {1, 10, 100, 2, 20, 200};
    double x[4] = {1, 2, 3, 4}, y[8];
    const pw_deconv deconv = {.in_channels = 2,
                              .out_channels = 2,
                              .groups = 2,
                              .kernel = {1, 3},
                              .stride = {1, 2},
                              .padding = {0, 1},
                              .output_padding = {0, 1},
                              .dilation = {1, 1},
                              .weights = weights};
    const double want[8] = {10, 102, 20, 200, 60, 608, 80, 800};
    const pr_view in = view(x, 1, 2, 1, 2), out = view(y, 1, 2, 1, 4);
    pr_deconv_channel(&deconv, &in, &out, 0, 0);
    pr_deconv_channel(&deconv, &in, &out, 0, 1);
    for (size_t i = 0; i < 8; i++)
        NEAR(y[i], want[i]);
}

/* Narrow weights: of two groups of two, the outputs 0 and 1 of the inputs 0 and 1, then 2 and 3 of
 * 2 and 3; a scale an output. */
static void deconv_weights_are_rounded(void **state)
{
    (void)state;
    static const float weights[8] = {0.3f, 0.3f, -200, 0.8f, 0.3f, 0.3f, 0.1f, -0.1f};
    static const float scales[4] = {1, 0.5f, 0.25f, 0.125f};
    static const struct {
        pawl_dtype type;
        double want[8];
    } cases[] = {
        {PAWL_I8, {0, 0.5, -127, 1, 0.25, 0.25, 0, -0.125}},
        {PAWL_F16,
         {0x1.334p-2, 0x1.334p-2, -200, 0x1.998p-1, 0x1.334p-2, 0x1.334p-2, 0x1.998p-4,
          -0x1.998p-4}},
        {PAWL_BF16,
         {0x1.34p-2, 0x1.34p-2, -200, 0x1.9ap-1, 0x1.34p-2, 0x1.34p-2, 0x1.9ap-4, -0x1.9ap-4}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        pw_layer layer = {.op = PW_OP_DECONV,
                          .as.deconv = {.in_channels = 4,
                                        .out_channels = 4,
                                        .groups = 2,
                                        .kernel = {1, 1},
                                        .weight_type = cases[c].type,
                                        .weight_scales = scales,
                                        .weights = weights}};
        pw_network network = {.layers = &layer, .layer_count = 1};
        pawl_error error = {.message = ""};
        assert_int_equal(pr_round_weights(&network, &error), PAWL_OK);
        for (size_t i = 0; i < 8; i++)
            NEAR(layer.as.deconv.weights[i], cases[c].want[i]);
        pw_arena_free(&network.arena);
    }
}

/* Sums of integers: their own scale, about no other zero than 0. */
static void sums_are_rounded(void **state)
{
    (void)state;
    double values[4] = {2.4, -2.4, 1e300, NAN};
    const double want[4] = {2.5, -2.5, 0.5 * INT32_MAX, 0};
    const pw_tensor type = {.dtype = PAWL_I32, .scale = 0.5f, .zero_point = 7};
    const pr_view all = view(values, 1, 1, 2, 2);
    pr_round(&type, &all);
    for (size_t i = 0; i < 4; i++)
        NEAR(values[i], want[i]);
}

/* Two tokens, two heads of one channel: scores q k, weights e^s / sum. */
static void attention_weighs_values(void **state)
{
    (void)state;
    double q[4] = {1, 0, 2, -1}, k[4] = {1, 2, 0, 0}, v[4] = {10, 20, 4, 8}, y[4], scores[2];
    const pr_view in[3] = {view(q, 1, 2, 1, 2), view(k, 1, 2, 1, 2), view(v, 1, 2, 1, 2)};
    const pr_view out = view(y, 1, 2, 1, 2);
    for (size_t t = 0; t < 2; t++)
        pr_attention_token(2, in, &out, 0, t, scores);
    NEAR(y[0], (10 + 20 * exp(1.0)) / (1 + exp(1.0))); /* scores 1, 2 */
    NEAR(y[1], 15);                                    /* 0, 0 */
    NEAR(y[2], 6);
    NEAR(y[3], 6);
    /* one head of two channels: scores are divided by the root of 2 */
    pr_attention_token(1, in, &out, 0, 0, scores);
    const double a = exp(1 / sqrt(2.0)), b = exp(2 / sqrt(2.0));
    NEAR(y[0], (10 * a + 20 * b) / (a + b));
    NEAR(y[2], (4 * a + 8 * b) / (a + b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pads_with_zeros),
        cmocka_unit_test(globalpool_averages),
        cmocka_unit_test(contract_and_expand_are_inverse),
        cmocka_unit_test(deconv_scatters),
        cmocka_unit_test(deconv_pads_and_groups),
        cmocka_unit_test(deconv_weights_are_rounded),
        cmocka_unit_test(sums_are_rounded),
        cmocka_unit_test(attention_weighs_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
