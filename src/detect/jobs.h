/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of a detector: pictures that are waited for later. */
#ifndef PW_JOBS_H
#define PW_JOBS_H

#include "detect/detector.h"
#include <pawl/limits.h>

pawl_status pw_jobs_check(int32_t jobs, pawl_error *error) PW_NODISCARD; /* PAWL_ERR_ARGUMENT: more than there can be */
/* Seats for desc->jobs jobs and the threads that do them, for a detector which is being made. The caller is inside its context. */
pawl_status pw_job_queue_make(pw_detector *detector, const pawl_detector_desc *desc, struct pw_job_queue **queue, pawl_error *error) PW_NODISCARD;
/* Jobs in flight at most; 0 for NULL. */
int32_t pw_job_queue_places(const struct pw_job_queue *queue);
/* No job is left. On one of its own threads too: the last job's end may be the detector's. NULL is fine. */
void pw_job_queue_end(struct pw_job_queue *queue);

#endif
