/* SPDX-License-Identifier: Apache-2.0 */
/* Modules of early releases that no published graph has: v1.0's ConvPlus, and the head that
 * Classify was from v2.0 to v6.1: means of all pixels, of one layer or several, then a convolution.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/yolov5.h"
#include "unit/model/tree_fixture.h"

static void open_graph(fixture *f, size_t graph)
{
    const pt_wts wts = {graph, 16, 1, 5, false, true, true, NULL, NULL, 0, NULL};
    pawl_error error = {.message = ""};
    const pw_module *root = NULL;
    size_t size = 0;
    f->text = pt_wts_make(&wts, &size);
    assert_int_equal(pt_wts_open(f->text, size, &f->weights, &error), PAWL_OK);
    assert_int_equal(pw_wts_topology(f->weights, NULL, &f->weights->arena, &root, &error), PAWL_OK);
    f->root = pw_arena_alloc(&f->weights->arena, sizeof *f->root);
    assert_non_null(f->root);
    *f->root = *root;
}

static void close_graph(fixture *f, pw_network *network)
{
    pw_network_free(network);
    pw_object_abandon(f->weights);
    free(f->text);
}

/* A small classifier of v7.0, whose head gets the children of the earlier one: its convolution of
 * 48 channels is what remains. */
static pw_module *make_early(fixture *f)
{
    open_graph(f, 3);
    pw_module *head = find(f, "model.9"), *conv = find(f, "model.9.conv.conv");
    pw_module *pool = pw_arena_alloc(&f->weights->arena, sizeof *pool);
    assert_true(head != NULL && conv != NULL && pool != NULL && head->child_count == 2);
    *pool = (pw_module){.name = "aap",
                        .path = "model.9.aap",
                        .package = "torch.nn.modules.pooling",
                        .type = "AdaptiveAvgPool2d"};
    conv->path = "model.9.conv";
    head->children[0] = pool;
    head->children[1] = conv;
    return conv;
}

static void expect(const pw_network *network, const pw_op *ops, size_t count)
{
    assert_true(network->layer_count > count);
    const pw_layer *layers = network->layers + network->layer_count - count;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(layers[i].op, ops[i]);
    assert_int_equal(network->model.task, PAWL_TASK_CLASSIFY);
}

static void run(fixture *f, int32_t classes, const pw_op *ops, size_t count)
{
    pw_network network = {.layer_count = 0};
    pawl_error error = {.message = ""};
    if (pw_yolov5_emit(f->root, true, &f->weights->arena, &network, &error) < 0)
        fail_msg("%s", error.message);
    expect(&network, ops, count);
    assert_int_equal(network.model.class_count, classes);
    close_graph(f, &network);
}

static void means_come_first(void **state)
{
    (void)state;
    static const pw_op ops[] = {PW_OP_GLOBALPOOL, PW_OP_CONV, PW_OP_CLASSIFY};
    fixture f;
    (void)make_early(&f);
    run(&f, 48, ops, PW_COUNT(ops));
}

/* Two inputs, the same layer here: twice the channels for half the classes. */
static void several_inputs_are_joined(void **state)
{
    (void)state;
    static const pw_op ops[] = {PW_OP_GLOBALPOOL, PW_OP_GLOBALPOOL, PW_OP_CONCAT, PW_OP_CONV,
                                PW_OP_CLASSIFY};
    fixture f;
    pw_module *conv = make_early(&f);
    const pw_value both[] = {integer(8), integer(8)};
    pw_tensor_data *weight = conv->tensors[0].tensor;
    const int64_t dims[] = {24, weight->dims[1] * 2, 1, 1};
    assert_string_equal(conv->tensors[0].key, "weight");
    assert_true(pw_tree_shape(weight, dims, 4));
    set(&f, conv, "out_channels", integer(dims[0]));
    set(&f, conv, "in_channels", integer(dims[1]));
    set(&f, find(&f, "model.9"), "f", list(&f, PW_VALUE_LIST, both, 2));
    run(&f, 24, ops, PW_COUNT(ops));
}

/* A Conv of 1 x 1, layer 10, becomes two convolutions, which is one of them twice. */
static void plus_is_a_sum(void **state)
{
    (void)state;
    fixture f;
    pw_network network = {.layer_count = 0};
    pawl_error error = {.message = ""};
    open_graph(&f, 0);
    pw_module *plus = find(&f, "model.10"), *conv = find(&f, "model.10.conv");
    pw_module *other = pw_arena_alloc(&f.weights->arena, sizeof *other);
    assert_true(plus != NULL && conv != NULL && other != NULL && plus->child_count == 3);
    *other = *conv;
    conv->name = "cv1";
    conv->path = "model.10.cv1";
    other->name = "cv2";
    other->path = "model.10.cv2";
    plus->package = "models.experimental";
    plus->type = "ConvPlus";
    plus->children[1] = other;
    plus->child_count = 2;
    if (pw_yolov5_emit(f.root, true, &f.weights->arena, &network, &error) < 0)
        fail_msg("%s", error.message);
    size_t at = 0;
    while (at < network.layer_count && strcmp(network.layers[at].name, "model.10.add") != 0)
        at++;
    assert_in_range(at, 2, network.layer_count - 1);
    const pw_layer *sum = &network.layers[at];
    assert_int_equal(sum->op, PW_OP_ADD);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sum[(ptrdiff_t)i - 2].op, PW_OP_CONV);
        assert_int_equal(sum->inputs[i], sum[(ptrdiff_t)i - 2].output);
    }
    assert_int_equal(sum[-1].inputs[0], sum[-2].inputs[0]);
    close_graph(&f, &network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_come_first),
        cmocka_unit_test(several_inputs_are_joined),
        cmocka_unit_test(plus_is_a_sum),
    };
    return cmocka_run_group_tests_name("early", tests, NULL, NULL);
}
