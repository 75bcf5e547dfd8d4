/* SPDX-License-Identifier: Apache-2.0 */
/* What the processor can do, found once: cpuid and the operating system's saved state. */
#ifndef PW_CPU_INFO_H
#define PW_CPU_INFO_H

#include <pawl/machine.h>
#include <stdbool.h>

/* Each level is a superset mask: AVX2 means also FMA, F16C, BMI2 and SSE4.1. A row of the kernel table needs all of its bits. */
typedef enum pw_isa {
    PW_ISA_GENERIC = 0,
    PW_ISA_SSE41 = 1 << 0,
    PW_ISA_AVX2 = 1 << 1,       /* with FMA, F16C */
    PW_ISA_AVX512 = 1 << 2,     /* F, BW, DQ, VL */
    PW_ISA_AVX512VNNI = 1 << 3,
    PW_ISA_AVX512BF16 = 1 << 4,
    PW_ISA_AMX = 1 << 5,        /* BF16 and INT8: pw_isa_permitted() before any of it is run */
    PW_ISA_AVXVNNI = 1 << 6,    /* vpdpbusd of processors without AVX-512, and of newer ones with it */
    PW_ISA_NEON = 1 << 8,
    PW_ISA_DOTPROD = 1 << 9,
    PW_ISA_I8MM = 1 << 10,
    PW_ISA_NEONBF16 = 1 << 11,  /* counts only beside I8MM, as all processors of later years have both */
    PW_ISA_NEONFHM = 1 << 12    /* products of FP16 added to floats; counts only beside DOTPROD */
} pw_isa;

/* The machine's, less what PAWL_MAX_ISA and pawl_max_isa_set() forbid. */
uint32_t pw_isa_mask(void);
/*
 * Whether code of these bits may run. Where AMX is among them, the kernel is asked for its tile registers, once for the process: that is why nobody asks
 * who does not mean to use them. It refuses where a thread has an alternate signal stack that is too small for them; that is logged.
 */
bool pw_isa_permitted(uint32_t isa);
/* What the machine really has. */
uint32_t pw_isa_machine(void);
/* Name of the highest level in a mask: "avx512". */
const char *pw_isa_name(uint32_t mask);
/* What the processor calls itself, with family and model where it tells them: "AMD EPYC 9R14, family 25 model 17"; "unknown processor". */
const char *pw_cpu_name(void);
/* "x86-64", "aarch64". */
const char *pw_arch_name(void);

typedef struct pw_cpu_caches { size_t l1d, l2, l3; } pw_cpu_caches; /* bytes; sane defaults where unknown */
pw_cpu_caches pw_cpu_caches_get(void);

#endif
