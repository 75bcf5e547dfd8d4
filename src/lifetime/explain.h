/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences on why a handle is of no use or an object is not ended. All with the table's mutex held. */
#ifndef PW_EXPLAIN_H
#define PW_EXPLAIN_H

#include "base/strbuf.h"
#include "lifetime/slot_table.h"

/* A handle that resolves to nothing: its object has ended, or it never was a handle. */
void pw_explain_dead(pw_strbuf *text, uint64_t bits);
void pw_explain_type(pw_strbuf *text, const pw_object *object, const pw_type *wanted);
/* "held by context #9 from x.c:12 and 2 others"; others: how many there are beside the user */
void pw_explain_holders(pw_strbuf *text, const pw_slot *slot, uint64_t others);

#endif
