/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processor can do and the operating system saves, found once. A feature counts only when
 * its registers survive a task switch (xgetbv), and AMX only when the kernel would grant it.
 */
#define _GNU_SOURCE 1 /* syscall, sysconf's cache sizes */
#include "base/cpu_info.h"
#include "base/log.h"
#include "base/os.h"
#include "base/size.h"
#include "base/strbuf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

/* A ladder: allowing a level allows all below it. */
typedef struct isa_level {
    const char *name;
    uint32_t bits;
} isa_level;

static const isa_level ladder[] = {
    {"generic", PW_ISA_GENERIC},
#if defined(__x86_64__)
    {"sse41", PW_ISA_SSE41},
    {"avx2", PW_ISA_AVX2},
    {"avxvnni", PW_ISA_AVXVNNI},
    {"avx512", PW_ISA_AVX512},
    {"avx512vnni", PW_ISA_AVX512VNNI},
    {"avx512bf16", PW_ISA_AVX512BF16},
    {"amx", PW_ISA_AMX},
#elif defined(__aarch64__)
    {"neon", PW_ISA_NEON},
    {"dotprod", PW_ISA_DOTPROD | PW_ISA_NEONFHM},
    {"i8mm", PW_ISA_I8MM | PW_ISA_NEONBF16},
#endif
};

static struct {
    uint32_t machine;
    int32_t cores;
    pw_cpu_caches caches;
    char name[96];
} found;

static atomic_uint allowed;
static pthread_once_t find_once = PTHREAD_ONCE_INIT;
static pw_notice limit_is_ignored;

static pthread_once_t ask_once = PTHREAD_ONCE_INIT;
static struct {
    bool are_granted;
    pw_notice are_refused;
} tiles;

/* All bits up to a level's own; false where the name is none of this machine's family. */
static bool mask_of_name(const char *name, uint32_t *mask)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < PW_COUNT(ladder); i++) {
        bits |= ladder[i].bits;
        if (strcmp(ladder[i].name, name) == 0) {
            *mask = bits;
            return true;
        }
    }
    return false;
}

#if defined(__x86_64__)

#define STATE_SSE_AVX      0x6u     /* XCR0: xmm and the upper halves of ymm */
#define STATE_AVX512       0xE0u    /* opmask, upper halves of zmm, zmm16-31 */
#define STATE_AMX          0x60000u /* tile configuration and tile data */
#define TILE_DATA          18       /* its number among the states */
#define ARCH_GET_SUPPORTED 0x1021   /* ARCH_GET_XCOMP_SUPP of arch_prctl(2): what it would grant */
#define ARCH_ASK           0x1023   /* ARCH_REQ_XCOMP_PERM: asks for it */

typedef struct cpuid_words {
    uint32_t eax, ebx, ecx, edx;
} cpuid_words;

static cpuid_words cpuid_get(uint32_t leaf, uint32_t subleaf)
{
    cpuid_words words = {0, 0, 0, 0};
    if (__get_cpuid_count(leaf, subleaf, &words.eax, &words.ebx, &words.ecx, &words.edx) == 0)
        return (cpuid_words){0, 0, 0, 0};
    return words;
}

/* By its bytes: the intrinsic would need this file compiled for the feature it asks about. */
static uint32_t saved_states(void)
{
    uint32_t low = 0, high = 0;
    __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static bool has_all(uint32_t word, uint32_t bits)
{
    return (word & bits) == bits;
}

/*
 * The kernel gives tile registers to processes that ask. Only whoever runs tile code asks: the
 * permission adds 8 KiB to every signal frame of the process, for ever, and breaks alternate signal
 * stacks that were cut for less. Whether it would be given can be known without asking; an old
 * kernel or a sandbox means no AMX.
 */
static bool may_ask_for_tiles(void)
{
#if defined(SYS_arch_prctl)
    uint64_t states = 0;
    return syscall(SYS_arch_prctl, ARCH_GET_SUPPORTED, &states) == 0 &&
           (states >> TILE_DATA & 1u) != 0;
#else
    return false;
#endif
}

static void ask_for_tiles(void)
{
#if defined(SYS_arch_prctl)
    tiles.are_granted = syscall(SYS_arch_prctl, ARCH_ASK, TILE_DATA) == 0;
#endif
    if (!tiles.are_granted)
        pw_notice_set(&tiles.are_refused, PAWL_LOG_WARNING,
                      "AMX is not used: the system refuses its registers (is a thread's alternate "
                      "signal stack too small for them?)");
}

static uint32_t find_avx512(cpuid_words features, uint32_t states)
{
    const uint32_t f_dq_bw_vl = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    if (!has_all(features.ebx, f_dq_bw_vl) || !has_all(states, STATE_AVX512))
        return 0;
    uint32_t mask = PW_ISA_AVX512;
    if (has_all(features.ecx, 1u << 11)) /* AVX512_VNNI */
        mask |= PW_ISA_AVX512VNNI;
    if (features.eax >= 1 && has_all(cpuid_get(7, 1).eax, 1u << 5)) /* AVX512_BF16 */
        mask |= PW_ISA_AVX512BF16;
    const uint32_t amx_bf16_tile_int8 = 1u << 22 | 1u << 24 | 1u << 25;
    if (has_all(features.edx, amx_bf16_tile_int8) && has_all(states, STATE_AMX) &&
        may_ask_for_tiles())
        mask |= PW_ISA_AMX;
    return mask;
}

static uint32_t find_machine(void)
{
    const cpuid_words basic = cpuid_get(1, 0);
    if (!has_all(basic.ecx, bit_SSE4_1 | bit_SSSE3))
        return PW_ISA_GENERIC;
    uint32_t mask = PW_ISA_SSE41;
    const uint32_t avx_fma_f16c = bit_AVX | bit_FMA | bit_F16C;
    if (!has_all(basic.ecx, bit_OSXSAVE | avx_fma_f16c))
        return mask;
    const uint32_t states = saved_states();
    const cpuid_words features = cpuid_get(7, 0);
    if (!has_all(features.ebx, bit_AVX2 | bit_BMI | bit_BMI2) || !has_all(states, STATE_SSE_AVX))
        return mask;
    mask |= PW_ISA_AVX2;
    if (features.eax >= 1 && has_all(cpuid_get(7, 1).eax, 1u << 4)) /* AVX-VNNI */
        mask |= PW_ISA_AVXVNNI;
    return mask | find_avx512(features, states);
}

/* Brand (three leaves of 16 bytes, padded with blanks at either end), family and model. */
static void find_name(pw_strbuf *name)
{
    char brand[49] = {0};
    for (uint32_t i = 0; i < 3; i++) {
        const cpuid_words words = cpuid_get(0x80000002u + i, 0);
        memcpy(brand + (size_t)i * sizeof words, &words, sizeof words);
    }
    for (size_t i = strlen(brand); i > 0 && (brand[i - 1] == ' ' || brand[i - 1] < ' '); i--)
        brand[i - 1] = '\0';
    for (char *at = brand; *at != '\0'; at++)
        if (*at < ' ' || *at > '~') /* a hypervisor may say anything */
            *at = '?';
    const char *start = brand + strspn(brand, " ");
    const uint32_t id = cpuid_get(1, 0).eax;
    const uint32_t family = (id >> 8 & 0xfu) + ((id >> 8 & 0xfu) == 0xfu ? id >> 20 & 0xffu : 0);
    const uint32_t model = (id >> 4 & 0xfu) | (id >> 12 & 0xf0u);
    pw_strbuf_add(name, "%s, family %u model %u", *start != '\0' ? start : "unknown processor",
                  family, model);
}

#elif defined(__aarch64__) && defined(__linux__)

#define HWCAP_DOTPROD (1ul << 20) /* HWCAP_ASIMDDP */
#define HWCAP_FHM     (1ul << 23) /* HWCAP_ASIMDFHM */
#define HWCAP2_I8MM_  (1ul << 13) /* older headers lack the names */
#define HWCAP2_BF16_  (1ul << 14)

static uint32_t find_machine(void)
{
    uint32_t mask = PW_ISA_NEON; /* part of the architecture */
    const unsigned long first = getauxval(AT_HWCAP);
    if ((first & HWCAP_DOTPROD) == 0)
        return mask;
    mask |= PW_ISA_DOTPROD | ((first & HWCAP_FHM) != 0 ? PW_ISA_NEONFHM : 0);
    const unsigned long more = getauxval(AT_HWCAP2);
    if ((more & HWCAP2_I8MM_) != 0)
        mask |= PW_ISA_I8MM | ((more & HWCAP2_BF16_) != 0 ? PW_ISA_NEONBF16 : 0);
    return mask;
}

#else

static uint32_t find_machine(void)
{
    return PW_ISA_GENERIC;
}

#endif

#if !defined(__x86_64__)
static void ask_for_tiles(void) {}

static void find_name(pw_strbuf *name)
{
    pw_strbuf_add(name, "unknown processor");
}
#endif

static size_t cache_size(int name, size_t fallback)
{
    const long size = sysconf(name);
    return size > 0 ? (size_t)size : fallback; /* virtual machines often hide it */
}

static pw_cpu_caches find_caches(void)
{
    pw_cpu_caches caches = {32u << 10, 512u << 10, 8u << 20};
#if defined(_SC_LEVEL1_DCACHE_SIZE)
    caches.l1d = cache_size(_SC_LEVEL1_DCACHE_SIZE, caches.l1d);
    caches.l2 = cache_size(_SC_LEVEL2_CACHE_SIZE, caches.l2);
    caches.l3 = cache_size(_SC_LEVEL3_CACHE_SIZE, caches.l3);
#endif
    return caches;
}

static void find_all(void)
{
    found.machine = find_machine();
    found.cores = pw_os_core_count();
    found.caches = find_caches();
    pw_strbuf name = PW_STRBUF(found.name);
    find_name(&name);
    uint32_t mask = UINT32_MAX;
    const char *limit = pw_os_environment("PAWL_MAX_ISA");
    if (limit != NULL && !mask_of_name(limit, &mask))
        pw_notice_set(&limit_is_ignored, PAWL_LOG_WARNING,
                      "PAWL_MAX_ISA=%s is ignored: %s has no instruction set of that name", limit,
                      pw_arch_name());
    atomic_store_explicit(&allowed, mask, memory_order_relaxed);
}

static void find(void)
{
    (void)pthread_once(&find_once, find_all);
    pw_notice_tell(&limit_is_ignored);
}

uint32_t pw_isa_machine(void)
{
    find();
    return found.machine;
}

uint32_t pw_isa_mask(void)
{
    return pw_isa_machine() & atomic_load_explicit(&allowed, memory_order_relaxed);
}

bool pw_isa_permitted(uint32_t isa)
{
    if ((isa & PW_ISA_AMX) == 0)
        return true;
    (void)pthread_once(&ask_once, ask_for_tiles);
    pw_notice_tell(&tiles.are_refused);
    return tiles.are_granted;
}

const char *pw_isa_name(uint32_t mask)
{
    size_t best = 0;
    for (size_t i = 1; i < PW_COUNT(ladder); i++)
        if ((mask & ladder[i].bits) != 0)
            best = i;
    return ladder[best].name;
}

const char *pw_cpu_name(void)
{
    find();
    return found.name;
}

const char *pawl_isa_name(size_t index)
{
    return index < PW_COUNT(ladder) ? ladder[index].name : NULL;
}

const char *pw_arch_name(void)
{
#if defined(__x86_64__)
    return "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "generic";
#endif
}

pw_cpu_caches pw_cpu_caches_get(void)
{
    find();
    return found.caches;
}

pawl_status pawl_max_isa_set(const char *isa)
{
    uint32_t mask = 0;
    if (isa == NULL || !mask_of_name(isa, &mask))
        return PAWL_ERR_ARGUMENT;
    find(); /* first, or the environment would overrule us later */
    atomic_store_explicit(&allowed, mask, memory_order_relaxed);
    return PAWL_OK;
}

pawl_status pawl_machine_info_get(pawl_machine_info *info)
{
    if (info == NULL || info->struct_size < sizeof info->struct_size)
        return PAWL_ERR_ARGUMENT;
    const uint32_t mask = pw_isa_mask();
    const pawl_machine_info whole = {
        .struct_size = info->struct_size,
        .arch = pw_arch_name(),
        .isa = pw_isa_name(mask),
        .cores = found.cores,
    };
    memcpy(info, &whole,
           pw_size_min(info->struct_size, sizeof whole)); /* an older caller knows less */
    return PAWL_OK;
}
