/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that decode and encode: where they are, what they can, how long they may be silent.
 */
#ifndef APP_VIDEO_FFMPEG_H
#define APP_VIDEO_FFMPEG_H

#include "common/argv.h"

#include <pawl/status.h>

/* Begins a command line: PAWL_FFMPEG, else "ffmpeg", and words that make it say errors alone. */
void app_ffmpeg_begin(app_argv *argv);
/* The same of PAWL_FFPROBE, "ffprobe". */
void app_ffprobe_begin(app_argv *argv);

/* Whether there is an ffmpeg at all. */
bool app_ffmpeg_is_here(void);
/* The sentence that they are not here, and PAWL_ERR_DEVICE. */
pawl_status app_ffmpeg_missing(pawl_error *error);

/* What it complains of, without the parts of ffmpeg that say so, and without the source's name,
 * which may hold a password: a part of @p complaint, or a text of our own. */
const char *app_ffmpeg_reason(const char *complaint, const char *source);

/* Milliseconds that one of them may go without moving a byte: PAWL_FFMPEG_TIMEOUT, in seconds; 30.
 */
double app_ffmpeg_silence_ms(void);

/* The word that keeps every frame as it comes, neither doubled nor dropped, by ffmpeg's version. */
const char *app_ffmpeg_passthrough(void);
/* Whether it can tell us when each frame is, as it decodes. */
bool app_ffmpeg_tells_times(void);
/* Whether it can be told how long a packet lasts. */
bool app_ffmpeg_takes_durations(void);
/* The encoder of our films: the first that this ffmpeg has of libx264, libopenh264, mpeg4. NULL:
 * none. */
const char *app_ffmpeg_encoder(void);

#endif
