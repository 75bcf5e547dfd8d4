/* SPDX-License-Identifier: Apache-2.0 */
/* The operator table, and what its rows and their readers share. */
#include "network/operator.h"
#include "base/number.h"
#include <stdarg.h>
#include <string.h>

const pw_operator *pw_operator_of(pw_op op)
{
    static const pw_operator *const table[PW_OP_COUNT] = {
#define PW_OP_ROW(name, word, row) [PW_OP_##name] = &pw_operator_##row,
        PW_OP_MAP(PW_OP_ROW)
#undef PW_OP_ROW
    };
    return (unsigned)op < PW_OP_COUNT ? table[op] : NULL;
}

const char *pw_op_name(pw_op op)
{
    static const char *const words[PW_OP_COUNT] = {
#define PW_OP_WORD(name, word, row) [PW_OP_##name] = #word,
        PW_OP_MAP(PW_OP_WORD)
#undef PW_OP_WORD
    };
    return (unsigned)op < PW_OP_COUNT ? words[op] : "?";
}

size_t pw_layer_constants(pw_layer *layer, pw_constant constants[PW_MAX_CONSTANTS])
{
    const pw_operator *row = pw_operator_of(layer->op);
    for (size_t c = 0; c < row->constant_count; c++) {
        const pw_constant_field *field = &row->constants[c];
        constants[c] = (pw_constant){
            .field = field,
            .slot = (const float **)(void *)((char *)layer + field->offset),
            .count = field->count(layer),
        };
        if (field->type_at == 0)
            continue;
        memcpy(&constants[c].dtype, (const char *)layer + field->type_at, sizeof(pawl_dtype));
        constants[c].channels = (size_t)layer->as.conv.out_channels;
    }
    return row->constant_count;
}

bool pw_layer_is_same(const pw_layer *a, const pw_layer *b)
{
    if (a->op != b->op || strcmp(a->name, b->name) != 0 || a->input_count != b->input_count ||
        memcmp(a->inputs, b->inputs, a->input_count * sizeof a->inputs[0]) != 0 ||
        a->output != b->output)
        return false;
    const pw_operator *row = pw_operator_of(a->op);
    for (size_t c = 0; c < row->constant_count; c++)
        if (memcmp((const char *)a + row->constants[c].offset,
                   (const char *)b + row->constants[c].offset, sizeof(const float *)) != 0)
            return false;
    return pw_fields_equal(row->fields, row->field_count, a, b);
}

pawl_status pw_layer_fault(const pw_layer_site *site, const char *format, ...)
{
    char text[192];
    va_list arguments;
    va_start(arguments, format);
    pw_number_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    return pw_fail(site->error, PAWL_ERR_CORRUPT, "layer %s: %s: the network is damaged",
                   site->layer->name, text);
}

int32_t pw_site_channels(const pw_layer_site *site, uint32_t input)
{
    return site->network->tensors[site->layer->inputs[input]].channels;
}

int32_t pw_site_output_channels(const pw_layer_site *site)
{
    return site->network->tensors[site->layer->output].channels;
}

pawl_status pw_site_set_size(const pw_layer_site *site, int64_t height, int64_t width,
                             pw_shape *shape)
{
    if (height < 1 || width < 1)
        return pw_fail(site->error, PAWL_ERR_ARGUMENT,
                       "the input is too small: layer %s would give %lld x %lld pixels",
                       site->layer->name, (long long)height, (long long)width);
    if (height > INT32_MAX || width > INT32_MAX)
        return pw_fail(site->error, PAWL_ERR_LIMIT, "the input is too large for layer %s",
                       site->layer->name);
    shape->height = (int32_t)height;
    shape->width = (int32_t)width;
    return PAWL_OK;
}

pawl_status pw_site_meet(const pw_layer_site *site, pw_shape *shape)
{
    for (uint32_t i = 1; i < site->layer->input_count; i++) {
        const pw_shape *other = &site->shapes[site->layer->inputs[i]];
        if (other->height != shape->height || other->width != shape->width)
            return pw_fail(site->error, PAWL_ERR_ARGUMENT,
                           "the inputs of layer %s are %d x %d and %d x %d pixels: choose a height "
                           "and width that are multiples of the largest stride",
                           site->layer->name, (int)shape->height, (int)shape->width,
                           (int)other->height, (int)other->width);
    }
    return PAWL_OK;
}
