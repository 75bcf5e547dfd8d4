/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are killed while they write a file. The linker puts this file's functions between
 * the writer and the system (--wrap); a child dies at each call in turn, before or after it, on
 * file systems with and without nameless files. What had the name is whole, old or new, and after
 * the next run nothing else is left.
 */
#define _GNU_SOURCE 1 /* O_TMPFILE, mkdtemp */
#include "unit/base/cmocka_all.h"

#include "base/os.h"
#include <pawl/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE       600000 /* more than one write */
#define DEAD_NAME  "file.pawl-tmp-0123456789abcdef"
#define CALLS_MOST 60

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_write(int descriptor, const void *data, size_t size);
ssize_t __wrap_write(int descriptor, const void *data, size_t size);
int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor);
int __real_linkat(int from, const char *path, int to, const char *name, int flags);
int __wrap_linkat(int from, const char *path, int to, const char *name, int flags);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static char folder[64], path[128];
static pawl_error error;
static int steps_left = -1; /* of a call two: before and after it; -1: live on */
static bool has_no_nameless;

static void step(void)
{
    if (steps_left == 0)
        (void)raise(SIGKILL);
    if (steps_left > 0)
        steps_left--;
}

int __wrap_open(const char *name, int flags, ...)
{
    step();
    if (has_no_nameless && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    const int descriptor = __real_open(name, flags, 0666);
    step();
    return descriptor;
}

ssize_t __wrap_write(int descriptor, const void *data, size_t size)
{
    step();
    const ssize_t written = __real_write(descriptor, data, size);
    step();
    return written;
}

int __wrap_fsync(int descriptor)
{
    step();
    const int result = __real_fsync(descriptor);
    step();
    return result;
}

int __wrap_linkat(int from, const char *name, int to, const char *new_name, int flags)
{
    step();
    const int result = __real_linkat(from, name, to, new_name, flags);
    step();
    return result;
}

int __wrap_rename(const char *from, const char *to)
{
    step();
    const int result = __real_rename(from, to);
    step();
    return result;
}

static const char *in_folder(const char *name)
{
    static char whole[512];
    (void)snprintf(whole, sizeof whole, "%s/%s", folder, name);
    return whole;
}

static int set_up(void **state)
{
    (void)state;
    has_no_nameless = false;
    (void)strcpy(folder, "/tmp/pawl-killed-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int count_names(bool removes)
{
    DIR *listing = opendir(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        count += entry->d_name[0] != '.';
        if (removes && entry->d_name[0] != '.')
            (void)remove(in_folder(entry->d_name));
    }
    (void)closedir(listing);
    return count;
}

static int tear_down(void **state)
{
    (void)state;
    (void)count_names(true);
    return rmdir(folder);
}

static pawl_status write_letters(char letter)
{
    static char data[SIZE];
    pw_os_file file;
    memset(data, letter, sizeof data);
    const pawl_status status = pw_os_file_create(path, &file, &error);
    if (status != PAWL_OK)
        return status;
    pw_os_file_write(&file, data, SIZE / 2);
    pw_os_file_write(&file, data, SIZE / 2);
    return pw_os_file_commit(&file, &error);
}

/* What a run of its own leaves: the signal that ended it, 0 for none; -1 if it failed. */
static int run(char letter, int steps)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        steps_left = steps;
        _exit(write_letters(letter) == PAWL_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* The letter of which the file is; '\0': there is none. */
static char letter_of_file(void)
{
    pw_contents copy = {0};
    if (access(path, F_OK) != 0)
        return '\0';
    assert_int_equal(pw_os_read(path, SIZE, &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, SIZE);
    const char letter = (char)copy.data[0];
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(copy.data[i], letter);
    pw_os_contents_free(&copy);
    return letter;
}

struct killed_row {
    const char *name;
    bool has_no_nameless, replaces;
    int most_left; /* names beside the file, until the next run */
};

static struct killed_row killed_rows[] = {
    {"a new file", false, false, 0},
    {"a file in place of another", false, true, 1},
    {"a new file, where each has a name", true, false, 1},
    {"a file in place of another, where each has a name", true, true, 1},
};

static void killed(void **state)
{
    const struct killed_row *row = *state;
    int steps = 0, deaths = 0;
    has_no_nameless = row->has_no_nameless;
    for (int end = SIGKILL; end != 0; steps++) {
        assert_true(steps < CALLS_MOST);
        (void)count_names(true);
        if (row->replaces)
            assert_int_equal(run('a', -1), 0);
        end = run('b', steps);
        assert_true(end == 0 || end == SIGKILL);
        deaths += end == SIGKILL;
        const char letter = letter_of_file();
        assert_true(letter == 'b' || (end != 0 && letter == (row->replaces ? 'a' : '\0')));
        assert_in_range(count_names(false), 0, (letter != '\0') + (end == 0 ? 0 : row->most_left));
        assert_int_equal(run('c', -1), 0);
        assert_int_equal(letter_of_file(), 'c');
        assert_int_equal(count_names(false), 1);
    }
    assert_true(deaths >= 10);
}

static int killed_set_up(void **state)
{
    void *unused = NULL;
    (void)state;
    return set_up(&unused);
}

static void make_empty(const char *name)
{
    const int descriptor = __real_open(in_folder(name), O_WRONLY | O_CREAT | O_EXCL, 0666);
    assert_true(descriptor >= 0);
    (void)close(descriptor);
}

/* Files of processes that live stay, and whatever is not ours. */
static void only_the_deads_are_removed(void **state)
{
    (void)state;
    static const char *const strangers[] = {
        "file.pawl-tmp-0123456789abcde",   "file.pawl-tmp-0123456789abcdefg",
        "file.pawl-tmp-0123456789abcdeX",  "file.tmp-0123456789abcdef",
        "file.pawl-tmp-0123456789abcdef~", "file.pawl-tmp",
    };
    const int count = (int)(sizeof strangers / sizeof strangers[0]);
    for (int i = 0; i < count; i++)
        make_empty(strangers[i]);
    make_empty(DEAD_NAME);
    make_empty("living.pawl-tmp-0123456789abcdef");
    const int living = __real_open(in_folder("living.pawl-tmp-0123456789abcdef"), O_WRONLY);
    assert_int_equal(flock(living, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(mkdir(in_folder("folder.pawl-tmp-0123456789abcdef"), 0777), 0);
    assert_int_equal(mkfifo(in_folder("pipe.pawl-tmp-0123456789abcdef"), 0600), 0);
    assert_int_equal(symlink("file.pawl-tmp", in_folder("link.pawl-tmp-0123456789abcdef")), 0);
    assert_int_equal(run('a', -1), 0);
    assert_int_equal(access(in_folder(DEAD_NAME), F_OK), -1);
    assert_int_equal(count_names(false), count + 4 + 1);
    assert_int_equal(close(living), 0); /* and so it dies */
    assert_int_equal(run('b', -1), 0);
    assert_int_equal(count_names(false), count + 3 + 1);
}

/* Many at once, each of which clears the folder. */
static void writers_do_not_take_each_other_for_dead(void **state)
{
    (void)state;
    enum { WRITERS = 24 };
    pid_t children[WRITERS];
    for (int nameless = 0; nameless < 2; nameless++) {
        has_no_nameless = nameless == 0;
        for (int i = 0; i < WRITERS; i++) {
            children[i] = fork();
            if (children[i] == 0)
                _exit(write_letters((char)('a' + i)) == PAWL_OK ? 0 : 1);
        }
        for (int i = 0; i < WRITERS; i++) {
            int status = 0;
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
        assert_in_range(letter_of_file(), 'a', 'a' + WRITERS - 1);
        assert_int_equal(count_names(false), 1);
    }
}

static void programs_write_in_the_same_way(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        pawl_file file = {0};
        has_no_nameless = i == 1;
        pawl_file_discard(&file);
        assert_int_equal(pawl_file_commit(&file, 0, &error), PAWL_ERR_ARGUMENT);
        assert_int_equal(pawl_file_create(path, &file, &error), PAWL_OK);
        assert_int_equal(write(file.descriptor, "lost", 4), 4);
        pawl_file_discard(&file);
        assert_null(file.state);
        assert_int_equal(count_names(false), i);
        assert_int_equal(pawl_file_create(path, &file, &error), PAWL_OK);
        assert_int_equal(write(file.descriptor, i == 0 ? "one" : "two", 3), 3);
        assert_int_equal(pawl_file_commit(&file, i, &error), PAWL_OK);
        assert_null(file.state);
        void *data = NULL;
        size_t size = 0;
        assert_int_equal(pawl_file_read(path, 3, &data, &size, &error), PAWL_OK);
        assert_int_equal(size, 3);
        assert_string_equal(data, i == 0 ? "one" : "two");
        pawl_memory_release(data);
        assert_int_equal(pawl_file_read(path, 2, &data, &size, &error), PAWL_ERR_LIMIT);
        assert_int_equal(count_names(false), 1);
    }
    pawl_file file = {0};
    assert_int_equal(pawl_file_create(folder, &file, &error), PAWL_ERR_WRITE);
    assert_null(file.state);
}

int main(void)
{
    struct CMUnitTest rows[sizeof killed_rows / sizeof killed_rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        rows[i] = (struct CMUnitTest){.name = killed_rows[i].name,
                                      .test_func = killed,
                                      .setup_func = killed_set_up,
                                      .teardown_func = tear_down,
                                      .initial_state = &killed_rows[i]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_deads_are_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writers_do_not_take_each_other_for_dead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programs_write_in_the_same_way, set_up, tear_down),
    };
    return cmocka_run_group_tests(rows, NULL, NULL) + cmocka_run_group_tests(tests, NULL, NULL);
}
