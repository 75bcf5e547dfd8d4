/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker for each row of pictures: the detector finds more than --conf asks for, the tracker
 * says which of it belongs to a track, and the rest goes. */
#include "cli/predict_track.h"

#include "common/numbered.h"

#include <stdlib.h>
#include <string.h>

#define NEW_ABOVE 0.1 /* --conf: what begins a track, as the authors of ByteTrack have it */

#define BUFFER 30 /* of pictures, in the place of a second */

/* Pictures that follow one another: those of a folder, or the frames of a video. */
typedef struct track_row {
    char *folder; /* of pictures; NULL: there are none yet */
    char *last;   /* name of the last picture */
    pawl_tracker *tracker;
    uint64_t frame; /* from 1, as the source counts them: what was left out counts, too */
    uint64_t last_id;
    app_output mot;
} track_row;

struct predict_tracking {
    track_row **rows; /* pictures', then by the videos' numbers; NULL: not come yet */
    size_t row_capacity;
    size_t row_count, track_count; /* of those that are finished */
    bool has_warned;
    pawl_detection *items; /* of one picture */
    uint64_t *ids;
    size_t *numbers;
    size_t capacity;
};

double predict_track_conf(const predict_options *options)
{
    return options->is_track && options->track_low < options->conf ? options->track_low
                                                                   : options->conf;
}

int predict_track_check(const predict_options *options, pawl_task task)
{
    if (options->is_track && task == PAWL_TASK_CLASSIFY)
        return app_fail(APP_EXIT_USAGE,
                        "--track: the engine classifies, it finds no boxes that could be followed");
    return APP_EXIT_DONE;
}

predict_tracking *predict_tracking_open(void)
{
    return calloc(1, sizeof(predict_tracking));
}

/* A second of a video; of pictures, and where nobody knows the rate, thirty. */
static int32_t buffer_of(const predict_options *options, const predict_picture *picture)
{
    const double rate = picture->frame.rate;
    if (options->track_buffer > 0)
        return options->track_buffer;
    return rate < 1 ? BUFFER : rate < 1000 ? (int32_t)(rate + 0.5) : 1000;
}

static int make_tracker(const predict_options *options, const predict_picture *picture,
                        pawl_tracker **tracker)
{
    pawl_error error = {0};
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    const double begins = options->track_new >= 0 ? options->track_new : options->conf + NEW_ABOVE;
    desc.high_confidence = (float)options->conf;
    desc.low_confidence = (float)predict_track_conf(options);
    desc.new_confidence = begins < 1 ? (float)begins : 1.0f;
    desc.match_iou = (float)options->track_match;
    desc.lost_frames = buffer_of(options, picture);
    desc.is_agnostic = options->is_agnostic ? 1 : 0;
    return pawl_tracker_create(&desc, tracker, &error) < 0 ? app_fail_library("--track", &error)
                                                           : APP_EXIT_DONE;
}

/* What a row is called: by its folder, but where that is MOTChallenge's img1, by the one above. */
static char *name_row(const char *path)
{
    char *whole = strcmp(path, "-") == 0 ? NULL : app_path_whole(path);
    char *end = whole != NULL ? strrchr(whole, '/') : NULL;
    if (end != NULL) {
        *end = '\0';
        if (strcmp(app_path_name(whole), "img1") == 0)
            *strrchr(whole, '/') = '\0';
    }
    char *name = app_format(
        "%s", end != NULL && app_path_name(whole)[0] != '\0' ? app_path_name(whole) : "pictures");
    free(whole);
    return name;
}

static int open_mot(predict_writer *writer, track_row *row, const predict_picture *picture)
{
    char *name =
        predict_is_frame(picture) ? app_format("%s", picture->frame.name) : name_row(picture->path);
    /* with an ending to take off: a folder may be called a.b */
    char *with_ending = name != NULL ? app_format("%s.txt", name) : NULL;
    char *unique = with_ending != NULL
                       ? predict_unique_name(writer, PREDICT_TAKEN_MOT, with_ending, ".txt")
                       : NULL;
    char *file = unique != NULL ? app_format("%s/mot/%s", writer->folder, unique) : NULL;
    const int code = file != NULL ? app_output_open(&row->mot, file) : app_fail_memory();
    free(file);
    free(unique);
    free(with_ending);
    free(name);
    return code;
}

static void drop_row(track_row **row)
{
    if (*row == NULL)
        return;
    (void)pawl_tracker_destroy(&(*row)->tracker);
    app_output_discard(&(*row)->mot);
    free((*row)->folder);
    free((*row)->last);
    free(*row);
    *row = NULL;
}

static int finish_row(predict_tracking *tracking, track_row **row)
{
    if (*row == NULL)
        return APP_EXIT_DONE;
    const int code = app_output_commit(&(*row)->mot);
    tracking->row_count++;
    tracking->track_count += (*row)->last_id;
    drop_row(row);
    return code;
}

/* Pictures in another order than they were taken in have tracks that mean nothing. */
static void warn_of_order(predict_tracking *tracking, const track_row *row, const char *name)
{
    if (row->last == NULL || tracking->has_warned || app_numbered_compare(row->last, name) <= 0)
        return;
    tracking->has_warned = true;
    app_warn("%s comes behind %s: pictures are followed in the order in which they are named; a "
             "folder, or a pattern in quotes, is taken in the order of the numbers in the names",
             name, row->last);
}

/* The place of a row; NULL: no memory. */
static track_row **place_of(predict_tracking *tracking, size_t video)
{
    if (video >= tracking->row_capacity) {
        const size_t capacity = video + 8;
        track_row **rows = realloc(tracking->rows, capacity * sizeof *rows);
        if (rows == NULL)
            return NULL;
        for (size_t i = tracking->row_capacity; i < capacity; i++)
            rows[i] = NULL;
        tracking->rows = rows;
        tracking->row_capacity = capacity;
    }
    return &tracking->rows[video];
}

static size_t folder_length(const char *path)
{
    return (size_t)(app_path_name(path) - path);
}

static int begin_row(predict_writer *writer, const predict_picture *picture, track_row **row)
{
    const int code = finish_row(writer->tracking, row);
    if (code != APP_EXIT_DONE)
        return code;
    *row = calloc(1, sizeof **row);
    if (*row == NULL)
        return app_fail_memory();
    (*row)->folder = app_format("%.*s", (int)folder_length(picture->path), picture->path);
    if ((*row)->folder == NULL)
        return app_fail_memory();
    const int made = make_tracker(writer->options, picture, &(*row)->tracker);
    return made == APP_EXIT_DONE && writer->options->is_save_mot ? open_mot(writer, *row, picture)
                                                                 : made;
}

/* The row that the picture belongs to: that of the picture before it, its video's, or a new one. */
static int enter_row(predict_writer *writer, const predict_picture *picture, track_row **entered)
{
    predict_tracking *tracking = writer->tracking;
    track_row **row = place_of(tracking, picture->frame.video);
    if (row == NULL)
        return app_fail_memory();
    const size_t length = folder_length(picture->path);
    const bool is_frame = predict_is_frame(picture);
    if (*row == NULL || (!is_frame && (strlen((*row)->folder) != length ||
                                       strncmp((*row)->folder, picture->path, length) != 0))) {
        const int code = begin_row(writer, picture, row);
        if (code != APP_EXIT_DONE)
            return code;
    }
    *entered = *row;
    if (is_frame) {
        (*row)->frame = (uint64_t)picture->frame.number * (uint64_t)writer->options->vid_stride;
        return APP_EXIT_DONE;
    }
    warn_of_order(tracking, *row, app_path_name(picture->path));
    free((*row)->last);
    (*row)->last = app_format("%s", app_path_name(picture->path));
    (*row)->frame++;
    return APP_EXIT_DONE;
}

static bool reserve(predict_tracking *tracking, size_t count)
{
    if (count <= tracking->capacity)
        return true;
    pawl_detection *items = calloc(count, sizeof *items);
    uint64_t *ids = calloc(count, sizeof *ids);
    size_t *numbers = calloc(count, sizeof *numbers);
    free(tracking->items);
    free(tracking->ids);
    free(tracking->numbers);
    tracking->items = items;
    tracking->ids = ids;
    tracking->numbers = numbers;
    const bool is_good = items != NULL && ids != NULL && numbers != NULL;
    tracking->capacity = is_good ? count : 0;
    return is_good;
}

/* What is above --conf or has an id, in the order found. */
static void keep(predict_tracking *tracking, track_row *row, const predict_options *options,
                 predict_picture *picture)
{
    size_t kept = 0;
    for (size_t i = 0; i < picture->found.count; i++) {
        const pawl_detection *found = &picture->found.items[i];
        if (tracking->ids[i] == 0 && !(found->confidence > (float)options->conf))
            continue;
        tracking->items[kept] = *found;
        tracking->ids[kept] = tracking->ids[i];
        tracking->numbers[kept++] = i;
        if (tracking->ids[i] > row->last_id)
            row->last_id = tracking->ids[i];
    }
    picture->found = (pawl_detections){tracking->items, kept};
    picture->ids = tracking->ids;
    picture->rows = tracking->numbers;
}

/* MOTChallenge's line; its pixels and frames count from 1. */
static int write_mot(track_row *row, const predict_picture *picture)
{
    if (row->mot.stream == NULL)
        return APP_EXIT_DONE;
    for (size_t i = 0; i < picture->found.count; i++) {
        const pawl_detection *box = &picture->found.items[i];
        if (picture->ids[i] == 0)
            continue;
        fprintf(row->mot.stream, "%llu,%llu,%.2f,%.2f,%.2f,%.2f,%.4f,-1,-1,-1\n",
                (unsigned long long)row->frame, (unsigned long long)picture->ids[i],
                (double)box->x1 + 1, (double)box->y1 + 1, (double)box->x2 - (double)box->x1,
                (double)box->y2 - (double)box->y1, (double)box->confidence);
    }
    return app_output_check(&row->mot);
}

int predict_tracking_add(predict_writer *writer, predict_picture *picture)
{
    pawl_error error = {0};
    track_row *row = NULL;
    predict_tracking *tracking = writer->tracking;
    if (picture->number == 0 && !predict_is_frame(picture))
        return APP_EXIT_DONE; /* a video that did not open */
    const int code = enter_row(writer, picture, &row);
    if (code != APP_EXIT_DONE || predict_is_bad(picture))
        return code;
    if (!reserve(tracking, picture->found.count + 1))
        return app_fail_memory();
    if (pawl_tracker_update(row->tracker, row->frame, picture->found.items, picture->found.count,
                            tracking->ids, &error) < 0)
        return app_fail_library(picture->path, &error);
    keep(tracking, row, writer->options, picture);
    return write_mot(row, picture);
}

int predict_tracking_commit(predict_writer *writer)
{
    int code = APP_EXIT_DONE;
    predict_tracking *tracking = writer->tracking;
    for (size_t i = 0; i < tracking->row_capacity; i++) {
        const int finished = finish_row(tracking, &tracking->rows[i]);
        code = code == APP_EXIT_DONE ? finished : code;
    }
    if (code == APP_EXIT_DONE && tracking->row_count > 0)
        app_note("%zu %s in %zu %s", APP_COUNT(tracking->track_count, "track", "tracks"),
                 APP_COUNT(tracking->row_count, "row of frames", "rows of frames"));
    tracking->row_count = tracking->track_count = 0;
    return code;
}

void predict_tracking_close(predict_tracking *tracking)
{
    if (tracking == NULL)
        return;
    for (size_t i = 0; i < tracking->row_capacity; i++)
        drop_row(&tracking->rows[i]);
    free(tracking->rows);
    free(tracking->items);
    free(tracking->ids);
    free(tracking->numbers);
    free(tracking);
}
