/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pawl_weights_save: a .wts that says as much as the .pt. Of both the network is made: from the
 * module tree, and from what the bare .wts would say. Where they are the same the bare one will do.
 */
#include "model/wts_modules.h"
#include "model/wts_topology.h"
#include "model/yolov5.h"
#include "network/operator.h"

/* Constants are compared by place: both networks have the file's own. */
static bool is_same_network(const pw_network *a, const pw_network *b)
{
    const pw_model *m = &a->model, *n = &b->model;
    if (a->layer_count != b->layer_count || m->task != n->task ||
        m->class_count != n->class_count || m->max_stride != n->max_stride ||
        m->imgsz != n->imgsz || m->parameter_count != n->parameter_count)
        return false;
    for (size_t i = 0; i < a->layer_count; i++)
        if (!pw_layer_is_same(&a->layers[i], &b->layers[i]))
            return false;
    return true;
}

/* Whether the names and counts alone give the network of the module tree. Failures say nothing but
 * that: the error is theirs to fill in. */
static bool says_all(const pw_weights *weights, const pw_network *own, pw_arena *scratch)
{
    pw_network inferred = {.arena = {.limit = pw_yolov5_memory_limit(weights)}};
    const pw_module *root = NULL;
    const bool is_same = pw_wts_topology(weights, NULL, scratch, &root, NULL) >= 0 &&
                         pw_yolov5_emit(root, true, scratch, &inferred, NULL) >= 0 &&
                         is_same_network(own, &inferred);
    pw_network_free(&inferred);
    return is_same;
}

/* What no network can be made of is not written: nobody could use it. */
static pawl_status convert_tree(const pw_weights *weights, pw_arena *scratch, const char *path,
                                pawl_error *error)
{
    pw_tensor_data extra[PW_WTS_EXTRA_COUNT];
    pw_network own = {.arena = {.limit = pw_yolov5_memory_limit(weights)}};
    pawl_error inner = {.message = ""};
    const pawl_status status = pw_yolov5_emit(weights->root, true, scratch, &own, &inner);
    const bool is_bare = status >= 0 && says_all(weights, &own, scratch);
    pw_network_free(&own);
    if (status < 0)
        return pw_fail(error, status, "%s: %s", weights->file_name, inner.message);
    if (is_bare)
        return pw_weights_write_wts(weights, NULL, 0, path, error);
    PW_TRY(pw_wts_modules_write(weights->root, scratch, extra, error));
    return pw_weights_write_wts(weights, extra, PW_WTS_EXTRA_COUNT, path, error);
}

pawl_status pawl_weights_save(pawl_weights *weights, const char *path, pawl_error *error)
{
    pw_weights *source PW_USING = NULL;
    pw_arena scratch = {.last = NULL};
    PW_TRY(pw_object_use(weights, &pw_weights_type, &source, error));
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_save: path is NULL");
    const pawl_status status = source->root == NULL
                                   ? pw_weights_write_wts(source, NULL, 0, path, error)
                                   : convert_tree(source, &scratch, path, error);
    pw_arena_free(&scratch);
    return status;
}
