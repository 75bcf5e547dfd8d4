/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder. */
#ifndef PK_ATTENTION_H
#define PK_ATTENTION_H

#include "kernels/kernel.h"

/* Tokens of one head of one picture; the scratch memory holds a score for each token. */
void pk_attention_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);

#endif
