/* SPDX-License-Identifier: Apache-2.0 */
/* nvinfer1::ILogger made in C: the library calls our vtable. Its messages arrive as ours; the last
 * error is kept for the caller's pawl_error. */
#include "backend/tensorrt/trt_logger.h"
#include "backend/tensorrt/trt_library.h"
#include "base/log.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
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

static pthread_mutex_t last_error_mutex = PTHREAD_MUTEX_INITIALIZER;
static char last_error[512];
static _Atomic unsigned destroy_complaints;

static _Thread_local bool is_capturing, has_captured;

static void keep_error(const char *message)
{
    pthread_mutex_lock(&last_error_mutex);
    snprintf(last_error, sizeof last_error, "%s", message);
    pthread_mutex_unlock(&last_error_mutex);
}

static void log_message(void *self, int32_t severity, const char *message)
{
    (void)self;
    if (message == NULL)
        return;
    if (strstr(message, "leads to undefined behavior") != NULL)
        atomic_fetch_add(&destroy_complaints, 1);
    if (severity <= SEVERITY_ERROR)
        keep_error(message);
    has_captured = has_captured || (is_capturing && severity <= SEVERITY_ERROR);
    if (is_capturing && severity <= SEVERITY_ERROR) {
        pw_log(PAWL_LOG_VERBOSE, "TensorRT: %s", message);
        return;
    }
    const pawl_log_level level = severity <= SEVERITY_ERROR     ? PAWL_LOG_ERROR
                                 : severity == SEVERITY_WARNING ? PAWL_LOG_WARNING
                                                                : PAWL_LOG_VERBOSE;
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

void pw_trt_last_error(char *text, size_t size)
{
    pthread_mutex_lock(&last_error_mutex);
    snprintf(text, size, "%s", last_error);
    last_error[0] = '\0';
    pthread_mutex_unlock(&last_error_mutex);
}

unsigned pw_trt_destroy_complaints(void)
{
    return atomic_load(&destroy_complaints);
}

void pw_trt_capture_begin(void)
{
    is_capturing = true;
    has_captured = false;
}

void pw_trt_capture_end(bool has_failed)
{
    char text[sizeof last_error];
    is_capturing = false;
    if (has_failed || !has_captured)
        return;
    pw_trt_last_error(text, sizeof text);
    pw_log(PAWL_LOG_WARNING, "TensorRT: %s", text);
}
