/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures that are on their way while others are fetched: several at once go through one detector, and are waited for later.
 *
 *     pawl_detector_desc.jobs = 4;          how many may be in flight: what bounds memory, and pushes back on whoever submits
 *     pawl_detector_submit(...)             returns at once; PAWL_ERR_BUSY where all are taken
 *     pawl_detector_wait() | pawl_job_wait()    in the order of submission | of one job, by whoever submitted it
 *     pawl_job_destroy()                    ends it and frees its place
 *
 * All of it from any thread, at any time: nothing here is ever PAWL_ERR_BUSY because of another thread's call.
 */
#ifndef PAWL_JOB_H
#define PAWL_JOB_H

#include <pawl/detect.h>

PAWL_BEGIN

/** Pictures on their way through a detector, and then what was found in them. Pins its detector; any thread may end it at any time. Since 0.2. */
typedef struct pawl_job pawl_job;

/** How a job went. What it points to is the job's, and void once that has ended. */
typedef struct pawl_job_info {
    size_t struct_size;
    pawl_job *job;                     /* NULL: no job was left to wait for */
    void *user;                        /* as it was submitted */
    const pawl_detections *detections; /* of each picture; NULL where it failed, and of a classifier */
    size_t count;                      /* pictures submitted */
    pawl_timing timing;
    pawl_status status;                /* PAWL_ERR_CANCELLED: by pawl_job_cancel() */
    const char *message;               /* what went wrong; "" */
    const pawl_class_scores *scores;   /* of each picture, of a classifier; NULL where it failed, and else */
    uint64_t begin_ns;                 /* when the work on it began, of CLOCK_MONOTONIC; 0: it never did */
} pawl_job_info;
#define PAWL_JOB_INFO_INIT { sizeof(pawl_job_info), NULL, NULL, NULL, 0, { 0, 0, 0 }, PAWL_OK, NULL, NULL, 0 }

/**
 * Starts detection, or classification where the engine classifies, on @p count pictures and returns. As many jobs as the detector was made for can
 * be in flight, from here until each is ended; letterbox, network and boxes of several run beside each other on threads of the detector, at most as
 * many as its runtime may have. They are as pawl_detector_run() (pawl_detector_classify()) finds them, at the height and width that the context had
 * when the detector was made and with what is set now (pawl/settings.h), and leave its context alone.
 *
 * @param images    Held until the job is done: they may be ended now.
 * @param user      Handed back by the wait; may be NULL.
 * @param[out] job  On success the caller's: end it with pawl_job_destroy(), at any time. Else untouched. Written before another thread can get it.
 * @retval PAWL_ERR_BUSY         All jobs of the detector are taken: wait for one and end it. Nothing was started; no call here waits for another.
 * @retval PAWL_ERR_ARGUMENT     Another count than 1 to the batch the context had, or a detector made without jobs.
 * @retval PAWL_ERR_MEMORY       Nothing was started.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_submit(pawl_detector *detector, pawl_image *const *images, size_t count, void *user,
                                                         pawl_job **job, pawl_error *error);

/**
 * The same on pictures in the caller's memory, as pawl_detector_run_pictures().
 *
 * @param pictures  The array is read now. The bytes of its planes must stay as they are until a wait has handed the job out. So wait for a job
 *                  before its memory goes, also for one that nobody wants any more: pawl_job_cancel() makes that short. (A job that is ended in
 *                  flight reads on for a moment, and nothing tells when it is over.)
 * @retval PAWL_ERR_LIMIT  As pawl_detector_run_pictures(), and so are more causes of PAWL_ERR_ARGUMENT.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_submit_pictures(pawl_detector *detector, const pawl_picture *pictures, size_t count, void *user,
                                                                  pawl_job **job, pawl_error *error);

/**
 * Waits for the oldest job that nobody has waited for yet, so results come in the order of submission; a job that was ended is passed over.
 * Threads that wait at once get a job each.
 *
 * @param[out] info  Filled on success, which is also a job that failed (info->status) and that there was none (info->job is NULL).
 * @retval PAWL_ERR_ARGUMENT  A detector made without jobs.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_detector_wait(pawl_detector *detector, pawl_job_info *info, pawl_error *error);

/**
 * Waits for one job: what a thread does that submitted it and wants its answer, whatever others have in flight. pawl_detector_wait() passes over it
 * then. A job that was waited for already answers at once, and the same.
 *
 * @param[out] info  Filled on success, which is also a job that failed (info->status).
 * @retval PAWL_ERR_DEAD_HANDLE  It has ended. A job that another thread ends meanwhile is waited for all the same.
 * @note Any thread, several at once. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_job_wait(pawl_job *job, pawl_job_info *info, pawl_error *error);

/**
 * Cancels a job: one that waits its turn never begins, one under way stops at the next layer on the CPU, and before the network or behind it on other
 * devices. It is waited for and ended as any other, with PAWL_ERR_CANCELLED as its status, at once where it had not begun; one that is done stays so.
 *
 * @retval PAWL_OK  It is cancelled, or was done already: its status says which.
 * @note Any thread: it is what others than the one who waits are for. Never waits. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_job_cancel(pawl_job *job, pawl_error *error);

/**
 * The mask of box @p index of picture @p picture of a job that was waited for, as pawl_detector_mask().
 * @param[out] mask  The job's: valid until its next mask, and until it has ended.
 * @retval PAWL_ERR_UNSUPPORTED  The engine makes no masks.
 * @retval PAWL_ERR_ARGUMENT     The job failed, or nobody has waited for it; there is no such box.
 * @note Any thread, one at a time. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_job_mask(pawl_job *job, size_t picture, size_t index, pawl_mask_form form, pawl_mask *mask,
                                                  pawl_error *error);

/**
 * Ends a job, at any time, and with it what it found; its place may be taken by another. One that has not begun never will.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  It is in flight; see pawl_object_destroy() for all results.
 * @note Any thread.
 */
PAWL_API pawl_status pawl_job_destroy(pawl_job **job);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_detector_submit(detector, images, count, user, job, error) \
    PAWL_PLACED(pawl_detector_submit(detector, images, count, user, job, error))
#define pawl_detector_submit_pictures(detector, pictures, count, user, job, error) \
    PAWL_PLACED(pawl_detector_submit_pictures(detector, pictures, count, user, job, error))
#endif

#endif
