/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host whose plugins use pawl: libraries come and go while objects, threads and exit handlers
 * stay. Usage: plugin_host CASE LIBRARY [PLUGIN]; LIBRARY is libpawl or a plugin that contains it.
 */
#include <pawl/pawl.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#undef pawl_builder_create /* the macro; a host gives no place, a plugin does */

/* What the library is asked for; not linked, found. */
#define FUNCTIONS(X)                                                                   \
    X(pawl_scope *, scope_begin, (void))                                               \
    X(pawl_status, builder_create,                                                     \
      (const pawl_builder_desc *desc, pawl_builder **builder, pawl_error *error))      \
    X(pawl_status, object_destroy, (void **handle))                                    \
    X(pawl_status, object_name_set, (void *handle, const char *name))                  \
    X(size_t, object_count, (void))                                                    \
    X(size_t, object_report, (void (*line)(void *user, const char *text), void *user)) \
    X(void, logger_set, (const pawl_logger *logger))                                   \
    X(pawl_status, lifetime_record_begin, (void))                                      \
    X(pawl_status, lifetime_record_save,                                               \
      (pawl_lifetime_format format, const char *path, pawl_error *error))

static struct {
#define MEMBER(type, name, parameters) type(*name) parameters;
    FUNCTIONS(MEMBER)
#undef MEMBER
} pawl;

static void *library;
static char heard[4096];

#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            (void)fprintf(stderr, "%s:%d: not so: %s\n%s\n", __FILE__, __LINE__, #condition, \
                          heard);                                                            \
            exit(EXIT_FAILURE);                                                              \
        }                                                                                    \
    } while (0)

static void find(void *from, const char *name, void *function)
{
    void *symbol = dlsym(from, name);
    CHECK(symbol != NULL);
    memcpy(function, &symbol, sizeof symbol);
}

static void load(const char *path)
{
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        (void)fprintf(stderr, "%s\n", dlerror());
    CHECK(library != NULL);
#define FIND(type, name, parameters) find(library, "pawl_" #name, (void *)&pawl.name);
    FUNCTIONS(FIND)
#undef FIND
}

static void unload(void)
{
    CHECK(dlclose(library) == 0);
}

static void hear(void *user, const char *text)
{
    (void)user;
    (void)strncat(heard, text, sizeof heard - strlen(heard) - 1);
    (void)strncat(heard, "\n", sizeof heard - strlen(heard) - 1);
}

static void hear_log(void *user, pawl_log_level level, const char *message)
{
    (void)level;
    hear(user, message);
}

/* --- a thread that outlives the library --- */

static pthread_barrier_t has_scope, is_unloaded;

static void *work_in_a_scope(void *argument)
{
    pawl_builder *builder = NULL;
    CHECK(pawl.scope_begin() != NULL && pawl.builder_create(NULL, &builder, NULL) == PAWL_OK);
    (void)pthread_barrier_wait(&has_scope);
    (void)pthread_barrier_wait(&is_unloaded);
    return argument; /* the library ends the scope as the thread goes */
}

static void a_thread_outlives_the_library(const char *path)
{
    pthread_t thread;
    load(path);
    CHECK(pthread_barrier_init(&has_scope, NULL, 2) == 0);
    CHECK(pthread_barrier_init(&is_unloaded, NULL, 2) == 0);
    CHECK(pthread_create(&thread, NULL, work_in_a_scope, NULL) == 0);
    (void)pthread_barrier_wait(&has_scope);
    unload();
    (void)pthread_barrier_wait(&is_unloaded);
    CHECK(pthread_join(thread, NULL) == 0);
    load(path); /* the same one, with what it knew */
    CHECK(pawl.object_count() == 0);
}

/* --- objects and exit handlers that outlive it --- */

static void an_object_outlives_the_library(const char *path)
{
    pawl_builder *builder = NULL;
    load(path);
    CHECK(pawl.builder_create(NULL, &builder, NULL) == PAWL_OK);
    unload();
    load(path);
    CHECK(pawl.object_count() == 1);
    CHECK(pawl.object_destroy((void **)&builder) == PAWL_OK);
    CHECK(pawl.builder_create(NULL, &builder, NULL) == PAWL_OK);
    unload(); /* PAWL_LEAKS=report: its handler tells of one at exit */
}

/* --- a plugin that made objects is unloaded --- */

static void places_outlive_a_plugin(const char *path, const char *plugin_path)
{
    load(path);
    pawl.logger_set(&(pawl_logger){.level = PAWL_LOG_WARNING, .write = hear_log});
    CHECK(pawl.lifetime_record_begin() == PAWL_OK);
    void *plugin = dlopen(plugin_path, RTLD_NOW | RTLD_LOCAL);
    CHECK(plugin != NULL);
    void *(*make)(void) = NULL;
    void (*say)(void) = NULL;
    find(plugin, "plugin_make", (void *)&make);
    find(plugin, "plugin_say_place", (void *)&say);
    void *builder = make();
    void *copy = builder;
    CHECK(builder != NULL);
    say(); /* of a create call that never comes */
    CHECK(dlclose(plugin) == 0);
    CHECK(dlopen(plugin_path, RTLD_NOW | RTLD_NOLOAD) == NULL); /* really gone */
    pawl_builder *other = NULL;
    CHECK(pawl.builder_create(NULL, &other, NULL) == PAWL_OK);
    CHECK(pawl.object_report(hear, NULL) == 2);
    CHECK(strstr(heard, "builder #1 at plugin.c:") != NULL);
    CHECK(strstr(heard, "builder #2 at plugin.c:7,") != NULL);
    heard[0] = '\0';
    CHECK(pawl.object_destroy((void **)&other) == PAWL_OK);
    CHECK(pawl.object_destroy(&builder) == PAWL_OK);
    CHECK(pawl.object_destroy(&copy) == PAWL_ERR_DEAD_HANDLE);
    CHECK(strstr(heard, "builder #1 made at plugin.c:") != NULL);
    for (int format = PAWL_LIFETIME_TEXT; format <= PAWL_LIFETIME_SVG; format++)
        CHECK(pawl.lifetime_record_save((pawl_lifetime_format)format, "/dev/null", NULL) <= 0);
    unload();
}

/* --- a program's own handlers of fork --- */

static pawl_builder *inherited;

static void call_us(void)
{
    pawl_builder *builder = NULL;
    CHECK(pawl.builder_create(NULL, &builder, NULL) == PAWL_OK);
    CHECK(pawl.object_destroy((void **)&builder) == PAWL_OK);
    CHECK(pawl.object_report(NULL, NULL) == 1);
}

static void call_us_in_the_child(void)
{
    CHECK(pawl.object_report(NULL, NULL) == 1);
}

static void handlers_of_fork_call_us(const char *path)
{
    CHECK(pthread_atfork(call_us, call_us, call_us_in_the_child) == 0);
    load(path);
    CHECK(pawl.builder_create(NULL, &inherited, NULL) == PAWL_OK);
    CHECK(pthread_atfork(call_us, call_us, call_us_in_the_child) == 0);
    const pid_t child = fork();
    if (child == 0) {
        CHECK(pawl.object_name_set(inherited, "x") == PAWL_ERR_FORKED);
        CHECK(pawl.object_destroy((void **)&inherited) == PAWL_OK);
        _exit(0);
    }
    int status = 1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    CHECK(pawl.object_destroy((void **)&inherited) == PAWL_OK);
}

int main(int count, char **arguments)
{
    (void)alarm(60); /* a hang is a failure */
    CHECK(count >= 3);
    const char *what = arguments[1];
    if (strcmp(what, "thread") == 0)
        a_thread_outlives_the_library(arguments[2]);
    else if (strcmp(what, "object") == 0)
        an_object_outlives_the_library(arguments[2]);
    else if (strcmp(what, "place") == 0 && count == 4)
        places_outlive_a_plugin(arguments[2], arguments[3]);
    else if (strcmp(what, "fork") == 0)
        handlers_of_fork_call_us(arguments[2]);
    else
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
