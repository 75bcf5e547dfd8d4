/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder. */
#ifndef PK_POOL_H
#define PK_POOL_H

#include "kernels/kernel.h"

/* MAXPOOL, AVGPOOL: rows of the destination. */
void pk_pool_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);
/* GLOBALPOOL: channels of a picture. */
void pk_globalpool_plan(const pk_implementation *implementation, const pk_problem *problem, const pk_machine *machine, pk_needs *needs);

#endif
