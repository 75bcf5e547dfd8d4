/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that only some models have, and the heads of segmentation and classification, on the CPU
 * backend against the reference: odd shapes, batches, all instruction sets. */
#include "unit/backend/cpu_fixture.h"
#include "unit/base/cmocka_all.h"

#include "base/compiler.h"

typedef void (*make_fn)(pw_network *network);

static void make_pad(pw_network *network)
{
    const uint32_t x = pt_add_1x1(network, pt_add_input(network), 7);
    pw_layer layer = {.op = PW_OP_PAD, .inputs = {x}, .input_count = 1};
    layer.as.pad = (pw_pad){.top = 2, .bottom = 1, .left = 0, .right = 3};
    pt_add_1x1(network, pt_add(network, layer, 7), 5);
}

static void make_shuffles(pw_network *network)
{
    const uint32_t x = pt_add_1x1(network, pt_add_input(network), 9);
    pw_layer contract = {.op = PW_OP_SPACE_TO_DEPTH, .inputs = {x}, .input_count = 1};
    contract.as.shuffle.factor = 2;
    const uint32_t deep = pt_add_1x1(network, pt_add(network, contract, 36), 18);
    pw_layer expand = {.op = PW_OP_DEPTH_TO_SPACE, .inputs = {deep}, .input_count = 1};
    expand.as.shuffle.factor = 3;
    pt_add_1x1(network, pt_add(network, expand, 2), 4);
}

static void make_deconvs(pw_network *network)
{
    static const pw_deconv shapes[] = {
        {.out_channels = 9, .groups = 1, .kernel = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}},
        {.out_channels = 6,
         .groups = 3,
         .kernel = {3, 4},
         .stride = {2, 1},
         .padding = {1, 2},
         .output_padding = {1, 0},
         .dilation = {1, 2}},
        {.out_channels = 6,
         .groups = 6,
         .kernel = {4, 4},
         .stride = {2, 2},
         .padding = {1, 1},
         .dilation = {1, 1}},
        {.out_channels = 35,
         .groups = 1,
         .kernel = {1, 3},
         .stride = {3, 2},
         .padding = {0, 1},
         .output_padding = {2, 1},
         .dilation = {1, 1}},
    };
    uint32_t x = pt_add_1x1(network, pt_add_input(network), 4);
    for (size_t i = 0; i < PW_COUNT(shapes); i++)
        x = pt_add_deconv(network, x, shapes[i]);
}

/* Queries, keys and values are slices of one concatenation: other strides than their channels. */
static void make_attention(pw_network *network)
{
    const uint32_t x = pt_add_1x1(network, pt_add_input(network), 20);
    const uint32_t parts[3] = {pt_add_1x1(network, x, 20), pt_add_1x1(network, x, 20),
                               pt_add_1x1(network, x, 20)};
    const uint32_t joined = pt_add_concat(network, parts, 3);
    pt_elide(network, joined);
    pw_layer layer = {
        .op = PW_OP_ATTENTION, .inputs = {parts[0], parts[1], parts[2]}, .input_count = 3};
    layer.as.attention.heads = 4;
    const uint32_t seen = pt_add(network, layer, 20);
    pw_layer mean = {.op = PW_OP_AVGPOOL, .input_count = 1};
    mean.inputs[0] = pt_add_sum(network, pt_add_1x1(network, joined, 20), seen);
    mean.as.pool = (pw_pool){{3, 2}, {2, 1}, {1, 1}}; /* zeros in the padding count */
    pt_add(network, mean, 20);
}

static void make_classifier(pw_network *network)
{
    const uint32_t x = pt_add_1x1(network, pt_add_input(network), 21);
    const pw_layer pool = {.op = PW_OP_GLOBALPOOL, .inputs = {x}, .input_count = 1};
    const pw_conv linear = {
        .out_channels = 11, .groups = 1, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    const uint32_t mean = pt_add(network, pool, 21);
    const uint32_t logits = pt_add_conv(network, mean, PW_NO_TENSOR, linear);
    network->model.task = PAWL_TASK_CLASSIFY;
    network->model.class_count = 11;
    pt_add(network, (pw_layer){.op = PW_OP_CLASSIFY, .inputs = {logits}, .input_count = 1}, 0);
}

/* One level of stride 1 with 2 anchors, 3 classes, 6 coefficients; prototypes at twice its size. */
static void make_segmenter(pw_network *network)
{
    const uint32_t x = pt_add_1x1(network, pt_add_input(network), 12);
    const pw_conv raw = {
        .out_channels = 28, .groups = 1, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1}};
    const uint32_t level = pt_add_conv(network, x, PW_NO_TENSOR, raw);
    const uint32_t prototypes = pt_add_1x1(network, pt_add_upsample(network, x, 2), 6);
    pw_layer head = {.op = PW_OP_DETECT, .inputs = {level, prototypes}, .input_count = 2};
    head.as.detect = (pw_detect){.class_count = 3,
                                 .anchor_count = 2,
                                 .level_count = 1,
                                 .stride = {1},
                                 .anchor = {{{3, 4}, {6, 5}}},
                                 .mask_count = 6};
    network->model.task = PAWL_TASK_SEGMENT;
    network->model.class_count = 3;
    network->model.max_stride = 1;
    pt_add(network, head, 0);
}

static struct block_row {
    const char *name;
    make_fn make;
    int32_t batch, height, width;
    pawl_input_form input;
    pawl_output_form output;
    size_t outputs;
} rows[] = {
    {"padding", make_pad, 2, 5, 7, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"padding one pixel", make_pad, 1, 1, 1, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"contract and expand", make_shuffles, 2, 6, 10, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"transposed convolutions", make_deconvs, 2, 3, 5, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"transposed, one pixel", make_deconvs, 1, 1, 2, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"attention", make_attention, 2, 5, 9, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 0},
    {"attention of one token", make_attention, 1, 1, 1, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED,
     0},
    {"classifier", make_classifier, 3, 7, 5, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 1},
    {"classifier of bytes", make_classifier, 2, 9, 4, PAWL_INPUT_U8_NHWC, PAWL_OUTPUT_CANDIDATES,
     1},
    {"classifier, raw", make_classifier, 1, 8, 8, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, 1},
    {"segmenter", make_segmenter, 2, 5, 7, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_DECODED, 2},
    {"segmenter, candidates", make_segmenter, 2, 5, 7, PAWL_INPUT_U8_NHWC, PAWL_OUTPUT_CANDIDATES,
     1},
    {"segmenter, raw", make_segmenter, 2, 5, 7, PAWL_INPUT_F32_NCHW, PAWL_OUTPUT_RAW, 2},
};

static void agrees(void **state)
{
    static const uint32_t levels[] = {PW_ISA_GENERIC, PW_ISA_SSE41, PW_ISA_AVX2, PW_ISA_AVX512,
                                      PW_ISA_NEON};
    const struct block_row *row = *state;
    pw_network network = {0};
    pawl_error error = {0};
    row->make(&network);
    if (pw_network_validate(&network, &error) < 0)
        fail_msg("%s", error.message);
    pt_setting setting = {&pw_backend_reference, 0,          2,          row->batch,
                          row->height,           row->width, row->input, row->output};
    pt_results want, got;
    pt_run(&network, &setting, &want);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(want.outputs[i] != NULL, i < row->outputs);
    setting.backend = &pw_backend_cpu;
    for (size_t i = 0; i < PW_COUNT(levels); i++) {
        if ((levels[i] & ~pw_isa_machine()) != 0)
            continue;
        setting.isa |= levels[i];
        for (setting.threads = 1; setting.threads <= 3; setting.threads += 2) {
            pt_run(&network, &setting, &got);
            const double apart = pt_difference(&got, &want);
            if (apart > 1e-5)
                fail_msg("mask %x, %d threads: off by %g", setting.isa, setting.threads, apart);
            pt_results_free(&got);
        }
    }
    pt_results_free(&want);
    pw_network_free(&network);
}

/* Candidates carry their coefficients, and are rows of the decoded tensor. */
static void candidates_carry_coefficients(void **state)
{
    (void)state;
    const pw_backend *const backends[] = {&pw_backend_reference, &pw_backend_cpu};
    for (size_t b = 0; b < PW_COUNT(backends); b++) {
        pw_network network = {0};
        make_segmenter(&network);
        pw_plan plan = {.network = network};
        const pw_machine machine = {.isa = pw_isa_machine(), .name = "test"};
        pw_device_plan *device = NULL;
        pw_program *all = NULL, *some = NULL;
        pw_run run = {.threshold = 0.5f};
        pw_lowering to = {.batch = 2,
                          .height = 5,
                          .width = 7,
                          .input = PAWL_INPUT_F32_NCHW,
                          .output = PAWL_OUTPUT_DECODED};
        assert_int_equal(backends[b]->open(&plan, &machine, &device, NULL), PAWL_OK);
        assert_int_equal(backends[b]->lower(device, &to, &all, NULL), PAWL_OK);
        to.output = PAWL_OUTPUT_CANDIDATES;
        assert_int_equal(backends[b]->lower(device, &to, &some, NULL), PAWL_OK);
        pt_fill_input(all);
        pt_fill_input(some);
        assert_int_equal(pw_program_run(all, &run, NULL), PAWL_OK);
        run.threshold = ((const float *)all->outputs[0].data)[35 * 14 + 4]; /* some exceed it */
        assert_int_equal(pw_program_run(some, &run, NULL), PAWL_OK);
        assert_int_equal(all->outputs[0].dims[2], 14);
        assert_memory_equal(all->outputs[1].data, some->outputs[0].data, all->outputs[1].size);
        for (size_t n = 0; n < 2; n++) {
            const pawl_candidates *found = &some->candidates[n];
            const float *decoded = (const float *)all->outputs[0].data + n * 70 * 14;
            assert_int_equal(found->width, 14);
            assert_true(found->count > 0 && found->count < 70);
            for (size_t i = 0; i < found->count; i++)
                assert_memory_equal(found->rows + i * 14, decoded + (size_t)found->index[i] * 14,
                                    14 * sizeof(float));
        }
        backends[b]->release(all);
        backends[b]->release(some);
        backends[b]->close(device);
        pw_network_free(&network);
    }
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(rows) + 1];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = agrees, .initial_state = &rows[i]};
    tests[PW_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(candidates_carry_coefficients);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
