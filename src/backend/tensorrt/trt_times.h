/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a build took last time, beside the timing cache: minutes during which libraries before 9.1
 * tell nothing of their progress.
 */
#ifndef PW_TRT_TIMES_H
#define PW_TRT_TIMES_H

#include "plan/plan_ir.h"

/* Seconds that a build of the plan's network, precision, shapes and options took last; 0: not known. cache: the timing cache's path, NULL: none. */
double pw_trt_times_last(const char *cache, const pw_plan *plan);
/* Keeps them; what cannot be kept is nobody's error. */
void pw_trt_times_keep(const char *cache, const pw_plan *plan, double seconds);

#endif
