/* SPDX-License-Identifier: Apache-2.0 */
/* What must fail: plans cut short or of another make, a GPU that is not there, and each call of the
 * driver in turn. One sentence each, nothing left, and the next attempt succeeds. */
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_watch.h"
#include "gpu/driver.h"
#include "tensorrt/proof.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void try_bytes(proof *of, pw_trt_native *runtime, const void *data, size_t size,
                      const char *what)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pw_trt_native *const engine = pw_trt_runtime_deserialize(of->library, runtime, data, size);
    EXPECT(of, engine == NULL && watch.first[0] != '\0', "%s is taken", what);
    printf("  %s: %s\n", what, watch.first);
    pw_trt_watch_forget();
    pw_trt_delete(engine);
}

static void try_damage(proof *of, pawl_plan *plan)
{
    pawl_artifact_info artifact = PAWL_ARTIFACT_INFO_INIT;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    EXPECT(of, pawl_plan_artifact_get(plan, 0, &artifact, &error) >= 0, "%s", error.message);
    unsigned char *const copy = malloc(artifact.size);
    pw_trt_native *const runtime = pw_trt_runtime_create(of->library);
    if (copy != NULL && runtime != NULL) {
        memcpy(copy, artifact.data, artifact.size);
        try_bytes(of, runtime, copy, artifact.size / 2, "half a plan");
        try_bytes(of, runtime, copy, 16, "sixteen bytes of a plan");
        memset(copy, 'x', 64);
        try_bytes(of, runtime, copy, artifact.size, "another file");
    }
    pw_trt_delete(runtime);
    free(copy);
}

static pawl_status open_on(pawl_plan *plan, int32_t gpu, pawl_error *error)
{
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    desc.gpu = gpu;
    pawl_status status = pawl_runtime_create(&desc, &runtime, error);
    if (status >= 0)
        status = pawl_engine_create(runtime, plan, &engine, error);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    return status;
}

void proof_refusals(proof *of)
{
    pawl_plan *plan = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    const proof_shape shape = {1, 1, of->side, of->side, of->side, 1};
    if (!proof_build(of, &shape, &plan))
        return;
    try_damage(of, plan);
    EXPECT(of, open_on(plan, 64, &error) == PAWL_ERR_DEVICE, "GPU 64: %s", error.message);
    printf("  GPU 64: %s\n", error.message);
    EXPECT(of, open_on(plan, 0, &error) == PAWL_OK, "GPU 0: %s", error.message);
    (void)pawl_plan_destroy(&plan);
}

/* --- driver --- */

/* Opens, detects and closes. */
static pawl_status use(proof *of, pawl_plan *plan, pawl_error *error)
{
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    pawl_status status = pawl_runtime_create(NULL, &runtime, error);
    if (status >= 0)
        status = pawl_engine_create(runtime, plan, &engine, error);
    if (status >= 0 && !proof_detector(engine, 1, &context, &detector, error))
        status = error->status;
    for (int i = 0; status >= 0 && i < 2; i++)
        status = pawl_detector_run(detector, &of->image, 1, &found, NULL, error);
    (void)pawl_detector_destroy(&detector);
    (void)pawl_context_destroy(&context);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
    return status;
}

static const char *const functions[] = {
#define FUNCTION_NAME(name, parameters) #name,
    PW_CUDA_FUNCTION_MAP(FUNCTION_NAME)
#ifdef PW_CUDA_OPTIONAL_MAP
        PW_CUDA_OPTIONAL_MAP(FUNCTION_NAME)
#endif
#undef FUNCTION_NAME
};

/* Ends and questions of no consequence: their failure is nobody's error. */
static bool may_fail_unseen(const char *function)
{
    static const char *const words[] = {"Destroy", "Free",  "Release", "Pop",     "GetErrorString",
                                        "Unload",  "Query", "cuInit",  "Version", "DeviceGetCount"};
    for (size_t i = 0; i < PW_COUNT(words); i++)
        if (strstr(function, words[i]) != NULL)
            return true;
    return false;
}

static struct {
    unsigned (*calls)(const char *function);
    void (*forget)(void);
} shim;

static unsigned fail_each(proof *of, pawl_plan *plan, const char *function, unsigned calls)
{
    enum { MOST = 12 };
    unsigned failed = 0;
    for (unsigned n = 1; n <= calls && n <= MOST; n++) {
        char order[96];
        pawl_error error = {PAWL_OK, 0, 0, ""};
        const size_t living = pawl_object_count();
        snprintf(order, sizeof order, "%s:%u", function, n);
        shim.forget();
        setenv("FAIL_CUDA", order, 1);
        const pawl_status status = use(of, plan, &error);
        unsetenv("FAIL_CUDA");
        EXPECT(of, status >= 0 || error.message[0] != '\0', "%s: no sentence", order);
        EXPECT(of, pawl_object_count() == living, "%s: %zu objects are left", order,
               pawl_object_count() - living);
        failed += status < 0;
    }
    return failed;
}

/* Runs ask the driver for nothing that stays. */
static void count_makings(proof *of, pawl_plan *plan)
{
    static const char *const makings[] = {"cuMemAlloc_v2",  "cuMemHostAlloc",
                                          "cuStreamCreate", "cuModuleLoadData",
                                          "cuEventCreate",  "cuGraphInstantiateWithFlags"};
    enum { WARM = 20, RUNS = 200 };
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    unsigned before[PW_COUNT(makings)] = {0};
    const unsigned runs = of->runs < RUNS ? of->runs : RUNS;
    bool is_right = pawl_runtime_create(NULL, &runtime, &error) >= 0 &&
                    pawl_engine_create(runtime, plan, &engine, &error) >= 0 &&
                    proof_detector(engine, 1, &context, &detector, &error);
    for (unsigned i = 0; is_right && i < WARM + runs; i++) {
        for (size_t k = 0; i == WARM && k < PW_COUNT(makings); k++)
            before[k] = shim.calls(makings[k]);
        is_right = pawl_detector_run(detector, &of->image, 1, &found, NULL, &error) >= 0;
    }
    EXPECT(of, is_right, "%s", error.message);
    for (size_t k = 0; is_right && k < PW_COUNT(makings); k++)
        EXPECT(of, shim.calls(makings[k]) == before[k], "%u runs called %s %u times", runs,
               makings[k], shim.calls(makings[k]) - before[k]);
    printf("  %u runs make nothing on the device\n", runs);
    (void)pawl_detector_destroy(&detector);
    (void)pawl_context_destroy(&context);
    (void)pawl_engine_destroy(&engine);
    (void)pawl_runtime_destroy(&runtime);
}

void proof_driver(proof *of)
{
    const char *const named = getenv("PAWL_CUDA_LIBRARY");
    void *const library = named != NULL ? dlopen(named, RTLD_NOW | RTLD_NOLOAD) : NULL;
    void *symbol = library != NULL ? dlsym(library, "failing_cuda_calls") : NULL;
    unsigned calls[PW_COUNT(functions)];
    pawl_plan *plan = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    memcpy(&shim.calls, &symbol, sizeof symbol);
    symbol = library != NULL ? dlsym(library, "failing_cuda_forget") : NULL;
    memcpy(&shim.forget, &symbol, sizeof symbol);
    EXPECT(of, shim.calls != NULL && shim.forget != NULL,
           "PAWL_CUDA_LIBRARY must name failing_cuda");
    const proof_shape shape = {1, 1, of->side, of->side, of->side, 1};
    if (shim.calls == NULL || shim.forget == NULL || !proof_build(of, &shape, &plan))
        return;
    EXPECT(of, use(of, plan, &error) >= 0, "%s", error.message);
    for (size_t i = 0; i < PW_COUNT(functions); i++)
        calls[i] = shim.calls(functions[i]);
    EXPECT(of, use(of, plan, &error) >= 0, "%s", error.message);
    for (size_t i = 0; i < PW_COUNT(functions); i++)
        calls[i] = shim.calls(functions[i]) - calls[i]; /* of one use */
    for (size_t i = 0; i < PW_COUNT(functions); i++) {
        if (calls[i] == 0 || may_fail_unseen(functions[i]))
            continue;
        const unsigned failed = fail_each(of, plan, functions[i], calls[i]);
        printf("  %s: %u calls, %u of their failures are errors\n", functions[i], calls[i], failed);
    }
    EXPECT(of, use(of, plan, &error) >= 0, "afterwards: %s", error.message);
    count_makings(of, plan);
    (void)pawl_plan_destroy(&plan);
}
