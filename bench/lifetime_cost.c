/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What handles cost, in nanoseconds, beside malloc and free in the same run: the median of many
 * rounds, each long enough for the clock. Usage: lifetime_cost [check]: exits with 1 where a figure
 * is above its target.
 */
#include "base/os.h"
#include "lifetime/slot_table.h"

#include <pawl/lifetime_log.h>
#include <pawl/scope.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 51
#define CALLS  20000

static void unmake(pw_object *object)
{
    (void)object;
}

static const pw_type image_type = {
    .name = "image", .size = sizeof(pw_object), .unmake = unmake, .role = PW_ROLE_PICTURE};

static void *make(void)
{
    pw_object *made = NULL;
    pawl_object_at(__FILE__, __LINE__); /* as the create macros do */
    if (pw_object_make(&image_type, NULL, 0, &made, NULL) < 0)
        abort();
    return pw_object_publish(made);
}

static void *subject; /* a live object */
static pw_object *child_parent;

/* --- what is measured; each makes CALLS calls --- */

static void malloc_free(void)
{
    for (int i = 0; i < CALLS; i++) {
        void *volatile memory = malloc(sizeof(pw_object));
        free(memory);
    }
}

static void create_destroy(void)
{
    for (int i = 0; i < CALLS; i++) {
        void *handle = make();
        (void)pawl_object_destroy(&handle);
    }
}

static void create_destroy_child(void)
{
    pw_object *const parents[] = {child_parent};
    for (int i = 0; i < CALLS; i++) {
        pw_object *made = NULL;
        if (pw_object_make(&image_type, parents, 1, &made, NULL) < 0)
            abort();
        void *handle = pw_object_publish(made);
        (void)pawl_object_destroy(&handle);
    }
}

static void create_in_scope(void)
{
    for (int i = 0; i < CALLS; i++) {
        PAWL_SCOPE(scope);
        (void)make();
    }
}

static void resolve(void)
{
    for (int i = 0; i < CALLS; i++) {
        pw_object *used = NULL;
        if (pw_object_use(subject, &image_type, &used, NULL) < 0)
            abort();
        pw_object_release(used);
    }
}

/* What every use of a handle begins with. */
static bool is_alive(const void *handle)
{
    const uint64_t bits = pw_handle_bits(handle);
    const pw_slot *slot = pw_handle_slot(bits);
    return slot != NULL &&
           pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), bits);
}

static void check(void)
{
    for (int i = 0; i < CALLS; i++)
        if (!is_alive(subject))
            abort();
}

static void lock_unlock(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < CALLS; i++) {
        (void)pthread_mutex_lock(&mutex);
        (void)pthread_mutex_unlock(&mutex);
    }
}

/* --- */

static int compare(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return first < second ? -1 : first > second;
}

static double median_ns(void (*calls)(void))
{
    double times[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t start = pw_os_clock_ns();
        calls();
        times[round] = (double)(pw_os_clock_ns() - start) / CALLS;
    }
    qsort(times, ROUNDS, sizeof times[0], compare);
    return times[ROUNDS / 2];
}

typedef struct row {
    const char *name;
    void (*calls)(void);
    double target_ns; /* 0: for comparison */
} row;

int main(int count, char **arguments)
{
    static const row rows[] = {
        {"malloc + free of as many bytes", malloc_free, 0},
        {"lock + unlock of a mutex", lock_unlock, 0},
        {"create + destroy of an empty object", create_destroy, 100},
        {"create + destroy of a child", create_destroy_child, 0},
        {"create in a scope of its own, and its end", create_in_scope, 0},
        {"resolving a handle and keeping it alive", resolve, 10},
        {"checking a handle", check, 3},
    };
    bool is_within = true;
    subject = make();
    if (pw_object_use(subject, &image_type, &child_parent, NULL) < 0)
        return EXIT_FAILURE;
    for (size_t i = 0; i < PW_COUNT(rows); i++) {
        const double ns = median_ns(rows[i].calls);
        printf("%-44s %7.2f ns", rows[i].name, ns);
        if (rows[i].target_ns > 0) {
            printf("   target %.0f ns%s", rows[i].target_ns,
                   ns < rows[i].target_ns ? "" : " MISSED");
            is_within &= ns < rows[i].target_ns;
        }
        printf("\n");
    }
    if (pawl_lifetime_record_begin() < 0)
        return EXIT_FAILURE;
    printf("%-44s %7.2f ns\n", "create + destroy while being recorded", median_ns(create_destroy));
    pawl_lifetime_record_end();
    pw_object_release(child_parent);
    (void)pawl_object_destroy(&subject);
    return is_within || count < 2 || strcmp(arguments[1], "check") != 0 ? EXIT_SUCCESS
                                                                        : EXIT_FAILURE;
}
