/* SPDX-License-Identifier: Apache-2.0 */
/* Each opcode of the pickle machine, by what it makes, and each way in which it can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "maker.h"
#include "weights/readers.h"

#define SHOW_DEPTH 16

typedef struct pickle_row {
    const char *name, *bytes;
    size_t size;
    const char *expected; /* the value as text; NULL: refused */
    pawl_status status;
} pickle_row;

/* One value without what it holds; the opening bracket of a container. */
static void show_head(pw_strbuf *text, const pw_value *value)
{
    static const char *const heads[] = {[PW_VALUE_LIST] = "[", [PW_VALUE_DICT] = "{"};
    switch (value->kind) {
    case PW_VALUE_NONE:
        pw_strbuf_add(text, "None");
        break;
    case PW_VALUE_BOOL:
        pw_strbuf_add(text, value->as.boolean ? "True" : "False");
        break;
    case PW_VALUE_INT:
        pw_strbuf_add(text, "%lld", (long long)value->as.integer);
        break;
    case PW_VALUE_FLOAT:
        pw_strbuf_add(text, "%g", value->as.real);
        break;
    case PW_VALUE_STRING:
        pw_strbuf_add(text, "'%s'", value->as.string.text);
        break;
    case PW_VALUE_LIST:
    case PW_VALUE_DICT:
        pw_strbuf_add(text, "%s", heads[value->kind]);
        break;
    case PW_VALUE_GLOBAL:
        pw_strbuf_add(text, "%s.%s", value->as.global.module, value->as.global.name);
        break;
    case PW_VALUE_RECORD:
        pw_strbuf_add(text, "record(");
        break;
    case PW_VALUE_TENSOR:
        pw_strbuf_add(text, "tensor(%zu)", value->as.tensor->count);
        break;
    case PW_VALUE_STORAGE:
        pw_strbuf_add(text, "storage");
        break;
    }
}

/* Item i of a container or record; NULL after the last. */
static const pw_value *part(const pw_value *value, size_t i)
{
    if (value->kind == PW_VALUE_LIST || value->kind == PW_VALUE_DICT)
        return i < value->as.list.count ? value->as.list.items[i] : NULL;
    if (value->kind != PW_VALUE_RECORD)
        return NULL;
    return i == 0   ? value->as.record.callable
           : i == 1 ? value->as.record.arguments
           : i == 2 ? value->as.record.state
                    : NULL;
}

static void show(pw_strbuf *text, const pw_value *value)
{
    struct {
        const pw_value *value;
        size_t next;
    } stack[SHOW_DEPTH] = {{value, 0}};
    size_t depth = 1;
    show_head(text, value);
    while (depth > 0) {
        const pw_value *open = stack[depth - 1].value;
        const pw_value *item = part(open, stack[depth - 1].next);
        if (item == NULL || depth == SHOW_DEPTH) {
            if (open->kind >= PW_VALUE_LIST && open->kind <= PW_VALUE_RECORD &&
                open->kind != PW_VALUE_GLOBAL)
                pw_strbuf_add(text, "%s",
                              open->kind == PW_VALUE_LIST   ? "]"
                              : open->kind == PW_VALUE_DICT ? "}"
                                                            : ")");
            depth--;
            continue;
        }
        if (stack[depth - 1].next > 0)
            pw_strbuf_add(text, " ");
        stack[depth - 1].next++;
        show_head(text, item);
        stack[depth].value = item;
        stack[depth++].next = 0;
    }
}

#define GOOD(name, bytes, expected)                       \
    {                                                     \
        name, bytes, sizeof(bytes) - 1, expected, PAWL_OK \
    }
#define BAD(name, bytes)                                       \
    {                                                          \
        name, bytes, sizeof(bytes) - 1, NULL, PAWL_ERR_CORRUPT \
    }
#define REFUSED(name, bytes)                                       \
    {                                                              \
        name, bytes, sizeof(bytes) - 1, NULL, PAWL_ERR_UNSUPPORTED \
    }

#define STORAGE                                       \
    "(X\7\0\0\0storagectorch\nHalfStorage\nX\1\0\0\0" \
    "7X\3\0\0\0cpuK\10tQ"
#define TENSOR "ctorch._utils\n_rebuild_tensor_v2\n("

/* clang-format off */
static pickle_row rows[] = {
    GOOD("None, True, False", "\x80\2N\x88\x89\x87.", "[None True False]"),
    GOOD("BININT negative", "J\xfe\xff\xff\xff.", "-2"),
    GOOD("BININT1", "K\xff.", "255"),
    GOOD("BININT2", "M\xff\xff.", "65535"),
    GOOD("LONG1 empty", "\x8a\0.", "0"),
    GOOD("LONG1 of a byte, negative", "\x8a\1\x80.", "-128"),
    GOOD("LONG1 of eight", "\x8a\10\xff\xff\xff\xff\xff\xff\xff\x7f.", "9223372036854775807"),
    GOOD("LONG1 beyond 64 bits is a float", "\x8a\11\0\0\0\0\0\0\0\0\1.", "1.84467e+19"),
    GOOD("LONG1 beyond 64 bits, negative", "\x8a\11\0\0\0\0\0\0\0\0\xff.", "-1.84467e+19"),
    GOOD("LONG4", "\x8b\2\0\0\0\0\1.", "256"),
    GOOD("BINFLOAT", "G\x3f\xf8\0\0\0\0\0\0.", "1.5"),
    GOOD("INT", "I-12\n.", "-12"),
    GOOD("INT as a boolean", "I01\n.", "True"),
    GOOD("LONG", "L34L\n.", "34"),
    GOOD("FLOAT", "F0.25\n.", "0.25"),
    GOOD("SHORT_BINSTRING", "U\2ab.", "'ab'"),
    GOOD("BINSTRING", "T\2\0\0\0ab.", "'ab'"),
    GOOD("BINUNICODE", "X\2\0\0\0ab.", "'ab'"),
    GOOD("SHORT_BINUNICODE", "\x8c\2ab.", "'ab'"),
    GOOD("BINUNICODE8", "\x8d\2\0\0\0\0\0\0\0ab.", "'ab'"),
    GOOD("SHORT_BINBYTES", "C\2ab.", "'ab'"),
    GOOD("BINBYTES", "B\2\0\0\0ab.", "'ab'"),
    GOOD("BINBYTES8", "\x8e\2\0\0\0\0\0\0\0ab.", "'ab'"),
    GOOD("BYTEARRAY8", "\x96\2\0\0\0\0\0\0\0ab.", "'ab'"),
    GOOD("EMPTY_TUPLE", ").", "[]"),
    GOOD("TUPLE1", "K\1\x85.", "[1]"),
    GOOD("TUPLE2", "K\1K\2\x86.", "[1 2]"),
    GOOD("TUPLE3", "K\1K\2K\3\x87.", "[1 2 3]"),
    GOOD("TUPLE", "(K\1K\2K\3K\4t.", "[1 2 3 4]"),
    GOOD("LIST", "(K\1K\2l.", "[1 2]"),
    GOOD("EMPTY_LIST and APPEND", "]K\1aK\2aK\3aK\4aK\5aK\6a.", "[1 2 3 4 5 6]"),
    GOOD("APPENDS twice", "](K\1K\2e(K\3e.", "[1 2 3]"),
    GOOD("DICT", "(U\1aK\1d.", "{'a' 1}"),
    GOOD("SETITEM", "}U\1aK\1sU\1bK\2s.", "{'a' 1 'b' 2}"),
    GOOD("SETITEMS", "}(U\1aK\1U\1bK\2u.", "{'a' 1 'b' 2}"),
    GOOD("EMPTY_SET and ADDITEMS", "\x80\4\x8f(K\1K\2\x90.", "[1 2]"),
    GOOD("FROZENSET", "\x80\4(K\1K\2\x91.", "[1 2]"),
    GOOD("BINPUT and BINGET", "K\7q\3" "0h\3.", "7"),
    GOOD("LONG_BINPUT and LONG_BINGET", "K\7r\4\0\0\0" "0j\4\0\0\0.", "7"),
    GOOD("PUT and GET", "K\7p3\n0g3\n.", "7"),
    GOOD("MEMOIZE counts up", "\x80\4K\7\x94K\10\x94" "00h\1h\0\x86.", "[8 7]"),
    GOOD("POP", "K\1K\2" "0.", "1"),
    GOOD("POP takes a mark", "K\1(0.", "1"),
    GOOD("POP_MARK", "K\1(K\2K\3" "1.", "1"),
    GOOD("DUP", "K\1" "2\x86.", "[1 1]"),
    GOOD("FRAME", "\x80\4\x95\3\0\0\0\0\0\0\0K\1.", "1"),
    GOOD("GLOBAL", "cos\nsystem\n.", "os.system"),
    GOOD("STACK_GLOBAL", "\x80\4\x8c\2os\x8c\6system\x93.", "os.system"),
    GOOD("REDUCE calls nothing", "cos\nsystem\n(U\4trueetR.", NULL),
    GOOD("REDUCE makes a record", "cos\nsystem\n(U\4truetR.", "record(os.system ['true'])"),
    GOOD("STRING", "S'a b'\n.", "'a b'"),
    GOOD("STRING with escapes", "S\"\\x6fs\\163\\'\\q\\\\\"\n.", "'oss'\\q\\'"),
    GOOD("UNICODE", "Vo\\u0073 \xe9\\u20ac\\U0001f600\n.", "'os \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'"),
    GOOD("STACK_GLOBAL by escaped names", "S'\\x6f\\x73'\nVsyste\\u006d\n\x93.", "os.system"),
    GOOD("INST", "(S'true'\nios\nsystem\n.", "record(os.system ['true'])"),
    GOOD("OBJ", "(cos\nsystem\nS'true'\no.", "record(os.system ['true'])"),
    GOOD("NEWOBJ", "ca\nB\n)\x81.", "record(a.B [])"),
    GOOD("NEWOBJ_EX", "ca\nB\n)}\x92.", "record(a.B [])"),
    GOOD("BUILD", "ca\nB\n)\x81}U\1xK\1sb.", "record(a.B [] {'x' 1})"),
    GOOD("BUILD of a dictionary leaves it", "ccollections\nOrderedDict\n)R}b.", "{}"),
    GOOD("OrderedDict filled", "ccollections\nOrderedDict\n)R(U\1aK\1u.", "{'a' 1}"),
    GOOD("OrderedDict of pairs", "ccollections\nOrderedDict\n(](]U\1aaK\1aetR.", "{'a' 1}"),
    GOOD("set of a list", "c__builtin__\nset\n(](K\1K\2etR.", "[1 2]"),
    GOOD("copyreg's reconstructor", "ccopy_reg\n_reconstructor\n(ca\nB\nc__builtin__\nobject\nNtR.",
         "record(a.B [a.B __builtin__.object None])"),
    GOOD("items of a record are let go", "ca\nB\n)\x81(K\1e(K\1K\2u.", "record(a.B [])"),
    GOOD("storage", STORAGE ".", "storage"),
    GOOD("tensor", TENSOR STORAGE "K\2(K\2K\3t(K\3K\1t\x89NtR.", "tensor(6)"),
    GOOD("tensor that ends with its storage", TENSOR STORAGE "K\2(K\2K\3t(K\3K\1t\x89NtR.", "tensor(6)"),
    GOOD("scalar tensor", TENSOR STORAGE "K\7))\x89NtR.", "tensor(1)"),
    GOOD("tensor with marks of none", TENSOR STORAGE "K\7))\x89N}tR.", "tensor(1)"),
    GOOD("tensor that negates its storage is a record", TENSOR STORAGE "K\7))\x89N}U\3neg\x88stR.",
         "record(torch._utils._rebuild_tensor_v2 [storage 7 [] [] False None {'neg' True}])"),
    GOOD("tensor of nothing", TENSOR STORAGE "K\10(K\0t(K\1t\x89NtR.", "tensor(0)"),
    GOOD("parameter is its tensor", "ctorch._utils\n_rebuild_parameter\n(" TENSOR STORAGE "K\0(K\2t(K\1t\x89NtR\x88NtR.", "tensor(2)"),
    GOOD("parameter with state", "ctorch._utils\n_rebuild_parameter_with_state\n(" TENSOR STORAGE "K\0(K\2t(K\1t\x89NtR\x88N}tR.", "tensor(2)"),
    GOOD("subclass of a tensor", "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n("
         STORAGE "K\0(K\2t(K\1t\x89NtNtR.", "tensor(2)"),
    GOOD("tensor of complex numbers is a record", TENSOR "(U\7storagectorch\nComplexFloatStorage\nU\1aU\3cpuK\2tQK\0(K\2t(K\1tt" "R.",
         "record(torch._utils._rebuild_tensor_v2 [storage 0 [2] [1]])"),
    GOOD("old view of a storage", TENSOR "(U\7storagectorch\nHalfStorage\nU\1aU\3cpuK\10(U\1vK\4K\4ttQK\0(K\4t(K\1ttR.", "tensor(4)"),
    GOOD("class with its source is the class", "(U\6moduleca\nB\nU\1fU\1stQ.", "a.B"),
    BAD("empty", ""),
    BAD("no STOP", "K\1"),
    BAD("STOP without a value", "."),
    BAD("values left over", "K\1K\2."),
    BAD("mark left over", "(K\1."),
    BAD("protocol 6", "\x80\6N."),
    BAD("no such opcode", "\x7fN."),
    BAD("cut in a number", "M\1"),
    BAD("text beyond the end", "X\xff\xff\xff\xff" "ab."),
    BAD("text of 2^63 bytes", "\x8d\0\0\0\0\0\0\0\x80" "ab."),
    BAD("LONG4 beyond the end", "\x8b\xff\xff\xff\x7f" "a."),
    BAD("line without an end", "cos"),
    BAD("global without a name", "cos\n\n."),
    BAD("global named by numbers", "K\1K\2\x93."),
    BAD("decimal that is none", "I1x\n."),
    BAD("float that is none", "Fx\n."),
    BAD("pop of nothing", "0."),
    BAD("pop_mark without a mark", "1."),
    BAD("dup of nothing", "2."),
    BAD("tuple of nothing", "K\1\x86."),
    BAD("tuple across a mark", "K\1(K\2\x86."),
    BAD("tuple without a mark", "K\1t."),
    BAD("append to a number", "K\1K\2a."),
    BAD("append to a dictionary", "}K\2a."),
    BAD("setitems of a list", "](K\1K\2u."),
    BAD("key without a value", "}(K\1u."),
    BAD("dict of three", "(K\1K\2K\3d."),
    BAD("put of nothing", "q\1."),
    BAD("put beyond the pickle", "K\1r\xff\xff\xff\xff."),
    BAD("put beyond what was read", "K\1r\x10\0\0\0" "0X\x10\0\0\0aaaaaaaaaaaaaaaa."),
    BAD("get of what was not put", "h\1."),
    BAD("get far away", "j\xff\xff\xff\xff."),
    BAD("frame beyond the end", "\x95\xff\0\0\0\0\0\0\0N."),
    BAD("reduce with a number", "cos\nsystem\nK\1R."),
    BAD("persistent id that is a number", "K\1Q."),
    BAD("persistent id of another kind", "(U\1xtQ."),
    BAD("storage without a count", "(U\7storagectorch\nHalfStorage\nU\1aU\3cputQ."),
    BAD("storage with a negative count", "(U\7storagectorch\nHalfStorage\nU\1aU\3cpuJ\xff\xff\xff\xfftQ."),
    BAD("storage in two sizes", STORAGE "0(X\7\0\0\0storagectorch\nHalfStorage\nX\1\0\0\0" "7X\3\0\0\0cpuK\11tQ."),
    BAD("storage in two types", STORAGE "0(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "7X\3\0\0\0cpuK\10tQ."),
    BAD("view beyond its storage", "(U\7storagectorch\nHalfStorage\nU\1aU\3cpuK\10(U\1vK\5K\4ttQ."),
    BAD("tensor of a number", TENSOR "K\1K\0(K\2t(K\1ttR."),
    BAD("tensor one too long", TENSOR STORAGE "K\3(K\2K\3t(K\3K\1ttR."),
    BAD("tensor begins outside", TENSOR STORAGE "K\11(K\0t(K\1ttR."),
    BAD("tensor with a negative offset", TENSOR STORAGE "J\xff\xff\xff\xff(K\1t(K\1ttR."),
    BAD("tensor with a negative size", TENSOR STORAGE "K\0(J\xff\xff\xff\xfft(K\1ttR."),
    BAD("tensor with a negative stride", TENSOR STORAGE "K\0(K\2t(J\xff\xff\xff\xffttR."),
    BAD("tensor with more sizes than strides", TENSOR STORAGE "K\0(K\2K\2t(K\1ttR."),
    BAD("tensor expanded from beyond its storage", TENSOR STORAGE "K\x64(K\x64t(K\0ttR."),
    BAD("tensor whose size overflows", TENSOR STORAGE "K\0(J\0\0\0\x40J\0\0\0\x40J\0\0\0\x40t(K\0K\0K\0ttR."),
    BAD("tensor whose reach overflows", TENSOR STORAGE "K\0(K\2K\2t(\x8a\10\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\10\xff\xff\xff\xff\xff\xff\xff\x7fttR."),
    BAD("OrderedDict of no pairs", "ccollections\nOrderedDict\n(](K\1etR."),
    {"tensor of nine dimensions", TENSOR STORAGE "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1ttR.",
     sizeof(TENSOR STORAGE "K\0(K\1K\1K\1K\1K\1K\1K\1K\1K\1t(K\1K\1K\1K\1K\1K\1K\1K\1K\1ttR.") - 1, NULL, PAWL_ERR_LIMIT},
    BAD("PERSID", "P1\n."),
    BAD("STRING without quotes", "Sa\n."),
    BAD("STRING of one quote", "S'\n."),
    BAD("UNICODE beyond the last character", "V\\U00110000\n."),
    BAD("OBJ of no class", "(o."),
    BAD("OBJ without a mark", "o."),
    BAD("INST without a mark", "ia\nB\n."),
    REFUSED("EXT1", "\x82\1."),
    REFUSED("NEXT_BUFFER", "\x97."),
};
/* clang-format on */

static void reads(void **state)
{
    const pickle_row *row = *state;
    pw_arena arena = {0};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_value *value = NULL;
    char made[512] = "";
    pw_strbuf text = PW_STRBUF(made);
    pw_pickle pickle = pw_pickle_over(row->bytes, row->size, 1000, "x.pt", &arena, &error);
    const pawl_status status = pw_pickle_read(&pickle, &value);
    if (row->expected == NULL) {
        assert_int_equal(status, row->status == PAWL_OK ? PAWL_ERR_CORRUPT : row->status);
        assert_int_equal(error.status, status);
        assert_non_null(strstr(error.message, "x.pt"));
        assert_in_range(error.offset, 1000, 1000 + row->size);
    } else {
        assert_int_equal(status, PAWL_OK);
        assert_int_equal(pickle.at, row->size);
        show(&text, value);
        assert_string_equal(made, row->expected);
    }
    pw_pickle_end(&pickle);
    pw_arena_free(&arena);
}

static void globals_are_listed_once(void **state)
{
    (void)state;
    static const char bytes[] =
        "(cos\nsystem\ncos\nsystem\nctorch.nn.modules.conv\nConv2d\n"
        "ctorch.hub\nload\ncbuiltins\neval\ncnumpy\ndtype\ncmodels.yolo\nModel\n"
        "ctorch\nHalfStorage\nctorch\nload\nctorch.nn.modules.batchnorm\n_BatchNorm\n"
        "ccopy_reg\n_reconstructor\ncmodels.experimental\nattempt_load\ncmodels.common\nautoShape\n"
        "cutils.general\nsubprocess\ncutils.general\nPath.os\ncpathlib\nPosixPath\ncpathlib\nos\n"
        "ccollections\n_sys\ncmodels\nYolo\ncmodelsx.yolo\nModel\nctorch._utils\nimportlib\n"
        "cmodels.yolo\nDetect.forward\ncmodels.yolo\nos.forward\ncmodelsx.yolo\nDetect.forward\n"
        "cyolov5.models.yolo\nModel\nctorchvision.models.resnet\nResNet\n"
        "ctorchvision.models.resnet\nresnet18\ncbuiltins\nstr\ncbuiltins\nopen\nt.";
    static const struct {
        const char *module, *name;
        int is_known;
    } expected[] = {
        {"os", "system", 0},
        {"torch.nn.modules.conv", "Conv2d", 1},
        {"torch.hub", "load", 0},
        {"builtins", "eval", 0},
        {"numpy", "dtype", 1},
        {"models.yolo", "Model", 1},
        {"torch", "HalfStorage", 1},
        {"torch", "load", 0},
        {"torch.nn.modules.batchnorm", "_BatchNorm", 1},
        {"copy_reg", "_reconstructor", 1},
        {"models.experimental", "attempt_load", 0},
        {"models.common", "autoShape", 1},
        {"utils.general", "subprocess", 0},
        {"utils.general", "Path.os", 0},
        {"pathlib", "PosixPath", 1},
        {"pathlib", "os", 0},
        {"collections", "_sys", 0},
        {"models", "Yolo", 0},
        {"modelsx.yolo", "Model", 0},
        {"torch._utils", "importlib", 0},
        {"models.yolo", "Detect.forward", 1},
        {"models.yolo", "os.forward", 0},
        {"modelsx.yolo", "Detect.forward", 0},
        {"yolov5.models.yolo", "Model", 1},
        {"torchvision.models.resnet", "ResNet", 1},
        {"torchvision.models.resnet", "resnet18", 0},
        {"builtins", "str", 1},
        {"builtins", "open", 0},
    };
    pw_arena arena = {0};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_value *value = NULL;
    pw_pickle pickle = pw_pickle_over(bytes, sizeof bytes - 1, 0, "x.pt", &arena, &error);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_OK);
    assert_int_equal(pickle.global_count, PW_COUNT(expected));
    for (size_t i = 0; i < PW_COUNT(expected); i++) {
        assert_string_equal(pickle.globals[i].module, expected[i].module);
        assert_string_equal(pickle.globals[i].name, expected[i].name);
        assert_int_equal(pickle.globals[i].is_known, expected[i].is_known);
    }
    pw_pickle_end(&pickle);
    pw_arena_free(&arena);
}

/* What one pickle notes is unknown to the next, and nothing is left of it to be cleared again. */
static void each_pickle_has_a_memo(void **state)
{
    (void)state;
    static const char bytes[] = "K\7q\2.N.h\2.";
    pw_arena arena = {0};
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pw_value *value = NULL;
    pw_pickle pickle = pw_pickle_over(bytes, sizeof bytes - 1, 0, "x.pt", &arena, &error);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_OK);
    assert_int_equal(pickle.memo_end, 3);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_OK);
    assert_int_equal(pickle.memo_end, 0);
    assert_int_equal(pw_pickle_read(&pickle, &value), PAWL_ERR_CORRUPT);
    pw_pickle_end(&pickle);
    pw_arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest others[] = {cmocka_unit_test(globals_are_listed_once),
                                               cmocka_unit_test(each_pickle_has_a_memo)};
    struct CMUnitTest tests[PW_COUNT(rows) + PW_COUNT(others)];
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = reads, .initial_state = &rows[i]};
    for (size_t i = 0; i < PW_COUNT(others); i++)
        tests[PW_COUNT(rows) + i] = others[i];
    return cmocka_run_group_tests_name("pickle", tests, NULL, NULL);
}
