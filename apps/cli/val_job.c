/* SPDX-License-Identifier: Apache-2.0 */
/* A look at labelled pictures, from its beginning to its end. */
#include "cli/val.h"

#include <stdlib.h>

#define HYBRID_BOXES 30000 /* val.py's max_nms */

const val_options val_defaults = {
    .conf = 0.001, .iou = 0.6, .max_det = 300, .project = "runs/val", .name = "exp"};

void val_close(val_job *val)
{
    coco_result_free(&val->boxes);
    coco_result_free(&val->masks);
    (void)pawl_detector_destroy(&val->detector);
    (void)pawl_context_destroy(&val->context);
    val_data_close(&val->data);
    session_close(&val->session);
    for (size_t i = 0; i < val->finds.count; i++)
        app_rle_free(&val->finds.items[i].mask);
    free(val->finds.items);
    free(val->order);
    free(val->shapes);
    free(val->here);
    free(val->folder);
    json_decref(val->label_names);
    free(val->tallies);
}

/* Pictures at once: no more than there are, no more than the profile allows. */
static int32_t choose_batch(const val_job *val)
{
    int32_t batch = val->session.info.batch_max;
    if (val->options->batch > 0 && val->options->batch < batch)
        batch = val->options->batch;
    else if (val->options->batch > batch)
        app_warn("--batch %d: the engine takes at most %d at once", val->options->batch, batch);
    if (val->data.picture_count < (size_t)batch)
        batch = (int32_t)val->data.picture_count;
    return batch > val->session.info.batch_min ? batch : val->session.info.batch_min;
}

static int make_detector(val_job *val)
{
    pawl_error error = {0};
    const val_options *options = val->options;
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc detector = PAWL_DETECTOR_DESC_INIT;
    context.threads = val->session.threads;
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    context.threshold = (float)options->conf;
    context.batch = val->batch;
    context.height = val->shape.height;
    context.width = val->shape.width;
    detector.confidence = (float)options->conf;
    /* Beside labelled boxes all have their chance. */
    detector.iou = options->is_save_hybrid ? 1 : (float)options->iou;
    detector.max_detections = options->is_save_hybrid ? HYBRID_BOXES : options->max_det;
    detector.is_agnostic = options->is_single_class ? 1 : 0;
    detector.is_multi_label = val->session.model.class_count > 1 ? 1 : 0;
    if (pawl_context_create(val->session.engine, &context, &val->context, &error) < 0 ||
        pawl_detector_create(val->context, &detector, &val->detector, &error) < 0)
        return app_fail_library(val->session.path, &error);
    return APP_EXIT_DONE;
}

int val_begin(val_job *val)
{
    val->shape = session_shape(&val->session, val->options->imgsz);
    val->batch = choose_batch(val);
    return make_detector(val);
}
