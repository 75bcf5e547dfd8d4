/* SPDX-License-Identifier: Apache-2.0 */
/* The probes there are. */
#include "kernels/kernel_rows.h"

const pk_probe *pk_probe_select(uint32_t isa)
{
    static const pk_probe *const probes[] = {
#if defined(__x86_64__)
        &pk_probe_avx512,
        &pk_probe_avx2,
        &pk_probe_sse41,
#elif defined(__aarch64__)
        &pk_probe_neon,
#endif
        &pk_probe_generic,
    };
    size_t i = 0;
    while ((probes[i]->isa & ~isa) != 0)
        i++; /* the last needs none */
    return probes[i];
}
