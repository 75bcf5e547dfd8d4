/* SPDX-License-Identifier: Apache-2.0 */
/* Start, fork and exit. Without PAWL_TRACE, or in a process that it does not speak of, the witness
 * does nothing. */
#define _GNU_SOURCE
#include "trace/witness/witness_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

atomic_bool pw_is_on;
uint32_t pw_flags;
int pw_max_depth = 16;
__thread pw_thread pw_this_thread;

static char folder[400];
static pthread_mutex_t mutexes[PW_MUTEXES] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                              PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                              PTHREAD_MUTEX_INITIALIZER};

/* While this thread forks it has them all, and a program's own handlers may call TensorRT. */
static __thread bool is_forking __attribute__((tls_model("initial-exec")));

void pw_lock(pw_mutex mutex)
{
    if (!is_forking)
        pthread_mutex_lock(&mutexes[mutex]);
}

void pw_unlock(pw_mutex mutex)
{
    if (!is_forking)
        pthread_mutex_unlock(&mutexes[mutex]);
}

uint32_t pw_thread_id(void)
{
    if (pw_this_thread.id == 0)
        pw_this_thread.id = (uint32_t)syscall(SYS_gettid);
    return pw_this_thread.id;
}

/* What the program is, as the kernel tells it: arguments are separated by noughts. */
static void note_start(void)
{
    char program[512] = "", arguments[1024] = "";
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    const int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t read_length = file >= 0 ? read(file, arguments, sizeof arguments - 1) : 0;
    if (file >= 0)
        close(file);
    for (ssize_t i = 0; i + 1 < read_length; i++)
        if (arguments[i] == '\0')
            arguments[i] = ' ';
    pw_log_add(&(pw_note){.kind = PW_TRACE_STARTED, .texts = {program, arguments}});
}

/* "FOLDER/PID.child" and the like; false: it is too long. */
bool pw_path_make(char *path, size_t size, const char *in, long process, const char *ending)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    for (unsigned long left = (unsigned long)process; left > 0; left /= 10)
        digits[--at] = (char)('0' + left % 10);
    const char *const parts[] = {in, "/", digits + at, ending};
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const size_t length = strlen(parts[i]);
        if (used + length >= size)
            return false;
        memcpy(path + used, parts[i], length + 1);
        used += length;
    }
    return true;
}

/* That a child was not followed is told by a file with its name, which costs nothing else. */
static void leave_mark(void)
{
    char path[480];
    const int file = pw_path_make(path, sizeof path, folder, (long)getpid(), ".child")
                         ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)
                         : -1;
    if (file >= 0)
        close(file);
}

static void before_fork(void)
{
    for (int i = 0; i < PW_MUTEXES; i++)
        pw_lock((pw_mutex)i);
    is_forking = true;
}

static void after_fork(void)
{
    is_forking = false;
    for (int i = PW_MUTEXES; i > 0; i--)
        pw_unlock((pw_mutex)(i - 1));
}

static void after_fork_in_child(void)
{
    after_fork();
    if (!atomic_load(&pw_is_on))
        return;
    const uint64_t parent = (uint64_t)getppid();
    pw_this_thread = (pw_thread){.id = 0};
    pw_lock(PW_OBJECTS);
    pw_objects_inherit();
    pw_unlock(PW_OBJECTS);
    if ((pw_flags & PW_TRACE_FOLLOW) == 0) {
        atomic_store(&pw_is_on, false); /* calls go through, unseen */
        return;
    }
    atomic_store(&pw_is_on, pw_log_open(folder, pw_flags, true));
    pw_frames_start();
    note_start();
    pw_log_add(&(pw_note){.kind = PW_TRACE_FORKED, .id = parent});
}

/* The number before the next colon, behind which *text is left; -1: there is none. */
static long next_number(const char **text)
{
    char *end = NULL;
    const long number = strtol(*text, &end, 10);
    if (end == *text || *end != ':')
        return -1;
    *text = end + 1;
    return number;
}

/* "PID:FLAGS:DEPTH:FOLDER" */
static bool read_orders(long *process)
{
    const char *text = getenv(PW_TRACE_VARIABLE);
    if (text == NULL)
        return false;
    *process = next_number(&text);
    const long flags = *process < 0 ? -1 : next_number(&text);
    const long depth = flags < 0 ? -1 : next_number(&text);
    if (depth < 0 || strlen(text) >= sizeof folder)
        return false;
    pw_flags = (uint32_t)flags;
    pw_max_depth = depth < 1 ? 1 : depth > PW_TRACE_FRAMES ? PW_TRACE_FRAMES : (int)depth;
    memcpy(folder, text, strlen(text) + 1);
    return true;
}

static void start(void)
{
    long process = 0;
    const int kept = errno;
    if (!read_orders(&process))
        return;
    if (process != (long)getpid() && (pw_flags & PW_TRACE_FOLLOW) == 0) {
        leave_mark();
        errno = kept;
        return;
    }
    if (pw_log_open(folder, pw_flags, false)) {
        pw_frames_start();
        note_start();
        (void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
        atomic_store(&pw_is_on, true);
    }
    errno = kept;
}

/* A library of the program may be constructed before this one and make its objects then. */
void pw_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start);
}

__attribute__((constructor)) static void construct(void)
{
    pw_start();
}

__attribute__((destructor)) static void stop(void)
{
    if (atomic_load(&pw_is_on))
        pw_log_add(&(pw_note){.kind = PW_TRACE_EXIT});
}
