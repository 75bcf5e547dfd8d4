/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of file decodes to OpenCV's pixels; what is written reads back; EXIF turns; what is
 * not read is refused by name. */
#include "base/compiler.h"
#include "unit/image/expected.h"
#include "unit/image/fixture.h"
#include <pawl/file.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void decodes_as_opencv(void **state)
{
    const expected_picture *row = *state;
    pawl_image *image = NULL;
    pawl_error error;
    if (pawl_image_load(corpus_path(row->file), NULL, &image, &error) < 0)
        fail_msg("%s", error.message);
    const pawl_image_view view = view_of(image);
    assert_int_equal(view.width, row->width);
    assert_int_equal(view.height, row->height);
    const uint8_t *last = view.pixels + (size_t)(view.height - 1) * view.row_size;
    assert_memory_equal(view.pixels, row->first, 3);
    assert_memory_equal(last + (size_t)(view.width - 1) * 3, row->last, 3);
    assert_true(hash_of(image) == row->hash);
    pawl_image_destroy(&image);
}

struct trip_row {
    const char *name;
    int32_t width, height;
    int tolerance;
};

static struct trip_row trip_rows[] = {
    {"a.png", 7, 5, 0},    {"b.PNG", 1, 1, 0},     {"a.ppm", 7, 5, 0},    {"a.bmp", 7, 5, 0},
    {"b.bmp", 4, 3, 0},    {"c.bmp", 1, 9, 0},     {"a.jpg", 64, 48, 12}, {"a.jpeg", 3, 2, 12},
    {"a.JPG", 64, 48, 12}, {"a.webp", 64, 48, 12},
};

/* A slope, since lossy formats are near only where a picture is smooth. */
static pawl_image *slope(int32_t width, int32_t height)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    assert_non_null(pixels);
    for (int32_t i = 0; i < width * height; i++) {
        pixels[3 * i] = (uint8_t)(40 + 2 * (i % width));
        pixels[3 * i + 1] = (uint8_t)(200 - 2 * (i / width));
        pixels[3 * i + 2] = 90;
    }
    const pawl_image_view view = {
        .width = width, .height = height, .row_size = (size_t)width * 3, .pixels = pixels};
    pawl_image *image = NULL;
    assert_int_equal(pawl_image_create(&view, &image, NULL), PAWL_OK);
    free(pixels);
    return image;
}

static void reads_what_it_wrote(void **state)
{
    const struct trip_row *row = *state;
    pawl_image *image =
        row->tolerance > 0 ? slope(row->width, row->height) : pattern(row->width, row->height);
    pawl_image *back = NULL;
    pawl_error error;
    const char *path = folder_path(row->name);
    if (pawl_image_save(image, path, NULL, &error) < 0 ||
        pawl_image_load(path, NULL, &back, &error) < 0)
        fail_msg("%s", error.message);
    assert_same(image, back, row->tolerance);
    pawl_image_destroy(&back);
    pawl_image_destroy(&image);
}

struct turn_row {
    const char *name;
    int orientation;
    bool is_transposed, flips_x, flips_y;
};

static struct turn_row turn_rows[] = {
    {"exif 1 stays", 1, false, false, false},
    {"exif 2 mirrors", 2, false, true, false},
    {"exif 3 half turn", 3, false, true, true},
    {"exif 4 mirrors upside down", 4, false, false, true},
    {"exif 5 transposes", 5, true, false, false},
    {"exif 6 turns right", 6, true, true, false},
    {"exif 7 transverses", 7, true, true, true},
    {"exif 8 turns left", 8, true, false, true},
    {"exif 0 stays", 0, false, false, false},
    {"exif 9 stays", 9, false, false, false},
};

/* The JPEG with an APP1 segment right behind its start mark; both byte orders. */
static bytes with_exif(bytes jpeg, int orientation, bool is_big)
{
    static const uint8_t little[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0, 'I', 'I',
                                     42,   0,    8, 0,  0,   0,   1,   0,   0x12, 1, 3,   0,
                                     1,    0,    0, 0,  0,   0,   0,   0,   0,    0, 0,   0};
    static const uint8_t big[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0,    0,    'M', 'M',
                                  0,    42,   0, 0,  0,   8,   0,   1,   0x01, 0x12, 0,   3,
                                  0,    0,    0, 1,  0,   0,   0,   0,   0,    0,    0,   0};
    const size_t size = sizeof(big);
    bytes made = {.data = malloc(jpeg.size + size), .size = jpeg.size + size};
    assert_non_null(made.data);
    memcpy(made.data, jpeg.data, 2);
    memcpy(made.data + 2, is_big ? big : little, size);
    memcpy(made.data + 2 + size, jpeg.data + 2, jpeg.size - 2);
    made.data[2 + (is_big ? 29 : 28)] = (uint8_t)orientation;
    return made;
}

static void turns_upright(void **state)
{
    const struct turn_row *row = *state;
    bytes jpeg = load_corpus("baseline.jpg");
    pawl_image *straight = NULL;
    assert_int_equal(pawl_image_decode(jpeg.data, jpeg.size, NULL, &straight, NULL), PAWL_OK);
    const pawl_image_view from = view_of(straight);
    for (int is_big = 0; is_big < 2; is_big++) {
        bytes turned = with_exif(jpeg, row->orientation, is_big == 1);
        pawl_image *image = NULL;
        assert_int_equal(pawl_image_decode(turned.data, turned.size, NULL, &image, NULL), PAWL_OK);
        const pawl_image_view view = view_of(image);
        assert_int_equal(view.width, row->is_transposed ? from.height : from.width);
        assert_int_equal(view.height, row->is_transposed ? from.width : from.height);
        for (int32_t y = 0; y < view.height; y++) {
            for (int32_t x = 0; x < view.width; x++) {
                const int32_t u = row->flips_x ? view.width - 1 - x : x;
                const int32_t v = row->flips_y ? view.height - 1 - y : y;
                const size_t at = row->is_transposed ? (size_t)u * from.row_size + (size_t)v * 3
                                                     : (size_t)v * from.row_size + (size_t)u * 3;
                assert_memory_equal(view.pixels + (size_t)y * view.row_size + (size_t)x * 3,
                                    from.pixels + at, 3);
            }
        }
        pawl_image_destroy(&image);
        unload(&turned);
    }
    pawl_image_destroy(&straight);
    unload(&jpeg);
}

struct refusal_row {
    const char *name;
    const char *data;
    size_t size;
    pawl_status status;
    const char *says; /* part of the sentence */
};

#define BYTES(text) text, sizeof(text) - 1
#define BMP_HEAD(width, height, bits, kind)                                \
    "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" width height "\1\0" bits kind \
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"

/* clang-format off */
static struct refusal_row refusal_rows[] = {
    {"nothing at all",         BYTES(""),                               PAWL_ERR_CORRUPT,     "empty"},
    {"text",                   BYTES("hello, world"),                   PAWL_ERR_CORRUPT,     "no picture"},
    {"one byte",               BYTES("\xff"),                           PAWL_ERR_CORRUPT,     "no picture"},
    {"a JPEG XL",              BYTES("\xff\x0a\0\0"),                    PAWL_ERR_UNSUPPORTED, "JPEG XL"},
    {"an OpenEXR",             BYTES("v/1\1\2\0\0\0"),                 PAWL_ERR_UNSUPPORTED, "OpenEXR"},
    {"an MP4",                 BYTES("\0\0\0\x18" "ftypmp42"),          PAWL_ERR_UNSUPPORTED, "a video (MP4, QuickTime), which is not read as a picture; extract"},
    {"an engine",              BYTES("\x89PAWL\r\n\x1a"),               PAWL_ERR_UNSUPPORTED, "an engine of pawl's, not a picture"},
    {"a checkpoint",           BYTES("PK\3\4...."),                     PAWL_ERR_UNSUPPORTED, "a checkpoint (a ZIP file, as .pt is), not a picture"},
    {"an AVI",                 BYTES("RIFF\0\0\0\0AVI LIST"),           PAWL_ERR_UNSUPPORTED, "video"},
    {"a JPEG of its mark",     BYTES("\xff\xd8\xff"),                   PAWL_ERR_CORRUPT,     "truncated"},
    {"a JPEG without tables",  BYTES("\xff\xd8\xff\xd9"),               PAWL_ERR_CORRUPT,     "JPEG"},
    {"a PNG of its mark",      BYTES("\x89PNG\r\n\x1a\n"),              PAWL_ERR_CORRUPT,     "truncated"},
    {"a PNG without width",    BYTES(PNG_HEAD "\0\0\0\0\0\0\0\1\x08\2\0\0\0\0\0\0\0"),             PAWL_ERR_CORRUPT, "at least one"},
    {"a PNG too wide",         BYTES(PNG_HEAD "\0\1\0\0\0\0\0\1\x08\2\0\0\0\0\0\0\0"),             PAWL_ERR_LIMIT,   "65536 x 1"},
    {"a PNG of 2^62 pixels",   BYTES(PNG_HEAD "\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\2\0\0\0\0\0\0\0"), PAWL_ERR_LIMIT, "limit"},
    {"a PNG that lies",        BYTES(PNG_HEAD "\0\0\x40\0\0\0\x40\0\x08\2\0\0\0\0\0\0\0"),         PAWL_ERR_CORRUPT, "cannot hold"},
    {"a PNG whose eXIf lies",  BYTES(PNG_HEAD "\0\0\0\1\0\0\0\1\x08\2\0\0\0\0\0\0\0\x70\0\0\0eXIfMM\0*"), PAWL_ERR_CORRUPT, "its chunk at byte 33"},
    {"a PNG of no colour type", BYTES(PNG_HEAD "\0\0\0\1\0\0\0\1\x08\5\0\0\0\0\0\0\0"),            PAWL_ERR_CORRUPT, "IHDR"},
    {"a BMP too wide",         BYTES(BMP_HEAD("\0\0\1\0", "\1\0\0\0", "\x18\0", "\0\0\0\0")),      PAWL_ERR_LIMIT,   "65536 x 1"},
    {"a BMP of width -1",      BYTES(BMP_HEAD("\xff\xff\xff\xff", "\1\0\0\0", "\x18\0", "\0\0\0\0")), PAWL_ERR_CORRUPT, "at least one"},
    {"a BMP of height 0",      BYTES(BMP_HEAD("\1\0\0\0", "\0\0\0\0", "\x18\0", "\0\0\0\0")),      PAWL_ERR_CORRUPT, "at least one"},
    {"a BMP of height -2^31",  BYTES(BMP_HEAD("\1\0\0\0", "\0\0\0\x80", "\x18\0", "\0\0\0\0")),    PAWL_ERR_LIMIT,   "limit"},
    {"a BMP that lies",        BYTES(BMP_HEAD("\0\x40\0\0", "\0\x40\0\0", "\x18\0", "\0\0\0\0")),  PAWL_ERR_CORRUPT, "truncated"},
    {"a BMP of 7 bits",        BYTES(BMP_HEAD("\1\0\0\0", "\1\0\0\0", "\7\0", "\0\0\0\0")),        PAWL_ERR_CORRUPT, "7 bits"},
    {"a BMP with RLE4",        BYTES(BMP_HEAD("\1\0\0\0", "\1\0\0\0", "\4\0", "\2\0\0\0")),        PAWL_ERR_UNSUPPORTED, "RLE4"},
    {"a PPM too wide",         BYTES("P6 65501 1 255\n"),               PAWL_ERR_LIMIT,       "65501 x 1"},
    {"a PPM of 10^30 columns", BYTES("P6 1000000000000000000000000000000 1 255\n"), PAWL_ERR_CORRUPT, "P6"},
    {"a PPM without height",   BYTES("P6 3"),                           PAWL_ERR_CORRUPT,     "height"},
    {"a PPM of negative width", BYTES("P6 -3 1 255\n"),                 PAWL_ERR_CORRUPT,     "width"},
    {"a PPM of maxval 0",      BYTES("P6 1 1 0\n"),                     PAWL_ERR_CORRUPT,     "largest value"},
    {"a PPM of maxval 65536",  BYTES("P6 1 1 65536\n"),                 PAWL_ERR_CORRUPT,     "65536"},
    {"a PPM of all comment",   BYTES("P6 # and so on"),                 PAWL_ERR_CORRUPT,     "width"},
    {"a PGM with a letter",    BYTES("P2 1 1 255 x"),                   PAWL_ERR_CORRUPT,     "byte 11"},
    {"a PFM of its mark",      BYTES("PF\n"),                          PAWL_ERR_CORRUPT,     "header"},
    {"a PFM without a scale",  BYTES("PF\n1 1\n"),                     PAWL_ERR_CORRUPT,     "header"},
    {"a PFM of scale 0",       BYTES("PF\n1 1\n0\n....."),             PAWL_ERR_CORRUPT,     "header"},
    {"a PFM of no scale",      BYTES("PF\n1 1\nnan\n....."),           PAWL_ERR_CORRUPT,     "header"},
    {"a PFM of one number",    BYTES("PF\n1\n-1\n............"),       PAWL_ERR_CORRUPT,     "header"},
    {"a PFM with a long line", BYTES("PF\n1 1\n-1                                                                                              \n"), PAWL_ERR_CORRUPT, "header"},
    {"a PFM of height -1",     BYTES("PF\n1 -1\n-1\n............"),    PAWL_ERR_CORRUPT,     "at least one"},
    {"a PFM too wide",         BYTES("PF\n65501 1\n-1\n...."),         PAWL_ERR_LIMIT,       "65501 x 1"},
    {"a PFM that is short",    BYTES("PF\n1 1\n-1\n..........."),      PAWL_ERR_CORRUPT,     "truncated"},
    {"a grey PFM that is short", BYTES("Pf\n2 2\n-1\n..............."), PAWL_ERR_CORRUPT,    "truncated"},
    {"a WebP of its mark",     BYTES("RIFF\0\0\0\0WEBP"),               PAWL_ERR_CORRUPT,     "WebP"},
};
/* clang-format on */

static void is_refused(void **state)
{
    const struct refusal_row *row = *state;
    pawl_image *image = NULL;
    pawl_error error = {.status = PAWL_OK};
    const pawl_status status = pawl_image_decode(row->data, row->size, NULL, &image, &error);
    assert_refused(status, &error, image);
    if (status != row->status || strstr(error.message, row->says) == NULL)
        fail_msg("%s: %s", pawl_status_name(status), error.message);
}

static void names_what_it_cannot_read(void **state)
{
    (void)state;
    pawl_image *image = NULL;
    pawl_error error;
    assert_int_equal(pawl_image_load(corpus_path("rle8.bmp"), NULL, &image, &error),
                     PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "RLE8"));
    assert_int_equal(pawl_image_load(corpus_path("not here.png"), NULL, &image, &error),
                     PAWL_ERR_READ);
    assert_non_null(strstr(error.message, "not here.png"));
    assert_int_equal(pawl_image_load(corpus_path(""), NULL, &image, &error), PAWL_ERR_READ);
    assert_null(image);
}

static void stretches_samples(void **state)
{
    (void)state;
    static const char text[] = "P5 3 1 1023\n\3\xff\1\xff\0\0";
    pawl_image *image = NULL;
    assert_int_equal(pawl_image_decode(text, sizeof(text) - 1, NULL, &image, NULL), PAWL_OK);
    const uint8_t expected[9] = {255, 255, 255, 127, 127, 127, 0, 0, 0};
    assert_memory_equal(view_of(image).pixels, expected, 9);
    pawl_image_destroy(&image);
}

static void checks_arguments(void **state)
{
    (void)state;
    static const uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    pawl_image_view view = {.width = 2, .height = 2, .row_size = 6, .pixels = pixels};
    pawl_image *image = NULL;
    pawl_error error;
    assert_int_equal(pawl_image_create(NULL, &image, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_create(&view, NULL, &error), PAWL_ERR_ARGUMENT);
    view.width = 0;
    assert_int_equal(pawl_image_create(&view, &image, &error), PAWL_ERR_ARGUMENT);
    view.width = 2;
    view.row_size = 5;
    assert_int_equal(pawl_image_create(&view, &image, &error), PAWL_ERR_ARGUMENT);
    view = (pawl_image_view){.width = 1, .height = 2, .row_size = 6, .pixels = pixels};
    assert_int_equal(pawl_image_create(&view, &image, &error), PAWL_OK);
    const pawl_image_view made = view_of(image);
    assert_memory_equal(made.pixels + made.row_size, pixels + 6, 3);
    assert_int_equal(pawl_image_view_get(image, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_save(image, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_save(image, folder_path("a.gif"), NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_save(image, ".png", NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image_destroy(&image);
    assert_int_equal(pawl_image_destroy(&image), PAWL_OK);
    assert_int_equal(pawl_image_destroy(NULL), PAWL_OK);
    assert_int_equal(pawl_image_decode(NULL, 1, NULL, &image, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_decode(pixels, 1, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_load(NULL, NULL, &image, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_load("a.png", NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_null(image);
}

/* Bytes in memory are those of the file, and the quality counts where there is one. */
static void encodes_into_memory(void **state)
{
    (void)state;
    pawl_image *image = NULL, *back = NULL;
    pawl_error error;
    pawl_encode_desc low = PAWL_ENCODE_DESC_INIT;
    assert_int_equal(pawl_image_load(corpus_path(expected_pictures[0].file), NULL, &image, &error),
                     PAWL_OK);
    low.quality = 20;
    for (size_t i = 0; pawl_image_ending(i) != NULL; i++) {
        char name[32];
        void *data = NULL, *small = NULL, *file = NULL;
        size_t size = 0, small_size = 0, file_size = 0;
        (void)snprintf(name, sizeof name, "memory.%s", pawl_image_ending(i));
        assert_int_equal(pawl_image_encode(image, pawl_image_ending(i), NULL, &data, &size, &error),
                         PAWL_OK);
        assert_int_equal(pawl_image_save(image, folder_path(name), NULL, &error), PAWL_OK);
        assert_int_equal(pawl_file_read(folder_path(name), SIZE_MAX, &file, &file_size, &error),
                         PAWL_OK);
        assert_int_equal(size, file_size);
        assert_memory_equal(data, file, size);
        assert_int_equal(pawl_image_decode(data, size, NULL, &back, &error), PAWL_OK);
        assert_int_equal(view_of(back).width, view_of(image).width);
        pawl_image_destroy(&back);
        assert_int_equal(
            pawl_image_encode(image, name + strlen("memory"), &low, &small, &small_size, &error),
            PAWL_OK); /* with its dot */
        const bool is_lossy = name[strlen("memory.")] == 'j' || name[strlen("memory.")] == 'w';
        assert_true(is_lossy ? small_size < size : small_size == size);
        pawl_memory_release(data);
        pawl_memory_release(small);
        pawl_memory_release(file);
    }
    pawl_memory_release(NULL);
    pawl_image_destroy(&image);
}

static void refuses_to_encode(void **state)
{
    (void)state;
    static const uint8_t pixel[3] = {1, 2, 3};
    const pawl_image_view view = {1, 1, 3, pixel};
    pawl_image *image = NULL;
    pawl_error error;
    pawl_encode_desc desc = PAWL_ENCODE_DESC_INIT;
    void *data = &desc;
    size_t size = 7;
    assert_int_equal(pawl_image_create(&view, &image, &error), PAWL_OK);
    static const char *const endings[] = {"", ".", "gif", "jpgx", "jp", "x.jpg"};
    for (size_t i = 0; i < PW_COUNT(endings); i++) {
        assert_int_equal(pawl_image_encode(image, endings[i], NULL, &data, &size, &error),
                         PAWL_ERR_ARGUMENT);
        assert_non_null(strstr(error.message, ".webp"));
    }
    static const int32_t wrong[] = {-1, 101};
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        desc.quality = wrong[i];
        assert_int_equal(pawl_image_encode(image, "png", &desc, &data, &size, &error),
                         PAWL_ERR_ARGUMENT);
        assert_int_equal(pawl_image_save(image, folder_path("q.jpg"), &desc, &error),
                         PAWL_ERR_ARGUMENT);
    }
    assert_int_equal(pawl_image_encode(image, NULL, NULL, &data, &size, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_encode(image, "png", NULL, NULL, &size, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_image_encode(image, "png", NULL, &data, NULL, &error), PAWL_ERR_ARGUMENT);
    pawl_image *copy = image;
    pawl_image_destroy(&image);
    assert_int_equal(pawl_image_encode(copy, "png", NULL, &data, &size, &error),
                     PAWL_ERR_DEAD_HANDLE);
    assert_ptr_equal(data, &desc); /* untouched by all of them */
    assert_int_equal(size, 7);
}

#define ROWS(function, table)                                                            \
    for (size_t i = 0; i < PW_COUNT(table); i++)                                         \
        tests[count++] = (struct CMUnitTest)                                             \
        {                                                                                \
            .name = (table)[i].name, .test_func = function, .initial_state = &(table)[i] \
        }

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(expected_pictures) + PW_COUNT(trip_rows) +
                            PW_COUNT(turn_rows) + PW_COUNT(refusal_rows) + 5];
    size_t count = 0;
    for (size_t i = 0; i < PW_COUNT(expected_pictures); i++)
        tests[count++] = (struct CMUnitTest){.name = expected_pictures[i].file,
                                             .test_func = decodes_as_opencv,
                                             .initial_state = &expected_pictures[i]};
    ROWS(reads_what_it_wrote, trip_rows);
    ROWS(turns_upright, turn_rows);
    ROWS(is_refused, refusal_rows);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(names_what_it_cannot_read);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(stretches_samples);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(checks_arguments);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(encodes_into_memory);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(refuses_to_encode);
    return cmocka_run_group_tests_name("codecs", tests, NULL, folder_end);
}
