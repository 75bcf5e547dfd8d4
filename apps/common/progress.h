/* SPDX-License-Identifier: Apache-2.0 */
/* Between term.c, which writes lines, and progress.c, which writes one over and over. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "common/term.h"

/* Of both: one thread at a time writes. */
void app_term_lock(void);
void app_term_unlock(void);
bool app_term_is_terminal(void);
/* Columns of a terminal; 0: the stream goes to none, or it does not say. */
int app_terminal_width(FILE *out);

/* With the lock: takes the line away, so that another can be written. */
void app_progress_wipe(void);

#endif
