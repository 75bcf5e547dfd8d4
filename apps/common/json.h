/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, over jansson. Out: members in the order they are set, numbers that come back as the same
 * float32. */
#ifndef APP_JSON_H
#define APP_JSON_H

#include "common/rle.h"

#include <jansson.h>
#include <pawl/status.h>
#include <stdbool.h>
#include <stdio.h>

/* How everything is written: compact; 9 significant digits are what a float32 needs to come back as
 * itself. */
#define APP_JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(9))

/* json_dump_callback() with those of flags, to what takes pieces (0: taken); what a text in it
 * would do to a terminal is spelled out, as JSON can. */
int app_json_dump(const json_t *value, size_t flags, json_dump_callback_t sink, void *user);

/* A string whatever its bytes: what is no UTF-8 is spelled out, "\xff", so that two names stay two.
 * NULL text is null. */
json_t *app_json_text(const char *text);
/* A number; null for what JSON cannot write (NaN, infinities). */
json_t *app_json_number(double number);
/* The number rounded to @p decimals places as printf does. */
json_t *app_json_rounded(double number, int decimals);

/*
 * COCO's image_ids of pictures, all different: YOLOv5's, the stem as a number if all are numbers
 * and differ; else the stems as text; else the paths from the folder that holds all, without their
 * endings, or with them where it takes that; a path that comes again gets "-2". Numbers and texts
 * are not mixed, which pycocotools would not bear. NULL: no memory.
 */
json_t *app_json_image_ids(char *const *paths, size_t count);

/* STEM and ending, or STEM-2, STEM-3 ... where names that were given before have it; notes it in
 * the object @p taken. free() it; NULL: no memory. */
char *app_json_unique_name(json_t *taken, const char *path, const char *ending);

/* Reads a JSON file whole; *root is the caller's.
 * Reports what is wrong and returns an exit code. */
int app_json_read(json_t **root, const char *path);

/* {"code": "PAWL_ERR_READ", "message": "..."}. NULL: no memory. */
json_t *app_json_error(const pawl_error *error);

/* A mask as COCO's run lengths: {"size": [height, width], "counts": "..."}. NULL: no memory. */
json_t *app_json_mask(const app_rle *mask);

/* Sets a member; both json_t are taken. False when memory ran out (then nothing leaks). */
bool app_json_set(json_t *object, const char *key, json_t *value);
bool app_json_append(json_t *array, json_t *value);

/* Writes one line. False: memory ran out, or the stream has an error. */
bool app_json_write_line(FILE *out, const json_t *value);
/* Writes it without a newline. */
bool app_json_write(FILE *out, const json_t *value);
/* The same with other flags than APP_JSON_FLAGS. */
bool app_json_write_as(FILE *out, const json_t *value, size_t flags);

#endif
