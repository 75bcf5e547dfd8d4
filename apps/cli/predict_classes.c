/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a classified picture, as YOLOv5's classify/predict.py says it. */
#include "cli/predict.h"

#include <stdlib.h>

static size_t shown(const predict_picture *picture)
{
    return picture->scores.count < PREDICT_TOP ? picture->scores.count : PREDICT_TOP;
}

/* A name as one line may have it; free() it. */
static char *plain_of(const char *name)
{
    const size_t size = pawl_text_plain(name, SIZE_MAX, NULL, 0) + 1;
    char *plain = malloc(size);
    if (plain != NULL)
        (void)pawl_text_plain(name, SIZE_MAX, plain, size);
    return plain;
}

/* The best classes, each "name 0.93" or "0.93 name", joined. */
static char *join(const predict_names *names, const predict_picture *picture, bool is_name_first,
                  const char *between)
{
    char buffer[PREDICT_NAME_SIZE];
    char *text = app_format("%s", "");
    for (size_t i = 0; i < shown(picture) && text != NULL; i++) {
        const pawl_class_score *score = &picture->scores.items[i];
        char *name = plain_of(predict_name(names, score->class_id, buffer));
        const double probability = (double)score->probability;
        char *longer = name == NULL ? NULL
                       : is_name_first
                           ? app_format("%s%s %.2f%s", text, name, probability, between)
                           : app_format("%s%.2f %s%s", text, probability, name, between);
        free(name);
        free(text);
        text = longer;
    }
    return text;
}

char *predict_classes_summary(const predict_names *names, const predict_picture *picture)
{
    return join(names, picture, true, ", ");
}

char *predict_classes_lines(const predict_names *names, const predict_picture *picture)
{
    return join(names, picture, false, "\n");
}

json_t *predict_classes_json(const predict_names *names, const predict_picture *picture)
{
    json_t *top = json_array();
    bool is_good = top != NULL;
    for (size_t i = 0; i < shown(picture) && is_good; i++) {
        char buffer[PREDICT_NAME_SIZE];
        const pawl_class_score *score = &picture->scores.items[i];
        json_t *entry = json_object();
        is_good = app_json_set(entry, "class_id", json_integer(score->class_id)) &&
                  app_json_set(entry, "name",
                               app_json_text(predict_name(names, score->class_id, buffer))) &&
                  app_json_set(entry, "probability", app_json_number((double)score->probability));
        is_good = app_json_append(top, entry) && is_good;
    }
    if (is_good)
        return top;
    json_decref(top);
    return NULL;
}
