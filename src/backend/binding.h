/* SPDX-License-Identifier: Apache-2.0 */
/* What every backend's program offers a context, made in one way: the input binding, and the outputs of a task in each form. */
#ifndef PW_BINDING_H
#define PW_BINDING_H

#include "backend/backend.h"

/* Rows of the head in PyTorch's order (level, anchor, y, x), of all pictures. */
typedef struct pw_rows {
    void *values;       /* batch x count x width; untouched memory until a run writes it */
    pawl_dtype dtype;   /* of values: PAWL_F32, as pawl_candidates shows them */
    int32_t *index;     /* CANDIDATES: batch x count row numbers; else NULL */
    size_t count, width; /* rows of a picture, values of a row */
} pw_rows;

/* Fills in program->input by its lowering, but for its memory, of which it returns the bytes. */
size_t pw_describe_input(pw_program *program);
/* The same with memory; what is allocated here and below is counted in memory_size. The memory is zeroed and the caller's:
 * pw_free(program->input.data). */
pawl_status pw_bind_input(pw_program *program, pawl_error *error) PW_NODISCARD;

/*
 * Fills in outputs and candidates by the lowering and the network's task; shapes has one of each tensor. rows->values is the caller's.
 *
 *     detection       DECODED: rows                 CANDIDATES: candidates               RAW: a map a level
 *     segmentation    DECODED: rows, prototypes     CANDIDATES: candidates, prototypes   RAW: a map a level, prototypes
 *     classification  logits in each form; a network without a head has no outputs
 *
 * Maps, prototypes and logits have no memory yet: a backend that makes them somewhere sets data, pw_bind_memory() takes the rest from the
 * arena. Each is the image of a tensor of the network: pw_bound_tensor(). PAWL_ERR_LIMIT: more than 2^31 - 1 rows, or more bytes than there can
 * be.
 */
pawl_status pw_bind_outputs(pw_program *program, const pw_network *network, const pw_shape *shapes, pw_arena *arena, pw_rows *rows,
                            pawl_error *error) PW_NODISCARD;
pawl_status pw_bind_memory(pw_program *program, pw_arena *arena, pawl_error *error) PW_NODISCARD;

/* The tensor that output index shows, PW_NO_TENSOR for decoded rows. Maps are N x H x W x C; prototypes N x C x H x W; logits N x C. */
uint32_t pw_bound_tensor(const pw_program *program, const pw_network *network, size_t index);

/* A raw value below which no objectness exceeds the threshold, however its sigmoid is rounded. */
float pw_raw_threshold(float threshold);

#endif
