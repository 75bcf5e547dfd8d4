/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Innards of the CPU backend. Open packs constants and takes a row of the kernel table for each
 * layer; lower turns layers into steps whose arguments are all there; run goes through the steps.
 * Activations are NHWC float32 in one workspace; a tensor that is a slice of another is a view with
 * the other's pixel stride, so a concatenation whose inputs are slices of its output has no step.
 */
#ifndef PW_CPU_H
#define PW_CPU_H

#include "backend/binding.h"
#include "backend/cpu/cpu_blocks.h"
#include "kernels/kernel.h"

/* What a layer has for all shapes. */
typedef struct cpu_layer {
    const pk_row *row;           /* NULL: nothing to run */
    const float *weights, *bias; /* CONV, packed; BATCHNORM: scale, shift */
    const float
        *planar_weights; /* of a CONV that can read the planes of the input binding; else NULL */
} cpu_layer;

typedef struct cpu_device_plan {
    pw_device_plan base;
    pw_machine machine;
    cpu_layer *layers; /* network.layer_count */
    float *constants;  /* one block */
} cpu_device_plan;

typedef struct cpu_program cpu_program;

typedef struct cpu_conv {
    pk_conv_f32_fn run;
    pk_dwconv_f32_fn run_depthwise;
    size_t mr, nr;
    const float *weights, *bias;
    size_t panel_size, group_panels, panel_count; /* floats of a panel; panels of a group, of all */
    size_t inputs, outputs;                       /* channels of a group */
    size_t kernel[2], stride[2], padding[2], dilation[2];
    bool is_planar; /* reads the planes of the input binding */
    bool has_rows;  /* of NHWC pixels, not one long one: it pays to fetch ahead */
    const float *input;
    size_t input_stride, input_channels, height, width;
    float *output;
    size_t output_stride, output_height, output_width;
    const float *residual; /* NULL: none */
    size_t residual_stride;
    pk_activation activation;
    float alpha;
    size_t tiles_a_row,
        tile_count; /* tiles of pixels in one row of the output, in all rows of all pictures */
    size_t tiles_an_item, tile_items, panels_an_item;
} cpu_conv;

typedef struct cpu_eltwise {
    pk_eltwise_f32_fn run;
    pk_eltwise_f32_args args; /* pixels: of all */
    size_t pixels_an_item;
} cpu_eltwise;

typedef struct cpu_maxpool {
    pk_maxpool_f32_fn run;
    pk_maxpool_f32_args args; /* of picture 0 */
    size_t output_height, rows_an_item, items_a_picture;
} cpu_maxpool;

typedef struct cpu_upsample {
    pk_upsample_f32_fn run;
    pk_upsample_f32_args args; /* of picture 0 */
    size_t height, rows_an_item, items_a_picture;
} cpu_upsample;

typedef struct cpu_input {
    pk_input_fn run;
    pk_input_args args; /* of picture 0 */
    size_t pixels, pixels_an_item, items_a_picture;
} cpu_input;

typedef struct cpu_level {
    pk_head_args args; /* of picture 0 and anchor 0 */
    size_t cells, first_row;
    float anchor[PAWL_MAX_ANCHORS][2];
} cpu_level;

typedef struct cpu_head {
    pk_decode_f32_fn decode; /* one of the two */
    pk_candidates_f32_fn candidates;
    size_t level_count, anchor_count, row_count, width; /* rows of a picture, floats of a row */
    size_t cells_an_item, items_a_picture;
    float *rows;
    int32_t *index;
    cpu_level levels[PAWL_MAX_LEVELS];
} cpu_head;

typedef struct cpu_step {
    pw_task task; /* its argument is the step */
    size_t item_count;
    size_t layer;
    cpu_program *program;
    union {
        cpu_conv conv;
        cpu_eltwise eltwise;
        cpu_maxpool maxpool;
        cpu_upsample upsample;
        cpu_input input;
        cpu_pad pad;
        cpu_globalpool globalpool;
        cpu_shuffle shuffle;
        cpu_deconv deconv;
        cpu_attention attention;
        cpu_planes planes;
    } as;
} cpu_step;

struct cpu_program {
    pw_program base;
    const cpu_device_plan *plan;
    const pw_network *network;
    pw_arena arena;  /* all small things below */
    cpu_view *views; /* a tensor each; data NULL where nothing makes it */
    cpu_step *steps;
    size_t step_count, step_capacity;
    float *workspace;       /* activations */
    cpu_head head;          /* of the one DETECT layer */
    pw_rows rows;  /* decoded, or candidates */
    float mean[3], deviation[3]; /* of the picture's bytes */
    bool is_normalised; /* they are not 0 and 1 */
    unsigned char *scratch; /* a part for each worker: taps, then a padded copy of input */
    size_t scratch_size, patch_offset, worker_count;
    bool is_planar; /* the input layer's tensor is never made: its reader takes the binding */
    float threshold, raw_threshold; /* of the run under way */
    float *observed;                /* NCHW, made when an observer is first seen */
};

/* cpu_lower.c */
cpu_step *pw_cpu_add_step(cpu_program *program, size_t layer,
                          pw_task task); /* there is room for it */
size_t pw_cpu_share(const cpu_program *program, size_t count, size_t work,
                    size_t wanted); /* units an item */
pawl_status pw_cpu_lower(pw_device_plan *device_plan, const pw_lowering *lowering,
                         pw_program **program, pawl_error *error) PW_NODISCARD;
void pw_cpu_release(pw_program *program);

/* cpu_conv.c: adds a layer's step; the scratch a worker needs for it. */
pawl_status pw_cpu_conv_scratch(const cpu_program *program, const pw_layer *layer,
                                const pk_row *row, size_t *taps, size_t *patch,
                                pawl_error *error) PW_NODISCARD;
void pw_cpu_add_conv(cpu_program *program, size_t index);

/* cpu_layers.c */
void pw_cpu_add_input(cpu_program *program, size_t index);
void pw_cpu_add_eltwise(cpu_program *program, size_t index); /* BATCHNORM, ACTIVATION, ADD */
void pw_cpu_add_maxpool(cpu_program *program, size_t index);
void pw_cpu_add_upsample(cpu_program *program, size_t index);
void pw_cpu_add_copy(cpu_program *program, size_t index, const cpu_view *from, const cpu_view *to);

/* cpu_blocks.c: steps of layers that only some models have; the scratch a worker needs for one. */
void pw_cpu_add_block(cpu_program *program, size_t index);
pawl_status pw_cpu_block_scratch(const cpu_program *program, const pw_layer *layer, size_t *taps,
                                 size_t *patch, pawl_error *error) PW_NODISCARD;

/* cpu_head.c: binds outputs and adds the steps of the DETECT layer. */
bool pw_cpu_is_lent(const cpu_program *program, const pw_layer *layer, uint32_t input);
pawl_status pw_cpu_bind_outputs(cpu_program *program, const pw_shape *shapes, pawl_error *error) PW_NODISCARD;
void pw_cpu_add_head(cpu_program *program, size_t index);

/* cpu_run.c */
pawl_status pw_cpu_run(pw_program *program, const pw_run *run, pawl_error *error) PW_NODISCARD;

/* cpu_open.c */
pawl_status pw_cpu_open(const pw_plan *plan, const pw_machine *machine,
                        pw_device_plan **device_plan, pawl_error *error) PW_NODISCARD;
void pw_cpu_close(pw_device_plan *device_plan);
const char *pw_cpu_tactic(const pw_device_plan *device_plan, size_t index);

#endif
