/* SPDX-License-Identifier: Apache-2.0 */
/* A frame that has been through the network on its way to files and film;
 * and the end of a source. */
#include "cli/predict_video.h"
#include "common/inputs.h"
#include "common/video/ffmpeg.h"

#include <stdlib.h>

static predict_picture picture_of(const predict_run *run, const predict_source *source,
                                  const predict_shot *shot, const pawl_job_info *result,
                                  size_t slot)
{
    const double share = 1 / (double)result->count;
    predict_picture made = {
        .path = source->feed.shown,
        .frame = {.name = source->name,
                  .number = shot->number,
                  .total = source->total,
                  .seconds = shot->seconds,
                  .rate = app_ratio_value(shot->video.rate),
                  .video = source->index,
                  .videos = run->videos->count,
                  .is_live = source->feed.is_live,
                  .pixels = shot->picture},
        .job = result->job,
        .width = shot->picture.width,
        .height = shot->picture.height,
        .shape = run->shape,
        .slot = slot,
        .decode_ms = shot->decode_ms,
        .timing = {result->timing.preprocess_ms * share, result->timing.inference_ms * share,
                   result->timing.postprocess_ms * share},
    };
    if (result->detections != NULL)
        made.found = result->detections[slot];
    if (result->scores != NULL)
        made.scores = result->scores[slot];
    return made;
}

static void count_frame(predict_run *run, predict_source *source, const predict_picture *picture)
{
    predict_tally *tally = &run->job->tally;
    source->looked++;
    source->found += picture->found.count;
    tally->looked++;
    tally->decode_ms += picture->decode_ms;
    tally->timing.preprocess_ms += picture->timing.preprocess_ms;
    tally->timing.inference_ms += picture->timing.inference_ms;
    tally->timing.postprocess_ms += picture->timing.postprocess_ms;
    if (source->total > 0)
        app_progress("frames", source->looked, source->total);
}

/* A live source that came back in another size has a film of its own for it. */
static bool fits(const predict_film *film, const predict_shot *shot)
{
    return film->is_started && film->video.width == shot->video.width &&
           film->video.height == shot->video.height && film->video.format == shot->video.format;
}

static int open_film(predict_run *run, predict_source *source, const predict_shot *shot)
{
    predict_writer *writer = run->job->writer;
    app_ratio rate = shot->video.rate;
    rate.under *= run->feeds.stride;
    if (source->film.is_started) {
        const int code = predict_film_finish(&source->film);
        predict_film_close(&source->film);
        free(source->file);
        source->file =
            predict_unique_name(writer, PREDICT_TAKEN_PICTURES, source->feed.name, ".mp4");
        if (code != APP_EXIT_DONE || source->file == NULL)
            return code != APP_EXIT_DONE ? code : app_fail_memory();
    }
    char *path = app_format("%s/%s", writer->folder, source->file);
    if (path == NULL)
        return app_fail_memory();
    int code = app_inputs_check(path);
    if (code == APP_EXIT_DONE)
        code = predict_film_open(&source->film, path, shot, rate, &run->trace);
    free(path);
    return code;
}

/* Takes the shot. */
static int add_to_film(predict_run *run, predict_source *source, predict_shot *shot)
{
    const int code = fits(&source->film, shot) ? APP_EXIT_DONE : open_film(run, source, shot);
    if (code == APP_EXIT_DONE)
        return predict_film_add(&source->film, shot);
    predict_shot_release(shot);
    return code;
}

int predict_pass(predict_run *run, predict_source *source, predict_shot *shot,
                 const pawl_job_info *result, size_t slot)
{
    predict_writer *writer = run->job->writer;
    predict_picture picture = picture_of(run, source, shot, result, slot);
    const double begin = app_clock_ms();
    count_frame(run, source, &picture);
    const int code = predict_writer_add(writer, &picture);
    predict_masks_drop(&picture);
    (void)pawl_image_destroy(&picture.image);
    app_trace_span(&run->trace, 0, "stage", "draw", begin, app_clock_ms() - begin, NULL);
    if (code == APP_EXIT_DONE && writer->folder != NULL && !writer->options->is_nosave)
        return add_to_film(run, source, shot);
    predict_shot_release(shot);
    return code;
}

/* What went wrong with a source, as of a picture that cannot be read. */
static int report(predict_run *run, predict_source *source, pawl_status status)
{
    const predict_feed *feed = &source->feed;
    predict_picture bad = {.path = feed->shown, .error = {.status = status}};
    const char *why =
        feed->why[0] != '\0' ? app_ffmpeg_reason(feed->why, feed->source) : "it finds none";
    const char *who = feed->kind == APP_VIDEO_STDIN ? "" : "ffmpeg: ";
    if (source->looked > 0)
        (void)snprintf(bad.error.message, sizeof bad.error.message,
                       "%.200s: it is damaged or cut short; what could be read of it, %zu %s, is "
                       "done (%s%.150s)",
                       feed->shown, APP_COUNT(source->looked, "frame", "frames"), who, why);
    else if (feed->why[0] == '\0' && run->feeds.stride > 1)
        (void)snprintf(bad.error.message, sizeof bad.error.message,
                       "%.200s: no frame is looked at: it has fewer than --vid-stride %d",
                       feed->shown, run->feeds.stride);
    else
        (void)snprintf(bad.error.message, sizeof bad.error.message,
                       "%.200s: no frame can be read of it (%s%.150s)", feed->shown, who, why);
    return predict_writer_add(run->job->writer, &bad);
}

int predict_source_judge(predict_run *run, predict_source *source)
{
    predict_tally *tally = &run->job->tally;
    const predict_feed *feed = &source->feed;
    int code = APP_EXIT_DONE;
    app_progress_end();
    const bool is_damaged =
        feed->end == APP_FLOW_DAMAGED || (feed->end == APP_FLOW_END && source->looked == 0);
    if (is_damaged)
        code = report(run, source, PAWL_ERR_CORRUPT);
    tally->partial += is_damaged && source->looked > 0 ? 1 : 0;
    tally->bad += is_damaged && source->looked == 0 ? 1 : 0;
    tally->good += is_damaged ? 0 : 1;
    if (feed->is_live && feed->has_come)
        app_note("%s: %zu %s came, %zu of them looked at", feed->shown,
                 APP_COUNT(feed->read, "frame", "frames"), source->looked);
    if (source->looked > 0 && source->found == 0 &&
        run->job->session->model.task != PAWL_TASK_CLASSIFY)
        app_note("%s: nothing scores above --conf %g in %zu %s", feed->shown,
                 run->job->writer->options->conf, APP_COUNT(source->looked, "frame", "frames"));
    return code;
}

void predict_source_close(predict_source *source)
{
    predict_film_close(&source->film); /* it holds buffers of the feed */
    predict_feed_close(&source->feed);
    free(source->file);
    free(source->name);
    *source = (predict_source){.file = NULL};
}
