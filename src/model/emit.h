/* SPDX-License-Identifier: Apache-2.0 */
/* Modules -> layers. A block is a class of YOLOv5 whose emitter appends its layers to the network; the blocks are rows of one table. Everything an
   emitter needs it reads from the module's attributes and tensors. Blocks call the emitters of their parts directly: nothing recurs. */
#ifndef PW_EMIT_H
#define PW_EMIT_H

#include "network/network_ir.h"
#include "weights/module.h"

typedef struct pw_emit {
    pw_network *network;
    const pw_module *root;    /* of the model */
    pw_arena *scratch;        /* goes when the network is made */
    size_t index;             /* of the top-level layer under way, for messages */
    uint32_t *outputs;        /* of the top-level layers so far; PW_NO_TENSOR for the head */
    pawl_error *error;
} pw_emit;

typedef pawl_status (*pw_emitter)(pw_emit *emit, const pw_module *module, const uint32_t *inputs, size_t input_count,
                                  uint32_t *output);

typedef struct pw_block {
    const char *package; /* "models.common"; a fork may put its name and a dot before it */
    const char *type;
    pw_emitter emit;     /* NULL: recognised, but not supported */
    const char *scope;   /* what the model is then: "YOLOv5 v1 to v5" */
} pw_block;

/* module_read.c: readings with a sentence for each way to fail. */
pawl_status pw_read_int(const pw_emit *emit, const pw_module *module, const char *key, int32_t low, int32_t high,
                        int32_t *value) PW_NODISCARD;
pawl_status pw_read_pair(const pw_emit *emit, const pw_module *module, const char *key, int32_t low, int32_t high,
                         int32_t value[2]) PW_NODISCARD;
pawl_status pw_read_real(const pw_emit *emit, const pw_module *module, const char *key, float *value) PW_NODISCARD;
pawl_status pw_read_bool(const pw_emit *emit, const pw_module *module, const char *key, bool *value) PW_NODISCARD;
pawl_status pw_read_child(const pw_emit *emit, const pw_module *module, const char *name, const pw_module **child) PW_NODISCARD;
/* A tensor of exactly these dims, widened into the network's arena. */
pawl_status pw_read_constant(const pw_emit *emit, const pw_module *module, const char *key, const int64_t *dims, int32_t rank,
                             const float **values) PW_NODISCARD;
/* An attribute or buffer of count numbers. */
pawl_status pw_read_numbers(const pw_emit *emit, const pw_module *module, const char *key, size_t count, float *values) PW_NODISCARD;
bool pw_module_is(const pw_module *module, const char *package, const char *type);

/* emit_layers.c: one layer each; name is copied. */
const char *pw_emit_name(pw_emit *emit, const pw_module *module, const char *part); /* "model.2.cv1" + ".conv"; NULL when memory runs out: pw_emit_layer says so */
int32_t pw_emit_channels(const pw_emit *emit, uint32_t tensor);
pawl_status pw_emit_layer(pw_emit *emit, pw_layer *layer, int32_t channels, uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_conv2d(pw_emit *emit, const pw_module *module, const char *name, uint32_t input, uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_batchnorm(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                              uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_activation(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                               uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_pool(pw_emit *emit, const pw_module *module, const char *name, uint32_t input, uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_upsample(pw_emit *emit, const pw_module *module, const char *name, uint32_t input,
                             uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_add(pw_emit *emit, const char *name, uint32_t a, uint32_t b, uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_concat(pw_emit *emit, const char *name, const uint32_t *inputs, size_t count, uint32_t *output) PW_NODISCARD;

/* emit_blocks.c */
const pw_block *pw_block_find(const pw_module *module); /* NULL: not a class of YOLOv5 */
pawl_status pw_emit_block(pw_emit *emit, const pw_module *module, const uint32_t *inputs, size_t input_count,
                          uint32_t *output) PW_NODISCARD;

/* emit_detect.c: the head; sets class_count, max_stride and imgsz of the model. */
pawl_status pw_emit_detect(pw_emit *emit, const pw_module *module, const uint32_t *inputs, size_t input_count, uint32_t *output);

#endif
