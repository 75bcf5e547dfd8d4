/* SPDX-License-Identifier: Apache-2.0 */
/* .wts files of the published graphs give networks whatever their width and depth; others are
 * refused with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "unit/model/wts_text.h"
#include <stdlib.h>
#include <string.h>

static struct wts_row {
    const char *name;
    pt_wts wts;
    int64_t layers;                  /* of the network */
    int32_t adds;                    /* Bottlenecks of the backbone */
    const char *family, *activation; /* activation: what the user says */
    pw_activation kind;              /* of a Conv's activation */
    float epsilon;
} good[] = {
/* clang-format off */
#define WTS(graph, divisor, depth, classes) {graph, divisor, depth, classes, false, true, true, NULL, NULL, 0, NULL}
    {"P5, depth 1", WTS(0, 16, 1, 2), 201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, depth 2, one class", WTS(0, 8, 2, 1), 274, 14, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, fused", {0, 16, 1, 2, true, true, true, NULL, NULL, 0, NULL}, 144, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, without strides", {0, 16, 1, 80, false, false, true, NULL, NULL, 0, NULL}, 201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, without strides and grid", {0, 16, 1, 2, false, false, false, NULL, NULL, 0, NULL}, 201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, without batch counters", {0, 16, 1, 2, false, true, true, "model.3.bn.num_batches_tracked", NULL, 0, NULL},
     201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, counted by thop", {0, 16, 1, 2, false, true, true, NULL, "model.12.total_ops", 1, "model.12.total_ops"},
     201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, counted by thop as a whole", {0, 16, 1, 2, false, true, true, NULL, "total_params", 1, "total_params"},
     201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5, a width that is the head's outputs", WTS(0, 16, 1, 123), 201, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P5 with LeakyReLU", WTS(0, 16, 1, 2), 201, 7, "v6-v7", "leaky", PW_ACT_LEAKY_RELU, 1e-3f},
    {"P6, depth 1", WTS(1, 32, 1, 3), 263, 8, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"P6, without strides", {1, 32, 2, 3, false, false, false, NULL, NULL, 0, NULL}, 355, 16, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"segmentation", WTS(2, 16, 1, 80), 211, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"classification", WTS(3, 16, 1, 5), 111, 7, "v6-v7", NULL, PW_ACT_SILU, 1e-3f},
    {"v4 P5", WTS(4, 16, 1, 2), 207, 7, "v4-v5", NULL, PW_ACT_SILU, 1e-3f},
    {"v4 P5, fused", {4, 16, 1, 2, true, true, true, NULL, NULL, 0, NULL}, 148, 7, "v4-v5", NULL, PW_ACT_SILU, 1e-3f},
    {"v5 P6", WTS(5, 32, 1, 3), 269, 8, "v4-v5", NULL, PW_ACT_SILU, 1e-3f},
    {"v2 as the user says", WTS(6, 16, 1, 2), 215, 7, "v2-v3", "leaky", PW_ACT_LEAKY_RELU, 1e-3f},
    {"v3 as the user says", WTS(6, 16, 1, 2), 215, 7, "v2-v3", "hardswish", PW_ACT_HARDSWISH, 1e-3f},
    {"v1", WTS(7, 16, 1, 2), 215, 7, "v1", NULL, PW_ACT_LEAKY_RELU, 1e-4f},
    {"v1, without strides and grid", {7, 8, 2, 20, false, false, false, NULL, NULL, 0, NULL}, 294, 14, "v1", NULL, PW_ACT_LEAKY_RELU, 1e-4f},
    /* clang-format on */
};

static pawl_status open_network(const char *text, size_t size, const char *activation,
                                pawl_network **network, pawl_error *error)
{
    pw_weights *parsed = NULL;
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    desc.activation = activation;
    PW_TRY(pt_wts_open(text, size, &parsed, error));
    pawl_weights *weights = pw_object_publish(parsed);
    const pawl_status status = pawl_network_create(weights, &desc, network, error);
    (void)pawl_weights_destroy(&weights);
    return status;
}

/* Of the levels: strides, and anchors in pixels as the fixture has them. */
static void check_levels(const struct wts_row *row, const pawl_model_info *info)
{
    const pw_published *graph = &pw_published_graphs[row->wts.graph];
    assert_int_equal(info->level_count, graph->level_count);
    for (int32_t l = 0; l < info->level_count; l++) {
        const int32_t stride = 8 << (graph->is_falling ? info->level_count - 1 - l : l);
        assert_int_equal(info->anchor_count, 3);
        assert_int_equal(info->strides[l], stride);
        assert_float_equal(info->anchors[l][1][0], (1.25f + (float)(6 * l + 2)) * (float)stride, 0);
    }
}

/* Every batch norm and activation; a BottleneckCSP's own is LeakyReLU, a Classify's eps torch's. */
static void check_layers(const struct wts_row *row, const pw_network *network)
{
    int32_t adds = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        const bool is_head = strncmp(layer->name, "model.9.conv", strlen("model.9.conv")) == 0;
        const bool is_stage = i >= 2 && strlen(layer->name) <= strlen("model.10.act") &&
                              row->wts.graph >= 6 && network->layers[i - 1].op == PW_OP_BATCHNORM &&
                              network->layers[i - 2].op == PW_OP_CONCAT;
        adds += layer->op == PW_OP_ADD;
        if (layer->op == PW_OP_BATCHNORM)
            assert_float_equal(layer->as.batchnorm.epsilon,
                               row->wts.graph == 3 && is_head ? 1e-5f : row->epsilon, 0);
        if (layer->op == PW_OP_ACTIVATION)
            assert_int_equal(layer->as.activation.kind, is_stage ? PW_ACT_LEAKY_RELU : row->kind);
    }
    assert_int_equal(adds, row->adds);
}

static void network_is_made(void **state)
{
    const struct wts_row *row = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_model_info info = {.struct_size = sizeof info};
    pw_network_object *object = NULL;
    size_t size = 0;
    char *text = pt_wts_make(&row->wts, &size);
    if (open_network(text, size, row->activation, &network, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_string_equal(info.family, row->family);
    assert_string_equal(info.size, "custom");
    assert_int_equal(info.task, row->wts.graph == 2   ? PAWL_TASK_SEGMENT
                                : row->wts.graph == 3 ? PAWL_TASK_CLASSIFY
                                                      : PAWL_TASK_DETECT);
    assert_int_equal(info.class_count, row->wts.classes);
    assert_int_equal(info.imgsz, info.level_count == 4 ? 1280 : row->wts.graph == 3 ? 224 : 640);
    assert_int_equal(info.has_names, 0);
    assert_int_equal(info.layer_count, row->layers);
    check_levels(row, &info);
    assert_int_equal(pw_object_use(network, &pw_network_type, &object, &error), PAWL_OK);
    check_layers(row, &object->network);
    pw_object_release(object);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
    free(text);
}

static struct refused_row {
    const char *name;
    pt_wts wts;
    pawl_status status;
    const char *message;
} refused[] = {
#define WITHOUT(prefix)                                       \
    {                                                         \
        0, 16, 1, 2, false, true, true, prefix, NULL, 0, NULL \
    }
#define CHANGED(tensor, count)                                    \
    {                                                             \
        0, 16, 1, 2, false, true, true, NULL, tensor, count, NULL \
    }
#define ADDED(tensor)                                         \
    {                                                         \
        0, 16, 1, 2, false, true, true, NULL, NULL, 0, tensor \
    }
    {"no layer 13", WITHOUT("model.13."), PAWL_ERR_UNSUPPORTED, "layer 13 does not fit"},
    {"no layer 0", WITHOUT("model.0."), PAWL_ERR_UNSUPPORTED, "layer 0 does not fit"},
    {"no head", WITHOUT("model.24."), PAWL_ERR_UNSUPPORTED, "layer 24 does not fit"},
    {"no anchors", WITHOUT("model.24.anchors"), PAWL_ERR_UNSUPPORTED, "layer 24 does not fit"},
    {"a batch norm's mean", WITHOUT("model.3.bn.running_mean"), PAWL_ERR_CORRUPT,
     "tensor model.3.bn.running_mean is missing"},
    {"a batch norm", WITHOUT("model.3.bn.weight"), PAWL_ERR_CORRUPT,
     "tensor model.3.bn.weight is missing"},
    {"an inner convolution", WITHOUT("model.9.cv1.conv.weight"), PAWL_ERR_CORRUPT,
     "tensor model.9.cv1.conv.weight is missing"},
    {"a head's bias", WITHOUT("model.24.m.1.bias"), PAWL_ERR_CORRUPT,
     "tensor model.24.m.1.bias is missing"},
    {"the first head's bias", WITHOUT("model.24.m.0.bias"), PAWL_ERR_CORRUPT,
     "tensor model.24.m.0.bias is missing"},
    {"a stem of 3x3", CHANGED("model.0.conv.weight", 8 * 3 * 9), PAWL_ERR_UNSUPPORTED,
     "8 x 3 x 6 x 6"},
    {"a convolution of 5x5", CHANGED("model.5.conv.weight", 32 * 16 * 25), PAWL_ERR_UNSUPPORTED,
     "model.5.conv.weight has 12800 values"},
    {"weights cut short", CHANGED("model.20.cv3.conv.weight", 1000), PAWL_ERR_UNSUPPORTED,
     "layer 20"},
    {"a mean cut short", CHANGED("model.3.bn.running_mean", 7), PAWL_ERR_CORRUPT,
     "model.3.bn.running_mean has 7 values"},
    {"no width", CHANGED("model.3.bn.weight", 0), PAWL_ERR_CORRUPT, "model.3.bn.weight"},
    {"an uneven bias", CHANGED("model.24.m.0.bias", 20), PAWL_ERR_CORRUPT, "model.24.m.0.bias"},
    {"no classes", CHANGED("model.24.m.0.bias", 15), PAWL_ERR_CORRUPT, "model.24.m.0.bias"},
    {"17 anchors a level",
     {0, 16, 1, 97, false, true, true, NULL, "model.24.anchors", 102, NULL},
     PAWL_ERR_UNSUPPORTED,
     "model.24.anchors has 17 anchors a level and model.24.m.0.bias 306 values; pawl runs up to "
     "16"},
    {"odd anchors", CHANGED("model.24.anchors", 17), PAWL_ERR_CORRUPT, "model.24.anchors"},
    {"a Focus beside a Conv", ADDED("model.0.conv.conv.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.0.conv.conv.weight is none of"},
    {"half a Segment", ADDED("model.24.proto.cv1.conv.weight"), PAWL_ERR_CORRUPT,
     "model.24.proto.cv1.bn.weight is missing"},
    {"a Classify in the neck", ADDED("model.9.linear.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.9.linear.weight is none of"},
    {"a C3TR", ADDED("model.8.m.tr.0.q.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.8.m.tr.0.q.weight is of a transformer block (C3TR)"},
    {"a GhostConv", ADDED("model.1.cv1.conv.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.1.cv1.conv.weight is of a GhostConv"},
    {"v2 or v3",
     {6, 16, 1, 2, false, true, true, NULL, NULL, 0, NULL},
     PAWL_ERR_AMBIGUOUS,
     "--activation leaky or --activation hardswish"},
    {"a BottleneckCSP without its norm",
     {6, 16, 1, 2, false, true, true, "model.4.bn.", NULL, 0, NULL},
     PAWL_ERR_UNSUPPORTED,
     "layer 4 does not fit"},
    {"a depth of its own", WITHOUT("model.4.m.1"), PAWL_ERR_UNSUPPORTED,
     "layer 6 has 3 Bottlenecks, which no depth_multiple gives"},
    {"v1 without a head's convolution",
     {7, 16, 1, 2, false, true, true, "model.22.", NULL, 0, NULL},
     PAWL_ERR_UNSUPPORTED,
     "layer 22 does not fit"},
    {"a classifier without classes",
     {3, 16, 1, 5, false, true, true, "model.9.linear.bias", NULL, 0, NULL},
     PAWL_ERR_CORRUPT,
     "model.9.linear"},
    {"pawl.modules alone", ADDED("pawl.modules"), PAWL_ERR_CORRUPT, "pawl.modules does not"},
    {"a stranger in a layer", ADDED("model.7.attention.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.7.attention.weight is none of"},
    {"a tensor in a Concat", ADDED("model.12.w"), PAWL_ERR_UNSUPPORTED, "layer 12 does not fit"},
    {"a layer too many", ADDED("model.25.conv.weight"), PAWL_ERR_UNSUPPORTED, "does not fit"},
    {"a layer far beyond", ADDED("model.99999999999999999999.w"), PAWL_ERR_UNSUPPORTED,
     "model.99999999999999999999.w is none of"},
    {"a tensor called as thop's", ADDED("model.12.total_ops"), PAWL_ERR_UNSUPPORTED,
     "layer 12 does not fit"},
    {"another naming", ADDED("backbone.stem.weight"), PAWL_ERR_UNSUPPORTED,
     "backbone.stem.weight is of no layer"},
};

static void wts_is_refused(void **state)
{
    const struct refused_row *row = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    size_t size = 0;
    char *text = pt_wts_make(&row->wts, &size);
    const pawl_status status = open_network(text, size, NULL, &network, &error);
    if (status != row->status || strstr(error.message, row->message) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", pawl_status_name(status), error.message, row->message);
    assert_null(network);
    assert_int_equal(pawl_object_count(), 0);
    free(text);
}

static void activation_is_the_users(void **state)
{
    static const struct {
        const char *name;
        pw_activation kind;
        float alpha;
    } kinds[] = {{"silu", PW_ACT_SILU, 0},
                 {"leaky", PW_ACT_LEAKY_RELU, 0.1f},
                 {"hardswish", PW_ACT_HARDSWISH, 0},
                 {"relu", PW_ACT_RELU, 0}};
    const pt_wts wts = PT_WTS_INIT;
    size_t size = 0;
    char *text = pt_wts_make(&wts, &size);
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    (void)state;
    for (size_t k = 0; k < PW_COUNT(kinds); k++) {
        pw_network_object *object = NULL;
        assert_int_equal(open_network(text, size, kinds[k].name, &network, &error), PAWL_OK);
        assert_int_equal(pw_object_use(network, &pw_network_type, &object, &error), PAWL_OK);
        for (size_t i = 0; i < object->network.layer_count; i++)
            if (object->network.layers[i].op == PW_OP_ACTIVATION) {
                assert_int_equal(object->network.layers[i].as.activation.kind, kinds[k].kind);
                assert_float_equal(object->network.layers[i].as.activation.alpha, kinds[k].alpha,
                                   0);
            }
        pw_object_release(object);
        (void)pawl_network_destroy(&network);
    }
    assert_int_equal(open_network(text, size, "mish", &network, &error), PAWL_ERR_ARGUMENT);
    assert_non_null(strstr(error.message, "mish"));
    free(text);
}

static void memory_may_run_out(void **state)
{
    const pt_wts wts = PT_WTS_INIT;
    pt_allocator counter = {0};
    const pawl_allocator allocator = {&counter, pt_allocate, pt_release};
    size_t size = 0;
    char *text = pt_wts_make(&wts, &size);
    (void)state;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    pawl_status status = PAWL_ERR_MEMORY;
    for (long nth = 1; status < 0; nth++) {
        pawl_network *network = NULL;
        pawl_error error = {.message = ""};
        pt_allocator_reset(&counter, nth);
        status = open_network(text, size, NULL, &network, &error);
        if (status < 0 && status != PAWL_ERR_MEMORY)
            fail_msg("allocation %ld: %s: %s", nth, pawl_status_name(status), error.message);
        (void)pawl_network_destroy(&network);
        assert_int_equal(pawl_object_count(), 0);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
    free(text);
}

int main(void)
{
    struct CMUnitTest tests[2 + PW_COUNT(good) + PW_COUNT(refused)] = {
        cmocka_unit_test(memory_may_run_out), /* first: the allocator is set before any object */
        cmocka_unit_test(activation_is_the_users),
    };
    size_t count = 2;
    for (size_t i = 0; i < PW_COUNT(good); i++)
        tests[count++] = (struct CMUnitTest){
            .name = good[i].name, .test_func = network_is_made, .initial_state = &good[i]};
    for (size_t i = 0; i < PW_COUNT(refused); i++)
        tests[count++] = (struct CMUnitTest){
            .name = refused[i].name, .test_func = wts_is_refused, .initial_state = &refused[i]};
    return cmocka_run_group_tests_name("wts_topology", tests, NULL, NULL);
}
