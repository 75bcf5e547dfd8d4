/* SPDX-License-Identifier: Apache-2.0 */
/* What the ids in refusals of the lifetime rules mean ("PAWL-L006: weights #1 is not ended ..."); docs/lifetime.md lists them too. */
#ifndef PAWL_DIAGNOSIS_H
#define PAWL_DIAGNOSIS_H

#include <pawl/export.h>

PAWL_BEGIN

/** All strings are in static storage. New members may follow. */
typedef struct pawl_diagnosis {
    const char *id;     /* "PAWL-L001": never renumbered, never reused */
    const char *title;  /* in a few words */
    const char *cause;  /* what has happened */
    const char *remedy; /* what to do */
} pawl_diagnosis;
#define PAWL_DIAGNOSIS_INIT { NULL, NULL, NULL, NULL }

/** The diagnosis of lifetimes at @p index, in the order of their ids; NULL past the end. Depends on no object. Any thread. Since 0.1. */
PAWL_API const pawl_diagnosis *pawl_lifetime_diagnosis(size_t index);

PAWL_END

#endif
