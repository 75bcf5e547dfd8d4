/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged, cut, hostile and foreign files: an error with a sentence, never a crash,
 * never a plan. */
#include "plan_fixture.h"

#include <math.h>
#include <time.h>

/* Of this process' work. */
static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Parses; where that fails the error must be whole. Returns the status. */
static pawl_status parse(const uint8_t *data, size_t size, pawl_error *error)
{
    pw_plan *plan = NULL;
    memset(error, 0, sizeof(*error));
    const pawl_status status = pw_plan_parse(data, size, &plan, error);
    if (status < 0) {
        assert_null(plan);
        assert_int_equal(error->status, status);
        assert_true(strlen(error->message) > 20);
    }
    pw_object_abandon(plan);
    return status;
}

static void cut_at_every_byte(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    for (size_t size = 0; size < f->engine.size; size++) {
        uint8_t *cut = malloc(size + 1); /* of its own size, so that an over-read is seen */
        assert_non_null(cut);
        memcpy(cut, f->engine.data, size);
        uint8_t *exact = realloc(cut, size == 0 ? 1 : size);
        assert_int_equal(parse(exact, size, &error), PAWL_ERR_CORRUPT);
        free(exact);
    }
}

static void one_byte_too_many(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    uint8_t *longer = calloc(1, f->engine.size + 1);
    memcpy(longer, f->engine.data, f->engine.size);
    assert_int_equal(parse(longer, f->engine.size + 1, &error), PAWL_ERR_CORRUPT);
    free(longer);
}

static void every_flipped_bit_is_noticed(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    for (size_t bit = 0; bit < 8 * f->engine.size; bit++) {
        f->engine.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const pawl_status status = parse(f->engine.data, f->engine.size, &error);
        assert_true(status == PAWL_ERR_CORRUPT || status == PAWL_ERR_UNSUPPORTED);
        f->engine.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* With right checksums a flip may give a sound plan; then all questions about it must be safe. */
static void check_flipped(const uint8_t *data, size_t size)
{
    pw_plan *plan = NULL;
    pawl_error error;
    if (pw_plan_parse(data, size, &plan, &error) < 0) {
        assert_true(strlen(error.message) > 20);
        return;
    }
    pawl_plan *handle = pw_object_publish(plan);
    pawl_model_info model = {.struct_size = sizeof(model)};
    assert_int_equal(pawl_plan_model_get(handle, &model, NULL), PAWL_OK);
    assert_int_equal(pawl_plan_destroy(&handle), PAWL_OK);
}

static void every_flipped_bit_with_right_checksums(void **state)
{
    const fixture *f = *state;
    const size_t constants = pt_section_offset(&f->engine, PW_SECTION_CONSTANTS);
    const size_t constants_end = constants + pt_section_size(&f->engine, PW_SECTION_CONSTANTS);
    uint8_t *data = malloc(f->engine.size);
    for (size_t bit = 0; bit < 8 * f->engine.size; bit++) {
        const size_t at = bit / 8;
        if (at >= constants && at < constants_end && bit % 1009 != 0)
            continue; /* any bits are a float */
        memcpy(data, f->engine.data, f->engine.size);
        data[at] ^= (uint8_t)(1u << bit % 8);
        pt_fix_checksums(data, f->engine.size);
        check_flipped(data, f->engine.size);
    }
    free(data);
}

static void every_section_cut_at_every_byte(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    for (size_t s = 0; s < pt_section_count(f->engine.data); s++) {
        const uint8_t *bytes = f->engine.data + pt_section_offset(&f->engine, s);
        const size_t size = pt_section_size(&f->engine, s);
        const size_t step = s == PW_SECTION_CONSTANTS ? 97 : 1;
        for (size_t length = 0; length < size; length += step) {
            pt_bytes cut = pt_with_section(&f->engine, s, bytes, length);
            assert_int_equal(parse(cut.data, cut.size, &error), PAWL_ERR_CORRUPT);
            free(cut.data);
        }
        uint8_t *longer = calloc(1, size + 1);
        memcpy(longer, bytes, size);
        pt_bytes made = pt_with_section(&f->engine, s, longer, size + 1);
        assert_int_equal(parse(made.data, made.size, &error), PAWL_ERR_CORRUPT);
        free(made.data);
        free(longer);
    }
}

/* Each 32-bit word of the describing sections in turn becomes a number that breaks careless
 * readers. */
static void extreme_numbers_everywhere(void **state)
{
    const fixture *f = *state;
    static const uint32_t extremes[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65536, 4096};
    static const pw_section sections[] = {PW_SECTION_META, PW_SECTION_NETWORK, PW_SECTION_TACTICS,
                                          PW_SECTION_ARTIFACTS};
    const double start = seconds();
    uint8_t *data = malloc(f->engine.size);
    for (size_t s = 0; s < PW_COUNT(sections); s++) {
        const size_t offset = pt_section_offset(&f->engine, sections[s]);
        const size_t size = pt_section_size(&f->engine, sections[s]);
        for (size_t at = 0; at + 4 <= size; at++)
            for (size_t e = 0; e < PW_COUNT(extremes); e++) {
                memcpy(data, f->engine.data, f->engine.size);
                pt_put(data + offset + at, extremes[e], 4);
                pt_fix_checksums(data, f->engine.size);
                check_flipped(data, f->engine.size);
            }
    }
    free(data);
    assert_true(seconds() - start < 120); /* no count made it work for long */
}

static void a_table_that_points_elsewhere(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    static const uint64_t extremes[] = {0,        1,         63,         64,
                                        1u << 20, INT64_MAX, UINT64_MAX, UINT64_MAX - 63};
    uint8_t *data = malloc(f->engine.size);
    for (size_t s = 0; s < pt_section_count(f->engine.data); s++)
        for (size_t field = 8; field <= 16; field += 8)
            for (size_t e = 0; e < PW_COUNT(extremes); e++) {
                memcpy(data, f->engine.data, f->engine.size);
                pt_put(pt_row(data, s) + field, extremes[e], 8);
                pt_fix_checksums(data, f->engine.size);
                assert_int_equal(parse(data, f->engine.size, &error), PAWL_ERR_CORRUPT);
            }
    free(data);
}

static void from_another_time_or_machine(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    uint8_t *data = malloc(f->engine.size);
    memcpy(data, f->engine.data, f->engine.size);
    pt_put(data + 12, PW_ENGINE_VERSION + 1, 4);
    pt_fix_checksums(data, f->engine.size);
    assert_int_equal(parse(data, f->engine.size, &error), PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "newer pawl"));
    memcpy(data, f->engine.data, f->engine.size);
    pt_put(data + 8, PW_ENGINE_ORDER_OTHER, 4);
    assert_int_equal(parse(data, f->engine.size, &error), PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "byte order"));
    free(data);
}

static void unaligned_memory_is_refused(void **state)
{
    const fixture *f = *state;
    pawl_error error;
    uint8_t *data = malloc(f->engine.size + 1);
    memcpy(data + 1, f->engine.data, f->engine.size);
    assert_int_equal(parse(data + 1, f->engine.size, &error), PAWL_ERR_ARGUMENT);
    free(data);
}

static void foreign_files_are_named(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *start, *word;
        size_t size;
        pawl_status status;
    } files[] = {
        {"", "empty", 0, PAWL_ERR_CORRUPT},
        {"ftrt\x00\x01\x02\x03", "TensorRT", 8, PAWL_ERR_UNSUPPORTED},
        {"PK\x03\x04\x00\x00", "pawl build", 6, PAWL_ERR_UNSUPPORTED},
        {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", "pawl build", 15,
         PAWL_ERR_UNSUPPORTED},
        {"351\nmodel.0.conv.weight 1728  3b000000\n", ".wts", 40, PAWL_ERR_UNSUPPORTED},
        {"351\r\nmodel.0.conv.weight 1728  3b000000\n", ".wts", 41, PAWL_ERR_UNSUPPORTED},
        {"0 0.5 0.5 1 1\n", "begins with a number", 14, PAWL_ERR_UNSUPPORTED},
        {"\x08\x08\x12\x07pytorch\x1a\x05"
         "1.13.0",
         "ONNX", 19, PAWL_ERR_UNSUPPORTED},
        {"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG", 10, PAWL_ERR_UNSUPPORTED},
        {"\x89PNG\r\n\x1a\n", "PNG", 8, PAWL_ERR_UNSUPPORTED},
        {"\x08\x00\x00\x00\x00\x00\x00\x00{\"a\":{}}", "safetensors", 16, PAWL_ERR_UNSUPPORTED},
        {"version https://git-lfs.github.com/spec/v1\n", "git lfs pull", 43, PAWL_ERR_UNSUPPORTED},
        {"{\n \"images\": []}", "JSON", 16, PAWL_ERR_UNSUPPORTED},
        {"\x89PAWL\n\x1a\x04\x03", "binary mode", 9, PAWL_ERR_CORRUPT},
        {"hello, world", "pawl build", 12, PAWL_ERR_CORRUPT},
        {"\x89PA", "ends after 3 bytes", 3, PAWL_ERR_CORRUPT},
    };
    char path[128];
    path_in(f, "foreign", path);
    for (size_t i = 0; i < PW_COUNT(files); i++) {
        pawl_plan *plan = NULL;
        pawl_error error;
        pt_write_file(path, files[i].start, files[i].size);
        assert_int_equal(pawl_plan_load(path, &plan, &error), files[i].status);
        assert_null(plan);
        if (strstr(error.message, files[i].word) == NULL)
            fail_msg("no word of %s in: %s", files[i].word, error.message);
    }
    assert_int_equal(unlink(path), 0);
}

static void what_is_no_file_cannot_be_loaded(void **state)
{
    const fixture *f = *state;
    pawl_plan *plan = NULL;
    pawl_error error;
    char path[128];
    path_in(f, "absent.engine", path);
    assert_int_equal(pawl_plan_load(path, &plan, &error), PAWL_ERR_READ);
    assert_int_equal(pawl_plan_load(f->folder, &plan, &error), PAWL_ERR_READ);
    assert_int_equal(pawl_plan_load(NULL, &plan, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_load(f->path, NULL, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_plan_load(path, &plan, NULL), PAWL_ERR_READ);
    assert_null(plan);
}

/* A section that is not known is skipped if it may be, refused by name if not; a tag is four
 * capital letters, and a known one has just its own flags and place. */
static void sections_of_others(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *tag;
        uint32_t flags;
        pawl_status status;
        const char *word;
    } rows[] = {
        {"NEWS", PW_ENGINE_OPTIONAL, PAWL_OK, ""},
        {"NEWS", 0, PAWL_ERR_UNSUPPORTED, "section NEWS that this pawl does not know"},
        {"NEWS", 2, PAWL_ERR_CORRUPT, "NEWS"},
        {"NEWS", 3, PAWL_ERR_CORRUPT, "NEWS"},
        {"\x1b[2J", PW_ENGINE_OPTIONAL, PAWL_ERR_CORRUPT, "????"},
        {"META", 0, PAWL_ERR_CORRUPT, "META"},
        {"TACT", PW_ENGINE_OPTIONAL, PAWL_ERR_CORRUPT, "TACT"},
        {"ARTF", 0, PAWL_ERR_CORRUPT, "ARTF"},
    };
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        pawl_error error = {.message = ""};
        pt_bytes more = pt_with_more(&f->engine, rows[i].tag, rows[i].flags, "news", 4);
        const pawl_status status = parse(more.data, more.size, &error);
        if (status != rows[i].status || strstr(error.message, rows[i].word) == NULL)
            fail_msg("%s %u: %s", rows[i].tag, (unsigned)rows[i].flags, error.message);
        free(more.data);
    }
}

static void sections_that_are_missing(void **state)
{
    const fixture *f = *state;
    pawl_error error = {.message = ""};
    for (size_t count = 0; count < 3; count++) {
        pt_bytes less = pt_with_count(&f->engine, count);
        assert_int_equal(parse(less.data, less.size, &error), PAWL_ERR_CORRUPT);
        free(less.data);
    }
    for (size_t count = 3; count <= 5; count++) {
        pt_bytes less = pt_with_count(&f->engine, count);
        assert_int_equal(parse(less.data, less.size, &error), PAWL_OK);
        free(less.data);
    }
    const uint8_t none[4] = {0}; /* an optional section holds something */
    for (size_t section = PW_SECTION_TACTICS; section <= PW_SECTION_ARTIFACTS; section++) {
        pt_bytes empty = pt_with_section(&f->engine, section, none, sizeof none);
        assert_int_equal(parse(empty.data, empty.size, &error), PAWL_ERR_CORRUPT);
        assert_non_null(strstr(error.message, "there but empty"));
        free(empty.data);
    }
}

/* Rows of tactics must rise, and a time is one. */
static void tactics_out_of_order(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *machines[2];
        uint64_t problems[2];
        float microseconds;
        pawl_status status;
    } rows[] = {
        {{"a", "a"}, {1, 2}, 1, PAWL_OK},
        {{"a", "b"}, {2, 1}, 0, PAWL_OK},
        {{"a", "a"}, {2, 1}, 1, PAWL_ERR_CORRUPT},
        {{"a", "a"}, {1, 1}, 1, PAWL_ERR_CORRUPT},
        {{"b", "a"}, {1, 1}, 1, PAWL_ERR_CORRUPT},
        {{"a", "a"}, {1, 2}, -1, PAWL_ERR_CORRUPT},
        {{"a", "a"}, {1, 2}, NAN, PAWL_ERR_CORRUPT},
        {{"a", "a"}, {1, 2}, INFINITY, PAWL_ERR_CORRUPT},
    };
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        pw_writer out = {0};
        pawl_error error;
        pw_write_u32(&out, 2);
        for (int r = 0; r < 2; r++) {
            pw_write_u32(&out, 1);
            pw_write_bytes(&out, rows[i].machines[r], 1);
            pw_write_u64(&out, rows[i].problems[r]);
            pw_write_u32(&out, 4);
            pw_write_bytes(&out, "conv", 4);
            pw_write_f32(&out, rows[i].microseconds);
        }
        pt_bytes made = pt_with_section(&f->engine, PW_SECTION_TACTICS, out.data, out.size);
        assert_int_equal(parse(made.data, made.size, &error), rows[i].status);
        free(made.data);
        pw_writer_free(&out);
    }
}

#define HOSTILE                                                               \
    cmocka_unit_test(cut_at_every_byte), cmocka_unit_test(one_byte_too_many), \
        cmocka_unit_test(every_flipped_bit_is_noticed),                       \
        cmocka_unit_test(every_flipped_bit_with_right_checksums),             \
        cmocka_unit_test(every_section_cut_at_every_byte),                    \
        cmocka_unit_test(extreme_numbers_everywhere),                         \
        cmocka_unit_test(a_table_that_points_elsewhere)

/* Engines with types and options, and of the formats before. */
static int hostile_files(void)
{
    const struct CMUnitTest tests[] = {HOSTILE};
    return cmocka_run_group_tests_name("typed", tests, make_typed_fixture, drop_fixture) +
           cmocka_run_group_tests_name("format 2", tests, make_format2_fixture, drop_fixture) +
           cmocka_run_group_tests_name("format 1", tests, make_format1_fixture, drop_fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTILE,
        cmocka_unit_test(sections_of_others),
        cmocka_unit_test(sections_that_are_missing),
        cmocka_unit_test(tactics_out_of_order),
        cmocka_unit_test(from_another_time_or_machine),
        cmocka_unit_test(unaligned_memory_is_refused),
        cmocka_unit_test(foreign_files_are_named),
        cmocka_unit_test(what_is_no_file_cannot_be_loaded),
    };
    return cmocka_run_group_tests_name("plan_damage", tests, make_fixture, drop_fixture) +
           hostile_files();
}
