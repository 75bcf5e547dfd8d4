/* SPDX-License-Identifier: Apache-2.0 */
/* Files cut at every byte, files with every bit turned, and every allocation failing in turn:
 * always a status and a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "small_model.h"
#include "weights/module.h"
#include <pawl/allocator.h>

static const char wts[] =
    "2\nmodel.0.weight 3  3f800000 40000000 c0000000\nmodel.0.bias 1  00000001\n";

/* The files that are damaged: both containers, zip64, deflated, and text. */
static mk_buffer sample(size_t index)
{
    static const small_options options[] = {{.zip_flags = MK_NO_CRC},
                                            {.zip_flags = MK_ZIP64, .byteorder = "little"},
                                            {.zip_flags = MK_DEFLATED | MK_NO_CRC},
                                            {.is_legacy = true, .has_hidden_buffer = true}};
    mk_buffer file = {NULL, 0, 0};
    if (index < PW_COUNT(options))
        return small_file(&options[index]);
    mk_ops(&file, wts);
    return file;
}
#define SAMPLE_COUNT 5

/* Reads all there is, as a caller would; the sanitizers watch. */
static void read_all(const pw_weights *weights)
{
    float values[64];
    for (size_t i = 0; i < weights->tensor_count; i++) {
        const pw_tensor_data *tensor = weights->tensors[i];
        assert_non_null(tensor->name);
        assert_ptr_equal(pw_weights_tensor_find(weights, tensor->name), tensor);
        if (tensor->count <= PW_COUNT(values))
            pw_tensor_widen(tensor, values);
    }
}

/* The bytes are in a block of exactly their size, so that a read beyond is seen. */
static pawl_status parse(const uint8_t *bytes, size_t size)
{
    pw_weights weights;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    if (size > 0)
        memcpy(copy, bytes, size);
    memset(&weights, 0, sizeof weights);
    const pawl_status status = pw_weights_parse(copy, size, "damaged", &weights, &error);
    if (status >= 0)
        read_all(&weights);
    else {
        assert_int_equal(error.status, status);
        assert_true(strlen(error.message) > 10);
        assert_non_null(strstr(error.message, "damaged"));
    }
    pw_arena_free(&weights.arena);
    free(copy);
    return status;
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        mk_buffer file = sample(i);
        assert_int_equal(parse(file.data, file.size), PAWL_OK);
        for (size_t size = 0; size < file.size; size++) {
            const pawl_status status = parse(file.data, size);
            if (size + 9 <
                file.size) /* text without its last newline is whole, and short digits are digits */
                assert_true(status < 0);
        }
        mk_free(&file);
    }
}

static void every_bit_turned(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        mk_buffer file = sample(i);
        for (size_t bit = 0; bit < file.size * 8; bit++) {
            file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            (void)parse(file.data, file.size);
            file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        mk_free(&file);
    }
}

static void every_byte_extreme(void **state)
{
    (void)state;
    static const uint8_t extremes[] = {0x00, 0x7f, 0x80, 0xff, '.', '(', 'u', 'R', 'b'};
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        mk_buffer file = sample(i);
        for (size_t at = 0; at < file.size; at++) {
            const uint8_t old = file.data[at];
            for (size_t e = 0; e < PW_COUNT(extremes); e++) {
                file.data[at] = extremes[e];
                (void)parse(file.data, file.size);
            }
            file.data[at] = old;
        }
        mk_free(&file);
    }
}

/* A checksum sees what the grammar does not. */
static void turned_bits_of_checked_data_are_seen(void **state)
{
    (void)state;
    mk_buffer file = small_file(&(small_options){.root = NULL});
    const size_t start = 30 + strlen("archive/data.pkl");
    for (size_t bit = start * 8; bit < (start + 200) * 8; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(parse(file.data, file.size), PAWL_ERR_CORRUPT);
        file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    mk_free(&file);
}

/* Allocations */

typedef struct failing {
    size_t left; /* allocations that succeed yet */
    size_t held;
} failing;

static void *fail_allocate(void *user, size_t size, size_t alignment)
{
    failing *allocator = user;
    if (allocator->left == 0)
        return NULL;
    allocator->left--;
    void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    allocator->held += memory != NULL;
    return memory;
}

static void fail_release(void *user, void *memory)
{
    ((failing *)user)->held--;
    free(memory);
}

static void every_allocation_failing(void **state)
{
    (void)state;
    failing counter = {0, 0};
    const pawl_allocator allocator = {&counter, fail_allocate, fail_release};
    char path[] = "/tmp/pawl-damage-XXXXXX", target[64];
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    snprintf(target, sizeof target, "%s.wts", path);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        mk_buffer file = sample(i);
        assert_int_equal(ftruncate(descriptor, 0), 0);
        assert_int_equal(pwrite(descriptor, file.data, file.size, 0), file.size);
        mk_free(&file);
        pawl_status status = PAWL_ERR_MEMORY;
        for (size_t n = 0; status == PAWL_ERR_MEMORY; n++) {
            pawl_weights *weights = NULL;
            pawl_error error = {PAWL_OK, 0, 0, ""};
            assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
            counter = (failing){n, 0};
            status = pawl_weights_load(path, &weights, &error);
            if (status >= 0)
                status = pawl_weights_save_wts(weights, target, &error);
            if (status < 0)
                assert_true(strlen(error.message) > 10);
            counter.left = SIZE_MAX;
            assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
            assert_true(n < 10000);
        }
        assert_int_equal(status, PAWL_OK);
        assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
        assert_int_equal(access(target, R_OK), 0);
        unlink(target);
    }
    close(descriptor);
    unlink(path);
}

/* What the handle's functions answer to wrong arguments. */
static void wrong_arguments_are_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/pawl-damage-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, wts, sizeof wts - 1), sizeof wts - 1);
    close(descriptor);
    pawl_weights *weights = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_weights_info info = {.struct_size = sizeof info};
    pawl_global_info global = PAWL_GLOBAL_INFO_INIT;
    pawl_tensor tensor;
    float values[3];
    assert_int_equal(pawl_weights_load(NULL, &weights, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_weights_load("/nowhere/x.pt", &weights, &error), PAWL_ERR_READ);
    assert_int_equal(pawl_weights_load(path, &weights, &error), PAWL_OK);
    assert_int_equal(pawl_weights_info_get(weights, &info, &error), PAWL_OK);
    assert_int_equal(info.kind, PAWL_WEIGHTS_WTS);
    assert_int_equal(info.tensor_count, 2);
    assert_int_equal(info.file_size, sizeof wts - 1);
    assert_true(info.hash[0] != 0 && info.hash[1] != 0);
    assert_int_equal(pawl_weights_tensor_get(weights, 2, &tensor, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_weights_tensor_get(weights, 0, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_weights_tensor_get(weights, 0, &tensor, &error), PAWL_OK);
    assert_string_equal(tensor.name, "model.0.weight");
    assert_int_equal(tensor.size, 12);
    assert_int_equal(pawl_weights_tensor_read(weights, 0, values, 2, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_weights_tensor_read(weights, 0, values, 3, &error), PAWL_OK);
    assert_true(values[2] <= -2.0f);
    assert_int_equal(pawl_weights_global_get(weights, 0, &global, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_weights_save_wts(weights, "/nowhere/x.wts", &error), PAWL_ERR_WRITE);
    pawl_weights *copy = weights;
    assert_int_equal(pawl_weights_destroy(&weights), PAWL_OK);
    assert_int_equal(pawl_weights_info_get(copy, &info, &error), PAWL_ERR_DEAD_HANDLE);
    unlink(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_failing),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(every_bit_turned),
        cmocka_unit_test(every_byte_extreme),
        cmocka_unit_test(turned_bits_of_checked_data_are_seen),
        cmocka_unit_test(wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
