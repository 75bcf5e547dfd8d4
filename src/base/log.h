/* SPDX-License-Identifier: Apache-2.0 */
/* What the library has to say goes to the caller's logger, or nowhere. */
#ifndef PW_LOG_H
#define PW_LOG_H

#include "base/compiler.h"
#include <pawl/logger.h>
#include <stdbool.h>

/* One sentence to the caller's logger; formats into a stack buffer, allocates nothing, any thread. */
void pw_log(pawl_log_level level, const char *format, ...) PW_PRINTF(2, 3);
bool pw_log_wants(pawl_log_level level);
bool pw_log_is_set(void); /* somebody listens, at whatever level */

#endif
