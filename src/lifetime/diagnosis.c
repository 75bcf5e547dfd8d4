/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of the diagnoses of lifetimes. Ids are for ever: never renumber, only append. */
#include "lifetime/diagnosis.h"
#include "base/compiler.h"

#include <string.h>

static const pw_diagnosis_entry entries[PW_DIAGNOSIS_END] = {
    [PW_DIAGNOSIS_ENDED] =
        {"PAWL-L001", "A handle was used, or ended once more, after its object had been ended.",
         "Use the object before its destroy call. Destroy clears only the variable it is given: "
         "look for a "
         "copy of the handle. The message says where the object was made and when it ended."},
    [PW_DIAGNOSIS_ENDED_LONG_AGO] =
        {"PAWL-L002",
         "The handle's object ended before the last 4,096 ends, so its name is forgotten.",
         "As PAWL-L001. A verbose log shows each birth and end."},
    [PW_DIAGNOSIS_NO_HANDLE] =
        {"PAWL-L003",
         "The pointer was never a handle: uninitialised, overwritten, or of another library.",
         "Set handles to NULL where they are declared, and pass only what a create call gave."},
    [PW_DIAGNOSIS_WRONG_TYPE] = {"PAWL-L004",
                                 "The handle is of another type than the function takes.",
                                 "Look for a cast; without one the compiler finds this."},
    [PW_DIAGNOSIS_NULL] = {"PAWL-L005", "A handle is NULL.",
                           "Check the status of the call that was to make the object."},
    [PW_DIAGNOSIS_HELD] = {"PAWL-L006",
                           "Strict level: an object was to be ended that others still hold.",
                           "End the holders first: the reverse of the order in which things were "
                           "made always works. Or use the "
                           "deferred level, where memory goes with the last holder."},
    [PW_DIAGNOSIS_FORKED] =
        {"PAWL-L007", "A child of fork() used an object of its parent.",
         "Make objects after the fork. The child may only end inherited ones, or exec."},
    [PW_DIAGNOSIS_TOO_MANY] =
        {"PAWL-L008", "1,048,576 objects are alive at once.",
         "End what is no longer needed; pawl_object_report() lists what lives."},
    [PW_DIAGNOSIS_LEFT_AT_EXIT] =
        {"PAWL-L009", "The process ends with objects alive (asked for by PAWL_LEAKS).",
         "End the listed objects; each line says where its object was made."},
    [PW_DIAGNOSIS_LEVEL_LATE] =
        {"PAWL-L010", "The lifetime level was to be changed after an object had been made.",
         "Call pawl_lifetime_set() first, or set PAWL_LIFETIME in the environment."},
    [PW_DIAGNOSIS_NO_ARRAY] =
        {"PAWL-L011", "An array of handles was ended that was not made so, or has another count.",
         "Pass what pawl_object_array_create() gave, with the count it was given."},
};

const char *pw_diagnosis_id(pw_diagnosis diagnosis)
{
    return entries[diagnosis].id;
}

const pw_diagnosis_entry *pw_diagnosis_find(const char *id)
{
    for (size_t i = 1; i < PW_COUNT(entries); i++)
        if (strcmp(entries[i].id, id) == 0)
            return &entries[i];
    return NULL;
}

const pw_diagnosis_entry *pw_diagnosis_at(size_t index)
{
    return index + 1 < PW_COUNT(entries) ? &entries[index + 1] : NULL;
}
