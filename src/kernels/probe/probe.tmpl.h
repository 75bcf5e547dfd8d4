/* SPDX-License-Identifier: Apache-2.0 */
/* Needs PK_ISA and a vector vocabulary. */

#define PROBE_CHAINS 12 /* latency times units of any core we know, and no more than there are registers */

float PK_JOIN(pk_probe_multiply_add_, PK_ISA)(size_t rounds)
{
    vf32 chain[PROBE_CHAINS];
    const vf32 factor = vf32_set1(0.999999f), term = vf32_set1(1e-6f);
    float lanes[VF32_LANES], sum = 0.0f;
    for (size_t i = 0; i < PROBE_CHAINS; i++)
        chain[i] = vf32_set1(1.0f + (float)i);
    for (size_t round = 0; round < rounds; round++) {
        PK_UNROLL
        for (size_t i = 0; i < PROBE_CHAINS; i++)
            chain[i] = vf32_fma(chain[i], factor, term);
    }
    for (size_t i = 1; i < PROBE_CHAINS; i++)
        chain[0] = vf32_add(chain[0], chain[i]);
    vf32_store(lanes, chain[0]);
    for (size_t i = 0; i < VF32_LANES; i++)
        sum += lanes[i];
    return sum;
}

/* count: whole multiples of eight vectors are read. */
float PK_JOIN(pk_probe_read_, PK_ISA)(const float *values, size_t count)
{
    vf32 sums[8];
    float lanes[VF32_LANES], sum = 0.0f;
    for (size_t i = 0; i < 8; i++)
        sums[i] = vf32_set1(0.0f);
    for (size_t at = 0; at + 8 * VF32_LANES <= count; at += 8 * VF32_LANES) {
        PK_UNROLL
        for (size_t i = 0; i < 8; i++)
            sums[i] = vf32_add(sums[i], vf32_load(values + at + i * VF32_LANES));
    }
    for (size_t i = 1; i < 8; i++)
        sums[0] = vf32_add(sums[0], sums[i]);
    vf32_store(lanes, sums[0]);
    for (size_t i = 0; i < VF32_LANES; i++)
        sum += lanes[i];
    return sum;
}

const pk_probe PK_JOIN(pk_probe_, PK_ISA) = {
    .isa = PROBE_BITS,
    .flops = 2 * PROBE_CHAINS * VF32_LANES,
    .multiply_add = PK_JOIN(pk_probe_multiply_add_, PK_ISA),
    .read = PK_JOIN(pk_probe_read_, PK_ISA),
};
#undef PROBE_CHAINS
