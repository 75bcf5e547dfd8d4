/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out at each allocation in turn, along the whole way from weights to detections,
 * in a scope: whatever was made by then must be ended, in an order that strict accepts, and every
 * block given back. Usage: fault_sequence deferred|strict cpu|reference
 */
#include "support/failing_allocator.h"
#include "tiny_weights.h"

#include <pawl/builder.h>
#include <pawl/job.h>
#include <pawl/logger.h>
#include <pawl/scope.h>
#include <pawl/weights.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULTS_MAX 20000

static const char *backend = "cpu";
static char weights_path[] = "/tmp/pawl_faults_XXXXXX";
static pt_allocator allocator;
static pawl_error error;
static int diagnoses; /* lines of the log that name one */

static void hear(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    if (strstr(message, "PAWL-L") == NULL)
        return;
    diagnoses++;
    printf("%s\n", message);
}

static pawl_status make_plan(pawl_plan **plan)
{
    pawl_build_desc desc = PAWL_BUILD_DESC_INIT;
    pawl_builder_desc threads = PAWL_BUILDER_DESC_INIT;
    pawl_weights *weights = NULL;
    pawl_network *network = NULL;
    pawl_builder *builder = NULL;
    desc.backend = backend;
    desc.height = desc.width = 64;
    threads.threads = 1;
    PAWL_SCOPE(scope); /* of all but the plan, which goes to the caller's */
    PW_TRY(pawl_weights_load(weights_path, &weights, &error));
    PW_TRY(pt_weights_network(weights, &network, &error));
    PW_TRY(pawl_builder_create(&threads, &builder, &error));
    PW_TRY(pawl_builder_build(builder, network, &desc, plan, &error));
    return pawl_scope_keep(*plan);
}

/* The same as a job, which outlives its picture. */
static pawl_status detect_later(pawl_detector *detector, pawl_image **image, size_t boxes)
{
    pawl_job *job = NULL;
    pawl_job_info result = PAWL_JOB_INFO_INIT;
    PW_TRY(pawl_detector_submit(detector, image, 1, NULL, &job, &error));
    PW_TRY(pawl_detector_wait(detector, &result, &error));
    if (result.job != job || (result.status >= 0 && result.detections[0].count != boxes))
        return PAWL_ERR_INTERNAL;
    return result.status;
}

static pawl_status detect(size_t *boxes)
{
    static const uint8_t pixels[48 * 40 * 3] = {17, 120, 9, 250};
    const pawl_image_view view = {48, 40, (size_t)48 * 3, pixels};
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    pawl_detector_desc how = PAWL_DETECTOR_DESC_INIT;
    pawl_detections found;
    pawl_plan *plan = NULL;
    pawl_runtime *runtime = NULL;
    pawl_engine *engine = NULL;
    pawl_context *context = NULL;
    pawl_detector *detector = NULL;
    pawl_image *image = NULL;
    desc.threads = 1;
    how.jobs = 2;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    PAWL_SCOPE(scope);
    PW_TRY(make_plan(&plan));
    PW_TRY(pawl_runtime_create(NULL, &runtime, &error));
    PW_TRY(pawl_engine_create(runtime, plan, &engine, &error));
    PW_TRY(pawl_context_create(engine, &desc, &context, &error));
    PW_TRY(pawl_detector_create(context, &how, &detector, &error));
    PW_TRY(pawl_image_create(&view, &image, &error));
    PW_TRY(pawl_detector_run(detector, &image, 1, &found, NULL, &error));
    *boxes = found.count;
    return detect_later(detector, &image, *boxes);
}

/* Fails the n-th allocation; true: everything is as it must be. */
static bool check_fault(long n, size_t wanted_boxes, bool *is_whole)
{
    size_t boxes = 0;
    pt_allocator_reset(&allocator, n);
    const pawl_status status = detect(&boxes);
    const bool was_reached = atomic_load(&allocator.calls) >= n;
    *is_whole = !was_reached;
    const bool is_told = status == PAWL_ERR_MEMORY || (status == PAWL_OK && boxes == wanted_boxes);
    const bool is_right = is_told && (was_reached || status == PAWL_OK) &&
                          pawl_object_count() == 0 && atomic_load(&allocator.live) == 0;
    if (!is_right)
        printf("allocation %ld: %s (%s), %zu objects and %ld blocks are left\n", n,
               pawl_status_name(status), status < 0 ? error.message : "", pawl_object_count(),
               atomic_load(&allocator.live));
    return is_right;
}

int main(int argument_count, char **arguments)
{
    const bool is_strict = argument_count > 1 && strcmp(arguments[1], "strict") == 0;
    const pawl_allocator failing = {&allocator, pt_allocate, pt_release};
    if (argument_count > 2)
        backend = arguments[2];
    pawl_logger_set(&(pawl_logger){.level = PAWL_LOG_WARNING, .write = hear});
    if (pawl_lifetime_set(is_strict ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED) != PAWL_OK ||
        pawl_allocator_set(&failing) != PAWL_OK || !pt_weights_write(weights_path))
        return EXIT_FAILURE;
    size_t boxes = 0;
    bool is_whole = detect(&boxes) == PAWL_OK;
    long faults = 0, failed = is_whole ? 0 : 1;
    for (is_whole = false; !is_whole && faults < FAULTS_MAX && failed < 10; faults++)
        failed += check_fault(faults + 1, boxes, &is_whole) ? 0 : 1;
    (void)unlink(weights_path);
    printf("%ld faults, %ld failed, %d diagnoses\n", faults - 1, failed, diagnoses);
    return failed == 0 && is_whole && diagnoses == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
