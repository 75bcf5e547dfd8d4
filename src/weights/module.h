/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a weights file says, in one form whatever the file: a tree of modules with attributes and tensors. A .pt gives it directly (the
 * pickled nn.Module tree); for a .wts the model room makes the same tree from names and counts (model/wts_topology.c). The network is
 * built from this tree alone, so there is one path for both. Everything lives in the weights object's arena or in its copy of the file.
 */
#ifndef PW_MODULE_H
#define PW_MODULE_H

#include "base/arena.h"
#include "base/os.h"
#include "lifetime/handle.h"
#include <pawl/weights.h>

/* A pickled value, inert. Numbers, text, containers; classes and functions are names; REDUCE, NEWOBJ and BUILD make records. */
typedef enum pw_value_kind {
    PW_VALUE_NONE,
    PW_VALUE_BOOL,
    PW_VALUE_INT,
    PW_VALUE_FLOAT,
    PW_VALUE_STRING, /* text or bytes */
    PW_VALUE_LIST,   /* list, tuple, set: items */
    PW_VALUE_DICT,   /* dict, OrderedDict: items are key, value, key, value ... in insertion order */
    PW_VALUE_GLOBAL, /* a class or function by name */
    PW_VALUE_RECORD, /* callable, arguments, state: an object that was not made */
    PW_VALUE_TENSOR,
    PW_VALUE_STORAGE
} pw_value_kind;

typedef struct pw_tensor_data {
    const char *name;    /* full key in the state dictionary; NULL for one that is in none */
    pawl_dtype dtype;
    int32_t rank;
    int64_t dims[PAWL_MAX_RANK];
    int64_t strides[PAWL_MAX_RANK]; /* elements */
    const void *data;    /* first element, at any alignment; every element reachable by dims and strides has been bounds-checked */
    size_t count;        /* product of dims */
    const struct pw_tensor_data *mask; /* of a pruned parameter: what its values are multiplied by, of the same dims; else NULL */
} pw_tensor_data;

typedef struct pw_value {
    pw_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct { const char *text; size_t length; } string; /* terminated too */
        struct { struct pw_value **items; size_t count, capacity; } list; /* LIST; DICT has 2 * pairs items; capacity: the reader's own */
        struct { const char *module, *name; } global;
        struct { struct pw_value *callable, *arguments, *state; } record; /* arguments: LIST or NULL; state: from BUILD, or NULL */
        pw_tensor_data *tensor;
    } as;
} pw_value;

/* Parameters and buffers of a module in state_dict order: a NULL tensor is a None entry; is_persistent false: not in the state dictionary. */
typedef struct pw_module_tensor {
    const char *key; /* "weight" */
    pw_tensor_data *tensor;
    bool is_parameter;
    bool is_persistent;
} pw_module_tensor;

typedef struct pw_module {
    const char *name;      /* key in the parent: "cv1"; "" for the root */
    const char *path;      /* full: "model.2.cv1"; "" for the root */
    const char *package;   /* "models.common" */
    const char *type;      /* "C3", "Conv2d", ... */
    const pw_value *attributes; /* DICT of the instance's __dict__ less parameters, buffers, modules; may be NULL */
    pw_module_tensor *tensors;
    size_t tensor_count;
    struct pw_module **children; /* insertion order */
    size_t child_count;
} pw_module;

/* The object behind a pawl_weights handle. */
typedef struct pw_weights {
    pw_object object;
    pawl_weights_kind kind;
    pw_contents contents;            /* of the file; tensors of a .pt lie in it */
    pw_arena arena;
    const char *file_name;           /* without folders */
    uint64_t hash[2];
    pw_module *root;                 /* .pt: the model (ema, else model); .wts: NULL */
    const pw_value *checkpoint;      /* .pt: the top object; else NULL */
    pw_tensor_data **tensors;        /* state dictionary in its order; .wts: as listed */
    size_t tensor_count;
    struct pw_name_table *names;     /* name -> place in tensors; NULL: not indexed, found one by one */
    pawl_global_info *globals;
    size_t global_count;
    uint64_t file_size;              /* bytes */
} pw_weights;
extern const pw_type pw_weights_type;

/* Finds. NULL where there is none; never fails otherwise. */
const pw_value *pw_dict_get(const pw_value *dict, const char *key);          /* string keys */
const pw_value *pw_module_attribute(const pw_module *module, const char *key);
const pw_module *pw_module_child(const pw_module *module, const char *name); /* direct child */
const pw_module *pw_module_find(const pw_module *root, const char *path);    /* "model.24.m.0" */
const pw_tensor_data *pw_module_tensor_get(const pw_module *module, const char *key);
const pw_tensor_data *pw_weights_tensor_find(const pw_weights *weights, const char *name); /* hashed or sorted: not linear */

/* Readings of a value; false where it is of another kind or out of range. A Tensor of one element reads as a number too. */
bool pw_value_int(const pw_value *value, int64_t *result);      /* INT, BOOL, integral FLOAT */
bool pw_value_real(const pw_value *value, double *result);      /* INT, FLOAT */
bool pw_value_bool(const pw_value *value, bool *result);
const char *pw_value_text(const pw_value *value);               /* NULL unless STRING */
bool pw_value_ints(const pw_value *value, int64_t *result, size_t count); /* a LIST of count, or one INT repeated (kernel_size 3 == (3, 3)) */

/* Whether thop left it, which counts operations in buffers of every module: no model reads those. */
bool pw_tensor_is_tally(const pw_tensor_data *tensor);
/* Dense: the last dimension runs fastest, without gaps. */
bool pw_tensor_is_dense(const pw_tensor_data *tensor);
/* Widens to dense row-major float32; values has tensor->count elements. */
void pw_tensor_widen(const pw_tensor_data *tensor, float *values);

/* Reads from memory (fuzzing, tests) into a zeroed *weights; data and file_name must outlive its use. Same results as pawl_weights_load.
   End it with pw_arena_free(&weights->arena), after a failure too. */
pawl_status pw_weights_parse(const void *data, size_t size, const char *file_name, pw_weights *weights, pawl_error *error) PW_NODISCARD;

/* Writes a .wts as pawl_weights_save_wts does, followed by tensors of the caller's own ("pawl.*"), which need a name and a data. */
pawl_status pw_weights_write_wts(const pw_weights *weights, const pw_tensor_data *extra, size_t extra_count, const char *path,
                                 pawl_error *error) PW_NODISCARD;

#endif
