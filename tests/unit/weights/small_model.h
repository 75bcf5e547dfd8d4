/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint of one Conv and a Detect of two levels, as small as one can be, in all the ways that
 * checkpoints come. */
#ifndef PT_SMALL_MODEL_H
#define PT_SMALL_MODEL_H

#include "maker.h"

typedef struct small_options {
    const char *root;      /* of the archive; default "archive" */
    const char *key;       /* of the model: "model", "ema" */
    const char *other;     /* opcodes of what stands under the other of these; default None */
    const char *package;   /* of the model's class; default "models.yolo" */
    const char *extra;     /* name of one more archive entry */
    const char *byteorder; /* entry byteorder */
    bool is_other_state;   /* a state dictionary stands there */
    bool is_fused, is_pruned, is_parallel, is_of_hub, is_compiled, has_native_grid,
        has_later_buffer, has_hidden_buffer, is_legacy, is_alone;
    int zip_flags;
} small_options;

/* Elements of each storage: 0 weight f16, 1 bias f32, 2 mean f64, 3 tracked i64, 4 anchors f16, 5
 * stride f16, 6 grid f32, 7 mask f16. */
static const struct small_storage {
    const char *key, *type;
    int32_t count;
    size_t size;
    uint8_t bytes[64];
} small_storages[] = {
    {"0", "HalfStorage", 8, 2, "\x00\x3c\x00\x40\x00\x42\x00\x44\x00\x45\x00\x46\x00\x47\x00\x48"},
    {"1", "FloatStorage", 2, 4, "\x00\x00\x80\x3f\x00\x00\x00\xc0"},
    {"2", "DoubleStorage", 2, 8,
     "\x00\x00\x00\x00\x00\x00\xe0\x3f\x00\x00\x00\x00\x00\x00\xd0\xbf"},
    {"3", "LongStorage", 1, 8, "\x03"},
    {"4", "HalfStorage", 4, 2, "\x00\x3d\x80\x3e\x00\x40\x80\x43"}, /* 1.25 1.625 2 3.75 */
    {"5", "HalfStorage", 2, 2, "\x00\x48\x00\x4c"},                 /* 8 16 */
    {"6", "FloatStorage", 4, 4, "\x00\x00\x20\x41\x00\x00\x50\x41\x00\x00\x00\x42\x00\x00\x70\x42"},
    {"7", "HalfStorage", 8, 2, "\x00\x3c\x00\x00\x00\x3c\x00\x38\x00\x00\x00\x3c\x00\x3c\x00\xbc"},
};
#define SMALL_STORAGE_COUNT (sizeof small_storages / sizeof small_storages[0])

static inline void small_named_vector(mk_buffer *b, const char *name, size_t storage)
{
    mk_text(b, name);
    mk_vector(b, small_storages[storage].type, small_storages[storage].key,
              small_storages[storage].count);
}

static inline void small_empty(mk_buffer *b, const char *name)
{
    mk_begin_dict(b, name);
    mk_end_dict(b);
}

static inline void small_conv(mk_buffer *b, const small_options *options)
{
    static const int32_t dims[] = {2, 1, 2, 2}, strides[] = {4, 4, 2, 1}, turned[] = {4, 4, 1, 2};
    mk_begin(b, "models.common", "Conv");
    small_empty(b, "_parameters");
    small_empty(b, "_buffers");
    mk_begin_dict(b, "_modules");
    mk_text(b, "conv");
    mk_begin(b, "torch.nn.modules.conv", "Conv2d");
    mk_begin_dict(b, "_parameters");
    mk_text(b, options->is_pruned ? "weight_orig" : "weight");
    mk_tensor(b, "HalfStorage", "0", 8, 0, dims, strides, 4);
    if (options->is_fused)
        small_named_vector(b, "bias", 1);
    else {
        mk_text(b, "bias");
        mk_ops(b, "N");
    }
    mk_end_dict(b);
    mk_begin_dict(b, "_buffers");
    if (options->is_pruned) { /* 1 0 1 0.5 0 1 1 -1, columns first */
        mk_text(b, "weight_mask");
        mk_tensor(b, "HalfStorage", "7", 8, 0, dims, turned, 4);
    }
    mk_end_dict(b);
    small_empty(b, "_modules");
    mk_text(b, "kernel_size");
    mk_ints(b, dims + 2, 2);
    mk_text(b, "groups");
    mk_int(b, 1);
    mk_end(b);
    if (!options->is_fused) {
        mk_text(b, "bn");
        mk_begin(b, "torch.nn.modules.batchnorm", "BatchNorm2d");
        mk_begin_dict(b, "_parameters");
        mk_text(b, "weight");
        mk_global(b, "torch._utils", "_rebuild_parameter");
        mk_ops(b, "(");
        mk_vector(b, "FloatStorage", "1", 2);
        mk_ops(b, "\x88)tR");
        small_named_vector(b, "bias", 1); /* the same storage twice */
        mk_end_dict(b);
        mk_begin_dict(b, "_buffers");
        small_named_vector(b, "running_mean", 2);
        mk_text(b, "num_batches_tracked");
        mk_tensor(b, "LongStorage", "3", 1, 0, NULL, NULL, 0);
        mk_end_dict(b);
        small_empty(b, "_modules");
        mk_text(b, "eps");
        mk_put(b, "G\x3f\x50\x62\x4d\xd2\xf1\xa9\xfc", 9); /* 0.001 */
        mk_end(b);
    }
    mk_text(b, "act");
    mk_begin(b, "torch.nn.modules.activation", "SiLU");
    small_empty(b, "_modules");
    mk_end(b);
    mk_end_dict(b);
    mk_end(b);
}

static inline void small_detect(mk_buffer *b, const small_options *options)
{
    static const int32_t dims[] = {2, 1, 2}, strides[] = {2, 2, 1};
    mk_begin(b, "models.yolo", "Detect");
    small_empty(b, "_parameters");
    mk_begin_dict(b, "_buffers");
    mk_text(b, "anchors");
    mk_tensor(b, "HalfStorage", "4", 4, 0, dims, strides, 3);
    if (options->has_native_grid)
        small_named_vector(b, "anchor_grid", 6);
    if (options->has_later_buffer)
        small_named_vector(b, "total_ops", 1);
    if (options->has_hidden_buffer)
        small_named_vector(b, "hidden", 6);
    mk_end_dict(b);
    mk_text(b, "_non_persistent_buffers_set");
    mk_global(b, "__builtin__", "set");
    mk_ops(b, "](");
    if (options->has_hidden_buffer)
        mk_text(b, "hidden");
    mk_ops(b, "e\x85R");
    mk_begin_dict(b, "_modules");
    mk_text(b, "m");
    mk_begin(b, "torch.nn.modules.conv", "Conv2d");
    mk_begin_dict(b, "_parameters");
    small_named_vector(b, "bias", 1);
    mk_end_dict(b);
    small_empty(b, "_modules");
    mk_end(b);
    mk_end_dict(b);
    mk_text(b, "nc");
    mk_int(b, 1);
    small_named_vector(b, "stride", 5);
    mk_text(b, "grid");
    mk_ops(b, "]");
    mk_end(b);
}

static inline void small_module(mk_buffer *b, const small_options *options)
{
    const char *package = options->package != NULL ? options->package : "models.yolo";
    static const char *const around[][3] = {
        {"torch.nn.parallel.distributed", "DistributedDataParallel", "module"},
        {"models.common", "AutoShape", "model"},
        {"models.common", "DetectMultiBackend", "model"}};
    const size_t first = options->is_parallel ? 0 : 1, end = options->is_of_hub ? 3 : 1;
    if (options->is_compiled) {
        mk_global(b, "torch._dynamo.eval_frame", "OptimizedModule");
        mk_ops(b, "(");
    }
    for (size_t i = first; i < end; i++) {
        mk_begin(b, around[i][0], around[i][1]);
        mk_begin_dict(b, "_modules");
        mk_text(b, around[i][2]);
    }
    if (options->is_legacy) {
        mk_ops(b, "(");
        mk_text(b, "module");
        mk_global(b, package, "Model");
        mk_text(b, "yolo.py");
        mk_text(b, "class Model: pass");
        mk_ops(b, "tQ)\x81}(");
    } else
        mk_begin(b, package, "Model");
    mk_begin_dict(b, "_modules");
    mk_text(b, "model");
    mk_begin(b, "torch.nn.modules.container", "Sequential");
    mk_begin_dict(b, "_modules");
    mk_text(b, "0");
    small_conv(b, options);
    mk_text(b, "1");
    small_detect(b, options);
    mk_end_dict(b);
    mk_end(b);
    mk_end_dict(b);
    mk_text(b, "names");
    mk_ops(b, "](");
    mk_text(b, "cat");
    mk_ops(b, "e");
    mk_end(b);
    for (size_t i = first; i < end; i++) {
        mk_end_dict(b);
        mk_end(b);
    }
    if (options->is_compiled)
        mk_ops(b, "NtR"); /* what it was compiled with */
}

static inline void small_pickle(mk_buffer *b, const small_options *options)
{
    const char *key = options->key != NULL ? options->key : "model";
    mk_ops(b, "\x80\x02");
    if (options->is_alone)
        small_module(b, options);
    else {
        mk_ops(b, "}(");
        mk_text(b, "epoch");
        mk_int(b, -1);
        mk_text(b, strcmp(key, "ema") == 0 ? "model" : "ema");
        if (options->is_other_state) {
            mk_ops(b, "}");
            mk_text(b, "model.0.conv.weight");
            mk_vector(b, small_storages[0].type, small_storages[0].key, small_storages[0].count);
            mk_ops(b, "s");
        } else {
            mk_ops(b, options->other != NULL ? options->other : "N");
        }
        mk_text(b, key);
        small_module(b, options);
        mk_ops(b, "u");
    }
    mk_ops(b, ".");
}

/* The old container lists those storages alone that a tensor uses. */
static inline bool small_is_used(size_t storage, const small_options *options)
{
    if (storage == 7)
        return options->is_pruned;
    if (storage == 2 || storage == 3)
        return !options->is_fused;
    return storage != 6 || options->has_native_grid || options->has_hidden_buffer;
}

static inline mk_buffer small_legacy(const small_options *options)
{
    mk_buffer file = {NULL, 0, 0};
    mk_put(&file, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15);
    mk_put(&file, "\x80\x02M\xe9\x03.", 6);
    mk_ops(&file, "\x80\x02}(");
    mk_text(&file, "little_endian");
    mk_ops(&file, options->byteorder == NULL ? "\x88u." : "\x89u.");
    small_pickle(&file, options);
    mk_ops(&file, "\x80\x02](");
    for (size_t i = 0; i < SMALL_STORAGE_COUNT; i++)
        if (small_is_used(i, options))
            mk_text(&file, small_storages[i].key);
    mk_ops(&file, "e.");
    for (size_t i = 0; i < SMALL_STORAGE_COUNT; i++)
        if (small_is_used(i, options)) {
            mk_number(&file, (uint64_t)small_storages[i].count, 8);
            mk_put(&file, small_storages[i].bytes,
                   (size_t)small_storages[i].count * small_storages[i].size);
        }
    return file;
}

/* An archive around any pickle, with the storages above. */
static inline mk_buffer small_archive(const mk_buffer *pickle, const small_options *options)
{
    const char *root = options->root != NULL ? options->root : "archive";
    mk_zip zip = {.flags = options->zip_flags};
    char name[256];
    snprintf(name, sizeof name, "%s/data.pkl", root);
    mk_zip_add(&zip, name, pickle->data, pickle->size);
    for (size_t i = 0; i < SMALL_STORAGE_COUNT; i++) {
        snprintf(name, sizeof name, "%s/data/%s", root, small_storages[i].key);
        mk_zip_add(&zip, name, small_storages[i].bytes,
                   (size_t)small_storages[i].count * small_storages[i].size);
    }
    if (options->byteorder != NULL) {
        snprintf(name, sizeof name, "%s/byteorder", root);
        mk_zip_add(&zip, name, options->byteorder, strlen(options->byteorder));
    }
    if (options->extra != NULL) {
        snprintf(name, sizeof name, "%s/%s", root, options->extra);
        mk_zip_add(&zip, name, "x", 1);
    }
    mk_zip_end(&zip);
    return zip.file;
}

/* The whole file; mk_free(). */
static inline mk_buffer small_file(const small_options *options)
{
    mk_buffer pickle = {NULL, 0, 0};
    if (options->is_legacy)
        return small_legacy(options);
    small_pickle(&pickle, options);
    mk_buffer file = small_archive(&pickle, options);
    mk_free(&pickle);
    return file;
}

#endif
