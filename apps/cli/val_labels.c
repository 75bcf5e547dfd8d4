/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label files by the rules of YOLOv5's verify_image_label(), so that the same objects count: a line
 * an object, class and box (centre, size) or class and a polygon's corners, as parts of the picture
 * in single precision. What breaks a rule takes its picture out.
 */
#include "cli/val_data.h"
#include "common/text_file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LABEL_SIZE_LIMIT ((size_t)1 << 28)
#define BLANKS           " \t"
#define LINE_ENDS        "\n\r\v\f"
#define LEAST_SIDE       10 /* of a picture that YOLOv5 looks at */

/* A line of the file. */
struct row {
    size_t line;      /* from 1 */
    size_t at, count; /* its numbers */
    float box[5];     /* class, centre x, y, width, height */
};

/* A label file as numbers. */
struct label {
    struct row *rows;
    float *numbers;
    size_t count, number_count, row_room, number_room;
    size_t line; /* at hand, for what is wrong with it */
};

static const char no_memory[] = "memory ran out";
static const char marked[] =
    "a byte-order mark, where YOLOv5 wants a number: save it as UTF-8 without";

/* What Python's strip() takes off both ends. */
static bool is_white(char c)
{
    return c != '\0' && strchr(BLANKS LINE_ENDS, c) != NULL;
}

static bool has_room(void **items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    const size_t wanted = *room * 2 + 256;
    void *grown = wanted > SIZE_MAX / size ? NULL : realloc(*items, wanted * size);
    if (grown == NULL)
        return false;
    *items = grown;
    *room = wanted;
    return true;
}

/* One line's numbers; it ends with a zero. NULL, or what is wrong. */
static const char *read_row(struct label *label, const char *line)
{
    if (!has_room((void **)&label->rows, label->count, &label->row_room, sizeof(struct row)))
        return no_memory;
    struct row *row = &label->rows[label->count++];
    *row = (struct row){.line = label->line, .at = label->number_count};
    for (const char *at = line + strspn(line, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
        const size_t length = strcspn(at, BLANKS);
        char *end = NULL;
        const double number = strtod(at, &end);
        /* strtod takes hexadecimal numbers, too. */
        if (end != at + length || strspn(at, "0123456789+-.eE") < length)
            return "not a number";
        if (!has_room((void **)&label->numbers, label->number_count, &label->number_room,
                      sizeof(float)))
            return no_memory;
        label->numbers[label->number_count++] = (float)number;
        row->count++;
        at += length;
    }
    return row->count > 0 ? NULL : "a line of blanks";
}

/* Of UTF-8 and UTF-16. */
static const char *const marks[] = {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"};

/* All lines but empty ones; blanks and line ends at both ends of the file do not count. */
static const char *read_rows(struct label *label, app_text *text)
{
    char *line = text->bytes;
    size_t end = text->size;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strncmp(line, marks[i], strlen(marks[i])) == 0)
            return marked;
    while (end > 0 && is_white(line[end - 1]))
        line[--end] = '\0';
    if (strlen(line) != end)
        return "a zero byte";
    label->line = 1;
    for (; is_white(*line); line++)
        label->line += *line == '\n' ? 1 : 0;
    for (char stop = '\n'; stop != '\0';) {
        char *behind = line + strcspn(line, LINE_ENDS);
        stop = *behind;
        *behind = '\0';
        const char *problem = *line == '\0' ? NULL : read_row(label, line);
        if (problem != NULL)
            return problem;
        label->line += stop == '\n' || (stop == '\r' && behind[1] != '\n') ? 1 : 0;
        line = behind + 1;
    }
    return NULL;
}

/* The box around a polygon's corners. */
static void surround(const float *corners, size_t count, float box[4])
{
    for (size_t side = 0; side < 2; side++) {
        float low = corners[side], high = corners[side];
        for (size_t i = side; i < count; i += 2) {
            low = corners[i] < low ? corners[i] : low;
            high = corners[i] > high ? corners[i] : high;
        }
        box[side] = (low + high) / 2;
        box[2 + side] = high - low;
    }
}

static bool is_polygon(const struct row *row)
{
    return row->count > 5;
}

/* The row's class and box; of a polygon only its box must lie in the picture. */
static const char *settle_row(const struct label *label, struct row *row, size_t classes)
{
    const float *numbers = label->numbers + row->at;
    if (row->count < 5 || row->count % 2 == 0)
        return "not five numbers, nor a class and a polygon";
    row->box[0] = numbers[0];
    if (is_polygon(row))
        surround(numbers + 1, row->count - 1, row->box + 1);
    else
        memcpy(row->box + 1, numbers + 1, 4 * sizeof(float));
    for (size_t i = 0; i < 5; i++)
        if (!(row->box[i] >= 0 && (i == 0 || row->box[i] <= 1)))
            return i == 0 ? "no class of the data" : "a coordinate outside 0 to 1";
    if (row->box[0] != floorf(row->box[0]) || row->box[0] >= (float)classes)
        return "no class of the data";
    return NULL;
}

static int by_box(const void *a, const void *b)
{
    const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;
    for (size_t i = 0; i < 5; i++)
        if (x->box[i] != y->box[i])
            return x->box[i] < y->box[i] ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static bool is_equal(const struct row *a, const struct row *b)
{
    for (size_t i = 0; i < 5; i++)
        if (a->box[i] != b->box[i])
            return false;
    return true;
}

/* Rows that count: where some are equal, the first of each, in rising order as numpy.unique()
 * leaves them. */
static size_t drop_equals(struct label *label, struct row **rows)
{
    size_t kept = 0;
    qsort(rows, label->count, sizeof *rows, by_box);
    for (size_t i = 0; i < label->count; i++)
        if (kept == 0 || !is_equal(rows[kept - 1], rows[i]))
            rows[kept++] = rows[i];
    if (kept == label->count)
        for (size_t i = 0; i < label->count; i++)
            rows[i] = &label->rows[i];
    return kept;
}

static double clipped(double value, double most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* An object of a row: its box, and its mask if it has a polygon and masks are judged. False:
 * memory ran out. */
static bool add_object(val_data *data, size_t index, const struct label *label,
                       const struct row *row)
{
    const val_picture *picture = &data->pictures[index];
    coco_truth truth = {.image = index, .category = (size_t)row->box[0]};
    const double size[2] = {picture->width, picture->height};
    for (size_t side = 0; side < 2; side++) {
        const double centre = (double)row->box[1 + side] * size[side];
        const double half = (double)row->box[3 + side] * size[side] / 2;
        /* YOLOv5's val.py cuts boxes off at the picture's edge. */
        truth.box[side] = clipped(centre - half, size[side]);
        truth.box[2 + side] = clipped(centre + half, size[side]) - truth.box[side];
    }
    truth.area = truth.box[2] * truth.box[3];
    if (data->has_masks && is_polygon(row)) {
        if (!val_mask_of_corners(&truth.mask, label->numbers + row->at + 1, row->count / 2,
                                 picture->height, picture->width))
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

static const char *add_objects(val_data *data, size_t index, struct label *label)
{
    struct row **rows = malloc((label->count + 1) * sizeof *rows);
    if (rows == NULL)
        return no_memory;
    for (size_t i = 0; i < label->count; i++)
        rows[i] = &label->rows[i];
    const size_t kept = drop_equals(label, rows);
    if (kept < label->count)
        app_warn("%s: %zu duplicate labels removed", data->pictures[index].label,
                 label->count - kept);
    bool is_good = true;
    for (size_t i = 0; i < kept && is_good; i++)
        is_good = add_object(data, index, label, rows[i]);
    free(rows);
    return is_good ? NULL : no_memory;
}

/* NULL, or what is wrong, with label->line or (0) with the file. */
static const char *take(val_data *data, size_t index, struct label *label)
{
    app_text text;
    const val_picture *picture = &data->pictures[index];
    if (access(picture->label, F_OK) != 0 && errno == ENOENT)
        return NULL; /* background */
    const char *problem = app_text_load(&text, picture->label, LABEL_SIZE_LIMIT);
    if (problem != NULL)
        return problem;
    problem = read_rows(label, &text);
    app_text_free(&text);
    for (size_t i = 0; i < label->count && problem == NULL; i++) {
        label->line = label->rows[i].line;
        problem = settle_row(label, &label->rows[i], data->category_count);
    }
    return problem != NULL ? problem : add_objects(data, index, label);
}

int val_labels_read(val_data *data, size_t index)
{
    struct label label = {0};
    val_picture *picture = &data->pictures[index];
    const size_t before = data->truth_count;
    if (picture->width < LEAST_SIDE || picture->height < LEAST_SIDE) {
        (void)app_fail(APP_EXIT_PARTIAL,
                       "%s: %dx%d: less than %d pixels a side; the picture is left out",
                       picture->path, picture->width, picture->height, LEAST_SIDE);
        picture->is_seen = false;
        return APP_EXIT_DONE;
    }
    const char *problem = take(data, index, &label);
    free(label.rows);
    free(label.numbers);
    if (problem == NULL)
        return APP_EXIT_DONE;
    val_drop_truths(data, before);
    if (problem == no_memory)
        return app_fail_memory();
    picture->is_seen = false;
    if (label.line > 0)
        (void)app_fail(APP_EXIT_PARTIAL, "%s: line %zu: %s; the picture is left out",
                       picture->label, label.line, problem);
    else
        (void)app_fail(APP_EXIT_PARTIAL, "%s: %s; the picture is left out", picture->label,
                       problem);
    return APP_EXIT_DONE;
}
