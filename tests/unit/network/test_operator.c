/* SPDX-License-Identifier: Apache-2.0 */
/* The operator table: every row says what it must, and its fields are written, read, bounded and
 * compared alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "network/operator.h"
#include <math.h>
#include <string.h>

#define NEWEST UINT32_MAX

static void put(const pw_field *field, pw_layer *layer, int64_t value)
{
    char *at = (char *)layer + field->offset;
    for (uint32_t i = 0; i < field->count; i++) {
        const int32_t number = (int32_t)value;
        const float real = (float)value;
        const bool flag = value != 0;
        if (field->kind == PW_FIELD_F32)
            memcpy(at + i * sizeof real, &real, sizeof real);
        else if (field->kind == PW_FIELD_BOOL)
            memcpy(at + i * sizeof flag, &flag, sizeof flag);
        else if (field->kind != PW_FIELD_LEVELS)
            memcpy(at + i * sizeof number, &number, sizeof number);
    }
}

/* All fields at their most, or where that is no float at 3. */
static pw_layer layer_of(pw_op op)
{
    const pw_operator *row = pw_operator_of(op);
    pw_layer layer = {.op = op, .name = "it"};
    for (size_t f = 0; f < row->field_count; f++)
        put(&row->fields[f], &layer, row->fields[f].kind == PW_FIELD_F32 ? 3 : row->fields[f].most);
    return layer;
}

static void rows_are_whole(void **state)
{
    (void)state;
    for (int op = 0; op < PW_OP_COUNT; op++) {
        const pw_operator *row = pw_operator_of((pw_op)op);
        assert_non_null(row);
        assert_true(strlen(pw_op_name((pw_op)op)) > 2);
        assert_true(row->least_inputs <= row->most_inputs && row->most_inputs <= PW_MAX_INPUTS);
        assert_true(row->constant_count <= PW_MAX_CONSTANTS);
        assert_true(row->is_head ? row->shape != NULL && row->check != NULL : true);
        for (int other = 0; other < op; other++)
            assert_string_not_equal(pw_op_name((pw_op)op), pw_op_name((pw_op)other));
        for (size_t f = 0; f < row->field_count; f++)
            assert_true(row->fields[f].offset < sizeof(pw_layer) && row->fields[f].count > 0);
    }
    assert_null(pw_operator_of(PW_OP_COUNT));
    assert_null(pw_operator_of((pw_op)-1));
}

/* Whether name (before a ':') is a field, or what the renderer knows besides. */
static bool is_known(const pw_operator *row, const char *name, size_t length)
{
    const char *colon = memchr(name, ':', length);
    if (colon != NULL)
        length = (size_t)(colon - name);
    return pw_field_find(row->fields, row->field_count, name, length) != NULL ||
           (length == 5 && memcmp(name, "model", 5) == 0) ||
           (length == 6 && memcmp(name, "inputs", 6) == 0);
}

static void texts_name_fields(void **state)
{
    (void)state;
    for (int op = 0; op < PW_OP_COUNT; op++) {
        const pw_operator *row = pw_operator_of((pw_op)op);
        for (const char *at = row->text; *at != '\0'; at++) {
            const size_t length = *at == '{'   ? strcspn(at + 1, "}")
                                  : *at == '[' ? strcspn(at + 1, "|")
                                               : 0;
            if (length > 0 && !is_known(row, at + 1, length))
                fail_msg("%s: %s", pw_op_name((pw_op)op), at);
        }
    }
}

static void written_and_read_is_the_same(void **state)
{
    (void)state;
    for (int op = 0; op < PW_OP_COUNT; op++) {
        const pw_operator *row = pw_operator_of((pw_op)op);
        const pw_layer layer = layer_of((pw_op)op);
        pw_layer read = {.op = (pw_op)op, .name = "it"};
        pw_writer writer = {0};
        pw_fields_write(&writer, NEWEST, row->fields, row->field_count, &layer);
        assert_false(writer.has_failed);
        pw_reader reader = pw_reader_over(writer.data, writer.size);
        assert_null(pw_fields_read(&reader, NEWEST, row->fields, row->field_count, &read));
        assert_int_equal(pw_reader_left(&reader), 0);
        assert_true(pw_layer_is_same(&layer, &read));
        pw_writer_free(&writer);
    }
}

/* Each field alone differs, or is one beyond its range. */
static void each_field_counts(void **state)
{
    (void)state;
    for (int op = 0; op < PW_OP_COUNT; op++) {
        const pw_operator *row = pw_operator_of((pw_op)op);
        for (size_t f = 0; f < row->field_count; f++) {
            const pw_field *field = &row->fields[f];
            const pw_layer layer = layer_of((pw_op)op);
            pw_layer other = layer;
            char text[64];
            if (field->kind == PW_FIELD_LEVELS)
                other.as.detect.anchor[1][2][1] = 7;
            else
                put(field, &other, field->kind == PW_FIELD_F32 ? 4 : field->least);
            assert_false(pw_layer_is_same(&layer, &other));
            assert_null(pw_fields_fault(row->fields, row->field_count, &other, text));
            if (field->kind != PW_FIELD_I32)
                continue;
            for (int side = 0; side < 2; side++) {
                put(field, &other, side == 0 ? field->least - 1 : field->most + 1);
                assert_ptr_equal(pw_fields_fault(row->fields, row->field_count, &other, text),
                                 field);
                assert_non_null(strstr(text, field->name));
                if (op == PW_OP_DETECT) /* writing believes the counts of its anchors */
                    continue;
                pw_writer writer = {0};
                pw_fields_write(&writer, NEWEST, row->fields, row->field_count, &other);
                pw_reader reader = pw_reader_over(writer.data, writer.size);
                pw_layer read = {.op = (pw_op)op};
                assert_ptr_equal(
                    pw_fields_read(&reader, NEWEST, row->fields, row->field_count, &read), field);
                pw_writer_free(&writer);
            }
        }
    }
}

static void reals_are_finite(void **state)
{
    static const float wrong[] = {NAN, INFINITY, -INFINITY, -1};
    const pw_operator *row = pw_operator_of(PW_OP_BATCHNORM);
    char text[64];
    (void)state;
    for (size_t i = 0; i < PW_COUNT(wrong); i++) {
        const pw_layer layer = {.op = PW_OP_BATCHNORM,
                                .as.batchnorm = {.channels = 1, .epsilon = wrong[i]}};
        const pw_field *fault = pw_fields_fault(row->fields, row->field_count, &layer, text);
        assert_non_null(fault);
        assert_string_equal(fault->name, "epsilon");
    }
}

/* What an older format does not have is neither written nor read, and stays as it was. */
static void older_formats_are_shorter(void **state)
{
    const pw_operator *row = pw_operator_of(PW_OP_CONV);
    pw_layer layer = layer_of(PW_OP_CONV), read = {.op = PW_OP_CONV};
    pw_writer old = {0}, new = {0};
    (void)state;
    layer.as.conv.weight_type = PAWL_BF16;
    pw_fields_write(&old, 2, row->fields, row->field_count, &layer);
    pw_fields_write(&new, 3, row->fields, row->field_count, &layer);
    assert_int_equal(new.size, old.size + sizeof(uint32_t));
    pw_reader reader = pw_reader_over(old.data, old.size);
    assert_null(pw_fields_read(&reader, 2, row->fields, row->field_count, &read));
    assert_int_equal(read.as.conv.weight_type, PAWL_F32);
    assert_int_equal(read.as.conv.groups, layer.as.conv.groups);
    pw_writer_free(&old);
    pw_writer_free(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(texts_name_fields),
        cmocka_unit_test(written_and_read_is_the_same),
        cmocka_unit_test(each_field_counts),
        cmocka_unit_test(reals_are_finite),
        cmocka_unit_test(older_formats_are_shorter),
    };
    return cmocka_run_group_tests_name("operator", tests, NULL, NULL);
}
