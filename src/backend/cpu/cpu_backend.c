/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend's table of functions. */
#include "backend/cpu/cpu.h"

static const char *cpu_absence(void)
{
    return NULL;
}

static pawl_status cpu_tune(pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning,
                            pawl_error *error)
{
    return pw_tune(&pw_backend_cpu, plan, machine, tuning, error);
}

const pw_backend pw_backend_cpu = {
    .name = "cpu",
    .version = PW_BACKEND_VERSION,
    .precisions = "fp32 bf16 int8",
    .options = "timing_cache tuning is_small",
    .has_timer = true,
    .absence = cpu_absence,
    .tune = cpu_tune,
    .open = pw_cpu_open,
    .close = pw_cpu_close,
    .lower = pw_cpu_lower,
    .release = pw_cpu_release,
    .enqueue = pw_cpu_run,
    .tactic = pw_cpu_tactic,
};
