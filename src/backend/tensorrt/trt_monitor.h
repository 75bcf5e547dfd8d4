/* SPDX-License-Identifier: Apache-2.0 */
/* nvinfer1::IProgressMonitor made in C: the library calls our vtable, from several threads of its own at once, as its header says. */
#ifndef PW_TRT_MONITOR_H
#define PW_TRT_MONITOR_H

#include <pawl/builder.h>
#include <pthread.h>

/* Forwards the library's steps to a pawl_progress, one at a time. Must outlive the build. */
typedef struct pw_trt_monitor {
    const void *table; /* first: the library reads it as the C++ object's vtable */
    pawl_progress progress;
    void *user;
    pthread_mutex_t mutex; /* of the two below, and around each call of progress */
    int is_cancelled;      /* without it when the build has returned */
    int total;             /* steps of the outermost phase */
} pw_trt_monitor;

/* is_versioned: from 10.0 on the interface begins with language and info. */
void pw_trt_monitor_init(pw_trt_monitor *monitor, int is_versioned, pawl_progress progress, void *user);

#endif
