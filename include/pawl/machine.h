/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAWL_MACHINE_H
#define PAWL_MACHINE_H

#include <pawl/status.h>

PAWL_BEGIN

/** What the processor offers and how much of it may be used. */
typedef struct pawl_machine_info {
    size_t struct_size;   /* set by the caller */
    const char *arch;     /* "x86-64", "aarch64" */
    const char *isa;      /* best instruction set in use: "generic" "sse41" "avx2" "avx512" ... */
    int32_t cores;        /* this process may use (affinity and cgroup quota) */
} pawl_machine_info;

/** Fills @p info. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_machine_info_get(pawl_machine_info *info);

/**
 * Uses nothing above @p isa in engines created from now on: generic | sse41 | avx2 | avx512 | avx512vnni | avx512bf16 | amx, or generic |
 * neon | dotprod | i8mm. The environment's PAWL_MAX_ISA does the same from the start.
 * @retval PAWL_ERR_ARGUMENT  No such name. Nothing changed.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_max_isa_set(const char *isa);

PAWL_END

#endif
