/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrating for INT8.
 * The pictures are those that predict would see, treated as it treats them. */
#include "cli/calibrate.h"

#include "common/files.h"
#include "common/picture_file.h"
#include "common/sources.h"
#include "common/text_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_MOST        ((size_t)4 << 20)
#define FEW             10  /* pictures: below, they are said to be few */
#define SMALL           4   /* times smaller than the network's input: said to be small */
#define LEAST_FOUND     0.1 /* of the pictures: with boxes in fewer, they are said to be foreign */
#define COMPLAINTS_MOST 3

/* What a calibration holds while it is made. */
typedef struct calibrating {
    const calibrate_options *options;
    pawl_network *network;
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_calibration *made;
    app_paths pictures;
    pawl_model_info model;
    pawl_plan_info info;
    size_t seen, unreadable, blank, small, found; /* pictures */
    int unreadable_code;                          /* of app_exit_shared() */
} calibrating;

static const char *const methods[] = {"entropy", "minmax", "percentile", "mse"};

const char *cli_calibration_methods(void)
{
    return "entropy minmax percentile mse";
}

int32_t cli_calibration_method(const char *name)
{
    int32_t method = PAWL_CALIBRATE_ENTROPY;
    while (method < PAWL_CALIBRATE_MSE && strcmp(methods[method], name) != 0)
        method++;
    return method;
}

static void close_all(calibrating *c)
{
    (void)pawl_detector_destroy(&c->detector);
    (void)pawl_context_destroy(&c->context);
    (void)pawl_engine_destroy(&c->engine);
    (void)pawl_runtime_destroy(&c->runtime);
    (void)pawl_plan_destroy(&c->plan);
    (void)pawl_calibration_destroy(&c->made);
    app_paths_free(&c->pictures);
}

/* As many as are wanted, from all over the list. */
static void thin_out(app_paths *pictures, size_t wanted)
{
    const size_t count = pictures->count;
    if (count <= wanted)
        return;
    for (size_t i = 0, kept = 0; i < count; i++) {
        if (kept < wanted && i == kept * count / wanted) {
            char *picture = pictures->items[i];
            pictures->items[i] = pictures->items[kept];
            pictures->items[kept++] = picture;
        }
    }
    while (pictures->count > wanted)
        free(pictures->items[--pictures->count]);
}

static int list_pictures(calibrating *c)
{
    const char *source = c->options->pictures;
    int code = app_sources_add(&c->pictures, NULL, source, false);
    if (code == APP_EXIT_DONE && c->pictures.count == 0)
        code = app_fail(APP_EXIT_INPUT,
                        "--calib %s: no picture to calibrate with; give a folder of some hundred "
                        "like those that the model will see",
                        source);
    if (code == APP_EXIT_DONE)
        thin_out(&c->pictures, (size_t)c->options->count);
    return code;
}

/* On the CPU in float32, whatever the engine is for: the layers and the size are what it shares. */
static int open_network(calibrating *c, pawl_builder *builder, const pawl_build_desc *asked)
{
    pawl_error error = {0};
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.height = asked->height;
    desc.width = asked->width;
    desc.is_unoptimised = asked->is_unoptimised;
    desc.progress = asked->progress;
    desc.progress_user = asked->progress_user;
    c->info.struct_size = sizeof c->info;
    c->model.struct_size = sizeof c->model;
    if (pawl_builder_build(builder, c->network, &desc, &c->plan, &error) < 0 ||
        pawl_plan_info_get(c->plan, &c->info, &error) < 0 ||
        pawl_plan_model_get(c->plan, &c->model, &error) < 0)
        return app_fail_library("calibration", &error);
    return APP_EXIT_DONE;
}

static int open_detector(calibrating *c)
{
    pawl_error error = {0};
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    context.input = PAWL_INPUT_U8_NHWC;
    context.output = PAWL_OUTPUT_CANDIDATES;
    if (pawl_runtime_create(NULL, &c->runtime, &error) < 0 ||
        pawl_engine_create(c->runtime, c->plan, &c->engine, &error) < 0 ||
        pawl_context_create(c->engine, &context, &c->context, &error) < 0 ||
        pawl_detector_create(c->context, NULL, &c->detector, &error) < 0 ||
        pawl_calibration_create(c->plan, &c->made, &error) < 0 ||
        pawl_context_observer_set(c->context, pawl_calibration_observe, c->made, &error) < 0)
        return app_fail_library("calibration", &error);
    return APP_EXIT_DONE;
}

static bool is_blank(const pawl_image_view *view)
{
    for (int32_t y = 0; y < view->height; y++)
        for (size_t i = 0; i < (size_t)view->width * 3; i++)
            if (view->pixels[(size_t)y * view->row_size + i] != view->pixels[i % 3])
                return false;
    return true;
}

/* One picture through the network. */
static int look(calibrating *c, pawl_image *image)
{
    pawl_error error = {0};
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    pawl_status status = pawl_image_view_get(image, &view, &error);
    if (status >= 0 && is_blank(&view)) {
        c->blank++;
        return APP_EXIT_DONE;
    }
    if (status >= 0 && c->model.task == PAWL_TASK_CLASSIFY) {
        pawl_class_scores scores = PAWL_CLASS_SCORES_INIT;
        status = pawl_detector_classify(c->detector, &image, 1, &scores, NULL, &error);
        c->found++;
    } else if (status >= 0) {
        pawl_detections boxes = PAWL_DETECTIONS_INIT;
        status = pawl_detector_run(c->detector, &image, 1, &boxes, NULL, &error);
        c->found += boxes.count > 0;
    }
    if (status < 0)
        return app_fail_library("calibration", &error);
    c->small += view.width * SMALL < c->info.width && view.height * SMALL < c->info.height;
    c->seen++;
    return APP_EXIT_DONE;
}

static int look_at_all(calibrating *c)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < c->pictures.count && code == APP_EXIT_DONE; i++) {
        pawl_error error = {0};
        pawl_image *image = NULL;
        app_progress("calibrate", i, c->pictures.count);
        if (app_is_interrupted())
            code = app_fail_interrupted();
        else if (app_picture_read(c->pictures.items[i], NULL, &image, &error) >= 0)
            code = look(c, image);
        else {
            c->unreadable_code = app_exit_shared(c->unreadable, c->unreadable_code, error.status);
            if (c->unreadable++ < COMPLAINTS_MOST)
                app_warn("%s; the calibration goes on without it", error.message);
        }
        (void)pawl_image_destroy(&image);
    }
    app_progress_end();
    return code;
}

/* What is wrong with the pictures: nothing can be learnt from them, or less than it may seem. */
static int judge(const calibrating *c)
{
    const char *source = c->options->pictures;
    if (c->seen == 0 && c->blank > 0)
        return app_fail(APP_EXIT_INPUT,
                        "--calib %s: %zu %s of one colour each, from which no scale can be learnt; "
                        "give pictures like those that the model will see",
                        source, APP_COUNT(c->blank, "picture", "pictures"));
    if (c->seen == 0 && c->unreadable == 1)
        return app_fail(c->unreadable_code, "--calib %s: its one picture could not be read",
                        source);
    if (c->seen == 0)
        return app_fail(c->unreadable_code, "--calib %s: none of the %zu pictures could be read",
                        source, c->unreadable);
    if (c->unreadable > 0)
        app_warn("--calib: %zu of %zu pictures could not be read", c->unreadable,
                 c->pictures.count);
    if (c->blank > 0)
        app_warn("--calib: %zu of %zu pictures left out, of one colour each", c->blank,
                 c->pictures.count);
    if (c->seen < FEW)
        app_warn("--calib: %zu %s few to learn scales from; some hundred that differ are better",
                 c->seen, c->seen == 1 ? "picture is" : "pictures are");
    if ((double)c->found < LEAST_FOUND * (double)c->seen)
        app_warn("--calib: the model found something in only %zu of %zu pictures: are they of its "
                 "classes, and like those it will see? Scales fit what was seen",
                 c->found, c->seen);
    if (c->small * 2 > c->seen)
        app_warn("--calib: %zu of %zu pictures are less than a quarter of %dx%d and were enlarged: "
                 "the model will be calibrated for blurred ones",
                 c->small, c->seen, c->info.width, c->info.height);
    return APP_EXIT_DONE;
}

/* True where the cache is there; then *code says whether it can be used. */
static bool read_cache(calibrating *c, int *code)
{
    pawl_error error = {0};
    pawl_calibration_info info = PAWL_CALIBRATION_INFO_INIT;
    const char *cache = c->options->cache;
    if (cache == NULL || access(cache, F_OK) != 0)
        return false;
    if (pawl_calibration_load(cache, c->plan, &c->made, &error) < 0 ||
        pawl_calibration_info_get(c->made, &info, &error) < 0)
        *code = app_fail_library(cache, &error);
    else
        app_say("calibration: %s, of %zu %s%s", cache,
                APP_COUNT(info.picture_count, "picture", "pictures"),
                c->options->pictures != NULL ? "; --calib was not looked at" : "");
    return true;
}

static int write_cache(const calibrating *c)
{
    pawl_error error = {0};
    if (c->options->cache != NULL && pawl_calibration_save(c->made, c->options->cache, &error) < 0)
        return app_fail_library(c->options->cache, &error);
    return APP_EXIT_DONE;
}

static int calibrate(calibrating *c, pawl_builder *builder, const pawl_build_desc *desc)
{
    const double start = app_clock_ms();
    char time[APP_HUMAN_SIZE];
    int code = open_network(c, builder, desc);
    if (code != APP_EXIT_DONE || read_cache(c, &code))
        return code;
    if (c->options->pictures == NULL)
        return app_fail(APP_EXIT_INPUT,
                        "there is no %s yet: give --calib DIR, and it is made of the pictures",
                        c->options->cache);
    code = app_file_probe(c->options->cache);
    if (code == APP_EXIT_DONE)
        code = list_pictures(c);
    if (code == APP_EXIT_DONE)
        code = open_detector(c);
    if (code == APP_EXIT_DONE)
        code = look_at_all(c);
    if (code == APP_EXIT_DONE)
        code = judge(c);
    if (code == APP_EXIT_DONE)
        code = write_cache(c);
    if (code != APP_EXIT_DONE)
        return code;
    app_say("calibration: %zu %s in %s%s%s", APP_COUNT(c->seen, "picture", "pictures"),
            app_human_duration(time, app_clock_ms() - start),
            c->options->cache != NULL ? ", kept in " : "",
            c->options->cache != NULL ? c->options->cache : "");
    return APP_EXIT_DONE;
}

int cli_calibrate(const calibrate_options *options, pawl_builder *builder, pawl_network *network,
                  const pawl_build_desc *desc, pawl_calibration **calibration)
{
    calibrating c = {.options = options, .network = network};
    app_pictures_limit(options->max_pixels);
    const int code = calibrate(&c, builder, desc);
    if (code == APP_EXIT_DONE) {
        *calibration = c.made;
        c.made = NULL;
    }
    close_all(&c);
    return code;
}

/* The next word of a line, cut off; NULL: there is none, or a comment. */
static char *next_word(char **line)
{
    char *word = *line + strspn(*line, " \t\r,:");
    if (*word == '\0' || *word == '#')
        return NULL;
    char *end = word + strcspn(word, " \t\r,:");
    *line = end + (*end != '\0');
    *end = '\0';
    return word;
}

int cli_precision_map_read(const char *path, pawl_layer_precision **rows, size_t *count)
{
    app_text text = {0};
    int code = app_text_read(&text, path, MAP_MOST);
    if (code != APP_EXIT_DONE)
        return code;
    size_t lines = 1, number = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.bytes[i] == '\n';
    const size_t table = lines * sizeof(pawl_layer_precision);
    pawl_layer_precision *made = malloc(table + text.size + 1);
    if (made == NULL) {
        app_text_free(&text);
        return app_fail_memory();
    }
    char *line = (char *)made + table;
    memcpy(line, text.bytes, text.size);
    line[text.size] = '\0';
    *count = 0;
    for (char *end; code == APP_EXIT_DONE && line != NULL; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        number++;
        char *layer = next_word(&line), *precision = layer != NULL ? next_word(&line) : NULL;
        if (layer == NULL)
            continue;
        if (precision == NULL || next_word(&line) != NULL ||
            (strcmp(precision, "fp32") != 0 && strcmp(precision, "int8") != 0))
            code = app_fail(APP_EXIT_USAGE,
                            "%s, line %zu: write a layer and fp32 or int8, as in 'model.24 fp32'",
                            path, number);
        else
            made[(*count)++] = (pawl_layer_precision){layer, precision};
    }
    app_text_free(&text);
    if (code != APP_EXIT_DONE)
        free(made);
    else
        *rows = made;
    return code;
}
