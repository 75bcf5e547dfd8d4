/* SPDX-License-Identifier: Apache-2.0 */
/* From a file or its bytes to a detector in one call: the same boxes, one end, the youngest first,
 * and nothing left after any failure. */
#include "support/chain.h"

#include "support/failing_allocator.h"

#include <pawl/file.h>
#include <pawl/logger.h>
#include <pawl/open.h>
#include <pawl/scope.h>
#include <pawl/settings.h>
#include <stdio.h>
#include <unistd.h>

static pt_allocator allocator;
static char path[] = "/tmp/pawl-test-open-XXXXXX";
static char heard[16384];

static void hear(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    const size_t used = strlen(heard);
    (void)snprintf(heard + used, sizeof heard - used, "%s\n", message);
}

static void listen(pawl_log_level level)
{
    const pawl_logger logger = {NULL, level, hear};
    heard[0] = '\0';
    pawl_logger_set(&logger);
}

static pawl_open_desc small(void)
{
    pawl_open_desc desc = PAWL_OPEN_DESC_INIT;
    desc.threads = 2;
    desc.batch = 1;
    desc.height = desc.width = 64;
    return desc;
}

static void finds_the_same(pawl_detector *detector)
{
    chain c;
    pawl_detector *other = NULL;
    pawl_detections got, want;
    pawl_image *image = make_image(50, 70, 9);
    const pawl_context_desc how = detector_context(1);
    assert_int_equal(make_chain(&c, &how, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_create(c.context, NULL, &other, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(other, &image, 1, &want, NULL, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_run(detector, &image, 1, &got, NULL, NULL), PAWL_OK);
    assert_true(want.count > 0);
    assert_int_equal(got.count, want.count);
    assert_memory_equal(got.items, want.items, got.count * sizeof *got.items);
    assert_true(pawl_detector_destroy(&other) >= 0);
    (void)pawl_image_destroy(&image);
    drop_chain(&c);
}

static void opens_a_file(void **state)
{
    (void)state;
    const pawl_open_desc desc = small();
    pawl_detector *detector = NULL;
    const size_t before = pawl_object_count();
    assert_int_equal(pawl_detector_open(path, &desc, &detector, NULL), PAWL_OK);
    finds_the_same(detector);
    assert_int_equal(pawl_object_count(), before + 5);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK); /* at once, all of them */
    assert_int_equal(pawl_object_count(), before);
}

static void opens_bytes(void **state)
{
    (void)state;
    const pawl_open_desc desc = small();
    pawl_detector *detector = NULL;
    void *data = NULL;
    size_t size = 0;
    assert_int_equal(pawl_file_read(path, SIZE_MAX, &data, &size, NULL), PAWL_OK);
    uint8_t *odd = malloc(size + 1); /* lies nowhere in particular */
    memcpy(odd + 1, data, size);
    assert_int_equal(pawl_detector_open_memory(odd + 1, size, &desc, &detector, NULL), PAWL_OK);
    memset(odd, 0xee, size + 1);
    free(odd);
    finds_the_same(detector);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    pawl_plan *plan = NULL;
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    assert_int_equal(pawl_plan_load_memory(data, size, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_info_get(plan, &info, NULL), PAWL_OK);
    assert_int_equal(info.file_size, size);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    pawl_memory_release(data);
}

/* Where a word begins a line of the log; NULL: nowhere. */
static const char *line_of(const char *word)
{
    static char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s", word);
    return strstr(heard, wanted);
}

static void ends_the_youngest_first(void **state)
{
    (void)state;
    static const char *const order[] = {"- detector", "- context", "- engine", "- runtime",
                                        "- plan"};
    const pawl_open_desc desc = small();
    pawl_detector *detector = NULL;
    listen(PAWL_LOG_VERBOSE);
    assert_int_equal(pawl_detector_open(path, &desc, &detector, NULL), PAWL_OK);
    const char *born = strstr(heard, "+ plan #");
    assert_non_null(born);
    static const char *const children[] = {"+ runtime #", "+ engine #", "+ context #",
                                           "+ detector #"};
    for (size_t i = 0; i < PW_COUNT(children); i++) {
        born = strstr(born, children[i]);
        assert_non_null(born);
        const char *place = strstr(born, "test_open.c:"); /* each says where it was asked for */
        assert_true(place != NULL && place < strchr(born, '\n'));
    }
    heard[0] = '\n';
    heard[1] = '\0';
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    const char *last = heard;
    for (size_t i = 0; i < PW_COUNT(order); i++) {
        const char *at = line_of(order[i]);
        assert_non_null(at);
        assert_true(at >= last);
        last = at;
    }
    pawl_logger_set(NULL);
}

/* The scope around it owns the detector alone. */
static void belongs_to_a_scope(void **state)
{
    (void)state;
    const pawl_open_desc desc = small();
    const size_t before = pawl_object_count();
    pawl_scope *scope = pawl_scope_begin();
    pawl_detector *detector = NULL;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_scope_end(&scope), PAWL_OK);
    assert_int_equal(pawl_object_id(detector), 0);
    assert_int_equal(pawl_object_count(), before);
}

static void takes_a_detectors_description(void **state)
{
    (void)state;
    pawl_open_desc desc = small();
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    pawl_detector *detector = NULL;
    how.jobs = 2;
    how.confidence = 0.75f;
    desc.detector = &how;
    desc.backend = "cpu";
    assert_int_equal(pawl_detector_open(path, &desc, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_info_get(detector, &info, NULL), PAWL_OK);
    assert_int_equal(info.jobs, 2);
    assert_float_equal(info.confidence, 0.75f, 0);
    assert_string_equal(info.backend, "cpu");
    assert_true(pawl_detector_destroy(&detector) >= 0);
    assert_int_equal(pawl_detector_open(path, NULL, &detector, NULL), PAWL_OK);
    assert_int_equal(pawl_detector_info_get(detector, &info, NULL), PAWL_OK);
    pawl_plan *plan = NULL;
    pawl_plan_info of_plan = PAWL_PLAN_INFO_INIT;
    assert_int_equal(pawl_plan_load(path, &plan, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_info_get(plan, &of_plan, NULL), PAWL_OK);
    assert_int_equal(info.batch, of_plan.batch_max);
    assert_int_equal(info.height, of_plan.height);
    assert_int_equal(pawl_plan_destroy(&plan), PAWL_OK);
    assert_true(pawl_detector_destroy(&detector) >= 0);
}

static void falls_back(void **state)
{
    (void)state;
    pawl_open_desc desc = small();
    pawl_detector *detector = NULL;
    pawl_error error;
    pawl_detector_info info = PAWL_DETECTOR_INFO_INIT;
    listen(PAWL_LOG_WARNING);
    desc.backend = "cuda";
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_DEVICE);
    assert_non_null(strstr(error.message, "cuda"));
    assert_string_equal(heard, "");
    desc.fallback = "abacus";
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_DEVICE);
    assert_non_null(strstr(error.message, "abacus"));
    heard[0] = '\0';
    desc.fallback = "reference";
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_OK);
    assert_non_null(strstr(heard, "; taking reference"));
    assert_int_equal(pawl_detector_info_get(detector, &info, NULL), PAWL_OK);
    assert_string_equal(info.backend, "reference");
    assert_true(pawl_detector_destroy(&detector) >= 0);
    pawl_logger_set(NULL);
}

static void refuses(void **state)
{
    (void)state;
    pawl_open_desc desc = small();
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    pawl_detector *detector = NULL;
    pawl_error error;
    void *data = NULL;
    size_t size = 0;
    assert_int_equal(pawl_detector_open(NULL, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_open(path, &desc, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_open("/not/here", &desc, &detector, &error), PAWL_ERR_READ);
    assert_int_equal(pawl_detector_open_memory(NULL, 1, &desc, &detector, &error),
                     PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_detector_open_memory("", 0, &desc, &detector, &error), PAWL_ERR_CORRUPT);
    assert_int_equal(pawl_detector_open_memory("no engine", 9, &desc, &detector, &error),
                     PAWL_ERR_CORRUPT);
    assert_int_equal(pawl_file_read(path, SIZE_MAX, &data, &size, NULL), PAWL_OK);
    static const size_t cuts[] = {1, 8, 63, 64, 200, 1000};
    for (size_t i = 0; i < PW_COUNT(cuts); i++)
        assert_int_equal(pawl_detector_open_memory(data, cuts[i], &desc, &detector, &error),
                         PAWL_ERR_CORRUPT);
    ((uint8_t *)data)[size / 2] ^= 0x40;
    assert_int_equal(pawl_detector_open_memory(data, size, &desc, &detector, &error),
                     PAWL_ERR_CORRUPT);
    pawl_memory_release(data);
    desc.batch = 4000;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    desc = small();
    desc.width = 65;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    desc = small();
    desc.threads = -1;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    desc = small();
    desc.struct_size = 3;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    desc = small();
    how.iou = 2;
    desc.detector = &how;
    assert_int_equal(pawl_detector_open(path, &desc, &detector, &error), PAWL_ERR_ARGUMENT);
    assert_null(detector);
    assert_int_equal(pawl_object_count(), 0);
}

/* The first allocation fails, then the second ...: nothing is left of any attempt. */
static void failing_memory(void **state)
{
    (void)state;
    pawl_open_desc desc = small();
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    pawl_detector *detector = NULL;
    how.jobs = 1;
    desc.detector = &how;
    const long live = atomic_load(&allocator.live);
    pawl_status status = PAWL_ERR_MEMORY;
    long failed = 0;
    while (status == PAWL_ERR_MEMORY) {
        pt_allocator_reset(&allocator, ++failed);
        status = pawl_detector_open(path, &desc, &detector, NULL);
        pt_allocator_reset(&allocator, 0);
        if (status < 0) {
            assert_int_equal(pawl_object_count(), 0);
            assert_int_equal(atomic_load(&allocator.live), live);
        }
    }
    assert_int_equal(status, PAWL_OK);
    assert_true(failed > 30);
    assert_int_equal(pawl_detector_destroy(&detector), PAWL_OK);
    assert_int_equal(atomic_load(&allocator.live), live);
}

int main(void)
{
    const pawl_allocator counted = {&allocator, pt_allocate, pt_release};
    const int file = mkstemp(path);
    pawl_plan *plan = NULL;
    if (file < 0 || close(file) != 0 || pawl_allocator_set(&counted) < 0 ||
        pt_tiny_plan("reference", &plan, NULL) < 0 || pawl_plan_save(plan, path, NULL) < 0 ||
        pawl_plan_destroy(&plan) != PAWL_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_a_file),
        cmocka_unit_test(opens_bytes),
        cmocka_unit_test(ends_the_youngest_first),
        cmocka_unit_test(belongs_to_a_scope),
        cmocka_unit_test(takes_a_detectors_description),
        cmocka_unit_test(falls_back),
        cmocka_unit_test(refuses),
        cmocka_unit_test(failing_memory),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failed;
}
