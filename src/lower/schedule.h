/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowering, for backends that take implementations from the kernel table. Small stages, each a pure function of the one before:
 *
 *     shapes -> operands -> steps (problems) -> choice (implementations, reorders) -> lives -> memory
 *
 * An *operand* is a tensor in memory: each tensor of the network in its order, then the input binding, the outputs, and what the stages add. An
 * operand may lie in another (a slice of a concatenation); what lies in none has memory of its own, in the workspace or bound.
 */
#ifndef PW_SCHEDULE_H
#define PW_SCHEDULE_H

#include "kernels/kernel.h"
#include "lower/memory_planner.h"
#include "network/network_ir.h"
#include <pawl/runtime.h>

#define PW_NO_OPERAND UINT32_MAX

typedef struct pw_operand {
    pk_tensor tensor;
    uint32_t root;     /* the operand that holds the memory; itself where it does */
    size_t offset;     /* elements from the root's first */
    bool is_bound;     /* memory is given from outside, not planned */
    bool is_lent;      /* shown to the caller after the run: lives to the end */
} pw_operand;

typedef struct pw_step {
    size_t layer; /* of the network, to which it belongs */
    pk_problem problem;
    pk_constants constants;
    const pk_implementation *implementation;
    pk_needs needs;
    uint32_t source[PK_MAX_SOURCES], destination; /* operands */
} pw_step;

/* The measured best for a problem among what can be had; NULL: nothing is known. */
typedef const pk_implementation *(*pw_preference)(void *user, const pk_problem *problem);

typedef struct pw_schedule_desc {
    const pw_network *network;
    pk_machine machine;
    int32_t batch, height, width;
    pawl_input_form input;
    pawl_output_form output;
    size_t workers;
    pw_preference prefer; /* NULL: the table's order */
    void *prefer_user;
} pw_schedule_desc;

typedef struct pw_schedule {
    pw_schedule_desc desc;
    pw_shape *shapes;   /* of each tensor */
    pw_operand *operands;
    pw_buffer *buffers; /* of each operand; offset and size where it is a root that is planned, size 0 elsewhere */
    size_t operand_count;
    pw_step *steps;     /* in order */
    size_t step_count;
    uint32_t input;                         /* operand of the input binding */
    uint32_t outputs[PAWL_MAX_LEVELS + 1];  /* operands: lent tensors, or bound */
    size_t output_count;
    uint32_t rows;      /* operand of decoded rows or candidates, PW_NO_OPERAND: none */
    size_t workspace, scratch; /* bytes: of all planned operands; for each worker */
} pw_schedule;

/*
 * Makes the schedule of a network for one shape; everything in it is the arena's and the network's.
 * PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT: as pw_network_infer(). PAWL_ERR_UNSUPPORTED: a layer that no implementation here can run. PAWL_ERR_MEMORY.
 */
pawl_status pw_schedule_make(const pw_schedule_desc *desc, pw_arena *arena, pw_schedule *schedule, pawl_error *error) PW_NODISCARD;

/*
 * How many of a batch's pictures a schedule should take at once: one, for then each finds its activations in the caches, where those of the one
 * before lay; or all, where an output is a tensor shown where it lies, which has room for all of them.
 */
int32_t pw_schedule_at_once(const pw_network *network, pawl_output_form output, int32_t batch);

/* The stages, for tests. Each expects what those before it left. */
pawl_status pw_operands_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error) PW_NODISCARD;
pawl_status pw_steps_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error) PW_NODISCARD;
pawl_status pw_choose(pw_schedule *schedule, pw_arena *arena, pawl_error *error) PW_NODISCARD;
pawl_status pw_memory_make(pw_schedule *schedule, pw_arena *arena, pawl_error *error) PW_NODISCARD;

/* An element type in the kernels' words; PK_NO_TYPE: no implementation has it, and the step that meets it is refused by name. */
pk_type pw_kernel_type(pawl_dtype dtype);
/* A head in the kernels' words. */
pk_head pw_kernel_head(const pw_detect *detect);

/* The size of what a sum of integers must hold beside its products and its bias, of a convolution whose tensors have their types: the middle of the
 * activation's arguments, or nothing where sums become floats. */
double pw_conv_middle(const pw_network *network, const pw_layer *layer);

/* For stages: a new operand; there is room for it. */
uint32_t pw_operand_add(pw_schedule *schedule, pk_tensor tensor, bool is_bound);
/* channels of an operand from channel on, as an operand. */
uint32_t pw_operand_slice(pw_schedule *schedule, uint32_t of, size_t channel, size_t channels);

/* lives.c: who needs a tensor's memory, from which step to which; also the reference backend's. */
/* The tensor whose memory holds another's, and the channels in it before the other. */
uint32_t pw_tensor_root(const pw_network *network, uint32_t tensor, size_t *channel);
void pw_lives_begin(pw_buffer *buffers, size_t count);
void pw_lives_touch(pw_buffer *buffer, size_t step);
/* Gives buffers that nothing touches no size. */
void pw_lives_end(pw_buffer *buffers, size_t count);

#endif
