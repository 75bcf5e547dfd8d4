/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who walk past one another before a camera, drawn as boxes with known truth, and what a detector would make of them: where somebody is hidden
 * by others, scores sink and boxes get worse until nothing is found; frames are blurred, a box is missed now and then, others are of nobody, and the
 * camera is pushed. All of it follows from the seed.
 */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <pawl/detect.h>
#include <stdbool.h>

enum { SCENE_WIDTH = 1280, SCENE_HEIGHT = 720, SCENE_ACTORS = 24, SCENE_BOXES = 2 * SCENE_ACTORS };

typedef struct scene_actor {
    double x, y, height, vx, vy; /* feet: the lower ones stand before the others */
    uint32_t id;                 /* 0: not in the scene */
    int wait;                    /* frames until somebody comes in its place */
} scene_actor;

typedef struct scene {
    uint64_t seed;
    scene_actor actors[SCENE_ACTORS];
    uint32_t last_id;
    int frame, blurred; /* frames that are yet to be blurred */
    double camera_x, camera_y;
    /* of this frame: the truth, */
    size_t truth_count;
    uint32_t truth_ids[SCENE_ACTORS];
    pawl_detection truth[SCENE_ACTORS];
    /* and what is found, by falling confidence */
    size_t found_count;
    pawl_detection found[SCENE_BOXES];
} scene;

void scene_begin(scene *s, uint64_t seed);
void scene_next(scene *s);

#endif
