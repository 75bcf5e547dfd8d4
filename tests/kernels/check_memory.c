/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that faults on the first byte behind it, and other helpers. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */
#include "kernels/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCKS_MAX 64
#define PATTERN    0x7fa5a5a5u /* a NaN no kernel makes */

static struct {
    void *start;
    size_t size;
} blocks[BLOCKS_MAX];
static size_t block_count;

void *pt_exact(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (size + page - 1) / page * page;
    unsigned char *start =
        mmap(NULL, inner + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || block_count == BLOCKS_MAX || mprotect(start, page, PROT_NONE) != 0 ||
        mprotect(start + page + inner, page, PROT_NONE) != 0) {
        fprintf(stderr, "no memory for the check\n");
        exit(1);
    }
    blocks[block_count].start = start;
    blocks[block_count++].size = inner + 2 * page;
    return start + page + (inner - (size + 3) / 4 * 4);
}

void pt_release_all(void)
{
    while (block_count > 0) {
        block_count--;
        munmap(blocks[block_count].start, blocks[block_count].size);
    }
}

uint32_t pt_random(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

size_t pt_random_from(size_t low, size_t high)
{
    return low + pt_random() % (high - low + 1);
}

float *pt_exact_floats(size_t count, float low, float high)
{
    float *values = pt_exact(count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        values[i] = low + (high - low) * (float)(pt_random() >> 8) / 16777216.0f;
    return values;
}

float *pt_exact_output(size_t count)
{
    const uint32_t pattern = PATTERN;
    float *values = pt_exact(count * sizeof(float));
    for (size_t i = 0; i < count; i++)
        memcpy(&values[i], &pattern, sizeof(pattern));
    return values;
}

bool pt_is_untouched(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    return bits == PATTERN;
}

double pt_activate(double x, pk_activation kind, double alpha)
{
    switch (kind) {
    case PK_ACT_SILU:
        return x / (1.0 + exp(-x));
    case PK_ACT_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case PK_ACT_HARDSWISH:
        return x * fmin(fmax(x + 3.0, 0.0), 6.0) / 6.0;
    case PK_ACT_RELU:
        return x > 0 ? x : 0.0;
    case PK_ACT_SIGMOID:
        return 1.0 / (1.0 + exp(-x));
    case PK_ACT_RELU6:
        return fmin(fmax(x, 0), 6);
    case PK_ACT_ELU:
        return x > 0 ? x : alpha * expm1(x);
    case PK_ACT_MISH:
        return x * tanh(log1p(exp(x)));
    case PK_ACT_GELU:
        return x * erfc(x * -0.70710678118654752) / 2;
    case PK_ACT_NONE:
    case PK_ACT_COUNT:
        break;
    }
    return x;
}

bool pt_is_close(double got, double want, double tolerance)
{
    return fabs(got - want) <= tolerance; /* false for NaN */
}
