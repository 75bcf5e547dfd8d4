/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole_lines PROGRAM ENGINE PICTURE: pawl predict is interrupted, terminated, killed, left by its
 * reader or short of room in the middle of many pictures. What was found until then is there, in
 * whole lines, and files are whole or absent.
 */
#define _GNU_SOURCE 1 /* F_SETPIPE_SZ */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PICTURES 3000 /* more than are looked at while this test waits its turn */

static const char *program, *engine;
static int failures;

#define CHECK(condition, ...)                 \
    do {                                      \
        if (!(condition)) {                   \
            failures++;                       \
            printf("%s: ", scenario);         \
            printf(__VA_ARGS__);              \
            printf(" (line %d)\n", __LINE__); \
        }                                     \
    } while (0)

static const char *scenario;

static void wait_ms(long milliseconds)
{
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

/* Whole lines in a file; -1: its last line has no end, or one is no JSON object. */
static long count_lines(const char *path, int is_json)
{
    static char line[1 << 20];
    FILE *file = fopen(path, "r");
    long count = 0;
    while (file != NULL && count >= 0 && fgets(line, sizeof line, file) != NULL) {
        json_t *value = is_json ? json_loads(line, 0, NULL) : NULL;
        const int is_whole = line[strlen(line) - 1] == '\n' && (!is_json || json_is_object(value));
        json_decref(value);
        count = is_whole ? count + 1 : -1;
    }
    if (file != NULL)
        (void)fclose(file);
    return count;
}

static long count_coco(const char *path)
{
    json_t *whole = json_load_file(path, 0, NULL);
    const long count = json_is_array(whole) ? (long)json_array_size(whole) : -1;
    json_decref(whole);
    return count;
}

/* Starts predict on all pictures; stdout goes to a descriptor, with a limit of file sizes (0:
 * none). */
static pid_t start(int out, const char *json, rlim_t limit)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    const int silent = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const struct rlimit size = {limit, limit};
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(silent, STDERR_FILENO) < 0 ||
        (limit > 0 && setrlimit(RLIMIT_FSIZE, &size) != 0))
        _exit(127);
    execl(program, "pawl", "predict", engine, "in", "--nosave", "--save-coco", "coco.json",
          "--conf", "0.00001", "--threads", "1", "--json", json, (char *)NULL);
    _exit(127);
}

/* Exit status; 1000 + the number of a signal. */
static int finish(pid_t child)
{
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void forget(void)
{
    (void)unlink("lines.jsonl");
    (void)unlink("coco.json");
    (void)unlink("stdout");
}

/* Waits until some pictures are done, or nobody is there who would do more. */
static void wait_for_lines(const char *path, pid_t child)
{
    siginfo_t ended = {.si_pid = 0};
    while (count_lines(path, 1) < 3 && ended.si_pid == 0 &&
           waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) == 0)
        wait_ms(5);
}

static void ends_by(const char *name, int number, int expected)
{
    scenario = name;
    forget();
    const int out = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const pid_t child = start(out, "lines.jsonl", 0);
    wait_for_lines("lines.jsonl", child);
    CHECK(count_lines("stdout", 0) >= 3, "the console's lines wait in a buffer");
    (void)kill(child, number);
    const int code = finish(child);
    (void)close(out);
    const long lines = count_lines("lines.jsonl", 1);
    CHECK(code == expected, "ends with %d", code);
    CHECK(lines >= 3 && lines < PICTURES, "%ld whole JSON lines", lines);
    CHECK(number == SIGKILL || count_lines("stdout", 0) == lines,
          "%ld console lines for %ld pictures", count_lines("stdout", 0), lines);
    if (number != SIGKILL)
        CHECK(count_coco("coco.json") >= lines, "the COCO file has %ld boxes of %ld pictures",
              count_coco("coco.json"), lines);
}

/* --json -: stdout carries JSON alone; the reader takes some of it, waits, then takes the rest or
 * leaves. */
static void reader_is_slow(int number, int expected, size_t first)
{
    int ends[2];
    char bytes[4096];
    scenario = number == 0 ? "broken pipe" : "slow reader";
    forget();
    if (pipe2(ends, O_CLOEXEC) != 0)
        exit(EXIT_FAILURE);
    (void)fcntl(ends[1], F_SETPIPE_SZ, 4096);
    const pid_t child = start(ends[1], "-", 0);
    (void)close(ends[1]);
    FILE *kept = fopen("lines.jsonl", "w");
    ssize_t count = 0;
    for (size_t at = 0; at < first; at += (size_t)count) {
        count = read(ends[0], bytes, first - at < sizeof bytes ? first - at : sizeof bytes);
        if (kept == NULL || count <= 0)
            exit(EXIT_FAILURE);
        (void)fwrite(bytes, 1, (size_t)count, kept);
    }
    wait_ms(200); /* by now it is in the middle of a write */
    if (number != 0)
        (void)kill(child, number);
    while (number != 0 && (count = read(ends[0], bytes, sizeof bytes)) > 0)
        (void)fwrite(bytes, 1, (size_t)count, kept);
    (void)close(ends[0]);
    (void)fclose(kept);
    const int code = finish(child);
    CHECK(code == expected, "ends with %d", code);
    if (number != 0) {
        const long lines = count_lines("lines.jsonl", 1);
        CHECK(lines >= 1 && lines < PICTURES, "%ld whole JSON lines", lines);
    }
}

static void room_is_short(void)
{
    scenario = "no room";
    forget();
    const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int code = finish(start(out, "lines.jsonl", 100000));
    (void)close(out);
    CHECK(code == 1, "ends with %d", code);
    CHECK(count_lines("lines.jsonl", 1) >= 1, "%ld whole JSON lines",
          count_lines("lines.jsonl", 1));
}

static int prepare(const char *picture)
{
    char name[64];
    if (mkdir("in", 0777) != 0)
        return 0;
    for (int i = 0; i < PICTURES; i++) {
        (void)snprintf(name, sizeof name, "in/%d.jpg", i);
        if (symlink(picture, name) != 0)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/whole_lines_XXXXXX";
    if (argc != 4 || mkdtemp(folder) == NULL || chdir(folder) != 0 || !prepare(argv[3]))
        return EXIT_FAILURE;
    program = argv[1];
    engine = argv[2];
    ends_by("SIGINT", SIGINT, 130);
    ends_by("SIGTERM", SIGTERM, 143);
    ends_by("SIGHUP", SIGHUP, 129);
    ends_by("SIGKILL", SIGKILL, 1000 + SIGKILL);
    for (size_t first = 1; first < 14000; first += 3000)
        reader_is_slow(SIGINT, 130, first);
    reader_is_slow(SIGTERM, 143, 5000);
    reader_is_slow(0, 1, 5000);
    room_is_short();
    if (system("rm -rf in lines.jsonl coco.json stdout stderr") == 0)
        (void)rmdir(folder);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
