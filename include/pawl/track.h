/* SPDX-License-Identifier: Apache-2.0 */
/* detections of frame after frame -> which of them are the same object: ByteTrack. */
#ifndef PAWL_TRACK_H
#define PAWL_TRACK_H

#include <pawl/detect.h>

PAWL_BEGIN

/** Follows the objects of one source: one camera, one video, one row of pictures. Depends on no other object, and none pins it. */
typedef struct pawl_tracker pawl_tracker;

/**
 * The method is that of Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box" (ECCV 2022), on boxes alone. Where each
 * default comes from: (P) that paper, section 4.1; (A) its authors' implementation, where the paper gives no number.
 */
typedef struct pawl_tracker_desc {
    size_t struct_size;
    float high_confidence;  /* boxes above it are matched first, to every track; 0.6 (P) */
    float low_confidence;   /* those above it, up to high_confidence, are matched to the tracks that are left, unless these were lost; 0.1 (A). As
                               high_confidence: there is no second matching */
    float new_confidence;   /* a box above it, and above high_confidence, that belongs to no track begins one; 0.7 (P) */
    float match_iou;        /* the first matching is of boxes that overlap by at least this; 0.2 (P) */
    float second_match_iou; /* and the second one; 0.5 (A) */
    int32_t lost_frames;    /* a track ends when it was last seen more than this many frames ago; 1 to 100,000; 30 (P), a second there */
    int32_t is_agnostic;    /* 1: a track may go on as another class; it has that of its last box */
} pawl_tracker_desc;
#define PAWL_TRACKER_DESC_INIT { sizeof(pawl_tracker_desc), 0.6f, 0.1f, 0.7f, 0.2f, 0.5f, 30, 0 }

/** A track that has an id. */
typedef struct pawl_track {
    uint64_t id;           /* its own among all of its tracker */
    pawl_detection box;    /* where the filter sees it in the last frame; class and confidence of the last box. Not clipped to the picture */
    uint64_t first_frame;  /* in which it was seen */
    uint64_t last_frame;   /* in which it was seen */
    int32_t is_lost;       /* 1: it was not seen in the last frame */
} pawl_track;
#define PAWL_TRACK_INIT { 0, PAWL_DETECTION_INIT, 0, 0, 0 }

/** All tracks that have an id, by rising id. Owned by the tracker, void after its next call. */
typedef struct pawl_tracks {
    const pawl_track *items; /* count of them; NULL where there is none */
    size_t count;            /* tracks */
} pawl_tracks;
#define PAWL_TRACKS_INIT { NULL, 0 }

/**
 * Makes a tracker without tracks.
 *
 * @param desc          NULL: all defaults.
 * @param[out] tracker  On success the caller's: end it with pawl_tracker_destroy(), at any time. Else untouched.
 * @retval PAWL_ERR_ARGUMENT  A confidence outside 0 to 1, low_confidence above high_confidence, an overlap that is not above 0 and at most 1, or
 *                            lost_frames outside 1 to 100,000.
 * @retval PAWL_ERR_MEMORY    Nothing is left behind. @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_tracker_create(const pawl_tracker_desc *desc, pawl_tracker **tracker, pawl_error *error);

/** Ends a tracker, at any time; tracks it gave out are void. See pawl_object_destroy() for all results. */
PAWL_API pawl_status pawl_tracker_destroy(pawl_tracker **tracker);

/**
 * Takes the boxes of the next frame and says which object each of them is.
 *
 * The same calls give the same ids on every machine. A track has an id from the second frame in a row on that it was seen in, those of the first
 * frame at once; ids count up from 1 and no number comes twice. Boxes that are none (NaN, infinite, without an area), boxes of low_confidence or
 * less and boxes of no track have none. Memory grows to what the fullest frame needs: some 300 bytes a box and 900 a track; time with the pairs of
 * boxes and tracks that overlap.
 *
 * @param frame       The frame's number in its source, whatever it begins with. Frames may be left out: motion is predicted, and tracks end, by these
 *                    numbers. One that is lower than the last is a source which begins anew: all tracks end, and ids count on.
 * @param detections  @p count of them, in any order and in one picture's pixels; NULL where there are none. They need detections down to
 *                    low_confidence: a detector of that confidence. Read during the call only.
 * @param[out] ids    @p count of them: the track of each, or 0. NULL where there are none.
 * @retval PAWL_ERR_ARGUMENT  The frame has the number of the last one. Nothing changed.
 * @retval PAWL_ERR_LIMIT     More than 100,000 detections. Nothing changed. (Of tracks there are at most PAWL_MAX_TRACKS: no other begins then.)
 * @retval PAWL_ERR_MEMORY    Nothing changed. @retval PAWL_ERR_BUSY Another thread is using the tracker.
 * @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_tracker_update(pawl_tracker *tracker, uint64_t frame, const pawl_detection *detections, size_t count,
                                                        uint64_t *ids, pawl_error *error);

/**
 * The tracks as they are after the last frame, lost ones too: for smooth boxes, and for where those are that nobody sees.
 * @param[out] tracks  Filled on success; what it points to is the tracker's until its next call.
 * @retval PAWL_ERR_BUSY  Another thread is using the tracker. @note Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_tracker_tracks_get(pawl_tracker *tracker, pawl_tracks *tracks, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_tracker_create(desc, tracker, error) PAWL_PLACED(pawl_tracker_create(desc, tracker, error))
#endif

#endif
