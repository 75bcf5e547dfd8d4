/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/image/fixture.h"
#include "base/compiler.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static size_t allocations_left;
static bool is_allocation_failed;
static size_t held;

const char *corpus_path(const char *file)
{
    static char path[1024];
    const char *root = getenv("PAWL_SOURCE_DIR");
    assert_true(snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/image/%s",
                         root != NULL ? root : ".", file) < (int)sizeof(path));
    return path;
}

bytes load(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    bytes got = {.data = malloc(1 << 20)};
    assert_non_null(got.data);
    got.size = fread(got.data, 1, 1 << 20, file);
    (void)fclose(file);
    return got;
}

bytes load_corpus(const char *file)
{
    return load(corpus_path(file));
}

void unload(bytes *file)
{
    free(file->data);
    *file = (bytes){.data = NULL};
}

uint8_t pattern_at(int32_t x, int32_t y, int32_t c)
{
    return (uint8_t)((x * 37 + y * 59 + c * 91 + x * y * 13) % 256);
}

static pawl_image *make(int32_t width, int32_t height, const uint8_t *pixels)
{
    const pawl_image_view view = {
        .width = width, .height = height, .row_size = (size_t)width * 3, .pixels = pixels};
    pawl_image *image = NULL;
    pawl_error error;
    if (pawl_image_create(&view, &image, &error) < 0)
        fail_msg("%s", error.message);
    return image;
}

pawl_image *pattern(int32_t width, int32_t height)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    assert_non_null(pixels);
    for (int32_t i = 0; i < width * height * 3; i++)
        pixels[i] = pattern_at(i / 3 % width, i / 3 / width, i % 3);
    pawl_image *image = make(width, height, pixels);
    free(pixels);
    return image;
}

pawl_image *plain(int32_t width, int32_t height, uint8_t value)
{
    const size_t size = (size_t)width * (size_t)height * 3;
    uint8_t *pixels = malloc(size);
    assert_non_null(pixels);
    memset(pixels, value, size);
    pawl_image *image = make(width, height, pixels);
    free(pixels);
    return image;
}

pawl_image_view view_of(pawl_image *image)
{
    pawl_image_view view = {.width = 0};
    pawl_error error;
    if (pawl_image_view_get(image, &view, &error) < 0)
        fail_msg("%s", error.message);
    return view;
}

uint64_t hash_of(pawl_image *image)
{
    const pawl_image_view view = view_of(image);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (int32_t y = 0; y < view.height; y++) {
        const uint8_t *row = view.pixels + (size_t)y * view.row_size;
        for (int32_t i = 0; i < view.width * 3; i++)
            hash = (hash ^ row[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

void assert_same(pawl_image *a, pawl_image *b, int tolerance)
{
    const pawl_image_view left = view_of(a);
    const pawl_image_view right = view_of(b);
    assert_int_equal(left.width, right.width);
    assert_int_equal(left.height, right.height);
    for (int32_t y = 0; y < left.height; y++) {
        for (int32_t i = 0; i < left.width * 3; i++) {
            const int p = left.pixels[(size_t)y * left.row_size + (size_t)i];
            const int q = right.pixels[(size_t)y * right.row_size + (size_t)i];
            if (abs(p - q) > tolerance)
                fail_msg("pixel %d, %d differs: %d and %d", i / 3, y, p, q);
        }
    }
}

void assert_refused(pawl_status status, const pawl_error *error, const pawl_image *image)
{
    assert_true(status < 0);
    assert_int_equal(status, error->status);
    assert_true(strlen(error->message) > 10);
    assert_int_not_equal(status, PAWL_ERR_INTERNAL);
    assert_null(image);
}

const char *folder_path(const char *file)
{
    static char path[512]; /* longer than folder and any file's name: gcc warns otherwise */
    if (folder[0] == '\0') {
        (void)snprintf(folder, sizeof(folder), "/tmp/pawl-image-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
    (void)snprintf(path, sizeof(path), "%s/%s", folder, file);
    return path;
}

int folder_end(void **state)
{
    (void)state;
    if (folder[0] == '\0')
        return 0;
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return 1;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (entry->d_name[0] != '.')
            (void)unlink(folder_path(entry->d_name));
    }
    (void)closedir(entries);
    return rmdir(folder); /* fails when a hidden temporary was left behind */
}

static void *counting_allocate(void *user, size_t size, size_t alignment)
{
    (void)user;
    if (allocations_left > 0 && --allocations_left == 0) {
        is_allocation_failed = true;
        return NULL;
    }
    void *memory = NULL;
    if (posix_memalign(&memory, alignment < sizeof(void *) ? sizeof(void *) : alignment, size) != 0)
        return NULL;
    held++;
    return memory;
}

static void counting_release(void *user, void *memory)
{
    (void)user;
    held--;
    free(memory);
}

void fail_allocation(size_t number)
{
    allocations_left = number;
    is_allocation_failed = false;
}

bool has_failed_allocation(void)
{
    return is_allocation_failed;
}

size_t blocks_held(void)
{
    return held;
}

void use_counting_allocator(void)
{
    const pawl_allocator counting = {.allocate = counting_allocate, .release = counting_release};
    fail_allocation(0);
    assert_int_equal(pawl_allocator_set(&counting), PAWL_OK);
}

void use_standard_allocator(void)
{
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}
