/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Against the figures of another time. Runs of one window depend on their neighbours (a clock that
 * falls, another program), so what is compared are medians of a window's consecutive parts: of all
 * pairs, one from each window, the ratios' median (Hodges and Lehmann's estimate of the factor
 * between the two), and the pairs by rank that hold it with 95 % confidence whatever the times'
 * distribution (Mann and Whitney).
 */
#include "cli/bench.h"
#include "common/text_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE_LIMIT ((size_t)64 << 20)
#define LEAST_BLOCKS   8 /* in both: fewer say too little */

/* Consecutive parts of about the same length. */
static size_t medians_of(const samples *taken, double medians[BENCH_BLOCKS])
{
    const size_t count = taken->count < BENCH_BLOCKS ? taken->count : BENCH_BLOCKS;
    for (size_t b = 0; b < count; b++) {
        const size_t begin = taken->count * b / count, end = taken->count * (b + 1) / count;
        const samples part = {taken->values + begin, end - begin, end - begin};
        figures of;
        if (!samples_figures(&part, &of))
            return 0;
        medians[b] = of.median;
    }
    return count;
}

json_t *bench_blocks_json(const samples *taken)
{
    double medians[BENCH_BLOCKS];
    const size_t count = medians_of(taken, medians);
    json_t *made = json_array();
    bool is_good = count > 0;
    for (size_t b = 0; b < count && is_good; b++)
        is_good = app_json_append(made, app_json_number(medians[b]));
    if (is_good)
        return made;
    json_decref(made);
    return NULL;
}

/* The lines of a file that bench --json wrote. */
static int read_lines(bench *of, const app_text *text)
{
    json_error_t reason;
    int code = APP_EXIT_DONE;
    size_t at = 0;
    of->baseline = json_array();
    do {
        json_t *line =
            json_loadb(text->bytes + at, text->size - at, JSON_DISABLE_EOF_CHECK, &reason);
        if (line == NULL || !json_is_array(json_object_get(line, "blocks_ms")))
            code = app_fail(APP_EXIT_INPUT, "%s: not what pawl bench --json writes",
                            of->options->baseline);
        else if (!app_json_append(of->baseline, json_incref(line)))
            code = app_fail_memory();
        json_decref(line);
        at += code == APP_EXIT_DONE ? (size_t)reason.position : 0;
        at += strspn(text->bytes + at, " \t\r\n");
    } while (code == APP_EXIT_DONE && at < text->size);
    return code;
}

int bench_baseline_open(bench *of)
{
    const char *path = of->options->baseline, *limit = of->options->fail_over;
    char *end = NULL;
    const double percent = limit == NULL ? 5 : strtod(limit, &end);
    if (end != NULL &&
        (end == limit || limit[strspn(limit, "0123456789.%")] != '\0' || !(percent >= 0) ||
         percent > 1000 || strcmp(*end == '%' ? end + 1 : end, "") != 0))
        return app_fail(APP_EXIT_USAGE, "--fail-over %s: not a percentage such as 5%%", limit);
    of->limit = 1 + percent / 100;
    if (path == NULL)
        return APP_EXIT_DONE;
    app_text text = {0};
    int code = app_text_read(&text, path, BASELINE_LIMIT);
    if (code == APP_EXIT_DONE)
        code = read_lines(of, &text);
    app_text_free(&text);
    return code;
}

static bool is_same_kind(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"backend", "precision", "threads",
                                       "batch",   "shape",     "output"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            return false;
    return true;
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct comparison {
    double ratio, low, high;
} comparison;

/* False: too few. */
static bool compare(const json_t *now, const json_t *then, comparison *of)
{
    double ratios[BENCH_BLOCKS * BENCH_BLOCKS];
    const size_t m = json_array_size(now), n = json_array_size(then), count = m * n;
    if (m < LEAST_BLOCKS || n < LEAST_BLOCKS || m > BENCH_BLOCKS || n > BENCH_BLOCKS)
        return false;
    for (size_t i = 0; i < count; i++)
        ratios[i] = json_number_value(json_array_get(now, i / n)) /
                    json_number_value(json_array_get(then, i % n));
    qsort(ratios, count, sizeof ratios[0], rising);
    const double spread = 1.96 * sqrt((double)count * (double)(m + n + 1) / 12);
    const size_t rank = (size_t)((double)count / 2 - spread); /* from 0; m, n >= 8: above 12 */
    *of = (comparison){(ratios[(count - 1) / 2] + ratios[count / 2]) / 2, ratios[rank],
                       ratios[count - 1 - rank]};
    return of->low > 0; /* false for NaN: no numbers were there */
}

static const json_t *find_line(const bench *of, const json_t *like)
{
    for (size_t i = json_array_size(of->baseline); i-- > 0;) /* the newest */
        if (is_same_kind(json_array_get(of->baseline, i), like))
            return json_array_get(of->baseline, i);
    return NULL;
}

static bool does_count(const json_t *line)
{
    const json_t *window = json_object_get(line, "window");
    return window == NULL || json_is_true(json_object_get(window, "counts"));
}

int bench_baseline_compare(bench *of, const json_t *line)
{
    const char *path = of->options->baseline;
    const char *output = json_string_value(json_object_get(line, "output"));
    const json_t *then = find_line(of, line);
    comparison found;
    if (then == NULL)
        return app_fail(APP_EXIT_INPUT,
                        "%s has no figures to the %s output on this backend, in this precision, "
                        "with these threads, batch and shape",
                        path, output);
    if (!compare(json_object_get(line, "blocks_ms"), json_object_get(then, "blocks_ms"), &found))
        return app_fail(APP_EXIT_INPUT,
                        "%s: %d runs or more are needed on both sides to compare them", path,
                        LEAST_BLOCKS);
    const bool is_slower = found.low > of->limit;
    const bool is_judged = does_count(is_slower ? line : then); /* what is disturbed is slow */
    app_say("%-8s takes %.3f times the baseline's time (95 %%: %.3f to %.3f): %s", output,
            found.ratio, found.low, found.high,
            !is_judged  ? "not judged, since the slower window does not count"
            : is_slower ? "slower than allowed"
                        : "within what is allowed");
    of->is_slower = of->is_slower || (is_judged && is_slower);
    of->is_undecided = of->is_undecided || !is_judged;
    return APP_EXIT_DONE;
}
