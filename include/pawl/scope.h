/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes: while one is open on a thread, every object made on that thread belongs to it, and its end ends them all, the youngest first.
 *
 *     int count_boxes(const char *path)
 *     {
 *         PAWL_SCOPE(scope); // ended on every way out: RAII, in C
 *         pawl_error error;
 *         pawl_plan *plan = NULL;
 *         pawl_runtime *runtime = NULL;
 *         pawl_engine *engine = NULL;
 *         if (pawl_plan_load(path, &plan, &error) < 0 || pawl_runtime_create(NULL, &runtime, &error) < 0 ||
 *             pawl_engine_create(runtime, plan, &engine, &error) < 0)
 *             return -1; // whatever was made is ended
 *         ...
 *     }
 *
 * Scopes nest; each thread has its own. An object that the user ends earlier leaves its scope by that. Where a scope is the way out
 * for some and not for others, pawl_scope_keep() moves an object to the scope around this one, as if it had been made there.
 * A scope left without an end (longjmp) is ended with the one around it, at the latest with its thread.
 */
#ifndef PAWL_SCOPE_H
#define PAWL_SCOPE_H

#include <pawl/object.h>

PAWL_BEGIN

/** A handle like any other: a dead one is recognised for ever. It is no object: pawl_object_...() refuse it. */
typedef struct pawl_scope pawl_scope;

/**
 * Opens a scope on this thread, within the one that is open, if any.
 *
 * @return The scope, to be ended on this thread with pawl_scope_end(). NULL where memory ran out: what is made then belongs to the scope
 *         around this one, or to the caller where there is none; all functions here bear the NULL.
 * @note Allocates nothing as long as fewer than 1,024 objects and scopes are alive. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_scope *pawl_scope_begin(void);

/**
 * Ends a scope, scopes within it that are still open first, and with each the objects it owns, the youngest first.
 *
 * Handles to those objects are dead afterwards, all copies of them; the variables that hold them are not changed.
 * What strict refuses to end, since others hold it, goes to the scope around this one, or back to the caller where there is none, and
 * stays usable; the log names each (PAWL-L006).
 *
 * @param scope  NULL and *scope == NULL are fine. *scope becomes NULL but for ARGUMENT.
 * @retval PAWL_OK               All is ended.
 * @retval PAWL_DEFERRED         The same; at least one is still held by others and its memory goes with the last of them.
 * @retval PAWL_ERR_IN_USE       Strict: at least one was refused. The scope has ended.
 * @retval PAWL_ERR_DEAD_HANDLE  It had ended before (PAWL-L012).
 * @retval PAWL_ERR_ARGUMENT     It was begun by another thread (PAWL-L013). Nothing changed.
 */
PAWL_API pawl_status pawl_scope_end(pawl_scope **scope);

/** Told of an object that strict refused to end: its handle, which stays valid, and a sentence that says why, valid during the call. */
typedef void (*pawl_scope_refused)(void *user, void *handle, const char *why);

/** The same; @p refused (may be NULL) is called for each object that was refused, on this thread. */
PAWL_API pawl_status pawl_scope_end_with(pawl_scope **scope, pawl_scope_refused refused, void *user);

/**
 * Gives an object to a scope: made before it, on another thread, or owned by another scope until now.
 *
 * @param scope   NULL: no scope owns the object from now on; its end is the caller's.
 * @param handle  Of any object. NULL is fine.
 * @retval PAWL_ERR_DEAD_HANDLE  The object or the scope has ended; the log says which. Nothing changed.
 * @note Any thread, also for a scope of another one.
 */
PAWL_API pawl_status pawl_scope_own(pawl_scope *scope, void *handle);

/**
 * Moves an object out of the scope that owns it into the one around that, or to the caller where there is none (or none owns it).
 * A function that keeps what it returns so behaves like a create call: the object belongs to the scope of whoever called it.
 *
 * @param handle  Of any object. NULL is fine. What the object pins needs no keeping: it lives as long as the object.
 * @retval PAWL_ERR_DEAD_HANDLE  The object has ended. Nothing changed.
 * @note Under strict keep what it pins too, or the scope's end will report that those are still held.
 */
PAWL_API pawl_status pawl_scope_keep(void *handle);

PAWL_END

/** Declares a scope that ends with the block it stands in. With gcc and clang; elsewhere use begin and end. */
#if defined(__GNUC__)
#define PAWL_SCOPE(name) pawl_scope *name __attribute__((cleanup(pawl_scope_end), unused)) = pawl_scope_begin()
#endif

#endif
