/* SPDX-License-Identifier: Apache-2.0 */
/* From a handle to its object, to its end, and to a sentence that explains why neither is possible.
 */
#include "base/log.h"
#include "lifetime/diagnosis.h"
#include "lifetime/ending.h"
#include "lifetime/level.h"
#include "lifetime/object_text.h"
#include "lifetime/observer.h"
#include "lifetime/release.h"
#include "lifetime/slot_table.h"
#include "lifetime/tombstones.h"

#define TEXT_SIZE PW_ENDING_TEXT_SIZE

/* --- explanations; all with the mutex held --- */

static void explain_tombstone(pw_strbuf *text, const pw_tombstone *stone)
{
    pw_strbuf_add(text, "%s: the handle is dead: ", pw_diagnosis_id(PW_DIAGNOSIS_ENDED));
    pw_text_object(text, stone->type, stone->id, stone->name);
    pw_text_place(text, "made at", &stone->place);
    pw_strbuf_add(text, " was ended %.3f s ago",
                  pw_text_seconds(stone->ended_ns, pw_os_clock_ns()));
}

/* A handle that resolves to nothing: its object has ended, or it never was a handle. */
void pw_explain_dead(pw_strbuf *text, uint64_t bits)
{
    if (bits >> 56 == PW_SCOPE_TAG) {
        pw_strbuf_add(text, "%s: the handle is a scope's, where an object's is wanted",
                      pw_diagnosis_id(PW_DIAGNOSIS_WRONG_TYPE));
        return;
    }
    const pw_slot *slot = pw_handle_slot(bits);
    const pw_tombstone *stone = slot == NULL ? NULL : pw_tombstone_find(bits);
    if (stone != NULL) {
        explain_tombstone(text, stone);
        return;
    }
    const uint64_t state =
        slot == NULL ? 0 : atomic_load_explicit(&slot->state, memory_order_relaxed);
    const uint64_t generation = pw_handle_generation(bits);
    if (generation > 0 && generation <= pw_generation_of_state(state))
        pw_strbuf_add(text, "%s: the handle is dead: its object was ended, and %d others after it",
                      pw_diagnosis_id(PW_DIAGNOSIS_ENDED_LONG_AGO), PW_TOMBSTONE_COUNT);
    else
        pw_strbuf_add(text, "%s: the pointer 0x%llx is no handle and never was",
                      pw_diagnosis_id(PW_DIAGNOSIS_NO_HANDLE), (unsigned long long)bits);
}

static void explain_type(pw_strbuf *text, const pw_object *object, const pw_type *wanted)
{
    pw_strbuf_add(text, "%s: the handle is not of type %s but of type %s: ",
                  pw_diagnosis_id(PW_DIAGNOSIS_WRONG_TYPE), wanted->name, object->type->name);
    pw_text_object(text, object->type, object->id, object->name);
    pw_text_place(text, "made at", &object->place);
}

/* "held by context #9 from x.c:12 and 2 others" */
static void explain_holders(pw_strbuf *text, const pw_slot *slot, uint64_t others)
{
    pw_strbuf_add(text, "held by ");
    if (slot->first_holder == PW_NO_EDGE) {
        pw_strbuf_add(text, "a call under way");
    } else {
        const pw_object *holder = pw_edge_holder(slot->first_holder);
        pw_text_object(text, holder->type, holder->id, pw_object_name_if_made(holder));
        pw_text_place(text, "from", &holder->place);
    }
    if (others > 1)
        pw_strbuf_add(text, " and %llu other%s", (unsigned long long)(others - 1),
                      others > 2 ? "s" : "");
}

/* --- use --- */

static const char *name_of(const pw_type *type)
{
    return type != NULL ? type->name : "object";
}

static pawl_status fail_dead(uint64_t bits, pawl_error *error)
{
    if (error == NULL)
        return PAWL_ERR_DEAD_HANDLE;
    char sentence[TEXT_SIZE];
    pw_strbuf text = PW_STRBUF(sentence);
    pw_table_lock();
    pw_explain_dead(&text, bits);
    pw_table_unlock();
    return pw_fail(error, PAWL_ERR_DEAD_HANDLE, "%s", sentence);
}

static pawl_status fail_type(pw_object *object, const pw_type *wanted, pawl_error *error)
{
    char sentence[TEXT_SIZE];
    pw_strbuf text = PW_STRBUF(sentence);
    pw_table_lock();
    explain_type(&text, object, wanted);
    pw_table_unlock();
    pw_object_release(object);
    return pw_fail(error, PAWL_ERR_ARGUMENT, "%s", sentence);
}

pawl_status pw_object_use(const void *handle, const pw_type *type, void *object_out,
                          pawl_error *error)
{
    if (handle == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: the %s handle is NULL",
                       pw_diagnosis_id(PW_DIAGNOSIS_NULL), name_of(type));
    if (PW_UNLIKELY(pw_is_forked()))
        return pw_fail(error, PAWL_ERR_FORKED,
                       "%s: the %s belongs to the parent process: here it can only be ended",
                       pw_diagnosis_id(PW_DIAGNOSIS_FORKED), name_of(type));
    const uint64_t bits = pw_handle_bits(handle);
    pw_slot *slot = pw_handle_slot(bits);
    if (PW_UNLIKELY(slot == NULL))
        return fail_dead(bits, error);
    uint64_t state = atomic_load_explicit(&slot->state, memory_order_relaxed);
    do {
        if (PW_UNLIKELY(!pw_state_is_open(state, bits)))
            return fail_dead(bits, error);
    } while (!atomic_compare_exchange_weak_explicit(&slot->state, &state, state + PW_STATE_HOLD,
                                                    memory_order_acquire, memory_order_relaxed));
    pw_object *object = slot->object;
    if (PW_UNLIKELY(object->type != type && type != NULL))
        return fail_type(object, type, error);
    memcpy(object_out, &object, sizeof object); /* a T ** of any T */
    return PAWL_OK;
}

/* --- end --- */

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
    explain_holders(&end->text, pw_slot_at(object->slot), others);
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
    pw_slot *slot = pw_handle_slot(end->bits);
    if (slot == NULL ||
        !pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), end->bits)) {
        pw_explain_dead(&end->text, end->bits);
        return PAWL_ERR_DEAD_HANDLE;
    }
    pw_object *object = slot->object;
    if (object->type != end->type && end->type != NULL) {
        explain_type(&end->text, object, end->type);
        return PAWL_ERR_ARGUMENT;
    }
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
        explain_holders(&end->text, slot, others);
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

/* --- what all objects have --- */

/* The object of a handle that is open, held by nothing: for as long as the mutex is. NULL: there is
 * none. */
static pw_object *open_object(uint64_t bits)
{
    const pw_slot *slot = pw_handle_slot(bits);
    const bool is_open =
        slot != NULL &&
        pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), bits);
    return is_open ? slot->object : NULL;
}

/* Without a hold, as all that only asks or notes: it must not make another thread's end fail. */
pawl_status pawl_object_name_set(void *handle, const char *name)
{
    if (handle == NULL)
        return PAWL_ERR_ARGUMENT;
    if (pw_is_forked())
        return PAWL_ERR_FORKED;
    char copy[sizeof((pw_object *)0)->name] = "";
    pw_strbuf text = PW_STRBUF(copy);
    pw_strbuf_add(&text, "%s", name != NULL ? name : "");
    pw_table_lock(); /* reports and errors of other threads read it */
    pw_object *object = open_object(pw_handle_bits(handle));
    if (object != NULL) {
        memcpy(object->name, copy, sizeof copy);
        const pw_observer *observer = pw_observer_get();
        if (observer != NULL)
            observer->named(object);
    }
    pw_table_unlock();
    return object != NULL ? PAWL_OK : PAWL_ERR_DEAD_HANDLE;
}

void pw_object_name_after(pw_object *object, const pw_object *other)
{
    pw_table_lock();
    memcpy(object->name, other->name, sizeof object->name);
    pw_table_unlock();
}

uint64_t pawl_object_id(const void *handle)
{
    pw_table_lock();
    const pw_object *object = open_object(pw_handle_bits(handle));
    const uint64_t id = object != NULL ? object->id : 0;
    pw_table_unlock();
    return id;
}

size_t pawl_object_count(void)
{
    return atomic_load_explicit(&pw_live_objects, memory_order_acquire);
}
