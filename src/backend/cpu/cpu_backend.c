/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend's table of functions. */
#include "backend/cpu/cpu.h"

static const char *cpu_absence(void)
{
    return NULL;
}

const pw_backend pw_backend_cpu = {
    .name = "cpu",
    .version = PW_BACKEND_VERSION,
    .precisions = "fp32 bf16 int8",
    .options = "timing_cache tuning is_small",
    .has_timer = true,
    .absence = cpu_absence,
    .tune = pw_cpu_tune,
    .open = pw_cpu_open,
    .close = pw_cpu_close,
    .lower = pw_cpu_lower,
    .release = pw_cpu_release,
    .enqueue = pw_cpu_run,
    .tactic = pw_cpu_tactic,
};
