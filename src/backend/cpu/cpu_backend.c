/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend's table of functions. */
#include "backend/cpu/cpu.h"

#include "base/log.h"

#include <string.h>

static const char *cpu_absence(void)
{
    return NULL;
}

/* Types that a processor without products of them multiplies as floats, or half as many at a time,
 * and without Winograd's way. */
static const struct narrow {
    const char *precision;
    uint32_t products; /* one of them will do */
} narrow[] = {
    {"bf16", PK_AVX512BF16 | PK_NEONBF16},
    {"int8", PK_AVX512VNNI | PK_AVXVNNI | PK_DOTPROD | PK_I8MM},
};

static void tell_of_speed(const char *precision, uint32_t isa)
{
    for (size_t i = 0; i < PW_COUNT(narrow); i++)
        if (strcmp(narrow[i].precision, precision) == 0 && (narrow[i].products & isa) == 0)
            pw_log(PAWL_LOG_WARNING,
                   "this processor has no products of %s: the engine is smaller than one of fp32, "
                   "but likely slower here",
                   precision);
}

static pawl_status cpu_tune(pw_plan *plan, const pw_machine *machine, const pw_tuning *tuning,
                            pawl_error *error)
{
    tell_of_speed(plan->precision, machine->isa);
    return pw_tune(&pw_backend_cpu, plan, machine, tuning, error);
}

const pw_backend pw_backend_cpu = {
    .name = "cpu",
    .version = PW_BACKEND_VERSION,
    .precisions = "fp32 fp16 bf16 int8",
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
