/* SPDX-License-Identifier: Apache-2.0 */
/* What a double answers beside the functions that it stands in for, found by name. */
#ifndef PT_SYMBOLS_H
#define PT_SYMBOLS_H

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The library that a variable of the environment names; NULL: it names none, or it cannot be loaded. */
static inline void *pt_library(const char *variable)
{
    const char *const path = getenv(variable);
    return path != NULL ? dlopen(path, RTLD_NOW) : NULL;
}

/* *function, a pointer to a function of any type, becomes the library's of that name; NULL where there is none. */
static inline void pt_find(void *library, const char *name, void *function)
{
    void *const symbol = library != NULL ? dlsym(library, name) : NULL;
    memcpy(function, &symbol, sizeof symbol);
}

#endif
