/* SPDX-License-Identifier: Apache-2.0 */
/* What we take of GNU C beyond C17: attributes, and one statement expression. */
#ifndef PW_COMPILER_H
#define PW_COMPILER_H

#include <stddef.h>

#define PW_NODISCARD                __attribute__((warn_unused_result))
#define PW_PRINTF(format_at, first) __attribute__((format(printf, format_at, first)))
#define PW_CLEANUP(function)        __attribute__((cleanup(function)))
#define PW_AT_LOAD                  __attribute__((constructor)) /* before main(), or within dlopen() */
#define PW_ALIGNED(bytes)           __attribute__((aligned(bytes)))
#define PW_LIKELY(x)                __builtin_expect(!!(x), 1)
#define PW_UNLIKELY(x)              __builtin_expect(!!(x), 0)
#define PW_COUNT(array)             (sizeof(array) / sizeof((array)[0]))

/* Moves a pointer out of a guarded variable. */
#define PW_TAKE(slot)                                                                              \
    __extension__({                                                                                \
        __typeof__(slot) taken_ = (slot);                                                          \
        (slot) = NULL;                                                                             \
        taken_;                                                                                    \
    })

/* Returns a failing status to the caller; 0 and above is success. */
#define PW_TRY(call)                                                                               \
    do {                                                                                           \
        const pawl_status status_ = (call);                                                        \
        if (status_ < 0)                                                                           \
            return status_;                                                                        \
    } while (0)

#endif
