/* SPDX-License-Identifier: Apache-2.0 */
/* pawl: YOLOv5 weights in, an optimised engine out, detections from it. This header is all of them. */
#ifndef PAWL_H
#define PAWL_H

#include <pawl/allocator.h>
#include <pawl/audit.h>
#include <pawl/builder.h>
#include <pawl/calibration.h>
#include <pawl/detect.h>
#include <pawl/diagnosis.h>
#include <pawl/draw.h>
#include <pawl/export.h>
#include <pawl/file.h>
#include <pawl/image.h>
#include <pawl/job.h>
#include <pawl/lifetime_log.h>
#include <pawl/limits.h>
#include <pawl/logger.h>
#include <pawl/machine.h>
#include <pawl/network.h>
#include <pawl/object.h>
#include <pawl/onnx.h>
#include <pawl/open.h>
#include <pawl/plan.h>
#include <pawl/profile.h>
#include <pawl/runtime.h>
#include <pawl/scope.h>
#include <pawl/settings.h>
#include <pawl/status.h>
#include <pawl/tensor.h>
#include <pawl/trace.h>
#include <pawl/track.h>
#include <pawl/version.h>
#include <pawl/weights.h>

#endif
