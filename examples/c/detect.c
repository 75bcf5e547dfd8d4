/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes on one picture: detect ENGINE PICTURE [ANNOTATED] */
#include <pawl/pawl.h>

#include <stdio.h>

/* Draws what was found and writes it, in the format that the name's ending says. */
static pawl_status save(pawl_detector *detector, pawl_image *image, const pawl_detections *found,
                        const char *path, pawl_error *error)
{
    pawl_draw_desc style = PAWL_DRAW_DESC_INIT;
    style.names = pawl_detector_class_names(detector, &style.name_count);
    pawl_status status = pawl_image_draw(image, found->items, found->count, &style, error);
    if (status >= 0)
        status = pawl_image_save(image, path, NULL, error);
    return status;
}

/* What was printed has arrived, or it is said. */
static int is_written(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 1;
    fprintf(stderr, "what was found cannot be written to stdout\n");
    return 0;
}

int main(int argc, char **argv)
{
    pawl_detector *detector = NULL;
    pawl_image *image = NULL;
    pawl_detections found = PAWL_DETECTIONS_INIT;
    pawl_error error = PAWL_ERROR_INIT;
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: detect ENGINE PICTURE [ANNOTATED]\n");
        return 2;
    }
    pawl_status status = pawl_detector_open(argv[1], NULL, &detector, &error);
    if (status >= 0)
        status = pawl_image_load(argv[2], NULL, &image, &error);
    if (status >= 0)
        status = pawl_detector_run(detector, &image, 1, &found, NULL, &error);
    for (size_t i = 0; i < found.count; i++) { /* they are the detector's: read before it ends */
        const pawl_detection *box = &found.items[i];
        const char *name = pawl_detector_class_name(detector, box->class_id);
        printf("%s %.3f at %.0f,%.0f - %.0f,%.0f\n", name != NULL ? name : "?",
               (double)box->confidence, (double)box->x1, (double)box->y1, (double)box->x2,
               (double)box->y2);
    }
    if (status >= 0 && argc == 4)
        status = save(detector, image, &found, argv[3], &error);
    pawl_image_destroy(&image); /* NULL is fine, so there is one way out */
    pawl_detector_destroy(&detector);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", pawl_status_name(error.status), error.message);
    return is_written() && status >= 0 ? 0 : 1;
}
