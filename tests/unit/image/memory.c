/* SPDX-License-Identifier: Apache-2.0 */
/* Each allocation fails once: a status, a sentence, nothing left behind. And disks that do not take
 * what is written. */
#include "base/compiler.h"
#include "unit/image/expected.h"
#include "unit/image/fixture.h"
#include <dirent.h>
#include <pawl/draw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

/* One thing a user does; returns the status of the step that failed. */
typedef pawl_status (*act)(pawl_image **image, pawl_error *error);

static const char *read_file;

static pawl_status act_read(pawl_image **image, pawl_error *error)
{
    return pawl_image_load(corpus_path(read_file), NULL, image, error);
}

static pawl_status act_letterbox(pawl_image **image, pawl_error *error)
{
    static const uint8_t pixels[27] = {1, 2, 3};
    const pawl_image_view view = {.width = 3, .height = 3, .row_size = 9, .pixels = pixels};
    pawl_image *small = NULL;
    pawl_status status = pawl_image_create(&view, &small, error);
    if (status >= 0)
        status = pawl_image_letterbox(small, 32, 32, image, error);
    pawl_image_destroy(&small);
    return status;
}

static pawl_status act_write(pawl_image **image, pawl_error *error)
{
    static const pawl_detection box = {4, 4, 20, 20, 0.5f, 0};
    pawl_image *made = NULL;
    pawl_status status = act_letterbox(&made, error);
    if (status >= 0)
        status = pawl_image_draw(made, &box, 1, NULL, error);
    static const char *const endings[] = {"m.png", "m.jpg", "m.webp", "m.bmp", "m.ppm"};
    for (size_t i = 0; i < PW_COUNT(endings) && status >= 0; i++) {
        void *data = NULL;
        size_t size = 0;
        status = pawl_image_save(made, folder_path(endings[i]), NULL, error);
        if (status >= 0)
            status = pawl_image_encode(made, endings[i] + 1, NULL, &data, &size, error);
        pawl_memory_release(data);
    }
    if (status >= 0)
        *image = made;
    else
        pawl_image_destroy(&made);
    return status;
}

static void repeat_until_it_succeeds(act action)
{
    pawl_image *image = NULL;
    pawl_error error;
    if (action(&image, &error) < 0) /* what is kept for ever is taken now */
        fail_msg("%s", error.message);
    pawl_image_destroy(&image);
    use_counting_allocator();
    for (size_t number = 1;; number++) {
        assert_true(number < 1000);
        const size_t before = blocks_held();
        error = (pawl_error){.status = PAWL_OK};
        fail_allocation(number);
        const pawl_status status = action(&image, &error);
        const bool has_failed = has_failed_allocation();
        fail_allocation(0);
        if (!has_failed) {
            assert_true(status >= 0);
            pawl_image_destroy(&image);
            assert_true(number > 1);
            assert_int_equal(blocks_held(), before);
            break;
        }
        assert_int_equal(status, PAWL_ERR_MEMORY);
        assert_refused(status, &error, image);
        assert_int_equal(blocks_held(), before);
    }
    use_standard_allocator();
}

static void read_survives(void **state)
{
    const expected_picture *row = *state;
    read_file = row->file;
    repeat_until_it_succeeds(act_read);
}

static void letterbox_survives(void **state)
{
    (void)state;
    repeat_until_it_succeeds(act_letterbox);
}

static void write_survives(void **state)
{
    (void)state;
    repeat_until_it_succeeds(act_write);
}

static void says_where_it_cannot_write(void **state)
{
    (void)state;
    pawl_image *image = pattern(9, 9);
    pawl_error error = {.status = PAWL_OK};
    const char *path = folder_path("no such folder/a.png");
    const pawl_status status = pawl_image_save(image, path, NULL, &error);
    assert_int_equal(status, PAWL_ERR_WRITE);
    assert_non_null(strstr(error.message, "a.png"));
    assert_int_not_equal(error.os_error, 0);
    assert_int_equal(pawl_image_save(image, "/dev/full/a.png", NULL, &error), PAWL_ERR_WRITE);
    pawl_image_destroy(&image);
}

static size_t files_in_folder(void)
{
    DIR *entries = opendir(folder_path("."));
    assert_non_null(entries);
    size_t count = 0;
    while (readdir(entries) != NULL)
        count++;
    (void)closedir(entries);
    return count;
}

/* A full disk, played by a limit on the size of files; the picture that was there stays, and no
 * temporary is left. */
static void keeps_the_old_file_when_the_disk_is_full(void **state)
{
    (void)state;
    static const char *const files[] = {"f.png", "f.jpg", "f.webp", "f.bmp", "f.ppm"};
    pawl_image *small = plain(4, 4, 9);
    pawl_image *large = pattern(300, 300);
    pawl_error error;
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < PW_COUNT(files); i++) {
        assert_int_equal(pawl_image_save(small, folder_path(files[i]), NULL, &error), PAWL_OK);
        const size_t before = files_in_folder();
        const struct rlimit tight = {.rlim_cur = 1000, .rlim_max = old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        const pawl_status status = pawl_image_save(large, folder_path(files[i]), NULL, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(status, PAWL_ERR_WRITE);
        assert_int_not_equal(error.os_error, 0);
        assert_int_equal(files_in_folder(), before);
        pawl_image *back = NULL;
        assert_int_equal(pawl_image_load(folder_path(files[i]), NULL, &back, &error), PAWL_OK);
        assert_same(small, back, 4);
        pawl_image_destroy(&back);
    }
    pawl_image_destroy(&small);
    pawl_image_destroy(&large);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(expected_pictures) + 4];
    size_t count = 0;
    for (size_t i = 0; i < PW_COUNT(expected_pictures); i++)
        tests[count++] = (struct CMUnitTest){.name = expected_pictures[i].file,
                                             .test_func = read_survives,
                                             .initial_state = &expected_pictures[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(letterbox_survives);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(write_survives);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(says_where_it_cannot_write);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(keeps_the_old_file_when_the_disk_is_full);
    return cmocka_run_group_tests_name("memory", tests, NULL, folder_end);
}
