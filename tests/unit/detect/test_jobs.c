/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs on the tiny model: what a run gives, in order, from many threads; ended at any time; failing
 * memory. */
#include "jobs_bench.h"

#include "support/failing_allocator.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static pt_allocator allocator;

static void jobs_find_what_a_run_finds(void **state)
{
    (void)state;
    bench b;
    pawl_job *jobs[PICTURES];
    const size_t objects = pawl_object_count();
    make_bench(&b, PICTURES, 1);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < PICTURES; i++)
            submit(&b, i, &jobs[i]);
        for (size_t i = 0; i < PICTURES; i++) {
            const pawl_job_info result = wait_one(&b);
            assert_ptr_equal(result.job, jobs[i]);
            assert_ptr_equal(result.user, &b.counts[i]);
            assert_int_equal(result.status, PAWL_OK);
            assert_int_equal(result.count, 1);
            assert_string_equal(result.message, "");
            assert_true(result.timing.inference_ms > 0);
            assert_true(is_right(&b, i, result.detections));
        }
        assert_null(wait_one(&b).job);
        for (size_t i = 0; i < PICTURES; i++) {
            assert_int_equal(pawl_job_destroy(&jobs[i]), PAWL_OK);
            assert_null(jobs[i]);
        }
    }
    drop_bench(&b);
    wait_for_objects(objects);
}

static void several_pictures_a_job(void **state)
{
    (void)state;
    bench b;
    pawl_job *job = NULL;
    make_bench(&b, 2, 4);
    assert_int_equal(pawl_detector_submit(b.detector, b.images, 3, NULL, &job, NULL), PAWL_OK);
    const pawl_job_info result = wait_one(&b);
    assert_int_equal(result.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(is_right(&b, i, &result.detections[i]));
    assert_true(pawl_job_destroy(&job) >= 0);
    drop_bench(&b);
}

static void what_is_refused(void **state)
{
    (void)state;
    bench b;
    pawl_job *job = NULL, *others[2] = {NULL};
    pawl_error error;
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    pawl_detector *detector = NULL;
    make_bench(&b, 2, 1);
    static const int32_t wrong[] = {-1, 65};
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        const pawl_detector_desc desc = with_jobs(wrong[i]);
        assert_int_equal(pawl_detector_create(b.c.context, &desc, &detector, &error),
                         PAWL_ERR_ARGUMENT);
    }
    assert_int_equal(pawl_detector_create(b.c.context, NULL, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_submit(detector, b.images, 1, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "without jobs"));
    assert_int_equal(pawl_detector_wait(detector, &result, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    assert_int_equal(pawl_detector_submit(b.detector, NULL, 1, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_submit(b.detector, b.images, 1, NULL, NULL, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_submit(b.detector, b.images, 0, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_submit(b.detector, b.images, 2, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_wait(b.detector, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image *none = NULL;
    assert_int_equal(pawl_detector_submit(b.detector, &none, 1, NULL, &job, &error),
                     PAWL_ERR_ARGUMENT);
    submit(&b, 0, &others[0]);
    submit(&b, 1, &others[1]);
    assert_int_equal(pawl_detector_submit(b.detector, b.images, 1, NULL, &job, &error),
                     PAWL_ERR_BUSY);
    assert_non_null(strstr(error.message, "all 2 jobs"));
    assert_null(job);
    (void)wait_one(&b);
    (void)wait_one(&b);
    assert_true(pawl_job_destroy(&others[0]) >= 0);
    assert_true(pawl_job_destroy(&others[1]) >= 0);
    assert_int_equal(pawl_job_destroy(&others[1]), PAWL_OK);
    assert_int_equal(pawl_job_destroy(NULL), PAWL_OK);
    drop_bench(&b);
}

typedef struct ticket {
    size_t thread, number;
} ticket;

static ticket tickets[THREADS][EACH];

static void *submit_in_order(void *user)
{
    client *self = user;
    for (size_t i = 0; i < EACH; i++) {
        pawl_job *job = NULL;
        ticket *t = &tickets[self->number][i];
        *t = (ticket){self->number, i};
        pawl_status status;
        while ((status = pawl_detector_submit(self->b->detector, &self->b->images[i % PICTURES], 1,
                                              t, &job, NULL)) == PAWL_ERR_BUSY)
            (void)sched_yield();
        self->is_wrong = self->is_wrong || status < 0;
    }
    return NULL;
}

/* Sixteen submit, one waits: each one's jobs come in the order in which he submitted them. */
static void order_is_kept(void **state)
{
    (void)state;
    bench b;
    client clients[THREADS];
    size_t seen[THREADS] = {0};
    make_bench(&b, 5, 1);
    for (size_t t = 0; t < THREADS; t++) {
        clients[t] = (client){.b = &b, .number = t};
        assert_int_equal(pthread_create(&clients[t].thread, NULL, submit_in_order, &clients[t]), 0);
    }
    for (size_t n = 0; n < (size_t)THREADS * EACH;) {
        pawl_job_info result = wait_one(&b);
        if (result.job == NULL) {
            (void)sched_yield();
            continue;
        }
        const ticket *t = result.user;
        assert_int_equal(result.status, PAWL_OK);
        assert_int_equal(t->number, seen[t->thread]++);
        assert_true(is_right(&b, t->number % PICTURES, result.detections));
        assert_true(pawl_job_destroy(&result.job) >= 0);
        n++;
    }
    for (size_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(clients[t].thread, NULL), 0);
        assert_false(clients[t].is_wrong);
        assert_int_equal(seen[t], EACH);
    }
    drop_bench(&b);
}

/* Waits for anybody's job; false: there was none. */
static bool take_one(client *self)
{
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    if (pawl_detector_wait(self->b->detector, &result, NULL) < 0) {
        self->is_wrong = true;
        return false;
    }
    if (result.job == NULL)
        return false;
    const size_t picture = (size_t)((const size_t *)result.user - self->b->counts);
    self->is_wrong =
        self->is_wrong || result.status < 0 || !is_right(self->b, picture, result.detections);
    self->waited++;
    self->is_wrong = self->is_wrong || pawl_job_destroy(&result.job) < 0;
    return true;
}

static void *submit_and_wait(void *user)
{
    client *self = user;
    for (size_t i = 0; i < EACH; i++) {
        pawl_job *job = NULL;
        const size_t picture = (i + self->number) % PICTURES;
        pawl_status status;
        while ((status = pawl_detector_submit(self->b->detector, &self->b->images[picture], 1,
                                              &self->b->counts[picture], &job, NULL)) ==
               PAWL_ERR_BUSY)
            if (!take_one(self))
                (void)sched_yield();
        self->is_wrong = self->is_wrong || status < 0;
    }
    while (take_one(self))
        ;
    return NULL;
}

/* Sixteen submit and wait for whatever comes: each job is waited for once, and nobody hangs. */
static void everybody_does_everything(void **state)
{
    (void)state;
    bench b;
    client clients[THREADS];
    size_t waited = 0;
    make_bench(&b, 7, 1);
    for (size_t t = 0; t < THREADS; t++) {
        clients[t] = (client){.b = &b, .number = t};
        assert_int_equal(pthread_create(&clients[t].thread, NULL, submit_and_wait, &clients[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(clients[t].thread, NULL), 0);
        assert_false(clients[t].is_wrong);
        waited += clients[t].waited;
    }
    assert_int_equal(waited, THREADS * EACH);
    drop_bench(&b);
}

/* Whatever ends first, with jobs in flight: nothing is lost, and the rest goes with the last. */
static void ended_in_any_order(void **state)
{
    (void)state;
    const size_t objects = pawl_object_count();
    uint64_t seed = 5;
    for (int round = 0; round < 60; round++) {
        bench b;
        pawl_job *jobs[3];
        make_bench(&b, 3, 1);
        for (size_t i = 0; i < 3; i++)
            submit(&b, i, &jobs[i]);
        unsigned left = (1u << 9) - 1;
        while (left != 0) {
            const unsigned which = (unsigned)((pt_uniform(&seed) + 1.0f) * 4.499f) % 9;
            if ((left >> which & 1) == 0)
                continue;
            left &= ~(1u << which);
            pawl_status status = PAWL_OK;
            switch (which) {
            case 0:
                status = pawl_job_destroy(&jobs[0]);
                break;
            case 1:
                status = pawl_job_destroy(&jobs[1]);
                break;
            case 2:
                status = pawl_job_destroy(&jobs[2]);
                break;
            case 3:
                status = pawl_detector_destroy(&b.detector);
                break;
            case 4:
                status = pawl_context_destroy(&b.c.context);
                break;
            case 5:
                status = pawl_engine_destroy(&b.c.engine);
                break;
            case 6:
                status = pawl_runtime_destroy(&b.c.runtime);
                break;
            case 7:
                status = pawl_plan_destroy(&b.c.plan);
                break;
            default:
                for (size_t i = 0; i < PICTURES; i++)
                    assert_true(pawl_image_destroy(&b.images[i]) >= 0);
            }
            assert_true(status >= 0);
        }
        drop_bench(&b);
        wait_for_objects(objects);
    }
}

static void an_ended_job_is_passed_over(void **state)
{
    (void)state;
    bench b;
    pawl_job *jobs[3];
    make_bench(&b, 3, 1);
    for (size_t i = 0; i < 3; i++)
        submit(&b, i, &jobs[i]);
    pawl_job *copy = jobs[1];
    assert_true(pawl_job_destroy(&jobs[1]) >= 0);
    assert_ptr_equal(wait_one(&b).user, &b.counts[0]);
    const pawl_job_info last = wait_one(&b);
    assert_ptr_equal(last.user, &b.counts[2]);
    assert_true(is_right(&b, 2, last.detections));
    assert_null(wait_one(&b).job);
    assert_int_equal(pawl_job_destroy(&copy), PAWL_ERR_DEAD_HANDLE);
    assert_true(pawl_job_destroy(&jobs[0]) >= 0 && pawl_job_destroy(&jobs[2]) >= 0);
    drop_bench(&b);
}

static void a_forked_child_can_end_them(void **state)
{
    (void)state;
    bench b;
    pawl_job *job = NULL;
    make_bench(&b, 2, 1);
    submit(&b, 0, &job);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pawl_job *more = NULL;
        (void)alarm(120);
        int result =
            pawl_detector_submit(b.detector, b.images, 1, NULL, &more, NULL) == PAWL_ERR_FORKED ? 0
                                                                                                : 1;
        result |= pawl_job_destroy(&job) < 0 ? 2 : 0;
        result |= pawl_detector_destroy(&b.detector) < 0 ? 4 : 0;
        drop_chain(&b.c);
        _exit(result);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(is_right(&b, 0, wait_one(&b).detections));
    assert_true(pawl_job_destroy(&job) >= 0);
    drop_bench(&b);
}

/* After its objects a driver lets go of its memory. */
static void wait_for_blocks(long live)
{
    const struct timespec pause = {0, 1000000};
    for (int i = 0; i < 60000 && atomic_load(&allocator.live) != live; i++)
        (void)nanosleep(&pause, NULL);
    assert_int_equal(atomic_load(&allocator.live), live);
}

/* The first allocation fails, then the second ...: of the detector with its jobs, then of a job. */
static void failing_memory(void **state)
{
    (void)state;
    chain c;
    pawl_status status = PAWL_ERR_MEMORY;
    const pawl_context_desc desc = detector_context(1);
    const pawl_detector_desc how = with_jobs(2);
    assert_int_equal(make_chain(&c, &desc, NULL), PAWL_OK);
    pawl_image *image = make_image(50, 60, 3);
    const size_t objects = pawl_object_count();
    for (long nth = 1; status != PAWL_OK; nth++) {
        pawl_detector *detector = NULL;
        pawl_job *job = NULL;
        pawl_job_info result = PAWL_JOB_INFO_INIT;
        const long live = atomic_load(&allocator.live);
        pt_allocator_reset(&allocator, nth);
        status = pawl_detector_create(c.context, &how, &detector, NULL);
        if (status == PAWL_OK)
            status = pawl_detector_submit(detector, &image, 1, NULL, &job, NULL);
        if (status == PAWL_OK) {
            assert_int_equal(pawl_detector_wait(detector, &result, NULL), PAWL_OK);
            status = result.status;
        }
        pt_allocator_reset(&allocator, 0);
        assert_true(status == PAWL_OK || status == PAWL_ERR_MEMORY);
        (void)pawl_job_destroy(&job);
        (void)pawl_detector_destroy(&detector);
        wait_for_objects(objects);
        wait_for_blocks(live);
        assert_true(nth < 10000);
    }
    (void)pawl_image_destroy(&image);
    drop_chain(&c);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    if (pawl_allocator_set(&counted) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_find_what_a_run_finds),
        cmocka_unit_test(several_pictures_a_job),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(everybody_does_everything),
        cmocka_unit_test(ended_in_any_order),
        cmocka_unit_test(an_ended_job_is_passed_over),
        cmocka_unit_test(a_forked_child_can_end_them),
        cmocka_unit_test(failing_memory),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
