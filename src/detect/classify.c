/* SPDX-License-Identifier: Apache-2.0 */
/* Classification: logits -> classes by falling probability. */
#include "base/size.h"
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>

/* By falling probability, equal ones by rising class. */
static int compare(const void *a, const void *b)
{
    const pawl_class_score *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability > y->probability ? -1 : 1;
    return x->class_id < y->class_id ? -1 : x->class_id > y->class_id;
}

/* softmax. Where it cannot be made it leaves zeros and returns how many logits are to blame. */
static size_t rank(const float *logits, size_t count, pawl_class_score *scores)
{
    size_t not_finite = 0;
    double most = -INFINITY, sum = 0;
    /* no fmax: gcc 12 for 64-bit ARM fails to make a vector of it */
    for (size_t c = 0; c < count; c++)
        most = (double)logits[c] > most ? (double)logits[c] : most;
    for (size_t c = 0; c < count; c++) {
        not_finite += isfinite(logits[c]) == 0;
        sum += exp((double)logits[c] - most);
    }
    for (size_t c = 0; c < count; c++) {
        const float probability = (float)(exp((double)logits[c] - most) / sum);
        scores[c] = (pawl_class_score){(int32_t)c, isnan(probability) ? 0.0f : probability};
    }
    qsort(scores, count, sizeof *scores, compare);
    return isnan(sum) ? not_finite : 0;
}

pawl_status pw_detector_answer_classes(pw_detector *detector, size_t picture, void *results,
                                       pawl_error *error)
{
    pawl_tensor output;
    PW_TRY(pw_context_output(detector->context, 0, &output, error));
    const size_t count = (size_t)detector->context->engine->plan->network.model.class_count;
    pawl_class_score *scores = detector->scores + picture * count;
    const float *logits = (const float *)output.data + picture * count;
    pw_detector_tell_not_finite(detector, picture, rank(logits, count, scores));
    ((pawl_class_scores *)results)[picture] = (pawl_class_scores){scores, count};
    return PAWL_OK;
}

pawl_status pawl_detector_classify(pawl_detector *detector, pawl_image *const *images, size_t count,
                                   pawl_class_scores *results, pawl_timing *timing,
                                   pawl_error *error)
{
    if (images == NULL || results == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_classify: %s is NULL",
                       images == NULL ? "images" : "results");
    const pw_given given = {.images = images, .count = count};
    return pw_detector_pictures(detector, &given, true, pw_detector_answer_classes, results, timing,
                                error);
}

pawl_status pawl_detector_classify_pictures(pawl_detector *detector, const pawl_picture *pictures,
                                            size_t count, pawl_class_scores *results,
                                            pawl_timing *timing, pawl_error *error)
{
    if (pictures == NULL || results == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_detector_classify_pictures: %s is NULL",
                       pictures == NULL ? "pictures" : "results");
    const pw_given given = {.pictures = pictures, .count = count};
    return pw_detector_pictures(detector, &given, true, pw_detector_answer_classes, results, timing,
                                error);
}
