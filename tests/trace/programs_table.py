# SPDX-License-Identifier: Apache-2.0
"""
Some forty small programs, each with one defect, and their clean twins. A row: name, language, library, the id and the interface that must be told,
and the statements: "-" only with the defect, "+" only without it; "!" marks the line that must be named. Statements are of NvInferTiny.h and
tiny.py, so most rows could be of any language.
"""
PLAN = """
b = createInferBuilder()
n = createNetwork(b)
c = createConfig(b)
t = relu(n, input(n))
name(t, "out")
markOutput(n, t)
p = build(b, n, c)
end(c)
end(n)
end(b)
"""
ENGINE = PLAN + """
r = createInferRuntime()
e = deserialize(r, planData(p), planSize(p))
end(p)
"""
DEVICE = """
k = primaryContext(0)
pushContext(k)
s = createStream()
m1 = allocate(768)
m2 = allocate(768)
"""
RUN = DEVICE + ENGINE + """
x = createContext(e)
enqueue(x, m1, m2, s)
"""
DOWN = """
end(e)
end(r)
unallocate(m2)
unallocate(m1)
endStream(s)
popContext()
"""
PROGRAMS = [
    # a parent first
    ("builder_config", "c", "85", "PAWL-T001", "IBuilder", "b = createInferBuilder()\nc = createConfig(b)\n-end(b)!\nend(c)\n+end(b)"),
    ("builder_network", "cpp", "82", "PAWL-T001", "IBuilder", "b = createInferBuilder()\nn = createNetwork(b)\n-end(b)!\nend(n)\n+end(b)"),
    ("builder_both", "py", "100", "PAWL-T001", "IBuilder",
     "b = createInferBuilder()\nn = createNetwork(b)\nc = createConfig(b)\n-end(b)!\nend(c)\nend(n)\n+end(b)"),
    ("builder_config_11", "c", "110", "PAWL-T001", "IBuilder", "b = createInferBuilder()\nc = createConfig(b)\n-end(b)!\nend(c)\n+end(b)"),
    ("runtime_engine", "cpp", "85", "PAWL-T001", "IRuntime", ENGINE + "-end(r)!\nend(e)\n+end(r)"),
    ("runtime_engine_82", "py", "82", "PAWL-T001", "IRuntime", ENGINE + "-end(r)!\nend(e)\n+end(r)"),
    ("engine_context", "c", "100", "PAWL-T001", "ICudaEngine", ENGINE + "x = createContext(e)\n-end(e)!\nend(x)\n+end(e)\nend(r)"),
    ("engine_inspector", "cpp", "110", "PAWL-T001", "ICudaEngine", ENGINE + "i = createInspector(e)\n-end(e)!\nend(i)\n+end(e)\nend(r)"),
    ("unique_ptr_order", "raw", "85", "PAWL-T001", "IBuilder", "unique_ptr"),
    # never
    ("config_left", "c", "82", "PAWL-T002", "IBuilderConfig", "b = createInferBuilder()\nc = createConfig(b)!\nsetFlag(c)\n+end(c)\n+end(b)"),
    ("plan_left", "cpp", "85", "PAWL-T002", "IHostMemory", PLAN.replace("p = build(b, n, c)", "p = build(b, n, c)!") + "+end(p)"),
    ("engine_left", "py", "100", "PAWL-T002", "ICudaEngine", ENGINE.replace("planSize(p))", "planSize(p))!") + "+end(e)\n+end(r)"),
    ("context_left", "c", "110", "PAWL-T002", "IExecutionContext", ENGINE + "x = createContext(e)!\n+end(x)\n+end(e)\n+end(r)"),
    # twice
    ("config_twice", "cpp", "100", "PAWL-T003", "IBuilderConfig", "b = createInferBuilder()\nc = createConfig(b)\nend(c)\n-end(c)!\nend(b)"),
    ("plan_twice", "c", "85", "PAWL-T003", "IHostMemory", PLAN + "end(p)\n-end(p)!"),
    ("engine_twice", "py", "85", "PAWL-T003", "ICudaEngine", ENGINE + "end(e)\n-end(e)!\nend(r)"),
    ("builder_twice", "cpp", "110", "PAWL-T003", "IBuilder", "b = createInferBuilder()\nend(b)\n-end(b)!"),
    # after the end
    ("config_used", "c", "85", "PAWL-T004", "IBuilderConfig", "b = createInferBuilder()\nc = createConfig(b)\n+setFlag(c)\nend(c)\n-setFlag(c)!\nend(b)"),
    ("network_used", "cpp", "82", "PAWL-T004", "INetworkDefinition",
     "b = createInferBuilder()\nn = createNetwork(b)\n+t = input(n)\nend(n)\n-t = input(n)!\nend(b)"),
    ("builder_used", "py", "82", "PAWL-T004", "IBuilder", "b = createInferBuilder()\n+c = createConfig(b)\n+end(c)\nend(b)\n-c = createConfig(b)!"),
    ("runtime_used", "c", "100", "PAWL-T004", "IRuntime", "r = createInferRuntime()\n+setThreads(r)\nend(r)\n-setThreads(r)!"),
    ("engine_used", "cpp", "85", "PAWL-T004", "ICudaEngine", ENGINE + "+x = createContext(e)\n+end(x)\nend(e)\n-x = createContext(e)!\nend(r)"),
    ("config_given", "py", "100", "PAWL-T004", "IBuilderConfig",
     PLAN.replace("p = build(b, n, c)\nend(c)", "+p = build(b, n, c)\nend(c)\n-build(b, n, c)!") + "+end(p)"),
    ("plan_used", "c", "110", "PAWL-T004", "IHostMemory", PLAN + "+planSize(p)\nend(p)\n-planSize(p)!"),
    # needed by a build
    ("cache_gone", "cpp", "85", "PAWL-T005", "ITimingCache",
     PLAN.replace("p = build(b, n, c)", "q = createCache(c)\nsetCache(c, q)\n-end(q)\n-p = build(b, n, c)!\n-end(p)\n+p = build(b, n, c)\n+end(q)\n+end(p)")),
    ("cache_gone_10", "py", "100", "PAWL-T005", "ITimingCache",
     PLAN.replace("p = build(b, n, c)", "q = createCache(c)\nsetCache(c, q)\n-end(q)\n-p = build(b, n, c)!\n-end(p)\n+p = build(b, n, c)\n+end(q)\n+end(p)")),
    # under way
    ("context_in_flight", "c", "100", "PAWL-T006", "IExecutionContext",
     RUN + "+synchronize(s)\n-end(x)!\n+end(x)\nsynchronize(s)" + DOWN),
    ("context_in_flight_8", "cpp", "82", "PAWL-T006", "IExecutionContext",
     RUN + "+synchronize(s)\n-end(x)!\n+end(x)\nsynchronize(s)" + DOWN),
    ("memory_in_flight", "c", "110", "PAWL-T007", "IExecutionContext",
     RUN + "+synchronize(s)\n-unallocate(m2)!\n-leave()\nunallocate(m2)\nend(x)" + DOWN.replace("unallocate(m2)\n", "")),
    ("memory_in_flight_85", "cpp", "85", "PAWL-T007", "IExecutionContext",
     RUN + "+synchronize(s)\n-unallocate(m2)!\n-leave()\nunallocate(m2)\nend(x)" + DOWN.replace("unallocate(m2)\n", "")),
    # threads, GPUs
    ("two_threads", "raw", "100", "PAWL-T008", "IExecutionContext", "threads"),
    ("other_gpu", "c", "85", "PAWL-T009", "IExecutionContext",
     RUN + "synchronize(s)\n-k2 = primaryContext(1)\n-pushContext(k2)\n-end(x)!\n-popContext()\n+end(x)" + DOWN),
    ("other_gpu_run", "cpp", "100", "PAWL-T009", "IExecutionContext",
     RUN + "synchronize(s)\n-k2 = primaryContext(1)\n-pushContext(k2)\n-enqueue(x, m1, m2, s)!\n-popContext()\nsynchronize(s)\nend(x)" + DOWN),
    # exit
    ("static_owner", "raw", "85", "PAWL-T010", "IRuntime", "static"),
    ("at_exit", "raw", "82", "PAWL-T010", "IRuntime", "atexit"),
    # not yours, the library's errors, fork
    ("profile_deleted", "c", "85", "PAWL-T011", "IOptimizationProfile", "b = createInferBuilder()\no = createProfile(b)\n-end(o)!\nend(b)"),
    ("no_output", "cpp", "110", "PAWL-T012", "IBuilder", PLAN.replace("markOutput(n, t)", "+markOutput(n, t)").replace(
        "p = build(b, n, c)", "+p = build(b, n, c)\n-build(b, n, c)!") + "+end(p)"),
    ("no_plan", "py", "85", "PAWL-T012", "IRuntime", "r = createInferRuntime()\n-deserialize(r, r, 64)!\nend(r)"),
    ("forked", "raw", "100", "PAWL-T013", "IBuilder", "fork"),
    ("forked_end", "raw", "100", "PAWL-T013", "IBuilder", "fork_end"),
    ("inspector_left", "c", "82", "PAWL-T002", "IEngineInspector", ENGINE + "i = createInspector(e)!\n+end(i)\n+end(e)\n+end(r)"),
]

# What one language alone can say. %(bad)s stands for a line of the defect, %(good)s for one of the twin.
RAW = {
    "unique_ptr": """
#include <memory>
typedef std::unique_ptr<Object> Owner;
int main()
{
    tiny_open();
    Tiny *made = createInferBuilder();
%(bad)s    Owner config((Object *)createConfig(made)), builder((Object *)made); // !
%(good)s    Owner builder((Object *)made), config((Object *)createConfig(made));
    puts("done");
    return 0;
} // !
""",
    "threads": """
static Tiny *context; static uint64_t in, out; static void *gpu;
static void *run(void *stream) { pushContext(gpu); enqueue(context, in, out, stream); synchronize(stream); popContext(); return NULL; } // !
int main()
{
    tiny_open();
    gpu = primaryContext(0);
    pushContext(gpu);
    void *s = createStream(), *s2 = createStream();
    in = allocate(768), out = allocate(768);
    BODY
    context = createContext(e);
    pthread_t a, b2;
    pthread_create(&a, NULL, run, s);
%(good)s    pthread_join(a, NULL);
%(bad)s    pthread_create(&b2, NULL, run, s2); pthread_join(a, NULL);
%(good)s    pthread_create(&b2, NULL, run, s2);
    pthread_join(b2, NULL);
    end(context);
    end(e);
    end(r);
    unallocate(out), unallocate(in);
    endStream(s2), endStream(s);
    popContext();
    puts("done");
    return 0;
}
""",
    "static": """
struct Owner { Tiny *held = nullptr; void reset() { if (held) delete (Object *)held; held = nullptr; } ~Owner() { reset(); } }; // !
static Owner runtime;
int main()
{
    tiny_open();
    runtime.held = createInferRuntime();
%(good)s    runtime.reset();
    puts("done");
    return 0;
}
""",
    "atexit": """
static Tiny *runtime;
static void leave(void) { if (runtime) end(runtime); } // !
int main()
{
    tiny_open();
    runtime = createInferRuntime();
    atexit(leave);
%(good)s    leave(); runtime = NULL;
    puts("done");
    return 0;
}
""",
    "fork_end": """
int main()
{
    tiny_open();
    Tiny *b = createInferBuilder();
    if (fork() == 0) {
%(bad)s        end(b); // !
        _exit(0);
    }
    wait(NULL);
    end(b);
    puts("done");
    return 0;
}
""",
    "fork": """
int main()
{
    tiny_open();
    Tiny *b = createInferBuilder();
    if (fork() == 0) {
%(bad)s        Tiny *c = createConfig(b); end(c); // !
        _exit(0);
    }
    wait(NULL);
    end(b);
    puts("done");
    return 0;
}
""",
}
