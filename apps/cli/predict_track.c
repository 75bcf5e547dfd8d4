/* SPDX-License-Identifier: Apache-2.0 */
/* A tracker for each row of pictures: the detector finds more than --conf asks for, the tracker
 * says which of it belongs to a track, and the rest goes. */
#include "cli/predict_track.h"

#include "common/inputs.h"
#include "common/numbered.h"

#include <stdlib.h>
#include <string.h>

#define NEW_ABOVE 0.1 /* --conf: what begins a track, as the authors of ByteTrack have it */

/* Pictures that follow one another. */
typedef struct track_row {
    char *folder; /* NULL: there is none yet */
    char *last;   /* name of its last picture */
    pawl_tracker *tracker;
    uint64_t frame; /* from 1; pictures that cannot be read count, too */
    uint64_t last_id;
    app_output mot;
} track_row;

struct predict_tracking {
    track_row row;
    size_t row_count, track_count;
    bool has_warned;
    pawl_detection *items; /* of one picture */
    uint64_t *ids;
    size_t *rows;
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

static int make_tracker(const predict_options *options, track_row *row)
{
    pawl_error error = {0};
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    const double begins = options->track_new >= 0 ? options->track_new : options->conf + NEW_ABOVE;
    desc.high_confidence = (float)options->conf;
    desc.low_confidence = (float)predict_track_conf(options);
    desc.new_confidence = begins < 1 ? (float)begins : 1.0f;
    desc.match_iou = (float)options->track_match;
    desc.lost_frames = options->track_buffer;
    desc.is_agnostic = options->is_agnostic ? 1 : 0;
    return pawl_tracker_create(&desc, &row->tracker, &error) < 0
               ? app_fail_library("--track", &error)
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

static int open_mot(predict_writer *writer, track_row *row, const char *path)
{
    char *name = name_row(path);
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

static void drop_row(track_row *row)
{
    (void)pawl_tracker_destroy(&row->tracker);
    app_output_discard(&row->mot);
    free(row->folder);
    free(row->last);
    *row = (track_row){.folder = NULL};
}

static int finish_row(predict_tracking *tracking)
{
    const int code = app_output_commit(&tracking->row.mot);
    tracking->row_count += tracking->row.folder != NULL ? 1 : 0;
    tracking->track_count += tracking->row.last_id;
    drop_row(&tracking->row);
    return code;
}

/* Pictures by other numbers than they were taken in have tracks that mean nothing. */
static void warn_of_order(predict_tracking *tracking, const char *name)
{
    const char *last = tracking->row.last;
    if (last == NULL || tracking->has_warned || app_numbered_compare(last, name) <= 0)
        return;
    tracking->has_warned = true;
    app_warn("%s comes behind %s: pictures are followed in the order in which they are named; a "
             "folder, or a pattern in quotes, is taken in the order of the numbers in the names",
             name, last);
}

/* The row that the picture belongs to: that of the picture before it, or a new one. */
static int enter_row(predict_writer *writer, const predict_picture *picture)
{
    predict_tracking *tracking = writer->tracking;
    track_row *row = &tracking->row;
    const char *path = picture->path, *name = app_path_name(path);
    const size_t length = predict_is_frame(picture) ? strlen(path) : (size_t)(name - path);
    int code = APP_EXIT_DONE;
    if (row->folder == NULL || strlen(row->folder) != length ||
        strncmp(row->folder, path, length) != 0) {
        code = finish_row(tracking);
        row->folder = app_format("%.*s", (int)length, path);
        if (code == APP_EXIT_DONE && row->folder == NULL)
            code = app_fail_memory();
        if (code == APP_EXIT_DONE)
            code = make_tracker(writer->options, row);
        if (code == APP_EXIT_DONE && writer->options->is_save_mot)
            code = open_mot(writer, row, path);
    }
    if (!predict_is_frame(picture))
        warn_of_order(tracking, name);
    free(row->last);
    row->last = app_format("%s", name);
    row->frame++;
    return code;
}

static bool reserve(predict_tracking *tracking, size_t count)
{
    if (count <= tracking->capacity)
        return true;
    pawl_detection *items = calloc(count, sizeof *items);
    uint64_t *ids = calloc(count, sizeof *ids);
    size_t *rows = calloc(count, sizeof *rows);
    free(tracking->items);
    free(tracking->ids);
    free(tracking->rows);
    tracking->items = items;
    tracking->ids = ids;
    tracking->rows = rows;
    const bool is_good = items != NULL && ids != NULL && rows != NULL;
    tracking->capacity = is_good ? count : 0;
    return is_good;
}

/* What is above --conf or has an id, in the order found. */
static void keep(predict_tracking *tracking, const predict_options *options,
                 predict_picture *picture)
{
    size_t kept = 0;
    for (size_t i = 0; i < picture->found.count; i++) {
        const pawl_detection *found = &picture->found.items[i];
        if (tracking->ids[i] == 0 && !(found->confidence > (float)options->conf))
            continue;
        tracking->items[kept] = *found;
        tracking->ids[kept] = tracking->ids[i];
        tracking->rows[kept++] = i;
        if (tracking->ids[i] > tracking->row.last_id)
            tracking->row.last_id = tracking->ids[i];
    }
    picture->found = (pawl_detections){tracking->items, kept};
    picture->ids = tracking->ids;
    picture->rows = tracking->rows;
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
    predict_tracking *tracking = writer->tracking;
    const int code = enter_row(writer, picture);
    if (code != APP_EXIT_DONE || predict_is_bad(picture))
        return code;
    if (!reserve(tracking, picture->found.count + 1))
        return app_fail_memory();
    if (pawl_tracker_update(tracking->row.tracker, tracking->row.frame, picture->found.items,
                            picture->found.count, tracking->ids, &error) < 0)
        return app_fail_library(picture->path, &error);
    keep(tracking, writer->options, picture);
    return write_mot(&tracking->row, picture);
}

int predict_tracking_commit(predict_writer *writer)
{
    predict_tracking *tracking = writer->tracking;
    const int code = finish_row(tracking);
    if (code == APP_EXIT_DONE)
        app_note("%zu %s in %zu %s of pictures",
                 APP_COUNT(tracking->track_count, "track", "tracks"),
                 APP_COUNT(tracking->row_count, "row", "rows"));
    return code;
}

void predict_tracking_close(predict_tracking *tracking)
{
    if (tracking == NULL)
        return;
    drop_row(&tracking->row);
    free(tracking->items);
    free(tracking->ids);
    free(tracking->rows);
    free(tracking);
}
