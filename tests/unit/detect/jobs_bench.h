/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of jobs share: a detector with jobs on the tiny model, pictures, and what a run
 * finds in each. */
#ifndef PT_JOBS_BENCH_H
#define PT_JOBS_BENCH_H

#include "support/chain.h"

#include <pthread.h>
#include <time.h>

#define PICTURES 5
#define THREADS  16

#ifdef PAWL_SANITIZED
#define EACH 12
#else
#define EACH 40
#endif

/* A detector with jobs, pictures, and what a run finds in each. */
typedef struct bench {
    chain c;
    pawl_detector *detector;
    pawl_image *images[PICTURES];
    size_t counts[PICTURES];
    pawl_detection *found[PICTURES];
} bench;

static inline pawl_detector_desc with_jobs(int32_t jobs)
{
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.jobs = jobs;
    return desc;
}

static inline void make_bench(bench *b, int32_t jobs, int32_t batch)
{
    const pawl_context_desc desc = detector_context(batch);
    const pawl_detector_desc how = with_jobs(jobs);
    assert_int_equal(make_chain(&b->c, &desc, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(b->c.context, &how, &b->detector, NULL), PAWL_OK);
    for (size_t i = 0; i < PICTURES; i++) {
        pawl_detections found;
        b->images[i] = make_image(40 + 17 * (int32_t)i, 90 - 11 * (int32_t)i, 77 + i);
        assert_int_equal(pawl_detector_run(b->detector, &b->images[i], 1, &found, NULL, NULL),
                         PAWL_OK);
        assert_true(found.count > 0);
        b->counts[i] = found.count;
        b->found[i] = malloc((found.count + 1) * sizeof(pawl_detection));
        memcpy(b->found[i], found.items, found.count * sizeof(pawl_detection));
    }
}

static inline void drop_bench(bench *b)
{
    for (size_t i = 0; i < PICTURES; i++) {
        (void)pawl_image_destroy(&b->images[i]);
        free(b->found[i]);
    }
    (void)pawl_detector_destroy(&b->detector);
    drop_chain(&b->c);
}

static inline bool is_right(const bench *b, size_t picture, const pawl_detections *found)
{
    return found->count == b->counts[picture] &&
           memcmp(found->items, b->found[picture], found->count * sizeof(pawl_detection)) == 0;
}

/* A driver lets go of what it had a moment after the job is done: a minute is enough for that. */
static inline void wait_for_objects(size_t count)
{
    const struct timespec pause = {0, 1000000};
    for (int i = 0; i < 60000 && pawl_object_count() != count; i++)
        (void)nanosleep(&pause, NULL);
    assert_int_equal(pawl_object_count(), count);
}

static inline pawl_job_info wait_one(bench *b)
{
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    assert_int_equal(pawl_detector_wait(b->detector, &result, NULL), PAWL_OK);
    return result;
}

static inline void submit(bench *b, size_t picture, pawl_job **job)
{
    assert_int_equal(
        pawl_detector_submit(b->detector, &b->images[picture], 1, &b->counts[picture], job, NULL),
        PAWL_OK);
}

typedef struct client {
    bench *b;
    pthread_t thread;
    size_t number;
    size_t waited; /* jobs that this thread got */
    bool is_wrong;
} client;

#endif
