/* SPDX-License-Identifier: Apache-2.0 */
/* How a function leaves the library, and what the compiler is told about it. */
#ifndef PAWL_EXPORT_H
#define PAWL_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#if defined(PAWL_STATIC) || !defined(__GNUC__)
#define PAWL_API
#else
#define PAWL_API __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define PAWL_NODISCARD __attribute__((warn_unused_result))
#define PAWL_PRINTF(format_index, first_index)                                                     \
    __attribute__((format(printf, format_index, first_index)))
#else
#define PAWL_NODISCARD
#define PAWL_PRINTF(format_index, first_index)
#endif

#ifdef __cplusplus
#define PAWL_BEGIN extern "C" {
#define PAWL_END }
#else
#define PAWL_BEGIN
#define PAWL_END
#endif

#endif
