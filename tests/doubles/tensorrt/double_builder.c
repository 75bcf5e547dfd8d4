/* SPDX-License-Identifier: Apache-2.0 */
/* Builder, config, profile, timing cache, host memory, and the build: what NVIDIA's checks before
 * it makes a plan. */
#include "doubles/tensorrt/double_methods.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static object *face(void *made)
{
    return made != NULL ? &((body *)made)->face : NULL;
}

/* The struct behind an I* that the caller hands back. */
static void *owner(const object *object_)
{
    return object_->first->owner;
}

/* Host memory */

static void end_memory(object *self)
{
    memory *const own = owner(self);
    free(own->data);
    double_free(own);
}

memory *double_memory(void *logger, void *data, size_t size)
{
    memory *const made =
        double_make(sizeof *made, CLASS_VHostMemory, CLASS_COUNT, end_memory, logger, NULL);
    if (made == NULL)
        return NULL;
    made->data = data;
    made->size = size;
    return made;
}

const void *VHostMemory_data(inner *self)
{
    (void)ENTER(self);
    return ((const memory *)self->owner)->data;
}

size_t VHostMemory_size(inner *self)
{
    (void)ENTER(self);
    return ((const memory *)self->owner)->size;
}

int32_t VHostMemory_type(inner *self)
{
    (void)ENTER(self);
    return 2; /* DataType::kINT8 */
}

/* Builder */

static void end_builder(object *self)
{
    builder *const own = owner(self);
    double_check(&own->body, own->children, 8500, "Builder", "mObjectCounter", 341,
                 "Destroying a builder object before destroying objects it created leads to "
                 "undefined behavior.");
    for (profile *each = own->profiles, *next; each != NULL; each = next) {
        next = each->next;
        double_free(each);
    }
    double_drop(own->children);
    double_free(own);
}

object *double_builder_new(void *logger)
{
    builder *const made =
        double_make(sizeof *made, CLASS_VBuilder, CLASS_COUNT, end_builder, logger, NULL);
    if (made == NULL)
        return NULL;
    made->threads = 1;
    made->children = double_counter();
    return face(made);
}

bool VBuilder_platformHasFastFp16(inner *self)
{
    return !ENTER(self) && getenv("DOUBLE_NO_FP16") == NULL;
}

bool VBuilder_platformHasFastInt8(inner *self)
{
    return !ENTER(self) && getenv("DOUBLE_NO_INT8") == NULL;
}

bool VBuilder_setMaxThreads(inner *self, int32_t threads)
{
    builder *const own = self->owner;
    if (ENTER(self) || threads < 1)
        return false;
    own->threads = threads;
    return true;
}

int32_t VBuilder_getMaxThreads(inner *self)
{
    return ENTER(self) ? -1 : ((const builder *)self->owner)->threads;
}

/* TacticSource's bits: edge masks came with 8.4, JIT convolutions with 8.5; in 11 only these two
 * are left, as 0 and 1. */
static uint32_t known_sources(void)
{
    const int32_t version = double_version();
    return version < 8400 ? 7u : version < 8500 ? 15u : version < 110000 ? 31u : 3u;
}

static void end_config(object *self)
{
    double_free(owner(self));
}

object *VBuilder_createBuilderConfig(inner *self)
{
    builder *const own = self->owner;
    if (ENTER(self))
        return NULL;
    config *const made = double_make(sizeof *made, CLASS_VBuilderConfig, CLASS_COUNT, end_config,
                                     own->body.logger, own->children);
    if (made == NULL)
        return NULL;
    made->flags = 1u << (DOUBLE_WIDE ? 6 : 7); /* kTF32 is on by default */
    /* Edge mask and JIT convolutions; up to 9.x cuBLAS and cuBLASLt, up to 8.5 cuDNN too. */
    made->sources = 3u << 3 | (DOUBLE_WIDE ? 0u : double_version() < 8600 ? 7u : 3u);
    made->sources &= known_sources();
    if (double_version() >= 110000)
        made->sources = 3u; /* they are all that is left */
    return face(made);
}

static void end_network(object *self)
{
    network *const own = owner(self);
    for (size_t i = 0; i < own->member_count; i++)
        double_free(own->members[i]);
    free(own->members);
    graph_free(&own->graph);
    double_free(own);
}

/* Bit 0 is explicit batch up to 10.x and strong typing in 11; strong typing is bit 2 in 9.x and bit
 * 1 in 10.x. */
static bool is_strong(uint32_t flags)
{
    const int32_t version = double_version();
    if (version >= 110000)
        return true;
    if (version >= 100000)
        return (flags >> 1 & 1u) != 0;
    return version >= 9100 && (flags >> 2 & 1u) != 0;
}

object *VBuilder_createNetworkV2(inner *self, uint32_t flags)
{
    builder *const own = self->owner;
    if (ENTER(self))
        return NULL;
    network *const made = double_make(sizeof *made, CLASS_VNetworkDefinition, CLASS_COUNT,
                                      end_network, own->body.logger, own->children);
    if (made == NULL)
        return NULL;
    made->is_implicit = !DOUBLE_WIDE && (flags & 1u) == 0;
    made->is_strong = is_strong(flags);
    if (made->is_implicit)
        double_say(
            own->body.logger, SEVERITY_WARNING,
            "The implicit batch dimension mode has been deprecated. Please create the network with "
            "NetworkDefinitionCreationFlag::kEXPLICIT_BATCH flag whenever possible.");
    return face(made);
}

object *VBuilder_createOptimizationProfile(inner *self)
{
    builder *const own = self->owner;
    if (ENTER(self))
        return NULL;
    profile *const made = double_make(sizeof *made, CLASS_VOptimizationProfile, CLASS_COUNT, NULL,
                                      own->body.logger, NULL);
    if (made == NULL)
        return NULL;
    made->next = own->profiles;
    own->profiles = made;
    return face(made);
}

bool VOptimizationProfile_setDimensions(inner *self, const char *input, int32_t selector,
                                        DIMS_IN dims)
{
    profile *const own = self->owner;
    if (ENTER(self) || selector < 0 || selector > 2)
        return false;
    if (own->input[0] != '\0' && strcmp(own->input, input) != 0)
        return false; /* one input is all that the double knows */
    snprintf(own->input, sizeof own->input, "%s", input);
    own->range[selector] = double_shape(DIMS_OF(dims));
    return true;
}

/* Config */

/* How many flags the version's BuilderFlag has (EnumMax). */
static int32_t flag_count(void)
{
    const int32_t version = double_version();
    return version < 8201     ? 10
           : version < 8500   ? 14
           : version < 8600   ? 15
           : version < 9000   ? 18
           : version < 110000 ? 22
                              : 32;
}

static bool is_flag(const inner *self, int32_t flag)
{
    if (flag >= 0 && flag < flag_count())
        return true;
    double_say(((const body *)self->owner)->logger, SEVERITY_ERROR,
               "3: [builderConfig.cpp::setFlag::65] Error Code 3: API Usage Error (Parameter check "
               "failed at: optimizer/api/builderConfig.cpp::setFlag::65, condition: flag %d < "
               "EnumMax<BuilderFlag>())",
               (int)flag);
    return false;
}

void VBuilderConfig_setFlag(inner *self, int32_t flag)
{
    (void)ENTER(self);
    if (is_flag(self, flag))
        ((config *)self->owner)->flags |= 1u << flag;
}

void VBuilderConfig_clearFlag(inner *self, int32_t flag)
{
    (void)ENTER(self);
    if (is_flag(self, flag))
        ((config *)self->owner)->flags &= ~(1u << flag);
}

bool VBuilderConfig_setTacticSources(inner *self, uint32_t sources)
{
    if (ENTER(self))
        return false;
    if ((sources & ~known_sources()) != 0) {
        double_say(((body *)self->owner)->logger, SEVERITY_ERROR,
                   "3: [builderConfig.cpp::setTacticSources::100] Error Code 3: API Usage Error "
                   "(Parameter check failed, condition: tactic sources %u are not all known)",
                   (unsigned)sources);
        return false;
    }
    ((config *)self->owner)->sources = sources;
    return true;
}

uint32_t VBuilderConfig_getTacticSources(inner *self)
{
    (void)ENTER(self);
    return ((const config *)self->owner)->sources;
}

bool VBuilderConfig_getFlag(inner *self, int32_t flag)
{
    (void)ENTER(self);
    return (((const config *)self->owner)->flags >> flag & 1u) != 0;
}

void VBuilderConfig_setMaxWorkspaceSize(inner *self, size_t size)
{
    (void)ENTER(self);
    (void)size;
}

void VBuilderConfig_setMemoryPoolLimit(inner *self, int32_t pool, size_t size)
{
    (void)ENTER(self);
    (void)size;
    if (pool != 0)
        double_say(((body *)self->owner)->logger, SEVERITY_WARNING,
                   "the double has no memory pool %d", (int)pool);
}

int32_t VBuilderConfig_addOptimizationProfile(inner *self, object *profile_)
{
    config *const own = self->owner;
    if (ENTER(self))
        return -1;
    const profile *const given = owner(profile_);
    for (int i = 0; i < 3; i++)
        if (given->range[i].rank == 0) {
            double_say(own->body.logger, SEVERITY_ERROR,
                       "Error Code 3: API Usage Error (Parameter check failed, condition: "
                       "profile->isValid(). Optimization profile is not valid.)");
            return -1;
        }
    if (own->profile_count == MAX_PROFILES)
        return -1;
    own->profiles[own->profile_count] = owner(profile_);
    return own->profile_count++;
}

void VBuilderConfig_setProfilingVerbosity(inner *self, int32_t verbosity)
{
    (void)ENTER(self);
    (void)verbosity;
}

static void end_cache(object *self)
{
    double_free(owner(self));
}

object *VBuilderConfig_createTimingCache(inner *self, const void *data, size_t size)
{
    config *const own = self->owner;
    if (ENTER(self))
        return NULL;
    cache *const made = double_make(sizeof *made, CLASS_VTimingCache, CLASS_COUNT, end_cache,
                                    own->body.logger, NULL);
    if (made != NULL)
        made->is_kept = size > 0;
    if (made != NULL)
        made->is_foreign = size > 0 && (data == NULL || size < 4 || memcmp(data, "ftrc", 4) != 0);
    return face(made);
}

bool VBuilderConfig_setTimingCache(inner *self, object *cache_, bool ignore_mismatch)
{
    (void)ignore_mismatch;
    if (ENTER(self) || cache_ == NULL || ((const cache *)owner(cache_))->is_foreign)
        return false;
    ((config *)self->owner)->timing = owner(cache_);
    if (((const cache *)owner(cache_))->is_kept && getenv("DOUBLE_FORGETS") != NULL) {
        double_say(((body *)self->owner)->logger, SEVERITY_ERROR,
                   "1: [myelinCache.h::deserializeFromBuffer::52] Error Code 1: Myelin (Myelin "
                   "error from unknown graph)");
        double_say(((body *)self->owner)->logger, SEVERITY_ERROR,
                   "4: The timing cache will not be used!");
    }
    return true; /* as 8.6.0 does */
}

object *VTimingCache_serialize(inner *self)
{
    const cache *const own = self->owner;
    if (ENTER(self))
        return NULL;
    char *const bytes = malloc(8);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, "ftrc0001", 8);
    memory *const made = double_memory(own->body.logger, bytes, 8);
    if (made == NULL)
        free(bytes);
    return face(made);
}

bool VTimingCache_combine(inner *self, object *other, bool ignore_mismatch)
{
    (void)ignore_mismatch;
    return !ENTER(self) && other != NULL;
}

void VBuilderConfig_setBuilderOptimizationLevel(inner *self, int32_t level)
{
    (void)ENTER(self);
    if (level < 0 || level > 5)
        double_say(((body *)self->owner)->logger, SEVERITY_ERROR,
                   "the optimisation level %d is not between 0 and 5", (int)level);
}

void VBuilderConfig_setHardwareCompatibilityLevel(inner *self, int32_t level)
{
    (void)ENTER(self);
    (void)level;
}

void VBuilderConfig_setProgressMonitor(inner *self, void *monitor)
{
    (void)ENTER(self);
    config *const own = (config *)self->owner;
    own->monitor = monitor;
    if (monitor == NULL || !DOUBLE_WIDE || double_is_interface(monitor, "IProgressMonitor"))
        return;
    double_say(own->body.logger, SEVERITY_ERROR,
               "the progress monitor does not say that it is one");
    own->monitor = NULL;
}

/* The build */

/* A phase of a build, shown to the user's monitor as the library does: {D1, D0, start, step,
 * finish} in 9.x, two more before them from 10.0 on. */
typedef struct phase {
    const config *own;
    const char *name, *parent;
    int32_t steps;
    bool goes_on;
} phase;

static void *show_phase(void *argument)
{
    phase *const shown = argument;
    void *const monitor = shown->own->monitor;
    const function *const table = *(const function *const *)monitor + (DOUBLE_WIDE ? 2 : 0);
    ((void (*)(void *, const char *, const char *, int32_t))table[2])(monitor, shown->name,
                                                                      shown->parent, shown->steps);
    shown->goes_on = true;
    for (int32_t i = 0; i < shown->steps && shown->goes_on; i++)
        shown->goes_on =
            ((bool (*)(void *, const char *, int32_t))table[3])(monitor, shown->name, i);
    ((void (*)(void *, const char *))table[4])(monitor, shown->name);
    return NULL;
}

/* With DOUBLE_WORKERS another phase goes on meanwhile, on a thread of the library's own. */
static bool show_progress(const config *own, int32_t steps)
{
    phase whole = {own, "Building the engine", NULL, steps, true};
    phase within = {own, "Timing the layers", whole.name, 50 * steps, true};
    pthread_t worker;
    if (own->monitor == NULL)
        return true;
    const bool has_worker =
        getenv("DOUBLE_WORKERS") != NULL && pthread_create(&worker, NULL, show_phase, &within) == 0;
    if (has_worker)
        whole.steps = within.steps;
    (void)show_phase(&whole);
    if (has_worker)
        (void)pthread_join(worker, NULL);
    return whole.goes_on && within.goes_on;
}

typedef struct audit {
    int subnormal, tiny, overflow; /* weights (tensors, as NVIDIA counts them) */
} audit;

/* What becomes of one tensor in FP16. True: at least one value is affected. */
static bool audit_tensor(const native_weights *weights, audit *found)
{
    bool subnormal = false, tiny = false, overflow = false;
    if (weights->type != TYPE_FLOAT)
        return false;
    const float *const values = weights->values;
    for (int64_t i = 0; i < weights->count; i++) {
        const double size = fabs((double)values[i]);
        subnormal = subnormal || (size >= ldexp(1.0, -24) && size < ldexp(1.0, -14));
        tiny = tiny || (size > 0 && size < ldexp(1.0, -24));
        overflow = overflow || (size > 65504.0 && isfinite(size));
    }
    found->subnormal += subnormal;
    found->tiny += tiny;
    found->overflow += overflow;
    return subnormal || tiny || overflow;
}

/* 8.2-8.4 name each layer; from 8.5 on the library counts, and names them in its verbose log. */
static void warn_of_half(const network *own)
{
    audit total = {0, 0, 0};
    void *const logger = own->body.logger;
    for (int32_t i = 0; i < own->graph.node_count; i++) {
        audit here = {0, 0, 0};
        const node *const each = &own->graph.nodes[i];
        if (each->op != OP_CONVOLUTION || !audit_tensor(&each->weights, &here))
            continue;
        total.subnormal += here.subnormal;
        total.tiny += here.tiny;
        total.overflow += here.overflow;
        if (double_version() < 8500) {
            double_say(logger, SEVERITY_WARNING,
                       "Weights [name=%s.weight] had the following issues when converted to FP16:",
                       each->name);
            if (here.subnormal > 0)
                double_say(logger, SEVERITY_WARNING, " - Subnormal FP16 values detected. ");
            if (here.tiny > 0)
                double_say(logger, SEVERITY_WARNING,
                           " - Values less than smallest positive FP16 Subnormal value detected. "
                           "Converting to FP16 minimum subnormalized value. ");
        }
    }
    if (double_version() < 8500 || total.subnormal + total.tiny + total.overflow == 0)
        return;
    double_say(logger, SEVERITY_WARNING,
               "TensorRT encountered issues when converting weights between types and that could "
               "affect accuracy.");
    double_say(logger, SEVERITY_WARNING,
               "If this is not the desired behavior, please modify the weights or retrain with "
               "regularization to adjust the magnitude of the weights.");
    double_say(logger, SEVERITY_WARNING, "Check verbose logs for the list of affected weights.");
    if (total.subnormal > 0)
        double_say(logger, SEVERITY_WARNING,
                   "- %d weights are affected by this issue: Detected subnormal FP16 values.",
                   total.subnormal);
    if (total.tiny > 0)
        double_say(logger, SEVERITY_WARNING,
                   "- %d weights are affected by this issue: Detected values less than smallest "
                   "positive FP16 subnormal value "
                   "and converted them to the FP16 minimum subnormalized value.",
                   total.tiny);
    if (total.overflow > 0)
        double_say(logger, SEVERITY_WARNING,
                   "- %d weights are affected by this issue: Detected finite FP32 values which "
                   "would overflow in FP16 and "
                   "converted them to the closest finite FP16 value.",
                   total.overflow);
}

/* Type rules of a strongly typed network: nothing is converted unasked. A scale is float32, or of
 * the type that it quantises. */
static bool are_types_right(const network *own, const node *each)
{
    const value *const values = own->graph.values;
    const int32_t type = each->input_count > 0 ? values[each->inputs[0]].type : each->weights.type;
    const bool is_quantisation = each->op == OP_QUANTIZE || each->op == OP_DEQUANTIZE;
    for (int32_t i = 1; i < each->input_count; i++)
        if (values[each->inputs[i]].type != type &&
            !(is_quantisation && values[each->inputs[i]].type == TYPE_FLOAT))
            return false;
    if (each->op != OP_CONVOLUTION)
        return true;
    return (each->weights.count == 0 || each->weights.type == type) &&
           (each->bias.count == 0 || each->bias.type == type);
}

static bool are_counts_right(const network *own, const node *each, const shape *shapes)
{
    if (each->op != OP_CONVOLUTION)
        return true;
    int64_t wanted = each->maps * (shapes[each->inputs[0]].d[1] / each->groups);
    for (int32_t i = 0; i < each->kernel.rank; i++)
        wanted *= each->kernel.d[i];
    const int64_t given =
        each->input_count > 1 ? shape_volume(&shapes[each->inputs[1]]) : each->weights.count;
    if (each->input_count > 1 && each->weights.count != 0)
        double_say(own->body.logger, SEVERITY_ERROR, "%s: two kernels", each->name);
    else if (given != wanted)
        double_say(own->body.logger, SEVERITY_ERROR,
                   "%s: kernel weights has count %lld but %lld was expected", each->name,
                   (long long)given, (long long)wanted);
    else if (each->bias.count != 0 && each->bias.count != each->maps)
        double_say(own->body.logger, SEVERITY_ERROR,
                   "%s: bias weights has count %lld but %lld was expected", each->name,
                   (long long)each->bias.count, (long long)each->maps);
    else
        return true;
    return false;
}

static bool refuse(const network *own, const char *reason)
{
    double_say(own->body.logger, SEVERITY_ERROR, "Error Code 4: Internal Error (Network: %s)",
               reason);
    return false;
}

/* Copies the profiles into the graph's inputs. */
static bool take_profiles(network *own, const config *settings)
{
    own->graph.profile_count = settings->profile_count > 0 ? settings->profile_count : 1;
    for (int32_t i = 0; i < own->graph.value_count; i++) {
        value *const input = &own->graph.values[i];
        if (input->producer >= 0)
            continue;
        const bool is_dynamic = shape_volume(&input->dims) < 0;
        if (is_dynamic && settings->profile_count == 0)
            return refuse(own, "Network has dynamic or shape inputs, but no optimization profile "
                               "has been defined.");
        for (int32_t p = 0; p < own->graph.profile_count; p++)
            for (int32_t k = 0; k < 3; k++) {
                if (is_dynamic && strcmp(settings->profiles[p]->input, input->name) != 0)
                    return refuse(own, "a dynamic input is missing from an optimization profile");
                input->range[p][k] = is_dynamic ? settings->profiles[p]->range[k] : input->dims;
            }
    }
    return true;
}

/* As 8.5 and later say it, of the first name that stands twice. */
static bool are_names_distinct(network *own)
{
    char why[160];
    for (int32_t i = 0; i < own->graph.node_count; i++)
        for (int32_t k = 0; k < i; k++)
            if (strcmp(own->graph.nodes[i].name, own->graph.nodes[k].name) == 0) {
                snprintf(why, sizeof why,
                         "Repeated layer name: %.90s (layers must have distinct names)",
                         own->graph.nodes[i].name);
                return refuse(own, why);
            }
    return true;
}

static bool is_sound(network *own, const config *settings)
{
    char why[160];
    bool has_output = false, is_right = true;
    if (own->is_implicit)
        return refuse(own, "the double does not build networks with an implicit batch dimension");
    for (int32_t i = 0; i < own->graph.value_count; i++)
        has_output = has_output || own->graph.values[i].output_at >= 0;
    if (!has_output)
        return refuse(own, "Network must have at least one output");
    if (!are_names_distinct(own))
        return false;
    shape *const shapes = calloc((size_t)own->graph.value_count, sizeof *shapes);
    if (shapes == NULL)
        return false;
    for (int32_t i = 0; i < own->graph.value_count; i++)
        shapes[i] = own->graph.values[i].dims;
    if (!graph_infer(&own->graph, shapes, why, sizeof why))
        is_right = refuse(own, why);
    const char *fault = is_right ? double_quantise_fault(&own->graph, shapes) : NULL;
    if (is_right && fault == NULL)
        fault = double_constraint_fault(&own->graph, settings->flags);
    if (fault != NULL)
        is_right = refuse(own, fault);
    if (is_right && double_is_quantised(&own->graph) && !own->is_strong &&
        (settings->flags >> 1 & 1u) == 0)
        is_right = refuse(own, "Int8 precision has been set for a layer or layer output, but int8 "
                               "is not configured in the builder");
    for (int32_t i = 0; is_right && i < own->graph.node_count; i++) {
        is_right = are_counts_right(own, &own->graph.nodes[i], shapes);
        if (is_right && own->is_strong && !are_types_right(own, &own->graph.nodes[i])) {
            snprintf(why, sizeof why,
                     "%.90s: the types of inputs and weights differ in a strongly typed network",
                     own->graph.nodes[i].name);
            is_right = refuse(own, why);
        }
    }
    free(shapes);
    return is_right && take_profiles(own, settings);
}

/* As 8.5.3.1 says it where a tactic source's library is not there: the cause, then what became of
 * it. */
static bool has_its_libraries(const network *source, const config *settings)
{
    const char *name = NULL;
    char message[256];
    const char *const missing = getenv("DOUBLE_MISSING");
    const uint32_t sources = settings->sources << (double_version() >= 110000 ? 3 : 0);
    const size_t length = double_missing(sources, &name);
    if (length == 0) {
        if (missing != NULL && strstr(missing, "libcublas") != NULL && (sources & 1u << 2) != 0)
            abort(); /* cuDNN, which cannot load it either */
        return true;
    }
    snprintf(message, sizeof message,
             "6: [libLoader.h::DynamicLibrary::49] Error Code 6: Internal Error (Unable to load "
             "library: %.*s)",
             (int)length, name);
    double_say_inside(source->body.logger, message);
    double_say(source->body.logger, SEVERITY_ERROR,
               "2: [builder.cpp::buildSerializedNetwork::738] Error Code 2: Internal Error "
               "(Assertion engine != nullptr failed. )");
    return false;
}

object *VBuilder_buildSerializedNetwork(inner *self, object *network_, object *config_)
{
    network *const source = owner(network_);
    const config *const settings = owner(config_);
    if (ENTER(self) || !is_sound(source, settings) || !has_its_libraries(source, settings))
        return NULL;
    if (settings->timing != NULL) /* looked at on purpose: one that was deleted before the build is
                                     seen by AddressSanitizer */
        double_say(settings->timing->body.logger, SEVERITY_VERBOSE, "A timing cache is in use.");
    if (!show_progress(settings, 4)) {
        double_say(source->body.logger, SEVERITY_INFO,
                   "The build was cancelled by the progress monitor.");
        return NULL;
    }
    const bool has_half_flag =
        double_version() < 110000 && !source->is_strong && (settings->flags & 1u) != 0;
    if (has_half_flag)
        warn_of_half(source);
    size_t size = 0;
    /* kVERSION_COMPATIBLE: the plan brings a lean runtime of its own. */
    const int32_t version = double_version();
    const int32_t compatible = version >= 110000 ? 12 : version >= 100000 ? 13 : 15;
    const bool has_host_code = version >= 8600 && (settings->flags >> compatible & 1u) != 0;
    void *const data = double_plan_write(&source->graph, has_host_code, &size);
    memory *const made = data != NULL ? double_memory(source->body.logger, data, size) : NULL;
    if (made == NULL)
        free(data);
    return face(made);
}
