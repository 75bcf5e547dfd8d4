/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trt_proof WEIGHTS PICTURE PART...: parts of the proof on the TensorRT of PAWL_TENSORRT_LIBRARY,
 * at the level that PAWL_LIFETIME says. PAWL_PROOF_CACHE names a timing cache, PAWL_PROOF_RUNS the
 * number of runs of the long part, PAWL_PROOF_SIDE the pictures' side. A line a part; 77 where
 * there is no TensorRT or no GPU.
 */
#include "base/os.h"
#include "gpu/driver.h"
#include "tensorrt/proof.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char messages[1 << 15];

static void keep_message(void *user, pawl_log_level level, const char *text)
{
    const size_t used = strlen(messages);
    (void)user;
    (void)level;
    if (strncmp(text, "PAWL-L006", 9) == 0)
        return; /* what the strict level refuses is a status here */
    snprintf(messages + used, sizeof messages - used, "%s\n", text);
}

const char *proof_messages(void)
{
    return messages;
}

void proof_forget(void)
{
    messages[0] = '\0';
}

bool proof_build(proof *of, const proof_shape *shape, pawl_plan **plan)
{
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    desc.backend = "tensorrt";
    desc.timing_cache = of->timing_cache;
    desc.batch_min = shape->batch_min;
    desc.batch_opt = desc.batch_max = shape->batch_max;
    desc.height = desc.width = shape->side;
    desc.height_min = desc.width_min = shape->side_min;
    desc.height_max = desc.width_max = shape->side_max;
    desc.contexts = shape->contexts;
    const bool is_built = pawl_weights_load(of->weights, &weights, &error) >= 0 &&
                          pawl_network_create(weights, NULL, &network, &error) >= 0 &&
                          pawl_builder_create(NULL, &builder, &error) >= 0 &&
                          pawl_builder_build(builder, network, &desc, plan, &error) >= 0;
    EXPECT(of, is_built, "no plan: %s", error.message);
    (void)pawl_builder_destroy(&builder);
    (void)pawl_network_destroy(&network);
    (void)pawl_weights_destroy(&weights);
    return is_built;
}

bool proof_detector(pawl_engine *engine, int32_t batch, pawl_context **context,
                    pawl_detector **detector, pawl_error *error)
{
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = batch;
    return pawl_context_create(engine, &desc, context, error) >= 0 &&
           pawl_detector_create(*context, NULL, detector, error) >= 0;
}

static bool is_near(float a, float b, float most)
{
    return fabsf(a - b) <= most;
}

bool proof_is_same(const proof_boxes *a, const proof_boxes *b)
{
    bool is_same = a->count == b->count && a->count > 0;
    for (size_t i = 0; is_same && i < a->count; i++) {
        const pawl_detection *const x = &a->items[i], *const y = &b->items[i];
        is_same = x->class_id == y->class_id && is_near(x->confidence, y->confidence, 1e-3f) &&
                  is_near(x->x1, y->x1, 0.25f) && is_near(x->y1, y->y1, 0.25f) &&
                  is_near(x->x2, y->x2, 0.25f) && is_near(x->y2, y->y2, 0.25f);
    }
    return is_same;
}

bool proof_detect(proof *of, pawl_detector *detector, size_t count, proof_boxes *boxes)
{
    enum { MOST = 8 };
    pawl_image *images[MOST] = {NULL};
    pawl_detections found[MOST];
    pawl_error error = {PAWL_OK, 0, 0, ""};
    for (size_t i = 0; i < count && i < MOST; i++)
        images[i] = of->image;
    const bool is_run =
        count <= MOST && pawl_detector_run(detector, images, count, found, NULL, &error) >= 0;
    EXPECT(of, is_run, "%zu pictures: %s", count, error.message);
    for (size_t i = 0; is_run && i < count; i++) {
        proof_boxes here = {.count = found[i].count < 64 ? found[i].count : 64};
        memcpy(here.items, found[i].items, here.count * sizeof here.items[0]);
        if (i == 0)
            *boxes = here;
        else if (!proof_is_same(boxes, &here))
            return false;
    }
    return is_run;
}

static const struct part {
    const char *name;
    void (*run)(proof *of);
} parts[] = {{"orders", proof_orders},     {"beneath", proof_beneath}, {"ends", proof_ends},
             {"profiles", proof_profiles}, {"threads", proof_threads}, {"long", proof_long},
             {"refusals", proof_refusals}, {"driver", proof_driver}};

static bool run_part(proof *of, const char *name)
{
    for (size_t i = 0; i < PW_COUNT(parts); i++) {
        if (strcmp(parts[i].name, name) != 0)
            continue;
        const trt_tally before = of->tally;
        const uint64_t start = pw_os_clock_ns();
        const unsigned complaints = pw_trt_destroy_complaints();
        const size_t living = pawl_object_count();
        parts[i].run(of);
        EXPECT(of, pawl_object_count() == living, "%zu objects are left",
               pawl_object_count() - living);
        if (strcmp(name, "orders") != 0 && strcmp(name, "beneath") != 0) /* which provoke them */
            EXPECT(of, pw_trt_destroy_complaints() == complaints, "the library complained: %s",
                   messages);
        printf("%s, %s, %s: %u passed, %u failed, in %.1f s\n", of->library->version_text,
               pawl_lifetime_get() == PAWL_LIFETIME_STRICT ? "strict" : "deferred", name,
               of->tally.passed - before.passed, of->tally.failed - before.failed,
               (double)(pw_os_clock_ns() - start) / 1e9);
        fflush(stdout);
        return true;
    }
    fprintf(stderr, "there is no part %s\n", name);
    return false;
}

int main(int count, char **arguments)
{
    const pawl_logger logger = {.level = PAWL_LOG_WARNING, .write = keep_message};
    const char *const runs = getenv("PAWL_PROOF_RUNS"), *const side = getenv("PAWL_PROOF_SIDE");
    const pw_cuda *cuda = NULL;
    pawl_error error;
    if (count < 4) {
        fputs("usage: trt_proof WEIGHTS PICTURE PART...\n", stderr);
        return 2;
    }
    pawl_logger_set(&logger);
    proof of = {.weights = arguments[1],
                .picture = arguments[2],
                .timing_cache = getenv("PAWL_PROOF_CACHE"),
                .side = side != NULL ? (int32_t)strtol(side, NULL, 10) : 320,
                .runs = runs != NULL ? (unsigned)strtoul(runs, NULL, 10) : 200};
    if (pw_trt_library_get(&of.library, &error) < 0 || pw_cuda_get(&cuda, &error) < 0) {
        printf("skipped: %s\n", error.message);
        return 77;
    }
    if (pawl_image_load(of.picture, NULL, &of.image, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    bool is_known = true;
    for (int i = 3; i < count; i++)
        is_known = run_part(&of, arguments[i]) && is_known;
    (void)pawl_image_destroy(&of.image);
    if (messages[0] != '\0')
        printf("what was logged besides:\n%s", messages);
    printf("%u passed, %u failed\n", of.tally.passed, of.tally.failed);
    return of.tally.failed == 0 && is_known ? 0 : 1;
}
