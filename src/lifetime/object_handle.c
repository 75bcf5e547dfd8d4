/* SPDX-License-Identifier: Apache-2.0 */
/* From a handle to its object, to its end, and to a sentence that explains why neither is possible.
 */
#include "base/log.h"
#include "lifetime/diagnosis.h"
#include "lifetime/level.h"
#include "lifetime/object_text.h"
#include "lifetime/release.h"
#include "lifetime/slot_table.h"
#include "lifetime/tombstones.h"

#define TEXT_SIZE 400

/* --- explanations; all with the mutex held --- */

static void explain_tombstone(pw_strbuf *text, const pw_tombstone *stone)
{
    pw_strbuf_add(text, "%s: the handle is dead: ", pw_diagnosis_id(PW_DIAGNOSIS_ENDED));
    pw_text_object(text, stone->type, stone->id, stone->name);
    pw_text_place(text, "made at", stone->file, stone->line);
    pw_strbuf_add(text, " was ended %.3f s ago",
                  pw_text_seconds(stone->ended_ns, pw_os_clock_ns()));
}

/* A handle that resolves to nothing: its object has ended, or it never was a handle. */
static void explain_dead(pw_strbuf *text, uint64_t bits)
{
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

static void explain_type(pw_strbuf *text, const pw_object *object, pw_type wanted)
{
    pw_strbuf_add(text, "%s: the handle is not of type %s but of type %s: ",
                  pw_diagnosis_id(PW_DIAGNOSIS_WRONG_TYPE), pw_type_name(wanted),
                  pw_type_name(object->type));
    pw_text_object(text, object->type, object->id, object->name);
    pw_text_place(text, "made at", object->file, object->line);
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
        pw_text_place(text, "from", holder->file, holder->line);
    }
    if (others > 1)
        pw_strbuf_add(text, " and %llu other%s", (unsigned long long)(others - 1),
                      others > 2 ? "s" : "");
}

/* --- use --- */

static pawl_status fail_dead(uint64_t bits, pawl_error *error)
{
    if (error == NULL)
        return PAWL_ERR_DEAD_HANDLE;
    char sentence[TEXT_SIZE];
    pw_strbuf text = PW_STRBUF(sentence);
    pw_table_lock();
    explain_dead(&text, bits);
    pw_table_unlock();
    return pw_fail(error, PAWL_ERR_DEAD_HANDLE, "%s", sentence);
}

static pawl_status fail_type(pw_object *object, pw_type wanted, pawl_error *error)
{
    char sentence[TEXT_SIZE];
    pw_strbuf text = PW_STRBUF(sentence);
    pw_table_lock();
    explain_type(&text, object, wanted);
    pw_table_unlock();
    pw_object_release(object);
    return pw_fail(error, PAWL_ERR_ARGUMENT, "%s", sentence);
}

pawl_status pw_object_use(const void *handle, pw_type type, void *object_out, pawl_error *error)
{
    if (handle == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%s: the %s handle is NULL",
                       pw_diagnosis_id(PW_DIAGNOSIS_NULL), pw_type_name(type));
    if (PW_UNLIKELY(pw_table_is_forked()))
        return pw_fail(error, PAWL_ERR_FORKED,
                       "%s: the %s belongs to the parent process: here it can only be ended",
                       pw_diagnosis_id(PW_DIAGNOSIS_FORKED), pw_type_name(type));
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
    if (PW_UNLIKELY(object->type != type && type != PW_TYPE_NONE))
        return fail_type(object, type, error);
    memcpy(object_out, &object, sizeof object); /* a T ** of any T */
    return PAWL_OK;
}

/* --- end --- */

/* What the end of an object needs under the mutex, and leaves to be done without it. */
typedef struct ending {
    uint64_t bits;
    pw_type type;
    pw_object *to_release; /* its last hold is gone */
    pawl_log_level level;  /* of the sentence, where there is one */
    pw_strbuf text;
} ending;

/* Closes the generation and drops the user's hold. False: strict, and others hold it. The mutex
 * keeps other ends away, not uses. */
static bool close_generation(pw_slot *slot, uint64_t *others)
{
    const bool is_strict = pw_level_is_strict();
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

static pawl_status refuse_held(ending *end, const pw_object *object, uint64_t others)
{
    end->level = PAWL_LOG_WARNING;
    pw_strbuf_add(&end->text, "%s: ", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    pw_text_object(&end->text, object->type, object->id, object->name);
    pw_text_place(&end->text, "made at", object->file, object->line);
    pw_strbuf_add(&end->text, " is not ended: it is ");
    explain_holders(&end->text, pw_slot_at(object->slot), others);
    return PAWL_ERR_IN_USE;
}

/* With the mutex held: while it is, an open generation stays open. */
static pawl_status end_locked(ending *end)
{
    pw_slot *slot = pw_handle_slot(end->bits);
    if (slot == NULL ||
        !pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), end->bits)) {
        explain_dead(&end->text, end->bits);
        return PAWL_ERR_DEAD_HANDLE;
    }
    pw_object *object = slot->object;
    if (object->type != end->type && end->type != PW_TYPE_NONE) {
        explain_type(&end->text, object, end->type);
        return PAWL_ERR_ARGUMENT;
    }
    uint64_t others = 0;
    if (!close_generation(slot, &others))
        return refuse_held(end, object, others);
    /* From here on another thread may drop the last hold, but it cannot leave the table, nor free,
     * without the mutex. */
    pw_tombstone_set(end->bits, object, pw_os_clock_ns());
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

pawl_status pw_object_destroy_handle(void **handle, pw_type type)
{
    if (handle == NULL || *handle == NULL)
        return PAWL_OK;
    char sentence[TEXT_SIZE];
    ending end = {.bits = pw_handle_bits(*handle), .type = type, .level = PAWL_LOG_WARNING};
    end.text = PW_STRBUF(sentence);
    pw_table_lock();
    const pawl_status status = end_locked(&end);
    pw_table_unlock();
    if (status != PAWL_ERR_IN_USE && status != PAWL_ERR_ARGUMENT)
        *handle = NULL; /* those two changed nothing; in every other case the handle is dead */
    if (sentence[0] != '\0')
        pw_log(end.level, "%s", sentence);
    if (end.to_release != NULL)
        pw_object_release_all(end.to_release);
    return status;
}

pawl_status pw_object_end(void *object)
{
    if (object == NULL)
        return PAWL_OK;
    const pw_object *ended = object;
    const uint64_t state =
        atomic_load_explicit(&pw_slot_at(ended->slot)->state, memory_order_acquire);
    void *handle = (void *)(uintptr_t)pw_handle_make(ended->slot, pw_generation_of_state(state));
    return pw_object_destroy_handle(&handle, ended->type);
}

pawl_status pawl_object_destroy(void **handle)
{
    return pw_object_destroy_handle(handle, PW_TYPE_NONE);
}

/* --- what all objects have --- */

pawl_status pawl_object_name_set(void *handle, const char *name)
{
    pw_object *object PW_USING = NULL;
    PW_TRY(pw_object_use(handle, PW_TYPE_NONE, &object, NULL));
    char copy[sizeof object->name] = "";
    pw_strbuf text = PW_STRBUF(copy);
    pw_strbuf_add(&text, "%s", name != NULL ? name : "");
    pw_table_lock(); /* reports and errors of other threads read it */
    memcpy(object->name, copy, sizeof copy);
    pw_table_unlock();
    return PAWL_OK;
}

uint64_t pawl_object_id(const void *handle)
{
    const uint64_t bits = pw_handle_bits(handle);
    uint64_t id = 0;
    pw_table_lock(); /* not a hold: asking must not make a strict end fail elsewhere */
    const pw_slot *slot = pw_handle_slot(bits);
    if (slot != NULL &&
        pw_state_is_open(atomic_load_explicit(&slot->state, memory_order_acquire), bits))
        id = slot->object->id;
    pw_table_unlock();
    return id;
}

size_t pawl_object_count(void)
{
    return atomic_load_explicit(&pw_live_objects, memory_order_acquire);
}
