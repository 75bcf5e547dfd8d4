/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas of cgroups, both versions, as made-up files show them: own groups, groups around them,
 * containers that see a part. */
#define _GNU_SOURCE 1 /* mkdtemp */
#include "cmocka_all.h"

#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char folder[64], groups[96], mounts[96];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/pawl-cores-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(groups, sizeof groups, "%s/cgroup", folder);
    (void)snprintf(mounts, sizeof mounts, "%s/mountinfo", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : 1;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* A group's folder with one of its files. */
static void group(const char *path, const char *file, const char *text)
{
    char full[1200];
    (void)snprintf(full, sizeof full, "%s/%s", folder, path);
    (void)mkdir(full, 0700);
    (void)snprintf(full, sizeof full, "%s/%s/%s", folder, path, file);
    write_text(full, text);
}

static void quota_v1(const char *path, const char *quota)
{
    group(path, "cpu.cfs_quota_us", quota);
    group(path, "cpu.cfs_period_us", "100000\n");
}

static void mount_both(const char *root)
{
    char text[512];
    (void)snprintf(text, sizeof text,
                   "31 23 0:28 / /sys rw - tmpfs tmpfs rw,mode=755\n"
                   "32 31 0:29 %s %s/v1 rw,relatime shared:3 - cgroup cgroup rw,cpuacct,cpu\n"
                   "33 31 0:30 / %s/set rw - cgroup cgroup rw,cpuset\n"
                   "41 31 0:38 %s %s/v2 rw - cgroup2 cgroup2 rw,nsdelegate\n",
                   root, folder, folder, root, folder);
    write_text(mounts, text);
}

static int32_t cores(void)
{
    return pw_os_quota_cores(groups, mounts);
}

static void parts_of_a_core_count_whole(void **state)
{
    (void)state;
    static const struct {
        const char *quota;
        int32_t cores;
    } rows[] = {{"max 100000\n", 0},
                {"50000 100000\n", 1},
                {"100000 100000\n", 1},
                {"150000 100000\n", 2},
                {"200000 100000\n", 2},
                {"1000 1000000\n", 1},
                {"3200000 100000\n", 32},
                {"", 0},
                {"100000\n", 0},
                {"-1 100000\n", 0},
                {"0 0\n", 0},
                {"x\n", 0},
                {"99999999999999999999999 1\n", 0}};
    write_text(groups, "2:cpuset:/\n0::/\n");
    mount_both("/");
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        group("v2", "cpu.max", rows[i].quota);
        assert_int_equal(cores(), rows[i].cores);
    }
    group("v2", "cpu.max", "max 100000\n");
    quota_v1("v1", "50000\n");
    assert_int_equal(cores(), 0); /* nobody says that we are in it */
    write_text(groups, "4:cpuacct,cpu:/\n");
    assert_int_equal(cores(), 1);
    quota_v1("v1", "150000\n");
    assert_int_equal(cores(), 2);
    quota_v1("v1", "-1\n");
    assert_int_equal(cores(), 0);
}

static void the_tightest_of_all_groups_counts(void **state)
{
    (void)state;
    mount_both("/");
    write_text(groups, "5:cpuset:/elsewhere\n4:cpu,cpuacct:/a/b\n0::/a/b\n");
    quota_v1("v1", "-1\n");
    quota_v1("v1/a", "350000\n");
    quota_v1("v1/a/b", "-1\n");
    assert_int_equal(cores(), 4);
    quota_v1("v1/a/b", "150000\n");
    assert_int_equal(cores(), 2);
    group("v2", "unrelated", "");
    group("v2/a", "cpu.max", "50000 100000\n");
    group("v2/a/b", "cpu.max", "max 100000\n");
    assert_int_equal(cores(), 1);
    group("v2/a", "cpu.max", "max 100000\n");
    assert_int_equal(cores(), 2);
}

/* 1023 bytes: nothing is cut where its files are looked for. */
static void the_longest_group_counts(void **state)
{
    (void)state;
    char path[2 + 1023 + 1] = "v2", text[1100];
    group(path, "cpu.max", "max 100000\n");
    for (size_t length = 2; length + 1 < sizeof path;) {
        const size_t left = sizeof path - length - 2, name = left < 200 ? left : 200;
        path[length++] = '/';
        memset(path + length, 'g', name);
        length += name;
        path[length] = '\0';
        group(path, "cpu.max", length + 1 < sizeof path ? "max 100000\n" : "50000 100000\n");
    }
    mount_both("/");
    (void)snprintf(text, sizeof text, "0::%s\n", path + 2);
    write_text(groups, text);
    assert_int_equal(cores(), 1);
}

/* The hierarchy is mounted from /box on; /proc/self/cgroup tells paths from its root. */
static void a_container_sees_a_part(void **state)
{
    (void)state;
    mount_both("/box");
    write_text(groups, "0::/box/a\n");
    group("v2", "cpu.max", "150000 100000\n");
    group("v2/a", "cpu.max", "max 100000\n");
    assert_int_equal(cores(), 2);
    group("v2/a", "cpu.max", "10000 100000\n");
    assert_int_equal(cores(), 1);
    write_text(groups, "0::/boxes/a\n"); /* another one: what is mounted is all that we know */
    assert_int_equal(cores(), 2);
    write_text(groups, "0::/box\n");
    assert_int_equal(cores(), 2);
}

static void without_files_there_is_no_limit(void **state)
{
    (void)state;
    assert_int_equal(cores(), 0);
    write_text(groups, "no colons\n\n:\n0:\n0::\n");
    assert_int_equal(cores(), 0);
    write_text(mounts, "\n - \n - cgroup2\n1 2 3 - cgroup2 x y\n1 2 3 / - cgroup2 x y\n");
    assert_int_equal(cores(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_of_a_core_count_whole, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_tightest_of_all_groups_counts, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_longest_group_counts, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_container_sees_a_part, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(without_files_there_is_no_limit, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests_name("cores", tests, NULL, NULL);
}
