/* SPDX-License-Identifier: Apache-2.0 */
/* nvinfer1::ILogger made in C: the library calls our vtable. Its messages arrive as ours; errors go
 * to the call that they belong to. */
#include "backend/tensorrt/trt_logger.h"
#include "backend/tensorrt/trt_library.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include <stdatomic.h>
#include <string.h>

/* ILogger::Severity */
enum { SEVERITY_INTERNAL_ERROR = 0, SEVERITY_ERROR = 1, SEVERITY_WARNING = 2, SEVERITY_INFO = 3 };

/* InterfaceInfo, returned in two registers (16 bytes, System V ABI). */
typedef struct interface_info {
    const char *kind;
    int32_t major, minor;
} interface_info;

/* The two shapes of ILogger's vtable. */
typedef struct plain_table {
    void (*log)(void *self, int32_t severity, const char *message);
    void (*destroy_complete)(void *self);
    void (*destroy_deleting)(void *self);
} plain_table;

typedef struct versioned_table {
    int32_t (*language)(const void *self);
    interface_info (*info)(const void *self);
    void (*destroy_complete)(void *self);
    void (*destroy_deleting)(void *self);
    void (*log)(void *self, int32_t severity, const char *message);
} versioned_table;

static _Atomic unsigned destroy_complaints;

/* Up to 9.x a call by name on a context of another profile than 0 looks the binding up in profile
 * 0, and says of itself, each time, that it took the right one instead (seen with 8.5.3.1). */
static bool is_self_correction(const char *message)
{
    return strstr(message, "is not in profile") != NULL &&
           strstr(message, "Using bindingIndex = ") != NULL;
}

static void log_message(void *self, int32_t severity, const char *message)
{
    (void)self;
    if (message == NULL)
        return;
    if (strstr(message, "leads to undefined behavior") != NULL)
        atomic_fetch_add(&destroy_complaints, 1);
    pawl_log_level level = severity <= SEVERITY_ERROR     ? PAWL_LOG_ERROR
                           : severity == SEVERITY_WARNING ? PAWL_LOG_WARNING
                                                          : PAWL_LOG_VERBOSE;
    if (level == PAWL_LOG_ERROR && pw_trt_watch_take(message))
        level = PAWL_LOG_VERBOSE; /* the call that fails says it in its own sentence */
    else if (level == PAWL_LOG_WARNING &&
             (is_self_correction(message) || pw_trt_watch_warn(message)))
        level = PAWL_LOG_VERBOSE;
    if (pw_trt_library_is_searching())
        return; /* inside a once */
    pw_log(level, "TensorRT: %s", message);
}

static int32_t api_language(const void *self)
{
    (void)self;
    return 0; /* APILanguage::kCPP */
}

static interface_info logger_info(const void *self)
{
    (void)self;
    return (interface_info){.kind = "ILogger", .major = 1, .minor = 0};
}

/* The library never destroys its logger; both destructor slots are there for the shape of the
 * table. */
static void no_destructor(void *self)
{
    (void)self;
}

void *pw_trt_logger(bool is_versioned)
{
    static const plain_table plain = {log_message, no_destructor, no_destructor};
    static const versioned_table versioned = {api_language, logger_info, no_destructor,
                                              no_destructor, log_message};
    /* A C++ object of this kind is a pointer to its table. */
    static struct {
        const plain_table *table;
    } plain_logger = {&plain};
    static struct {
        const versioned_table *table;
    } versioned_logger = {&versioned};
    return is_versioned ? (void *)&versioned_logger : (void *)&plain_logger;
}

unsigned pw_trt_destroy_complaints(void)
{
    return atomic_load(&destroy_complaints);
}
