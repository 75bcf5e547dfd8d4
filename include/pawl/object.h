/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all handles have in common. A handle (pawl_engine *, ...) is a slot and a generation in the shape of a typed pointer;
 * nobody can dereference it, and one whose object has ended is recognised for ever (PAWL_ERR_DEAD_HANDLE).
 *
 *   network -> weights      engine -> runtime, plan      context -> engine      detector -> context      job -> detector      (child -> what it pins)
 *
 * A child pins its parents at birth: they stay alive inside until the child has ended, whatever order the user ends them in.
 *
 * Unless a function says otherwise:
 *   - it may be called from any thread. Of two calls at once on one builder, context or detector the later one answers PAWL_ERR_BUSY and has
 *     done nothing (but pawl/job.h and pawl/settings.h, which never do); an image that is changed must be in no other call; all else only reads.
 *   - it takes locks, so no signal handler may call it: set a flag there, and look at it where the library asks (pawl_progress, pawl_observer).
 *   - a handle answers PAWL_ERR_ARGUMENT where it is NULL or of another type, PAWL_ERR_DEAD_HANDLE where its object has ended, and in a forked
 *     child PAWL_ERR_FORKED, but for calls that end it. So does PAWL_ERR_ARGUMENT a NULL that is not said to be allowed.
 *   - a description (..._desc) that is NULL is all defaults. It is borrowed during the call, as is what it points to.
 *   - out-parameters are written on success only, *error (which may be NULL) on failure only.
 */
#ifndef PAWL_OBJECT_H
#define PAWL_OBJECT_H

#include <pawl/status.h>

PAWL_BEGIN

/** What becomes of the end of an object that others hold. */
typedef enum pawl_lifetime {
    PAWL_LIFETIME_DEFERRED = 0, /* ending what is still held is fine: its memory goes with the last holder */
    PAWL_LIFETIME_STRICT = 1    /* it is refused with PAWL_ERR_IN_USE and changes nothing */
} pawl_lifetime;

/**
 * Chooses the level for the whole process; the default is DEFERRED, or what the environment's PAWL_LIFETIME (strict|deferred) says.
 * @retval PAWL_ERR_IN_USE  An object has been made already. Nothing changed.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_lifetime_set(pawl_lifetime level);

/** The level in force. Any thread. */
PAWL_API pawl_lifetime pawl_lifetime_get(void);

/** Number of objects whose memory is still held, ended ones with holders included. Any thread. */
PAWL_API size_t pawl_object_count(void);

/**
 * Lists what lives, as a tree with ids, names, birthplaces and holders, a line a call of @p line.
 *
 * It tells of one moment, that of the call: facts are copied first, then told. Nothing is locked or held meanwhile, so objects may be made
 * and ended, by @p line too; no lifetime changes by being reported, at either level.
 *
 * @param line  Called with each line (no newline) and @p user; the text is valid during the call only. NULL: they are only counted.
 * @return Number of live objects. Any thread. Takes the C library's memory, not the allocator's, until it returns (some 200 bytes an
 *         object); where there is none, one line says so.
 */
PAWL_API size_t pawl_object_report(void (*line)(void *user, const char *text), void *user);

/**
 * Names an object in logs and reports; copies at most 47 bytes.
 * @retval PAWL_ERR_DEAD_HANDLE  The object has ended.
 */
PAWL_API pawl_status pawl_object_name_set(void *handle, const char *name);

/** The never reused id of a live object, 0 for any other handle. Any thread. */
PAWL_API uint64_t pawl_object_id(const void *handle);

/**
 * Ends an object of any type: same as the destroy function of its type. Handles NULL and *handle == NULL.
 * @retval PAWL_DEFERRED         Ended for the user; others still hold it.
 * @retval PAWL_ERR_IN_USE       Strict: refused, *handle stays.
 * @retval PAWL_ERR_DEAD_HANDLE  It had ended before; *handle becomes NULL.
 */
PAWL_API pawl_status pawl_object_destroy(void **handle);

/**
 * Makes an array of @p count empty handles, to be ended with pawl_object_array_destroy().
 * @param[out] array  On success the caller's; else untouched.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_object_array_create(size_t count, void ***array);

/**
 * Ends an array from pawl_object_array_create(): first the objects in it, the youngest first, then the array, then *array becomes NULL.
 * @retval PAWL_DEFERRED    At least one object is still held by others.
 * @retval PAWL_ERR_IN_USE  Strict: at least one was refused; those ended are NULL, the array and the refused handles stay.
 */
PAWL_API pawl_status pawl_object_array_destroy(void ***array, size_t count);

/**
 * Tells the next create call of this thread where in the user's source it stands; the create macros call it.
 * @param file  Its name without folders is copied, at most 43 bytes; what is longer is cut short. NULL: the place is not known.
 */
PAWL_API void pawl_object_at(const char *file, int line);

/** Ends what pawl_object_at() began, whether the create call has made an object or failed early; returns @p status. For the macros. */
PAWL_API PAWL_NODISCARD pawl_status pawl_object_placed(pawl_status status);

PAWL_END

/** A create call that notes its place in the user's source. */
#define PAWL_PLACED(call) (pawl_object_at(__FILE__, __LINE__), pawl_object_placed(call))

#endif
