/* SPDX-License-Identifier: Apache-2.0 */
/* What a tracker promises, on boxes by hand: ids, lost and found, numbers of frames, classes,
 * hostile boxes, crowds, memory, threads. */
#include "unit/base/cmocka_all.h"

#include "random.h"

#include <pawl/limits.h>
#include <pawl/track.h>

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

enum { MANY = 10000 };

static pawl_tracker *make(const pawl_tracker_desc *desc)
{
    pawl_tracker *tracker = NULL;
    pawl_error error = {.message = ""};
    if (pawl_tracker_create(desc, &tracker, &error) < 0)
        fail_msg("%s", error.message);
    return tracker;
}

static void end(pawl_tracker *tracker)
{
    assert_int_equal(pawl_tracker_destroy(&tracker), PAWL_OK);
}

static pawl_detection box(float x, float confidence)
{
    return (pawl_detection){x, 100, x + 40, 200, confidence, 0};
}

static void update(pawl_tracker *tracker, uint64_t frame, const pawl_detection *boxes, size_t count,
                   uint64_t *ids)
{
    pawl_error error = {.message = ""};
    if (pawl_tracker_update(tracker, frame, boxes, count, ids, &error) < 0)
        fail_msg("%s", error.message);
}

/* The id of one box, alone in its frame. */
static uint64_t one(pawl_tracker *tracker, uint64_t frame, float x, float confidence)
{
    const pawl_detection found = box(x, confidence);
    uint64_t id = 77;
    update(tracker, frame, &found, 1, &id);
    return id;
}

static void ids_are_given_when_confirmed(void **state)
{
    (void)state;
    pawl_tracker *tracker = make(NULL);
    pawl_detection boxes[3] = {box(0, 0.9f), box(300, 0.8f), box(600, 0.65f)};
    uint64_t ids[3];
    update(tracker, 5, boxes, 2, ids); /* the first frame, whatever its number */
    assert_true(ids[0] == 1 && ids[1] == 2);
    boxes[2].confidence = 0.95f;
    update(tracker, 6, boxes, 3, ids);
    assert_true(ids[0] == 1 && ids[1] == 2 && ids[2] == 0);
    update(tracker, 7, boxes, 2, ids); /* seen once, gone: no number is lost by it */
    update(tracker, 8, boxes, 3, ids);
    assert_int_equal(ids[2], 0);
    update(tracker, 9, boxes, 3, ids);
    assert_true(ids[0] == 1 && ids[1] == 2 && ids[2] == 3);
    end(tracker);
}

/* Above high but not above new: it may go on, not begin. */
static void a_track_begins_with_a_sure_box(void **state)
{
    (void)state;
    pawl_tracker *tracker = make(NULL);
    assert_int_equal(one(tracker, 1, 0, 0.7f), 0); /* not above */
    assert_int_equal(one(tracker, 2, 0, 0.7f), 0);
    assert_int_equal(one(tracker, 3, 0, 0.71f), 0);
    assert_int_equal(one(tracker, 4, 0, 0.61f), 1);
    end(tracker);
}

static void unsure_boxes_keep_a_track(void **state)
{
    (void)state;
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    pawl_tracker *tracker = make(&desc);
    assert_int_equal(one(tracker, 1, 0, 0.9f), 1);
    for (uint64_t frame = 2; frame < 100; frame++)
        assert_int_equal(one(tracker, frame, (float)frame, 0.11f), 1);
    assert_int_equal(one(tracker, 100, 100, 0.1f), 0); /* not above low */
    assert_int_equal(one(tracker, 101, 101, 0.3f), 0); /* lost ones wait for a sure box */
    assert_int_equal(one(tracker, 102, 102, 0.61f), 1);
    end(tracker);
    desc.low_confidence = desc.high_confidence;
    tracker = make(&desc);
    assert_int_equal(one(tracker, 1, 0, 0.9f), 1);
    assert_int_equal(one(tracker, 2, 1, 0.5f), 0);
    end(tracker);
}

static void lost_and_found(void **state)
{
    (void)state;
    pawl_tracker *tracker = make(NULL);
    pawl_tracks tracks = PAWL_TRACKS_INIT;
    pawl_error error = {.message = ""};
    for (uint64_t frame = 1; frame <= 10; frame++)
        assert_int_equal(one(tracker, frame, (float)frame * 2, 0.9f), 1);
    for (uint64_t frame = 11; frame < 40; frame++)
        update(tracker, frame, NULL, 0, NULL);
    assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, &error), PAWL_OK);
    assert_true(tracks.count == 1 && tracks.items[0].id == 1 && tracks.items[0].is_lost == 1);
    assert_true(tracks.items[0].first_frame == 1 && tracks.items[0].last_frame == 10);
    assert_true(fabsf(tracks.items[0].box.x1 - 78) < 6); /* it is thought to have walked on */
    assert_int_equal(one(tracker, 40, 80, 0.9f), 1);     /* 30 frames ago */
    assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, &error), PAWL_OK);
    assert_true(tracks.items[0].is_lost == 0 && tracks.items[0].last_frame == 40);
    for (uint64_t frame = 41; frame <= 70; frame++)
        update(tracker, frame, NULL, 0, NULL);
    assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, &error), PAWL_OK);
    assert_int_equal(tracks.count, 1);
    assert_int_equal(one(tracker, 71, 142, 0.9f), 0); /* 31 */
    assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, &error), PAWL_OK);
    assert_int_equal(tracks.count, 0);
    assert_int_equal(one(tracker, 72, 142, 0.9f), 2);
    end(tracker);
}

/* Two who cross: each goes on as who he was. */
static void crossing(void **state)
{
    (void)state;
    pawl_tracker *tracker = make(NULL);
    uint64_t ids[2];
    for (uint64_t frame = 1; frame <= 60; frame++) {
        const float at = (float)frame * 5;
        const pawl_detection boxes[2] = {{at, 100, at + 40, 200, 0.9f, 0},
                                         {300 - at, 112, 340 - at, 212, 0.8f, 0}};
        const bool is_swapped = frame % 3 == 0; /* their order in the frame says nothing */
        const pawl_detection turned[2] = {boxes[is_swapped], boxes[!is_swapped]};
        update(tracker, frame, turned, 2, ids);
        assert_int_equal(ids[is_swapped], 1);
        assert_int_equal(ids[!is_swapped], 2);
    }
    end(tracker);
}

static void numbers_of_frames(void **state)
{
    (void)state;
    pawl_tracker *tracker = make(NULL);
    const pawl_detection found = box(0, 0.9f);
    pawl_error error = {.message = ""};
    uint64_t id = 77;
    for (uint64_t frame = 0; frame < 90;
         frame++) /* 20 pixels each of three frames, of which one comes */
        assert_int_equal(one(tracker, frame * 3, (float)frame * 12, 0.9f), 1);
    assert_int_equal(pawl_tracker_update(tracker, 267, &found, 1, &id, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "frame 267"));
    assert_int_equal(id, 77);
    assert_int_equal(one(tracker, 270, 90 * 12, 0.9f), 1);
    assert_int_equal(one(tracker, 3, 90 * 12, 0.9f), 2); /* it begins anew */
    assert_int_equal(one(tracker, UINT64_MAX - 1, 90 * 12, 0.9f), 0);
    assert_int_equal(one(tracker, UINT64_MAX, 90 * 12, 0.9f), 3);
    assert_int_equal(one(tracker, 0, 90 * 12, 0.9f), 4);
    end(tracker);
}

static void classes(void **state)
{
    (void)state;
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    for (int is_agnostic = 0; is_agnostic < 2; is_agnostic++) {
        desc.is_agnostic = is_agnostic;
        pawl_tracker *tracker = make(&desc);
        pawl_tracks tracks = PAWL_TRACKS_INIT;
        pawl_detection boxes[2] = {box(0, 0.9f), box(4, 0.8f)};
        uint64_t ids[2];
        boxes[1].class_id = 7;
        update(tracker, 1, boxes, 2, ids);
        assert_true(ids[0] == 1 && ids[1] == 2);
        update(tracker, 2, boxes, 2, ids);
        assert_true(ids[0] == 1 && ids[1] == 2);
        update(tracker, 3, boxes + 1, 1, ids);
        assert_int_equal(ids[0], 2);
        boxes[1].class_id = 3;
        update(tracker, 4, boxes + 1, 1, ids);
        assert_int_equal(ids[0], is_agnostic ? 2 : 0);
        assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, NULL), PAWL_OK);
        assert_int_equal(tracks.items[1].box.class_id, is_agnostic ? 3 : 7);
        end(tracker);
    }
}

/* Boxes that are none have no id and leave no trace. */
static void boxes_that_are_none(void **state)
{
    (void)state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    pawl_detection boxes[64];
    uint64_t ids[64];
    size_t count = 0;
    for (size_t i = 0; i < 3; i++)
        for (int at = 0; at < 5; at++) {
            boxes[count] = box(0, 0.9f);
            float *const fields[5] = {&boxes[count].x1, &boxes[count].y1, &boxes[count].x2,
                                      &boxes[count].y2, &boxes[count].confidence};
            *fields[at] = bad[i];
            count++;
        }
    boxes[count++] = (pawl_detection){50, 100, 50, 200, 0.9f, 0};
    boxes[count++] = (pawl_detection){50, 200, 90, 100, 0.9f, 0};
    boxes[count++] = (pawl_detection){90, 100, 50, 200, 0.9f, 0};
    boxes[count++] = box(0, -0.5f);
    boxes[count++] = box(500, 0.9f);
    pawl_tracker *tracker = make(NULL);
    for (uint64_t frame = 1; frame < 5; frame++) {
        update(tracker, frame, boxes, count, ids);
        for (size_t i = 0; i + 1 < count; i++)
            assert_int_equal(ids[i], 0);
        assert_int_equal(ids[count - 1], 1);
    }
    end(tracker);
}

/* Any floats: finite answers, each id once a frame. */
static void any_floats(void **state)
{
    (void)state;
    const float odd[] = {0, -0.0f, FLT_MAX, -FLT_MAX, FLT_MIN, 1e-45f, 1, 2, 1e30f, NAN, INFINITY};
    uint64_t seed = 11, ids[40];
    pawl_detection boxes[40];
    pawl_tracker_desc desc = PAWL_TRACKER_DESC_INIT;
    desc.match_iou = desc.second_match_iou = 0.01f;
    pawl_tracker *tracker = make(&desc);
    for (uint64_t frame = 0; frame < 3000; frame++) {
        for (size_t i = 0; i < 40; i++) {
            float values[5];
            for (size_t k = 0; k < 5; k++)
                values[k] = random_bits(&seed) % 2 == 0 ? odd[random_bits(&seed) % 11]
                                                        : (float)random_between(&seed, -3, 3);
            boxes[i] = (pawl_detection){values[0],
                                        values[1],
                                        values[2],
                                        values[3],
                                        random_part(&seed) < 0.9 ? 0.9f : values[4],
                                        (int32_t)(random_bits(&seed) % 3) - 1};
        }
        update(tracker, frame, boxes, random_bits(&seed) % 41, ids);
        pawl_tracks tracks = PAWL_TRACKS_INIT;
        assert_int_equal(pawl_tracker_tracks_get(tracker, &tracks, NULL), PAWL_OK);
        for (size_t i = 0; i < tracks.count; i++) {
            const pawl_track *t = &tracks.items[i];
            assert_true(isfinite(t->box.x1) && isfinite(t->box.y1) && isfinite(t->box.x2) &&
                        isfinite(t->box.y2));
            assert_true(i == 0 || tracks.items[i - 1].id < t->id);
            assert_true(frame - t->last_frame <= 30 && t->first_frame <= t->last_frame);
        }
    }
    end(tracker);
}

static pawl_detection *crowd(size_t count, float shift)
{
    pawl_detection *boxes = calloc(count, sizeof *boxes);
    assert_non_null(boxes);
    for (size_t i = 0; i < count; i++) {
        const float x = (float)(i % 150) * 10 + shift, y = (float)(i / 150) * 10;
        boxes[i] = (pawl_detection){x, y, x + 14, y + 14, 0.9f, 0};
    }
    return boxes;
}

/* Ten thousand that overlap their neighbours keep their ids; as many on one place end in time. */
static void crowds(void **state)
{
    (void)state;
    uint64_t *ids = calloc(MANY, sizeof *ids);
    assert_non_null(ids);
    pawl_tracker *tracker = make(NULL);
    for (uint64_t frame = 1; frame < 8; frame++) {
        pawl_detection *boxes = crowd(MANY, (float)frame * 2);
        update(tracker, frame, boxes, MANY, ids);
        for (size_t i = 0; i < MANY; i++)
            assert_int_equal(ids[i], i + 1);
        free(boxes);
    }
    pawl_detection *same = crowd(MANY, 0);
    for (uint64_t frame = 8; frame < 11; frame++) {
        for (size_t i = 0; i < MANY; i++)
            same[i] = box((float)(i % 7) * 0.1f, 0.9f);
        update(tracker, frame, same, MANY, ids);
    }
    free(same);
    end(tracker);
    free(ids);
}

static void as_many_tracks_as_there_may_be(void **state)
{
    (void)state;
    enum { TOO_MANY = PAWL_MAX_TRACKS + 500 };
    uint64_t *ids = calloc(TOO_MANY, sizeof *ids);
    assert_non_null(ids);
    pawl_detection *boxes = crowd(TOO_MANY, 0);
    pawl_error error = {.message = ""};
    pawl_tracker *tracker = make(NULL);
    for (uint64_t frame = 0; frame < 3; frame++) {
        update(tracker, frame, boxes, TOO_MANY, ids);
        size_t count = 0;
        for (size_t i = 0; i < TOO_MANY; i++)
            count += ids[i] != 0;
        assert_int_equal(count, PAWL_MAX_TRACKS);
    }
    assert_int_equal(pawl_tracker_update(tracker, 9, boxes, 100001, ids, &error), PAWL_ERR_LIMIT);
    end(tracker);
    free(boxes);
    free(ids);
}

/* Memory that runs out anywhere changes nothing, and the next call goes on as if
 * it had not been. */
static void memory_runs_out(void **state)
{
    (void)state;
    pawl_detection *boxes = crowd(300, 0);
    uint64_t ids[300];
    pawl_error error = {.message = ""};
    for (long allowed = 0, is_done = 0; !is_done; allowed++) {
        assert_int_equal(memory_limited(NULL), 0);
        pawl_tracker *tracker = make(NULL);
        update(tracker, 1, boxes, 2, ids);
        allocations_left = allowed;
        memset(ids, 0x55, sizeof ids);
        const pawl_status status = pawl_tracker_update(tracker, 2, boxes, 300, ids, &error);
        is_done = status == PAWL_OK;
        allocations_left = 1000;
        if (!is_done) {
            assert_int_equal(status, PAWL_ERR_MEMORY);
            assert_true(ids[0] == UINT64_C(0x5555555555555555));
            update(tracker, 2, boxes, 300, ids);
        }
        assert_true(ids[0] == 1 && ids[1] == 2 && ids[2] == 0);
        update(tracker, 3, boxes, 300, ids);
        assert_int_equal(ids[299], 300);
        end(tracker);
        assert_int_equal(memory_unlimited(NULL), 0);
        assert_true(allowed < 100);
    }
    free(boxes);
}

/* What the fullest frame took is enough for ever. */
static void memory_stays(void **state)
{
    (void)state;
    uint64_t seed = 5, ids[80];
    pawl_detection boxes[80];
    assert_int_equal(memory_limited(NULL), 0);
    pawl_tracker *tracker = make(NULL);
    for (uint64_t frame = 0; frame < 4000; frame++) {
        const size_t count = frame < 500 ? 80 : random_bits(&seed) % 81;
        for (size_t i = 0; i < count; i++)
            boxes[i] = box((float)random_between(&seed, 0, 4000), (float)random_part(&seed));
        if (frame == 500)
            allocations_left = 0;
        update(tracker, frame, boxes, count, ids);
    }
    end(tracker);
    assert_int_equal(memory_unlimited(NULL), 0);
}

static void *hammer(void *user)
{
    const pawl_detection found = box(0, 0.9f);
    pawl_tracks tracks = PAWL_TRACKS_INIT;
    for (uint64_t frame = 1; frame < 20000; frame++) {
        uint64_t id = 0;
        const pawl_status status = pawl_tracker_update(user, frame, &found, 1, &id, NULL);
        if (status != PAWL_OK && status != PAWL_ERR_BUSY && status != PAWL_ERR_ARGUMENT)
            return user;
        const pawl_status got = pawl_tracker_tracks_get(user, &tracks, NULL);
        if (got != PAWL_OK && got != PAWL_ERR_BUSY)
            return user;
    }
    return NULL;
}

static void one_call_at_a_time(void **state)
{
    (void)state;
    pthread_t threads[3];
    pawl_tracker *tracker = make(NULL);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, tracker), 0);
    for (size_t i = 0; i < 3; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    end(tracker);
}

static void check_refused(const pawl_tracker_desc *desc, const char *word)
{
    pawl_tracker *tracker = NULL;
    pawl_error error = {.message = ""};
    assert_int_equal(pawl_tracker_create(desc, &tracker, &error), PAWL_ERR_ARGUMENT);
    assert_null(tracker);
    assert_non_null(strstr(error.message, word));
}

#define REFUSED(member, value, word)                      \
    do {                                                  \
        pawl_tracker_desc desc_ = PAWL_TRACKER_DESC_INIT; \
        desc_.member = (value);                           \
        check_refused(&desc_, word);                      \
    } while (0)

static void wrong_arguments(void **state)
{
    (void)state;
    const pawl_detection found = box(0, 0.9f);
    uint64_t id = 0;
    REFUSED(high_confidence, 1.1f, "confidences");
    REFUSED(low_confidence, -0.1f, "confidences");
    REFUSED(new_confidence, NAN, "confidences");
    REFUSED(low_confidence, 0.61f, "low_confidence is 0.61");
    REFUSED(match_iou, 0, "match_iou");
    REFUSED(second_match_iou, 1.5f, "second_match_iou");
    REFUSED(match_iou, NAN, "match_iou");
    REFUSED(lost_frames, 0, "lost_frames is 0");
    REFUSED(lost_frames, 100001, "lost_frames is 100001");
    REFUSED(struct_size, 3, "struct_size");
    assert_int_equal(pawl_tracker_create(NULL, NULL, NULL), PAWL_ERR_ARGUMENT);
    pawl_tracker *tracker = make(NULL), *copy = tracker;
    assert_int_equal(pawl_tracker_update(tracker, 1, NULL, 1, &id, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_tracker_update(tracker, 1, &found, 1, NULL, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_tracker_tracks_get(tracker, NULL, NULL), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_tracker_update(NULL, 1, &found, 1, &id, NULL), PAWL_ERR_ARGUMENT);
    end(tracker);
    assert_int_equal(pawl_tracker_update(copy, 1, &found, 1, &id, NULL), PAWL_ERR_DEAD_HANDLE);
    assert_int_equal(pawl_tracker_destroy(NULL), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_given_when_confirmed),
        cmocka_unit_test(a_track_begins_with_a_sure_box),
        cmocka_unit_test(unsure_boxes_keep_a_track),
        cmocka_unit_test(lost_and_found),
        cmocka_unit_test(crossing),
        cmocka_unit_test(numbers_of_frames),
        cmocka_unit_test(classes),
        cmocka_unit_test(boxes_that_are_none),
        cmocka_unit_test(any_floats),
        cmocka_unit_test(crowds),
        cmocka_unit_test(as_many_tracks_as_there_may_be),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(memory_stays),
        cmocka_unit_test(one_call_at_a_time),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
