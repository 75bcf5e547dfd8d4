/* SPDX-License-Identifier: Apache-2.0 */
/* Real checkpoints of every release: names and counts, and yolov5n.pt written as the very bytes of
 * yolov5n.wts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/os.h"
#include "support/test_data.h"
#include "weights/module.h"
#include <pawl/weights.h>

typedef struct zoo_row {
    const char *path;
    size_t tensor_count, global_count;
    const char *first, *last, *type;
    size_t written; /* bytes of the .wts */
} zoo_row;

/* clang-format off */
static zoo_row rows[] = {
    {"yolov5n.pt", 349, 22, "model.0.conv.weight", "model.24.m.2.bias", "Model", 16946912},
    {"zoo/bifpn-det.pt", 349, 21, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 1078059},
    {"zoo/depth1-nc1-det.pt", 613, 21, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 1736398},
    {"zoo/ghost-det.pt", 529, 23, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 650048},
    {"zoo/p2-det.pt", 423, 21, "model.0.conv.weight", "model.31.m.3.bias", "DetectionModel", 1096085},
    {"zoo/p6-det.pt", 459, 21, "model.0.conv.weight", "model.33.m.3.bias", "DetectionModel", 1845648},
    {"zoo/transformer-det.pt", 348, 27, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 1067909},
    {"zoo/v1.0-det.pt", 370, 22, "model.0.conv.conv.weight", "model.27.anchor_grid", "Model", 1110100},
    {"zoo/v1.0-legacyfile-det.pt", 370, 22, "model.0.conv.conv.weight", "model.27.anchor_grid", "Model", 1106995},
    {"zoo/v2.0-det.pt", 370, 22, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1110124},
    {"zoo/v2.0-legacyfile-det.pt", 370, 22, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1107019},
    {"zoo/v3.0-det.pt", 370, 23, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1110124},
    {"zoo/v3.1-det.pt", 370, 23, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1110124},
    {"zoo/v3tiny-det.pt", 71, 19, "model.0.conv.weight", "model.20.m.1.bias", "DetectionModel", 337629},
    {"zoo/v4.0-det.pt", 362, 22, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1078729},
    {"zoo/v5.0-det.pt", 362, 22, "model.0.conv.conv.weight", "model.24.m.2.bias", "Model", 1078729},
    {"zoo/v6.0-det.pt", 349, 21, "model.0.conv.weight", "model.24.m.2.bias", "Model", 1071946},
    {"zoo/v6.1-det.pt", 349, 21, "model.0.conv.weight", "model.24.m.2.bias", "Model", 1071946},
    {"zoo/v6.2-cls.pt", 194, 19, "model.0.conv.weight", "model.9.linear.bias", "ClassificationModel", 1370591},
    {"zoo/v6.2-det.pt", 349, 21, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 1071946},
    {"zoo/v7.0-det.pt", 349, 21, "model.0.conv.weight", "model.24.m.2.bias", "DetectionModel", 1071946},
    {"zoo/v7.0-seg.pt", 367, 24, "model.0.conv.weight", "model.24.proto.cv3.bn.num_batches_tracked", "SegmentationModel", 1220390},
};
/* clang-format on */

/* The bytes as written must be those of expected, where there is one. */
static void is_written(pawl_weights *weights, size_t size, const char *expected)
{
    char path[] = "/tmp/pawl-shared-XXXXXX";
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_contents ours = {0}, theirs = {0};
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_int_equal(pawl_weights_save_wts(weights, path, &error), PAWL_OK);
    assert_int_equal(pw_os_read(path, SIZE_MAX, &ours, &error), PAWL_OK);
    assert_int_equal(ours.size, size);
    if (expected != NULL) {
        assert_int_equal(pw_os_read(expected, SIZE_MAX, &theirs, &error), PAWL_OK);
        assert_int_equal(theirs.size, size);
        assert_int_equal(memcmp(ours.data, theirs.data, size), 0);
    }
    pw_os_contents_free(&ours);
    pw_os_contents_free(&theirs);
    unlink(path);
}

static void opens(void **state)
{
    const zoo_row *row = *state;
    pawl_weights *weights = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_weights_info info = {.struct_size = sizeof info};
    pawl_tensor tensor;
    assert_int_equal(pawl_weights_load(pt_data_path(row->path), &weights, &error), PAWL_OK);
    assert_int_equal(pawl_weights_info_get(weights, &info, &error), PAWL_OK);
    assert_int_equal(info.kind, PAWL_WEIGHTS_PT);
    assert_int_equal(info.tensor_count, row->tensor_count);
    assert_int_equal(info.global_count, row->global_count);
    assert_int_equal(pawl_weights_tensor_get(weights, 0, &tensor, &error), PAWL_OK);
    assert_string_equal(tensor.name, row->first);
    assert_int_equal(pawl_weights_tensor_get(weights, info.tensor_count - 1, &tensor, &error),
                     PAWL_OK);
    assert_string_equal(tensor.name, row->last);
    for (size_t i = 0; i < info.global_count; i++) {
        pawl_global_info global = PAWL_GLOBAL_INFO_INIT;
        assert_int_equal(pawl_weights_global_get(weights, i, &global, &error), PAWL_OK);
        assert_int_equal(global.is_known, 1);
    }
    pw_weights *object PW_USING = NULL;
    assert_int_equal(pw_object_use(weights, &pw_weights_type, &object, &error), PAWL_OK);
    assert_string_equal(object->root->type, row->type);
    is_written(weights, row->written,
               strcmp(row->path, "yolov5n.pt") == 0 ? pt_data_path("yolov5n.wts") : NULL);
    pw_object_release(PW_TAKE(object));
    assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
}

static void text_is_rewritten(void **state)
{
    (void)state;
    pawl_weights *weights = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    assert_int_equal(pawl_weights_load(pt_data_path("yolov5n.wts"), &weights, &error), PAWL_OK);
    is_written(weights, 16946912, pt_data_path("yolov5n.wts"));
    assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
}

int main(void)
{
    const int missing = pt_data_missing();
    if (missing != 0)
        return missing;
    struct CMUnitTest tests[PW_COUNT(rows) + 1];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].path, .test_func = opens, .initial_state = &rows[i]};
    tests[PW_COUNT(rows)] =
        (struct CMUnitTest){.name = "yolov5n.wts", .test_func = text_is_rewritten};
    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
