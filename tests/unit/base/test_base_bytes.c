/* SPDX-License-Identifier: Apache-2.0 */
/* What is written comes back; what is not there reads as zeros and is said. */
#include "cmocka_all.h"

#include "base/bytes.h"

static void all_kinds_come_back(void **state)
{
    (void)state;
    pw_writer writer = {0};
    pw_write_u8(&writer, 0x12);
    pw_write_bytes(&writer, (const uint8_t[]){0x56, 0x34}, 2); /* little-endian */
    pw_write_u32(&writer, 0x789ABCDE);
    pw_write_u64(&writer, 0x0123456789ABCDEF);
    pw_write_f32(&writer, -1.5f);
    pw_write_f64(&writer, 0x1.fp-1000);
    pw_write_bytes(&writer, "pawl", 4);
    pw_write_bytes(&writer, NULL, 0);
    assert_false(writer.has_failed);
    assert_int_equal(writer.data[3], 0xDE);
    pw_reader reader = pw_reader_over(writer.data, writer.size);
    assert_int_equal(pw_read_u8(&reader), 0x12);
    assert_int_equal(pw_read_u16(&reader), 0x3456);
    assert_int_equal(pw_read_u32(&reader), 0x789ABCDE);
    assert_int_equal(pw_read_u64(&reader), 0x0123456789ABCDEF);
    assert_true(pw_read_f32(&reader) == -1.5f);
    assert_true(pw_read_f64(&reader) == 0x1.fp-1000);
    assert_memory_equal(pw_read_bytes(&reader, 4), "pawl", 4);
    assert_int_equal(pw_reader_left(&reader), 0);
    assert_false(reader.is_short);
    pw_writer_free(&writer);
    assert_int_equal(writer.size, 0);
}

static void a_short_read_gives_zeros_from_there_on(void **state)
{
    (void)state;
    const uint8_t data[5] = {1, 2, 3, 4, 5};
    pw_reader reader = pw_reader_over(data, sizeof data);
    assert_int_equal(pw_read_u32(&reader), 0x04030201);
    assert_int_equal(pw_read_u16(&reader), 0);
    assert_true(reader.is_short);
    assert_int_equal(pw_read_u8(&reader), 0); /* though one byte is left */
    assert_null(pw_read_bytes(&reader, 0));
    reader = pw_reader_over(data, sizeof data);
    assert_null(pw_read_bytes(&reader, SIZE_MAX));
    assert_true(reader.is_short);
}

static void an_empty_file_is_readable(void **state)
{
    (void)state;
    pw_reader reader = pw_reader_over(NULL, 0);
    assert_non_null(pw_read_bytes(&reader, 0));
    assert_false(reader.is_short);
    assert_int_equal(pw_read_u8(&reader), 0);
    assert_true(reader.is_short);
}

static void after_memory_ran_out_nothing_more_is_written(void **state)
{
    (void)state;
    pw_writer writer = {0};
    allocations_left = 1;
    for (int i = 0; i < 1000; i++)
        pw_write_u32(&writer, 7);
    assert_true(writer.has_failed);
    assert_true(writer.size < 4000);
    const size_t size = writer.size;
    allocations_left = 1000;
    pw_write_u8(&writer, 1);
    pw_write_bytes(&writer, "more", 4);
    assert_int_equal(writer.size, size); /* a gap would be worse than an end */
    pw_writer_free(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_kinds_come_back, memory_limited, memory_unlimited),
        cmocka_unit_test(a_short_read_gives_zeros_from_there_on),
        cmocka_unit_test(an_empty_file_is_readable),
        cmocka_unit_test_setup_teardown(after_memory_ran_out_nothing_more_is_written,
                                        memory_limited, memory_unlimited),
    };
    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
