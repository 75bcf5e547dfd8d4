/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading files, which others may write into at any time: cameras, FTP servers, a cp of a new
 * engine, a trainer that saves last.pt. A mapping would show their bytes in the middle of our
 * work, and is a signal when they shorten the file; so a file is copied, and the copy is believed
 * when the file is the same before and after.
 */
#define _GNU_SOURCE 1 /* CLOCK_REALTIME_COARSE */
#define XXH_INLINE_ALL
#include "base/memory.h"
#include "base/os_file.h"
#include "base/size.h"
#include <pawl/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#define SECOND_NS ((int64_t)1000000000)
/* Within this a file's times cannot tell two writings apart: two ticks of the slowest clock that
 * Linux has. Where they are whole seconds, the file system (FAT: 2 s) writes no finer ones. */
#define TICKS_NS        ((int64_t)20000000)
#define TICKS_COARSE_NS (2 * SECOND_NS)
#define COMPARISONS     3 /* of a file whose time of change moves each time, as chmod's does */
#define PIECE_SIZE      ((size_t)4096)
#define HOLE_SIZE       ((off_t)64 << 20)
#define HOLES           1000            /* that are looked at */
#define STREAM_ROOM     ((size_t)65536) /* first guess at the size of what has none */
#define WRITER_TICK     50              /* ms between looks for one */
#define WRITER_TICKS    100

static pawl_status has_changed(const pw_os_input *input, pawl_error *error)
{
    return pw_fail(error, PAWL_ERR_READ,
                   "%s changed while it was read: read it again, or let its writer write another "
                   "name and rename that",
                   input->path);
}

static pawl_status cannot_read(const pw_os_input *input, pawl_error *error)
{
    return pw_fail_os(error, PAWL_ERR_READ, errno, "cannot read %s", input->path);
}

/* --- opening --- */

/* Up to size bytes from a place on; less only where the file ends. -1: errno. */
static ssize_t read_at(const pw_os_input *input, uint8_t *to, size_t size, size_t at)
{
    size_t done = 0;
    for (; at + done < input->ahead && done < size; done++)
        to[done] = input->head[at + done]; /* what told that there is a writer */
    while (done < size) {
        const size_t part = pw_size_min(size - done, INT_MAX / 2);
        const ssize_t got = input->is_stream
                                ? read(input->descriptor, to + done, part)
                                : pread(input->descriptor, to + done, part, (off_t)(at + done));
        if (got == 0)
            break;
        if (got > 0)
            done += (size_t)got;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

/* What comes to an end: of devices terminals and /dev/null. From others such as /dev/zero bytes
 * come for ever. */
static bool is_stream(const pw_os_input *input, const struct stat *info)
{
    return S_ISFIFO(info->st_mode) || S_ISSOCK(info->st_mode) ||
           (S_ISCHR(info->st_mode) &&
            (isatty(input->descriptor) || info->st_rdev == makedev(1, 3)));
}

/*
 * A pipe is opened without waiting, and it is for one who has it open for writing that we wait,
 * however long that one takes; where nobody has, for a while. A byte that has come is in the head.
 */
static pawl_status await_writer(pw_os_input *input, pawl_error *error)
{
    struct pollfd end = {.fd = input->descriptor, .events = POLLIN};
    for (int i = 0; i < WRITER_TICKS; i++) {
        const ssize_t got = read(input->descriptor, input->head, 1);
        input->ahead = got > 0 ? 1 : 0;
        if (got > 0 || (got < 0 && errno == EAGAIN))
            return PAWL_OK;
        if (got < 0 && errno != EINTR)
            return cannot_read(input, error);
        if (poll(&end, 1, WRITER_TICK) > 0 && (end.revents & POLLIN) == 0)
            return PAWL_OK; /* one was there, and has gone */
    }
    return pw_fail(error, PAWL_ERR_READ,
                   "cannot read %s: it is a pipe, and nobody has opened it for writing within %d "
                   "seconds: start its writer first, or give a file",
                   input->path, WRITER_TICK * WRITER_TICKS / 1000);
}

/* What it says from now on is waited for. */
static pawl_status begin_stream(pw_os_input *input, mode_t mode, pawl_error *error)
{
    if (S_ISFIFO(mode))
        PW_TRY(await_writer(input, error));
    const int flags = fcntl(input->descriptor, F_GETFL);
    return flags >= 0 && fcntl(input->descriptor, F_SETFL, flags & ~O_NONBLOCK) == 0
               ? PAWL_OK
               : cannot_read(input, error);
}

static pawl_status look_at(pw_os_input *input, bool takes_streams, pawl_error *error)
{
    struct stat info;
    if (fstat(input->descriptor, &info) != 0)
        return cannot_read(input, error);
    const char *kind = pw_os_unusual_kind(info.st_mode);
    if (kind != NULL && (!takes_streams || !is_stream(input, &info)))
        return pw_fail(error, PAWL_ERR_READ, "cannot read %s: it is %s, not a file", input->path,
                       kind);
    input->is_stream = kind != NULL;
    if (input->is_stream)
        return begin_stream(input, info.st_mode, error);
    input->size = (uint64_t)info.st_size;
    const ssize_t got = read_at(input, input->head, sizeof input->head, 0);
    if (got < 0)
        return cannot_read(input, error);
    input->head_size = (size_t)got;
    return PAWL_OK;
}

pawl_status pw_os_input_open(const char *path, bool takes_streams, pw_os_input *input,
                             pawl_error *error)
{
    /* O_NONBLOCK: a pipe that nobody writes to would keep us for ever */
    *input = (pw_os_input){.path = path};
    input->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (input->descriptor < 0)
        return pw_fail_os(error, PAWL_ERR_READ, errno, "cannot open %s", path);
    const pawl_status status = look_at(input, takes_streams, error);
    if (status != PAWL_OK)
        pw_os_input_close(input);
    return status;
}

void pw_os_input_close(pw_os_input *input)
{
    if (input->descriptor >= 0)
        (void)close(input->descriptor);
    input->descriptor = -1;
    pw_free_slot(&input->hashing);
    input->hashing = NULL;
}

/* --- copying --- */

static pawl_status refuse_size(const pw_os_input *input, size_t most, pawl_error *error)
{
    return pw_fail(error, PAWL_ERR_LIMIT, "%s is larger than the %zu bytes that are read of it",
                   input->path, most);
}

/* Room for the bytes, and a zero behind them for those who read text. */
static uint8_t *make_room(size_t size)
{
    return size < SIZE_MAX / 2 ? pw_alloc_aligned(size + 1, PW_CACHE_LINE) : NULL;
}

pawl_status pw_os_contents_copy(const void *data, size_t size, pw_contents *contents,
                                pawl_error *error)
{
    uint8_t *bytes = make_room(size);
    if (bytes == NULL)
        return pw_fail_memory(error, "the copy of a file", size);
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    *contents = (pw_contents){.data = bytes, .size = size};
    return PAWL_OK;
}

/* What says no size beforehand: streams, and files of /proc, which say 0. *contents is empty; after
 * a failure it holds what there is. */
static pawl_status copy_unsized(const pw_os_input *input, size_t most, pw_contents *contents,
                                pawl_error *error)
{
    for (size_t room = pw_size_min(STREAM_ROOM, most);; room = room > most / 2 ? most : 2 * room) {
        const size_t size = contents->size;
        uint8_t *bytes = make_room(room);
        if (bytes == NULL)
            return pw_fail_memory(error, "the copy of a file", room);
        if (size > 0)
            memcpy(bytes, contents->data, size);
        pw_os_contents_free(contents);
        *contents = (pw_contents){.data = bytes, .size = size};
        /* one more than there is room for tells whether there is more */
        const ssize_t got = read_at(input, bytes + size, room + 1 - size, size);
        if (got < 0)
            return cannot_read(input, error);
        contents->size += (size_t)got;
        if (contents->size <= room) {
            bytes[contents->size] = '\0';
            return PAWL_OK;
        }
        if (contents->size > most)
            return refuse_size(input, most, error);
        if (!input->is_stream)
            PW_TRY(pw_os_input_check(input, error)); /* it grows, perhaps faster than it is read */
    }
}

/* As copy_unsized(). */
static pawl_status copy_sized(const pw_os_input *input, size_t size, pw_contents *contents,
                              pawl_error *error)
{
    uint8_t *bytes = make_room(size);
    if (bytes == NULL)
        return pw_fail_memory(error, "the copy of a file", size);
    *contents = (pw_contents){.data = bytes, .size = size};
    const ssize_t got = read_at(input, bytes, size + 1, 0);
    if (got < 0)
        return cannot_read(input, error);
    if ((size_t)got != size)
        return has_changed(input, error); /* cut short, or longer than it was */
    bytes[size] = '\0';
    return PAWL_OK;
}

/* A place that nothing was ever written to, as downloads leave it that make the whole file first
 * and did not come to their end. Its zeros would all be read. */
static pawl_status refuse_hole(const pw_os_input *input, pawl_error *error)
{
    const off_t size = (off_t)input->stamp.size;
    off_t data = 0;
    for (int i = 0; i < HOLES && data >= 0 && data < size; i++) {
        const off_t hole = lseek(input->descriptor, data, SEEK_HOLE);
        data = hole >= 0 && hole < size ? lseek(input->descriptor, hole, SEEK_DATA) : size;
        const off_t end = data < 0 && errno == ENXIO ? size : data; /* no data behind it */
        if (hole >= 0 && end - hole >= HOLE_SIZE)
            return pw_fail_at(error, PAWL_ERR_CORRUPT, (uint64_t)hole,
                              "%s has a hole of %lld bytes at byte %lld, where nothing was ever "
                              "written: copy or download it again",
                              input->path, (long long)(end - hole), (long long)hole);
    }
    return PAWL_OK;
}

/* --- is it one file? --- */

static int64_t time_ns(struct timespec time)
{
    return (int64_t)time.tv_sec * SECOND_NS + time.tv_nsec;
}

static pawl_status take_stamp(const pw_os_input *input, pw_os_stamp *stamp, pawl_error *error)
{
    struct stat info;
    if (fstat(input->descriptor, &info) != 0)
        return cannot_read(input, error);
    *stamp = (pw_os_stamp){.size = (uint64_t)info.st_size,
                           .written_ns = time_ns(info.st_mtim),
                           .changed_ns = time_ns(info.st_ctim)};
    return PAWL_OK;
}

/* Written so lately that a writing since would not show in the file's times. The future counts:
 * a file server's clock is not ours. */
static bool is_young(const pw_os_stamp *stamp)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME_COARSE, &now); /* the one that the times of files are from */
    const bool is_coarse = stamp->written_ns % SECOND_NS == 0 && stamp->changed_ns % SECOND_NS == 0;
    const int64_t ticks = is_coarse ? TICKS_COARSE_NS : TICKS_NS;
    return time_ns(now) - stamp->written_ns < ticks || time_ns(now) - stamp->changed_ns < ticks;
}

/* What was read: the bytes, or where they are gone their hash. */
typedef struct reading {
    const pw_contents *contents;
    XXH128_hash_t hash;
    size_t size;
} reading;

/* Reads it again. 1: the same bytes; 0: others; -1: errno. */
static int compare_again(const pw_os_input *input, const reading *first)
{
    uint8_t piece[PIECE_SIZE];
    XXH3_state_t state;
    (void)XXH3_128bits_reset(&state);
    for (size_t at = 0; at <= first->size; at += sizeof piece) {
        const size_t expected = pw_size_min(first->size - at, sizeof piece);
        const ssize_t got = read_at(input, piece, sizeof piece, at);
        if (got < 0)
            return -1;
        if ((size_t)got != expected)
            return 0;
        if (first->contents == NULL)
            (void)XXH3_128bits_update(&state, piece, expected);
        else if (memcmp(piece, first->contents->data + at, expected) != 0)
            return 0;
    }
    return first->contents != NULL || XXH128_isEqual(XXH3_128bits_digest(&state), first->hash);
}

/* A file of this very moment that is empty has most often just been emptied, to be written. */
static void let_writer_begin(size_t size)
{
    const struct timespec ticks = {.tv_nsec = (long)TICKS_NS};
    if (size == 0)
        (void)nanosleep(&ticks, NULL);
}

/*
 * Sees to it that what was read is what the file held all the while. Where only the time of change
 * moved, other names were given or taken (a rename over this file does that) or rights: its bytes
 * decide.
 */
static pawl_status settle(const pw_os_input *input, const reading *first, pawl_error *error)
{
    bool must_compare = input->is_young;
    pw_os_stamp last = input->stamp, now = last;
    if (must_compare)
        let_writer_begin(first->size);
    for (int i = 0; i <= COMPARISONS; i++) {
        PW_TRY(take_stamp(input, &now, error));
        if (now.size != last.size || now.written_ns != last.written_ns)
            return has_changed(input, error);
        if (!must_compare && now.changed_ns == last.changed_ns)
            return PAWL_OK;
        const int same = i < COMPARISONS ? compare_again(input, first) : 0;
        if (same <= 0)
            return same == 0 ? has_changed(input, error) : cannot_read(input, error);
        must_compare = false;
        last = now;
    }
    return has_changed(input, error);
}

static pawl_status copy_file(pw_os_input *input, size_t most, pw_contents *contents,
                             pawl_error *error)
{
    PW_TRY(take_stamp(input, &input->stamp, error));
    input->is_young = is_young(&input->stamp);
    if (input->stamp.size > most)
        return refuse_size(input, most, error);
    PW_TRY(refuse_hole(input, error));
    if (input->stamp.size == 0) /* nothing, or one of /proc's: read on and see */
        PW_TRY(copy_unsized(input, most, contents, error));
    else
        PW_TRY(copy_sized(input, (size_t)input->stamp.size, contents, error));
    const reading first = {.contents = contents, .size = contents->size};
    return settle(input, &first, error);
}

pawl_status pw_os_input_read(pw_os_input *input, size_t most, pw_contents *contents,
                             pawl_error *error)
{
    pw_contents made = {.data = NULL};
    const pawl_status status = input->is_stream ? copy_unsized(input, most, &made, error)
                                                : copy_file(input, most, &made, error);
    if (status == PAWL_OK)
        *contents = made;
    else
        pw_os_contents_free(&made);
    return status;
}

pawl_status pw_os_input_begin(pw_os_input *input, pawl_error *error)
{
    input->hashing = pw_alloc_aligned(sizeof(XXH3_state_t), PW_CACHE_LINE);
    if (input->hashing == NULL)
        return pw_fail_memory(error, "the hash of a file", sizeof(XXH3_state_t));
    (void)XXH3_128bits_reset(input->hashing);
    PW_TRY(take_stamp(input, &input->stamp, error));
    input->is_young = is_young(&input->stamp);
    return PAWL_OK;
}

pawl_status pw_os_input_next(pw_os_input *input, void *to, size_t size, size_t *got,
                             pawl_error *error)
{
    /* no further than it was long: a file may grow faster than it is read */
    const size_t left = (size_t)input->stamp.size + 1 - input->at;
    const ssize_t part = read_at(input, to, pw_size_min(size, left), input->at);
    if (part < 0)
        return cannot_read(input, error);
    if ((size_t)part == left)
        return has_changed(input, error);
    *got = (size_t)part;
    input->at += (size_t)part;
    (void)XXH3_128bits_update(input->hashing, to, (size_t)part);
    return PAWL_OK;
}

pawl_status pw_os_input_check(const pw_os_input *input, pawl_error *error)
{
    pw_os_stamp now = input->stamp;
    PW_TRY(take_stamp(input, &now, error));
    return now.size == input->stamp.size && now.written_ns == input->stamp.written_ns
               ? PAWL_OK
               : has_changed(input, error);
}

pawl_status pw_os_input_end(pw_os_input *input, uint64_t hash[2], pawl_error *error)
{
    const reading first = {.hash = XXH3_128bits_digest(input->hashing), .size = input->at};
    if (input->at != input->stamp.size)
        return has_changed(input, error);
    PW_TRY(settle(input, &first, error));
    hash[0] = first.hash.low64;
    hash[1] = first.hash.high64;
    return PAWL_OK;
}

pawl_status pw_os_read(const char *path, size_t most, pw_contents *contents, pawl_error *error)
{
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    return pw_os_input_read(&input, most, contents, error);
}

/* --- for programs --- */

pawl_status pawl_file_read(const char *path, size_t most, void **data, size_t *size,
                           pawl_error *error)
{
    if (path == NULL || data == NULL || size == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_file_read: %s is NULL",
                       path == NULL   ? "path"
                       : data == NULL ? "data"
                                      : "size");
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    pw_contents made = {.data = NULL};
    PW_TRY(pw_os_input_open(path, true, &input, error));
    PW_TRY(pw_os_input_read(&input, most, &made, error));
    memcpy(data, &made.data, sizeof *data); /* what is const to readers is the caller's now */
    *size = made.size;
    return PAWL_OK;
}

void pawl_memory_release(void *data)
{
    pw_free(data);
}

/* --- mapping --- */

pawl_status pw_os_map(const char *path, pw_contents *contents, pawl_error *error)
{
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    if (input.size > SIZE_MAX / 2)
        return pw_fail(error, PAWL_ERR_LIMIT, "%s is larger than memory can map", path);
    const size_t size = (size_t)input.size;
    void *data = NULL; /* the system refuses to map nothing */
    if (size > 0)
        data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, input.descriptor, 0);
    if (data == MAP_FAILED) {
        const pawl_status status = errno == ENOMEM ? PAWL_ERR_MEMORY : PAWL_ERR_READ;
        return pw_fail_os(error, status, errno, "cannot map %s", path);
    }
    *contents = (pw_contents){.data = data, .size = size, .is_mapped = size > 0};
    return PAWL_OK;
}

void pw_os_contents_free(pw_contents *contents)
{
    void *start = NULL;
    memcpy(&start, &contents->data, sizeof start); /* what is const to readers goes back */
    if (contents->is_mapped)
        (void)munmap(start, contents->size);
    else
        pw_free(start);
    *contents = (pw_contents){.data = NULL};
}

void pw_os_contents_drop(const pw_contents *contents, const void *start, size_t size)
{
    const uintptr_t begin = (uintptr_t)contents->data, at = (uintptr_t)start;
    if (at < begin || at - begin > contents->size || size > contents->size - (at - begin))
        return; /* somebody else's */
    void *first = NULL;
    memcpy(&first, &start, sizeof first);
    if (contents->is_mapped)
        pw_os_pages_drop(first, size);
    else
        pw_memory_drop(first, size);
}
