/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime, engine, context. Device addresses are host memory: those of the driver double. */
#include "doubles/tensorrt/double_methods.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static object *face(void *made)
{
    return made != NULL ? &((body *)made)->face : NULL;
}

/* Runtime */

static void end_runtime(object *self)
{
    runtime *const own = self->first->owner;
    double_check(&own->body, own->engines, 8600, "Runtime", "mEngineCounter", 346,
                 "Destroying a runtime before destroying deserialized engines created by the "
                 "runtime leads to undefined behavior.");
    double_drop(own->engines);
    double_free(own);
}

object *double_runtime_new(void *logger)
{
    runtime *const made =
        double_make(sizeof *made, CLASS_VRuntime, CLASS_COUNT, end_runtime, logger, NULL);
    if (made == NULL)
        return NULL;
    made->threads = 1;
    made->engines = double_counter();
    return face(made);
}

bool VRuntime_setMaxThreads(inner *self, int32_t threads)
{
    if (ENTER(self) || threads < 1)
        return false;
    ((runtime *)self->owner)->threads = threads;
    return true;
}

void VRuntime_setEngineHostCodeAllowed(inner *self, bool is_allowed)
{
    (void)ENTER(self);
    ((runtime *)self->owner)->allows_host_code = is_allowed;
}

int32_t VRuntime_getMaxThreads(inner *self)
{
    return ENTER(self) ? -1 : ((const runtime *)self->owner)->threads;
}

static void drop_choices(choices *own)
{
    if (own == NULL || atomic_fetch_sub(&own->uses, 1) > 1)
        return;
    (void)pthread_mutex_destroy(&own->mutex);
    free(own);
}

static choices *make_choices(void)
{
    choices *const made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    (void)pthread_mutex_init(&made->mutex, NULL);
    atomic_init(&made->uses, 1);
    return made;
}

static void end_engine(object *self)
{
    engine *const own = self->first->owner;
    double_check(&own->body, own->contexts, 110000, "CudaEngine", "mExecutionContextCounter", 0,
                 "Destroying an engine object before destroying the IExecutionContext objects it "
                 "created leads to undefined behavior.");
    double_check(&own->body, own->inspectors, 110000, "CudaEngine", "mEngineInspectorCounter", 0,
                 "Destroying an engine object before destroying the IEngineInspector objects it "
                 "created leads to undefined behavior.");
    double_drop(own->contexts);
    double_drop(own->inspectors);
    drop_choices(own->choices);
    free(own->blob);
    double_free(own);
}

/* Inputs first, then the outputs, last marked first: NVIDIA promises no order, so nobody may count
 * on one. */
static void list_tensors(engine *own)
{
    for (int32_t i = 0; i < own->graph.value_count && own->tensor_count < MAX_TENSORS; i++)
        if (own->graph.values[i].producer < 0)
            own->tensors[own->tensor_count++] = i;
    for (int32_t mark = MAX_TENSORS; mark >= 0; mark--)
        for (int32_t i = 0; i < own->graph.value_count && own->tensor_count < MAX_TENSORS; i++)
            if (own->graph.values[i].output_at == mark)
                own->tensors[own->tensor_count++] = i;
}

object *VRuntime_deserializeCudaEngine(inner *self, const void *data, size_t size)
{
    runtime *const own = self->owner;
    void *blob = NULL;
    graph read = {.values = NULL};
    if (ENTER(self) ||
        !double_plan_read(own->body.logger, data, size, own->allows_host_code, &blob, &read))
        return NULL;
    engine *const made = double_make(sizeof *made, CLASS_VCudaEngine, CLASS_COUNT, end_engine,
                                     own->body.logger, own->engines);
    if (made == NULL) {
        free(blob);
        return NULL;
    }
    made->blob = blob;
    made->graph = read;
    made->choices = make_choices();
    made->contexts = double_counter();
    made->inspectors = double_counter();
    list_tensors(made);
    return face(made);
}

/* Engine */

static int32_t find_tensor(const engine *own, const char *name)
{
    for (int32_t i = 0; name != NULL && i < own->tensor_count; i++)
        if (strcmp(own->graph.values[own->tensors[i]].name, name) == 0)
            return i;
    double_say(
        own->body.logger, SEVERITY_ERROR,
        "Error Code 3: API Usage Error (Given invalid tensor name: %s. Get valid tensor names with "
        "getIOTensorName())",
        name != NULL ? name : "NULL");
    return -1;
}

static const value *tensor_at(const engine *own, int32_t index)
{
    return index >= 0 && index < own->tensor_count ? &own->graph.values[own->tensors[index]] : NULL;
}

static bool is_input(const value *tensor)
{
    return tensor != NULL && tensor->producer < 0;
}

/* With -1 where the shape is known at run time; count -1: no such tensor. */
static native_dims build_dims(const engine *own, int32_t index)
{
    native_dims none = {.count = -1};
    char why[160];
    if (tensor_at(own, index) == NULL)
        return none;
    shape *const shapes = calloc((size_t)own->graph.value_count, sizeof *shapes);
    if (shapes == NULL)
        return none;
    for (int32_t i = 0; i < own->graph.value_count; i++)
        shapes[i] = own->graph.values[i].dims;
    if (graph_infer(&own->graph, shapes, why, sizeof why))
        none = double_dims(&shapes[own->tensors[index]]);
    free(shapes);
    return none;
}

int32_t VCudaEngine_getNbIOTensors(inner *self)
{
    (void)ENTER(self);
    return ((const engine *)self->owner)->tensor_count;
}

const char *VCudaEngine_getIOTensorName(inner *self, int32_t index)
{
    const value *const tensor = tensor_at(self->owner, index);
    return ENTER(self) || tensor == NULL ? NULL : tensor->name;
}

int32_t VCudaEngine_getTensorIOMode(inner *self, const char *name)
{
    (void)ENTER(self);
    const value *const tensor = tensor_at(self->owner, find_tensor(self->owner, name));
    return tensor == NULL ? 0 : is_input(tensor) ? 1 : 2;
}

int32_t VCudaEngine_getTensorDataType(inner *self, const char *name)
{
    (void)ENTER(self);
    const value *const tensor = tensor_at(self->owner, find_tensor(self->owner, name));
    return tensor != NULL ? tensor->type : 0;
}

native_dims VCudaEngine_getTensorShape(inner *self, const char *name)
{
    (void)ENTER(self);
    return build_dims(self->owner, find_tensor(self->owner, name));
}

int32_t VCudaEngine_getNbOptimizationProfiles(inner *self)
{
    (void)ENTER(self);
    return ((const engine *)self->owner)->graph.profile_count;
}

/* Bindings stand once for each profile. */
int32_t VCudaEngine_getNbBindings(inner *self)
{
    const engine *const own = self->owner;
    (void)ENTER(self);
    return own->tensor_count * own->graph.profile_count;
}

int32_t VCudaEngine_getBindingIndex(inner *self, const char *name)
{
    (void)ENTER(self);
    return find_tensor(self->owner, name);
}

/* Those of profiles behind the first have " [profile 1]" behind their names,
 * which nobody asks for. */
const char *VCudaEngine_getBindingName(inner *self, int32_t index)
{
    const value *const tensor = tensor_at(self->owner, index);
    return ENTER(self) || tensor == NULL ? NULL : tensor->name;
}

native_dims VCudaEngine_getBindingDimensions(inner *self, int32_t index)
{
    (void)ENTER(self);
    return build_dims(self->owner, index);
}

bool VCudaEngine_bindingIsInput(inner *self, int32_t index)
{
    (void)ENTER(self);
    return is_input(tensor_at(self->owner, index));
}

int32_t VCudaEngine_getBindingDataType(inner *self, int32_t index)
{
    (void)ENTER(self);
    const value *const tensor = tensor_at(self->owner, index);
    return tensor != NULL ? tensor->type : 0;
}

static void end_child(object *self)
{
    double_free(self->first->owner);
}

object *VCudaEngine_createEngineInspector(inner *self)
{
    engine *const own = self->owner;
    if (ENTER(self))
        return NULL;
    return face(double_make(sizeof(body), CLASS_VEngineInspector, CLASS_COUNT, end_child,
                            own->body.logger, own->inspectors));
}

static bool has_dynamic_input(const engine *own)
{
    for (int32_t i = 0; i < own->tensor_count; i++)
        if (is_input(tensor_at(own, i)) && shape_volume(&tensor_at(own, i)->dims) < 0)
            return true;
    return false;
}

/* Up to 9.x a profile of dynamic shapes serves one context at a time. */
static bool choose_profile(context *own, int32_t index)
{
    const engine *const of = own->engine;
    choices *const chosen = own->choices;
    const bool is_exclusive = double_version() < 100000 && has_dynamic_input(of);
    if (index < 0 || index >= of->graph.profile_count)
        return false;
    (void)pthread_mutex_lock(&chosen->mutex);
    const bool is_free = !is_exclusive || chosen->by[index] == NULL || chosen->by[index] == own;
    if (is_free && is_exclusive) {
        for (int32_t i = 0; i < MAX_PROFILES; i++)
            if (chosen->by[i] == own)
                chosen->by[i] = NULL;
        chosen->by[index] = own;
    }
    (void)pthread_mutex_unlock(&chosen->mutex);
    if (!is_free)
        double_say(own->body.logger, SEVERITY_ERROR,
                   "3: [executionContext.cpp::setOptimizationProfileInternal::753] Error Code 3: "
                   "Internal Error (Profile %d has been chosen by another IExecutionContext. Use "
                   "another profileIndex or destroy the IExecutionContext that use this profile.)",
                   (int)index);
    else
        own->profile = index;
    return is_free;
}

static void end_context(object *self)
{
    context *const own = self->first->owner;
    (void)pthread_mutex_lock(&own->choices->mutex);
    for (int32_t i = 0; i < MAX_PROFILES; i++)
        if (own->choices->by[i] == own)
            own->choices->by[i] = NULL;
    (void)pthread_mutex_unlock(&own->choices->mutex);
    drop_choices(own->choices);
    double_free(own);
}

/* It takes profile 0, where that is free; what it says where not is what users of TensorRT 7 and 8
 * publish. */
object *VCudaEngine_createExecutionContext(inner *self)
{
    engine *const own = self->owner;
    if (ENTER(self))
        return NULL;
    context *const made = double_make(sizeof *made, CLASS_VExecutionContext, CLASS_COUNT,
                                      end_context, own->body.logger, own->contexts);
    if (made == NULL)
        return NULL;
    made->engine = own;
    made->choices = own->choices;
    atomic_fetch_add(&own->choices->uses, 1);
    made->profile = -1;
    if (!choose_profile(made, 0))
        double_say(own->body.logger, SEVERITY_WARNING,
                   "Could not set default profile 0 for execution context. Profile index must be "
                   "set explicitly.");
    for (int32_t i = 0; i < own->tensor_count; i++) {
        const value *const tensor = tensor_at(own, i);
        if (is_input(tensor) && shape_volume(&tensor->dims) >= 0)
            made->inputs[i] = tensor->dims;
    }
    return face(made);
}

/* Context */

/* Whether a profile is chosen, as each call that needs one checks. */
static bool has_profile(const context *own, const char *call)
{
    if (own->profile >= 0)
        return true;
    double_say(own->body.logger, SEVERITY_ERROR,
               "3: [executionContext.cpp::%s::1033] Error Code 3: API Usage Error (Parameter check "
               "failed at: runtime/api/executionContext.cpp::%s::1033, condition: "
               "mOptimizationProfile >= 0 && mOptimizationProfile < "
               "mEngine.getNbOptimizationProfiles())",
               call, call);
    return false;
}

bool VExecutionContext_setOptimizationProfile(inner *self, int32_t index)
{
    return !ENTER(self) && choose_profile(self->owner, index);
}

/* What it copies is done with the stream's next synchronisation: nothing to see here. */
bool VExecutionContext_setOptimizationProfileAsync(inner *self, int32_t index, void *stream)
{
    (void)stream;
    return !ENTER(self) && choose_profile(self->owner, index);
}

static bool set_shape(context *own, int32_t index, const native_dims *dims)
{
    const value *const tensor = tensor_at(own->engine, index);
    const shape wanted = double_shape(dims);
    if (!is_input(tensor) || wanted.rank != tensor->dims.rank || !has_profile(own, "setInputShape"))
        return false;
    const shape *const range = tensor->range[own->profile];
    for (int32_t i = 0; i < wanted.rank; i++)
        if (wanted.d[i] < range[0].d[i] || wanted.d[i] > range[2].d[i]) {
            double_say(own->body.logger, SEVERITY_ERROR,
                       "Error Code 3: API Usage Error (Parameter check failed, condition: "
                       "satisfyProfile. Set dimension %d to %lld for tensor "
                       "%s does not satisfy any optimization profiles. Valid range for profile %d: "
                       "%lld..%lld.)",
                       (int)i, (long long)wanted.d[i], tensor->name, (int)own->profile,
                       (long long)range[0].d[i], (long long)range[2].d[i]);
            return false;
        }
    own->is_settled = own->is_settled && memcmp(&own->inputs[index], &wanted, sizeof wanted) == 0;
    own->inputs[index] = wanted;
    return true;
}

/* Shapes of all values for the inputs that are set; NULL: not all are, or no memory. The caller
 * frees it. */
static shape *run_shapes(const context *own)
{
    const graph *const plan = &own->engine->graph;
    char why[160];
    shape *const shapes = calloc((size_t)plan->value_count, sizeof *shapes);
    for (int32_t i = 0; shapes != NULL && i < own->engine->tensor_count; i++) {
        if (!is_input(tensor_at(own->engine, i)))
            continue;
        if (own->inputs[i].rank == 0) {
            double_say(own->body.logger, SEVERITY_ERROR,
                       "Error Code 3: API Usage Error (the shape of input %s is not set)",
                       tensor_at(own->engine, i)->name);
            free(shapes);
            return NULL;
        }
        shapes[own->engine->tensors[i]] = own->inputs[i];
    }
    if (shapes != NULL && !graph_infer(plan, shapes, why, sizeof why)) {
        double_say(own->body.logger, SEVERITY_ERROR, "Error Code 7: Internal Error (%s)", why);
        free(shapes);
        return NULL;
    }
    return shapes;
}

static native_dims dims_at(const context *own, int32_t index)
{
    native_dims result = {.count = -1};
    shape *const shapes = tensor_at(own->engine, index) != NULL ? run_shapes(own) : NULL;
    if (shapes != NULL)
        result = double_dims(&shapes[own->engine->tensors[index]]);
    free(shapes);
    return result;
}

/* As 8.5.3.1 says of a call by name where another profile than 0 is chosen. */
static void say_other_profile(const context *own, int32_t index)
{
    if (double_version() < 100000 && own->profile > 0 && index >= 0)
        double_say(own->body.logger, SEVERITY_WARNING,
                   "ICudaEngine::getProfileDimensions: bindingIndex %d is not in profile %d. Using "
                   "bindingIndex = %d instead.",
                   (int)index, (int)own->profile,
                   (int)(index + own->profile * own->engine->tensor_count));
}

bool VExecutionContext_setInputShape(inner *self, const char *name, const native_dims *dims)
{
    context *const own = self->owner;
    say_other_profile(own, find_tensor(own->engine, name));
    return !ENTER(self) && set_shape(own, find_tensor(own->engine, name), dims);
}

native_dims VExecutionContext_getTensorShape(inner *self, const char *name)
{
    const context *const own = self->owner;
    (void)ENTER(self);
    return dims_at(own, find_tensor(own->engine, name));
}

/* The tensor of a binding of the context's profile; -1: it is another profile's. */
static int32_t tensor_of_binding(const context *own, int32_t index)
{
    const int32_t count = own->engine->tensor_count, at = index - own->profile * count;
    if (own->profile >= 0 && at >= 0 && at < count)
        return at;
    double_say(own->body.logger, SEVERITY_ERROR,
               "Error Code 3: API Usage Error (binding index %d is not one of optimization profile "
               "%d)",
               (int)index, (int)own->profile);
    return -1;
}

bool VExecutionContext_setBindingDimensions(inner *self, int32_t index, DIMS_IN dims)
{
    return !ENTER(self) &&
           set_shape(self->owner, tensor_of_binding(self->owner, index), DIMS_OF(dims));
}

native_dims VExecutionContext_getBindingDimensions(inner *self, int32_t index)
{
    (void)ENTER(self);
    return dims_at(self->owner, tensor_of_binding(self->owner, index));
}

bool VExecutionContext_setTensorAddress(inner *self, const char *name, void *address)
{
    context *const own = self->owner;
    const int32_t index = find_tensor(own->engine, name);
    if (ENTER(self) || index < 0)
        return false;
    own->addresses[index] = address;
    return true;
}

/* A function of the driver double; *answer stays NULL where that is not loaded. */
static void ask_driver(const char *name, void *answer)
{
    const char *const behind = getenv("REAL_CUDA"); /* what failing_cuda passes calls on to */
    const char *const path = behind != NULL ? behind : getenv("PAWL_CUDA_LIBRARY");
    void *const driver = path != NULL ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    if (driver == NULL)
        return;
    void *const symbol = dlsym(driver, name);
    memcpy(answer, &symbol, sizeof symbol);
    dlclose(driver); /* the count of this look-up only */
}

/* Where the driver double is loaded, an address must lie in its live memory. */
static bool is_device_memory(const void *address, size_t size)
{
    int (*holds)(uint64_t, size_t) = NULL;
    ask_driver("fake_cuda_holds", &holds);
    return holds == NULL || holds((uint64_t)(uintptr_t)address, size) == 1;
}

/* A run that is checked and waits for its turn on the stream. */
typedef struct job {
    const graph *plan;
    shape *shapes;
    float **given;
} job;

static void end_job(void *argument)
{
    job *const own = argument;
    free(own->given);
    free(own->shapes);
    free(own);
}

static void run_job(void *argument)
{
    const job *const own = argument;
    (void)graph_run(own->plan, own->shapes, own->given);
}

/* On the driver double's stream where there is one, else at once. */
static bool launch(job *own, void *stream)
{
    int (*put)(void *, void (*)(void *), void *, void (*)(void *)) = NULL;
    if (stream != NULL)
        ask_driver("fake_cuda_launch", &put);
    if (put != NULL && put(stream, run_job, own, end_job) == 1)
        return true;
    const bool is_done = graph_run(own->plan, own->shapes, own->given);
    end_job(own);
    return is_done;
}

/* The first run of a shape settles what a capture cannot: NVIDIA's guide has one before each. */
static bool may_run(const context *own, void *stream)
{
    int (*is_captured)(const void *) = NULL;
    if (stream != NULL)
        ask_driver("fake_cuda_is_captured", &is_captured);
    if (own->is_settled || is_captured == NULL || is_captured(stream) == 0)
        return true;
    double_say(own->body.logger, SEVERITY_ERROR,
               "Error Code 1: Cuda Runtime (operation not permitted when stream is capturing)");
    return false;
}

static bool run(context *own, void *const *addresses, void *stream)
{
    const graph *const plan = &own->engine->graph;
    if (!has_profile(own, "enqueue") || !may_run(own, stream))
        return false;
    job *const made = calloc(1, sizeof *made);
    if (made == NULL)
        return false;
    made->plan = plan;
    made->shapes = run_shapes(own);
    made->given = calloc((size_t)plan->value_count, sizeof *made->given);
    bool is_right = made->shapes != NULL && made->given != NULL;
    for (int32_t i = 0; is_right && i < own->engine->tensor_count; i++) {
        const int32_t id = own->engine->tensors[i];
        const size_t size = (size_t)shape_volume(&made->shapes[id]) * sizeof(float);
        made->given[id] = addresses[i];
        is_right = addresses[i] != NULL && is_device_memory(addresses[i], size);
        if (!is_right)
            double_say(own->body.logger, SEVERITY_ERROR, "Error Code 1: Cuda Runtime (%s: %s)",
                       plan->values[id].name,
                       addresses[i] == NULL ? "no address is set"
                                            : "an illegal memory access was encountered");
    }
    if (!is_right) {
        end_job(made);
        return false;
    }
    const bool is_launched = launch(made, stream);
    own->is_settled = own->is_settled || is_launched;
    return is_launched;
}

bool VExecutionContext_enqueueV3(inner *self, void *stream)
{
    context *const own = self->owner;
    return !ENTER(self) && run(own, own->addresses, stream);
}

bool VExecutionContext_enqueueV2(inner *self, void *const *bindings, void *stream, void *event)
{
    context *const own = self->owner;
    (void)event;
    return !ENTER(self) &&
           run(own, bindings + (own->profile > 0 ? own->profile : 0) * own->engine->tensor_count,
               stream);
}
