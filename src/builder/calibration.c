/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrations: made for a plan, filled by an observer. */
#include "builder/calibration.h"

#include "base/desc.h"
#include "plan/plan_ir.h"

#include <string.h>

static void calibration_unmake(pw_object *object)
{
    pw_calibration *calibration = (pw_calibration *)object;
    pw_arena_free(&calibration->arena);
    (void)pthread_mutex_destroy(&calibration->mutex);
}

const pw_type pw_calibration_type = {.name = "calibration",
                                     .size = sizeof(pw_calibration),
                                     .unmake = calibration_unmake,
                                     .role = PW_ROLE_BUILD};

pw_calibration_key pw_calibration_key_of(const pw_plan *plan)
{
    return (pw_calibration_key){.source_hash = {plan->source_hash[0], plan->source_hash[1]},
                                .height = plan->profile.height,
                                .width = plan->profile.width,
                                .task = (int32_t)plan->network.model.task};
}

pawl_status pw_calibration_new(const pw_calibration_key *key, size_t count,
                               pw_calibration **calibration, pawl_error *error)
{
    pw_calibration *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_calibration_type, NULL, 0, &made, error));
    (void)pthread_mutex_init(&made->mutex, NULL); /* cannot fail on Linux */
    made->key = *key;
    made->tensors = pw_arena_array(&made->arena, count + 1, sizeof(pw_calibrated));
    if (made->tensors == NULL)
        return pw_fail_memory(error, "the histograms", count * sizeof(pw_calibrated));
    *calibration = PW_TAKE(made);
    return PAWL_OK;
}

/* A histogram for each layer that makes a tensor. */
static pawl_status make(const pw_plan *plan, pw_calibration **calibration, pawl_error *error)
{
    const pw_network *network = &plan->network;
    const pw_calibration_key key = pw_calibration_key_of(plan);
    pw_calibration *made PW_MAKING = NULL;
    PW_TRY(pw_calibration_new(&key, network->layer_count, &made, error));
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *layer = &network->layers[i];
        if (layer->output == PW_NO_TENSOR)
            continue;
        pw_calibrated *tensor = &made->tensors[made->count++];
        tensor->layer_id = layer->id;
        tensor->name = pw_arena_strdup(&made->arena, layer->name);
        if (tensor->name == NULL)
            return pw_fail_memory(error, "the histograms", strlen(layer->name) + 1);
    }
    *calibration = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_calibration_create(pawl_plan *plan, pawl_calibration **calibration,
                                    pawl_error *error)
{
    pw_plan *used PW_USING = NULL;
    pw_calibration *made = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &used, error));
    if (calibration == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "calibration is NULL: give the address of a handle");
    if (strcmp(used->precision, "fp32") != 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "a plan of precision %s cannot be calibrated: build one of fp32 for that",
                       used->precision);
    PW_TRY(make(used, &made, error));
    *calibration = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_calibration_destroy(pawl_calibration **calibration)
{
    return pw_object_destroy_handle((void **)calibration, &pw_calibration_type);
}

static pw_calibrated *find(const pw_calibration *calibration, uint32_t layer_id)
{
    for (size_t i = 0; i < calibration->count; i++)
        if (calibration->tensors[i].layer_id == layer_id)
            return &calibration->tensors[i];
    return NULL;
}

bool pw_calibration_read(pw_calibration *calibration, uint32_t layer_id, pw_histogram *histogram)
{
    const pw_calibrated *found = find(calibration, layer_id);
    if (found == NULL)
        return false;
    (void)pthread_mutex_lock(&calibration->mutex);
    *histogram = found->histogram;
    (void)pthread_mutex_unlock(&calibration->mutex);
    return histogram->count > 0;
}

uint64_t pw_calibration_pictures(pw_calibration *calibration)
{
    (void)pthread_mutex_lock(&calibration->mutex);
    const uint64_t count = calibration->picture_count;
    (void)pthread_mutex_unlock(&calibration->mutex);
    return count;
}

int pawl_calibration_observe(void *user, uint32_t layer_id, const char *name,
                             const pawl_tensor *tensor)
{
    pw_calibration *calibration PW_USING = NULL;
    pawl_error error;
    if (pw_object_use(user, &pw_calibration_type, &calibration, &error) < 0)
        return 1;
    if (tensor == NULL || tensor->data == NULL || tensor->dtype != PAWL_F32)
        return 1;
    pw_calibrated *found = find(calibration, layer_id);
    if (found == NULL || name == NULL || strcmp(found->name, name) != 0)
        return 0;
    (void)pthread_mutex_lock(&calibration->mutex);
    pw_histogram_add(&found->histogram, tensor->data, tensor->size / sizeof(float));
    if (found == calibration->tensors && tensor->rank > 0) /* the input comes first */
        calibration->picture_count += (uint64_t)tensor->dims[0];
    (void)pthread_mutex_unlock(&calibration->mutex);
    return 0;
}

pawl_status pawl_calibration_info_get(pawl_calibration *calibration, pawl_calibration_info *info,
                                      pawl_error *error)
{
    pw_calibration *used PW_USING = NULL;
    PW_TRY(pw_object_use(calibration, &pw_calibration_type, &used, error));
    pawl_calibration_info made = PAWL_CALIBRATION_INFO_INIT;
    (void)pthread_mutex_lock(&used->mutex);
    made.picture_count = used->picture_count;
    made.tensor_count = used->count;
    made.height = used->key.height;
    made.width = used->key.width;
    made.input_least = used->count > 0 ? used->tensors[0].histogram.least : 0.0f;
    made.input_most = used->count > 0 ? used->tensors[0].histogram.most : 0.0f;
    memcpy(made.source_hash, used->key.source_hash, sizeof made.source_hash);
    (void)pthread_mutex_unlock(&used->mutex);
    return pw_desc_answer(info, &made, sizeof made, "pawl_calibration_info", error);
}
