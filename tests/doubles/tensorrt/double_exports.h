/* SPDX-License-Identifier: Apache-2.0 */
/* What a double exports: NVIDIA's three functions, and questions that a test finds with dlsym. */
#ifndef DOUBLE_EXPORTS_H
#define DOUBLE_EXPORTS_H

#include <stdint.h>

#define DOUBLE_EXPORT __attribute__((visibility("default")))

DOUBLE_EXPORT int32_t getInferLibVersion(void);
DOUBLE_EXPORT void *createInferBuilder_INTERNAL(void *logger, int32_t version);
DOUBLE_EXPORT void *createInferRuntime_INTERNAL(void *logger, int32_t version);

DOUBLE_EXPORT int double_live(
    void); /* objects that are not deleted; a network's layers and tensors count */
DOUBLE_EXPORT unsigned double_calls(
    const char *name); /* of a method, in all classes, since the last forget */
DOUBLE_EXPORT void double_forget(void);
/* Of the network that was built last, where the builder had to heed what it was asked: layers that
 * compute and leave halves; and layers, or outputs of the network, that are asked for anything
 * else. */
DOUBLE_EXPORT void double_halves(unsigned *halves, unsigned *others);
DOUBLE_EXPORT int double_slot(const char *class_name,
                              const char *name); /* -1: this version lacks it */

#endif
