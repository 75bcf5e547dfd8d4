/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system that refuses: along each way of reading and writing every call fails in turn, is
 * interrupted, or does half of what it is asked for, and every allocation fails. Whatever happens:
 * an error in a sentence and what was there before, or the whole result; no descriptor, no memory
 * and no file is left.
 */
#define _GNU_SOURCE 1 /* O_TMPFILE, mkdtemp */
#include "cmocka_all.h"

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/os.h"
#include "support/failing_system.h"
#include <pawl/file.h>

#include <string.h>

#define FOLDERS    20 /* more than are remembered to have been cleared of what the dead left */
#define LARGE_SIZE 600000

/* --- what is tried --- */

static char root[64], folder[96], source[128];
static unsigned char large[LARGE_SIZE + 3];
static pawl_error error;

static const char *in_folder(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static bool holds(const char *path, const void *bytes, size_t size)
{
    static unsigned char found[LARGE_SIZE + 10];
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return false;
    const size_t got = fread(found, 1, sizeof found, file);
    (void)fclose(file);
    return got == size && memcmp(found, bytes, size) == 0;
}

static void put(const char *path, const void *bytes, size_t size)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *name)
{
    struct stat info;
    return lstat(in_folder(name), &info) == 0;
}

/* Names in the folder; -1: an unexpected one. */
static int count_names(const char *path, bool is_emptied)
{
    char name[512];
    int count = 0;
    DIR *const list = opendir(path);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (is_emptied)
            (void)remove(name);
    }
    (void)closedir(list);
    return count;
}

#define DEAD "x.pawl-tmp-0123456789abcdef" /* a temporary file of a process that was killed */

/* Over what a link leads to, where the dead have left something. */
static void replace_prepare(void)
{
    put(in_folder("target"), "old", 3);
    put(in_folder(DEAD), "dead", 4);
    assert_int_equal(symlink("target", in_folder("link")), 0);
}

static pawl_status write_link(pawl_status (*commit)(pw_os_file *file, pawl_error *error))
{
    pw_os_file file;
    PW_TRY(pw_os_file_create(in_folder("link"), &file, &error));
    pw_os_file_write(&file, large, 3);
    pw_os_file_write(&file, large + 3, LARGE_SIZE);
    return commit(&file, &error);
}

static pawl_status replace(void)
{
    return write_link(pw_os_file_commit);
}

static bool replace_is_right(bool is_done)
{
    struct stat info;
    const bool is_link = lstat(in_folder("link"), &info) == 0 && S_ISLNK(info.st_mode);
    const int others = count_names(folder, false) - (is_there(DEAD) ? 1 : 0);
    return is_link && others == 2 &&
           holds(in_folder("target"), is_done ? large : (const void *)"old",
                 is_done ? sizeof large : 3);
}

/* A name that nobody had, not for ever. */
static void nothing_prepare(void) {}

static pawl_status create(void)
{
    pawl_file file;
    PW_TRY(pawl_file_create(in_folder("new"), &file, &error));
    for (size_t at = 0; at < sizeof large;) {
        const ssize_t got = write(file.descriptor, large + at, sizeof large - at);
        if (got < 0 && errno != EINTR) {
            pawl_file_discard(&file);
            (void)snprintf(error.message, sizeof error.message, "not written");
            return PAWL_ERR_WRITE;
        }
        at += got > 0 ? (size_t)got : 0;
    }
    return pawl_file_commit(&file, 0, &error);
}

static bool create_is_right(bool is_done)
{
    return count_names(folder, false) == (is_done ? 1 : 0) &&
           (!is_done || holds(in_folder("new"), large, sizeof large));
}

static pw_contents contents;

static bool contents_are_right(bool is_done)
{
    const bool is_right =
        is_done ? contents.size == sizeof large && memcmp(contents.data, large, sizeof large) == 0
                : contents.data == NULL;
    pw_os_contents_free(&contents);
    return is_right && count_names(folder, false) == 0;
}

static pawl_status copy(void)
{
    return pw_os_read(source, SIZE_MAX, &contents, &error);
}

static pawl_status map(void)
{
    return pw_os_map(source, &contents, &error);
}

static pawl_status copy_pieces(pw_os_input *input, pw_writer *to)
{
    static unsigned char piece[100000];
    uint64_t hash[2];
    size_t got = sizeof piece;
    PW_TRY(pw_os_input_begin(input, &error));
    while (got == sizeof piece) {
        PW_TRY(pw_os_input_next(input, piece, sizeof piece, &got, &error));
        pw_write_bytes(to, piece, got);
    }
    PW_TRY(pw_os_input_end(input, hash, &error));
    return to->has_failed ? pw_fail_memory(&error, "the copy", to->size) : PAWL_OK;
}

static pawl_status pieces(void)
{
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    pw_writer to = {.data = NULL};
    PW_TRY(pw_os_input_open(source, false, &input, &error));
    const pawl_status status = copy_pieces(&input, &to);
    if (status == PAWL_OK)
        contents = (pw_contents){.data = to.data, .size = to.size};
    else
        pw_writer_free(&to);
    return status;
}

/* What says no size: the pipe is full before it is read. */
static int full_pipe[2];
#define PIPE_TEXT "that much is in the pipe"

static void stream_prepare(void)
{
    assert_int_equal(pipe(full_pipe), 0);
    assert_int_equal(write(full_pipe[1], PIPE_TEXT, strlen(PIPE_TEXT)), strlen(PIPE_TEXT));
    (void)close(full_pipe[1]);
}

static pawl_status stream(void)
{
    char path[64];
    void *data = NULL;
    size_t size = 0;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", full_pipe[0]);
    PW_TRY(pawl_file_read(path, SIZE_MAX, &data, &size, &error));
    contents = (pw_contents){.data = data, .size = size};
    return PAWL_OK;
}

static bool stream_is_right(bool is_done)
{
    const bool is_right = is_done ? contents.size == strlen(PIPE_TEXT) &&
                                        memcmp(contents.data, PIPE_TEXT, contents.size) == 0
                                  : contents.data == NULL;
    pw_os_contents_free(&contents);
    (void)close(full_pipe[0]);
    return is_right;
}

/* Another program as a filter, whose answer is more than a pipe holds. */
static char *question, *answer;

static pawl_status filter(void)
{
    const char *const words[] = {"cat", NULL};
    return pw_os_filter(words, question, &answer, &error);
}

static bool filter_is_right(bool is_done)
{
    const bool is_right =
        is_done ? answer != NULL && strcmp(answer, question) == 0 : answer == NULL;
    pw_free(answer);
    answer = NULL;
    return is_right;
}

typedef struct way {
    const char *name;
    void (*prepare)(void);
    pawl_status (*go)(void);
    bool (*is_right)(bool is_done); /* what it left; not done: as if it had never begun */
    pawl_status failure;
    bool is_without_nameless;
} way;

static const way ways[] = {
    {"replace a file", replace_prepare, replace, replace_is_right, PAWL_ERR_WRITE, false},
    {"replace a file by a named one", replace_prepare, replace, replace_is_right, PAWL_ERR_WRITE,
     true},
    {"create a file", nothing_prepare, create, create_is_right, PAWL_ERR_WRITE, false},
    {"create a named file", nothing_prepare, create, create_is_right, PAWL_ERR_WRITE, true},
    {"copy a file", nothing_prepare, copy, contents_are_right, PAWL_ERR_READ, false},
    {"map a file", nothing_prepare, map, contents_are_right, PAWL_ERR_READ, false},
    {"read a file in pieces", nothing_prepare, pieces, contents_are_right, PAWL_ERR_READ, false},
    {"read a stream", stream_prepare, stream, stream_is_right, PAWL_ERR_READ, false},
    {"ask a filter", nothing_prepare, filter, filter_is_right, PAWL_ERR_READ, false},
};

/* One way with what fault says; the status. */
static pawl_status go(const way *on, call which, unsigned nth, int reason, long allocations)
{
    static int turn;
    (void)snprintf(folder, sizeof folder, "%s/%d", root, turn++ % FOLDERS);
    (void)count_names(folder, true);
    on->prepare();
    const int descriptors = count_names("/proc/self/fd", false);
    const long blocks = blocks_out;
    error.message[0] = '\0';
    memset(fault.calls, 0, sizeof fault.calls);
    fault.which = which;
    fault.nth = nth;
    fault.reason = reason;
    fault.is_without_nameless = on->is_without_nameless;
    allocations_left = allocations;
    fault.is_armed = true;
    const pawl_status status = on->go();
    fault.is_armed = false;
    allocations_left = 1000000;
    if (status < 0 && (status != error.status || error.message[0] == '\0'))
        fail_msg("%s, %s %u: no sentence", on->name, call_names[which], nth);
    if (count_names("/proc/self/fd", false) != descriptors)
        fail_msg("%s, %s %u: a descriptor is left", on->name, call_names[which], nth);
    if (!on->is_right(status == PAWL_OK))
        fail_msg("%s, %s %u (error %d), allocation %ld: %d, and not what it should leave", on->name,
                 call_names[which], nth, reason, allocations, (int)status);
    if (blocks_out != blocks)
        fail_msg("%s, %s %u: %ld blocks are left", on->name, call_names[which], nth,
                 blocks_out - blocks);
    return status;
}

static bool may_fail(const way *on, pawl_status status)
{
    return status == PAWL_OK || status == on->failure;
}

static void every_call_fails(void **state)
{
    const way *const on = *state;
    unsigned failed = 0;
    assert_int_equal(go(on, 0, 0, 0, 1000000), PAWL_OK);
    for (unsigned which = 0; which < CALL_COUNT; which++)
        for (unsigned nth = 1;; nth++) {
            const pawl_status status = go(on, (call)which, nth, EIO, 1000000);
            if (!may_fail(on, status))
                fail_msg("%s, %s %u: %s", on->name, call_names[which], nth, error.message);
            failed += status < 0;
            if (fault.calls[which] < nth)
                break;
        }
    assert_true(failed > 0);
}

/* Nobody loses anything by a signal, nor by half a piece. */
static void interruptions_and_halves_are_made_good(void **state)
{
    static const call calls[] = {ID_read, ID_pread, ID_write, ID_waitpid};
    const way *const on = *state;
    for (size_t i = 0; i < PW_COUNT(calls); i++)
        for (int reason = 0; reason <= EINTR; reason += EINTR)
            for (unsigned nth = 1;; nth++) {
                assert_int_equal(go(on, calls[i], nth, reason, 1000000), PAWL_OK);
                if (fault.calls[calls[i]] < nth)
                    break;
            }
}

static void every_allocation_fails(void **state)
{
    const way *const on = *state;
    pawl_status status = PAWL_ERR_MEMORY;
    for (long n = 0; status != PAWL_OK; n++) {
        status = go(on, 0, 0, 0, n);
        assert_true(status == PAWL_OK || status == PAWL_ERR_MEMORY);
        assert_true(n < 100);
    }
}

/* What must not go by unseen, by its call. */
static void a_disk_that_fails_is_told(void **state)
{
    (void)state;
    static const call calls[] = {ID_write, ID_fsync, ID_rename};
    for (size_t i = 0; i < PW_COUNT(calls); i++) {
        assert_int_equal(go(&ways[0], calls[i], 1, ENOSPC, 1000000), PAWL_ERR_WRITE);
        assert_int_equal(error.os_error, ENOSPC);
        assert_non_null(strstr(error.message, "No space left on device"));
    }
    assert_int_equal(go(&ways[5], ID_mmap, 1, ENOMEM, 1000000), PAWL_ERR_MEMORY);
}

int main(void)
{
    enum { KINDS = 3 };
    static char names[KINDS * PW_COUNT(ways)][80];
    struct CMUnitTest tests[KINDS * PW_COUNT(ways) + 1] = {cmocka_unit_test_setup_teardown(
        a_disk_that_fails_is_told, memory_limited, memory_unlimited)};
    static const struct {
        const char *name;
        void (*test)(void **state);
    } kinds[KINDS] = {{"every call fails", every_call_fails},
                      {"interrupted and by halves", interruptions_and_halves_are_made_good},
                      {"every allocation fails", every_allocation_fails}};
    for (size_t i = 0; i < PW_COUNT(names); i++) {
        const way *const on = &ways[i / KINDS];
        (void)snprintf(names[i], sizeof names[i], "%s: %s", on->name, kinds[i % KINDS].name);
        union {
            const way *given;
            void *taken;
        } state = {.given = on};
        tests[1 + i] = (struct CMUnitTest){.name = names[i],
                                           .test_func = kinds[i % KINDS].test,
                                           .setup_func = memory_limited,
                                           .teardown_func = memory_unlimited,
                                           .initial_state = state.taken};
    }
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (unsigned char)(i * 2654435761u >> 13);
    question = malloc(LARGE_SIZE + 1);
    (void)snprintf(root, sizeof root, "/tmp/pawl-faults-XXXXXX");
    if (question == NULL || mkdtemp(root) == NULL)
        return 1;
    memset(question, 'q', LARGE_SIZE);
    question[LARGE_SIZE] = '\0';
    for (int i = 0; i < FOLDERS; i++) {
        (void)snprintf(folder, sizeof folder, "%s/%d", root, i);
        (void)mkdir(folder, 0700);
    }
    (void)snprintf(source, sizeof source, "%s/source", root);
    put(source, large, sizeof large);
    const int result = cmocka_run_group_tests_name("a system that refuses", tests, NULL, NULL);
    for (int i = 0; i < FOLDERS; i++) {
        (void)snprintf(folder, sizeof folder, "%s/%d", root, i);
        (void)count_names(folder, true);
        (void)rmdir(folder);
    }
    (void)unlink(source);
    (void)rmdir(root);
    free(question);
    return result;
}
