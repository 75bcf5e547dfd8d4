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

/* A cache of the file's content where the library takes it, else an empty one; NULL: neither. */
static pw_trt_native *make_native(const pw_trt_library *library, pw_trt_object *config,
                                  const char *path)
{
    pw_contents file = {.data = NULL};
    pawl_error reason;
    if (pw_os_is_file(path) && pw_os_read(path, SIZE_MAX, &file, &reason) < 0)
        pw_log(PAWL_LOG_WARNING, "the timing cache is not read, so all is timed anew: %s",
               reason.message);
    pw_trt_native *native =
        pw_trt_config_timing_cache(library, config->native, file.data, file.size);
    if (native == NULL && file.size > 0) {
        pw_log(PAWL_LOG_WARNING, "%s does not take the timing cache %s; it begins an empty one",
               library->version_text, path);
        native = pw_trt_config_timing_cache(library, config->native, NULL, 0);
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
    pw_trt_native *native = make_native(library, config, path);
    if (native != NULL && !pw_trt_config_set_timing_cache(library, config->native, native)) {
        pw_log(PAWL_LOG_WARNING,
               "%s does not use the timing cache %s, which was made for another GPU or version: "
               "all is timed anew, and the new timings replace it",
               library->version_text, path);
        pw_trt_delete(native);
        native = pw_trt_config_timing_cache(library, config->native, NULL, 0);
        if (native != NULL && !pw_trt_config_set_timing_cache(library, config->native, native)) {
            pw_trt_delete(native);
            native = NULL;
        }
    }
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
