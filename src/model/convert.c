/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pawl_weights_convert: a .wts that says as much as the .pt. Of both the network is made: from the
 * module tree, and from what the bare .wts would say. Where they are the same the bare one will do.
 */
#include "model/wts_modules.h"
#include "model/wts_topology.h"
#include "model/yolov5.h"
#include <string.h>

static bool is_same_head(const pw_detect *a, const pw_detect *b)
{
    if (a->class_count != b->class_count || a->anchor_count != b->anchor_count ||
        a->level_count != b->level_count || a->mask_count != b->mask_count)
        return false;
    for (int32_t l = 0; l < a->level_count; l++)
        if (memcmp(&a->stride[l], &b->stride[l], sizeof a->stride[l]) != 0 ||
            memcmp(a->anchor[l], b->anchor[l], (size_t)a->anchor_count * sizeof a->anchor[l][0]) !=
                0)
            return false;
    return true;
}

/* Constants are compared by place: both networks have the file's own. */
static bool is_same_operator(const pw_layer *a, const pw_layer *b)
{
    const pw_conv *c = &a->as.conv, *d = &b->as.conv;
    const pw_batchnorm *n = &a->as.batchnorm, *m = &b->as.batchnorm;
    switch (a->op) {
    case PW_OP_CONV:
        return memcmp(c, d, offsetof(pw_conv, activation)) == 0 && c->weights == d->weights &&
               c->bias == d->bias;
    case PW_OP_BATCHNORM:
        return n->channels == m->channels &&
               memcmp(&n->epsilon, &m->epsilon, sizeof n->epsilon) == 0 && n->gamma == m->gamma &&
               n->beta == m->beta && n->mean == m->mean && n->variance == m->variance;
    case PW_OP_ACTIVATION:
        return a->as.activation.kind == b->as.activation.kind &&
               memcmp(&a->as.activation.alpha, &b->as.activation.alpha, sizeof(float)) == 0;
    case PW_OP_MAXPOOL:
        return memcmp(&a->as.pool, &b->as.pool, sizeof a->as.pool) == 0;
    case PW_OP_UPSAMPLE:
        return a->as.upsample.factor == b->as.upsample.factor;
    case PW_OP_DETECT:
        return is_same_head(&a->as.detect, &b->as.detect);
    case PW_OP_INPUT:
    case PW_OP_ADD:
    case PW_OP_CONCAT:
    case PW_OP_GLOBALPOOL:
    case PW_OP_CLASSIFY:
        return true;
    default:
        return false; /* in no published graph */
    }
}

static bool is_same_layer(const pw_layer *a, const pw_layer *b)
{
    return a->op == b->op && strcmp(a->name, b->name) == 0 && a->input_count == b->input_count &&
           memcmp(a->inputs, b->inputs, a->input_count * sizeof a->inputs[0]) == 0 &&
           a->output == b->output && is_same_operator(a, b);
}

static bool is_same_network(const pw_network *a, const pw_network *b)
{
    const pw_model *m = &a->model, *n = &b->model;
    if (a->layer_count != b->layer_count || m->task != n->task ||
        m->class_count != n->class_count || m->max_stride != n->max_stride ||
        m->imgsz != n->imgsz || m->parameter_count != n->parameter_count)
        return false;
    for (size_t i = 0; i < a->layer_count; i++)
        if (!is_same_layer(&a->layers[i], &b->layers[i]))
            return false;
    return true;
}

/* Whether the names and counts alone give the network of the module tree. What cannot be made into
 * a network is not. Failures say nothing but that: the error is theirs to fill in. */
static bool says_all(const pw_weights *weights, pw_arena *scratch)
{
    const pw_arena limited = {.limit = pw_yolov5_memory_limit(weights)};
    pw_network own = {.arena = limited}, inferred = {.arena = limited};
    const pw_module *root = NULL;
    const bool is_same = pw_wts_topology(weights, NULL, scratch, &root, NULL) >= 0 &&
                         pw_yolov5_emit(weights->root, true, scratch, &own, NULL) >= 0 &&
                         pw_yolov5_emit(root, true, scratch, &inferred, NULL) >= 0 &&
                         is_same_network(&own, &inferred);
    pw_network_free(&own);
    pw_network_free(&inferred);
    return is_same;
}

static pawl_status convert(const pw_weights *weights, pw_arena *scratch, const char *path,
                           pawl_error *error)
{
    pw_tensor_data extra[PW_WTS_EXTRA_COUNT];
    if (weights->root == NULL || says_all(weights, scratch))
        return pw_weights_write_wts(weights, NULL, 0, path, error);
    PW_TRY(pw_wts_modules_write(weights->root, scratch, extra, error));
    return pw_weights_write_wts(weights, extra, PW_WTS_EXTRA_COUNT, path, error);
}

pawl_status pawl_weights_convert(pawl_weights *weights, const char *path, pawl_error *error)
{
    pw_weights *source PW_USING = NULL;
    pw_arena scratch = {.last = NULL};
    PW_TRY(pw_object_use(weights, &pw_weights_type, &source, error));
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_weights_convert: path is NULL");
    const pawl_status status = convert(source, &scratch, path, error);
    pw_arena_free(&scratch);
    return status;
}
