/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a plan: runtime -> engine -> context (trt_lane.h), device memory, one stream. The heads
 * come back raw; decoding is ours, by the same kernels as on the CPU, so no plugin can be missing.
 * Everything held is an object of the lifetime room: ends come in NVIDIA's order by pins.
 */
#include "backend/tensorrt/trt_run.h"
#include "backend/binding.h"
#include "backend/decoder.h"
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_lane.h"
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_prove.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/memory.h"
#include "gpu/device_stream.h"

#include <string.h>

#define MAX_TENSORS (1 + PW_TRT_MAX_OUTPUTS)

typedef struct trt_device_plan {
    pw_device_plan base;
    const pw_trt_library *library;
    pw_gpu_device *gpu;
    pw_trt_object *runtime, *engine;
    pw_trt_profiles profiles;
    pw_trt_output outputs[PW_TRT_MAX_OUTPUTS];
    size_t output_count;
    int32_t tensor_count; /* the input and the outputs, in the engine's order: */
    int32_t input_at, output_at[PW_TRT_MAX_OUTPUTS];
    int32_t gpu_ordinal;
    uint32_t isa; /* for the kernels that decode */
} trt_device_plan;

typedef struct trt_program {
    pw_program base;
    trt_device_plan *plan;
    pw_arena arena;
    pw_trt_lane *lane; /* perhaps shared with other programs of the same context */
    pw_gpu_stream *stream;
    pw_gpu_memory *memory[MAX_TENSORS]; /* in the engine's order of tensors */
    void *addresses[MAX_TENSORS];
    const pw_shape *shapes; /* of the network's tensors */
    pw_decoder decoder;
    void *maps[PW_TRT_MAX_OUTPUTS]; /* the raw outputs on the host */
    float *planes; /* of bytes converted for the library; NULL: the binding is uploaded as it is */
    pw_rows rows;
} trt_program;

/* Open */

static pawl_status deserialize(trt_device_plan *made, const void *data, size_t size,
                               pawl_error *error)
{
    return pw_trt_adopt(
        made->library, &pw_trt_engine_type,
        pw_trt_runtime_deserialize(made->library, made->runtime->native, data, size), made->runtime,
        &made->engine, error);
}

static void say_rebuild(const trt_device_plan *made, const char *key, const char *why)
{
    const pw_plan *const plan = made->base.plan;
    if (strcmp(plan->backend, pw_backend_tensorrt.name) != 0) {
        pw_log(PAWL_LOG_WARNING,
               "the engine was built for backend %s, so its plan for %s is built now, which can "
               "take minutes each time; 'pawl build --backend tensorrt' keeps one",
               plan->backend, made->library->version_text);
        return;
    }
    pw_log(PAWL_LOG_WARNING,
           "the engine has no plan that %s takes on this GPU (%s: %s), so it is built again "
           "from what the engine says of its build, which can take minutes each time; 'pawl build' "
           "on this machine keeps one",
           made->library->version_text, key, why);
    if (plan->is_older)
        pw_log(PAWL_LOG_WARNING,
               "an engine of this age does not say all of its build: what --shapes, --fp16-fix, "
               "--workspace, --opt-level, --version-compatible and --hardware-compatible asked for "
               "is lost, and the plan takes batch %d to %d at %dx%d only",
               (int)plan->profile.batch_min, (int)plan->profile.batch_max,
               (int)plan->profile.height, (int)plan->profile.width);
}

static pawl_status rebuild(trt_device_plan *made, pawl_error *error)
{
    pw_trt_object *memory PW_TRT_GUARD = NULL;
    const pw_tuning tuning = {.threads = 0};
    PW_TRY(pw_trt_build(made->library, made->base.plan, &tuning, &memory, error));
    return deserialize(made, pw_trt_memory_data(made->library, memory->native),
                       pw_trt_memory_size(made->library, memory->native), error);
}

/* The plan made for this library and GPU; where there is none, or it is refused, the network is
 * built again. */
static pawl_status load_engine(trt_device_plan *made, pawl_error *error)
{
    char key[96];
    pawl_error reason; /* of what a rebuild mends: not the caller's */
    pw_trt_artifact_key(made->library, made->gpu, &PW_BUILD_OPTIONS_INIT, key);
    const pw_artifact *const artifact =
        pw_trt_artifact_find(made->library, made->gpu, made->base.plan);
    /* A plan for later versions brings its own runtime, which is code. */
    const bool brings_code = artifact != NULL ? strstr(artifact->key, "+/") != NULL
                                              : made->base.plan->options.is_version_compatible;
    if (brings_code && pw_trt_has(made->library, PW_TRT_VRuntime_setEngineHostCodeAllowed))
        pw_trt_runtime_allow_host_code(made->library, made->runtime->native);
    if (artifact == NULL)
        (void)pw_fail(&reason, PAWL_ERR_DEVICE, "it was built for another library or GPU");
    else if (deserialize(made, artifact->data, artifact->size, &reason) >= 0)
        return PAWL_OK;
    pw_trt_watch_forget();
    if (made->library->create_builder != NULL) {
        say_rebuild(made, key, reason.message);
        return rebuild(made, error);
    }
    return pw_fail(error, PAWL_ERR_DEVICE,
                   "the engine has no plan that %s takes on this GPU (%s: %s), and that library "
                   "cannot build one; build it where the full TensorRT is",
                   made->library->version_text, key, reason.message);
}

/* Finds the tensors in the engine's own order; an engine with others than ours is not one of ours.
 */
static pawl_status find_tensors(trt_device_plan *made, pawl_error *error)
{
    const pw_trt_library *const library = made->library;
    pw_trt_native *const engine = made->engine->native;
    size_t found = 0;
    made->tensor_count = pw_trt_engine_tensor_count(library, engine);
    made->input_at = -1;
    for (size_t k = 0; k < made->output_count; k++)
        made->output_at[k] = -1;
    for (int32_t i = 0; i < made->tensor_count && i < MAX_TENSORS; i++) {
        const char *const name = pw_trt_engine_tensor_name(library, engine, i);
        if (name != NULL && strcmp(name, PW_TRT_INPUT_NAME) == 0)
            made->input_at = i;
        for (size_t k = 0; name != NULL && k < made->output_count; k++)
            if (made->output_at[k] < 0 && strcmp(name, made->outputs[k].name) == 0) {
                made->output_at[k] = i;
                found++;
            }
    }
    if (made->tensor_count == (int32_t)made->output_count + 1 && made->input_at >= 0 &&
        found == made->output_count)
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "the TensorRT plan in the engine has other tensors than pawl's; build the "
                   "engine again");
}

/* Inside the GPU's context. */
static pawl_status open_engine(trt_device_plan *made, pawl_error *error)
{
    PW_TRY(pw_trt_make_runtime(made->library, &made->runtime, error));
    PW_TRY(load_engine(made, error));
    PW_TRY(find_tensors(made, error));
    return pw_trt_profiles_make(made->library, made->engine->native,
                                pw_trt_is_dynamic(&made->base.plan->profile), &made->profiles,
                                error);
}

static pawl_status open_into(trt_device_plan *made, pawl_error *error)
{
    pw_trt_watch watch PW_TRT_WATCH;
    pw_trt_watch_begin(&watch, PW_TRT_WATCH_WORKERS);
    PW_TRY(pw_trt_check_network(&made->base.plan->network, error));
    made->output_count = pw_trt_outputs(&made->base.plan->network, made->outputs);
    PW_TRY(pw_trt_library_get(&made->library, error));
    PW_TRY(pw_gpu_device_create(made->gpu_ordinal, &made->gpu, error));
    PW_TRY(pw_gpu_enter(made->gpu, error));
    const pawl_status status = open_engine(made, error);
    pw_gpu_leave(made->gpu);
    return status;
}

pawl_status pw_trt_open(const pw_plan *plan, const pw_machine *machine,
                        pw_device_plan **device_plan, pawl_error *error)
{
    trt_device_plan *const made = pw_calloc(1, sizeof *made);
    if (made == NULL)
        return pw_fail_memory(error, "the TensorRT backend's plan", sizeof *made);
    made->base = (pw_device_plan){.backend = &pw_backend_tensorrt, .plan = plan};
    made->isa = machine->isa;
    made->gpu_ordinal = machine->gpu;
    const pawl_status status = open_into(made, error);
    if (status < 0) {
        pw_trt_close(&made->base);
        return status;
    }
    *device_plan = &made->base;
    return PAWL_OK;
}

void pw_trt_close(pw_device_plan *device_plan)
{
    trt_device_plan *const made = (trt_device_plan *)device_plan;
    if (made == NULL)
        return;
    /* The library frees device memory in whatever context is current: it has to be this one. */
    const bool is_inside = made->gpu != NULL && pw_gpu_enter(made->gpu, NULL) >= 0;
    (void)pw_object_end(made->engine);
    (void)pw_object_end(made->runtime);
    if (is_inside)
        pw_gpu_leave(made->gpu);
    (void)pw_object_end(made->gpu);
    pw_trt_profiles_free(&made->profiles);
    pw_free(made);
}

/* Lower */

static pawl_status allocate(trt_program *made, int32_t at, size_t size, pawl_error *error)
{
    PW_TRY(pw_gpu_memory_create(made->plan->gpu, size, &made->memory[at], error));
    made->addresses[at] = (void *)(uintptr_t)made->memory[at]->address;
    return PAWL_OK;
}

/* What the library makes of the shape must be what the network says. */
static bool is_shape(const pw_trt_output *output, const pw_trt_dims *dims, const pw_shape *shape)
{
    const int64_t last[4] = {shape->batch, shape->height, shape->width, shape->channels};
    const int64_t first[4] = {shape->batch, shape->channels, shape->height, shape->width};
    return dims->count == 4 &&
           memcmp(dims->d, output->is_channels_last ? last : first, sizeof last) == 0;
}

static pawl_status allocate_outputs(trt_program *made, pawl_error *error)
{
    const trt_device_plan *const plan = made->plan;
    for (size_t k = 0; k < plan->output_count; k++) {
        const pw_trt_output *const output = &plan->outputs[k];
        const pw_shape *const shape = &made->shapes[output->tensor];
        const pw_trt_dims dims =
            pw_trt_context_tensor_dims(plan->library, &made->lane->execution, output->name);
        if (!is_shape(output, &dims, shape))
            return pw_fail(error, PAWL_ERR_INTERNAL,
                           "%s gives output %s another shape than the network has",
                           plan->library->version_text, output->name);
        const size_t size = (size_t)shape->batch * (size_t)shape->height * (size_t)shape->width *
                            (size_t)shape->channels * sizeof(float);
        PW_TRY(allocate(made, plan->output_at[k], size, error));
        made->maps[k] = pw_alloc_aligned(size, PW_CACHE_LINE);
        if (made->maps[k] == NULL)
            return pw_fail_memory(error, "an output of the network", size);
        made->base.memory_size += 2 * size;
    }
    return PAWL_OK;
}

/* Outputs that are shown as they come: maps, prototypes, logits. */
static void show_outputs(trt_program *made)
{
    const trt_device_plan *const plan = made->plan;
    for (size_t i = 0; i < made->base.output_count; i++) {
        const uint32_t tensor = pw_bound_tensor(&made->base, &plan->base.plan->network, i);
        for (size_t k = 0; k < plan->output_count; k++)
            if (plan->outputs[k].tensor == tensor)
                made->base.outputs[i].data = made->maps[k];
    }
}

/* Of a detector: rows out of its maps. */
static pawl_status bind_decoder(trt_program *made, pawl_error *error)
{
    const pw_layer *const head = pw_network_head(&made->plan->base.plan->network);
    pw_shape levels[PAWL_MAX_LEVELS];
    if (head == NULL || made->base.lowering.output == PAWL_OUTPUT_RAW)
        return PAWL_OK;
    for (int32_t l = 0; l < head->as.detect.level_count; l++)
        levels[l] = made->shapes[head->inputs[l]];
    return pw_decoder_make(&made->base, head, levels, made->maps, &made->rows, made->plan->isa,
                           &made->arena, &made->decoder, error);
}

static pawl_status bind_tensors(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const size_t plane_count = (size_t)to->batch * 3 * (size_t)to->height * (size_t)to->width;
    PW_TRY(pw_bind_input(&made->base, error));
    PW_TRY(allocate(made, made->plan->input_at, plane_count * sizeof(float), error));
    made->base.memory_size += 2 * plane_count * sizeof(float); /* on the GPU and here */
    if (to->input == PAWL_INPUT_U8_NHWC &&
        (made->planes = pw_alloc_aligned(plane_count * sizeof(float), PW_CACHE_LINE)) == NULL)
        return pw_fail_memory(error, "the input planes", plane_count * sizeof(float));
    PW_TRY(allocate_outputs(made, error));
    PW_TRY(pw_bind_outputs(&made->base, &made->plan->base.plan->network, made->shapes, &made->arena,
                           &made->rows, error));
    show_outputs(made);
    return bind_decoder(made, error);
}

static pawl_status infer_shapes(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const pw_network *const network = &made->plan->base.plan->network;
    pw_shape *const shapes = pw_arena_array(&made->arena, network->tensor_count, sizeof *shapes);
    if (shapes == NULL)
        return pw_fail_memory(error, "the shapes", network->tensor_count * sizeof *shapes);
    made->shapes = shapes;
    return pw_network_infer(network, to->batch, to->height, to->width, shapes, error);
}

static pawl_status set_shape(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    if (pw_trt_lane_set_shape(made->lane, to->batch, to->height, to->width))
        return PAWL_OK;
    const pw_profile *const profile = &made->plan->base.plan->profile;
    return pw_trt_fail(
        error, PAWL_ERR_ARGUMENT,
        "the TensorRT plan of this engine does not take %d x %dx%d: it was built for batch %d to "
        "%d at %dx%d to %dx%d; build the engine for that shape (--batch, --shapes)",
        to->batch, to->height, to->width, profile->batch_min, profile->batch_max,
        profile->height_min, profile->width_min, profile->height_max, profile->width_max);
}

static pawl_status lower_into(trt_program *made, const pw_program *sibling, pawl_error *error)
{
    trt_device_plan *const plan = made->plan;
    pw_trt_watch watch PW_TRT_WATCH;
    pw_trt_watch_begin(&watch, PW_TRT_WATCH_THREAD);
    PW_TRY(infer_shapes(made, error));
    PW_TRY(pw_gpu_stream_create(plan->gpu, &made->stream, error));
    PW_TRY(pw_gpu_enter(plan->gpu, error));
    pawl_status status = PAWL_OK;
    if (sibling != NULL)
        made->lane = pw_trt_lane_share(((const trt_program *)sibling)->lane);
    if (made->lane == NULL)
        status = pw_trt_lane_open(plan->library, plan->engine, &plan->profiles, made->stream,
                                  &made->lane, error);
    if (status >= 0)
        status = set_shape(made, error);
    pw_gpu_leave(plan->gpu);
    return status < 0 ? status : bind_tensors(made, error);
}

pawl_status pw_trt_lower(pw_device_plan *device_plan, const pw_lowering *lowering,
                         pw_program **program, pawl_error *error)
{
    trt_program *const made = pw_calloc(1, sizeof *made);
    if (made == NULL)
        return pw_fail_memory(error, "the program", sizeof *made);
    made->base.backend = &pw_backend_tensorrt;
    made->base.lowering = *lowering;
    made->plan = (trt_device_plan *)device_plan;
    const pawl_status status = lower_into(made, lowering->sibling, error);
    if (status < 0) {
        pw_trt_release(&made->base);
        return status;
    }
    *program = &made->base;
    return PAWL_OK;
}

void pw_trt_release(pw_program *program)
{
    trt_program *const made = (trt_program *)program;
    if (made == NULL)
        return;
    (void)pw_object_end(made->stream); /* first: it waits for what is in flight */
    const bool is_inside = pw_gpu_enter(made->plan->gpu, NULL) >= 0;
    pw_trt_lane_close(made->lane);
    if (is_inside)
        pw_gpu_leave(made->plan->gpu);
    for (size_t i = MAX_TENSORS; i-- > 0;)
        (void)pw_object_end(made->memory[i]);
    for (size_t k = 0; k < PW_TRT_MAX_OUTPUTS; k++)
        pw_free(made->maps[k]);
    pw_free(made->planes);
    pw_free(made->rows.values);
    pw_free(made->base.input.data);
    pw_arena_free(&made->arena);
    pw_free(made);
}

/* Run */

/* Bytes, channels last -> float32 planes, divided as PyTorch does; of classifiers normalised. */
static void spread_planes(const trt_program *program)
{
    const pw_lowering *const to = &program->base.lowering;
    const size_t plane = (size_t)to->height * (size_t)to->width;
    const uint8_t *bytes = program->base.input.data;
    float mean[3], deviation[3];
    pw_network_normalisation(&program->plan->base.plan->network, mean, deviation);
    for (size_t n = 0; n < (size_t)to->batch; n++)
        for (size_t p = 0; p < plane; p++)
            for (size_t c = 0; c < 3; c++)
                program->planes[(n * 3 + c) * plane + p] =
                    ((float)*bytes++ / 255.0f - mean[c]) / deviation[c];
}

static pawl_status start_on_gpu(const trt_program *program, pawl_error *error)
{
    const trt_device_plan *const plan = program->plan;
    pw_gpu_memory *const *const memory = program->memory;
    const void *const input = program->planes != NULL ? program->planes : program->base.input.data;
    const pw_lowering *const to = &program->base.lowering;
    PW_TRY(pw_gpu_upload(program->stream, memory[plan->input_at], input,
                         memory[plan->input_at]->size, error));
    if (!pw_trt_lane_set_shape(program->lane, to->batch, to->height, to->width) ||
        !pw_trt_context_enqueue(plan->library, &program->lane->execution, program->addresses,
                                plan->tensor_count, program->stream->stream))
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s did not run", plan->library->version_text);
    for (size_t k = 0; k < plan->output_count; k++)
        PW_TRY(pw_gpu_download(program->stream, program->maps[k], memory[plan->output_at[k]],
                               memory[plan->output_at[k]]->size, error));
    return PAWL_OK;
}

typedef pawl_status (*gpu_part)(const trt_program *program, pawl_error *error);

static pawl_status wait_for_gpu(const trt_program *program, pawl_error *error)
{
    return pw_gpu_wait(program->stream, error);
}

/* Whatever fails: when it returns nothing is in flight, for the caller may write the input and read
 * or free the outputs then. */
static pawl_status do_on_gpu(const trt_program *program, gpu_part part, pawl_error *error)
{
    pw_trt_watch watch PW_TRT_WATCH;
    pw_trt_watch_begin(&watch, PW_TRT_WATCH_THREAD);
    PW_TRY(pw_gpu_enter(program->plan->gpu, error));
    const pawl_status status = part(program, error);
    if (status < 0)
        pw_gpu_settle(program->stream);
    pw_gpu_leave(program->plan->gpu);
    return status;
}

pawl_status pw_trt_enqueue(pw_program *base, const pw_run *run, pawl_error *error)
{
    const trt_program *const program = (const trt_program *)base;
    if (run->observer != NULL)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "TensorRT fuses layers and shows none of them; observe the same plan on "
                       "--backend cpu or reference");
    if (program->planes != NULL)
        spread_planes(program);
    return do_on_gpu(program, start_on_gpu, error);
}

pawl_status pw_trt_wait(pw_program *base, const pw_run *run, pawl_error *error)
{
    trt_program *const program = (trt_program *)base;
    PW_TRY(do_on_gpu(program, wait_for_gpu, error));
    if (program->decoder.call.implementation != NULL)
        pw_decoder_run(&program->decoder, &program->base, run->threshold);
    return PAWL_OK;
}
