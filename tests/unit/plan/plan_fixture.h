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

static inline int make_fixture(void **state)
{
    static fixture f;
    pawl_error error;
    pawl_plan *plan = NULL;
    (void)snprintf(f.folder, sizeof(f.folder), "/tmp/pawl_plan_XXXXXX");
    if (mkdtemp(f.folder) == NULL)
        return -1;
    (void)snprintf(f.path, sizeof(f.path), "%s/tiny.engine", f.folder);
    if (pt_tiny_plan("reference", &plan, &error) < 0 || pawl_plan_save(plan, f.path, &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.message);
        return -1;
    }
    (void)pawl_plan_destroy(&plan);
    f.engine = pt_read_file(f.path);
    *state = &f;
    return 0;
}

static inline int drop_fixture(void **state)
{
    fixture *f = *state;
    free(f->engine.data);
    (void)unlink(f->path);
    return rmdir(f->folder); /* fails when a test, or a save, left a file behind */
}

#endif
