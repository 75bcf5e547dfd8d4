/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels as YOLOv5 has them: data.yaml names folders or lists of pictures; beside each folder
 * images/ lies labels/ with a text file a picture, a line an object: class, centre x, centre y,
 * width, height as parts of the picture, or class and a polygon's corners.
 */
#include "cli/val.h"
#include "common/data_yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CORNERS 4096

/* IMAGES/a/images/b/c.jpg -> IMAGES/a/labels/b/c.txt: the last folder of that name, as YOLOv5's
 * img2label_paths. */
static char *label_path(const char *picture)
{
    static const char wanted[] = "/images/";
    const char *last = NULL;
    for (const char *at = strstr(picture, wanted); at != NULL; at = strstr(at + 1, wanted))
        last = at;
    const int stem = (int)(app_path_ending(picture) - picture);
    if (last == NULL)
        return app_format("%.*s.txt", stem, picture);
    const int before = (int)(last - picture), skipped = before + (int)sizeof wanted - 1;
    return app_format("%.*s/labels/%.*s.txt", before, picture, stem - skipped, picture + skipped);
}

/* A list: a picture's path a line, one that begins with ./ from the list's folder. */
static int add_list(app_paths *pictures, const char *path)
{
    char line[4096];
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, strerror(errno));
    int code = APP_EXIT_DONE;
    while (code == APP_EXIT_DONE && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        const int folder = (int)(app_path_name(path) - path);
        char *full = strncmp(line, "./", 2) == 0 ? app_format("%.*s%s", folder, path, line + 2)
                                                 : app_format("%s", line);
        if (full == NULL || !app_paths_add(pictures, full))
            code = app_fail_memory();
        free(full);
    }
    if (code == APP_EXIT_DONE && ferror(in))
        code = app_fail(APP_EXIT_INPUT, "%s: cannot be read", path);
    (void)fclose(in);
    return code;
}

static int add_pictures(val_data *data, app_paths *paths)
{
    app_paths_sort(paths);
    for (size_t i = 0; i < paths->count; i++) {
        val_picture *picture = val_add_picture(data, paths->items[i]);
        if (picture == NULL)
            return app_fail_memory();
        picture->id = (int64_t)i;
        picture->label = label_path(picture->path);
        if (picture->label == NULL)
            return app_fail_memory();
    }
    return APP_EXIT_DONE;
}

static int add_place(const char *place, app_paths *paths)
{
    if (app_is_folder(place))
        return val_add_tree(paths, place);
    if (app_path_ends_in(place, "txt"))
        return add_list(paths, place);
    return app_fail(APP_EXIT_INPUT, "%s is neither a folder nor a .txt list of pictures", place);
}

static int open_yaml(val_data *data, const val_options *options, const app_data_yaml *yaml)
{
    app_paths paths = {0};
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < yaml->names.count; i++)
        if (val_add_category(data, (int64_t)i, yaml->names.items[i]) == NULL)
            return app_fail_memory();
    for (size_t i = yaml->names.count; i < (size_t)yaml->class_count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "class%zu", i);
        if (val_add_category(data, (int64_t)i, name) == NULL)
            return app_fail_memory();
    }
    if (options->images != NULL)
        code = add_place(options->images, &paths);
    else if (yaml->val.count == 0)
        code =
            app_fail(APP_EXIT_INPUT, "%s: has no val: to say where the pictures are", data->path);
    for (size_t i = 0; i < yaml->val.count && options->images == NULL && code == APP_EXIT_DONE;
         i++) {
        char *place = app_data_yaml_place(yaml, data->path, yaml->val.items[i]);
        code = place == NULL ? app_fail_memory() : add_place(place, &paths);
        free(place);
    }
    if (code == APP_EXIT_DONE)
        code = add_pictures(data, &paths);
    app_paths_free(&paths);
    return code;
}

int val_yolo_open(val_data *data, const val_options *options)
{
    app_data_yaml yaml;
    int code = app_data_yaml_read(&yaml, data->path);
    if (code == APP_EXIT_DONE)
        code = open_yaml(data, options, &yaml);
    app_data_yaml_free(&yaml);
    return code;
}

/* Numbers of a line; MOST_CORNERS * 2 + 2 where there are more. 0 where one is no number. */
static size_t read_numbers(const char *line, double *numbers, size_t room)
{
    size_t count = 0;
    for (const char *at = line + strspn(line, " \t\r\n"); *at != '\0';
         at += strspn(at, " \t\r\n")) {
        char *end = NULL;
        if (count == room)
            return room + 1;
        numbers[count++] = strtod(at, &end);
        if (end == at || strchr(" \t\r\n", *end) == NULL)
            return 0;
        at = end;
    }
    return count;
}

/* The box of a line as parts of the picture (centre, size), or what is wrong with the line. */
static const char *read_object(const double *numbers, size_t count, size_t classes, double box[4])
{
    if (count < 5 || (count > 5 && count % 2 == 0))
        return "not five numbers, nor a class and a polygon";
    if (!(numbers[0] >= 0) || numbers[0] != floor(numbers[0]) || numbers[0] >= (double)classes)
        return "no class of the data";
    for (size_t i = 1; i < count; i++)
        if (!(numbers[i] >= 0 && numbers[i] <= 1))
            return "a coordinate outside 0 to 1";
    if (count == 5) {
        memcpy(box, numbers + 1, 4 * sizeof(double));
        return NULL;
    }
    double low[2] = {1, 1}, high[2] = {0, 0};
    for (size_t i = 1; i < count; i++) {
        const size_t side = (i - 1) % 2;
        low[side] = fmin(low[side], numbers[i]);
        high[side] = fmax(high[side], numbers[i]);
    }
    for (size_t side = 0; side < 2; side++) {
        box[side] = (low[side] + high[side]) / 2;
        box[2 + side] = high[side] - low[side];
    }
    return NULL;
}

static bool is_same_box(const double a[4], const double b[4])
{
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

/* An object of a line: its box, and its mask if it has a polygon and masks are judged. False:
 * memory ran out. */
static bool add_object(val_data *data, size_t index, const double box[4], const double *numbers,
                       size_t count)
{
    const val_picture *picture = &data->pictures[index];
    const size_t category = (size_t)numbers[0];
    coco_truth truth = {.image = index, .category = category};
    truth.box[2] = box[2] * picture->width;
    truth.box[3] = box[3] * picture->height;
    truth.box[0] = box[0] * picture->width - truth.box[2] / 2;
    truth.box[1] = box[1] * picture->height - truth.box[3] / 2;
    truth.area = truth.box[2] * truth.box[3];
    /* A line that is there twice is one object, as to YOLOv5. */
    for (size_t i = data->truth_count; i-- > 0 && data->truths[i].image == index;)
        if (data->truths[i].category == category && is_same_box(data->truths[i].box, truth.box))
            return true;
    if (data->has_masks && count > 5) {
        if (val_mask_of_corners(&truth.mask, numbers + 1, count / 2, picture->height,
                                picture->width) != NULL)
            return false;
        truth.area = (double)app_rle_area(&truth.mask);
    }
    coco_truth *added = val_add_truth(data);
    if (added == NULL) {
        app_rle_free(&truth.mask);
        return false;
    }
    *added = truth;
    return true;
}

int val_yolo_labels(val_data *data, size_t index)
{
    static char line[MOST_CORNERS * 48];
    static double numbers[MOST_CORNERS * 2 + 1];
    val_picture *picture = &data->pictures[index];
    const size_t before = data->truth_count;
    FILE *in = fopen(picture->label, "re");
    if (in == NULL && errno == ENOENT)
        return APP_EXIT_DONE; /* a picture of the background */
    const char *problem = in == NULL ? strerror(errno) : NULL;
    size_t row = 0;
    while (problem == NULL && fgets(line, sizeof line, in) != NULL) {
        double box[4] = {0};
        row++;
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        const size_t count = read_numbers(line, numbers, MOST_CORNERS * 2 + 1);
        problem = count > MOST_CORNERS * 2 + 1
                      ? "too long a line"
                      : read_object(numbers, count, data->category_count, box);
        if (problem == NULL && !add_object(data, index, box, numbers, count)) {
            (void)fclose(in);
            return app_fail_memory();
        }
    }
    if (in != NULL)
        (void)fclose(in);
    if (problem == NULL)
        return APP_EXIT_DONE;
    app_warn("%s: line %zu: %s; the picture is left out", picture->label, row, problem);
    picture->is_seen = false;
    val_drop_truths(data, before);
    return APP_EXIT_DONE;
}
