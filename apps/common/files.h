/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, folders and files written whole or not at all. */
#ifndef APP_FILES_H
#define APP_FILES_H

#include <pawl/file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Behind the last slash. */
const char *app_path_name(const char *path);
/* Length of the file name without its last ending ("bus.tar.gz" -> 7);
 * a leading dot is no ending. */
size_t app_stem_length(const char *name);
/* The ending of the name with its dot, "" if there is none. */
const char *app_path_ending(const char *path);
/* True if the path's ending is one of the blank-separated list ("jpg png"), whatever the case. */
bool app_path_ends_in(const char *path, const char *endings);

/* Of pictures, looked for in folders: those of YOLOv5's detect.py, the PNM family, and what phones
 * write. What we cannot read is reported, not passed over. */
#define APP_PICTURE_ENDINGS                                                                     \
    "avif bmp dng gif heic heif j2k jp2 jpe jpeg jpg jxl mpo pbm pfm pgm png pnm ppm tif tiff " \
    "webp"
/* True if pawl_image_save() takes a name of this ending. */
bool app_is_written_picture(const char *path);

/* What a file of this ending is ("a picture"), if that is known and the ending is none of @p own;
 * else NULL. */
const char *app_path_other_kind(const char *path, const char *own);

/* printf into new memory, the caller's to free(); NULL when there is none. */
char *app_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From the root, by the real names of its folders, in new memory: free() it. NULL: there is no such
 * folder, or no memory. */
char *app_path_whole(const char *path);

bool app_is_folder(const char *path);
/* True if there is something of that name that is no folder. */
bool app_is_file(const char *path);
/* True if both paths lead to one existing file. */
bool app_is_same_file(const char *a, const char *b);

/* Where a command writes if -o says @p asked (may be NULL, may be a folder): its own path, or STEM
 * of @p input + ending. free() it. */
char *app_output_path(const char *asked, const char *input, const char *ending);

/* A list of paths that grows; items are its own. */
typedef struct app_paths {
    char **items;
    size_t count, capacity;
} app_paths;

bool app_paths_add(app_paths *paths, const char *path);
void app_paths_sort(app_paths *paths);
void app_paths_free(app_paths *paths);

/* Adds the folder's files of these endings, sorted by name; hidden ones are passed over, as by
 * detect.py's glob (macOS leaves a ._NAME.jpg that is no picture beside each). False: errno says
 * why. */
bool app_paths_add_folder(app_paths *paths, const char *folder, const char *endings);

/* Makes the folder and those above it; one that is there is fine. False: errno. */
bool app_make_folders(const char *path);
/* Makes and returns PROJECT/NAME, or NAME2, NAME3 ... where taken (unless exist_ok), as pathlib
 * joins them: a NAME that begins with a slash stands alone. free() it; NULL: errno. */
char *app_make_run_folder(const char *project, const char *name, bool exist_ok);

/* A file that appears under its name when it is complete (pawl_file_create). "-" is stdout, a
 * device or a pipe is written directly. */
typedef struct app_output {
    FILE *stream; /* NULL while closed */
    char *path;
    pawl_file file; /* beneath the stream; of neither stdout nor a device */
} app_output;

/* open() for writing, with these flags more. A pipe that nobody reads is not waited for for ever:
 * after five seconds it is ENXIO, and EINTR where we are interrupted. */
int app_open_output(const char *path, int flags);
/* Says that a file cannot be written, and whether its folder is missing; returns the exit code. */
int app_fail_write(const char *path, int reason);

/* True of "-" and of every other name of what stdout goes to, such as /dev/stdout: to replace that
 * file, or to begin it anew, would lose what is in it. */
bool app_output_is_stdout(const char *path);

/* True if two outputs of these names would be one: both are stdout, or the same file, whether it
 * is there yet or not. What is no file takes from several. */
bool app_outputs_are_one(const char *a, const char *b);

/* Each reports what goes wrong and returns an exit code. */
int app_output_open(app_output *output, const char *path);
int app_output_commit(app_output *output);
void app_output_discard(app_output *output);
/* Exit 1 and a sentence if writing has failed so far, else 0. */
int app_output_check(app_output *output);

/* Before the work whose result is to be written there: whether it can be, by app_output_open() or
 * (no stdout, no device) by the library. NULL: nothing is. Nothing is left there. */
int app_output_probe(const char *path);
int app_file_probe(const char *path);

/* Removes a run's folder if it is empty, @p parts of it first. True if it is gone. */
bool app_folder_drop(const char *folder, const char *const *parts, size_t count);

#endif
