/* SPDX-License-Identifier: Apache-2.0 */
/* The object behind a pawl_network handle and the public functions that ask it. */
#include "base/desc.h"
#include "network/network_ir.h"
#include <string.h>

static void unmake(pw_object *object)
{
    pw_network_free(&((pw_network_object *)(void *)object)->network);
}

const pw_type pw_network_type = {
    .name = "network", .size = sizeof(pw_network_object), .unmake = unmake, .role = PW_ROLE_BUILD};

static char **make_texts(pw_network *network)
{
    char **texts = pw_arena_array(&network->arena, network->layer_count, sizeof *texts);
    for (size_t i = 0; texts != NULL && i < network->layer_count; i++) {
        char text[256];
        pawl_layer_info info;
        pw_layer_describe(network, i, &info, text, sizeof text);
        texts[i] = pw_arena_strdup(&network->arena, text);
        if (texts[i] == NULL)
            return NULL;
    }
    return texts;
}

pawl_status pw_network_object_make(pw_object *weights, pw_network *network,
                                   pw_network_object **object, pawl_error *error)
{
    pw_network_object *made = NULL;
    pw_object *const parents[] = {weights};
    char **texts = make_texts(network);
    if (texts == NULL)
        return pw_fail_memory(error, "descriptions of the layers", network->layer_count * 32);
    const int32_t size = network->model.imgsz;
    const double flops = pw_network_flops(network, 1, size, size);
    if (flops < 0) /* a finished network fits its own size: only memory can be wanting */
        return pw_fail_memory(error, "the tensors' shapes",
                              network->tensor_count * sizeof(pw_shape));
    PW_TRY(pw_object_make(&pw_network_type, parents, 1, &made, error));
    made->network = *network;
    made->layer_attributes = texts;
    made->info.struct_size = sizeof made->info;
    pw_network_describe(&made->network, size, &made->info);
    made->info.gflops = flops * 1e-9;
    memset(network, 0, sizeof *network);
    *object = made;
    return PAWL_OK;
}

pawl_status pawl_network_destroy(pawl_network **network)
{
    return pw_object_destroy_handle((void **)network, &pw_network_type);
}

pawl_status pawl_network_info_get(pawl_network *network, pawl_model_info *info, pawl_error *error)
{
    pw_network_object *object PW_USING = NULL;
    PW_TRY(pw_object_use(network, &pw_network_type, &object, error));
    return pw_desc_answer(info, &object->info, sizeof object->info, "pawl_model_info", error);
}

const char *pawl_network_class_name(pawl_network *network, int32_t class_id)
{
    pw_network_object *object PW_USING = NULL;
    if (pw_object_use(network, &pw_network_type, &object, NULL) < 0)
        return NULL;
    return pw_model_class_name(&object->network.model, class_id);
}

pawl_status pawl_network_layer_get(pawl_network *network, size_t index, pawl_layer_info *info,
                                   pawl_error *error)
{
    pw_network_object *object PW_USING = NULL;
    pawl_layer_info answer = {.struct_size = sizeof answer};
    char text[256];
    PW_TRY(pw_object_use(network, &pw_network_type, &object, error));
    if (index >= object->network.layer_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "layer %zu: the network has %zu layers", index,
                       object->network.layer_count);
    pw_layer_describe(&object->network, index, &answer, text, sizeof text);
    answer.attributes = object->layer_attributes[index];
    return pw_desc_answer(info, &answer, sizeof answer, "pawl_layer_info", error);
}
