/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of a trace: the same each time, of no more memory each time, by several threads at once
 * (for ThreadSanitizer). */
#define _GNU_SOURCE 1 /* mkstemp */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "trace/trace_log.h"
#include <pawl/object.h>
#include <pawl/trace.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIBRARIES 8
#define REPORTS   200
#define THREADS   4

/* A log of a process that uses some libraries and did not come to its exit(). */
typedef struct log_file {
    pw_trace_head head;
    struct {
        pw_trace_record record;
        char texts[16];
    } libraries[LIBRARIES];
} log_file;

typedef struct said {
    char text[4096];
    size_t length;
} said;

static pawl_trace *load(void)
{
    static log_file log;
    char path[] = "/tmp/pawl_trace_XXXXXX";
    const char *const paths[] = {path};
    pawl_trace *trace = NULL;
    const int file = mkstemp(path);
    assert_true(file >= 0);
    log.head = (pw_trace_head){.magic = PW_TRACE_MAGIC, .process = 7, .used = sizeof log};
    for (int i = 0; i < LIBRARIES; i++) {
        log.libraries[i].record = (pw_trace_record){.size = sizeof log.libraries[i],
                                                    .kind = PW_TRACE_LIBRARY,
                                                    .code = 8501 + i,
                                                    .count = 1,
                                                    .text_size = sizeof log.libraries[i].texts};
        /* three texts, of which the path is the first */
        (void)snprintf(log.libraries[i].texts, sizeof log.libraries[i].texts, "/lib/nvinfer%d", i);
    }
    assert_int_equal(write(file, &log, sizeof log), (ssize_t)sizeof log);
    assert_int_equal(close(file), 0);
    assert_int_equal(pawl_trace_load(paths, 1, NULL, &trace, NULL), PAWL_OK);
    assert_int_equal(remove(path), 0);
    return trace;
}

static void hear(void *user, const char *text)
{
    said *const to = user;
    const int length = snprintf(to->text + to->length, sizeof to->text - to->length, "%s\n", text);
    to->length += length > 0 ? (size_t)length : 0;
}

static void reports_take_no_memory_for_ever(void **state)
{
    (void)state;
    static pt_allocator allocator;
    static said first, again;
    assert_int_equal(pawl_allocator_set(&(pawl_allocator){&allocator, pt_allocate, pt_release}),
                     PAWL_OK);
    pawl_trace *trace = load();
    const long live = atomic_load(&allocator.live);
    assert_int_equal(pawl_trace_report(trace, PAWL_TRACE_TEXT, hear, &first, NULL), PAWL_OK);
    assert_non_null(strstr(first.text, "TensorRT 8.5.8 was followed: /lib/nvinfer7"));
    assert_non_null(strstr(first.text, "process 7 did not come to its exit()"));
    for (int i = 0; i < REPORTS; i++) {
        again.length = 0;
        assert_int_equal(pawl_trace_report(trace, PAWL_TRACE_TEXT, hear, &again, NULL), PAWL_OK);
        assert_string_equal(again.text, first.text);
        assert_int_equal(pawl_trace_report(trace, PAWL_TRACE_JSON, hear, &again, NULL), PAWL_OK);
        assert_int_equal(atomic_load(&allocator.live), live);
    }
    assert_int_equal(pawl_trace_destroy(&trace), PAWL_OK);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

typedef struct reporting {
    pawl_trace *trace;
    said expected;
    bool is_wrong; /* by one thread each */
} reporting;

static void *report(void *user)
{
    reporting *const of = user;
    for (int i = 0; i < REPORTS && !of->is_wrong; i++) {
        said heard = {.length = 0};
        of->is_wrong =
            pawl_trace_report(of->trace, PAWL_TRACE_TEXT, hear, &heard, NULL) != PAWL_OK ||
            strcmp(heard.text, of->expected.text) != 0 ||
            pawl_trace_report(of->trace, PAWL_TRACE_JSON, hear, &heard, NULL) != PAWL_OK;
    }
    return NULL;
}

static void several_threads_report(void **state)
{
    (void)state;
    static reporting reportings[THREADS];
    pthread_t threads[THREADS];
    pawl_trace *trace = load();
    for (int i = 0; i < THREADS; i++) {
        reportings[i].trace = trace;
        assert_int_equal(
            pawl_trace_report(trace, PAWL_TRACE_TEXT, hear, &reportings[i].expected, NULL),
            PAWL_OK);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, report, &reportings[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(reportings[i].is_wrong);
    }
    assert_int_equal(pawl_trace_destroy(&trace), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_take_no_memory_for_ever),
        cmocka_unit_test(several_threads_report),
    };
    return cmocka_run_group_tests_name("reports of a trace", tests, NULL, NULL);
}
