/* SPDX-License-Identifier: Apache-2.0 */
/* The .engine: read as it is, and again with checksums made right, so that the fuzzer gets behind
 * them. What is read is run. */
#include "fuzz_run.h"

#include "support/engine_bytes.h"

static void ask(pawl_plan *plan)
{
    pawl_plan_info info = {.struct_size = sizeof(info)};
    pawl_model_info model = {.struct_size = sizeof(model)};
    if (pawl_plan_info_get(plan, &info, NULL) < 0 || pawl_plan_model_get(plan, &model, NULL) < 0)
        abort();
    for (int32_t c = 0; c < model.class_count; c++)
        (void)pawl_plan_class_name(plan, c);
    for (size_t i = 0; i < model.layer_count; i++) {
        pawl_layer_info layer = {.struct_size = sizeof(layer)};
        if (pawl_plan_layer_get(plan, i, &layer, NULL) < 0)
            abort();
    }
    if (info.height_min < 1 || info.height_min > info.height || info.height > info.height_max ||
        info.width_min < 1 || info.width_min > info.width || info.width > info.width_max ||
        info.contexts < 1 || info.contexts > PAWL_MAX_CONTEXTS)
        abort();
    for (size_t i = 0; i < info.tactic_count; i++) {
        pawl_tactic_info tactic = {.struct_size = sizeof(tactic)};
        if (pawl_plan_tactic_get(plan, i, &tactic, NULL) < 0)
            abort();
    }
}

static void read_all(pw_plan *plan)
{
    volatile uint8_t sum = 0;
    pw_network *network = &plan->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        pw_constant constants[PW_MAX_CONSTANTS];
        const size_t count = pw_layer_constants(&network->layers[i], constants);
        for (size_t c = 0; c < count; c++) {
            const uint8_t *bytes = (const uint8_t *)*constants[c].slot;
            for (size_t b = 0; bytes != NULL && b < constants[c].count * sizeof(float); b++)
                sum = (uint8_t)(sum + bytes[b]);
        }
    }
    for (size_t i = 0; i < plan->artifact_count; i++)
        for (size_t b = 0; b < plan->artifacts[i].size; b++)
            sum = (uint8_t)(sum + ((const uint8_t *)plan->artifacts[i].data)[b]);
}

static void parse(const uint8_t *data, size_t size)
{
    pw_plan *plan = NULL;
    pawl_error error = {.message = ""};
    if (pw_plan_parse(data, size, &plan, &error) < 0) {
        if (plan != NULL || error.message[0] == '\0' || error.offset > size)
            abort();
        return;
    }
    read_all(plan);
    pawl_plan *handle = pw_object_publish(plan);
    ask(handle);
    fuzz_run(handle, &plan->network, "cpu");
    fuzz_run(handle, &plan->network, "reference");
    if (pawl_plan_destroy(&handle) != PAWL_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1u << 20)
        return 0;
    uint8_t *copy = calloc(1, size > 0 ? size : 1); /* aligned, and of its own size */
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    parse(copy, size);
    if (size >= PW_ENGINE_HEADER_SIZE) {
        pt_put(copy + 16, size, 8); /* the file's size: a cut or grown file is as long as it is */
        pt_fix_checksums(copy, size);
        parse(copy, size);
    }
    free(copy);
    return 0;
}
