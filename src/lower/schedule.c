/* SPDX-License-Identifier: Apache-2.0 */
/* The stages, one after another. */
#include "lower/schedule.h"

pawl_status pw_schedule_make(const pw_schedule_desc *desc, pw_arena *arena, pw_schedule *schedule,
                             pawl_error *error)
{
    *schedule = (pw_schedule){.desc = *desc};
    PW_TRY(pw_operands_make(schedule, arena, error));
    PW_TRY(pw_steps_make(schedule, arena, error));
    PW_TRY(pw_choose(schedule, arena, error));
    return pw_memory_make(schedule, arena, error);
}

int32_t pw_schedule_at_once(const pw_network *network, pawl_output_form output, int32_t batch)
{
    return pw_network_head(network) != NULL && output != PAWL_OUTPUT_RAW ? 1 : batch;
}
