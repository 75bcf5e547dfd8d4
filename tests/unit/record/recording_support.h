/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the recording: a few lives, and what a format makes of them. */
#ifndef TEST_RECORDING_H
#define TEST_RECORDING_H

#include "lifetime/observer.h"
#include "record/record_out.h"
#include "unit/lifetime/stub_object.h"

#include <pawl/lifetime_log.h>

#include <stdlib.h>
#include <unistd.h>

static char path[64]; /* of whatever is saved */
static char *saved;   /* its contents */

static inline int start(void **state)
{
    pawl_lifetime_record_end();
    return stub_reset(state) == 0 && pawl_lifetime_record_begin() == PAWL_OK ? 0 : -1;
}

static inline void read_saved(void)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    free(saved);
    saved = calloc(1, size + 1);
    assert_non_null(saved);
    assert_int_equal(fread(saved, 1, size, file), size);
    (void)fclose(file);
}

static inline void save(pawl_lifetime_format format)
{
    pawl_error error = {0};
    if (pawl_lifetime_record_save(format, path, &error) != PAWL_OK)
        fail_msg("%s", error.message);
    read_saved();
}

static inline size_t count_of(const char *part)
{
    size_t count = 0;
    for (const char *at = saved; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* runtime and plan, an engine on both; the plan is ended early, the engine refused once as strict
 * would. Ids from first on. */
static inline unsigned long long live_a_life(void)
{
    void *runtime = stub_make(&stub_runtime, "src/main.c", 1, NULL, NULL);
    void *plan = stub_make(&stub_plan, "src/main.c", 2, NULL, NULL);
    const unsigned long long first = pawl_object_id(runtime);
    assert_int_equal(pawl_object_name_set(plan, "yolov5n"), PAWL_OK);
    void *engine = stub_make(&stub_engine, "src/main.c", 3, runtime, plan);
    assert_int_equal(pawl_object_destroy(&plan), PAWL_DEFERRED);
    if (pw_observer_get() != NULL)
        pw_observer_get()->ended(&(pw_object){.id = first + 2}, PAWL_ERR_IN_USE, 0, 1);
    assert_int_equal(pawl_object_destroy(&engine), PAWL_OK);
    assert_int_equal(pawl_object_destroy(&runtime), PAWL_OK);
    return first;
}

/* Every element that opens is closed, in order. */
static inline void assert_well_formed(void)
{
    char open[32][16];
    size_t depth = 0;
    for (const char *at = saved; (at = strchr(at, '<')) != NULL; at++) {
        const char *end = strchr(at, '>');
        assert_non_null(end);
        if (at[1] == '?' || end[-1] == '/')
            continue;
        char name[16] = "";
        (void)sscanf(at + (at[1] == '/' ? 2 : 1), "%15[a-z]", name);
        if (at[1] != '/') {
            assert_true(depth < PW_COUNT(open));
            memcpy(open[depth++], name, sizeof name);
            continue;
        }
        assert_true(depth > 0);
        assert_string_equal(open[--depth], name);
    }
    assert_int_equal(depth, 0);
}

static inline int run_recording_tests(const char *name, const struct CMUnitTest *tests, size_t count)
{
    (void)snprintf(path, sizeof path, "/tmp/pawl_record_XXXXXX");
    const int file = mkstemp(path);
    if (file < 0 || close(file) != 0)
        return 1;
    const int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    pawl_lifetime_record_end();
    (void)unlink(path);
    free(saved);
    return failed;
}

#endif
