/* SPDX-License-Identifier: Apache-2.0 */
/* The operating system, POSIX with Linux's cgroups: clock, process, paths, cores. */
#define _GNU_SOURCE 1 /* sched_getaffinity */
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CPU_COUNT_MAX    (1 << 16)
#define CGROUP_DEPTH_MAX 32
#define CGROUP_MOUNT     "/sys/fs/cgroup"
#define CGROUP_MOUNT_V1  "/sys/fs/cgroup/cpu"
#define NUMBERS_SIZE     64   /* "max 100000" */
#define GROUP_LIST_SIZE  2048 /* /proc/self/cgroup */
#define GROUP_PATH_SIZE  1024

/* --- clock, process, paths --- */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail with these clocks */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t pw_os_clock_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t pw_os_clock_coarse_ns(void)
{
#if defined(CLOCK_MONOTONIC_COARSE)
    return clock_ns(CLOCK_MONOTONIC_COARSE);
#else
    return clock_ns(CLOCK_MONOTONIC);
#endif
}

uint32_t pw_os_process_id(void)
{
    return (uint32_t)getpid();
}

const char *pw_os_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *pw_os_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* --- cores --- */

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

/* Reads a small file of the system's as text; false where it is not there. */
static bool read_small(const char *path, char *text, size_t capacity)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const ssize_t size = read(descriptor, text, capacity - 1);
    (void)close(descriptor);
    if (size < 0)
        return false;
    text[size] = '\0';
    return true;
}

/* Whole cores that quota microseconds in each period are worth, rounded up; 0: no limit. */
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

static int32_t quota_v2(const char *folder)
{
    char path[GROUP_PATH_SIZE], text[NUMBERS_SIZE];
    const int length = snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (length < 0 || (size_t)length >= sizeof path || !read_small(path, text, sizeof text))
        return 0;
    char *end = NULL;
    const long long quota = strtoll(text, &end, 10); /* "max 100000" gives no number: no limit */
    return end == text ? 0 : cores_of_quota(quota, strtoll(end, NULL, 10));
}

/* The tightest limit from our own group up to the root: any of them throttles us. */
static int32_t quota_v2_upwards(const char *group)
{
    char folder[GROUP_PATH_SIZE];
    const int length = snprintf(folder, sizeof folder, CGROUP_MOUNT "%s", group);
    if (length < 0 || (size_t)length >= sizeof folder)
        return 0;
    int32_t limit = 0;
    for (int depth = 0; depth < CGROUP_DEPTH_MAX; depth++) {
        limit = tighter(limit, quota_v2(folder));
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash < folder + strlen(CGROUP_MOUNT))
            break;
        *slash = '\0';
    }
    return limit;
}

static int32_t quota_v1(void)
{
    char quota[NUMBERS_SIZE], period[NUMBERS_SIZE];
    if (!read_small(CGROUP_MOUNT_V1 "/cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_small(CGROUP_MOUNT_V1 "/cpu.cfs_period_us", period, sizeof period))
        return 0;
    return cores_of_quota(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static int32_t cores_by_quota(void)
{
    char text[GROUP_LIST_SIZE] = "\n"; /* so that each entry, the first too, follows a line's end */
    const int32_t limit = quota_v1();
    if (!read_small("/proc/self/cgroup", text + 1, sizeof text - 1))
        return limit;
    const char unified[] = "\n0::";
    char *group = strstr(text, unified);
    if (group == NULL)
        return limit;
    group += strlen(unified);
    group[strcspn(group, "\n")] = '\0';
    return tighter(limit, quota_v2_upwards(strcmp(group, "/") == 0 ? "" : group));
}

int32_t pw_os_core_count(void)
{
    const int32_t cores = tighter(cores_by_affinity(), cores_by_quota());
    return cores > 0 ? cores : 1;
}
