/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every implementation of the kernel table under every instruction set of this machine, on random
 * problems, against their solution in double: each tensor, the packed constants and the memory to
 * work in end where a page ends; what lies between a slice's pixels must stay. Items run in a
 * random order. Closes with "N passed, N failed".
 */
#define _GNU_SOURCE 1 /* syscall */
#include "kernels/check.h"

#include "kernels/conv/stem.h"
#include "kernels/conv/winograd.h"
#include "kernels/head/head.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CASES     90 /* of each implementation */
#define TRIES     40 /* until one is accepted */
#define ITEMS_MAX 65536

#define HALF_ROUNDING 0x1p-8 /* of a value's size at most: halves have 8 bits */
#define SPREADS       4.0    /* their errors' root mean square is 0.6 of spread times that */

static size_t passed, failed;

__attribute__((format(printf, 3, 4))) static void result(bool is_right, const char *name,
                                                         const char *format, ...)
{
    if (is_right) {
        passed++;
        return;
    }
    failed++;
    va_list arguments;
    va_start(arguments, format);
    printf("FAILED %s: ", name);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* Rounded up to whole cache lines: what packs and works aligned may touch them whole. */
static void *lines(size_t size)
{
    return pt_exact((size + PK_CACHE_LINE - 1) / PK_CACHE_LINE * PK_CACHE_LINE);
}

/* What lies between a source's elements may not even be read. */
static void forbid_gaps(const pk_tensor *tensor, const unsigned char *data)
{
    const size_t extent = pt_extent(tensor), size = pk_type_size(tensor->type);
    unsigned char *is_element = calloc(extent, 1);
    if (is_element == NULL)
        abort();
    for (size_t n = 0; n < tensor->batch; n++)
        for (size_t c = 0; c < tensor->channels; c++)
            for (size_t y = 0; y < tensor->height; y++)
                for (size_t x = 0; x < tensor->width; x++)
                    is_element[pt_element(tensor, n, c, y, x)] = 1;
    for (size_t i = 0, end; i < extent; i = end) {
        end = i + 1;
        while (end < extent && is_element[end] == is_element[i])
            end++;
        if (is_element[i] == 0)
            pt_forbid(data + i * size, (end - i) * size);
    }
    free(is_element);
}

static void *filled(const pk_tensor *tensor)
{
    void *data = pt_exact(pt_extent(tensor) * pk_type_size(tensor->type));
    for (size_t n = 0; n < tensor->batch; n++)
        for (size_t c = 0; c < tensor->channels; c++)
            for (size_t y = 0; y < tensor->height; y++)
                for (size_t x = 0; x < tensor->width; x++)
                    pt_put(tensor, data, n, c, y, x,
                           tensor->type == PK_U8 ? (double)(pt_random() % 256)
                                                 : pt_random_value(-2, 2));
    forbid_gaps(tensor, data);
    return data;
}

static void run_shuffled(const pk_call *call)
{
    static size_t order[ITEMS_MAX];
    void *scratch = lines(call->needs->scratch);
    for (size_t phase = 0; phase < call->needs->phases; phase++) {
        const size_t count = call->needs->items[phase];
        if (count > ITEMS_MAX)
            abort();
        for (size_t i = 0; i < count; i++) {
            const size_t k = pt_random_from(0, i);
            order[i] = order[k];
            order[k] = i;
        }
        for (size_t i = 0; i < count; i++) {
            if (call->implementation->enter != NULL)
                call->implementation->enter();
            call->implementation->run(call, phase, order[i], scratch);
            if (call->implementation->leave != NULL)
                call->implementation->leave();
        }
    }
}

/* Sums over places of a tile, whose weights and input were rounded to halves between. */
static bool is_winograd_of_halves(const pk_implementation *implementation)
{
    return implementation->run == pk_winograd_run && implementation->types.source == PK_BF16;
}

/* How far off a result may be: sums are of float, and results are rounded to their type. spread: of
 * what pt_winograd_spread() says, else 0. */
static double tolerance(const pk_implementation *implementation, double want, double magnitude,
                        double spread)
{
    double bound = 2e-6 + 1.5e-6 * magnitude;
    if (strncmp(implementation->name, "conv_", 5) == 0 &&
        implementation->isa == PK_GENERIC) /* its sums are of doubles */
        bound = 4e-7 * (fabs(want) + 1.0) + 1e-8 * magnitude;
    if (implementation->is_tuned_only) /* transformed: sums of sums */
        bound = 1e-5 + 2e-5 * magnitude;
    if (implementation->run == pk_stem_run && implementation->isa == (PK_AVX512 | PK_AVX512BF16))
        bound += magnitude / 250.0; /* weights times 1 / 255 were rounded to halves */
    bound += SPREADS * HALF_ROUNDING * spread;
    if (implementation->types.destination == PK_U8) /* whole numbers */
        bound = 0;
    if (implementation->types.destination == PK_F16)
        bound += fabs(want) / 2048.0 + 1e-3 * bound;
    if (implementation->types.destination == PK_BF16)
        bound += fabs(want) * HALF_ROUNDING + 1e-3 * bound;
    return bound;
}

static bool is_as_it_was(const pk_tensor *tensor, const void *data, size_t n, size_t c, size_t y,
                         size_t x)
{
    const size_t size = pk_type_size(tensor->type);
    const unsigned char *at = data;
    at += pt_element(tensor, n, c, y, x) * size;
    for (size_t b = 0; b < size; b++)
        if (at[b] != 0xa5)
            return false;
    return true;
}

/* Whether the problem leaves it open what becomes of an element: another pixel's than those that
 * pass the gate. */
static bool is_optional(const pt_case *of, const void *data, size_t n, size_t c, size_t y, size_t x)
{
    if (of->problem.op != PK_CONV || of->problem.as.window.gate.count == 0)
        return false;
    const pk_gate *gate = &of->problem.as.window.gate;
    for (size_t i = 0; i < gate->count; i++) {
        const size_t channel = gate->first + i * gate->step;
        const double got = pt_get(&of->problem.destination, data, n, channel, y, x);
        if (channel == c || !(got < (double)of->thresholds.gate))
            return false;
    }
    return true;
}

/* Every element of the destination right; all other memory as it was. */
static bool is_right(const pk_implementation *implementation, const pt_case *of,
                     const void *const *sources, const void *data)
{
    const pk_tensor *out = &of->problem.destination;
    const size_t count = out->batch * out->channels * pk_pixels(out),
                 size = pk_type_size(out->type);
    double *want = calloc(3 * count, sizeof(double));
    unsigned char *is_written = calloc(pt_extent(out), 1);
    if (want == NULL || is_written == NULL)
        abort();
    pt_solve(of, sources, want, want + count);
    if (is_winograd_of_halves(implementation))
        pt_winograd_spread(of, sources[0], want + 2 * count);
    bool right = true;
    size_t i = 0;
    for (size_t n = 0; n < out->batch; n++)
        for (size_t c = 0; c < out->channels; c++)
            for (size_t y = 0; y < out->height; y++)
                for (size_t x = 0; x < out->width; x++, i++) {
                    const double got = pt_get(out, data, n, c, y, x);
                    is_written[pt_element(out, n, c, y, x)] = 1;
                    if (is_optional(of, data, n, c, y, x) && is_as_it_was(out, data, n, c, y, x))
                        continue;
                    if (!(fabs(got - want[i]) <= tolerance(implementation, want[i], want[count + i],
                                                           want[2 * count + i]))) /* NaN: wrong */
                        right = false;
                }
    for (size_t k = 0; k < pt_extent(out); k++)
        for (size_t b = 0; b < size && is_written[k] == 0; b++)
            right = right && ((const unsigned char *)data)[k * size + b] == 0xa5;
    free(is_written);
    free(want);
    return right;
}

/* Rows are those of DECODE whose objectness exceeds the threshold, in order. */
static bool are_candidates_right(const pk_implementation *implementation, const pt_case *of,
                                 const void *const *sources, const pk_found *found)
{
    const pk_tensor *out = &of->problem.destination;
    const size_t width = out->channels, all = out->height, count = out->batch * all * width;
    pt_case decode = *of;
    decode.problem.op = PK_DECODE;
    double *want = malloc(2 * count * sizeof(double));
    if (want == NULL)
        abort();
    pt_solve(&decode, sources, want, want + count); /* N x width x rows */
    bool right = true;
    for (size_t n = 0; n < out->batch; n++) {
        const double *picture = want + n * width * all;
        size_t at = 0;
        for (size_t row = 0; row < all; row++) {
            const double objectness = picture[4 * all + row],
                         limit = (double)of->thresholds.threshold;
            const bool is_there =
                at < found->count[n] && found->index[n * all + at] == (int32_t)row;
            if (fabs(objectness - limit) > 1e-5 && is_there != (objectness > limit))
                right = false;
            for (size_t c = 0; c < width && is_there; c++) {
                const double got = (double)found->rows[(n * all + at) * width + c];
                if (!(fabs(got - picture[c * all + row]) <=
                      tolerance(implementation, picture[c * all + row],
                                want[count + n * width * all + c * all + row], 0.0)))
                    right = false;
            }
            at += is_there;
        }
        right = right && at == found->count[n] && found->not_finite[n] == 0;
    }
    free(want);
    return right;
}

/* Whether call's bits come out, too, when so many share the work that items are small. */
static bool is_equal_among_many(const pk_call *call, const pt_case *of, const pk_machine *machine)
{
    const pk_implementation *implementation = call->implementation;
    pk_problem problem = *call->problem;
    problem.workers = pt_random_from(5, 64);
    const size_t size = pt_extent(&problem.destination) * pk_type_size(problem.destination.type);
    pk_needs needs;
    implementation->plan(implementation, &problem, machine, &needs);
    pk_call many = *call;
    many.problem = &problem;
    many.needs = &needs;
    many.workspace = lines(needs.workspace);
    many.destination = pt_exact(size);
    if (needs.packed > 0) {
        void *packed = lines(needs.packed);
        implementation->pack(implementation, &problem, &of->constants, packed);
        many.packed = packed;
    }
    run_shuffled(&many);
    return memcmp(many.destination, call->destination, size) == 0;
}

static void check_case(const pk_implementation *implementation, const pt_case *of)
{
    const pk_problem *problem = &of->problem;
    const pk_machine machine = {
        .isa = pk_fits(implementation, implementation->isa, problem) ? implementation->isa : 0,
        .l1d = 32768,
        .l2 = pt_random_from(1, 2) * 8192,
        .l3 = 1 << 20,
        .cores = problem->workers};
    pk_needs needs;
    implementation->plan(implementation, problem, &machine, &needs);
    void *packed = needs.packed == 0 ? NULL : lines(needs.packed);
    if (packed != NULL)
        implementation->pack(implementation, problem, &of->constants, packed);
    pk_call call = {.implementation = implementation,
                    .problem = problem,
                    .needs = &needs,
                    .packed = packed,
                    .workspace = lines(needs.workspace),
                    .parameters = &of->thresholds};
    for (size_t i = 0; i < problem->source_count; i++)
        call.source[i] = filled(&problem->source[i]);
    const pk_tensor *out = &problem->destination;
    bool right;
    if (problem->op == PK_CANDIDATES) {
        const size_t rows = out->batch * out->height;
        pk_found found = {pt_exact(rows * out->channels * sizeof(float)),
                          pt_exact(rows * sizeof(int32_t)), pt_exact(out->batch * sizeof(size_t)),
                          pt_exact(out->batch * sizeof(size_t))};
        call.destination = &found;
        run_shuffled(&call);
        right = are_candidates_right(implementation, of, call.source, &found);
    } else {
        call.destination = pt_exact(pt_extent(out) * pk_type_size(out->type));
        run_shuffled(&call);
        right = is_right(implementation, of, call.source, call.destination) &&
                is_equal_among_many(&call, of, &machine);
    }
    char text[PK_TEXT_SIZE];
    pk_problem_text(problem, text);
    result(right, implementation->name, "%s", text);
    pt_release_all();
}

static bool is_half(pk_type type)
{
    return type == PK_F16 || type == PK_BF16;
}

static void check_implementation(const pk_implementation *implementation)
{
    size_t checked = 0;
    for (size_t number = 0; number < CASES; number++) {
        pt_case of;
        size_t try = 0;
        do {
            pt_release_all();
            pt_case_make(&of, implementation, number + try * CASES);
        } while (!pk_fits(implementation, implementation->isa, &of.problem) && ++try < TRIES);
        if (try < TRIES) {
            check_case(implementation, &of);
            checked++;
        }
    }
    if (implementation->op == PK_REORDER &&
        (is_half(implementation->types.source) || is_half(implementation->types.destination)))
        result(pt_check_conversion(implementation) == 0, implementation->name,
               "converts not to the bit");
    result(checked > CASES / 4, implementation->name,
           "accepts only %zu of %d cases: the check has too few for it", checked, CASES);
}

/* Under each mask every operator has an implementation in each combination of types that has one,
 * none needs what the mask lacks, and all are found again by name. */
static void check_dispatch(uint32_t mask)
{
    for (size_t i = 0; i < pk_implementation_count; i++) {
        if (pk_implementations[i].isa != PK_GENERIC)
            continue;
        pt_case of;
        pt_case_make(&of, &pk_implementations[i], 4 * i + 1);
        if (!pk_fits(&pk_implementations[i], PK_GENERIC, &of.problem))
            continue;
        const pk_implementation *selected = pk_select(mask, &of.problem);
        result(selected != NULL && (selected->isa & ~mask) == 0 &&
                   pk_find(selected->name, mask, &of.problem) == selected,
               pk_implementations[i].name, "mask %x", mask);
        pt_release_all();
    }
}

static void check_table(void)
{
    for (size_t i = 0; i < pk_implementation_count; i++)
        for (size_t k = 0; k < i; k++)
            result(strcmp(pk_implementations[i].name, pk_implementations[k].name) != 0,
                   pk_implementations[i].name, "the name occurs twice");
}

#if defined(__x86_64__)
/* Older compilers' __builtin_cpu_supports() does not know the word. */
static bool has_avx_vnni(void)
{
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 4 & 1u) != 0;
}

/* Tiles, of bytes and of halves, and the kernel's permission to use them: ARCH_REQ_XCOMP_PERM of
 * arch_prctl(2), state 18. */
static bool has_amx(void)
{
    const unsigned features = 1u << 22 | 1u << 24 | 1u << 25;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & features) == features &&
           syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

/* AMX where the processor lacks that alone. */
static void check_emulated(uint32_t machine, const char *pattern)
{
    pt_amx_emulate();
    for (size_t i = 0; i < pk_implementation_count; i++) {
        const pk_implementation *row = &pk_implementations[i];
        if ((row->isa & PK_AMX) != 0 && (row->isa & ~((uint32_t)PK_AMX | machine)) == 0 &&
            strstr(row->name, pattern) != NULL)
            check_implementation(row);
    }
}
#endif

int main(int argc, char **argv)
{
    static const struct {
        uint32_t needs, adds; /* an implementation's, and what the level adds to the mask */
    } levels[] = {{PK_GENERIC, PK_GENERIC},
                  {PK_SSE41, PK_SSE41},
                  {PK_AVX2, PK_AVX2},
                  {PK_AVX2 | PK_AVXVNNI, PK_AVXVNNI},
                  {PK_AVX512, PK_AVX512},
                  {PK_AVX512 | PK_AVX512VNNI, PK_AVX512VNNI},
                  {PK_AVX512 | PK_AVX512BF16, PK_AVX512BF16},
                  {PK_AVX512 | PK_AVX512VNNI | PK_AMX, PK_AMX},
                  {PK_AVX512 | PK_AVX512BF16 | PK_AMX, PK_AMX},
                  {PK_NEON, PK_NEON},
                  {PK_NEON | PK_DOTPROD, PK_DOTPROD},
                  {PK_NEON | PK_NEONFHM, PK_NEONFHM},
                  {PK_NEON | PK_I8MM, PK_I8MM},
                  {PK_NEON | PK_NEONBF16, PK_NEONBF16}};
    const char *pattern = argc > 1 ? argv[1] : "";
    uint32_t mask = 0, machine = PK_GENERIC;
#if defined(__x86_64__)
    machine |= __builtin_cpu_supports("sse4.1") ? PK_SSE41 : 0;
    machine |= __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? PK_AVX2 : 0;
    machine |= __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl")
                   ? PK_AVX512
                   : 0;
    if ((machine & PK_AVX512) != 0) {
        machine |= __builtin_cpu_supports("avx512vnni") ? PK_AVX512VNNI : 0;
        machine |= __builtin_cpu_supports("avx512bf16") ? PK_AVX512BF16 : 0;
    }
    machine |= (machine & PK_AVX2) != 0 && has_avx_vnni() ? PK_AVXVNNI : 0;
    machine |= (machine & PK_AVX512) != 0 && has_amx() ? PK_AMX : 0;
    if ((machine & PK_AMX) == 0)
        check_emulated(machine, pattern);
#elif defined(__aarch64__)
    machine |= PK_NEON; /* the rest by their bits, which older headers have no names for */
    machine |= (getauxval(AT_HWCAP) >> 20 & 1u) != 0 ? PK_DOTPROD : 0;
    machine |= (getauxval(AT_HWCAP) >> 23 & 1u) != 0 ? PK_NEONFHM : 0;
    machine |= (getauxval(AT_HWCAP2) >> 13 & 1u) != 0 ? PK_I8MM : 0;
    machine |= (getauxval(AT_HWCAP2) >> 14 & 1u) != 0 ? PK_NEONBF16 : 0;
#endif
    size_t possible = 0, checked = 0;
    check_table();
    for (size_t l = 0; l < sizeof(levels) / sizeof(levels[0]); l++) {
        if ((levels[l].needs & ~machine) != 0)
            continue;
        mask |= levels[l].adds;
        check_dispatch(mask);
        for (size_t i = 0; i < pk_implementation_count; i++)
            if (pk_implementations[i].isa == levels[l].needs) {
                if (strstr(pk_implementations[i].name, pattern) != NULL)
                    check_implementation(&pk_implementations[i]);
                checked++;
            }
    }
    for (size_t i = 0; i < pk_implementation_count; i++)
        possible += (pk_implementations[i].isa & ~machine) == 0;
    result(checked == possible, "the table",
           "%zu of %zu implementations are of a level that is not listed", possible - checked,
           possible);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
