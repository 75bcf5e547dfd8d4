/* SPDX-License-Identifier: Apache-2.0 */
/* Vtables, objects, the record of calls, faults on demand, and the three functions that a library
 * of NVIDIA's exports. */
#include "doubles/tensorrt/double_exports.h"
#include "doubles/tensorrt/double_methods.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SLOT_COUNT 100

/* A slot that the family's list does not name. */
static _Noreturn void trap(const char *class_name, int slot)
{
    fprintf(stderr,
            "TensorRT double %d: slot %d of %s was called; this version has no method there that "
            "the double knows\n",
            (int)double_version(), slot, class_name);
    abort();
}

/* clang-format off */
#define TRAP(class, tens, units)                                                                   \
    static void class##_trap_##tens##units(void) { trap(#class, tens * 10 + units); }
#define EACH_UNIT(X, class, tens)                                                                  \
    X(class, tens, 0) X(class, tens, 1) X(class, tens, 2) X(class, tens, 3) X(class, tens, 4)      \
    X(class, tens, 5) X(class, tens, 6) X(class, tens, 7) X(class, tens, 8) X(class, tens, 9)
#define EACH_SLOT(X, class)                                                                        \
    EACH_UNIT(X, class, 0) EACH_UNIT(X, class, 1) EACH_UNIT(X, class, 2) EACH_UNIT(X, class, 3)    \
    EACH_UNIT(X, class, 4) EACH_UNIT(X, class, 5) EACH_UNIT(X, class, 6) EACH_UNIT(X, class, 7)    \
    EACH_UNIT(X, class, 8) EACH_UNIT(X, class, 9)
#define TRAP_NAME(class, tens, units) class##_trap_##tens##units,
#define TRAPS(class) EACH_SLOT(TRAP, class)
#define TRAP_ROW(class) [CLASS_##class] = { EACH_SLOT(TRAP_NAME, class) },
DOUBLE_CLASS_MAP(TRAPS)
/* clang-format on */

static function tables[CLASS_COUNT][SLOT_COUNT] = {DOUBLE_CLASS_MAP(TRAP_ROW)};

typedef struct method {
    const char *class_name, *name, *symbol;
    class_id class_of;
    int slot;
    int32_t since;
    function call;
} method;

static const method methods[] = {
#define METHOD_ROW(class, name_, slot_, since_) \
    {#class, #name_, #class "_" #name_, CLASS_##class, slot_, since_, (function) class##_##name_},
    DOUBLE_SLOTS(METHOD_ROW)
#undef METHOD_ROW
};

#define METHOD_COUNT (sizeof methods / sizeof methods[0])

static _Atomic unsigned calls[METHOD_COUNT];
static _Atomic int live;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (double_version() >= methods[i].since)
            tables[methods[i].class_of][methods[i].slot] = methods[i].call;
}

int32_t double_version(void)
{
    const char *const text = getenv("DOUBLE_VERSION");
    const long version = text != NULL ? strtol(text, NULL, 10) : 0;
    return version >= DOUBLE_FIRST_VERSION && version <= DOUBLE_LAST_VERSION
               ? (int32_t)version
               : DOUBLE_DEFAULT_VERSION;
}

/* ILogger::log is the first slot of the old shape and the fifth of the versioned one. */
void double_say(void *logger, int32_t severity, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const function *const table = *(const function *const *)logger;
    ((void (*)(void *, int32_t, const char *))table[DOUBLE_VERSIONED_LOGGER ? 4 : 0])(
        logger, severity, message);
}

/* DOUBLE_FAIL="createNetworkV2:1,setDimensions:2" */
static bool is_ordered(const char *name, unsigned call)
{
    const char *order = getenv("DOUBLE_FAIL");
    const size_t length = strlen(name);
    while (order != NULL && order[0] != '\0') {
        if (strncmp(order, name, length) == 0 && order[length] == ':') {
            const unsigned long wanted = strtoul(order + length + 1, NULL, 10);
            return wanted == 0 || wanted == call;
        }
        order = strchr(order, ',');
        order = order != NULL ? order + 1 : NULL;
    }
    return false;
}

typedef struct inside {
    void *logger;
    const char *message;
} inside;

static void *say_inside(void *argument)
{
    const inside *const what = argument;
    double_say(what->logger, SEVERITY_ERROR, "%s", what->message);
    return NULL;
}

void double_say_inside(void *logger, const char *message)
{
    inside what = {logger, message};
    pthread_t worker;
    if (getenv("DOUBLE_WORKERS") != NULL && pthread_create(&worker, NULL, say_inside, &what) == 0)
        pthread_join(worker, NULL);
    else
        say_inside(&what);
}

/* DOUBLE_CAUSE is what the library says first where DOUBLE_FAIL makes it fail. */
static void say_cause(void *logger)
{
    const char *const cause = getenv("DOUBLE_CAUSE");
    if (cause != NULL)
        double_say_inside(logger, cause);
}

size_t double_missing(uint32_t sources, const char **name)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } users[] = {{"libcublasLt", 1u << 1}, {"libcublas", 1u << 0}, {"libcudnn", 1u << 2}};
    for (const char *at = getenv("DOUBLE_MISSING"); at != NULL && at[0] != '\0';) {
        const size_t length = strcspn(at, ",");
        uint32_t bit = 0;
        for (size_t i = 0; bit == 0 && i < sizeof users / sizeof users[0]; i++)
            if (strncmp(at, users[i].name, strlen(users[i].name)) == 0)
                bit = users[i].bit;
        *name = at;
        if (sources == 0 ? bit == 0 : (sources & bit) != 0)
            return length;
        at += length + (at[length] == ',');
    }
    return 0;
}

/* Whether a variable names the export: "getInferLibVersion", or "getInferLibVersion@85" for this
 * family's double alone. */
static bool is_named(const char *variable, const char *export)
{
    const char *const named = getenv(variable);
    const size_t length = strlen(export);
    if (named == NULL || strncmp(named, export, length) != 0)
        return false;
    return named[length] == '\0' ||
           (named[length] == '@' && strtol(named + length + 1, NULL, 10) == DOUBLE_FAMILY);
}

/* What a broken library does. */
static void misbehave(const char *export)
{
    if (is_named("DOUBLE_CRASH", export))
        abort();
    while (is_named("DOUBLE_HANG", export))
        pause();
}

/* DOUBLE_PAUSE="enqueueV3:100": each call of that method takes so many milliseconds. */
static void linger(const char *name)
{
    const char *const order = getenv("DOUBLE_PAUSE");
    const size_t length = strlen(name);
    if (order == NULL || strncmp(order, name, length) != 0 || order[length] != ':')
        return;
    const long milliseconds = strtol(order + length + 1, NULL, 10);
    const struct timespec pause_ = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    (void)nanosleep(&pause_, NULL);
}

bool double_enter(const char *name, void *logger)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (strcmp(methods[i].symbol, name) != 0)
            continue;
        const unsigned call = atomic_fetch_add(&calls[i], 1) + 1;
        if (getenv("DOUBLE_TRACE") != NULL)
            fprintf(stderr, "double: %s::%s #%u\n", methods[i].class_name, methods[i].name, call);
        linger(methods[i].name);
        if (!is_ordered(methods[i].name, call))
            return false;
        say_cause(logger);
        double_say(logger, SEVERITY_ERROR, "Error Code 1: Internal Error (%s::%s fails on demand)",
                   methods[i].class_name, methods[i].name);
        return true;
    }
    return false;
}

/* Objects */

static void owned_by_another(object *self)
{
    (void)self;
    fputs("TensorRT double: a layer, tensor or profile was deleted, which its network or builder "
          "owns\n",
          stderr);
    abort();
}

/* What `delete` finds: slot 1 of the object's own vtable. It lies beside the object, so that each
 * kind of object brings its own end. */
typedef struct placed {
    function face[2];
    union {
        body body; /* the object begins here */
        long long align;
        long double align_more;
    } at;
} placed;

#define PLACE_OFFSET offsetof(placed, at)

static placed *place_of(const void *made)
{
    return (placed *)((char *)(uintptr_t)made - PLACE_OFFSET);
}

/* Slot 0, the complete destructor: all that `delete` does but for the storage, which stays the
 * caller's. */
static _Thread_local const void *kept_storage;

static void complete_destructor(object *self)
{
    kept_storage = self;
    ((void (*)(object *))place_of(self)->face[1])(self);
    kept_storage = NULL;
}

void *double_make(size_t size, class_id first, class_id second, void (*end)(object *), void *logger,
                  counter *siblings)
{
    placed *const place = calloc(1, PLACE_OFFSET + size);
    if (place == NULL)
        return NULL;
    body *const made = &place->at.body;
    place->face[0] = (function)complete_destructor;
    place->face[1] = end != NULL ? (function)end : (function)owned_by_another;
    made->face = (object){place->face, &made->first, second != CLASS_COUNT ? &made->second : NULL};
    made->first = (inner){tables[first], made};
    if (second != CLASS_COUNT)
        made->second = (inner){tables[second], made};
    made->logger = logger;
    made->siblings = siblings;
    if (siblings != NULL)
        atomic_fetch_add(&siblings->uses, 1);
    atomic_fetch_add(&live, 1);
    return made;
}

void double_free(void *object_)
{
    body *const made = object_;
    double_drop(made->siblings);
    atomic_fetch_sub(&live, 1);
    if (made != kept_storage)
        free(place_of(made));
}

counter *double_counter(void)
{
    counter *const made = malloc(sizeof *made);
    if (made != NULL)
        atomic_init(&made->uses, 1);
    return made;
}

void double_drop(counter *counter_)
{
    if (counter_ != NULL && atomic_fetch_sub(&counter_->uses, 1) == 1)
        free(counter_);
}

/* The sentences and their frames are NVIDIA's, as 8.6 and 10 (with file and line) and 11 (without)
 * print them. */
void double_check(const body *maker, const counter *children, int32_t since, const char *kind,
                  const char *member_, int line, const char *sentence)
{
    if (double_version() < since || atomic_load(&children->uses) == 1)
        return;
    if (double_version() >= 110000) {
        double_say(maker->logger, SEVERITY_ERROR,
                   "I%s::~I%s: Error Code 3: API Usage Error (Parameter check failed, condition: "
                   "mImpl->%s.use_count() == 1. %s)",
                   kind, kind, member_, sentence);
        return;
    }
    const char *const file =
        strcmp(kind, "Builder") == 0 ? "optimizer/api/builder.cpp" : "runtime/rt/runtime.cpp";
    const char *const base = strrchr(file, '/') + 1;
    double_say(maker->logger, SEVERITY_ERROR,
               "3: [%s::~%s::%d] Error Code 3: API Usage Error (Parameter check failed at: "
               "%s::~%s::%d, condition: "
               "%s.use_count() == 1. %s\n)",
               base, kind, line, file, kind, line, member_, sentence);
}

shape double_shape(const native_dims *dims)
{
    shape result = {.rank = 0};
    if (dims->count < 0 || dims->count > MAX_RANK)
        return result;
    result.rank = dims->count;
    for (int32_t i = 0; i < result.rank; i++)
        result.d[i] = dims->d[i];
    return result;
}

native_dims double_dims(const shape *shape_)
{
    native_dims result = {.count = shape_->rank};
    for (int32_t i = 0; i < shape_->rank; i++)
        result.d[i] = (extent)shape_->d[i];
    return result;
}

/* Exports */

bool double_is_interface(void *given, const char *kind)
{
    typedef struct interface_info {
        const char *kind;
        int32_t major, minor;
    } interface_info;
    const function *const table = *(const function *const *)given;
    const int32_t language = ((int32_t(*)(const void *))table[0])(given);
    const interface_info info = ((interface_info(*)(const void *))table[1])(given);
    return language == 0 && info.kind != NULL && strcmp(info.kind, kind) == 0 && info.major == 1;
}

static bool is_our_logger(void *logger)
{
    return logger != NULL && (!DOUBLE_VERSIONED_LOGGER || double_is_interface(logger, "ILogger"));
}

int32_t getInferLibVersion(void)
{
    misbehave("getInferLibVersion");
    return double_version();
}

/* Whether a factory makes its object; else the logger was told why. */
static bool starts(const char *name, void *logger)
{
    const char *missing = NULL;
    misbehave(name);
    pthread_once(&once, fill_tables);
    if (!is_our_logger(logger))
        return false;
    const size_t length = double_missing(0, &missing);
    if (length > 0) {
        double_say(logger, SEVERITY_ERROR,
                   "6: [libLoader.h::DynamicLibrary::49] Error Code 6: Internal Error (Unable to "
                   "load library: %.*s)",
                   (int)length, missing);
        return false;
    }
    if (getenv("DOUBLE_NO_GPU") != NULL) { /* 8.5.3.1 says no more */
        double_say(
            logger, SEVERITY_WARNING,
            "CUDA initialization failure with error: 35. Please check your CUDA "
            "installation:  http://docs.nvidia.com/cuda/cuda-installation-guide-linux/index.html");
        return false;
    }
    if (!is_ordered(name, 1))
        return true;
    say_cause(logger);
    double_say(logger, SEVERITY_ERROR, "Error Code 1: Internal Error (%s fails on demand)", name);
    return false;
}

#ifndef DOUBLE_LEAN
void *createInferBuilder_INTERNAL(void *logger, int32_t version)
{
    (void)version; /* NVIDIA's does not look at it either */
    return starts("createInferBuilder", logger) ? double_builder_new(logger) : NULL;
}
#endif

void *createInferRuntime_INTERNAL(void *logger, int32_t version)
{
    (void)version;
    return starts("createInferRuntime", logger) ? double_runtime_new(logger) : NULL;
}

int double_live(void)
{
    return atomic_load(&live);
}

unsigned double_calls(const char *name)
{
    unsigned total = 0;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (strcmp(methods[i].name, name) == 0)
            total += atomic_load(&calls[i]);
    return total;
}

void double_forget(void)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        atomic_store(&calls[i], 0);
}

int double_slot(const char *class_name, const char *name)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (strcmp(methods[i].class_name, class_name) == 0 && strcmp(methods[i].name, name) == 0)
            return double_version() >= methods[i].since ? methods[i].slot : -1;
    return -1;
}
