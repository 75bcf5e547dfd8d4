/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a function leaves the library, and what the compiler is told about it.
 *
 * Structs: pawl_x has the initialiser PAWL_X_INIT. Those that may grow, what a call is told (..._desc) and what it answers (..._info), begin with size_t struct_size,
 * which PAWL_X_INIT sets: a program built against another version's header then shares with the library what both know. The rest never change.
 * Names: pawl_OBJECT_VERB; what fills in a struct of facts ends in _get and what sets in _set; what an object holds is called by its name
 * (pawl_context_input, pawl_plan_class_name); counts of what x points at are x_count; flags are int32_t is_..., has_...
 */
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
