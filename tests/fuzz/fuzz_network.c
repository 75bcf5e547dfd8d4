/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights all the way to an engine: bytes as a file of weights, or a tree of modules as text,
 * become a network, pass by pass an optimised one, a plan, the bytes of an .engine, and a plan
 * again. Each may refuse with a sentence; what a later one cannot take of an earlier one is a
 * fault.
 */
#include "fuzz_memory.h"
#include "fuzz_pack.h"
#include "fuzz_run.h"
#include "temporary_path.h"
#include "tree_text.h"

#include <pawl/builder.h>

#define MOST_BYTES  ((size_t)1 << 18)
#define MOST_MEMORY ((size_t)320 << 20) /* of a network, before and after the passes and packed */
#define MOST_VALUES ((size_t)1 << 17)   /* of the tensors of a .wts */

static void check_refusal(pawl_status status, const pawl_error *error)
{
    fuzz_check(status < 0 && error->status == status && strlen(error->message) > 9 &&
               status != PAWL_ERR_MEMORY && status != PAWL_ERR_INTERNAL &&
               status != PAWL_ERR_ARGUMENT);
}

/* A tensor's line of a .wts may leave its values out. */
static void complete_wts(mk_buffer *whole, const uint8_t *data, size_t size)
{
    size_t left = MOST_VALUES;
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t length = end == NULL ? size - at : (size_t)(end - data) - at;
        char name[128], more[2];
        char line[192] = "";
        unsigned int count = 0;
        mk_put(whole, data + at, length);
        memcpy(line, data + at, length < sizeof line ? length : sizeof line - 1);
        if (sscanf(line, "%127s %7u %1s", name, &count, more) == 2 && count <= left) {
            for (unsigned int i = 0; i < count; i++)
                mk_put(whole, " 3f800000", 9);
            left -= count;
        }
        mk_put(whole, "\n", 1);
        at += length + 1;
    }
}

/* The bytes in a form that their first ones tell. */
static pawl_status read_weights(const uint8_t *data, size_t size, mk_buffer *file,
                                pw_weights *weights, pawl_error *error)
{
    if (size > 0 && data[0] > ' ' && data[0] < 0x7f && (data[0] < '0' || data[0] > '9') &&
        !fuzz_is_container(data, size)) {
        if (tree_parse(data, size, weights))
            return PAWL_OK;
        return pw_fail(error, PAWL_ERR_CORRUPT, "no line of the text is a module");
    }
    if (size > 0 && data[0] >= '0' && data[0] <= '9')
        complete_wts(file, data, size);
    else
        *file = fuzz_pack(data, size);
    return pw_weights_parse(file->data, file->size, "fuzz", weights, error);
}

static pawl_status make_network(pawl_weights *weights, pawl_network **network, pawl_error *error)
{
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    const pawl_status status = pawl_network_create(weights, &desc, network, error);
    desc.activation = "leaky";
    return status == PAWL_ERR_AMBIGUOUS ? pawl_network_create(weights, &desc, network, error)
                                        : status;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    fuzz_check(file != NULL && fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size);
    fuzz_check(bytes != NULL && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

/* The plan's file, which must be read, and as it was written. */
static void check_file(pawl_plan *plan)
{
    char path[TEMPORARY_PATH_SIZE];
    pawl_error error = {.message = ""};
    pw_plan *again = NULL;
    size_t size = 0, size_again = 0;
    temporary_path(path, ".engine");
    fuzz_check(pawl_plan_save(plan, path, &error) == PAWL_OK);
    uint8_t *bytes = read_file(path, &size);
    if (pw_plan_parse(bytes, size, &again, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    pawl_plan *handle = pw_object_publish(again);
    fuzz_run(handle, &again->network, "cpu");
    fuzz_run(handle, &again->network, "reference");
    fuzz_check(pawl_plan_save(handle, path, &error) == PAWL_OK);
    uint8_t *bytes_again = read_file(path, &size_again);
    fuzz_check(size == size_again && memcmp(bytes, bytes_again, size) == 0);
    fuzz_check(pawl_plan_destroy(&handle) == PAWL_OK);
    free(bytes_again);
    free(bytes);
    (void)unlink(path);
}

static void build(pawl_network *network, bool is_unoptimised)
{
    pawl_builder *builder = NULL;
    pawl_plan *plan = NULL;
    pawl_error error = {.message = ""};
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.backend = "reference";
    desc.is_unoptimised = is_unoptimised;
    fuzz_check(pawl_builder_create(NULL, &builder, &error) == PAWL_OK);
    const pawl_status status = pawl_builder_build(builder, network, &desc, &plan, &error);
    if (status < 0)
        check_refusal(status, &error);
    else
        check_file(plan);
    fuzz_check(pawl_plan_destroy(&plan) == PAWL_OK);
    fuzz_check(pawl_builder_destroy(&builder) == PAWL_OK);
}

static size_t values_of(const pw_weights *weights)
{
    size_t count = 0;
    for (size_t i = 0; i < weights->tensor_count; i++)
        count += weights->tensors[i]->count;
    return count;
}

/* What gives a network gives one as a .wts too. Of what gives none, names may be such that the
 * file is taken for another kind. */
static void convert(pawl_weights *weights, bool has_network)
{
    char path[TEMPORARY_PATH_SIZE];
    pawl_weights *again = NULL;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    temporary_path(path, ".wts");
    const pawl_status status = pawl_weights_save(weights, path, &error);
    if (status < 0) {
        check_refusal(status, &error);
        return;
    }
    if ((pawl_weights_load(path, &again, &error) < 0 ||
         make_network(again, &network, &error) < 0) &&
        has_network) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    fuzz_check(pawl_network_destroy(&network) == PAWL_OK);
    fuzz_check(pawl_weights_destroy(&again) == PAWL_OK);
    (void)unlink(path);
}

static void try_network(pw_weights *made)
{
    const size_t count = values_of(made);
    pawl_weights *weights = pw_object_publish(made);
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    const pawl_status status = make_network(weights, &network, &error);
    if (status < 0) {
        check_refusal(status, &error);
    } else {
        build(network, false);
        build(network, true);
    }
    if (count < (status >= 0 ? MOST_VALUES : MOST_VALUES / 16))
        convert(weights, status >= 0);
    fuzz_check(pawl_network_destroy(&network) == PAWL_OK);
    fuzz_check(pawl_weights_destroy(&weights) == PAWL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pw_weights *made = NULL;
    pawl_error error = {.message = ""};
    mk_buffer file = {NULL, 0, 0};
    if (size > MOST_BYTES)
        return 0;
    fuzz_limit_memory(MOST_MEMORY);
    fuzz_check(pw_object_make(&pw_weights_type, NULL, 0, &made, &error) >= 0);
    if (read_weights(data, size, &file, made, &error) < 0)
        pw_object_abandon(made);
    else
        try_network(made);
    mk_free(&file);
    return 0;
}
