/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that change while they are read. The linker puts this file's functions between the reader
 * and the system (--wrap), so each change comes at its place, each time: after the nth pread (the
 * first is the glance at the head), while a writer is waited for, or in the times that a file has.
 */
#define _GNU_SOURCE 1 /* mkdtemp, CLOCK_REALTIME_COARSE */
#include "unit/base/cmocka_all.h"

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_SIZE  10000
#define OLD        1000000000 /* seconds: long ago */
#define NOW        2000000000 /* what the clock says while times are made up */
#define FIRST_COPY 2          /* the pread that makes the copy */

ssize_t __real_pread(int descriptor, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int descriptor, void *to, size_t size, off_t at);
int __real_fstat(int descriptor, struct stat *info);
int __wrap_fstat(int descriptor, struct stat *info);
int __real_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

static char folder[64], path[128], other[128];
static pawl_error error;

static struct {
    void (*change)(int descriptor); /* made by the pread number at, half of whose bytes are read */
    int at, preads;
    void (*changed_times)(struct stat *info); /* what fstat answers instead */
    void (*while_waiting)(void);
    int waits, interruptions;
} hook;

ssize_t __wrap_pread(int descriptor, void *to, size_t size, off_t at)
{
    if (hook.interruptions > 0) {
        hook.interruptions--;
        errno = EINTR;
        return -1;
    }
    if (++hook.preads != hook.at || hook.change == NULL)
        return __real_pread(descriptor, to, size, at);
    const ssize_t first = __real_pread(descriptor, to, size / 2, at);
    hook.change(descriptor);
    return first;
}

int __wrap_fstat(int descriptor, struct stat *info)
{
    const int result = __real_fstat(descriptor, info);
    if (hook.changed_times != NULL)
        hook.changed_times(info);
    return result;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    hook.waits++;
    if (hook.while_waiting != NULL)
        hook.while_waiting();
    return __real_nanosleep(time, left);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (hook.changed_times == NULL || clock != CLOCK_REALTIME_COARSE)
        return __real_clock_gettime(clock, time);
    *time = (struct timespec){.tv_sec = NOW, .tv_nsec = 2};
    return 0;
}

/* A file of one letter, in place as cp and a camera write it. */
static void write_in_place(const char *name, int flags, char letter, size_t size)
{
    static char bytes[2 * FILE_SIZE];
    memset(bytes, letter, sizeof bytes);
    const int descriptor = open(name, O_WRONLY | O_CREAT | flags, 0666);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, size), size);
    assert_int_equal(close(descriptor), 0);
}

static void make_old(void)
{
    const struct timespec old[2] = {{.tv_sec = OLD}, {.tv_sec = OLD}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static int set_up(void **state)
{
    (void)state;
    memset(&hook, 0, sizeof hook);
    (void)strcpy(folder, "/tmp/pawl-changes-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    write_in_place(path, O_TRUNC, 'a', FILE_SIZE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)unlink(other);
    return rmdir(folder);
}

/* --- what writers do --- */

static void rewrite(int descriptor)
{
    (void)descriptor;
    write_in_place(path, O_TRUNC, 'b', FILE_SIZE);
}

static void overwrite(int descriptor)
{
    (void)descriptor;
    write_in_place(path, 0, 'b', FILE_SIZE);
}

static void cut(int descriptor)
{
    (void)descriptor;
    assert_int_equal(truncate(path, 100), 0);
}

static void empty(int descriptor)
{
    (void)descriptor;
    assert_int_equal(truncate(path, 0), 0);
}

static void grow(int descriptor)
{
    (void)descriptor;
    write_in_place(path, O_APPEND, 'b', 10);
}

/* rsync and cp -p: bytes, then the time of writing that was. */
static void rewrite_and_date_back(int descriptor)
{
    struct stat info;
    assert_int_equal(__real_fstat(descriptor, &info), 0);
    overwrite(descriptor);
    const struct timespec times[2] = {info.st_atim, info.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void rename_over(int descriptor)
{
    (void)descriptor;
    write_in_place(other, O_TRUNC, 'b', 2 * FILE_SIZE);
    assert_int_equal(rename(other, path), 0);
}

static void change_rights(int descriptor)
{
    assert_int_equal(fchmod(descriptor, 0600), 0);
}

/* --- what times file systems give --- */

static void same_tick(struct stat *info)
{
    info->st_mtim = info->st_ctim = (struct timespec){.tv_sec = NOW, .tv_nsec = 1};
}

static void whole_seconds(struct stat *info)
{
    info->st_mtim = info->st_ctim = (struct timespec){.tv_sec = NOW - 1};
}

static void clock_ahead(struct stat *info)
{
    info->st_mtim = info->st_ctim = (struct timespec){.tv_sec = NOW + 3600, .tv_nsec = 1};
}

static void no_size(struct stat *info)
{
    info->st_size = 0;
    info->st_mtim = info->st_ctim = (struct timespec){.tv_sec = OLD};
}

struct change_row {
    const char *name;
    void (*change)(int descriptor);
    int at;
    void (*changed_times)(struct stat *info);
    bool is_fine;
};

static struct change_row change_rows[] = {
    {"rewritten", rewrite, FIRST_COPY, NULL, false},
    {"overwritten", overwrite, FIRST_COPY, NULL, false},
    {"cut short", cut, FIRST_COPY, NULL, false},
    {"emptied", empty, FIRST_COPY, NULL, false},
    {"grown", grow, FIRST_COPY, NULL, false},
    {"rewritten and dated back", rewrite_and_date_back, FIRST_COPY, NULL, false},
    {"overwritten after its last byte was read", overwrite, FIRST_COPY + 1, NULL, false},
    {"overwritten within a tick", overwrite, FIRST_COPY, same_tick, false},
    {"overwritten within a second", overwrite, FIRST_COPY, whole_seconds, false},
    {"overwritten on a server whose clock is ahead", overwrite, FIRST_COPY, clock_ahead, false},
    {"overwritten during the comparison", overwrite, FIRST_COPY + 3, same_tick, false},
    {"renamed over", rename_over, FIRST_COPY, NULL, true},
    {"given other rights", change_rights, FIRST_COPY, NULL, true},
    {"let alone within a tick", NULL, 0, same_tick, true},
    {"let alone within a second", NULL, 0, whole_seconds, true},
    {"let alone on a server whose clock is ahead", NULL, 0, clock_ahead, true},
};

static void changed(void **state)
{
    const struct change_row *row = *state;
    make_old();
    hook.change = row->change;
    hook.at = row->at;
    hook.changed_times = row->changed_times;
    pw_contents copy = {.size = 77};
    const pawl_status status = pw_os_read(path, FILE_SIZE, &copy, &error);
    if (row->is_fine) {
        assert_int_equal(status, PAWL_OK);
        assert_int_equal(copy.size, FILE_SIZE);
        for (size_t i = 0; i < copy.size; i++)
            assert_int_equal(copy.data[i], 'a');
        pw_os_contents_free(&copy);
        return;
    }
    assert_int_equal(status, PAWL_ERR_READ);
    assert_non_null(strstr(error.message, "/file changed while it was read: "));
    assert_int_equal(copy.size, 77);
}

/* The same of a file that is used up in pieces. */
static void changed_in_pieces(void **state)
{
    const struct change_row *row = *state;
    static uint8_t piece[FILE_SIZE / 4];
    size_t got = sizeof piece;
    uint64_t hash[2] = {77, 77};
    pw_os_input input;
    make_old();
    assert_int_equal(pw_os_input_open(path, false, &input, &error), PAWL_OK);
    hook.change = row->change;
    hook.at = row->at;
    hook.changed_times = row->changed_times;
    assert_int_equal(pw_os_input_begin(&input, &error), PAWL_OK);
    pawl_status status = PAWL_OK;
    while (got == sizeof piece && status == PAWL_OK)
        status = pw_os_input_next(&input, piece, sizeof piece, &got, &error);
    if (status == PAWL_OK)
        status = pw_os_input_end(&input, hash, &error);
    assert_int_equal(status, row->is_fine ? PAWL_OK : PAWL_ERR_READ);
    if (!row->is_fine)
        assert_non_null(strstr(error.message, "/file changed while it was read: "));
    assert_int_equal(hash[0] == 77, !row->is_fine);
    pw_os_input_close(&input);
}

static int changed_set_up(void **state)
{
    void *unused = NULL;
    (void)state;
    return set_up(&unused);
}

static void a_copy_stays_what_it_was(void **state)
{
    (void)state;
    pw_contents copy = {0};
    assert_int_equal(pw_os_read(path, FILE_SIZE, &copy, &error), PAWL_OK);
    overwrite(-1);
    assert_int_equal(copy.data[0], 'a');
    cut(-1);
    assert_int_equal(copy.data[FILE_SIZE - 1], 'a');
    pw_os_contents_free(&copy);
}

static void begin_to_write(void)
{
    write_in_place(path, 0, 'b', 100);
}

static void an_empty_file_of_this_moment_is_waited_for(void **state)
{
    (void)state;
    pw_contents copy = {0};
    hook.changed_times = same_tick;
    empty(-1);
    assert_int_equal(pw_os_read(path, FILE_SIZE, &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, 0);
    assert_int_equal(hook.waits, 1);
    pw_os_contents_free(&copy);
    empty(-1);
    hook.while_waiting = begin_to_write;
    assert_int_equal(pw_os_read(path, FILE_SIZE, &copy, &error), PAWL_ERR_READ);
    assert_non_null(strstr(error.message, "changed while it was read"));
    hook.while_waiting = NULL;
    hook.waits = 0;
    write_in_place(path, O_TRUNC, 'b', 100);
    assert_int_equal(pw_os_read(path, FILE_SIZE, &copy, &error), PAWL_OK);
    assert_int_equal(hook.waits, 0);
    pw_os_contents_free(&copy);
}

static void interruptions_are_no_errors(void **state)
{
    (void)state;
    pw_contents copy = {0};
    hook.interruptions = 3;
    assert_int_equal(pw_os_read(path, FILE_SIZE, &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, FILE_SIZE);
    pw_os_contents_free(&copy);
}

/* Files of /proc say they are empty. */
static void a_size_of_nothing_is_not_believed(void **state)
{
    (void)state;
    pw_contents copy = {0};
    hook.changed_times = no_size;
    write_in_place(path, O_TRUNC, 'b', FILE_SIZE);
    for (int i = 0; i < 20; i++)
        write_in_place(path, O_APPEND, 'b', FILE_SIZE);
    assert_int_equal(pw_os_read(path, 21 * FILE_SIZE, &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, 21 * FILE_SIZE);
    assert_int_equal(copy.data[copy.size], '\0');
    pw_os_contents_free(&copy);
    assert_int_equal(pw_os_read(path, 21 * FILE_SIZE - 1, &copy, &error), PAWL_ERR_LIMIT);
    hook.changed_times = NULL;
    assert_int_equal(pw_os_read(path, 21 * FILE_SIZE - 1, &copy, &error), PAWL_ERR_LIMIT);
    assert_non_null(strstr(error.message, "larger than the 209999 bytes that are read"));
}

static void streams_are_read_to_their_end(void **state)
{
    (void)state;
    pw_os_input input;
    pw_contents copy = {0};
    int ends[2];
    char name[32];
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    assert_int_equal(write(ends[1], "one two", 7), 7);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(pw_os_input_open(name, true, &input, &error), PAWL_OK);
    assert_true(input.is_stream);
    assert_int_equal(pw_os_input_read(&input, 7, &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, 7);
    assert_string_equal((const char *)copy.data, "one two");
    pw_os_contents_free(&copy);
    pw_os_input_close(&input);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    assert_int_equal(write(ends[1], "one two", 7), 7);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(pw_os_input_open(name, true, &input, &error), PAWL_OK);
    assert_int_equal(pw_os_input_read(&input, 6, &copy, &error), PAWL_ERR_LIMIT);
    pw_os_input_close(&input);
    assert_int_equal(close(ends[0]), 0);
}

int main(void)
{
    enum { COUNT = sizeof change_rows / sizeof change_rows[0] };
    struct CMUnitTest rows[2 * COUNT];
    for (size_t i = 0; i < 2 * COUNT; i++)
        rows[i] = (struct CMUnitTest){.name = change_rows[i % COUNT].name,
                                      .test_func = i < COUNT ? changed : changed_in_pieces,
                                      .setup_func = changed_set_up,
                                      .teardown_func = tear_down,
                                      .initial_state = &change_rows[i % COUNT]};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_stays_what_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_of_this_moment_is_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(interruptions_are_no_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_size_of_nothing_is_not_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(streams_are_read_to_their_end, set_up, tear_down),
    };
    return cmocka_run_group_tests(rows, NULL, NULL) + cmocka_run_group_tests(tests, NULL, NULL);
}
