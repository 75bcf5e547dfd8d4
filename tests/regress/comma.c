/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into the program: a library that sets the process's locale, as toolkits do. */
#include <locale.h>
#include <stdlib.h>

__attribute__((constructor)) static void speak_german(void)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        _Exit(99);
}
