/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a library's objects answer as its family's slots say: what is written must read back. A
 * builder costs seconds to make, so those are proved that will be used.
 */
#ifndef PW_TRT_PROVE_H
#define PW_TRT_PROVE_H

#include "backend/tensorrt/trt_object.h"

/* A builder, or a runtime, that has been proved; the caller's: end it with pw_object_end(). PAWL_ERR_DEVICE: the library makes none here, which says
   why, or does not answer as it should. */
pawl_status pw_trt_make_builder(const pw_trt_library *library, pw_trt_object **builder,
                                pawl_error *error) PW_NODISCARD;
pawl_status pw_trt_make_runtime(const pw_trt_library *library, pw_trt_object **runtime,
                                pawl_error *error) PW_NODISCARD;

/* Makes one of each and ends them: for those who ask what a library is good for. First, whether it has kernels for a GPU that is here. */
pawl_status pw_trt_prove(const pw_trt_library *library, pawl_error *error) PW_NODISCARD;

#endif
