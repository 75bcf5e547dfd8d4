/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by libraries found at run time: OpenCV's pixels (of the turned one, those of the picture
 * that was turned); skipped where a library is not here, which must then be said. And truncated
 * JPEGs as OpenCV shows them. */
#include "base/compiler.h"
#include "unit/image/fixture.h"
#include <pawl/logger.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef PAWL_SANITIZED
/* The decoder of AV1 forgets a few bytes of some damaged pictures. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void); /* NOLINT */
const char *__lsan_default_suppressions(void)                                         /* NOLINT */
{
    return "leak:libdav1d";
}
#endif

struct foreign_row {
    const char *name;
    const char *library; /* as it is called where it is missing */
    int32_t width, height;
    uint8_t first[3], last[3];
    uint64_t hash; /* 0: within a few values only */
    bool is_animation;
};

static struct foreign_row rows[] = {
    {"animated.gif",
     "libgif",
     9,
     10,
     {0, 40, 0},
     {184, 63, 248},
     UINT64_C(0xc9e625d1d6103212),
     true},
    {"interlaced.gif",
     "libgif",
     9,
     10,
     {0, 45, 0},
     {173, 48, 190},
     UINT64_C(0x9bfc48cd588c6144),
     false},
    {"background.gif", /* of a picture smaller than its screen, with clear pixels */
     "libgif",
     12,
     9,
     {200, 100, 50},
     {200, 100, 50},
     UINT64_C(0x93a62de9d70304e5),
     false},
    {"no-background.gif",
     "libgif",
     12,
     9,
     {255, 0, 0},
     {0, 0, 0},
     UINT64_C(0x29ad72d9764c2245),
     false},
    {"deep.tif", "libtiff", 9, 10, {0, 40, 0}, {184, 63, 248}, UINT64_C(0xc9e625d1d6103212), false},
    {"lzw.tif", "libtiff", 9, 10, {0, 40, 0}, {184, 63, 248}, UINT64_C(0xc9e625d1d6103212), false},
    {"pages.tif", "libtiff", 9, 10, {0, 40, 0}, {184, 63, 248}, UINT64_C(0xc9e625d1d6103212), true},
    {"turned.tif", "libtiff", 10, 9, {0, 63, 0}, {184, 40, 0}, UINT64_C(0xebcd2024b75ed858), false},
    {"small.avif", "libheif", 16, 12, {0, 40, 0}, {88, 126, 131}, 0, false},
};

static char told[600];
static void listen(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    (void)snprintf(told, sizeof told, "%s", message);
}

static char *path_of(const char *file)
{
    static char path[1024];
    const char *root = getenv("PAWL_SOURCE_DIR");
    (void)snprintf(path, sizeof path, "%s/tests/unit/image/foreign/%s", root != NULL ? root : ".",
                   file);
    return path;
}

/* NULL: its library is not here, and that has been said. */
static pawl_image *read_row(const struct foreign_row *row)
{
    pawl_image *image = NULL;
    pawl_error error;
    const pawl_status status = pawl_image_load(path_of(row->name), NULL, &image, &error);
    if (status == PAWL_ERR_UNSUPPORTED) {
        assert_non_null(strstr(error.message, row->library));
        assert_non_null(strstr(error.message, "Debian: "));
        return NULL;
    }
    if (status < 0)
        fail_msg("%s", error.message);
    return image;
}

static void assert_near(const uint8_t *a, const uint8_t *b, int tolerance)
{
    for (int i = 0; i < 3; i++)
        assert_in_range(a[i] + tolerance, b[i], b[i] + 2 * tolerance);
}

static void decodes_the_first_picture(void **state)
{
    const struct foreign_row *row = *state;
    const pawl_logger logger = {.level = PAWL_LOG_INFO, .write = listen};
    told[0] = '\0';
    pawl_logger_set(&logger);
    pawl_image *image = read_row(row);
    pawl_logger_set(NULL);
    if (image == NULL)
        skip();
    const pawl_image_view view = view_of(image);
    const int tolerance = row->hash != 0 ? 0 : 6;
    assert_int_equal(view.width, row->width);
    assert_int_equal(view.height, row->height);
    const uint8_t *last = view.pixels + (size_t)(view.height - 1) * view.row_size;
    assert_near(view.pixels, row->first, tolerance);
    assert_near(last + (size_t)(view.width - 1) * 3, row->last, tolerance);
    assert_true(row->hash == 0 || hash_of(image) == row->hash);
    assert_int_equal(strstr(told, "the first is taken") != NULL, row->is_animation);
    pawl_image_destroy(&image);
}

/* Cut or with any byte changed, in a block of its own size: read or refused, and nothing else. */
static void survives_damage(void **state)
{
    const struct foreign_row *row = *state;
    bytes file = load(path_of(row->name));
    for (size_t at = 0; at < file.size * 2; at++) {
        const bool is_cut = at % 2 == 0;
        const size_t size = is_cut ? at / 2 : file.size;
        uint8_t *copy = malloc(size > 0 ? size : 1);
        assert_non_null(copy);
        memcpy(copy, file.data, size);
        if (!is_cut)
            copy[at / 2] ^= (uint8_t)(0x81u + at * 7u % 64u);
        pawl_image *image = NULL;
        pawl_error error = {.status = PAWL_OK};
        const pawl_status status = pawl_image_decode(copy, size, NULL, &image, &error);
        if (status < 0)
            assert_refused(status, &error, image);
        pawl_image_destroy(&image);
        free(copy);
    }
    unload(&file);
}

static void shows_truncated_pictures_grey(void **state)
{
    (void)state;
    static const uint8_t grey[3] = {128, 128, 128};
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = listen};
    bytes file = load_corpus("half.jpg");
    pawl_image *image = NULL, *whole = NULL;
    pawl_error error;
    pawl_decode_desc how = PAWL_DECODE_DESC_INIT;
    how.accepts_truncated = 1;
    assert_int_equal(pawl_image_decode(file.data, file.size, NULL, &whole, &error), PAWL_OK);
    pawl_logger_set(&logger);
    for (size_t size = file.size - 8; size > file.size - 60; size--) {
        told[0] = '\0';
        assert_int_equal(pawl_image_decode(file.data, size, NULL, &image, &error),
                         PAWL_ERR_CORRUPT);
        if (pawl_image_decode(file.data, size, &how, &image, &error) < 0)
            fail_msg("%s", error.message);
        assert_non_null(strstr(told, "truncated"));
        const pawl_image_view view = view_of(image);
        if (size < file.size - 50)
            assert_memory_equal(view.pixels + (size_t)15 * view.row_size + (size_t)19 * 3, grey, 3);
        pawl_image_destroy(&image);
    }
    /* A whole one is as it is without; one without a header is none. */
    told[0] = '\0';
    assert_int_equal(pawl_image_decode(file.data, file.size, &how, &image, &error), PAWL_OK);
    assert_same(image, whole, 0);
    assert_int_equal(told[0], '\0');
    pawl_image_destroy(&image);
    assert_int_equal(pawl_image_decode(file.data, 20, &how, &image, &error), PAWL_ERR_CORRUPT);
    pawl_logger_set(NULL);
    pawl_image_destroy(&whole);
    unload(&file);
}

int main(void)
{
    struct CMUnitTest tests[2 * PW_COUNT(rows) + 1];
    size_t count = 0;
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        tests[count++] = (struct CMUnitTest){.name = rows[i].name,
                                             .test_func = decodes_the_first_picture,
                                             .initial_state = &rows[i]};
        tests[count++] = (struct CMUnitTest){
            .name = "survives damage", .test_func = survives_damage, .initial_state = &rows[i]};
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(shows_truncated_pictures_grey);
    return cmocka_run_group_tests_name("foreign", tests, NULL, NULL);
}
