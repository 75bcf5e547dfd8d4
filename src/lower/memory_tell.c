/* SPDX-License-Identifier: Apache-2.0 */
/* What a run would take of memory, planned and not taken: the CPU's schedule without a program. */
#include "base/cpu_info.h"
#include "base/desc.h"
#include "base/os.h"
#include "base/size.h"
#include "lower/schedule.h"
#include "plan/plan_ir.h"
#include <pawl/limits.h>

/* The step that makes an operand's memory first. */
static const pw_step *maker_of(const pw_schedule *schedule, size_t operand)
{
    for (size_t s = 0; s < schedule->step_count; s++)
        if (schedule->operands[schedule->steps[s].destination].root == operand)
            return &schedule->steps[s];
    return NULL;
}

static void tell_block(const pw_schedule *schedule, size_t buffer, pawl_memory_tell tell,
                       void *user)
{
    const pw_buffer *from = &schedule->buffers[buffer];
    const bool is_workspace = buffer >= schedule->operand_count;
    const pw_step *maker = is_workspace ? &schedule->steps[buffer - schedule->operand_count]
                                        : maker_of(schedule, buffer);
    const pw_layer *layer = maker == NULL ? NULL : &schedule->desc.network->layers[maker->layer];
    const pawl_memory_block_info block = {.struct_size = sizeof block,
                                          .layer = layer != NULL ? layer->name : "",
                                          .is_workspace = is_workspace ? 1 : 0,
                                          .offset = from->offset,
                                          .size = from->size,
                                          .first_step = from->first,
                                          .last_step = from->last};
    tell(user, &block);
}

/* Dense sizes of what the caller reads and writes. */
static uint64_t bound_size(const pw_schedule *schedule)
{
    uint64_t size = 0;
    for (size_t p = 0; p < schedule->operand_count; p++) {
        const pk_tensor *tensor = &schedule->operands[p].tensor;
        if (schedule->operands[p].is_bound)
            size += (uint64_t)tensor->batch * tensor->channels * pk_pixels(tensor) *
                    pk_type_size(tensor->type);
    }
    return size;
}

static pawl_memory_info info_of(const pw_schedule *schedule, int32_t batch)
{
    pawl_memory_info info = {.struct_size = sizeof info,
                             .batch = batch,
                             .height = schedule->desc.height,
                             .width = schedule->desc.width,
                             .step_count = schedule->step_count,
                             .workspace_size = schedule->workspace,
                             .scratch_size = schedule->scratch * schedule->desc.workers,
                             .binding_size =
                                 bound_size(schedule) * (uint64_t)(batch / schedule->desc.batch)};
    for (size_t s = 0; s < schedule->step_count; s++)
        info.packed_size += schedule->steps[s].needs.packed;
    for (size_t b = 0; b < schedule->operand_count + schedule->step_count; b++)
        info.unshared_size += schedule->buffers[b].size;
    return info;
}

static int32_t batch_of(const pw_plan *plan, const pawl_memory_desc *wanted)
{
    return wanted->batch > 0 ? wanted->batch : plan->profile.batch_opt;
}

static pawl_status plan_memory(const pw_plan *plan, const pawl_memory_desc *wanted, pw_arena *arena,
                               pw_schedule *schedule, pawl_error *error)
{
    const int32_t cores = wanted->threads > 0 ? wanted->threads : pw_os_core_count();
    const pw_schedule_desc desc = {
        .network = &plan->network,
        .machine = {.isa = pw_isa_mask(), .cores = (size_t)cores},
        .batch =
            pw_schedule_at_once(&plan->network, PAWL_OUTPUT_CANDIDATES, batch_of(plan, wanted)),
        .height = wanted->height > 0 ? wanted->height : plan->profile.height,
        .width = wanted->width > 0 ? wanted->width : plan->profile.width,
        .input = PAWL_INPUT_U8_NHWC,
        .output = PAWL_OUTPUT_CANDIDATES,
        .workers = (size_t)cores};
    return pw_schedule_make(&desc, arena, schedule, error);
}

pawl_status pawl_plan_memory_get(pawl_plan *plan, const pawl_memory_desc *desc,
                                 pawl_memory_info *info, pawl_memory_tell tell, void *user,
                                 pawl_error *error)
{
    pw_plan *source PW_USING = NULL;
    pawl_memory_desc wanted = PAWL_MEMORY_DESC_INIT;
    pw_arena arena = {.last = NULL};
    pw_schedule schedule;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    PW_TRY(pw_desc_read(&wanted, sizeof wanted, desc, "pawl_memory_desc", error));
    if (wanted.threads < 0 || wanted.threads > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: give 0 (all cores) to %d",
                       (int)wanted.threads, PAWL_MAX_THREADS);
    if (wanted.batch < 0 || wanted.height < 0 || wanted.width < 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "%d x %dx%d is no shape: give 0 for the plan's optimum", (int)wanted.batch,
                       (int)wanted.height, (int)wanted.width);
    pawl_status status = plan_memory(source, &wanted, &arena, &schedule, error);
    if (status >= 0) {
        const pawl_memory_info made = info_of(&schedule, batch_of(source, &wanted));
        status = pw_desc_answer(info, &made, sizeof made, "pawl_memory_info", error);
        for (size_t b = 0;
             status >= 0 && tell != NULL && b < schedule.operand_count + schedule.step_count; b++)
            if (schedule.buffers[b].size > 0)
                tell_block(&schedule, b, tell, user);
    }
    pw_arena_free(&arena);
    return status;
}
