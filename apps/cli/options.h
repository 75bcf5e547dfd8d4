/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands, and the rows that several of their option tables share, so that an option is
 * called, bounded and explained alike wherever it is. `owner` is the options struct, `member` the
 * field.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "common/args_check.h"
#include "common/files.h"
#include "common/picture_file.h"
#include "common/term.h"

#include <pawl/pawl.h>

extern const app_command cli_convert, cli_build, cli_export, cli_predict, cli_run, cli_bench,
    cli_inspect, cli_doctor, cli_val, cli_verify, cli_trace, cli_explain, cli_help, cli_man,
    cli_completion, cli_version;

/* What the library has, as it says itself: blank-separated names. */
const char *cli_backends(void);
const char *cli_precisions(void); /* of any backend */
const char *cli_activations(void);
const char *cli_fallbacks(void); /* backends that every machine has */

/* What a model of that task finds, as app_warn_unfound() takes it. */
const char *cli_found(pawl_task task);

/*
 * Where convert and build write: -o, or the argument behind the input, else the input's name with
 * the first of @p endings. No other of @p options may write there. Sets *path, which is the
 * caller's to free(); else reports and returns an exit code.
 */
int cli_output_path(const app_command *command, const app_arguments *arguments, const void *options,
                    const char *asked, const char *endings, char **path);

/*
 * What weights are turned into a network by: names, a file of class names in the place of their
 * own, kept in *kept for as long as desc is used (NULL: none); activation, of weights that cannot
 * say it (NULL: none). Reports what is wrong with the file and returns an exit code.
 */
int cli_network_desc(app_paths *kept, const char *names, const char *activation,
                     pawl_network_desc *desc);

/* A pawl_build_desc's progress: shown as every long job's is, and a build stops on Ctrl-C. */
int cli_build_progress(void *user, const char *stage, size_t done, size_t total);

/* clang-format off */
#define THREADS_OPTION(owner, member)                                                              \
    {.name = "threads", .letter = 't', .type = APP_INTEGER, .offset = offsetof(owner, member),      \
     .value = "N", .low = 1, .high = PAWL_MAX_THREADS,                                             \
     .help = "worker threads (default: the cores this process may use)"}

#define DEVICE_OPTION(owner, member, of)                                                           \
    {.name = "device", .type = APP_INTEGER, .offset = offsetof(owner, member), .value = "N",        \
     .high = 1023, .backends = (of), .help = "GPU of TensorRT, as nvidia-smi and CUDA_VISIBLE_DEVICES number them; the processor is --backend cpu"}

#define IMGSZ_OPTION(owner, member, text)                                                          \
    {.name = "imgsz", .aliases = "img img-size", .type = APP_SHAPE,                                 \
     .offset = offsetof(owner, member), .value = "N|HxW", .high = PAWL_MAX_SIDE, .help = (text)}
#define RUN_IMGSZ "shape to run at, a multiple of the stride (default: the engine's)"

#define BATCH_OPTION(owner, member)                                                                \
    {.name = "batch", .aliases = "batch-size", .type = APP_INTEGER,                                 \
     .offset = offsetof(owner, member), .value = "N", .low = 1, .high = PAWL_MAX_BATCH,             \
     .help = "pictures at once (default: as many as the engine takes)"}

#define CONF_OPTION(owner, member)                                                                 \
    {.name = "conf", .aliases = "conf-thres", .type = APP_REAL, .offset = offsetof(owner, member),  \
     .value = "N", .low = 0, .high = 1, .of = "boxes",                                             \
     .help = "boxes must be more confident than this"}

#define IOU_OPTION(owner, member)                                                                  \
    {.name = "iou", .aliases = "iou-thres", .type = APP_REAL, .offset = offsetof(owner, member),    \
     .value = "N", .low = 0, .high = 1, .of = "boxes",                                             \
     .help = "a box that overlaps a better one by more than this is dropped"}

#define MAX_DET_OPTION(owner, member)                                                              \
    {.name = "max-det", .type = APP_INTEGER, .offset = offsetof(owner, member), .value = "N",       \
     .low = 1, .high = 1000000, .of = "boxes", .help = "boxes a picture at most"}

#define ACTIVATION_OPTION(owner, member)                                                           \
    {.name = "activation", .type = APP_CHOICE, .offset = offsetof(owner, member), .value = "NAME",  \
     .choices = cli_activations, .help = "for a .wts that cannot say it"}

#define OUTPUT_OPTION(owner, member, what, endings, text)                                          \
    {.name = "output", .letter = 'o', .type = APP_TEXT, .offset = offsetof(owner, member),          \
     .value = (what), .writes = (endings), .help = (text)}

#define MAX_PIXELS_OPTION(owner, member)                                                           \
    {.name = "max-pixels", .type = APP_INTEGER, .offset = offsetof(owner, member), .value = "N",    \
     .low = 1, .high = PAWL_MAX_PIXELS,                                                            \
     .help = "refuse pictures of more pixels, before memory is taken for them (default: 268435456)"}

#define RUN_FOLDER_OPTIONS(owner, usual)                                                           \
    {.name = "project", .type = APP_TEXT, .offset = offsetof(owner, project), .value = "DIR",       \
     .help = "folder of all runs" usual},                                                          \
    {.name = "name", .type = APP_TEXT, .offset = offsetof(owner, name), .value = "NAME",            \
     .help = "folder of this run in it; a number is added where it exists"},                       \
    {.name = "exist-ok", .type = APP_FLAG, .offset = offsetof(owner, is_exist_ok),                  \
     .help = "use that folder even if it exists"}

#define JSON_OPTION(owner, member, text)                                                           \
    {.name = "json", .type = APP_TEXT_OPTIONAL, .offset = offsetof(owner, member),                  \
     .value = "-|FILE", .writes = JSON_ENDINGS, .help = (text)}
#define JSON_ENDINGS "json jsonl ndjson txt log"
/* clang-format on */

#endif
