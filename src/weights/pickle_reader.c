/* SPDX-License-Identifier: Apache-2.0 */
/* The opcodes: one small function each, found in a table. Those of protocol 0 stand in
 * pickle_text.c, what calls would have made in pickle_call.c. */
#include "weights/pickle_reader.h"
#include <string.h>

#define PROTOCOL_LAST 5

static pawl_status op_pop(pw_pickle *p)
{
    pw_value *value = NULL;
    if (pw_pickle_stack_height(p) == 0 && p->mark_count > 0) {
        p->mark_count--; /* Python keeps marks on the stack, so POP takes one */
        return PAWL_OK;
    }
    return pw_pickle_pop(p, &value);
}

static pawl_status op_pop_mark(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    return pw_pickle_pop_mark(p, &items, &count);
}

static pawl_status op_dup(pw_pickle *p)
{
    pw_value *value = NULL;
    PW_TRY(pw_pickle_top(p, &value));
    return pw_pickle_push(p, value);
}

/* --- atoms --- */

static pawl_status op_proto(pw_pickle *p)
{
    uint64_t version = 0;
    PW_TRY(pw_pickle_take_number(p, 1, &version));
    return version <= PROTOCOL_LAST
               ? PAWL_OK
               : pw_pickle_corrupt(p, "is of protocol %u, and 5 is the last known",
                                   (unsigned)version);
}

static pawl_status op_frame(pw_pickle *p)
{
    uint64_t size = 0;
    PW_TRY(pw_pickle_take_number(p, 8, &size));
    return size <= p->size - p->at ? PAWL_OK : pw_pickle_corrupt(p, "has a frame beyond its end");
}

static pawl_status op_none(pw_pickle *p)
{
    return pw_pickle_push(p, &pw_value_none);
}

static pawl_status op_true(pw_pickle *p)
{
    return pw_pickle_push(p, &pw_value_true);
}

static pawl_status op_false(pw_pickle *p)
{
    return pw_pickle_push(p, &pw_value_false);
}

static pawl_status op_integer1(pw_pickle *p)
{
    uint64_t number = 0;
    PW_TRY(pw_pickle_take_number(p, 1, &number));
    return pw_pickle_push(p, pw_value_make_int(p->arena, (int64_t)number));
}

static pawl_status op_integer2(pw_pickle *p)
{
    uint64_t number = 0;
    PW_TRY(pw_pickle_take_number(p, 2, &number));
    return pw_pickle_push(p, pw_value_make_int(p->arena, (int64_t)number));
}

static pawl_status op_integer4(pw_pickle *p)
{
    uint64_t number = 0;
    PW_TRY(pw_pickle_take_number(p, 4, &number));
    return pw_pickle_push(p, pw_value_make_int(p->arena, (int32_t)(uint32_t)number));
}

/* Two's complement of any length; beyond 64 bits (seeds, hashes) it becomes the nearest float. */
static pawl_status push_long(pw_pickle *p, const uint8_t *bytes, size_t size)
{
    const bool is_negative = size > 0 && (bytes[size - 1] & 0x80) != 0;
    if (size <= 8) {
        uint64_t number = is_negative && size < 8 ? UINT64_MAX << (8 * size) : 0;
        for (size_t i = 0; i < size; i++)
            number |= (uint64_t)bytes[i] << (8 * i);
        return pw_pickle_push(p, pw_value_make_int(p->arena, (int64_t)number));
    }
    double real = 0;
    for (size_t i = size; i-- > 0;)
        real = real * 256.0 + (is_negative ? 255 - bytes[i] : bytes[i]);
    return pw_pickle_push(p, pw_value_make_real(p->arena, is_negative ? -real - 1.0 : real));
}

static pawl_status op_long1(pw_pickle *p)
{
    uint64_t size = 0;
    const uint8_t *bytes = NULL;
    PW_TRY(pw_pickle_take_number(p, 1, &size));
    PW_TRY(pw_pickle_take_bytes(p, size, &bytes));
    return push_long(p, bytes, (size_t)size);
}

static pawl_status op_long4(pw_pickle *p)
{
    uint64_t size = 0;
    const uint8_t *bytes = NULL;
    PW_TRY(pw_pickle_take_number(p, 4, &size));
    PW_TRY(pw_pickle_take_bytes(p, size, &bytes));
    return push_long(p, bytes, (size_t)size);
}

static pawl_status op_float(pw_pickle *p)
{
    const uint8_t *bytes = NULL;
    uint64_t bits = 0;
    double real = 0;
    PW_TRY(pw_pickle_take_bytes(p, 8, &bytes));
    for (size_t i = 0; i < 8; i++)
        bits = bits << 8 | bytes[i];
    memcpy(&real, &bits, sizeof real);
    return pw_pickle_push(p, pw_value_make_real(p->arena, real));
}

static pawl_status push_string(pw_pickle *p, size_t length_size)
{
    uint64_t length = 0;
    const uint8_t *bytes = NULL;
    PW_TRY(pw_pickle_take_number(p, length_size, &length));
    PW_TRY(pw_pickle_take_bytes(p, length, &bytes));
    return pw_pickle_push(p, pw_value_make_string(p->arena, bytes, (size_t)length));
}

static pawl_status op_string1(pw_pickle *p)
{
    return push_string(p, 1);
}

static pawl_status op_string4(pw_pickle *p)
{
    return push_string(p, 4);
}

static pawl_status op_string8(pw_pickle *p)
{
    return push_string(p, 8);
}

/* --- containers --- */

static pawl_status push_list(pw_pickle *p, pw_value_kind kind, pw_value *const *items, size_t count)
{
    return pw_pickle_push(p, pw_value_make_list(p->arena, kind, items, count));
}

static pawl_status op_empty_dict(pw_pickle *p)
{
    return push_list(p, PW_VALUE_DICT, NULL, 0);
}

static pawl_status op_empty_list(pw_pickle *p)
{
    return push_list(p, PW_VALUE_LIST, NULL, 0);
}

static pawl_status push_tuple(pw_pickle *p, size_t count)
{
    if (pw_pickle_stack_height(p) < count)
        return pw_pickle_corrupt(p, "makes a tuple of more values than there are");
    p->stack_count -= count;
    return push_list(p, PW_VALUE_LIST, p->stack + p->stack_count, count);
}

static pawl_status op_tuple1(pw_pickle *p)
{
    return push_tuple(p, 1);
}

static pawl_status op_tuple2(pw_pickle *p)
{
    return push_tuple(p, 2);
}

static pawl_status op_tuple3(pw_pickle *p)
{
    return push_tuple(p, 3);
}

/* TUPLE, LIST, FROZENSET: all that follows the mark. */
static pawl_status op_list_of_mark(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    return push_list(p, PW_VALUE_LIST, items, count);
}

static pawl_status op_dict_of_mark(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    if (count % 2 != 0)
        return pw_pickle_corrupt(p, "has a key without a value");
    return push_list(p, PW_VALUE_DICT, items, count);
}

/* Items of a record (a subclass of list or dict) are of no use to anybody and are let go. */
static pawl_status append_to_top(pw_pickle *p, pw_value_kind kind, pw_value *const *items,
                                 size_t count)
{
    pw_value *container = NULL;
    PW_TRY(pw_pickle_top(p, &container));
    if (container->kind == PW_VALUE_RECORD)
        return PAWL_OK;
    if (container->kind != kind)
        return pw_pickle_corrupt(p, "puts items into what is no %s",
                                 kind == PW_VALUE_DICT ? "dictionary" : "list");
    if (!pw_value_append(p->arena, container, items, count))
        return pw_pickle_no_memory(p, (container->as.list.count + count) * 2 * sizeof(pw_value *));
    return PAWL_OK;
}

static pawl_status op_append(pw_pickle *p)
{
    pw_value *value = NULL;
    PW_TRY(pw_pickle_pop(p, &value));
    return append_to_top(p, PW_VALUE_LIST, &value, 1);
}

static pawl_status op_appends(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    return append_to_top(p, PW_VALUE_LIST, items, count);
}

static pawl_status op_set_item(pw_pickle *p)
{
    pw_value *pair[2] = {NULL, NULL};
    PW_TRY(pw_pickle_pop(p, &pair[1]));
    PW_TRY(pw_pickle_pop(p, &pair[0]));
    return append_to_top(p, PW_VALUE_DICT, pair, 2);
}

static pawl_status op_set_items(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    if (count % 2 != 0)
        return pw_pickle_corrupt(p, "has a key without a value");
    return append_to_top(p, PW_VALUE_DICT, items, count);
}

/* --- the memo --- */

static pawl_status op_put1(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(pw_pickle_take_number(p, 1, &index));
    return pw_pickle_memo_put(p, index);
}

static pawl_status op_put4(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(pw_pickle_take_number(p, 4, &index));
    return pw_pickle_memo_put(p, index);
}

static pawl_status op_memoize(pw_pickle *p)
{
    return pw_pickle_memo_put(p, p->memo_used);
}

static pawl_status op_get1(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(pw_pickle_take_number(p, 1, &index));
    return pw_pickle_memo_get(p, index);
}

static pawl_status op_get4(pw_pickle *p)
{
    uint64_t index = 0;
    PW_TRY(pw_pickle_take_number(p, 4, &index));
    return pw_pickle_memo_get(p, index);
}

/* Classes, functions and what they would make */

static pawl_status push_global(pw_pickle *p, const char *module, size_t module_length,
                               const char *name, size_t name_length)
{
    pw_value *value = NULL;
    PW_TRY(pw_pickle_global(p, module, module_length, name, name_length, &value));
    return pw_pickle_push(p, value);
}

static pawl_status op_global(pw_pickle *p)
{
    const char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0;
    PW_TRY(pw_pickle_take_line(p, &module, &module_length));
    PW_TRY(pw_pickle_take_line(p, &name, &name_length));
    return push_global(p, module, module_length, name, name_length);
}

static pawl_status op_stack_global(pw_pickle *p)
{
    pw_value *module = NULL, *name = NULL;
    PW_TRY(pw_pickle_pop(p, &name));
    PW_TRY(pw_pickle_pop(p, &module));
    if (module->kind != PW_VALUE_STRING || name->kind != PW_VALUE_STRING)
        return pw_pickle_corrupt(p, "names a class by what is no text");
    return push_global(p, module->as.string.text, module->as.string.length, name->as.string.text,
                       name->as.string.length);
}

/* REDUCE and NEWOBJ: callable and arguments. */
static pawl_status op_call(pw_pickle *p)
{
    pw_value *callable = NULL, *arguments = NULL, *result = NULL;
    PW_TRY(pw_pickle_pop(p, &arguments));
    PW_TRY(pw_pickle_pop(p, &callable));
    if (arguments->kind != PW_VALUE_LIST)
        return pw_pickle_corrupt(p, "calls something with arguments that are no tuple");
    PW_TRY(pw_pickle_call(p, callable, arguments, &result));
    return pw_pickle_push(p, result);
}

/* The first of the items is called with the rest. */
static pawl_status call_items(pw_pickle *p, pw_value *callable, pw_value *const *items,
                              size_t count)
{
    pw_value *result = NULL;
    pw_value *arguments = pw_value_make_list(p->arena, PW_VALUE_LIST, items, count);
    if (arguments == NULL)
        return pw_pickle_no_memory(p, count * sizeof(pw_value *));
    PW_TRY(pw_pickle_call(p, callable, arguments, &result));
    return pw_pickle_push(p, result);
}

/* INST and OBJ, of protocols 0 and 1: a class, named or first on the stack, and its arguments. */
static pawl_status op_instance(pw_pickle *p)
{
    const char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0, count = 0;
    pw_value *callable = NULL;
    pw_value *const *items = NULL;
    PW_TRY(pw_pickle_take_line(p, &module, &module_length));
    PW_TRY(pw_pickle_take_line(p, &name, &name_length));
    PW_TRY(pw_pickle_global(p, module, module_length, name, name_length, &callable));
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    if (callable == NULL)
        return pw_pickle_no_memory(p, sizeof(pw_value));
    return call_items(p, callable, items, count);
}

static pawl_status op_object(pw_pickle *p)
{
    pw_value *const *items = NULL;
    size_t count = 0;
    PW_TRY(pw_pickle_pop_mark(p, &items, &count));
    if (count == 0)
        return pw_pickle_corrupt(p, "makes an object of no class");
    return call_items(p, items[0], items + 1, count - 1);
}

static pawl_status op_newobj_ex(pw_pickle *p)
{
    pw_value *keywords = NULL;
    PW_TRY(pw_pickle_pop(p, &keywords));
    return op_call(p); /* keyword arguments say nothing to us */
}

/* State of a dictionary or set (_metadata of an OrderedDict) is of no use. */
static pawl_status op_build(pw_pickle *p)
{
    pw_value *state = NULL, *object = NULL;
    PW_TRY(pw_pickle_pop(p, &state));
    PW_TRY(pw_pickle_top(p, &object));
    if (object->kind == PW_VALUE_RECORD)
        object->as.record.state = state;
    return PAWL_OK;
}

static pawl_status op_persistent(pw_pickle *p)
{
    pw_value *id = NULL, *result = NULL;
    PW_TRY(pw_pickle_pop(p, &id));
    PW_TRY(pw_pickle_persistent(p, id, &result));
    return pw_pickle_push(p, result);
}

static pawl_status op_refused(pw_pickle *p)
{
    const uint8_t opcode = p->data[p->opcode_at];
    const uint64_t at = pw_pickle_place(p);
    return pw_fail_at(
        p->error, PAWL_ERR_UNSUPPORTED, at,
        "%s: the pickle at byte %llu uses opcode 0x%02x '%c', which torch.save does not "
        "write; save the checkpoint again with torch.save and its defaults",
        p->file_name, (unsigned long long)at, opcode,
        opcode >= ' ' && opcode <= '~' ? opcode : '?');
}

static pawl_status (*const operations[256])(pw_pickle *) = {
    ['('] = pw_pickle_mark,
    ['0'] = op_pop,
    ['1'] = op_pop_mark,
    ['2'] = op_dup,
    [0x80] = op_proto,
    [0x95] = op_frame,
    ['N'] = op_none,
    [0x88] = op_true,
    [0x89] = op_false,
    ['K'] = op_integer1,
    ['M'] = op_integer2,
    ['J'] = op_integer4,
    [0x8a] = op_long1,
    [0x8b] = op_long4,
    ['G'] = op_float,
    ['I'] = pw_pickle_text_integer,
    ['L'] = pw_pickle_text_integer,
    ['F'] = pw_pickle_text_float,
    ['U'] = op_string1,
    [0x8c] = op_string1,
    ['C'] = op_string1,
    ['T'] = op_string4,
    ['X'] = op_string4,
    ['B'] = op_string4,
    [0x8d] = op_string8,
    [0x8e] = op_string8,
    [0x96] = op_string8,
    ['}'] = op_empty_dict,
    [']'] = op_empty_list,
    [')'] = op_empty_list,
    [0x8f] = op_empty_list,
    [0x85] = op_tuple1,
    [0x86] = op_tuple2,
    [0x87] = op_tuple3,
    ['t'] = op_list_of_mark,
    ['l'] = op_list_of_mark,
    [0x91] = op_list_of_mark,
    ['d'] = op_dict_of_mark,
    ['a'] = op_append,
    ['e'] = op_appends,
    [0x90] = op_appends,
    ['s'] = op_set_item,
    ['u'] = op_set_items,
    ['q'] = op_put1,
    ['r'] = op_put4,
    [0x94] = op_memoize,
    ['p'] = pw_pickle_text_put,
    ['h'] = op_get1,
    ['j'] = op_get4,
    ['g'] = pw_pickle_text_get,
    ['c'] = op_global,
    [0x93] = op_stack_global,
    ['R'] = op_call,
    [0x81] = op_call,
    [0x92] = op_newobj_ex,
    ['b'] = op_build,
    ['Q'] = op_persistent,
    ['S'] = pw_pickle_text_string,
    ['V'] = pw_pickle_text_unicode,
    ['P'] = pw_pickle_text_persistent,
    ['i'] = op_instance,
    ['o'] = op_object,
    [0x82] = op_refused,
    [0x83] = op_refused,
    [0x84] = op_refused,
    [0x97] = op_refused,
    [0x98] = op_refused,
};

pawl_status pw_pickle_read(pw_pickle *p, pw_value **result)
{
    for (size_t i = 0; i < p->memo_end; i++)
        p->memo[i] = NULL;
    p->stack_count = p->mark_count = p->memo_used = p->memo_end = 0;
    while (p->at < p->size) {
        const uint8_t opcode = p->data[p->at];
        p->opcode_at = p->at++;
        if (opcode == '.') {
            PW_TRY(pw_pickle_pop(p, result));
            return p->stack_count == 0 && p->mark_count == 0
                       ? PAWL_OK
                       : pw_pickle_corrupt(p, "ends with values left over");
        }
        if (operations[opcode] == NULL)
            return pw_pickle_corrupt(p, "has opcode 0x%02x, which does not exist", opcode);
        PW_TRY(operations[opcode](p));
    }
    p->opcode_at = p->size;
    return pw_pickle_corrupt(p, "has no end");
}
