/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boxes: from the sigmoids of a cell, and how two compare in non-maximum suppression. YOLOv5's and torchvision's arithmetic, operation by
 * operation in float32; who includes this compiles without contraction. Devices compile it too.
 */
#ifndef PK_HEAD_BOXES_H
#define PK_HEAD_BOXES_H

#define PK_CLASS_DISTANCE 7680.0f /* pixels that YOLOv5 moves each class away from the one before */

typedef struct pk_box {
    float x1, y1, x2, y2;
} pk_box;

static inline float pk_head_centre(float sigmoid, float cell, float stride)
{
    return (2.0f * sigmoid - 0.5f + cell) * stride;
}

static inline float pk_head_side(float sigmoid, float anchor)
{
    return 4.0f * sigmoid * sigmoid * anchor;
}

/* Corners, from centre and sides. */
static inline pk_box pk_box_of(float x, float y, float width, float height)
{
    const float half_width = width / 2, half_height = height / 2;
    pk_box box;
    box.x1 = x - half_width;
    box.y1 = y - half_height;
    box.x2 = x + half_width;
    box.y2 = y + half_height;
    return box;
}

static inline pk_box pk_box_moved(pk_box box, float distance)
{
    box.x1 += distance;
    box.y1 += distance;
    box.x2 += distance;
    box.y2 += distance;
    return box;
}

static inline float pk_box_area(const pk_box *box)
{
    return (box->x2 - box->x1) * (box->y2 - box->y1);
}

/* Whether intersection over union exceeds the limit, which is not negative. */
static inline int pk_box_overlaps(const pk_box *a, float a_area, const pk_box *b, float b_area, float limit)
{
    const float left = a->x1 > b->x1 ? a->x1 : b->x1;
    const float top = a->y1 > b->y1 ? a->y1 : b->y1;
    const float right = a->x2 < b->x2 ? a->x2 : b->x2;
    const float bottom = a->y2 < b->y2 ? a->y2 : b->y2;
    const float width = right - left > 0 ? right - left : 0;
    const float height = bottom - top > 0 ? bottom - top : 0;
    const float common = width * height;
    if (!(common > 0)) /* almost always */
        return 0;
    const float both = a_area + b_area;
    return common / (both - common) > limit;
}

#endif
