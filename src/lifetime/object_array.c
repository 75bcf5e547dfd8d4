/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of handles. Behind the handles there is room for their order of age, so that ending an
 * array allocates nothing:
 *
 *     header { mark, count } | handles[count] | ages[count] { id, index }
 */
#include "base/log.h"
#include "base/memory.h"
#include "base/size.h"
#include "lifetime/diagnosis.h"
#include "lifetime/slot_table.h"

/* Damaged when the array ends, so that a second end is likely to be found. */
#define ARRAY_MARK ((uint64_t)0x70617761727261a5)

typedef struct array_header {
    uint64_t mark;
    uint64_t count;
} array_header;

typedef struct array_age {
    uint64_t id; /* 0: dead or empty */
    size_t index;
} array_age;

pawl_status pawl_object_array_create(size_t count, void ***array)
{
    if (array == NULL)
        return PAWL_ERR_ARGUMENT;
    PW_TRY(pw_table_start());
    size_t size = 0;
    if (!pw_size_mul(count, sizeof(void *) + sizeof(array_age), &size) ||
        !pw_size_add(size, sizeof(array_header), &size))
        return PAWL_ERR_MEMORY;
    array_header *header = pw_calloc(1, size);
    if (header == NULL)
        return PAWL_ERR_MEMORY;
    *header = (array_header){.mark = ARRAY_MARK, .count = count};
    atomic_fetch_add_explicit(&pw_live_arrays, 1, memory_order_relaxed);
    *array = (void **)(header + 1);
    return PAWL_OK;
}

/* Lets the element at root sink until no child is younger... a heap whose top is the oldest. */
static void sift_down(array_age *ages, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count && ages[child + 1].id < ages[child].id)
            child++;
        if (ages[root].id <= ages[child].id)
            return;
        const array_age moved = ages[root];
        ages[root] = ages[child];
        ages[child] = moved;
        root = child;
    }
}

/* Youngest first. Heapsort: in place, and no input makes it slow. */
static void sort_by_age(array_age *ages, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(ages, i, count);
    for (size_t last = count; last-- > 1;) {
        const array_age oldest = ages[0];
        ages[0] = ages[last];
        ages[last] = oldest;
        sift_down(ages, 0, last);
    }
}

/* Which of two outcomes the caller should hear of: a refusal, then any other error, then a deferred
 * end. */
static pawl_status worse(pawl_status a, pawl_status b)
{
    if (a == PAWL_ERR_IN_USE || b == PAWL_ERR_IN_USE)
        return PAWL_ERR_IN_USE;
    if (a < 0 || b < 0)
        return a < 0 ? a : b;
    return a == PAWL_DEFERRED ? a : b;
}

pawl_status pawl_object_array_destroy(void ***array, size_t count)
{
    if (array == NULL || *array == NULL)
        return PAWL_OK;
    void **handles = *array;
    array_header *header = (array_header *)(void *)handles - 1;
    if (header->mark != ARRAY_MARK || header->count != count) {
        pw_log(PAWL_LOG_WARNING,
               "%s: %zu handles are to be ended, but the array was not made with so many",
               pw_diagnosis_id(PW_DIAGNOSIS_NO_ARRAY), count);
        return PAWL_ERR_ARGUMENT;
    }
    array_age *ages = (array_age *)(void *)(handles + count);
    for (size_t i = 0; i < count; i++)
        ages[i] = (array_age){.id = pawl_object_id(handles[i]), .index = i};
    sort_by_age(ages, count);
    pawl_status status = PAWL_OK;
    for (size_t i = 0; i < count; i++)
        status = worse(status, pawl_object_destroy(&handles[ages[i].index]));
    if (status == PAWL_ERR_IN_USE)
        return status; /* the refused ones need their place */
    header->mark = 0;
    pw_free(header);
    atomic_fetch_sub_explicit(&pw_live_arrays, 1, memory_order_release);
    *array = NULL;
    return status;
}
