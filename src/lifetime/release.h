/* SPDX-License-Identifier: Apache-2.0 */
/* The way out of memory, for the files of this room. */
#ifndef PW_RELEASE_H
#define PW_RELEASE_H

#include "lifetime/handle.h"

/* Releases an object whose last hold has just been dropped, and its parents where this was their last. Without the mutex. */
void pw_object_release_all(pw_object *object);

#endif
