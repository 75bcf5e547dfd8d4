/* SPDX-License-Identifier: Apache-2.0 */
/* The library's timing cache, kept in a file between builds. */
#include "backend/tensorrt/trt_cache.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/os.h"
#include "base/strbuf.h"
#include <string.h>

const char *pw_trt_cache_path(const pw_trt_library *library, const pw_gpu_device *device,
                              const char *given, char path[1024])
{
    const size_t length = given != NULL ? strlen(given) : 0;
    if (length == 0 || given[length - 1] != '/')
        return given;
    if (device == NULL || length > 900)
        return NULL; /* RTX, which has none */
    pw_strbuf text = {.text = path, .capacity = 1024, .length = 0};
    pw_strbuf_add(&text, "%stensorrt-%s-sm_%d%d.cache", given,
                  strrchr(library->version_text, ' ') + 1, device->major, device->minor);
    return path;
}

/* A cache of this content that the config uses. NULL: refused, or set and then, by an error of the
 * library's, not used, as 8.6.0 does with its own (setTimingCache says true, and its log "The
 * timing cache will not be used!"). *set is one that the config refers to all the same, else NULL.
 */
static pw_trt_native *offer(const pw_trt_library *library, pw_trt_object *config,
                            const pw_contents *content, pw_trt_native **set)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_WORKERS);
    pw_trt_native *const native =
        pw_trt_config_timing_cache(library, config->native, content->data, content->size);
    *set = NULL;
    if (native == NULL)
        return NULL;
    if (!pw_trt_config_set_timing_cache(library, config->native, native)) {
        pw_trt_delete(native);
        return NULL;
    }
    if (content->size == 0 || !pw_trt_watch_has_errors())
        return native;
    pw_trt_watch_forget(); /* the caller says it in words */
    *set = native;
    return NULL;
}

/* What an earlier build left, where the library uses it, else an empty one; NULL: neither. */
static pw_trt_native *make_native(const pw_trt_library *library, pw_trt_object *config,
                                  const char *path)
{
    pw_contents file = {.data = NULL};
    const pw_contents nothing = {.data = NULL};
    pw_trt_native *unused = NULL, *set = NULL;
    pawl_error reason;
    if (pw_os_is_file(path) && pw_os_read(path, SIZE_MAX, &file, &reason) < 0)
        pw_log(PAWL_LOG_WARNING, "the timing cache is not read, so all is timed anew: %s",
               reason.message);
    pw_trt_native *native = offer(library, config, &file, &unused);
    if (native == NULL && file.size > 0) {
        pw_log(PAWL_LOG_WARNING,
               "%s cannot use the timings in %s (%s): all is timed anew, and the new timings "
               "replace them",
               library->version_text, path,
               unused != NULL ? "it takes the file and then does not read it, perhaps for want of "
                                "cuBLAS: see pawl doctor"
                              : "made for another GPU or version");
        native = offer(library, config, &nothing, &set);
        if (native == NULL) {
            native = unused; /* the config refers to it still */
            unused = NULL;
        }
        if (unused != NULL)
            pw_trt_delete(unused);
    }
    pw_os_contents_free(&file); /* the library has copied what it took */
    return native;
}

pawl_status pw_trt_cache_load(const pw_trt_library *library, pw_trt_object *config,
                              const char *path, pw_trt_object **cache, pawl_error *error)
{
    if (library->strategy->is_rtx) {
        pw_log(PAWL_LOG_WARNING, "%s has no timing cache, so %s is neither read nor written",
               library->version_text, path);
        return PAWL_OK;
    }
    pw_trt_native *const native = make_native(library, config, path);
    if (native == NULL) {
        pw_log(PAWL_LOG_WARNING, "%s makes no timing cache, so this build keeps no timings",
               library->version_text);
        return PAWL_OK;
    }
    return pw_trt_adopt(library, &pw_trt_cache_type, native, NULL, cache, error);
}

static pawl_status save(const pw_trt_library *library, pw_trt_object *cache, const char *path,
                        pawl_error *error)
{
    pw_trt_object *memory PW_TRT_GUARD = NULL;
    pw_os_file file;
    PW_TRY(pw_trt_adopt(library, &pw_trt_memory_type,
                        pw_trt_timing_cache_serialize(library, cache->native), NULL, &memory,
                        error));
    PW_TRY(pw_os_file_create(path, &file, error));
    pw_os_file_write(&file, pw_trt_memory_data(library, memory->native),
                     pw_trt_memory_size(library, memory->native));
    return pw_os_file_commit(&file, error);
}

void pw_trt_cache_save(const pw_trt_library *library, pw_trt_object *cache, const char *path)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pawl_error reason;
    if (save(library, cache, path, &reason) < 0)
        pw_log(PAWL_LOG_WARNING,
               "the timing cache is not kept, so the next build times all anew: %s",
               reason.message);
}
