/* SPDX-License-Identifier: Apache-2.0 */
/* The FP16 and BF16 audit of a plan, in words and as a file. */
#ifndef CLI_BUILD_AUDIT_H
#define CLI_BUILD_AUDIT_H

#include <pawl/pawl.h>

/* Says in plain words what FP16 storage does to the plan's weights, and what the plan does about
 * it.
 */
void cli_audit_say(pawl_plan *plan);

/* Writes the audit of every tensor, for FP16 and BF16, as JSON ("-" is stdout). Returns an exit
 * code. */
int cli_audit_write(pawl_plan *plan, const char *path);

#endif
