/* SPDX-License-Identifier: Apache-2.0 */
/* GIF is walked block by block up to its second picture; WebP says it in its header (VP8X). */
#include "common/video/animation.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WEBP_MOVES 0x02

/* Passes over blocks of up to 255 bytes, each behind its length, up to the empty one. */
static bool skip_blocks(FILE *file)
{
    int length = fgetc(file);
    while (length > 0) {
        if (fseek(file, length, SEEK_CUR) != 0)
            return false;
        length = fgetc(file);
    }
    return length == 0;
}

/* 3 bytes a colour, where the flags say that there is a palette. */
static bool skip_palette(FILE *file, int flags)
{
    return (flags & 0x80) == 0 || fseek(file, 3L << ((flags & 7) + 1), SEEK_CUR) == 0;
}

static bool skip_picture(FILE *file)
{
    unsigned char place[9];
    return fread(place, 1, sizeof place, file) == sizeof place && skip_palette(file, place[8]) &&
           fgetc(file) != EOF && skip_blocks(file); /* a byte: how the pixels are coded */
}

static bool has_two_pictures(FILE *file)
{
    unsigned char head[13];
    int pictures = 0;
    if (fread(head, 1, sizeof head, file) != sizeof head || memcmp(head, "GIF8", 4) != 0 ||
        !skip_palette(file, head[10]))
        return false;
    for (;;) {
        const int kind = fgetc(file);
        if (kind == ',' && ++pictures == 2)
            return true;
        const bool is_good = kind == ','   ? skip_picture(file)
                             : kind == '!' ? fgetc(file) != EOF && skip_blocks(file)
                                           : false; /* ';', or damage */
        if (!is_good)
            return false;
    }
}

/* A pipe is left to who reads it: what is taken of it here would be missing there. */
static FILE *open_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "rbe") : NULL;
}

bool app_is_moving_gif(const char *path)
{
    FILE *file = open_file(path);
    const bool moves = file != NULL && has_two_pictures(file);
    if (file != NULL)
        (void)fclose(file);
    return moves;
}

bool app_is_moving_webp(const char *path)
{
    unsigned char head[21];
    FILE *file = open_file(path);
    const bool moves = file != NULL && fread(head, 1, sizeof head, file) == sizeof head &&
                       memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBPVP8X", 8) == 0 &&
                       (head[20] & WEBP_MOVES) != 0;
    if (file != NULL)
        (void)fclose(file);
    return moves;
}
