/* SPDX-License-Identifier: Apache-2.0 */
/* The causes of NVIDIA's errors that users meet, told by the words of the message, and what to do
 * about each. */
#ifndef PW_TRT_CAUSE_H
#define PW_TRT_CAUSE_H

#include <pawl/status.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct pw_trt_cause {
    pawl_status status;
    char remedy[192];  /* what to do, without a full stop */
    char library[64];  /* what could not be loaded, "libcublas.so.11", or started, "cuDNN"; "": none */
    const char *source; /* the tactic source that is lost without it, "cuBLAS"; NULL: none */
    int8_t sources[2];  /* its bits (TacticSource), the likeliest first, -1: no more */
    uint32_t dependants; /* mask of sources that need it too */
} pw_trt_cause;

/* False: the message has no cause that is known; *cause is untouched. */
bool pw_trt_cause_find(const char *message, pw_trt_cause *cause);

/* Whether the last error says more than the first: not the same, not a mere consequence. */
bool pw_trt_adds_something(const char *first, const char *last);

#endif
