/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FP16 and the weights that it does not hold: its normal numbers begin at 2^-14, and TensorRT warns of
 * what lies below or above. A convolution is mended by giving the library weights and bias times 2^e,
 * and its output times 2^-e, both exact, and by rounding what is still too small to 0 or to the least
 * normal number. Most need no e: beside their largest weight that rounding is not seen, and the network
 * stays the one that the library knows how to fuse. Its layers behind a convolution with e > 0 cost time,
 * of 52 of them 8.5.3.1 had built no plan in 23 minutes, where without them it took 8.
 */
#ifndef PW_TRT_HALF_H
#define PW_TRT_HALF_H

#include "plan/plan_ir.h"

typedef enum pw_trt_half_kind {
    PW_TRT_HALF_FITS,   /* nothing to mend */
    PW_TRT_HALF_MENDED,
    PW_TRT_HALF_NEVER   /* too large, not finite, or all of them too small: it stays FP32 */
} pw_trt_half_kind;

typedef struct pw_trt_mending {
    pw_trt_half_kind kind;
    int exponent; /* e, 0 to PW_TRT_HALF_EXPONENT */
} pw_trt_mending;

/* The output that FP16 holds shrinks with 2^e, to 1023 at 6. */
#define PW_TRT_HALF_EXPONENT 6

/*
 * By the least e that leaves nothing to round, or the largest weight at 2^-4 or above: FP16 rounds that one by up to 2^-15, and what is rounded here
 * moves by no more.
 */
pw_trt_mending pw_trt_half_diagnose(const pw_conv *conv);
/* Values as the library is to have them, of a layer that is PW_TRT_HALF_MENDED. */
void pw_trt_half_mend(const pw_trt_mending *mending, const float *values, size_t count,
                      float *result);

/* Says in a line how many layers are mended and how. */
void pw_trt_half_say(const pw_network *network);

/* What the library said of the weights it converted; a pw_trt_warning, user is one of these, zeroed. */
typedef struct pw_trt_conversions {
    unsigned lines;
    long subnormal, vanishing, other; /* tensors, as it counts them */
} pw_trt_conversions;
bool pw_trt_half_takes(void *conversions, const char *message);
/* Tells it once, with what it means. Nothing where the library had nothing to say. */
void pw_trt_half_explain(const pw_trt_conversions *said, const pw_network *network, bool is_mended);

#endif
