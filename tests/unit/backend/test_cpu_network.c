/* SPDX-License-Identifier: Apache-2.0 */
/* A small network of every kind of layer on the CPU backend: against the reference, over threads,
 * shapes, input and output forms, element types. */
#include "backend/cpu/cpu.h"
#include "unit/backend/cpu_fixture.h"
#include "unit/base/cmocka_all.h"

#include "base/compiler.h"
#include "base/memory.h"
#include "builder/pass.h"

#include <string.h>

/* Two levels, a bottleneck with residual, pools, an upsampling, concatenations elided or not, what
 * is left of unoptimised plans. */
static void make(pw_network *network, bool is_elided)
{
    const pw_conv down = {.out_channels = 16,
                          .groups = 1,
                          .kernel = {3, 3},
                          .stride = {2, 2},
                          .padding = {1, 1},
                          .dilation = {1, 1},
                          .activation = PW_ACT_SILU};
    pw_conv same = down;
    same.stride[0] = same.stride[1] = 1;
    const uint32_t input = pt_add_input(network);
    const uint32_t a = pt_add_conv(network, input, PW_NO_TENSOR, down);
    const uint32_t left = pt_add_1x1(network, a, 16);
    const uint32_t inner = pt_add_1x1(network, left, 8);
    const uint32_t sum = pt_add_conv(network, inner, left, same);
    const uint32_t right = pt_add_1x1(network, a, 13);
    const uint32_t joined[] = {sum, right};
    const uint32_t c3 = pt_add_concat(network, joined, 2);
    const uint32_t b = pt_add_conv(network, c3, PW_NO_TENSOR, down);
    const uint32_t p1 = pt_add_maxpool(network, b, 5, 1, 2);
    const uint32_t p2 = pt_add_maxpool(network, p1, 5, 1, 2);
    const uint32_t pools[] = {b, p1, p2};
    const uint32_t sppf = pt_add_concat(network, pools, 3);
    const uint32_t narrow = pt_add_1x1(network, sppf, 20);
    const uint32_t up = pt_add_upsample(network, narrow, 2);
    const uint32_t meeting[] = {up, left};
    const uint32_t neck = pt_add_concat(network, meeting, 2);
    const uint32_t normal = pt_add_batchnorm(network, neck);
    const uint32_t active = pt_add_activation(network, normal, PW_ACT_LEAKY_RELU);
    const uint32_t twice = pt_add_sum(network, active, neck);
    if (is_elided) {
        pt_elide(network, c3);
        pt_elide(network, sppf);
        pt_elide(network, neck);
    }
    const uint32_t heads[] = {twice, narrow};
    const float strides[] = {2, 4};
    pt_add_head(network, heads, strides, 2);
}

static uint32_t best_mask(void)
{
    return pw_isa_machine();
}

struct form_row {
    const char *name;
    bool is_elided;
    int32_t batch, height, width;
    pawl_input_form input;
    pawl_output_form output;
    const char *precision; /* NULL: fp32 */
};

static struct form_row forms[] = {
    {"copied concatenations", false, 1, 16, 24, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, NULL},
    {"elided concatenations", true, 1, 16, 24, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, NULL},
    {"a batch", true, 2, 32, 16, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, NULL},
    {"a batch, copied", false, 3, 8, 40, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, NULL},
    {"bytes", true, 2, 20, 28, PAWL_INPUT_U8_NHWC, PAWL_OUTPUT_DECODED, NULL},
    {"raw maps", true, 2, 20, 28, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, NULL},
    {"FP16", true, 2, 16, 24, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, "fp16"},
    {"FP16, copied", false, 1, 20, 28, PAWL_INPUT_U8_NHWC, PAWL_OUTPUT_DECODED, "fp16"},
    {"BF16", true, 2, 16, 24, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, "bf16"},
    {"BF16, copied", false, 1, 20, 28, PAWL_INPUT_U8_NHWC, PAWL_OUTPUT_DECODED, "bf16"},
    {"the smallest picture", true, 1, 4, 4, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, NULL},
};

static void agrees(void **state)
{
    static const uint32_t levels[] = {PW_ISA_GENERIC, PW_ISA_SSE41, PW_ISA_AVX2, PW_ISA_AVX512,
                                      PW_ISA_NEON};
    const struct form_row *form = *state;
    pw_network network = {0};
    make(&network, form->is_elided);
    if (form->precision != NULL)
        pw_pass_precision(&network, form->precision);
    /* a sum on the other side of a rounding's edge is a step of a half off, and so is what follows
     */
    const double bound = form->precision == NULL                ? 1e-5
                         : strcmp(form->precision, "fp16") == 0 ? 1.0 / 512
                                                                : 1.0 / 64;
    pt_setting setting = {&pw_backend_reference, 0,           2,           form->batch,
                          form->height,          form->width, form->input, form->output};
    pt_results want, got;
    pt_run(&network, &setting, &want);
    setting.backend = &pw_backend_cpu;
    for (size_t i = 0; i < PW_COUNT(levels); i++) {
        if ((levels[i] & ~pw_isa_machine()) != 0)
            continue;
        setting.isa |= levels[i];
        pt_run(&network, &setting, &got);
        const double apart = pt_difference(&got, &want);
        if (apart > bound)
            fail_msg("mask %x is off by %g", setting.isa, apart);
        pt_results_free(&got);
    }
    pt_results_free(&want);
    pw_network_free(&network);
}

static void scale_weights(pw_network *network, pw_conv *conv, float factor)
{
    const size_t count = pw_conv_weight_count(conv);
    float *scaled = pw_arena_array(&network->arena, count, sizeof *scaled);
    assert_non_null(scaled);
    for (size_t i = 0; i < count; i++)
        scaled[i] = conv->weights[i] * factor;
    conv->weights = scaled;
}

/* Weights that FP16 would make infinite, or round to a few steps, stay float32; and the layer runs.
 */
static void harmed_weights_stay_floats(void **state)
{
    (void)state;
    pw_network network = {0};
    pw_conv *convs[16] = {NULL};
    size_t count = 0;
    make(&network, true);
    for (size_t i = 0; i < network.layer_count; i++)
        if (network.layers[i].op == PW_OP_CONV && count < PW_COUNT(convs))
            convs[count++] = &network.layers[i].as.conv;
    assert_true(count > 4);
    scale_weights(&network, convs[1], 0x1p-19f);
    scale_weights(&network, convs[count - 1], 0x1p20f); /* a head: its output is float32 */
    pw_pass_precision(&network, "fp16");
    for (size_t c = 0; c < count; c++) /* the first reads the picture */
        assert_int_equal(convs[c]->weight_type, c < 2 || c == count - 1 ? PAWL_F32 : PAWL_F16);
    pt_setting setting = {&pw_backend_reference, 0, 2, 1, 16, 24, PAWL_INPUT_F32_NCHW,
                          PAWL_OUTPUT_RAW};
    pt_results want, got;
    pt_run(&network, &setting, &want);
    setting.backend = &pw_backend_cpu;
    setting.isa = best_mask();
    pt_run(&network, &setting, &got);
    assert_true(pt_difference(&got, &want) < 1.0 / 512);
    pt_results_free(&got);
    pt_results_free(&want);
    pw_network_free(&network);
}

/* The same numbers to the bit, however many share the work. */
static void threads_agree(void **state)
{
    (void)state;
    pw_network network = {0};
    make(&network, true);
    pt_setting setting = {&pw_backend_cpu,     best_mask(),        1, 2, 64, 48,
                          PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED};
    pt_results want, got;
    pt_run(&network, &setting, &want);
    for (setting.threads = 2; setting.threads <= 5; setting.threads++) {
        pt_run(&network, &setting, &got);
        assert_true(pt_difference(&got, &want) == 0);
        pt_results_free(&got);
    }
    pt_results_free(&want);
    pw_network_free(&network);
}

/* A network opened for a machine, and a program of it. */
typedef struct opened {
    pw_network network;
    pw_plan plan;
    pw_thread_pool *pool;
    pw_crew crew;
    pw_device_plan *device_plan;
} opened;

static void open_network(opened *at, int32_t threads)
{
    memset(at, 0, sizeof(*at));
    make(&at->network, true);
    at->plan.network = at->network;
    const pw_machine machine = {.isa = best_mask(), .name = "test"};
    assert_int_equal(pw_thread_pool_create(threads, &at->pool, NULL), PAWL_OK);
    pw_crew_make(&at->crew, at->pool, threads);
    pw_crew_enter(&at->crew);
    assert_int_equal(pw_backend_cpu.open(&at->plan, &machine, &at->device_plan, NULL), PAWL_OK);
}

static void close_network(opened *at)
{
    pw_backend_cpu.close(at->device_plan);
    pw_crew_leave(&at->crew);
    pw_crew_end(&at->crew);
    pw_thread_pool_destroy(at->pool);
    pw_network_free(&at->network);
}

static pw_program *lower(opened *at, int32_t batch, int32_t height, int32_t width,
                         pawl_output_form output)
{
    const pw_lowering lowering = {.batch = batch,
                                  .height = height,
                                  .width = width,
                                  .input = PAWL_INPUT_F32_NCHW,
                                  .output = output,
                                  .crew = &at->crew};
    pw_program *program = NULL;
    assert_int_equal(pw_backend_cpu.lower(at->device_plan, &lowering, &program, NULL), PAWL_OK);
    pt_fill_input(program);
    return program;
}

/* Candidates are the decoded rows above the threshold, bit for bit and in order. */
static void candidates_are_rows(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 2);
    pw_program *decoded = lower(&at, 2, 24, 32, PAWL_OUTPUT_DECODED);
    pw_program *program = lower(&at, 2, 24, 32, PAWL_OUTPUT_CANDIDATES);
    static const float thresholds[] = {0.0f, 0.25f, 0.5f, 0.61f, 1.0f};
    for (size_t i = 0; i < PW_COUNT(thresholds); i++) {
        const pw_run run = {.threshold = thresholds[i]};
        assert_int_equal(pw_program_run(decoded, &run, NULL), PAWL_OK);
        assert_int_equal(pw_program_run(program, &run, NULL), PAWL_OK);
        const size_t rows = (size_t)decoded->outputs[0].dims[1];
        const float *row = decoded->outputs[0].data;
        for (size_t n = 0; n < 2; n++) {
            const pawl_candidates *found = &program->candidates[n];
            assert_int_equal(found->width, 8);
            size_t count = 0;
            for (size_t r = 0; r < rows; r++, row += 8) {
                if (!(row[4] > thresholds[i]))
                    continue;
                assert_true(count < found->count && found->index[count] == (int32_t)r);
                assert_memory_equal(found->rows + count * 8, row, 8 * sizeof(float));
                count++;
            }
            assert_int_equal(count, found->count);
            assert_true(thresholds[i] < 1.0f || count == 0);
            assert_true(thresholds[i] > 0.0f || count == rows);
        }
    }
    pw_backend_cpu.release(program);
    pw_backend_cpu.release(decoded);
    close_network(&at);
}

/* A batch leaves what its pictures leave alone, to the bit, and its activations take no more memory
 * than theirs. */
static void batch_is_its_pictures(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 2);
    for (int form = 0; form < 3; form++) {
        pw_program *all = lower(&at, 3, 24, 32, (pawl_output_form)form);
        pw_program *alone = lower(&at, 1, 24, 32, (pawl_output_form)form);
        const pw_run run = {.threshold = 0.5f};
        assert_int_equal(pw_program_run(all, &run, NULL), PAWL_OK);
        for (size_t n = 0; n < 3; n++) {
            memcpy(alone->input.data, (char *)all->input.data + n * alone->input.size,
                   alone->input.size);
            assert_int_equal(pw_program_run(alone, &run, NULL), PAWL_OK);
            for (size_t i = 0; i < alone->output_count; i++) {
                const size_t size = alone->outputs[i].size;
                assert_memory_equal((char *)all->outputs[i].data + n * size, alone->outputs[i].data,
                                    size);
            }
            if (alone->candidates == NULL)
                continue;
            const pawl_candidates *found = &all->candidates[n], *own = &alone->candidates[0];
            assert_int_equal(found->count, own->count);
            assert_true(n > 0 || own->count > 0);
            assert_memory_equal(found->rows, own->rows, own->count * own->width * sizeof(float));
            assert_memory_equal(found->index, own->index, own->count * sizeof(int32_t));
        }
        const size_t workspace = ((cpu_program *)alone)->kernels.schedule.workspace;
        if (form != PAWL_OUTPUT_RAW)
            assert_int_equal(((cpu_program *)all)->one->kernels.schedule.workspace, workspace);
        pw_backend_cpu.release(alone);
        pw_backend_cpu.release(all);
    }
    close_network(&at);
}

/* Each shape is another program of the same opened plan, and old ones go on working. */
static void shapes_change(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 2);
    const pw_run run = {.threshold = 0.5f};
    pw_program *first = lower(&at, 1, 16, 24, PAWL_OUTPUT_DECODED);
    assert_int_equal(pw_program_run(first, &run, NULL), PAWL_OK);
    float before[64];
    memcpy(before, first->outputs[0].data, sizeof(before));
    pw_program *second = lower(&at, 3, 40, 8, PAWL_OUTPUT_DECODED);
    assert_int_equal(pw_program_run(second, &run, NULL), PAWL_OK);
    assert_int_equal(second->outputs[0].dims[1], 2 * (20 * 4 + 10 * 2));
    pw_backend_cpu.release(second);
    assert_int_equal(pw_program_run(first, &run, NULL), PAWL_OK);
    assert_memory_equal(before, first->outputs[0].data, sizeof(before));
    pw_backend_cpu.release(first);
    close_network(&at);
}

/* A run succeeds where there is no memory left at all. */
static void run_allocates_nothing(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 2);
    const pw_run run = {.threshold = 0.5f};
    for (int form = 0; form < 3; form++) {
        pw_program *program = lower(&at, 2, 24, 32, (pawl_output_form)form);
        allocations_left = 0;
        const long before = blocks_out;
        for (int i = 0; i < 3; i++)
            assert_int_equal(pw_program_run(program, &run, NULL), PAWL_OK);
        assert_int_equal(blocks_out, before);
        allocations_left = 1000000;
        pw_backend_cpu.release(program);
    }
    close_network(&at);
}

/* Whichever allocation fails, open and lower say so and leave nothing behind. */
static void memory_runs_out(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 1);
    const pw_machine machine = {.isa = best_mask(), .name = "test"};
    const pw_lowering lowering = {.batch = 2,
                                  .height = 16,
                                  .width = 16,
                                  .input = PAWL_INPUT_F32_NCHW,
                                  .output = PAWL_OUTPUT_CANDIDATES};
    bool is_done = false;
    for (long limit = 0; !is_done; limit++) {
        pw_device_plan *device_plan = NULL;
        pw_program *program = NULL;
        const long before = blocks_out;
        allocations_left = limit;
        pawl_status status = pw_backend_cpu.open(&at.plan, &machine, &device_plan, NULL);
        if (status == PAWL_OK)
            status = pw_backend_cpu.lower(device_plan, &lowering, &program, NULL);
        is_done = status == PAWL_OK;
        assert_true(is_done || status == PAWL_ERR_MEMORY);
        allocations_left = 1000000;
        pw_backend_cpu.release(program);
        pw_backend_cpu.close(device_plan);
        assert_int_equal(blocks_out, before);
        assert_true(limit < 1000);
    }
    close_network(&at);
}

static int stop_at_third(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    (void)layer_id;
    (void)name;
    (void)tensor;
    return ++*(int *)user == 3;
}

static void observer_stops(void **state)
{
    (void)state;
    opened at;
    open_network(&at, 1);
    pw_program *program = lower(&at, 1, 8, 8, PAWL_OUTPUT_DECODED);
    int calls = 0;
    const pw_run run = {.threshold = 0.5f, .observer = stop_at_third, .observer_user = &calls};
    assert_int_equal(pw_program_run(program, &run, NULL), PAWL_ERR_CANCELLED);
    assert_int_equal(calls, 3);
    pw_backend_cpu.release(program);
    close_network(&at);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(forms)];
    for (size_t i = 0; i < PW_COUNT(forms); i++)
        tests[i] = (struct CMUnitTest){
            .name = forms[i].name, .test_func = agrees, .initial_state = &forms[i]};
    const struct CMUnitTest others[] = {
        cmocka_unit_test(harmed_weights_stay_floats),
        cmocka_unit_test(threads_agree),
        cmocka_unit_test(candidates_are_rows),
        cmocka_unit_test(batch_is_its_pictures),
        cmocka_unit_test(shapes_change),
        cmocka_unit_test_setup_teardown(run_allocates_nothing, memory_limited, memory_unlimited),
        cmocka_unit_test_setup_teardown(memory_runs_out, memory_limited, memory_unlimited),
        cmocka_unit_test(observer_stops),
    };
    const int wrong = cmocka_run_group_tests_name("cpu network", tests, NULL, NULL);
    return wrong + cmocka_run_group_tests_name("cpu programs", others, NULL, NULL);
}
