/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from feeds into jobs, and out of them in the same order. One thread submits and collects:
 * what takes time is elsewhere, decoding in ffmpeg and the feeds' threads, letterbox and network in
 * the detector's, encoding in the films' and another ffmpeg.
 */
#include "cli/predict_video.h"
#include "common/picture_file.h"
#include "common/video/ffmpeg.h"

#include <stdlib.h>

#define AHEAD      2 /* frames of a file that are read before they are wanted */
#define MOST_JOBS  4
#define MORE_SHOTS (PREDICT_FILM_QUEUE + AHEAD + 1) /* and one that is being read into */

static size_t batch_of(const predict_run *run)
{
    return run->job->batch;
}

/* --- the detector --- */

static void end_detector(predict_run *run)
{
    (void)pawl_detector_destroy(&run->detector);
    (void)pawl_context_destroy(&run->context);
}

/* What the network takes a frame in. Of several sources there may be frames of any shape in a
 * batch. */
static app_shape shape_of(const predict_run *run, const predict_shot *shot)
{
    const predict_writer *writer = run->job->writer;
    if (!writer->options->is_rect || run->source_count > 1)
        return writer->shape;
    const pawl_letterbox box =
        pawl_letterbox_fit_rect(shot->picture.width, shot->picture.height, writer->shape.width,
                                writer->shape.height, writer->stride);
    return (app_shape){box.height, box.width};
}

/* One for this shape; nothing is in flight. */
static int make_detector(predict_run *run, app_shape shape)
{
    if (run->detector != NULL && run->shape.height == shape.height &&
        run->shape.width == shape.width)
        return APP_EXIT_DONE;
    end_detector(run);
    run->shape = shape;
    return predict_detector_make(run->job, shape, (int32_t)run->flight_count, &run->context,
                                 &run->detector);
}

/* --- in and out of the network --- */

static int submit(predict_run *run, predict_flight *flight)
{
    pawl_error error = {0};
    pawl_job *job = NULL;
    const size_t least = (size_t)run->job->session->info.batch_min;
    size_t count = flight->count;
    for (size_t i = 0; i < count; i++)
        run->pictures[i] = flight->shots[i]->picture;
    for (; count < least; count++) /* the last fills what is missing */
        run->pictures[count] = run->pictures[count - 1];
    const double begin = app_clock_ms();
    if (pawl_detector_submit_pictures(run->detector, run->pictures, count, flight, &job, &error) <
        0) {
        for (size_t i = 0; i < flight->count; i++)
            predict_shot_release(flight->shots[i]);
        return app_fail_library(run->job->session->path, &error);
    }
    app_trace_span(&run->trace, 0, "stage", "submit", begin, app_clock_ms() - begin, NULL);
    run->next_flight = (run->next_flight + 1) % run->flight_count;
    run->in_flight++;
    return APP_EXIT_DONE;
}

/* Each job on a row of its own, in which the stages follow one another. */
static void trace_job(predict_run *run, const predict_flight *flight, const pawl_job_info *result)
{
    if (!run->trace.is_open || result->begin_ns == 0)
        return;
    const size_t row = 1 + (size_t)(flight - run->flights);
    const double times[] = {result->timing.preprocess_ms, result->timing.inference_ms,
                            result->timing.postprocess_ms};
    static const char *const names[] = {"letterbox", "network", "boxes"};
    double at = (double)result->begin_ns / 1e6;
    for (size_t i = 0; i < 3; i++) {
        app_trace_span(&run->trace, row, "stage", names[i], at, times[i], NULL);
        at += times[i];
    }
}

static predict_source *source_of(const predict_shot *shot)
{
    return (predict_source *)(void *)shot->feed; /* the feed is its first member */
}

/* Waits for the oldest job; its frames pass, unless something has failed before. */
static int collect(predict_run *run, int code)
{
    pawl_error error = {0};
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    if (pawl_detector_wait(run->detector, &result, &error) < 0 || result.job == NULL) {
        run->in_flight = 0;
        return app_fail_library(run->job->session->path, &error);
    }
    predict_flight *flight = result.user;
    run->in_flight--;
    trace_job(run, flight, &result);
    if (result.status < 0 && code == APP_EXIT_DONE) {
        error.status = result.status;
        (void)snprintf(error.message, sizeof error.message, "%s", result.message);
        code = app_fail_library(run->job->session->path, &error);
    }
    for (size_t i = 0; i < flight->count; i++) {
        predict_shot *shot = flight->shots[i];
        if (code == APP_EXIT_DONE)
            code = predict_pass(run, source_of(shot), shot, &result, i);
        else
            predict_shot_release(shot);
    }
    (void)pawl_job_destroy(&result.job);
    return code;
}

/* --- frames for a job --- */

/* With the lock: frames for one job. A file waits until they are as many as the engine takes, live
 * sources give the newest of each, and take turns to be the first. */
static size_t gather(predict_run *run, predict_flight *flight)
{
    flight->count = 0;
    for (size_t i = 0; i < run->source_count && flight->count < batch_of(run); i++) {
        predict_feed *feed = &run->sources[(run->turn + i) % run->source_count].feed;
        const size_t wanted = feed->is_live ? 1 : batch_of(run);
        if (!feed->is_live && !feed->is_ended && feed->ready_count < wanted)
            continue;
        for (size_t k = 0; k < wanted && feed->ready != NULL; k++)
            flight->shots[flight->count++] = predict_feed_take(feed);
    }
    run->turn = (run->turn + 1) % run->source_count;
    return flight->count;
}

/* With the lock. */
static bool all_have_ended(const predict_run *run)
{
    for (size_t i = 0; i < run->source_count; i++)
        if (!run->sources[i].feed.is_ended || run->sources[i].feed.ready != NULL)
            return false;
    return true;
}

/* Frames for one job; none: all jobs are taken, or none has come yet while some is in flight, or,
 * and then nothing is, there will be no more. */
static size_t next_frames(predict_run *run, predict_flight *flight)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&run->feeds.lock);
    while (run->in_flight < run->flight_count && (count = gather(run, flight)) == 0 &&
           run->in_flight == 0 && !all_have_ended(run) && !app_is_interrupted())
        predict_feeds_wait(&run->feeds);
    (void)pthread_mutex_unlock(&run->feeds.lock);
    return count;
}

static int run_all(predict_run *run)
{
    int code = APP_EXIT_DONE;
    while (code == APP_EXIT_DONE && !app_is_interrupted()) {
        predict_flight *flight = &run->flights[run->next_flight];
        if (next_frames(run, flight) > 0) {
            const app_shape shape = shape_of(run, flight->shots[0]);
            code = make_detector(run, shape);
            if (code == APP_EXIT_DONE)
                code = submit(run, flight);
        } else if (run->in_flight > 0) {
            code = collect(run, code);
        } else {
            break;
        }
    }
    while (run->in_flight > 0) /* their frames are kept, also of a run that is interrupted */
        code = collect(run, code);
    return code;
}

/* --- sources --- */

static int name_source(predict_run *run, predict_source *source)
{
    source->file =
        predict_unique_name(run->job->writer, PREDICT_TAKEN_PICTURES, source->feed.name, ".mp4");
    if (source->file != NULL)
        source->name = app_format("%.*s", (int)app_stem_length(source->file), source->file);
    return source->name != NULL ? APP_EXIT_DONE : app_fail_memory();
}

/* What the trace calls its rows: the caller's, one for each job, two for each source. */
static void name_rows(predict_run *run, const predict_source *source)
{
    char name[64];
    (void)snprintf(name, sizeof name, "decode %.40s", source->name);
    app_trace_thread(&run->trace, source->feed.row, name);
    (void)snprintf(name, sizeof name, "encode %.40s", source->name);
    app_trace_thread(&run->trace, source->feed.row + 1, name);
}

/* A video that does not open is reported, and the others go on. */
static int refuse_source(predict_run *run, const char *source, const pawl_error *error)
{
    predict_tally *tally = &run->job->tally;
    char *shown = app_video_shown(source);
    if (shown == NULL)
        return app_fail_memory();
    predict_picture bad = {.path = shown, .error = {.status = error->status}};
    (void)snprintf(bad.error.message, sizeof bad.error.message, "%.200s: %.300s", shown,
                   error->message);
    const int exit_code = app_exit_of(error->status);
    tally->bad++;
    tally->limited += exit_code == APP_EXIT_LIMIT ? 1 : 0;
    tally->missing += exit_code == APP_EXIT_DEVICE ? 1 : 0;
    const int code = predict_writer_add(run->job->writer, &bad);
    free(shown);
    return code;
}

/* Opens video number index as one more of the sources; one that does not open is reported. */
static int open_source(predict_run *run, size_t index)
{
    pawl_error error = {0};
    app_video video = {.width = 0};
    predict_source *source = &run->sources[run->source_count];
    const char *name = run->videos->items[index];
    const app_video_kind kind = app_video_kind_of(name);
    const bool is_probed = kind == APP_VIDEO_FILE || kind == APP_VIDEO_ADDRESS;
    if (kind != APP_VIDEO_STDIN && !app_ffmpeg_is_here() && app_ffmpeg_missing(&error) < 0)
        return refuse_source(run, name, &error);
    if (is_probed && app_video_probe(name, &video, &error) < 0)
        return error.status == PAWL_ERR_CANCELLED ? APP_EXIT_DONE
                                                  : refuse_source(run, name, &error);
    if ((int64_t)video.width * video.height > app_pictures_most()) {
        error.status = PAWL_ERR_LIMIT;
        (void)snprintf(error.message, sizeof error.message,
                       "its frames are %d x %d pixels, and %lld in all are allowed", video.width,
                       video.height, (long long)app_pictures_most());
        return refuse_source(run, name, &error);
    }
    *source =
        (predict_source){.index = index + 1, .total = video.frames / (size_t)run->feeds.stride};
    const size_t each = app_video_is_live(kind) ? 1 : batch_of(run);
    const size_t row = 1 + run->flight_count + 2 * run->source_count;
    run->source_count++;
    int code = predict_feed_open(&source->feed, &run->feeds, name, is_probed ? &video : NULL,
                                 each * run->flight_count + MORE_SHOTS + each - 1, row);
    if (code == APP_EXIT_DONE)
        code = name_source(run, source);
    if (code == APP_EXIT_DONE)
        name_rows(run, source);
    if (code == APP_EXIT_DONE && video.is_variable && !app_decoder_tells_times(&video))
        app_note("%s: its frame rate varies, and when each frame is cannot be told: it is made "
                 "constant, at its mean of %.3f a second",
                 source->feed.shown, app_ratio_value(video.rate));
    return code;
}

/* Those that have been opened, to their end. */
static int run_sources(predict_run *run, int code)
{
    if (code == APP_EXIT_DONE && run->source_count > 0)
        code = run_all(run);
    (void)pthread_mutex_lock(&run->feeds.lock);
    run->feeds.is_over = true;
    (void)pthread_cond_broadcast(&run->feeds.moved);
    (void)pthread_mutex_unlock(&run->feeds.lock);
    for (size_t i = 0; i < run->source_count; i++)
        predict_feed_join(&run->sources[i].feed);
    for (size_t i = 0; i < run->source_count; i++) {
        const int judged = predict_source_judge(run, &run->sources[i]);
        code = code == APP_EXIT_DONE ? judged : code;
    }
    if (app_is_interrupted()) { /* films take their time, and a second Ctrl-C ends at once */
        const int completed = predict_writer_complete(run->job->writer);
        code = code == APP_EXIT_DONE ? completed : code;
    }
    for (size_t i = 0; i < run->source_count; i++) {
        const int finished = predict_film_finish(&run->sources[i].film);
        code = code == APP_EXIT_DONE ? finished : code;
    }
    for (size_t i = 0; i < run->source_count; i++)
        predict_source_close(&run->sources[i]);
    run->source_count = 0;
    run->feeds.is_over = false;
    return code;
}

/* Files, each by itself. */
static int run_files(predict_run *run)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < run->videos->count && code == APP_EXIT_DONE; i++) {
        if (app_video_is_live(app_video_kind_of(run->videos->items[i])) || app_is_interrupted())
            continue;
        code = open_source(run, i);
        code = run_sources(run, code);
    }
    return code;
}

/* What is live, all at once. */
static int run_streams(predict_run *run)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < run->videos->count && code == APP_EXIT_DONE; i++) {
        if (app_video_is_live(app_video_kind_of(run->videos->items[i])) && !app_is_interrupted())
            code = open_source(run, i);
    }
    return run_sources(run, code);
}

static int prepare(predict_run *run)
{
    const predict_options *options = run->job->writer->options;
    const size_t threads = (size_t)run->job->session->threads;
    const size_t batch = batch_of(run), least = (size_t)run->job->session->info.batch_min;
    run->flight_count = batch > 1 ? 2 : threads + 1 < MOST_JOBS ? threads + 1 : MOST_JOBS;
    run->flights = calloc(run->flight_count, sizeof *run->flights);
    run->pictures = calloc(batch > least ? batch : least, sizeof *run->pictures);
    run->sources = calloc(run->videos->count, sizeof *run->sources);
    if (run->flights == NULL || run->pictures == NULL || run->sources == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < run->flight_count; i++) {
        run->flights[i].shots = calloc(batch, sizeof(predict_shot *));
        if (run->flights[i].shots == NULL)
            return app_fail_memory();
    }
    int code = APP_EXIT_DONE;
    if (options->trace != NULL)
        code = app_trace_open(&run->trace, options->trace, app_clock_ms());
    app_trace_thread(&run->trace, 0, "submit, draw, write");
    for (size_t i = 0; i < run->flight_count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "job %zu", i + 1);
        app_trace_thread(&run->trace, 1 + i, name);
    }
    return code == APP_EXIT_DONE ? predict_feeds_open(&run->feeds, options->vid_stride, &run->trace)
                                 : code;
}

int predict_videos(predict_job *job, const app_paths *videos)
{
    predict_run run = {.job = job, .videos = videos};
    if (videos->count == 0)
        return APP_EXIT_DONE;
    int code = prepare(&run);
    if (code == APP_EXIT_DONE) {
        code = run_files(&run);
        code = code == APP_EXIT_DONE ? run_streams(&run) : code;
        predict_feeds_close(&run.feeds);
    }
    app_progress_end();
    end_detector(&run);
    const int closed = app_trace_close(&run.trace);
    for (size_t i = 0; run.flights != NULL && i < run.flight_count; i++)
        free(run.flights[i].shots);
    free(run.flights);
    free(run.pictures);
    free(run.sources);
    code = code == APP_EXIT_DONE ? closed : code;
    return code == APP_EXIT_DONE && app_is_interrupted() ? app_fail_interrupted() : code;
}
