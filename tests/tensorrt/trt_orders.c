/* SPDX-License-Identifier: Apache-2.0 */
#include "tensorrt/trt_orders.h"
#include <pawl/object.h>
#include <stdarg.h>
#include <stdio.h>

enum { BUILDER, NETWORK, CONFIG, MEMORY, RUNTIME, KINDS };

static const char *const kind_names[KINDS] = {"builder", "network", "config", "memory", "runtime"};

void trt_expect(trt_tally *tally, bool is_true, const char *format, ...)
{
    if (is_true) {
        tally->passed++;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    fputs("failed: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    tally->failed++;
}

bool trt_small_network(const pw_trt_library *library, pw_trt_native *network)
{
    static float kernel[8 * 3 * 3 * 3], bias[8];
    static const int32_t channels_last[PW_TRT_MAX_DIMS] = {0, 2, 3, 1};
    for (size_t i = 0; i < PW_COUNT(kernel); i++)
        kernel[i] = (float)((int)(i * 37 % 101) - 50) / 500.0f;
    for (size_t i = 0; i < PW_COUNT(bias); i++)
        bias[i] = 0.25f * (float)i;
    const pw_trt_dims input = {4, {1, 3, 32, 32}}, window = {2, {3, 3}}, one = {2, {1, 1}};
    const pw_trt_weights weights = {PW_TRT_FLOAT, kernel, PW_COUNT(kernel)},
                         biases = {PW_TRT_FLOAT, bias, PW_COUNT(bias)};
    pw_trt_native *const images =
        pw_trt_add_input(library, network, "images", PW_TRT_FLOAT, &input);
    pw_trt_native *layer = images != NULL ? pw_trt_add_convolution(library, network, images, 8,
                                                                   &window, &weights, &biases)
                                          : NULL;
    if (layer == NULL)
        return false;
    pw_trt_convolution_set(library, layer, &one, &one, &one, 1);
    pw_trt_native *const x = pw_trt_layer_output(library, layer);
    pw_trt_native *const gate = pw_trt_add_activation(library, network, x, PW_TRT_SIGMOID);
    if (gate == NULL)
        return false;
    layer = pw_trt_add_elementwise(library, network, x, pw_trt_layer_output(library, gate),
                                   PW_TRT_PROD);
    layer = layer != NULL
                ? pw_trt_add_shuffle(library, network, pw_trt_layer_output(library, layer))
                : NULL;
    if (layer == NULL)
        return false;
    pw_trt_shuffle_transpose(library, layer, channels_last);
    pw_trt_native *const out = pw_trt_layer_output(library, layer);
    pw_trt_tensor_set_name(library, out, "out");
    pw_trt_mark_output(library, network, out);
    return true;
}

static pawl_status make_all(const pw_trt_library *library, bool with_plan,
                            pw_trt_object *objects[KINDS])
{
    PW_TRY(pw_trt_adopt(library, &pw_trt_builder_type, pw_trt_builder_create(library), NULL,
                        &objects[BUILDER], NULL));
    pw_trt_native *const builder = objects[BUILDER]->native;
    PW_TRY(pw_trt_adopt(library, &pw_trt_network_type,
                        pw_trt_builder_network(library, builder, library->strategy->network_flags),
                        objects[BUILDER], &objects[NETWORK], NULL));
    PW_TRY(pw_trt_adopt(library, &pw_trt_config_type, pw_trt_builder_config(library, builder),
                        objects[BUILDER], &objects[CONFIG], NULL));
    PW_TRY(pw_trt_adopt(library, &pw_trt_runtime_type, pw_trt_runtime_create(library), NULL,
                        &objects[RUNTIME], NULL));
    if (!with_plan)
        return PAWL_OK;
    if (!trt_small_network(library, objects[NETWORK]->native))
        return PAWL_ERR_DEVICE;
    return pw_trt_adopt(
        library, &pw_trt_memory_type,
        pw_trt_builder_build(library, builder, objects[NETWORK]->native, objects[CONFIG]->native),
        NULL, &objects[MEMORY], NULL);
}

/* Ends objects[kind]; the status must be what the pins say:
 * at no level is an end of ours refused. */
static void end_one(pw_trt_object *objects[KINDS], int kind, trt_tally *tally, unsigned order)
{
    if (objects[kind] == NULL)
        return;
    const bool is_held = kind == BUILDER && (objects[NETWORK] != NULL || objects[CONFIG] != NULL);
    const pawl_status wanted = is_held ? PAWL_DEFERRED : PAWL_OK;
    const pawl_status status = pw_object_end(objects[kind]);
    if (status != wanted)
        trt_expect(tally, false, "order %u: ending the %s gave %d, not %d", order, kind_names[kind],
                   (int)status, (int)wanted);
    objects[kind] = NULL;
}

/* The order numbered 0 to 119 as a permutation (factorial digits). */
static void permutation(unsigned number, int order[KINDS])
{
    int left[KINDS];
    for (int i = 0; i < KINDS; i++)
        left[i] = i;
    for (int count = KINDS; count > 0; count--) {
        const unsigned place = number % (unsigned)count;
        number /= (unsigned)count;
        order[KINDS - count] = left[place];
        for (int i = (int)place; i < count - 1; i++)
            left[i] = left[i + 1];
    }
}

void trt_all_orders(const pw_trt_library *library, unsigned build_every, trt_tally *tally)
{
    const unsigned before = pw_trt_destroy_complaints();
    const size_t living = pawl_object_count();
    for (unsigned number = 0; number < 120; number++) {
        pw_trt_object *objects[KINDS] = {NULL};
        int order[KINDS];
        const unsigned failed = tally->failed;
        permutation(number, order);
        const pawl_status status = make_all(library, number % build_every == 0, objects);
        for (int i = 0; i < KINDS; i++)
            end_one(objects, order[i], tally, number);
        trt_expect(tally,
                   status == PAWL_OK && tally->failed == failed && pawl_object_count() == living,
                   "order %u: made with %d, %zu objects are left", number, (int)status,
                   pawl_object_count() - living);
    }
    trt_expect(tally, pw_trt_destroy_complaints() == before,
               "%s complained %u times under the guard", library->version_text,
               pw_trt_destroy_complaints() - before);
}

static unsigned complaints_of(const pw_trt_library *library, const int *order)
{
    const unsigned before = pw_trt_destroy_complaints();
    pw_trt_native *const builder = pw_trt_builder_create(library);
    pw_trt_native *const natives[] = {
        builder, pw_trt_builder_network(library, builder, library->strategy->network_flags),
        pw_trt_builder_config(library, builder)};
    for (int i = 0; i < 3; i++)
        pw_trt_delete(natives[order[i]]);
    return pw_trt_destroy_complaints() - before;
}

void trt_wrong_orders(const pw_trt_library *library, trt_tally *tally)
{
    static const int orders[6][3] = {{1, 2, 0}, {2, 1, 0}, {0, 1, 2},
                                     {0, 2, 1}, {1, 0, 2}, {2, 0, 1}};
    const bool has_check = library->strategy->checks_builder;
    for (size_t i = 0; i < PW_COUNT(orders); i++) {
        const unsigned wanted = i >= 2 && has_check ? 1 : 0,
                       found = complaints_of(library, orders[i]);
        trt_expect(tally, found == wanted,
                   "%s: beneath the guard, order %d %d %d: %u complaints, not %u",
                   library->version_text, orders[i][0], orders[i][1], orders[i][2], found, wanted);
    }
}
