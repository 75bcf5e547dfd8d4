/* SPDX-License-Identifier: Apache-2.0 */
/* The library's timing cache between builds: where its file is, into a build and back out of it. */
#ifndef PW_TRT_CACHE_H
#define PW_TRT_CACHE_H

#include "backend/tensorrt/trt_object.h"
#include "gpu/driver.h"

/* Where the cache is: given, or in the folder given, "FOLDER/", a file for each version and GPU. NULL: nowhere. */
const char *pw_trt_cache_path(const pw_trt_library *library, const pw_gpu_device *device,
                              const char *given, char path[1024]);

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
