/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PW_TRT_CACHE_H
#define PW_TRT_CACHE_H

#include "backend/tensorrt/trt_object.h"

/*
 * Gives config a timing cache read from path; an empty one where there is no such file, where it
 * cannot be read or where the library refuses its content, which is said. The cache must live until
 * the build has returned. Where the library makes none (RTX has none to speak of), which is said
 * too, *cache stays NULL: a build needs none.
 */
pawl_status pw_trt_cache_load(const pw_trt_library *library, pw_trt_object *config,
                              const char *path, pw_trt_object **cache,
                              pawl_error *error) PW_NODISCARD;

/* Writes what the build has learnt to path. The plan is built by then, so a cache that cannot be
 * written is said and no error. */
void pw_trt_cache_save(const pw_trt_library *library, pw_trt_object *cache, const char *path);

#endif
