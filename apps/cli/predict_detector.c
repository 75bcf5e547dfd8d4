/* SPDX-License-Identifier: Apache-2.0 */
/* The detector that the options ask for. */
#include "cli/predict_job.h"
#include "cli/predict_track.h"

int predict_detector_make(const predict_job *job, app_shape shape, int32_t jobs,
                          pawl_context **context, pawl_detector **detector)
{
    pawl_error error = {0};
    const predict_options *options = job->writer->options;
    pawl_context_desc place = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    place.threads = job->session->threads;
    place.input = PAWL_INPUT_U8_NHWC;
    place.output = PAWL_OUTPUT_CANDIDATES;
    place.threshold = (float)predict_track_conf(options);
    place.batch = (int32_t)job->batch;
    place.height = shape.height;
    place.width = shape.width;
    how.confidence = (float)predict_track_conf(options);
    how.iou = (float)options->iou;
    how.max_detections = options->max_det;
    how.is_rect = options->is_rect && jobs == 0 ? 1 : 0; /* a job's shape is its context's */
    how.is_agnostic = options->is_agnostic ? 1 : 0;
    how.is_multi_label = options->is_multi_label ? 1 : 0;
    how.classes = options->classes.items;
    how.class_count = options->classes.count;
    how.jobs = jobs;
    if (pawl_context_create(job->session->engine, &place, context, &error) < 0 ||
        pawl_detector_create(*context, &how, detector, &error) < 0)
        return app_fail_library(job->session->path, &error);
    return APP_EXIT_DONE;
}
