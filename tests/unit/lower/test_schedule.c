/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of lowering, each on small networks made by hand. */
#include "base/cpu_info.h"
#include "lower/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static float weights[64 * 64 * 9];

typedef struct made {
    pw_network network;
    pw_arena arena;
    pw_schedule schedule;
} made;

static uint32_t add_tensor(pw_network *network, int32_t channels)
{
    uint32_t tensor = 0;
    assert_int_equal(pw_network_add_tensor(network, channels, &tensor, NULL), PAWL_OK);
    return tensor;
}

static uint32_t add(pw_network *network, pw_layer layer, int32_t channels)
{
    layer.output = add_tensor(network, channels);
    layer.name = "layer";
    assert_int_equal(pw_network_add_layer(network, &layer, NULL), PAWL_OK);
    return layer.output;
}

static uint32_t add_input(pw_network *network)
{
    network->model.max_stride = 1;
    return add(network, (pw_layer){.op = PW_OP_INPUT}, 3);
}

static uint32_t add_conv(pw_network *network, uint32_t input, int32_t channels, int32_t kernel)
{
    pw_layer layer = {.op = PW_OP_CONV, .inputs = {input}, .input_count = 1};
    layer.as.conv = (pw_conv){.in_channels = network->tensors[input].channels,
                              .out_channels = channels,
                              .groups = 1,
                              .kernel = {kernel, kernel},
                              .stride = {1, 1},
                              .padding = {kernel / 2, kernel / 2},
                              .dilation = {1, 1},
                              .weights = weights};
    return add(network, layer, channels);
}

static uint32_t add_pair(pw_network *network, pw_op op, uint32_t a, uint32_t b, int32_t channels)
{
    return add(network, (pw_layer){.op = op, .inputs = {a, b}, .input_count = 2}, channels);
}

/* All stages at 8 x 8. */
static void schedule_of(made *at, pawl_input_form input)
{
    const pw_schedule_desc desc = {.network = &at->network,
                                   .machine = {.isa = pw_isa_mask(), .l2 = 1 << 20},
                                   .batch = 1,
                                   .height = 8,
                                   .width = 8,
                                   .input = input,
                                   .workers = 1};
    pawl_error error = {0};
    if (pw_schedule_make(&desc, &at->arena, &at->schedule, &error) != PAWL_OK)
        fail_msg("%s", error.message);
}

static void release(made *at)
{
    pw_arena_free(&at->arena);
    pw_network_free(&at->network);
}

/* Operands of the network's tensors come first, in its order; slices lie in their roots. */
static void operands_are_tensors(void **state)
{
    (void)state;
    made at = {0};
    pw_network *network = &at.network;
    const uint32_t input = add_input(network);
    const uint32_t a = add_conv(network, input, 16, 3), b = add_conv(network, a, 24, 1);
    const uint32_t both = add_pair(network, PW_OP_CONCAT, a, b, 40);
    network->tensors[b].parent = both;
    network->tensors[b].channel_offset = 16;
    (void)add_conv(network, both, 8, 1);
    schedule_of(&at, PAWL_INPUT_F32_NCHW);
    const pw_operand *operands = at.schedule.operands;
    assert_int_equal(operands[a].root, a);
    assert_int_equal(operands[b].root, both);
    assert_int_equal(operands[b].offset, 16);
    assert_int_equal(operands[b].tensor.pixel, 40);
    assert_int_equal(operands[both].tensor.pixel, 40);
    /* a is copied, b lies there: one step for the concatenation */
    size_t copies = 0;
    for (size_t s = 0; s < at.schedule.step_count; s++)
        copies += at.schedule.steps[s].problem.op == PK_REORDER;
    assert_int_equal(copies, 1);
    release(&at);
}

/* Planes are read by the first convolution itself; bytes need a step of their own, and so do planes
 * with two readers. */
static void input_is_shortened(void **state)
{
    (void)state;
    made one = {0}, two = {0};
    const uint32_t input = add_input(&one.network);
    (void)add_conv(&one.network, input, 16, 3);
    schedule_of(&one, PAWL_INPUT_F32_NCHW);
    assert_int_equal(one.schedule.step_count, 1);
    assert_int_equal(one.schedule.steps[0].source[0], one.schedule.input);
    assert_true(pk_is_planes(&one.schedule.steps[0].problem.source[0]));
    pw_arena_free(&one.arena);
    schedule_of(&one, PAWL_INPUT_U8_NHWC);
    assert_int_equal(one.schedule.step_count, 2);
    assert_int_equal(one.schedule.steps[0].problem.op, PK_REORDER);
    release(&one);

    const uint32_t shared = add_input(&two.network);
    const uint32_t a = add_conv(&two.network, shared, 16, 3);
    const uint32_t b = add_conv(&two.network, shared, 16, 3);
    (void)add_pair(&two.network, PW_OP_ADD, a, b, 16);
    schedule_of(&two, PAWL_INPUT_F32_NCHW);
    assert_int_equal(two.schedule.step_count, 4);
    release(&two);
}

/* YOLOv5's first layer needs no step before it, where its kernels can read bytes. */
static void stem_reads_bytes(void **state)
{
    (void)state;
    made at = {0};
    const uint32_t input = add_input(&at.network);
    (void)add_conv(&at.network, input, 16, 6);
    pw_conv *conv = &at.network.layers[1].as.conv;
    conv->stride[0] = conv->stride[1] = 2;
    conv->padding[0] = conv->padding[1] = 2;
    schedule_of(&at, PAWL_INPUT_U8_NHWC);
    const pw_schedule *schedule = &at.schedule;
    const pk_problem *last = &schedule->steps[schedule->step_count - 1].problem;
    const bool has_kernel = (pw_isa_mask() & PK_AVX2) != 0;
    assert_int_equal(schedule->step_count, has_kernel ? 1 : 2);
    assert_int_equal(last->source[0].type, has_kernel ? PK_U8 : PK_F32);
    release(&at);
}

/* A detector of one level; its head's convolution is read by another layer too, or not. */
static void make_detector(made *at, bool is_shared)
{
    pw_network *network = &at->network;
    const uint32_t map = add_conv(network, add_input(network), 8, 3);
    const uint32_t head = add_conv(network, map, 2 * 7, 1);
    if (is_shared)
        (void)add_conv(network, head, 8, 1);
    pw_layer detect = {
        .op = PW_OP_DETECT, .inputs = {head}, .input_count = 1, .output = PW_NO_TENSOR};
    detect.name = "detect";
    detect.as.detect = (pw_detect){.level_count = 1, .class_count = 2, .anchor_count = 2};
    detect.as.detect.stride[0] = 1;
    assert_int_equal(pw_network_add_layer(network, &detect, NULL), PAWL_OK);
}

/* The gate of the head's convolution in a form of output. */
static pk_gate gate_of(made *at, pawl_output_form output)
{
    const pw_schedule_desc desc = {.network = &at->network,
                                   .machine = {.isa = pw_isa_mask(), .l2 = 1 << 20},
                                   .batch = 1,
                                   .height = 8,
                                   .width = 8,
                                   .output = output,
                                   .workers = 1};
    pk_gate gate = {0};
    assert_int_equal(pw_schedule_make(&desc, &at->arena, &at->schedule, NULL), PAWL_OK);
    for (size_t s = 0; s < at->schedule.step_count; s++)
        if (at->schedule.steps[s].problem.op == PK_CONV &&
            at->schedule.steps[s].problem.destination.channels == 2 * 7)
            gate = at->schedule.steps[s].problem.as.window.gate;
    pw_arena_free(&at->arena);
    return gate;
}

/* Where candidates are asked for, a head that nobody else reads is computed where they are. */
static void heads_of_candidates_are_gated(void **state)
{
    (void)state;
    made alone = {0}, shared = {0};
    make_detector(&alone, false);
    const pk_gate gate = gate_of(&alone, PAWL_OUTPUT_CANDIDATES);
    assert_int_equal(gate.count, 2);
    assert_int_equal(gate.first, 4);
    assert_int_equal(gate.step, 7);
    assert_int_equal(gate_of(&alone, PAWL_OUTPUT_DECODED).count, 0);
    assert_int_equal(gate_of(&alone, PAWL_OUTPUT_RAW).count, 0);
    release(&alone);
    make_detector(&shared, true);
    assert_int_equal(gate_of(&shared, PAWL_OUTPUT_CANDIDATES).count, 0);
    release(&shared);
}

/* A type that an operator has no implementation for is worked on as floats,
 * with reorders around. */
static void odd_types_go_through_floats(void **state)
{
    (void)state;
    made at = {0};
    pw_network *network = &at.network;
    const uint32_t input = add_input(network);
    const uint32_t a = add_conv(network, input, 16, 3), b = add_conv(network, a, 16, 3);
    const uint32_t sum = add_pair(network, PW_OP_ADD, a, b, 16);
    network->tensors[b].dtype = PAWL_BF16;
    network->tensors[sum].dtype = PAWL_BF16;
    schedule_of(&at, PAWL_INPUT_F32_NCHW);
    const pw_schedule *schedule = &at.schedule;
    const pw_step *last = &schedule->steps[schedule->step_count - 1];
    assert_int_equal(schedule->step_count, 5); /* conv, conv, b to floats, add, sum to BF16 */
    assert_int_equal(schedule->steps[1].problem.destination.type, PK_BF16);
    assert_int_equal(last->problem.op, PK_REORDER);
    assert_int_equal(last->destination, sum);
    for (size_t s = 0; s < schedule->step_count; s++)
        assert_true(
            pk_fits(schedule->steps[s].implementation, pw_isa_mask(), &schedule->steps[s].problem));
    release(&at);
}

/* Copies of a type that nobody copies get reorders too, before they are refused: concatenations of
 * many inputs have the most of them. An engine may say so. */
static void copies_of_odd_types_are_refused(void **state)
{
    (void)state;
    made at = {0};
    pw_network *network = &at.network;
    const pw_schedule_desc desc = {.network = network,
                                   .machine = {.isa = pw_isa_mask(), .l2 = 1 << 20},
                                   .batch = 1,
                                   .height = 8,
                                   .width = 8,
                                   .workers = 1};
    pawl_error error = {0};
    pw_layer concat = {.op = PW_OP_CONCAT, .input_count = PW_MAX_INPUTS};
    const uint32_t input = add_input(network);
    for (uint32_t i = 0; i < PW_MAX_INPUTS; i++)
        concat.inputs[i] = input;
    for (int i = 0; i < 64; i++)
        (void)add(network, concat, 3 * PW_MAX_INPUTS);
    for (size_t t = 0; t < network->tensor_count; t++) {
        network->tensors[t].dtype = PAWL_I8;
        network->tensors[t].scale = 0.5f;
    }
    assert_int_equal(pw_network_validate(network, &error), PAWL_OK);
    assert_int_equal(pw_schedule_make(&desc, &at.arena, &at.schedule, &error),
                     PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "no kernel here runs reorder"));
    release(&at);
}

static const pk_implementation *prefer_generic(void *user, const pk_problem *problem)
{
    ++*(int *)user;
    return problem->op == PK_CONV ? pk_find("conv_f32_generic_4x16", PK_GENERIC, problem) : NULL;
}

/* What was measured comes before the table's order; what it has no word on stays. */
static void preference_comes_first(void **state)
{
    (void)state;
    made at = {0};
    pw_network *network = &at.network;
    const uint32_t input = add_input(network);
    const uint32_t a = add_conv(network, input, 16, 3);
    (void)add_pair(network, PW_OP_ADD, a, a, 16);
    int asked = 0;
    const pw_schedule_desc desc = {.network = network,
                                   .machine = {.isa = pw_isa_mask(), .l2 = 1 << 20},
                                   .batch = 1,
                                   .height = 8,
                                   .width = 8,
                                   .workers = 1,
                                   .prefer = prefer_generic,
                                   .prefer_user = &asked};
    assert_int_equal(pw_schedule_make(&desc, &at.arena, &at.schedule, NULL), PAWL_OK);
    assert_string_equal(at.schedule.steps[0].implementation->name, "conv_f32_generic_4x16");
    assert_ptr_equal(at.schedule.steps[1].implementation,
                     pk_select(pw_isa_mask(), &at.schedule.steps[1].problem));
    assert_true(asked > 0);
    release(&at);
}

/* What lives at the same time never overlaps, what does not shares memory, and bound operands have
 * none. */
static void memory_is_shared(void **state)
{
    (void)state;
    made at = {0};
    pw_network *network = &at.network;
    uint32_t tensor = add_input(network);
    for (int i = 0; i < 6; i++)
        tensor = add_conv(network, tensor, 32, 3);
    schedule_of(&at, PAWL_INPUT_U8_NHWC);
    const pw_schedule *schedule = &at.schedule;
    const size_t map = 8 * 8 * 32 * sizeof(float);
    assert_true(schedule->workspace >= 2 * map && schedule->workspace < 3 * map);
    assert_int_equal(schedule->buffers[schedule->input].size, 0);
    for (size_t a = 0; a < schedule->operand_count; a++)
        for (size_t b = 0; b < a; b++) {
            const pw_buffer *x = &schedule->buffers[a], *y = &schedule->buffers[b];
            const bool at_once = x->first <= y->last && y->first <= x->last;
            if (x->size > 0 && y->size > 0 && at_once)
                assert_true(x->offset + x->size <= y->offset || y->offset + y->size <= x->offset);
        }
    release(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_are_tensors),
        cmocka_unit_test(input_is_shortened),
        cmocka_unit_test(stem_reads_bytes),
        cmocka_unit_test(heads_of_candidates_are_gated),
        cmocka_unit_test(odd_types_go_through_floats),
        cmocka_unit_test(copies_of_odd_types_are_refused),
        cmocka_unit_test(preference_comes_first),
        cmocka_unit_test(memory_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
