/* SPDX-License-Identifier: Apache-2.0 */
/* A network computed in double, one picture, by the definitions alone: what passes must not change. */
#ifndef PT_INTERPRET_H
#define PT_INTERPRET_H

#include "network/network_ir.h"

/* Values of what the network leaves: the inputs of DETECT one after the other, or the last layer's output. malloc'ed; NULL: failed. picture has
   3 x height x width values. */
double *pt_interpret(const pw_network *network, const float *picture, int32_t height, int32_t width, size_t *count);

#endif
