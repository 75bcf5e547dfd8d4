/* SPDX-License-Identifier: Apache-2.0 */
/* The filter's noises are DeepSORT's (Wojke et al., 2017, and their code), which ByteTrack's
 * authors use: a twentieth of the height for places, a hundred-and-sixtieth a frame for speeds; the
 * aspect, which has no pixels, has numbers of its own. */
#include "track/motion.h"

#define PLACE_PART        (1.0 / 20)
#define SPEED_PART        (1.0 / 160)
#define ASPECT_NOISE      1e-2
#define ASPECT_SPEED      1e-5
#define ASPECT_MEASURED   1e-1
#define FIRST_PLACE_TIMES 2  /* a first box is worse than it seems */
#define FIRST_SPEED_TIMES 10 /* and of its speed nothing is known */

/* Standard deviations. */
typedef struct noise {
    double place, speed;
} noise;

static pw_glide start(double place, noise first)
{
    return (pw_glide){.place = place,
                      .place_variance = first.place * first.place,
                      .speed_variance = first.speed * first.speed};
}

static void predict(pw_glide *glide, noise drift)
{
    glide->place += glide->speed;
    glide->place_variance +=
        2 * glide->covariance + glide->speed_variance + drift.place * drift.place;
    glide->covariance += glide->speed_variance;
    glide->speed_variance += drift.speed * drift.speed;
}

static void update(pw_glide *glide, double seen, double measured)
{
    const double variance = measured * measured;
    const double all = glide->place_variance + variance;
    const double wrong = seen - glide->place;
    glide->place += wrong * (glide->place_variance / all);
    glide->speed += wrong * (glide->covariance / all);
    glide->speed_variance -= glide->covariance * (glide->covariance / all);
    glide->covariance *= variance / all;
    glide->place_variance *= variance / all;
}

/* What would shrink to nothing stays what it was. */
static void stay_above_zero(pw_glide *glide, double before)
{
    if (glide->place > 0)
        return;
    glide->place = before;
    glide->speed = 0;
}

pw_motion pw_motion_start(const pw_rectangle *box)
{
    const double height = box->y2 - box->y1;
    const noise pixels = {FIRST_PLACE_TIMES * PLACE_PART * height,
                          FIRST_SPEED_TIMES * SPEED_PART * height};
    const noise aspect = {ASPECT_NOISE, ASPECT_SPEED};
    return (pw_motion){.x = start((box->x1 + box->x2) / 2, pixels),
                       .y = start((box->y1 + box->y2) / 2, pixels),
                       .aspect = start((box->x2 - box->x1) / height, aspect),
                       .height = start(height, pixels)};
}

void pw_motion_predict(pw_motion *motion, bool keeps_height)
{
    const double height = motion->height.place, aspect = motion->aspect.place;
    const noise pixels = {PLACE_PART * height, SPEED_PART * height};
    if (keeps_height)
        motion->height.speed = 0;
    predict(&motion->x, pixels);
    predict(&motion->y, pixels);
    predict(&motion->aspect, (noise){ASPECT_NOISE, ASPECT_SPEED});
    predict(&motion->height, pixels);
    stay_above_zero(&motion->aspect, aspect);
    stay_above_zero(&motion->height, height);
}

void pw_motion_update(pw_motion *motion, const pw_rectangle *seen)
{
    const double height = seen->y2 - seen->y1, measured = PLACE_PART * motion->height.place;
    const double old_height = motion->height.place, old_aspect = motion->aspect.place;
    update(&motion->x, (seen->x1 + seen->x2) / 2, measured);
    update(&motion->y, (seen->y1 + seen->y2) / 2, measured);
    update(&motion->aspect, (seen->x2 - seen->x1) / height, ASPECT_MEASURED);
    update(&motion->height, height, measured);
    stay_above_zero(&motion->aspect, old_aspect);
    stay_above_zero(&motion->height, old_height);
}

pw_rectangle pw_motion_box(const pw_motion *motion)
{
    const double half_height = motion->height.place / 2;
    const double half_width = motion->aspect.place * half_height;
    return (pw_rectangle){motion->x.place - half_width, motion->y.place - half_height,
                          motion->x.place + half_width, motion->y.place + half_height};
}
