/* SPDX-License-Identifier: Apache-2.0 */
/* Names of classes: files of them, and what COCO calls its own. */
#include "common/names.h"

#include "common/data_yaml.h"
#include "common/term.h"
#include "common/text_file.h"

#include <string.h>
#include <strings.h>

#define NAMES_SIZE_LIMIT ((size_t)4 << 20)

static const char *const coco_names[80] = {"person",        "bicycle",      "car",
                                           "motorcycle",    "airplane",     "bus",
                                           "train",         "truck",        "boat",
                                           "traffic light", "fire hydrant", "stop sign",
                                           "parking meter", "bench",        "bird",
                                           "cat",           "dog",          "horse",
                                           "sheep",         "cow",          "elephant",
                                           "bear",          "zebra",        "giraffe",
                                           "backpack",      "umbrella",     "handbag",
                                           "tie",           "suitcase",     "frisbee",
                                           "skis",          "snowboard",    "sports ball",
                                           "kite",          "baseball bat", "baseball glove",
                                           "skateboard",    "surfboard",    "tennis racket",
                                           "bottle",        "wine glass",   "cup",
                                           "fork",          "knife",        "spoon",
                                           "bowl",          "banana",       "apple",
                                           "sandwich",      "orange",       "broccoli",
                                           "carrot",        "hot dog",      "pizza",
                                           "donut",         "cake",         "chair",
                                           "couch",         "potted plant", "bed",
                                           "dining table",  "toilet",       "tv",
                                           "laptop",        "mouse",        "remote",
                                           "keyboard",      "cell phone",   "microwave",
                                           "oven",          "toaster",      "sink",
                                           "refrigerator",  "book",         "clock",
                                           "vase",          "scissors",     "teddy bear",
                                           "hair drier",    "toothbrush"};

/* COCO numbers its categories 1 to 90 and leaves ten out. */
static const unsigned char coco_left_out[] = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83};

bool app_names_are_coco(const char *const *names, size_t count)
{
    if (count != sizeof coco_names / sizeof coco_names[0])
        return false;
    for (size_t i = 0; i < count; i++)
        if (names[i] == NULL || strcmp(names[i], coco_names[i]) != 0)
            return false;
    return true;
}

int32_t app_coco_category(int32_t class_id)
{
    int32_t category = class_id + 1;
    for (size_t i = 0; i < sizeof coco_left_out; i++)
        if (category >= coco_left_out[i])
            category++;
    return category;
}

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), wanted = strlen(end);
    return length >= wanted && strcasecmp(name + length - wanted, end) == 0;
}

const char *app_name_plural(const char *name)
{
    static const char *const hisses[] = {"ss", "us", "x", "z", "ch", "sh"};
    for (size_t i = 0; i < sizeof hisses / sizeof hisses[0]; i++)
        if (ends_in(name, hisses[i]))
            return "es";
    return ends_in(name, "s") ? "" : "s";
}

/* Cuts blanks, and one pair of quotes, off both ends in place. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
    if (length >= 2 && (text[0] == '\'' || text[0] == '"') && text[length - 1] == text[0]) {
        text[length - 1] = '\0';
        text++;
    }
    return text;
}

static int add_lines(app_paths *names, char *text, const char *path)
{
    for (char *line = text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *item = trim(line);
        if (*item != '\0' && names->count == APP_MOST_NAMES)
            return app_fail(APP_EXIT_INPUT, "%s: more than %d class names, which no model has",
                            path, APP_MOST_NAMES);
        if (*item != '\0' && !app_paths_add(names, item))
            return app_fail_memory();
        line = next;
    }
    return APP_EXIT_DONE;
}

static int read_lines(app_paths *names, const char *path)
{
    app_text text;
    int code = app_text_read(&text, path, NAMES_SIZE_LIMIT);
    if (code != APP_EXIT_DONE)
        return code;
    code = add_lines(names, text.bytes, path);
    app_text_free(&text);
    return code;
}

static int read_yaml(app_paths *names, const char *path)
{
    app_data_yaml data = {0};
    const int code = app_data_yaml_read(&data, path);
    if (code == APP_EXIT_DONE) {
        app_paths_free(names);
        *names = data.names;
        data.names = (app_paths){0};
    }
    app_data_yaml_free(&data);
    return code;
}

int app_names_read(app_paths *names, const char *path)
{
    const int code =
        app_path_ends_in(path, "yaml yml") ? read_yaml(names, path) : read_lines(names, path);
    if (code == APP_EXIT_DONE && names->count == 0)
        return app_fail(APP_EXIT_INPUT, "%s: has no class names", path);
    return code;
}
