/* SPDX-License-Identifier: Apache-2.0 */
/* Where a call comes from: addresses, what is loaded where, and the Python frames, if this thread
 * runs Python. */
#define _GNU_SOURCE
#include "trace/witness/witness.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_MODULES 1024
#define OWN_FRAMES  12 /* the witness's, and a logger's way through the library is longer still */

typedef struct module {
    uintptr_t base;
    uint64_t begin, end; /* of its code */
    uint32_t hash;       /* of its name */
} module;
static module known[MAX_MODULES];
static size_t known_count;
static unsigned long long known_adds;
static uintptr_t exit_begin, exit_end;

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

/* A line of the kernel's account of the memory: "begin-end rights offset device inode path". */
static bool take_mapping(const char *line, uintptr_t address, char *path, size_t size)
{
    char *at = NULL;
    const uintptr_t begin = strtoul(line, &at, 16), end = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
    const char *const name = strchr(at, '/');
    if (address < begin || address >= end)
        return false;
    if (name != NULL && strlen(name) < size)
        memcpy(path, name, strlen(name) + 1);
    return true;
}

/* The file that is mapped at an address; "": the kernel does not say. */
static void find_mapped(uintptr_t address, char *path, size_t size)
{
    char text[4096];
    size_t held = 0;
    ssize_t got = 0;
    bool is_found = false;
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    path[0] = '\0';
    while (file >= 0 && !is_found && (got = read(file, text + held, sizeof text - 1 - held)) > 0) {
        char *line = text, *end;
        held += (size_t)got;
        text[held] = '\0';
        for (; !is_found && (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            is_found = take_mapping(line, address, path, size);
        }
        held -= (size_t)(line - text);
        memmove(text, line, held);
    }
    if (file >= 0)
        close(file);
}

/* True: it is known already. What lay there before it is gone. */
static bool know_module(uintptr_t base, uint64_t begin, uint64_t end, uint32_t hash)
{
    size_t kept = 0;
    for (size_t i = 0; i < known_count; i++)
        if (known[i].base == base && known[i].hash == hash)
            return true;
    for (size_t i = 0; i < known_count; i++)
        if (known[i].end <= begin || known[i].begin >= end)
            known[kept++] = known[i];
    known_count = kept;
    if (known_count == MAX_MODULES)
        return true;
    known[known_count++] = (module){base, begin, end, hash};
    return false;
}

static int see_module(struct dl_phdr_info *info, size_t size, void *argument)
{
    char mapped[512];
    const char *path = info->dlpi_name != NULL ? info->dlpi_name : "";
    uint64_t begin = UINT64_MAX, end = 0;
    (void)size;
    (void)argument;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        const uint64_t at = info->dlpi_addr + part->p_vaddr;
        begin = at < begin ? at : begin;
        end = at + part->p_memsz > end ? at + part->p_memsz : end;
    }
    if (know_module(info->dlpi_addr, begin, end, hash_of(path)))
        return 0;
    if (path[0] != '/') { /* the program itself, or by a way from where it was then */
        find_mapped(begin, mapped, sizeof mapped);
        path = mapped[0] != '\0' ? mapped : path;
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
    pw_lock(PW_MODULES);
    const bool is_changed = adds == 0 || adds != known_adds;
    if (is_changed) {
        known_adds = adds;
        dl_iterate_phdr(see_module, NULL);
    }
    pw_unlock(PW_MODULES);
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
    const int count = backtrace(all, (int)(sizeof all / sizeof *all));
    int from = 0;
    while (caller != 0 && from < count && (uint64_t)(uintptr_t)all[from] != caller)
        from++;
    frames->count = 0;
    frames->is_in_exit = false;
    for (int i = from; i < count; i++)
        if ((uintptr_t)all[i] - 1 >= exit_begin && (uintptr_t)all[i] - 1 < exit_end)
            frames->is_in_exit = true;
    if (from == count && caller != 0) { /* the unwinder could not get through */
        frames->frames[frames->count++] = caller;
        from = count;
    }
    for (; from < count && frames->count < pw_max_depth; from++)
        frames->frames[frames->count++] = (uint64_t)(uintptr_t)all[from];
    pw_modules_note(); /* which finds Python, too */
    take_python(frames);
}
