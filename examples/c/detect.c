/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes on one picture: detect ENGINE PICTURE */
#include <pawl/pawl.h>

#include <stdio.h>

/* All that stands between an engine file and its boxes, in the order in which it is made. */
struct detection_chain {
    pawl_plan *plan;         /* the file */
    pawl_runtime *runtime;   /* the device */
    pawl_engine *engine;     /* the plan on the device */
    pawl_context *context;   /* memory and threads for one run at a time */
    pawl_detector *detector; /* letterbox before, suppression behind it */
    pawl_image *image;
};

static pawl_status make_chain(struct detection_chain *chain, const char *engine_path,
                              const char *picture_path, pawl_error *error)
{
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC; /* what a detector needs: bytes in, candidates out */
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = 1;

    pawl_status status = pawl_plan_load(engine_path, &chain->plan, error);
    if (status >= 0)
        status = pawl_runtime_create(NULL, &chain->runtime, error);
    if (status >= 0)
        status = pawl_engine_create(chain->runtime, chain->plan, &chain->engine, error);
    if (status >= 0)
        status = pawl_context_create(chain->engine, &desc, &chain->context, error);
    if (status >= 0)
        status = pawl_detector_create(chain->context, NULL, &chain->detector, error);
    if (status >= 0)
        status = pawl_image_load(picture_path, NULL, &chain->image, error);
    return status;
}

static void end_chain(struct detection_chain *chain)
{
    pawl_image_destroy(&chain->image);
    pawl_detector_destroy(&chain->detector);
    pawl_context_destroy(&chain->context);
    pawl_engine_destroy(&chain->engine);
    pawl_runtime_destroy(&chain->runtime);
    pawl_plan_destroy(&chain->plan);
}

int main(int argc, char **argv)
{
    struct detection_chain chain = {0};
    pawl_detections found = {0};
    pawl_error error = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: detect ENGINE PICTURE\n");
        return 2;
    }
    pawl_status status = make_chain(&chain, argv[1], argv[2], &error);
    if (status >= 0)
        status = pawl_detector_run(chain.detector, &chain.image, 1, &found, NULL, &error);
    for (size_t i = 0; i < found.count; i++) { /* they are the detector's: read before it ends */
        const pawl_detection *box = &found.items[i];
        const char *name = pawl_plan_class_name(chain.plan, box->class_id);
        printf("%s %.3f at %.0f,%.0f - %.0f,%.0f\n", name != NULL ? name : "?",
               (double)box->confidence, (double)box->x1, (double)box->y1, (double)box->x2,
               (double)box->y2);
    }
    end_chain(&chain);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", pawl_status_name(error.status), error.message);
    return status < 0 ? 1 : 0;
}
