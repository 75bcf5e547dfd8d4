/* SPDX-License-Identifier: Apache-2.0 */
/* The level of the process: from the environment, or by a call before the first object. */
#include "base/log.h"
#include "base/os.h"
#include "lifetime/diagnosis.h"
#include "lifetime/level.h"
#include "lifetime/slot_table.h"

static atomic_bool is_strict;
static atomic_bool is_fixed;
static pw_notice is_ignored; /* what the environment says */

void pw_level_start(void)
{
    const char *wanted = pw_os_environment("PAWL_LIFETIME");
    if (wanted == NULL || strcmp(wanted, "deferred") == 0)
        return;
    if (strcmp(wanted, "strict") == 0)
        atomic_store(&is_strict, true);
    else
        pw_notice_set(&is_ignored, PAWL_LOG_WARNING,
                      "PAWL_LIFETIME=%s is ignored: it is strict or deferred", wanted);
}

void pw_level_tell(void)
{
    pw_notice_tell(&is_ignored);
}

bool pw_level_is_strict(void)
{
    return atomic_load_explicit(&is_strict, memory_order_relaxed);
}

void pw_level_fix(void)
{
    if (!atomic_load_explicit(&is_fixed, memory_order_relaxed))
        atomic_store_explicit(&is_fixed, true, memory_order_relaxed);
}

pawl_status pawl_lifetime_set(pawl_lifetime level)
{
    if (level != PAWL_LIFETIME_DEFERRED && level != PAWL_LIFETIME_STRICT)
        return PAWL_ERR_ARGUMENT;
    PW_TRY(pw_table_start()); /* first, or the environment would overrule us later */
    pw_table_lock();
    const bool is_late = atomic_load(&is_fixed);
    if (!is_late)
        atomic_store(&is_strict, level == PAWL_LIFETIME_STRICT);
    pw_table_unlock();
    if (!is_late)
        return PAWL_OK;
    pw_log(PAWL_LOG_WARNING, "%s: the level must be chosen before the first object is made",
           pw_diagnosis_id(PW_DIAGNOSIS_LEVEL_LATE));
    return PAWL_ERR_IN_USE;
}

pawl_lifetime pawl_lifetime_get(void)
{
    (void)pw_table_start();
    return pw_level_is_strict() ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED;
}
