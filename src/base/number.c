/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text, whatever locale the program has chosen. */
#include "base/number.h"

#include <locale.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Made once and kept: glibc and musl give a constant of theirs, for which no memory is needed.
 * Where it cannot be made, the thread's locale stays what it was. */
static locale_t c_locale(void)
{
    static _Atomic(locale_t) made;
    locale_t known = atomic_load_explicit(&made, memory_order_acquire);
    if (known != (locale_t)0)
        return known;
    const locale_t fresh = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (fresh == (locale_t)0 || atomic_compare_exchange_strong(&made, &known, fresh))
        return fresh;
    if (known != fresh)
        freelocale(fresh); /* another thread was faster */
    return known;
}

int pw_number_vformat(char *text, size_t size, const char *format, va_list arguments)
{
    const locale_t before = uselocale(c_locale());
    const int length = vsnprintf(text, size, format, arguments);
    (void)uselocale(before);
    return length;
}

double pw_number_parse(const char *text, char **end)
{
    const locale_t before = uselocale(c_locale());
    const double number = strtod(text, end);
    (void)uselocale(before);
    return number;
}
