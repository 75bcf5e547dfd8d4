/* SPDX-License-Identifier: Apache-2.0 */
/* Passes: network -> network that computes the same with less work. Each leaves a valid network; ids of layers that remain visible are kept. What
   fails (PAWL_ERR_MEMORY) leaves a network that is only good to be freed. */
#ifndef PW_PASS_H
#define PW_PASS_H

#include "builder/calibration.h"
#include "network/network_ir.h"
#include <pawl/builder.h>

typedef pawl_status (*pw_pass)(pw_network *network, pawl_error *error);

/* Removes activations and concatenations that do nothing, and layers whose output is never used. */
pawl_status pw_pass_dead_layers(pw_network *network, pawl_error *error) PW_NODISCARD;
/* Brings a batch norm behind a concatenation of convolutions, and its activation, into those convolutions. */
pawl_status pw_pass_split_batchnorm(pw_network *network, pawl_error *error) PW_NODISCARD;
/* Multiplies a batch norm into the convolution before it. */
pawl_status pw_pass_fold_batchnorm(pw_network *network, pawl_error *error) PW_NODISCARD;
/* Lets a convolution apply the activation, and then add the residual, that follow it. */
pawl_status pw_pass_fuse_activation(pw_network *network, pawl_error *error) PW_NODISCARD;
/* Lets producers write straight into the concatenated tensor. */
pawl_status pw_pass_elide_concat(pw_network *network, pawl_error *error) PW_NODISCARD;

/* Gives tensors and weights the types that a precision ("bf16") means; runs last, and also where no other pass is wanted. */
void pw_pass_precision(pw_network *network, const char *precision);

/* For precision "int8", in the place of the pass above. */
typedef struct pw_quantise_desc {
    pw_calibration *calibration;
    int32_t method; /* pawl_calibration_method */
    bool is_symmetric; /* as pw_backend has it */
    const pawl_layer_precision *layer_precisions;
    size_t layer_precision_count;
} pw_quantise_desc;
/* PAWL_ERR_ARGUMENT: a layer precision names no layer or no precision; PAWL_ERR_UNSUPPORTED: weights that no integers can stand for;
 * PAWL_ERR_MEMORY. */
pawl_status pw_pass_quantise(pw_network *network, const pw_quantise_desc *desc, pawl_error *error) PW_NODISCARD;

/* All passes in their order, the network validated after each. progress (NULL: none) is asked before each: PAWL_ERR_CANCELLED. */
pawl_status pw_passes_run(pw_network *network, pawl_progress progress, void *user, pawl_error *error) PW_NODISCARD;
/* The first of them, as far as batch norms are folded: activations, additions and concatenations stay layers. */
pawl_status pw_passes_fold(pw_network *network, pawl_error *error) PW_NODISCARD;

/*
 * For passes that fuse: the convolution that makes tensor, where nothing else reads it and it neither adds a residual nor, unless may_activate, has
 * an activation yet. NULL where there is none.
 */
pw_layer *pw_pass_fusable_conv(pw_network *network, uint32_t tensor, bool may_activate);
/* Multiplies channels first, first + 1 ... of a batch norm into a convolution of so many outputs. PAWL_ERR_MEMORY. */
pawl_status pw_pass_fold_part(pw_network *network, pw_conv *conv, const pw_batchnorm *norm, int32_t first, pawl_error *error) PW_NODISCARD;
/* Puts the convolution in place of follower, whose id and output it takes over; its old place becomes dead (PW_OP_COUNT). All that the convolution
   reads is made before it, so before follower too. Returns it at its new place. */
pw_layer *pw_pass_move_conv(pw_layer *conv, pw_layer *follower);

#endif
