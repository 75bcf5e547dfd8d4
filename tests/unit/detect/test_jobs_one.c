/* SPDX-License-Identifier: Apache-2.0 */
/* One job among many: waited for by whoever submitted it, and cancelled, from any thread. */
#include "jobs_bench.h"

#include <sched.h>

/* Each thread wants the answer to its own question, whatever the others have in flight. */
static void *ask_and_wait(void *user)
{
    client *self = user;
    for (size_t i = 0; i < EACH; i++) {
        const size_t picture = (i + self->number) % PICTURES;
        pawl_job *job = NULL;
        pawl_job_info info = PAWL_JOB_INFO_INIT, again = PAWL_JOB_INFO_INIT;
        pawl_status status;
        while ((status = pawl_detector_submit(self->b->detector, &self->b->images[picture], 1, self,
                                              &job, NULL)) == PAWL_ERR_BUSY)
            (void)sched_yield();
        self->is_wrong |= status < 0 || pawl_job_wait(job, &info, NULL) < 0;
        self->is_wrong |= info.job != job || info.user != self || info.status < 0 ||
                          !is_right(self->b, picture, info.detections);
        self->is_wrong |=
            pawl_job_wait(job, &again, NULL) < 0 || again.detections != info.detections;
        self->is_wrong |= pawl_job_destroy(&job) < 0;
    }
    return NULL;
}

static void each_waits_for_its_own(void **state)
{
    (void)state;
    bench b;
    client clients[THREADS];
    make_bench(&b, 6, 1);
    for (size_t t = 0; t < THREADS; t++) {
        clients[t] = (client){.b = &b, .number = t};
        assert_int_equal(pthread_create(&clients[t].thread, NULL, ask_and_wait, &clients[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(clients[t].thread, NULL), 0);
        assert_false(clients[t].is_wrong);
    }
    assert_null(wait_one(&b).job); /* all are waited for */
    drop_bench(&b);
}

/* Jobs behind the one that a driver is at never begin, and answer at once. */
static void cancels_what_waits(void **state)
{
    (void)state;
    bench b;
    pawl_job *jobs[PICTURES];
    const size_t objects = pawl_object_count();
    make_bench(&b, PICTURES, 1);
    for (size_t i = 0; i < PICTURES; i++)
        submit(&b, i, &jobs[i]);
    for (size_t i = PICTURES; i-- > 1;)
        assert_int_equal(pawl_job_cancel(jobs[i], NULL), PAWL_OK);
    for (size_t i = 0; i < PICTURES; i++) {
        const pawl_job_info info = wait_one(&b);
        assert_ptr_equal(info.job, jobs[i]);
        assert_true(info.status == PAWL_OK || (i > 0 && info.status == PAWL_ERR_CANCELLED));
        if (info.status == PAWL_OK) {
            assert_true(is_right(&b, i, info.detections));
        } else {
            assert_null(info.detections);
            assert_non_null(strstr(info.message, "cancelled"));
        }
        assert_int_equal(pawl_job_cancel(jobs[i], NULL), PAWL_OK); /* is done: stays so */
        pawl_job_info again = PAWL_JOB_INFO_INIT;
        assert_int_equal(pawl_job_wait(jobs[i], &again, NULL), PAWL_OK);
        assert_int_equal(again.status, info.status);
        assert_true(pawl_job_destroy(&jobs[i]) >= 0);
    }
    for (size_t i = 0; i < PICTURES; i++) { /* places and drivers are as good as new */
        submit(&b, i, &jobs[i]);
        assert_true(is_right(&b, i, wait_one(&b).detections));
        assert_true(pawl_job_destroy(&jobs[i]) >= 0);
    }
    drop_bench(&b);
    wait_for_objects(objects);
}

static void refuses_to_cancel(void **state)
{
    (void)state;
    bench b;
    pawl_job *job = NULL;
    pawl_job_info info = PAWL_JOB_INFO_INIT;
    make_bench(&b, 1, 1);
    submit(&b, 0, &job);
    assert_int_equal(pawl_job_wait(job, NULL, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_job_wait(job, &info, NULL), PAWL_OK);
    pawl_job *copy = job;
    assert_true(pawl_job_destroy(&job) >= 0);
    assert_int_equal(pawl_job_cancel(copy, NULL), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_job_wait(copy, &info, NULL), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_job_cancel(NULL, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_job_cancel((pawl_job *)(void *)b.detector, NULL), PAWL_ERR_ARGUMENT);
    drop_bench(&b);
}

/* A job under way stops between two layers: from another thread, after a time of its own each. */
typedef struct canceller {
    pawl_job *job;
    long pause_ns;
    pawl_status status;
} canceller;

static void *cancel_later(void *user)
{
    canceller *self = user;
    const struct timespec pause = {0, self->pause_ns};
    (void)nanosleep(&pause, NULL);
    self->status = pawl_job_cancel(self->job, NULL);
    return NULL;
}

static void cancels_from_another_thread(void **state)
{
    (void)state;
    bench b;
    size_t cancelled = 0;
    make_bench(&b, 2, 1);
    for (size_t round = 0; round < 200 || cancelled == 0; round++) {
        pawl_job *job = NULL;
        pawl_job_info info = PAWL_JOB_INFO_INIT;
        pthread_t thread;
        const size_t picture = round % PICTURES;
        submit(&b, picture, &job);
        canceller other = {.job = job, .pause_ns = (long)(round % 40) * 20000};
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &other), 0);
        assert_int_equal(pawl_job_wait(job, &info, NULL), PAWL_OK);
        cancelled += info.status == PAWL_ERR_CANCELLED;
        assert_true(info.status == PAWL_ERR_CANCELLED ||
                    (info.status == PAWL_OK && is_right(&b, picture, info.detections)));
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(other.status, PAWL_OK);
        assert_true(pawl_job_destroy(&job) >= 0);
    }
    drop_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_waits_for_its_own),
        cmocka_unit_test(cancels_what_waits),
        cmocka_unit_test(refuses_to_cancel),
        cmocka_unit_test(cancels_from_another_thread),
    };
    return cmocka_run_group_tests_name("one job", tests, NULL, NULL);
}
