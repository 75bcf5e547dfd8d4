/* SPDX-License-Identifier: Apache-2.0 */
/* The assignment problem on a whole matrix: slow, plain, and apart from the library's. */
#ifndef TEST_HUNGARIAN_H
#define TEST_HUNGARIAN_H

#include <stddef.h>
#include <stdint.h>

/* Every row gets a column of its own (rows <= columns) so that the sum of cost[row * columns + column] is least. Returns that sum. */
int64_t hungarian(const int64_t *cost, size_t rows, size_t columns, size_t *column_of);

#endif
