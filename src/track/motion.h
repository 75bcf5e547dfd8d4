/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a box moves: the Kalman filter that SORT and DeepSORT track boxes by, of constant velocity on centre, aspect and height.
 *
 * Its noises are of each of the four by itself, and a velocity moves its own place alone. So the covariance of the eight, which begins as a diagonal,
 * stays four blocks of two by two for ever: four filters of a place and its speed are the same filter, without a matrix.
 */
#ifndef PW_MOTION_H
#define PW_MOTION_H

#include <stdbool.h>

/* Corners; x1 < x2, y1 < y2. In double, where the corners of any float box have an area that is neither 0 nor infinite. */
typedef struct pw_rectangle {
    double x1, y1, x2, y2;
} pw_rectangle;

/* A value that changes by its speed each frame, and how sure both are. */
typedef struct pw_glide {
    double place, speed;
    double place_variance, covariance, speed_variance;
} pw_glide;

typedef struct pw_motion {
    pw_glide x, y; /* of the centre */
    pw_glide aspect, height; /* width / height; both above 0 */
} pw_motion;

pw_motion pw_motion_start(const pw_rectangle *box);
/* One frame later. keeps_height: nobody has seen how it grows or shrinks. */
void pw_motion_predict(pw_motion *motion, bool keeps_height);
/* It was seen there. */
void pw_motion_update(pw_motion *motion, const pw_rectangle *seen);
pw_rectangle pw_motion_box(const pw_motion *motion);

#endif
