/* SPDX-License-Identifier: Apache-2.0 */
/* Modules -> layers. A block is a class of YOLOv5 whose emitter appends its layers to the network; the blocks are rows of one table. Everything an
   emitter needs it reads from the module's attributes and tensors. A block holds only blocks of lower rank: nothing recurs without end. */
#ifndef PW_EMIT_H
#define PW_EMIT_H

#include "network/network_ir.h"
#include "weights/module.h"

typedef struct pw_emit {
    pw_network *network;
    const pw_module *root;    /* of the model */
    pw_arena *scratch;        /* goes when the network is made */
    size_t index;             /* of the top-level layer under way, for messages */
    uint32_t picture;         /* the tensor */
    uint32_t *outputs;        /* of the top-level layers so far; PW_NO_TENSOR for the head */
    bool is_dry;              /* constants are the file's, unread: for comparing networks, not for running them */
    pawl_error *error;
} pw_emit;

typedef pawl_status (*pw_emitter)(pw_emit *emit, const pw_module *module, const uint32_t *inputs, size_t input_count,
                                  uint32_t *output);

typedef enum pw_rank {
    PW_RANK_TORCH, /* torch.nn's own modules */
    PW_RANK_CONV,  /* Conv and what differs from it only in numbers */
    PW_RANK_UNIT,  /* made of those: Bottleneck, GhostConv, SPP ... */
    PW_RANK_GROUP, /* made of units: GhostBottleneck */
    PW_RANK_STAGE, /* C3 and its kin */
    PW_RANK_HEAD,
    PW_RANK_TOP    /* above all: what a layer of the model may be */
} pw_rank;

#define PW_ANY_INPUTS 0

typedef struct pw_block {
    const char *package; /* "models": YOLOv5's common, experimental or yolo, also in a fork's package; "torch.nn" */
    const char *type;
    pw_rank rank;
    size_t input_count; /* or PW_ANY_INPUTS */
    pw_emitter emit;
    pw_op op;           /* of the layer, where an emitter makes one of several */
    const char *parts;   /* names of its children that may hold weights */
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
/* torch.nn.Linear on every pixel: a 1 x 1 convolution. */
pawl_status pw_emit_linear(pw_emit *emit, const pw_module *module, const char *name, uint32_t input, uint32_t *output) PW_NODISCARD;
/* What a convolution reads of its module, weights and bias aside. */
pawl_status pw_read_conv(const pw_emit *emit, const pw_module *module, pw_conv *conv) PW_NODISCARD;
pawl_status pw_fail_value(const pw_emit *emit, const pw_module *module, const char *key, const char *supported);
/* Where a layer that reads the picture takes another number of channels than red, green and blue. */
pawl_status pw_fail_picture(const pw_emit *emit, int32_t channels);
pawl_status pw_emit_add(pw_emit *emit, const char *name, uint32_t a, uint32_t b, uint32_t *output) PW_NODISCARD;
pawl_status pw_emit_concat(pw_emit *emit, const char *name, const uint32_t *inputs, size_t count, uint32_t *output) PW_NODISCARD;

/* emit_detect.c: names the fork whose head the model ends in, where it gives more of a box than YOLOv5's. */
pawl_status pw_refuse_fork(const pw_emit *emit, const pw_module *layers) PW_NODISCARD;

/* block_table.c */
const pw_block *pw_block_find(const pw_module *module); /* NULL: not a class that pawl runs */
/* A block of a rank below below. */
pawl_status pw_emit_block(pw_emit *emit, const pw_module *module, pw_rank below, const uint32_t *inputs, size_t input_count,
                          uint32_t *output) PW_NODISCARD;
/* The same for the child named name, with one input. */
pawl_status pw_emit_part(pw_emit *emit, const pw_module *module, const char *name, pw_rank below, uint32_t input,
                         uint32_t *output) PW_NODISCARD;
/* The blocks in an nn.Sequential one after the other; another module is a chain of one. */
pawl_status pw_emit_chain(pw_emit *emit, const pw_module *chain, pw_rank below, uint32_t input, uint32_t *output) PW_NODISCARD;

/* What follows a convolution: bn, where there is one, and act. */
pawl_status pw_emit_norm_act(pw_emit *emit, const pw_module *module, uint32_t input, uint32_t *output) PW_NODISCARD;
/* The conv of a Conv, which has either a bias or a bn behind it. */
pawl_status pw_read_conv_child(const pw_emit *emit, const pw_module *module, const pw_module **conv) PW_NODISCARD;

/* The emitters of the table. emit_blocks.c: models/common.py; emit_custom.c: ghosts and what only custom yaml files use; emit_shapes.c: modules
   of torch.nn and those that move pixels. */
#define PW_EMITTER_MAP(X)                                                                                                      \
    X(conv) X(focus) X(bottleneck) X(c3) X(csp) X(spp) X(sppf) X(concat)             /* emit_blocks.c, emit_focus.c */         \
    X(cross_conv) X(conv_plus) X(ghost_conv) X(ghost_bottleneck) X(mix_conv) X(sum)  /* emit_custom.c */                       \
    X(conv2d) X(batchnorm) X(activation) X(pool) X(upsample) X(pad) X(deconv) X(nothing) X(contract) X(expand) /* emit_shapes.c */ \
    X(transformer)                                                                   /* emit_transformer.c */                  \
    X(detect) X(segment) X(classify)                                                 /* emit_detect.c, emit_classify.c */
#define PW_DECLARE_EMITTER(name)                                                                                               \
    pawl_status pw_block_##name(pw_emit *emit, const pw_module *module, const uint32_t *inputs, size_t input_count,            \
                                uint32_t *output);
PW_EMITTER_MAP(PW_DECLARE_EMITTER)
#undef PW_DECLARE_EMITTER

#endif
