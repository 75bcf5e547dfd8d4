/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for the test's files, and the tiny model's engine in it. */
#ifndef PT_PLAN_FIXTURE_H
#define PT_PLAN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/engine_bytes.h"
#include "support/tiny_model.h"

#include <stdio.h>
#include <unistd.h>

typedef struct fixture {
    char folder[64];
    char path[96]; /* of the engine */
    pt_bytes engine;
} fixture;

static inline void path_in(const fixture *f, const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", f->folder, name);
}

static inline fixture *open_folder(void)
{
    static fixture f;
    (void)snprintf(f.folder, sizeof(f.folder), "/tmp/pawl_plan_XXXXXX");
    if (mkdtemp(f.folder) == NULL)
        return NULL;
    (void)snprintf(f.path, sizeof(f.path), "%s/tiny.engine", f.folder);
    return &f;
}

static inline int make_built_fixture(void **state,
                                     pawl_status (*make)(const char *, pawl_plan **, pawl_error *))
{
    fixture *f = open_folder();
    pawl_error error = {.message = "no folder"};
    pawl_plan *plan = NULL;
    if (f == NULL || make("reference", &plan, &error) < 0 ||
        pawl_plan_save(plan, f->path, &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.message);
        return -1;
    }
    (void)pawl_plan_destroy(&plan);
    f->engine = pt_read_file(f->path);
    *state = f;
    return 0;
}

static inline int make_fixture(void **state)
{
    return make_built_fixture(state, pt_tiny_plan);
}

static inline int make_typed_fixture(void **state)
{
    return make_built_fixture(state, pt_typed_plan);
}

/* As an older pawl wrote it (tests/data/engines). */
static inline int make_older_fixture(void **state, const char *name)
{
    fixture *f = open_folder();
    const char *source = getenv("PAWL_SOURCE_DIR");
    char path[512];
    if (f == NULL || source == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/tests/data/engines/%s", source, name);
    f->engine = pt_read_file(path);
    pt_write_file(f->path, f->engine.data, f->engine.size);
    *state = f;
    return 0;
}

static inline int make_format1_fixture(void **state)
{
    return make_older_fixture(state, "format1.engine");
}

static inline int make_format2_fixture(void **state)
{
    return make_older_fixture(state, "format2.engine");
}

static inline int drop_fixture(void **state)
{
    fixture *f = *state;
    free(f->engine.data);
    (void)unlink(f->path);
    return rmdir(f->folder); /* fails when a test, or a save, left a file behind */
}

#endif
