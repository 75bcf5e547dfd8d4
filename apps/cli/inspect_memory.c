/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of an engine takes of memory on the CPU, as it is planned. */
#include "cli/inspect.h"

static void print_block(void *user, const pawl_memory_block_info *block)
{
    (void)user;
    app_put("  %10llu  %10llu  %4zu - %-4zu  %s%s", (unsigned long long)block->offset,
            (unsigned long long)block->size, block->first_step, block->last_step, block->layer,
            block->is_workspace ? " (beside it)" : "");
}

int inspect_memory_print(const inspect_subject *subject)
{
    pawl_memory_info info = PAWL_MEMORY_INFO_INIT;
    pawl_error error = {0};
    char text[5][APP_HUMAN_SIZE];
    if (subject->plan == NULL)
        return app_fail(APP_EXIT_USAGE,
                        "%s is no engine: a memory plan is made of one ('pawl build %s')",
                        subject->path, subject->path);
    app_put("    offset        bytes  steps        layer");
    if (pawl_plan_memory_get(subject->plan, NULL, &info, print_block, NULL, &error) < 0)
        return app_fail_library(subject->path, &error);
    app_put(
        "batch %d at %dx%d, %zu steps: constants %s packed, tensors %s (%s if each had its "
        "own), scratch %s, input and outputs %s",
        info.batch, info.height, info.width, info.step_count,
        app_human_bytes(text[0], info.packed_size), app_human_bytes(text[1], info.workspace_size),
        app_human_bytes(text[2], info.unshared_size), app_human_bytes(text[3], info.scratch_size),
        app_human_bytes(text[4], info.binding_size));
    return APP_EXIT_DONE;
}
