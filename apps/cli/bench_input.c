/* SPDX-License-Identifier: Apache-2.0 */
/* What bench runs on: the array of --input, or noise, in the form that the context takes. */
#include "cli/bench.h"

#include <stdlib.h>
#include <string.h>

/* Chooses batch and shape. */
int bench_choose_shape(bench *to)
{
    const bench_options *options = to->options;
    const pawl_plan_info *info = &to->session.info;
    const app_npy *input = &to->input;
    to->batch = options->batch > 0 ? options->batch : info->batch_opt;
    if (!to->has_input) {
        to->shape = session_shape(&to->session, options->imgsz);
        return APP_EXIT_DONE;
    }
    if (input->rank != 4 || input->dims[1] != 3 || input->count == 0 ||
        input->dims[2] > PAWL_MAX_SIDE || input->dims[3] > PAWL_MAX_SIDE ||
        input->dims[0] > INT32_MAX)
        return app_fail(APP_EXIT_USAGE, "%s: not an array of N x 3 x H x W", input->path);
    to->shape = (app_shape){(int32_t)input->dims[2], (int32_t)input->dims[3]};
    if (options->imgsz.height != 0 &&
        (options->imgsz.height != to->shape.height || options->imgsz.width != to->shape.width))
        return app_usage(&cli_bench, "--imgsz and the array of --input contradict each other");
    if (options->batch > 0 && input->dims[0] != 1 && input->dims[0] != options->batch)
        return app_usage(&cli_bench, "--batch and the array of --input contradict each other");
    if (options->batch == 0)
        to->batch = (int32_t)input->dims[0];
    return APP_EXIT_DONE;
}

/* Where the values come from: the array of --input, or noise. */
struct source {
    bool is_noise;
    uint64_t state; /* of the noise */
    app_npy *array;
};

/* Uniform in 0..1 by xorshift64*: the same on every machine. */
static void fill_noise(struct source *source, float *values, size_t count)
{
    uint64_t state = source->state;
    for (size_t i = 0; i < count; i++) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        values[i] = (float)((state * 0x2545F4914F6CDD1Du) >> 40) * 0x1p-24f;
    }
    source->state = state;
}

static int next_values(struct source *source, float *values, size_t count)
{
    if (!source->is_noise)
        return app_npy_read(source->array, values, count);
    fill_noise(source, values, count);
    return APP_EXIT_DONE;
}

/* One picture of float planes as interleaved bytes, a row at a time: nothing of its size is held
 * twice. */
static int fill_bytes(struct source *source, uint8_t *pixels, size_t height, size_t width)
{
    float *row = malloc(width * sizeof(float));
    int code = APP_EXIT_DONE;
    if (row == NULL)
        return app_fail_memory();
    for (size_t i = 0; i < 3 * height && code == APP_EXIT_DONE; i++) {
        uint8_t *out = pixels + (i % height) * width * 3 + i / height;
        code = next_values(source, row, width);
        for (size_t x = 0; x < width && code == APP_EXIT_DONE; x++) {
            const float value = row[x] > 0.0f ? row[x] : 0.0f; /* NaN too becomes 0 */
            out[x * 3] = (uint8_t)((value < 1.0f ? value : 1.0f) * 255.0f + 0.5f);
        }
    }
    free(row);
    return code;
}

/* Writes the sample into the binding; an array of one picture serves each of a batch. */
static int fill_pictures(struct source *source, const pawl_tensor *tensor)
{
    const size_t size = tensor->size / (size_t)tensor->dims[0];
    const int64_t given = source->is_noise ? tensor->dims[0] : source->array->dims[0];
    int code = APP_EXIT_DONE;
    for (int64_t i = 0; i < tensor->dims[0] && code == APP_EXIT_DONE; i++) {
        char *picture = (char *)tensor->data + (size_t)i * size;
        if (i >= given)
            memcpy(picture, tensor->data, size);
        else if (tensor->dtype == PAWL_U8)
            code = fill_bytes(source, (uint8_t *)picture, (size_t)tensor->dims[1],
                              (size_t)tensor->dims[2]);
        else
            code = next_values(source, (float *)(void *)picture, size / sizeof(float));
    }
    return code;
}

int bench_fill_input(bench *to, pawl_context *context)
{
    pawl_error error = {0};
    pawl_tensor tensor;
    struct source source = {!to->has_input, 0x9E3779B97F4A7C15u, &to->input};
    if (pawl_context_input(context, &tensor, &error) < 0)
        return app_fail_library(to->session.path, &error);
    if (source.is_noise)
        return fill_pictures(&source, &tensor);
    int code = app_npy_open(&to->input, to->options->input);
    if (code == APP_EXIT_DONE && to->input.dims[0] > tensor.dims[0])
        code = app_fail(APP_EXIT_INPUT, "%s changed while it was read", to->input.path);
    if (code == APP_EXIT_DONE)
        code = fill_pictures(&source, &tensor);
    app_npy_close(&to->input);
    return code;
}
