/* SPDX-License-Identifier: Apache-2.0 */
/* Shared libraries, and where Python keeps those that pip has installed. */
#define _GNU_SOURCE /* RTLD_NODELETE */
#include "base/os.h"
#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

void *pw_os_library_open(const char *path, char *reason, size_t reason_size)
{
    /* LOCAL: its symbols must not serve anybody else. NODELETE: vendors' libraries crash when they
     * are unloaded at exit. */
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *const why = dlerror();
        (void)snprintf(reason, reason_size, "%s", why != NULL ? why : "unknown reason");
    }
    return library;
}

void *pw_os_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

static void *open_first(const char *libraries, char *reason, size_t reason_size)
{
    char name[64];
    void *library = NULL;
    while (library == NULL && *libraries != '\0') {
        const size_t length = strcspn(libraries, " ");
        (void)snprintf(name, sizeof name, "%.*s", (int)length, libraries);
        library = pw_os_library_open(name, reason, reason_size);
        libraries += length + (libraries[length] == ' ');
    }
    return library;
}

bool pw_os_functions_load(const char *libraries, const char *const *names, size_t count,
                          void *table, char *reason, size_t reason_size)
{
    void *const library = open_first(libraries, reason, reason_size);
    for (size_t i = 0; library != NULL && i < count; i++) {
        void *const symbol = pw_os_symbol(library, names[i]);
        if (symbol == NULL) {
            (void)snprintf(reason, reason_size, "it lacks %s", names[i]);
            return false;
        }
        memcpy((char *)table + i * sizeof symbol, &symbol, sizeof symbol);
    }
    return library != NULL;
}

bool pw_os_each_site_packages(bool (*visit)(void *user, const char *folder), void *user)
{
    static const char *const patterns[][2] = {
        {"VIRTUAL_ENV", "/lib/python3*/site-packages"},
        {"CONDA_PREFIX", "/lib/python3*/site-packages"},
        {"HOME", "/.local/lib/python3*/site-packages"},
        {NULL, "/usr/local/lib/python3*/site-packages"},
        {NULL, "/usr/local/lib/python3*/dist-packages"},
        {NULL, "/usr/lib/python3*/site-packages"},
        {NULL, "/usr/lib/python3/dist-packages"},
    };
    bool is_done = false;
    for (size_t i = 0; !is_done && i < PW_COUNT(patterns); i++) {
        const char *const root = patterns[i][0] != NULL ? pw_os_environment(patterns[i][0]) : "";
        char pattern[1024];
        glob_t found;
        if (root == NULL ||
            snprintf(pattern, sizeof pattern, "%s%s", root, patterns[i][1]) >= (int)sizeof pattern)
            continue;
        if (glob(pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t k = 0; !is_done && k < found.gl_pathc; k++)
            is_done = visit(user, found.gl_pathv[k]);
        globfree(&found);
    }
    return is_done;
}
