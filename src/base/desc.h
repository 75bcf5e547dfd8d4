/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs that cross the library's border begin with size_t struct_size, set by the caller to what
 * its own pawl.h says. A program built against an older or newer header keeps working: only what
 * both sides know is copied.
 */
#ifndef PW_DESC_H
#define PW_DESC_H

#include "base/fail.h"
#include <string.h>

/* Options: *desc holds the defaults and is size bytes; given may be NULL. name: of the struct, for
 * the message. */
static inline PW_NODISCARD pawl_status pw_desc_read(void *desc, size_t size, const void *given,
                                                    const char *name, pawl_error *error)
{
    if (given == NULL)
        return PAWL_OK;
    size_t given_size = 0;
    memcpy(&given_size, given, sizeof(given_size));
    if (given_size < sizeof(size_t) || given_size > (size_t)1 << 16)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%s.struct_size is %zu: set it to sizeof(%s), or begin with its INIT macro",
                       name, given_size, name);
    memcpy(desc, given, given_size < size ? given_size : size);
    memcpy(desc, &size, sizeof(size));
    return PAWL_OK;
}

/* Answers: *made is size bytes; the caller's struct_size stays as it is. */
static inline PW_NODISCARD pawl_status pw_desc_answer(void *answer, const void *made, size_t size,
                                                      const char *name, pawl_error *error)
{
    if (answer == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: the place for the answer is NULL", name);
    size_t wanted = 0;
    memcpy(&wanted, answer, sizeof(wanted));
    if (wanted < sizeof(size_t))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%s.struct_size is %zu: set it to sizeof(%s) before the call", name, wanted,
                       name);
    memcpy(answer, made, wanted < size ? wanted : size);
    memcpy(answer, &wanted, sizeof(wanted));
    return PAWL_OK;
}

#endif
