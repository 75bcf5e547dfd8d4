/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems: operators, element types, tensors in memory, attributes. An operator's semantics stand beside its name, and beside its attributes
 * in attributes.h.
 *
 * A tensor is N x C x H x W in its meaning. In memory its channels lie in blocks:
 *
 *     element (n, c, y, x) = data[n * picture + (c / block) * block_step + y * row + x * pixel + c % block]
 *
 * NHWC has one block of all channels (a slice of a concatenation is the same with a larger pixel), planes have blocks of one.
 */
#ifndef PK_PROBLEM_H
#define PK_PROBLEM_H

#include "kernels/attributes.h"
#include "kernels/pool/pools.h"

#include <stdbool.h>

#define PK_MAX_SOURCES 8
#define PK_TEXT_SIZE   512 /* holds any problem's text */

/* The bits of an instruction set; each level has those below it. Numbers as base/cpu_info.h. */
enum {
    PK_GENERIC = 0,
    PK_SSE41 = 1 << 0,
    PK_AVX2 = 1 << 1, /* with FMA and F16C */
    PK_AVX512 = 1 << 2, /* F, BW, DQ, VL */
    PK_AVX512VNNI = 1 << 3,
    PK_AVX512BF16 = 1 << 4,
    PK_AMX = 1 << 5,    /* BF16 and INT8 */
    PK_AVXVNNI = 1 << 6,
    PK_NEON = 1 << 8,
    PK_DOTPROD = 1 << 9,
    PK_I8MM = 1 << 10,
    PK_NEONBF16 = 1 << 11,
    PK_NEONFHM = 1 << 12,
};

typedef enum pk_type { PK_NO_TYPE, PK_F32, PK_F16, PK_BF16, PK_U8, PK_S8, PK_S32, PK_TYPE_COUNT } pk_type;

#define PK_POOL_OP(op, ...) PK_##op,
typedef enum pk_op {
    PK_CONV,       /* [x, residual?]: act(conv(x) + bias) + residual; of bytes to bytes as quantize/requantise.h says */
    PK_DECONV,     /* PyTorch's ConvTranspose2d; the destination's size says what its output padding was */
    PK_ELTWISE,    /* [x, other?]: act(x * scale + shift) + other; scale and shift are a batch norm's, if it has constants */
    PK_POOL_MAP(PK_POOL_OP, , , ) /* MAXPOOL and its kin: a row each in pool/pools.h */
    PK_UPSAMPLE,   /* each pixel factor x factor times */
    PK_PAD,        /* zeros around the picture */
    PK_GLOBALPOOL, /* the average over all pixels */
    PK_SHUFFLE,    /* between a fine grid and a coarse one: block i * factor + j of a coarse pixel (y, x) is the fine (y * factor + i, x * factor + j) */
    PK_ATTENTION,  /* [q, k, v]: softmax(q k^T / sqrt(depth)) v of each head; tokens are pixels, row by row */
    PK_REORDER,    /* the same values in another layout or type; bytes become (byte / 255 - mean) / deviation */
    PK_DECODE,     /* [level ...] -> rows of all cells */
    PK_CANDIDATES, /* [level ...] -> rows whose objectness exceeds a threshold */
    PK_LETTERBOX,  /* [a picture's planes]: its window, resized as OpenCV's 8-bit INTER_LINEAR does it, in a frame: see pk_letterbox */
    PK_OP_COUNT
} pk_op;
#undef PK_POOL_OP

/* Numbers as pw_activation. */
typedef enum pk_activation {
    PK_ACT_NONE,
    PK_ACT_SILU,
    PK_ACT_LEAKY_RELU,
    PK_ACT_HARDSWISH,
    PK_ACT_RELU,
    PK_ACT_SIGMOID,
    PK_ACT_RELU6,
    PK_ACT_ELU,
    PK_ACT_MISH,
    PK_ACT_GELU,
    PK_ACT_COUNT
} pk_activation;

typedef struct pk_tensor {
    pk_type type;
    size_t batch, channels, height, width;
    size_t block;                           /* channels that lie together */
    size_t pixel, row, picture, block_step; /* strides, in elements */
    float scale;                            /* of integers: value = (element - zero_point) * scale; 0: a picture's bytes, value = element / 255 */
    int32_t zero_point;
} pk_tensor;

typedef struct pk_problem {
    pk_op op;
    size_t source_count;
    pk_tensor source[PK_MAX_SOURCES];
    pk_tensor destination; /* DECODE, CANDIDATES: batch x rows (height) of width (channels) values */
    pk_type weights;       /* CONV, DECONV; else PK_NO_TYPE */
    pk_activation activation;
    float alpha; /* of LEAKY_RELU and ELU */
    union {
        pk_window window; /* CONV, DECONV, pools */
        size_t factor;    /* UPSAMPLE, SHUFFLE (which way: by the sizes) */
        struct {
            size_t top, left;
        } pad;
        size_t heads;        /* ATTENTION */
        bool has_constants;  /* ELTWISE: scale and shift; REORDER: mean and deviation */
        const pk_head *head; /* outlives the problem */
        pk_letterbox letterbox;
    } as;
    size_t workers; /* threads that will share the items */
} pk_problem;

size_t pk_type_size(pk_type type);

/* pixel: elements from a pixel to the next, at least channels. */
pk_tensor pk_tensor_nhwc(pk_type type, size_t batch, size_t channels, size_t height, size_t width, size_t pixel);
pk_tensor pk_tensor_planes(pk_type type, size_t batch, size_t channels, size_t height, size_t width);
bool pk_is_nhwc(const pk_tensor *tensor);   /* pixels in one row after another, over all pictures */
bool pk_is_planes(const pk_tensor *tensor); /* dense */
static inline size_t pk_pixels(const pk_tensor *tensor) { return tensor->height * tensor->width; }

/*
 * The problem in words, one for equal problems and another for different ones: the key of measured times.
 *
 *     conv f32 f32 1x64x80x80 -> f32 1x128x40x40 3x3 s2 p1 silu, workers 2
 *
 * Without workers (0) it is what is computed, whoever shares it.
 */
void pk_problem_text(const pk_problem *problem, char text[PK_TEXT_SIZE]);
/* Multiplications and additions, each an operation; 0 where it has none to speak of. */
double pk_problem_flops(const pk_problem *problem);
/* Bytes of sources and destination, each once. */
double pk_problem_bytes(const pk_problem *problem);

#endif
