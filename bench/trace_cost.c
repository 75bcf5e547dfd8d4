/* SPDX-License-Identifier: Apache-2.0 */
/* What pawl trace costs: trace_cost, and again under `pawl trace`, with TINY_LIBRARY and
 * PAWL_CUDA_LIBRARY naming doubles. CPU time a call, the least of five rounds. */
#define _GNU_SOURCE
#include "trace/NvInferTiny.h"

#include <time.h>

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static Tiny *context, *runtime;
static uint64_t in, out;
static void *stream;

static void run_once(void)
{
    enqueue(context, in, out, stream);
}

static void use_once(void)
{
    setThreads(runtime);
}

static void live_once(void)
{
    Tiny *builder = createInferBuilder(), *config = createConfig(builder);
    end(config);
    end(builder);
}

static void measure(const char *what, void (*once)(void), int count)
{
    double least = 1e30;
    for (int round = 0; round < 5; round++) {
        double spent = 0;
        for (int i = 0; i < count; i++) {
            const double begin = now_ns();
            once();
            spent += now_ns() - begin;
            if (once == run_once && i % 64 == 0)
                synchronize(stream);
        }
        least = spent / count < least ? spent / count : least;
    }
    printf("%-42s %9.0f ns\n", what, least);
}

static Tiny *engine_of(void)
{
    Tiny *builder = createInferBuilder(), *network = createNetwork(builder),
         *config = createConfig(builder);
    Tiny *result = relu(network, input(network));
    name(result, "out");
    markOutput(network, result);
    Tiny *plan = build(builder, network, config);
    end(config);
    end(network);
    end(builder);
    Tiny *engine = deserialize(runtime, planData(plan), planSize(plan));
    end(plan);
    return engine;
}

int main(void)
{
    tiny_open();
    runtime = createInferRuntime();
    pushContext(primaryContext(0));
    stream = createStream();
    in = allocate(768);
    out = allocate(768);
    Tiny *engine = engine_of();
    context = createContext(engine);
    measure("a use (setMaxThreads)", use_once, 100000);
    measure("two addresses and a run", run_once, 20000);
    synchronize(stream);
    measure("a builder and a config, made and ended", live_once, 2000);
    end(context);
    end(engine);
    end(runtime);
    unallocate(out);
    unallocate(in);
    endStream(stream);
    popContext();
    return 0;
}
