/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels: pure functions on pointers. No malloc, no I/O, no threads, no globals, and no other room of the library.
 *
 * A *problem* is all that may matter when an operator is run; an *implementation* is one way to solve a class of problems whole. There is one
 * table of them (kernel_table.c), best first within an operator, generic last and always there: choice, tuner, tests, benchmark and
 * `pawl inspect` read it and nothing else.
 *
 *     accepts(problem)        can it be solved this way
 *     plan(problem)           -> needs: memory, phases, items of a phase
 *     pack(problem, weights)  -> the constants in the order in which run reads them, once for any number of calls; the order is the problem's
 *                                alone, never the values'
 *     run(call, phase, item)  for every item of a phase in any order and at the same time, phase after phase
 *
 * No kernel reads or writes an element outside of what its tensors name, except packed constants, which are padded by pack.
 */
#ifndef PK_KERNEL_H
#define PK_KERNEL_H

#include "kernels/problem.h"

#define PK_MAX_PHASES 4
#define PK_CACHE_LINE 64

/* What is known of the machine when work is cut and costs are guessed. */
typedef struct pk_machine {
    uint32_t isa;              /* pk_isa: what may be used */
    size_t l1d, l2, l3, cores; /* bytes; processors this process may use */
} pk_machine;

/* units .. of each of parts (the pictures of a batch, say) in items of so many. */
typedef struct pk_cut {
    size_t parts, units, units_an_item, items_a_part;
} pk_cut;

typedef struct pk_needs {
    size_t packed;    /* bytes of constants; each of the three begins on a cache line */
    size_t scratch;   /* bytes for each worker while it does an item */
    size_t workspace; /* bytes from the first phase to the last */
    size_t phases, items[PK_MAX_PHASES];
    pk_cut cut;       /* of phase 0, where an item is a run of units */
    uint64_t own[32]; /* what else the implementation thought out: only it reads this */
} pk_needs;

/* Constants as the network has them; what an operator does not have is NULL. */
typedef struct pk_constants {
    const float *weights;  /* CONV: out x in/groups x kh x kw; DECONV: in x out/groups x kh x kw; ELTWISE: gamma */
    const float *bias;     /* out; ELTWISE: beta */
    const float *scales;   /* CONV: out, of integer weights */
    const float *mean;     /* ELTWISE, REORDER: a value a channel */
    const float *variance; /* ELTWISE; REORDER: the standard deviation */
    double epsilon;
} pk_constants;

typedef struct pk_implementation pk_implementation;

typedef struct pk_call {
    const pk_implementation *implementation;
    const pk_problem *problem;
    const pk_needs *needs; /* made by plan of this problem */
    const void *source[PK_MAX_SOURCES];
    void *destination;
    const void *packed;
    void *workspace;
    const void *parameters; /* what may change from run to run: CANDIDATES, CONV with a gate: pk_thresholds */
} pk_call;

typedef struct pk_types {
    pk_type source, weights, sum, destination; /* weights, sum: PK_NO_TYPE where there are none */
} pk_types;

struct pk_implementation {
    const char *name; /* of the tactic in an engine: operator, types, instruction set, variant */
    pk_op op;
    pk_types types;
    uint32_t isa;        /* needs all of these bits */
    const void *variant; /* the family's own: sizes and micro-kernel of a tile; NULL: it has one way only */
    bool is_tuned_only;  /* not bit-equal to its kin or faster in places only: taken where a measurement says so */
    bool (*accepts)(const pk_implementation *implementation, const pk_problem *problem);
    void (*plan)(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
    void (*pack)(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);
    void (*enter)(void), (*leave)(void); /* around a worker's items where the instruction set asks for it; NULL: it does not */
    void (*run)(const pk_call *call, size_t phase, size_t item, void *scratch);
};

extern const pk_implementation pk_implementations[];
extern const size_t pk_implementation_count;

/* True where the implementation is of the problem's operator and types, runs on isa and accepts the problem. */
bool pk_fits(const pk_implementation *implementation, uint32_t isa, const pk_problem *problem);
/* The table's first that fits and is not for tuners; NULL: nobody can. */
const pk_implementation *pk_select(uint32_t isa, const pk_problem *problem);
/* The one of that name if it fits, else NULL. */
const pk_implementation *pk_find(const char *name, uint32_t isa, const pk_problem *problem);

/* The whole of a call on this thread, with scratch of needs->scratch bytes. */
void pk_run_all(const pk_call *call, void *scratch);

#endif
