/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutations PAWL WEIGHTS.pt WEIGHTS.wts MODEL.engine PICTURE: a hundred random changes of each
 * file, handed to the program where a user would hand it over. It must work, or end with a
 * documented code and one sentence; not crash, not hang, not take memory for what a damaged number
 * says.
 */
#define _GNU_SOURCE /* wait4 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT   100          /* changes of each file */
#define SECONDS 2.0          /* of the processor's time: others may use the machine */
#define WALL    120          /* seconds until it counts as hanging */
#define MEMORY  (200L << 10) /* KiB */

static uint64_t state = 88172645463325252u;

static size_t below(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return limit > 0 ? (size_t)(state % limit) : 0;
}

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

static bytes load(const char *path)
{
    FILE *file = fopen(path, "rb");
    bytes read = {NULL, 0};
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        exit(2);
    read.size = (size_t)ftell(file);
    rewind(file);
    read.data = malloc(read.size * 2 + 1);
    if (read.data == NULL || fread(read.data, 1, read.size, file) != read.size)
        exit(2);
    (void)fclose(file);
    return read;
}

/* Most structure stands at a file's beginning and end. */
static size_t place(size_t size)
{
    switch (below(4)) {
    case 0:
        return below(size < 512 ? size : 512);
    case 1:
        return size - 1 - below(size < 4096 ? size : 4096);
    default:
        return below(size);
    }
}

static void mutate(bytes *file)
{
    static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, '9', ' ', '-'};
    switch (below(6)) {
    case 0: /* bits */
        for (size_t i = below(8) + 1; i > 0; i--)
            file->data[place(file->size)] ^= (uint8_t)(1u << below(8));
        break;
    case 1: /* bytes that numbers break at */
        for (size_t i = below(8) + 1; i > 0; i--)
            file->data[place(file->size)] = odd[below(sizeof odd)];
        break;
    case 2: /* cut */
        file->size = below(file->size);
        break;
    case 3: { /* a stretch of one value */
        const size_t at = place(file->size), length = below(64) + 1;
        memset(file->data + at, odd[below(sizeof odd)],
               length < file->size - at ? length : file->size - at);
        break;
    }
    case 4: { /* something is missing */
        const size_t at = place(file->size), length = below(64) + 1;
        const size_t gone = length < file->size - at ? length : file->size - at;
        memmove(file->data + at, file->data + at + gone, file->size - at - gone);
        file->size -= gone;
        break;
    }
    default: { /* something is there twice */
        const size_t at = place(file->size), length = below(64) + 1;
        const size_t more = length < file->size - at ? length : file->size - at;
        memmove(file->data + at + more, file->data + at, file->size - at);
        file->size += more;
        break;
    }
    }
}

static void run(char *const *argv, const char *said)
{
    const int null = open("/dev/null", O_RDWR);
    const int out = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)dup2(null, 0);
    (void)dup2(null, 1);
    (void)dup2(out, 2);
    (void)alarm(WALL);
    execvp(argv[0], argv);
    _exit(127);
}

static size_t count_lines(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4096];
    size_t count = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count++;
    if (file != NULL)
        (void)fclose(file);
    return count;
}

static double seconds(const struct rusage *used)
{
    return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
           (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

static bool check(char *const *argv, const char *what, int number, int codes[256])
{
    int status = 0;
    struct rusage used;
    const pid_t child = fork();
    if (child == 0)
        run(argv, "said");
    if (wait4(child, &status, 0, &used) < 0)
        return false;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    codes[code & 255]++;
    const bool is_known = code == 0 || code == 3 || code == 4 || code == 9;
    const size_t lines = count_lines("said");
    const bool is_said = code == 0 || lines >= 1;
    if (is_known && is_said && seconds(&used) < SECONDS && used.ru_maxrss < MEMORY)
        return true;
    printf("%s, change %d: code %d, %zu lines, %.2f s, %ld KiB\n", what, number, code, lines,
           seconds(&used), used.ru_maxrss);
    return false;
}

static void write_file(const char *name, const bytes *file)
{
    FILE *out = fopen(name, "wb");
    if (out == NULL || fwrite(file->data, 1, file->size, out) != file->size || fclose(out) != 0)
        exit(2);
}

static bool try_all(const char *program, const char *path, const char *ending, char *picture)
{
    char name[64];
    (void)snprintf(name, sizeof name, "changed.%s", ending);
    char *const argv[] = {
        (char *)(uintptr_t)program, "predict", name, picture, "--imgsz", "64", "--nosave", NULL};
    int codes[256] = {0};
    bool is_good = true;
    bytes original = load(path);
    uint8_t *kept = malloc(original.size);
    if (kept == NULL)
        exit(2);
    memcpy(kept, original.data, original.size);
    const size_t size = original.size;
    for (int i = 0; i < COUNT; i++) {
        memcpy(original.data, kept, size);
        original.size = size;
        mutate(&original);
        write_file(name, &original);
        is_good = check(argv, ending, i, codes) && is_good;
    }
    printf("%s: %d changes:", ending, COUNT);
    for (int code = 0; code < 256; code++)
        if (codes[code] > 0)
            printf(" %d with %d", codes[code], code);
    printf("\n");
    free(kept);
    free(original.data);
    return is_good;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/pawl-mutations-XXXXXX";
    if (argc != 6 || mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 2;
    bool is_good = try_all(argv[1], argv[2], "pt", argv[5]);
    is_good = try_all(argv[1], argv[3], "wts", argv[5]) && is_good;
    is_good = try_all(argv[1], argv[4], "engine", argv[5]) && is_good;
    static const char *const names[] = {"changed.pt", "changed.wts", "changed.engine", "said"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(names[i]);
    (void)rmdir(folder);
    return is_good ? 0 : 1;
}
