/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the driver double; a test finds them with dlsym. */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#include <stddef.h>
#include <stdint.h>

typedef struct fake_cuda_counts {
    unsigned contexts;    /* retains of primary contexts that were not released */
    unsigned streams;     /* live */
    unsigned allocations; /* live, pinned ones too */
    unsigned others;      /* graphs, modules and events */
    unsigned long size;   /* bytes of them */
    unsigned violations;  /* calls with the wrong context, unknown handles, releases too many */
    unsigned in_flight;   /* copies and runs put on a stream and not done */
    unsigned depth;       /* contexts pushed on the calling thread and not popped */
} fake_cuda_counts;

unsigned fake_cuda_live(void); /* contexts + streams + allocations + others: 0 where nothing is leaked */
void fake_cuda_count(fake_cuda_counts *counts);
/* The last violation in words, "" where there was none. Static storage, not for threads. */
const char *fake_cuda_last_violation(void);
int fake_cuda_holds(uint64_t address, size_t size); /* 1: inside one live allocation */
/* Puts work on a live stream, as a library's own runs are: done after what is on it already, or, while the stream is captured, at each launch of
 * the graph. release is called with the argument when nothing can do it any more. 1: it is; 0: the argument is still the caller's. */
int fake_cuda_launch(void *stream, void (*work)(void *argument), void *argument, void (*release)(void *argument));
int fake_cuda_is_captured(const void *stream);  /* 1: it is live, and what is put on it is recorded */
unsigned fake_cuda_calls(const char *function); /* since the last forget; 0 for an unknown name */
void fake_cuda_forget(void);                    /* call counts and violations start anew */

#endif
