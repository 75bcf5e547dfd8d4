/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any frames of any boxes: each id once a frame, never one that had ended, and no box that is none.
 * The bytes are options, then frames: by how much the number goes on, how many boxes, the boxes.
 */
#include "fuzz_target.h"

#include <math.h>
#include <pawl/track.h>
#include <string.h>

enum { BOXES = 64 };

/* The next bytes; zeros past the end. */
struct input {
    const uint8_t *data;
    size_t left;
};

static void take(struct input *input, void *to, size_t size)
{
    const size_t there = size < input->left ? size : input->left;
    memset(to, 0, size);
    memcpy(to, input->data, there);
    input->data += there;
    input->left -= there;
}

/* A coordinate: any float, or more often one near the others. */
static float take_number(struct input *input)
{
    uint8_t kind = 0, near = 0;
    float any = 0;
    take(input, &kind, 1);
    if (kind > 250)
        take(input, &any, sizeof any);
    else
        take(input, &near, 1);
    return kind > 250 ? any : (float)near + (float)kind / 16;
}

static pawl_tracker *make(struct input *input)
{
    uint8_t options[6];
    pawl_tracker *tracker = NULL;
    pawl_error error = {.status = PAWL_OK};
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    take(input, options, sizeof options);
    desc.high_confidence = (float)options[0] / 200;
    desc.low_confidence = (float)options[1] / 400;
    desc.new_confidence = (float)options[2] / 255;
    desc.match_iou = (float)(options[3] + 2) / 200;
    desc.lost_frames = options[4];
    desc.is_agnostic = options[5] & 1;
    const pawl_status status = pawl_tracker_create(&desc, &tracker, &error);
    fuzz_check(status == PAWL_OK ||
               (status == PAWL_ERR_ARGUMENT && tracker == NULL && strlen(error.message) > 10));
    return tracker;
}

static void check(pawl_tracker *tracker, uint64_t frame, const pawl_detection *boxes,
                  const uint64_t *ids, size_t count)
{
    pawl_tracks tracks = PAWL_TRACKS_INIT;
    fuzz_check(pawl_tracker_tracks_get(tracker, &tracks, NULL) == PAWL_OK);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < tracks.count && tracks.items[at].id != ids[i])
            at++;
        fuzz_check(ids[i] == 0 || (at < tracks.count && tracks.items[at].is_lost == 0));
        fuzz_check(ids[i] == 0 || (boxes[i].x1 < boxes[i].x2 && boxes[i].y1 < boxes[i].y2));
        for (size_t j = 0; j < i; j++)
            fuzz_check(ids[i] == 0 || ids[i] != ids[j]);
    }
    for (size_t i = 0; i < tracks.count; i++) {
        const pawl_track *track = &tracks.items[i];
        fuzz_check(i == 0 || track->id > tracks.items[i - 1].id);
        fuzz_check(track->last_frame <= frame && track->first_frame <= track->last_frame);
        fuzz_check(isfinite(track->box.x1) && isfinite(track->box.y2));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    pawl_detection boxes[BOXES];
    uint64_t ids[BOXES], frame = 0;
    pawl_tracker *tracker = make(&input);
    while (tracker != NULL && input.left > 0) {
        uint8_t on = 0, count = 0, some[2];
        take(&input, &on, 1);
        take(&input, &count, 1);
        frame = on < 240 ? frame + on % 8 : on < 250 ? frame * 3 : frame / 2;
        for (size_t i = 0; i < count % BOXES; i++) {
            take(&input, some, sizeof some);
            boxes[i].x1 = take_number(&input);
            boxes[i].y1 = take_number(&input);
            boxes[i].x2 = boxes[i].x1 + take_number(&input);
            boxes[i].y2 = boxes[i].y1 + take_number(&input);
            boxes[i].confidence = (float)some[0] / 250;
            boxes[i].class_id = some[1] % 2;
        }
        const pawl_status status =
            pawl_tracker_update(tracker, frame, boxes, count % BOXES, ids, NULL);
        fuzz_check(status == PAWL_OK || status == PAWL_ERR_ARGUMENT);
        if (status == PAWL_OK)
            check(tracker, frame, boxes, ids, count % BOXES);
    }
    (void)pawl_tracker_destroy(&tracker);
    return 0;
}
