/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the library and asking its version. Nothing of it is made here: trt_prove.h. */
#include "backend/tensorrt/trt_library.h"
#include "backend/tensorrt/trt_cause.h"
#include "backend/tensorrt/trt_logger.h"
#include "base/log.h"
#include "base/os.h"
#include "base/strbuf.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Sonames, the ones that can build first; the lean runtimes last: they can only run. */
static const char *const sonames[] = {
    "libnvinfer.so.11",     "libnvinfer.so.10",      "libnvinfer.so.9",      "libnvinfer.so.8",
    "libtensorrt_rtx.so.1", "libnvinfer_lean.so.11", "libnvinfer_lean.so.10"};

/* Where pip puts NVIDIA's wheels, under each site-packages folder. */
static const char *const wheel_folders[] = {"tensorrt_libs", "tensorrt_rtx_libs",
                                            "tensorrt_lean_libs", "tensorrt_dispatch_libs"};

static void read_version(pw_trt_library *library)
{
    const int32_t v = library->version;
    const bool is_decimal =
        v < 10000; /* up to 9.x: M * 1000 + m * 100 + p; later M * 10000 + m * 100 + p */
    const int32_t major = is_decimal ? v / 1000 : v / 10000;
    const int32_t minor = is_decimal ? v / 100 % 10 : v / 100 % 100;
    snprintf(library->version_text, sizeof library->version_text, "TensorRT%s %d.%d.%d",
             v >= 10000 && v < 100000 ? "-RTX" : "", major, minor, v % 100);
}

/* Function pointers out of dlsym: POSIX guarantees the copy. */
static void symbol_of(void *handle, const char *name, void *function)
{
    void *const symbol = pw_os_symbol(handle, name);
    memcpy(function, &symbol, sizeof symbol);
}

static pawl_status bind(pw_trt_library *library, pawl_error *error)
{
    int32_t (*version)(void) = NULL;
    symbol_of(library->handle, "getInferLibVersion", &version);
    symbol_of(library->handle, "createInferRuntime_INTERNAL", &library->create_runtime);
    symbol_of(library->handle, "createInferBuilder_INTERNAL", &library->create_builder);
    if (version == NULL || library->create_runtime == NULL)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "%s is not a TensorRT library: it lacks getInferLibVersion or "
                       "createInferRuntime_INTERNAL",
                       library->path);
    library->version = version();
    read_version(library);
    library->family = pw_trt_family_of(library->version);
    if (library->family == PW_TRT_FAMILY_COUNT)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "%s is version %d, which this pawl does not know; it knows TensorRT 8.2 to "
                       "11.x and TensorRT-RTX 1.3 to 1.7, so install one of those",
                       library->path, library->version);
    library->strategy = pw_trt_strategy_of(library->family);
    library->logger = pw_trt_logger(library->strategy->has_versioned_logger);
    return PAWL_OK;
}

/* *is_absent: path is a name for the system's loader, and that finds no such file. */
static pawl_status open_library(const char *path, pw_trt_library *library, bool *is_absent,
                                pawl_error *error)
{
    pw_trt_library found = {.version = 0};
    char reason[256];
    snprintf(found.path, sizeof found.path, "%s", path);
    found.handle = pw_os_library_open(path, reason, sizeof reason);
    if (found.handle == NULL) {
        /* The loader names the file at fault: this one, its full path where it was found, or one
           that it needs. */
        const size_t length = strlen(path);
        const bool is_named =
            strncmp(reason, path, length) == 0 && strncmp(reason + length, ": ", 2) == 0;
        pw_trt_cause cause = {.remedy = ""};
        *is_absent = is_named && strchr(path, '/') == NULL;
        if (!is_named)
            (void)pw_trt_cause_find(reason, &cause);
        return pw_fail(error, PAWL_ERR_DEVICE, "%s cannot be loaded: %s%s%s", path,
                       is_named ? reason + length + 2 : reason, cause.remedy[0] != '\0' ? "; " : "",
                       cause.remedy);
    }
    *is_absent = false;
    PW_TRY(bind(&found, error));
    *library = found;
    return PAWL_OK;
}

pawl_status pw_trt_library_open(const char *path, pw_trt_library *library, pawl_error *error)
{
    bool is_absent;
    return open_library(path, library, &is_absent, error);
}

typedef bool (*place_visitor)(void *user, const char *path);

static bool visit_folder(const char *folder, place_visitor visit, void *user)
{
    char path[768];
    for (size_t i = 0; i < PW_COUNT(sonames); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, sonames[i]);
        if (pw_os_is_file(path) && visit(user, path))
            return true;
    }
    return false;
}

static bool visit_site_packages(const char *site, place_visitor visit, void *user)
{
    char folder[640];
    for (size_t i = 0; i < PW_COUNT(wheel_folders); i++) {
        snprintf(folder, sizeof folder, "%s/%s", site, wheel_folders[i]);
        if (visit_folder(folder, visit, user))
            return true;
    }
    return false;
}

typedef struct site_visit {
    place_visitor visit;
    void *user;
} site_visit;

static bool visit_site(void *user, const char *site)
{
    const site_visit *const visit = user;
    return visit_site_packages(site, visit->visit, visit->user);
}

void pw_trt_library_places(place_visitor visit, void *user)
{
    const char *const named = pw_os_environment("PAWL_TENSORRT_LIBRARY");
    if (named != NULL) {
        (void)(pw_os_is_file(named) ? visit(user, named) : visit_folder(named, visit, user));
        return;
    }
    for (size_t i = 0; i < PW_COUNT(sonames); i++)
        if (visit(user, sonames[i]))
            return;
    site_visit sites = {visit, user};
    (void)pw_os_each_site_packages(visit_site, &sites);
}

static struct {
    pthread_once_t once;
    pw_trt_library library;
    pawl_error error;
    bool is_found, was_any;
    pw_notice using; /* which one, told outside the once */
    atomic_bool is_searching;
    uint32_t id; /* of the process that loaded it */
} process = {.once = PTHREAD_ONCE_INIT};

bool pw_trt_library_is_searching(void)
{
    return atomic_load_explicit(&process.is_searching, memory_order_relaxed);
}

/* The first that is here and does not work is told: it is the one to be mended. */
static bool try_candidate(void *user, const char *path)
{
    (void)user;
    pawl_error error;
    bool is_absent = false;
    process.is_found = open_library(path, &process.library, &is_absent, &error) >= 0;
    if (!process.is_found && !is_absent && !process.was_any) {
        process.error = error;
        process.was_any = true;
    }
    return process.is_found;
}

static void find_library(void)
{
    process.id = pw_os_process_id();
    atomic_store(&process.is_searching, true);
    pw_trt_library_places(try_candidate, NULL);
    atomic_store(&process.is_searching, false);
    if (process.is_found) {
        pw_notice_set(&process.using, PAWL_LOG_INFO, "using %s (%s) by the strategy of %s",
                      process.library.version_text, process.library.path,
                      process.library.strategy->name);
        return;
    }
    const char *const named = pw_os_environment("PAWL_TENSORRT_LIBRARY");
    if (!process.was_any && named != NULL)
        (void)pw_fail(&process.error, PAWL_ERR_DEVICE,
                      "PAWL_TENSORRT_LIBRARY names %s, where no TensorRT library is: name its file "
                      "or the folder it is in",
                      named);
    else if (!process.was_any)
        (void)pw_fail(
            &process.error, PAWL_ERR_DEVICE,
            "no TensorRT library is here: install TensorRT 8.2 to 11 or TensorRT-RTX, or name its "
            "file in PAWL_TENSORRT_LIBRARY; 'pawl doctor' shows where it was looked for");
}

pawl_status pw_trt_library_get(const pw_trt_library **library, pawl_error *error)
{
    pthread_once(&process.once, find_library);
    pw_notice_tell(&process.using);
    if (!process.is_found) {
        if (error != NULL)
            *error = process.error;
        return process.error.status;
    }
    if (process.id != pw_os_process_id())
        return pw_fail(
            error, PAWL_ERR_FORKED,
            "%s was loaded in the parent process and cannot be used in a forked one: fork "
            "before its first use, or exec",
            process.library.version_text);
    *library = &process.library;
    return PAWL_OK;
}
