/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw heads in the device's memory -> the boxes that non-maximum suppression keeps, in the host's, to the bit as the generic kernels and
 * backend/nms.c make them; and the plane of a box's mask. Only the answer travels.
 *
 *     make -> want (what is asked; uploads only what changed) -> enqueue (may be recorded into a graph, and stays right when what is wanted
 *     changes) -> wait for the stream -> answer
 *
 * For one thread at a time; calls but for make and free between pw_gpu_enter() and pw_gpu_leave().
 */
#ifndef PW_GPU_DEVICE_BOXES_H
#define PW_GPU_DEVICE_BOXES_H

#include "gpu/device_kernels.h"

/* Heads: level by level pictures x height x width x (anchors x row) floats. */
typedef struct pw_gpu_heads {
    const pk_head *head;
    size_t batch, level_count;
    struct {
        size_t height, width;
        uint64_t map;
    } level[PK_MAX_LEVELS];
} pw_gpu_heads;

/* What is asked; thresholds: one a class. */
typedef struct pw_gpu_rules {
    pk_thresholds objectness;
    const float *thresholds;
    float lowest, iou;
    size_t most;
    bool is_agnostic, is_multi_label;
} pw_gpu_rules;

typedef struct pw_gpu_boxes {
    const pw_gpu_kernels *kernels;
    size_t batch, class_count, block_count;
    pg_boxes arguments;
    pw_gpu_memory *settings, *tallies, *work; /* pg_wanted and thresholds; pg_tally; keys, entries, order */
    pw_gpu_pinned *staged, *answers, *plane;  /* settings as they are to be; a pg_answer a picture; of the mask made last */
    bool is_uploaded, is_clear; /* settings; tallies */
    uint64_t uploads;           /* of settings that were wanted */
} pw_gpu_boxes;

/* Zeroed before. PAWL_ERR_UNSUPPORTED: the head has too many rows and classes for the device's keys. On failure it is to be freed too. */
pawl_status pw_gpu_boxes_make(pw_gpu_boxes *boxes, const pw_gpu_kernels *kernels, const pw_gpu_heads *heads, pawl_error *error) PW_NODISCARD;
/* Zeroed or half made is fine; when nothing of it is in flight. */
void pw_gpu_boxes_free(pw_gpu_boxes *boxes);
size_t pw_gpu_boxes_size(const pw_gpu_boxes *boxes); /* bytes, both sides */

/* False: more boxes are asked for than it keeps; the host can. */
bool pw_gpu_boxes_takes(const pw_gpu_rules *rules);
/* Before every run: after a failed one it clears up, too. */
pawl_status pw_gpu_boxes_want(pw_gpu_boxes *boxes, const pw_gpu_stream *stream, const pw_gpu_rules *rules, pawl_error *error) PW_NODISCARD;
pawl_status pw_gpu_boxes_enqueue(pw_gpu_boxes *boxes, const pw_gpu_stream *stream, pawl_error *error) PW_NODISCARD;
/* After the wait. NULL: more boxes take part than it has room for; the host can do it. */
const pg_answer *pw_gpu_boxes_answer(const pw_gpu_boxes *boxes, size_t picture);

/* Of the box in a row of the head: sigmoid(coefficients . prototypes) in the area, zeros elsewhere, into height x width floats of the host. Waits. */
typedef struct pw_gpu_mask {
    size_t picture, row;
    uint64_t prototypes; /* of that picture */
    size_t height, width, top, bottom, left, right;
} pw_gpu_mask;
pawl_status pw_gpu_boxes_mask(pw_gpu_boxes *boxes, const pw_gpu_stream *stream, const pw_gpu_mask *mask, float *plane, pawl_error *error) PW_NODISCARD;

#endif
