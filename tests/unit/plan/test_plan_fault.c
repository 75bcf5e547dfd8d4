/* SPDX-License-Identifier: Apache-2.0 */
/* A full disk, a missing folder, no memory: each says so, leaves nothing behind, and keeps an old
 * file whole. */
#include "plan_fixture.h"

#include "support/failing_allocator.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static pt_allocator allocator;

static void a_missing_folder_is_named(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    pawl_error error;
    char path[128];
    path_in(f, "none/here.engine", path);
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, path, &error), PAWL_ERR_WRITE);
    assert_int_equal(error.os_error, ENOENT);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(pawl_plan_save(plan, f->folder, &error), PAWL_ERR_WRITE);
    assert_int_equal(pawl_plan_save(plan, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

static void a_full_disk_keeps_the_old_file(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    pawl_error error;
    char path[128];
    path_in(f, "old.engine", path);
    pt_write_file(path, "precious", 8);
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    static const rlim_t limits[] = {0, 100, 4096};
    for (size_t i = 0; i < PW_COUNT(limits); i++) {
        const struct rlimit low = {limits[i], before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
        const pawl_status status = pawl_plan_save(plan, path, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, PAWL_ERR_WRITE);
        assert_int_equal(error.os_error, EFBIG);
    }
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    pt_bytes bytes = pt_read_file(path);
    assert_int_equal(bytes.size, 8);
    assert_memory_equal(bytes.data, "precious", 8);
    free(bytes.data);
    assert_int_equal(unlink(path), 0); /* and the folder's end fails if a temporary file is left */
}

/* Runs attempt with the first allocation failing, then the second ... until it succeeds; nothing
 * may stay behind. */
static void until_it_works(pawl_status (*attempt)(const fixture *f), const fixture *f)
{
    const size_t objects = pawl_object_count();
    for (long nth = 1;; nth++) {
        const long live = atomic_load(&allocator.live);
        pt_allocator_reset(&allocator, nth);
        const pawl_status status = attempt(f);
        const bool is_over = atomic_load(&allocator.calls) < nth;
        pt_allocator_reset(&allocator, 0);
        assert_int_equal(status, is_over ? PAWL_OK : PAWL_ERR_MEMORY);
        assert_int_equal(atomic_load(&allocator.live), live);
        assert_int_equal(pawl_object_count(), objects);
        if (is_over)
            return;
        assert_true(nth < 10000);
    }
}

static pawl_status load(const fixture *f)
{
    pawl_plan *plan = NULL;
    const pawl_status status = pawl_plan_load(f->path, &plan, NULL);
    assert_true((status == PAWL_OK) == (plan != NULL));
    (void)pawl_plan_destroy(&plan);
    return status;
}

static pawl_status assemble(const fixture *f)
{
    (void)f;
    pawl_plan *plan = NULL;
    const pawl_status status = pt_tiny_plan("reference", &plan, NULL);
    assert_true((status == PAWL_OK) == (plan != NULL));
    (void)pawl_plan_destroy(&plan);
    return status;
}

static pawl_plan *saved;

static pawl_status save(const fixture *f)
{
    return pawl_plan_save(saved, f->path, NULL);
}

static void no_memory_to_load(void **state)
{
    until_it_works(load, *state);
}

static void no_memory_to_assemble(void **state)
{
    until_it_works(assemble, *state);
}

static void no_memory_to_save(void **state)
{
    const fixture *f = *state;
    assert_int_equal(pawl_plan_load(f->path, &saved, NULL), PAWL_OK);
    until_it_works(save, f);
    assert_int_equal(pawl_plan_destroy(&saved), PAWL_OK);
    pt_bytes bytes = pt_read_file(f->path);
    assert_int_equal(bytes.size, f->engine.size);
    assert_memory_equal(bytes.data, f->engine.data, bytes.size);
    free(bytes.data);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder_is_named),
        cmocka_unit_test(a_full_disk_keeps_the_old_file),
        cmocka_unit_test(no_memory_to_load),
        cmocka_unit_test(no_memory_to_assemble),
        cmocka_unit_test(no_memory_to_save),
    };
    return cmocka_run_group_tests_name("plan_fault", tests, make_fixture, drop_fixture);
}
