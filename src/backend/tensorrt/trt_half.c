/* SPDX-License-Identifier: Apache-2.0 */
/* Finding what FP16 damages, mending it, and what the library's warnings of it mean. */
#include "backend/tensorrt/trt_half.h"
#include "base/log.h"
#include "tensor/half.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NORMAL 0x1p-14f
#define LARGEST      65504.0f
#define LEAST_LARGE  0x1p-4f

typedef struct extent {
    float least, most; /* magnitudes; least of those that are not 0 */
    bool is_finite;
} extent;

static void extend(extent *of, const float *values, size_t count)
{
    for (size_t i = 0; values != NULL && i < count; i++) {
        const float size = fabsf(values[i]);
        of->is_finite = of->is_finite && isfinite(size);
        of->most = fmaxf(of->most, size);
        if (size > 0.0f)
            of->least = fminf(of->least, size);
    }
}

pw_trt_mending pw_trt_half_diagnose(const pw_conv *conv)
{
    extent weights = {.least = INFINITY, .is_finite = true}, all;
    extend(&weights, conv->weights, pw_conv_weight_count(conv));
    all = weights;
    extend(&all, conv->bias, (size_t)conv->out_channels);
    if (all.is_finite && all.most <= LARGEST && all.least >= LEAST_NORMAL)
        return (pw_trt_mending){.kind = PW_TRT_HALF_FITS};
    for (int e = 0; all.is_finite && e <= PW_TRT_HALF_EXPONENT; e++) {
        const bool is_whole = ldexpf(all.least, e) >= LEAST_NORMAL;
        const bool is_negligible = ldexpf(weights.most, e) >= LEAST_LARGE;
        if (ldexpf(all.most, e) <= LARGEST && (is_whole || is_negligible))
            return (pw_trt_mending){.kind = PW_TRT_HALF_MENDED, .exponent = e};
    }
    return (pw_trt_mending){.kind = PW_TRT_HALF_NEVER};
}

void pw_trt_half_mend(const pw_trt_mending *mending, const float *values, size_t count,
                      float *result)
{
    for (size_t i = 0; i < count; i++) {
        const float value = ldexpf(values[i], mending->exponent), size = fabsf(value);
        result[i] = size >= LEAST_NORMAL         ? value
                    : size > LEAST_NORMAL / 2.0f ? copysignf(LEAST_NORMAL, value)
                                                 : copysignf(0.0f, value);
    }
}

void pw_trt_half_say(const pw_network *network)
{
    size_t rounded = 0, scaled = 0, never = 0;
    const char *first = "";
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *const layer = &network->layers[i];
        if (layer->op != PW_OP_CONV || layer->as.conv.weight_type == PAWL_I8)
            continue;
        const pw_trt_mending mending = pw_trt_half_diagnose(&layer->as.conv);
        rounded += mending.kind == PW_TRT_HALF_MENDED && mending.exponent == 0;
        scaled += mending.kind == PW_TRT_HALF_MENDED && mending.exponent > 0;
        if (mending.kind == PW_TRT_HALF_NEVER && never++ == 0)
            first = layer->name;
    }
    if (rounded + scaled + never == 0)
        pw_log(PAWL_LOG_INFO, "FP16 holds all weights: there is nothing to mend");
    else
        pw_log(never == 0 ? PAWL_LOG_INFO : PAWL_LOG_WARNING,
               "layers mended, so that FP16 holds their weights: %zu by rounding the smallest, %zu "
               "by a power of two; layers that neither mends: %zu%s%s%s",
               rounded, scaled, never, never > 0 ? " (" : "", first,
               never == 0  ? ""
               : never > 1 ? ", ...), which stay FP32 and take its time"
                           : "), which stays FP32 and takes its time");
}

bool pw_trt_half_takes(void *conversions, const char *message)
{
    pw_trt_conversions *const said = conversions;
    static const char *const words[] = {"issues when converting weights",
                                        "please modify the weights or retrain",
                                        "verbose logs for the list of affected weights",
                                        "weights are affected by this issue",
                                        "following issues when converted to FP16",
                                        "ubnormal FP16 value",
                                        "which would overflow in FP16"};
    bool is_one = false;
    for (size_t i = 0; !is_one && i < PW_COUNT(words); i++)
        is_one = strstr(message, words[i]) != NULL;
    if (!is_one)
        return false;
    said->lines++;
    /* "- 44 weights are affected by this issue: Detected subnormal FP16 values."; up to 8.4 each
       weight has its own line of that. */
    const char *const digits = strpbrk(message, "0123456789");
    const bool has_count = strstr(message, "weights are affected") != NULL && digits != NULL;
    const long count = has_count ? strtol(digits, NULL, 10) : 1;
    if (strstr(message, "less than smallest positive") != NULL)
        said->vanishing += count;
    else if (strstr(message, "ubnormal FP16 values") != NULL)
        said->subnormal += count;
    else if (has_count)
        said->other += count;
    return true;
}

void pw_trt_half_explain(const pw_trt_conversions *said, const pw_network *network, bool is_mended)
{
    size_t serious = 0;
    for (size_t i = 0; i < network->layer_count && said->lines > 0; i++) {
        const pw_conv *const conv = &network->layers[i].as.conv;
        if (network->layers[i].op != PW_OP_CONV || conv->weight_type == PAWL_I8)
            continue;
        extent weights = {.least = INFINITY, .is_finite = true};
        extend(&weights, conv->weights, pw_conv_weight_count(conv));
        const bool is_damaged = pw_f16_damages(conv->weights, pw_conv_weight_count(conv));
        /* What is too small moves by 2^-24 at most; the largest by 2^-11 of its power of two. */
        serious +=
            is_damaged && (!weights.is_finite || weights.most > LARGEST || weights.most < 0x1p-13f);
    }
    if (said->lines == 0)
        return;
    pw_log(serious == 0 || is_mended ? PAWL_LOG_INFO : PAWL_LOG_WARNING,
           "TensorRT finds weights that FP16 does not hold as they are (tensors: %ld with "
           "subnormal values, %ld with vanishing ones, %ld others); %s",
           said->subnormal, said->vanishing, said->other,
           is_mended      ? "they are not those of the convolutions, which are mended"
           : serious == 0 ? "each lies so far below the largest beside it that FP16's rounding of "
                            "that one moves the result more: it does not matter; --fp16-fix scale "
                            "makes them whole"
                          : "in some layers that can be seen in the result: --fp16-fix scale mends "
                            "them, pawl verify shows what it costs");
}
