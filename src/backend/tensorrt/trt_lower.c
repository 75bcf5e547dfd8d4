/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of a shape: execution context (trt_lane.h), a stream, memory on both sides. The heads
 * come back raw; boxes are ours, so no plugin can be missing. Everything held is an object of the
 * lifetime room: ends come in NVIDIA's order by pins.
 */
#include "backend/tensorrt/trt_device.h"
#include "backend/tensorrt/trt_run.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/memory.h"
#include "kernels/kernel.h"

#include <string.h>

static pawl_status allocate(pw_trt_program *made, int32_t at, size_t size, pawl_error *error)
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

static pawl_status allocate_outputs(pw_trt_program *made, pawl_error *error)
{
    const pw_trt_device_plan *const plan = made->plan;
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
        made->base.memory_size += size;
    }
    return PAWL_OK;
}

/* Outputs that are shown as they come: maps, prototypes, logits. */
static void show_outputs(pw_trt_program *made)
{
    const pw_trt_device_plan *const plan = made->plan;
    for (size_t i = 0; i < made->base.output_count; i++) {
        const uint32_t tensor = pw_bound_tensor(&made->base, &plan->base.plan->network, i);
        for (size_t k = 0; k < plan->output_count; k++)
            if (plan->outputs[k].tensor == tensor)
                made->base.outputs[i].data = made->maps[k].data;
    }
}

/* Of a detector: rows out of its maps. Where the device makes boxes the host makes the same ones,
 * to the bit. */
static pawl_status bind_decoder(pw_trt_program *made, pawl_error *error)
{
    const pw_layer *const head = pw_network_head(&made->plan->base.plan->network);
    const uint32_t isa = made->base.collects ? PK_GENERIC : made->plan->isa;
    pw_shape levels[PAWL_MAX_LEVELS];
    void *maps[PAWL_MAX_LEVELS] = {NULL};
    if (head == NULL || made->base.lowering.output == PAWL_OUTPUT_RAW)
        return PAWL_OK;
    for (int32_t l = 0; l < head->as.detect.level_count; l++) {
        levels[l] = made->shapes[head->inputs[l]];
        maps[l] = made->maps[l].data;
    }
    return pw_decoder_make(&made->base, head, levels, maps, &made->rows, isa, &made->arena,
                           &made->decoder, error);
}

pawl_status pw_trt_maps_make(pw_trt_program *program, pawl_error *error)
{
    const pw_trt_device_plan *const plan = program->plan;
    if (program->has_maps)
        return PAWL_OK;
    for (size_t k = 0; k < plan->output_count; k++) {
        const size_t size = program->memory[plan->output_at[k]]->size;
        PW_TRY(pw_trt_host_make(program, size, &program->maps[k], error));
    }
    show_outputs(program);
    PW_TRY(bind_decoder(program, error));
    program->has_maps = true;
    return PAWL_OK;
}

pawl_status pw_trt_host_make(pw_trt_program *program, size_t size, pw_trt_host *host,
                             pawl_error *error)
{
    pw_trt_host made = {.size = size};
    if (host->data != NULL && host->size >= size)
        return PAWL_OK;
    if (pw_cuda_has_pinned(program->plan->gpu->cuda)) {
        PW_TRY(pw_gpu_pinned_create(program->plan->gpu, size, &made.pinned, error));
        made.data = made.pinned->data;
    } else {
        made.data = pw_alloc_aligned(size, PW_CACHE_LINE);
        if (made.data == NULL)
            return pw_fail_memory(error, "memory beside the GPU's", size);
    }
    program->base.memory_size += size - host->size;
    pw_trt_host_free(host);
    *host = made;
    return PAWL_OK;
}

void pw_trt_host_free(pw_trt_host *host)
{
    if (host->pinned != NULL)
        (void)pw_object_end(host->pinned);
    else
        pw_free(host->data);
    *host = (pw_trt_host){.data = NULL};
}

/* Places of pictures that the device fits; bytes that the user binds take the same way. */
static pawl_status make_places(pw_trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const size_t size = 3 * (size_t)to->height * (size_t)to->width;
    made->places = pw_arena_array(&made->arena, (size_t)to->batch, sizeof *made->places);
    if (made->places == NULL)
        return pw_fail_memory(error, "the pictures", (size_t)to->batch * sizeof *made->places);
    memset(made->places, 0, (size_t)to->batch * sizeof *made->places);
    made->base.fits = true;
    for (int32_t n = 0; n < to->batch; n++)
        PW_TRY(pw_gpu_memory_create(made->plan->gpu, size, &made->places[n].bytes, error));
    const size_t described = (size_t)to->batch * sizeof(pg_letterbox);
    PW_TRY(pw_trt_host_make(made, described, &made->described, error));
    memset(made->described.data, 0, described);
    PW_TRY(pw_gpu_memory_create(made->plan->gpu, described, &made->described_there, error));
    made->base.memory_size += (size_t)to->batch * size + described;
    return PAWL_OK;
}

static pawl_status bind_input(pw_trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const size_t planes = (size_t)to->batch * 3 * (size_t)to->height * (size_t)to->width;
    const size_t size = pw_describe_input(&made->base);
    PW_TRY(allocate(made, made->plan->input_at, planes * sizeof(float), error));
    made->base.memory_size += planes * sizeof(float);
    PW_TRY(pw_trt_host_make(made, size, &made->input, error));
    memset(made->input.data, 0, size);
    made->base.input.data = made->input.data;
    made->base.input_memory = made->input.pinned != NULL ? PW_MEMORY_PINNED : PW_MEMORY_HOST;
    if (to->input != PAWL_INPUT_U8_NHWC)
        return PAWL_OK;
    if (made->plan->has_kernels)
        return make_places(made, error);
    made->planes = pw_alloc_aligned(planes * sizeof(float), PW_CACHE_LINE);
    made->base.memory_size += planes * sizeof(float);
    return made->planes != NULL ? PAWL_OK
                                : pw_fail_memory(error, "the input planes", planes * sizeof(float));
}

/* Boxes made on the device: of a detector's candidates, where its head is not too large for the
 * kernels. */
static pawl_status bind_boxes(pw_trt_program *made, pawl_error *error)
{
    const pw_trt_device_plan *const plan = made->plan;
    const pw_layer *const layer = pw_network_head(&plan->base.plan->network);
    if (layer == NULL || made->base.lowering.output != PAWL_OUTPUT_CANDIDATES || !plan->has_kernels)
        return PAWL_OK;
    const pk_head head = pw_kernel_head(&layer->as.detect);
    pw_gpu_heads heads = {.head = &head,
                          .batch = (size_t)made->base.lowering.batch,
                          .level_count = (size_t)layer->as.detect.level_count};
    for (size_t l = 0; l < heads.level_count; l++) {
        heads.level[l].height = (size_t)made->shapes[layer->inputs[l]].height;
        heads.level[l].width = (size_t)made->shapes[layer->inputs[l]].width;
        heads.level[l].map = made->memory[plan->output_at[l]]->address;
    }
    pawl_error reason;
    const pawl_status status = pw_gpu_boxes_make(&made->boxes, &plan->kernels, &heads, &reason);
    if (status >= 0) {
        made->base.collects = true;
        made->base.memory_size += pw_gpu_boxes_size(&made->boxes);
        return PAWL_OK;
    }
    pw_gpu_boxes_free(&made->boxes);
    if (status == PAWL_ERR_UNSUPPORTED)
        return PAWL_OK;
    if (error != NULL)
        *error = reason;
    return status;
}

static pawl_status bind_tensors(pw_trt_program *made, pawl_error *error)
{
    PW_TRY(bind_input(made, error));
    PW_TRY(allocate_outputs(made, error));
    PW_TRY(pw_bind_outputs(&made->base, &made->plan->base.plan->network, made->shapes, &made->arena,
                           &made->rows, error));
    PW_TRY(bind_boxes(made, error));
    return made->base.collects ? PAWL_OK : pw_trt_maps_make(made, error);
}

static pawl_status infer_shapes(pw_trt_program *made, pawl_error *error)
{
    const pw_lowering *const to = &made->base.lowering;
    const pw_network *const network = &made->plan->base.plan->network;
    pw_shape *const shapes = pw_arena_array(&made->arena, network->tensor_count, sizeof *shapes);
    if (shapes == NULL)
        return pw_fail_memory(error, "the shapes", network->tensor_count * sizeof *shapes);
    made->shapes = shapes;
    return pw_network_infer(network, to->batch, to->height, to->width, shapes, error);
}

static pawl_status set_shape(pw_trt_program *made, pawl_error *error)
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

static pawl_status lower_into(pw_trt_program *made, const pw_program *sibling, pawl_error *error)
{
    pw_trt_device_plan *const plan = made->plan;
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    PW_TRY(infer_shapes(made, error));
    PW_TRY(pw_gpu_stream_create(plan->gpu, &made->stream, error));
    PW_TRY(pw_gpu_enter(plan->gpu, error));
    pawl_status status = PAWL_OK;
    if (sibling != NULL)
        made->lane = pw_trt_lane_share(((const pw_trt_program *)sibling)->lane);
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
    pw_trt_program *const made = pw_calloc(1, sizeof *made);
    if (made == NULL)
        return pw_fail_memory(error, "the program", sizeof *made);
    made->base.backend = &pw_backend_tensorrt;
    made->base.lowering = *lowering;
    made->plan = (pw_trt_device_plan *)device_plan;
    const pawl_status status = lower_into(made, lowering->sibling, error);
    if (status < 0) {
        pw_trt_release(&made->base);
        return status;
    }
    *program = &made->base;
    return PAWL_OK;
}

void pw_trt_graphs_free(pw_trt_program *program)
{
    for (size_t i = 0; i < PW_TRT_GRAPHS; i++) {
        (void)pw_object_end(program->graphs[i]);
        program->graphs[i] = NULL;
    }
}

void pw_trt_release(pw_program *program)
{
    pw_trt_program *const made = (pw_trt_program *)program;
    if (made == NULL)
        return;
    (void)pw_object_end(made->stream); /* first: it waits for what is in flight */
    pw_trt_graphs_free(made);
    pw_gpu_boxes_free(&made->boxes);
    const bool is_inside = pw_gpu_enter(made->plan->gpu, NULL) >= 0;
    pw_trt_lane_close(made->lane);
    if (is_inside)
        pw_gpu_leave(made->plan->gpu);
    for (size_t i = PW_TRT_MAX_TENSORS; i-- > 0;)
        (void)pw_object_end(made->memory[i]);
    for (int32_t n = 0; made->places != NULL && n < made->base.lowering.batch; n++) {
        (void)pw_object_end(made->places[n].bytes);
        pw_trt_host_free(&made->places[n].staged);
    }
    for (size_t k = 0; k < PW_TRT_MAX_OUTPUTS; k++)
        pw_trt_host_free(&made->maps[k]);
    (void)pw_object_end(made->described_there);
    pw_trt_host_free(&made->described);
    pw_trt_host_free(&made->input);
    pw_free(made->planes);
    pw_free(made->rows.values);
    pw_arena_free(&made->arena);
    pw_free(made);
}
