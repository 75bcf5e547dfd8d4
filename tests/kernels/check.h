/* SPDX-License-Identifier: Apache-2.0 */
/* What the check of kernels is made of: memory that ends where a page ends, random problems, and their solution in double. */
#ifndef PT_CHECK_H
#define PT_CHECK_H

#include "kernels/kernel.h"

#include <stdio.h>

/* Memory whose end is the end of the last page that may be touched, filled with 0xa5. All of it goes with pt_release_all(). */
void *pt_exact(size_t size);
/* AddressSanitizer reports whoever touches these bytes from now on; without it nothing happens. */
void pt_forbid(const void *data, size_t size);
void pt_release_all(void);

uint32_t pt_random(void);
size_t pt_random_from(size_t low, size_t high); /* both included */
double pt_random_value(double low, double high);

/* Elements of a tensor in memory, gaps between its pixels included; the number of the element (n, c, y, x). */
size_t pt_extent(const pk_tensor *tensor);
size_t pt_element(const pk_tensor *tensor, size_t n, size_t c, size_t y, size_t x);
/* Values; put: of a byte that has a scale the byte itself. A picture's bytes are 0 to 255. */
double pt_get(const pk_tensor *tensor, const void *data, size_t n, size_t c, size_t y, size_t x);
void pt_put(const pk_tensor *tensor, void *data, size_t n, size_t c, size_t y, size_t x, double value);

/* A problem with its constants, in memory that lives until the next one is made. */
typedef struct pt_case {
    pk_problem problem;
    pk_constants constants;
    pk_head head;
    pk_thresholds thresholds;
} pt_case;

/* The number-th random problem of an operator, in the types of an implementation. */
void pt_case_make(pt_case *to, const pk_implementation *implementation, size_t number);

/* Of a reorder from or to halves: the values that it converts otherwise than pk_f32_to_f16 and its kin do, in their bits. */
size_t pt_check_conversion(const pk_implementation *implementation);

/* Solves a problem in double: want and magnitude (what sums of the products' sizes would give: the scale of rounding errors) are dense N x C x H x W
 * of the destination. Not for CANDIDATES, whose rows are those of DECODE. */
void pt_solve(const pt_case *of, const void *const *sources, double *want, double *magnitude);

/* From now on instructions of tile registers, which the processor lacks or which nobody asked for, are done in plain C. Not for threads. */
void pt_amx_emulate(void);

/* What the roundings between the transforms of Winograd's way weigh in each element of the destination (dense N x C x H x W): the root of the sum of
 * the squares of the products that it adds up. The problem is one that pk_winograd_accepts(). */
void pt_winograd_spread(const pt_case *of, const void *source, double *spread);

#endif
