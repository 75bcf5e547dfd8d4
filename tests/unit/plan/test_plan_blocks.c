/* SPDX-License-Identifier: Apache-2.0 */
/* Plans with the operators that only some models have: written and read, shapes, and what a hostile
 * file could claim of them. */
#include "plan_fixture.h"

#define CLASSES 3
#define MASKS   4

/* pad, contract, expand, attention, transposed convolution, a segmentation head; global pooling on
 * the way, for nobody. */
static pawl_status make(pw_network *network, pawl_error *error)
{
    pt_builder b = {.network = network, .seed = 5, .error = error};
    const uint32_t x = pt_tensor(&b, 3), padded = pt_tensor(&b, 8), deep = pt_tensor(&b, 32);
    pt_layer(&b, PW_OP_INPUT, "input", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const uint32_t stem = pt_conv(&b, "0", x, (pt_conv_shape){3, 8, 3, 2, PW_ACT_SILU});
    pt_layer(&b, PW_OP_PAD, "1", stem, PW_NO_TENSOR, padded)->as.pad = (pw_pad){1, 1, 2, 0};
    pt_layer(&b, PW_OP_SPACE_TO_DEPTH, "2", padded, PW_NO_TENSOR, deep)->as.shuffle.factor = 2;
    const uint32_t flat = pt_tensor(&b, 8), mean = pt_tensor(&b, 8), seen = pt_tensor(&b, 8);
    pt_layer(&b, PW_OP_DEPTH_TO_SPACE, "3", deep, PW_NO_TENSOR, flat)->as.shuffle.factor = 2;
    pt_layer(&b, PW_OP_GLOBALPOOL, "4", flat, PW_NO_TENSOR, mean);
    pw_layer *attention = pt_layer(&b, PW_OP_ATTENTION, "5", stem, stem, seen);
    attention->inputs[2] = stem;
    attention->input_count = 3;
    attention->as.attention.heads = 2;
    const uint32_t prototypes = pt_tensor(&b, MASKS);
    pt_layer(&b, PW_OP_DECONV, "6", seen, PW_NO_TENSOR, prototypes)->as.deconv =
        (pw_deconv){.in_channels = 8,
                    .out_channels = MASKS,
                    .groups = 2,
                    .kernel = {3, 2},
                    .stride = {2, 2},
                    .padding = {1, 0},
                    .output_padding = {1, 0},
                    .dilation = {1, 1},
                    .weights = pt_values(&b, 8 * 2 * 6, 1, 0),
                    .bias = NULL};
    const uint32_t level =
        pt_conv(&b, "7", seen, (pt_conv_shape){8, 5 + CLASSES + MASKS, 1, 1, PW_ACT_NONE});
    pt_layer(&b, PW_OP_DETECT, "8", level, prototypes, PW_NO_TENSOR)->as.detect =
        (pw_detect){.class_count = CLASSES,
                    .anchor_count = 1,
                    .level_count = 1,
                    .stride = {2},
                    .anchor = {{{4, 6}}},
                    .mask_count = MASKS};
    network->source_layer_count = network->layer_count;
    network->model = (pw_model){.task = PAWL_TASK_SEGMENT,
                                .family = "custom",
                                .size = "custom",
                                .class_count = CLASSES,
                                .max_stride = 4,
                                .imgsz = 16};
    return b.status;
}

static pw_layer *of(pw_network *network, pw_op op)
{
    for (size_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].op == op)
            return &network->layers[i];
    fail_msg("no layer of operator %d", (int)op);
    return NULL;
}

static void shapes_are_pytorchs(void **state)
{
    static const struct {
        pw_op op;
        int32_t channels, height, width;
    } want[] = {{PW_OP_PAD, 8, 10, 14},
                {PW_OP_SPACE_TO_DEPTH, 32, 5, 7},
                {PW_OP_DEPTH_TO_SPACE, 8, 10, 14},
                {PW_OP_GLOBALPOOL, 8, 1, 1},
                {PW_OP_ATTENTION, 8, 8, 12},
                {PW_OP_DECONV, MASKS, 16, 24}};
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pw_shape shapes[16];
    (void)state;
    assert_int_equal(make(&network, &error), PAWL_OK);
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    assert_int_equal(pw_network_infer(&network, 2, 16, 24, shapes, &error), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(want); i++) {
        const pw_shape *got = &shapes[of(&network, want[i].op)->output];
        assert_int_equal(got->batch, 2);
        assert_int_equal(got->channels, want[i].channels);
        assert_int_equal(got->height, want[i].height);
        assert_int_equal(got->width, want[i].width);
    }
    of(&network, PW_OP_PAD)->as.pad.left = 1; /* an odd width cannot be taken in blocks of 2 */
    assert_int_equal(pw_network_infer(&network, 1, 16, 16, shapes, &error), PAWL_ERR_ARGUMENT);
    pw_network_free(&network);
}

static void same_layer(const pw_layer *a, const pw_layer *b)
{
    assert_int_equal(a->op, b->op);
    assert_int_equal(a->input_count, b->input_count);
    assert_memory_equal(a->inputs, b->inputs, a->input_count * sizeof(uint32_t));
    if (a->op == PW_OP_DETECT)
        assert_int_equal(a->as.detect.mask_count, b->as.detect.mask_count);
    if (a->op == PW_OP_PAD)
        assert_memory_equal(&a->as.pad, &b->as.pad, sizeof a->as.pad);
    if (a->op == PW_OP_SPACE_TO_DEPTH || a->op == PW_OP_DEPTH_TO_SPACE)
        assert_int_equal(a->as.shuffle.factor, b->as.shuffle.factor);
    if (a->op == PW_OP_ATTENTION)
        assert_int_equal(a->as.attention.heads, b->as.attention.heads);
    if (a->op == PW_OP_DECONV) {
        assert_memory_equal(&a->as.deconv, &b->as.deconv, offsetof(pw_deconv, weights));
        assert_memory_equal(a->as.deconv.weights, b->as.deconv.weights, 96 * sizeof(float));
        assert_null(b->as.deconv.bias);
    }
}

/* Every byte of the layers at its extremes, checksums right: read as another sound plan, or
 * refused. */
static void bear_damage(const pt_bytes *engine)
{
    uint8_t *data = malloc(engine->size);
    assert_non_null(data);
    const size_t start = pt_section_offset(engine, PW_SECTION_NETWORK);
    for (size_t i = 0; i < pt_section_size(engine, PW_SECTION_NETWORK); i++)
        for (int kind = 0; kind < 3; kind++) {
            pw_plan *plan PW_MAKING = NULL;
            pawl_error error = {.message = ""};
            memcpy(data, engine->data, engine->size);
            data[start + i] = (uint8_t)(kind == 0 ? 0 : kind == 1 ? 0xff : data[start + i] ^ 1);
            pt_fix_checksums(data, engine->size);
            const pawl_status status = pw_plan_parse(data, engine->size, &plan, &error);
            assert_true(status >= 0 || status == PAWL_ERR_CORRUPT || status == PAWL_ERR_LIMIT);
        }
    free(data);
}

static void written_and_read_is_the_same(void **state)
{
    const fixture *f = *state;
    pw_network network = {.source_layer_count = 0}, twin = {.source_layer_count = 0};
    const pw_plan_desc desc = {
        .profile = {.batch_min = 1, .batch_opt = 1, .batch_max = 2, .height = 16, .width = 16},
        .options = PW_BUILD_OPTIONS_INIT,
        .backend = "cpu",
        .precision = "fp32",
        .source_name = "x.pt"};
    pw_plan *made PW_MAKING = NULL, *read PW_MAKING = NULL;
    pawl_error error = {.message = ""};
    char path[128];
    path_in(f, "blocks.engine", path);
    assert_int_equal(make(&network, &error), PAWL_OK);
    assert_int_equal(make(&twin, &error), PAWL_OK);
    if (pw_plan_assemble(&network, &desc, &made, &error) < 0)
        fail_msg("%s", error.message);
    pawl_plan *plan = pw_object_publish(PW_TAKE(made));
    assert_int_equal(pawl_plan_save(plan, path, &error), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    pt_bytes bytes = pt_read_file(path);
    if (pw_plan_parse(bytes.data, bytes.size, &read, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(read->network.layer_count, twin.layer_count);
    for (size_t i = 0; i < twin.layer_count; i++)
        same_layer(&twin.layers[i], &read->network.layers[i]);
    bear_damage(&bytes);
    free(bytes.data);
    assert_int_equal(unlink(path), 0);
    pw_network_free(&network);
    pw_network_free(&twin);
}

#define DAMAGE(name, ...)           \
    static void name(pw_network *n) \
    {                               \
        __VA_ARGS__;                \
    }
DAMAGE(pad_negative, of(n, PW_OP_PAD)->as.pad.left = -1)
DAMAGE(pad_huge, of(n, PW_OP_PAD)->as.pad.top = INT32_MAX)
DAMAGE(shuffle_zero, of(n, PW_OP_SPACE_TO_DEPTH)->as.shuffle.factor = 0)
DAMAGE(shuffle_channels, of(n, PW_OP_DEPTH_TO_SPACE)->as.shuffle.factor = 3)
DAMAGE(shuffle_huge, of(n, PW_OP_DEPTH_TO_SPACE)->as.shuffle.factor = INT32_MAX)
DAMAGE(heads_zero, of(n, PW_OP_ATTENTION)->as.attention.heads = 0)
DAMAGE(heads_odd, of(n, PW_OP_ATTENTION)->as.attention.heads = 3)
DAMAGE(attention_inputs, of(n, PW_OP_ATTENTION)->input_count = 2)
DAMAGE(deconv_in, of(n, PW_OP_DECONV)->as.deconv.in_channels = 4)
DAMAGE(deconv_groups, of(n, PW_OP_DECONV)->as.deconv.groups = 3)
DAMAGE(deconv_stride, of(n, PW_OP_DECONV)->as.deconv.stride[1] = 0)
DAMAGE(deconv_output_padding, of(n, PW_OP_DECONV)->as.deconv.output_padding[0] = 2)
DAMAGE(deconv_weights, of(n, PW_OP_DECONV)->as.deconv.weights = NULL)
DAMAGE(masks_none, of(n, PW_OP_DETECT)->as.detect.mask_count = 0)
DAMAGE(masks_negative, of(n, PW_OP_DETECT)->as.detect.mask_count = -4)
DAMAGE(masks_other, of(n, PW_OP_DETECT)->as.detect.mask_count = 5)
DAMAGE(prototypes_missing, of(n, PW_OP_DETECT)->input_count = 1)
DAMAGE(task_of_boxes, n->model.task = PAWL_TASK_DETECT)
DAMAGE(head_of_classes, of(n, PW_OP_DETECT)->op = PW_OP_CLASSIFY)

static struct damage_row {
    const char *name;
    void (*damage)(pw_network *network);
    const char *message;
} rows[] = {
    {"a negative padding", pad_negative, "left is -1, not 0 to 255"},
    {"a huge padding", pad_huge, "top is 2147483647"},
    {"contract by nothing", shuffle_zero, "factor is 0"},
    {"expand into other channels", shuffle_channels, "factor of 3"},
    {"expand by too much", shuffle_huge, "factor is 2147483647"},
    {"no heads", heads_zero, "heads is 0"},
    {"heads that do not divide", heads_odd, "3 heads"},
    {"attention without values", attention_inputs, "2 inputs"},
    {"a transposed convolution's inputs", deconv_in, "4 -> 4 channels"},
    {"a transposed convolution's groups", deconv_groups, "3 groups"},
    {"a transposed convolution's stride", deconv_stride, "stride"},
    {"an output padding as large as the stride", deconv_output_padding, "output padding of 2"},
    {"no weights", deconv_weights, "no weights"},
    {"no coefficients", masks_none, "1 levels from 2 inputs"},
    {"negative coefficients", masks_negative, "mask coefficients is -4"},
    {"coefficients without prototypes", masks_other, "mask coefficients"},
    {"no prototypes", prototypes_missing, "1 levels from 1 inputs"},
    {"masks in a model of boxes", task_of_boxes, "another task"},
    {"a classifier's head elsewhere", head_of_classes, "2 inputs"},
};

static void refuses(void **state)
{
    const struct damage_row *row = *state;
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    assert_int_equal(make(&network, &error), PAWL_OK);
    row->damage(&network);
    assert_int_equal(pw_network_validate(&network, &error), PAWL_ERR_CORRUPT);
    if (strstr(error.message, row->message) == NULL)
        fail_msg("%s", error.message);
    pw_network_free(&network);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(rows) + 2] = {
        cmocka_unit_test(shapes_are_pytorchs),
        cmocka_unit_test_setup_teardown(written_and_read_is_the_same, make_fixture, drop_fixture),
    };
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[2 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = refuses, .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("plans of blocks", tests, NULL, NULL);
}
