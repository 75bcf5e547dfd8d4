/* SPDX-License-Identifier: Apache-2.0 */
/* What a core reaches at best, of an instruction set: the yardstick that times of implementations are held against. */
#ifndef PK_PROBE_H
#define PK_PROBE_H

#include <stddef.h>
#include <stdint.h>

typedef struct pk_probe {
    uint32_t isa;   /* needs all of these bits */
    size_t flops;   /* operations of a round of multiply_add */
    float (*multiply_add)(size_t rounds);                /* chains of multiply-adds in registers, enough to fill the units */
    float (*read)(const float *values, size_t count);    /* of memory, front to back */
} pk_probe;

/* The best that may be used. */
const pk_probe *pk_probe_select(uint32_t isa);

#endif
