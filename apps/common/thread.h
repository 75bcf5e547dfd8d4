/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of the programs. */
#ifndef APP_THREAD_H
#define APP_THREAD_H

#include <pthread.h>

/* Starts a thread with the locale that app_term_start() pins. 0 or an errno. */
int app_thread_start(pthread_t *thread, void (*run)(void *user), void *user);

#endif
