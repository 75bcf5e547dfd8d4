/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder: the same for all instruction sets. */
#ifndef PK_ELTWISE_H
#define PK_ELTWISE_H

#include "kernels/kernel.h"

/* ELTWISE: pixels of all pictures at once. Packed: scale, then shift, a float a channel. */
bool pk_eltwise_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_eltwise_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_eltwise_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);

/* All tensors NHWC. */
bool pk_nhwc_accepts(const pk_implementation *implementation, const pk_problem *problem);
/* UPSAMPLE: rows of the source; PAD: of the destination; SHUFFLE: of the coarse grid. */
void pk_plan_rows(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);

/* REORDER: pixels of a picture. Packed: mean, then deviation, a float a channel. */
bool pk_reorder_accepts(const pk_implementation *implementation, const pk_problem *problem);
bool pk_reorder_rgb_accepts(const pk_implementation *implementation, const pk_problem *problem);
bool pk_reorder_u8_accepts(const pk_implementation *implementation, const pk_problem *problem);
void pk_reorder_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
void pk_reorder_pack(const pk_implementation *implementation, const pk_problem *problem, const pk_constants *constants, void *packed);

#endif
