/* SPDX-License-Identifier: Apache-2.0 */
/* The backends there are: the only file that names them. */
#include "backend/backend.h"

#include "base/cpu_info.h"
#include "base/strbuf.h"

#include <string.h>

#define BACKENDS(X) X(cpu) X(reference) X(tensorrt) /* the usual one first */

#define BACKEND_ROW(name) &pw_backend_##name,
static const pw_backend *const backends[] = {BACKENDS(BACKEND_ROW)};

const pw_backend *pw_backend_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < PW_COUNT(backends); i++)
        if (strcmp(backends[i]->name, name) == 0 && backends[i]->version == PW_BACKEND_VERSION)
            return backends[i];
    return NULL;
}

const char *pw_backend_names(void)
{
#define BACKEND_TEXT(name) ", " #name
    static const char names[] = BACKENDS(BACKEND_TEXT);
    return names + strlen(", ");
}

const char *pawl_backend_name(size_t index)
{
    return index < PW_COUNT(backends) ? backends[index]->name : NULL;
}

const char *pawl_backend_precisions(size_t index)
{
    return index < PW_COUNT(backends) ? backends[index]->precisions : NULL;
}

const char *pawl_backend_absence(size_t index)
{
    return index < PW_COUNT(backends) && backends[index]->absence != NULL
               ? backends[index]->absence()
               : NULL;
}

void pawl_backends_report(void (*line)(void *user, const char *text), void *user)
{
    for (size_t i = 0; line != NULL && i < PW_COUNT(backends); i++) {
        const char *absence = pawl_backend_absence(i);
        if (absence == NULL && backends[i]->ailment != NULL)
            absence = backends[i]->ailment();
        char sentence[640];
        pw_strbuf text = PW_STRBUF(sentence);
        pw_strbuf_add(&text, "%s (%s): %s", backends[i]->name, backends[i]->precisions,
                      absence != NULL ? absence : "ready");
        line(user, sentence);
        if (backends[i]->report != NULL)
            backends[i]->report(line, user);
    }
}

typedef struct library_visit {
    int (*visit)(void *user, const char *backend, const char *path);
    void *user;
    const char *backend;
    bool is_ended;
} library_visit;

static bool visit_library(void *user, const char *path)
{
    library_visit *const to = user;
    to->is_ended = to->visit(to->user, to->backend, path) != 0;
    return to->is_ended;
}

void pawl_backend_libraries(int (*visit)(void *user, const char *backend, const char *path),
                            void *user)
{
    library_visit to = {.visit = visit, .user = user};
    for (size_t i = 0; visit != NULL && i < PW_COUNT(backends) && !to.is_ended; i++) {
        to.backend = backends[i]->name;
        if (backends[i]->libraries != NULL)
            backends[i]->libraries(visit_library, &to);
    }
}

pawl_status pawl_backend_library_try(const char *backend, const char *path, char *text,
                                     size_t text_size, pawl_error *error)
{
    const pw_backend *const found = pw_backend_find(backend);
    if (path == NULL || text == NULL || text_size == 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "path or text is NULL: give a library's file and where to write of it");
    if (found == NULL || found->library_try == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no backend \"%s\" that uses a library",
                       backend != NULL ? backend : "NULL");
    return found->library_try(path, text, text_size, error);
}

pw_machine pw_machine_here(void)
{
    pw_machine machine = {.isa = pw_isa_mask()};
    pw_strbuf name = PW_STRBUF(machine.name);
    const pw_cpu_caches caches = pw_cpu_caches_get();
    pw_strbuf_add(&name, "%s/%s, %s, L1d %zuK L2 %zuK L3 %zuK", pw_arch_name(),
                  pw_isa_name(machine.isa), pw_cpu_name(), caches.l1d >> 10, caches.l2 >> 10,
                  caches.l3 >> 10);
    return machine;
}
