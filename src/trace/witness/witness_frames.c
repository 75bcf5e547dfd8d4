/* SPDX-License-Identifier: Apache-2.0 */
/* Where a call comes from: addresses, what is loaded where, and the Python frames, if this thread
 * runs Python. */
#define _GNU_SOURCE
#include "trace/witness/witness.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_MODULES 1024
#define OWN_FRAMES  12 /* the witness's, and a logger's way through the library is longer still */

static struct {
    uintptr_t base;
    uint32_t hash;
} known[MAX_MODULES];
static size_t known_count;
static unsigned long long known_adds;
static uintptr_t exit_begin, exit_end;
static pthread_mutex_t modules_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Python's own fault handler prints a thread's frames without the interpreter's lock, which ctypes
 * gives up during a call. */
static void *(*python_state)(void);
static void (*python_dump)(int file, void *state);

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static int see_module(struct dl_phdr_info *info, size_t size, void *argument)
{
    char program[512];
    (void)size;
    (void)argument;
    const char *path = info->dlpi_name;
    if (path == NULL || path[0] == '\0') {
        const ssize_t length =
            known_count == 0 ? readlink("/proc/self/exe", program, sizeof program - 1) : 0;
        if (length <= 0)
            return 0;
        program[length] = '\0';
        path = program;
    }
    const uint32_t hash = hash_of(path);
    for (size_t i = 0; i < known_count; i++)
        if (known[i].base == info->dlpi_addr && known[i].hash == hash)
            return 0;
    if (known_count == MAX_MODULES)
        return 1;
    known[known_count].base = info->dlpi_addr;
    known[known_count++].hash = hash;
    uint64_t begin = UINT64_MAX, end = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        const uint64_t at = info->dlpi_addr + part->p_vaddr;
        begin = at < begin ? at : begin;
        end = at + part->p_memsz > end ? at + part->p_memsz : end;
    }
    pw_log_add(&(pw_note){
        .kind = PW_TRACE_MODULE, .id = info->dlpi_addr, .others = {begin, end}, .texts = {path}});
    return 0;
}

static int see_count(struct dl_phdr_info *info, size_t size, void *argument)
{
    if (size >= offsetof(struct dl_phdr_info, dlpi_subs))
        *(unsigned long long *)argument = info->dlpi_adds;
    return 1;
}

void pw_modules_note(void)
{
    unsigned long long adds = 0;
    dl_iterate_phdr(see_count, &adds);
    pthread_mutex_lock(&modules_mutex);
    const bool is_changed = adds == 0 || adds != known_adds;
    if (is_changed) {
        known_adds = adds;
        dl_iterate_phdr(see_module, NULL);
    }
    pthread_mutex_unlock(&modules_mutex);
    if (is_changed && python_dump == NULL) {
        *(void **)&python_state = dlsym(RTLD_DEFAULT, "PyGILState_GetThisThreadState");
        *(void **)&python_dump = dlsym(RTLD_DEFAULT, "_Py_DumpTraceback");
    }
}

/* In a forked child, which begins a log of its own. */
void pw_frames_start(void)
{
    void *frames[4];
    Dl_info info;
    void *symbol = NULL; /* ElfW(Sym) */
    known_count = 0;
    known_adds = 0;
    modules_mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    (void)backtrace(frames, 4); /* loads the unwinder now, not in the midst of a call */
    void *const leave = dlsym(RTLD_DEFAULT, "exit");
    if (leave != NULL && dladdr1(leave, &info, &symbol, RTLD_DL_SYMENT) != 0 && symbol != NULL) {
        exit_begin = (uintptr_t)leave;
        exit_end = exit_begin + ((const ElfW(Sym) *)symbol)->st_size;
    }
}

static void take_python(pw_frames *frames)
{
    void *const state = python_dump != NULL && python_state != NULL ? python_state() : NULL;
    frames->python[0] = '\0';
    if (state == NULL)
        return;
    const int file = memfd_create("frames", MFD_CLOEXEC);
    if (file < 0)
        return;
    python_dump(file, state);
    const ssize_t length = pread(file, frames->python, sizeof frames->python - 1, 0);
    frames->python[length > 0 ? length : 0] = '\0';
    close(file);
    char *const last = strrchr(frames->python, '\n'); /* one cut short says nothing */
    if (last != NULL)
        *last = '\0';
}

void pw_frames_take(pw_frames *frames, uint64_t caller)
{
    void *all[PW_TRACE_FRAMES + OWN_FRAMES + 64];
    const int wanted = pw_max_depth + OWN_FRAMES + 64;
    const int count = backtrace(
        all, wanted < (int)(sizeof all / sizeof *all) ? wanted : (int)(sizeof all / sizeof *all));
    int from = 0;
    while (caller != 0 && from < count && (uint64_t)(uintptr_t)all[from] != caller)
        from++;
    frames->count = 0;
    if (from == count && caller != 0) { /* the unwinder could not get through */
        frames->frames[frames->count++] = caller;
        from = count;
    }
    for (; from < count && frames->count < pw_max_depth; from++)
        frames->frames[frames->count++] = (uint64_t)(uintptr_t)all[from];
    take_python(frames);
    pw_modules_note();
}

bool pw_frames_are_in_exit(const pw_frames *frames)
{
    for (int i = 0; i < frames->count; i++)
        if (frames->frames[i] - 1 >= exit_begin && frames->frames[i] - 1 < exit_end)
            return true;
    return false;
}
