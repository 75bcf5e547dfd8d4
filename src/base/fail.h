/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in a pawl_error: the only way an error message is made. */
#ifndef PW_FAIL_H
#define PW_FAIL_H

#include "base/compiler.h"
#include <pawl/status.h>

/* Writes status and sentence into error (which may be NULL) and returns status. No allocation. Sentences: what, where, what to do. */
pawl_status pw_fail(pawl_error *error, pawl_status status, const char *format, ...) PW_PRINTF(3, 4);

/* The same with the byte of the file at which reading stopped. */
pawl_status pw_fail_at(pawl_error *error, pawl_status status, uint64_t offset, const char *format, ...) PW_PRINTF(4, 5);

/* The same with errno's value; ": No space left on device" is appended to the sentence. */
pawl_status pw_fail_os(pawl_error *error, pawl_status status, int os_error, const char *format, ...) PW_PRINTF(4, 5);

/* PAWL_ERR_MEMORY with a fixed sentence that names what was to be allocated. */
pawl_status pw_fail_memory(pawl_error *error, const char *what, size_t size);

#endif
