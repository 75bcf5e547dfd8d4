/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a library that contains others' archives (PAWL_SELF_CONTAINED). Those are compiled for programs and reach stderr, which lies in the C library, as a shared
 * library may not. The linker gives them this pointer in its place (--wrap=stderr).
 */
#include <stdio.h>

extern FILE *__wrap_stderr __attribute__((visibility("hidden")));
extern FILE *__real_stderr;
FILE *__wrap_stderr;

__attribute__((constructor)) static void find_stderr(void)
{
    __wrap_stderr = __real_stderr;
}
