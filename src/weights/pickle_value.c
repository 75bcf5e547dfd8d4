/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading pickled values. */
#include "weights/pickle_value.h"
#include "base/size.h"
#include <string.h>

#define LIST_CAPACITY_FIRST 4

pw_value pw_value_none = {.kind = PW_VALUE_NONE};
pw_value pw_value_true = {.kind = PW_VALUE_BOOL, .as.boolean = true};
pw_value pw_value_false = {.kind = PW_VALUE_BOOL, .as.boolean = false};

static pw_value *make(pw_arena *arena, pw_value_kind kind, size_t size)
{
    pw_value *value = pw_arena_alloc(arena, size);
    if (value != NULL)
        value->kind = kind;
    return value;
}

pw_value *pw_value_make_int(pw_arena *arena, int64_t integer)
{
    pw_value *value = make(arena, PW_VALUE_INT, sizeof(pw_value));
    if (value != NULL)
        value->as.integer = integer;
    return value;
}

pw_value *pw_value_make_real(pw_arena *arena, double real)
{
    pw_value *value = make(arena, PW_VALUE_FLOAT, sizeof(pw_value));
    if (value != NULL)
        value->as.real = real;
    return value;
}

pw_value *pw_value_make_string(pw_arena *arena, const void *text, size_t length)
{
    size_t size = 0;
    if (!pw_size_add(length, sizeof(pw_value) + 1, &size))
        return NULL;
    pw_value *value = make(arena, PW_VALUE_STRING, size);
    if (value == NULL)
        return NULL;
    char *copy = (char *)(value + 1);
    if (length > 0)
        memcpy(copy, text, length);
    value->as.string.text = copy;
    value->as.string.length = length;
    return value;
}

pw_value *pw_value_make_list(pw_arena *arena, pw_value_kind kind, pw_value *const *items,
                             size_t count)
{
    pw_value *value = make(arena, kind, sizeof(pw_value));
    if (value == NULL || !pw_value_append(arena, value, items, count))
        return NULL;
    return value;
}

pw_value *pw_value_make_record(pw_arena *arena, pw_value *callable, pw_value *arguments)
{
    pw_value *value = make(arena, PW_VALUE_RECORD, sizeof(pw_value));
    if (value == NULL)
        return NULL;
    value->as.record.callable = callable;
    value->as.record.arguments = arguments;
    return value;
}

bool pw_value_append(pw_arena *arena, pw_value *list, pw_value *const *items, size_t count)
{
    const size_t old = list->as.list.count;
    if (count > list->as.list.capacity - old) {
        size_t needed = 0;
        if (!pw_size_add(old, count, &needed))
            return false;
        size_t capacity = needed; /* most lists come whole: no room to spare */
        if (old > 0)
            capacity = pw_size_max(pw_size_max(needed, 2 * old), LIST_CAPACITY_FIRST);
        pw_value **grown = pw_arena_array(arena, capacity, sizeof(pw_value *));
        if (grown == NULL)
            return false;
        if (old > 0)
            memcpy(grown, list->as.list.items, old * sizeof(pw_value *));
        list->as.list.items = grown;
        list->as.list.capacity = capacity;
    }
    if (count > 0)
        memcpy(list->as.list.items + old, items, count * sizeof(pw_value *));
    list->as.list.count = old + count;
    return true;
}

/* clang-format off */
static const struct {
    const char *module, *name;
    pw_meaning meaning;
} meanings[] = {
    {"collections", "OrderedDict", PW_MEANS_DICT},
    {"collections", "defaultdict", PW_MEANS_DICT},
    {"__builtin__", "dict", PW_MEANS_DICT},
    {"builtins", "dict", PW_MEANS_DICT},
    {"__builtin__", "set", PW_MEANS_SET},
    {"builtins", "set", PW_MEANS_SET},
    {"__builtin__", "frozenset", PW_MEANS_SET},
    {"builtins", "frozenset", PW_MEANS_SET},
    {"__builtin__", "list", PW_MEANS_SET},
    {"builtins", "list", PW_MEANS_SET},
    {"__builtin__", "tuple", PW_MEANS_SET},
    {"builtins", "tuple", PW_MEANS_SET},
    {"torch", "Size", PW_MEANS_SET},
    {"torch._utils", "_rebuild_tensor", PW_MEANS_TENSOR},
    {"torch._utils", "_rebuild_tensor_v2", PW_MEANS_TENSOR},
    {"torch._utils", "_rebuild_parameter", PW_MEANS_PARAMETER},
    {"torch._utils", "_rebuild_parameter_with_state", PW_MEANS_PARAMETER},
    {"torch._tensor", "_rebuild_from_type_v2", PW_MEANS_TYPED_TENSOR},
    {"copy_reg", "_reconstructor", PW_MEANS_RECONSTRUCTOR},
    {"copyreg", "_reconstructor", PW_MEANS_RECONSTRUCTOR},
    {"__builtin__", "getattr", PW_MEANS_ATTRIBUTE},
    {"builtins", "getattr", PW_MEANS_ATTRIBUTE},
    {"_codecs", "encode", PW_MEANS_BYTES},
    {"numpy.core.multiarray", "scalar", PW_MEANS_NUMPY_SCALAR},
    {"numpy._core.multiarray", "scalar", PW_MEANS_NUMPY_SCALAR},
};

/* What is harmless to look up and call. ANY_CLASS: a name as classes have it; a module that ends in '.': all below it. So a module's
 * imports (utils.general.os) and functions that load files are not among them. "builtins" and "copyreg" go for Python 2's names too. */
#define ANY_CLASS NULL
static const struct {
    const char *module, *name;
} harmless[] = {
    {"collections", "OrderedDict"}, {"collections", "defaultdict"}, {"collections", "Counter"}, {"collections", "deque"},
    {"copyreg", "_reconstructor"}, {"_codecs", "encode"},
    {"builtins", "set"}, {"builtins", "frozenset"}, {"builtins", "dict"}, {"builtins", "list"}, {"builtins", "tuple"},
    {"builtins", "object"}, {"builtins", "slice"}, {"builtins", "bytearray"}, {"builtins", "bytes"}, {"builtins", "complex"},
    {"builtins", "bool"}, {"builtins", "int"}, {"builtins", "float"}, {"builtins", "str"},
    {"builtins", "long"}, {"builtins", "unicode"},
    {"builtins", "getattr"}, /* as pickle_call.c finds it used */
    {"torch", "Size"}, {"torch", "device"}, {"torch", "dtype"}, {"torch", "Tensor"},
    {"torch._utils", "_rebuild_tensor"}, {"torch._utils", "_rebuild_tensor_v2"}, {"torch._utils", "_rebuild_parameter"},
    {"torch._utils", "_rebuild_parameter_with_state"}, {"torch._utils", "_rebuild_qtensor"}, {"torch._utils", "_rebuild_sparse_tensor"},
    {"torch._tensor", "_rebuild_from_type_v2"}, {"torch.torch_version", "TorchVersion"}, {"torch.storage", ANY_CLASS},
    {"torch.nn.", ANY_CLASS}, {"torch.optim.", ANY_CLASS}, {"torch.cuda.amp.", ANY_CLASS}, {"torch.amp.", ANY_CLASS},
    {"torch.nn.functional", "relu"}, {"torch.nn.functional", "gelu"}, {"torch.nn.functional", "silu"},
    {"torch.distributed.algorithms.join", "_JoinConfig"}, {"torchvision.models.", ANY_CLASS}, {"torchvision.ops.", ANY_CLASS},
    {"yolov5.models.", ANY_CLASS}, {"yolov5.utils.", ANY_CLASS}, /* the package of that name */
    {"torchvision.transforms.", ANY_CLASS}, {"models.", ANY_CLASS}, {"models.common", "autoShape"}, {"utils.", ANY_CLASS},
    {"numpy", "dtype"}, {"numpy", "ndarray"},
    {"numpy.core.multiarray", "_reconstruct"}, {"numpy._core.multiarray", "_reconstruct"},
    {"numpy.core.multiarray", "scalar"}, {"numpy._core.multiarray", "scalar"},
    {"numpy.core.numeric", "_frombuffer"}, {"numpy._core.numeric", "_frombuffer"},
    {"pathlib", ANY_CLASS}, {"pathlib._local", ANY_CLASS}, {"argparse", "Namespace"}, {"easydict", "EasyDict"},
    {"datetime", "datetime"}, {"datetime", "date"}, {"datetime", "time"}, {"datetime", "timedelta"}, {"datetime", "timezone"},
};
/* clang-format on */

/* "Conv", "_BatchNorm": a capital, and no way into what the class holds. */
static bool is_class_name(const char *name, size_t length)
{
    if (memchr(name, '.', length) != NULL)
        return false;
    while (*name == '_')
        name++;
    return *name >= 'A' && *name <= 'Z';
}

/* Of a class of YOLOv5's the one method that stands in the place of a function (see judge_getattr()
 * in pickle_call.c), as protocols from 4 on name it, has its class's name: less its own. */
static size_t class_length(const char *module, const char *name)
{
    static const char method[] = ".forward";
    const size_t length = strlen(name), tail = strlen(method);
    const bool is_method = strncmp(module, "models.", strlen("models.")) == 0 && length > tail &&
                           strcmp(name + length - tail, method) == 0;
    return is_method ? length - tail : length;
}

static bool is_module(const char *pattern, const char *module)
{
    const size_t length = strlen(pattern);
    return pattern[length - 1] == '.' ? strncmp(module, pattern, length) == 0
                                      : strcmp(module, pattern) == 0;
}

int pw_global_is_known(const char *module, const char *name)
{
    const char *today = strcmp(module, "__builtin__") == 0 ? "builtins"
                        : strcmp(module, "copy_reg") == 0  ? "copyreg"
                                                           : module;
    for (size_t i = 0; i < PW_COUNT(harmless); i++)
        if (is_module(harmless[i].module, today) &&
            (harmless[i].name == ANY_CLASS ? is_class_name(name, class_length(module, name))
                                           : strcmp(name, harmless[i].name) == 0))
            return 1;
    const size_t length = strlen(name), suffix = strlen("Storage");
    const bool is_torch = strcmp(module, "torch") == 0 || strcmp(module, "torch.cuda") == 0;
    return is_torch && is_class_name(name, length) && length > suffix &&
           strcmp(name + length - suffix, "Storage") == 0;
}

pw_value *pw_value_make_global(pw_arena *arena, const char *module, const char *name)
{
    pw_value *value = make(arena, PW_VALUE_GLOBAL, sizeof(pw_global_value));
    if (value == NULL)
        return NULL;
    value->as.global.module = module;
    value->as.global.name = name;
    for (size_t i = 0; i < PW_COUNT(meanings); i++)
        if (strcmp(meanings[i].module, module) == 0 && strcmp(meanings[i].name, name) == 0)
            ((pw_global_value *)value)->meaning = meanings[i].meaning;
    return value;
}

pw_meaning pw_value_meaning(const pw_value *value)
{
    return value->kind == PW_VALUE_GLOBAL ? ((const pw_global_value *)value)->meaning
                                          : PW_MEANS_NOTHING;
}
