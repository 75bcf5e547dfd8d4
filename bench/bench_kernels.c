/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times every row of the kernel table that runs here on the layers of a shapes file: one-layer
 * networks through the CPU backend, on one thread, so that tiles are cut and caches filled as in a
 * whole network. Median of the processor time.
 *
 *     bench_kernels bench/shapes/yolov5n.txt [part of a row's name]
 */
#include "backend/cpu/cpu.h"
#include "kernels/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 201
#define RUN_NS   300000000ull /* for a row on a shape */

typedef struct shape {
    char op[16];
    int height, width, in, out, kernel, stride, padding, times;
} shape;

static const struct {
    const char *name;
    pk_op op;
} ops[] = {{"conv", PK_CONV_F32}, {"maxpool", PK_MAXPOOL_F32}, {"upsample", PK_UPSAMPLE_F32}};

static float *random_floats(pw_arena *arena, size_t count)
{
    float *values = pw_arena_array(arena, count, sizeof(float));
    uint32_t state = 1;
    for (size_t i = 0; values != NULL && i < count; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
    }
    return values;
}

/* Input (an activation of a picture, so that nothing is special about it) -> layer. */
static pawl_status make_network(const shape *from, pw_network *network, pawl_error *error)
{
    uint32_t picture = 0, input = 0, output = 0;
    PW_TRY(pw_network_add_tensor(network, 3, &picture, error));
    PW_TRY(pw_network_add_tensor(network, from->in, &input, error));
    PW_TRY(pw_network_add_tensor(network, from->out, &output, error));
    pw_layer layer = {.op = PW_OP_INPUT, .name = "input", .output = picture};
    PW_TRY(pw_network_add_layer(network, &layer, error));
    pw_conv conv = {.in_channels = 3,
                    .out_channels = from->in,
                    .groups = 1,
                    .kernel = {1, 1},
                    .stride = {1, 1},
                    .dilation = {1, 1},
                    .activation = PW_ACT_SILU,
                    .weights = random_floats(&network->arena, (size_t)from->in * 3)};
    if (from->in != 3) {
        layer = (pw_layer){.op = PW_OP_CONV,
                           .name = "first",
                           .inputs = {picture},
                           .input_count = 1,
                           .output = input};
        layer.as.conv = conv;
        PW_TRY(pw_network_add_layer(network, &layer, error));
    }
    layer = (pw_layer){.name = "timed",
                       .inputs = {from->in == 3 ? picture : input},
                       .input_count = 1,
                       .output = output};
    if (strcmp(from->op, "conv") == 0) {
        layer.op = PW_OP_CONV;
        conv.in_channels = from->in;
        conv.out_channels = from->out;
        for (int i = 0; i < 2; i++) {
            conv.kernel[i] = from->kernel;
            conv.stride[i] = from->stride;
            conv.padding[i] = from->padding;
        }
        conv.weights = random_floats(
            &network->arena, (size_t)from->in * (size_t)(from->out * from->kernel * from->kernel));
        layer.as.conv = conv;
    } else if (strcmp(from->op, "maxpool") == 0) {
        layer.op = PW_OP_MAXPOOL;
        layer.as.pool = (pw_pool){{from->kernel, from->kernel},
                                  {from->stride, from->stride},
                                  {from->padding, from->padding}};
    } else {
        layer.op = PW_OP_UPSAMPLE;
        layer.as.upsample.factor = from->kernel;
    }
    return pw_network_add_layer(network, &layer, error);
}

static int rising(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Of this thread: on a shared machine the wall clock also counts what others do. */
static uint64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Median time of the program's last step on one thread. */
static double median_ns(cpu_program *program)
{
    static uint64_t times[RUNS_MAX];
    cpu_step *step = &program->steps[program->step_count - 1];
    const uint64_t begin = cpu_ns();
    size_t count = 0;
    while (count < RUNS_MAX && (count < 5 || cpu_ns() - begin < RUN_NS)) {
        const uint64_t start = cpu_ns();
        for (size_t i = 0; i < step->item_count; i++)
            step->task(step, i, 0);
        times[count++] = cpu_ns() - start;
    }
    qsort(times, count, sizeof(times[0]), rising);
    return (double)times[count / 2];
}

/* Milliseconds of a row on a shape; negative where it is not possible. */
static double time_row(const shape *from, const pk_row *row, double *gflop, pawl_error *error)
{
    pw_plan plan = {.backend = "cpu"};
    if (make_network(from, &plan.network, error) < 0)
        return -1;
    pw_tactic tactic = {.problem = plan.network.layers[plan.network.layer_count - 1].id,
                        .name = row->name};
    const pw_machine machine = {.isa = pw_isa_mask(), .name = "bench"};
    tactic.machine = machine.name;
    plan.tactics = &tactic;
    plan.tactic_count = 1;
    const pw_lowering lowering = {.batch = 1, .height = from->height, .width = from->width};
    const pw_run run = {.threshold = 0.5f};
    pw_device_plan *device_plan = NULL;
    pw_program *program = NULL;
    double ms = -1;
    if (pw_backend_cpu.open(&plan, &machine, &device_plan, error) == PAWL_OK &&
        strcmp(pw_backend_cpu.tactic(device_plan, plan.network.layer_count - 1), row->name) == 0 &&
        pw_backend_cpu.lower(device_plan, &lowering, &program, error) == PAWL_OK &&
        pw_backend_cpu.run(program, &run, error) == PAWL_OK)
        ms = median_ns((cpu_program *)program) * 1e-6;
    const shape first = {"conv", from->height, from->width, 3, from->in, 1, 1, 0, 1};
    *gflop = pw_network_flops(&plan.network, 1, from->height, from->width) * 1e-9;
    if (from->in != 3)
        *gflop -= 2e-9 * first.height * first.width * first.in * first.out;
    pw_backend_cpu.release(program);
    pw_backend_cpu.close(device_plan);
    pw_network_free(&plan.network);
    return ms;
}

static bool read_shape(const char *line, shape *to)
{
    memset(to, 0, sizeof(*to));
    if (sscanf(line, "conv %d %d %d %d %d %d %d %d", &to->height, &to->width, &to->in, &to->out,
               &to->kernel, &to->stride, &to->padding, &to->times) == 8)
        strcpy(to->op, "conv");
    else if (sscanf(line, "maxpool %d %d %d %d %d %d %d", &to->height, &to->width, &to->in,
                    &to->kernel, &to->stride, &to->padding, &to->times) == 7)
        strcpy(to->op, "maxpool");
    else if (sscanf(line, "upsample %d %d %d %d %d", &to->height, &to->width, &to->in, &to->kernel,
                    &to->times) == 5)
        strcpy(to->op, "upsample");
    if (strcmp(to->op, "conv") != 0)
        to->out = to->in;
    return to->op[0] != '\0';
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    const char *pattern = argc > 2 ? argv[2] : "";
    if (file == NULL) {
        fprintf(stderr, "bench_kernels SHAPES [part of a row's name]\n");
        return 2;
    }
    char line[256];
    double best_sum = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        shape from;
        if (!read_shape(line, &from))
            continue;
        double best = 0;
        for (size_t r = 0; r < pk_row_count; r++) {
            const pk_row *row = &pk_rows[r];
            pawl_error error = {0};
            double gflop = 0;
            bool is_of_op = false;
            for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
                is_of_op |= ops[i].op == row->op && strcmp(ops[i].name, from.op) == 0;
            if (!is_of_op || strstr(row->name, pattern) == NULL || (row->isa & ~pw_isa_mask()) != 0)
                continue;
            const double ms = time_row(&from, row, &gflop, &error);
            if (ms < 0)
                continue;
            printf("%-9s%4dx%-4d%4d->%-4d k%d s%d  %-24s %8.3f ms  %6.1f GFLOP/s\n", from.op,
                   from.height, from.width, from.in, from.out, from.kernel, from.stride, row->name,
                   ms, gflop / ms * 1e3);
            best = best == 0 || ms < best ? ms : best;
        }
        best_sum += best * from.times;
    }
    printf("best rows, times counted: %.2f ms\n", best_sum);
    fclose(file);
    return 0;
}
