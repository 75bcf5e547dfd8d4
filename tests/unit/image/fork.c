/* SPDX-License-Identifier: Apache-2.0 */
/* A child may measure text, whatever another thread of its parent's was at when it was forked. 77:
 * there is no Pango. */
#include <pawl/draw.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NONE 2 /* result: the thread takes fewer mutexes */

static _Thread_local int taken; /* by the worker; 0: another thread */
static int stop_at;
static atomic_bool is_held, is_over, may_go_on;

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);

/* The worker stops where it has just taken a mutex. */
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    const int result = __real_pthread_mutex_lock(mutex);
    if (taken > 0 && taken++ == stop_at) {
        is_held = true;
        while (!may_go_on)
            sched_yield();
        (void)nanosleep(&(struct timespec){.tv_nsec = 100000000},
                        NULL); /* so that a fork that does not wait is over by then */
    }
    return result;
}

static bool measure(void)
{
    int32_t width = 0, height = 0;
    return pawl_text_measure("\xe6\xbc\xa2\xe5\xad\x97", 16, &width, &height, NULL) == PAWL_OK &&
           width > 0;
}

static void *work(void *argument)
{
    taken = 1;
    const bool is_good = measure();
    is_over = true;
    return is_good ? argument : NULL;
}

/* 0: the child came to its end, as the worker did. */
static int fork_at(int mutex)
{
    pthread_t worker;
    int status = 0;
    void *good = NULL;
    stop_at = mutex;
    if (pthread_create(&worker, NULL, work, &status) != 0)
        return 1;
    while (!is_held && !is_over)
        sched_yield();
    const bool is_tried = is_held;
    may_go_on = true;
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(60); /* long after any child has come to its end */
        _exit(measure() ? 0 : 1);
    }
    (void)waitpid(child, &status, 0);
    (void)pthread_join(worker, &good);
    return !is_tried ? NONE : status == 0 && good != NULL ? 0 : 1;
}

int main(void)
{
    int tried = 0, status = 0;
    for (; status == 0; tried++) {
        const pid_t process = fork();
        if (process == 0)
            _exit(fork_at(tried + 1));
        (void)waitpid(process, &status, 0);
    }
    printf("%d mutexes, then %d\n", tried - 1, WEXITSTATUS(status));
    return !WIFEXITED(status) || WEXITSTATUS(status) != NONE ? 1 : tried == 1 ? 77 : 0;
}
