/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times every implementation of the kernel table that runs here on the problems of a list, on one
 * thread. Median of the processor time; GFLOP/s, GB/s of sources and destination, and the share of
 * the machine's peak of multiply-adds in floats, which is measured first.
 *
 *     bench_kernels bench/shapes/yolov5n.txt [part of an implementation's name
 * [fp32|fp16|bf16|int8]]
 */
#include "base/cpu_info.h"
#include "base/memory.h"
#include "kernels/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 201
#define RUN_NS   200000000ull /* for an implementation on a problem */

typedef struct listed {
    pk_problem problem;
    int times; /* it occurs in the network */
} listed;

/* Of this thread: on a shared machine the wall clock also counts what others do. */
static uint64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static float *random_floats(size_t count)
{
    float *values = pw_alloc_aligned((count + 1) * sizeof(float), PW_CACHE_LINE);
    uint32_t state = 1;
    for (size_t i = 0; values != NULL && i < count; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
    }
    if (values == NULL)
        abort();
    return values;
}

/* A scale an output channel. */
static float *scales_of(size_t count)
{
    float *scales = random_floats(count);
    for (size_t i = 0; i < count; i++)
        scales[i] = 0.01f;
    return scales;
}

static int rising(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Of repeats calls in a row, for those that are shorter than reading the clock. */
static double median_ns(const pk_call *call, void *scratch, size_t repeats)
{
    static uint64_t times[RUNS_MAX];
    const uint64_t begin = cpu_ns();
    size_t count = 0;
    while (count < RUNS_MAX && (count < 5 || cpu_ns() - begin < RUN_NS)) {
        const uint64_t start = cpu_ns();
        for (size_t i = 0; i < repeats; i++)
            pk_run_all(call, scratch);
        times[count++] = cpu_ns() - start;
    }
    qsort(times, count, sizeof(times[0]), rising);
    return (double)times[count / 2] / (double)repeats;
}

static double time_problem(const pk_implementation *implementation, const pk_problem *problem,
                           size_t repeats)
{
    const pw_cpu_caches caches = pw_cpu_caches_get();
    const pk_machine machine = {pw_isa_mask(), caches.l1d, caches.l2, caches.l3, 1};
    pk_needs needs;
    implementation->plan(implementation, problem, &machine, &needs);
    const pk_tensor *in = &problem->source[0], *out = &problem->destination;
    const pk_window *window = &problem->as.window;
    float *weights =
        random_floats(problem->weights == PK_NO_TYPE
                          ? 1
                          : out->channels * in->channels * window->kernel[0] * window->kernel[1]);
    float *source = random_floats(in->batch * in->picture);
    float *destination = random_floats(out->batch * out->picture);
    float *scales = scales_of(out->channels);
    void *packed = random_floats(needs.packed / sizeof(float));
    void *scratch = random_floats(needs.scratch / sizeof(float));
    void *workspace = random_floats(needs.workspace / sizeof(float));
    const pk_constants constants = {.weights = weights, .scales = scales};
    if (needs.packed > 0)
        implementation->pack(implementation, problem, &constants, packed);
    const pk_call call = {.implementation = implementation,
                          .problem = problem,
                          .needs = &needs,
                          .source = {source},
                          .destination = destination,
                          .packed = packed,
                          .workspace = workspace};
    const double ns = median_ns(&call, scratch, repeats);
    void *const all[] = {weights, scales, source, destination, packed, scratch, workspace};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        pw_free(all[i]);
    return ns;
}

/* A picture's bytes in the middle of a network's input, as large as it will go. */
static bool read_letterbox(const char *line, listed *to)
{
    size_t height, width, rows, columns;
    if (sscanf(line, "letterbox %zu %zu %zu %zu %d", &height, &width, &rows, &columns,
               &to->times) != 5 ||
        height == 0 || width == 0)
        return false;
    const bool is_high = height * columns > width * rows;
    pk_letterbox how = {.height = height, .width = width, .fill = 114};
    how.inner_height = is_high ? rows : (height * columns + width / 2) / width;
    how.inner_width = is_high ? (width * rows + height / 2) / height : columns;
    how.inner_top = (ptrdiff_t)((rows - how.inner_height) / 2);
    how.inner_left = (columns - how.inner_width) / 2;
    to->problem.op = PK_LETTERBOX;
    to->problem.as.letterbox = how;
    to->problem.source[0] = pk_tensor_nhwc(PK_U8, 1, 3, height, width, 3);
    to->problem.destination = pk_tensor_nhwc(PK_U8, 1, 3, rows, columns, 3);
    return true;
}

/* In another type than floats. */
static void retype(pk_problem *problem, const char *precision)
{
    const bool is_int8 = strcmp(precision, "int8") == 0;
    const pk_type type = is_int8                          ? PK_U8
                         : strcmp(precision, "fp16") == 0 ? PK_F16
                         : strcmp(precision, "bf16") == 0 ? PK_BF16
                                                          : PK_F32;
    pk_tensor *const both[] = {&problem->source[0], &problem->destination};
    const bool is_picture = problem->source[0].type == PK_U8; /* its bytes stay what they are */
    if (problem->op == PK_LETTERBOX)
        return;
    for (int i = is_picture ? 1 : 0; i < 2; i++) {
        both[i]->type = type;
        both[i]->scale = is_int8 ? 0.05f : 0.0f;
        both[i]->zero_point = is_int8 ? 6 : 0;
    }
    if (problem->weights != PK_NO_TYPE)
        problem->weights = is_int8 ? PK_S8 : is_picture ? PK_F32 : type;
}

/* A line of the list as a problem: dense floats, one picture, SiLU after convolutions (a stem's
 * are bytes of a picture); or bytes of a picture. */
static bool read_problem(const char *line, listed *to)
{
    size_t height, width, in, out, kernel = 1, stride = 1, padding = 0;
    pk_problem *problem = &to->problem;
    *to = (listed){.problem = {.source_count = 1, .workers = 1}};
    if (read_letterbox(line, to))
        return true;
    const bool is_picture = sscanf(line, "stem %zu %zu %zu %zu %zu %zu %zu %d", &height, &width,
                                   &in, &out, &kernel, &stride, &padding, &to->times) == 8;
    if (is_picture || sscanf(line, "conv %zu %zu %zu %zu %zu %zu %zu %d", &height, &width, &in,
                             &out, &kernel, &stride, &padding, &to->times) == 8) {
        problem->op = PK_CONV;
        problem->weights = PK_F32;
        problem->activation = PK_ACT_SILU;
    } else if (sscanf(line, "maxpool %zu %zu %zu %zu %zu %zu %d", &height, &width, &in, &kernel,
                      &stride, &padding, &to->times) == 7) {
        problem->op = PK_MAXPOOL;
        out = in;
    } else if (sscanf(line, "upsample %zu %zu %zu %zu %d", &height, &width, &in, &kernel,
                      &to->times) == 5) {
        problem->op = PK_UPSAMPLE;
        problem->as.factor = kernel;
        out = in;
    } else {
        return false;
    }
    if (problem->op != PK_UPSAMPLE)
        problem->as.window = (pk_window){.kernel = {kernel, kernel},
                                         .stride = {stride, stride},
                                         .padding = {padding, padding},
                                         .dilation = {1, 1},
                                         .groups = 1};
    problem->source[0] = pk_tensor_nhwc(is_picture ? PK_U8 : PK_F32, 1, in, height, width, in);
    const size_t down = problem->op == PK_UPSAMPLE ? 1 : stride,
                 up = problem->op == PK_UPSAMPLE ? kernel : 1;
    const size_t reach = problem->op == PK_UPSAMPLE ? 1 : kernel;
    problem->destination =
        pk_tensor_nhwc(PK_F32, 1, out, ((height + 2 * padding - reach) / down + 1) * up,
                       ((width + 2 * padding - reach) / down + 1) * up, out);
    return true;
}

/* GFLOP/s of the fastest tile on a problem that lies in the L1 cache:
 * what is taken for the peak. */
static double peak_gflops(void)
{
    pk_problem problem = {.op = PK_CONV, .source_count = 1, .workers = 1, .weights = PK_F32};
    problem.as.window =
        (pk_window){.kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}, .groups = 1};
    problem.source[0] = pk_tensor_nhwc(PK_F32, 1, 192, 4, 7, 192);
    problem.destination = pk_tensor_nhwc(PK_F32, 1, 32, 4, 7, 32);
    double best = 1e-9;
    for (size_t i = 0; i < pk_implementation_count; i++)
        if (pk_fits(&pk_implementations[i], pw_isa_mask(), &problem)) {
            const double rate =
                pk_problem_flops(&problem) / time_problem(&pk_implementations[i], &problem, 200);
            best = rate > best ? rate : best;
        }
    return best;
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    const char *pattern = argc > 2 ? argv[2] : "", *precision = argc > 3 ? argv[3] : "fp32";
    if (file == NULL) {
        fprintf(stderr,
                "bench_kernels SHAPES [part of an implementation's name [fp32|fp16|bf16|int8]]\n");
        return 2;
    }
    const double peak = peak_gflops();
    double best_sum = 0;
    char line[256];
    while (fgets(line, sizeof(line), file) != NULL) {
        listed from;
        if (!read_problem(line, &from))
            continue;
        retype(&from.problem, precision);
        char text[PK_TEXT_SIZE];
        pk_problem_text(&from.problem, text);
        double best = 0;
        for (size_t i = 0; i < pk_implementation_count; i++) {
            const pk_implementation *implementation = &pk_implementations[i];
            if (strstr(implementation->name, pattern) == NULL ||
                !pk_fits(implementation, pw_isa_mask(), &from.problem) ||
                !pw_isa_permitted(implementation->isa))
                continue;
            const double ns = time_problem(implementation, &from.problem, 1);
            const double gflops = pk_problem_flops(&from.problem) / ns;
            printf("%-60s %-26s %8.3f ms %6.1f GFLOP/s %3.0f %% %6.1f GB/s\n", text,
                   implementation->name, ns * 1e-6, gflops, 100 * gflops / peak,
                   pk_problem_bytes(&from.problem) / ns);
            best = best == 0 || ns < best ? ns : best;
        }
        best_sum += best * 1e-6 * from.times;
    }
    printf("best of each, times counted: %.2f ms; peak %.1f GFLOP/s\n", best_sum, peak);
    fclose(file);
    return 0;
}
