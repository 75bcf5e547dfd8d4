/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: a plan's constants packed for this machine, shared by all contexts. */
#include "runtime/context.h"

static void engine_unmake(pw_object *object)
{
    pw_engine *engine = (pw_engine *)object;
    if (engine->backend != NULL)
        engine->backend->close(engine->device);
}

const pw_type pw_engine_type = {
    .name = "engine", .size = sizeof(pw_engine), .unmake = engine_unmake, .role = PW_ROLE_RUN};

/* The runtime's choice goes before the plan's. */
static pawl_status choose_backend(const pw_runtime *runtime, const pw_plan *plan,
                                  const pw_backend **backend, pawl_error *error)
{
    if (runtime->forced != NULL) {
        *backend = runtime->forced;
        return PAWL_OK;
    }
    const pw_backend *found = pw_backend_find(plan->backend);
    if (found == NULL)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "the engine was built for backend \"%.40s\", which this pawl does not have: "
                       "run it on another one (%s)",
                       plan->backend, pw_backend_names());
    const char *absence = found->absence();
    if (absence != NULL)
        return pw_fail(error, PAWL_ERR_DEVICE,
                       "the engine was built for backend %s, which cannot be used here: %s",
                       plan->backend, absence);
    *backend = found;
    return PAWL_OK;
}

pawl_status pw_engine_make(pw_runtime *runtime, pw_plan *plan, pw_engine **engine,
                           pawl_error *error)
{
    const pw_backend *backend = NULL;
    PW_TRY(choose_backend(runtime, plan, &backend, error));
    pw_object *const parents[] = {&runtime->object, &plan->object};
    pw_engine *made PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_engine_type, parents, PW_COUNT(parents), &made, error));
    pw_object_name_after(&made->object, &plan->object);
    made->plan = plan;
    made->backend = backend;
    made->pool = runtime->pool;
    pw_machine machine = pw_machine_here();
    machine.gpu = runtime->gpu;
    PW_TRY(backend->open(plan, &machine, &made->device, error));
    *engine = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_engine_create(pawl_runtime *runtime, pawl_plan *plan, pawl_engine **engine,
                               pawl_error *error)
{
    if (engine == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_engine_create: engine is NULL");
    pw_runtime *host PW_USING = NULL;
    pw_plan *source PW_USING = NULL;
    PW_TRY(pw_object_use(runtime, &pw_runtime_type, &host, error));
    PW_TRY(pw_object_use(plan, &pw_plan_type, &source, error));
    pw_engine *made = NULL;
    PW_TRY(pw_engine_make(host, source, &made, error));
    *engine = pw_object_publish(made);
    return PAWL_OK;
}

pawl_status pawl_engine_destroy(pawl_engine **engine)
{
    return pw_object_destroy_handle((void **)engine, &pw_engine_type);
}

const char *pawl_engine_tactic(pawl_engine *engine, size_t index)
{
    pw_engine *source PW_USING = NULL;
    if (pw_object_use(engine, &pw_engine_type, &source, NULL) < 0)
        return NULL;
    if (index >= source->plan->network.layer_count)
        return NULL;
    return source->backend->tactic(source->device, index);
}

const char *pawl_engine_class_name(pawl_engine *engine, int32_t class_id)
{
    pw_engine *source PW_USING = NULL;
    if (pw_object_use(engine, &pw_engine_type, &source, NULL) < 0)
        return NULL;
    return pw_model_class_name(&source->plan->network.model, class_id);
}

pawl_status pawl_engine_model_get(pawl_engine *engine, pawl_model_info *info, pawl_error *error)
{
    pw_engine *source PW_USING = NULL;
    PW_TRY(pw_object_use(engine, &pw_engine_type, &source, error));
    return pw_plan_model(source->plan, info, error);
}
