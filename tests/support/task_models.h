/* SPDX-License-Identifier: Apache-2.0 */
/* A segmenter and a classifier of a few hundred weights, made in memory. */
#ifndef PT_TASK_MODELS_H
#define PT_TASK_MODELS_H

#include "support/tiny_model.h"

enum {
    PT_TASK_SIDE = 32,
    PT_TASK_CLASSES = 3,
    PT_TASK_MASKS = 4,
    PT_TASK_WIDTH = 5 + PT_TASK_CLASSES + PT_TASK_MASKS /* floats a row of the segmenter */
};

static inline uint32_t pt_input(pt_builder *b)
{
    const uint32_t x = pt_tensor(b, 3);
    pt_layer(b, PW_OP_INPUT, "input", PW_NO_TENSOR, PW_NO_TENSOR, x);
    return x;
}

static inline void pt_segmenter(pt_builder *b)
{
    const uint32_t x = pt_conv(b, "0", pt_input(b), (pt_conv_shape){3, 8, 3, 2, PW_ACT_HARDSWISH});
    const uint32_t coarse = pt_conv(b, "1", x, (pt_conv_shape){8, 8, 3, 2, PW_ACT_HARDSWISH});
    const uint32_t level =
        pt_conv(b, "2", coarse, (pt_conv_shape){8, PT_TASK_WIDTH, 1, 1, PW_ACT_NONE});
    const uint32_t prototypes =
        pt_conv(b, "3", x, (pt_conv_shape){8, PT_TASK_MASKS, 1, 1, PW_ACT_NONE});
    pt_layer(b, PW_OP_DETECT, "4", level, prototypes, PW_NO_TENSOR)->as.detect =
        (pw_detect){.class_count = PT_TASK_CLASSES,
                    .anchor_count = 1,
                    .level_count = 1,
                    .stride = {4},
                    .anchor = {{{12, 16}}},
                    .mask_count = PT_TASK_MASKS};
    b->network->model.task = PAWL_TASK_SEGMENT;
}

static inline void pt_classifier(pt_builder *b)
{
    const uint32_t x = pt_conv(b, "0", pt_input(b), (pt_conv_shape){3, 8, 3, 2, PW_ACT_HARDSWISH});
    const uint32_t mean = pt_tensor(b, 8);
    pt_layer(b, PW_OP_GLOBALPOOL, "1", x, PW_NO_TENSOR, mean);
    const uint32_t logits =
        pt_conv(b, "2", mean, (pt_conv_shape){8, PT_TASK_CLASSES, 1, 1, PW_ACT_NONE});
    pt_layer(b, PW_OP_CLASSIFY, "3", logits, PW_NO_TENSOR, PW_NO_TENSOR);
    b->network->model.task = PAWL_TASK_CLASSIFY;
}

/* A published plan of one of the two: batch 1:1:4 at 32 x 32, no names. */
static inline pawl_status pt_task_plan(void (*make)(pt_builder *b), const char *backend,
                                       pawl_plan **plan, pawl_error *error)
{
    pw_network network = {.source_layer_count = 0};
    pt_builder b = {.network = &network, .seed = 11, .error = error};
    const pw_plan_desc desc = {.profile = {.batch_min = 1,
                                           .batch_opt = 1,
                                           .batch_max = 4,
                                           .contexts = 8,
                                           .height = PT_TASK_SIDE,
                                           .width = PT_TASK_SIDE},
                               .options = PW_BUILD_OPTIONS_INIT,
                               .backend = backend,
                               .precision = "fp32",
                               .source_name = "x.pt",
                               .source_hash = {1, 2}};
    pw_plan *made PW_MAKING = NULL;
    make(&b);
    network.source_layer_count = network.layer_count;
    network.model.family = network.model.size = "custom";
    network.model.class_count = PT_TASK_CLASSES;
    network.model.max_stride = 4;
    network.model.imgsz = PT_TASK_SIDE;
    const pawl_status status =
        b.status < 0 ? b.status : pw_plan_assemble(&network, &desc, &made, error);
    pw_network_free(&network); /* empty already where the plan took it over */
    PW_TRY(status);
    *plan = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

#endif
