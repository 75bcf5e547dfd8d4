/* SPDX-License-Identifier: Apache-2.0 */
/* PAWL_LEAKS and PAWL_LIFETIME: read once a process, so each row is a process of its own. */
#define _GNU_SOURCE 1 /* setenv beside strict POSIX */
#include "stub_object.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct leak_row {
    const char *name;
    const char *leaks;
    bool leaves_one;
    bool has_logger;
    int exit_code;
    const char *printed; /* on standard error; NULL: nothing */
};

static struct leak_row rows[] = {
    {"unset, one left", NULL, true, false, 0, NULL},
    {"report, none left", "report", false, false, 0, NULL},
    {"report, one left", "report", true, false, 0,
     "pawl: PAWL-L009: 1 object is left at exit:\npawl: image #1 at l.c:9"},
    {"report, to the logger", "report", true, true, 0, "logged: image #1 at l.c:9"},
    {"error, none left", "error", false, false, 0, NULL},
    {"error, one left", "error", true, false, 1, "pawl: image #1 at l.c:9"},
    {"nonsense is ignored", "nonsense", true, false, 0, NULL},
};

static void print_logged(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    (void)fprintf(stderr, "logged: %s\n", message);
}

static void leak_in_child(const struct leak_row *row, int output)
{
    (void)dup2(output, STDERR_FILENO);
    if (row->leaks != NULL)
        (void)setenv("PAWL_LEAKS", row->leaks, 1);
    else
        (void)unsetenv("PAWL_LEAKS");
    if (row->has_logger)
        pawl_logger_set(&(pawl_logger){.level = PAWL_LOG_WARNING, .write = print_logged});
    void *image = stub_make(&stub_image, "l.c", 9, NULL, NULL);
    if (!row->leaves_one)
        (void)pawl_object_destroy(&image);
    exit(0);
}

static void leaks_at_exit(void **state)
{
    const struct leak_row *row = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        leak_in_child(row, ends[1]);
    (void)close(ends[1]);
    char printed[2048] = "";
    size_t length = 0;
    for (ssize_t size; (size = read(ends[0], printed + length, sizeof printed - 1 - length)) > 0;)
        length += (size_t)size;
    printed[length] = '\0';
    (void)close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), row->exit_code);
    if (row->printed == NULL)
        assert_string_equal(printed, "");
    else
        assert_contains(printed, row->printed);
}

/* Exit code: the level; nothing may be printed. */
static void level_from_environment(void **state)
{
    (void)state;
    const char *const values[] = {"deferred", "strict", "neither", ""};
    const int levels[] = {PAWL_LIFETIME_DEFERRED, PAWL_LIFETIME_STRICT, PAWL_LIFETIME_DEFERRED,
                          PAWL_LIFETIME_DEFERRED};
    for (size_t i = 0; i < PW_COUNT(values); i++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)setenv("PAWL_LIFETIME", values[i], 1);
            _exit((int)pawl_lifetime_get());
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), levels[i]);
    }
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(rows) + 1];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = leaks_at_exit, .initial_state = &rows[i]};
    tests[PW_COUNT(rows)] = (struct CMUnitTest){.name = "level from the environment",
                                                .test_func = level_from_environment};
    return cmocka_run_group_tests_name("leaks", tests, NULL, NULL);
}
