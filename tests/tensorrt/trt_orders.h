/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried on a TensorRT library whether it is NVIDIA's or a double: a small network, and ends
 * in every order. */
#ifndef TRT_ORDERS_H
#define TRT_ORDERS_H

#include "backend/tensorrt/trt_object.h"

typedef struct trt_tally {
    unsigned passed, failed;
} trt_tally;

/* Counts one expectation and prints it where it is false. */
void trt_expect(trt_tally *tally, bool is_true, const char *format, ...) PW_PRINTF(3, 4);

/* images (1 x 3 x 32 x 32) -> convolution 3 x 3 to 8 maps, SiLU -> "out", channels last. Weights
 * are static. */
bool trt_small_network(const pw_trt_library *library, pw_trt_native *network);

/* Every order of ending {builder, network, config, plan memory, runtime} under the guard, at the
   level in force, which makes no difference: each end's status is what the rules say, the library complains of none, and
   nothing is left. Plans are built in every build_every-th order. */
void trt_all_orders(const pw_trt_library *library, unsigned build_every, trt_tally *tally);

/* The builder deleted first, beneath the guard: the library complains exactly where its family is
 * known to. And once in the right order. */
void trt_wrong_orders(const pw_trt_library *library, trt_tally *tally);

#endif
