/* SPDX-License-Identifier: Apache-2.0 */
/* val_batch0_labels.jpg and val_batch0_pred.jpg: up to 16 pictures of each of the first three
 * batches as the network sees them, with what is labelled and with what was found. */
#include "cli/val.h"
#include "common/html.h"
#include "common/picture_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCHES   3
#define MOST      16   /* pictures of a batch */
#define SIDE      1920 /* of the whole, at most */
#define SHOWN     0.25 /* what was found is drawn above this confidence */
#define TEXT_GREY 220

struct mosaic {
    const val_job *val;
    size_t first, count; /* places in the order */
    int32_t columns;     /* and rows */
    int32_t tile_width, tile_height;
    int32_t width, height;
    uint8_t *pixels;
    pawl_detection *boxes;
    size_t box_count, box_room;
    double x[MOST], y[MOST], scale_x[MOST], scale_y[MOST]; /* of a picture's pixels in it */
};

/* The picture at a place as the network sees it; *box: where it lies in that. */
static pawl_status see(const val_job *val, size_t place, app_shape shape, val_item *item,
                       pawl_letterbox *box, pawl_error *error)
{
    pawl_image_view view;
    pawl_image *boxed = NULL;
    *item = (val_item){.picture = val->order[place], .gain_x = 1, .gain_y = 1};
    pawl_status status =
        app_picture_read(val->data.pictures[item->picture].path, NULL, &item->image, error);
    if (status >= 0)
        status = val_fit(val, item, shape, error);
    if (status >= 0)
        status = pawl_image_view_get(item->image, &view, error);
    if (status < 0)
        return status;
    *box = pawl_letterbox_fit(view.width, view.height, shape.width, shape.height);
    status = pawl_image_letterbox(item->image, shape.width, shape.height, &boxed, error);
    if (status < 0)
        return status;
    (void)pawl_image_destroy(&item->image);
    item->image = boxed;
    return PAWL_OK;
}

/* Copies a picture into its tile, and notes how its own pixels lie there. */
static pawl_status lay(struct mosaic *mosaic, size_t slot, const val_item *item,
                       const pawl_letterbox *box, pawl_error *error)
{
    pawl_image *small = NULL;
    pawl_image_view view;
    const int32_t left = mosaic->tile_width * ((int32_t)slot / mosaic->columns);
    const int32_t top = mosaic->tile_height * ((int32_t)slot % mosaic->columns);
    pawl_status status =
        pawl_image_resize(item->image, mosaic->tile_width, mosaic->tile_height, &small, error);
    if (status >= 0)
        status = pawl_image_view_get(small, &view, error);
    for (int32_t y = 0; y < mosaic->tile_height && status >= 0; y++)
        memcpy(mosaic->pixels + 3 * ((size_t)(top + y) * (size_t)mosaic->width + (size_t)left),
               view.pixels + (size_t)y * view.row_size, (size_t)view.width * 3);
    const double across = (double)mosaic->tile_width / box->width;
    const double down = (double)mosaic->tile_height / box->height;
    mosaic->scale_x[slot] = item->gain_x * (double)box->scale * across;
    mosaic->scale_y[slot] = item->gain_y * (double)box->scale * down;
    mosaic->x[slot] = left + (item->pad_x * (double)box->scale + box->pad_x) * across;
    mosaic->y[slot] = top + (item->pad_y * (double)box->scale + box->pad_y) * down;
    (void)pawl_image_destroy(&small);
    return status;
}

/* White lines between the tiles. */
static void rule(struct mosaic *mosaic)
{
    for (int32_t i = 1; i < mosaic->columns; i++) {
        const size_t row = (size_t)mosaic->width * 3;
        memset(mosaic->pixels + (size_t)(mosaic->tile_height * i - 1) * row, 255, 2 * row);
        for (int32_t y = 0; y < mosaic->height; y++)
            memset(mosaic->pixels + (size_t)y * row + 3 * (size_t)(mosaic->tile_width * i - 1), 255,
                   6);
    }
}

/* False: memory ran out. Pictures that cannot be read leave their tile white. */
static bool fill(struct mosaic *mosaic, app_shape shape)
{
    mosaic->columns = (int32_t)ceil(sqrt((double)mosaic->count));
    const double scale = fmin(1, (double)SIDE / mosaic->columns /
                                     (shape.height > shape.width ? shape.height : shape.width));
    mosaic->tile_width = (int32_t)ceil(scale * shape.width);
    mosaic->tile_height = (int32_t)ceil(scale * shape.height);
    mosaic->width = mosaic->tile_width * mosaic->columns;
    mosaic->height = mosaic->tile_height * mosaic->columns;
    const size_t size = 3 * (size_t)mosaic->width * (size_t)mosaic->height;
    mosaic->pixels = malloc(size);
    if (mosaic->pixels == NULL)
        return false;
    memset(mosaic->pixels, 255, size);
    for (size_t i = 0; i < mosaic->count; i++) {
        pawl_error error = {0};
        val_item item = {0};
        pawl_letterbox box;
        if (see(mosaic->val, mosaic->first + i, shape, &item, &box, &error) >= 0)
            (void)lay(mosaic, i, &item, &box, &error);
        (void)pawl_image_destroy(&item.image);
    }
    rule(mosaic);
    return true;
}

static bool add_box(struct mosaic *mosaic, size_t slot, const double box[4], double confidence,
                    size_t category)
{
    if (mosaic->box_count == mosaic->box_room) {
        const size_t room = mosaic->box_room * 2 + 256;
        pawl_detection *boxes = realloc(mosaic->boxes, room * sizeof *boxes);
        if (boxes == NULL)
            return false;
        mosaic->boxes = boxes;
        mosaic->box_room = room;
    }
    const double x = mosaic->x[slot], y = mosaic->y[slot];
    mosaic->boxes[mosaic->box_count++] =
        (pawl_detection){(float)(x + box[0] * mosaic->scale_x[slot]),
                         (float)(y + box[1] * mosaic->scale_y[slot]),
                         (float)(x + (box[0] + box[2]) * mosaic->scale_x[slot]),
                         (float)(y + (box[1] + box[3]) * mosaic->scale_y[slot]),
                         (float)confidence,
                         mosaic->val->options->is_single_class ? 0 : (int32_t)category};
    return true;
}

/* The tile of a picture, MOST: it is in none. */
static size_t slot_of(const struct mosaic *mosaic, size_t picture)
{
    for (size_t i = 0; i < mosaic->count; i++)
        if (mosaic->val->order[mosaic->first + i] == picture && mosaic->scale_x[i] > 0)
            return i;
    return MOST;
}

static bool add_labels(struct mosaic *mosaic)
{
    const val_data *data = &mosaic->val->data;
    mosaic->box_count = 0;
    for (size_t i = 0; i < data->truth_count; i++) {
        const coco_truth *truth = &data->truths[i];
        const size_t slot = slot_of(mosaic, truth->image);
        if (slot < MOST && !add_box(mosaic, slot, truth->box, 1, truth->category))
            return false;
    }
    return true;
}

static bool add_finds(struct mosaic *mosaic)
{
    const val_finds *finds = &mosaic->val->finds;
    mosaic->box_count = 0;
    for (size_t i = 0; i < finds->count; i++) {
        const coco_found *found = &finds->items[i];
        const size_t slot = found->score > SHOWN ? slot_of(mosaic, found->image) : MOST;
        if (slot < MOST && !add_box(mosaic, slot, found->box, found->score, found->category))
            return false;
    }
    return true;
}

static pawl_status annotate(const struct mosaic *mosaic, pawl_image *image, bool is_labels,
                            const char *const *names, pawl_error *error)
{
    static const uint8_t grey[3] = {TEXT_GREY, TEXT_GREY, TEXT_GREY};
    const val_data *data = &mosaic->val->data;
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    const int32_t size =
        (int32_t)((mosaic->tile_height + mosaic->tile_width) * mosaic->columns * 0.01);
    style.names = names;
    style.name_count = data->category_count;
    style.line_width = size / 10 > 1 ? size / 10 : 1;
    style.hides_confidences = is_labels ? 1 : 0;
    pawl_status status = pawl_image_draw(image, mosaic->boxes, mosaic->box_count, &style, error);
    for (size_t i = 0; i < mosaic->count && status >= 0; i++) {
        const char *path = data->pictures[mosaic->val->order[mosaic->first + i]].path;
        const int32_t x = mosaic->tile_width * ((int32_t)i / mosaic->columns);
        const int32_t y = mosaic->tile_height * ((int32_t)i % mosaic->columns);
        status = pawl_image_draw_text(image, app_path_name(path), x + 5, y + 5,
                                      size > 8 ? size * 2 / 3 : 6, 0, grey, error);
    }
    return status;
}

static int write_mosaic(const struct mosaic *mosaic, bool is_labels, size_t batch, FILE *report)
{
    pawl_error error = {0};
    pawl_image *image = NULL;
    const val_data *data = &mosaic->val->data;
    const pawl_image_view view = {mosaic->width, mosaic->height, (size_t)mosaic->width * 3,
                                  mosaic->pixels};
    const char **names = calloc(data->category_count + 1, sizeof *names);
    char *path = app_format("%s/val_batch%zu_%s.jpg", mosaic->val->folder, batch,
                            is_labels ? "labels" : "pred");
    int code = names == NULL || path == NULL ? app_fail_memory() : APP_EXIT_DONE;
    for (size_t i = 0; i < data->category_count && code == APP_EXIT_DONE; i++)
        names[i] = data->categories[i].name;
    if (code == APP_EXIT_DONE && (pawl_image_create(&view, &image, &error) < 0 ||
                                  annotate(mosaic, image, is_labels, names, &error) < 0 ||
                                  pawl_image_save(image, path, NULL, &error) < 0))
        code = app_fail_library(path, &error);
    if (code == APP_EXIT_DONE)
        code = app_html_picture(report, path);
    (void)pawl_image_destroy(&image);
    free(names);
    free(path);
    return code;
}

static int put_batch(const val_job *val, size_t batch, size_t first, size_t room, FILE *report)
{
    const size_t left = val->data.picture_count - first;
    struct mosaic mosaic = {.val = val, .first = first, .count = left < room ? left : room};
    mosaic.count = mosaic.count < MOST ? mosaic.count : MOST;
    int code =
        fill(&mosaic, val->shapes != NULL ? val->shapes[first] : val->shape) && add_labels(&mosaic)
            ? write_mosaic(&mosaic, true, batch, report)
            : app_fail_memory();
    if (code == APP_EXIT_DONE)
        code = add_finds(&mosaic) ? write_mosaic(&mosaic, false, batch, report) : app_fail_memory();
    free(mosaic.pixels);
    free(mosaic.boxes);
    return code;
}

int val_mosaics(const val_job *val, FILE *report)
{
    const size_t room = val->options->batch > 0 ? (size_t)val->options->batch : VAL_GROUP;
    int code = APP_EXIT_DONE;
    for (size_t b = 0; b < BATCHES && b * room < val->data.picture_count && code == APP_EXIT_DONE;
         b++) {
        app_html_beside(report);
        code = put_batch(val, b, b * room, room, report);
        app_html_beside_end(report);
    }
    return code;
}
