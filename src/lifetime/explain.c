/* SPDX-License-Identifier: Apache-2.0 */
#include "lifetime/explain.h"
#include "lifetime/diagnosis.h"
#include "lifetime/object_text.h"
#include "lifetime/tombstones.h"

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

void pw_explain_type(pw_strbuf *text, const pw_object *object, const pw_type *wanted)
{
    pw_strbuf_add(text, "%s: the handle is not of type %s but of type %s: ",
                  pw_diagnosis_id(PW_DIAGNOSIS_WRONG_TYPE), wanted->name, object->type->name);
    pw_text_object(text, object->type, object->id, object->name);
    pw_text_place(text, "made at", &object->place);
}

void pw_explain_holders(pw_strbuf *text, const pw_slot *slot, uint64_t others)
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
