/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All 362,880 orders of ending the nine types of objects, on stubs with the real pins. Each end
 * must give exactly the status that a model of the rules gives, and no object may be unmade while
 * one that pins it is not. Usage: all_orders deferred|strict
 */
#include "base/compiler.h"
#include "lifetime/handle.h"

#include <pawl/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 9

typedef struct stub {
    pw_object base;
    int kind;
} stub;

typedef struct kind {
    pw_type type;
    int parents[2]; /* indices into kinds, -1: none */
} kind;

static void stub_unmake(pw_object *object);

#define STUB(words)                                                                       \
    {                                                                                     \
        .name = (words), .size = sizeof(stub), .unmake = stub_unmake, .role = PW_ROLE_RUN \
    }
static const kind kinds[COUNT] = {
    {STUB("weights"), {-1, -1}}, {STUB("network"), {0, -1}},  {STUB("builder"), {-1, -1}},
    {STUB("plan"), {-1, -1}},    {STUB("runtime"), {-1, -1}}, {STUB("engine"), {4, 3}},
    {STUB("context"), {5, -1}},  {STUB("detector"), {6, -1}}, {STUB("image"), {-1, -1}},
};

/* The model: who is ended for the user, and who is gone. */
static bool is_ended[COUNT], is_unmade[COUNT];
static bool was_unmade_too_early;

static bool pins(int child, int parent)
{
    return kinds[child].parents[0] == parent || kinds[child].parents[1] == parent;
}

static bool is_held(int parent)
{
    for (int child = 0; child < COUNT; child++)
        if (pins(child, parent) && !is_unmade[child])
            return true;
    return false;
}

static void stub_unmake(pw_object *object)
{
    const int self = ((stub *)object)->kind;
    was_unmade_too_early |= is_unmade[self] || is_held(self);
    is_unmade[self] = true;
}

static bool make_all(void *handles[COUNT])
{
    pw_object *objects[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pw_object *parents[2] = {NULL, NULL};
        for (int k = 0; k < 2; k++)
            if (kinds[i].parents[k] >= 0)
                parents[k] = objects[kinds[i].parents[k]];
        stub *made = NULL;
        if (pw_object_make(&kinds[i].type, parents, 2, &made, NULL) != PAWL_OK)
            return false;
        made->kind = i;
        objects[i] = &made->base;
        handles[i] = pw_object_publish(made);
        is_ended[i] = is_unmade[i] = false;
    }
    was_unmade_too_early = false;
    return true;
}

/* Ends one; false where the rules say otherwise. */
static bool end_one(void **handle, int self, bool is_strict)
{
    const bool was_held = is_held(self);
    void *const copy = *handle;
    const pawl_status status = pw_object_destroy_handle(handle, &kinds[self].type);
    if (was_held && is_strict)
        return status == PAWL_ERR_IN_USE && *handle == copy && pawl_object_id(copy) != 0 &&
               !is_unmade[self];
    is_ended[self] = true;
    if (*handle != NULL || pawl_object_id(copy) != 0)
        return false;
    if (was_held)
        return status == PAWL_DEFERRED && !is_unmade[self];
    return status == PAWL_OK && is_unmade[self];
}

/* What nobody holds and the user has ended must be gone. */
static bool is_nothing_kept(void)
{
    for (int i = 0; i < COUNT; i++)
        if (is_ended[i] && !is_unmade[i] && !is_held(i))
            return false;
    return true;
}

static bool check_order(const int order[COUNT], bool is_strict)
{
    void *handles[COUNT];
    if (!make_all(handles))
        return false;
    bool is_right = true;
    int left = COUNT;
    /* Strict: what was refused is tried again. */
    for (int pass = 0; left > 0 && pass < COUNT; pass++) {
        left = 0;
        for (int i = 0; i < COUNT; i++) {
            const int self = order[i];
            if (handles[self] == NULL)
                continue;
            is_right &= end_one(&handles[self], self, is_strict) && is_nothing_kept();
            left += handles[self] != NULL;
        }
        is_right &= is_strict || pass == 0;
    }
    return is_right && left == 0 && pawl_object_count() == 0 && !was_unmade_too_early;
}

/* The next order in the dictionary; false after the last. */
static bool next_order(int order[COUNT])
{
    int i = COUNT - 1;
    while (i > 0 && order[i - 1] >= order[i])
        i--;
    if (i == 0)
        return false;
    int j = COUNT - 1;
    while (order[j] <= order[i - 1])
        j--;
    const int moved = order[i - 1];
    order[i - 1] = order[j];
    order[j] = moved;
    for (int low = i, high = COUNT - 1; low < high; low++, high--) {
        const int swapped = order[low];
        order[low] = order[high];
        order[high] = swapped;
    }
    return true;
}

static void print_order(const int order[COUNT])
{
    printf("FAILED:");
    for (int i = 0; i < COUNT; i++)
        printf(" %s", kinds[order[i]].type.name);
    printf("\n");
}

int main(int argument_count, char **arguments)
{
    const bool is_strict = argument_count > 1 && strcmp(arguments[1], "strict") == 0;
    if (pawl_lifetime_set(is_strict ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED) != PAWL_OK)
        return EXIT_FAILURE;
    int order[COUNT] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    long passed = 0, failed = 0;
    do {
        if (check_order(order, is_strict)) {
            passed++;
        } else if (failed++ < 10) {
            print_order(order);
        }
    } while (next_order(order));
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
