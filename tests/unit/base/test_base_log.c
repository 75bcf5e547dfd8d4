/* SPDX-License-Identifier: Apache-2.0 */
/* The logger: levels, silence, change under fire. */
#include "cmocka_all.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char last[2048];
static int calls;

static void keep(void *user, pawl_log_level level, const char *message)
{
    (void)level;
    calls += *(int *)user;
    (void)snprintf(last, sizeof last, "%s", message);
}

static void only_what_is_wanted_arrives(void **state)
{
    (void)state;
    int weight = 1;
    pw_log(PAWL_LOG_ERROR, "unheard");
    assert_false(pw_log_is_set());
    assert_false(pw_log_wants(PAWL_LOG_ERROR));
    pawl_logger_set(&(pawl_logger){.user = &weight, .level = PAWL_LOG_WARNING, .write = keep});
    assert_true(pw_log_is_set());
    pw_log(PAWL_LOG_WARNING, "%d images", 3);
    assert_string_equal(last, "3 images");
    pw_log(PAWL_LOG_INFO, "too much");
    assert_false(pw_log_wants(PAWL_LOG_INFO));
    assert_int_equal(calls, 1);
    pawl_logger_set(NULL);
    pw_log(PAWL_LOG_ERROR, "unheard");
    pawl_logger_set(&(pawl_logger){.level = PAWL_LOG_VERBOSE}); /* nobody to call */
    pw_log(PAWL_LOG_ERROR, "unheard");
    assert_false(pw_log_is_set());
    assert_int_equal(calls, 1);
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    int weight = 1;
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    pawl_logger_set(&(pawl_logger){.user = &weight, .level = PAWL_LOG_INFO, .write = keep});
    pw_log(PAWL_LOG_INFO, "%s", text);
    assert_int_equal(strlen(last), 1023);
    pawl_logger_set(NULL);
}

/* Nothing is told while it is held, then all in its order; of too much, how much. */
static void what_is_held_is_told_later(void **state)
{
    (void)state;
    int weight = 1;
    static char text[3000];
    static pw_log_held held;
    const int most = (int)PW_COUNT(held.lines);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    pawl_logger_set(&(pawl_logger){.user = &weight, .level = PAWL_LOG_VERBOSE, .write = keep});
    calls = 0;
    pw_log_hold(&held);
    pw_log(PAWL_LOG_WARNING, "%s", text);
    pw_log(PAWL_LOG_INFO, "the %s", "last");
    assert_int_equal(calls, 0);
    pw_log_tell(&held);
    assert_int_equal(calls, 2);
    assert_string_equal(last, "the last");
    assert_int_equal(strlen(held.lines[0].text), sizeof held.lines[0].text - 1);
    pw_log_hold(&held);
    for (int i = 0; i < most + 3; i++)
        pw_log(PAWL_LOG_INFO, "%d", i);
    pw_log_tell(&held);
    assert_int_equal(calls, 2 + most + 1);
    assert_string_equal(last, "3 more messages were not kept");
    pw_log_hold(&held); /* and each time anew */
    pw_log_tell(&held);
    assert_int_equal(calls, 2 + most + 1);
    pawl_logger_set(NULL);
    pw_log_hold(&held);
    pw_log(PAWL_LOG_ERROR, "unheard");
    assert_int_equal(held.count, 0);
    pw_log_tell(&held);
}

/* What a once has found waits for a logger, and is told once. */
static void a_notice_is_told_once_to_who_listens(void **state)
{
    (void)state;
    static pw_notice notice, nothing;
    int weight = 1;
    calls = 0;
    pw_notice_set(&notice, PAWL_LOG_WARNING, "PAWL_X=%s is ignored", "y");
    pw_notice_tell(&notice); /* nobody listens */
    pawl_logger_set(&(pawl_logger){.user = &weight, .level = PAWL_LOG_ERROR, .write = keep});
    pw_notice_tell(&notice); /* nor to warnings */
    assert_int_equal(calls, 0);
    pawl_logger_set(&(pawl_logger){.user = &weight, .level = PAWL_LOG_WARNING, .write = keep});
    pw_notice_tell(&nothing);
    pw_notice_tell(&notice);
    pw_notice_tell(&notice);
    assert_int_equal(calls, 1);
    assert_string_equal(last, "PAWL_X=y is ignored");
    pawl_logger_set(NULL);
}

/* Each logger must be called with its own user pointer, however often they change. */
static const char names[2][8] = {"first", "second"};
static atomic_int mixed;
static atomic_bool is_over;

static void write_first(void *user, pawl_log_level level, const char *message)
{
    (void)level;
    (void)message;
    if (user != names[0])
        atomic_fetch_add(&mixed, 1);
}

static void write_second(void *user, pawl_log_level level, const char *message)
{
    (void)level;
    (void)message;
    if (user != names[1])
        atomic_fetch_add(&mixed, 1);
}

static void *log_meanwhile(void *argument)
{
    (void)argument;
    while (!atomic_load(&is_over))
        pw_log(PAWL_LOG_ERROR, "message");
    return NULL;
}

static void a_change_is_seen_whole(void **state)
{
    (void)state;
    void *users[2];
    for (int i = 0; i < 2; i++) {
        const char *name = names[i];
        memcpy(&users[i], &name, sizeof name);
    }
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_meanwhile, NULL), 0);
    for (int i = 0; i < 20000; i++)
        pawl_logger_set(
            &(pawl_logger){.user = users[i % 2], .write = i % 2 == 0 ? write_first : write_second});
    atomic_store(&is_over, true);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pawl_logger_set(NULL);
    assert_int_equal(atomic_load(&mixed), 0);
}

static void *change_meanwhile(void *argument)
{
    (void)argument;
    while (!atomic_load(&is_over))
        pawl_logger_set(NULL);
    return NULL;
}

/* A fork may hit another thread in the middle of a change: the child must neither hang nor lose its
 * voice. */
static void a_fork_leaves_no_lock_behind(void **state)
{
    (void)state;
    pthread_t thread;
    atomic_store(&is_over, false);
    assert_int_equal(pthread_create(&thread, NULL, change_meanwhile, NULL), 0);
    for (int i = 0; i < 100; i++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            int weight = 1;
            (void)alarm(120);
            calls = 0;
            pawl_logger_set(&(pawl_logger){.user = &weight, .write = keep});
            pw_log(PAWL_LOG_ERROR, "from the child");
            _exit(calls == 1 ? 0 : 1);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_wanted_arrives),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(what_is_held_is_told_later),
        cmocka_unit_test(a_notice_is_told_once_to_who_listens),
        cmocka_unit_test(a_change_is_seen_whole),
        cmocka_unit_test(a_fork_leaves_no_lock_behind),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
