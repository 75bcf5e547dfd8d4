/* SPDX-License-Identifier: Apache-2.0 */
/* Which backends there are and what they say of themselves, where the only TensorRT is a file that
 * is none; and the machine's peak. */
#define _GNU_SOURCE 1 /* mkdtemp */
#include "unit/base/cmocka_all.h"

#include "backend/backend.h"
#include <pawl/profile.h>
#include <pawl/runtime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {"cpu", "reference", "tensorrt"};
static char folder[64], library[96];
static pawl_error error;

static int make_library(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/pawl-registry-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(library, sizeof library, "%s/libnvinfer.so.10", folder);
    FILE *const file = fopen(library, "w");
    if (file == NULL || fputs("no library", file) < 0 || fclose(file) != 0)
        return -1;
    return setenv("PAWL_TENSORRT_LIBRARY", folder, 1);
}

static int remove_library(void **state)
{
    (void)state;
    (void)unlink(library);
    return rmdir(folder);
}

static void backends_are_found_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < PW_COUNT(names); i++) {
        const pw_backend *const found = pw_backend_find(names[i]);
        assert_non_null(found);
        assert_string_equal(found->name, names[i]);
        assert_string_equal(pawl_backend_name(i), names[i]);
        assert_string_equal(pawl_backend_precisions(i), found->precisions);
        assert_non_null(strstr(found->precisions, "fp32"));
    }
    assert_null(pawl_backend_name(PW_COUNT(names)));
    assert_null(pawl_backend_precisions(PW_COUNT(names)));
    assert_null(pw_backend_find("cp"));
    assert_null(pw_backend_find(NULL));
    assert_string_equal(pw_backend_names(), "cpu, reference, tensorrt");
}

static char report[4096];

static void keep_line(void *user, const char *text)
{
    (void)user;
    const size_t used = strlen(report);
    (void)snprintf(report + used, sizeof report - used, "%s\n", text);
}

static void each_says_whether_it_can_be_used(void **state)
{
    (void)state;
    char wanted[256];
    report[0] = '\0';
    pawl_backends_report(keep_line, NULL);
    assert_int_equal(strncmp(report, "cpu (", 5), 0);
    assert_non_null(strstr(report, "): ready\n"));
    assert_non_null(strstr(report, "\nreference (fp32"));
    (void)snprintf(wanted, sizeof wanted, "\ntensorrt (%s): %s cannot be loaded: ",
                   pw_backend_find("tensorrt")->precisions, library);
    assert_non_null(strstr(report, wanted));
    assert_null(pawl_backend_absence(0));
    assert_null(pawl_backend_absence(1));
    (void)snprintf(wanted, sizeof wanted, "%s cannot be loaded: ", library);
    const char *const absence = pawl_backend_absence(2);
    assert_non_null(absence);
    assert_int_equal(strncmp(absence, wanted, strlen(wanted)), 0);
    assert_null(pawl_backend_absence(PW_COUNT(names)));
}

static int visits, most_visits;

static int visit(void *user, const char *backend, const char *path)
{
    assert_ptr_equal(user, report);
    assert_string_equal(backend, "tensorrt");
    assert_string_equal(path, library);
    return ++visits == most_visits;
}

static void libraries_are_named_until_it_is_enough(void **state)
{
    (void)state;
    for (most_visits = 1; most_visits < 3; most_visits++) {
        visits = 0;
        pawl_backend_libraries(visit, report);
        assert_int_equal(visits, 1);
    }
    assert_int_equal(setenv("PAWL_TENSORRT_LIBRARY", library, 1), 0); /* the file itself */
    pawl_backend_libraries(visit, report);
    assert_int_equal(visits, 2);
    assert_int_equal(setenv("PAWL_TENSORRT_LIBRARY", folder, 1), 0);
}

static void a_library_is_tried_or_the_argument_named(void **state)
{
    (void)state;
    char text[64] = "as it was";
    static const struct {
        const char *backend, *path, *message;
    } rows[] = {{"tensorrt", NULL, "path or text is NULL"},
                {"cpu", "x", "there is no backend \"cpu\" that uses a library"},
                {"none", "x", "there is no backend \"none\" that uses a library"},
                {NULL, "x", "there is no backend \"NULL\" that uses a library"}};
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        assert_int_equal(
            pawl_backend_library_try(rows[i].backend, rows[i].path, text, sizeof text, &error),
            PAWL_ERR_ARGUMENT);
        assert_non_null(strstr(error.message, rows[i].message));
    }
    assert_int_equal(pawl_backend_library_try("tensorrt", library, NULL, 64, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_backend_library_try("tensorrt", library, text, 0, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_backend_library_try("tensorrt", library, text, sizeof text, &error),
                     PAWL_ERR_DEVICE);
    assert_non_null(strstr(error.message, library));
    assert_string_equal(text, "as it was");
}

static void the_peak_is_measured(void **state)
{
    (void)state;
    pawl_probe_info info = PAWL_PROBE_INFO_INIT;
    assert_int_equal(pawl_machine_probe(NULL, &error), PAWL_ERR_ARGUMENT);
    info.struct_size = 1;
    assert_int_equal(pawl_machine_probe(&info, &error), PAWL_ERR_ARGUMENT);
    info.struct_size = sizeof info;
    allocations_left = 0;
    assert_int_equal(pawl_machine_probe(&info, &error), PAWL_ERR_MEMORY);
    allocations_left = 1;
    assert_int_equal(pawl_machine_probe(&info, &error), PAWL_OK);
    assert_true(info.gflops > 0 && info.gigabytes > 0);
    assert_int_equal(info.struct_size, sizeof info);
}

static void the_machine_says_what_it_is(void **state)
{
    (void)state;
    const pw_machine machine = pw_machine_here();
    assert_true(machine.isa != 0);
    assert_non_null(strstr(machine.name, ", L1d "));
    assert_non_null(strchr(machine.name, '/'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backends_are_found_by_name),
        cmocka_unit_test(each_says_whether_it_can_be_used),
        cmocka_unit_test(libraries_are_named_until_it_is_enough),
        cmocka_unit_test(a_library_is_tried_or_the_argument_named),
        cmocka_unit_test_setup_teardown(the_peak_is_measured, memory_limited, memory_unlimited),
        cmocka_unit_test(the_machine_says_what_it_is),
    };
    return cmocka_run_group_tests_name("backends", tests, make_library, remove_library);
}
