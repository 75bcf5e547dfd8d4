/* SPDX-License-Identifier: Apache-2.0 */
/* From a handle to its object: for a call, which holds it, and for a question, which does not. */
#include "lifetime/diagnosis.h"
#include "lifetime/explain.h"
#include "lifetime/observer.h"

#define TEXT_SIZE 400

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
    pw_explain_type(&text, object, wanted);
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

/* --- without a hold --- */

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
    pw_object *object = pw_open_object(pw_handle_bits(handle));
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
    const pw_object *object = pw_open_object(pw_handle_bits(handle));
    const uint64_t id = object != NULL ? object->id : 0;
    pw_table_unlock();
    return id;
}

size_t pawl_object_count(void)
{
    return atomic_load_explicit(&pw_live_objects, memory_order_acquire);
}
