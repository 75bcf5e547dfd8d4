/* SPDX-License-Identifier: Apache-2.0 */
/* Files cut at every byte are refused with a sentence; files with any bit flipped are read or
 * refused, and nothing else happens. */
#include "base/compiler.h"
#include "unit/image/expected.h"
#include "unit/image/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In a block of its own size, so that a sanitizer sees a read beyond its end. */
static pawl_status decode_copy(const uint8_t *data, size_t size, pawl_image **image,
                               pawl_error *error)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    const pawl_status status = pawl_image_decode(copy, size, NULL, image, error);
    free(copy);
    return status;
}

/* Of a picture written as text the last number may lose digits unnoticed: "255" is a number, and so
 * is "2". */
static size_t spare_bytes(const char *file)
{
    return file[0] == 'p' && file[1] >= '1' && file[1] <= '3' ? 3 : 0;
}

static void is_refused_when_cut(void **state)
{
    const expected_picture *row = *state;
    bytes file = load_corpus(row->file);
    for (size_t size = 0; size < file.size; size++) {
        pawl_image *image = NULL;
        pawl_error error = {.status = PAWL_OK};
        const pawl_status status = decode_copy(file.data, size, &image, &error);
        if (status >= 0 && size + spare_bytes(row->file) >= file.size) {
            pawl_image_destroy(&image);
            continue;
        }
        if (status >= 0)
            fail_msg("%s cut to %zu of %zu bytes was read", row->file, size, file.size);
        assert_refused(status, &error, image);
        assert_true(status == PAWL_ERR_CORRUPT || (status == PAWL_ERR_UNSUPPORTED && size < 12));
    }
    unload(&file);
}

static void survives_flips(void **state)
{
    const expected_picture *row = *state;
    bytes file = load_corpus(row->file);
    for (size_t bit = 0; bit < file.size * 8; bit++) {
        file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pawl_image *image = NULL;
        pawl_error error = {.status = PAWL_OK};
        const pawl_status status = decode_copy(file.data, file.size, &image, &error);
        if (status >= 0) {
            const pawl_image_view view = view_of(image);
            assert_true(view.width > 0 && view.height > 0 && view.pixels != NULL);
            pawl_image_destroy(&image);
        } else {
            assert_refused(status, &error, image);
        }
        file.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    unload(&file);
}

int main(void)
{
    struct CMUnitTest tests[2 * PW_COUNT(expected_pictures)];
    static char names[2 * PW_COUNT(expected_pictures)][64];
    size_t count = 0;
    for (size_t i = 0; i < PW_COUNT(expected_pictures); i++) {
        (void)snprintf(names[count], sizeof(names[0]), "%s cut", expected_pictures[i].file);
        tests[count] = (struct CMUnitTest){.name = names[count],
                                           .test_func = is_refused_when_cut,
                                           .initial_state = &expected_pictures[i]};
        count++;
        (void)snprintf(names[count], sizeof(names[0]), "%s flipped", expected_pictures[i].file);
        tests[count] = (struct CMUnitTest){.name = names[count],
                                           .test_func = survives_flips,
                                           .initial_state = &expected_pictures[i]};
        count++;
    }
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
