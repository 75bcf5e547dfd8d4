/* SPDX-License-Identifier: Apache-2.0 */
/* Small networks with every operator, in any order that is legal, the same for the same seed. */
#ifndef PT_RANDOM_NETWORK_H
#define PT_RANDOM_NETWORK_H

#include "network/network_ir.h"

#define PT_RANDOM_SIDE 16 /* of the picture, both ways; strides are 1, 2, 4 and 8 */

/* Fills a zeroed network of about layer_count layers; every third seed has no head. */
pawl_status pt_random_network(uint64_t seed, size_t layer_count, pw_network *network, pawl_error *error);

#endif
