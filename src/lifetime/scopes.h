/* SPDX-License-Identifier: Apache-2.0 */
/* What the birth of an object needs of scopes. */
#ifndef PW_SCOPES_H
#define PW_SCOPES_H

#include "lifetime/handle.h"

/* Gives an object just published to the scope that is open on this thread, if there is one. Without the mutex. */
void pw_scope_adopt(pw_object *object);

#endif
