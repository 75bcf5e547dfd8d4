/* SPDX-License-Identifier: Apache-2.0 */
/* network -> a plan of the library's, and which plan of an engine serves which library and GPU. */
#ifndef PW_TRT_BUILD_H
#define PW_TRT_BUILD_H

#include "backend/backend.h"
#include "backend/tensorrt/trt_object.h"
#include "gpu/driver.h"

/*
 * Builds the plan with the library; memory holds NVIDIA's serialised plan and is the caller's: end
 * it with pw_object_end(). It depends on nothing. A tactic source whose library is missing is done
 * without, and said. PAWL_ERR_DEVICE: the library only runs (lean), or refused;
 * PAWL_ERR_CANCELLED; PAWL_ERR_MEMORY: ours or the GPU's; PAWL_ERR_UNSUPPORTED: a task, a layer, a
 * precision, INT8 on a GPU that lacks it.
 */
pawl_status pw_trt_build(const pw_trt_library *library, const pw_plan *plan,
                         const pw_tuning *tuning, pw_trt_object **memory,
                         pawl_error *error) PW_NODISCARD;

/* Whether plans for this profile take a range of shapes: only then it matters which context uses which. */
bool pw_trt_is_dynamic(const pw_profile *profile);

/* Whether the network leaves anything; PAWL_ERR_UNSUPPORTED where it has no head. */
pawl_status pw_trt_check_network(const pw_network *network, pawl_error *error) PW_NODISCARD;

/* Where the serialised plan is kept in an .engine: by library version and GPU, "tensorrt/10.7.0/sm_86"; "10.7.0+" where it was built
 * for later versions too, "sm_80+" where for Ampere and later. RTX plans run on every GPU it knows: device may be NULL there. */
void pw_trt_artifact_key(const pw_trt_library *library, const pw_gpu_device *device,
                         const pw_build_options *options, char key[96]);
/* The serialised plan that this library should take on this GPU: the one made for both, else one made to serve others. NULL: none. */
const pw_artifact *pw_trt_artifact_find(const pw_trt_library *library, const pw_gpu_device *device,
                                        const pw_plan *plan);

#endif
