/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PAWL_LEAKS=report lists at exit what was not ended; PAWL_LEAKS=error does so and ends the process with code 1. To the logger, or, the
 * one place where the library prints, to standard error where none is set: the environment has asked for it. With error the exit
 * handlers registered before the first object do not run, since only _exit() can change the code by then; streams are flushed.
 */
#ifndef PW_LEAKS_H
#define PW_LEAKS_H

void pw_leaks_start(void); /* reads PAWL_LEAKS; called once, inside a once */
void pw_leaks_tell(void);  /* what there was to say of it; outside */

#endif
