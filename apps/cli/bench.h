/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pawl bench in parts. A *course* is one way through the engine that is measured: to the decoded
 * tensor, to the boxes, or from a file to the boxes. A *window* is the time in which its runs are
 * counted, between two probes of what the machine reaches at best.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "cli/samples.h"
#include "cli/session.h"
#include "common/files.h"
#include "common/json.h"
#include "common/lines.h"
#include "common/npy.h"

#define BENCH_BLOCKS   20  /* parts of a window, each with its median, to compare baselines by */
#define BENCH_SOUND    0.9 /* of the session's best: less, and something else had the machine */
#define BENCH_ATTEMPTS 3   /* at a window that counts */

typedef struct bench_options {
    const char *input, *json, *trace, *probes, *baseline, *fail_over, *end_to_end;
    session_options session;
    app_shape imgsz;
    int32_t batch, iterations, max_pixels;
    double warmup, duration, conf, iou;
    bool with_nms, is_layers, is_probed;
} bench_options;

/* Of all threads together: 1e9 a second. 0: not probed. */
typedef struct bench_probe {
    double gflops, gigabytes;
} bench_probe;

typedef struct bench_window {
    bench_probe before, after;
    bool counts; /* both reach BENCH_SOUND of the session's best */
} bench_window;

typedef enum bench_stage {
    BENCH_READ,
    BENCH_FIT,
    BENCH_NETWORK,
    BENCH_BOXES,
    BENCH_STAGES
} bench_stage;
extern const char *const bench_stage_names[BENCH_STAGES];

typedef struct bench {
    const bench_options *options;
    session session;
    app_npy input; /* open while its values are wanted */
    bool has_input;
    int32_t batch;
    app_shape shape;
    app_lines json;
    app_paths pictures; /* of --end-to-end */
    bench_probe best;   /* of the session */
    json_t *baseline;   /* lines; NULL: none */
    double limit;       /* --fail-over as a factor: 1.05 */
    bool is_slower;     /* than the baseline allows */
    bool is_undecided;  /* the baseline cannot be judged by */
} bench;

typedef struct bench_course {
    const char *output; /* "decoded", "boxes" or "end-to-end" */
    pawl_context *context;
    pawl_detector *detector;   /* NULL: to the decoded tensor */
    const app_paths *pictures; /* NULL: of the input binding */
    size_t next;               /* picture */
    size_t batch;
    pawl_image **images; /* of the run under way, where they are read */
    pawl_detections *found;
    pawl_class_scores *scores;
    double begin_ms, stages_ms[BENCH_STAGES]; /* of the last run */
    samples taken, stages[BENCH_STAGES];
    bench_window window;
    json_t *layers; /* NULL: not asked for */
} bench_course;

/* bench_input.c */
int bench_choose_shape(bench *to);
int bench_fill_input(bench *to, pawl_context *context);

/* bench_course.c. Each reports what goes wrong and returns an exit code. */
int bench_course_open(bench *of, bench_course *course);
void bench_course_close(bench_course *course);
int bench_course_run(const bench *of, bench_course *course);
int bench_course_measure(bench *of, bench_course *course);

/* bench_probe.c */
/* Narrows the process, and what it will start, to as many cores as it has threads; the session's
 * best is read where it is kept. */
int bench_probes_begin(bench *of);
int bench_probe_take(const bench *of, bench_probe *taken);
/* Judges by the best of all so far, which is kept where it is asked for. */
int bench_window_judge(bench *of, bench_window *window);
json_t *bench_window_json(const bench *of, const bench_window *window);

/* bench_layers.c: where the time of a course's runs goes, as a table, and one run as a trace-event
 * file. */
int bench_layers(bench *of, bench_course *course);
/* bench_trace.c */
int bench_trace(bench *of, bench_course *course);

/* bench_baseline.c */
int bench_baseline_open(bench *of);
json_t *bench_blocks_json(const samples *taken);
/* Holds a line of figures against the baseline's of the same kind, and says how they compare. */
int bench_baseline_compare(bench *of, const json_t *line);

#endif
