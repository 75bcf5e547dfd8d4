/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are the same everywhere: splitmix64, and only what IEEE 754 rounds exactly. */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

#include <stdint.h>

static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t bits = *state += 0x9E3779B97F4A7C15u;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return bits ^ bits >> 31;
}

/* 0 to below 1. */
static inline double random_part(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) / 9007199254740992.0;
}

static inline double random_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * random_part(state);
}

/* About normal, of variance 1: twelve even ones. */
static inline double random_normal(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_part(state);
    return sum;
}

#endif
