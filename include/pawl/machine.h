/* SPDX-License-Identifier: Apache-2.0 */
/* The processor and system that pawl finds itself on. */
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
#define PAWL_MACHINE_INFO_INIT { sizeof(pawl_machine_info), NULL, NULL, 0 }

/** Fills @p info. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_machine_info_get(pawl_machine_info *info);

/** Instruction set @p index of this machine's family, from the least on: "generic", "sse41", "avx2" ...; NULL past the end. Any thread. Since 0.2. */
PAWL_API const char *pawl_isa_name(size_t index);

/**
 * Uses nothing above @p isa, one of pawl_isa_name(), in engines created from now on. The environment's PAWL_MAX_ISA does the same from the start.
 * @retval PAWL_ERR_ARGUMENT  No such name. Nothing changed.
 * @note Any thread; what engines that are there use stays.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_max_isa_set(const char *isa);

PAWL_END

#endif
