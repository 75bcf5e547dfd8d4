/* SPDX-License-Identifier: Apache-2.0 */
/* Reads names files; of YAML only the part that data.yaml files use for their names. */
#include "common/names.h"

#include "common/term.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_SIZE_LIMIT (4u << 20)

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

static char *read_text(const char *path)
{
    FILE *in = fopen(path, "rbe");
    if (in == NULL) {
        (void)app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = malloc(NAMES_SIZE_LIMIT + 1);
    const size_t length = text == NULL ? 0 : fread(text, 1, NAMES_SIZE_LIMIT, in);
    const bool is_good = text != NULL && !ferror(in) && length < NAMES_SIZE_LIMIT;
    (void)fclose(in);
    if (is_good && memchr(text, '\0', length) == NULL) {
        text[length] = '\0';
        return text;
    }
    free(text);
    (void)app_fail(APP_EXIT_INPUT, "%s: not a text of class names", path);
    return NULL;
}

/* "key: value" cut apart in place if the key is a class id; else the text itself. */
static char *behind_number(char *text)
{
    char *end = text + strspn(text, "0123456789");
    return end > text && *end == ':' ? trim(end + 1) : text;
}

/* [a, 'b'] or {0: a, 1: b} up to the closing bracket; no comma inside quotes. */
static bool add_flow(app_paths *names, char *text)
{
    const char close = *text == '[' ? ']' : '}';
    for (char *at = text + 1; *at != '\0' && *at != close;) {
        char *end = at;
        char quote = '\0';
        for (; *end != '\0' && (quote != '\0' || (*end != ',' && *end != close)); end++) {
            if (quote != '\0')
                quote = *end == quote ? '\0' : quote;
            else if (*end == '\'' || *end == '"')
                quote = *end;
            else if (*end == '\n')
                *end = ' ';
        }
        const char stop = *end;
        *end = '\0';
        char *item = trim(behind_number(trim(at)));
        if (*item != '\0' && !app_paths_add(names, item))
            return false;
        if (stop != ',')
            break;
        at = end + 1;
    }
    return true;
}

/* Lines "- name" or "0: name"; the first line that is neither ends the list. */
static bool add_block(app_paths *names, char *text)
{
    for (char *line = text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *comment = strstr(line, " #");
        if (comment != NULL)
            *comment = '\0';
        char *item = trim(line);
        char *name = *item == '-' ? trim(item + 1) : behind_number(item);
        if (name != item) {
            if (!app_paths_add(names, name))
                return false;
        } else if (*item != '\0' && *item != '#') {
            break;
        }
        line = next;
    }
    return true;
}

static bool add_lines(app_paths *names, char *text)
{
    for (char *line = text; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        char *item = trim(line);
        if (*item != '\0' && !app_paths_add(names, item))
            return false;
        line = next;
    }
    return true;
}

/* Where the value of "names:" begins, NULL if the text has no such line. */
static char *find_names_key(char *text)
{
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n' ? 1 : 0;
        if (strncmp(line, "names:", 6) == 0)
            return line + 6;
        if (*line == '\0')
            break;
    }
    return NULL;
}

int app_names_read(app_paths *names, const char *path)
{
    char *text = read_text(path);
    if (text == NULL)
        return APP_EXIT_INPUT;
    char *value = app_path_ends_in(path, "yaml yml") ? find_names_key(text) : NULL;
    bool is_added = false;
    if (app_path_ends_in(path, "yaml yml") && value == NULL) {
        free(text);
        return app_fail(APP_EXIT_INPUT, "%s: has no line that begins with names:", path);
    }
    if (value == NULL) {
        is_added = add_lines(names, text);
    } else {
        value += strspn(value, " \t\r");
        is_added =
            *value == '[' || *value == '{' ? add_flow(names, value) : add_block(names, value);
    }
    free(text);
    if (!is_added)
        return app_fail_memory();
    if (names->count == 0)
        return app_fail(APP_EXIT_INPUT, "%s: has no class names", path);
    return APP_EXIT_DONE;
}
