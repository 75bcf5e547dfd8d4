// SPDX-License-Identifier: Apache-2.0
// Somebody else's program in C++: objects ENGINE PICTURE says how many objects are in the picture, and leaves none of ours.
#include <pawl/pawl.hpp>

#include <cstdio>

// What was made before a failure ends with its owner.
static pawl_status count_objects(const char *engine_path, const char *picture_path, int *count, pawl_error *error)
{
    pawl::plan plan;
    pawl::runtime runtime;
    pawl::engine engine;
    pawl::context context;
    pawl::detector detector;
    pawl::image image;
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    desc.batch = 1;

    pawl_status status = pawl_plan_load(engine_path, plan.out(), error);
    if (status >= 0)
        status = pawl_runtime_create(nullptr, runtime.out(), error);
    if (status >= 0)
        status = pawl_engine_create(runtime, plan, engine.out(), error);
    if (status >= 0)
        status = pawl_context_create(engine, &desc, context.out(), error);
    if (status >= 0)
        status = pawl_detector_create(context, nullptr, detector.out(), error);
    if (status >= 0)
        status = pawl_image_load(picture_path, NULL, image.out(), error);
    pawl_image *const pictures[] = {image.get()};
    pawl_detections found = {nullptr, 0};
    if (status >= 0)
        status = pawl_detector_run(detector, pictures, 1, &found, nullptr, error);
    if (status >= 0)
        *count = static_cast<int>(found.count);
    return status;
}

int main(int argc, char **argv)
{
    pawl_error error = {PAWL_OK, 0, 0, ""};
    int count = 0;
    if (argc != 3)
        return 2;
    if (count_objects(argv[1], argv[2], &count, &error) < 0) {
        std::fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    std::printf("%d objects\n", count);
    return pawl_object_count() == 0 ? 0 : 1;
}
