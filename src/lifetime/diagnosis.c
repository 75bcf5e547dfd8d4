/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of the diagnoses of lifetimes. Ids are for ever: never renumber, only append. A
 * test holds docs/lifetime.md to it. */
#include "lifetime/diagnosis.h"
#include "base/compiler.h"

static const pawl_diagnosis entries[PW_DIAGNOSIS_END] = {
    [PW_DIAGNOSIS_ENDED] =
        {"PAWL-L001", "The object has ended",
         "A handle was used, or ended once more, after its object had been ended.",
         "Use the object before its destroy call. Destroy clears only the variable it is given: "
         "look for a copy of the handle. The message says where the object was made and when it "
         "ended."},
    [PW_DIAGNOSIS_ENDED_LONG_AGO] =
        {"PAWL-L002", "The object ended long ago",
         "The handle's object ended before the last 4,096 ends, so its name is forgotten.",
         "As PAWL-L001. A verbose log, or a recording of lifetimes, shows each birth and end."},
    [PW_DIAGNOSIS_NO_HANDLE] =
        {"PAWL-L003", "This is no handle",
         "The pointer was never a handle: uninitialised, overwritten, or of another library.",
         "Set handles to NULL where they are declared, and pass only what a create call gave."},
    [PW_DIAGNOSIS_WRONG_TYPE] = {"PAWL-L004", "The handle is of another type",
                                 "The handle is of another type than the function takes.",
                                 "Look for a cast; without one the compiler finds this."},
    [PW_DIAGNOSIS_NULL] = {"PAWL-L005", "The handle is NULL", "A handle is NULL.",
                           "Check the status of the call that was to make the object."},
    [PW_DIAGNOSIS_HELD] = {"PAWL-L006", "Others still hold the object",
                           "Strict level: an object was to be ended that others still hold.",
                           "End the holders first: the reverse of the order in which things were "
                           "made always works. Or use the deferred level, where memory goes with "
                           "the last holder."},
    [PW_DIAGNOSIS_FORKED] =
        {"PAWL-L007", "The object belongs to the parent process",
         "A child of fork() used an object of its parent.",
         "Make objects after the fork. The child may only end inherited ones, or exec."},
    [PW_DIAGNOSIS_TOO_MANY] =
        {"PAWL-L008", "Too many objects", "1,048,576 objects are alive at once.",
         "End what is no longer needed; pawl_object_report() lists what lives."},
    [PW_DIAGNOSIS_LEFT_AT_EXIT] =
        {"PAWL-L009", "Objects are left at exit",
         "The process ends with objects alive (asked for by PAWL_LEAKS).",
         "End the listed objects; each line says where its object was made. A PAWL_SCOPE ends them "
         "on every way out."},
    [PW_DIAGNOSIS_LEVEL_LATE] =
        {"PAWL-L010", "The level was chosen too late",
         "The lifetime level was to be changed after an object had been made.",
         "Call pawl_lifetime_set() first, or set PAWL_LIFETIME in the environment."},
    [PW_DIAGNOSIS_NO_ARRAY] =
        {"PAWL-L011", "This is no array of handles",
         "An array of handles was ended that was not made so, or has another count.",
         "Pass what pawl_object_array_create() gave, with the count it was given."},
    [PW_DIAGNOSIS_SCOPE_ENDED] =
        {"PAWL-L012", "The scope has ended",
         "A scope was used, or ended once more, after its end; or the pointer never was a scope.",
         "A scope ends with the one around it, too: end inner ones first. One declared with "
         "PAWL_SCOPE needs no end."},
    [PW_DIAGNOSIS_SCOPE_ELSEWHERE] =
        {"PAWL-L013", "The scope is another thread's",
         "A thread was to end a scope that another thread began.",
         "Let the thread that began it end it. To hand an object to another thread take it out "
         "with pawl_scope_keep(), or give it to that thread's scope with pawl_scope_own()."},
};

const char *pw_diagnosis_id(pw_diagnosis diagnosis)
{
    return entries[diagnosis].id;
}

const pawl_diagnosis *pawl_lifetime_diagnosis(size_t index)
{
    return index < PW_COUNT(entries) - 1 ? &entries[index + 1] : NULL;
}
