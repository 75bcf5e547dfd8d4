// SPDX-License-Identifier: Apache-2.0
// hostile MODE: what a traced program may do to itself. Each prints what it prints untraced.
#include "NvInferTiny.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>
#include <vector>

struct Object { virtual ~Object() = 0; void *impl; };

static int is(const char *mode, const char *wanted) { return strcmp(mode, wanted) == 0; }

static void defect(void)
{
    Tiny *b = createInferBuilder();
    Tiny *c = createConfig(b);
    end(b);
    end(c);
}

static jmp_buf out;
static void throwing_log(void *, int32_t severity, const char *) { if (severity <= 1) throw std::runtime_error("from the logger"); }
static void jumping_log(void *, int32_t severity, const char *) { if (severity <= 1) longjmp(out, 1); }

// An error of the library within a call leaves it by an exception or a longjmp; calls after it are the program's own again.
static void leave_by(void (*log)(void *, int32_t, const char *))
{
    Tiny *r = createInferRuntime();
    tiny_logger()->vtable[0] = (void *)log;
    try {
        if (setjmp(out) == 0)
            deserialize(r, "nonsense that is no plan, and long enough to be looked at as one", 64);
        else
            puts("jumped");
    } catch (const std::runtime_error &error) {
        puts(error.what());
    }
    Tiny *b = createInferBuilder(), *c = createConfig(b);
    end(c);
    end(b);
    end(r);
}

static void use_other(const char *path)
{
    void *const other = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    const int32_t version = ((int32_t(*)(void))dlsym(other, "getInferLibVersion"))();
    printf("the other is %d\n", (int)version);
    Tiny *(*make)(void *, int32_t) = (Tiny * (*)(void *, int32_t)) dlsym(other, "createInferRuntime_INTERNAL");
    Tiny *r = make(tiny_logger(), version);
    end(r);
}

// delete, of 8.x's parser: its destructors stand behind its methods
static void end_parser(Tiny *parser) { ((void (*)(Tiny *))parser->vtable[10])(parser); }

static void many_threads(void)
{
    tiny_logger();
    std::vector<std::thread> threads;
    for (int i = 0; i < 40; i++) // more than are kept after their end, so that one thread gets the storage that another is giving up
        threads.emplace_back([] {
            for (int k = 0; k < 200; k++) {
                Tiny *b = createInferBuilder(), *n = createNetwork(b), *c = createConfig(b);
                name(relu(n, input(n)), "out");
                end(c);
                end(n);
                end(b);
            }
        });
    for (std::thread &each : threads)
        each.join();
}

static void reclaim(void)
{
    for (int i = 0; i < 6000; i++) { // more than are kept after their end
        Tiny *b = createInferBuilder(), *n = createNetwork(b);
        tensorName(relu(n, input(n)));
        end(n);
        end(b);
    }
}

// What comes from a library of its own, for an object of TensorRT's: a parser for a network, a refitter for an engine.
static void use_companions(const char *mode, const char *path)
{
    typedef Tiny *(*factory)(Tiny *, void *, int32_t);
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const factory parser_for = (factory)dlsym(library, "createNvOnnxParser_INTERNAL"), refitter_for = (factory)dlsym(library, "createInferRefitter_INTERNAL");
    Tiny *b = createInferBuilder(), *n = createNetwork(b), *c = createConfig(b);
    Tiny *const parser = parser_for(n, tiny_logger(), tiny_version);
    printf("%d errors\n", ((int32_t(*)(Tiny *))parser->vtable[6])(parser));
    Tiny *const t = relu(n, input(n));
    name(t, "out");
    markOutput(n, t);
    if (is(mode, "parser_gone"))
        end_parser(parser);
    Tiny *const p = build(b, n, c);
    if (is(mode, "network_first"))
        end(n);
    if (!is(mode, "parser_gone"))
        end_parser(parser);
    if (!is(mode, "network_first"))
        end(n);
    end(c);
    end(b);
    Tiny *const r = createInferRuntime(), *const e = deserialize(r, planData(p), planSize(p));
    end(p);
    if (is(mode, "engine_gone"))
        end(e);
    Tiny *const refitter = refitter_for(e, tiny_logger(), tiny_version);
    if (refitter != NULL)
        end(refitter);
    if (!is(mode, "engine_gone"))
        end(e);
    end(r);
}

// So many contexts of one engine at once, the oldest ended first.
static void many_contexts(int wanted)
{
    Tiny *b = createInferBuilder(), *n = createNetwork(b), *c = createConfig(b), *t = relu(n, input(n));
    name(t, "out");
    markOutput(n, t);
    Tiny *p = build(b, n, c);
    end(c);
    end(n);
    end(b);
    Tiny *r = createInferRuntime(), *e = deserialize(r, planData(p), planSize(p));
    end(p);
    std::vector<Tiny *> contexts;
    for (int i = 0; i < wanted; i++)
        contexts.push_back(createContext(e));
    for (Tiny *each : contexts)
        end(each);
    end(e);
    end(r);
}

// No file may grow any more, and more is made than the log has room for; all of it is ended.
static void fill_log(void)
{
    struct rlimit none = {1 << 16, 1 << 16};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    std::vector<Tiny *> made;
    for (int i = 0; i < 1000; i++)
        made.push_back(createInferRuntime());
    for (Tiny *each : made)
        end(each);
}

// The second plugin takes the first one's place in memory; both are opened from where the program then leaves.
static void reload(const char *first, const char *second)
{
    for (const char *path : {first, second}) {
        void *const plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (plugin == NULL)
            exit(9);
        if (path == second)
            (void)!chdir("/");
        ((void (*)(void))dlsym(plugin, "work"))();
        dlclose(plugin);
    }
}

static void many_children(int wanted)
{
    for (int i = 0; i < wanted; i++)
        if (fork() == 0) {
            defect();
            exit(0);
        }
    while (wait(NULL) > 0)
        continue;
}

struct Owner {
    Tiny *held;
    ~Owner() { if (held != NULL) end(held); }
};
static Owner owner;

int main(int count, char **arguments)
{
    const char *mode = arguments[1];
    if (is(mode, "nothing"))
        return puts("nothing") < 0;
    if (is(mode, "reload"))
        return reload(arguments[2], arguments[3]), 0;
    tiny_open();
    if (is(mode, "contexts"))
        return many_contexts(atoi(arguments[2])), 0;
    if (is(mode, "fill"))
        return fill_log(), 0;
    if (is(mode, "children"))
        return many_children(atoi(arguments[2])), 0;
    if (is(mode, "static"))
        return owner.held = createInferRuntime(), 0;
    if (is(mode, "fork") && fork() == 0) {
        Tiny *b = createInferBuilder();
        _exit(b == NULL);
    }
    if (is(mode, "fork"))
        wait(NULL);
    if (is(mode, "exec")) {
        createInferBuilder();
        execl(arguments[0], arguments[0], "defect", (char *)NULL);
    }
    if (is(mode, "closed"))
        for (int i = 3; i < 1024; i++)
            close(i);
    if (is(mode, "twice"))
        use_other(arguments[2]);
    if (count == 4 && is(arguments[3], "companions"))
        return use_companions(mode, arguments[2]), 0;
    if (is(mode, "throw"))
        return leave_by(throwing_log), 0;
    if (is(mode, "jump"))
        return leave_by(jumping_log), 0;
    if (is(mode, "threads"))
        return many_threads(), 0;
    if (is(mode, "reclaim"))
        return reclaim(), 0;
    if (is(mode, "disk")) {
        struct rlimit none = {0, 0};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &none);
        return many_threads(), 0;
    }
    defect();
    printf("pid of my own, %d words\n", count);
    fflush(stdout);
    if (is(mode, "segv"))
        raise(SIGSEGV);
    if (is(mode, "kill"))
        kill(getpid(), SIGKILL);
    if (is(mode, "term"))
        kill(getppid(), SIGTERM), pause();
    if (is(mode, "_exit"))
        _exit(7);
    if (is(mode, "thread_exit"))
        std::thread([] { exit(5); }).join();
    if (is(mode, "in_call")) {
        Tiny *r = createInferRuntime();
        tiny_logger()->vtable[0] = (void *)+[](void *, int32_t, const char *) { raise(SIGABRT); };
        deserialize(r, "nonsense that is no plan, and long enough to be looked at as one", 64);
    }
    return 3;
}
