/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network: layers in execution order, tensors between them, constants. Batch, height and width are not in it: shapes are inferred for
 * a given input (pw_network_infer). Tensors are logically N x C x H x W; how they lie in memory is the backend's business, except that
 * pass_elide_concat may place a tensor inside another: parent and channel_offset say so, and its producer then writes into that slice.
 *
 *     tensor 7 (64 channels) = concat of tensor 5 (32, parent 7, offset 0) and tensor 6 (32, parent 7, offset 32)
 */
#ifndef PW_NETWORK_IR_H
#define PW_NETWORK_IR_H

#include "base/arena.h"
#include "base/fail.h"
#include "lifetime/handle.h"
#include "network/network_ops.h"
#include <pawl/network.h>
#include <stdbool.h>

typedef struct pw_layer {
    uint32_t id;       /* given at birth; a fused layer keeps the id of the layer whose output it now makes */
    pw_op op;
    const char *name;  /* path in the file: "model.2.m.0.cv1.conv"; the DETECT layer: "model.24" */
    uint32_t inputs[PW_MAX_INPUTS];
    uint32_t input_count;
    uint32_t output;   /* tensor; DETECT and CLASSIFY have none (PW_NO_TENSOR) */
    union {
        pw_conv conv;
        pw_batchnorm batchnorm;
        struct { pw_activation kind; float alpha; } activation;
        pw_pool pool;
        struct { int32_t factor; } upsample, shuffle; /* shuffle: SPACE_TO_DEPTH, DEPTH_TO_SPACE */
        pw_pad pad;
        pw_deconv deconv;
        struct { int32_t heads; } attention;
        pw_detect detect;
    } as;
} pw_layer;

/*
 * Who makes a tensor, after pass_elide_concat too:
 *
 *   - no slices: exactly one layer writes it;
 *   - slices and no layer that writes it (its CONCAT was dropped): its slices make it. They cover its channels exactly, without gap or overlap, and
 *     each is written by a layer of its own, so the tensor is complete after the last of these layers and its memory is needed from the first;
 *   - slices and a CONCAT that writes it (kept because an input could not be placed): the CONCAT copies only those inputs that are not slices of
 *     its output; the slices among its inputs are there already, at the offset at which the CONCAT would put them.
 *
 * Slices go one level deep: a tensor with a parent has no slices of its own. The operator table says who may write slices.
 *
 * An operator reads each input in the input's type, computes in float32 (integer kernels in int32) and rounds to its output's type once.
 */
typedef struct pw_tensor {
    int32_t channels;
    uint32_t parent;        /* tensor this one is a slice of, or PW_NO_TENSOR */
    int32_t channel_offset; /* within parent; 0 without one */
    pawl_dtype dtype;       /* F32, F16, BF16, U8, I8 or I32; a slice's is its parent's, and so are scale and zero point */
    float scale;            /* of integers: value = (stored - zero_point) * scale; above 0. Of floats 0 */
    int32_t zero_point;     /* of U8 and I8, in their range; else 0 */
} pw_tensor;

/* The zero point of U8 that is symmetric: stored - 128 is the signed byte, about 0, of those who know no other. */
#define PW_SYMMETRIC_ZERO 128

/* What is known of the model besides its layers. */
typedef struct pw_model {
    pawl_task task;
    const char *family, *size;
    int32_t class_count;
    const char **names;      /* class_count, or NULL */
    int32_t max_stride, imgsz;
    int64_t parameter_count;
} pw_model;

/* NULL where there is none. */
static inline const char *pw_model_class_name(const pw_model *model, int32_t class_id)
{
    return model->names != NULL && class_id >= 0 && class_id < model->class_count ? model->names[class_id] : NULL;
}

typedef struct pw_network {
    pw_arena arena;          /* names, arrays; constants too unless they lie in a plan's mapping */
    pw_layer *layers;        /* execution order: a layer's inputs are made before it; layers[0] is INPUT */
    size_t layer_count, layer_capacity;
    pw_tensor *tensors;      /* index = tensor id */
    size_t tensor_count, tensor_capacity;
    uint32_t next_layer_id;
    size_t source_layer_count; /* layers before any pass */
    pw_model model;
} pw_network;

/* The object behind a pawl_network handle. */
typedef struct pw_network_object {
    pw_object object;        /* parents[0]: the weights */
    pw_network network;
    pawl_model_info info;    /* made with the object, as are the texts: asking allocates nothing */
    char **layer_attributes; /* network.layer_count texts in the network's arena */
} pw_network_object;
extern const pw_type pw_network_type;

typedef struct pw_shape { int32_t batch, channels, height, width; } pw_shape;

const char *pw_op_name(pw_op op);
const char *pw_activation_name(pw_activation activation);

/* Construction. Strings and constants are copied into the arena or, for constants, borrowed: see each. PAWL_ERR_MEMORY or PAWL_ERR_LIMIT. A new
   tensor is of float32. */
pawl_status pw_network_add_tensor(pw_network *network, int32_t channels, uint32_t *tensor, pawl_error *error) PW_NODISCARD;
/* Appends a copy of *layer with a fresh id (its .id is ignored); name is copied; output must exist or be PW_NO_TENSOR. */
pawl_status pw_network_add_layer(pw_network *network, const pw_layer *layer, pawl_error *error) PW_NODISCARD;
/* Deep copy, except constants, which are shared (they live as long as the source's arena or mapping). */
pawl_status pw_network_copy(const pw_network *source, pw_network *copy, pawl_error *error) PW_NODISCARD;
void pw_network_free(pw_network *network);
/* For passes: layers whose op is PW_OP_COUNT and tensors that no layer and no slice mentions go; tensors are numbered anew. PAWL_ERR_MEMORY. */
pawl_status pw_network_compact(pw_network *network, pawl_error *error) PW_NODISCARD;
/* For passes: every reader of tensor from reads tensor to instead. */
void pw_network_replace_input(pw_network *network, uint32_t from, uint32_t to);
/* Makes the object for a pawl_network handle around a finished network, which it takes over (*network is zeroed on success). Not yet published. */
pawl_status pw_network_object_make(pw_object *weights, pw_network *network, pw_network_object **object, pawl_error *error) PW_NODISCARD;

/* Everything a plan from a hostile file could get wrong: ids in range, order, channel counts, kernel sizes, slices inside parents and not
   overlapping, exactly one producer a tensor, constants present. PAWL_ERR_CORRUPT with the layer's name. */
pawl_status pw_network_validate(const pw_network *network, pawl_error *error) PW_NODISCARD;

/* Shapes of all tensors for an input (shapes has tensor_count entries). PAWL_ERR_ARGUMENT: not a multiple of the largest stride, or sizes that
   do not meet at a concat or add; PAWL_ERR_LIMIT: more than 2^31 - 1 elements in a tensor. */
pawl_status pw_network_infer(const pw_network *network, int32_t batch, int32_t height, int32_t width, pw_shape *shapes,
                             pawl_error *error) PW_NODISCARD;

/* Producer of a tensor as an index into layers, SIZE_MAX for none; number of layers that read it. */
size_t pw_network_producer(const pw_network *network, uint32_t tensor);
size_t pw_network_consumer_count(const pw_network *network, uint32_t tensor);
const pw_layer *pw_network_head(const pw_network *network); /* the DETECT layer, NULL where there is none */
const pw_layer *pw_network_classifier(const pw_network *network); /* the CLASSIFY layer, NULL where there is none */
/* What a picture's bytes become in the input tensor: (byte / 255 - mean) / deviation of each channel, R G B. 0 and 1 but for classifiers, which
   see ImageNet's. Floats given as input are taken as they are. */
void pw_network_normalisation(const pw_network *network, float mean[3], float deviation[3]);
/* Multiplications and additions of all (transposed) convolutions for an input, each counted as one operation; negative where the input does not fit
   or memory ran out. */
double pw_network_flops(const pw_network *network, int32_t batch, int32_t height, int32_t width);

/* Fill the public structs, all but struct_size; strings of the info are the network's, attributes is the caller's buffer. imgsz: the size told, and
   at which operations are counted; 0 of them where memory runs out. */
void pw_network_describe(const pw_network *network, int32_t imgsz, pawl_model_info *info);
void pw_layer_describe(const pw_network *network, size_t index, pawl_layer_info *info, char *attributes, size_t attributes_size);

#endif
