/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The witness: libpawl_trace.so, in the program that is traced. It gives each object that TensorRT makes copies of its vtables, whose
 * entries record the call and jump on. It never prints, keeps out of the program's heap, and without PAWL_TRACE does nothing.
 *
 * Its files, each with witness_ before its name:
 *   auditor    sees every symbol that is bound, in a namespace of its own, and asks hooks what to put in its place
 *   hooks      TensorRT's factories, the driver's calls that end memory and streams (hooked.h)
 *   roles      what each slot of a library of this version is (trace_roles.h, from NVIDIA's headers)
 *   vtables    copies of vtables; stubs_*.S: what their entries point to
 *   calls      before and after a call; ends: the end of an object
 *   objects    who lives, who was made from whom
 *   logger     a logger that listens between the library and the program's own
 *   driver     what the CUDA driver can say; flight: work that is under way
 *   frames     backtraces, modules, Python; log: the file; process: start, fork, exit
 */
#ifndef PW_WITNESS_H
#define PW_WITNESS_H

#include "trace/trace_log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PW_EXPORT      __attribute__((visibility("default")))
#define PW_SLOTS       128 /* methods of a class that stubs exist for */
#define PW_MAX_VIEWS   4   /* vptrs of an object: its own, and up to three inner ones */
#define PW_MAX_PARENTS 3
#define PW_MAX_KEPT    8

typedef enum pw_role {
    PW_USES,   /* nothing but a use */
    PW_MAKES,  /* gives an object */
    PW_FINDS,  /* gives an object that is there already */
    PW_ENDS,
    PW_BUILDS, /* gives none, and needs what a build needs */
    PW_KEEPS,  /* the object will need its argument */
    PW_BINDS,  /* remembers the address of memory */
    PW_RUNS,   /* starts work, on a stream or at once */
    PW_ASYNC,  /* other work on a stream */
    PW_LOGGER  /* gives the logger */
} pw_role;

typedef struct pw_method {
    const char *name;
    pw_role role;
    int16_t result; /* interface, or -1 */
    uint16_t stack; /* bytes of arguments there, x86-64 */
    uint8_t is_sret, stream, logger;
} pw_method;

/* An inner class (or a parser) as one family has it. */
typedef struct pw_class {
    const char *name;
    const pw_method *slots[PW_SLOTS]; /* NULL: not known */
    int count;                        /* one beyond the last that is known */
} pw_class;

typedef struct pw_interface {
    const char *name;
    int end;                 /* slot of its complete destructor; the deleting one follows */
    int inner[3], offset[3]; /* classes, -1: none; where the pointers to them lie in the object */
    bool is_part;            /* another object's own: layers, tensors, profiles */
} pw_interface;

/* One TensorRT in this process. */
typedef struct pw_library {
    uint32_t number;
    int32_t version;
    bool is_known, has_versioned_logger;
    const char *path;
    int family;
    const pw_class *classes;
    const pw_interface *interfaces;
} pw_library;

typedef enum pw_state { PW_ALIVE, PW_POSTPONED, PW_ENDED } pw_state;

typedef struct pw_entry pw_entry;

/* A vptr of an object, and the copy that stands in its place. */
typedef struct pw_view {
    pw_entry *entry;
    const pw_class *facts; /* NULL: the object's own vptr, of which only the destructor matters */
    const void *const *original;
    const void **copy;
    void **place; /* where the vptr stands */
} pw_view;

/* What an execution context has under way. */
typedef struct pw_flight {
    _Atomic uint32_t thread; /* in a run at the moment; 0: none */
    void *streams[4];        /* of its last runs */
    uint64_t memory[32];     /* addresses it was given */
    uint32_t name_hash[32];
    int stream_count, memory_count;
    uint64_t runs;
} pw_flight;

struct pw_entry {
    uint64_t id;
    pw_library *library;
    const pw_interface *interface;
    int interface_id;
    void *object;
    pw_view views[PW_MAX_VIEWS];
    int view_count;
    _Atomic pw_state state;
    bool is_inherited; /* by a forked child */
    bool is_ending;      /* its destructor is under way, or has been: who began that forgets it */
    bool is_quarantined; /* its storage is kept: a use can be told */
    bool is_needed; /* it stands in another's kept */
    pw_entry *owner;               /* a part's */
    pw_entry *parents[PW_MAX_PARENTS];
    pw_entry *kept[PW_MAX_KEPT];   /* what a build with it needs */
    pw_entry *next, *previous;     /* of all that live, or of its owner's parts */
    pw_entry *parts;               /* linked by next */
    pw_entry *chain;               /* of one bucket */
    uint32_t children, part_count;
    void *cuda_context;            /* current at its birth, or NULL */
    int cuda_device;
    pw_flight *flight;             /* contexts have one */
    void *tomb[PW_MAX_VIEWS];      /* once it has ended, what its inner pointers lead to: {vptr} */
};

/* witness_process.c */
/* Each is taken after those before it, if within another. A fork takes them all, so that the child finds what they guard whole, and them free. */
typedef enum pw_mutex { PW_OBJECTS, PW_MODULES, PW_LOG, PW_ARENA, PW_LOGGERS, PW_MUTEXES } pw_mutex;
void pw_lock(pw_mutex mutex);
void pw_unlock(pw_mutex mutex);
void pw_start(void); /* as the library's constructor does, if a factory is called before it */
extern atomic_bool pw_is_on;       /* there is something to witness, and this process is traced */
extern uint32_t pw_flags;
extern int pw_max_depth;
uint32_t pw_thread_id(void);
bool pw_path_make(char *path, size_t size, const char *in, long process, const char *ending);

/* witness_log.c; texts are copied. NULL texts are empty ones. */
typedef struct pw_note {
    pw_trace_kind kind;
    uint64_t id, others[3];
    int32_t code;
    uint32_t count;
    const char *texts[3];
    const uint64_t *frames;
    int frame_count;
} pw_note;
bool pw_log_open(const char *folder, uint32_t flags, bool is_forked);
void pw_log_add(const pw_note *note);

/* Memory that is not the program's heap: zeroed, never given back. NULL: there is none. */
void *pw_arena(size_t size);

/* witness_frames.c */
typedef struct pw_frames {
    uint64_t frames[PW_TRACE_FRAMES];
    int count;
    bool is_in_exit; /* exit() is among the callers, however far out */
    char python[1536]; /* "File ..., line ... in ..." a line each, the innermost first */
} pw_frames;
void pw_frames_start(void);
/* From the given caller outwards; 0: from the witness's own. */
void pw_frames_take(pw_frames *frames, uint64_t caller);
void pw_modules_note(void); /* tells the log of modules it does not know */

/* witness_roles.c */
const pw_library *pw_library_of(const void *function, bool *is_new);
int pw_interface_find(const char *name);
const pw_class *pw_class_of(const pw_library *library, int id);

/* witness_vtables.c */
bool pw_view_make(pw_entry *entry, const pw_class *facts, void **place);
void pw_views_drop(pw_entry *entry); /* of an object whose storage is gone */
pw_view *pw_view_of(const void *object);
void *pw_view_target(const pw_view *view, int slot);

/* witness_objects.c: all with PW_OBJECTS held */
void pw_objects_inherit(void); /* in a forked child */
pw_entry *pw_entry_find(const void *object); /* NULL: none, or it is gone with its storage */
bool pw_entry_is_there(const pw_entry *entry); /* it has not ended, nor is its owner, which frees it unseen, about to have */
pw_entry *pw_entry_make(pw_library *library, int interface, void *object, pw_entry *const *parents, int parent_count, pw_entry *owner);
pw_entry *pw_entry_first(void); /* of those that live, the youngest first */
pw_entry *pw_entry_eldest_child(const pw_entry *entry);
void pw_entry_ended(pw_entry *entry);
void pw_entry_forget(pw_entry *entry); /* its storage is gone */
bool pw_quarantine_reserve(bool is_part); /* without it; false: no storage is kept any more */
void pw_quarantine(pw_entry *entry, bool is_part); /* where one was reserved */

#endif
