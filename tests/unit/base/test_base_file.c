/* SPDX-License-Identifier: Apache-2.0 */
/* Files that appear whole or not at all, copies and mappings of them. */
#define _GNU_SOURCE 1 /* mkdtemp */
#include "cmocka_all.h"

#include "base/compiler.h"
#include "base/os.h"

#include <pawl/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static pawl_error error;

static const char *in_folder(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Names in the folder, temporaries too; all are removed. */
static int empty_folder(void)
{
    DIR *listing = opendir(folder);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.') {
            count++;
            (void)remove(in_folder(entry->d_name));
        }
    (void)closedir(listing);
    return count;
}

static int folder_make(void **state)
{
    (void)state;
    (void)strcpy(folder, "/tmp/pawl-test-XXXXXX");
    return mkdtemp(folder) != NULL ? memory_limited(state) : -1;
}

static int folder_remove(void **state)
{
    (void)empty_folder();
    return rmdir(folder) == 0 ? memory_unlimited(state) : -1;
}

static void write_file(const char *path, const char *text)
{
    pw_os_file file = {0};
    assert_int_equal(pw_os_file_create(path, &file, &error), PAWL_OK);
    pw_os_file_write(&file, text, strlen(text));
    assert_int_equal(pw_os_file_commit(&file, &error), PAWL_OK);
}

static void assert_file(const char *path, const char *text)
{
    pw_contents copy = {0};
    assert_int_equal(pw_os_read(path, strlen(text), &copy, &error), PAWL_OK);
    assert_int_equal(copy.size, strlen(text));
    assert_memory_equal(copy.data, text, copy.size + 1); /* a zero ends it */
    pw_os_contents_free(&copy);
    assert_null(copy.data);
    pw_os_contents_free(&copy);
}

static void a_committed_file_is_there(void **state)
{
    (void)state;
    write_file(in_folder("a"), "pawl");
    assert_file(in_folder("a"), "pawl");
    write_file(in_folder("a"), "");
    assert_file(in_folder("a"), "");
    assert_int_equal(empty_folder(), 1); /* no temporary stays */
}

static void until_the_commit_the_old_one_stays(void **state)
{
    (void)state;
    write_file(in_folder("a"), "old");
    pw_os_file file = {0};
    assert_int_equal(pw_os_file_create(in_folder("a"), &file, &error), PAWL_OK);
    pw_os_file_write(&file, "new", 3);
    assert_file(in_folder("a"), "old");
    pw_os_file_abandon(&file);
    pw_os_file_abandon(&file);
    assert_file(in_folder("a"), "old");
    assert_int_equal(empty_folder(), 1);
    pw_os_file never_created = {0};
    pw_os_file_abandon(&never_created);
}

static void pieces_of_all_sizes_are_joined(void **state)
{
    (void)state;
    static unsigned char data[3000000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 13);
    pw_os_file file = {0};
    assert_int_equal(pw_os_file_create(in_folder("b"), &file, &error), PAWL_OK);
    size_t at = 0;
    for (size_t size = 0; at < sizeof data; size = size * 2 + 1) {
        const size_t piece = size < sizeof data - at ? size : sizeof data - at;
        pw_os_file_write(&file, data + at, piece);
        at += piece;
    }
    assert_int_equal(pw_os_file_commit(&file, &error), PAWL_OK);
    pw_contents contents[2] = {{0}, {0}};
    assert_int_equal(pw_os_map(in_folder("b"), &contents[0], &error), PAWL_OK);
    assert_int_equal(pw_os_read(in_folder("b"), sizeof data, &contents[1], &error), PAWL_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(contents[i].size, sizeof data);
        assert_memory_equal(contents[i].data, data, sizeof data);
        pw_os_contents_drop(&contents[i], contents[i].data, 1);
        pw_os_contents_drop(&contents[i], NULL, 0);
        pw_os_contents_drop(&contents[i], data, sizeof data); /* somebody else's */
        assert_memory_equal(contents[i].data, data, sizeof data);
        pw_os_contents_drop(&contents[i], contents[i].data + 100, sizeof data - 100);
        /* comes back from the file, or is a caller's allocator's, as in this test */
        assert_memory_equal(contents[i].data, data, sizeof data);
        pw_os_contents_free(&contents[i]);
    }
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    static const char data[100000];
    write_file(in_folder("a"), "old");
    struct rlimit before, small = {.rlim_cur = 50000};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    pw_os_file file = {0};
    assert_int_equal(pw_os_file_create(in_folder("a"), &file, &error), PAWL_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 10; i++)
        pw_os_file_write(&file, data, sizeof data);
    const pawl_status status = pw_os_file_commit(&file, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, PAWL_ERR_WRITE);
    assert_int_equal(error.os_error, EFBIG);
    assert_non_null(strstr(error.message, "/a: File too large"));
    assert_file(in_folder("a"), "old");
    pw_os_file_abandon(&file); /* nothing is left to do */
    assert_int_equal(empty_folder(), 1);
}

static void a_link_stays_a_link_and_a_mode_a_mode(void **state)
{
    (void)state;
    struct stat info;
    char target[512];
    write_file(in_folder("target"), "old");
    (void)strcpy(target, in_folder("target"));
    assert_int_equal(chmod(target, 0640), 0);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    write_file(in_folder("link"), "new");
    assert_file(target, "new");
    assert_int_equal(lstat(in_folder("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat(target, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void a_link_to_nothing_yet_leads_there(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(mkdir(in_folder("deep"), 0777), 0);
    assert_int_equal(symlink("second", in_folder("deep/first")), 0);
    assert_int_equal(symlink("deep/first", in_folder("link")), 0);
    write_file(in_folder("link"), "new");
    assert_file(in_folder("deep/second"), "new");
    assert_int_equal(lstat(in_folder("link"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(remove(in_folder("deep/first")), 0);
    assert_int_equal(remove(in_folder("deep/second")), 0);
}

/* The temporary's name must not be longer. */
static void a_name_may_be_as_long_as_names_go(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    write_file(in_folder(name), "new");
    assert_file(in_folder(name), "new");
    assert_int_equal(empty_folder(), 1);
}

struct refused_row {
    const char *name, *path; /* NULL: the row's own */
    const char *read_message, *write_message;
};

static struct refused_row refused_rows[] = {
    {"folder", NULL, "it is a folder, not a file", "it is a folder, not a file"},
    {"pipe", "pipe", "it is a pipe, not a file", "it is a pipe, not a file"},
    {"device", "/dev/null", "it is a device, not a file", "it is a device, not a file"},
    {"not there", "none/at/all", "No such file or directory", "none/at/all: there is no folder "},
    {"below a file", "file/x", "Not a directory", "Not a directory"},
};

static void refused(void **state)
{
    const struct refused_row *row = *state;
    write_file(in_folder("file"), "x");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    const char *path = row->path == NULL     ? folder
                       : row->path[0] == '/' ? row->path
                                             : in_folder(row->path);
    pw_contents contents = {.size = 77};
    assert_int_equal(pw_os_map(path, &contents, &error), PAWL_ERR_READ);
    assert_int_equal(pw_os_read(path, 1000, &contents, &error), PAWL_ERR_READ);
    assert_non_null(strstr(error.message, row->read_message));
    assert_non_null(strstr(error.message, path));
    assert_int_equal(contents.size, 77);
    pw_os_file file = {.descriptor = -77};
    assert_int_equal(pw_os_file_create(path, &file, &error), PAWL_ERR_WRITE);
    assert_non_null(strstr(error.message, row->write_message));
    assert_int_equal(file.descriptor, -77);
    assert_int_equal(empty_folder(), 2);
}

static int refused_make(void **state)
{
    void *unused = NULL;
    (void)state;
    return folder_make(&unused);
}

/* A file of so many bytes that begins and ends with a few; false: this file system has no holes. */
static bool make_hole(const char *path, off_t size, off_t middle)
{
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, "begin", 5, 0), 5);
    assert_int_equal(pwrite(file, "mid", 3, middle), 3);
    assert_int_equal(ftruncate(file, size), 0);
    const bool has_hole = lseek(file, 0, SEEK_HOLE) < size;
    (void)close(file);
    return has_hole;
}

/* What a download has not written is not read as zeros, however much it is; a small hole is. */
static void a_hole_is_refused_and_not_read(void **state)
{
    (void)state;
    static const struct {
        off_t size, middle;
        bool is_refused;
    } rows[] = {{(off_t)1 << 40, 4096, true},
                {(off_t)80 << 20, 0, true},
                {(off_t)80 << 20, (off_t)70 << 20, true},
                {(off_t)2 << 20, 4096, false},
                {(off_t)9 << 20, (off_t)5 << 20, false}};
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        pw_contents contents = {.data = NULL};
        if (!make_hole(in_folder("hole"), rows[i].size, rows[i].middle))
            skip();
        const pawl_status status = pw_os_read(in_folder("hole"), SIZE_MAX, &contents, &error);
        assert_int_equal(status, rows[i].is_refused ? PAWL_ERR_CORRUPT : PAWL_OK);
        if (rows[i].is_refused)
            assert_non_null(strstr(error.message, "has a hole of"));
        pw_os_contents_free(&contents);
    }
}

/* Of what is no file only what ends is read. */
static void a_device_without_an_end_is_refused(void **state)
{
    (void)state;
    static const char *const endless[] = {"/dev/zero", "/dev/full", "/dev/urandom"};
    char path[32];
    int ends[2];
    void *data = NULL;
    size_t size = 1;
    for (size_t i = 0; i < PW_COUNT(endless); i++) {
        assert_int_equal(pawl_file_read(endless[i], SIZE_MAX / 4, &data, &size, &error),
                         PAWL_ERR_READ);
        assert_non_null(strstr(error.message, "a device"));
    }
    assert_int_equal(pawl_file_read("/dev/null", 100, &data, &size, &error), PAWL_OK);
    assert_int_equal(size, 0);
    pawl_memory_release(data);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    (void)close(ends[1]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(pawl_file_read(path, 100, &data, &size, &error), PAWL_OK);
    assert_int_equal(size, 5);
    assert_string_equal((const char *)data, "piped");
    pawl_memory_release(data);
    (void)close(ends[0]);
}

static void memory_for_a_file_may_run_out(void **state)
{
    (void)state;
    pw_os_file file = {0};
    for (int succeeding = 0; succeeding < 3; succeeding++) {
        allocations_left = succeeding;
        assert_int_equal(pw_os_file_create(in_folder("m"), &file, &error), PAWL_ERR_MEMORY);
        assert_int_equal(blocks_out, 0);
    }
    assert_int_equal(empty_folder(), 0);
    allocations_left = 3;
    write_file(in_folder("m"), "x");
}

static void small_things(void **state)
{
    (void)state;
    assert_string_equal(pw_os_basename("a/b/c.pt"), "c.pt");
    assert_string_equal(pw_os_basename("c.pt"), "c.pt");
    assert_string_equal(pw_os_basename("a/"), "");
    const uint64_t before = pw_os_clock_ns();
    assert_true(before > 0 && pw_os_clock_ns() >= before);
    assert_true(pw_os_core_count() >= 1);
    assert_int_equal(pw_os_process_id(), getpid());
    assert_int_equal(setenv("PAWL_TEST", "", 1), 0);
    assert_null(pw_os_environment("PAWL_TEST"));
    assert_int_equal(setenv("PAWL_TEST", "x", 1), 0);
    assert_string_equal(pw_os_environment("PAWL_TEST"), "x");
    assert_null(pw_os_environment("PAWL_TEST_UNSET"));
}

int main(void)
{
    struct CMUnitTest tests[11 + PW_COUNT(refused_rows)] = {
        cmocka_unit_test_setup_teardown(a_committed_file_is_there, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(until_the_commit_the_old_one_stays, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(pieces_of_all_sizes_are_joined, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(a_link_stays_a_link_and_a_mode_a_mode, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(a_link_to_nothing_yet_leads_there, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(a_name_may_be_as_long_as_names_go, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(a_hole_is_refused_and_not_read, folder_make, folder_remove),
        cmocka_unit_test(a_device_without_an_end_is_refused),
        cmocka_unit_test_setup_teardown(memory_for_a_file_may_run_out, folder_make, folder_remove),
        cmocka_unit_test(small_things),
    };
    for (size_t i = 0; i < PW_COUNT(refused_rows); i++)
        tests[11 + i] = (struct CMUnitTest){.name = refused_rows[i].name,
                                            .test_func = refused,
                                            .setup_func = refused_make,
                                            .teardown_func = folder_remove,
                                            .initial_state = &refused_rows[i]};
    return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
