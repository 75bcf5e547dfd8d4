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
    int64_t layers; /* of the network */
    int32_t adds;   /* Bottlenecks of the backbone */
    const char *size;
} good[] = {
    {"P5, depth 1", {0, 16, 1, 2, false, true, true, NULL, NULL, 0, NULL}, 180, 4, "custom"},
    {"P5, depth 2, one class",
     {0, 8, 2, 1, false, true, true, NULL, NULL, 0, NULL},
     232,
     8,
     "custom"},
    {"P5, fused", {0, 16, 1, 2, true, true, true, NULL, NULL, 0, NULL}, 129, 4, "custom"},
    {"P5, without strides",
     {0, 16, 1, 80, false, false, true, NULL, NULL, 0, NULL},
     180,
     4,
     "custom"},
    {"P5, without strides and grid",
     {0, 16, 1, 2, false, false, false, NULL, NULL, 0, NULL},
     180,
     4,
     "custom"},
    {"P5, without batch counters",
     {0, 16, 1, 2, false, true, true, "model.3.bn.num_batches_tracked", NULL, 0, NULL},
     180,
     4,
     "custom"},
    {"P6, depth 1", {1, 32, 1, 3, false, true, true, NULL, NULL, 0, NULL}, 242, 5, "custom"},
    {"P6, without strides",
     {1, 32, 2, 3, false, false, false, NULL, NULL, 0, NULL},
     313,
     10,
     "custom"},
};

static pawl_status open_network(const char *text, size_t size, const char *activation,
                                pawl_network **network, pawl_error *error)
{
    pw_weights *parsed = NULL;
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    desc.activation = activation;
    PW_TRY(pt_wts_open(text, size, &parsed, error));
    pawl_weights *weights = pw_object_publish(parsed);
    const pawl_status status = pawl_network_from_weights(weights, &desc, network, error);
    (void)pawl_weights_destroy(&weights);
    return status;
}

static void network_is_made(void **state)
{
    const struct wts_row *row = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_model_info info = {.struct_size = sizeof info};
    pw_network_object *object = NULL;
    size_t size = 0;
    int32_t adds = 0;
    char *text = pt_wts_make(&row->wts, &size);
    if (open_network(text, size, NULL, &network, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_string_equal(info.family, "v6-v7");
    assert_string_equal(info.size, row->size);
    assert_int_equal(info.class_count, row->wts.classes);
    assert_int_equal(info.level_count, row->wts.graph == 0 ? 3 : 4);
    assert_int_equal(info.imgsz, row->wts.graph == 0 ? 640 : 1280);
    assert_int_equal(info.anchor_count, 3);
    assert_int_equal(info.names_known, 0);
    assert_int_equal(info.layer_count, row->layers);
    for (int32_t l = 0; l < info.level_count; l++) {
        assert_int_equal(info.stride[l], 8 << l);
        assert_float_equal(info.anchor[l][1][0], (1.25f + (float)(6 * l + 2)) * (float)(8 << l), 0);
    }
    assert_int_equal(pw_object_use(network, PW_TYPE_NETWORK, &object, &error), PAWL_OK);
    for (size_t i = 0; i < object->network.layer_count; i++) {
        const pw_layer *layer = &object->network.layers[i];
        adds += layer->op == PW_OP_ADD;
        if (layer->op == PW_OP_BATCHNORM)
            assert_float_equal(layer->as.batchnorm.epsilon, 1e-3f, 0);
        if (layer->op == PW_OP_ACTIVATION)
            assert_int_equal(layer->as.activation.kind, PW_ACT_SILU);
    }
    pw_object_release(object);
    assert_int_equal(adds, row->adds);
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
    {"a stem of 3x3", CHANGED("model.0.conv.weight", 4 * 3 * 9), PAWL_ERR_UNSUPPORTED,
     "4 x 3 x 6 x 6"},
    {"a convolution of 5x5", CHANGED("model.5.conv.weight", 32 * 16 * 25), PAWL_ERR_UNSUPPORTED,
     "model.5.conv.weight has 12800 values"},
    {"weights cut short", CHANGED("model.20.cv3.conv.weight", 1000), PAWL_ERR_UNSUPPORTED,
     "layer 20"},
    {"a mean cut short", CHANGED("model.3.bn.running_mean", 7), PAWL_ERR_CORRUPT,
     "model.3.bn.running_mean has 7 values"},
    {"no width", CHANGED("model.3.bn.weight", 0), PAWL_ERR_CORRUPT, "model.3.bn.weight"},
    {"an uneven bias", CHANGED("model.24.m.0.bias", 20), PAWL_ERR_CORRUPT, "model.24.m.0.bias"},
    {"no classes", CHANGED("model.24.m.0.bias", 15), PAWL_ERR_CORRUPT, "model.24.m.0.bias"},
    {"odd anchors", CHANGED("model.24.anchors", 17), PAWL_ERR_CORRUPT, "model.24.anchors"},
    {"a Focus", ADDED("model.0.conv.conv.weight"), PAWL_ERR_UNSUPPORTED,
     "layer 0 is a Focus: YOLOv5 v1 to v5 is recognised, but not supported yet"},
    {"a Segment", ADDED("model.24.proto.cv1.conv.weight"), PAWL_ERR_UNSUPPORTED, "segmentation"},
    {"a Classify", ADDED("model.9.linear.weight"), PAWL_ERR_UNSUPPORTED, "classification"},
    {"a C3TR", ADDED("model.8.m.tr.0.q.weight"), PAWL_ERR_UNSUPPORTED, "transformer"},
    {"a GhostConv", ADDED("model.1.cv1.conv.weight"), PAWL_ERR_UNSUPPORTED, "ghost"},
    {"a stranger in a layer", ADDED("model.7.attention.weight"), PAWL_ERR_UNSUPPORTED,
     "tensor model.7.attention.weight is none of"},
    {"a tensor in a Concat", ADDED("model.12.w"), PAWL_ERR_UNSUPPORTED, "layer 12 does not fit"},
    {"a layer too many", ADDED("model.25.conv.weight"), PAWL_ERR_UNSUPPORTED, "does not fit"},
    {"a layer far beyond", ADDED("model.99999999999999999999.w"), PAWL_ERR_UNSUPPORTED,
     "model.99999999999999999999.w is none of"},
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
        assert_int_equal(pw_object_use(network, PW_TYPE_NETWORK, &object, &error), PAWL_OK);
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
