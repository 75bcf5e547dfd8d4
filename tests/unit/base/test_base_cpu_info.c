/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder of instruction sets, its names, and PAWL_MAX_ISA. */
#define _GNU_SOURCE 1 /* setenv */
#include "cmocka_all.h"

#include "base/compiler.h"
#include "base/cpu_info.h"

#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
static const char *const names[] = {"generic", "sse41",      "avx2",       "avxvnni",
                                    "avx512",  "avx512vnni", "avx512bf16", "amx"};
static const uint32_t all_bits[] = {0, 1, 3, 0x43, 0x47, 0x4f, 0x5f, 0x7f};
#elif defined(__aarch64__)
static const char *const names[] = {"generic", "neon", "dotprod", "i8mm"};
static const uint32_t all_bits[] = {0, 0x100, 0x1300, 0x1f00};
#else
static const char *const names[] = {"generic"};
static const uint32_t all_bits[] = {0};
#endif

static void each_level_allows_itself_and_all_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < PW_COUNT(names); i++) {
        assert_int_equal(pawl_max_isa_set(names[i]), PAWL_OK);
        assert_int_equal(pw_isa_mask(), pw_isa_machine() & all_bits[i]);
        assert_string_equal(pw_isa_name(all_bits[i]), names[i]);
    }
}

static void no_such_level_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(pawl_max_isa_set("generic"), PAWL_OK);
    const char *const wrong[] = {"", "AVX2", "avx", "avx2 ", "max"};
    for (size_t i = 0; i < PW_COUNT(wrong); i++)
        assert_int_equal(pawl_max_isa_set(wrong[i]), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_max_isa_set(NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pw_isa_mask(), PW_ISA_GENERIC);
    assert_int_equal(pawl_max_isa_set(names[PW_COUNT(names) - 1]), PAWL_OK);
    assert_int_equal(pw_isa_mask(), pw_isa_machine());
}

/* The environment is read once a process: each value gets its own. */
static uint32_t mask_in_child(const char *value)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)setenv("PAWL_MAX_ISA", value, 1);
        const uint32_t mask = pw_isa_mask();
        _exit(write(ends[1], &mask, sizeof mask) == (ssize_t)sizeof mask ? 0 : 1);
    }
    uint32_t mask = 0;
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &mask, sizeof mask), sizeof mask);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return mask;
}

/* First of all tests: a child must not inherit what has been found already. */
static void the_environment_limits(void **state)
{
    (void)state;
    const uint32_t machine = mask_in_child("");
    for (size_t i = 0; i < PW_COUNT(names); i++)
        assert_int_equal(mask_in_child(names[i]), machine & all_bits[i]);
    assert_int_equal(mask_in_child("pentium"), machine);
}

static void a_higher_level_never_stands_without_the_lower(void **state)
{
    (void)state;
    const uint32_t machine = pw_isa_machine();
    if ((machine & PW_ISA_AMX) != 0)
        assert_true((machine & PW_ISA_AVX512) != 0);
    if ((machine & (PW_ISA_AVX512VNNI | PW_ISA_AVX512BF16)) != 0)
        assert_true((machine & PW_ISA_AVX512) != 0);
    if ((machine & PW_ISA_AVX512) != 0)
        assert_true((machine & PW_ISA_AVX2) != 0);
    if ((machine & PW_ISA_AVX2) != 0)
        assert_true((machine & PW_ISA_SSE41) != 0);
#if defined(__x86_64__)
    assert_true(((machine & PW_ISA_AVX2) == 0) || __builtin_cpu_supports("avx2"));
    assert_true(((machine & PW_ISA_AVX512) == 0) || __builtin_cpu_supports("avx512bw"));
    assert_int_equal((machine & PW_ISA_AVX2) != 0,
                     __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
#endif
}

static void the_machine_is_described(void **state)
{
    (void)state;
    pawl_machine_info info = {.struct_size = sizeof info};
    assert_int_equal(pawl_machine_info_get(&info), PAWL_OK);
    assert_string_equal(info.arch, pw_arch_name());
    assert_string_equal(info.isa, pw_isa_name(pw_isa_mask()));
    assert_true(info.cores >= 1);
    const pw_cpu_caches caches = pw_cpu_caches_get();
    assert_true(caches.l1d >= 1024 && caches.l2 >= caches.l1d && caches.l3 > 0);
    info.cores = -7;
    info.struct_size = offsetof(pawl_machine_info, cores); /* a caller who knows less */
    assert_int_equal(pawl_machine_info_get(&info), PAWL_OK);
    assert_int_equal(info.cores, -7);
    info.struct_size = 0;
    assert_int_equal(pawl_machine_info_get(&info), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_machine_info_get(NULL), PAWL_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_limits),
        cmocka_unit_test(each_level_allows_itself_and_all_below),
        cmocka_unit_test(no_such_level_changes_nothing),
        cmocka_unit_test(a_higher_level_never_stands_without_the_lower),
        cmocka_unit_test(the_machine_is_described),
    };
    return cmocka_run_group_tests_name("cpu info", tests, NULL, NULL);
}
