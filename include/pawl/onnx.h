/* SPDX-License-Identifier: Apache-2.0 */
/* A network as an ONNX file, for runtimes other than pawl: as YOLOv5's export.py writes it. */
#ifndef PAWL_ONNX_H
#define PAWL_ONNX_H

#include <pawl/network.h>

PAWL_BEGIN

/** How a network is written. */
typedef struct pawl_onnx_desc {
    size_t struct_size;
    int32_t opset;      /* operator set, PAWL_MIN_OPSET to PAWL_MAX_OPSET; 0: PAWL_MIN_OPSET, as export.py */
    int32_t is_dynamic; /* 1: batch, height and width are told at run time */
    int32_t batch, height, width; /* where they are fixed; 0: 1, and the file's imgsz */
} pawl_onnx_desc;
#define PAWL_ONNX_DESC_INIT { sizeof(pawl_onnx_desc), 0, 0, 0, 0, 0 }

/**
 * Writes the network as an ONNX file: batch norms folded into convolutions, float32.
 *
 * Input "images", float32 N x 3 x height x width, RGB, 0 to 1 (classification: normalised). Output "output0": detection and segmentation
 * N x rows x (5 + classes [+ mask coefficients]), decoded to network pixels, before NMS; classification N x classes, raw logits. Segmentation also
 * "output1", the prototypes. Metadata: "stride" and "names", as export.py has them.
 *
 * @param desc  NULL for the defaults. Borrowed during the call.
 * @param path  The file appears whole or not at all; the same network and description give the same bytes.
 * @retval PAWL_ERR_ARGUMENT  An operator set that is not written, or a shape that the network does not take.
 * @retval PAWL_ERR_LIMIT     The file would be larger than ONNX allows, 2 GiB.
 * @retval PAWL_ERR_WRITE     The file cannot be written; nothing is left behind. @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_network_save_onnx(pawl_network *network, const pawl_onnx_desc *desc, const char *path,
                                                           pawl_error *error);

PAWL_END

#endif
