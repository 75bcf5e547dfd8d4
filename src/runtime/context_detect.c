/* SPDX-License-Identifier: Apache-2.0 */
/* What a detector asks of a context: pictures into the input, boxes out of what a run left. A
 * backend may do both on its device; here is how it is done on the host. */
#include "base/memory.h"
#include "base/size.h"
#include "image/centre_crop.h"
#include "runtime/context.h"

#include <math.h>

/* --- pictures into the input --- */

pawl_letterbox pw_context_letterbox(const pw_context *context, const pawl_picture *picture)
{
    const pw_frame *frame = &context->frame;
    const pw_lowering *shape = pw_context_shape(context);
    return frame->stride > 0
               ? pawl_letterbox_fit_rect(picture->width, picture->height, frame->width,
                                         frame->height, frame->stride)
               : pawl_letterbox_fit(picture->width, picture->height, shape->width, shape->height);
}

/* As detectors see it, or classifiers. */
static pk_letterbox how_of(const pw_context *context, const pawl_picture *picture)
{
    const pw_lowering *shape = pw_context_shape(context);
    if (context->engine->plan->network.model.task == PAWL_TASK_CLASSIFY)
        return pw_centre_crop_of(picture, shape->width, shape->height);
    const pawl_letterbox box = pw_context_letterbox(context, picture);
    return pw_letterbox_of(picture, &box);
}

typedef struct fit_work {
    const pw_context *context;
    const pawl_picture *pictures;
    const pw_lowering *shape;
    uint8_t *input;
    size_t bands;      /* parts of a picture, an item each */
    atomic_int status; /* the last that failed */
} fit_work;

static void fit_item(void *argument, size_t item, size_t worker)
{
    fit_work *work = argument;
    const size_t place = item / work->bands, band = item % work->bands;
    const pawl_picture *picture = &work->pictures[place];
    const int32_t high = work->shape->height, wide = work->shape->width;
    const size_t height = (size_t)high;
    uint8_t *input = work->input + place * height * (size_t)wide * 3;
    uint8_t *scratch = work->context->scratch + worker * work->context->scratch_size;
    const size_t scratch_size = work->context->scratch_size;
    const int32_t first = (int32_t)(height * band / work->bands);
    const int32_t last = (int32_t)(height * (band + 1) / work->bands);
    const pk_letterbox how = how_of(work->context, picture);
    const pawl_status status =
        pw_fit_into(picture, &how, wide, high, input, scratch, scratch_size, first, last);
    if (status < 0)
        atomic_store(&work->status, (int)status);
}

/* Room for a picture as wide as the network, for each thread: a letterbox needs no more, except
 * for rows that it converts, which are as wide as the picture. */
pawl_status pw_context_fit_prepare(pw_context *context, const pawl_picture *pictures, size_t count,
                                   pawl_error *error)
{
    const pw_lowering *shape = pw_context_shape(context);
    const pawl_picture plain = {.width = shape->width, .height = shape->height};
    size_t needed = pw_fit_scratch_size(&plain, shape->width, shape->height);
    for (size_t i = 0; i < count; i++)
        needed =
            pw_size_max(needed, pw_fit_scratch_size(&pictures[i], shape->width, shape->height));
    if (needed <= context->scratch_size)
        return PAWL_OK;
    const size_t step = pw_size_align(needed, PW_CACHE_LINE);
    const size_t size = step * pw_crew_size(&context->crew);
    uint8_t *scratch = pw_alloc_aligned(size, PW_CACHE_LINE);
    if (scratch == NULL)
        return pw_fail_memory(error, "the letterbox", size);
    pw_free(context->scratch);
    context->scratch = scratch;
    context->scratch_size = step;
    return PAWL_OK;
}

static pawl_status fit_on_host(pw_context *context, const pawl_picture *pictures, size_t count,
                               pawl_error *error)
{
    fit_work work = {
        .context = context,
        .pictures = pictures,
        .shape = pw_context_shape(context),
        .input = pw_context_program(context)->input.data,
        .bands = pw_crew_size(&context->crew),
    };
    PW_TRY(pw_context_fit_prepare(context, pictures, count, error));
    pw_crew_enter(&context->crew);
    pw_crew_run(&context->crew, fit_item, &work, count * work.bands);
    pw_crew_leave(&context->crew);
    if (atomic_load(&work.status) < 0)
        return pw_fail(error, PAWL_ERR_INTERNAL, "a picture does not fit its letterbox");
    return PAWL_OK;
}

/* A device takes R G B, and with it what lies between the rows, which must not be most of it. A
 * batch in which one is not so goes by the host. */
static bool are_for_device(const pawl_picture *pictures, size_t count)
{
    bool are = true;
    for (size_t i = 0; i < count; i++)
        are = are && pictures[i].format == PAWL_PICTURE_RGB &&
              pictures[i].planes[0].row_size <= 6 * (size_t)pictures[i].width;
    return are;
}

pawl_status pw_context_fit(pw_context *context, const pawl_picture *pictures, size_t count,
                           pawl_error *error)
{
    pw_program *program = pw_context_program(context);
    if (!program->fits || !are_for_device(pictures, count))
        return fit_on_host(context, pictures, count, error);
    for (size_t i = 0; i < count; i++) {
        const pw_picture picture = {.pixels = &pictures[i], .how = how_of(context, &pictures[i])};
        PW_TRY(program->backend->fit(program, i, &picture, error));
    }
    return PAWL_OK;
}

/* --- what a run left --- */

static pawl_status check_picture(const pw_context *context, size_t picture, pawl_error *error)
{
    const pw_program *program = pw_context_program(context);
    if (program->candidates == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "context #%llu leaves no candidates: create it with "
                       "PAWL_OUTPUT_CANDIDATES",
                       (unsigned long long)context->object.id);
    if (!context->has_run)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "context #%llu has not run since its shape was set",
                       (unsigned long long)context->object.id);
    if (picture >= (size_t)program->lowering.batch)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "picture %zu does not exist: the batch has %d",
                       picture, program->lowering.batch);
    return PAWL_OK;
}

/* What a device keeps until somebody asks. */
static pawl_status fetch(const pw_context *context, pawl_error *error)
{
    pw_program *program = pw_context_program(context);
    return program->collects && !program->is_fetched ? program->backend->fetch(program, error)
                                                     : PAWL_OK;
}

pawl_status pw_context_candidates(const pw_context *context, size_t picture,
                                  pawl_candidates *candidates, pawl_error *error)
{
    PW_TRY(check_picture(context, picture, error));
    PW_TRY(fetch(context, error));
    PW_TRY(pw_context_check_host(context, pw_context_program(context)->output_memory, error));
    *candidates = pw_context_program(context)->candidates[picture];
    return PAWL_OK;
}

pawl_status pw_context_output(const pw_context *context, size_t index, pawl_tensor *output,
                              pawl_error *error)
{
    const pw_program *program = pw_context_program(context);
    if (index >= program->output_count)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "output %zu does not exist: there are %zu%s",
                       index, program->output_count,
                       program->candidates != NULL ? "; use pawl_context_candidates()" : "");
    PW_TRY(pw_context_check_host(context, program->output_memory, error));
    PW_TRY(fetch(context, error));
    *output = program->outputs[index];
    return PAWL_OK;
}

pawl_status pw_context_collect(pw_context *context, size_t picture, pw_nms *nms,
                               pawl_detection *items, uint32_t *rows, size_t *count,
                               pawl_error *error)
{
    pw_program *program = pw_context_program(context);
    PW_TRY(check_picture(context, picture, error));
    if (program->collects)
        return program->backend->collect(program, picture, nms, items, rows, count, error);
    pawl_candidates candidates;
    PW_TRY(pw_context_candidates(context, picture, &candidates, error));
    *count = pw_nms_run(nms, &candidates, items, rows);
    return PAWL_OK;
}

pawl_status pw_context_mask(const pw_context *context, size_t picture, uint32_t row,
                            const pk_mask_area *inside, float plane[], pawl_error *error)
{
    PW_TRY(check_picture(context, picture, error));
    pw_program *program = pw_context_program(context);
    return program->backend->mask(program, picture, row, inside, plane, error);
}

/* Objectness that passes no threshold, or parts of candidates that were dropped for it. */
size_t pw_context_not_finite(const pw_context *context, size_t picture)
{
    const pw_program *program = pw_context_program(context);
    const pawl_candidates *candidates = &program->candidates[picture];
    if (program->output_memory == PW_MEMORY_DEVICE)
        return 0;
    if (program->collects && !program->is_fetched)
        return program->not_finite[picture];
    size_t count = candidates->count == 0 ? program->not_finite[picture] : 0;
    for (size_t i = 0; i < candidates->count * candidates->width; i++)
        count += isfinite(candidates->rows[i]) == 0;
    return count;
}
