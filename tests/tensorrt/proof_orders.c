/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All kinds of native objects, made in one chain and ended in orders that put every kind before and
 * behind every other: 42 neighbours in some ten orders, since a builder's birth takes seconds. Then
 * the wrong orders on purpose, without the guard.
 */
#include "backend/tensorrt/trt_engine_calls.h"
#include "tensorrt/proof.h"
#include <stdio.h>

enum { BUILDER, NETWORK, CONFIG, MEMORY, RUNTIME, ENGINE, CONTEXT, KINDS, MOST_ORDERS = 24 };

static const char *const names[KINDS] = {"builder", "network", "config", "memory",
                                         "runtime", "engine",  "context"};

/* What pins each: a kind that must not go before it. */
static const int holders[KINDS][2] = {
    [BUILDER] = {NETWORK, CONFIG}, [NETWORK] = {-1, -1},          [CONFIG] = {-1, -1},
    [MEMORY] = {-1, -1},           [RUNTIME] = {ENGINE, CONTEXT}, [ENGINE] = {CONTEXT, -1},
    [CONTEXT] = {-1, -1}};

typedef struct chain {
    pw_trt_object *at[KINDS];
} chain;

static pawl_status make_build_chain(const pw_trt_library *library, chain *made, pawl_error *error)
{
    PW_TRY(pw_trt_adopt(library, &pw_trt_builder_type, pw_trt_builder_create(library), NULL,
                        &made->at[BUILDER], error));
    pw_trt_native *const builder = made->at[BUILDER]->native;
    PW_TRY(pw_trt_adopt(library, &pw_trt_network_type,
                        pw_trt_builder_network(library, builder, library->strategy->network_flags),
                        made->at[BUILDER], &made->at[NETWORK], error));
    PW_TRY(pw_trt_adopt(library, &pw_trt_config_type, pw_trt_builder_config(library, builder),
                        made->at[BUILDER], &made->at[CONFIG], error));
    if (!trt_small_network(library, made->at[NETWORK]->native))
        return PAWL_ERR_DEVICE;
    return pw_trt_adopt(
        library, &pw_trt_memory_type,
        pw_trt_builder_build(library, builder, made->at[NETWORK]->native, made->at[CONFIG]->native),
        NULL, &made->at[MEMORY], error);
}

static pawl_status make_run_chain(const pw_trt_library *library, chain *made, pawl_error *error)
{
    pw_trt_native *const memory = made->at[MEMORY]->native;
    PW_TRY(pw_trt_adopt(library, &pw_trt_runtime_type, pw_trt_runtime_create(library), NULL,
                        &made->at[RUNTIME], error));
    PW_TRY(pw_trt_adopt(library, &pw_trt_engine_type,
                        pw_trt_runtime_deserialize(library, made->at[RUNTIME]->native,
                                                   pw_trt_memory_data(library, memory),
                                                   pw_trt_memory_size(library, memory)),
                        made->at[RUNTIME], &made->at[ENGINE], error));
    return pw_trt_adopt(library, &pw_trt_context_type,
                        pw_trt_engine_context(library, made->at[ENGINE]->native), made->at[ENGINE],
                        &made->at[CONTEXT], error);
}

static void end_one(proof *of, chain *made, int kind)
{
    bool is_held = false;
    if (made->at[kind] == NULL)
        return;
    for (int i = 0; i < 2; i++)
        is_held = is_held || (holders[kind][i] >= 0 && made->at[holders[kind][i]] != NULL);
    const pawl_status status = pw_object_end(made->at[kind]);
    EXPECT(of, status == (is_held ? PAWL_DEFERRED : PAWL_OK), "ending the %s gave %d", names[kind],
           (int)status);
    made->at[kind] = NULL;
}

/* Orders in which each kind stands at least once just before each other. */
static int find_orders(int orders[MOST_ORDERS][KINDS])
{
    bool is_seen[KINDS][KINDS] = {{false}};
    int left = KINDS * (KINDS - 1), count = 0;
    for (; left > 0 && count < MOST_ORDERS; count++) {
        bool is_used[KINDS] = {false};
        int last = count % KINDS;
        orders[count][0] = last;
        is_used[last] = true;
        for (int i = 1; i < KINDS; i++) {
            int next = -1;
            for (int k = 0; k < KINDS; k++) {
                const int kind = (last + 1 + k) % KINDS;
                if (!is_used[kind] && (next < 0 || (is_seen[last][next] && !is_seen[last][kind])))
                    next = kind;
            }
            left -= !is_seen[last][next];
            is_seen[last][next] = is_used[next] = true;
            orders[count][i] = last = next;
        }
    }
    return left == 0 ? count : 0;
}

static void runtime_first(proof *of)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    chain made = {{NULL}};
    if (make_build_chain(of->library, &made, &error) >= 0) {
        const pw_trt_library *const library = of->library;
        pw_trt_native *const memory = made.at[MEMORY]->native,
                             *const runtime = pw_trt_runtime_create(library),
                             *const engine = pw_trt_runtime_deserialize(
                                 library, runtime, pw_trt_memory_data(library, memory),
                                 pw_trt_memory_size(library, memory));
        const unsigned before = pw_trt_destroy_complaints();
        pw_trt_delete(runtime);
        pw_trt_delete(engine);
        EXPECT(of, pw_trt_destroy_complaints() - before == (library->version >= 8600 ? 1u : 0u),
               "runtime before engine: %u complaints", pw_trt_destroy_complaints() - before);
    }
    for (int kind = KINDS; kind-- > 0;)
        end_one(of, &made, kind);
}

void proof_orders(proof *of)
{
    static int orders[MOST_ORDERS][KINDS];
    const int count = find_orders(orders);
    const unsigned before = pw_trt_destroy_complaints();
    EXPECT(of, count > 0, "the orders do not cover all neighbours");
    proof_forget();
    for (int i = 0; i < count; i++) {
        chain made = {{NULL}};
        pawl_error error = {PAWL_OK, 0, 0, ""};
        pawl_status status = make_build_chain(of->library, &made, &error);
        if (status >= 0)
            status = make_run_chain(of->library, &made, &error);
        EXPECT(of, status >= 0, "order %d: %s", i, error.message);
        for (int k = 0; k < KINDS; k++)
            end_one(of, &made, orders[i][k]);
    }
    EXPECT(of, pw_trt_destroy_complaints() == before && proof_messages()[0] == '\0',
           "under the guard: %s", proof_messages());
    printf("  %d orders of %d kinds, every neighbour\n", count, (int)KINDS);
    trt_wrong_orders(of->library, &of->tally);
    runtime_first(of);
    printf("  beneath the guard: %s", proof_messages());
    proof_forget();
}

void proof_beneath(proof *of)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    chain made = {{NULL}};
    const bool is_made = make_build_chain(of->library, &made, &error) >= 0 &&
                         make_run_chain(of->library, &made, &error) >= 0;
    EXPECT(of, is_made, "%s", error.message);
    if (is_made) {
        const unsigned before = pw_trt_destroy_complaints();
        puts("  an engine is deleted before its context");
        fflush(stdout);
        pw_trt_delete(made.at[ENGINE]->native);
        pw_trt_delete(made.at[CONTEXT]->native);
        made.at[ENGINE]->native = made.at[CONTEXT]->native = NULL;
        printf("  and nothing crashed; %u complaints: %s\n", pw_trt_destroy_complaints() - before,
               proof_messages());
        proof_forget();
    }
    for (int kind = KINDS; kind-- > 0;)
        end_one(of, &made, kind);
}
