/* SPDX-License-Identifier: Apache-2.0 */
/* An activation among the layers that works in place, as initialize_weights() has them do, changes
 * what later layers read of its input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/wts_topology.h"
#include "model/yolov5.h"
#include "unit/model/wts_text.h"
#include <stdlib.h>
#include <string.h>

static const pw_layer *layer_named(const pw_network *network, const char *name)
{
    for (size_t i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return &network->layers[i];
    fail_msg("no layer %s", name);
    return NULL;
}

/* Layer 11 of the published graph, an upsampling, with a ReLU before it: an nn.Sequential. The ReLU
 * has the attribute inplace. */
static void put_relu_before(pw_module *upsampling, pw_value *in_place, pw_arena *arena)
{
    pw_module *copies = pw_arena_array(arena, 2, sizeof *copies);
    pw_module **children = pw_arena_array(arena, 2, sizeof *children);
    pw_value *attributes = pw_arena_array(arena, 2, sizeof *attributes);
    pw_value **pair = pw_arena_array(arena, 2, sizeof *pair);
    assert_true(copies != NULL && children != NULL && attributes != NULL && pair != NULL);
    copies[0] = copies[1] = *upsampling;
    attributes[0].kind = PW_VALUE_STRING;
    attributes[0].as.string.text = "inplace";
    attributes[0].as.string.length = strlen("inplace");
    pair[0] = &attributes[0];
    pair[1] = in_place;
    attributes[1].kind = PW_VALUE_DICT;
    attributes[1].as.list.items = pair;
    attributes[1].as.list.count = 2;
    copies[0].package = "torch.nn.modules.activation";
    copies[0].type = "ReLU";
    copies[0].path = "relu";
    copies[0].attributes = &attributes[1];
    children[0] = &copies[0];
    children[1] = &copies[1];
    upsampling->package = "torch.nn.modules.container";
    upsampling->type = "Sequential";
    upsampling->children = children;
    upsampling->child_count = 2;
}

/* Layer 10 is read by the upsampling behind it and, 12 layers later, by a concatenation. */
static void later_readers_see_it(void **state)
{
    const pt_wts wts = PT_WTS_INIT;
    pw_weights *weights = NULL;
    const pw_module *root = NULL;
    pw_arena arena = {.last = NULL};
    pawl_error error = {.message = ""};
    pw_value in_place = {.kind = PW_VALUE_BOOL};
    size_t size = 0;
    char *text = pt_wts_make(&wts, &size);
    (void)state;
    assert_non_null(text);
    assert_int_equal(pt_wts_open(text, size, &weights, &error), PAWL_OK);
    assert_int_equal(pw_wts_topology(weights, NULL, &arena, &root, &error), PAWL_OK);
    put_relu_before(pw_module_child(root, "model")->children[11], &in_place, &arena);
    for (int i = 0; i < 2; i++) {
        pw_network network = {.layer_count = 0};
        in_place.as.boolean = i == 1;
        if (pw_yolov5_emit(root, true, &arena, &network, &error) < 0)
            fail_msg("%s", error.message);
        const pw_layer *relu = layer_named(&network, "relu");
        assert_int_equal(layer_named(&network, "model.22")->inputs[1],
                         i == 1 ? relu->output : relu->inputs[0]);
        pw_network_free(&network);
    }
    pw_arena_free(&arena);
    pw_object_abandon(weights);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(later_readers_see_it)};
    return cmocka_run_group_tests_name("in_place", tests, NULL, NULL);
}
