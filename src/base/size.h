/* SPDX-License-Identifier: Apache-2.0 */
/* Checked arithmetic on sizes that come from files and shapes. */
#ifndef PW_SIZE_H
#define PW_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* false on overflow; *result is then unspecified. */
static inline bool pw_size_mul(size_t a, size_t b, size_t *result) { return !__builtin_mul_overflow(a, b, result); }
static inline bool pw_size_add(size_t a, size_t b, size_t *result) { return !__builtin_add_overflow(a, b, result); }
static inline size_t pw_size_align(size_t size, size_t alignment) { return (size + alignment - 1) & ~(alignment - 1); }
static inline size_t pw_size_ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }
static inline size_t pw_size_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t pw_size_max(size_t a, size_t b) { return a > b ? a : b; }

#endif
