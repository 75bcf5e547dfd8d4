/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime: which backend plans run on, and the threads that all contexts share. */
#include "runtime/context.h"

#include "base/desc.h"
#include "base/os.h"
#include <pawl/limits.h>

static void runtime_unmake(pw_object *object)
{
    pw_thread_pool_destroy(((pw_runtime *)object)->pool);
}

const pw_type pw_runtime_type = {
    .name = "runtime", .size = sizeof(pw_runtime), .unmake = runtime_unmake, .role = PW_ROLE_RUN};

static pawl_status choose_backend(const char *name, const pw_backend **backend, pawl_error *error)
{
    const pw_backend *found = pw_backend_find(name);
    if (found == NULL)
        return pw_fail(error, PAWL_ERR_DEVICE, "there is no backend \"%.40s\" in this pawl: use %s",
                       name, pw_backend_names());
    const char *absence = found->absence();
    if (absence != NULL)
        return pw_fail(error, PAWL_ERR_DEVICE, "backend %s cannot be used here: %s", name, absence);
    *backend = found;
    return PAWL_OK;
}

pawl_status pw_runtime_make(const pawl_runtime_desc *desc, pw_runtime **runtime, pawl_error *error)
{
    if (desc->threads < 0 || desc->threads > PAWL_MAX_THREADS)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "%d threads: give 1 to %d, or 0 for all cores",
                       desc->threads, PAWL_MAX_THREADS);
    if (desc->gpu < 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "gpu %d: they are numbered from 0", desc->gpu);
    const pw_backend *forced = NULL;
    if (desc->backend != NULL)
        PW_TRY(choose_backend(desc->backend, &forced, error));
    pw_runtime *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_runtime_type, NULL, 0, &made, error));
    made->forced = forced;
    made->gpu = desc->gpu;
    const int32_t cores = pw_os_core_count();
    const int32_t most = desc->threads == 0 || desc->threads > cores ? cores : desc->threads;
    PW_TRY(pw_thread_pool_create(most < PAWL_MAX_THREADS ? most : PAWL_MAX_THREADS, &made->pool,
                                 error));
    *runtime = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_runtime_create(const pawl_runtime_desc *desc, pawl_runtime **runtime,
                                pawl_error *error)
{
    if (runtime == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_runtime_create: runtime is NULL");
    pawl_runtime_desc asked = PAWL_RUNTIME_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_runtime_desc", error));
    pw_runtime *made = NULL;
    PW_TRY(pw_runtime_make(&asked, &made, error));
    *runtime = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_runtime_destroy(pawl_runtime **runtime)
{
    return pw_object_destroy_handle((void **)runtime, &pw_runtime_type);
}
