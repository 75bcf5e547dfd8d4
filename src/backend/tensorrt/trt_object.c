/* SPDX-License-Identifier: Apache-2.0 */
/* Birth and end of the library's objects. */
#include "backend/tensorrt/trt_object.h"
#include "backend/tensorrt/trt_watch.h"

#include <string.h>

static void unmake(pw_object *object)
{
    pw_trt_delete(((pw_trt_object *)object)->native);
}

#define TRT_TYPE(words)                                                             \
    {                                                                               \
        .name = "TensorRT " words, .size = sizeof(pw_trt_object), .unmake = unmake, \
        .is_foreign = true                                                          \
    }
const pw_type pw_trt_builder_type = TRT_TYPE("builder"), pw_trt_network_type = TRT_TYPE("network"),
              pw_trt_config_type = TRT_TYPE("config"), pw_trt_cache_type = TRT_TYPE("timing cache"),
              pw_trt_memory_type = TRT_TYPE("plan memory"),
              pw_trt_runtime_type = TRT_TYPE("runtime"), pw_trt_engine_type = TRT_TYPE("engine"),
              pw_trt_context_type = TRT_TYPE("context");
#undef TRT_TYPE

pawl_status pw_trt_adopt(const pw_trt_library *library, const pw_type *type, pw_trt_native *native,
                         pw_trt_object *parent, pw_trt_object **object, pawl_error *error)
{
    pw_trt_object *made PW_MAKING = NULL;
    pw_object *const parents[] = {parent != NULL ? &parent->object : NULL};
    if (native == NULL)
        return pw_trt_fail(error, PAWL_ERR_DEVICE, "%s made no %s", library->version_text,
                           type->name + strlen("TensorRT "));
    const pawl_status status = pw_object_make(type, parents, 1, &made, error);
    if (status < 0) {
        pw_trt_delete(native);
        return status;
    }
    made->library = library;
    made->native = native;
    (void)pw_object_publish(made);
    *object = PW_TAKE(made);
    return PAWL_OK;
}
