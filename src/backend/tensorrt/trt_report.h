/* SPDX-License-Identifier: Apache-2.0 */
/* What pawl doctor says of TensorRT: what is there, what is missing, what that costs, what to install. */
#ifndef PW_TRT_REPORT_H
#define PW_TRT_REPORT_H

/* A line a call. Loads what it looks for. */
void pw_trt_report(void (*line)(void *user, const char *text), void *user);

#endif
