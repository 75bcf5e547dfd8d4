/* SPDX-License-Identifier: Apache-2.0 */
/* Deferred or strict, for the whole process. */
#ifndef PW_LEVEL_H
#define PW_LEVEL_H

#include <stdbool.h>

void pw_level_start(void);     /* reads PAWL_LIFETIME; called once, inside a once */
void pw_level_tell(void);      /* what there was to say of it; outside */
bool pw_level_is_strict(void); /* after the start */
void pw_level_fix(void);       /* an object has been made: no more changes */

#endif
