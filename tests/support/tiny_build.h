/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of the tiny model: built by the public calls, and assembled for a TensorRT backend. */
#ifndef PT_TINY_BUILD_H
#define PT_TINY_BUILD_H

#include "builder/pass.h"
#include "support/tiny_model.h"
#include <pawl/pawl.h>
#include <stdlib.h>

/* The caller ends *plan, which stands only where this succeeds. */
static inline pawl_status pt_tiny_build(const pawl_build_desc *desc, pawl_plan **plan,
                                        pawl_error *error)
{
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_status status = pt_tiny_network_object(&network, error);
    if (status >= 0)
        status = pawl_builder_create(NULL, &builder, error);
    if (status >= 0)
        status = pawl_builder_build(builder, network, desc, plan, error);
    (void)pawl_builder_destroy(&builder);
    (void)pawl_network_destroy(&network);
    return status;
}

/* An fp32 plan of a square picture without its native part, published: the caller ends it. Ends the
 * program where that fails. */
static inline pw_plan *pt_tiny_tensorrt_plan(int32_t side, int32_t batch_max)
{
    pw_network network = {.source_layer_count = 0};
    const pw_plan_desc desc = {.profile = {.batch_min = 1,
                                           .batch_opt = 1,
                                           .batch_max = batch_max,
                                           .height = side,
                                           .width = side},
                               .options = PW_BUILD_OPTIONS_INIT,
                               .backend = "tensorrt",
                               .precision = "fp32",
                               .source_name = "tiny.pt",
                               .source_hash = {1, 2}};
    pw_plan *plan = NULL;
    if (pt_tiny_network(&network, NULL) < 0 || pw_passes_run(&network, NULL, NULL, NULL) < 0 ||
        pw_plan_assemble(&network, &desc, &plan, NULL) < 0)
        abort();
    (void)pw_object_publish(plan);
    return plan;
}

#endif
