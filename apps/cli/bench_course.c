/* SPDX-License-Identifier: Apache-2.0 */
/* A course: made, run, measured. */
#include "cli/bench.h"
#include "common/picture_file.h"

#include <stdlib.h>
#include <string.h>

const char *const bench_stage_names[BENCH_STAGES] = {"decode", "preprocess", "inference",
                                                     "postprocess"};

static bool is_classifier(const bench *of)
{
    return of->session.model.task == PAWL_TASK_CLASSIFY;
}

static int make_room(bench_course *course)
{
    course->images = calloc(course->batch, sizeof(pawl_image *));
    course->found = calloc(course->batch, sizeof(pawl_detections));
    course->scores = calloc(course->batch, sizeof(pawl_class_scores));
    return course->images == NULL || course->found == NULL || course->scores == NULL
               ? app_fail_memory()
               : APP_EXIT_DONE;
}

int bench_course_open(bench *of, bench_course *course)
{
    pawl_error error = {0};
    const bool is_boxes = strcmp(course->output, "decoded") != 0;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    course->batch = (size_t)of->batch;
    desc.threads = of->session.threads;
    /* To the boxes go bytes, as predict has them. */
    desc.input = is_boxes ? PAWL_INPUT_U8_NHWC : PAWL_INPUT_F32_NCHW;
    desc.output = is_boxes ? PAWL_OUTPUT_CANDIDATES : PAWL_OUTPUT_DECODED;
    desc.batch = of->batch;
    desc.height = of->shape.height;
    desc.width = of->shape.width;
    detector.confidence = (float)of->options->conf;
    detector.iou = (float)of->options->iou;
    if (pawl_context_create(of->session.engine, &desc, &course->context, &error) < 0 ||
        (is_boxes &&
         pawl_detector_create(course->context, &detector, &course->detector, &error) < 0))
        return app_fail_library(of->session.path, &error);
    return course->pictures != NULL ? make_room(course) : bench_fill_input(of, course->context);
}

void bench_course_close(bench_course *course)
{
    (void)pawl_detector_destroy(&course->detector);
    (void)pawl_context_destroy(&course->context);
    free(course->images);
    free(course->found);
    free(course->scores);
    json_decref(course->layers);
    samples_free(&course->taken);
    for (size_t s = 0; s < BENCH_STAGES; s++)
        samples_free(&course->stages[s]);
}

/* From the files on. */
static int run_pictures(const bench *of, bench_course *course)
{
    pawl_error error = {0};
    pawl_timing timing = PAWL_TIMING_INIT;
    pawl_status status = PAWL_OK;
    const char *path = "";
    size_t count = 0;
    for (; count < course->batch && status >= 0; count++) {
        path = course->pictures->items[course->next];
        course->next = (course->next + 1) % course->pictures->count;
        status = app_picture_read(path, NULL, &course->images[count], &error);
    }
    course->stages_ms[BENCH_READ] = app_clock_ms() - course->begin_ms;
    if (status >= 0) {
        path = of->session.path;
        status = is_classifier(of) ? pawl_detector_classify(course->detector, course->images, count,
                                                            course->scores, &timing, &error)
                                   : pawl_detector_run(course->detector, course->images, count,
                                                       course->found, &timing, &error);
    }
    for (size_t i = 0; i < count; i++)
        (void)pawl_image_destroy(&course->images[i]);
    course->stages_ms[BENCH_FIT] = timing.preprocess_ms;
    course->stages_ms[BENCH_NETWORK] = timing.inference_ms;
    course->stages_ms[BENCH_BOXES] = timing.postprocess_ms;
    return status < 0 ? app_fail_library(path, &error) : APP_EXIT_DONE;
}

int bench_course_run(const bench *of, bench_course *course)
{
    pawl_error error = {0};
    course->begin_ms = app_clock_ms();
    if (course->pictures != NULL)
        return run_pictures(of, course);
    pawl_status status = pawl_context_run(course->context, &error);
    course->stages_ms[BENCH_NETWORK] = app_clock_ms() - course->begin_ms;
    for (size_t i = 0; status >= 0 && course->detector != NULL && i < course->batch; i++) {
        pawl_detections found;
        status = pawl_detector_collect(course->detector, i, &found, &error);
    }
    if (course->detector != NULL)
        course->stages_ms[BENCH_BOXES] =
            app_clock_ms() - course->begin_ms - course->stages_ms[BENCH_NETWORK];
    return status < 0 ? app_fail_library(of->session.path, &error) : APP_EXIT_DONE;
}

static int run_counted(const bench *of, bench_course *course)
{
    const int code = bench_course_run(of, course);
    bool is_kept = samples_add(&course->taken, app_clock_ms() - course->begin_ms);
    for (size_t s = 0; s < BENCH_STAGES; s++)
        is_kept = samples_add(&course->stages[s], course->stages_ms[s]) && is_kept;
    return code == APP_EXIT_DONE && !is_kept ? app_fail_memory() : code;
}

/* Fills the samples. */
static int count_runs(const bench *of, bench_course *course)
{
    const bench_options *options = of->options;
    const bool is_counted = options->iterations > 0;
    const double start = app_clock_ms(), end = start + options->duration * 1e3;
    const size_t least = is_counted ? (size_t)options->iterations : 5;
    int code = APP_EXIT_DONE;
    course->taken.count = 0;
    for (size_t s = 0; s < BENCH_STAGES; s++)
        course->stages[s].count = 0;
    while (code == APP_EXIT_DONE && !app_is_interrupted() &&
           (course->taken.count < least || (!is_counted && app_clock_ms() < end))) {
        code = run_counted(of, course);
        if (is_counted)
            app_progress("measuring", course->taken.count, least);
        else
            app_progress("measuring", (size_t)(app_clock_ms() - start),
                         (size_t)(options->duration * 1e3) + 1);
    }
    app_progress_end();
    if (code == APP_EXIT_DONE && app_is_interrupted())
        code = app_fail_interrupted();
    return code;
}

static int measure_window(bench *of, bench_course *course)
{
    if (!of->options->is_probed)
        return count_runs(of, course);
    int code = bench_probe_take(of, &course->window.before);
    if (code == APP_EXIT_DONE)
        code = bench_course_run(of, course); /* the probe had the caches */
    if (code == APP_EXIT_DONE)
        code = count_runs(of, course);
    if (code == APP_EXIT_DONE)
        code = bench_probe_take(of, &course->window.after);
    return code == APP_EXIT_DONE ? bench_window_judge(of, &course->window) : code;
}

/* Warms up, then measures until a window counts, or says that none did. */
int bench_course_measure(bench *of, bench_course *course)
{
    const double warm = app_clock_ms() + of->options->warmup * 1e3;
    int code = bench_course_run(of, course);
    while (code == APP_EXIT_DONE && app_clock_ms() < warm && !app_is_interrupted())
        code = bench_course_run(of, course);
    for (int i = 0; code == APP_EXIT_DONE && !course->window.counts && i < BENCH_ATTEMPTS; i++) {
        code = measure_window(of, course);
        if (!of->options->is_probed)
            break;
    }
    if (code == APP_EXIT_DONE && of->options->is_probed && !course->window.counts)
        app_warn("%s: something else had the machine in each of %d windows, so this one does not "
                 "count: before it and after it probes reach %.0f and %.0f of at best %.0f "
                 "GFLOP/s, %.1f and %.1f of %.1f GB/s",
                 course->output, BENCH_ATTEMPTS, course->window.before.gflops,
                 course->window.after.gflops, of->best.gflops, course->window.before.gigabytes,
                 course->window.after.gigabytes, of->best.gigabytes);
    return code;
}
