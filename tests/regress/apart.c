/* SPDX-License-Identifier: Apache-2.0 */
/* Work in a process of its own: what it says arrives, and a crash, a hang, an end of the process or
 * a print do no harm. */
#include "cli/apart.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char arrived[512];

static void keep(void *user, const char *text)
{
    (void)user;
    strncat(arrived, text, sizeof arrived - strlen(arrived) - 1);
    strncat(arrived, "|", sizeof arrived - strlen(arrived) - 1);
}

static void work(void *argument, cli_line line, void *user)
{
    const char *how = argument;
    line(user, "one");
    printf("a library prints\n");
    fflush(stdout);
    if (strcmp(how, "crash") == 0)
        abort();
    while (strcmp(how, "hang") == 0)
        pause();
    if (strcmp(how, "exit") == 0)
        exit(7);
    line(user, "two\nlines");
    if (strcmp(how, "late end") == 0)
        (void)atexit(abort); /* nobody's exit handlers run */
}

static int check(const char *how, bool is_done, const char *lines, const char *reason)
{
    char name[16], why[160] = "";
    arrived[0] = '\0';
    snprintf(name, sizeof name, "%s", how);
    const bool was_done = cli_apart(work, name, 1, keep, NULL, why, sizeof why);
    const bool is_right =
        was_done == is_done && strcmp(arrived, lines) == 0 && (is_done || strstr(why, reason));
    if (!is_right)
        fprintf(stderr, "failed: %s: %d, %s, %s\n", how, was_done, arrived, why);
    return is_right ? 0 : 1;
}

int main(void)
{
    int failed = 0;
    /* What is in the buffer is written once, and what the child prints not at all. */
    printf("once\n");
    failed += check("well", true, "one|two lines|", "");
    failed += check("late end", true, "one|two lines|", "");
    failed += check("crash", false, "one|", "crashed");
    failed += check("exit", false, "one|", "status 7");
    failed += check("hang", false, "one|", "after 1 seconds");
    return failed;
}
