/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ByteTrack, frame by frame: tracks are moved on; confident boxes are matched to all tracks, the
 * others to those that were just seen and are left; what is confident and left begins a track,
 * which has an id once a second frame has confirmed it.
 */
#include "base/desc.h"
#include "base/memory.h"
#include "base/size.h"
#include "lifetime/handle.h"
#include "track/overlap.h"

#include <float.h>
#include <math.h>
#include <pawl/limits.h>
#include <pawl/track.h>
#include <stdatomic.h>
#include <string.h>

#define BOXES_MAX       100000
#define LOST_FRAMES_MAX 100000
#define CONFIRM_IOU     0.3 /* of a track that was seen once; the authors' implementation */

/* A track, with or without an id. */
typedef struct followed {
    pw_motion motion;
    uint64_t id; /* 0: a second frame has not confirmed it yet */
    uint64_t first_frame, last_frame;
    float confidence; /* of its last box, and its class */
    int32_t class_id;
    bool is_seen; /* in the frame under way */
    bool is_lost; /* was not seen in the one before */
} followed;

/* Tracks or boxes that are to be matched, and which they are. */
typedef struct lot {
    pw_place_taken *places;
    uint32_t *numbers;
    size_t count, capacity;
} lot;

typedef struct pw_tracker {
    pw_object object;
    pawl_tracker_desc desc;
    atomic_flag is_busy;
    bool has_begun;
    uint64_t frame; /* the last one's number */
    uint64_t last_id;
    followed *tracks; /* in the order in which they began, which is that of their ids */
    pawl_track *shown;
    size_t track_count, track_capacity;
    lot rows, columns; /* tracks and boxes of the matching under way */
    uint32_t *order;   /* columns.capacity */
    pw_assignment assignment;
} pw_tracker;

static void lot_free(lot *some)
{
    pw_free(some->places);
    pw_free(some->numbers);
}

static void tracker_unmake(pw_object *object)
{
    pw_tracker *tracker = (pw_tracker *)object;
    pw_free(tracker->tracks);
    pw_free(tracker->shown);
    pw_free(tracker->order);
    lot_free(&tracker->rows);
    lot_free(&tracker->columns);
    pw_assignment_free(&tracker->assignment);
}

static const pw_type tracker_type = {
    .name = "tracker", .size = sizeof(pw_tracker), .unmake = tracker_unmake, .role = PW_ROLE_RUN};

static bool is_fraction(float value)
{
    return value >= 0.0f && value <= 1.0f; /* false for NaN */
}

static pawl_status check_desc(const pawl_tracker_desc *desc, pawl_error *error)
{
    if (!is_fraction(desc->high_confidence) || !is_fraction(desc->low_confidence) ||
        !is_fraction(desc->new_confidence))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "a tracker's confidences must be 0 to 1");
    if (desc->low_confidence > desc->high_confidence)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "low_confidence is %g: it must not be above high_confidence, which is %g",
                       (double)desc->low_confidence, (double)desc->high_confidence);
    if (!is_fraction(desc->match_iou) || !is_fraction(desc->second_match_iou) ||
        desc->match_iou < 0.01f || desc->second_match_iou < 0.01f)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "match_iou and second_match_iou must be 0.01 to 1");
    if (desc->lost_frames < 1 || desc->lost_frames > LOST_FRAMES_MAX)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "lost_frames is %d: 1 to %d are possible",
                       desc->lost_frames, LOST_FRAMES_MAX);
    return PAWL_OK;
}

pawl_status pawl_tracker_create(const pawl_tracker_desc *desc, pawl_tracker **tracker,
                                pawl_error *error)
{
    pawl_tracker_desc asked = PAWL_TRACKER_DESC_INIT;
    pw_tracker *made = NULL;
    if (tracker == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_tracker_create: tracker is NULL");
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_tracker_desc", error));
    PW_TRY(check_desc(&asked, error));
    PW_TRY(pw_object_make(&tracker_type, NULL, 0, &made, error));
    made->desc = asked;
    atomic_flag_clear(&made->is_busy);
    *tracker = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_tracker_destroy(pawl_tracker **tracker)
{
    return pw_object_destroy_handle((void **)tracker, &tracker_type);
}

static pawl_status enter(pw_tracker *tracker, pawl_error *error)
{
    if (!atomic_flag_test_and_set_explicit(&tracker->is_busy, memory_order_acquire))
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_BUSY,
                   "the tracker is in use by another thread: one call at a time, and a tracker for "
                   "each source");
}

static void leave(pw_tracker *tracker)
{
    atomic_flag_clear_explicit(&tracker->is_busy, memory_order_release);
}

/* Places of its own for a lot, of which nothing is in use. */
static bool lot_reserve(lot *some, size_t capacity)
{
    lot made = {.places = pw_calloc(capacity, sizeof *made.places),
                .numbers = pw_calloc(capacity, sizeof *made.numbers),
                .capacity = capacity};
    const bool is_made = made.places != NULL && made.numbers != NULL;
    lot_free(is_made ? some : &made);
    if (is_made)
        *some = made;
    return is_made;
}

static bool reserve_boxes(pw_tracker *tracker, size_t count)
{
    if (count <= tracker->columns.capacity)
        return true;
    const size_t capacity = count + count / 2;
    uint32_t *order = pw_calloc(capacity, sizeof *order);
    if (order == NULL || !lot_reserve(&tracker->columns, capacity)) {
        pw_free(order);
        return false;
    }
    pw_free(tracker->order);
    tracker->order = order;
    return true;
}

static bool reserve_tracks(pw_tracker *tracker, size_t count)
{
    if (count <= tracker->track_capacity)
        return true;
    const size_t capacity = pw_size_min(count + count / 2, PAWL_MAX_TRACKS);
    pawl_track *shown = pw_calloc(capacity, sizeof *shown);
    if (shown == NULL || !lot_reserve(&tracker->rows, capacity)) {
        pw_free(shown);
        return false;
    }
    pw_free(tracker->shown);
    tracker->shown = shown;
    followed *tracks =
        pw_grow(tracker->tracks, tracker->track_count * sizeof *tracks, capacity * sizeof *tracks);
    if (tracks == NULL)
        return false;
    tracker->tracks = tracks;
    tracker->track_capacity = capacity;
    return true;
}

/* Room for all that a frame of so many boxes can need: from here on nothing can fail. */
static pawl_status reserve(pw_tracker *tracker, size_t count, pawl_error *error)
{
    const size_t tracks = pw_size_min(tracker->track_count + count, PAWL_MAX_TRACKS);
    if (reserve_boxes(tracker, count) && reserve_tracks(tracker, tracks) &&
        pw_assignment_reserve(&tracker->assignment, tracks, count))
        return PAWL_OK;
    return pw_fail_memory(error, "the tracks", tracks * sizeof(followed));
}

/* What is given of a frame, and is filled in. */
typedef struct frame {
    uint64_t number;
    const pawl_detection *boxes;
    size_t count;
    uint64_t *ids; /* 0: not a track's yet */
} frame;

static bool is_box(const pawl_detection *box)
{
    return isfinite(box->x1) && isfinite(box->y1) && isfinite(box->x2) && isfinite(box->y2) &&
           isfinite(box->confidence) && box->x1 < box->x2 && box->y1 < box->y2;
}

static pw_rectangle rectangle_of(const pawl_detection *box)
{
    return (pw_rectangle){(double)box->x1, (double)box->y1, (double)box->x2, (double)box->y2};
}

static void lot_add(lot *some, size_t number, pw_rectangle box, int32_t class_id)
{
    some->places[some->count] = (pw_place_taken){box, class_id};
    some->numbers[some->count++] = (uint32_t)number;
}

/* Boxes that are no track's, of a confidence above least and up to most. */
static void gather_boxes(pw_tracker *tracker, const frame *now, float least, float most)
{
    tracker->columns.count = 0;
    for (size_t i = 0; i < now->count; i++) {
        const pawl_detection *box = &now->boxes[i];
        if (now->ids[i] == 0 && box->confidence > least && box->confidence <= most && is_box(box))
            lot_add(&tracker->columns, i, rectangle_of(box), box->class_id);
    }
}

/* The tracks that take part in a matching, of those that have not been seen yet. */
typedef enum candidates { KNOWN, KNOWN_NOT_LOST, UNCONFIRMED } candidates;

static bool takes_part(const followed *track, candidates who)
{
    if (track->is_seen || (track->id != 0) == (who == UNCONFIRMED))
        return false;
    return who != KNOWN_NOT_LOST || !track->is_lost;
}

static void gather_tracks(pw_tracker *tracker, candidates who)
{
    tracker->rows.count = 0;
    for (size_t i = 0; i < tracker->track_count; i++) {
        const followed *track = &tracker->tracks[i];
        if (takes_part(track, who))
            lot_add(&tracker->rows, i, pw_motion_box(&track->motion), track->class_id);
    }
}

static void see(followed *track, const frame *now, const pawl_detection *box)
{
    const pw_rectangle place = rectangle_of(box);
    pw_motion_update(&track->motion, &place);
    track->last_frame = now->number;
    track->confidence = box->confidence;
    track->class_id = box->class_id;
    track->is_seen = true;
    track->is_lost = false;
}

/* The gathered boxes to those of the tracks that take part. */
static void match(pw_tracker *tracker, const frame *now, candidates who, double iou)
{
    gather_tracks(tracker, who);
    lot *rows = &tracker->rows, *columns = &tracker->columns;
    if (rows->count == 0 || columns->count == 0)
        return;
    pw_overlap_pairs(rows->places, rows->count, columns->places, columns->count, iou,
                     tracker->desc.is_agnostic == 0, tracker->order, &tracker->assignment.pairs);
    pw_assignment_solve(&tracker->assignment, rows->count, columns->count, pw_overlap_cost(iou));
    for (size_t row = 0; row < rows->count; row++) {
        const uint32_t column = tracker->assignment.column_of[row];
        if (column == PW_NOBODY)
            continue;
        followed *track = &tracker->tracks[rows->numbers[row]];
        const uint32_t box = columns->numbers[column];
        see(track, now, &now->boxes[box]);
        if (track->id == 0)
            track->id = ++tracker->last_id;
        now->ids[box] = track->id;
    }
}

/* Moves every track to the frame, in as many steps as frames have gone by. */
static void begin_frame(pw_tracker *tracker, uint64_t number)
{
    if (tracker->has_begun && number < tracker->frame) {
        tracker->has_begun = false;
        tracker->track_count = 0;
    }
    const uint64_t steps = tracker->has_begun ? number - tracker->frame : 0;
    size_t kept = 0;
    for (size_t i = 0; i < tracker->track_count; i++) {
        followed track = tracker->tracks[i];
        if (number - track.last_frame > (uint64_t)tracker->desc.lost_frames)
            continue;
        for (uint64_t step = 0; step < steps; step++)
            pw_motion_predict(&track.motion, track.is_lost);
        track.is_seen = false;
        tracker->tracks[kept++] = track;
    }
    tracker->track_count = kept;
}

/* Tracks of the boxes that are left. In the first frame there is nothing to confirm. */
static void begin_tracks(pw_tracker *tracker, const frame *now)
{
    for (size_t i = 0; i < tracker->columns.count; i++) {
        const uint32_t number = tracker->columns.numbers[i];
        const pawl_detection *box = &now->boxes[number];
        if (!(box->confidence > tracker->desc.new_confidence) ||
            tracker->track_count == PAWL_MAX_TRACKS)
            continue;
        followed track = {.motion = pw_motion_start(&tracker->columns.places[i].box),
                          .id = tracker->has_begun ? 0 : ++tracker->last_id,
                          .first_frame = now->number,
                          .last_frame = now->number,
                          .confidence = box->confidence,
                          .class_id = box->class_id,
                          .is_seen = true};
        now->ids[number] = track.id;
        tracker->tracks[tracker->track_count++] = track;
    }
}

/* Who was not seen is lost; nobody misses a track that was seen once. */
static void end_frame(pw_tracker *tracker, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < tracker->track_count; i++) {
        followed track = tracker->tracks[i];
        track.is_lost = !track.is_seen;
        if (track.id != 0 || track.is_seen)
            tracker->tracks[kept++] = track;
    }
    tracker->track_count = kept;
    tracker->has_begun = true;
    tracker->frame = number;
}

static void follow(pw_tracker *tracker, const frame *now)
{
    const pawl_tracker_desc *desc = &tracker->desc;
    begin_frame(tracker, now->number);
    gather_boxes(tracker, now, desc->high_confidence, FLT_MAX);
    match(tracker, now, KNOWN, (double)desc->match_iou);
    gather_boxes(tracker, now, desc->low_confidence, desc->high_confidence);
    match(tracker, now, KNOWN_NOT_LOST, (double)desc->second_match_iou);
    gather_boxes(tracker, now, desc->high_confidence, FLT_MAX);
    match(tracker, now, UNCONFIRMED, CONFIRM_IOU);
    gather_boxes(tracker, now, desc->high_confidence, FLT_MAX);
    begin_tracks(tracker, now);
    end_frame(tracker, now->number);
}

static pawl_status update(pw_tracker *tracker, const frame *now, pawl_error *error)
{
    if (tracker->has_begun && now->number == tracker->frame)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "frame %llu is given a second time: each frame has a number of its own",
                       (unsigned long long)now->number);
    PW_TRY(reserve(tracker, now->count, error));
    if (now->count > 0)
        memset(now->ids, 0, now->count * sizeof *now->ids);
    follow(tracker, now);
    return PAWL_OK;
}

pawl_status pawl_tracker_update(pawl_tracker *tracker, uint64_t frame_number,
                                const pawl_detection *detections, size_t count, uint64_t *ids,
                                pawl_error *error)
{
    const frame now = {frame_number, detections, count, ids};
    pw_tracker *used PW_USING = NULL;
    PW_TRY(pw_object_use(tracker, &tracker_type, &used, error));
    if (count > 0 && (detections == NULL || ids == NULL))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_tracker_update: count is %zu and %s is NULL",
                       count, detections == NULL ? "detections" : "ids");
    if (count > BOXES_MAX)
        return pw_fail(error, PAWL_ERR_LIMIT, "%zu detections in a frame: a tracker takes up to %d",
                       count, BOXES_MAX);
    PW_TRY(enter(used, error));
    const pawl_status status = update(used, &now, error);
    leave(used);
    return status;
}

/* A filter may see farther than a float reaches. */
static float to_float(double value)
{
    const double most = (double)FLT_MAX;
    return value < -most ? -FLT_MAX : value > most ? FLT_MAX : (float)value;
}

static pawl_track show(const followed *track)
{
    const pw_rectangle box = pw_motion_box(&track->motion);
    return (pawl_track){.id = track->id,
                        .box = {.x1 = to_float(box.x1),
                                .y1 = to_float(box.y1),
                                .x2 = to_float(box.x2),
                                .y2 = to_float(box.y2),
                                .confidence = track->confidence,
                                .class_id = track->class_id},
                        .first_frame = track->first_frame,
                        .last_frame = track->last_frame,
                        .is_lost = track->is_lost ? 1 : 0};
}

pawl_status pawl_tracker_tracks_get(pawl_tracker *tracker, pawl_tracks *tracks, pawl_error *error)
{
    pw_tracker *used PW_USING = NULL;
    PW_TRY(pw_object_use(tracker, &tracker_type, &used, error));
    if (tracks == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_tracker_tracks_get: tracks is NULL");
    PW_TRY(enter(used, error));
    size_t count = 0;
    for (size_t i = 0; i < used->track_count; i++)
        if (used->tracks[i].id != 0)
            used->shown[count++] = show(&used->tracks[i]);
    *tracks = (pawl_tracks){used->shown, count};
    leave(used);
    return PAWL_OK;
}
