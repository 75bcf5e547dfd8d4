/* SPDX-License-Identifier: Apache-2.0 */
/* The reference backend's operators against values worked out by hand, and its whole run against
 * its parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/reference/reference_ops.h"
#include "support/tiny_model.h"
#include "tensor/half.h"
#include "unit/backend/reference_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(a, b) assert_true(fabs((double)(a) - (double)(b)) < 1e-12)

static pr_view view(double *data, int32_t batch, int32_t channels, int32_t height, int32_t width)
{
    return (pr_view){
        data, (size_t)channels * (size_t)height * (size_t)width, batch, channels, height, width};
}

static void count_up(double *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        data[i] = (double)i + 1;
}

struct act_row {
    const char *name;
    pw_activation kind;
    double x, y;
};

static struct act_row act_rows[] = {
    {"none", PW_ACT_NONE, -3, -3},
    {"silu of 0", PW_ACT_SILU, 0, 0},
    {"silu of 1", PW_ACT_SILU, 1, 0.7310585786300049},
    {"silu of -1", PW_ACT_SILU, -1, -0.2689414213699951},
    {"silu of -1000 is no NaN", PW_ACT_SILU, -1000, 0},
    {"leaky above", PW_ACT_LEAKY_RELU, 2, 2},
    {"leaky below", PW_ACT_LEAKY_RELU, -2, -0.2},
    {"hardswish low", PW_ACT_HARDSWISH, -4, 0},
    {"hardswish middle", PW_ACT_HARDSWISH, 1, 4.0 / 6},
    {"hardswish high", PW_ACT_HARDSWISH, 5, 5},
    {"relu", PW_ACT_RELU, -5, 0},
    {"sigmoid", PW_ACT_SIGMOID, 0, 0.5},
    {"relu6 below", PW_ACT_RELU6, -5, 0},
    {"relu6 middle", PW_ACT_RELU6, 2.5, 2.5},
    {"relu6 above", PW_ACT_RELU6, 7, 6},
    {"elu above", PW_ACT_ELU, 2, 2},
    {"elu below", PW_ACT_ELU, -1, -0.06321205588285577},
    {"mish of 1", PW_ACT_MISH, 1, 0.8650983882673103},
    {"mish of -1", PW_ACT_MISH, -1, -0.30340146137410895},
    {"mish of 1000 is no infinity", PW_ACT_MISH, 1000, 1000},
    {"gelu of 1", PW_ACT_GELU, 1, 0.8413447460685429},
    {"gelu of -1", PW_ACT_GELU, -1, -0.15865525393145707},
};

static void activates(void **state)
{
    const struct act_row *row = *state;
    NEAR(pr_activate(row->x, row->kind, 0.1), row->y);
    assert_true(isnan(pr_activate(NAN, row->kind, 0.1)));
}

static void conv_rows(const pw_conv *conv, const pr_view *in, const pr_view *residual,
                      const pr_view *out)
{
    const pr_conv of = {.conv = conv, .in = in, .residual = residual, .out = out};
    for (int32_t n = 0; n < out->batch; n++)
        for (int32_t y = 0; y < out->height; y++)
            pr_conv_row(&of, n, y);
}

static void conv_3x3_sums_the_window_and_pads_with_zeros(void **state)
{
    (void)state;
    double x[9], y[9];
    count_up(x, 9);
    const float ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, bias[1] = {100};
    const pw_conv conv = {1, 1, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}, .weights = ones, .bias = bias};
    const pr_view in = view(x, 1, 1, 3, 3), out = view(y, 1, 1, 3, 3);
    conv_rows(&conv, &in, NULL, &out);
    const double expected[9] = {112, 121, 116, 127, 145, 133, 124, 139, 128};
    for (size_t i = 0; i < 9; i++)
        NEAR(y[i], expected[i]);
}

static void conv_is_no_mirror_image_of_itself(void **state)
{
    (void)state;
    double x[6], y[2];
    count_up(x, 6); /* 1 2 3 / 4 5 6 */
    const float taps[4] = {1, 10, 100, 1000};
    const pw_conv conv = {1, 1, 1, {2, 2}, {1, 1}, {0, 0}, {1, 1}, .weights = taps};
    const pr_view in = view(x, 1, 1, 2, 3), out = view(y, 1, 1, 1, 2);
    conv_rows(&conv, &in, NULL, &out);
    NEAR(y[0], 1 + 20 + 400 + 5000);
    NEAR(y[1], 2 + 30 + 500 + 6000);
}

static void conv_stride_and_dilation_choose_their_pixels(void **state)
{
    (void)state;
    double x[25], y[4];
    count_up(x, 25); /* 5 x 5 */
    const float taps[4] = {1, 1, 1, 1};
    const pw_conv conv = {1, 1, 1, {2, 2}, {2, 2}, {0, 0}, {2, 2}, .weights = taps};
    const pr_view in = view(x, 1, 1, 5, 5), out = view(y, 1, 1, 2, 2);
    conv_rows(&conv, &in, NULL, &out);
    NEAR(y[0], 1 + 3 + 11 + 13);
    NEAR(y[1], 3 + 5 + 13 + 15);
    NEAR(y[2], 11 + 13 + 21 + 23);
    NEAR(y[3], 13 + 15 + 23 + 25);
}

static void conv_pads_wider_than_the_picture(void **state)
{
    (void)state;
    double x[1] = {7}, y[9];
    const float taps[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const pw_conv conv = {1, 1, 1, {3, 3}, {2, 2}, {3, 3}, {1, 1}, .weights = taps};
    const pr_view in = view(x, 1, 1, 1, 1), out = view(y, 1, 1, 3, 3);
    conv_rows(&conv, &in, NULL, &out);
    const double expected[9] = {0, 0, 0, 0, 35, 0, 0, 0, 0};
    /* Output (1, 1) begins at -1: the pixel lies under tap (1, 1), 5. */
    for (size_t i = 0; i < 9; i++)
        NEAR(y[i], expected[i]);
}

static void conv_groups_residual_and_activation(void **state)
{
    (void)state;
    double x[4] = {1, 2, 3, 4}, add[2] = {10, 20}, y[2];
    const float taps[4] = {1, 1, 2, -2}, bias[2] = {0, 1};
    const pw_conv conv = {4,
                          2,
                          2,
                          {1, 1},
                          {1, 1},
                          {0, 0},
                          {1, 1},
                          .activation = PW_ACT_RELU,
                          .has_residual = true,
                          .weights = taps,
                          .bias = bias};
    const pr_view in = view(x, 1, 4, 1, 1), residual = view(add, 1, 2, 1, 1),
                  out = view(y, 1, 2, 1, 1);
    conv_rows(&conv, &in, &residual, &out);
    NEAR(y[0], 3 + 10);
    NEAR(y[1], 0 + 20); /* 2*3 - 2*4 + 1 = -1, cut at 0 before the residual */
}

static void batchnorm_by_its_formula(void **state)
{
    (void)state;
    double x[2] = {5, -1}, y[2];
    const float gamma[2] = {2, 1}, beta[2] = {1, 0}, mean[2] = {3, -1}, variance[2] = {3, 1};
    const pw_batchnorm norm = {2, 1.0f, gamma, beta, mean, variance};
    const pr_view in = view(x, 1, 2, 1, 1), out = view(y, 1, 2, 1, 1);
    const pw_layer layer = {.op = PW_OP_BATCHNORM, .as.batchnorm = norm};
    run(&layer, &in, &out);
    NEAR(y[0], 3); /* (5 - 3) / sqrt(3 + 1) * 2 + 1 */
    NEAR(y[1], 0);
}

static void maxpool_ignores_its_padding(void **state)
{
    (void)state;
    double x[4] = {-1, -2, -3, -4}, y[4];
    const pr_view in = view(x, 1, 1, 2, 2), out = view(y, 1, 1, 2, 2);
    RUN(&in, &out, .op = PW_OP_MAXPOOL, .as.pool = {{3, 3}, {1, 1}, {1, 1}});
    for (size_t i = 0; i < 4; i++)
        NEAR(y[i], -1); /* not 0 */
    double one[1];
    const pr_view single = view(one, 1, 1, 1, 1);
    RUN(&in, &single, .op = PW_OP_MAXPOOL, .as.pool = {{2, 2}, {2, 2}, {0, 0}});
    NEAR(one[0], -1);
    x[3] = NAN;
    RUN(&in, &single, .op = PW_OP_MAXPOOL, .as.pool = {{2, 2}, {2, 2}, {0, 0}});
    assert_true(isnan(one[0]));
}

/* Zeros in the padding count, as PyTorch's count_include_pad. */
static void avgpool_counts_its_padding(void **state)
{
    double x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, y[4], z[1];
    const pr_view in = view(x, 1, 1, 3, 3), out = view(y, 1, 1, 2, 2), one = view(z, 1, 1, 1, 1);
    (void)state;
    RUN(&in, &out, .op = PW_OP_AVGPOOL, .as.pool = {{3, 3}, {2, 2}, {1, 1}});
    NEAR(y[0], (1 + 2 + 4 + 5) / 9.0);
    NEAR(y[1], (2 + 3 + 5 + 6) / 9.0);
    NEAR(y[3], (5 + 6 + 8 + 9) / 9.0);
    RUN(&in, &one, .op = PW_OP_AVGPOOL, .as.pool = {{2, 3}, {1, 1}, {0, 0}});
    NEAR(z[0], (1 + 2 + 3 + 4 + 5 + 6) / 6.0);
}

static void upsample_add_and_concat(void **state)
{
    (void)state;
    double x[2] = {1, 2}, up[8], sum[8], both[16];
    const pr_view in = view(x, 1, 1, 1, 2), wide = view(up, 1, 1, 2, 4),
                  out = view(sum, 1, 1, 2, 4), pair = view(both, 1, 2, 2, 4);
    RUN(&in, &wide, .op = PW_OP_UPSAMPLE, .as.upsample.factor = 2);
    const double expected[8] = {1, 1, 2, 2, 1, 1, 2, 2};
    for (size_t i = 0; i < 8; i++)
        NEAR(up[i], expected[i]);
    RUN(((pr_view[]){wide, wide}), &out, .op = PW_OP_ADD);
    NEAR(sum[7], 4);
    RUN(((pr_view[]){wide, out}), &pair, .op = PW_OP_CONCAT, .input_count = 2);
    NEAR(both[2], 2);
    NEAR(both[8], 2);
    NEAR(both[15], 4);
}

static void both_input_forms_mean_the_same_picture(void **state)
{
    (void)state;
    const uint8_t bytes[12] = {255, 0, 51, 0, 255, 0, 0, 0, 255, 1, 2, 3}; /* 2 x 2, RGB */
    double y[12];
    const pr_view out = view(y, 1, 3, 2, 2);
    const float none[3] = {0, 0, 0}, one[3] = {1, 1, 1}, mean[3] = {0.5f, 0.25f, 0};
    const float deviation[3] = {0.5f, 2, 4};
    pr_input(PAWL_INPUT_U8_NHWC, bytes, mean, deviation, &out);
    NEAR(y[0], 1);
    NEAR(y[1], -1);
    NEAR(y[5], 0.375);
    NEAR(y[8], 0.05);
    pr_input(PAWL_INPUT_U8_NHWC, bytes, none, one, &out);
    NEAR(y[0], 1);
    NEAR(y[1], 0);
    NEAR(y[3], 1.0 / 255);
    NEAR(y[5], 1);
    NEAR(y[8], 0.2);
    NEAR(y[11], 3.0 / 255);
    float floats[12];
    for (size_t i = 0; i < 12; i++)
        floats[i] = (float)i / 16;
    pr_input(PAWL_INPUT_F32_NCHW, floats, mean, deviation, &out);
    for (size_t i = 0; i < 12; i++)
        NEAR(y[i], (double)i / 16);
}

static void the_head_decodes_as_yolov5(void **state)
{
    (void)state;
    /* One anchor, one class, a grid of 1 x 2: channels x y w h obj class. */
    double x[12] = {0, 0, 0, 0, 0, 0, 0, 100, 0, 100, 0, -100};
    float rows[12];
    const pr_view in = view(x, 1, 6, 1, 2);
    const pw_detect detect = {1, 1, 1, .stride = {8}, .anchor = {{{10, 20}}}};
    pr_detect_decode(&detect, 0, &in, 0, rows);
    const float expected[12] = {4, 4, 10, 20, 0.5f, 0.5f, 12, 4, 10, 80, 1, 0};
    for (size_t i = 0; i < 12; i++)
        assert_true(fabsf(rows[i] - expected[i]) < 1e-6f);
    float raw[12];
    pr_detect_raw(&in, raw);
    assert_true(raw[1] == 0 && raw[6 + 3] == 100 && raw[6 + 5] == -100);
}

/* What tiny's head gives in each form, from the same picture. */
typedef struct tiny_run {
    pw_program *program;
    pw_device_plan *device;
    pawl_plan *handle;
    pw_plan *plan;
} tiny_run;

/* Every tensor but the picture is of a type; the first convolution's weights are bytes where there
 * are scales. */
static void open_tiny_as(tiny_run *run, pawl_output_form form, const pw_tensor *type,
                         const float *scales)
{
    const pw_backend *backend = &pw_backend_reference;
    const pw_lowering lowering = {
        .batch = 2, .height = 32, .width = 48, .input = PAWL_INPUT_U8_NHWC, .output = form};
    const pw_machine machine = {.isa = 0};
    assert_int_equal(pt_tiny_plan("reference", &run->handle, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(run->handle, &pw_plan_type, &run->plan, NULL), PAWL_OK);
    for (size_t t = 1; t < run->plan->network.tensor_count; t++) {
        run->plan->network.tensors[t].dtype = type->dtype;
        run->plan->network.tensors[t].scale = type->scale;
        run->plan->network.tensors[t].zero_point = type->zero_point;
    }
    run->plan->network.layers[1].as.conv.weight_type = scales != NULL ? PAWL_I8 : PAWL_F32;
    run->plan->network.layers[1].as.conv.weight_scales = scales;
    assert_int_equal(backend->open(run->plan, &machine, &run->device, NULL), PAWL_OK);
    assert_int_equal(backend->lower(run->device, &lowering, &run->program, NULL), PAWL_OK);
    uint64_t seed = 9;
    uint8_t *pixels = run->program->input.data;
    for (size_t i = 0; i < run->program->input.size; i++)
        pixels[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
}

static void open_tiny(tiny_run *run, pawl_output_form form)
{
    static const pw_tensor float32 = {.dtype = PAWL_F32};
    open_tiny_as(run, form, &float32, NULL);
}

static void close_tiny(tiny_run *run)
{
    pw_backend_reference.release(run->program);
    pw_backend_reference.close(run->device);
    pw_object_release(run->plan);
    assert_int_equal(pawl_plan_destroy(&run->handle), PAWL_OK);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void the_three_output_forms_agree(void **state)
{
    (void)state;
    tiny_run raw, decoded, some;
    const pw_run run = {.threshold = 0.5f};
    open_tiny(&raw, PAWL_OUTPUT_RAW);
    open_tiny(&decoded, PAWL_OUTPUT_DECODED);
    open_tiny(&some, PAWL_OUTPUT_CANDIDATES);
    assert_int_equal(pw_program_run(raw.program, &run, NULL), PAWL_OK);
    assert_int_equal(pw_program_run(decoded.program, &run, NULL), PAWL_OK);
    assert_int_equal(pw_program_run(some.program, &run, NULL), PAWL_OK);
    assert_int_equal(raw.program->output_count, 2);
    assert_int_equal(decoded.program->output_count, 1);
    assert_int_equal(some.program->output_count, 0);
    const pawl_tensor *all = &decoded.program->outputs[0];
    const size_t rows = PT_TINY_ROWS(32, 48);
    assert_int_equal(all->dims[0], 2);
    assert_int_equal(all->dims[1], rows);
    assert_int_equal(all->dims[2], PT_TINY_WIDTH);
    size_t above = 0;
    for (size_t n = 0; n < 2; n++) {
        const float *row = (const float *)all->data + n * rows * PT_TINY_WIDTH;
        const pawl_candidates *candidates = &some.program->candidates[n];
        size_t kept = 0;
        for (size_t r = 0; r < rows; r++, row += PT_TINY_WIDTH) {
            if (!(row[4] > 0.5f))
                continue;
            assert_true(kept < candidates->count);
            assert_int_equal(candidates->index[kept], r);
            assert_memory_equal(candidates->rows + kept * PT_TINY_WIDTH, row,
                                PT_TINY_WIDTH * sizeof(float));
            kept++;
        }
        assert_int_equal(kept, candidates->count);
        above += kept;
    }
    assert_true(above > 10 && above < 2 * rows - 10);
    /* Level 0, picture 1, cell (3, 5), anchor 1: 8 x 12 cells of stride 4. */
    const float *map = raw.program->outputs[0].data;
    const float *cell = map + (((size_t)1 * 8 + 3) * 12 + 5) * PT_TINY_HEAD + PT_TINY_WIDTH;
    const float *row = (const float *)all->data + (rows + 96 + 3 * 12 + 5) * PT_TINY_WIDTH;
    assert_true(fabs((2 * sigmoid((double)cell[0]) - 0.5 + 5) * 4 - (double)row[0]) < 1e-4);
    assert_true(fabs(pow(2 * sigmoid((double)cell[3]), 2) * 6 - (double)row[3]) < 1e-4);
    assert_true(fabs(sigmoid((double)cell[7]) - (double)row[7]) < 1e-6);
    close_tiny(&raw);
    close_tiny(&decoded);
    close_tiny(&some);
}

/* Recomputes what a layer shows from what the layers before it showed. */
typedef struct seen {
    float *values[32];
    int32_t channels[32];
    size_t count;
} seen;

static int remember(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    seen *all = user;
    assert_true(layer_id < 32 && name != NULL && tensor->rank == 4);
    all->values[layer_id] = malloc(tensor->size);
    memcpy(all->values[layer_id], tensor->data, tensor->size);
    all->channels[layer_id] = (int32_t)tensor->dims[1];
    all->count++;
    return 0;
}

/* Tensors that share memory while nobody reads them must not disturb one another: sum =
 * upsample(left) + fused, pool of left. */
static void tensors_keep_their_values_while_they_are_read(void **state)
{
    (void)state;
    tiny_run run;
    seen all = {.count = 0};
    const pw_run observed = {.threshold = 0.5f, .observer = remember, .observer_user = &all};
    open_tiny(&run, PAWL_OUTPUT_DECODED);
    assert_int_equal(pw_program_run(run.program, &observed, NULL), PAWL_OK);
    const pw_network *network = &run.plan->network;
    assert_int_equal(all.count, network->layer_count - 1);
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        if (layer->op != PW_OP_ADD)
            continue;
        const float *a = all.values[pw_network_producer(network, layer->inputs[0])];
        const float *b = all.values[pw_network_producer(network, layer->inputs[1])];
        for (size_t k = 0; k < (size_t)2 * 8 * 8 * 12; k++)
            assert_true(fabsf(a[k] + b[k] - all.values[i][k]) < 1e-5f);
    }
    for (size_t i = 0; i < 32; i++)
        free(all.values[i]);
    close_tiny(&run);
}

/* Whether a tensor of this type can hold value. */
static bool can_hold(const pw_tensor *type, float value)
{
    const double n = type->scale != 0 ? (double)value / (double)type->scale : 0;
    switch (type->dtype) {
    case PAWL_BF16:
        return pw_bf16_to_f32(pw_f32_to_bf16(value)) == value;
    case PAWL_F16:
        return pw_f16_to_f32(pw_f32_to_f16(value)) == value;
    case PAWL_U8:
        return fabs(n - nearbyint(n)) < 1e-4 && nearbyint(n) + type->zero_point >= 0 &&
               nearbyint(n) + type->zero_point <= 255;
    case PAWL_I8:
        return fabs(n - nearbyint(n)) < 1e-4 && fabs(nearbyint(n) + type->zero_point) <= 128;
    default:
        return true;
    }
}

/* Bytes and halves: every layer's output is rounded to its tensor's type, and not by much; weights
 * of bytes, with a scale a channel, are rounded too. */
static void tensors_hold_what_their_type_can(void **state)
{
    static const pw_tensor types[] = {{.dtype = PAWL_F32},
                                      {.dtype = PAWL_BF16},
                                      {.dtype = PAWL_F16},
                                      {.dtype = PAWL_U8, .scale = 0.0625f, .zero_point = 40},
                                      {.dtype = PAWL_I8, .scale = 0.0625f, .zero_point = -30}};
    static const double bounds[] = {0, 0.06, 0.01, 0.25, 0.25}; /* of a value below 8 */
    static const float scales[8] = {0.01f, 0.01f, 0.01f, 0.01f, 0.01f, 0.01f, 0.01f, 0.01f};
    static float exact[32][8 * 1024];
    (void)state;
    for (size_t i = 0; i < PW_COUNT(types); i++) {
        tiny_run run;
        seen all = {.count = 0};
        const pw_run observed = {.threshold = 0.5f, .observer = remember, .observer_user = &all};
        open_tiny_as(&run, PAWL_OUTPUT_DECODED, &types[i], i == 4 ? scales : NULL);
        assert_int_equal(pw_program_run(run.program, &observed, NULL), PAWL_OK);
        for (size_t l = 1; l + 1 < run.plan->network.layer_count; l++) {
            const pw_tensor *type = &run.plan->network.tensors[run.plan->network.layers[l].output];
            for (size_t k = 0; k < 300; k++) {
                if (i == 0)
                    exact[l][k] = all.values[l][k];
                assert_true(can_hold(type, all.values[l][k]));
                if (l == 1 && fabsf(exact[l][k]) < 4)
                    assert_true(fabs((double)all.values[l][k] - (double)exact[l][k]) <= bounds[i]);
            }
        }
        for (size_t v = 0; v < 32; v++)
            free(all.values[v]);
        close_tiny(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_hold_what_their_type_can),
        cmocka_unit_test(conv_3x3_sums_the_window_and_pads_with_zeros),
        cmocka_unit_test(conv_is_no_mirror_image_of_itself),
        cmocka_unit_test(conv_stride_and_dilation_choose_their_pixels),
        cmocka_unit_test(conv_pads_wider_than_the_picture),
        cmocka_unit_test(conv_groups_residual_and_activation),
        cmocka_unit_test(batchnorm_by_its_formula),
        cmocka_unit_test(maxpool_ignores_its_padding),
        cmocka_unit_test(avgpool_counts_its_padding),
        cmocka_unit_test(upsample_add_and_concat),
        cmocka_unit_test(both_input_forms_mean_the_same_picture),
        cmocka_unit_test(the_head_decodes_as_yolov5),
        cmocka_unit_test(the_three_output_forms_agree),
        cmocka_unit_test(tensors_keep_their_values_while_they_are_read),
    };
    struct CMUnitTest acts[PW_COUNT(act_rows)];
    for (size_t i = 0; i < PW_COUNT(act_rows); i++)
        acts[i] = (struct CMUnitTest){
            .name = act_rows[i].name, .test_func = activates, .initial_state = &act_rows[i]};
    const int failed = cmocka_run_group_tests_name("reference activations", acts, NULL, NULL);
    return failed + cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
