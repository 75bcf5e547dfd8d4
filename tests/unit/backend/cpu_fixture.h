/* SPDX-License-Identifier: Apache-2.0 */
/* Small networks made by hand, and runs of them whose every layer is kept. */
#ifndef PT_CPU_FIXTURE_H
#define PT_CPU_FIXTURE_H

#include "backend/backend.h"
#include "base/cpu_info.h"

#define PT_LAYERS_MAX 64

/* What a run left: per layer (index by position in the network) NCHW floats,
 * and the decoded rows. */
typedef struct pt_results {
    float *layers[PT_LAYERS_MAX]; /* NULL: not shown */
    size_t counts[PT_LAYERS_MAX];
    float *outputs[PAWL_MAX_LEVELS];
    size_t output_counts[PAWL_MAX_LEVELS];
    const pw_network *network;
} pt_results;

typedef struct pt_setting {
    const pw_backend *backend;
    uint32_t isa;
    int32_t threads, batch, height, width;
    pawl_input_form input;
    pawl_output_form output;
} pt_setting;

/* Weights are random, the same for the same layers added in the same order. All return the new
 * tensor and assert success. */
uint32_t pt_add_input(pw_network *network);
/* residual: PW_NO_TENSOR for none. conv: channels in, weights and bias are filled in here. */
uint32_t pt_add_conv(pw_network *network, uint32_t input, uint32_t residual, pw_conv conv);
uint32_t pt_add_1x1(pw_network *network, uint32_t input, int32_t channels);
uint32_t pt_add_batchnorm(pw_network *network, uint32_t input);
uint32_t pt_add_activation(pw_network *network, uint32_t input, pw_activation kind);
uint32_t pt_add_sum(pw_network *network, uint32_t a, uint32_t b);
uint32_t pt_add_maxpool(pw_network *network, uint32_t input, int32_t kernel, int32_t stride,
                        int32_t padding);
uint32_t pt_add_upsample(pw_network *network, uint32_t input, int32_t factor);
uint32_t pt_add_concat(pw_network *network, const uint32_t *inputs, uint32_t count);
/* inputs become slices of a concatenation that then has nothing to do. */
void pt_elide(pw_network *network, uint32_t concat);
/* Heads of 2 anchors and 3 classes on the tensors given; each gets a 1x1 convolution. */
void pt_add_head(pw_network *network, const uint32_t *inputs, const float *strides, uint32_t count);

/* Any other layer, with inputs and attributes as they are; channels 0: it has no output. */
uint32_t pt_add(pw_network *network, pw_layer layer, int32_t channels);
/* deconv: channels in, weights and bias are filled in here. */
uint32_t pt_add_deconv(pw_network *network, uint32_t input, pw_deconv deconv);

void pt_run(const pw_network *network, const pt_setting *setting, pt_results *results);
void pt_results_free(pt_results *results);
/* The largest difference, relative to the largest value of its layer or output. */
double pt_difference(const pt_results *a, const pt_results *b);
void pt_fill_input(pw_program *program);

#endif
