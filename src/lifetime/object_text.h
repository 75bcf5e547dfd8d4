/* SPDX-License-Identifier: Apache-2.0 */
/* How objects are spoken of in logs, reports and errors. */
#ifndef PW_OBJECT_TEXT_H
#define PW_OBJECT_TEXT_H

#include "base/os.h"
#include "base/strbuf.h"
#include "lifetime/handle.h"

/* engine #7 "yolov5n" */
static inline void pw_text_object(pw_strbuf *text, const pw_type *type, uint64_t id, const char *name)
{
    pw_strbuf_add(text, "%s #%llu", type->name, (unsigned long long)id);
    if (name[0] != '\0')
        pw_strbuf_add(text, " \"%s\"", name);
}

/* " at cmd_predict.c:88", or nothing where the place is not known */
static inline void pw_text_place(pw_strbuf *text, const char *preposition, const pw_place *place)
{
    if (place->file[0] != '\0')
        pw_strbuf_add(text, " %s %s:%d", preposition, place->file, place->line);
}

/* What is said of a parent. */
typedef struct pw_parent {
    const pw_type *type;
    uint64_t id;
} pw_parent;

/* How many there are. With the mutex held, or an object that is held. */
static inline size_t pw_parents_of(const pw_object *object, pw_parent parents[PW_MAX_PARENTS])
{
    size_t count = 0;
    for (; count < PW_MAX_PARENTS && object->parents[count] != NULL; count++)
        parents[count] = (pw_parent){object->parents[count]->type, object->parents[count]->id};
    return count;
}

/* " on runtime #3, plan #5" */
static inline void pw_text_parents(pw_strbuf *text, const pw_parent *parents, size_t count)
{
    for (size_t k = 0; k < count; k++)
        pw_strbuf_add(text, "%s%s #%llu", k == 0 ? " on " : ", ", parents[k].type->name, (unsigned long long)parents[k].id);
}

static inline double pw_text_seconds(uint64_t since_ns, uint64_t now_ns)
{
    return now_ns > since_ns ? (double)(now_ns - since_ns) * 1e-9 : 0.0;
}

#endif
