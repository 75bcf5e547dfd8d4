/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/predict_film.h"
#include "common/term.h"
#include "common/thread.h"
#include "common/video/video_frame.h"

#include <string.h>

static predict_shot *next_shot(predict_film *film)
{
    (void)pthread_mutex_lock(&film->lock);
    while (film->count == 0 && !film->is_over)
        (void)pthread_cond_wait(&film->moved, &film->lock);
    predict_shot *shot = film->count > 0 ? film->queue[film->first] : NULL;
    (void)pthread_mutex_unlock(&film->lock);
    return shot;
}

static void forget_shot(predict_film *film, int code)
{
    (void)pthread_mutex_lock(&film->lock);
    film->first = (film->first + 1) % PREDICT_FILM_QUEUE;
    film->count--;
    film->code = film->code != APP_EXIT_DONE ? film->code : code;
    (void)pthread_cond_broadcast(&film->moved);
    (void)pthread_mutex_unlock(&film->lock);
}

/* Once a write has failed the rest is given back unwritten. */
static void run(void *user)
{
    predict_film *film = user;
    int code = APP_EXIT_DONE;
    for (predict_shot *shot; (shot = next_shot(film)) != NULL;) {
        const double begin = app_clock_ms();
        if (code == APP_EXIT_DONE)
            code = app_encoder_write(&film->encoder, &film->what, shot->bytes, shot->seconds);
        app_trace_span(film->trace, film->row, "stage", "encode", begin, app_clock_ms() - begin,
                       NULL);
        predict_shot_release(shot);
        forget_shot(film, code);
    }
}

int predict_film_open(predict_film *film, const char *path, const predict_shot *like,
                      app_ratio rate, app_trace *trace)
{
    const predict_feed *feed = like->feed;
    *film = (predict_film){
        .encoder = APP_ENCODER_NONE, .video = like->video, .trace = trace, .row = feed->row + 1};
    (void)pthread_mutex_init(&film->lock, NULL);
    (void)pthread_cond_init(&film->moved, NULL);
    film->what = (app_film){.video = &film->video, .rate = rate, .is_live = feed->is_live};
    if (feed->kind == APP_VIDEO_FILE || feed->kind == APP_VIDEO_ADDRESS)
        film->what.sound_from = feed->source;
    const int code = app_encoder_open(&film->encoder, path, &film->what);
    if (code != APP_EXIT_DONE)
        return code;
    const int reason = app_thread_start(&film->thread, run, film);
    film->is_started = reason == 0;
    return reason == 0 ? APP_EXIT_DONE
                       : app_fail(APP_EXIT_LIMIT, "%s: the system refuses a thread: %s", path,
                                  strerror(reason));
}

int predict_film_add(predict_film *film, predict_shot *shot)
{
    (void)pthread_mutex_lock(&film->lock);
    while (film->count == PREDICT_FILM_QUEUE && film->code == APP_EXIT_DONE && !film->what.is_live)
        (void)pthread_cond_wait(&film->moved, &film->lock);
    const int code = film->code;
    const bool is_taken = film->count < PREDICT_FILM_QUEUE && code == APP_EXIT_DONE;
    if (is_taken)
        film->queue[(film->first + film->count++) % PREDICT_FILM_QUEUE] = shot;
    (void)pthread_cond_broadcast(&film->moved);
    (void)pthread_mutex_unlock(&film->lock);
    if (!is_taken)
        predict_shot_release(shot);
    return code;
}

static void stop(predict_film *film)
{
    if (!film->is_started)
        return;
    (void)pthread_mutex_lock(&film->lock);
    film->is_over = true;
    (void)pthread_cond_broadcast(&film->moved);
    (void)pthread_mutex_unlock(&film->lock);
    (void)pthread_join(film->thread, NULL);
    film->is_started = false;
}

int predict_film_finish(predict_film *film)
{
    if (!film->is_started)
        return APP_EXIT_DONE;
    stop(film);
    return film->code != APP_EXIT_DONE ? film->code
                                       : app_encoder_finish(&film->encoder, &film->what);
}

void predict_film_close(predict_film *film)
{
    if (film->what.video == NULL)
        return; /* never opened */
    stop(film);
    app_encoder_close(&film->encoder);
    (void)pthread_cond_destroy(&film->moved);
    (void)pthread_mutex_destroy(&film->lock);
    *film = (predict_film){.encoder = APP_ENCODER_NONE};
}
