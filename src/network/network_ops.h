/* SPDX-License-Identifier: Apache-2.0 */
/* The operators and their attributes; part of network_ir.h. What they compute is here, the reference backend says it in C. */
#ifndef PW_NETWORK_OPS_H
#define PW_NETWORK_OPS_H

#include <pawl/network.h>
#include <pawl/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PW_MAX_INPUTS  16
#define PW_MAX_LAYERS  4096
#define PW_MAX_CHANNELS 65536
#define PW_MAX_TENSORS (2 * PW_MAX_LAYERS)
#define PW_MAX_KERNEL  255 /* sides, strides, paddings and dilations of convolutions and pools; factors of upsampling */
#define PW_MAX_STRIDE  4096 /* of a detection level */
#define PW_MAX_CLASSES 65536
#define PW_NO_TENSOR   UINT32_MAX

/* X(name, word in texts, row of the operator table) */
#define PW_OP_MAP(X) \
    X(INPUT, input, input)                            /* the picture: 3 channels, RGB, 0 to 1 */ \
    X(CONV, conv, conv)                               /* [x, residual?]: act(conv(x) + bias) + residual */ \
    X(BATCHNORM, batchnorm, batchnorm)                /* (x - mean) / sqrt(var + eps) * gamma + beta */ \
    X(ACTIVATION, activation, activation) \
    X(ADD, add, add)                                  /* x + y */ \
    X(MAXPOOL, maxpool, pool)                         /* pads with -infinity */ \
    X(UPSAMPLE, upsample, upsample)                   /* nearest, whole factor */ \
    X(CONCAT, concat, concat)                         /* along channels */ \
    X(DETECT, detect, detect)                         /* [level ..., prototypes?]: the head; its output form is the context's choice */ \
    X(PAD, pad, pad)                                  /* zeros around the picture */ \
    X(GLOBALPOOL, globalpool, globalpool)             /* average over all pixels: N x C x 1 x 1 */ \
    X(ATTENTION, attention, attention)                /* [q, k, v]: softmax(q k^T / sqrt(C / heads)) v of each head; tokens are pixels, row by row */ \
    X(DECONV, deconv, deconv)                         /* PyTorch's ConvTranspose2d */ \
    X(SPACE_TO_DEPTH, space_to_depth, space_to_depth) /* YOLOv5's Contract: (c, h s, w s) -> (s s c, h, w), channel (ys s + xs) C + c */ \
    X(DEPTH_TO_SPACE, depth_to_space, depth_to_space) /* YOLOv5's Expand: the inverse */ \
    X(CLASSIFY, classify, classify)                   /* [N x classes x 1 x 1]: the head of a classifier; leaves raw logits */ \
    X(AVGPOOL, avgpool, pool)                         /* PyTorch's AvgPool2d: pads with zeros, which count */

/* The order is that of the numbers in an .engine: new ones come last. What is known of each says its row of the operator table (operator.h),
   which several may share. */
typedef enum pw_op {
#define PW_OP_ENUM(name, word, row) PW_OP_##name,
    PW_OP_MAP(PW_OP_ENUM)
#undef PW_OP_ENUM
        PW_OP_COUNT
} pw_op;

typedef enum pw_activation {
    PW_ACT_NONE,
    PW_ACT_SILU,       /* x * sigmoid(x) */
    PW_ACT_LEAKY_RELU, /* x > 0 ? x : alpha * x */
    PW_ACT_HARDSWISH,  /* x * min(max(x + 3, 0), 6) / 6 */
    PW_ACT_RELU,
    PW_ACT_SIGMOID,
    PW_ACT_RELU6,      /* min(max(x, 0), 6) */
    PW_ACT_ELU,        /* x > 0 ? x : alpha * (exp(x) - 1) */
    PW_ACT_MISH,       /* x * tanh(log(1 + exp(x))) */
    PW_ACT_GELU,       /* x * (1 + erf(x / sqrt(2))) / 2 */
    PW_ACT_COUNT
} pw_activation;

/*
 * A plan holds weights and biases in float32, whatever they are computed with: weight_type says what a backend shall round the weights to when it
 * packs them (F32, F16, BF16 or I8). I8 is symmetric, w = round(weight / scale), with a scale for each output channel; biases stay float32.
 */
typedef struct pw_conv {
    int32_t in_channels, out_channels, groups;
    int32_t kernel[2], stride[2], padding[2], dilation[2]; /* height, width; padding on both sides, zeros */
    pw_activation activation; /* fused */
    float alpha;              /* of LEAKY_RELU and ELU */
    bool has_residual;        /* inputs[1] is added after the activation */
    pawl_dtype weight_type;   /* see below */
    const float *weights;     /* out x in/groups x kh x kw */
    const float *bias;        /* out, or NULL */
    const float *weight_scales; /* out, where weight_type is an integer; else NULL */
} pw_conv;

typedef struct pw_batchnorm {
    int32_t channels;
    float epsilon;
    const float *gamma, *beta, *mean, *variance; /* channels each */
} pw_batchnorm;

typedef struct pw_pool { int32_t kernel[2], stride[2], padding[2]; } pw_pool; /* height, width */

typedef struct pw_pad { int32_t top, bottom, left, right; } pw_pad;

typedef struct pw_deconv {
    int32_t in_channels, out_channels, groups;
    int32_t kernel[2], stride[2], padding[2], output_padding[2], dilation[2]; /* height, width */
    pawl_dtype weight_type;
    const float *weights; /* in x out/groups x kh x kw */
    const float *bias;    /* out, or NULL */
    const float *weight_scales;
} pw_deconv;

/* Where mask_count > 0 the prototypes, mask_count channels, are one more, last input. */
typedef struct pw_detect {
    int32_t class_count, anchor_count, level_count; /* channels of a level: anchor_count * (5 + class_count + mask_count) */
    float stride[PAWL_MAX_LEVELS];                  /* in the order of the inputs */
    float anchor[PAWL_MAX_LEVELS][PAWL_MAX_ANCHORS][2]; /* width, height, network pixels: anchors x stride, in float32 as PyTorch */
    int32_t mask_count; /* mask coefficients a row; 0: no masks */
} pw_detect;

static inline size_t pw_conv_weight_count(const pw_conv *conv)
{
    return (size_t)conv->out_channels * (size_t)(conv->in_channels / conv->groups) * (size_t)conv->kernel[0] * (size_t)conv->kernel[1];
}

/* Floats of a decoded row. */
static inline size_t pw_detect_width(const pw_detect *detect)
{
    return 5 + (size_t)detect->class_count + (size_t)detect->mask_count;
}

#endif
