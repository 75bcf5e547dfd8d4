/* SPDX-License-Identifier: Apache-2.0 */
/* What backend.h asks for, for plans that the library has built: opening (trt_open.c), programs (trt_lower.c), runs (trt_run.c). */
#ifndef PW_TRT_RUN_H
#define PW_TRT_RUN_H

#include "backend/backend.h"

/* The backend's functions (backend.h). */
pawl_status pw_trt_open(const pw_plan *plan, const pw_machine *machine, pw_device_plan **device_plan, pawl_error *error);
void pw_trt_close(pw_device_plan *device_plan);
pawl_status pw_trt_lower(pw_device_plan *device_plan, const pw_lowering *lowering, pw_program **program, pawl_error *error);
void pw_trt_release(pw_program *program);
pawl_status pw_trt_enqueue(pw_program *program, const pw_run *run, pawl_error *error);
pawl_status pw_trt_wait(pw_program *program, const pw_run *run, pawl_error *error);
pawl_status pw_trt_fit(pw_program *program, size_t place, const pw_picture *picture, pawl_error *error);
pawl_status pw_trt_collect(pw_program *program, size_t place, pw_nms *nms, pawl_detection *items, uint32_t *rows, size_t *count, pawl_error *error);
pawl_status pw_trt_fetch(pw_program *program, pawl_error *error);
pawl_status pw_trt_mask(pw_program *program, size_t place, uint32_t row, const pk_mask_area *inside, float *plane, pawl_error *error);

#endif
