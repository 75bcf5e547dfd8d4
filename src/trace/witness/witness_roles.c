/* SPDX-License-Identifier: Apache-2.0 */
/* From the table of all versions to the slots of the library that is here; and which libraries are
 * here. */
#define _GNU_SOURCE
#include "trace/witness/trace_roles.h"
#include "trace/witness/witness.h"

#include <dlfcn.h>
#include <string.h>

typedef enum family_id {
    FAMILY_8,
    FAMILY_10,
    FAMILY_10_8,
    FAMILY_11,
    FAMILY_RTX_1_3,
    FAMILY_RTX_1_5,
    FAMILY_COUNT,
    FAMILY_ALL
} family_id;

/* What is known by headers; a later minor version within a range only adds, and 1.7 was tried with
 * the library itself. */
static const struct range {
    int32_t first, last;
    family_id family;
} ranges[] = {{100800, 100899, FAMILY_10_8},  {8200, 9999, FAMILY_8},
              {100000, 109999, FAMILY_10},    {110000, 119999, FAMILY_11},
              {10300, 10499, FAMILY_RTX_1_3}, {10500, 10799, FAMILY_RTX_1_5}};

typedef enum interface_id {
#define INTERFACE_ID(name, family, end, a, at_a, b, at_b, c, at_c) ID_##name##_##family,
    PW_TRACE_INTERFACE_MAP(INTERFACE_ID)
#undef INTERFACE_ID
        INTERFACE_COUNT
} interface_id;

typedef enum class_id {
    CLASS_none = -1,
#define CLASS_ID(name) CLASS_##name,
    PW_TRACE_OWNER_MAP(CLASS_ID)
#undef CLASS_ID
        CLASS_COUNT
} class_id;

static const struct interface_row {
    const char *name;
    family_id family;
    int end, inner[3], offset[3];
} interface_rows[] = {
#define INTERFACE_ROW(name, family, end, a, at_a, b, at_b, c, at_c) \
    {#name, FAMILY_##family, end, {CLASS_##a, CLASS_##b, CLASS_##c}, {at_a, at_b, at_c}},
    PW_TRACE_INTERFACE_MAP(INTERFACE_ROW)
#undef INTERFACE_ROW
};

static const char *const class_names[] = {
#define CLASS_NAME(name) #name,
    PW_TRACE_OWNER_MAP(CLASS_NAME)
#undef CLASS_NAME
};

#define AT(slot, since) ((since) << 8 | (slot))
static const struct method_row {
    class_id owner;
    const char *name, *result;
    pw_role role;
    uint16_t stack;
    uint8_t is_sret, stream, logger;
    int32_t slots[FAMILY_COUNT];
} method_rows[] = {
#define METHOD_ROW(owner, name, role, result, is_sret, stack, stream, logger, ...) \
    {CLASS_##owner, #name, #result, PW_##role, stack, is_sret, stream, logger, {__VA_ARGS__}},
    PW_TRACE_METHOD_MAP(METHOD_ROW)
#undef METHOD_ROW
};

#define METHOD_COUNT  (sizeof method_rows / sizeof method_rows[0])
#define MAX_LIBRARIES 8

static pw_method methods[METHOD_COUNT];
static pw_library libraries[MAX_LIBRARIES];
static void *homes[MAX_LIBRARIES]; /* where each is loaded */
static int library_count;

int pw_interface_find(const char *name)
{
    for (int i = 0; i < INTERFACE_COUNT; i++)
        if (strcmp(interface_rows[i].name, name) == 0)
            return i;
    return -1;
}

const pw_class *pw_class_of(const pw_library *library, int id)
{
    return id < 0 ? NULL : &library->classes[id];
}

/* Layers, tensors and what else a network owns; profiles, which the builder does. */
static bool is_part(const struct interface_row *row)
{
    static const char *const parts[] = {"ITensor", "ILoop", "IIfConditional", "IAttention",
                                        "IOptimizationProfile"};
    if (row->inner[0] == CLASS_VLayer)
        return true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(row->name, parts[i]) == 0)
            return true;
    return false;
}

/* An interface that a family lays out in its own way has a row a family: each id leads to the row
 * of this one. */
static const pw_interface *interfaces_of(family_id family)
{
    pw_interface *const made = pw_arena(INTERFACE_COUNT * sizeof *made);
    for (int i = 0; made != NULL && i < INTERFACE_COUNT; i++) {
        const struct interface_row *row = &interface_rows[i];
        for (int k = 0; k < INTERFACE_COUNT; k++)
            if (strcmp(interface_rows[k].name, row->name) == 0 &&
                (interface_rows[k].family == FAMILY_ALL || interface_rows[k].family == family ||
                 (family == FAMILY_10_8 && interface_rows[k].family == FAMILY_10)))
                row = &interface_rows[k];
        made[i] = (pw_interface){.name = row->name, .end = row->end, .is_part = is_part(row)};
        memcpy(made[i].inner, row->inner, sizeof made[i].inner);
        memcpy(made[i].offset, row->offset, sizeof made[i].offset);
    }
    return made;
}

static const pw_class *classes_of(family_id family, int32_t version)
{
    pw_class *const made = pw_arena(CLASS_COUNT * sizeof *made);
    for (int i = 0; made != NULL && i < CLASS_COUNT; i++)
        made[i].name = class_names[i];
    for (size_t i = 0; made != NULL && i < METHOD_COUNT; i++) {
        const struct method_row *const row = &method_rows[i];
        const int32_t cell = row->slots[family];
        const int slot = cell & 0xff;
        if (cell < 0 || version < cell >> 8 || slot >= PW_SLOTS)
            continue;
        methods[i] = (pw_method){.name = row->name,
                                 .role = row->role,
                                 .result = (int16_t)pw_interface_find(row->result),
                                 .stack = row->stack,
                                 .is_sret = row->is_sret,
                                 .stream = row->stream,
                                 .logger = row->logger};
        made[row->owner].slots[slot] = &methods[i];
        if (slot >= made[row->owner].count)
            made[row->owner].count = slot + 1;
    }
    return made;
}

static void know(pw_library *library)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (library->version < ranges[i].first || library->version > ranges[i].last)
            continue;
        library->family = (int)ranges[i].family;
        library->has_versioned_logger =
            ranges[i].family == FAMILY_11 || ranges[i].family == FAMILY_RTX_1_5;
        library->interfaces = interfaces_of(ranges[i].family);
        library->classes = classes_of(ranges[i].family, library->version);
        library->is_known = library->interfaces != NULL && library->classes != NULL;
        return;
    }
}

/* -1: it does not say. The parsers' libraries do not; they are of the library whose network they
 * are given. */
static int32_t version_of(const char *path)
{
    void *const handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return -1;
    int32_t (*ask)(void) = NULL;
    *(void **)&ask = dlsym(handle, "getInferLibVersion");
    const int32_t version = ask != NULL ? ask() : -1;
    dlclose(handle);
    return version;
}

const pw_library *pw_library_of(const void *function, bool *is_new)
{
    Dl_info info;
    *is_new = false;
    if (dladdr(function, &info) == 0)
        return NULL;
    for (int i = 0; i < library_count; i++)
        if (homes[i] == info.dli_fbase)
            return &libraries[i];
    if (library_count == MAX_LIBRARIES)
        return NULL;
    pw_library *const made = &libraries[library_count];
    char *const path = pw_arena(strlen(info.dli_fname) + 1);
    if (path != NULL)
        memcpy(path, info.dli_fname, strlen(info.dli_fname) + 1);
    *made = (pw_library){.number = (uint32_t)library_count + 1,
                         .version = version_of(info.dli_fname),
                         .path = path != NULL ? path : ""};
    know(made);
    homes[library_count++] = info.dli_fbase;
    *is_new = true;
    return made;
}
