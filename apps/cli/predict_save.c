/* SPDX-License-Identifier: Apache-2.0 */
/* What --save-csv and --save-crop leave, as detect.py writes it: the least confident first. */
#include "cli/predict_track.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A field as Python's csv module writes it, in quotes where it would be mistaken; but a line stays
 * a line. */
static void print_field(FILE *out, const char *text)
{
    const char *mark = strpbrk(text, ",\"") != NULL ? "\"" : "";
    fputs(mark, out);
    while (*text != '\0') {
        const size_t length = *text == '"' ? 1 : strcspn(text, "\"");
        if (*text == '"')
            fputc('"', out);
        app_put_plain(out, text, length);
        text += length;
    }
    fputs(mark, out);
}

int predict_csv_open(predict_writer *writer)
{
    char *path = app_format("%s/predictions.csv", writer->folder);
    if (path == NULL)
        return app_fail_memory();
    const int code = app_output_open(&writer->csv, path);
    free(path);
    if (code == APP_EXIT_DONE)
        fprintf(writer->csv.stream, "Image Name,Prediction,Confidence%s\r\n",
                writer->tracking != NULL ? ",Track" : "");
    return code;
}

int predict_csv_add(predict_writer *writer, const predict_picture *picture)
{
    FILE *out = writer->csv.stream;
    char buffer[PREDICT_NAME_SIZE];
    for (size_t i = picture->found.count; i-- > 0;) {
        const pawl_detection *found = &picture->found.items[i];
        print_field(out, predict_file_name(picture->path));
        fputc(',', out);
        print_field(out, predict_name(writer->names, found->class_id, buffer));
        fprintf(out, ",%.2f", (double)found->confidence);
        if (predict_id(picture, i) != 0)
            fprintf(out, ",%llu", (unsigned long long)predict_id(picture, i));
        fputs(picture->ids != NULL && predict_id(picture, i) == 0 ? ",\r\n" : "\r\n", out);
    }
    const int code = app_output_check(&writer->csv);
    if (code != APP_EXIT_DONE)
        app_output_discard(&writer->csv); /* it has been said */
    return code;
}

/* x1 ... y2 - 1 of the picture. */
typedef struct area {
    int32_t x1, y1, x2, y2;
} area;

static int32_t inside(float value, int32_t limit)
{
    return !(value > 0.0f) ? 0 : value < (float)limit ? (int32_t)value : limit;
}

/* YOLOv5's save_one_box(): two hundredths and ten pixels more than the box, in whole pixels. */
static area area_of(const pawl_detection *found, const predict_picture *picture)
{
    const pawl_detection box = predict_rounded(found);
    const float x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2;
    const float width = (box.x2 - box.x1) * 1.02f + 10, height = (box.y2 - box.y1) * 1.02f + 10;
    return (area){inside(x - width / 2, picture->width), inside(y - height / 2, picture->height),
                  inside(x + width / 2, picture->width), inside(y + height / 2, picture->height)};
}

/* A class's name as one part of a path. */
static void make_part(char *name)
{
    for (char *at = name; *at != '\0'; at++)
        if (*at == '/' || (unsigned char)*at < ' ')
            *at = '_';
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || name[0] == '\0')
        name[0] = '_';
}

/* FOLDER/STEM.jpg, STEM2.jpg ... : the first that is not there, looked for behind the last that
 * this run wrote of the STEM: a video has thousands. NULL: no memory. */
static char *free_path(const predict_writer *writer, const char *folder,
                       const predict_picture *picture)
{
    const char *name =
        predict_is_frame(picture) ? picture->frame.name : predict_file_name(picture->path);
    const int length = (int)(predict_is_frame(picture) ? strlen(name) : app_stem_length(name));
    char *key = app_format("%s/%.*s", folder, length, name);
    json_t *numbers = writer->taken[PREDICT_TAKEN_CROPS];
    json_int_t number = key != NULL ? json_integer_value(json_object_get(numbers, key)) : 0;
    char *wanted = NULL;
    while (key != NULL && number++ < UINT32_MAX) {
        wanted = number == 1 ? app_format("%s.jpg", key) : app_format("%s%lld.jpg", key, number);
        if (wanted == NULL || !app_is_file(wanted))
            break;
        free(wanted);
        wanted = NULL;
    }
    if (wanted != NULL) /* "nocheck": a file name may be any bytes */
        (void)json_object_set_new_nocheck(numbers, key, json_integer(number));
    free(key);
    return wanted;
}

static pawl_image *cut(const predict_picture *picture, area part, pawl_error *error)
{
    pawl_image *image = NULL;
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    if (pawl_image_view_get(picture->image, &view, error) < 0)
        return NULL;
    view.pixels += (size_t)part.y1 * view.row_size + (size_t)part.x1 * 3;
    view.width = part.x2 - part.x1;
    view.height = part.y2 - part.y1;
    return pawl_image_create(&view, &image, error) < 0 ? NULL : image;
}

static int write_crop(const predict_writer *writer, const predict_picture *picture,
                      const pawl_detection *found)
{
    char buffer[PREDICT_NAME_SIZE];
    pawl_error error = {0};
    const area part = area_of(found, picture);
    if (part.x2 <= part.x1 || part.y2 <= part.y1)
        return APP_EXIT_DONE;
    char *name = app_format("%s", predict_name(writer->names, found->class_id, buffer));
    if (name == NULL)
        return app_fail_memory();
    make_part(name);
    char *folder = app_format("%s/crops/%s", writer->folder, name);
    char *path =
        folder != NULL && app_make_folders(folder) ? free_path(writer, folder, picture) : NULL;
    int code = APP_EXIT_DONE;
    if (path == NULL)
        code = folder == NULL ? app_fail_memory() : app_fail_write(folder, errno);
    pawl_image *image = code == APP_EXIT_DONE ? cut(picture, part, &error) : NULL;
    if (code == APP_EXIT_DONE)
        code = image == NULL ? app_fail_library(path, &error) : predict_image_write(image, path);
    (void)pawl_image_destroy(&image);
    free(path);
    free(folder);
    free(name);
    return code;
}

int predict_crops_write(predict_writer *writer, predict_picture *picture)
{
    int code = APP_EXIT_DONE;
    if (picture->found.count > 0 && predict_image(picture) == NULL)
        return APP_EXIT_LIMIT;
    for (size_t i = picture->found.count; i-- > 0 && code == APP_EXIT_DONE;)
        code = write_crop(writer, picture, &picture->found.items[i]);
    return code;
}
