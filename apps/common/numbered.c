/* SPDX-License-Identifier: Apache-2.0 */
#include "common/numbered.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

/* Two runs of digits, as numbers: the one with more digits behind its zeros, else by the digits. */
static int compare_numbers(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    const size_t length = strspn(a, DIGITS), other = strspn(b, DIGITS);
    return length != other ? (length < other ? -1 : 1) : strncmp(a, b, length);
}

int app_numbered_compare(const char *a, const char *b)
{
    const char *x = a, *y = b;
    while (*x != '\0' && *y != '\0') {
        const size_t digits = strspn(x, DIGITS), other = strspn(y, DIGITS);
        const bool are_numbers = digits > 0 && other > 0;
        const int order =
            are_numbers ? compare_numbers(x, y) : (unsigned char)*x - (unsigned char)*y;
        if (order != 0)
            return order;
        x += are_numbers ? digits : 1;
        y += are_numbers ? other : 1;
    }
    return *x != '\0' ? 1 : *y != '\0' ? -1 : strcmp(a, b);
}

static int by_number(const void *a, const void *b)
{
    return app_numbered_compare(*(char *const *)a, *(char *const *)b);
}

void app_numbered_sort(app_paths *paths, size_t first)
{
    if (paths->count > first)
        qsort(paths->items + first, paths->count - first, sizeof(char *), by_number);
}
