/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a function leaves the library, and what the compiler is told about it.
 *
 * Structs: pawl_x has the initialiser PAWL_X_INIT. Those that may grow, what a call is told (..._desc) and what it answers (..._info), begin with
 * size_t struct_size, which PAWL_X_INIT sets: a program built against another version's header then shares with the library what both know. The rest
 * never change.
 *
 * Names: pawl_OBJECT_VERB.
 *   - _create makes an object, of others or of a description; _load makes one of a file, _load_memory of bytes; _save writes the file; _destroy ends
 *     any.
 *   - _get fills in a struct of facts, _set sets what counts from the next run on, _report tells lines or facts, one a call of a function that it is
 *     given.
 *   - What an object holds is called by its name (pawl_context_input, pawl_plan_class_name); entry @p index of a list is NULL past its end.
 *   - Members: counts are x_count, of arrays xs; flags are int32_t and read as a statement (is_rect, has_names, hides_labels).
 *   - Functions that are given take @p user first, and the call that gives one takes it right behind the function; pawl_error comes last.
 *
 * tools/check_api.py holds the headers to it.
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
