/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Greedy suppression: boxes by falling confidence, each compared with those kept so far. Two things
 * keep it fast for any input: only the best 30,000 take part, and a box is compared with kept boxes
 * of its own class, of which there are max_detections at most.
 *
 * Arithmetic is YOLOv5's and torchvision's, operation by operation in float32. YOLOv5 moves each
 * class 7,680 pixels away and lets all boxes compete; far from zero that rounds coordinates to a
 * sixteenth of a pixel, so the overlap is computed on the moved boxes here too.
 */
#include "backend/nms.h"

#include "base/memory.h"
#include "base/size.h"
#include "kernels/head/boxes.h"

#include <math.h>
#include <string.h>

#define ENTRY_CAPACITY ((size_t)2 * PW_NMS_MAX_BOXES)
#define NOBODY         UINT32_MAX

typedef struct entry {
    float confidence; /* above 0, so its bits rise with it */
    uint32_t row;
    int32_t class_id;
} entry;

typedef struct kept_box {
    pk_box at; /* moved by class */
    float area;
    uint32_t next; /* of the same list */
} kept_box;

struct pw_nms {
    pw_nms_desc desc;
    float *thresholds; /* by class: what a confidence must exceed; INFINITY: it is not wanted */
    uint32_t *lists;   /* by class: the last box kept, or NOBODY */
    kept_box *kept;
    size_t kept_room;
    entry *entries, *spare; /* ENTRY_CAPACITY each */
    size_t count;
    float lowest; /* of the thresholds */
    float cutoff; /* what is not above it cannot be among the best any more */
};

static pawl_status allocate(pw_nms *nms, size_t class_count, pawl_error *error)
{
    const size_t classes = pw_size_max(class_count, 1);
    nms->thresholds = pw_calloc(classes, sizeof(float));
    nms->lists = pw_calloc(classes, sizeof(uint32_t));
    nms->entries = pw_alloc(ENTRY_CAPACITY * sizeof(entry));
    nms->spare = pw_alloc(ENTRY_CAPACITY * sizeof(entry));
    if (nms->thresholds == NULL || nms->lists == NULL || nms->entries == NULL || nms->spare == NULL)
        return pw_fail_memory(error, "non-maximum suppression", ENTRY_CAPACITY * sizeof(entry));
    memset(nms->lists, 0xff, classes * sizeof(uint32_t)); /* NOBODY */
    return PAWL_OK;
}

static pawl_status check_classes(const pw_nms_desc *desc, pawl_error *error)
{
    for (size_t i = 0; i < desc->class_filter_count; i++)
        if (desc->classes[i] < 0 || (size_t)desc->classes[i] >= desc->class_count)
            return pw_fail(error, PAWL_ERR_ARGUMENT,
                           "there is no class %d to keep: the model has 0 to %d", desc->classes[i],
                           (int)desc->class_count - 1);
    return PAWL_OK;
}

/* One threshold for each class: its own or that of all; no confidence exceeds that of a class that
 * is not wanted. */
static void set_thresholds(pw_nms *nms, const pw_nms_desc *desc)
{
    const size_t classes = pw_size_max(desc->class_count, 1);
    for (size_t c = 0; c < classes; c++)
        nms->thresholds[c] = desc->classes != NULL ? INFINITY : desc->confidence;
    for (size_t i = 0; i < desc->class_filter_count; i++)
        nms->thresholds[desc->classes[i]] = desc->confidence;
    nms->lowest = INFINITY;
    for (size_t c = 0; c < classes; c++) {
        if (desc->class_confidences != NULL && nms->thresholds[c] < INFINITY)
            nms->thresholds[c] = desc->class_confidences[c];
        nms->lowest = nms->thresholds[c] < nms->lowest ? nms->thresholds[c] : nms->lowest;
    }
}

pawl_status pw_nms_set(pw_nms *nms, const pw_nms_desc *desc, pawl_error *error)
{
    const size_t most = pw_size_min(desc->max_detections, PW_NMS_MAX_BOXES);
    PW_TRY(check_classes(desc, error));
    if (most > nms->kept_room) {
        kept_box *kept = pw_calloc(most, sizeof(kept_box));
        if (kept == NULL)
            return pw_fail_memory(error, "non-maximum suppression", most * sizeof(kept_box));
        pw_free(nms->kept);
        nms->kept = kept;
        nms->kept_room = most;
    }
    set_thresholds(nms, desc);
    nms->desc = *desc;
    nms->desc.max_detections = most;
    nms->desc.classes = NULL; /* the caller's */
    nms->desc.class_confidences = NULL;
    return PAWL_OK;
}

float pw_nms_threshold(const pw_nms *nms)
{
    return nms->lowest;
}

pw_nms_rules pw_nms_rules_of(const pw_nms *nms)
{
    return (pw_nms_rules){.thresholds = nms->thresholds,
                          .lowest = nms->lowest,
                          .iou = nms->desc.iou,
                          .max_detections = nms->desc.max_detections,
                          .is_agnostic = nms->desc.is_agnostic,
                          .is_multi_label = nms->desc.is_multi_label};
}

pawl_status pw_nms_create(const pw_nms_desc *desc, pw_nms **nms, pawl_error *error)
{
    pw_nms *made = pw_calloc(1, sizeof(*made));
    if (made == NULL)
        return pw_fail_memory(error, "non-maximum suppression", sizeof(*made));
    pawl_status status = allocate(made, desc->class_count, error);
    if (status >= 0)
        status = pw_nms_set(made, desc, error);
    if (status < 0) {
        pw_nms_destroy(made);
        return status;
    }
    *nms = made;
    return PAWL_OK;
}

void pw_nms_destroy(pw_nms *nms)
{
    if (nms == NULL)
        return;
    pw_free(nms->thresholds);
    pw_free(nms->lists);
    pw_free(nms->kept);
    pw_free(nms->entries);
    pw_free(nms->spare);
    pw_free(nms);
}

static uint32_t falling_key(const entry *e)
{
    uint32_t bits = 0;
    memcpy(&bits, &e->confidence, sizeof(bits));
    return ~bits;
}

/* By falling confidence, equal ones in the order they are in: four counting passes, a byte each. */
static void sort_entries(pw_nms *nms)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        uint32_t start[256] = {0};
        for (size_t i = 0; i < nms->count; i++)
            start[falling_key(&nms->entries[i]) >> shift & 255]++;
        uint32_t sum = 0;
        for (size_t b = 0; b < PW_COUNT(start); b++) {
            const uint32_t here = start[b];
            start[b] = sum;
            sum += here;
        }
        for (size_t i = 0; i < nms->count; i++)
            nms->spare[start[falling_key(&nms->entries[i]) >> shift & 255]++] = nms->entries[i];
        entry *sorted = nms->spare;
        nms->spare = nms->entries;
        nms->entries = sorted;
    }
}

static void keep_best(pw_nms *nms)
{
    sort_entries(nms);
    if (nms->count < PW_NMS_MAX_BOXES)
        return;
    nms->count = PW_NMS_MAX_BOXES;
    nms->cutoff = nms->entries[PW_NMS_MAX_BOXES - 1].confidence;
}

/* A later entry of equal confidence ranks lower, so the cutoff itself need not come in. */
static void add_entry(pw_nms *nms, float confidence, size_t row, size_t class_id)
{
    if (!(confidence > nms->thresholds[class_id]) || !(confidence > nms->cutoff) ||
        !isfinite(confidence))
        return;
    if (nms->count == ENTRY_CAPACITY) {
        keep_best(nms);
        if (!(confidence > nms->cutoff))
            return;
    }
    nms->entries[nms->count++] = (entry){confidence, (uint32_t)row, (int32_t)class_id};
}

static void add_best_class(pw_nms *nms, const float *row, size_t index)
{
    float best = -INFINITY;
    size_t best_class = 0;
    for (size_t c = 0; c < nms->desc.class_count; c++) {
        const float score = row[5 + c] * row[4];
        if (isnan(score))
            return; /* PyTorch's max() is NaN then, which exceeds nothing */
        if (score > best) {
            best = score;
            best_class = c;
        }
    }
    add_entry(nms, best, index, best_class);
}

static void add_all_classes(pw_nms *nms, const float *row, size_t index)
{
    for (size_t c = 0; c < nms->desc.class_count; c++)
        add_entry(nms, row[5 + c] * row[4], index, c);
}

static bool is_finite_box(const float *row)
{
    return isfinite(row[0]) && isfinite(row[1]) && isfinite(row[2]) && isfinite(row[3]);
}

static void collect_entries(pw_nms *nms, const pawl_candidates *candidates)
{
    const bool is_multi_label = nms->desc.is_multi_label && nms->desc.class_count > 1;
    nms->count = 0;
    nms->cutoff = -INFINITY;
    for (size_t r = 0; r < candidates->count; r++) {
        const float *row = candidates->rows + r * candidates->width;
        if (!(row[4] > nms->lowest) || !is_finite_box(row))
            continue;
        if (is_multi_label)
            add_all_classes(nms, row, r);
        else
            add_best_class(nms, row, r);
    }
    keep_best(nms);
}

static pk_box corners(const float *row)
{
    return pk_box_of(row[0], row[1], row[2], row[3]);
}

/* Boxes of two classes cannot meet if no two boxes are a class's distance apart: then each class
 * may be looked at alone. */
static bool are_classes_apart(const pw_nms *nms, const pawl_candidates *candidates)
{
    double left = INFINITY, right = -INFINITY;
    for (size_t i = 0; i < nms->count; i++) {
        const pk_box b = corners(candidates->rows + nms->entries[i].row * candidates->width);
        left = fmin(left, (double)b.x1);
        right = fmax(right, (double)b.x2);
    }
    return right - left <= (double)PK_CLASS_DISTANCE;
}

static bool is_suppressed(const pw_nms *nms, uint32_t first, const pk_box *b, float area)
{
    for (uint32_t k = first; k != NOBODY; k = nms->kept[k].next)
        if (pk_box_overlaps(&nms->kept[k].at, nms->kept[k].area, b, area, nms->desc.iou))
            return true;
    return false;
}

size_t pw_nms_run(pw_nms *nms, const pawl_candidates *candidates, pawl_detection *items,
                  uint32_t *rows)
{
    collect_entries(nms, candidates);
    const bool is_by_class = !nms->desc.is_agnostic && are_classes_apart(nms, candidates);
    const float distance = nms->desc.is_agnostic ? 0.0f : PK_CLASS_DISTANCE;
    size_t count = 0;
    for (size_t i = 0; i < nms->count && count < nms->desc.max_detections; i++) {
        const entry *e = &nms->entries[i];
        const pk_box b = corners(candidates->rows + e->row * candidates->width);
        const float shift = (float)e->class_id * distance;
        const pk_box moved = pk_box_moved(b, shift);
        const float area = pk_box_area(&moved);
        uint32_t *list = &nms->lists[is_by_class ? e->class_id : 0];
        if (is_suppressed(nms, *list, &moved, area))
            continue;
        nms->kept[count] = (kept_box){moved, area, *list};
        *list = (uint32_t)count;
        if (rows != NULL)
            rows[count] = e->row;
        items[count++] = (pawl_detection){b.x1, b.y1, b.x2, b.y2, e->confidence, e->class_id};
    }
    for (size_t i = 0; i < count; i++)
        nms->lists[is_by_class ? items[i].class_id : 0] = NOBODY;
    return count;
}
