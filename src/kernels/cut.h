/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing out: runs of units of each of parts, as items. */
#ifndef PK_CUT_H
#define PK_CUT_H

#include "kernels/kernel.h"

#define PK_ITEMS_A_WORKER 4     /* so that all end at about the same time */
#define PK_ITEM_VALUES    32768 /* elements moved by an item: some 10 us */

static inline size_t pk_min(size_t a, size_t b) { return a < b ? a : b; }
static inline size_t pk_max(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t pk_ceil_div(size_t a, size_t b) { return (a + b - 1) / b; }
static inline size_t pk_align(size_t size, size_t alignment) { return (size + alignment - 1) / alignment * alignment; }

/* wanted units to an item, fewer where some workers would go without. */
static inline pk_cut pk_cut_make(size_t parts, size_t units, size_t wanted, size_t workers)
{
    if (workers > 1)
        wanted = pk_min(wanted, units / pk_ceil_div(PK_ITEMS_A_WORKER * workers, parts));
    const size_t an_item = pk_max(1, pk_min(wanted, units));
    return (pk_cut){.parts = parts, .units = units, .units_an_item = an_item, .items_a_part = pk_ceil_div(units, an_item)};
}

/* Needs of an implementation with one phase of such items. */
static inline void pk_needs_cut(pk_needs *needs, pk_cut cut)
{
    *needs = (pk_needs){.phases = 1, .cut = cut};
    needs->items[0] = cut.parts * cut.items_a_part;
}

typedef struct pk_range { size_t part, begin, end; } pk_range;

static inline pk_range pk_cut_range(const pk_cut *cut, size_t item)
{
    const size_t begin = item % cut->items_a_part * cut->units_an_item;
    return (pk_range){item / cut->items_a_part, begin, pk_min(begin + cut->units_an_item, cut->units)};
}

#endif
