/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run path on the device, on doubles of the library and the driver: what a detector's run puts
 * on the stream, that boxes and masks are the host's of the same heads to the bit, and what becomes
 * of each driver call that fails. Usage: test_double_path whole|no_graphs|old|threads
 */
#include "doubles/cuda/fake_cuda.h"
#include "runtime/context.h"
#include "support/counted.h"
#include "support/symbols.h"
#include "support/task_models.h"

#include <math.h>
#include <pawl/pawl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 47, HEIGHT = 39, BATCH = 2, MOST = 32 };

static struct {
    void (*count)(fake_cuda_counts *);
    unsigned (*calls)(const char *);
    void (*forget)(void);
    unsigned (*live)(void);
} fake;

typedef struct chain {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
    pawl_detector *detector;
    pawl_image *images[BATCH];
} chain;

static pawl_detector_desc rules(float confidence, int32_t most)
{
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    desc.confidence = confidence;
    desc.max_detections = most;
    return desc;
}

static pawl_image *make_image(uint64_t seed)
{
    static _Thread_local uint8_t pixels[WIDTH * HEIGHT * 3];
    pawl_image *image = NULL;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
    const pawl_image_view view = {WIDTH, HEIGHT, (size_t)WIDTH * 3, pixels};
    return pawl_image_create(&view, &image, NULL) >= 0 ? image : NULL;
}

static pawl_status open_context(chain *c, pawl_error *error)
{
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = BATCH;
    return pawl_context_create(c->engine, &desc, &c->context, error);
}

static pawl_status open_chain(chain *c, void (*make)(pt_builder *b), pawl_error *error)
{
    const pawl_detector_desc desc = rules(0.3f, MOST);
    PW_TRY(pt_task_plan(make, "tensorrt", &c->plan, error));
    PW_TRY(pawl_runtime_create(NULL, &c->runtime, error));
    PW_TRY(pawl_engine_create(c->runtime, c->plan, &c->engine, error));
    PW_TRY(open_context(c, error));
    PW_TRY(pawl_detector_create(c->context, &desc, &c->detector, error));
    for (uint64_t i = 0; i < BATCH; i++)
        if ((c->images[i] = make_image(3 + i)) == NULL)
            return PAWL_ERR_MEMORY;
    return PAWL_OK;
}

static void close_chain(chain *c)
{
    for (size_t i = 0; i < BATCH; i++)
        (void)pawl_image_destroy(&c->images[i]);
    (void)pawl_detector_destroy(&c->detector);
    (void)pawl_context_destroy(&c->context);
    (void)pawl_engine_destroy(&c->engine);
    (void)pawl_runtime_destroy(&c->runtime);
    (void)pawl_plan_destroy(&c->plan);
}

/* What a detector finds, kept. */
typedef struct boxes {
    size_t count[BATCH];
    pawl_detection items[BATCH][MOST];
} boxes;

static pawl_status detect(chain *c, pawl_detector *detector, boxes *found, pawl_error *error)
{
    pawl_detections results[BATCH];
    PW_TRY(pawl_detector_run(detector, c->images, BATCH, results, NULL, error));
    memset(found, 0, sizeof *found);
    for (size_t n = 0; n < BATCH; n++) {
        found->count[n] = results[n].count;
        memcpy(found->items[n], results[n].items, results[n].count * sizeof(pawl_detection));
    }
    return PAWL_OK;
}

/* The host's boxes of the run that there was last, by the same rules, in the network's pixels; both
 * ways of the context. */
static void compare_with_host(chain *c, float confidence, size_t most, const char *what)
{
    const pw_nms_desc desc = {.confidence = confidence,
                              .iou = 0.45f,
                              .max_detections = most,
                              .class_count = PT_TASK_CLASSES};
    static pawl_detection by_device[4096], by_host[4096];
    pawl_error error = {.message = ""};
    pw_context *context PW_USING = NULL;
    pw_nms *nms = NULL;
    if (pw_object_use(c->context, &pw_context_type, &context, &error) < 0 ||
        pw_nms_create(&desc, &nms, &error) < 0) {
        expect(false, what, error.message);
        return;
    }
    for (size_t n = 0; n < BATCH; n++) {
        size_t count = 0;
        pawl_candidates candidates;
        expect(pw_context_collect(context, n, nms, by_device, NULL, &count, &error) >= 0 &&
                   pw_context_candidates(context, n, &candidates, &error) >= 0,
               what, error.message);
        const size_t wanted = pw_nms_run(nms, &candidates, by_host, NULL);
        expect(count == wanted && memcmp(by_device, by_host, count * sizeof by_device[0]) == 0,
               what, "the host makes other boxes of the same heads");
    }
    pw_nms_destroy(nms);
}

/* What a picture's run puts on the stream when its graph is there,
 * and that only boxes come back. */
static void test_steady(chain *c, bool has_graphs)
{
    pawl_error error = {.message = ""};
    boxes first, again;
    expect(detect(c, c->detector, &first, &error) >= 0, "a first run", error.message);
    for (int i = 0; i < 2; i++)
        expect(detect(c, c->detector, &again, &error) >= 0 &&
                   memcmp(&first, &again, sizeof first) == 0,
               "a run again", error.message);
    expect(first.count[0] > 1 && first.count[1] > 1, "boxes", "there are some");
    fake.forget();
    expect(detect(c, c->detector, &again, &error) >= 0, "a run counted", error.message);
    expect(fake.calls("cuMemcpyHtoDAsync_v2") == BATCH, "copies to the GPU", "a picture each");
    expect(fake.calls("cuMemcpyDtoHAsync_v2") == 0, "copies from the GPU", "only boxes travel");
    expect(fake.calls("cuStreamSynchronize") == 1, "waits", "one a run");
    expect(fake.calls("cuMemAlloc_v2") == 0 && fake.calls("cuMemHostAlloc") == 0, "memory",
           "a run allocates none");
    expect(fake.calls("cuGraphLaunch") == (has_graphs ? 1 : 0), "graphs", "one a run");
    expect(fake.calls("cuLaunchKernel") == (has_graphs ? 0 : 3), "kernels",
           "letterboxes and boxes, where there is no graph");
    expect(fake.calls("cuMemsetD32Async") == 0, "clearing", "the run before has done it");
    const float middle = first.items[0][first.count[0] / 2].confidence;
    compare_with_host(c, 0.3f, MOST, "the detector's rules");
    compare_with_host(c, middle, MOST, "stricter rules");
    compare_with_host(c, 0.3f, 2, "few");
    compare_with_host(c, 0.3f, 2000, "more than the device keeps");
}

/* Two detectors on one context, and one that collects what it did not run. */
static void test_rules(chain *c)
{
    const pawl_detector_desc desc = rules(0.55f, 5);
    pawl_detector *other = NULL;
    pawl_error error = {.message = ""};
    boxes mine, others, again;
    pawl_detections collected;
    expect(pawl_detector_create(c->context, &desc, &other, &error) >= 0 &&
               detect(c, c->detector, &mine, &error) >= 0 &&
               detect(c, other, &others, &error) >= 0 &&
               detect(c, c->detector, &again, &error) >= 0,
           "two detectors", error.message);
    expect(memcmp(&mine, &again, sizeof mine) == 0 && memcmp(&mine, &others, sizeof mine) != 0,
           "two detectors", "each by its own rules");
    expect(detect(c, other, &others, &error) >= 0 &&
               pawl_detector_collect(other, 0, &collected, &error) >= 0 &&
               collected.count == others.count[0],
           "collect", error.message);
    (void)pawl_detector_destroy(&other);
}

/* Bytes in the binding take the same way as pictures of the network's size. */
static void test_binding(chain *c)
{
    pawl_error error = {.message = ""};
    pawl_tensor input;
    boxes by_pictures;
    expect(detect(c, c->detector, &by_pictures, &error) >= 0 &&
               pawl_context_input(c->context, &input, &error) >= 0,
           "a binding", error.message);
    for (size_t n = 0; n < BATCH; n++) {
        pawl_image *boxed = NULL;
        pawl_image_view view;
        if (!expect(pawl_image_letterbox(c->images[n], PT_TASK_SIDE, PT_TASK_SIDE, &boxed,
                                         &error) >= 0 &&
                        pawl_image_view_get(boxed, &view, &error) >= 0,
                    "a letterbox", error.message))
            return;
        for (size_t y = 0; y < PT_TASK_SIDE; y++)
            memcpy((uint8_t *)input.data + (n * PT_TASK_SIDE + y) * PT_TASK_SIDE * 3,
                   view.pixels + y * view.row_size, PT_TASK_SIDE * 3);
        (void)pawl_image_destroy(&boxed);
    }
    expect(pawl_context_run(c->context, &error) >= 0, "a run of the binding", error.message);
    compare_with_host(c, 0.3f, MOST, "of the binding");
    boxes again;
    expect(detect(c, c->detector, &again, &error) >= 0 &&
               memcmp(&again, &by_pictures, sizeof again) == 0,
           "pictures after a binding", error.message);
}

/* The planes of masks, and the masks themselves, against a context whose candidates lie on the
 * host. */
static void test_masks(chain *c)
{
    static const pawl_mask_form forms[] = {PAWL_MASK_NETWORK, PAWL_MASK_PICTURE, PAWL_MASK_NATIVE};
    chain cpu = {.plan = NULL};
    pawl_error error = {.message = ""};
    boxes here, there;
    const pawl_detector_desc desc = rules(0.3f, MOST);
    pawl_runtime_desc on_cpu = PAWL_RUNTIME_DESC_INIT;
    on_cpu.backend = "cpu";
    bool is_made = pawl_runtime_create(&on_cpu, &cpu.runtime, &error) >= 0 &&
                   pawl_engine_create(cpu.runtime, c->plan, &cpu.engine, &error) >= 0 &&
                   open_context(&cpu, &error) >= 0 &&
                   pawl_detector_create(cpu.context, &desc, &cpu.detector, &error) >= 0;
    memcpy(cpu.images, c->images, sizeof cpu.images);
    is_made = is_made && detect(&cpu, cpu.detector, &there, &error) >= 0 &&
              detect(c, c->detector, &here, &error) >= 0;
    expect(is_made && here.count[1] == there.count[1], "masks", error.message);
    fake.forget();
    for (size_t f = 0; is_made && f < PW_COUNT(forms); f++)
        for (size_t i = 0; i < here.count[1]; i++) {
            pawl_mask mine, others;
            size_t wrong = 0, ones = 0;
            if (!expect(pawl_detector_mask(c->detector, 1, i, forms[f], &mine, &error) >= 0 &&
                            pawl_detector_mask(cpu.detector, 1, i, forms[f], &others, &error) >=
                                0 &&
                            mine.width == others.width && mine.height == others.height,
                        "a mask", error.message))
                break;
            for (size_t p = 0; p < (size_t)mine.width * (size_t)mine.height; p++) {
                wrong += mine.pixels[p] != others.pixels[p];
                ones += mine.pixels[p];
            }
            /* The heads are not the same to the bit: other sums. */
            expect(wrong <= 2 + ones / 20, "a mask", "it differs from the CPU's");
        }
    expect(fake.calls("cuMemcpyDtoHAsync_v2") == 0, "masks", "prototypes do not travel");
    memset(cpu.images, 0, sizeof cpu.images);
    close_chain(&cpu);
}

static void expect_idle(const char *what)
{
    fake_cuda_counts now;
    fake.count(&now);
    expect(now.in_flight == 0 && now.violations == 0 && now.depth == 0, what,
           "it leaves work, or breaks a rule");
}

/* More boxes than the device keeps are made on the host, and so are their masks: the same. */
static void test_many(chain *c)
{
    const pawl_detector_desc desc = rules(0.3f, 2000);
    pawl_detector *many = NULL;
    pawl_error error = {.message = ""};
    boxes few;
    pawl_detections all[BATCH];
    if (!expect(detect(c, c->detector, &few, &error) >= 0 &&
                    pawl_detector_create(c->context, &desc, &many, &error) >= 0,
                "many boxes", error.message))
        return;
    for (size_t i = 0; i < few.count[1]; i++) {
        pawl_mask mask;
        static uint8_t pixels[WIDTH * HEIGHT];
        if (!expect(detect(c, c->detector, &few, &error) >= 0 &&
                        pawl_detector_mask(c->detector, 1, i, PAWL_MASK_PICTURE, &mask, &error) >=
                            0 &&
                        (size_t)mask.width * (size_t)mask.height == sizeof pixels,
                    "a mask of few", error.message))
            break;
        memcpy(pixels, mask.pixels, sizeof pixels);
        if (!expect(pawl_detector_run(many, c->images, BATCH, all, NULL, &error) >= 0 &&
                        pawl_detector_mask(many, 1, i, PAWL_MASK_PICTURE, &mask, &error) >= 0,
                    "a mask of many", error.message))
            break;
        expect(all[1].count >= few.count[1] &&
                   memcmp(&all[1].items[i], &few.items[1][i], sizeof(pawl_detection)) == 0,
               "a box of many", "it differs");
        expect(memcmp(pixels, mask.pixels, sizeof pixels) == 0, "a mask of many", "it differs");
    }
    (void)pawl_detector_destroy(&many);
}

static int observe(void *user, uint32_t layer_id, const char *name, const pawl_tensor *tensor)
{
    (void)user;
    (void)layer_id;
    (void)tensor;
    expect(false, name, "TensorRT shows no layer");
    return 0;
}

static void time_layer(void *user, const pawl_step_info *step)
{
    (void)user;
    (void)step;
    expect(false, "a step", "TensorRT times none");
}

/* Layers of a library that fuses them are neither shown nor timed; that is said, and runs go on. */
static void test_layers(chain *c)
{
    pawl_error error = {.message = ""};
    boxes before, after;
    expect(detect(c, c->detector, &before, &error) >= 0, "before", error.message);
    expect(pawl_context_timer_set(c->context, time_layer, NULL, &error) == PAWL_ERR_UNSUPPORTED &&
               strstr(error.message, "cannot be timed") != NULL,
           "a timer", error.message);
    expect(pawl_context_observer_set(c->context, observe, NULL, &error) >= 0 &&
               detect(c, c->detector, &after, &error) == PAWL_ERR_UNSUPPORTED &&
               strstr(error.message, "fuses layers") != NULL,
           "an observer", error.message);
    expect_idle("an observer");
    expect(pawl_context_observer_set(c->context, NULL, NULL, &error) >= 0 &&
               detect(c, c->detector, &after, &error) >= 0 &&
               memcmp(&before, &after, sizeof before) == 0,
           "without it", error.message);
}

/* Each call of a steady run fails in turn: one error, nothing in flight, and the next run is as
 * ever. What only makes a graph is no error. */
static void test_faults(chain *c)
{
    static const char *const functions[] = {"cuCtxPushCurrent_v2", "cuMemcpyHtoDAsync_v2",
                                            "cuGraphLaunch", "cuStreamSynchronize"};
    static const char *const of_graphs[] = {"cuStreamBeginCapture_v2", "cuStreamEndCapture",
                                            "cuGraphInstantiateWithFlags"};
    pawl_error error = {.message = ""};
    boxes right, found;
    char fault[64];
    for (int i = 0; i < 3; i++)
        expect(detect(c, c->detector, &right, &error) >= 0, "before faults", error.message);
    for (size_t f = 0; f < PW_COUNT(functions); f++) {
        fake.forget();
        (void)detect(c, c->detector, &found, &error);
        const unsigned calls = fake.calls(functions[f]);
        expect(calls > 0, functions[f], "a run makes such a call");
        for (unsigned call = 1; call <= calls; call++) {
            snprintf(fault, sizeof fault, "%s:%u", functions[f], call);
            fake.forget();
            setenv("FAKE_CUDA_FAIL", fault, 1);
            error.message[0] = '\0';
            expect(detect(c, c->detector, &found, &error) < 0 && error.message[0] != '\0', fault,
                   "no error");
            unsetenv("FAKE_CUDA_FAIL");
            expect_idle(fault);
            expect(detect(c, c->detector, &found, &error) >= 0 &&
                       memcmp(&found, &right, sizeof found) == 0,
                   fault, "the next run differs");
        }
    }
    for (size_t f = 0; f < PW_COUNT(of_graphs); f++) {
        chain other = {.plan = NULL};
        snprintf(fault, sizeof fault, "%s:0", of_graphs[f]);
        setenv("FAKE_CUDA_FAIL", fault, 1);
        expect(open_chain(&other, pt_segmenter, &error) >= 0, fault, error.message);
        for (int i = 0; i < 3; i++)
            expect(detect(&other, other.detector, &found, &error) >= 0 &&
                       memcmp(&found, &right, sizeof found) == 0,
                   fault, error.message);
        unsetenv("FAKE_CUDA_FAIL");
        expect_idle(fault);
        close_chain(&other);
    }
}

/* A first run that fails is none that a graph may follow: the next one is plain too, and the one
 * after it has its graph. */
static void test_graph_after_failure(chain *c)
{
    static const struct {
        const char *variable, *fault;
    } faults[] = {{"DOUBLE_FAIL", "enqueueV2:0,enqueueV3:0"},
                  {"FAKE_CUDA_FAIL", "cuLaunchKernel:1"}};
    pawl_error error = {.message = ""};
    boxes right, found;
    expect(detect(c, c->detector, &right, &error) >= 0, "before a first run", error.message);
    for (size_t f = 0; f < PW_COUNT(faults); f++) {
        chain other = {.plan = NULL};
        expect(open_chain(&other, pt_segmenter, &error) >= 0, faults[f].fault, error.message);
        fake.forget();
        setenv(faults[f].variable, faults[f].fault, 1);
        expect(detect(&other, other.detector, &found, &error) < 0, faults[f].fault, "no error");
        unsetenv(faults[f].variable);
        fake.forget();
        for (int i = 0; i < 3; i++)
            expect(detect(&other, other.detector, &found, &error) >= 0 &&
                       memcmp(&found, &right, sizeof found) == 0,
                   faults[f].fault, error.message);
        expect(fake.calls("cuStreamBeginCapture_v2") == 1 && fake.calls("cuGraphLaunch") == 2,
               faults[f].fault, "no graph after the first run that did not fail");
        expect_idle(faults[f].fault);
        close_chain(&other);
    }
}

/* A graph whose first start finds no memory is as none: the run goes on without it, and so do those
 * after it. */
static void test_no_room_for_graphs(chain *c)
{
    pawl_error error = {.message = ""};
    boxes right, found;
    chain other = {.plan = NULL};
    expect(detect(c, c->detector, &right, &error) >= 0, "with room", error.message);
    expect(open_chain(&other, pt_segmenter, &error) >= 0, "without room", error.message);
    setenv("FAKE_CUDA_FAIL", "cuGraphLaunch:1:2", 1);
    fake.forget();
    for (int i = 0; i < 4; i++)
        expect(detect(&other, other.detector, &found, &error) >= 0 &&
                   memcmp(&found, &right, sizeof found) == 0,
               "without room for a graph", error.message);
    expect(fake.calls("cuGraphLaunch") == 1, "graphs", "one is tried");
    unsetenv("FAKE_CUDA_FAIL");
    expect_idle("without room for a graph");
    close_chain(&other);
}

/* A partial batch is another shape; coming back to the first is right too. */
static void test_shapes(chain *c)
{
    pawl_error error = {.message = ""};
    pawl_detections one;
    boxes whole, again;
    for (int i = 0; i < 3; i++) {
        expect(detect(c, c->detector, &whole, &error) >= 0, "the whole batch", error.message);
        for (int j = 0; j < 3; j++)
            expect(pawl_detector_run(c->detector, &c->images[1], 1, &one, NULL, &error) >= 0 &&
                       one.count == whole.count[1] &&
                       memcmp(one.items, whole.items[1], one.count * sizeof one.items[0]) == 0,
                   "a partial batch", error.message);
        expect(detect(c, c->detector, &again, &error) >= 0 &&
                   memcmp(&again, &whole, sizeof again) == 0,
               "the batch again", error.message);
    }
}

/* Pictures of the images' pixels, the first of them R G B or all B G R. */
static bool as_pictures(chain *c, bool has_rgb, pawl_picture pictures[BATCH])
{
    static uint8_t turned[BATCH][WIDTH * HEIGHT * 3];
    pawl_error error = {.message = ""};
    pawl_image_view view;
    for (size_t n = 0; n < BATCH; n++) {
        const bool is_rgb = has_rgb && n == 0;
        if (!expect(pawl_image_view_get(c->images[n], &view, &error) >= 0, "a view", error.message))
            return false;
        for (size_t i = 0; i < sizeof turned[n]; i++)
            turned[n][i] = view.pixels[i / 3 * 3 + 2 - i % 3];
        pictures[n] = (pawl_picture)PAWL_PICTURE_INIT;
        pictures[n].format = is_rgb ? PAWL_PICTURE_RGB : PAWL_PICTURE_BGR;
        pictures[n].width = WIDTH;
        pictures[n].height = HEIGHT;
        pictures[n].planes[0] = (pawl_plane){is_rgb ? view.pixels : turned[n], (size_t)WIDTH * 3};
    }
    return true;
}

static void expect_boxes(const pawl_detections *found, const boxes *right, const char *what)
{
    for (size_t n = 0; n < BATCH; n++)
        expect(found[n].count == right->count[n] && found[n].count > 0 &&
                   memcmp(found[n].items, right->items[n],
                          found[n].count * sizeof found[n].items[0]) == 0,
               what, "as its image's");
}

/* The device takes R G B: another format is fitted on the host, beside others too, and then R G B
 * again. */
static void test_formats(chain *c)
{
    pawl_error error = {.message = ""};
    pawl_picture pictures[BATCH];
    pawl_detections found[BATCH];
    boxes right, again;
    if (!expect(detect(c, c->detector, &right, &error) >= 0, "as images", error.message) ||
        !as_pictures(c, true, pictures))
        return;
    expect(pawl_detector_run_pictures(c->detector, pictures, BATCH, found, NULL, &error) >= 0,
           "formats side by side", error.message);
    expect_boxes(found, &right, "a format's boxes");
    expect(pawl_detector_run_pictures(c->detector, pictures, 1, found, NULL, &error) >= 0 &&
               found->count == right.count[0] &&
               memcmp(found->items, right.items[0], found->count * sizeof found->items[0]) == 0,
           "R G B of the caller's", error.message);
    expect(detect(c, c->detector, &again, &error) >= 0 && memcmp(&again, &right, sizeof again) == 0,
           "images again", error.message);
}

/* A run that is cancelled when its pictures are on the device already, as a job's may be, leaves
 * nothing on its way, and those pictures are not the next run's. */
static void test_cancelled(chain *c)
{
    static const atomic_bool is_cancelled = true;
    pawl_error error = {.message = ""};
    pawl_picture pictures[BATCH], others[BATCH];
    pawl_detections found[BATCH];
    boxes right;
    pw_context *context PW_USING = NULL;
    if (!expect(detect(c, c->detector, &right, &error) >= 0 &&
                    pw_object_use(c->context, &pw_context_type, &context, &error) >= 0,
                "as images", error.message) ||
        !as_pictures(c, true, others) || !as_pictures(c, false, pictures))
        return;
    others[1] = others[0];
    context->run.is_cancelled = &is_cancelled;
    expect(pw_context_fit(context, others, BATCH, &error) >= 0 &&
               pw_context_run(context, &error) == PAWL_ERR_CANCELLED,
           "cancelled", error.message);
    context->run.is_cancelled = NULL;
    expect_idle("cancelled");
    expect(pawl_detector_run_pictures(c->detector, pictures, BATCH, found, NULL, &error) >= 0,
           "after a cancelled run", error.message);
    expect_boxes(found, &right, "boxes after a cancelled run");
}

static void test_classes(void)
{
    chain c = {.plan = NULL};
    pawl_error error = {.message = ""};
    pawl_detector_desc desc = PAWL_DETECTOR_DESC_INIT;
    pawl_class_scores results[BATCH];
    pawl_context_desc context = PAWL_CONTEXT_DESC_INIT;
    context.input = PAWL_INPUT_U8_NHWC;
    context.batch = BATCH;
    float first[BATCH] = {0};
    bool is_right = pt_task_plan(pt_classifier, "tensorrt", &c.plan, &error) >= 0 &&
                    pawl_runtime_create(NULL, &c.runtime, &error) >= 0;
    for (int on_cpu = 0; is_right && on_cpu < 2; on_cpu++) {
        pawl_runtime_desc runtime = PAWL_RUNTIME_DESC_INIT;
        runtime.backend = on_cpu != 0 ? "cpu" : NULL;
        is_right = pawl_runtime_destroy(&c.runtime) >= 0 &&
                   pawl_runtime_create(&runtime, &c.runtime, &error) >= 0 &&
                   pawl_engine_create(c.runtime, c.plan, &c.engine, &error) >= 0 &&
                   pawl_context_create(c.engine, &context, &c.context, &error) >= 0 &&
                   pawl_detector_create(c.context, &desc, &c.detector, &error) >= 0;
        for (uint64_t i = 0; i < BATCH; i++)
            c.images[i] = make_image(9 + i);
        for (int i = 0; is_right && i < 3; i++)
            is_right =
                pawl_detector_classify(c.detector, c.images, BATCH, results, NULL, &error) >= 0;
        for (size_t n = 0; is_right && n < BATCH; n++) {
            expect(on_cpu == 0 || fabsf(first[n] - results[n].items[0].probability) < 1e-5f,
                   "classes", "the CPU's probability differs");
            first[n] = results[n].items[0].probability;
        }
        for (size_t i = 0; i < BATCH; i++)
            (void)pawl_image_destroy(&c.images[i]);
        (void)pawl_detector_destroy(&c.detector);
        (void)pawl_context_destroy(&c.context);
        (void)pawl_engine_destroy(&c.engine);
    }
    expect(is_right, "classes", error.message);
    close_chain(&c);
}

/* --- threads: a context each, and jobs of one detector --- */

typedef struct worker {
    chain *of;
    const boxes *right;
    pthread_t thread;
} worker;

static void *work(void *argument)
{
    const worker *const self = argument;
    chain own = {.engine = self->of->engine};
    const pawl_detector_desc desc = rules(0.3f, MOST);
    pawl_error error = {.message = ""};
    boxes found;
    memcpy(own.images, self->of->images, sizeof own.images);
    expect(open_context(&own, &error) >= 0 &&
               pawl_detector_create(own.context, &desc, &own.detector, &error) >= 0,
           "a thread's context", error.message);
    for (int i = 0; i < 20; i++)
        expect(detect(&own, own.detector, &found, &error) >= 0 &&
                   memcmp(&found, self->right, sizeof found) == 0,
               "a thread's run", error.message);
    (void)pawl_detector_destroy(&own.detector);
    (void)pawl_context_destroy(&own.context);
    return NULL;
}

static void test_jobs(chain *c, const boxes *right)
{
    enum { JOBS = 3 };
    pawl_detector_desc desc = rules(0.3f, MOST);
    pawl_detector *detector = NULL;
    pawl_error error = {.message = ""};
    desc.jobs = JOBS;
    if (!expect(pawl_detector_create(c->context, &desc, &detector, &error) >= 0, "jobs",
                error.message))
        return;
    for (int i = 0; i < 30 + JOBS; i++) {
        pawl_job *job = NULL;
        pawl_job_info result = PAWL_JOB_INFO_INIT;
        if (i >= JOBS) {
            expect(pawl_detector_wait(detector, &result, &error) >= 0 && result.status >= 0,
                   "a job", error.message);
            expect(result.detections != NULL && result.detections[1].count == right->count[1] &&
                       memcmp(result.detections[1].items, right->items[1],
                              right->count[1] * sizeof(pawl_detection)) == 0,
                   "a job", "its boxes differ");
            (void)pawl_job_destroy(&result.job);
        }
        if (i < 30)
            expect(pawl_detector_submit(detector, c->images, BATCH, NULL, &job, &error) >= 0,
                   "a job", error.message);
    }
    (void)pawl_detector_destroy(&detector);
}

static void test_threads(chain *c)
{
    worker workers[3];
    boxes right;
    pawl_error error = {.message = ""};
    if (!expect(detect(c, c->detector, &right, &error) >= 0, "before threads", error.message))
        return;
    for (size_t i = 0; i < PW_COUNT(workers); i++) {
        workers[i] = (worker){.of = c, .right = &right};
        expect(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "a thread",
               "it starts");
    }
    for (size_t i = 0; i < PW_COUNT(workers); i++)
        (void)pthread_join(workers[i].thread, NULL);
    test_jobs(c, &right);
}

int main(int count, char **arguments)
{
    const char *const mode = count == 2 ? arguments[1] : "";
    const bool is_old = strcmp(mode, "old") == 0;
    chain c = {.plan = NULL};
    pawl_error error = {.message = ""};
    void *const driver = pt_library("PAWL_CUDA_LIBRARY");
    pt_find(driver, "fake_cuda_count", &fake.count);
    pt_find(driver, "fake_cuda_calls", &fake.calls);
    pt_find(driver, "fake_cuda_forget", &fake.forget);
    pt_find(driver, "fake_cuda_live", &fake.live);
    if (fake.count == NULL) {
        fputs("PAWL_CUDA_LIBRARY must name the driver double\n", stderr);
        return 2;
    }
    if (expect(open_chain(&c, pt_segmenter, &error) >= 0, "opened", error.message)) {
        boxes found;
        if (is_old) {
            expect(detect(&c, c.detector, &found, &error) >= 0, "an old driver", error.message);
            compare_with_host(&c, 0.3f, MOST, "an old driver");
        } else if (strcmp(mode, "threads") == 0) {
            test_threads(&c);
        } else {
            test_steady(&c, strcmp(mode, "no_graphs") != 0);
            test_rules(&c);
            test_binding(&c);
            test_masks(&c);
            test_many(&c);
            test_layers(&c);
            test_shapes(&c);
            test_formats(&c);
            test_cancelled(&c);
            if (strcmp(mode, "whole") == 0) {
                test_faults(&c);
                test_no_room_for_graphs(&c);
                test_graph_after_failure(&c);
            }
        }
    }
    close_chain(&c);
    if (strcmp(mode, "threads") != 0)
        test_classes();
    fake_cuda_counts now;
    fake.count(&now);
    expect(fake.live() == 0 && now.violations == 0 && pawl_object_count() == 0, "at the end",
           "something is left, or a rule was broken");
    return expect_end();
}
