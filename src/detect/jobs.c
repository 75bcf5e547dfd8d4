/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job takes a *seat*, which has a context and a detector of its own, so that jobs share nothing
 * but the engine and the runtime's threads; *drivers* take jobs in their order and do each from
 * picture to boxes. The queue is a block of its own, which its drivers hold too: a job holds its
 * detector, so a driver may be the one who ends it.
 *
 *     submit   a seat is taken, the job is put last
 *     driver   the oldest job that has not begun: fit, run, collect
 *     wait     the oldest job that nobody has waited for, when it is done
 *     end      the seat is free again
 */
#include "detect/jobs.h"

#include "base/desc.h"
#include "base/memory.h"
#include "base/os.h"

#include <pthread.h>

typedef struct seat {
    pw_context *context;
    pw_detector *detector; /* on that context */
    void *results;         /* of each picture: pawl_detections, of a classifier pawl_class_scores */
    bool is_taken;
} seat;

typedef struct pw_job pw_job;

typedef struct driver {
    struct pw_job_queue *queue;
    size_t number;
    pthread_t thread;
} driver;

typedef struct pw_job_queue {
    pthread_mutex_t mutex; /* of all that follows, and of the jobs' places in it */
    pthread_cond_t work, done;
    size_t holders; /* the detector and each driver */
    bool is_closed;
    pw_job *first; /* all jobs, by age */
    seat *seats;
    size_t seat_count;
    driver *drivers;
    size_t driver_count;
    const pw_job *in_hands[PAWL_MAX_JOBS]; /* of each driver; to be compared: it may have ended */
    uint32_t process; /* a forked child has no drivers, and the mutex may be held by no one alive */
} pw_job_queue;

/* Parent: detector. */
struct pw_job {
    pw_object object;
    pw_job_queue *queue;
    pw_detector *detector;
    seat *seat; /* NULL: it got none */
    pawl_job *handle;
    void *user;
    pw_held_images images;
    size_t count;
    pawl_timing timing;
    uint64_t begin_ns;
    pawl_status status;
    pawl_error error;
    bool is_begun, is_claimed, is_listed;
    atomic_bool is_cancelled;
    pw_job *next;
};

static bool is_ours(const pw_job_queue *queue)
{
    return queue->process == pw_os_process_id();
}

static void lock(pw_job_queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
}

static void unlock(pw_job_queue *queue)
{
    (void)pthread_mutex_unlock(&queue->mutex);
}

static void unlist(pw_job_queue *queue, pw_job *job)
{
    pw_job **at = &queue->first;
    while (*at != NULL && *at != job)
        at = &(*at)->next;
    if (*at == job)
        *at = job->next;
    job->is_listed = false;
}

static void job_unmake(pw_object *object)
{
    pw_job *job = (pw_job *)object;
    if (job->queue == NULL || !is_ours(job->queue))
        return;
    pw_release_images(&job->images);
    lock(job->queue);
    if (job->is_listed)
        unlist(job->queue, job);
    if (job->seat != NULL)
        job->seat->is_taken = false;
    unlock(job->queue);
}

static const pw_type job_type = {
    .name = "job", .size = sizeof(pw_job), .unmake = job_unmake, .role = PW_ROLE_RUN};

/* --- drivers --- */

static pawl_status do_job(pw_job *job)
{
    pw_detector *inner = job->seat->detector;
    pw_context *context = job->seat->context;
    PW_TRY(pw_context_enter(context, &job->error));
    pw_context *inside PW_INSIDE = context;
    (void)inside;
    job->begin_ns = pw_os_clock_ns();
    const pw_detector_answer answer_one =
        pw_detector_is_classifier(inner) ? pw_detector_answer_classes : pw_detector_answer_boxes;
    context->run.is_cancelled = &job->is_cancelled;
    const pawl_status status = pw_detector_answer_all(
        inner, job->count, answer_one, job->seat->results, &job->timing, &job->error);
    context->run.is_cancelled = NULL;
    return status;
}

/* With the mutex held: the oldest that has not begun. */
static pw_job *next_job(pw_job_queue *queue)
{
    pw_job *job = queue->first;
    while (job != NULL && job->is_begun)
        job = job->next;
    return job;
}

/* The user ends a job by its handle; then nobody will ask for what it would find. */
static bool is_wanted(const pw_job *job)
{
    pw_job *again PW_USING = NULL;
    return pw_object_use(job->handle, &job_type, &again, NULL) >= 0;
}

static void finish(pw_job *job)
{
    if (is_wanted(job)) /* of one that is cancelled by now nothing is run */
        job->status = do_job(job);
    else
        job->status = PAWL_ERR_CANCELLED;
    pw_release_images(&job->images);
    pw_object_release(job); /* and with it, maybe, the detector */
}

static void leave(pw_job_queue *queue)
{
    lock(queue);
    const bool is_last = --queue->holders == 0;
    unlock(queue);
    if (!is_last)
        return;
    (void)pthread_cond_destroy(&queue->done);
    (void)pthread_cond_destroy(&queue->work);
    (void)pthread_mutex_destroy(&queue->mutex);
    pw_free(queue);
}

static void *drive(void *argument)
{
    const driver self = *(const driver *)argument; /* which may end before this thread */
    pw_job_queue *queue = self.queue;
    lock(queue);
    while (!queue->is_closed) {
        pw_job *job = next_job(queue);
        if (job == NULL) {
            (void)pthread_cond_wait(&queue->work, &queue->mutex);
            continue;
        }
        job->is_begun = true;
        queue->in_hands[self.number] = job;
        unlock(queue);
        finish(job);
        lock(queue);
        queue->in_hands[self.number] = NULL;
        (void)pthread_cond_broadcast(&queue->done);
    }
    unlock(queue);
    leave(queue);
    return NULL;
}

/* --- the queue --- */

static pawl_status make_seat(pw_detector *detector, const pawl_detector_desc *desc, seat *made,
                             pawl_error *error)
{
    const pw_context *outer = detector->context;
    const pw_lowering *shape = pw_context_shape(outer);
    pawl_context_desc like = PAWL_CONTEXT_DESC_INIT;
    like.threads = outer->crew.size;
    like.input = shape->input;
    like.output = shape->output;
    like.batch = shape->batch;
    like.height = shape->height;
    like.width = shape->width;
    const size_t size =
        pw_detector_is_classifier(detector) ? sizeof(pawl_class_scores) : sizeof(pawl_detections);
    made->results = pw_calloc(detector->capacity, size);
    if (made->results == NULL)
        return pw_fail_memory(error, "the jobs", detector->capacity * size);
    pw_context *context = NULL;
    PW_TRY(pw_context_make(&pw_inner_context_type, outer->engine, &like, &context, error));
    (void)pw_object_publish(context);
    made->context = context;
    pw_detector *inner = NULL;
    PW_TRY(pw_detector_make(&pw_inner_detector_type, context, desc, detector, &inner, error));
    (void)pw_object_publish(inner);
    made->detector = inner;
    return PAWL_OK;
}

static pawl_status start_drivers(pw_job_queue *queue, size_t wanted, pawl_error *error)
{
    queue->drivers = pw_calloc(wanted, sizeof(driver));
    if (queue->drivers == NULL)
        return pw_fail_memory(error, "the jobs' threads", wanted * sizeof(driver));
    int reason = 0;
    while (queue->driver_count < wanted && reason == 0) {
        lock(queue); /* a driver that is there already looks too */
        queue->holders++;
        unlock(queue);
        driver *next = &queue->drivers[queue->driver_count];
        *next = (driver){.queue = queue, .number = queue->driver_count};
        reason = pw_thread_start(&next->thread, drive, next);
        if (reason == 0)
            queue->driver_count++;
        else
            leave(queue);
    }
    if (queue->driver_count > 0)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_LIMIT, "the system refuses a thread for the jobs (error %d)",
                   reason);
}

static pawl_status fill_in(pw_job_queue *queue, pw_detector *detector,
                           const pawl_detector_desc *desc, pawl_error *error)
{
    const size_t count = (size_t)desc->jobs;
    const size_t threads = (size_t)pw_thread_pool_most(detector->context->engine->pool);
    queue->seats = pw_calloc(count, sizeof(seat));
    if (queue->seats == NULL)
        return pw_fail_memory(error, "the jobs", count * sizeof(seat));
    for (; queue->seat_count < count; queue->seat_count++) {
        const pawl_status status =
            make_seat(detector, desc, &queue->seats[queue->seat_count], error);
        if (status < 0) {
            queue->seat_count++; /* to be ended as far as it was made */
            return status;
        }
    }
    /* Where a device works a driver waits most of its time. */
    const bool is_waiting = pw_context_program(detector->context)->fits;
    return start_drivers(queue, is_waiting || count < threads ? count : threads, error);
}

pawl_status pw_jobs_check(int32_t jobs, pawl_error *error)
{
    if (jobs >= 0 && jobs <= PAWL_MAX_JOBS)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_ARGUMENT, "jobs is %d: 0 to %d are possible", jobs,
                   PAWL_MAX_JOBS);
}

pawl_status pw_job_queue_make(pw_detector *detector, const pawl_detector_desc *desc,
                              pw_job_queue **queue, pawl_error *error)
{
    pw_job_queue *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "the jobs", sizeof(*made));
    (void)pthread_mutex_init(&made->mutex, NULL); /* none of these can fail on Linux */
    (void)pthread_cond_init(&made->work, NULL);
    (void)pthread_cond_init(&made->done, NULL);
    made->holders = 1;
    made->process = pw_os_process_id();
    const pawl_status status = fill_in(made, detector, desc, error);
    if (status < 0) {
        pw_job_queue_end(made);
        return status;
    }
    *queue = made;
    return PAWL_OK;
}

static void stop_drivers(pw_job_queue *queue)
{
    lock(queue);
    queue->is_closed = true;
    (void)pthread_cond_broadcast(&queue->work);
    unlock(queue);
    for (size_t i = 0; i < queue->driver_count; i++)
        if (pthread_equal(queue->drivers[i].thread, pthread_self()))
            (void)pthread_detach(queue->drivers[i].thread);
        else
            (void)pthread_join(queue->drivers[i].thread, NULL);
}

int32_t pw_job_queue_places(const pw_job_queue *queue)
{
    return queue != NULL ? (int32_t)queue->seat_count : 0;
}

void pw_job_queue_end(pw_job_queue *queue)
{
    if (queue == NULL)
        return;
    if (is_ours(queue))
        stop_drivers(queue);
    for (size_t i = queue->seat_count; i-- > 0;) {
        (void)pw_object_end(queue->seats[i].detector);
        (void)pw_object_end(queue->seats[i].context);
        pw_free(queue->seats[i].results);
    }
    pw_free(queue->seats);
    pw_free(queue->drivers);
    if (is_ours(queue))
        leave(queue);
    else
        pw_free(queue);
}

/* --- jobs --- */

/* The detector's queue; a sentence where there is none. */
static pawl_status queue_of(const pw_detector *detector, pw_job_queue **queue, pawl_error *error)
{
    *queue = detector->jobs;
    if (*queue != NULL)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_ARGUMENT,
                   "detector #%llu was made without jobs: set pawl_detector_desc.jobs to how many "
                   "may be in flight",
                   (unsigned long long)detector->object.id);
}

static pawl_status take_seat(pw_job_queue *queue, pw_job *job, pawl_error *error)
{
    lock(queue);
    for (size_t i = 0; i < queue->seat_count && job->seat == NULL; i++)
        if (!queue->seats[i].is_taken)
            job->seat = &queue->seats[i];
    if (job->seat != NULL)
        job->seat->is_taken = true;
    unlock(queue);
    if (job->seat != NULL)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_BUSY,
                   "all %zu jobs of the detector are in flight: wait for one and end it",
                   queue->seat_count);
}

/* Publishes a job that has all it needs, and puts it last. The driver's hold is taken before anyone
 * can see it. */
static pawl_status hand_over(pw_job_queue *queue, pw_job *job, pawl_job **handle, pawl_error *error)
{
    pw_job *held = NULL;
    pawl_job *const published = pw_object_publish(job);
    const pawl_status status = pw_object_use(published, &job_type, &held, error);
    if (status < 0) {
        (void)pw_object_end(job);
        return status;
    }
    job->handle = published;
    *handle = published; /* before the user's other threads can get it from a wait */
    lock(queue);
    pw_job **at = &queue->first;
    while (*at != NULL)
        at = &(*at)->next;
    *at = job;
    job->is_listed = true;
    (void)pthread_cond_signal(&queue->work);
    unlock(queue);
    return PAWL_OK;
}

static pawl_status submit(pawl_detector *detector, const pw_given *given, void *user,
                          pawl_job **job, pawl_error *error)
{
    pw_job_queue *queue = NULL;
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    PW_TRY(queue_of(used, &queue, error));
    if (given->count < 1 || given->count > used->capacity)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%zu pictures at once: this detector takes 1 to %zu, its context's batch",
                       given->count, used->capacity);
    pw_object *const parents[] = {&used->object};
    pw_job *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&job_type, parents, PW_COUNT(parents), &made, error));
    pw_object_name_after(&made->object, &used->object);
    made->queue = queue;
    made->detector = used;
    made->user = user;
    made->count = given->count;
    PW_TRY(take_seat(queue, made, error));
    made->images.images = made->seat->detector->images;
    PW_TRY(pw_detector_settle(made->seat->detector, error));
    PW_TRY(pw_take_pictures(given, &made->images, made->seat->detector->pictures, error));
    return hand_over(queue, PW_TAKE(made), job, error);
}

pawl_status pawl_detector_submit(pawl_detector *detector, pawl_image *const *images, size_t count,
                                 void *user, pawl_job **job, pawl_error *error)
{
    if (images == NULL || job == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_submit: %s is NULL",
                       images == NULL ? "images" : "job");
    const pw_given given = {.images = images, .count = count};
    return submit(detector, &given, user, job, error);
}

pawl_status pawl_detector_submit_pictures(pawl_detector *detector, const pawl_picture *pictures,
                                          size_t count, void *user, pawl_job **job,
                                          pawl_error *error)
{
    if (pictures == NULL || job == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_submit_pictures: %s is NULL",
                       pictures == NULL ? "pictures" : "job");
    const pw_given given = {.pictures = pictures, .count = count};
    return submit(detector, &given, user, job, error);
}

/* With the mutex held: the oldest that nobody has waited for, used by us from now on; NULL. */
static pw_job *claim(pw_job_queue *queue)
{
    for (pw_job *job = queue->first; job != NULL; job = job->next) {
        pw_job *held = NULL;
        if (!job->is_claimed && pw_object_use(job->handle, &job_type, &held, NULL) >= 0) {
            job->is_claimed = true;
            return held;
        }
    }
    return NULL;
}

/* With the mutex held: a driver has done it and let it go, so that its end is at once. */
static bool is_done(const pw_job_queue *queue, const pw_job *job)
{
    bool is_held = !job->is_begun;
    for (size_t i = 0; i < queue->driver_count; i++)
        is_held = is_held || queue->in_hands[i] == job;
    return !is_held;
}

/* With the mutex held. job NULL: nothing to wait for. */
static void wait_until_done(pw_job_queue *queue, const pw_job *job)
{
    while (job != NULL && !is_done(queue, job))
        (void)pthread_cond_wait(&queue->done, &queue->mutex);
}

/* Of a job that is done. */
static void tell(const pw_job *job, pawl_job_info *info)
{
    const void *results = job->status >= 0 ? job->seat->results : NULL;
    const bool is_classifier = pw_detector_is_classifier(job->detector);
    info->job = job->handle;
    info->user = job->user;
    info->detections = is_classifier ? NULL : results;
    info->scores = is_classifier ? results : NULL;
    info->count = job->count;
    info->timing = job->timing;
    info->begin_ns = job->begin_ns;
    info->status = job->status;
    info->message = job->status >= 0 ? "" : job->error.message;
}

pawl_status pawl_detector_wait(pawl_detector *detector, pawl_job_info *info, pawl_error *error)
{
    pawl_job_info made = PAWL_JOB_INFO_INIT;
    PW_TRY(pw_desc_answer(info, &made, sizeof(made), "pawl_job_info", error));
    pw_job_queue *queue = NULL;
    pw_detector *used PW_USING = NULL;
    pw_job *job PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    PW_TRY(queue_of(used, &queue, error));
    lock(queue);
    job = claim(queue);
    wait_until_done(queue, job);
    unlock(queue);
    if (job != NULL)
        tell(job, &made);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_job_info", error);
}

pawl_status pawl_job_wait(pawl_job *job, pawl_job_info *info, pawl_error *error)
{
    pawl_job_info made = PAWL_JOB_INFO_INIT;
    PW_TRY(pw_desc_answer(info, &made, sizeof(made), "pawl_job_info", error));
    pw_job *used PW_USING = NULL;
    PW_TRY(pw_object_use(job, &job_type, &used, error));
    lock(used->queue);
    used->is_claimed = true;
    wait_until_done(used->queue, used);
    unlock(used->queue);
    tell(used, &made);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_job_info", error);
}

pawl_status pawl_job_cancel(pawl_job *job, pawl_error *error)
{
    pw_job *used PW_USING = NULL;
    PW_TRY(pw_object_use(job, &job_type, &used, error));
    pw_job_queue *queue = used->queue;
    lock(queue);
    const bool is_waiting = !used->is_begun;
    used->is_begun = true; /* so that no driver takes it */
    atomic_store_explicit(&used->is_cancelled, true, memory_order_relaxed);
    if (is_waiting)
        used->status = pw_fail(&used->error, PAWL_ERR_CANCELLED, "the job was cancelled");
    unlock(queue);
    if (!is_waiting)
        return PAWL_OK;
    pw_release_images(&used->images);
    lock(queue);
    (void)pthread_cond_broadcast(&queue->done);
    unlock(queue);
    pw_object_release(used); /* the driver's hold; ours is another */
    return PAWL_OK;
}

/* What it found is there, and will stay: so the mutex is not needed to read it. */
static bool has_found(pw_job *job)
{
    lock(job->queue);
    const bool is_there = job->is_claimed && is_done(job->queue, job) && job->status >= 0;
    unlock(job->queue);
    return is_there;
}

pawl_status pawl_job_mask(pawl_job *job, size_t picture, size_t index, pawl_mask_form form,
                          pawl_mask *mask, pawl_error *error)
{
    pw_job *used PW_USING = NULL;
    PW_TRY(pw_object_use(job, &job_type, &used, error));
    if (!has_found(used))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "the job has found nothing that a mask could be made of: it failed, or "
                       "nobody has waited for it");
    return pw_detector_mask(used->seat->detector, picture, index, form, mask, error);
}

pawl_status pawl_job_destroy(pawl_job **job)
{
    return pw_object_destroy_handle((void **)job, &job_type);
}
