/* SPDX-License-Identifier: Apache-2.0 */
/* How much of each there may be. What is beyond is PAWL_ERR_ARGUMENT or PAWL_ERR_LIMIT, never a surprise. */
#ifndef PAWL_LIMITS_H
#define PAWL_LIMITS_H

#include <pawl/status.h>

#define PAWL_MAX_THREADS  1024  /* of a builder or a context */
#define PAWL_MAX_BATCH    4096  /* pictures at once */
#define PAWL_MAX_PIXELS   268435456 /* of a picture: 2^28 */
#define PAWL_MAX_SIDE     16384 /* height or width of what a network sees */
#define PAWL_MAX_CONTEXTS 64    /* of an engine at once, where a build must provide for them */
#define PAWL_MAX_TRACKS   16384 /* of a tracker at once */
#define PAWL_MAX_JOBS     64    /* of a detector in flight */
#define PAWL_MIN_OPSET    12    /* operator sets of ONNX that are written */
#define PAWL_MAX_OPSET    17    /* the last of them */

#endif
