/* SPDX-License-Identifier: Apache-2.0 */
/* Cores that this process may use: its affinity, and the quotas of its cgroup (v1 and v2) and of
 * all groups around it. */
#define _GNU_SOURCE 1 /* sched_getaffinity */
#include "base/os.h"
#include "base/words.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPU_COUNT_MAX (1 << 16)
#define PATH_SIZE     1024
#define FILE_ROOM     32 /* of a group's file, with its slash */

static int32_t cores_by_affinity(void)
{
    for (int capacity = CPU_SETSIZE; capacity <= CPU_COUNT_MAX; capacity *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)capacity);
        if (set == NULL)
            break;
        const size_t size = CPU_ALLOC_SIZE((size_t)capacity);
        const int result = sched_getaffinity(0, size, set);
        const int reason = errno;
        const int count = result == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (result == 0)
            return count;
        if (reason != EINVAL) /* EINVAL: the machine has more processors than the set */
            break;
    }
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 && online < INT32_MAX ? (int32_t)online : 1;
}

/* Whole cores that quota microseconds in each period are worth, rounded up: half a core is one
 * thread, one and a half are two; 0: no limit. */
static int32_t cores_of_quota(long long quota, long long period)
{
    if (quota <= 0 || period <= 0 || quota / period > CPU_COUNT_MAX)
        return 0;
    return (int32_t)((quota + period - 1) / period);
}

static int32_t tighter(int32_t a, int32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The numbers in a group's file, count of them; what is not there, or is "max", stays -1. The
 * file's name is in the FILE_ROOM behind the folder's while it is opened. */
static void read_numbers(char *folder, const char *file, long long *numbers, size_t count)
{
    char text[64];
    char *end_of_folder = folder + strlen(folder);
    for (size_t i = 0; i < count; i++)
        numbers[i] = -1;
    (void)snprintf(end_of_folder, FILE_ROOM, "/%s", file);
    FILE *in = fopen(folder, "re");
    *end_of_folder = '\0';
    if (in == NULL)
        return;
    char *at = fgets(text, sizeof text, in);
    for (size_t i = 0; i < count && at != NULL; i++) {
        char *end = NULL;
        const long long number = strtoll(at, &end, 10);
        if (end == at)
            break;
        numbers[i] = number;
        at = end;
    }
    (void)fclose(in);
}

static int32_t quota_of_group(char *folder, bool is_v2)
{
    long long numbers[2];
    if (is_v2) {
        read_numbers(folder, "cpu.max", numbers, 2);
    } else {
        read_numbers(folder, "cpu.cfs_quota_us", &numbers[0], 1);
        read_numbers(folder, "cpu.cfs_period_us", &numbers[1], 1);
    }
    return cores_of_quota(numbers[0], numbers[1]);
}

/* Our group in the hierarchy of v2, or in that of v1's cpu controller: "id:controllers:path". */
static bool find_group(const char *groups, bool is_v2, char *group)
{
    char *line = NULL;
    size_t room = 0;
    bool is_found = false;
    FILE *in = fopen(groups, "re");
    if (in == NULL)
        return false;
    while (!is_found && getline(&line, &room, in) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL || strlen(path + 1) >= PATH_SIZE)
            continue;
        *path++ = '\0';
        controllers++;
        is_found = is_v2 ? controllers[0] == '\0' : pw_words_have(controllers, ',', "cpu");
        if (is_found)
            (void)snprintf(group, PATH_SIZE, "%s", path);
    }
    free(line);
    (void)fclose(in);
    return is_found;
}

/* Splits a line of mountinfo: "36 35 98:0 /root /mount options ... - type source options". */
static bool read_mount(char *line, bool is_v2, const char **root, const char **mount)
{
    char *save = NULL, *word = NULL;
    char *behind = strstr(line, " - ");
    if (behind == NULL)
        return false;
    *behind = '\0';
    const char *type = strtok_r(behind + 3, " \n", &save);
    (void)strtok_r(NULL, " \n", &save);
    const char *options = strtok_r(NULL, " \n", &save);
    if (type == NULL || strcmp(type, is_v2 ? "cgroup2" : "cgroup") != 0)
        return false;
    if (!is_v2 && (options == NULL || !pw_words_have(options, ',', "cpu")))
        return false;
    word = strtok_r(line, " ", &save);
    for (int i = 0; i < 3 && word != NULL; i++)
        word = strtok_r(NULL, " ", &save);
    *root = word;
    *mount = word == NULL ? NULL : strtok_r(NULL, " ", &save);
    return *mount != NULL;
}

/* The tightest limit from a group up to where its hierarchy is mounted: any of them throttles us.
 * The part of the hierarchy that a container sees may begin below its root. */
static int32_t quota_upwards(const char *group, const char *root, const char *mount, bool is_v2)
{
    char folder[2 * PATH_SIZE + FILE_ROOM];
    const size_t base = strlen(mount), hidden = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (base >= PATH_SIZE)
        return 0;
    const bool is_below =
        strncmp(group, root, hidden) == 0 && (group[hidden] == '/' || group[hidden] == '\0');
    (void)snprintf(folder, 2 * PATH_SIZE, "%s%s", mount, is_below ? group + hidden : "");
    int32_t limit = 0;
    for (;;) {
        limit = tighter(limit, quota_of_group(folder, is_v2));
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash < folder + base)
            return limit;
        *slash = '\0';
    }
}

static int32_t quota_of_hierarchy(const char *groups, const char *mounts, bool is_v2)
{
    char group[PATH_SIZE], *line = NULL;
    size_t room = 0;
    if (!find_group(groups, is_v2, group))
        return 0;
    FILE *in = fopen(mounts, "re");
    if (in == NULL)
        return 0;
    int32_t limit = 0;
    while (getline(&line, &room, in) >= 0) {
        const char *root = NULL, *mount = NULL;
        if (read_mount(line, is_v2, &root, &mount))
            limit = tighter(limit, quota_upwards(group, root, mount, is_v2));
    }
    free(line);
    (void)fclose(in);
    return limit;
}

int32_t pw_os_quota_cores(const char *groups, const char *mounts)
{
    return tighter(quota_of_hierarchy(groups, mounts, false),
                   quota_of_hierarchy(groups, mounts, true));
}

int32_t pw_os_core_count(void)
{
    const int32_t cores = tighter(cores_by_affinity(),
                                  pw_os_quota_cores("/proc/self/cgroup", "/proc/self/mountinfo"));
    return cores > 0 ? cores : 1;
}
