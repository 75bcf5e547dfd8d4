/* SPDX-License-Identifier: Apache-2.0 */
/* The tuner by a clock of the test's: what it takes, what it keeps, what becomes of a cache in
 * whatever state. */
#include "unit/backend/cpu_fixture.h"
#include "unit/base/cmocka_all.h"

#include "base/compiler.h"
#include "base/memory.h"
#include "tune/budget.h"
#include "tune/timings.h"
#include "tune/tuner.h"
#include <pawl/logger.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAST "conv_f32_generic_winograd_4x16" /* for tuners only: nothing else would take it */

/* Three 3x3 convolutions, of which the last two can be Winograd's, and a head. */
static void make(pw_plan *plan, int32_t tuning)
{
    *plan = (pw_plan){.options = PW_BUILD_OPTIONS_INIT};
    plan->options.tuning = tuning;
    plan->profile = (pw_profile){.batch_opt = 1, .height = 32, .width = 48};
    pw_conv conv = {.out_channels = 16,
                    .groups = 1,
                    .kernel = {3, 3},
                    .stride = {2, 2},
                    .padding = {1, 1},
                    .dilation = {1, 1},
                    .activation = PW_ACT_SILU};
    const uint32_t input = pt_add_input(&plan->network);
    const uint32_t a = pt_add_conv(&plan->network, input, PW_NO_TENSOR, conv);
    conv.stride[0] = conv.stride[1] = 1;
    uint32_t b = pt_add_conv(&plan->network, a, PW_NO_TENSOR, conv);
    conv.out_channels = 24;
    b = pt_add_conv(&plan->network, b, PW_NO_TENSOR, conv);
    const float stride = 2;
    pt_add_head(&plan->network, &b, &stride, 1);
}

/* A clock: the implementation of that name takes fast ns, all others 100000. */
typedef struct clock_of {
    const char *name;
    uint64_t fast;
    size_t turns;
} clock_of;

static uint64_t elapsed(void *user, const pk_call *call, uint64_t nanoseconds)
{
    clock_of *clock = user;
    assert_true(nanoseconds < 60000000000u);
    clock->turns++;
    return strcmp(call->implementation->name, clock->name) == 0 ? clock->fast : 100000;
}

static int is_cancelled_at(void *user, const char *stage, size_t done, size_t total)
{
    assert_string_equal(stage, "tuning");
    assert_true(done <= total && total > 0);
    return user != NULL && done > 0;
}

static const pw_machine machine = {.isa = PW_ISA_GENERIC, .name = "test"};

static bool is_small; /* of the next tune() */

static pawl_status tune(pw_plan *plan, clock_of *clock, const char *cache, bool is_cancelled)
{
    static int flag;
    const pw_tuning tuning = {.threads = 2,
                              .progress = is_cancelled_at,
                              .progress_user = is_cancelled ? &flag : NULL,
                              .timing_cache = cache,
                              .is_small = is_small};
    const pw_trial_clock by = {elapsed, clock};
    clock->turns = 0;
    return pw_tune_by(&pw_backend_cpu, plan, &machine, &tuning, &by, NULL);
}

/* The implementation of the second convolution on a machine, at a height, with threads. */
static const char *second(const pw_plan *plan, const char *name, int32_t height, int32_t threads)
{
    pw_machine here = machine;
    (void)snprintf(here.name, sizeof here.name, "%s", name);
    pw_device_plan *device = NULL;
    pw_thread_pool *pool = NULL;
    pw_program *program = NULL;
    pw_crew crew;
    assert_int_equal(pw_thread_pool_create(threads, &pool, NULL), PAWL_OK);
    pw_crew_make(&crew, pool, threads);
    assert_int_equal(pw_backend_cpu.open(plan, &here, &device, NULL), PAWL_OK);
    const pw_lowering lowering = {.batch = 1,
                                  .height = height,
                                  .width = 48,
                                  .input = PAWL_INPUT_F32_NCHW,
                                  .output = PAWL_OUTPUT_DECODED,
                                  .crew = &crew};
    assert_int_equal(pw_backend_cpu.lower(device, &lowering, &program, NULL), PAWL_OK);
    const pw_schedule *schedule = &((const pw_kernel_program *)program)->schedule;
    const char *found = NULL;
    for (size_t s = 0; s < schedule->step_count; s++)
        if (schedule->steps[s].problem.op == PK_CONV && schedule->steps[s].layer == 2)
            found = schedule->steps[s].implementation->name;
    pt_fill_input(program);
    const pw_run run = {.threshold = 0.5f};
    assert_int_equal(pw_program_run(program, &run, NULL), PAWL_OK);
    pw_backend_cpu.release(program);
    pw_backend_cpu.close(device);
    pw_crew_end(&crew);
    pw_thread_pool_destroy(pool);
    assert_non_null(found);
    return found;
}

static char warnings[4096];

static void keep_warning(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    if (level == PAWL_LOG_WARNING)
        strncat(warnings, message, sizeof warnings - strlen(warnings) - 1);
}

static void listen(void)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_warning};
    warnings[0] = '\0';
    pawl_logger_set(&logger);
}

static void takes_what_is_faster(void **state)
{
    (void)state;
    pw_plan plan;
    clock_of clock = {.name = FAST, .fast = 50000};
    make(&plan, PAWL_TUNE_QUICK);
    assert_string_not_equal(second(&plan, "test", 32, 2), FAST);
    assert_int_equal(tune(&plan, &clock, NULL, false), PAWL_OK);
    assert_int_equal(plan.tactic_count, 2);
    listen();
    assert_string_equal(second(&plan, "test", 32, 2), FAST);
    assert_string_equal(second(&plan, "test", 32, 1), FAST); /* of other threads, but measured */
    assert_string_not_equal(second(&plan, "test", 64, 2), FAST); /* another problem */
    assert_string_equal(warnings, "");
    assert_string_not_equal(second(&plan, "other", 32, 2), FAST);
    assert_non_null(strstr(warnings, "tuned on another machine (test, 2 threads)"));
    listen();
    assert_string_not_equal(second(&plan, "tes", 32, 2), FAST);
    assert_string_not_equal(warnings, "");
    pw_network_free(&plan.network);
}

/* Timings that this version cannot use are told, once for an engine. */
static void stale_timings_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        pw_plan plan;
        clock_of clock = {.name = FAST, .fast = 50000};
        make(&plan, PAWL_TUNE_QUICK);
        assert_int_equal(tune(&plan, &clock, NULL, false), PAWL_OK);
        assert_int_equal(plan.tactic_count, 2);
        if (i == 0)
            plan.tactics[0].problem ^= 1; /* its text was another */
        else
            plan.tactics[0].name = "conv_f32_of_another_version";
        listen();
        (void)second(&plan, "test", 32, 2);
        assert_string_equal(warnings, "1 of the engine's 2 timings on this machine are of kernels "
                                      "or problems that this pawl does not have: build and tune "
                                      "it again to have its best");
        pw_network_free(&plan.network);
    }
}

static void a_hair_is_not_enough(void **state)
{
    static const struct {
        uint64_t fast;
        bool is_taken;
    } rows[] = {{99000, false}, {97000, true}, {100000, false}, {400000, false}};
    (void)state;
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        pw_plan plan;
        clock_of clock = {.name = FAST, .fast = rows[i].fast};
        make(&plan, PAWL_TUNE_QUICK);
        assert_int_equal(tune(&plan, &clock, NULL, false), PAWL_OK);
        assert_int_equal(strcmp(second(&plan, "test", 32, 2), FAST) == 0, rows[i].is_taken);
        pw_network_free(&plan.network);
    }
}

static void off_does_nothing(void **state)
{
    (void)state;
    pw_plan plan;
    clock_of clock = {.name = FAST, .fast = 1};
    make(&plan, PAWL_TUNE_OFF);
    assert_int_equal(tune(&plan, &clock, "/nonexistent/cache", false), PAWL_OK);
    assert_int_equal(clock.turns, 0);
    assert_int_equal(plan.tactic_count, 0);
    pw_network_free(&plan.network);
}

/* Turns of a build of its own, by a cache. */
static size_t turns(const char *cache, int32_t tuning, bool is_cancelled)
{
    pw_plan plan;
    clock_of clock = {.name = FAST, .fast = 50000};
    make(&plan, tuning);
    assert_int_equal(tune(&plan, &clock, cache, is_cancelled),
                     is_cancelled ? PAWL_ERR_CANCELLED : PAWL_OK);
    if (!is_cancelled)
        assert_string_equal(second(&plan, "test", 32, 2), FAST);
    pw_network_free(&plan.network);
    return clock.turns;
}

static char folder[64], cache[96];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/pawl_tune_XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(cache, sizeof cache, "%s/timings.cache", folder);
    return 0;
}

static int end_folder(void **state)
{
    (void)state;
    (void)remove(cache);
    return rmdir(folder); /* nothing else was left in it */
}

static size_t read_cache(char *text, size_t size)
{
    FILE *file = fopen(cache, "rb");
    assert_non_null(file);
    const size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    (void)fclose(file);
    return length;
}

static void write_cache(const char *text, size_t length)
{
    FILE *file = fopen(cache, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void what_is_timed_is_kept(void **state)
{
    (void)state;
    char before[3072], after[3072];
    listen();
    const size_t all = turns(cache, PAWL_TUNE_QUICK, false);
    assert_true(all > 0);
    const size_t length = read_cache(before, sizeof before);
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0);
    assert_int_equal(read_cache(after, sizeof after), length);
    assert_memory_equal(before, after, length);
    assert_true(turns(cache, PAWL_TUNE_FULL, false) > all); /* quick's are not enough */
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0);
    assert_string_equal(warnings, "");
}

/* Each byte that is changed costs that line's time at most, and is said; so is each length. */
static void damage_is_timed_again(void **state)
{
    (void)state;
    char good[3072], bad[3072];
    listen();
    const size_t all = turns(cache, PAWL_TUNE_QUICK, false);
    const size_t length = read_cache(good, sizeof good);
    const size_t header = strcspn(good, "\n") + 1;
    for (size_t at = header; at < length; at += 7) {
        listen();
        memcpy(bad, good, length);
        bad[at] ^= 0x11;
        write_cache(bad, length);
        const size_t again = turns(cache, PAWL_TUNE_QUICK, false);
        assert_true(again > 0 && again <= all);
        assert_non_null(strstr(warnings, "is damaged"));
        assert_ptr_equal(strstr(strstr(warnings, "is damaged") + 1, "is damaged"), NULL);
        assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0); /* mended */
    }
    for (size_t cut = header + 5; cut < length; cut += 41) {
        listen();
        write_cache(good, cut);
        assert_true(turns(cache, PAWL_TUNE_QUICK, false) > 0);
        if (good[cut - 1] != '\n')
            assert_non_null(strstr(warnings, "is damaged"));
    }
}

/* What was written is read, the largest number too. */
static void numbers_of_64_bits_are_read(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, UINT64_MAX / 10, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < PW_COUNT(numbers); i++) {
        const pw_timing row = {
            .machine = "m", .problem = "p", .name = "n", .level = 1, .nanoseconds = numbers[i]};
        pw_timings timings = {.count = 0}, read;
        listen();
        (void)remove(cache);
        assert_int_equal(pw_timings_add(&timings, &row, NULL), PAWL_OK);
        pw_timings_write(cache, &timings);
        assert_int_equal(pw_timings_read(cache, &read, NULL), PAWL_OK);
        assert_string_equal(warnings, "");
        assert_true(pw_timings_find(&read, "m", "p", 1)->nanoseconds == numbers[i]);
        pw_timings_free(&read);
        pw_timings_free(&timings);
    }
}

static void others_files_stay(void **state)
{
    static const char *const others[] = {"weights, say", "\0\1\2", "pawl"};
    (void)state;
    char text[256];
    for (size_t i = 0; i < PW_COUNT(others); i++) {
        listen();
        write_cache(others[i], 4);
        assert_true(turns(cache, PAWL_TUNE_QUICK, false) > 0);
        assert_non_null(strstr(warnings, "is no file of timings"));
        assert_int_equal(read_cache(text, sizeof text), 4);
        assert_memory_equal(text, others[i], 4);
    }
    listen();
    static const char old[] = "pawl-timings 1 0.0.1\nwhatever\n";
    write_cache(old, sizeof old - 1);
    assert_true(turns(cache, PAWL_TUNE_QUICK, false) > 0);
    assert_non_null(strstr(warnings, "another version"));
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0); /* replaced */
    listen();
    write_cache("", 0);
    assert_true(turns(cache, PAWL_TUNE_QUICK, false) > 0);
    assert_string_equal(warnings, "");
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0);
}

static void what_cannot_be_written_is_said(void **state)
{
    char path[128];
    (void)state;
    listen();
    assert_true(turns(folder, PAWL_TUNE_QUICK, false) > 0);
    assert_non_null(strstr(warnings, "the timings are not kept"));
    listen();
    (void)snprintf(path, sizeof path, "%s/none/timings.cache", folder);
    assert_true(turns(path, PAWL_TUNE_QUICK, false) > 0);
    assert_non_null(strstr(warnings, "the timings are not kept"));
}

static void a_stopped_build_keeps_its_times(void **state)
{
    (void)state;
    listen();
    const size_t some = turns(cache, PAWL_TUNE_QUICK, true);
    const size_t rest = turns(cache, PAWL_TUNE_QUICK, false);
    assert_true(some > 0 && rest > 0);
    (void)remove(cache);
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), some + rest);
    assert_string_equal(warnings, "");
}

/* A machine's rows stand beside another's. */
static void machines_share_a_file(void **state)
{
    (void)state;
    pw_plan plan;
    clock_of clock = {.name = FAST, .fast = 50000};
    const pw_machine other = {.isa = PW_ISA_GENERIC, .name = "other"};
    const pw_tuning tuning = {.threads = 2, .timing_cache = cache};
    const pw_trial_clock by = {elapsed, &clock};
    const size_t all = turns(cache, PAWL_TUNE_QUICK, false);
    make(&plan, PAWL_TUNE_QUICK);
    assert_int_equal(pw_tune_by(&pw_backend_cpu, &plan, &other, &tuning, &by, NULL), PAWL_OK);
    assert_int_equal(clock.turns, all);
    assert_int_equal(turns(cache, PAWL_TUNE_QUICK, false), 0);
    pw_network_free(&plan.network);
}

/* By the real clock, with all that this machine has: results are those of the table's order,
 * nearly. */
static void real_times_give_right_results(void **state)
{
    (void)state;
    pw_plan plan;
    make(&plan, PAWL_TUNE_FULL);
    const pw_machine here = {.isa = pw_isa_machine(), .name = "test"};
    const pw_tuning tuning = {.threads = 1};
    assert_int_equal(pw_tune(&pw_backend_cpu, &plan, &here, &tuning, NULL), PAWL_OK);
    /* where only the generic set is, the 3x3 layers alone have two ways */
    assert_true(plan.tactic_count >= ((here.isa & PW_ISA_SSE41) != 0 ? 3 : 1));
    for (size_t i = 0; i < plan.tactic_count; i++) {
        assert_string_equal(plan.tactics[i].machine, "test, 1 thread");
        assert_true(plan.tactics[i].microseconds > 0);
    }
    pw_network_free(&plan.network);
}

/* Winograd's weights are four times the usual ones: a build for little memory does without, from
 * the same times. */
static void memory_may_be_dearer_than_time(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        pw_plan plan;
        clock_of clock = {.name = FAST, .fast = 50000};
        make(&plan, PAWL_TUNE_QUICK);
        is_small = i % 2 == 0;
        assert_int_equal(tune(&plan, &clock, cache, false), PAWL_OK);
        assert_int_equal(strcmp(second(&plan, "test", 32, 2), FAST) == 0, !is_small);
        assert_int_equal(plan.tactic_count, 2);
        assert_true(i == 0 || clock.turns == 0);
        pw_network_free(&plan.network);
    }
    is_small = false;
}

/* What saves most for a byte comes first; what does not fit makes room for what does. */
static void a_budget_is_spent_well(void **state)
{
    static const struct {
        uint64_t saved;
        size_t layers, extra;
        bool is_taken;
    } rows[] = {{100, 1, 60, false}, {300, 1, 60, true}, {90, 2, 30, true}, {5, 1, 10, true}};
    (void)state;
    pw_budget budget;
    assert_int_equal(pw_budget_make(&budget, PW_COUNT(rows), 100, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        const pw_budget_row row = {
            .problem = i,
            .winner = {.nanoseconds = 1000, .modest_nanoseconds = 1000 + rows[i].saved},
            .layers = rows[i].layers,
            .extra = rows[i].extra};
        pw_budget_add(&budget, &row);
    }
    pw_budget_settle(&budget);
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        assert_int_equal(pw_budget_find(&budget, i)->is_taken, rows[i].is_taken);
    assert_null(pw_budget_find(&budget, PW_COUNT(rows)));
    assert_int_equal(budget.taken, 100);
    assert_int_equal(budget.saved, 485);
    pw_budget_free(&budget);
}

static void memory_runs_out(void **state)
{
    (void)state;
    bool is_done = false;
    for (long limit = 0; !is_done; limit++) {
        pw_plan plan;
        clock_of clock = {.name = FAST, .fast = 50000};
        const long before = blocks_out;
        make(&plan, PAWL_TUNE_QUICK);
        allocations_left = limit;
        const pawl_status status = tune(&plan, &clock, NULL, false);
        is_done = status == PAWL_OK;
        assert_true(is_done || status == PAWL_ERR_MEMORY);
        allocations_left = 1000000;
        pw_network_free(&plan.network);
        assert_int_equal(blocks_out, before);
        assert_true(limit < 1000);
    }
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, end_folder)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_faster),
        cmocka_unit_test(stale_timings_are_told),
        cmocka_unit_test(a_hair_is_not_enough),
        cmocka_unit_test(off_does_nothing),
        IN_FOLDER(what_is_timed_is_kept),
        IN_FOLDER(damage_is_timed_again),
        IN_FOLDER(numbers_of_64_bits_are_read),
        IN_FOLDER(others_files_stay),
        IN_FOLDER(what_cannot_be_written_is_said),
        IN_FOLDER(a_stopped_build_keeps_its_times),
        IN_FOLDER(machines_share_a_file),
        IN_FOLDER(memory_may_be_dearer_than_time),
        cmocka_unit_test(a_budget_is_spent_well),
        cmocka_unit_test(real_times_give_right_results),
        cmocka_unit_test_setup_teardown(memory_runs_out, memory_limited, memory_unlimited),
    };
    return cmocka_run_group_tests_name("cpu tune", tests, NULL, NULL);
}
