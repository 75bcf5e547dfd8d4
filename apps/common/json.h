/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out, over jansson: members in the order they are set, numbers that come back as the same
 * float32. */
#ifndef APP_JSON_H
#define APP_JSON_H

#include "common/rle.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* How everything is written: compact; 9 significant digits are what a float32 needs to come back as
 * itself. */
#define APP_JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(9))

/* A string whatever its bytes: what is no UTF-8 becomes U+FFFD. NULL text is null. */
json_t *app_json_text(const char *text);
/* A number; null for what JSON cannot write (NaN, infinities). */
json_t *app_json_number(double number);
/* The number rounded to @p decimals places as printf does. */
json_t *app_json_rounded(double number, int decimals);

/* COCO's image_id of a picture: its stem as an integer if it is one, else as it is. NULL: no
 * memory. */
json_t *app_json_image_id(const char *path);

/* A mask as COCO's run lengths: {"size": [height, width], "counts": "..."}. NULL: no memory. */
json_t *app_json_mask(const app_rle *mask);

/* Sets a member; both json_t are taken. False when memory ran out (then nothing leaks). */
bool app_json_set(json_t *object, const char *key, json_t *value);
bool app_json_append(json_t *array, json_t *value);

/* Writes one line. False: memory ran out, or the stream has an error. */
bool app_json_write_line(FILE *out, const json_t *value);
/* Writes it without a newline. */
bool app_json_write(FILE *out, const json_t *value);

#endif
