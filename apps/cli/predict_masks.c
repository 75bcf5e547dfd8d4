/* SPDX-License-Identifier: Apache-2.0 */
/* Masks on their way out: drawn, as run lengths for JSON, as PNG files,
 * as polygons in label files. */
#include "cli/predict_track.h"
#include "common/contour.h"

#include <stdlib.h>
#include <string.h>

/* White on black, in a new image. */
static pawl_image *picture_of(const pawl_mask *mask, pawl_error *error)
{
    pawl_image *image = NULL;
    const size_t count = (size_t)mask->width * (size_t)mask->height;
    uint8_t *pixels = malloc(count * 3);
    if (pixels == NULL) {
        *error = (pawl_error){.status = PAWL_ERR_MEMORY, .message = "no memory for a mask"};
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        memset(pixels + i * 3, mask->pixels[i] != 0 ? 255 : 0, 3);
    const pawl_image_view view = {.pixels = pixels,
                                  .row_size = (size_t)mask->width * 3,
                                  .width = mask->width,
                                  .height = mask->height};
    (void)!pawl_image_create(&view, &image, error);
    free(pixels);
    return image;
}

/* masks/STEM_0.png, STEM_1.png ... in the order of the boxes. */
static int write_png(const predict_writer *writer, const char *stem, size_t number,
                     const pawl_mask *mask)
{
    pawl_error error = {0};
    char *path = app_format("%s/masks/%s_%zu.png", writer->folder, stem, number);
    if (path == NULL)
        return app_fail_memory();
    pawl_image *image = picture_of(mask, &error);
    const int code =
        image == NULL ? app_fail_library(path, &error) : predict_image_write(image, path);
    (void)pawl_image_destroy(&image);
    free(path);
    return code;
}

/* Of the job that found it, or of the detector's last run. */
static pawl_status make_mask(const predict_writer *writer, const predict_picture *picture,
                             size_t index, pawl_mask_form form, pawl_mask *mask, pawl_error *error)
{
    const size_t row = picture->rows != NULL ? picture->rows[index] : index;
    return picture->job != NULL
               ? pawl_job_mask(picture->job, picture->slot, row, form, mask, error)
               : pawl_detector_mask(writer->detector, picture->slot, row, form, mask, error);
}

static pawl_status draw_mask(const predict_picture *picture, const pawl_mask *mask, size_t index,
                             pawl_error *error)
{
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    style.ids = picture->ids != NULL ? &picture->ids[index] : NULL;
    const int32_t class_id = picture->found.items[index].class_id;
    return predict_is_frame(picture)
               ? pawl_picture_draw_mask(&picture->frame.pixels, mask, class_id, &style, error)
               : pawl_image_draw_mask(picture->image, mask, class_id, &style, error);
}

static int take_mask(predict_writer *writer, predict_picture *picture, size_t index,
                     const char *stem)
{
    pawl_error error = {0};
    pawl_mask mask;
    const predict_options *options = writer->options;
    const pawl_mask_form form = options->is_retina ? PAWL_MASK_NATIVE : PAWL_MASK_PICTURE;
    if (make_mask(writer, picture, index, form, &mask, &error) < 0)
        return app_fail_library(picture->path, &error);
    if (picture->masks != NULL && !app_rle_encode(&picture->masks[index], mask.pixels, mask.height,
                                                  mask.width, (size_t)mask.width))
        return app_fail_memory();
    if (!options->is_nosave && draw_mask(picture, &mask, index, &error) < 0)
        return app_fail_library(picture->path, &error);
    return stem == NULL ? APP_EXIT_DONE : write_png(writer, stem, index, &mask);
}

int predict_masks_take(predict_writer *writer, predict_picture *picture)
{
    const size_t count = picture->found.count;
    char *stem = NULL;
    if (writer->json.is_open || writer->coco.stream != NULL) {
        picture->masks = calloc(count + 1, sizeof *picture->masks);
        if (picture->masks == NULL)
            return app_fail_memory();
    }
    if (writer->options->is_save_masks && count > 0) {
        stem = predict_result_name(writer, PREDICT_TAKEN_MASKS, picture, "");
        if (stem == NULL)
            return app_fail_memory();
    }
    int code = APP_EXIT_DONE;
    for (size_t i = count; i-- > 0 && code == APP_EXIT_DONE;) /* the most confident on top */
        code = take_mask(writer, picture, i, stem);
    free(stem);
    return code;
}

void predict_masks_drop(predict_picture *picture)
{
    for (size_t i = 0; picture->masks != NULL && i < picture->found.count; i++)
        app_rle_free(&picture->masks[i]);
    free(picture->masks);
    picture->masks = NULL;
}

static double clipped(double value, double limit)
{
    return value < 0 ? 0 : value > limit ? limit : value;
}

/* YOLOv5's scale_segments(): out of the letterbox, as parts of the picture. */
static void print_points(FILE *out, const app_contour *contour, const pawl_mask *mask,
                         const predict_picture *picture)
{
    const double by_height = (double)mask->height / picture->height;
    const double by_width = (double)mask->width / picture->width;
    const double gain = by_height < by_width ? by_height : by_width;
    const double pad_x = (mask->width - picture->width * gain) / 2;
    const double pad_y = (mask->height - picture->height * gain) / 2;
    for (size_t i = 0; i < contour->count; i++)
        fprintf(out, " %g %g",
                clipped((contour->points[i].x - pad_x) / gain, picture->width) / picture->width,
                clipped((contour->points[i].y - pad_y) / gain, picture->height) / picture->height);
}

int predict_masks_label(const predict_writer *writer, const predict_picture *picture, size_t index,
                        FILE *out)
{
    pawl_error error = {0};
    pawl_mask mask;
    app_contour contour;
    const pawl_mask_form form = writer->options->is_retina ? PAWL_MASK_NATIVE : PAWL_MASK_NETWORK;
    const pawl_detection *detection = &picture->found.items[index];
    if (make_mask(writer, picture, index, form, &mask, &error) < 0)
        return app_fail_library(picture->path, &error);
    if (!app_contour_largest(mask.pixels, mask.height, mask.width, &contour))
        return app_fail_memory();
    if (contour.count > 0) { /* a label needs a polygon: a box whose mask is empty has none */
        fprintf(out, "%d", detection->class_id);
        print_points(out, &contour, &mask, picture);
        if (writer->options->is_save_conf)
            fprintf(out, " %g", (double)detection->confidence);
        if (predict_id(picture, index) != 0)
            fprintf(out, " %llu", (unsigned long long)predict_id(picture, index));
        fputc('\n', out);
    }
    free(contour.points);
    return APP_EXIT_DONE;
}
