/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is proved on a TensorRT with a GPU behind it: NVIDIA's (./do test --gpu), or the doubles
 * (tests/doubles). Each part is a function of a proof; trt_proof.c runs those that it is told.
 */
#ifndef PROOF_H
#define PROOF_H

#include "tensorrt/trt_orders.h"
#include <pawl/pawl.h>

typedef struct proof {
    const char *weights, *picture;
    const char *timing_cache; /* NULL: none */
    unsigned runs;            /* of the long part, and of each thread */
    int32_t side;             /* of the pictures as the network sees them; 64 less and more in a range */
    const pw_trt_library *library;
    pawl_image *image;
    trt_tally tally;
} proof;

#define EXPECT(of, is_true, ...) trt_expect(&(of)->tally, is_true, __VA_ARGS__)

void proof_orders(proof *of);    /* native objects: every neighbour in the wrong order, under the guard and beneath it */
void proof_beneath(proof *of);   /* an engine before its context: older libraries may crash */
void proof_ends(proof *of);      /* ours: plan, runtime, engine, context in all 24 orders, at the level in force */
void proof_profiles(proof *of);  /* a range of shapes, partial batches, contexts as many as built for and one more */
void proof_threads(proof *of);   /* two contexts, two streams, two threads; contexts that come and go */
void proof_long(proof *of);      /* many runs at flat host and device memory */
void proof_refusals(proof *of);  /* what must fail does, in one sentence, and leaves nothing */
void proof_driver(proof *of);    /* each call of the driver fails in turn (PAWL_CUDA_LIBRARY is failing_cuda) */

/* Messages of warning level and above since the last proof_forget(), one a line. */
const char *proof_messages(void);
void proof_forget(void);

/* An engine of the proof's weights. */
typedef struct proof_shape {
    int32_t batch_min, batch_max, side_min, side, side_max, contexts;
} proof_shape;
bool proof_build(proof *of, const proof_shape *shape, pawl_plan **plan);

/* What one picture gives in each place of a batch: enough to tell right from wrong. */
typedef struct proof_boxes {
    size_t count;
    pawl_detection items[64];
} proof_boxes;
/* Runs count times the same picture at once; false: failed, or the places differ. */
bool proof_detect(proof *of, pawl_detector *detector, size_t count, proof_boxes *boxes);
/* Kernels of another batch may round otherwise: boxes may move a little. */
bool proof_is_same(const proof_boxes *a, const proof_boxes *b);
bool proof_detector(pawl_engine *engine, int32_t batch, pawl_context **context,
                    pawl_detector **detector, pawl_error *error);

#endif
