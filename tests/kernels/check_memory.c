/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that faults on the first byte behind it, random numbers, and elements of tensors. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */
#include "kernels/check.h"

#include "kernels/simd/simd.h"

#include <stdlib.h>
#include <sys/mman.h>
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#if defined(HAS_ASAN)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(data, size)   ((void)(data), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#endif
#include <unistd.h>

#define BLOCKS_MAX 64

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
    memset(start + page, 0xa5, inner);
    return start + page + (inner - size);
}

void pt_forbid(const void *data, size_t size)
{
    ASAN_POISON_MEMORY_REGION(data, size);
}

void pt_release_all(void)
{
    while (block_count > 0) {
        block_count--;
        ASAN_UNPOISON_MEMORY_REGION(blocks[block_count].start, blocks[block_count].size);
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

double pt_random_value(double low, double high)
{
    return low + (high - low) * (double)(pt_random() >> 8) / 16777216.0;
}

size_t pt_element(const pk_tensor *tensor, size_t n, size_t c, size_t y, size_t x)
{
    return n * tensor->picture + c / tensor->block * tensor->block_step + y * tensor->row +
           x * tensor->pixel + c % tensor->block;
}

size_t pt_extent(const pk_tensor *tensor)
{
    return 1 + pt_element(tensor, tensor->batch - 1, tensor->channels - 1, tensor->height - 1,
                          tensor->width - 1);
}

double pt_get(const pk_tensor *tensor, const void *data, size_t n, size_t c, size_t y, size_t x)
{
    const size_t at = pt_element(tensor, n, c, y, x);
    switch (tensor->type) {
    case PK_F32:
        return (double)((const float *)data)[at];
    case PK_F16:
        return (double)pk_f16_to_f32(((const uint16_t *)data)[at]);
    case PK_BF16:
        return (double)pk_bf16_to_f32(((const uint16_t *)data)[at]);
    case PK_U8:
        return tensor->scale == 0.0f ? (double)((const uint8_t *)data)[at]
                                     : (double)(((const uint8_t *)data)[at] - tensor->zero_point) *
                                           (double)tensor->scale;
    default:
        abort();
    }
}

void pt_put(const pk_tensor *tensor, void *data, size_t n, size_t c, size_t y, size_t x,
            double value)
{
    const size_t at = pt_element(tensor, n, c, y, x);
    switch (tensor->type) {
    case PK_F32:
        ((float *)data)[at] = (float)value;
        break;
    case PK_F16:
        ((uint16_t *)data)[at] = pk_f32_to_f16((float)value);
        break;
    case PK_BF16:
        ((uint16_t *)data)[at] = pk_f32_to_bf16((float)value);
        break;
    case PK_U8:
        ((uint8_t *)data)[at] = (uint8_t)value;
        break;
    default:
        abort();
    }
}
