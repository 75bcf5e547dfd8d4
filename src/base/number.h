/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as text, read and written with a dot: a program that uses the library may have called setlocale(), and in half of Europe
 * "%g" then writes "0,5" and strtod("0.5") gives 0. The raw calls are forbidden everywhere else (tools/check_calls.py).
 */
#ifndef PW_NUMBER_H
#define PW_NUMBER_H

#include "base/compiler.h"
#include <stdarg.h>

/* vsnprintf in the locale "C". The thread's own is as before when it returns; other threads never notice. */
int pw_number_vformat(char *text, size_t size, const char *format, va_list arguments) PW_PRINTF(3, 0);

/* strtod in the locale "C". */
double pw_number_parse(const char *text, char **end);

#endif
