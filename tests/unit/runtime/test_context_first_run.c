/* SPDX-License-Identifier: Apache-2.0 */
/* The first run finds the memory it works in there: it need not be taken from the system page by
 * page while somebody waits. */
#define _DEFAULT_SOURCE 1 /* mincore */
#include "support/chain.h"

#include <pawl/allocator.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIDE        256
#define BLOCKS      4096
#define LEAST_BLOCK ((size_t)64 << 10)

/* Blocks of some size come from the system alone, so that nobody has touched them before. */
static struct {
    void *start;
    size_t size;
} blocks[BLOCKS];
static size_t block_count;

static void *allocate(void *user, size_t size, size_t alignment)
{
    (void)user;
    void *memory = NULL;
    if (size < LEAST_BLOCK || block_count == BLOCKS)
        return posix_memalign(&memory, alignment, size) == 0 ? memory : NULL;
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    (void)madvise(memory, size, MADV_NOHUGEPAGE);
    blocks[block_count].start = memory;
    blocks[block_count++].size = size;
    return memory;
}

static void release(void *user, void *memory)
{
    (void)user;
    for (size_t i = 0; i < block_count; i++)
        if (blocks[i].start == memory) {
            assert_int_equal(munmap(memory, blocks[i].size), 0);
            blocks[i] = blocks[--block_count];
            return;
        }
    free(memory);
}

/* Pages of all blocks: those that are there. */
static size_t count_pages(void)
{
    static unsigned char is_there[1 << 20];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t count = 0;
    for (size_t i = 0; i < block_count; i++) {
        const size_t pages = (blocks[i].size + page - 1) / page;
        assert_true(pages <= sizeof is_there);
        if (mincore(blocks[i].start, blocks[i].size, is_there) != 0)
            skip();
        for (size_t p = 0; p < pages; p++)
            count += is_there[p] & 1u;
    }
    return count;
}

static pawl_status open_chain(chain *c, int32_t batch, pawl_error *error)
{
    pawl_context_desc desc = detector_context(batch);
    desc.threads = 1; /* workers take an item or none, as it happens */
    desc.height = desc.width = SIDE;
    return make_chain_on("cpu", c, &desc, error);
}

/* The rows of boxes are taken as they are found: there is room for one of each cell. */
static void the_first_run_takes_no_memory(void **state)
{
    (void)state;
    const pawl_allocator allocator = {NULL, allocate, release};
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    for (int32_t batch = 1; batch <= 2; batch++) {
        chain c;
        pawl_error error;
        assert_int_equal(open_chain(&c, batch, &error), PAWL_OK);
        for (int32_t n = 0; n < batch; n++)
            fill_picture(c.context, (size_t)n, 1);
        const size_t before = count_pages();
        assert_true(before > 16);
        assert_int_equal(pawl_context_run(c.context, &error), PAWL_OK);
        const size_t after = count_pages();
        size_t rows = 0; /* pages of what was found */
        for (int32_t n = 0; n < batch; n++) {
            pawl_candidates found;
            assert_int_equal(pawl_context_candidates(c.context, (size_t)n, &found, &error),
                             PAWL_OK);
            rows += found.count * (found.width + 1) * sizeof(float) / 4096 + 4;
        }
        if (after > before + rows)
            fail_msg("%zu pages more, of which %zu are rows", after - before, rows);
        drop_chain(&c);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_run_takes_no_memory)};
    return cmocka_run_group_tests_name("first run", tests, NULL, NULL);
}
