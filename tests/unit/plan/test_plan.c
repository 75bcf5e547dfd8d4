/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: assembling, saving, loading, and what the public functions tell. */
#include "plan_fixture.h"

#include "tensor/half.h"

#include <math.h>
#include <pawl/version.h>

/* The file at path is the fixture's engine, to the byte; it is removed. */
static void assert_is_engine(const fixture *f, const char *path)
{
    pt_bytes bytes = pt_read_file(path);
    assert_int_equal(bytes.size, f->engine.size);
    assert_memory_equal(bytes.data, f->engine.data, bytes.size);
    free(bytes.data);
    assert_int_equal(unlink(path), 0);
}

static void saved_and_loaded_is_the_same_to_the_byte(void **state)
{
    const fixture *f = *state;
    char again[128];
    path_in(f, "again.engine", again);
    pawl_plan *plan = NULL;
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, again, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    assert_is_engine(f, again);
}

static void the_same_plan_gives_the_same_bytes(void **state)
{
    const fixture *f = *state;
    char again[128];
    path_in(f, "twin.engine", again);
    pawl_plan *plan = NULL;
    assert_int_equal(pt_tiny_plan("reference", &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, again, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    assert_is_engine(f, again);
}

static void a_plan_can_be_saved_over_the_file_it_is_mapped_from(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, f->path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(plan, f->path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    pt_bytes bytes = pt_read_file(f->path);
    assert_memory_equal(bytes.data, f->engine.data, f->engine.size);
    free(bytes.data);
}

static void a_loaded_plan_tells_what_it_is(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    pawl_plan_info info = {.struct_size = sizeof(info)};
    assert_int_equal(pawl_plan_info_get(plan, &info, NULL), PAWL_OK);
    assert_string_equal(info.backend, "reference");
    assert_string_equal(info.precision, "fp32");
    assert_string_equal(info.source_name, "tiny.pt");
    assert_string_equal(info.pawl_version, PAWL_VERSION_STRING);
    assert_int_equal(info.source_hash[0], 0x1234);
    assert_int_equal(info.source_hash[1], 0x5678);
    assert_int_equal(info.batch_min, 1);
    assert_int_equal(info.batch_opt, 2);
    assert_int_equal(info.batch_max, 4);
    assert_int_equal(info.height, 64);
    assert_int_equal(info.width, 64);
    assert_int_equal(info.file_size, f->engine.size);
    assert_int_equal(info.constant_size, pt_section_size(&f->engine, PW_SECTION_CONSTANTS));
    assert_int_equal(info.tactic_count, 1);
    assert_int_equal(info.artifact_count, 1);
    pawl_model_info model = {.struct_size = sizeof(model)};
    assert_int_equal(pawl_plan_model_get(plan, &model, NULL), PAWL_OK);
    assert_int_equal(model.class_count, PT_TINY_CLASSES);
    assert_int_equal(model.has_names, 1);
    assert_int_equal(model.level_count, 2);
    assert_int_equal(model.max_stride, 8);
    assert_int_equal(model.imgsz, 64);
    assert_string_equal(pawl_plan_class_name(plan, 2), "ünïcode");
    assert_null(pawl_plan_class_name(plan, 3));
    assert_null(pawl_plan_class_name(plan, -1));
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

static void layers_and_tactics_can_be_listed(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    pawl_error error;
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    pawl_model_info model = {.struct_size = sizeof(model)};
    assert_int_equal(pawl_plan_model_get(plan, &model, NULL), PAWL_OK);
    for (size_t i = 0; i < model.layer_count; i++) {
        pawl_layer_info layer = {.struct_size = sizeof(layer)};
        assert_int_equal(pawl_plan_layer_get(plan, i, &layer, NULL), PAWL_OK);
        assert_non_null(layer.name);
        assert_non_null(layer.op);
        assert_non_null(layer.attributes);
        assert_int_equal(layer.id, i);
    }
    pawl_layer_info beyond = {.struct_size = sizeof(beyond)};
    assert_int_equal(pawl_plan_layer_get(plan, model.layer_count, &beyond, &error),
                     PAWL_ERR_ARGUMENT);
    pawl_tactic_info tactic = {.struct_size = sizeof(tactic)};
    assert_int_equal(pawl_plan_tactic_get(plan, 0, &tactic, NULL), PAWL_OK);
    assert_string_equal(tactic.machine, "test/none");
    assert_string_equal(tactic.name, "conv_f32_test");
    assert_int_equal(tactic.problem, 1);
    assert_float_equal(tactic.microseconds, 12.5, 0);
    assert_int_equal(pawl_plan_tactic_get(plan, 1, &tactic, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
}

static void constants_are_used_where_the_file_is_mapped(void **state)
{
    const fixture *f = *state;
    pawl_plan *handle = NULL;
    pw_plan *plan = NULL;
    assert_int_equal(pawl_plan_load(f->path, &handle, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(handle, &pw_plan_type, &plan, NULL), PAWL_OK);
    const uint8_t *weights = (const uint8_t *)plan->network.layers[1].as.conv.weights;
    assert_true(weights >= plan->contents.data);
    assert_true(weights < plan->contents.data + plan->contents.size);
    assert_int_equal((uintptr_t)weights % 64, 0);
    const pw_artifact *artifact = pw_plan_artifact(plan, "test");
    assert_int_equal(artifact->size, 6);
    assert_memory_equal(artifact->data, "opaque", 6);
    assert_null(pw_plan_artifact(plan, "other"));
    pw_object_release(plan);
    assert_int_equal(pawl_plan_destroy(&handle), PAWL_OK);
}

/* Weights come back as what their type makes of them, and the file that is written of those is the
 * same. */
static void short_weights_survive_the_file(void **state)
{
    const fixture *f = *state;
    char path[128], again[128];
    pawl_plan *made = NULL, *read = NULL;
    pw_plan *before = NULL, *after = NULL;
    path_in(f, "short.engine", path);
    path_in(f, "again.engine", again);
    assert_int_equal(pt_typed_plan("reference", &made, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(made, path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_load(path, &read, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(read, again, NULL), PAWL_OK);
    pt_bytes first = pt_read_file(path), second = pt_read_file(again);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    const size_t stored = pt_section_size(&first, PW_SECTION_CONSTANTS);
    free(first.data);
    free(second.data);
    assert_int_equal(pw_object_use(made, &pw_plan_type, &before, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(read, &pw_plan_type, &after, NULL), PAWL_OK);
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    assert_int_equal(pawl_plan_info_get(read, &info, NULL), PAWL_OK);
    assert_int_equal(info.constant_size, stored);
    const pw_conv *old = &before->network.layers[1].as.conv;
    const pw_conv *new = &after->network.layers[1].as.conv;
    const size_t count = pw_conv_weight_count(new);
    for (size_t i = 0; i < count; i++) {
        const float scale = new->weight_scales[i / (count / (size_t) new->out_channels)];
        const float integer = new->weights[i] / scale;
        const float wanted = fminf(fmaxf(old->weights[i], -127 * scale), 127 * scale);
        assert_float_equal(integer, roundf(integer), 1e-4f);
        assert_float_equal(new->weights[i], wanted, 0.5001f * scale);
    }
    old = &before->network.layers[2].as.conv;
    new = &after->network.layers[2].as.conv;
    for (size_t i = 0; i < pw_conv_weight_count(new); i++)
        assert_true(new->weights[i] == pw_f16_to_f32(pw_f32_to_f16(old->weights[i])));
    pw_object_release(before);
    pw_object_release(after);
    assert_int_equal(pawl_plan_destroy(&made), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&read), PAWL_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(again), 0);
}

/* Types, scales, zero points and weights' scales come back, and so do all options. */
static void types_survive_the_file(void **state)
{
    const fixture *f = *state;
    char path[128];
    pawl_plan *made = NULL, *read = NULL;
    pw_plan *before = NULL, *after = NULL;
    path_in(f, "typed.engine", path);
    assert_int_equal(pt_typed_plan("reference", &made, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_save(made, path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_load(path, &read, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(made, &pw_plan_type, &before, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(read, &pw_plan_type, &after, NULL), PAWL_OK);
    assert_int_equal(after->network.tensor_count, before->network.tensor_count);
    const pw_field_list tensor = pw_tensor_fields(), plan = pw_plan_fields();
    for (size_t t = 0; t < after->network.tensor_count; t++)
        assert_true(pw_fields_equal(tensor.fields, tensor.count, &before->network.tensors[t],
                                    &after->network.tensors[t]));
    assert_true(pw_fields_equal(plan.fields, plan.count, before, after));
    const pw_conv *old = &before->network.layers[1].as.conv;
    const pw_conv *new = &after->network.layers[1].as.conv;
    assert_int_equal(new->weight_type, PAWL_I8);
    assert_memory_equal(new->weight_scales, old->weight_scales, 8 * sizeof(float));
    assert_int_equal(after->network.layers[2].as.conv.weight_type, PAWL_F16);
    assert_null(after->network.layers[2].as.conv.weight_scales);
    pw_object_release(before);
    pw_object_release(after);
    assert_int_equal(pawl_plan_destroy(&made), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&read), PAWL_OK);
    assert_int_equal(unlink(path), 0);
}

static void tactics_and_artifacts_are_replaced_not_doubled(void **state)
{
    (void)state;
    pawl_plan *handle = NULL;
    pw_plan *plan = NULL;
    assert_int_equal(pt_tiny_plan("reference", &handle, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(handle, &pw_plan_type, &plan, NULL), PAWL_OK);
    const pw_tactic better = {"test/none", 1, "better", 3};
    assert_int_equal(pw_plan_set_tactic(plan, &better, NULL), PAWL_OK);
    assert_int_equal(plan->tactic_count, 1);
    assert_string_equal(pw_plan_tactic(plan, "test/none", 1)->name, "better");
    assert_float_equal(pw_plan_tactic(plan, "test/none", 1)->microseconds, 3, 0);
    assert_null(pw_plan_tactic(plan, "test/none", 2));
    assert_null(pw_plan_tactic(plan, "test/other", 1));
    for (uint64_t i = 50; i-- > 2;) {
        const pw_tactic more = {i % 2 == 0 ? "test/none" : "a", i << 40, "more", 1};
        assert_int_equal(pw_plan_set_tactic(plan, &more, NULL), PAWL_OK);
    }
    assert_int_equal(plan->tactic_count, 49);
    for (size_t i = 1; i < plan->tactic_count; i++)
        assert_true(pw_tactic_compare(&plan->tactics[i - 1], &plan->tactics[i]) < 0);
    assert_string_equal(pw_plan_tactic(plan, "test/none", 1)->name, "better");
    assert_string_equal(pw_plan_tactic(plan, "a", (uint64_t)7 << 40)->name, "more");
    assert_int_equal(pw_plan_set_artifact(plan, "test", "longer than before", 18, NULL), PAWL_OK);
    assert_int_equal(plan->artifact_count, 1);
    assert_int_equal(pw_plan_artifact(plan, "test")->size, 18);
    assert_int_equal(pw_plan_set_artifact(plan, "empty", NULL, 0, NULL), PAWL_OK);
    pw_object_release(plan);
    assert_int_equal(pawl_plan_destroy(&handle), PAWL_OK);
}

static void several_and_empty_artifacts_survive_the_file(void **state)
{
    const fixture *f = *state;
    char path[128];
    path_in(f, "artifacts.engine", path);
    pawl_plan *handle = NULL;
    pw_plan *plan = NULL;
    assert_int_equal(pt_tiny_plan("reference", &handle, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(handle, &pw_plan_type, &plan, NULL), PAWL_OK);
    uint8_t large[1000];
    memset(large, 0xa5, sizeof(large));
    assert_int_equal(pw_plan_set_artifact(plan, "empty", NULL, 0, NULL), PAWL_OK);
    assert_int_equal(pw_plan_set_artifact(plan, "large", large, sizeof(large), NULL), PAWL_OK);
    pw_object_release(plan);
    assert_int_equal(pawl_plan_save(handle, path, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&handle), PAWL_OK);
    assert_int_equal(pawl_plan_load(path, &handle, NULL), PAWL_OK);
    assert_int_equal(pw_object_use(handle, &pw_plan_type, &plan, NULL), PAWL_OK);
    assert_int_equal(plan->artifact_count, 3);
    assert_int_equal(pw_plan_artifact(plan, "empty")->size, 0);
    assert_memory_equal(pw_plan_artifact(plan, "large")->data, large, sizeof(large));
    pw_object_release(plan);
    assert_int_equal(pawl_plan_destroy(&handle), PAWL_OK);
    assert_int_equal(unlink(path), 0);
}

static void what_cannot_be_planned_leaves_the_network_alone(void **state)
{
    (void)state;
    static const pw_profile wrong[] = {
        {0, 1, 1, 64, 64, 0, 0, 0, 0, 0},       {2, 1, 4, 64, 64, 0, 0, 0, 0, 0},
        {1, 5, 4, 64, 64, 0, 0, 0, 0, 0},       {1, 1, 5000, 64, 64, 0, 0, 0, 0, 0},
        {1, 1, 1, 0, 64, 0, 0, 0, 0, 0},        {1, 1, 1, 64, -64, 0, 0, 0, 0, 0},
        {1, 1, 1, 60, 64, 0, 0, 0, 0, 0},       {1, 1, 1, 64, 1 << 20, 0, 0, 0, 0, 0},
        {1, 1, 1, 64, 64, 128, 0, 0, 0, 0},     {1, 1, 1, 64, 64, 0, 0, 0, 32, 0},
        {1, 1, 1, 64, 64, 0, 60, 0, 0, 0},      {1, 1, 1, 64, 64, 0, 0, -8, 0, 0},
        {1, 1, 1, 64, 64, 0, 0, 1 << 20, 0, 0}, {1, 1, 1, 64, 64, 0, 0, 0, 0, -1},
        {1, 1, 1, 64, 64, 0, 0, 0, 0, 65},
    };
    pw_network network = {.layer_count = 0};
    assert_int_equal(pt_tiny_network(&network, NULL), PAWL_OK);
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        const pw_plan_desc desc = {
            .profile = wrong[i], .backend = "cpu", .precision = "fp32", .source_name = "x.pt"};
        pw_plan *plan = NULL;
        pawl_error error;
        assert_int_equal(pw_plan_assemble(&network, &desc, &plan, &error), PAWL_ERR_ARGUMENT);
        assert_null(plan);
        assert_true(strlen(error.message) > 20);
        assert_true(network.layer_count > 0);
    }
    pw_network_free(&network);
}

static void an_older_program_with_a_shorter_struct_is_served(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    pawl_error error;
    assert_int_equal(pawl_plan_load(f->path, &plan, NULL), PAWL_OK);
    pawl_plan_info info;
    memset(&info, 0xee, sizeof(info));
    info.struct_size = offsetof(pawl_plan_info, height);
    assert_int_equal(pawl_plan_info_get(plan, &info, NULL), PAWL_OK);
    assert_string_equal(info.backend, "reference");
    assert_int_equal(info.height, (int32_t)0xeeeeeeee);
    assert_int_equal(info.struct_size, offsetof(pawl_plan_info, height));
    info.struct_size = 0;
    assert_int_equal(pawl_plan_info_get(plan, &info, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_info_get(plan, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    assert_int_equal(pawl_plan_info_get(plan, &info, &error), PAWL_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saved_and_loaded_is_the_same_to_the_byte),
        cmocka_unit_test(the_same_plan_gives_the_same_bytes),
        cmocka_unit_test(a_plan_can_be_saved_over_the_file_it_is_mapped_from),
        cmocka_unit_test(a_loaded_plan_tells_what_it_is),
        cmocka_unit_test(layers_and_tactics_can_be_listed),
        cmocka_unit_test(constants_are_used_where_the_file_is_mapped),
        cmocka_unit_test(types_survive_the_file),
        cmocka_unit_test(short_weights_survive_the_file),
        cmocka_unit_test(tactics_and_artifacts_are_replaced_not_doubled),
        cmocka_unit_test(several_and_empty_artifacts_survive_the_file),
        cmocka_unit_test(what_cannot_be_planned_leaves_the_network_alone),
        cmocka_unit_test(an_older_program_with_a_shorter_struct_is_served),
    };
    return cmocka_run_group_tests_name("plan", tests, make_fixture, drop_fixture);
}
