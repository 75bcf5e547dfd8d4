/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a detector looks for. Any thread sets it at any time, under a mutex of its own; a run and a
 * job take what is set when they begin, so nobody waits for a run and no run sees half a change.
 */
#include "base/memory.h"
#include "base/os.h"
#include "base/size.h"
#include "detect/detector.h"

#include <string.h>

static bool is_fraction(float value)
{
    return value >= 0.0f && value <= 1.0f; /* false for NaN */
}

static pawl_status check_confidences(const pawl_detector_desc *desc, size_t classes,
                                     pawl_error *error)
{
    if ((desc->class_confidences == NULL) != (desc->class_confidence_count == 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "class_confidences is %s and class_confidence_count %zu: give both, or "
                       "neither for the same threshold in all classes",
                       desc->class_confidences == NULL ? "NULL" : "given",
                       desc->class_confidence_count);
    if (classes > 0 && desc->class_confidences != NULL && desc->class_confidence_count != classes)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "class_confidence_count is %zu: the model has %zu classes",
                       desc->class_confidence_count, classes);
    for (size_t c = 0; c < desc->class_confidence_count; c++)
        if (!is_fraction(desc->class_confidences[c]))
            return pw_fail(error, PAWL_ERR_ARGUMENT, "class_confidences[%zu] must be 0 to 1", c);
    return PAWL_OK;
}

static pawl_status check_classes(const pawl_detector_desc *desc, size_t classes, pawl_error *error)
{
    if ((desc->classes == NULL) != (desc->class_count == 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "classes is %s and class_count %zu: give both, or neither to keep "
                       "all classes",
                       desc->classes == NULL ? "NULL" : "given", desc->class_count);
    for (size_t i = 0; classes > 0 && i < desc->class_count; i++)
        if (desc->classes[i] < 0 || (size_t)desc->classes[i] >= classes)
            return pw_fail(error, PAWL_ERR_ARGUMENT,
                           "there is no class %d to keep: the model has 0 to %d", desc->classes[i],
                           (int)classes - 1);
    return PAWL_OK;
}

/* classes 0: a classifier, whose lists nobody reads. */
static pawl_status check(const pawl_detector_desc *desc, size_t classes, pawl_error *error)
{
    if (!is_fraction(desc->confidence) || !is_fraction(desc->iou))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "confidence and iou must be 0 to 1");
    if (desc->max_detections < 1)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "max_detections is %d: it must be 1 or more",
                       desc->max_detections);
    PW_TRY(check_confidences(desc, classes, error));
    return check_classes(desc, classes, error);
}

/* A list of our own; NULL for an empty one, and where memory ran out. */
static void *copy_of(const void *list, size_t count, size_t size)
{
    void *copy = count > 0 ? pw_calloc(count, size) : NULL;
    if (copy != NULL)
        memcpy(copy, list, count * size);
    return copy;
}

/* Takes over a sound description. Its lists are copied, unless they are our own already. */
static pawl_status take(pw_settings *settings, const pawl_detector_desc *desc, pawl_error *error)
{
    const bool has_classes = desc->classes != settings->classes;
    const bool has_confidences = desc->class_confidences != settings->confidences;
    const size_t count = desc->class_count, rows = desc->class_confidence_count;
    int32_t *classes PW_AUTO_FREE =
        has_classes ? copy_of(desc->classes, count, sizeof(int32_t)) : NULL;
    float *confidences PW_AUTO_FREE =
        has_confidences ? copy_of(desc->class_confidences, rows, sizeof(float)) : NULL;
    if ((has_classes && count > 0 && classes == NULL) ||
        (has_confidences && rows > 0 && confidences == NULL))
        return pw_fail_memory(error, "the detector's classes", (count + rows) * sizeof(float));
    settings->desc = *desc;
    if (has_classes) {
        pw_free(settings->classes);
        settings->desc.classes = settings->classes = PW_TAKE(classes);
    }
    if (has_confidences) {
        pw_free(settings->confidences);
        settings->desc.class_confidences = settings->confidences = PW_TAKE(confidences);
    }
    settings->version++;
    return PAWL_OK;
}

pawl_status pw_settings_make(pw_settings *settings, const pawl_detector_desc *desc,
                             size_t class_count, pawl_error *error)
{
    settings->class_count = class_count;
    PW_TRY(check(desc, class_count, error));
    (void)pthread_mutex_init(&settings->mutex, NULL); /* cannot fail on Linux */
    settings->process = pw_os_process_id();
    return take(settings, desc, error);
}

void pw_settings_free(pw_settings *settings)
{
    if (settings->process == pw_os_process_id()) /* in a forked child somebody may hold it */
        (void)pthread_mutex_destroy(&settings->mutex);
    pw_free(settings->classes);
    pw_free(settings->confidences);
}

void pw_settings_tell(pw_settings *settings, pawl_detector_info *info)
{
    if (settings->class_count == 0)
        return;
    (void)pthread_mutex_lock(&settings->mutex);
    info->confidence = settings->desc.confidence;
    info->iou = settings->desc.iou;
    info->max_detections = settings->desc.max_detections;
    info->is_agnostic = settings->desc.is_agnostic;
    info->is_multi_label = settings->desc.is_multi_label;
    (void)pthread_mutex_unlock(&settings->mutex);
}

/* --- what is set becomes what is done --- */

/* Room for so many boxes of each picture; what was found before is gone where it grows. */
static pawl_status make_room(pw_detector *detector, size_t most, pawl_error *error)
{
    const size_t boxes = detector->capacity * most;
    if (most <= detector->box_room)
        return PAWL_OK;
    pawl_detection *items PW_AUTO_FREE = pw_calloc(boxes, sizeof(pawl_detection));
    uint32_t *rows PW_AUTO_FREE = pw_calloc(boxes, sizeof(uint32_t));
    pk_box *corners PW_AUTO_FREE = pw_calloc(boxes, sizeof(pk_box));
    if (items == NULL || rows == NULL || corners == NULL)
        return pw_fail_memory(error, "the detector's boxes", boxes * sizeof(pawl_detection));
    pw_free(detector->items);
    pw_free(detector->rows);
    pw_free(detector->boxes);
    detector->items = PW_TAKE(items);
    detector->rows = PW_TAKE(rows);
    detector->boxes = PW_TAKE(corners);
    detector->box_room = most;
    for (size_t i = 0; i < detector->capacity; i++)
        detector->found[i] = (pw_found){.count = 0};
    return PAWL_OK;
}

static pawl_status apply(pw_detector *detector, const pw_settings *settings, pawl_error *error)
{
    const pawl_detector_desc *desc = &settings->desc;
    const pw_nms_desc nms = {
        .confidence = desc->confidence,
        .iou = desc->iou,
        .max_detections = pw_size_min((size_t)desc->max_detections, PW_NMS_MAX_BOXES),
        .class_count = settings->class_count,
        .class_confidences = desc->class_confidences,
        .is_agnostic = desc->is_agnostic != 0,
        .is_multi_label = desc->is_multi_label != 0,
        .classes = desc->classes,
        .class_filter_count = desc->class_count,
    };
    PW_TRY(make_room(detector, nms.max_detections, error));
    if (detector->nms == NULL)
        PW_TRY(pw_nms_create(&nms, &detector->nms, error));
    else
        PW_TRY(pw_nms_set(detector->nms, &nms, error));
    const float lowest = pw_nms_threshold(detector->nms);
    detector->confidence = lowest < 1.0f ? lowest : 1.0f; /* infinite: no class is wanted */
    detector->settings_version = settings->version;
    return PAWL_OK;
}

pawl_status pw_detector_settle(pw_detector *detector, pawl_error *error)
{
    pw_settings *settings = &detector->outer->settings;
    pawl_status status = PAWL_OK;
    (void)pthread_mutex_lock(&settings->mutex);
    if (settings->class_count > 0 && detector->settings_version != settings->version)
        status = apply(detector, settings, error);
    (void)pthread_mutex_unlock(&settings->mutex);
    return status;
}

/* --- set --- */

typedef void (*setter)(pawl_detector_desc *desc, const void *value);

static pawl_status set(pawl_detector *detector, setter put, const void *value, pawl_error *error)
{
    pw_detector *used PW_USING = NULL;
    PW_TRY(pw_object_use(detector, &pw_detector_type, &used, error));
    pw_settings *settings = &used->settings;
    if (settings->class_count == 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this engine classifies: there are no boxes to choose from");
    (void)pthread_mutex_lock(&settings->mutex);
    pawl_detector_desc wanted = settings->desc;
    put(&wanted, value);
    pawl_status status = check(&wanted, settings->class_count, error);
    if (status >= 0)
        status = take(settings, &wanted, error);
    (void)pthread_mutex_unlock(&settings->mutex);
    return status;
}

static void put_confidence(pawl_detector_desc *desc, const void *value)
{
    desc->confidence = *(const float *)value;
}

static void put_iou(pawl_detector_desc *desc, const void *value)
{
    desc->iou = *(const float *)value;
}

static void put_max_detections(pawl_detector_desc *desc, const void *value)
{
    desc->max_detections = *(const int32_t *)value;
}

static void put_agnostic(pawl_detector_desc *desc, const void *value)
{
    desc->is_agnostic = *(const int32_t *)value;
}

static void put_multi_label(pawl_detector_desc *desc, const void *value)
{
    desc->is_multi_label = *(const int32_t *)value;
}

typedef struct list {
    const void *items;
    size_t count;
} list;

static void put_classes(pawl_detector_desc *desc, const void *value)
{
    const list *given = value;
    desc->classes = given->items;
    desc->class_count = given->count;
}

static void put_class_confidences(pawl_detector_desc *desc, const void *value)
{
    const list *given = value;
    desc->class_confidences = given->items;
    desc->class_confidence_count = given->count;
}

pawl_status pawl_detector_confidence_set(pawl_detector *detector, float confidence,
                                         pawl_error *error)
{
    return set(detector, put_confidence, &confidence, error);
}

pawl_status pawl_detector_iou_set(pawl_detector *detector, float iou, pawl_error *error)
{
    return set(detector, put_iou, &iou, error);
}

pawl_status pawl_detector_max_detections_set(pawl_detector *detector, int32_t max_detections,
                                             pawl_error *error)
{
    return set(detector, put_max_detections, &max_detections, error);
}

pawl_status pawl_detector_agnostic_set(pawl_detector *detector, int32_t is_agnostic,
                                       pawl_error *error)
{
    return set(detector, put_agnostic, &is_agnostic, error);
}

pawl_status pawl_detector_multi_label_set(pawl_detector *detector, int32_t is_multi_label,
                                          pawl_error *error)
{
    return set(detector, put_multi_label, &is_multi_label, error);
}

pawl_status pawl_detector_classes_set(pawl_detector *detector, const int32_t *classes, size_t count,
                                      pawl_error *error)
{
    const list given = {classes, count};
    return set(detector, put_classes, &given, error);
}

pawl_status pawl_detector_class_confidences_set(pawl_detector *detector, const float *confidences,
                                                size_t count, pawl_error *error)
{
    const list given = {confidences, count};
    return set(detector, put_class_confidences, &given, error);
}
