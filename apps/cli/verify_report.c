/* SPDX-License-Identifier: Apache-2.0 */
/* What verify found: for people, and as JSON. */
#include "cli/verify.h"

#define HASH_SIZE 33

/* As inspect and build show it: high word first. */
static const char *hash_text(char text[HASH_SIZE], const uint64_t hash[2])
{
    (void)snprintf(text, HASH_SIZE, "%016llx%016llx", (unsigned long long)hash[1],
                   (unsigned long long)hash[0]);
    return text;
}

const char *verify_name(const verify_job *job, const verify_pair *pair)
{
    return pair->path != NULL ? pair->path : job->model;
}

const verify_layer *verify_worst(const verify_pair *pair)
{
    const verify_layer *worst = NULL;
    for (size_t i = 0; i < pair->layer_count; i++)
        if (pair->layers[i].is_compared &&
            (worst == NULL || pair->layers[i].gap.relative > worst->gap.relative))
            worst = &pair->layers[i];
    return worst;
}

static size_t compared(const verify_pair *pair)
{
    size_t count = 0;
    for (size_t i = 0; i < pair->layer_count; i++)
        count += pair->layers[i].is_compared ? 1 : 0;
    return count;
}

static void say_layers(const verify_pair *pair)
{
    app_say("%8s  %-10s %11s %11s %11s %12s  %s", "id", "op", "max error", "relative", "rel. max",
            "cosine", "name");
    for (size_t i = 0; i < pair->layer_count; i++) {
        const verify_layer *layer = &pair->layers[i];
        if (layer->is_compared)
            app_say("%8d  %-10s %11.3g %11.3g %11.3g %12.9f  %s%s", (int)layer->id, layer->op,
                    layer->gap.max_error, layer->gap.relative, layer->gap.relative_max,
                    layer->gap.cosine, layer->name, verify_diverges(pair, layer) ? " *" : "");
    }
}

static void say_first(const verify_pair *pair)
{
    const verify_layer *worst = verify_worst(pair);
    if (pair->first < pair->layer_count) {
        const verify_layer *first = &pair->layers[pair->first];
        app_say("  first divergence: layer %s (%s): max error %.3g, relative %.3g, cosine %.9f",
                first->name, first->op, first->gap.max_error,
                first->gap.relative > first->gap.relative_max || verify_is_clipped(pair)
                    ? first->gap.relative
                    : first->gap.relative_max,
                first->gap.cosine);
    }
    if (worst != NULL)
        app_say("  layers: %zu compared, worst %s: relative %.3g (bound %g)", compared(pair),
                worst->name, worst->gap.relative, pair->max_error);
    if (pair->is_bgr)
        app_say("  with red and blue swapped this layer agrees: its input is BGR, not RGB");
}

void verify_say(const verify_job *job, const verify_pair *pair)
{
    char hash[HASH_SIZE];
    const verify_boxes *boxes = &pair->boxes;
    app_say("%s: %s %s at %dx%d, made of %s (%s)", verify_name(job, pair), pair->engine.backend,
            pair->engine.info.precision, pair->shape.height, pair->shape.width,
            pair->engine.info.source_name, hash_text(hash, pair->engine.info.source_hash));
    if (!pair->is_same_source)
        app_say("  not made of the reference's weights, %s (%s)", pair->reference.info.source_name,
                hash_text(hash, pair->reference.info.source_hash));
    if (app_term_is_loud())
        say_layers(pair);
    say_first(pair);
    app_say("  boxes: %zu matched, %zu missed, %zu extra, %zu borderline; least IoU %.6f (bound "
            "%g), confidence within %.3g",
            boxes->matched, boxes->missed, boxes->extra, boxes->borderline, boxes->min_iou,
            pair->min_iou, boxes->max_confidence_difference);
    if (pair->min_f1 < 1 && boxes->matched + boxes->missed + boxes->extra > 0)
        app_say("  F1 of boxes of that IoU: %.3f (bound %g)", verify_f1(boxes), pair->min_f1);
    if (boxes->crowded > 0)
        app_say("  %zu of %zu pictures with more boxes than are kept, which are not judged: take a "
                "higher --conf",
                boxes->crowded, job->seen);
    app_say("  verdict: %s", pair->is_passed ? "passed" : "FAILED");
}

static json_t *layer_json(const verify_layer *layer)
{
    json_t *object = json_object();
    (void)app_json_set(object, "id",
                       layer->id == UINT32_MAX ? json_null() : json_integer(layer->id));
    (void)app_json_set(object, "name", app_json_text(layer->name));
    (void)app_json_set(object, "op", app_json_text(layer->op));
    (void)app_json_set(object, "max_error", app_json_number(layer->gap.max_error));
    (void)app_json_set(object, "relative", app_json_number(layer->gap.relative));
    (void)app_json_set(object, "relative_max", app_json_number(layer->gap.relative_max));
    (void)app_json_set(object, "cosine", app_json_number(layer->gap.cosine));
    return object;
}

static json_t *side_json(const char *path, const verify_side *side)
{
    char hash[HASH_SIZE];
    json_t *object = json_object();
    (void)app_json_set(object, "file", app_json_text(path));
    (void)app_json_set(object, "backend", app_json_text(side->backend));
    (void)app_json_set(object, "precision", app_json_text(side->info.precision));
    (void)app_json_set(object, "source_name", app_json_text(side->info.source_name));
    (void)app_json_set(object, "source_hash",
                       app_json_text(hash_text(hash, side->info.source_hash)));
    return object;
}

static json_t *boxes_json(const verify_boxes *boxes)
{
    json_t *object = json_object();
    (void)app_json_set(object, "matched", json_integer((json_int_t)boxes->matched));
    (void)app_json_set(object, "missed", json_integer((json_int_t)boxes->missed));
    (void)app_json_set(object, "extra", json_integer((json_int_t)boxes->extra));
    (void)app_json_set(object, "borderline", json_integer((json_int_t)boxes->borderline));
    (void)app_json_set(object, "min_iou", app_json_number(boxes->min_iou));
    (void)app_json_set(object, "f1", app_json_number(verify_f1(boxes)));
    (void)app_json_set(object, "crowded", json_integer((json_int_t)boxes->crowded));
    (void)app_json_set(object, "max_confidence_difference",
                       app_json_number(boxes->max_confidence_difference));
    return object;
}

json_t *verify_json(const verify_job *job, const verify_pair *pair)
{
    json_t *line = json_object(), *shape = json_array(), *layers = json_array();
    (void)app_json_append(shape, json_integer(pair->shape.height));
    (void)app_json_append(shape, json_integer(pair->shape.width));
    for (size_t i = 0; i < pair->layer_count; i++)
        if (pair->layers[i].is_compared)
            (void)app_json_append(layers, layer_json(&pair->layers[i]));
    (void)app_json_set(line, "engine", side_json(verify_name(job, pair), &pair->engine));
    (void)app_json_set(line, "reference", side_json(job->model, &pair->reference));
    (void)app_json_set(line, "same_source", json_boolean(pair->is_same_source));
    (void)app_json_set(line, "shape", shape);
    (void)app_json_set(line, "images", json_integer((json_int_t)job->seen));
    (void)app_json_set(line, "max_error", app_json_number(pair->max_error));
    (void)app_json_set(line, "min_iou", app_json_number(pair->min_iou));
    (void)app_json_set(line, "min_f1", app_json_number(pair->min_f1));
    (void)app_json_set(line, "first_divergence",
                       pair->first < pair->layer_count ? layer_json(&pair->layers[pair->first])
                                                       : json_null());
    (void)app_json_set(line, "input_is_bgr", json_boolean(pair->is_bgr));
    (void)app_json_set(line, "layers", layers);
    (void)app_json_set(line, "boxes", boxes_json(&pair->boxes));
    if (app_json_set(line, "verdict", json_string(pair->is_passed ? "passed" : "failed")))
        return line;
    json_decref(line);
    return NULL;
}
