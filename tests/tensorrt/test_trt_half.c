/* SPDX-License-Identifier: Apache-2.0 */
/* Which weights FP16 holds, and how those are mended that it does not. */
#include "backend/tensorrt/trt_half.h"
#include "tensor/half.h"
#include <math.h>
#include <stdio.h>

static unsigned passed, failed;

static void expect(bool is_true, const char *what)
{
    passed += is_true;
    failed += !is_true;
    if (!is_true)
        printf("failed: %s\n", what);
}

static pw_conv conv_of(const float *weights, int32_t count, const float *bias)
{
    return (pw_conv){.in_channels = count,
                     .out_channels = 1,
                     .groups = 1,
                     .kernel = {1, 1},
                     .weights = weights,
                     .bias = bias};
}

int main(void)
{
    static const struct {
        const char *what;
        float weights[3], bias;
        pw_trt_half_kind kind;
        int exponent;
    } cases[] = {
        {"normal", {0.5f, -0x1p-14f, 0.0f}, 0.0f, PW_TRT_HALF_FITS, 0},
        {"the largest", {65504.0f, 1.0f, 0.0f}, 0.0f, PW_TRT_HALF_FITS, 0},
        {"one step below", {0.5f, 0x1.8p-15f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 0},
        {"vanishing beside a large one", {0.5f, 1e-9f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 0},
        {"a bias too", {0.5f, 0.25f, 0.0f}, 1e-5f, PW_TRT_HALF_MENDED, 0},
        {"the least largest", {0x1p-4f, 1e-9f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 0},
        {"a smaller largest", {0x1.8p-5f, 1e-9f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 1},
        {"whole before it is large", {0x1p-9f, 0x1p-16f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 2},
        {"large before it is whole", {0x1p-9f, 1e-8f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 5},
        {"a small bias of small weights", {0x1p-10f, 0.0f, 0.0f}, 1e-9f, PW_TRT_HALF_MENDED, 6},
        {"the deepest that becomes whole", {0x1p-20f, 0x1p-20f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 6},
        {"all so small that rounding shows", {1e-6f, 1e-8f, 0.0f}, 0.0f, PW_TRT_HALF_NEVER, 0},
        {"too large a bias once scaled", {1e-3f, 1e-6f, 0.0f}, 3e4f, PW_TRT_HALF_NEVER, 0},
        {"not too large unscaled", {3e4f, 1e-5f, 0.0f}, 0.0f, PW_TRT_HALF_MENDED, 0},
        {"too large", {1e5f, 1.0f, 0.0f}, 0.0f, PW_TRT_HALF_NEVER, 0},
        {"infinite", {INFINITY, 1.0f, 0.0f}, 0.0f, PW_TRT_HALF_NEVER, 0},
        {"not a number", {NAN, 1.0f, 0.0f}, 0.0f, PW_TRT_HALF_NEVER, 0},
    };
    for (size_t i = 0; i < PW_COUNT(cases); i++) {
        float mended[3];
        const pw_conv conv = conv_of(cases[i].weights, 3, &cases[i].bias);
        const pw_trt_mending mending = pw_trt_half_diagnose(&conv);
        expect(mending.kind == cases[i].kind && mending.exponent == cases[i].exponent,
               cases[i].what);
        if (mending.kind != PW_TRT_HALF_MENDED)
            continue;
        pw_trt_half_mend(&mending, cases[i].weights, 3, mended);
        expect(!pw_f16_damages(mended, 3), cases[i].what);
        for (int k = 0; k < 3; k++) {
            const float back = ldexpf(mended[k], -mending.exponent);
            /* Exact, or nearer than FP16 comes to the largest. */
            expect(fabsf(back - cases[i].weights[k]) <= ldexpf(1.0f, -15 - mending.exponent),
                   cases[i].what);
        }
    }
    /* NVIDIA's lines, of 8.5 on and before. */
    static const char *const lines[] = {
        "TensorRT encountered issues when converting weights between types and that could affect "
        "accuracy.",
        "- 44 weights are affected by this issue: Detected subnormal FP16 values.",
        "- 1 weights are affected by this issue: Detected values less than smallest positive FP16 "
        "subnormal value and converted them to the FP16 minimum subnormalized value.",
        " - Subnormal FP16 values detected. "};
    pw_trt_conversions said = {.lines = 0};
    for (size_t i = 0; i < PW_COUNT(lines); i++)
        expect(pw_trt_half_takes(&said, lines[i]), lines[i]);
    expect(said.lines == 4 && said.subnormal == 45 && said.vanishing == 1 && said.other == 0,
           "the counts");
    expect(!pw_trt_half_takes(&said, "CUDA lazy loading is not enabled."), "another warning");
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
