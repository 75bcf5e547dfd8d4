// SPDX-License-Identifier: Apache-2.0
// Somebody else's program in C++: objects ENGINE PICTURE says how many objects are in the picture, and leaves none of ours.
#include <pawl/pawl.hpp>

#include <cstdio>

// What was made before a failure ends with its owner.
static pawl_status count_objects(const char *engine_path, const char *picture_path, int *count, pawl_error *error)
{
    pawl::detector detector;
    pawl::image image;
    pawl_open_desc desc = PAWL_OPEN_DESC_INIT;
    desc.batch = 1;
    desc.fallback = "cpu";

    pawl_status status = pawl_detector_open(engine_path, &desc, detector.out(), error);
    if (status >= 0)
        status = pawl_image_load(picture_path, nullptr, image.out(), error);
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
