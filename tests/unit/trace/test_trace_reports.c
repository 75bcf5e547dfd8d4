/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of a trace: the same each time, of no more memory each time, by several threads at once
 * (for ThreadSanitizer), whole or refused where memory runs out, of whatever a log says. */
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
#define LONG_NAME 3000

/* A log of a process that uses some libraries, has ended two objects in the wrong order, and did
 * not come to its exit(). The last defect is of an object that no log has, in a call that is none,
 * or as long as a template's. */
typedef struct short_record {
    pw_trace_record record;
    char texts[32];
} short_record;

typedef struct log_file {
    pw_trace_head head;
    short_record libraries[LIBRARIES], objects[2], end, found;
    struct {
        pw_trace_record record;
        char texts[LONG_NAME + 8];
    } last;
} log_file;

typedef struct said {
    char text[16384];
    size_t length;
} said;

static log_file made_log;
static char log_path[] = "/tmp/pawl_trace_XXXXXX";

/* texts: three of them, each ended by a nought; with the last, as many noughts as fill them. */
static void put(short_record *to, pw_trace_record record, const char *first, const char *second)
{
    to->record = record;
    to->record.size = sizeof *to;
    to->record.text_size = (uint32_t)(strlen(first) + strlen(second) + 3);
    memcpy(to->texts, first, strlen(first) + 1);
    memcpy(to->texts + strlen(first) + 1, second, strlen(second) + 1);
}

/* last: the call of the last defect, which is of this kind. */
static void write_log(pw_trace_defect defect, const char *last)
{
    log_file *const log = &made_log;
    char text[32];
    memset(log, 0, sizeof *log);
    log->head = (pw_trace_head){.magic = PW_TRACE_MAGIC, .process = 7, .used = sizeof *log};
    for (int i = 0; i < LIBRARIES; i++) {
        (void)snprintf(text, sizeof text, "/lib/nvinfer%d", i);
        put(&log->libraries[i],
            (pw_trace_record){.kind = PW_TRACE_LIBRARY, .code = 8501 + i, .count = 1}, text, "");
    }
    put(&log->objects[0], (pw_trace_record){.kind = PW_TRACE_BORN, .id = 1, .time_ns = 1},
        "IBuilder", "createInferBuilder");
    put(&log->objects[1],
        (pw_trace_record){.kind = PW_TRACE_BORN, .id = 2, .others = {1}, .time_ns = 2},
        "INetworkDefinition", "create");
    put(&log->end,
        (pw_trace_record){
            .kind = PW_TRACE_ENDED, .id = 1, .others = {2}, .code = PW_TRACE_EARLY, .time_ns = 3},
        "", "");
    put(&log->found,
        (pw_trace_record){
            .kind = PW_TRACE_FOUND, .id = 1, .others = {2}, .code = PW_TRACE_PARENT_FIRST},
        "IBuilder::~", "");
    log->last.record = (pw_trace_record){.size = sizeof log->last,
                                         .kind = PW_TRACE_FOUND,
                                         .code = (int32_t)defect,
                                         .text_size = (uint32_t)strlen(last) + 3};
    assert_true(strlen(last) <= LONG_NAME);
    memcpy(log->last.texts, last, strlen(last) + 1);
    const int file = mkstemp(log_path);
    assert_true(file >= 0);
    assert_int_equal(write(file, log, sizeof *log), (ssize_t)sizeof *log);
    assert_int_equal(close(file), 0);
}

static void remove_log(void)
{
    assert_int_equal(remove(log_path), 0);
    memset(log_path + sizeof log_path - 7, 'X', 6);
}

static pawl_status open_log(pawl_trace **trace)
{
    const char *const paths[] = {log_path};
    return pawl_trace_load(paths, 1, NULL, trace, NULL);
}

static pawl_trace *load(void)
{
    pawl_trace *trace = NULL;
    write_log(PW_TRACE_USED_AFTER_END, "ILayer::setName");
    assert_int_equal(open_log(&trace), PAWL_OK);
    remove_log();
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
    said expected, heard;
    bool is_wrong; /* by one thread each */
} reporting;

static void *report(void *user)
{
    reporting *const of = user;
    for (int i = 0; i < REPORTS && !of->is_wrong; i++) {
        of->heard.length = 0;
        of->is_wrong =
            pawl_trace_report(of->trace, PAWL_TRACE_TEXT, hear, &of->heard, NULL) != PAWL_OK ||
            strcmp(of->heard.text, of->expected.text) != 0 ||
            pawl_trace_report(of->trace, PAWL_TRACE_JSON, hear, &of->heard, NULL) != PAWL_OK;
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

/* Fails the first, the second ... allocation of a report, until it needs no more: till then nothing
 * is told, and what is told is all. */
static void report_without_memory(pt_allocator *allocator, pawl_trace *trace,
                                  pawl_trace_format format)
{
    static said whole, heard;
    pawl_error error;
    whole.length = 0;
    assert_int_equal(pawl_trace_report(trace, format, hear, &whole, NULL), PAWL_OK);
    for (long nth = 1;; nth++) {
        heard = (said){.length = 0};
        pt_allocator_reset(allocator, nth);
        const pawl_status status = pawl_trace_report(trace, format, hear, &heard, &error);
        const bool is_over = atomic_load(&allocator->calls) < nth;
        pt_allocator_reset(allocator, 0);
        if (is_over) {
            assert_int_equal(status, PAWL_OK);
            assert_string_equal(heard.text, whole.text);
            assert_true(nth > 2);
            return;
        }
        assert_int_equal(status, PAWL_ERR_MEMORY);
        assert_non_null(strstr(error.message, "memory ran out"));
        assert_int_equal(heard.length, 0);
    }
}

static void save_without_memory(pt_allocator *allocator, pawl_trace *trace,
                                pawl_trace_format format)
{
    char path[] = "/tmp/pawl_report_XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(close(file), 0);
    for (long nth = 1;; nth++) {
        pawl_error error;
        assert_true(remove(path) == 0 || nth > 1);
        pt_allocator_reset(allocator, nth);
        const pawl_status status = pawl_trace_save(trace, format, path, &error);
        const bool is_over = atomic_load(&allocator->calls) < nth;
        pt_allocator_reset(allocator, 0);
        if (is_over)
            assert_int_equal(status, PAWL_OK);
        else
            assert_int_equal(status, PAWL_ERR_MEMORY);
        assert_int_equal(access(path, F_OK), is_over ? 0 : -1);
        if (is_over)
            break;
    }
    assert_int_equal(remove(path), 0);
}

static void whole_or_refused_without_memory(void **state)
{
    (void)state;
    static pt_allocator allocator;
    static said whole;
    pawl_trace *trace = NULL;
    assert_int_equal(pawl_allocator_set(&(pawl_allocator){&allocator, pt_allocate, pt_release}),
                     PAWL_OK);
    write_log(PW_TRACE_USED_AFTER_END, "ILayer::setName");
    for (long nth = 1; trace == NULL; nth++) {
        pt_allocator_reset(&allocator, nth);
        const pawl_status status = open_log(&trace);
        const bool is_over = atomic_load(&allocator.calls) < nth;
        pt_allocator_reset(&allocator, 0);
        assert_int_equal(status, is_over ? PAWL_OK : PAWL_ERR_MEMORY);
        assert_true(is_over || atomic_load(&allocator.live) == 0);
        assert_int_equal(trace != NULL, is_over);
    }
    remove_log();
    assert_int_equal(pawl_trace_report(trace, PAWL_TRACE_TEXT, hear, &whole, NULL), PAWL_OK);
    assert_non_null(strstr(whole.text, "IBuilder #1 is ended before INetworkDefinition #2"));
    assert_non_null(strstr(whole.text, "ILayer::setName() is called on a part of a network"));
    for (int format = PAWL_TRACE_TEXT; format <= PAWL_TRACE_HTML; format++) {
        if (format <= PAWL_TRACE_JSON)
            report_without_memory(&allocator, trace, (pawl_trace_format)format);
        save_without_memory(&allocator, trace, (pawl_trace_format)format);
    }
    assert_int_equal(pawl_trace_destroy(&trace), PAWL_OK);
    assert_int_equal(atomic_load(&allocator.live), 0);
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

/* Nothing in a log is believed: a call of the witness's kind, none, one that ends nothing, and one
 * that is longer than any line. */
static void calls_of_any_kind(void **state)
{
    (void)state;
    static const struct {
        const char *call, *told;
    } cases[] = {
        {"ILayer::~", "PAWL-T011  ILayer is ended, which its network owns\n"},
        {"", "PAWL-T011  an object is ended, which its network owns\n"},
        {"a", "PAWL-T011  a is ended, which its network owns\n"},
        {"~", "PAWL-T011  ~ is ended, which its network owns\n"},
        {"::~", "PAWL-T011  an object is ended, which its network owns\n"},
        {NULL, "x is ended, which its network owns\n    Leave out the delete.\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char longest[LONG_NAME + 1];
        static said heard;
        pawl_trace *trace = NULL;
        memset(longest, 'x', LONG_NAME);
        write_log(PW_TRACE_NOT_YOURS, cases[i].call != NULL ? cases[i].call : longest);
        assert_int_equal(open_log(&trace), PAWL_OK);
        remove_log();
        heard.length = 0;
        assert_int_equal(pawl_trace_report(trace, PAWL_TRACE_TEXT, hear, &heard, NULL), PAWL_OK);
        assert_non_null(strstr(heard.text, cases[i].told));
        assert_int_equal(pawl_trace_destroy(&trace), PAWL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_take_no_memory_for_ever),
        cmocka_unit_test(several_threads_report),
        cmocka_unit_test(whole_or_refused_without_memory),
        cmocka_unit_test(calls_of_any_kind),
    };
    return cmocka_run_group_tests_name("reports of a trace", tests, NULL, NULL);
}
