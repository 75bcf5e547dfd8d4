/* SPDX-License-Identifier: Apache-2.0 */
/* One engine, a context a thread: threads ENGINE PICTURE... The weights are in memory once,
 * whatever the number of threads. */
#include <pawl/pawl.h>

#include <pthread.h>
#include <stdio.h>

#define WORKER_COUNT 2

struct worker {
    pthread_t thread;
    pawl_engine *engine; /* shared: any thread may use it */
    char **pictures;
    int first, count; /* takes pictures first, first + WORKER_COUNT, ... */
    pawl_status status;
    pawl_error error;
};

static pawl_status look_at(struct worker *worker, pawl_detector *detector, const char *path)
{
    pawl_image *image = NULL;
    pawl_detections found = {0};
    pawl_status status = pawl_image_load(path, NULL, &image, &worker->error);
    if (status >= 0)
        status = pawl_detector_run(detector, &image, 1, &found, NULL, &worker->error);
    for (size_t i = 0; i < found.count; i++)
        printf("%s: class %d %.3f at %.0f,%.0f\n", path, found.items[i].class_id,
               (double)found.items[i].confidence, (double)found.items[i].x1,
               (double)found.items[i].y1);
    pawl_image_destroy(&image);
    return status;
}

/* The context and its detector are made, used and ended on this thread;
 * only the engine is shared. */
static void *work(void *user)
{
    struct worker *worker = user;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = 1;
    desc.threads = 1; /* this thread itself: the contexts share the machine */
    worker->status = pawl_context_create(worker->engine, &desc, &context, &worker->error);
    if (worker->status >= 0)
        worker->status = pawl_detector_create(context, NULL, &detector, &worker->error);
    for (int i = worker->first; worker->status >= 0 && i < worker->count; i += WORKER_COUNT)
        worker->status = look_at(worker, detector, worker->pictures[i]);
    pawl_detector_destroy(&detector);
    pawl_context_destroy(&context);
    return NULL;
}

static int run_workers(pawl_engine *engine, char **pictures, int count)
{
    struct worker workers[WORKER_COUNT] = {0};
    int failed = 0;
    for (int i = 0; i < WORKER_COUNT; i++) {
        workers[i].engine = engine;
        workers[i].pictures = pictures;
        workers[i].first = i;
        workers[i].count = count;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            work(&workers[i]); /* no thread to be had: the work is done all the same */
            workers[i].thread = pthread_self();
        }
    }
    for (int i = 0; i < WORKER_COUNT; i++) {
        if (!pthread_equal(workers[i].thread, pthread_self()))
            pthread_join(workers[i].thread, NULL);
        if (workers[i].status < 0)
            fprintf(stderr, "%s\n", workers[i].error.message);
        failed += workers[i].status < 0 ? 1 : 0;
    }
    return failed > 0 ? 1 : 0;
}

/* What was printed has arrived, or it is said. */
static int is_written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 1;
    fprintf(stderr, "what was found cannot be written to stdout\n");
    return 0;
}

int main(int argc, char **argv)
{
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_error error = PAWL_ERROR_INIT;
    int code = 1;
    if (argc < 3) {
        fprintf(stderr, "usage: threads ENGINE PICTURE...\n");
        return 2;
    }
    if (pawl_plan_load(argv[1], &plan, &error) < 0 ||
        pawl_runtime_create(NULL, &runtime, &error) < 0 ||
        pawl_engine_create(runtime, plan, &engine, &error) < 0)
        fprintf(stderr, "%s\n", error.message);
    else
        code = run_workers(engine, argv + 2, argc - 2);
    pawl_engine_destroy(&engine);
    pawl_runtime_destroy(&runtime);
    pawl_plan_destroy(&plan);
    return is_written() ? code : 1;
}
