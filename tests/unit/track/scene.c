/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "random.h"

#include <string.h>

#define PUSH_AT     120  /* frame, and every so many behind it */
#define PUSH_PIXELS 14   /* at most */
#define SCORE       0.9  /* of somebody whom nothing hides */
#define SCORE_LOSS  0.75 /* of somebody of whom nothing is seen */
#define HIDDEN      0.15 /* below it nothing is found */
#define BLUR_LOSS   0.35

static void enter(scene *s, scene_actor *actor, bool is_start)
{
    actor->height = random_between(&s->seed, 90, 240);
    actor->y = actor->height * 0.9 + random_between(&s->seed, 150, 400);
    actor->vx = random_between(&s->seed, 1, 6);
    actor->x = -0.2 * actor->height;
    if (random_part(&s->seed) < 0.5) {
        actor->vx = -actor->vx;
        actor->x = SCENE_WIDTH + 0.2 * actor->height;
    }
    if (is_start)
        actor->x = random_between(&s->seed, 0, SCENE_WIDTH);
    actor->vy = random_normal(&s->seed) * 0.3;
    actor->id = ++s->last_id;
}

void scene_begin(scene *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->seed = seed;
    for (size_t i = 0; i < SCENE_ACTORS; i++)
        enter(s, &s->actors[i], true);
}

static void move(scene *s, scene_actor *actor)
{
    if (actor->id == 0) {
        if (--actor->wait <= 0)
            enter(s, actor, false);
        return;
    }
    actor->vx += random_normal(&s->seed) * 0.2;
    actor->vy += random_normal(&s->seed) * 0.1 - actor->vy * 0.05;
    actor->x += actor->vx;
    actor->y += actor->vy;
    const double half = 0.2 * actor->height;
    if (actor->x < -half - 1 || actor->x > SCENE_WIDTH + half + 1) {
        actor->id = 0;
        actor->wait = (int)random_between(&s->seed, 1, 60);
    }
}

static pawl_detection box_of(const scene *s, const scene_actor *actor)
{
    const double half = 0.2 * actor->height, x = actor->x + s->camera_x, y = actor->y + s->camera_y;
    return (pawl_detection){.x1 = (float)(x - half),
                            .y1 = (float)(y - actor->height),
                            .x2 = (float)(x + half),
                            .y2 = (float)y,
                            .confidence = 1};
}

static bool covers(const pawl_detection *box, float x, float y)
{
    return x >= box->x1 && x < box->x2 && y >= box->y1 && y < box->y2;
}

/* The part of somebody that is in the picture and behind nobody, by 16 x 16 points. */
static double visible(const scene *s, const scene_actor *actor, bool counts_others)
{
    const pawl_detection frame = {0, 0, SCENE_WIDTH, SCENE_HEIGHT, 0, 0}, box = box_of(s, actor);
    int seen = 0;
    for (int point = 0; point < 256; point++) {
        const float x = box.x1 + (box.x2 - box.x1) * ((float)(point % 16) + 0.5f) / 16;
        const float y = box.y1 + (box.y2 - box.y1) * ((float)(point / 16) + 0.5f) / 16;
        bool is_seen = covers(&frame, x, y);
        for (size_t i = 0; i < SCENE_ACTORS && is_seen && counts_others; i++) {
            const scene_actor *other = &s->actors[i];
            const pawl_detection before = box_of(s, other);
            is_seen =
                other == actor || other->id == 0 || other->y < actor->y || !covers(&before, x, y);
        }
        seen += is_seen;
    }
    return seen / 256.0;
}

static float inside(double value, double limit)
{
    return (float)(value < 0 ? 0 : value > limit ? limit : value);
}

static void find(scene *s, const pawl_detection *box, double part, double spread)
{
    const double height = (double)(box->y2 - box->y1), off = height * spread;
    double score = SCORE - SCORE_LOSS * (1 - part) * (1 - part) + random_normal(&s->seed) * 0.06 -
                   (s->blurred > 0 ? BLUR_LOSS : 0);
    score = score > 0.98 ? 0.98 : score;
    const pawl_detection found = {
        .x1 = inside((double)box->x1 + random_normal(&s->seed) * off, SCENE_WIDTH),
        .y1 = inside((double)box->y1 + random_normal(&s->seed) * off, SCENE_HEIGHT),
        .x2 = inside((double)box->x2 + random_normal(&s->seed) * off, SCENE_WIDTH),
        .y2 = inside((double)box->y2 + random_normal(&s->seed) * off, SCENE_HEIGHT),
        .confidence = (float)score};
    if (score > 0.1 && s->found_count < SCENE_BOXES)
        s->found[s->found_count++] = found;
}

static void imagine(scene *s, double x, double y, double width, double height, double most)
{
    const double part = random_part(&s->seed);
    if (s->found_count < SCENE_BOXES)
        s->found[s->found_count++] =
            (pawl_detection){.x1 = inside(x, SCENE_WIDTH),
                             .y1 = inside(y, SCENE_HEIGHT),
                             .x2 = inside(x + width, SCENE_WIDTH),
                             .y2 = inside(y + height, SCENE_HEIGHT),
                             .confidence = (float)(0.1 + (most - 0.1) * part * part)};
}

/* A box of nobody, anywhere; most score little. */
static void imagine_anywhere(scene *s)
{
    const double height = random_between(&s->seed, 60, 240);
    const double y = random_between(&s->seed, 0, SCENE_HEIGHT - height);
    const double x = random_between(&s->seed, 0, SCENE_WIDTH - 0.4 * height);
    imagine(s, x, y, 0.4 * height, height, 0.8);
}

/* A second box of somebody, too far off for the suppression: half of a body, or two as one. */
static void imagine_beside(scene *s, const pawl_detection *box)
{
    const double width = (double)(box->x2 - box->x1), height = (double)(box->y2 - box->y1);
    const double by = random_between(&s->seed, 0.4, 0.6);
    const double to = random_part(&s->seed) < 0.5 ? -by : by;
    imagine(s, (double)box->x1 + to * width,
            (double)box->y1 + random_normal(&s->seed) * height / 20, width, height, 0.6);
}

static void sort_found(scene *s)
{
    for (size_t i = 1; i < s->found_count; i++) {
        const pawl_detection moved = s->found[i];
        size_t at = i;
        for (; at > 0 && s->found[at - 1].confidence < moved.confidence; at--)
            s->found[at] = s->found[at - 1];
        s->found[at] = moved;
    }
}

void scene_next(scene *s)
{
    s->frame++;
    s->blurred = s->blurred > 0 ? s->blurred - 1 : random_part(&s->seed) < 0.02 ? 4 : 0;
    if (s->frame % PUSH_AT == 0) {
        s->camera_x = random_between(&s->seed, -PUSH_PIXELS, PUSH_PIXELS);
        s->camera_y = random_between(&s->seed, -PUSH_PIXELS / 2.0, PUSH_PIXELS / 2.0);
    }
    s->truth_count = s->found_count = 0;
    for (size_t i = 0; i < SCENE_ACTORS; i++)
        move(s, &s->actors[i]);
    for (size_t i = 0; i < SCENE_ACTORS; i++) {
        const scene_actor *actor = &s->actors[i];
        if (actor->id == 0 || visible(s, actor, false) < 0.25)
            continue;
        pawl_detection box = box_of(s, actor);
        s->truth_ids[s->truth_count] = actor->id;
        s->truth[s->truth_count++] = (pawl_detection){inside((double)box.x1, SCENE_WIDTH),
                                                      inside((double)box.y1, SCENE_HEIGHT),
                                                      inside((double)box.x2, SCENE_WIDTH),
                                                      inside((double)box.y2, SCENE_HEIGHT),
                                                      1,
                                                      0};
        const double part = visible(s, actor, true);
        if (part >= HIDDEN && random_part(&s->seed) < 0.98)
            find(s, &s->truth[s->truth_count - 1], part, 0.015 * (2 - part));
        if (random_part(&s->seed) < 0.08)
            imagine_beside(s, &s->truth[s->truth_count - 1]);
    }
    while (random_part(&s->seed) < 0.5)
        imagine_anywhere(s);
    sort_found(s);
}
