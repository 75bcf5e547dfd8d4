/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a program: pictures or a binding to the device, then the letterboxes, the network and the
 * boxes as one graph, boxes to the host; the raw outputs only where they are asked for.
 */
#include "backend/tensorrt/trt_run.h"
#include "backend/tensorrt/trt_device.h"
#include "backend/tensorrt/trt_watch.h"
#include "base/log.h"
#include "base/size.h"

#include <math.h>
#include <string.h>

typedef pawl_status (*gpu_part)(pw_trt_program *program, void *argument, pawl_error *error);

/* Whatever fails: when it returns nothing is in flight, for the caller may write the input and read
 * or free the outputs then. */
static pawl_status do_on_gpu(pw_trt_program *program, gpu_part part, void *argument,
                             pawl_error *error)
{
    PW_TRT_WATCH(watch, PW_TRT_WATCH_THREAD);
    pawl_status status = pw_gpu_enter(program->plan->gpu, error);
    bool is_inside = status >= 0;
    if (is_inside)
        status = part(program, argument, error);
    else
        is_inside = pw_gpu_enter(program->plan->gpu, NULL) >= 0;
    if (status < 0 && is_inside)
        pw_gpu_settle(program->stream);
    if (is_inside)
        pw_gpu_leave(program->plan->gpu);
    return status;
}

/* --- pictures --- */

/* Memory that is not pinned goes up through ours, slice by slice: while one is on its way the next
 * is copied. */
static pawl_status upload_staged(pw_trt_program *program, pw_trt_place *place,
                                 const uint8_t *pixels, size_t size, pawl_error *error)
{
    const size_t slice = (size_t)256 << 10;
    if (place->staged.size < size) /* an upload of the one that goes may be in flight */
        PW_TRY(pw_gpu_wait(program->stream, error));
    PW_TRY(pw_trt_host_make(program, size, &place->staged, error));
    uint8_t *const staged = place->staged.data;
    for (size_t at = 0; at < size; at += slice) {
        const size_t part = pw_size_min(slice, size - at);
        memcpy(staged + at, pixels + at, part);
        PW_TRY(pw_gpu_upload_at(program->stream, place->bytes, at, staged + at, part, error));
    }
    return PAWL_OK;
}

static pawl_status make_room(pw_trt_program *program, pw_trt_place *place, size_t size,
                             pawl_error *error)
{
    pw_gpu_memory *made = NULL;
    if (place->bytes->size >= size)
        return PAWL_OK;
    PW_TRY(pw_gpu_wait(program->stream, error));
    PW_TRY(pw_gpu_memory_create(program->plan->gpu, size, &made, error));
    program->base.memory_size += size - place->bytes->size;
    (void)pw_object_end(place->bytes);
    place->bytes = made;
    return PAWL_OK;
}

/* What of the pixels in a place's memory becomes its planes; the kernel reads it with the run. */
static void describe(pw_trt_program *program, size_t at, const pk_letterbox *how, size_t row_size)
{
    const pw_trt_device_plan *const plan = program->plan;
    const pw_lowering *const to = &program->base.lowering;
    pg_letterbox *const described = (pg_letterbox *)program->described.data + at;
    pw_gpu_fit fit = {
        .how = how, .row_size = row_size, .height = (size_t)to->height, .width = (size_t)to->width};
    pw_network_normalisation(&plan->base.plan->network, fit.mean, fit.deviation);
    const uint64_t planes =
        program->memory[plan->input_at]->address + at * 3 * fit.height * fit.width * sizeof(float);
    const pg_letterbox now = pw_gpu_describe_fit(&fit, program->places[at].bytes->address, planes);
    program->is_described = program->is_described && memcmp(described, &now, sizeof now) == 0;
    *described = now;
}

typedef struct fitting {
    size_t at;
    const pw_picture *picture;
} fitting;

static pawl_status put_picture(pw_trt_program *program, void *argument, pawl_error *error)
{
    const fitting *const of = argument;
    const pw_picture *const picture = of->picture;
    pw_trt_place *const place = &program->places[of->at];
    const pawl_plane *const rows = &picture->pixels->planes[0];
    const size_t size =
        rows->row_size * (size_t)(picture->pixels->height - 1) + 3 * (size_t)picture->pixels->width;
    PW_TRY(make_room(program, place, size, error));
    describe(program, of->at, &picture->how, rows->row_size);
    if (pw_cuda_has_pinned(program->plan->gpu->cuda) &&
        !pw_gpu_is_pinned(program->plan->gpu, rows->bytes))
        return upload_staged(program, place, rows->bytes, size, error);
    return pw_gpu_upload(program->stream, place->bytes, rows->bytes, size, error);
}

pawl_status pw_trt_fit(pw_program *base, size_t at, const pw_picture *picture, pawl_error *error)
{
    pw_trt_program *const program = (pw_trt_program *)base;
    fitting of = {at, picture};
    const pawl_status status = do_on_gpu(program, put_picture, &of, error);
    program->fitted = status < 0 ? 0 : program->fitted + 1;
    return status;
}

/* --- a run --- */

/* Bytes, channels last -> float32 planes, divided as PyTorch does; of classifiers normalised. */
static void spread_on_host(const pw_trt_program *program)
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

/* The binding, as a picture of the network's size in each place. */
static pawl_status put_bytes(pw_trt_program *program, pawl_error *error)
{
    const pw_lowering *const to = &program->base.lowering;
    const size_t row_size = 3 * (size_t)to->width, size = row_size * (size_t)to->height;
    const pk_letterbox how = {.height = (size_t)to->height,
                              .width = (size_t)to->width,
                              .inner_height = (size_t)to->height,
                              .inner_width = (size_t)to->width};
    for (size_t n = 0; n < (size_t)to->batch; n++) {
        const uint8_t *const bytes = (const uint8_t *)program->base.input.data + n * size;
        describe(program, n, &how, row_size);
        PW_TRY(pw_gpu_upload(program->stream, program->places[n].bytes, bytes, size, error));
    }
    return PAWL_OK;
}

/* What no fit() has put there. */
static pawl_status put_binding(pw_trt_program *program, pawl_error *error)
{
    const pw_gpu_memory *const input = program->memory[program->plan->input_at];
    if (program->base.fits)
        return put_bytes(program, error);
    if (program->planes != NULL)
        spread_on_host(program);
    return pw_gpu_upload(program->stream, input,
                         program->planes != NULL ? (const void *)program->planes
                                                 : program->base.input.data,
                         input->size, error);
}

static pawl_status put_work(pw_trt_program *program, int which, pawl_error *error)
{
    const pw_trt_device_plan *const plan = program->plan;
    const pw_lowering *const to = &program->base.lowering;
    if (program->base.fits)
        PW_TRY(pw_gpu_fit_pictures(&plan->kernels, program->stream,
                                   program->described_there->address, (size_t)to->batch,
                                   (size_t)to->height, (size_t)to->width, error));
    if (!pw_trt_context_enqueue(plan->library, &program->lane->execution, program->addresses,
                                plan->tensor_count, program->stream->stream))
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s did not run", plan->library->version_text);
    return which == PW_TRT_WITH_BOXES
               ? pw_gpu_boxes_enqueue(&program->boxes, program->stream, error)
               : PAWL_OK;
}

static void do_without_graphs(pw_trt_program *program, const pawl_error *reason)
{
    pw_trt_graphs_free(program);
    program->is_graph_refused = true;
    pw_log(PAWL_LOG_INFO, "runs are started kernel by kernel: there is no graph of them (%s)",
           reason->message);
}

/* One graph of the letterboxes, the network and the boxes. That it cannot be had is no error: all
 * goes on plainly. */
static void record(pw_trt_program *program, int which)
{
    pawl_error reason = {.message = ""};
    pawl_status status = pw_gpu_capture_begin(program->stream, &reason);
    if (status >= 0) {
        status = put_work(program, which, &reason);
        pw_gpu_graph **const wanted = status >= 0 ? &program->graphs[which] : NULL;
        const pawl_status ended =
            pw_gpu_capture_end(program->stream, wanted, status >= 0 ? &reason : NULL);
        status = status < 0 ? status : ended;
    }
    if (status >= 0)
        return;
    do_without_graphs(program, &reason);
    pw_trt_watch_forget();
}

/* A driver takes memory for a graph when that is first started: without it there is none, either.
 */
static pawl_status launch(pw_trt_program *program, int which, pawl_error *error)
{
    pawl_error reason = {.message = ""};
    const pawl_status status =
        pw_gpu_graph_launch(program->graphs[which], program->stream, &reason);
    if (status == PAWL_ERR_MEMORY) {
        do_without_graphs(program, &reason);
        return put_work(program, which, error);
    }
    if (status < 0 && error != NULL)
        *error = reason;
    return status;
}

static pawl_status start_work(pw_trt_program *program, int which, pawl_error *error)
{
    const pw_lowering *const to = &program->base.lowering;
    if (!pw_trt_lane_set_shape(program->lane, to->batch, to->height, to->width))
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s did not run",
                           program->plan->library->version_text);
    if (program->graph_shape != program->lane->shape_count) { /* another program ran in between */
        pw_trt_graphs_free(program);
        program->graph_shape = program->lane->shape_count;
        program->is_warm = false;
    }
    if (program->graphs[which] == NULL && program->is_warm && !program->is_graph_refused)
        record(program, which);
    if (program->graphs[which] != NULL)
        return launch(program, which, error);
    PW_TRY(put_work(program, which, error));
    program->is_warm = true;
    return PAWL_OK;
}

/* What nms asks of a run whose candidates exceed a threshold. */
static pw_gpu_rules rules_of(const pw_nms *nms, float threshold)
{
    const pw_nms_rules rules = pw_nms_rules_of(nms);
    return (pw_gpu_rules){
        .objectness = {.threshold = threshold, .raw = pw_raw_threshold(threshold)},
        .thresholds = rules.thresholds,
        .lowest = rules.lowest,
        .iou = rules.iou,
        .most = rules.max_detections,
        .is_agnostic = rules.is_agnostic,
        .is_multi_label = rules.is_multi_label};
}

static pawl_status download_maps(const pw_trt_program *program, pawl_error *error)
{
    const pw_trt_device_plan *const plan = program->plan;
    for (size_t k = 0; k < plan->output_count; k++) {
        const pw_gpu_memory *const output = program->memory[plan->output_at[k]];
        PW_TRY(
            pw_gpu_download(program->stream, program->maps[k].data, output, output->size, error));
    }
    return PAWL_OK;
}

typedef struct starting {
    const pw_run *run;
    bool is_fitted;
} starting;

static pawl_status start(pw_trt_program *program, void *argument, pawl_error *error)
{
    const starting *const of = argument;
    int which = PW_TRT_PLAIN;
    PW_TRY(pw_run_check(of->run, error));
    if (!of->is_fitted)
        PW_TRY(put_binding(program, error));
    if (program->base.fits && !program->is_described) {
        PW_TRY(pw_gpu_upload(program->stream, program->described_there, program->described.data,
                             program->described_there->size, error));
        program->is_described = true;
    }
    if (program->base.collects && of->run->nms != NULL) {
        const pw_gpu_rules rules = rules_of(of->run->nms, of->run->threshold);
        if (pw_gpu_boxes_takes(&rules)) {
            PW_TRY(pw_gpu_boxes_want(&program->boxes, program->stream, &rules, error));
            which = PW_TRT_WITH_BOXES;
        }
    }
    PW_TRY(start_work(program, which, error));
    program->has_boxes = which == PW_TRT_WITH_BOXES;
    return program->base.collects ? PAWL_OK : download_maps(program, error);
}

static pawl_status refuse_observer(pw_trt_program *program, void *argument, pawl_error *error)
{
    (void)program;
    (void)argument;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "TensorRT fuses layers and shows none of them; observe the same plan on "
                   "--backend cpu or reference");
}

pawl_status pw_trt_enqueue(pw_program *base, const pw_run *run, pawl_error *error)
{
    pw_trt_program *const program = (pw_trt_program *)base;
    starting of = {run, program->fitted > 0};
    program->fitted = 0;
    program->has_run = program->has_boxes = base->is_fetched = false;
    program->threshold = run->threshold;
    return do_on_gpu(program, run->observer != NULL ? refuse_observer : start, &of, error);
}

static pawl_status wait_for_gpu(pw_trt_program *program, void *argument, pawl_error *error)
{
    (void)argument;
    return pw_gpu_wait(program->stream, error);
}

static void decode(pw_trt_program *program)
{
    if (program->decoder.call.implementation != NULL)
        pw_decoder_run(&program->decoder, &program->base, program->threshold);
    program->base.is_fetched = true;
}

pawl_status pw_trt_wait(pw_program *base, const pw_run *run, pawl_error *error)
{
    pw_trt_program *const program = (pw_trt_program *)base;
    (void)run;
    PW_TRY(do_on_gpu(program, wait_for_gpu, NULL, error));
    program->has_run = true;
    if (!base->collects)
        decode(program);
    return PAWL_OK;
}

/* --- what it left --- */

static pawl_status download(pw_trt_program *program, void *argument, pawl_error *error)
{
    PW_TRY(download_maps(program, error));
    return wait_for_gpu(program, argument, error);
}

pawl_status pw_trt_fetch(pw_program *base, pawl_error *error)
{
    pw_trt_program *const program = (pw_trt_program *)base;
    PW_TRY(pw_trt_maps_make(program, error));
    if (base->is_fetched || !program->has_run)
        return PAWL_OK;
    PW_TRY(do_on_gpu(program, download, NULL, error));
    decode(program);
    return PAWL_OK;
}

/* Boxes of a run that did not know who would want them, or of other rules than it knew. */
static pawl_status make_boxes(pw_trt_program *program, void *argument, pawl_error *error)
{
    pw_gpu_boxes *const boxes = &program->boxes;
    const uint64_t uploads = boxes->uploads;
    PW_TRY(pw_gpu_boxes_want(boxes, program->stream, argument, error));
    if (program->has_boxes && boxes->uploads == uploads)
        return PAWL_OK;
    program->has_boxes = false;
    PW_TRY(pw_gpu_boxes_enqueue(boxes, program->stream, error));
    PW_TRY(pw_gpu_wait(program->stream, error));
    program->has_boxes = true;
    return PAWL_OK;
}

/* Where there are more than the device keeps: the same, on the host. */
static pawl_status collect_on_host(pw_trt_program *program, size_t place, pw_nms *nms,
                                   pawl_detection *items, uint32_t *rows, size_t *count,
                                   pawl_error *error)
{
    PW_TRY(pw_trt_fetch(&program->base, error));
    const pawl_candidates *const candidates = &program->base.candidates[place];
    *count = pw_nms_run(nms, candidates, items, rows);
    for (size_t i = 0; rows != NULL && i < *count; i++)
        rows[i] = (uint32_t)candidates->index[rows[i]];
    return PAWL_OK;
}

pawl_status pw_trt_collect(pw_program *base, size_t place, pw_nms *nms, pawl_detection *items,
                           uint32_t *rows, size_t *count, pawl_error *error)
{
    _Static_assert(sizeof(pg_found) == sizeof(pawl_detection) &&
                       offsetof(pg_found, class_id) == offsetof(pawl_detection, class_id),
                   "the device writes boxes as they are shown");
    pw_trt_program *const program = (pw_trt_program *)base;
    pw_gpu_rules rules = rules_of(nms, program->threshold);
    if (!pw_gpu_boxes_takes(&rules))
        return collect_on_host(program, place, nms, items, rows, count, error);
    PW_TRY(do_on_gpu(program, make_boxes, &rules, error));
    const pg_answer *const answer = pw_gpu_boxes_answer(&program->boxes, place);
    if (answer == NULL)
        return collect_on_host(program, place, nms, items, rows, count, error);
    *count = answer->kept;
    memcpy(items, answer->found, answer->kept * sizeof *items);
    if (rows != NULL)
        memcpy(rows, answer->rows, answer->kept * sizeof *rows);
    base->not_finite[place] =
        answer->counts.candidates == 0 ? answer->counts.dead_cells : answer->counts.dead_values;
    return PAWL_OK;
}

typedef struct masking {
    pw_gpu_mask mask;
    float *plane;
} masking;

static pawl_status put_mask(pw_trt_program *program, void *argument, pawl_error *error)
{
    const masking *const of = argument;
    return pw_gpu_boxes_mask(&program->boxes, program->stream, &of->mask, of->plane, error);
}

pawl_status pw_trt_mask(pw_program *base, size_t place, uint32_t row, const pk_mask_area *inside,
                        float *plane, pawl_error *error)
{
    pw_trt_program *const program = (pw_trt_program *)base;
    const pw_trt_device_plan *const plan = program->plan;
    const size_t last = plan->output_count - 1; /* the prototypes */
    const pw_gpu_memory *const prototypes = program->memory[plan->output_at[last]];
    const pw_shape *const shape = &program->shapes[plan->outputs[last].tensor];
    masking of = {.plane = plane};
    of.mask = (pw_gpu_mask){.picture = place,
                            .row = row,
                            .prototypes = prototypes->address +
                                          place * (prototypes->size / (size_t)shape->batch),
                            .height = (size_t)shape->height,
                            .width = (size_t)shape->width,
                            .top = (size_t)inside->top,
                            .bottom = (size_t)inside->bottom,
                            .left = (size_t)inside->left,
                            .right = (size_t)inside->right};
    return do_on_gpu(program, put_mask, &of, error);
}
