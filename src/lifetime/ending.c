/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an object: closes its generation, so that all copies of the handle are dead, and drops
 * the user's hold; who holds it still keeps its memory. */
#include "lifetime/ending.h"
#include "base/log.h"
#include "lifetime/diagnosis.h"
#include "lifetime/explain.h"
#include "lifetime/level.h"
#include "lifetime/object_text.h"
#include "lifetime/observer.h"
#include "lifetime/release.h"
#include "lifetime/tombstones.h"

/* Closes the generation and drops the user's hold. False: strict, and others hold it. The mutex
 * keeps other ends away, not uses. */
static bool close_generation(pw_slot *slot, bool is_strict, uint64_t *others)
{
    uint64_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    do {
        *others = (state & PW_STATE_HOLDS) - 1;
        if (is_strict && *others > 0)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&slot->state, &state,
                                                    state - PW_STATE_OPEN - PW_STATE_HOLD,
                                                    memory_order_acq_rel, memory_order_relaxed));
    return true;
}

static void observe_end(const pw_object *object, pawl_status status, uint64_t others)
{
    const pw_observer *observer = pw_observer_get();
    if (PW_LIKELY(observer == NULL))
        return;
    const uint32_t eldest = pw_slot_at(object->slot)->first_holder;
    observer->ended(object, status, eldest == PW_NO_EDGE ? 0 : pw_edge_holder(eldest)->id,
                    (uint32_t)others);
}

static pawl_status refuse_held(pw_ending *end, const pw_object *object, uint64_t others)
{
    pw_strbuf_add(&end->text, "%s: ", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    pw_text_object(&end->text, object->type, object->id, object->name);
    pw_text_place(&end->text, "made at", &object->place);
    pw_strbuf_add(&end->text, " is not ended: it is ");
    pw_explain_holders(&end->text, pw_slot_at(object->slot), others);
    observe_end(object, PAWL_ERR_IN_USE, others);
    return PAWL_ERR_IN_USE;
}

void pw_ending_start(pw_ending *end, uint64_t handle, const pw_type *type)
{
    end->bits = handle;
    end->type = type;
    end->is_ours = false;
    end->to_release = NULL;
    end->level = PAWL_LOG_WARNING;
    end->text = PW_STRBUF(end->sentence);
}

pawl_status pw_ending_close(pw_ending *end)
{
    pw_object *object = pw_open_object(end->bits);
    if (object == NULL) {
        pw_explain_dead(&end->text, end->bits);
        return PAWL_ERR_DEAD_HANDLE;
    }
    if (object->type != end->type && end->type != NULL) {
        pw_explain_type(&end->text, object, end->type);
        return PAWL_ERR_ARGUMENT;
    }
    pw_slot *slot = pw_slot_at(object->slot);
    uint64_t others = 0;
    if (!close_generation(slot, !end->is_ours && pw_level_is_strict(), &others))
        return refuse_held(end, object, others);
    /* From here on another thread may drop the last hold, but it cannot leave the table, nor free,
     * without the mutex. */
    pw_slot_take_from_scope(object);
    pw_tombstone_set(end->bits, object, pw_os_clock_coarse_ns());
    observe_end(object, others == 0 ? PAWL_OK : PAWL_DEFERRED, others);
    if (others == 0) {
        end->to_release = object;
        return PAWL_OK;
    }
    end->level = PAWL_LOG_VERBOSE;
    if (pw_log_wants(PAWL_LOG_VERBOSE)) {
        pw_strbuf_add(&end->text, "~ ");
        pw_text_object(&end->text, object->type, object->id, "");
        pw_strbuf_add(&end->text, " ended, ");
        pw_explain_holders(&end->text, slot, others);
    }
    return PAWL_DEFERRED;
}

void pw_ending_finish(pw_ending *end)
{
    if (end->sentence[0] != '\0')
        pw_log(end->level, "%s", end->sentence);
    if (end->to_release != NULL)
        pw_object_release_all(end->to_release);
}

static pawl_status end_now(pw_ending *end)
{
    pw_table_lock();
    const pawl_status status = pw_ending_close(end);
    pw_table_unlock();
    return status;
}

pawl_status pw_object_destroy_handle(void **handle, const pw_type *type)
{
    if (handle == NULL || *handle == NULL)
        return PAWL_OK;
    pw_ending end;
    pw_ending_start(&end, pw_handle_bits(*handle), type);
    const pawl_status status = end_now(&end);
    if (status != PAWL_ERR_IN_USE && status != PAWL_ERR_ARGUMENT)
        *handle = NULL; /* those two changed nothing; in every other case the handle is dead */
    pw_ending_finish(&end);
    return status;
}

pawl_status pw_object_end(void *object)
{
    if (object == NULL)
        return PAWL_OK;
    const pw_object *ended = object;
    const uint64_t state =
        atomic_load_explicit(&pw_slot_at(ended->slot)->state, memory_order_acquire);
    pw_ending end;
    pw_ending_start(&end, pw_handle_make(ended->slot, pw_generation_of_state(state)), ended->type);
    end.is_ours = true;
    const pawl_status status = end_now(&end);
    pw_ending_finish(&end);
    return status;
}

pawl_status pawl_object_destroy(void **handle)
{
    return pw_object_destroy_handle(handle, NULL);
}
