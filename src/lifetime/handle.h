/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects the user holds. A handle is {generation, slot} in the shape of a typed pointer. The slot's one atomic word says whether the
 * generation is open and how many hold it (children's pins and calls under way):
 *
 *     born (1 user hold) -> open --use/pin--> +1 ... --release/unpin--> -1
 *     end: closes the generation (all copies dead) and drops the user's hold; the last holder to go releases the memory, then the parents.
 *
 * pw_object is the first member of every object struct. Resolving takes no mutex; birth, pin and end take the one process mutex.
 *
 * To read the room: slot_table.h (where objects stand), object.c (birth, holds, release), object_use.c (from handle to object), ending.c, then what
 * is built on them: scope.c, object_array.c, report.c. observer.h is the way out, for the room record.
 */
#ifndef PW_HANDLE_H
#define PW_HANDLE_H

#include "base/fail.h"
#include <pawl/object.h>
#include <stdbool.h>

#define PW_MAX_PARENTS 3

struct pw_object;

/* A place in the user's source. A copy: the text that a macro gives is gone when its library is unloaded, messages come later. */
typedef struct pw_place {
    char file[44]; /* without folders; cut short with "..." where it is longer; "": not known */
    int line;
} pw_place;

/* What a type is for, in drawings; INNER ones are never the user's: what backends hold of a device or a vendor's library. */
typedef enum pw_role { PW_ROLE_INNER, PW_ROLE_BUILD, PW_ROLE_RUN, PW_ROLE_PICTURE } pw_role;

/* What all objects of a type have in common. Each room defines its own types, and this one knows none of them; a type is told by its address. */
typedef struct pw_type {
    const char *name; /* "engine" */
    size_t size;      /* bytes of the struct, which begins with pw_object */
    void (*unmake)(struct pw_object *object); /* frees the innards, also of a half-built object; not the struct. NULL: it has none */
    pw_role role;
    bool is_foreign;  /* unmake calls a driver or a vendor's library, so a forked child must not */
} pw_type;

typedef struct pw_object {
    uint64_t id;       /* never reused, from 1 */
    const pw_type *type;
    uint32_t slot;
    struct pw_object *parents[PW_MAX_PARENTS];
    uint64_t born_ns;
    pw_place place;    /* of birth */
    char name[48];
} pw_object;

/*
 * Makes an object (zeroed beyond its pw_object) with a reserved slot; pins the parents (resolved objects, NULLs skipped).
 * Not yet visible: end it with pw_object_abandon() on failure, or give it to the user with pw_object_publish().
 * PAWL_ERR_MEMORY, PAWL_ERR_LIMIT (2^20 live objects), PAWL_ERR_FORKED.
 */
pawl_status pw_object_make(const pw_type *type, pw_object *const parents[], size_t parent_count, void *object_out,
                           pawl_error *error) PW_NODISCARD; /* object_out: T **; written on success only */
void *pw_object_publish(void *object);  /* returns the handle: cast to pawl_T * */
void pw_object_abandon(void *object);   /* unmake, unpin parents, free; NULL is fine */

/* Names an object after another, which the user may be naming at the moment. */
void pw_object_name_after(pw_object *object, const pw_object *other);

/* Resolves a handle and keeps its object alive until pw_object_release(). PAWL_ERR_ARGUMENT (NULL), _DEAD_HANDLE (says type, id, name
   and where it was made and ended), _FORKED. type NULL: any. object_out: T **; written on success only. */
pawl_status pw_object_use(const void *handle, const pw_type *type, void *object_out, pawl_error *error) PW_NODISCARD;
void pw_object_release(void *object);   /* NULL is fine */
/* For one of its holders: the user has ended it and nobody else holds it, so that nobody else ever will. */
bool pw_object_is_mine_alone(const void *object);

/* pawl_T_destroy is: return pw_object_destroy_handle((void **)handle, &pw_T_type);
   what NULLs and the two levels do is in docs/lifetime.md, rules 3 and 4. */
pawl_status pw_object_destroy_handle(void **handle, const pw_type *type);

/* Ends a published object of ours, of which we kept the pointer. Never refused: strict is a discipline for users, and what nobody could
   end again would be lost. PAWL_OK, or PAWL_DEFERRED where others hold it. NULL is fine. */
pawl_status pw_object_end(void *object);

/* This process is a child that inherited objects: it makes and uses none, and its ends let go of our side only. */
bool pw_is_forked(void);

/* For guards: pw_plan *plan PW_USING = NULL; ... PW_TRY(pw_object_use(handle, &pw_plan_type, &plan, error)); */
static inline void pw_object_release_slot(void *slot) { pw_object_release(*(void **)slot); }
static inline void pw_object_abandon_slot(void *slot) { pw_object_abandon(*(void **)slot); }
#define PW_USING  PW_CLEANUP(pw_object_release_slot)
#define PW_MAKING PW_CLEANUP(pw_object_abandon_slot)

#endif
