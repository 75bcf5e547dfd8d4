/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/predict_feed.h"
#include "common/term.h"
#include "common/thread.h"
#include "common/video/ffmpeg.h"
#include "common/video/video_frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICK_NS       100000000L
#define FIRST_TRIES   3 /* of what never came: its name may be wrong */
#define FIRST_WAIT_MS 1000
#define LAST_WAIT_MS  30000

int predict_feeds_open(predict_feeds *all, int32_t stride, app_trace *trace)
{
    *all = (predict_feeds){.stride = stride > 1 ? stride : 1, .trace = trace};
    (void)pthread_mutex_init(&all->lock, NULL);
    (void)pthread_cond_init(&all->moved, NULL);
    return APP_EXIT_DONE;
}

void predict_feeds_close(predict_feeds *all)
{
    (void)pthread_cond_destroy(&all->moved);
    (void)pthread_mutex_destroy(&all->lock);
}

static void lock(predict_feed *feed)
{
    (void)pthread_mutex_lock(&feed->all->lock);
}

/* Whoever waits looks again. */
static void unlock(predict_feed *feed)
{
    (void)pthread_cond_broadcast(&feed->all->moved);
    (void)pthread_mutex_unlock(&feed->all->lock);
}

void predict_feeds_wait(predict_feeds *all)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TICK_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&all->moved, &all->lock, &until);
}

static bool is_over(void *user)
{
    predict_feed *feed = user;
    (void)pthread_mutex_lock(&feed->all->lock);
    const bool is_so = feed->all->is_over;
    (void)pthread_mutex_unlock(&feed->all->lock);
    return is_so || app_is_interrupted();
}

/* --- buffers, with the lock --- */

static void put_free(predict_shot *shot)
{
    shot->next = shot->feed->free_shots;
    shot->feed->free_shots = shot;
}

predict_shot *predict_feed_take(predict_feed *feed)
{
    predict_shot *shot = feed->ready;
    if (shot == NULL)
        return NULL;
    feed->ready = shot->next;
    feed->last_ready = feed->ready != NULL ? feed->last_ready : NULL;
    feed->ready_count--;
    shot->next = NULL;
    return shot;
}

static void drop_ready(predict_feed *feed)
{
    for (predict_shot *shot; (shot = predict_feed_take(feed)) != NULL; feed->dropped++)
        put_free(shot);
}

/* --- the reader's thread --- */

/* A buffer to read into; NULL: nobody wants more. One of what is live waits for none in vain: those
 * that nobody has taken come back. */
static predict_shot *await_free(predict_feed *feed)
{
    lock(feed);
    while (feed->free_shots == NULL && !feed->all->is_over && !app_is_interrupted()) {
        if (feed->is_live && feed->ready != NULL)
            drop_ready(feed);
        else
            predict_feeds_wait(feed->all);
    }
    predict_shot *shot = feed->all->is_over || app_is_interrupted() ? NULL : feed->free_shots;
    if (shot != NULL)
        feed->free_shots = shot->next;
    unlock(feed);
    return shot;
}

static bool make_room(predict_shot *shot, size_t size)
{
    if (size <= shot->capacity)
        return true;
    free(shot->bytes);
    shot->bytes = malloc(size);
    shot->capacity = shot->bytes != NULL ? size : 0;
    return shot->bytes != NULL;
}

/* Seconds into the video: as it says, else as its rate does. */
static double time_of(const predict_feed *feed, const app_decoder *decoder, size_t number)
{
    const double rate = app_ratio_value(feed->video.rate);
    if (feed->is_live)
        return (app_clock_ms() - feed->begin_ms) / 1e3;
    if (!isnan(decoder->seconds))
        return decoder->seconds;
    return rate > 0 ? feed->video.begin_s + ((double)number * feed->all->stride - 1) / rate : 0;
}

static void publish(predict_feed *feed, predict_shot *shot, const app_decoder *decoder)
{
    lock(feed);
    shot->video = decoder->video;
    shot->picture = app_frame_picture(&decoder->video, shot->bytes);
    if (!feed->has_come)
        feed->begin_ms = app_clock_ms();
    feed->has_come = true;
    shot->number = ++feed->read;
    shot->seconds = time_of(feed, decoder, shot->number);
    if (feed->is_live)
        drop_ready(feed);
    if (feed->last_ready != NULL)
        feed->last_ready->next = shot;
    else
        feed->ready = shot;
    shot->next = NULL;
    feed->last_ready = shot;
    feed->ready_count++;
    unlock(feed);
}

/* Passes over what --vid-stride leaves out of what no ffmpeg reads. */
static app_flow read_wanted(predict_feed *feed, app_decoder *decoder, uint8_t *bytes,
                            const app_patience *patience)
{
    const int32_t stride = feed->kind == APP_VIDEO_STDIN ? feed->all->stride : 1;
    app_flow flow = APP_FLOW_FRAME;
    for (int32_t i = 0; i < stride && flow == APP_FLOW_FRAME; i++)
        flow = app_decoder_read(decoder, bytes, patience, feed->why);
    return flow;
}

/* From opening to the end of what comes. */
static app_flow read_once(predict_feed *feed, const app_video *video)
{
    app_decoder decoder;
    const app_patience patience = {
        .silence_ms = app_ffmpeg_silence_ms(), .is_over = is_over, .user = feed};
    app_flow flow =
        app_decoder_open(&decoder, feed->source, video, feed->all->stride, &patience, feed->why);
    if (flow == APP_FLOW_FRAME) {
        lock(feed);
        feed->video = decoder.video;
        unlock(feed);
    }
    while (flow == APP_FLOW_FRAME) {
        predict_shot *shot = await_free(feed);
        if (shot == NULL) {
            flow = APP_FLOW_STOPPED;
            break;
        }
        const double begin = app_clock_ms();
        const bool has_room = make_room(shot, decoder.frame_size);
        if (!has_room)
            (void)snprintf(feed->why, sizeof feed->why, "memory ran out");
        flow = has_room ? read_wanted(feed, &decoder, shot->bytes, &patience) : APP_FLOW_DAMAGED;
        shot->decode_ms = app_clock_ms() - begin;
        app_trace_span(feed->all->trace, feed->row, "stage", "decode", begin, shot->decode_ms,
                       NULL);
        if (flow == APP_FLOW_FRAME)
            publish(feed, shot, &decoder);
        else
            predict_shot_release(shot);
    }
    app_decoder_close(&decoder);
    /* who writes to our stdin may have had the signal, too: that is no damage */
    return flow != APP_FLOW_FRAME && app_is_interrupted() ? APP_FLOW_STOPPED : flow;
}

/* Until the time is over, or all is. */
static void sleep_for(predict_feed *feed, double milliseconds)
{
    const double since = app_clock_ms();
    lock(feed);
    while (app_clock_ms() - since < milliseconds && !feed->all->is_over && !app_is_interrupted())
        predict_feeds_wait(feed->all);
    unlock(feed);
}

/* What is live has no end but ours; what never came is given up. */
static app_flow read_live(predict_feed *feed)
{
    const int first_tries = feed->kind == APP_VIDEO_CAMERA ? 1 : FIRST_TRIES;
    double wait = FIRST_WAIT_MS;
    for (int tries = 1;; tries++) {
        const size_t before = feed->read;
        const app_flow flow = read_once(feed, NULL);
        if (flow == APP_FLOW_STOPPED || (!feed->has_come && tries == first_tries))
            return flow == APP_FLOW_STOPPED ? flow : APP_FLOW_DAMAGED;
        if (feed->read > before)
            wait = FIRST_WAIT_MS;
        app_warn("%s: %s (%s): trying again in %.0f s", feed->shown,
                 feed->read > before ? "lost" : "cannot be reached",
                 flow == APP_FLOW_END ? "it has ended" : app_ffmpeg_reason(feed->why, feed->source),
                 wait / 1e3);
        sleep_for(feed, wait);
        wait = wait * 2 < LAST_WAIT_MS ? wait * 2 : LAST_WAIT_MS;
    }
}

static void run(void *user)
{
    predict_feed *feed = user;
    const bool is_probed = feed->video.width > 0;
    const app_video video = feed->video;
    const app_flow flow =
        feed->is_live ? read_live(feed) : read_once(feed, is_probed ? &video : NULL);
    lock(feed);
    feed->end = flow;
    feed->is_ended = true;
    unlock(feed);
}

/* --- from outside --- */

void predict_shot_release(predict_shot *shot)
{
    predict_feed *feed = shot->feed;
    lock(feed);
    put_free(shot);
    unlock(feed);
}

int predict_feed_open(predict_feed *feed, predict_feeds *all, const char *source,
                      const app_video *video, size_t shots, size_t row)
{
    *feed = (predict_feed){.all = all,
                           .source = source,
                           .shown = app_video_shown(source),
                           .name = app_video_name(source),
                           .kind = app_video_kind_of(source),
                           .shots = calloc(shots, sizeof(predict_shot)),
                           .shot_count = shots,
                           .row = row};
    feed->is_live = app_video_is_live(feed->kind);
    if (feed->shown == NULL || feed->name == NULL || feed->shots == NULL)
        return app_fail_memory();
    if (video != NULL)
        feed->video = *video;
    for (size_t i = 0; i < shots; i++) {
        feed->shots[i].feed = feed;
        put_free(&feed->shots[i]);
    }
    const int reason = app_thread_start(&feed->thread, run, feed);
    feed->is_started = reason == 0;
    return reason == 0 ? APP_EXIT_DONE
                       : app_fail(APP_EXIT_LIMIT, "%s: the system refuses a thread: %s",
                                  feed->shown, strerror(reason));
}

void predict_feed_join(predict_feed *feed)
{
    if (feed->is_started)
        (void)pthread_join(feed->thread, NULL);
    feed->is_started = false;
}

void predict_feed_close(predict_feed *feed)
{
    predict_feed_join(feed);
    for (size_t i = 0; feed->shots != NULL && i < feed->shot_count; i++)
        free(feed->shots[i].bytes);
    free(feed->shots);
    free(feed->shown);
    free(feed->name);
    *feed = (predict_feed){.source = NULL};
}
