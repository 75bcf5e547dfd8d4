/* SPDX-License-Identifier: Apache-2.0 */
/* What the table needs of this folder. */
#ifndef PK_U8_H
#define PK_U8_H

#include "kernels/kernel.h"

/* REORDER of integers, any layout: bytes that are made have a scale; a picture's, pixel by pixel to floats, are reorder_u8_f32's. */
bool pk_bytes_reorder_accepts(const pk_implementation *implementation, const pk_problem *problem);
/* Bytes that are moved as they are: source and destination are of one scale. */
bool pk_bytes_move_accepts(const pk_implementation *implementation, const pk_problem *problem);

#endif
