/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the image room share: files of the corpus, pictures made by formula, a counting
 * allocator, a temporary folder. */
#ifndef TEST_IMAGE_FIXTURE_H
#define TEST_IMAGE_FIXTURE_H

#include <pawl/allocator.h>
#include <pawl/image.h>
#include <stdbool.h>

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* Folder of the corpus; a path in it, in static storage. */
const char *corpus_path(const char *file);
bytes load(const char *path);
bytes load_corpus(const char *file);
void unload(bytes *file);

/* Pixel x, y, channel c of the picture that pattern() makes. */
uint8_t pattern_at(int32_t x, int32_t y, int32_t c);
pawl_image *pattern(int32_t width, int32_t height);
pawl_image *plain(int32_t width, int32_t height, uint8_t value);

pawl_image_view view_of(pawl_image *image);
uint64_t hash_of(pawl_image *image); /* FNV-1a over the rows */
void assert_same(pawl_image *a, pawl_image *b, int tolerance);

/* Fails the test unless the call failed with a sentence, and nothing was written to the handle. */
void assert_refused(pawl_status status, const pawl_error *error, const pawl_image *image);

/* A path in a folder of this process, in static storage;
 * folder_end() removes what the tests left. */
const char *folder_path(const char *file);
int folder_end(void **state);

/* The Nth allocation from now on fails (0: none). */
void fail_allocation(size_t number);
bool has_failed_allocation(void);
size_t blocks_held(void);
void use_counting_allocator(void);
void use_standard_allocator(void);

#endif
