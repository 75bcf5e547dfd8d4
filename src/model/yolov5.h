/* SPDX-License-Identifier: Apache-2.0 */
/* A module tree becomes a network. */
#ifndef PW_YOLOV5_H
#define PW_YOLOV5_H

#include "network/network_ir.h"
#include "weights/module.h"

/* Appends the layers of the tree to an empty network and fills in its model, names aside. is_dry: constants are the file's, unread, for
   comparison alone. */
pawl_status pw_yolov5_emit(const pw_module *root, bool is_dry, pw_arena *scratch, pw_network *network, pawl_error *error) PW_NODISCARD;

/* Bytes that the network of these weights may take, as its arena's limit. */
size_t pw_yolov5_memory_limit(const pw_weights *weights);

#endif
