/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a picture file moves. */
#ifndef APP_VIDEO_ANIMATION_H
#define APP_VIDEO_ANIMATION_H

#include <stdbool.h>

/* A GIF of more than one picture. False also where it cannot be read: its reader says why. */
bool app_is_moving_gif(const char *path);
/* A WebP that says of itself that it is an animation. */
bool app_is_moving_webp(const char *path);

#endif
