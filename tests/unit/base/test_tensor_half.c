/* SPDX-License-Identifier: Apache-2.0 */
/* Halves: all 65,536 of them against arithmetic in double, and every rounding at and beside the
 * midpoints. */
#include "cmocka_all.h"

#include "kernels/simd/simd.h"
#include "tensor/half.h"

#include <math.h>
#include <string.h>

static uint32_t bits_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* What a half stands for, from its definition. */
static double value_of_half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31;
    const int mantissa = bits & 1023;
    const double magnitude =
        exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

static bool is_half_nan(unsigned bits)
{
    return (bits & 0x7FFF) > 0x7C00;
}

static void all_halves_widen_exactly_and_come_back(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        const float wide = pw_f16_to_f32((uint16_t)bits);
        if (is_half_nan(bits)) {
            assert_true(isnan(wide));
            assert_int_equal(bits_of(wide) >> 31, bits >> 15);
            assert_int_equal(pw_f32_to_f16(wide), bits | 0x200); /* quiet, with its payload */
            continue;
        }
        if ((bits & 0x7FFF) == 0x7C00)
            assert_true(isinf(wide));
        else
            assert_true((double)wide == value_of_half((uint16_t)bits));
        assert_int_equal(bits_of(wide) >> 31, bits >> 15);
        assert_int_equal(pw_f32_to_f16(wide), bits);
    }
}

/* Between each two neighbours: below, at and above the midpoint.
 * The midpoint goes to the even one. */
static void rounding_is_to_nearest_even(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 0x7C00; bits++) {
        const double low = value_of_half((uint16_t)bits);
        const double high = bits + 1 == 0x7C00 ? 65536.0 : value_of_half((uint16_t)(bits + 1));
        const float middle = (float)((low + high) / 2);
        const unsigned even = (bits & 1) == 0 ? bits : bits + 1;
        assert_int_equal(pw_f32_to_f16(middle), even);
        assert_int_equal(pw_f32_to_f16(nextafterf(middle, 0.0f)), bits);
        assert_int_equal(pw_f32_to_f16(nextafterf(middle, INFINITY)), bits + 1);
        assert_int_equal(pw_f32_to_f16(-middle), even | 0x8000);
    }
    assert_int_equal(pw_f32_to_f16(INFINITY), 0x7C00);
    assert_int_equal(pw_f32_to_f16(-3e38f), 0xFC00);
    assert_int_equal(pw_f32_to_f16(1e-40f), 0);
    assert_int_equal(pw_f32_to_f16(-1e-40f), 0x8000);
}

static void bfloats_are_upper_halves(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        const float wide = pw_bf16_to_f32((uint16_t)bits);
        assert_int_equal(bits_of(wide), bits << 16);
        const bool is_nan = (bits & 0x7FFF) > 0x7F80;
        assert_int_equal(pw_f32_to_bf16(wide), is_nan ? bits | 0x40 : bits);
        if ((bits & 0x7FFF) >= 0x7F80)
            continue;
        float middle = 0;
        const uint32_t middle_bits = bits << 16 | 0x8000;
        memcpy(&middle, &middle_bits, sizeof middle);
        assert_int_equal(pw_f32_to_bf16(middle), (bits & 1) == 0 ? bits : bits + 1);
        assert_int_equal(pw_f32_to_bf16(nextafterf(middle, 0.0f)), bits);
        assert_int_equal(pw_f32_to_bf16(nextafterf(middle, middle < 0 ? -INFINITY : INFINITY)),
                         bits + 1);
    }
}

/* The room of kernels includes no other, so it has these conversions once more. */
static void kernels_convert_alike(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        assert_int_equal(bits_of(pk_f16_to_f32((uint16_t)bits)),
                         bits_of(pw_f16_to_f32((uint16_t)bits)));
        assert_int_equal(bits_of(pk_bf16_to_f32((uint16_t)bits)),
                         bits_of(pw_bf16_to_f32((uint16_t)bits)));
    }
    for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += 2039) {
        const float value = pk_float_of((uint32_t)bits);
        assert_int_equal(pk_f32_to_f16(value), pw_f32_to_f16(value));
        assert_int_equal(pk_f32_to_bf16(value), pw_f32_to_bf16(value));
    }
}

/* Only what goes beyond a half's own rounding, beside the largest of them. */
static void harm_is_more_than_rounding(void **state)
{
    (void)state;
    const float normal[] = {1.0f / 3, -0.7f, 0x1p-14f, 65504, 0};
    const float small_beside[] = {1.0f / 3, 3e-6f, 1e-9f, 1e-40f};
    const float small_alone[] = {3.1e-6f, -2.3e-6f};
    const float large[] = {1, 65520};
    const float broken[] = {1, INFINITY, NAN}; /* no half's doing */
    const float zero[] = {0, -0.0f};
    assert_false(pw_f16_harms(normal, 5));
    assert_false(pw_f16_harms(small_beside, 4));
    assert_true(pw_f16_harms(small_alone, 2));
    assert_true(pw_f16_harms(large, 2));
    assert_false(pw_f16_harms(broken, 3));
    assert_false(pw_f16_harms(zero, 2));
    assert_false(pw_f16_harms(NULL, 0));
}

static void each_type_widens(void **state)
{
    (void)state;
    unsigned char data[64]; /* odd addresses on purpose */
    float result[2] = {0};
#define CHECK(dtype, type, first, second, wanted_first, wanted_second)            \
    do {                                                                          \
        const type elements[3] = {first, 0, second};                              \
        memcpy(data + 1, elements, sizeof elements);                              \
        pw_widen_f32(data + 1, dtype, 2, 2, result);                              \
        assert_true(result[0] == (wanted_first) && result[1] == (wanted_second)); \
    } while (0)
    CHECK(PAWL_F32, float, 1.5f, -2.25f, 1.5f, -2.25f);
    CHECK(PAWL_F16, uint16_t, 0x3C00, 0xC000, 1.0f, -2.0f);
    CHECK(PAWL_BF16, uint16_t, 0x3F80, 0xC000, 1.0f, -2.0f);
    CHECK(PAWL_F64, double, 0.1, -1e300, 0.1f, -INFINITY);
    CHECK(PAWL_U8, uint8_t, 255, 1, 255.0f, 1.0f);
    CHECK(PAWL_I8, int8_t, -128, 127, -128.0f, 127.0f);
    CHECK(PAWL_I16, int16_t, -32768, 5, -32768.0f, 5.0f);
    CHECK(PAWL_I32, int32_t, -7, 1 << 30, -7.0f, 0x1p30f);
    CHECK(PAWL_I64, int64_t, (int64_t)1 << 62, -3, 0x1p62f, -3.0f);
    CHECK(PAWL_BOOL, uint8_t, 2, 0, 1.0f, 0.0f);
#undef CHECK
}

static void each_type_has_size_and_name(void **state)
{
    (void)state;
    const size_t sizes[] = {4, 2, 2, 8, 1, 1, 2, 4, 8, 1};
    const char *const names[] = {"f32", "f16", "bf16", "f64", "u8",
                                 "i8",  "i16", "i32",  "i64", "bool"};
    for (int i = 0; i <= PAWL_BOOL; i++) {
        assert_int_equal(pawl_dtype_size((pawl_dtype)i), sizes[i]);
        assert_string_equal(pawl_dtype_name((pawl_dtype)i), names[i]);
    }
    assert_int_equal(pawl_dtype_size((pawl_dtype)10), 0);
    assert_int_equal(pawl_dtype_size((pawl_dtype)-1), 0);
    assert_string_equal(pawl_dtype_name((pawl_dtype)99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_halves_widen_exactly_and_come_back),
        cmocka_unit_test(rounding_is_to_nearest_even),
        cmocka_unit_test(bfloats_are_upper_halves),
        cmocka_unit_test(kernels_convert_alike),
        cmocka_unit_test(harm_is_more_than_rounding),
        cmocka_unit_test(each_type_widens),
        cmocka_unit_test(each_type_has_size_and_name),
    };
    return cmocka_run_group_tests_name("halves and types", tests, NULL, NULL);
}
