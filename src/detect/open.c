/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine file or its bytes to a detector, in one call. What is made on the way is handed on to
 * the one that is made of it: ended for the user at once, and alive as long as its child pins it.
 * So the detector's end is the end of all of them, the youngest first.
 */
#include "base/desc.h"
#include "base/log.h"
#include "detect/detector.h"

#include <pawl/open.h>

/* Its child holds it from now on. Whoever makes the child gives the plan's bytes back once they are
 * packed, so this is done as soon as there is one. */
static void hand_on(void *slot)
{
    pw_object *object = PW_TAKE(*(pw_object **)slot);
    const pw_place place = object->place;
    (void)pw_object_publish(object);
    (void)pw_object_end(object);
    pawl_object_at(place.file[0] != '\0' ? place.file : NULL, place.line); /* of the next, too */
}

static pawl_status place_on(const char *backend, const pawl_open_desc *asked, pw_plan *plan,
                            pw_runtime **runtime, pw_engine **engine, pawl_error *error)
{
    pawl_runtime_desc desc = PAWL_RUNTIME_DESC_INIT;
    desc.backend = backend;
    desc.threads = asked->threads;
    desc.gpu = asked->gpu;
    pw_runtime *made PW_MAKING = NULL;
    PW_TRY(pw_runtime_make(&desc, &made, error));
    PW_TRY(pw_engine_make(made, plan, engine, error));
    *runtime = PW_TAKE(made);
    return PAWL_OK;
}

static pawl_status place(const pawl_open_desc *asked, pw_plan *plan, pw_runtime **runtime,
                         pw_engine **engine, pawl_error *error)
{
    pawl_error why = PAWL_ERROR_INIT;
    const pawl_status status = place_on(asked->backend, asked, plan, runtime, engine, &why);
    if (status == PAWL_ERR_DEVICE && asked->fallback != NULL) {
        pw_log(PAWL_LOG_WARNING, "%s; taking %s", why.message, asked->fallback);
        return place_on(asked->fallback, asked, plan, runtime, engine, error);
    }
    if (status < 0 && error != NULL)
        *error = why;
    return status;
}

/* Takes over the plan. */
static pawl_status make(pw_plan **plan, const pawl_open_desc *asked, pawl_detector **detector,
                        pawl_error *error)
{
    pw_runtime *runtime PW_MAKING = NULL;
    pw_engine *engine PW_MAKING = NULL;
    pw_context *context PW_MAKING = NULL;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = asked->threads;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = asked->batch != 0 ? asked->batch : (*plan)->profile.batch_max;
    desc.height = asked->height;
    desc.width = asked->width;
    PW_TRY(place(asked, *plan, &runtime, &engine, error));
    hand_on(plan);
    hand_on(&runtime);
    PW_TRY(pw_context_make(&pw_context_type, engine, &desc, &context, error));
    hand_on(&engine);
    pw_detector *made PW_MAKING = NULL;
    PW_TRY(pw_detector_make_whole(context, asked->detector, &made, error));
    hand_on(&context);
    *detector = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

static pawl_status read_desc(const pawl_open_desc *desc, pawl_open_desc *asked, pawl_error *error)
{
    *asked = (pawl_open_desc)PAWL_OPEN_DESC_INIT;
    return pw_desc_read(asked, sizeof(*asked), desc, "pawl_open_desc", error);
}

pawl_status pawl_detector_open(const char *path, const pawl_open_desc *desc,
                               pawl_detector **detector, pawl_error *error)
{
    pawl_open_desc asked;
    pw_plan *plan PW_MAKING = NULL;
    if (path == NULL || detector == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_open: %s is NULL",
                       path == NULL ? "path" : "detector");
    PW_TRY(read_desc(desc, &asked, error));
    PW_TRY(pw_plan_load(path, &plan, error));
    return make(&plan, &asked, detector, error);
}

pawl_status pawl_detector_open_memory(const void *data, size_t size, const pawl_open_desc *desc,
                                      pawl_detector **detector, pawl_error *error)
{
    pawl_open_desc asked;
    pw_plan *plan PW_MAKING = NULL;
    if (data == NULL || detector == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_open_memory: %s is NULL",
                       data == NULL ? "data" : "detector");
    PW_TRY(read_desc(desc, &asked, error));
    PW_TRY(pw_plan_load_memory(data, size, &plan, error));
    return make(&plan, &asked, detector, error);
}
