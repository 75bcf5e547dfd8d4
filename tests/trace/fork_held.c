/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks while another thread holds a mutex of the witness's, each of them in turn; the child makes
 * objects and ends them, and what it inherited. Prints nothing; exit 1: a child did not come to its
 * end. What stands here of pthread_mutex_lock is in the program, so the witness calls it, too.
 * Untraced there is no such mutex, and nothing is forked.
 */
#define _GNU_SOURCE
#include "NvInferTiny.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 32

static pthread_mutex_t *seen[MOST]; /* the worker's, until it says that it has listed them */
static int seen_count;
static _Atomic(pthread_mutex_t *) wanted; /* here the worker stops */
static atomic_bool is_listed, is_held, is_over;
static __thread bool is_worker;

static bool is_of_witness(const void *caller)
{
    Dl_info info;
    return dladdr(caller, &info) != 0 && strstr(info.dli_fname, "libpawl_trace") != NULL;
}

static void list(pthread_mutex_t *mutex)
{
    for (int i = 0; i < seen_count; i++)
        if (seen[i] == mutex)
            return;
    if (seen_count < MOST)
        seen[seen_count++] = mutex;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*next)(pthread_mutex_t *);
    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "pthread_mutex_lock");
    const int result = next(mutex);
    if (is_worker && !is_listed && is_of_witness(__builtin_return_address(0)))
        list(mutex);
    if (is_worker && mutex == wanted) {
        is_held = true;
        while (wanted != NULL)
            sched_yield();
        usleep(100000); /* so that a fork that does not wait is over by then */
    }
    return result;
}

/* Births, uses and ends. */
static void work(Tiny *engine)
{
    Tiny *b = createInferBuilder(), *n = createNetwork(b), *c = createConfig(b),
         *x = createContext(engine);
    name(relu(n, input(n)), "out");
    end(x);
    end(c);
    end(n);
    end(b);
}

static void *run(void *engine)
{
    is_worker = true;
    work(engine);
    is_listed = true;
    while (!is_over)
        work(engine);
    return NULL;
}

static Tiny *make_engine(Tiny *r)
{
    Tiny *b = createInferBuilder(), *n = createNetwork(b), *c = createConfig(b),
         *t = relu(n, input(n));
    name(t, "out");
    markOutput(n, t);
    Tiny *p = build(b, n, c), *e = deserialize(r, planData(p), planSize(p));
    end(p);
    end(c);
    end(n);
    end(b);
    return e;
}

static int fork_at(pthread_mutex_t *mutex, Tiny *engine)
{
    int status = 0;
    Tiny *const inherited = createInferRuntime();
    is_held = false;
    wanted = mutex;
    while (!is_held)
        sched_yield();
    wanted = NULL;
    const pid_t child = fork();
    if (child == 0) {
        alarm(60); /* long after any child has come to its end */
        work(engine);
        end(inherited);
        _exit(0);
    }
    waitpid(child, &status, 0);
    end(inherited);
    return status == 0 ? 0 : 1;
}

int main(void)
{
    pthread_t worker;
    int bad = 0;
    tiny_open();
    Tiny *const r = createInferRuntime(), *const e = make_engine(r);
    if (pthread_create(&worker, NULL, run, e) != 0)
        return 9;
    while (!is_listed)
        sched_yield();
    for (int i = 0; i < seen_count; i++)
        bad += fork_at(seen[i], e);
    is_over = true;
    pthread_join(worker, NULL);
    end(e);
    end(r);
    fprintf(stderr, "%d of %d\n", bad, seen_count);
    return bad > 0 ? 1 : 0;
}
