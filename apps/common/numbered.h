/* SPDX-License-Identifier: Apache-2.0 */
/* Names in the order of the numbers in them: frame2 before frame10. */
#ifndef APP_NUMBERED_H
#define APP_NUMBERED_H

#include "common/files.h"

/* Below, at or above 0 as strcmp(): runs of digits count as whole numbers, however long they are;
 * names that differ in zeros before them alone are in the order of their bytes. */
int app_numbered_compare(const char *a, const char *b);
/* Sorts the paths from @p first on. */
void app_numbered_sort(app_paths *paths, size_t first);

#endif
