/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CLI cases need and a bare system lacks:
 *
 * - cli_tool json: checks that each line of stdin is a JSON object, prints how many.
 * - cli_tool npy N H W: a float32 array N x 3 x H x W on stdout.
 * - cli_tool npy-f64 N H W: the same header with another type.
 * - cli_tool zip NAME FILE...: a zip archive of stored entries on stdout.
 * - cli_tool scene N: frame N of a small film, a PPM on stdout: two discs that pass one another,
 *   and a square behind which one of them is hidden for a while.
 * - cli_tool same A B: exit 0 if both files have equal bytes.
 * - cli_tool interrupt CONDITION COMMAND...: runs the command, sends SIGINT as soon as the shell
 *   finds the condition true, twice as timeout(1) does, and prints the command's exit status.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int check_json(void)
{
    static char line[1 << 22];
    int count = 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        json_error_t error;
        json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(value)) {
            fprintf(stderr, "line %d: %s\n", count + 1, error.text);
            return 1;
        }
        json_decref(value);
        count++;
    }
    printf("%d JSON lines\n", count);
    return 0;
}

static int write_npy(const char *type, char **sizes)
{
    const long n = strtol(sizes[0], NULL, 10), h = strtol(sizes[1], NULL, 10),
               w = strtol(sizes[2], NULL, 10);
    char text[128];
    const int used = snprintf(
        text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%ld, 3, %ld, %ld), }",
        type, n, h, w);
    printf("\x93NUMPY%c%c%c%c%-117s\n", 1, 0, 118, 0, used < (int)sizeof text ? text : "");
    for (long i = 0; i < n * 3 * h * w; i++) {
        const float value = (float)((unsigned long)i * 2654435761u % 1000) / 1000.0f;
        fwrite(&value, sizeof value, 1, stdout);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

static void put_number(unsigned long number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        putchar(i < (int)sizeof number ? (int)(number >> (8 * i) & 0xFF) : 0);
}

/* A zip archive of stored entries, without checksums: NAME FILE ... */
static int write_zip(int count, char **names_and_files)
{
    static char bytes[16][4096];
    size_t sizes[16], at[16], end = 0;
    for (int i = 0; i < count && i < 16; i++) {
        const char *name = names_and_files[2 * i];
        FILE *file = fopen(names_and_files[2 * i + 1], "rb");
        if (file == NULL)
            return 1;
        sizes[i] = fread(bytes[i], 1, sizeof bytes[i], file);
        (void)fclose(file);
        at[i] = end;
        end += 30 + strlen(name) + sizes[i];
        put_number(0x04034b50, 4);
        put_number(20, 2);
        put_number(0, 12); /* flags, method, time, date, checksum */
        put_number(sizes[i], 4);
        put_number(sizes[i], 4);
        put_number(strlen(name), 2);
        put_number(0, 2);
        fputs(name, stdout);
        fwrite(bytes[i], 1, sizes[i], stdout);
    }
    size_t directory = 0;
    for (int i = 0; i < count && i < 16; i++) {
        const char *name = names_and_files[2 * i];
        put_number(0x02014b50, 4);
        put_number(20, 2);
        put_number(20, 2);
        put_number(0, 12);
        put_number(sizes[i], 4);
        put_number(sizes[i], 4);
        put_number(strlen(name), 2);
        put_number(0, 12); /* extra, comment, disk, attributes */
        put_number(at[i], 4);
        fputs(name, stdout);
        directory += 46 + strlen(name);
    }
    put_number(0x06054b50, 4);
    put_number(0, 4);
    put_number((unsigned long)count, 2);
    put_number((unsigned long)count, 2);
    put_number(directory, 4);
    put_number(end, 4);
    put_number(0, 2);
    return fflush(stdout) == 0 ? 0 : 1;
}

static void paint(unsigned char *pixel, const unsigned char *colour)
{
    memcpy(pixel, colour, 3);
}

static int write_scene(int frame)
{
    enum { SIDE = 320, RADIUS = 26 };
    static const unsigned char grey[3] = {150, 140, 150}, red[3] = {200, 40, 40};
    static const unsigned char blue[3] = {40, 60, 210}, white[3] = {240, 240, 240};
    static unsigned char pixels[SIDE][SIDE][3];
    const int discs[2][2] = {{40 + 7 * frame, 90}, {290 - 7 * frame, 160}};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            paint(pixels[y][x], grey);
            for (int i = 0; i < 2; i++) {
                const int dx = x - discs[i][0], dy = y - discs[i][1];
                if (dx * dx + dy * dy < RADIUS * RADIUS)
                    paint(pixels[y][x], i == 0 ? red : blue);
            }
            if (x >= 190 && x < 250 && y >= 60 && y < 120)
                paint(pixels[y][x], white);
        }
    printf("P6\n%d %d\n255\n", SIDE, SIDE);
    fwrite(pixels, 1, sizeof pixels, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}

static int compare(const char *first, const char *second)
{
    FILE *a = fopen(first, "rb"), *b = fopen(second, "rb");
    int is_same = a != NULL && b != NULL;
    for (int x = 0, y = 0; is_same && x != EOF;) {
        x = getc(a);
        y = getc(b);
        is_same = x == y;
    }
    if (a != NULL)
        (void)fclose(a);
    if (b != NULL)
        (void)fclose(b);
    puts(is_same ? "same" : "different");
    return is_same ? 0 : 1;
}

/* SIGINT to the process and to its first thread, while it stands still: two that are not merged to
 * one, and reach it one right behind the other, however busy the machine is. Waits for its end. */
static pid_t interrupt_twice(pid_t child, int *status)
{
    (void)kill(child, SIGSTOP);
    const pid_t ended = waitpid(child, status, WUNTRACED);
    if (ended != child || !WIFSTOPPED(*status))
        return ended;
    (void)kill(child, SIGINT);
    (void)tgkill(child, child, SIGINT);
    (void)kill(child, SIGCONT);
    return waitpid(child, status, 0);
}

/* The command has until its end to make the condition true: how fast it is decides nothing. */
static int interrupt(const char *condition, char **command)
{
    const struct timespec wait = {0, 20000000};
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    pid_t ended = child < 0 ? child : 0;
    while (ended == 0 && system(condition) != 0) { /* NOLINT(cert-env33-c): the case's own words */
        (void)nanosleep(&wait, NULL);
        ended = waitpid(child, &status, WNOHANG);
    }
    if (ended == 0) {
        ended = interrupt_twice(child, &status);
    } else {
        printf("it ended before: %s\n", condition);
    }
    if (ended != child || child < 0)
        return 1;
    printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status));
    return 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "json") == 0)
        return check_json();
    if (strcmp(verb, "npy") == 0 && argc == 5)
        return write_npy("<f4", argv + 2);
    if (strcmp(verb, "npy-f64") == 0 && argc == 5)
        return write_npy("<f8", argv + 2);
    if (strcmp(verb, "scene") == 0 && argc == 3)
        return write_scene((int)strtol(argv[2], NULL, 10));
    if (strcmp(verb, "zip") == 0 && argc > 3 && argc % 2 == 0)
        return write_zip((argc - 2) / 2, argv + 2);
    if (strcmp(verb, "same") == 0 && argc == 4)
        return compare(argv[2], argv[3]);
    if (strcmp(verb, "interrupt") == 0 && argc > 3)
        return interrupt(argv[2], argv + 3);
    fprintf(stderr, "cli_tool: see its source\n");
    return 2;
}
