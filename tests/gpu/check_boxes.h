/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of the device's kernels against nms.c's, for heads of any making. */
#ifndef CHECK_BOXES_H
#define CHECK_BOXES_H

#include "backend/nms.h"
#include "gpu/gpu_test.h"

/* The device's boxes of these heads against the host's, by these rules, by others, and by these again. */
pawl_status check_heads(gpu *with, gpu_heads *heads, const pw_nms_desc *desc, pawl_error *error);

#endif
