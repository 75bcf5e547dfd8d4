/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PW_TRT_MONITOR_H
#define PW_TRT_MONITOR_H

#include <pawl/builder.h>

/* nvinfer1::IProgressMonitor in C: forwards the library's phases to a pawl_progress. Must outlive the build. */
typedef struct pw_trt_monitor {
    const void *table; /* first: the library reads it as the C++ object's vtable */
    pawl_progress progress;
    void *user;
    int is_cancelled;
    int total;         /* steps of the outermost phase */
} pw_trt_monitor;

/* is_versioned: from 10.0 on the interface begins with language and info. */
void pw_trt_monitor_init(pw_trt_monitor *monitor, int is_versioned, pawl_progress progress, void *user);

#endif
