/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a plan: runtime -> engine -> context, device memory, one stream. The heads come back raw;
 * decoding is ours, by the same kernels as on the CPU, so no plugin can be missing. Everything held
 * is an object of the lifetime room: ends come in NVIDIA's order by pins.
 */
#include "backend/tensorrt/trt_run.h"
#include "backend/binding.h"
#include "backend/decoder.h"
#include "backend/tensorrt/trt_build.h"
#include "backend/tensorrt/trt_engine_calls.h"
#include "backend/tensorrt/trt_network.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/memory.h"
#include "gpu/driver.h"

#include <string.h>

#define MAX_TENSORS (1 + PAWL_MAX_LEVELS)

typedef struct trt_device_plan {
    pw_device_plan base;
    const pw_trt_library *library;
    pw_gpu_device *gpu;
    pw_trt_object *runtime, *engine;
    uint32_t isa; /* for the kernels that decode */
} trt_device_plan;

typedef struct trt_program {
    pw_program base;
    const trt_device_plan *plan;
    pw_arena arena;
    pw_trt_object *context;
    pw_gpu_stream *stream;
    pw_gpu_memory *memory[MAX_TENSORS]; /* in the engine's order of tensors */
    void *addresses[MAX_TENSORS];
    int32_t tensor_count;
    int32_t input_at, head_at[PAWL_MAX_LEVELS]; /* places in that order */
    const pw_layer *head;
    const pw_shape *shapes; /* of the network's tensors */
    pw_shape levels[PAWL_MAX_LEVELS];
    pw_decoder decoder;
    float *maps[PAWL_MAX_LEVELS]; /* the heads' raw maps on the host */
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

static pawl_status open_into(trt_device_plan *made, pawl_error *error)
{
    pw_trt_watch watch PW_TRT_WATCH;
    pw_trt_watch_begin(&watch, PW_TRT_WATCH_WORKERS);
    PW_TRY(pw_trt_library_get(&made->library, error));
    PW_TRY(pw_gpu_device_create(0, &made->gpu, error));
    PW_TRY(pw_gpu_enter(made->gpu, error));
    pawl_status status =
        pw_trt_adopt(made->library, &pw_trt_runtime_type, pw_trt_runtime_create(made->library),
                     NULL, &made->runtime, error);
    if (status >= 0)
        status = load_engine(made, error);
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
    pw_free(made);
}

/* Lower */

/* Finds the tensors in the engine's own order; an engine with others than ours is not one of ours.
 */
static pawl_status find_tensors(trt_program *made, pawl_error *error)
{
    const pw_trt_library *const library = made->plan->library;
    pw_trt_native *const engine = made->plan->engine->native;
    made->tensor_count = pw_trt_engine_tensor_count(library, engine);
    made->input_at = -1;
    for (size_t l = 0; l < PAWL_MAX_LEVELS; l++)
        made->head_at[l] = -1;
    for (int32_t i = 0; i < made->tensor_count && i < MAX_TENSORS; i++) {
        const char *const name = pw_trt_engine_tensor_name(library, engine, i);
        if (name != NULL && strcmp(name, PW_TRT_INPUT_NAME) == 0)
            made->input_at = i;
        for (size_t l = 0; name != NULL && l < made->head->input_count; l++) {
            char head_name[16];
            pw_trt_head_name(l, head_name);
            if (strcmp(name, head_name) == 0)
                made->head_at[l] = i;
        }
    }
    bool is_ours =
        made->tensor_count == (int32_t)made->head->input_count + 1 && made->input_at >= 0;
    for (size_t l = 0; l < made->head->input_count; l++)
        is_ours = is_ours && made->head_at[l] >= 0;
    return is_ours ? PAWL_OK
                   : pw_fail(error, PAWL_ERR_CORRUPT,
                             "the TensorRT plan in the engine has other tensors than pawl's; build "
                             "the engine again");
}

static pawl_status allocate(trt_program *made, int32_t at, size_t size, pawl_error *error)
{
    PW_TRY(pw_gpu_memory_create(made->plan->gpu, size, &made->memory[at], error));
    made->addresses[at] = (void *)(uintptr_t)made->memory[at]->address;
    return PAWL_OK;
}

static pawl_status bind_heads(trt_program *made, pawl_error *error)
{
    const pw_trt_library *const library = made->plan->library;
    for (size_t l = 0; l < made->head->input_count; l++) {
        char name[16];
        pw_trt_head_name(l, name);
        const pw_trt_dims dims = pw_trt_context_tensor_dims(library, made->plan->engine->native,
                                                            made->context->native, name);
        const pw_shape *const level = &made->levels[l];
        if (dims.count != 4 || dims.d[0] != level->batch || dims.d[1] != level->height ||
            dims.d[2] != level->width || dims.d[3] != level->channels)
            return pw_fail(error, PAWL_ERR_INTERNAL,
                           "%s gives output %s another shape than the network has",
                           library->version_text, name);
        const size_t size = (size_t)level->batch * (size_t)level->height * (size_t)level->width *
                            (size_t)level->channels * sizeof(float);
        PW_TRY(allocate(made, made->head_at[l], size, error));
        made->maps[l] = pw_alloc_aligned(size, PW_CACHE_LINE);
        if (made->maps[l] == NULL)
            return pw_fail_memory(error, "a head's map", size);
        made->base.memory_size += 2 * size;
    }
    return PAWL_OK;
}

static pawl_status bind_tensors(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const size_t plane_count = (size_t)to->batch * 3 * (size_t)to->height * (size_t)to->width;
    PW_TRY(pw_bind_input(&made->base, error));
    PW_TRY(allocate(made, made->input_at, plane_count * sizeof(float), error));
    made->base.memory_size += 2 * plane_count * sizeof(float); /* on the GPU and here */
    if (to->input == PAWL_INPUT_U8_NHWC &&
        (made->planes = pw_alloc_aligned(plane_count * sizeof(float), PW_CACHE_LINE)) == NULL)
        return pw_fail_memory(error, "the input planes", plane_count * sizeof(float));
    PW_TRY(bind_heads(made, error));
    PW_TRY(pw_bind_outputs(&made->base, &made->plan->base.plan->network, made->shapes, &made->arena,
                           &made->rows, error));
    for (size_t l = 0; to->output == PAWL_OUTPUT_RAW && l < made->head->input_count; l++)
        made->base.outputs[l].data = made->maps[l];
    if (to->output == PAWL_OUTPUT_RAW)
        return PAWL_OK;
    return pw_decoder_make(&made->base, made->head, made->levels, made->maps, &made->rows,
                           made->plan->isa, &made->arena, &made->decoder, error);
}

static pawl_status find_levels(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const pw_network *const network = &made->plan->base.plan->network;
    pw_shape *const shapes = pw_arena_array(&made->arena, network->tensor_count, sizeof *shapes);
    PW_TRY(pw_trt_check_network(network, error));
    made->head = pw_network_head(network);
    if (shapes == NULL)
        return pw_fail_memory(error, "the shapes", network->tensor_count * sizeof *shapes);
    PW_TRY(pw_network_infer(network, to->batch, to->height, to->width, shapes, error));
    for (size_t l = 0; l < made->head->input_count; l++)
        made->levels[l] = shapes[made->head->inputs[l]];
    made->shapes = shapes;
    return PAWL_OK;
}

static pawl_status set_shape(trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const pw_trt_dims dims = {4, {to->batch, 3, to->height, to->width}};
    if (pw_trt_context_set_input_shape(made->plan->library, made->plan->engine->native,
                                       made->context->native, PW_TRT_INPUT_NAME, &dims))
        return PAWL_OK;
    const pw_profile *const profile = &made->plan->base.plan->profile;
    return pw_trt_fail(
        error, PAWL_ERR_ARGUMENT,
        "the TensorRT plan of this engine does not take %d x %dx%d: it was built for batch %d to "
        "%d at %dx%d to %dx%d; build the engine for that shape (--batch, --shapes)",
        to->batch, to->height, to->width, profile->batch_min, profile->batch_max,
        profile->height_min, profile->width_min, profile->height_max, profile->width_max);
}

static pawl_status lower_into(trt_program *made, pawl_error *error)
{
    const trt_device_plan *const plan = made->plan;
    pw_trt_watch watch PW_TRT_WATCH;
    pw_trt_watch_begin(&watch, PW_TRT_WATCH_THREAD);
    PW_TRY(find_levels(made, error));
    PW_TRY(find_tensors(made, error));
    PW_TRY(pw_gpu_stream_create(plan->gpu, &made->stream, error));
    PW_TRY(pw_gpu_enter(plan->gpu, error));
    pawl_status status = pw_trt_adopt(plan->library, &pw_trt_context_type,
                                      pw_trt_engine_context(plan->library, plan->engine->native),
                                      plan->engine, &made->context, error);
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
    made->plan = (const trt_device_plan *)device_plan;
    const pawl_status status = lower_into(made, error);
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
    (void)pw_object_end(made->context);
    if (is_inside)
        pw_gpu_leave(made->plan->gpu);
    for (size_t i = MAX_TENSORS; i-- > 0;)
        (void)pw_object_end(made->memory[i]);
    for (size_t l = 0; l < PAWL_MAX_LEVELS; l++)
        pw_free(made->maps[l]);
    pw_free(made->planes);
    pw_free(made->rows.values);
    pw_free(made->base.input.data);
    pw_arena_free(&made->arena);
    pw_free(made);
}

/* Run */

/* Bytes, channels last -> float32 planes, divided as PyTorch does. */
static void spread_planes(const trt_program *program)
{
    const pw_lowering *const to = &program->base.lowering;
    const size_t plane = (size_t)to->height * (size_t)to->width;
    const uint8_t *bytes = program->base.input.data;
    for (size_t n = 0; n < (size_t)to->batch; n++)
        for (size_t p = 0; p < plane; p++)
            for (size_t c = 0; c < 3; c++)
                program->planes[(n * 3 + c) * plane + p] = (float)*bytes++ / 255.0f;
}

static pawl_status start_on_gpu(const trt_program *program, pawl_error *error)
{
    const trt_device_plan *const plan = program->plan;
    const void *const input = program->planes != NULL ? program->planes : program->base.input.data;
    PW_TRY(pw_gpu_upload(program->stream, program->memory[program->input_at], input,
                         program->memory[program->input_at]->size, error));
    if (!pw_trt_context_enqueue(plan->library, plan->engine->native, program->context->native,
                                program->addresses, program->tensor_count, program->stream->stream))
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s did not run", plan->library->version_text);
    for (size_t l = 0; l < program->head->input_count; l++)
        PW_TRY(pw_gpu_download(program->stream, program->maps[l],
                               program->memory[program->head_at[l]],
                               program->memory[program->head_at[l]]->size, error));
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
    if (program->base.lowering.output != PAWL_OUTPUT_RAW)
        pw_decoder_run(&program->decoder, &program->base, run->threshold);
    return PAWL_OK;
}
