/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver between pawl and the real one (or the double: REAL_CUDA names it): every function that
 * pawl knows is passed on as it is, but for FAIL_CUDA="cuMemAlloc_v2:3", whose third call
 * since failing_cuda_forget() fails. x86-64: the arguments stay where they are.
 */
#include "gpu/driver.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#ifdef PW_CUDA_OPTIONAL_MAP
#define EVERY_FUNCTION(X) PW_CUDA_FUNCTION_MAP(X) PW_CUDA_OPTIONAL_MAP(X)
#else
#define EVERY_FUNCTION(X) PW_CUDA_FUNCTION_MAP(X)
#endif
#define EXPORT __attribute__((visibility("default")))

enum { OUT_OF_MEMORY = 2, UNKNOWN = 999 };

enum {
#define ID(name, parameters) ID_##name,
    EVERY_FUNCTION(ID) FUNCTION_COUNT
#undef ID
};

static const char *const names[] = {
#define NAME(name, parameters) #name,
    EVERY_FUNCTION(NAME)
#undef NAME
};

static atomic_uint calls[FUNCTION_COUNT], since[FUNCTION_COUNT];

static int fail_for_memory(void)
{
    return OUT_OF_MEMORY;
}

static int fail(void)
{
    return UNKNOWN;
}

/* Found by the code below, by this name. What is called in the place of function id. */
EXPORT void *failing_cuda_choose(unsigned id);
EXPORT unsigned failing_cuda_calls(const char *function); /* ever */
EXPORT void failing_cuda_forget(void);                    /* FAIL_CUDA counts from now on */

void *failing_cuda_choose(unsigned id)
{
    static void *_Atomic driver;
    const char *const order = getenv("FAIL_CUDA"), *const real = getenv("REAL_CUDA");
    const size_t length = strlen(names[id]);
    atomic_fetch_add(&calls[id], 1);
    if (order != NULL && strncmp(order, names[id], length) == 0 && order[length] == ':' &&
        atomic_fetch_add(&since[id], 1) + 1 == strtoul(order + length + 1, NULL, 10))
        return strstr(names[id], "Alloc") != NULL ? (void *)(uintptr_t)fail_for_memory
                                                  : (void *)(uintptr_t)fail;
    if (atomic_load(&driver) == NULL)
        atomic_store(&driver, dlopen(real != NULL ? real : "libcuda.so.1", RTLD_NOW));
    void *const function = driver != NULL ? dlsym(driver, names[id]) : NULL;
    return function != NULL ? function : (void *)(uintptr_t)fail;
}

void failing_cuda_forget(void)
{
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        atomic_store(&since[id], 0);
}

unsigned failing_cuda_calls(const char *function)
{
    for (unsigned id = 0; id < FUNCTION_COUNT; id++)
        if (strcmp(names[id], function) == 0)
            return atomic_load(&calls[id]);
    return 0;
}

/* clang-format off */
/* A function that keeps its arguments, asks whom to call, and goes there. */
#define GATE(name, parameters)                                                                     \
    EXPORT __attribute__((naked)) void name(void);                                                 \
    void name(void)                                                                                \
    {                                                                                              \
        __asm__ volatile("push %%rdi\n push %%rsi\n push %%rdx\n push %%rcx\n push %%r8\n push %%r9\n" \
                         "sub $8, %%rsp\n mov %0, %%edi\n call failing_cuda_choose@PLT\n"          \
                         "add $8, %%rsp\n pop %%r9\n pop %%r8\n pop %%rcx\n pop %%rdx\n pop %%rsi\n"  \
                         "pop %%rdi\n jmp *%%rax" ::"i"(ID_##name));                               \
    }
EVERY_FUNCTION(GATE)
